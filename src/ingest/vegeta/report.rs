//! `vegeta report --type json`: the figures of an attack in one object. Times are in nanoseconds, `success` is a ratio.
//!
//! Its percentiles are estimates (a t-digest) over all answers, failures included. Buckets (`--buckets`) are not read: they
//! are as coarse as the user asked for, and coarser than the percentiles beside them.
//!
//! Rate, success and means are quotients of its counts, printed as the floats and whole nanoseconds that they are: a report
//! in which they give another count was not written by vegeta, and is said to contradict itself.

use super::TOOL;
use crate::error::Error;
use crate::ingest::implied::{Implied, Printed, differs, exceeds, float, sum_differs};
use crate::ingest::own::instant;
use crate::ingest::printed;
use crate::ingest::scrub;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::sample::{Fact, Fault, LoadModel, Total};
use crate::unit::{Span, Timestamp, Unit};
use serde::Deserialize;
use std::collections::BTreeMap;

const DEFINITION: &str = "vegeta: t-digest, an estimate";

/// Reads `vegeta report --type json`.
pub struct VegetaReport;

#[derive(Deserialize)]
struct Report {
    latencies: BTreeMap<String, f64>,
    #[serde(default)]
    bytes_in: Bytes,
    #[serde(default)]
    bytes_out: Bytes,
    #[serde(default)]
    earliest: String,
    #[serde(default)]
    latest: String,
    #[serde(default)]
    end: String,
    /// From the first request sent to the last one sent, in ns.
    duration: Option<f64>,
    /// From the last request sent to the last answer, in ns.
    wait: Option<f64>,
    rate: Option<f64>,
    throughput: Option<f64>,
    requests: u64,
    success: f64,
    #[serde(default)]
    status_codes: BTreeMap<String, u64>,
    #[serde(default)]
    errors: Option<Vec<String>>,
    #[serde(default)]
    buckets: Option<BTreeMap<String, u64>>,
}

#[derive(Deserialize, Default)]
struct Bytes {
    total: Option<u64>,
    mean: Option<f64>,
}

impl Adapter for VegetaReport {
    fn name(&self) -> &'static str {
        "vegeta_report"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "vegeta's report as JSON, `vegeta report --type json`, with or without --buckets"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        const KEYS: [&[u8]; 5] =
            [b"\"latencies\"", b"\"bytes_in\"", b"\"bytes_out\"", b"\"earliest\"", b"\"status_codes\""];
        let text = head.bytes().trim_ascii_start();
        // As vegeta writes it, which is enough where the file breaks off; or with the keys in any order.
        let written = !head.is_whole() && text.starts_with(b"{\"latencies\":{\"total\":");
        if written || text.starts_with(b"{") && KEYS.iter().all(|key| head.contains(key)) {
            Sniff::yes("a JSON object with latencies, bytes_in, earliest and status_codes")
        } else {
            Sniff::no("no JSON object with latencies, bytes_in, earliest and status_codes")
        }
    }

    fn read(&self, input: &Input, _: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (bytes, unfinished) = input.document()?;
        let report: Report = serde_json::from_slice(&bytes).map_err(|error| {
            Error::input(format!("is no whole report of vegeta's: {error}"))
                .at(input.place())
                .hint("it should be what `vegeta report --type json` prints")
        })?;
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Open));
        sink.fact(part, Fact::Remark("vegeta's report gives percentiles that a digest estimated".to_owned()));
        let span = report.span();
        if let Some(span) = span {
            sink.fact(part, Fact::Ran(span));
        }
        sink.total(part, Total { span, ..report.total() });
        for doubt in report.doubts() {
            sink.fact(part, doubt);
        }
        for fault in report.faults() {
            sink.fault(part, fault);
        }
        let mut tally = Tally { unfinished, ..Tally::default() };
        tally.used();
        if report.buckets.is_some() {
            tally.note("`buckets` are not read: they are coarser than the percentiles beside them");
        }
        Ok(tally)
    }
}

impl Report {
    fn total(&self) -> Total {
        Total {
            requests: Some(self.requests),
            failures: self.failures(),
            latency: self.latency(),
            rate_per_s: self.rate.filter(|_| self.requests > 0),
            bytes: self.bytes_in.total,
            ..printed::nothing_known(None)
        }
    }

    /// Where a count does not fit another, or a figure that vegeta computed from it.
    fn doubts(&self) -> Vec<Fact> {
        let sum = |counts: &BTreeMap<String, u64>| counts.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
        let whole = "its requests";
        let listed = sum_differs("its status codes", sum(&self.status_codes), whole, self.requests);
        let buckets =
            self.buckets.as_ref().and_then(|counts| sum_differs("its buckets", sum(counts), whole, self.requests));
        let good = self.status_codes.iter().filter(|(code, _)| is_success(code)).map(|(_, count)| *count).sum();
        let over = |rate: Option<f64>, seconds: Option<f64>| {
            Some(Implied::by(Printed::whole(rate?), Printed::whole(seconds.filter(|seconds| *seconds > 0.0)?)))
        };
        let sent = over(self.rate, self.duration.map(|ns| ns / 1e9));
        let answered = over(self.throughput, self.span().map(Span::seconds));
        let requests = |implied: Implied, from: &str| implied.differs(from, "requests", "it counts", self.requests);
        let successes =
            |implied: Implied, from: &str| implied.differs(from, "successes", "its status codes name", good);
        let mean = self.latencies.get("mean").map(|ns| Printed { value: *ns, step: 1.0 });
        let timed = self.latencies.get("total").zip(mean).and_then(|(total, mean)| Implied::sum_by_mean(*total, mean));
        let weighed = |bytes: &Bytes| Implied::sum_by_mean(float(bytes.total?), Printed::whole(bytes.mean?));
        let success = (self.requests > 0)
            .then(|| Implied::by(Printed::whole(self.success), Printed::whole(float(self.requests))));
        let doubts = [
            listed,
            buckets,
            sent.and_then(|sent| requests(sent, "its rate and its duration")),
            answered.and_then(|answered| successes(answered, "its throughput from `earliest` to `end`")),
            success.and_then(|success| successes(success, "its ratio of success")),
            timed.and_then(|timed| requests(timed, "the total and the mean of its latencies")),
            weighed(&self.bytes_in).and_then(|all| requests(all, "the total and the mean of its bytes")),
            weighed(&self.bytes_out).and_then(|all| requests(all, "the total and the mean of its bytes out")),
        ];
        doubts.into_iter().flatten().chain(self.doubts_of_times()).collect()
    }

    /// Where instants and lengths do not fit: the last request is sent `duration` after the first, and the last answer comes
    /// `wait` after it, which is no longer than the longest answer took.
    fn doubts_of_times(&self) -> Vec<Fact> {
        let (earliest, latest, end) = (instant_of(&self.earliest), instant_of(&self.latest), instant_of(&self.end));
        // vegeta prints ns; whoever writes its report again keeps µs.
        let us = |value: f64| Printed { value, step: 2.0 };
        let between = |from: Option<Timestamp>, to: Option<Timestamp>| Some(us(to?.seconds_since(from?) * 1e6));
        let printed = |ns: Option<f64>| ns.map(|ns| us(ns / 1e3));
        let length = |name: &str, ns: Option<f64>, ends: &str, between: Option<Printed>| {
            differs((name, printed(ns)?), (ends, between?), Unit::Micros)
        };
        let longest = printed(self.latencies.get("max").copied());
        let doubts = [
            length("its `duration`", self.duration, "from `earliest` to `latest`", between(earliest, latest)),
            length("its `wait`", self.wait, "from `latest` to `end`", between(latest, end)),
            printed(self.wait).zip(longest).and_then(|(wait, longest)| {
                exceeds(("its `wait`", wait), ("the greatest of its latencies", longest), Unit::Micros)
            }),
        ];
        doubts.into_iter().flatten().collect()
    }

    /// By status code where all are listed; else from the ratio of successes, which is one count divided by another.
    fn failures(&self) -> Option<u64> {
        let listed = self.status_codes.values().try_fold(0u64, |sum, count| sum.checked_add(*count));
        if listed == Some(self.requests) {
            let failed = self.status_codes.iter().filter(|(code, _)| !is_success(code));
            return Some(failed.map(|(_, count)| count).sum());
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^53")]
        let failed = (1.0 - self.success) * self.requests as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the count of requests")]
        (0.0..=1.0).contains(&self.success).then(|| failed.round() as u64)
    }

    fn latency(&self) -> Distribution {
        if self.requests == 0 {
            return Distribution::Unknown("no requests".to_owned());
        }
        let us = |key: &str| self.latencies.get(key).filter(|ns| ns.is_finite() && **ns >= 0.0).map(|ns| ns / 1e3);
        let p = [(0.5, "50th"), (0.9, "90th"), (0.95, "95th"), (0.99, "99th")];
        Distribution::Quoted(Quoted {
            n: Some(self.requests),
            mean_us: us("mean"),
            min_us: us("min"),
            max_us: us("max"),
            quantiles: p.into_iter().filter_map(|(p, key)| Some((p, us(key)?))).collect(),
            definition: DEFINITION.to_owned(),
            rounding_us: Vec::new(),
        })
    }

    /// From the first request sent to the last answer; `None` where nothing was sent (the year 1).
    fn span(&self) -> Option<Span> {
        let (start, end) = (instant_of(&self.earliest)?, instant_of(&self.end)?);
        (self.requests > 0 && start <= end).then_some(Span { start, end })
    }

    /// Failures by status, each with vegeta's own word for it where it has one.
    fn faults(&self) -> Vec<Fault> {
        let words = |code: &str| self.errors.iter().flatten().find(|text| text.starts_with(&format!("{code} ")));
        let text = |code: &str| match words(code) {
            Some(text) => scrub::text(text),
            None if code == "0" => "no answer".to_owned(),
            None => format!("HTTP {code}"),
        };
        let failed = self.status_codes.iter().filter(|(code, count)| !is_success(code) && **count > 0);
        failed
            .map(|(code, count)| Fault { endpoint: None, text: text(code), count: *count, of_requests: true })
            .collect()
    }
}

/// An instant; `None` where nothing was sent (the year 1).
fn instant_of(text: &str) -> Option<Timestamp> {
    instant::read(text).and_then(instant::Clock::timestamp).filter(|at| at.0 > 0)
}

fn is_success(code: &str) -> bool {
    code.parse::<u16>().is_ok_and(|code| (200..400).contains(&code))
}
