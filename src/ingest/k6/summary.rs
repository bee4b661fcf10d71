//! What k6 gives to a script's `handleSummary`, written as JSON; and what the other two summaries share with it.
//!
//! Only what is wanted is named in the types below: `setup_data` may hold tokens and is passed over by the parser.

use super::figure::{Check, Figure, Figures, selector};
use super::metric::{Definition, is_aside};
use super::outline::{self, Kind};
use crate::error::Error;
use crate::ingest::own::instant;
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::sample::Fact;
use crate::unit::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Reads what `handleSummary` was given.
pub(in crate::ingest) struct K6Summary;

impl Adapter for K6Summary {
    fn name(&self) -> &'static str {
        "k6_summary"
    }

    fn tool(&self) -> &'static str {
        "k6"
    }

    fn about(&self) -> &'static str {
        "figures at the end of a run, with thresholds: `JSON.stringify(data)` from a script's handleSummary(data)"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        outline::sniff(head, Kind::HandleSummary)
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let summary: Summary = document(input)?;
        let mut tally = Tally::default();
        let figures = Figures {
            metrics: figures(summary.metrics, figure, &mut tally),
            checks: summary.root_group.map(|root| checks(root, &mut tally)).unwrap_or_default(),
            duration_s: summary.state.and_then(|state| state.millis).map(|millis| millis / 1e3),
        };
        let part = sink.part(None);
        if let Some(at) = instant_of(summary.start_time.or(summary.started_at)) {
            sink.fact(part, Fact::Began(at));
        }
        if let Some(at) = instant_of(summary.timestamp.or(summary.date).or(summary.generated_at)) {
            sink.fact(part, Fact::WrittenAt(at));
        }
        finish(&figures, tally, input, settings, sink)
    }
}

/// k6 states no instant; scripts add one under a name of their own, as text or as unix time.
fn instant_of(stated: Option<Value>) -> Option<Timestamp> {
    let text = match stated? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    instant::read(text.trim())?.timestamp()
}

#[derive(Deserialize)]
struct Summary {
    timestamp: Option<Value>,
    date: Option<Value>,
    generated_at: Option<Value>,
    start_time: Option<Value>,
    started_at: Option<Value>,
    metrics: BTreeMap<String, Value>,
    root_group: Option<Value>,
    state: Option<State>,
}

#[derive(Deserialize)]
struct State {
    #[serde(rename = "testRunDurationMs")]
    millis: Option<f64>,
}

#[derive(Deserialize)]
struct Metric {
    #[serde(rename = "type")]
    kind: String,
    contains: Option<String>,
    values: Map<String, Value>,
    #[serde(default)]
    thresholds: BTreeMap<String, Kept>,
}

#[derive(Deserialize)]
struct Kept {
    ok: Option<bool>,
}

fn figure(name: &str, written: Value) -> Option<Figure> {
    let metric: Metric = serde_json::from_value(written).ok()?;
    Some(Figure {
        selector: selector(name),
        definition: Definition::from_words(&metric.kind, metric.contains.as_deref())?,
        stats: metric.values,
        thresholds: metric.thresholds.into_iter().map(|(expression, kept)| (expression, kept.ok)).collect(),
    })
}

/// The document, with nothing of its content in the error: it may hold secrets.
///
/// # Errors
/// It cannot be read, breaks off, or has another shape.
pub(super) fn document<T: DeserializeOwned>(input: &Input) -> Result<T, Error> {
    let (bytes, unfinished) = input.document()?;
    serde_json::from_slice(&bytes).map_err(|error| {
        if unfinished.is_some() || error.is_eof() {
            return Error::input("breaks off: its JSON has no end")
                .at(input.place())
                .hint("write the summary again, or give the NDJSON of the same run");
        }
        let what = if error.is_data() { "has not the shape of a k6 summary" } else { "is not JSON" };
        Error::input(format!("{what} (line {}, column {})", error.line(), error.column())).at(input.place())
    })
}

/// Reads each metric; those that cannot be read are rejected by name.
pub(super) fn figures(
    metrics: impl IntoIterator<Item = (String, Value)>,
    read: impl Fn(&str, Value) -> Option<Figure>,
    tally: &mut Tally,
) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (name, written) in metrics {
        if let Some(figure) = read(&name, written) {
            tally.used();
            figures.push(figure);
        } else {
            let selector = selector(&name);
            tally.rejected_aside += u64::from(is_aside(&selector.name));
            reject(&format!("metrics.{selector}"), "should be a metric with its kind and figures", tally);
        }
    }
    figures
}

/// A part of a document has no line of its own; its key says where it is.
pub(super) fn reject(field: &str, reason: &str, tally: &mut Tally) {
    let (field, reason) = (Some(field.to_owned()), reason.to_owned());
    tally.reject(Rejection { byte: 0, line: 1, field, reason, excerpt: String::new() });
}

/// Hands the figures on.
///
/// # Errors
/// Under `strict`, the first part that could not be read.
pub(super) fn finish(
    figures: &Figures,
    tally: Tally,
    input: &Input,
    settings: &Settings,
    sink: &mut dyn Sink,
) -> Result<Tally, Error> {
    tally.stop_if_strict(settings, input)?;
    figures.hand_on(sink);
    Ok(tally)
}

/// A group of checks; handleSummary lists groups and checks, the export has them by name.
#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    groups: Members<Group>,
    #[serde(default)]
    checks: Members<CheckRow>,
}

#[derive(Deserialize)]
struct CheckRow {
    name: String,
    #[serde(default)]
    path: String,
    passes: u64,
    fails: u64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Members<T> {
    Listed(Vec<T>),
    ByName(BTreeMap<String, T>),
    None(()),
}

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self::None(())
    }
}

impl<T> Members<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::Listed(list) => list,
            Self::ByName(map) => map.into_values().collect(),
            Self::None(()) => Vec::new(),
        }
    }
}

/// All checks of the tree of groups, by group and name.
pub(super) fn checks(root: Value, tally: &mut Tally) -> Vec<Check> {
    let Ok(root) = serde_json::from_value::<Group>(root) else {
        reject("root_group", "should be groups with their checks", tally);
        return Vec::new();
    };
    let (mut checks, mut groups) = (Vec::new(), vec![root]);
    while let Some(group) = groups.pop() {
        groups.extend(group.groups.into_vec());
        for row in group.checks.into_vec() {
            tally.used();
            let end = format!("::{}", row.name);
            let group = row.path.strip_suffix(&end).unwrap_or_default().to_owned();
            checks.push(Check { name: row.name, group, passes: row.passes, fails: row.fails });
        }
    }
    checks.sort_by(|a, b| (&a.group, &a.name).cmp(&(&b.group, &b.name)));
    checks
}

#[cfg(test)]
mod tests;
