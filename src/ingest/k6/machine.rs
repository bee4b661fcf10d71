//! `k6 run --new-machine-readable-summary` (since 1.5): one summary for both of the older ways of writing it. It says which
//! k6 ran and when, and has neither thresholds nor sub-metrics. Its `config.script` is the whole script, which may hold
//! secrets and is passed over by the parser.

use super::figure::{Check, Figure, Figures, selector};
use super::metric::Definition;
use super::outline::{self, Kind};
use super::summary::{document, figures, finish};
use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::sample::Fact;
use crate::unit::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Reads k6's machine-readable summary.
pub(in crate::ingest) struct K6MachineSummary;

impl Adapter for K6MachineSummary {
    fn name(&self) -> &'static str {
        "k6_machine_summary"
    }

    fn tool(&self) -> &'static str {
        "k6"
    }

    fn about(&self) -> &'static str {
        "figures at the end of a run: `k6 run --new-machine-readable-summary --summary-export FILE` (k6 1.5 and later)"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        outline::sniff(head, Kind::Machine)
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let Document { config, metadata, results } = document(input)?;
        let mut tally = Tally::default();
        let checks = results.checks.unwrap_or_default();
        let own = checks.metrics.into_iter().filter_map(|metric| renamed(metric, "checks_succeeded", "checks"));
        let metrics = results.metrics.into_iter().chain(own).map(|metric| (name_of(&metric), metric));
        let metrics = figures(metrics, figure, &mut tally);
        let check =
            |row: CheckRow| Check { name: row.name, group: String::new(), passes: row.passes, fails: row.fails };
        let checks: Vec<Check> = checks.results.into_iter().map(check).collect();
        for _ in &checks {
            tally.used();
        }
        let figures = Figures { metrics, checks, duration_s: config.and_then(|config| config.duration) };
        let tally = finish(&figures, tally, input, settings, sink)?;
        let part = sink.part(None);
        if let Some(version) = metadata.k6_version {
            sink.fact(part, Fact::ToolVersion(version));
        }
        let written = metadata.generated_at.and_then(|text| text.parse::<jiff::Timestamp>().ok());
        if let Some(nanos) = written.and_then(|at| i64::try_from(at.as_nanosecond()).ok()) {
            sink.fact(part, Fact::WrittenAt(Timestamp(nanos)));
        }
        Ok(tally)
    }
}

#[derive(Deserialize)]
struct Document {
    config: Option<Config>,
    #[serde(default)]
    metadata: Metadata,
    results: Results,
}

#[derive(Deserialize)]
struct Config {
    /// Seconds.
    duration: Option<f64>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    generated_at: Option<String>,
    k6_version: Option<String>,
}

#[derive(Deserialize)]
struct Results {
    #[serde(default)]
    metrics: Vec<Value>,
    checks: Option<Checks>,
}

#[derive(Deserialize, Default)]
struct Checks {
    #[serde(default)]
    metrics: Vec<Value>,
    #[serde(default)]
    results: Vec<CheckRow>,
}

#[derive(Deserialize)]
struct CheckRow {
    name: String,
    passes: u64,
    fails: u64,
}

#[derive(Deserialize)]
struct Metric {
    #[serde(rename = "type")]
    kind: String,
    contains: Option<String>,
    values: Map<String, Value>,
}

fn name_of(metric: &Value) -> String {
    metric.get("name").and_then(Value::as_str).unwrap_or("(unnamed)").to_owned()
}

/// The metric under its name in all other files of k6, if it is the one of that name.
fn renamed(mut metric: Value, from: &str, to: &str) -> Option<Value> {
    let name = metric.get_mut("name").filter(|name| name.as_str() == Some(from))?;
    *name = Value::from(to);
    Some(metric)
}

fn figure(name: &str, written: Value) -> Option<Figure> {
    let metric: Metric = serde_json::from_value(written).ok()?;
    let definition = Definition::from_words(&metric.kind, metric.contains.as_deref())?;
    Some(Figure { selector: selector(name), definition, stats: metric.values, thresholds: Vec::new() })
}
