//! autocannon's result, `autocannon --json`: one object, latencies in whole milliseconds, bytes per second.
//!
//! It prints no 95th percentile, and none is made up. Answers are counted by status; connections that failed and requests
//! that timed out are its `errors`. A request whose connection closed without an answer is in neither.
//!
//! Its averages are over samples, of one second unless it is told otherwise, so average by samples is the total. Not so where
//! several workers ran, of which only the first one's samples are given; nor does `latency.totalCount` have to be the answers.
//! Each `min` is the least that is not zero: where the lowest percentile is zero, so is the least.

mod result;
#[cfg(test)]
mod tests;

use super::document;
use super::implied::{Implied, Printed, contradiction, differs, exceeds, float, sum_differs};
use super::order::{Ladder, Room};
use super::printed;
use super::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::error::Error;
use crate::fmt::plural;
use crate::ingest::own::instant;
use crate::model::distribution::{Distribution, Quoted};
use crate::model::sample::{Fact, Fault, LoadModel, Total};
use crate::unit::{Span, Timestamp, Unit};
use result::{Report, figure, least, percentiles};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

const DEFINITION: &str = "autocannon: HdrHistogram of whole milliseconds";
/// Step of its rounding, from 0 on: 1 ms.
const ROUNDING_US: (f64, f64) = (0.0, 1000.0);
/// Step of what it prints with decimals.
const DECIMALS: f64 = 0.01;
/// How far a mean may be from that of its samples, as a share: their histogram has three significant digits.
const OF_SAMPLES: f64 = 0.002;

/// Reads `autocannon --json`.
pub struct AutocannonJson;

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
        let reports = runs(&bytes, input)?;
        let mut tally = Tally { unfinished, ..Tally::default() };
        for (at, report) in reports.iter().enumerate() {
            let name = (reports.len() > 1).then(|| format!("run {}", at + 1));
            report.hand_on(name.as_deref(), sink);
            tally.used();
            if report.warmup.is_some() {
                tally.note("the warm-up of `--warmup`, which is printed as a result too, is left aside");
            }
        }
        Ok(tally)
    }
}

/// The results one after the other: of several runs, or of one and its warm-up, which prints its own before.
fn runs(bytes: &[u8], input: &Input) -> Result<Vec<Report>, Error> {
    let wrong = |error: serde_json::Error| {
        Error::input(format!("is no whole result of autocannon's: {error}"))
            .at(input.place())
            .hint("it should be what `autocannon --json` prints, or several of these one after the other")
    };
    let values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let mut values = values.collect::<Result<Vec<Value>, _>>().map_err(wrong)?;
    let warm_ups: Vec<Value> = values.iter().filter_map(|value| value.get("warmup").cloned()).collect();
    values.retain(|value| !warm_ups.contains(value));
    values.into_iter().map(|value| Report::deserialize(value).map_err(wrong)).collect()
}

impl Report {
    fn hand_on(&self, name: Option<&str>, sink: &mut dyn Sink) {
        let part = sink.part(name);
        for fact in self.facts() {
            sink.fact(part, fact);
        }
        for fault in self.faults() {
            sink.fault(part, fault);
        }
        let total = self.total();
        if let Some(url) = self.url() {
            sink.total(part, Total { endpoint: Some(printed::endpoint(None, url)), ..total.clone() });
        }
        sink.total(part, total);
    }

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
            rate_per_s: figure(&self.requests.samples, "average").map(|average| average * 1e3 / self.sample_ms()),
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
        let us = |key: &str| figure(&self.latency, key).map(|ms| ms * 1e3);
        if self.requests.total == 0 {
            return Distribution::Unknown("no request was answered".to_owned());
        }
        Distribution::Quoted(Quoted {
            n: self.latency.get("totalCount").and_then(Value::as_u64).or(Some(self.requests.total)),
            mean_us: us("mean").or_else(|| us("average")),
            min_us: least(&self.latency).map(|ms| ms * 1e3),
            max_us: us("max"),
            quantiles: percentiles(&self.latency).into_iter().map(|(p, ms)| (p, ms * 1e3)).collect(),
            definition: DEFINITION.to_owned(),
            rounding_us: vec![ROUNDING_US],
        })
    }

    /// Times that are no request's. Where it keeps to a rate (`-R`, `-r`) it puts times in for requests that it would have sent,
    /// and counts a second's requests as sent before it sends the first.
    fn made_up(&self) -> Option<u64> {
        let timed = self.latency.get("totalCount").and_then(Value::as_u64)?;
        timed.checked_sub(self.requests.total).filter(|more| *more > 0)
    }

    /// Milliseconds of a sample.
    fn sample_ms(&self) -> f64 {
        document::amount(&self.sample_ms).filter(|ms| *ms > 0.0).unwrap_or(1000.0)
    }

    /// Whether no workers shared the load.
    fn is_alone(&self) -> bool {
        document::count(&self.workers).unwrap_or(0) == 0
    }

    fn instants(&self) -> Option<(Timestamp, Timestamp)> {
        let at = |text: &str| instant::read(text).and_then(instant::Clock::timestamp);
        Some((at(&self.start)?, at(&self.finish)?))
    }

    fn span(&self) -> Option<Span> {
        let (start, end) = self.instants()?;
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
        if let Some(made_up) = self.made_up() {
            facts.push(Fact::Remark(format!(
                "autocannon kept to a rate: {} of its response times are not of requests, but put in for those that it \
                 would have sent while it waited; it may have sent fewer than it counts as sent",
                crate::fmt::count(made_up)
            )));
            return facts;
        }
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
        let of = |name, count| (name, Printed::whole(float(count)));
        doubts.extend(exceeds(
            of("its count of `timeouts`", self.timeouts),
            of("that of `errors`", self.errors),
            Unit::Count,
        ));
        let sent = self.requests.sent.map(|sent| of("it sent", sent));
        let answered = of("its count of requests", self.requests.total);
        doubts.extend(sent.and_then(|sent| exceeds(answered, sent, Unit::Count)));
        doubts.extend(self.doubts_of_times());
        doubts.extend(self.doubts_of_samples());
        doubts
    }

    /// Where its mean, or its length, is printed twice and not the same.
    fn doubts_of_times(&self) -> impl Iterator<Item = Fact> {
        let us = |ms: f64| Printed { value: ms * 1e3, step: DECIMALS * 1e3 };
        let mean = |key: &str| figure(&self.latency, key).map(us);
        let means = mean("mean").zip(mean("average"));
        let means = means.and_then(|(mean, average)| {
            differs(("the `mean` of its latencies", mean), ("their `average`", average), Unit::Micros)
        });
        // It ends its clock a moment before it looks at it again.
        let seconds = |value: f64, step: f64| Printed { value: value * 1e6, step: step * 1e6 };
        let length =
            self.instants().filter(|_| self.is_alone()).map(|(start, end)| seconds(end.seconds_since(start), 0.1));
        let length = self.duration.zip(length).and_then(|(duration, length)| {
            let duration = ("its `duration`", seconds(duration, DECIMALS));
            differs(duration, ("from `start` to `finish`", length), Unit::Micros)
        });
        means.into_iter().chain(length)
    }

    /// Where an average by the samples is not the total, or the samples' figures stand in no order.
    fn doubts_of_samples(&self) -> Vec<Fact> {
        // Where it runs on and on it never resets their count.
        let ms = self.duration.unwrap_or(0.0) * 1e3;
        let fit = |samples: u64| float(samples.saturating_sub(1)) * self.sample_ms() <= ms;
        let samples = document::count(&self.samples).filter(|samples| fit(*samples) && self.is_alone());
        let of = |name: &str, summary: &BTreeMap<String, Value>, total: Option<u64>, unit: Unit| {
            let printed = |key: &str| {
                let value = figure(summary, key)?;
                Some(Printed { value, step: DECIMALS + value * OF_SAMPLES })
            };
            let (average, mean) = (printed("average"), printed("mean"));
            let made =
                average.zip(samples).map(|(average, samples)| Implied::by(average, Printed::whole(float(samples))));
            let sum = made
                .zip(total)
                .and_then(|(made, total)| made.differs("their average and its samples", name, "it counts", total));
            let means = mean.zip(average).and_then(|(mean, average)| {
                differs((&format!("the `mean` of its {name} a sample"), mean), ("their `average`", average), unit)
            });
            let quantiles = percentiles(summary);
            let (least, greatest) = (least(summary), figure(summary, "max"));
            let ladder = Ladder { n: None, least, mean: figure(summary, "mean"), greatest, quantiles: &quantiles };
            let room = Room { percentiles: OF_SAMPLES, extremes: OF_SAMPLES, steps: &[], floor: 1.0, by_digits: false };
            let falls = ladder.falls(&room, unit).into_iter();
            let falls = falls.map(|text| contradiction(&format!("of its {name} a sample, {text}")));
            sum.into_iter().chain(means).chain(falls).collect::<Vec<Fact>>()
        };
        let mut doubts = of("requests", &self.requests.samples, Some(self.requests.total), Unit::Count);
        doubts.extend(of("bytes", &self.throughput.samples, self.throughput.total, Unit::Bytes));
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
