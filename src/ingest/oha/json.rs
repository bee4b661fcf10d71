//! `oha --output-format json`: the figures of a run in one object; seconds throughout.
//!
//! Its rates are its counts by its time, printed as the floats that they are, and count the requests that oha broke off
//! itself: where they give other counts than the lists of statuses and errors, the file contradicts itself. Its histogram has
//! eleven steps from the fastest to the slowest; older versions cut it off at three times the mean, and are told by its ends.

use super::TOOL;
use crate::error::Error;
use crate::fmt::quantile_p;
use crate::ingest::document::whole;
use crate::ingest::implied::{Implied, Printed, differs, float, size_differs, sum_differs};
use crate::ingest::order::Ladder;
use crate::ingest::printed;
use crate::ingest::scrub;
use crate::ingest::steps::Steps;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::sample::{Fact, Fault, Total};
use crate::unit::Unit;
use serde::Deserialize;
use std::collections::BTreeMap;

const DEFINITION: &str = "oha: the value at place n·p, rounded down, of the sorted times";
/// What oha calls requests that it broke off when its time was over.
const BROKEN_OFF: &str = "aborted due to deadline";

/// Reads `oha --output-format json`.
pub struct OhaJson;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    summary: Summary,
    #[serde(default)]
    latency_percentiles: Percentiles,
    #[serde(default)]
    latency_percentiles_successful: Percentiles,
    #[serde(default)]
    status_code_distribution: BTreeMap<u16, u64>,
    #[serde(default)]
    error_distribution: BTreeMap<String, u64>,
    #[serde(default)]
    response_time_histogram: BTreeMap<String, u64>,
}

/// Seconds by `p50`, `p99.9`; null where nothing was timed.
type Percentiles = BTreeMap<String, Option<f64>>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    success_rate: Option<f64>,
    total: Option<f64>,
    slowest: Option<f64>,
    fastest: Option<f64>,
    average: Option<f64>,
    requests_per_sec: Option<f64>,
    total_data: Option<u64>,
    size_per_request: Option<f64>,
    size_per_sec: Option<f64>,
}

impl Adapter for OhaJson {
    fn name(&self) -> &'static str {
        "oha_json"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "oha's summary as JSON, `oha --output-format json` (before 1.9 `oha --json`)"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        const KEYS: [&[u8]; 4] = [b"\"summary\"", b"\"successRate\"", b"\"requestsPerSec\"", b"\"latencyPercentiles\""];
        if head.bytes().trim_ascii_start().starts_with(b"{") && KEYS.iter().all(|key| head.contains(key)) {
            Sniff::yes("a JSON object with summary, successRate, requestsPerSec and latencyPercentiles")
        } else {
            Sniff::no("no JSON object with summary, successRate, requestsPerSec and latencyPercentiles")
        }
    }

    fn read(&self, input: &Input, _: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (bytes, unfinished) = input.document()?;
        let report: Report = serde_json::from_slice(&bytes).map_err(|error| {
            Error::input(format!("is no whole summary of oha's: {error}"))
                .at(input.place())
                .hint("it should be what `oha --output-format json` prints")
        })?;
        let part = sink.part(None);
        if let Some(seconds) = report.summary.total.filter(|seconds| *seconds >= 0.0) {
            sink.fact(part, Fact::DurationSeconds(seconds));
        }
        sink.total(part, report.total().map_err(|reason| Error::input(reason).at(input.place()))?);
        for doubt in report.doubts() {
            sink.fact(part, doubt);
        }
        for (text, count) in report.errors() {
            sink.fault(part, Fault { endpoint: None, text: scrub::text(text), count, of_requests: true });
        }
        for (code, count) in report.status_code_distribution.iter().filter(|(code, _)| !is_success(**code)) {
            let text = format!("HTTP {code}");
            sink.fault(part, Fault { endpoint: None, text, count: *count, of_requests: true });
        }
        if let Some(count) = report.error_distribution.get(BROKEN_OFF) {
            let requests = crate::fmt::plural(*count, "request was", "requests were");
            let said =
                format!("{requests} under way when oha's time was over; oha broke them off, and they are not counted");
            sink.fact(part, Fact::Remark(said));
        }
        let mut tally = Tally { unfinished, ..Tally::default() };
        tally.used();
        Ok(tally)
    }
}

impl Report {
    fn total(&self) -> Result<Total, String> {
        let refused = self.status_code_distribution.iter().filter(|(code, _)| !is_success(**code));
        let answered = sum(self.status_code_distribution.values().copied())?;
        let bad_answers = sum(refused.map(|(_, count)| *count))?;
        let unanswered = sum(self.errors().map(|(_, count)| count))?;
        let requests = sum([answered, unanswered].into_iter())?;
        Ok(Total {
            requests: Some(requests),
            failures: Some(bad_answers.saturating_add(unanswered)),
            latency: self.latency(answered),
            latency_ok: self.latency_ok(),
            rate_per_s: self.summary.requests_per_sec,
            bytes: self.summary.total_data,
            ..printed::nothing_known(None)
        })
    }

    /// Where a count does not fit another, or a rate that oha computed from it.
    fn doubts(&self) -> Vec<Fact> {
        let count = |counts: &mut dyn Iterator<Item = u64>| counts.fold(0, u64::saturating_add);
        let answered = count(&mut self.status_code_distribution.values().copied());
        let unanswered = count(&mut self.errors().map(|(_, count)| count));
        let all = answered.saturating_add(count(&mut self.error_distribution.values().copied()));
        let timed = count(&mut self.response_time_histogram.values().copied());
        let seconds = self.summary.total.map(Printed::whole);
        let over = |rate: Option<f64>| Some(Implied::by(Printed::whole(rate?), seconds?));
        let ended = Printed::whole(float(answered.saturating_add(unanswered)));
        let success = self.summary.success_rate.map(|share| Implied::by(Printed::whole(share), ended));
        let doubts = [
            over(self.summary.requests_per_sec).and_then(|made| {
                made.differs("its rate and its time", "requests", "its statuses and errors count", all)
            }),
            success.and_then(|made| made.differs("its successRate", "answers", "its statuses count", answered)),
            over(self.summary.size_per_sec).zip(self.summary.total_data).and_then(|(made, bytes)| {
                made.differs("its sizePerSec and its time", "bytes", "its totalData is", bytes)
            }),
            (timed > 0).then(|| sum_differs("the steps of its histogram", timed, "its statuses", answered)).flatten(),
            self.summary
                .size_per_request
                .and_then(whole)
                .zip(self.summary.total_data)
                .and_then(|(size, bytes)| size_differs("its sizePerRequest", size, ("its totalData", bytes), answered)),
        ];
        let mut doubts: Vec<Fact> = doubts.into_iter().flatten().collect();
        doubts.extend(self.doubts_of_steps());
        doubts
    }

    /// Where the figures are not of the values that the histogram counts.
    fn doubts_of_steps(&self) -> Vec<Fact> {
        /// What is left of an end after it was added up of eleven steps, as a share.
        const SUMMED: f64 = 1e-6;
        let edge = |(seconds, count): (&String, &u64)| Some((us(seconds.parse().ok())?, *count));
        let Some(mut steps) = self.response_time_histogram.iter().map(edge).collect::<Option<Vec<_>>>() else {
            return Vec::new();
        };
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        let steps = Steps(steps);
        let Some((first, last)) = steps.ends() else { return Vec::new() };
        let end = |name: &'static str, printed: Option<f64>, end: f64, whose: &str| {
            let printed = (name, Printed { value: us(printed)?, step: end * SUMMED });
            differs(printed, (whose, Printed::whole(end)), Unit::Micros)
        };
        let slowest = end("its slowest", self.summary.slowest, last, "its histogram ends with");
        let fastest = end("its fastest", self.summary.fastest, first, "its histogram begins with");
        if slowest.is_some() && fastest.is_some() {
            return Vec::new();
        }
        let quantiles = quantiles(&self.latency_percentiles);
        let ladder = Ladder { mean: us(self.summary.average), quantiles: &quantiles, ..Ladder::default() };
        slowest.into_iter().chain(fastest).chain(steps.doubts(&ladder, 0.0, 0.0)).collect()
    }

    /// Errors but those that oha made itself.
    fn errors(&self) -> impl Iterator<Item = (&str, u64)> {
        self.error_distribution
            .iter()
            .filter(|(text, _)| *text != BROKEN_OFF)
            .map(|(text, count)| (text.as_str(), *count))
    }

    fn latency(&self, answered: u64) -> Distribution {
        if answered == 0 {
            return Distribution::Unknown("no request was answered".to_owned());
        }
        let Summary { average, fastest, slowest, .. } = &self.summary;
        Distribution::Quoted(Quoted {
            n: Some(answered),
            mean_us: us(*average),
            min_us: us(*fastest),
            max_us: us(*slowest),
            quantiles: quantiles(&self.latency_percentiles),
            definition: DEFINITION.to_owned(),
            rounding_us: Vec::new(),
        })
    }

    /// `--stats-success-breakdown` times 2xx apart: all successes where nothing else below 400 was answered.
    fn latency_ok(&self) -> Distribution {
        let counted = |codes: std::ops::Range<u16>| {
            sum(self.status_code_distribution.range(codes).map(|(_, count)| *count)).unwrap_or(0)
        };
        let quantiles = quantiles(&self.latency_percentiles_successful);
        if quantiles.is_empty() || counted(300..400) > 0 {
            return Distribution::Unknown("oha times successes apart with --stats-success-breakdown only".to_owned());
        }
        let n = Some(counted(200..300));
        Distribution::Quoted(Quoted { n, quantiles, definition: DEFINITION.to_owned(), ..Quoted::default() })
    }
}

fn sum(mut counts: impl Iterator<Item = u64>) -> Result<u64, String> {
    counts.try_fold(0u64, u64::checked_add).ok_or_else(|| "counts more than 2^64 requests".to_owned())
}

fn is_success(code: u16) -> bool {
    (200..400).contains(&code)
}

fn us(seconds: Option<f64>) -> Option<f64> {
    seconds.filter(|seconds| *seconds >= 0.0).map(|seconds| seconds * 1e6)
}

fn quantiles(percentiles: &Percentiles) -> Vec<(f64, f64)> {
    let mut found: Vec<(f64, f64)> =
        percentiles.iter().filter_map(|(name, seconds)| Some((quantile_p(name)?, us(*seconds)?))).collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}
