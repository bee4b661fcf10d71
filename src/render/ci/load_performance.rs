//! load-performance.json for GitLab's `load_performance` report, from any tool's data.
//!
//! GitLab's widget knows the shape of k6's old summary only and reads four figures of it: `http_reqs.rate`, 90th and 95th percentile
//! of `http_req_waiting`, and the share of `checks` that passed. It compares them with the target branch's without any
//! tolerance, so they are rounded to three significant digits. It has room for one test: the first of the plan that has a result, without a plan
//! the first by name. Which one, and where the figures come from, stands under `plimsoll`, which the widget passes over.

use crate::analyse::figures::{EndpointFigures, MetricFigures};
use crate::fmt;
use crate::report::model::{Report, TestReport};
use crate::unit::Unit;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Digits of a figure: no fewer than people compare, no more than a load test knows.
const DIGITS: usize = 3;

/// Writes the file.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let shown = first(report);
    let value = json!({
        "metrics": shown.map(metrics).unwrap_or_default(),
        "plimsoll": {
            "run_id": report.run_id,
            "verdict": report.verdict,
            "test": shown.map(|test| fmt::plain(&test.name)),
            "http_req_waiting": shown.map(|test| if waiting(test).is_some() {
                "time to first byte"
            } else {
                "full response time: the results hold no time to first byte"
            }),
        },
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    writeln!(out)
}

/// The first test of the plan that holds requests, else the first by name.
fn first(report: &Report) -> Option<&TestReport> {
    let holding: Vec<&TestReport> =
        report.standing().into_iter().filter(|test| test.totals.requests.is_some_and(|n| n > 0)).collect();
    let mut planned = report.plan.iter().filter(|line| line.state == "run");
    let of_plan = planned.find_map(|line| holding.iter().find(|test| test.name == line.test));
    of_plan.or(holding.first()).copied()
}

/// k6's time to first byte of all requests, where the results hold it.
fn waiting(test: &TestReport) -> Option<&MetricFigures> {
    let is = |one: &&MetricFigures| one.metric == "http_req_waiting" && one.unit == Unit::Micros;
    test.custom.iter().filter(is).find(|one| one.quantiles.values().any(Option::is_some))
}

fn metrics(test: &TestReport) -> Map<String, Value> {
    let totals = &test.totals;
    let latency = &totals.latency_us;
    let duration = trend(latency.mean, latency.min, latency.max, &latency.quantiles);
    let first_byte = waiting(test).map(|one| trend(one.mean, one.min, one.max, &one.quantiles));
    let mut all = Map::new();
    let mut put = |name: &str, figures: Map<String, Value>| {
        if !figures.is_empty() {
            all.insert(name.to_owned(), Value::Object(figures));
        }
    };
    put(
        "http_reqs",
        given([("count", totals.requests.map(Value::from)), ("rate", totals.rate_per_s.and_then(number))]),
    );
    put("http_req_duration", duration.clone());
    put("http_req_waiting", first_byte.unwrap_or(duration));
    put("checks", checks(totals));
    put("vus_max", given([("value", test.load.users_max.and_then(number))]));
    all
}

/// Requests that succeeded, in the place of checks.
fn checks(totals: &EndpointFigures) -> Map<String, Value> {
    let counts = totals.requests.zip(totals.failures);
    let passed = counts.map(|(requests, failures)| requests.saturating_sub(failures));
    let share = totals.failure_ratio.and_then(|ratio| number(1.0 - ratio));
    given([
        ("passes", passed.map(Value::from)),
        ("fails", totals.failures.filter(|_| passed.is_some()).map(Value::from)),
        ("value", share.filter(|_| passed.is_some())),
    ])
}

/// A trend as k6 writes it, in milliseconds; figures that are not known are left out.
fn trend(
    mean: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    quantiles: &BTreeMap<String, Option<f64>>,
) -> Map<String, Value> {
    let ms = |us: Option<f64>| us.and_then(|us| number(us / 1e3));
    let mut all = given([("avg", ms(mean)), ("min", ms(min)), ("max", ms(max))]);
    for (name, us) in quantiles {
        let name = match name.strip_prefix('p') {
            Some("50") => "med".to_owned(),
            Some(percent) => format!("p({percent})"),
            None => continue,
        };
        if let Some(value) = ms(*us) {
            all.insert(name, value);
        }
    }
    all
}

fn number(value: f64) -> Option<Value> {
    serde_json::Number::from_f64(fmt::rounded(value, DIGITS)).map(Value::Number)
}

fn given<const N: usize>(figures: [(&str, Option<Value>); N]) -> Map<String, Value> {
    figures.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
