//! Prometheus' answer to a range query, as `curl …/api/v1/query_range` writes it: one column for each series.

use super::shown::{Figure, Shown};
use crate::error::Error;
use crate::ingest::document::{json, reject, unix_ms};
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Reads a range query's answer.
pub struct MonitorPrometheus;

const HINT: &str = "ask for a range: /api/v1/query_range?query=…&start=…&end=…&step=1s";
/// Endings of names of counters, a histogram's and a summary's among them.
const GROWS: [&str; 4] = ["_total", "_sum", "_count", "_bucket"];
/// Endings that state a base unit (Prometheus' naming rules).
const UNITS: [(&str, &str); 6] =
    [("_bytes", "B"), ("_seconds", "s"), ("_percent", "%"), ("_celsius", "°C"), ("_milliseconds", "ms"), ("_ms", "ms")];

#[derive(Deserialize)]
struct Answer {
    status: String,
    #[serde(rename = "errorType")]
    error_type: Option<String>,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    result_type: String,
    result: Value,
}

#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    metric: BTreeMap<String, String>,
    #[serde(default)]
    values: Vec<(f64, String)>,
    /// Native histograms have these instead of values.
    #[serde(default)]
    histograms: Vec<Value>,
}

impl Adapter for MonitorPrometheus {
    fn name(&self) -> &'static str {
        "monitor_prometheus"
    }

    fn tool(&self) -> &'static str {
        "Prometheus"
    }

    fn about(&self) -> &'static str {
        "a range query's answer as JSON: `curl -G …/api/v1/query_range -d query=… -d start=… -d end=… -d step=1s`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let start: Vec<u8> =
            head.bytes().iter().filter(|byte| !byte.is_ascii_whitespace()).take(400).copied().collect();
        let has = |needle: &[u8]| memchr::memmem::find(&start, needle).is_some();
        if start.starts_with(b"{\"") && has(b"\"status\":\"") && (has(b"\"resultType\":\"") || has(b"\"errorType\":\""))
        {
            Sniff::yes("JSON with Prometheus' status and resultType")
        } else {
            Sniff::no("no answer of Prometheus")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let answer: Answer = json(input, "an answer of Prometheus")?;
        let refused = |what: String| Error::input(what).at(input.place()).hint(HINT);
        let data = match answer.data {
            Some(data) if answer.status == "success" => data,
            _ => {
                let kind = answer.error_type.as_deref().unwrap_or("of no kind");
                return Err(refused(format!(
                    "is Prometheus' answer to a query that failed ({})",
                    crate::fmt::excerpt(kind.as_bytes())
                )));
            }
        };
        if data.result_type != "matrix" {
            let kind = crate::fmt::excerpt(data.result_type.as_bytes());
            return Err(refused(format!("holds one instant only, not a range (resultType `{kind}`)")));
        }
        let all: Vec<Series> = serde_json::from_value(data.result)
            .map_err(|_| Error::input("has not the shape of a matrix of series").at(input.place()))?;
        let mut tally = Tally::default();
        let mut shown = Shown::new(sink);
        let telling = telling_labels(&all);
        for series in &all {
            hand_on(series, &telling, &mut shown, sink, &mut tally);
            tally.stop_if_strict(settings, input)?;
        }
        shown.tell(&mut tally);
        Ok(tally)
    }
}

/// Labels that tell series of one name apart; the others (often instance and job) are the same everywhere.
fn telling_labels(all: &[Series]) -> BTreeSet<(String, String)> {
    let mut seen: BTreeMap<(&str, &str), BTreeSet<Option<&str>>> = BTreeMap::new();
    let labels: BTreeSet<(&str, &str)> =
        all.iter().flat_map(|series| series.metric.keys().map(|label| (name_of(series), label.as_str()))).collect();
    for series in all {
        for (name, label) in labels.range((name_of(series), "")..).take_while(|(name, _)| *name == name_of(series)) {
            seen.entry((name, label)).or_default().insert(series.metric.get(*label).map(String::as_str));
        }
    }
    let telling = seen.into_iter().filter(|(_, values)| values.len() > 1);
    telling.map(|((name, label), _)| (name.to_owned(), label.to_owned())).collect()
}

/// Whether a metric of that name counts up, and in what unit.
pub(super) fn meaning(name: &str) -> (bool, &'static str) {
    let bare = name.strip_suffix("_total").unwrap_or(name);
    let unit = UNITS.iter().find(|(ending, _)| bare.ends_with(ending)).map_or("", |(_, unit)| *unit);
    (GROWS.iter().any(|ending| name.ends_with(ending)), unit)
}

fn name_of(series: &Series) -> &str {
    series.metric.get("__name__").map_or("", String::as_str)
}

/// `node_cpu_seconds_total{mode="idle"}`, or the labels alone where an expression left no name.
fn title(series: &Series, telling: &BTreeSet<(String, String)>) -> String {
    let name = name_of(series);
    let labels: Vec<String> = series
        .metric
        .iter()
        .filter(|(label, _)| telling.contains(&(name.to_owned(), (*label).clone())))
        .map(|(label, value)| format!("{label}=\"{value}\""))
        .collect();
    match (name, labels.as_slice()) {
        ("", []) => "value".to_owned(),
        (name, []) => name.to_owned(),
        (name, labels) => format!("{name}{{{}}}", labels.join(",")),
    }
}

fn hand_on(
    series: &Series,
    telling: &BTreeSet<(String, String)>,
    shown: &mut Shown,
    sink: &mut dyn Sink,
    tally: &mut Tally,
) {
    let (grows, unit) = meaning(name_of(series));
    let title = title(series, telling);
    for (seconds, text) in &series.values {
        let at = unix_ms(seconds * 1000.0);
        let value = match text.as_str() {
            // What was not there, and what has no end, was not measured.
            "NaN" | "+Inf" | "-Inf" | "Inf" => Some(None),
            text => text.parse::<f64>().ok().filter(|value| value.is_finite()).map(Some),
        };
        let (Some(at), Some(value)) = (at, value) else {
            reject(&title, "should be pairs of a unix time and a number", tally);
            continue;
        };
        let figure = if grows { Figure::grown(&title, unit, value) } else { Figure::level(&title, unit, value) };
        shown.take(&figure, at, sink);
        tally.used();
    }
    for _ in &series.histograms {
        tally.skipped();
    }
    if !series.histograms.is_empty() {
        tally.note(format!(
            "`{}` is a native histogram; ask for its histogram_quantile or histogram_count",
            crate::fmt::excerpt(title.as_bytes())
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failed, read, sniff, values};
    use super::*;
    use crate::model::key::ColumnKind;
    use crate::unit::Timestamp;

    #[test]
    fn series_of_one_name_are_told_apart_by_what_differs() {
        let text = r#"{"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{"__name__":"node_cpu_seconds_total","cpu":"0","job":"node","mode":"idle"},"values":[[1795250777,"10"],[1795250778.5,"NaN"]]},
            {"metric":{"__name__":"node_cpu_seconds_total","cpu":"0","job":"node","mode":"user"},"values":[[1795250777,"5"],[1795250778,"six"]]},
            {"metric":{"__name__":"node_load1","job":"node"},"values":[[1795250777,"1e-1"]]}]}}"#;
        assert!(matches!(sniff(&MonitorPrometheus, text), Sniff::Yes(_)));
        let (tally, sink) = read(&MonitorPrometheus, text);
        assert_eq!((tally.used, tally.rejected), (4, 1));
        assert_eq!(values(&sink, "node_cpu_seconds_total{mode=\"idle\"}"), [Some(10.0), None]);
        assert_eq!(values(&sink, "node_load1"), [Some(0.1)]);
        assert_eq!(sink.readings[1].1, Timestamp(1_795_250_778_500_000_000));
        let kinds: Vec<_> = sink.columns.iter().map(|key| (key.kind, key.unit.as_str())).collect();
        assert_eq!(kinds, [(ColumnKind::Cumulative, "s"), (ColumnKind::Cumulative, "s"), (ColumnKind::Level, "")]);
    }

    #[test]
    fn an_expression_without_labels_is_a_value() {
        let text = r#"{ "status": "success", "data": { "resultType": "matrix", "result": [ { "metric": {}, "values": [[1795250777,"1"]] } ] } }"#;
        assert!(matches!(sniff(&MonitorPrometheus, text), Sniff::Yes(_)));
        assert_eq!(values(&read(&MonitorPrometheus, text).1, "value"), [Some(1.0)]);
    }

    #[test]
    fn an_instant_or_a_failure_is_refused_with_what_to_ask() {
        for text in [
            r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up"},"value":[1795250784.235,"1"]}]}}"#,
            r#"{"status":"error","errorType":"bad_data","error":"invalid parameter"}"#,
        ] {
            assert!(matches!(sniff(&MonitorPrometheus, text), Sniff::Yes(_)));
            assert!(failed(&MonitorPrometheus, text).hint.unwrap().contains("query_range"));
        }
    }
}
