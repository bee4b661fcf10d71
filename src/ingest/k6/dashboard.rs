//! The web dashboard's recording, `K6_WEB_DASHBOARD_RECORD=run.ndjson`: events, one a line.
//!
//! `param` lists the figures of each kind of metric and the thresholds, `metric` announces metrics, `snapshot` holds figures
//! of one period and `cumulative` those since the start. Figures have five digits. Up to 0.49 they stand by name; since, in
//! lists: one list a metric, in the order of the names of all metrics announced so far, one number a figure, in the order
//! that `param` gives. So an event means nothing without those before it.

use super::dashboard_figures::{Course, Values, hand_on};
use super::figure::selector;
use super::metric::Definition;
use crate::error::Error;
use crate::ingest::document::{reject, unix_ms};
use crate::ingest::{Adapter, Head, Input, PartId, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::sample::{Fact, Threshold};
use crate::unit::{Span, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Reads the dashboard's recording.
pub(in crate::ingest) struct K6DashboardRecord;

impl Adapter for K6DashboardRecord {
    fn name(&self) -> &'static str {
        "k6_dashboard_record"
    }

    fn tool(&self) -> &'static str {
        "k6"
    }

    fn about(&self) -> &'static str {
        "the web dashboard's recording, figures for each period: `K6_WEB_DASHBOARD_RECORD=FILE k6 run`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let is_event = |line: &[u8]| {
            ["param", "config", "metric"]
                .iter()
                .any(|event| line.starts_with(format!("{{\"event\":\"{event}\"").as_bytes()))
        };
        if head.lines().find(|line| !line.is_empty()).is_some_and(is_event) {
            Sniff::yes("events with param and metric, as k6's web dashboard records them")
        } else {
            Sniff::no("does not begin with an event of k6's web dashboard")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let part = sink.part(None);
        let mut recording = Recording::default();
        let mut tally = Tally::default();
        let mut lines = input.lines()?;
        let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        while let Some(line) = lines.next_line().map_err(broken)? {
            match recording.line(line.bytes, part, sink) {
                Ok(true) => tally.used(),
                Ok(false) => tally.skipped(),
                Err(_) if !line.terminated => {
                    tally.skipped();
                    tally.unfinished = Some("the last event breaks off".to_owned());
                }
                Err(reason) => tally.reject(Rejection {
                    byte: line.byte,
                    line: line.number,
                    field: None,
                    reason,
                    excerpt: String::new(),
                }),
            }
            tally.stop_if_strict(settings, input)?;
        }
        tally.unfinished = lines.unfinished().map(str::to_owned).or(tally.unfinished);
        recording.finish(part, sink, &mut tally);
        Ok(tally)
    }
}

#[derive(Deserialize)]
struct Event {
    event: String,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
struct Param {
    #[serde(default)]
    thresholds: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    aggregates: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Announced {
    #[serde(rename = "type")]
    kind: String,
    contains: Option<String>,
}

/// What the events have said so far.
#[derive(Default)]
pub(super) struct Recording {
    aggregates: BTreeMap<String, Vec<String>>,
    /// Every metric announced, by name: its kind in k6's word, and what it is.
    metrics: BTreeMap<String, (String, Option<Definition>)>,
    thresholds: BTreeMap<String, Vec<String>>,
    /// (metric, expression) of thresholds that the dashboard called broken.
    broken: BTreeSet<(String, String)>,
    started: Option<Timestamp>,
    stopped: Option<Timestamp>,
    last: Values,
    course: Course,
}

impl Recording {
    /// Takes a line; false where it is an event that is not needed.
    pub(super) fn line(&mut self, line: &[u8], part: PartId, sink: &mut dyn Sink) -> Result<bool, String> {
        if line.trim_ascii().is_empty() {
            return Ok(false);
        }
        let Event { event, data } =
            serde_json::from_slice(line).map_err(|error| format!("should be an event (column {})", error.column()))?;
        match event.as_str() {
            "param" => {
                let param: Param =
                    serde_json::from_value(data).map_err(|_| "should hold thresholds and aggregates".to_owned())?;
                self.thresholds.extend(param.thresholds);
                self.aggregates.extend(param.aggregates);
            }
            "metric" => {
                let announced: BTreeMap<String, Announced> =
                    serde_json::from_value(data).map_err(|_| "should hold metrics with their type".to_owned())?;
                for (name, Announced { kind, contains }) in announced {
                    let definition = Definition::from_words(&kind, contains.as_deref());
                    self.metrics.insert(name, (kind, definition));
                }
            }
            "start" => self.started = instant(&data),
            "stop" => self.stopped = instant(&data),
            "snapshot" => {
                let values = self.values(&data)?;
                self.course.snapshot(&values, part, sink);
            }
            "cumulative" => self.last = self.values(&data)?,
            "threshold" => {
                let broken: BTreeMap<String, Vec<String>> = serde_json::from_value(data).unwrap_or_default();
                self.broken.extend(broken.into_iter().flat_map(|(metric, expressions)| {
                    expressions.into_iter().map(move |expression| (metric.clone(), expression))
                }));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Figures by metric and name.
    fn values(&self, data: &Value) -> Result<Values, String> {
        let figure = |value: &Value| value.as_f64().filter(|value| value.is_finite());
        let mut values = Values::new();
        match data {
            Value::Object(by_name) => {
                for (metric, figures) in by_name {
                    let figures = figures.as_object().ok_or("should hold figures by name")?;
                    let known = figures.iter().filter_map(|(name, value)| Some((name.clone(), figure(value)?)));
                    values.insert(metric.clone(), known.collect());
                }
            }
            Value::Array(lists) => {
                if lists.len() != self.metrics.len() {
                    let (found, announced) = (lists.len(), self.metrics.len());
                    return Err(format!("should hold {announced} metrics, as many as were announced, found {found}"));
                }
                for ((metric, (kind, _)), list) in self.metrics.iter().zip(lists) {
                    let list = list.as_array().ok_or("should hold a list of figures for each metric")?;
                    let names = self.aggregates.get(kind).ok_or("comes before the list of figures in `param`")?;
                    let known = names.iter().zip(list).filter_map(|(name, value)| Some((name.clone(), figure(value)?)));
                    values.insert(metric.clone(), known.collect());
                }
            }
            _ => return Err("should hold figures".to_owned()),
        }
        values.retain(|_, figures| !figures.is_empty());
        Ok(values)
    }

    /// Hands on what the events amount to.
    pub(super) fn finish(self, part: PartId, sink: &mut dyn Sink, tally: &mut Tally) {
        let end = self.stopped.or(self.course.last());
        if let Some((start, end)) = self.started.zip(end).filter(|(start, end)| start <= end) {
            sink.fact(part, Fact::Ran(Span { start, end }));
        }
        for (metric, expressions) in &self.thresholds {
            for expression in expressions {
                let kept = self.broken.contains(&(metric.clone(), expression.clone())).then_some(false);
                let (metric, expression) = (selector(metric).to_string(), expression.clone());
                sink.threshold(part, Threshold { metric, expression, kept, abort: false });
            }
        }
        if self.last.is_empty() {
            reject("cumulative", "the recording has no figures of the whole run", tally);
            return;
        }
        let definitions: BTreeMap<&str, Definition> =
            self.metrics.iter().filter_map(|(name, (_, definition))| Some((name.as_str(), (*definition)?))).collect();
        hand_on(&self.last, &definitions, part, sink);
        self.course.finish(&self.last, end, part, sink);
        if self.stopped.is_none() {
            tally.unfinished = tally.unfinished.take().or(Some("the recording has no end of the run".to_owned()));
        }
        let said = "k6's dashboard rounds its figures to five digits; percentiles over time are of one period each";
        sink.fact(part, Fact::Remark(said.to_owned()));
    }
}

/// The only number of a `start` or `stop`: unix milliseconds.
fn instant(data: &Value) -> Option<Timestamp> {
    let first = match data {
        Value::Array(lists) => lists.first()?.as_array()?.first()?,
        other => other.get("time")?.get("value")?,
    };
    unix_ms(first.as_f64()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::{Part, Rollup};

    fn read(bytes: &[u8]) -> (Tally, Part) {
        let input = Input::memory("f", bytes.to_vec()).unwrap();
        let mut rollup = Rollup::new();
        let tally = K6DashboardRecord.read(&input, &Settings::default(), &mut rollup).unwrap();
        (tally, rollup.into_parts().remove(0))
    }

    const LISTS: &[u8] = include_bytes!("../../../samples/k6/dashboard-record/dashboard.ndjson");
    const BY_NAME: &[u8] = include_bytes!("../../../samples/k6/dashboard-record-0.49/dashboard.ndjson");

    #[test]
    fn both_forms_give_the_counts_of_the_summary() {
        for bytes in [LISTS, BY_NAME] {
            let (tally, part) = read(bytes);
            assert_eq!((tally.rejected, tally.unfinished), (0, None));
            let totals = part.totals();
            assert_eq!((totals[0].requests, totals[0].failures), (Some(48), Some(6)));
            let courses = part.intervals();
            assert_eq!(courses[0].rows.last().unwrap().cumulative, Some((48, 6)));
            assert_eq!(part.thresholds().len(), 11);
        }
    }

    #[test]
    fn an_event_of_another_width_is_refused() {
        let text = String::from_utf8(LISTS.to_vec()).unwrap();
        let damaged = text.replacen("\"data\":[[0.8],[0.8],", "\"data\":[[0.8],", 1);
        assert_ne!(damaged, text);
        let (tally, _) = read(damaged.as_bytes());
        assert_eq!(tally.rejected, 1);
        assert!(tally.first_rejections[0].reason.contains("as many as were announced"));
    }

    #[test]
    fn a_recording_that_breaks_off_is_unfinished() {
        let end = LISTS.len() - 400;
        let (tally, part) = read(&LISTS[..end]);
        assert!(tally.unfinished.is_some());
        assert!(part.totals()[0].requests.unwrap() <= 48);
    }
}
