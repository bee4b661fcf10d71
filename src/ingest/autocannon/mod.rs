//! autocannon's result, `autocannon --json`: one object, latencies in whole milliseconds, bytes per second.
//!
//! It prints no 95th percentile, and none is made up. Answers are counted by status; connections that failed and requests
//! that timed out are its `errors`. A request whose connection closed without an answer is in neither.

#[cfg(test)]
mod tests;

use super::implied::sum_differs;
use super::printed;
use super::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::error::Error;
use crate::fmt::{plural, quantile_p};
use crate::ingest::own::instant;
use crate::model::distribution::{Distribution, Quoted};
use crate::model::sample::{Fact, Fault, LoadModel, Total};
use crate::unit::Span;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

const DEFINITION: &str = "autocannon: HdrHistogram of whole milliseconds";
/// Step of its rounding, from 0 on: 1 ms.
const ROUNDING_US: (f64, f64) = (0.0, 1000.0);

/// Reads `autocannon --json`.
pub struct AutocannonJson;

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    url: Value,
    #[serde(default)]
    connections: u64,
    #[serde(default)]
    pipelining: u64,
    duration: Option<f64>,
    #[serde(default)]
    start: String,
    #[serde(default)]
    finish: String,
    #[serde(default)]
    errors: u64,
    #[serde(default)]
    timeouts: u64,
    #[serde(default)]
    mismatches: u64,
    #[serde(default)]
    non2xx: u64,
    #[serde(rename = "1xx", default)]
    informations: u64,
    #[serde(rename = "2xx")]
    successes: Option<u64>,
    #[serde(rename = "3xx", default)]
    redirects: u64,
    #[serde(rename = "4xx")]
    client_errors: Option<u64>,
    #[serde(rename = "5xx")]
    server_errors: Option<u64>,
    #[serde(rename = "statusCodeStats")]
    by_status: Option<BTreeMap<String, Status>>,
    latency: BTreeMap<String, Value>,
    requests: Requests,
    throughput: Throughput,
}

#[derive(Deserialize)]
struct Requests {
    average: Option<f64>,
    total: u64,
    sent: Option<u64>,
}

#[derive(Deserialize)]
struct Status {
    count: u64,
}

#[derive(Deserialize)]
struct Throughput {
    total: Option<u64>,
}

impl Adapter for AutocannonJson {
    fn name(&self) -> &'static str {
        "autocannon_json"
    }

    fn tool(&self) -> &'static str {
        "autocannon"
    }

    fn about(&self) -> &'static str {
        "autocannon's result, `autocannon --json`, or what its function gives back, written as JSON"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        const KEYS: [&[u8]; 4] = [b"\"url\"", b"\"pipelining\"", b"\"non2xx\"", b"\"p97_5\""];
        if head.bytes().trim_ascii_start().starts_with(b"{") && KEYS.iter().all(|key| head.contains(key)) {
            Sniff::yes("a JSON object with url, pipelining, non2xx and p97_5")
        } else {
            Sniff::no("no JSON object with url, pipelining, non2xx and p97_5")
        }
    }

    fn read(&self, input: &Input, _: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (bytes, unfinished) = input.document()?;
        let report: Report = serde_json::from_slice(&bytes).map_err(|error| {
            Error::input(format!("is no whole result of autocannon's: {error}"))
                .at(input.place())
                .hint("it should be what `autocannon --json` prints")
        })?;
        let part = sink.part(None);
        for fact in report.facts() {
            sink.fact(part, fact);
        }
        for fault in report.faults() {
            sink.fault(part, fault);
        }
        let total = report.total();
        if let Some(url) = report.url() {
            sink.total(part, Total { endpoint: Some(printed::endpoint(None, url)), ..total.clone() });
        }
        sink.total(part, total);
        let mut tally = Tally { unfinished, ..Tally::default() };
        tally.used();
        Ok(tally)
    }
}

impl Report {
    /// The one address that was asked for; `None` where there were several.
    fn url(&self) -> Option<&str> {
        match &self.url {
            Value::String(url) => Some(url),
            Value::Array(urls) => match urls.as_slice() {
                [one] => one.as_str(),
                _ => None,
            },
            _ => None,
        }
    }

    fn total(&self) -> Total {
        Total {
            requests: Some(self.requests.total.saturating_add(self.errors)),
            failures: Some(self.failures()),
            latency: self.latency(),
            rate_per_s: self.requests.average,
            bytes: self.throughput.total,
            span: self.span(),
            ..printed::nothing_known(None)
        }
    }

    /// Statuses of 400 and above; before they were counted by class, all but 2xx.
    fn bad_answers(&self) -> u64 {
        match (self.client_errors, self.server_errors) {
            (Some(client), Some(server)) => client.saturating_add(server),
            _ => self.non2xx.saturating_sub(self.redirects),
        }
    }

    fn failures(&self) -> u64 {
        // An answer may have both a wrong status and a wrong body, so the larger count is sure and the sum is not.
        self.errors.saturating_add(self.bad_answers().max(self.mismatches))
    }

    fn latency(&self) -> Distribution {
        let figure = |key: &str| self.latency.get(key).and_then(Value::as_f64).filter(|ms| *ms >= 0.0);
        let us = |key: &str| figure(key).map(|ms| ms * 1e3);
        if self.requests.total == 0 {
            return Distribution::Unknown("no request was answered".to_owned());
        }
        let named = |key: &str| quantile_p(&key.replace('_', "."));
        let mut quantiles: Vec<(f64, f64)> =
            self.latency.keys().filter_map(|key| Some((named(key)?, us(key)?))).collect();
        quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        Distribution::Quoted(Quoted {
            n: self.latency.get("totalCount").and_then(Value::as_u64).or(Some(self.requests.total)),
            mean_us: us("mean").or_else(|| us("average")),
            min_us: us("min"),
            max_us: us("max"),
            quantiles,
            definition: DEFINITION.to_owned(),
            rounding_us: vec![ROUNDING_US],
        })
    }

    fn span(&self) -> Option<Span> {
        let at = |text: &str| instant::read(text).and_then(instant::Clock::timestamp);
        let (start, end) = (at(&self.start)?, at(&self.finish)?);
        (start <= end).then_some(Span { start, end })
    }

    fn facts(&self) -> Vec<Fact> {
        #[expect(clippy::cast_precision_loss, reason = "connections are few")]
        let users = self.connections as f64;
        let mut facts = vec![Fact::Load(LoadModel::Closed)];
        facts.extend((self.connections > 0).then_some(Fact::Users(users)));
        facts.extend(self.duration.filter(|seconds| *seconds >= 0.0).map(Fact::DurationSeconds));
        facts.extend(self.span().map(Fact::Ran));
        if self.mismatches > 0 && self.bad_answers() > 0 {
            facts.push(Fact::Warning(format!(
                "{} had another body than expected and {} a status of 400 and above; autocannon does not say how many had \
                 both, so the larger count is taken",
                plural(self.mismatches, "answer", "answers"),
                self.bad_answers()
            )));
        }
        facts.extend(self.doubts());
        let under_way = self.connections.saturating_mul(self.pipelining.max(1));
        let silent = self.requests.sent.unwrap_or(0).saturating_sub(self.requests.total).saturating_sub(self.errors);
        if silent > under_way {
            facts.push(Fact::Warning(format!(
                "autocannon sent {} that were neither answered nor counted as errors, more than the {under_way} that may \
                 have been under way at its end; they are not counted",
                plural(silent, "request", "requests")
            )));
        }
        facts
    }

    /// Where its counts of answers are not the same. `latency.totalCount` may be more than the answers (autocannon adds
    /// those that it would have sent at a wanted rate) or, where errors are left out, no more than the successes.
    fn doubts(&self) -> Vec<Fact> {
        let mut doubts = Vec::new();
        if let (Some(good), Some(client), Some(server)) = (self.successes, self.client_errors, self.server_errors) {
            let other = [self.informations, self.redirects, client, server].into_iter().fold(0, u64::saturating_add);
            let sum = good.saturating_add(other);
            doubts.extend(sum_differs("its classes of status", sum, "its requests", self.requests.total));
            doubts.extend(sum_differs("its classes of status but 2xx", other, "its `non2xx`", self.non2xx));
            let timed = self.latency.get("totalCount").and_then(Value::as_u64).filter(|timed| *timed < good);
            doubts.extend(timed.and_then(|timed| sum_differs("its latencies", timed, "its answers of 2xx", good)));
        }
        if let Some(by_status) = &self.by_status {
            let sum = by_status.values().fold(0, |sum: u64, status| sum.saturating_add(status.count));
            doubts.extend(sum_differs("its `statusCodeStats`", sum, "its requests", self.requests.total));
        }
        doubts
    }

    fn faults(&self) -> Vec<Fault> {
        let fault = |text: &str, count: u64| Fault { endpoint: None, text: text.to_owned(), count, of_requests: true };
        let faults = [
            fault("timeout", self.timeouts),
            fault("connection error", self.errors.saturating_sub(self.timeouts)),
            fault("HTTP status of 400 and above", self.bad_answers()),
            fault("body other than expected", self.mismatches),
        ];
        faults.into_iter().filter(|fault| fault.count > 0).collect()
    }
}
