//! A run against figures that people know only from documents: values or ranges, declared with their source and date.
//!
//! What was declared has no spread of its own, so nothing is tested. The change is given against both ends of the range, as a
//! share and as a factor. The run's own interval decides, where there is one: wholly beyond the range is a change, wholly
//! within what was declared or better is none for the worse. A figure without interval is taken as observed, and must then
//! lie beyond the range by a quarter.

use super::delta::{Call, DeclaredRange, Delta};
use super::settings::Settings;
use crate::analyse::figures::{EndpointFigures, LoadFigures};
use crate::fmt;
use crate::unit::Unit;
use serde::{Deserialize, Serialize};

/// What lies beyond a declared range by more than this is a change even without an interval.
const PLAIN: f64 = 0.25;

/// The shortest run whose throughput may be held against another time, in seconds.
pub const RATE_NEEDS_S: f64 = 5.0;

/// A metric that can be declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeclaredMetric {
    /// As people write it: `latency.p95`.
    pub name: &'static str,
    /// As a comparison names it: `p95`.
    pub short: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// Whether more of it is better.
    pub more_is_better: bool,
}

const fn metric(name: &'static str, short: &'static str, unit: Unit, more_is_better: bool) -> DeclaredMetric {
    DeclaredMetric { name, short, unit, more_is_better }
}

/// Every metric that can be declared.
pub const METRICS: [DeclaredMetric; 12] = [
    metric("latency.mean", "mean", Unit::Micros, false),
    metric("latency.min", "min", Unit::Micros, false),
    metric("latency.max", "max", Unit::Micros, false),
    metric("latency.p50", "p50", Unit::Micros, false),
    metric("latency.p90", "p90", Unit::Micros, false),
    metric("latency.p95", "p95", Unit::Micros, false),
    metric("latency.p99", "p99", Unit::Micros, false),
    metric("latency.p99.9", "p99.9", Unit::Micros, false),
    metric("failures.ratio", "failures", Unit::Ratio, false),
    metric("rate", "rate", Unit::PerSecond, true),
    metric("users.max", "users", Unit::Count, true),
    metric("cache.hit_ratio", "cache hits", Unit::Ratio, true),
];

/// A figure as somebody declared it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclaredFigure {
    /// The test; every test where left out.
    pub test: Option<String>,
    /// The endpoint's label; all requests together where left out.
    pub endpoint: Option<String>,
    /// One of [`METRICS`], by name.
    pub metric: String,
    /// Lower end, in base units.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Where it is written.
    pub source: String,
    /// On which day it was known, as YYYY-MM-DD.
    pub date: String,
}

/// What is held against a declared figure.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// The test's name.
    pub test: &'a str,
    /// The endpoint, or all requests.
    pub figures: &'a EndpointFigures,
    /// The test's load.
    pub load: &'a LoadFigures,
}

impl Measured<'_> {
    /// Length of the run: the rate is requests by it.
    fn seconds(&self) -> Option<f64> {
        let (requests, rate) = (self.figures.requests?, self.figures.rate_per_s.filter(|rate| *rate > 0.0)?);
        #[expect(clippy::cast_precision_loss, reason = "counts of a load test are far below 2^53")]
        let seconds = requests as f64 / rate;
        Some(seconds)
    }

    /// The figure and its 95 % interval, where it has one.
    fn value(&self, metric: &DeclaredMetric) -> (Option<f64>, Option<(f64, f64)>) {
        let latency = &self.figures.latency_us;
        match metric.short {
            "mean" => (latency.mean, None),
            "min" => (latency.min, None),
            "max" => (latency.max, None),
            "failures" => (self.figures.failure_ratio, self.figures.failure_ratio_ci),
            "rate" => (self.figures.rate_per_s, None),
            // They are set and counted, not sampled.
            "users" => (self.load.users_max, self.load.users_max.map(|users| (users, users))),
            "cache hits" => (self.figures.cache.map(|cache| cache.ratio), None),
            name => {
                let interval = latency.quantile_ci.get(name).map(|(low, high)| {
                    // "Beyond the slowest" is no number: such an interval reaches everywhere.
                    (low.unwrap_or(0.0), high.unwrap_or(f64::INFINITY))
                });
                (latency.quantiles.get(name).copied().flatten(), interval)
            }
        }
    }
}

/// A declared figure of an endpoint that `test` does not have.
#[must_use]
pub fn unmeasured(test: &str, declared: &DeclaredFigure) -> Delta {
    let mut delta = begun(test, declared);
    delta.why = Some("declared, and not measured in this run".to_owned());
    delta
}

fn begun(test: &str, declared: &DeclaredFigure) -> Delta {
    let endpoint = declared.endpoint.as_deref().unwrap_or_default();
    let name = METRICS.iter().find(|one| one.name == declared.metric).map_or("unknown", |one| one.short);
    let (low, high) = (declared.low.min(declared.high), declared.low.max(declared.high));
    let range = DeclaredRange { low, high, source: declared.source.clone(), date: declared.date.clone() };
    Delta { declared: Some(range), ..Delta::named((test, endpoint), name, "declared") }
}

/// Holds a run against a declared figure.
#[must_use]
pub fn compare(measured: Measured<'_>, declared: &DeclaredFigure, settings: &Settings) -> Delta {
    let mut delta = begun(measured.test, declared);
    let (low, high) = (declared.low.min(declared.high), declared.low.max(declared.high));
    let Some(metric) = METRICS.iter().find(|one| one.name == declared.metric) else { return delta };
    let (value, interval) = measured.value(metric);
    delta.after = value;
    if let (Unit::PerSecond, Some(length)) = (metric.unit, measured.seconds().filter(|length| *length < RATE_NEEDS_S)) {
        delta.why = Some(format!(
            "{} are too short for a throughput: {} are needed",
            fmt::duration_s(length),
            fmt::duration_s(RATE_NEEDS_S)
        ));
        return delta;
    }
    let Some(value) = value else {
        delta.why = Some("not given in this run".to_owned());
        return delta;
    };
    if (high - low).abs() < f64::EPSILON {
        delta.before = Some(low);
        delta.ratio = (low > 0.0).then(|| value / low);
    }
    let sure = interval.is_some();
    let (from, to) = interval.unwrap_or((value, value));
    let beyond = if sure { settings.material } else { PLAIN };
    let above = from > high * (1.0 + beyond);
    let below = to < low / (1.0 + beyond);
    let (worse, better) = if metric.more_is_better { (below, above) } else { (above, below) };
    let within = sure && if metric.more_is_better { from >= low } else { to <= high };
    delta.call = match (worse, better) {
        (true, _) => Call::Regressed,
        (_, true) => Call::Improved,
        _ if within => Call::NoSlower,
        _ => Call::Inconclusive,
    };
    if delta.call == Call::Inconclusive {
        delta.why = Some(if sure {
            "its 95 % interval reaches across an end of what was declared".to_owned()
        } else {
            format!("as observed, without interval: only more than {} beyond the range counts", fmt::percent(PLAIN))
        });
    } else if !sure {
        delta.why = Some("as observed, without interval".to_owned());
    }
    delta
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::figures::LatencyFigures;

    fn figures(p95_s: f64, interval_s: Option<(f64, f64)>) -> EndpointFigures {
        let text = r#"{"group": null, "method": null, "name": "", "label": "", "requests": 100, "failures": 0, "failure_ratio": 0.0,
            "failure_ratio_ci": [0.0, 0.037], "failures_why": null, "failure_kinds": [], "statuses": [], "rate_per_s": 2.0, "bytes": null,
            "cache": null, "latency_us": null, "latency_success_us": null}"#;
        let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
        let mut latency = LatencyFigures::default();
        latency.quantiles.insert("p95".to_owned(), Some(p95_s * 1e6));
        if let Some((low, high)) = interval_s {
            latency.quantile_ci.insert("p95".to_owned(), (Some(low * 1e6), Some(high * 1e6)));
        }
        value["latency_us"] = serde_json::to_value(&latency).unwrap();
        value["latency_success_us"] = serde_json::to_value(LatencyFigures::default()).unwrap();
        serde_json::from_value(value).unwrap()
    }

    fn call(metric: &str, (low, high): (f64, f64), figures: &EndpointFigures) -> Delta {
        let declared = DeclaredFigure {
            test: None,
            endpoint: None,
            metric: metric.to_owned(),
            low,
            high,
            source: "notes".to_owned(),
            date: "2026-01-05".to_owned(),
        };
        let load = LoadFigures::default();
        compare(Measured { test: "t", figures, load: &load }, &declared, &Settings::default())
    }

    #[test]
    fn the_runs_interval_decides_against_the_range() {
        let range = (15e6, 45e6);
        let of = |p95, interval| call("latency.p95", range, &figures(p95, Some(interval))).call;
        assert_eq!(of(3.0, (2.5, 3.5)), Call::Improved);
        assert_eq!(of(20.0, (14.0, 30.0)), Call::NoSlower);
        assert_eq!(of(40.0, (30.0, 60.0)), Call::Inconclusive);
        assert_eq!(of(60.0, (50.0, 70.0)), Call::Regressed);
        assert_eq!(of(14.0, (10.0, 16.0)), Call::NoSlower, "better, and not surely so");
    }

    #[test]
    fn without_interval_only_a_quarter_beyond_counts() {
        let of = |p95| call("latency.p95", (15e6, 45e6), &figures(p95, None)).call;
        assert_eq!(of(3.0), Call::Improved);
        assert_eq!(of(14.0), Call::Inconclusive);
        assert_eq!(of(30.0), Call::Inconclusive);
        assert_eq!(of(60.0), Call::Regressed);
    }

    #[test]
    fn where_more_is_better_the_sides_are_turned() {
        assert_eq!(call("rate", (5.0, 10.0), &figures(1.0, None)).call, Call::Regressed);
        assert_eq!(call("rate", (0.5, 1.0), &figures(1.0, None)).call, Call::Improved);
        let unknown = call("cache.hit_ratio", (0.5, 0.7), &figures(1.0, None));
        assert_eq!(unknown.why.as_deref(), Some("not given in this run"));
    }

    #[test]
    fn a_single_value_has_a_ratio() {
        let found = call("latency.p95", (15e6, 15e6), &figures(3.0, Some((2.5, 3.5))));
        assert!((found.ratio.unwrap() - 0.2).abs() < 1e-12 && found.before.is_some());
        assert_eq!(found.declared.unwrap().source, "notes");
    }
}
