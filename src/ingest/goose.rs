//! Goose's JSON report, `--report-file report.json` (0.18 and later): its tables of requests, answers and transactions.
//!
//! Counts, mean and extremes are exact to the millisecond; percentiles are of times that Goose rounded. Answers within the
//! table of transactions are steps of a scenario, which hold requests and pauses. Rates are counts by the whole seconds of the
//! run, as floats of single precision; where they make other counts, the report contradicts itself. An error is counted each time that it is told: a
//! request whose outcome the script sets again has two.

mod requests;

pub use requests::GooseRequests;

use crate::error::Error;
use crate::ingest::document;
use crate::ingest::implied::{Implied, Printed};
use crate::ingest::scrub::{self, without_queries};
use crate::ingest::{Adapter, Head, Input, PartId, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::{Fact, Fault, LoadModel, Total};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads Goose's JSON report.
pub struct GooseJson;

/// The tool, as it writes itself.
const TOOL: &str = "Goose";
/// Microseconds in Goose's unit.
const US_PER_MS: f64 = 1e3;
/// Steps of Goose's rounding, in microseconds: (from, step).
const STEPS_US: [(f64, f64); 4] = [(0.0, 1e3), (100e3, 10e3), (500e3, 100e3), (1000e3, 1000e3)];

impl Adapter for GooseJson {
    fn name(&self) -> &'static str {
        "goose_json"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "Goose's JSON report of 0.18 and later, `--report-file report.json`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let opens = head.bytes().trim_ascii_start().starts_with(b"{");
        let keys: [&[u8]; 3] = [b"\"raw_metrics\"", b"\"hash\"", b"\"maximum_users\""];
        if opens && keys.iter().all(|key| head.contains(key)) {
            Sniff::yes("a JSON object with Goose's raw_metrics")
        } else {
            Sniff::no("no JSON object with Goose's raw_metrics and maximum_users")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let report: Report = document::json(input, "Goose's report")?;
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        report.run.hand_on(part, sink);
        let mut tally = Tally::default();
        let mut percentiles: BTreeMap<(String, String), Vec<(f64, f64)>> = BTreeMap::new();
        for (row, field) in rows(&report.responses, "raw_response_metrics") {
            take(row, &field, &mut tally, |row: Response| {
                percentiles.insert((row.method.clone(), row.name.clone()), row.quantiles());
            });
        }
        for (row, field) in rows(&report.requests, "raw_request_metrics") {
            take(row, &field, &mut tally, |row: Request| {
                let quantiles = percentiles.remove(&(row.method.clone(), row.name.clone())).unwrap_or_default();
                row.doubts(report.run.duration).for_each(|doubt| sink.fact(part, doubt));
                sink.total(part, row.total(quantiles));
            });
        }
        for (row, field) in rows(report.transactions.as_deref().unwrap_or(&[]), "transaction_metrics") {
            take(row, &field, &mut tally, |row: Transaction| {
                if let Some(total) = row.total() {
                    sink.total(part, total);
                }
            });
        }
        for (row, field) in rows(report.errors.as_deref().unwrap_or(&[]), "errors") {
            take(row, &field, &mut tally, |row: Failure| sink.fault(part, row.fault()));
        }
        tally.note("Goose measures whole milliseconds, and rounds what percentiles are taken from; it does not say when it ran");
        tally.stop_if_strict(settings, input)?;
        Ok(tally)
    }
}

#[derive(Deserialize)]
struct Report {
    #[serde(rename = "raw_metrics")]
    run: Run,
    #[serde(rename = "raw_request_metrics")]
    requests: Vec<Value>,
    #[serde(rename = "raw_response_metrics")]
    responses: Vec<Value>,
    #[serde(rename = "transaction_metrics")]
    transactions: Option<Vec<Value>>,
    errors: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct Run {
    duration: Option<f64>,
    maximum_users: Option<f64>,
}

impl Run {
    fn hand_on(&self, part: PartId, sink: &mut dyn Sink) {
        if let Some(seconds) = self.duration.filter(|seconds| *seconds > 0.0) {
            sink.fact(part, Fact::DurationSeconds(seconds));
        }
        if let Some(users) = self.maximum_users {
            sink.fact(part, Fact::Users(users));
        }
    }
}

#[derive(Deserialize)]
struct Request {
    method: String,
    name: String,
    number_of_requests: u64,
    number_of_failures: u64,
    response_time_average: Option<f64>,
    response_time_minimum: Option<f64>,
    response_time_maximum: Option<f64>,
    requests_per_second: Option<f64>,
    failures_per_second: Option<f64>,
}

impl Request {
    /// Where the rates over the run's seconds do not make the counts.
    fn doubts(&self, seconds: Option<f64>) -> impl Iterator<Item = Fact> {
        let seconds = seconds.filter(|seconds| *seconds > 0.0).map(Printed::whole);
        let over = move |rate: Option<f64>| Some(Implied::by(Printed::whole(rate?), seconds?));
        let which = format!("the row {} counts", crate::fmt::code(&without_queries(&self.name)));
        let differs = |rate: Option<f64>, what: &str, count: u64| {
            over(rate)?.differs("a rate over the run's seconds", what, &which, count)
        };
        let doubts = [
            differs(self.requests_per_second, "requests", self.number_of_requests),
            differs(self.failures_per_second, "failures", self.number_of_failures),
        ];
        doubts.into_iter().flatten()
    }

    fn total(&self, quantiles: Vec<(f64, f64)>) -> Total {
        let is_sum = self.method.is_empty() && self.name == "Aggregated";
        let us = |ms: Option<f64>| ms.filter(|ms| ms.is_finite() && *ms >= 0.0).map(|ms| ms * US_PER_MS);
        let latency = if self.number_of_requests == 0 {
            Distribution::Unknown("nothing was requested".to_owned())
        } else {
            Distribution::Quoted(Quoted {
                n: Some(self.number_of_requests),
                mean_us: us(self.response_time_average),
                min_us: us(self.response_time_minimum),
                max_us: us(self.response_time_maximum),
                quantiles,
                definition: "Goose: rank among times that it rounded".to_owned(),
                rounding_us: STEPS_US.to_vec(),
            })
        };
        let mut total = Total {
            failures: Some(self.number_of_failures),
            latency,
            ..nothing(Population::Request, self.number_of_requests)
        };
        total.endpoint = (!is_sum).then(|| EndpointKey::new(Some(&self.method), &without_queries(&self.name)));
        total.rate_per_s = self.requests_per_second;
        total
    }
}

#[derive(Deserialize)]
struct Response {
    method: String,
    name: String,
    #[serde(flatten)]
    percentiles: BTreeMap<String, Value>,
}

impl Response {
    /// `percentile_95` and its like; that of 100 is the maximum.
    fn quantiles(&self) -> Vec<(f64, f64)> {
        let found = self.percentiles.iter().filter_map(|(key, value)| {
            let p: f64 = format!("{}e-2", key.strip_prefix("percentile_")?).parse().ok()?;
            (p < 1.0).then_some((p, document::amount(value)? * US_PER_MS))
        });
        let mut found: Vec<(f64, f64)> = found.collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        found
    }
}

#[derive(Deserialize)]
struct Transaction {
    is_scenario: bool,
    #[serde(rename = "transaction")]
    number: String,
    name: String,
    number_of_requests: u64,
    number_of_failures: u64,
    response_time_average: Option<f64>,
    response_time_minimum: Option<f64>,
    response_time_maximum: Option<f64>,
}

impl Transaction {
    /// `None` for the lines that head a scenario, and for the sum.
    fn total(&self) -> Option<Total> {
        if self.is_scenario || self.name == "Aggregated" {
            return None;
        }
        let us = |ms: Option<f64>| ms.filter(|ms| ms.is_finite() && *ms >= 0.0).map(|ms| ms * US_PER_MS);
        let name = if self.name.is_empty() { &self.number } else { &self.name };
        let latency = match us(self.response_time_average) {
            None => Distribution::Unknown("Goose gives no times for it".to_owned()),
            mean_us => Distribution::Quoted(Quoted {
                n: Some(self.number_of_requests),
                mean_us,
                min_us: us(self.response_time_minimum),
                max_us: us(self.response_time_maximum),
                definition: "Goose: whole milliseconds".to_owned(),
                ..Quoted::default()
            }),
        };
        Some(Total {
            endpoint: Some(EndpointKey::new(None, &without_queries(name))),
            failures: Some(self.number_of_failures),
            latency,
            ..nothing(Population::Transaction, self.number_of_requests)
        })
    }
}

#[derive(Deserialize)]
struct Failure {
    method: Value,
    name: String,
    error: String,
    occurrences: u64,
}

impl Failure {
    fn fault(&self) -> Fault {
        let method = self.method.as_str().map(str::to_ascii_uppercase);
        Fault {
            endpoint: Some(EndpointKey::new(method.as_deref(), &without_queries(&self.name))),
            text: scrub::text(&self.error),
            count: self.occurrences,
            of_requests: true,
        }
    }
}

fn nothing(population: Population, requests: u64) -> Total {
    Total {
        requests: Some(requests),
        latency: Distribution::Unknown("Goose gives no times for it".to_owned()),
        latency_ok: Distribution::Unknown("Goose does not time successes apart from failures".to_owned()),
        ..Total::of(population, None)
    }
}

fn rows<'a>(rows: &'a [Value], table: &'a str) -> impl Iterator<Item = (&'a Value, String)> {
    rows.iter().enumerate().map(move |(number, row)| (row, format!("{table}[{number}]")))
}

fn take<T: serde::de::DeserializeOwned>(row: &Value, field: &str, tally: &mut Tally, mut each: impl FnMut(T)) {
    match T::deserialize(row) {
        Ok(row) => {
            tally.used();
            each(row);
        }
        Err(_) => document::reject(field, "should be a row of Goose's tables", tally),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::Rollup;

    #[test]
    fn tables_become_totals() {
        let text = include_str!("../../samples/goose/report/report.json");
        let input = Input::memory("f", text.as_bytes().to_vec()).unwrap();
        let mut rollup = Rollup::new();
        let tally = GooseJson.read(&input, &Settings::default(), &mut rollup).unwrap();
        assert_eq!(tally.rejected, 0);
        let parts = rollup.into_parts();
        let of = |population| parts[0].totals().into_iter().filter(move |total| total.population == population);
        let sum = of(Population::Request).find(|total| total.endpoint.is_none()).unwrap();
        assert_eq!((sum.requests, sum.failures), (Some(167), Some(48)));
        let Distribution::Quoted(quoted) = &sum.latency else { panic!("{sum:?}") };
        assert_eq!(quoted.quantiles.len(), 7);
        assert_eq!(of(Population::Transaction).count(), 3);
    }
}
