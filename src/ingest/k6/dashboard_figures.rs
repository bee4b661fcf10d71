//! The dashboard's figures as those of a summary, and its periods as rows over time.

use super::figure::{Figure, Figures, selector};
use super::metric::Definition;
use crate::ingest::{PartId, Sink};
use crate::model::key::MetricKind;
use crate::model::sample::{Fact, Interval};
use crate::unit::Timestamp;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Figures by metric and name, such as `http_reqs` and `count`.
pub(super) type Values = BTreeMap<String, BTreeMap<String, f64>>;

/// Counts have five digits: above this one they are rounded.
const MOST_EXACT: f64 = 99_999.0;

/// Hands on the figures of the whole run, as if a summary had been written.
pub(super) fn hand_on(values: &Values, definitions: &BTreeMap<&str, Definition>, part: PartId, sink: &mut dyn Sink) {
    let counts = failed(values);
    let figure = |(name, figures): (&String, &BTreeMap<String, f64>)| {
        let definition = definitions.get(name.as_str()).copied()?;
        let mut stats: Map<String, Value> =
            figures.iter().map(|(name, value)| (name.clone(), Value::from(*value))).collect();
        // The dashboard gives a share; the summary that this is read as gives counts.
        if let ("http_req_failed", MetricKind::Rate, Some((all, failed))) = (name.as_str(), definition.kind, counts) {
            stats.insert("passes".to_owned(), Value::from(failed));
            stats.insert("fails".to_owned(), Value::from(all - failed));
        }
        Some(Figure { selector: selector(name), definition, stats, thresholds: Vec::new() })
    };
    let of_requests = values.iter().filter(|(name, _)| *name != "time");
    let figures = Figures { metrics: of_requests.filter_map(figure).collect(), checks: Vec::new(), duration_s: None };
    figures.hand_on(sink);
    if number(values, "http_reqs", "count").is_some_and(|count| count > MOST_EXACT) {
        let said = "the number of requests is rounded to five digits, and failures are computed from their share";
        sink.fact(part, Fact::Remark(said.to_owned()));
    }
}

fn number(values: &Values, metric: &str, name: &str) -> Option<f64> {
    values.get(metric)?.get(name).copied()
}

/// Requests and failures: a share of five digits of a count gives the count back.
fn failed(values: &Values) -> Option<(u64, u64)> {
    let whole = crate::ingest::document::whole;
    let count = number(values, "http_reqs", "count")?;
    let share = number(values, "http_req_failed", "rate")?.clamp(0.0, 1.0);
    let (all, failed) = (whole(count)?, whole((count * share).round())?);
    Some((all, failed.min(all)))
}

/// Counts since the start, period by period.
#[derive(Debug, Default)]
pub(super) struct Course {
    requests: u64,
    failures: u64,
    last: Option<Timestamp>,
}

impl Course {
    /// A period's figures.
    pub(super) fn snapshot(&mut self, values: &Values, part: PartId, sink: &mut dyn Sink) {
        let Some(at) = number(values, "time", "value").and_then(crate::ingest::document::unix_ms) else { return };
        self.last = self.last.max(Some(at));
        let requests = number(values, "http_reqs", "count").and_then(crate::ingest::document::whole).unwrap_or(0);
        let failures = failed(values).map_or(0, |(_, failed)| failed);
        self.requests = self.requests.saturating_add(requests);
        self.failures = self.failures.saturating_add(failures);
        let mut quantiles: Vec<(f64, f64)> = [(0.5, "med"), (0.9, "p(90)"), (0.95, "p(95)"), (0.99, "p(99)")]
            .into_iter()
            .filter_map(|(p, name)| Some((p, number(values, "http_req_duration", name)? * 1e3)))
            .collect();
        quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        sink.interval(
            part,
            Interval {
                at,
                endpoint: None,
                users: number(values, "vus", "value"),
                rate_per_s: number(values, "http_reqs", "rate"),
                failures_per_s: None,
                quantiles,
                cumulative: Some((self.requests, self.failures)),
            },
        );
    }

    /// When the last period ended.
    pub(super) fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// What came after the last period: the figures of the whole run are more than the periods' sum.
    pub(super) fn finish(&self, whole: &Values, end: Option<Timestamp>, part: PartId, sink: &mut dyn Sink) {
        let Some((requests, failures)) = failed(whole) else { return };
        let Some(at) = end.filter(|end| Some(*end) > self.last && requests >= self.requests) else { return };
        sink.interval(
            part,
            Interval {
                at,
                endpoint: None,
                users: None,
                rate_per_s: None,
                failures_per_s: None,
                quantiles: Vec::new(),
                cumulative: Some((requests, failures.max(self.failures))),
            },
        );
    }
}
