//! `k6 run --summary-export FILE`: the older summary. Its figures stand directly inside the metric, kinds and units are not
//! said, and a threshold's truth value means that it was *crossed*: the opposite of handleSummary's `ok`.

use super::figure::{Figure, Figures, selector};
use super::metric::{Contains, Definition};
use super::outline::{self, Kind};
use super::summary::{checks, document, figures, finish};
use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::key::MetricKind;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Reads k6's `--summary-export`.
pub(in crate::ingest) struct K6SummaryExport;

impl Adapter for K6SummaryExport {
    fn name(&self) -> &'static str {
        "k6_summary_export"
    }

    fn tool(&self) -> &'static str {
        "k6"
    }

    fn about(&self) -> &'static str {
        "figures at the end of a run, with thresholds: `k6 run --summary-export FILE`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        outline::sniff(head, Kind::Export)
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let export: Export = document(input)?;
        let mut tally = Tally::default();
        let figures = Figures {
            metrics: figures(export.metrics, figure, &mut tally),
            checks: export.root_group.map(|root| checks(root, &mut tally)).unwrap_or_default(),
            duration_s: None,
        };
        let of_unknown_unit = |figure: &&Figure| {
            figure.definition.kind == MetricKind::Trend && Definition::built_in(&figure.selector.name).is_none()
        };
        let names: BTreeSet<&str> =
            figures.metrics.iter().filter(of_unknown_unit).map(|figure| figure.selector.name.as_str()).collect();
        if !names.is_empty() {
            let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
            tally.note(format!("the file does not say in what unit {} is; shown as plain numbers", names.join(", ")));
        }
        finish(&figures, tally, input, settings, sink)
    }
}

#[derive(Deserialize)]
struct Export {
    metrics: BTreeMap<String, Value>,
    root_group: Option<Value>,
}

fn figure(name: &str, written: Value) -> Option<Figure> {
    let Value::Object(mut stats) = written else { return None };
    let thresholds = match stats.remove("thresholds") {
        None => Vec::new(),
        Some(Value::Object(thresholds)) => {
            thresholds.into_iter().map(|(expression, crossed)| (expression, kept(&crossed))).collect()
        }
        Some(_) => return None,
    };
    let selector = selector(name);
    let definition = Definition::built_in(&selector.name).or_else(|| by_figures(&stats))?;
    Some(Figure { selector, definition, stats, thresholds })
}

/// True means crossed.
fn kept(crossed: &Value) -> Option<bool> {
    crossed.as_bool().map(|crossed| !crossed)
}

/// The kind of a script's own metric, which is known by the figures it has.
fn by_figures(stats: &Map<String, Value>) -> Option<Definition> {
    let has = |names: &[&str]| names.iter().all(|name| stats.contains_key(*name));
    let kind = if has(&["passes", "fails"]) {
        MetricKind::Rate
    } else if has(&["count", "rate"]) {
        MetricKind::Counter
    } else if has(&["value", "min", "max"]) {
        MetricKind::Gauge
    } else if !stats.is_empty() && stats.values().all(|value| value.is_number() || value.is_null()) {
        MetricKind::Trend
    } else {
        return None;
    };
    Some(Definition { kind, contains: Contains::Default })
}
