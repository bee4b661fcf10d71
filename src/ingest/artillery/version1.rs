//! The report of Artillery 1: a fixed set of keys, and in its ten-second rows every latency of an answer.
//!
//! From 1.6.2 on the latencies are bare nanoseconds; before, each stood in a list behind its time and the request's id. They
//! are milliseconds by their step. Their extremes are those that the report prints, to a tenth of a millisecond; its percentiles
//! are of a histogram of its own.

use super::sums::{Summaries, counts_differ, falls};
use super::{Answers, TOOL, US_PER_MS, faults, is_of_request, quantiles, quoted, total};
use crate::error::Error;
use crate::ingest::document::{self, Object};
use crate::ingest::implied::{sum_differs, summary_differs};
use crate::ingest::scrub;
use crate::ingest::{Adapter, Head, Input, MetricTotal, PartId, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted, Recorded};
use crate::model::key::{MetricKey, MetricKind};
use crate::model::sample::{Fact, Interval, LoadModel};
use crate::unit::{Span, Timestamp, Unit};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Step of what it prints of times, in µs.
const STEP_US: f64 = 100.0;

/// Reads the report of Artillery 1.
pub struct Artillery1Json;

impl Adapter for Artillery1Json {
    fn name(&self) -> &'static str {
        "artillery_1_json"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "Artillery 1's report, `artillery run --output report.json`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let opens = head.bytes().trim_ascii_start().starts_with(b"{");
        let keys: [&[u8]; 3] = [b"\"aggregate\"", b"\"scenariosCreated\"", b"\"requestsCompleted\""];
        if opens && keys.iter().all(|key| head.contains(key)) {
            Sniff::yes("a JSON object with Artillery 1's scenariosCreated and requestsCompleted")
        } else {
            Sniff::no("no JSON object with Artillery 1's scenariosCreated and requestsCompleted")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let report: Report = document::json(input, "Artillery 1's report")?;
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Open));
        let mut tally = Tally::default();
        tally.used();
        let periods = periods(&report.intermediate, &mut tally);
        let whole = &report.aggregate;
        let answers = whole.answers();
        let mut sum = total(None, answers.count(), answers.failures(None, settings));
        sum.latency = latency(whole, &periods);
        sum.latency_ok = Distribution::Unknown("Artillery 1 does not time successes apart".to_owned());
        sum.rate_per_s = whole.rps.get("mean").and_then(document::amount);
        sum.span = span(whole);
        if sum.span.is_some() {
            let said = "the start is computed from Artillery's requests per second: it notes only when it ended";
            sink.fact(part, Fact::Remark(said.to_owned()));
        }
        sink.total(part, sum);
        whole.doubt().into_iter().for_each(|doubt| sink.fact(part, doubt));
        if tally.rejected == 0 && !periods.is_empty() {
            counts_differ(whole.beside(&periods)).for_each(|doubt| sink.fact(part, doubt));
            for doubt in doubts_of_latencies(whole, &periods) {
                sink.fact(part, doubt);
            }
        }
        faults(&answers, &whole.errors, None, settings).for_each(|fault| sink.fault(part, fault));
        hand_on_metrics(whole, part, sink);
        hand_on_course(&periods, span(whole), part, settings, sink);
        tally.note("no endpoints: Artillery 1 counts all requests together");
        if answers.by_status.range(400..).next().is_some() {
            tally.note("a status from 400 on counts as a failure; Artillery itself fails no user for it");
        }
        tally.stop_if_strict(settings, input)?;
        Ok(tally)
    }
}

#[derive(Deserialize)]
struct Report {
    aggregate: Period,
    #[serde(default)]
    intermediate: Vec<Value>,
}

/// The whole run, or the ten seconds up to `timestamp`.
#[derive(Deserialize)]
struct Period {
    timestamp: String,
    #[serde(rename = "requestsCompleted")]
    completed: u64,
    #[serde(rename = "scenariosCreated", default)]
    created: u64,
    #[serde(rename = "scenariosCompleted", default)]
    finished: u64,
    #[serde(default)]
    latency: Object,
    #[serde(default)]
    rps: Object,
    #[serde(rename = "scenarioDuration", default)]
    scenario_duration: Object,
    #[serde(default)]
    errors: BTreeMap<String, u64>,
    #[serde(default)]
    codes: BTreeMap<String, u64>,
    #[serde(rename = "scenarioCounts", default)]
    scenarios: BTreeMap<String, Value>,
    #[serde(rename = "customStats", default)]
    custom: BTreeMap<String, Value>,
    #[serde(default)]
    counters: BTreeMap<String, Value>,
    #[serde(default)]
    latencies: Vec<Value>,
}

impl Period {
    fn at(&self) -> Option<Timestamp> {
        crate::ingest::own::instant::read(&self.timestamp)?.timestamp()
    }

    /// `requestsCompleted` counts answers, `rps.count` what was asked.
    fn answers(&self) -> Answers {
        let by_status: BTreeMap<u16, u64> =
            self.codes.iter().filter_map(|(code, count)| Some((code.parse().ok()?, *count))).collect();
        let asked = self.rps.get("count").and_then(document::count).unwrap_or(self.completed);
        Answers { unanswered: asked.saturating_sub(self.completed), by_status }
    }

    /// Every answer has a status.
    fn doubt(&self) -> Option<Fact> {
        let by_status = self.codes.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
        sum_differs("its codes", by_status, "its `requestsCompleted`", self.completed)
    }

    /// What the periods count, added up, beside what the whole does.
    fn beside(&self, periods: &[(Timestamp, Self)]) -> Vec<(String, u64, u64)> {
        let of = |name: &str, count: &dyn Fn(&Self) -> u64| {
            (name.to_owned(), periods.iter().map(|(_, period)| count(period)).fold(0, u64::saturating_add), count(self))
        };
        let asked = |period: &Self| period.rps.get("count").and_then(document::count).unwrap_or(0);
        let mut beside = vec![
            of("requestsCompleted", &|period| period.completed),
            of("rps.count", &asked),
            of("scenariosCreated", &|period| period.created),
            of("scenariosCompleted", &|period| period.finished),
        ];
        let everyone = || std::iter::once(self).chain(periods.iter().map(|(_, period)| period));
        let codes: BTreeSet<&String> = everyone().flat_map(|period| period.codes.keys()).collect();
        beside.extend(codes.into_iter().map(|code| of(&format!("codes.{code}"), &|period| at(&period.codes, code))));
        let errors: BTreeSet<&String> = everyone().flat_map(|period| period.errors.keys()).collect();
        beside.extend(errors.into_iter().map(|text| {
            let name = format!("errors.{}", scrub::text(text));
            of(&name, &|period| at(&period.errors, text))
        }));
        let scenarios: BTreeSet<&String> = everyone().flat_map(|period| period.scenarios.keys()).collect();
        beside.extend(scenarios.into_iter().map(|name| {
            let count = |period: &Self| period.scenarios.get(name).and_then(document::count).unwrap_or(0);
            of(&format!("scenarioCounts.{}", scrub::text(name)), &count)
        }));
        beside
    }

    /// Failures as far as ten seconds show them: what was asked in them may be answered later.
    fn failed(&self, settings: &Settings) -> u64 {
        let answered = Answers { unanswered: 0, ..self.answers() };
        let errors = self.errors.iter().filter(|(text, _)| is_of_request(text));
        errors.fold(answered.failures(None, settings), |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Latencies of the answers as they were summed up.
    fn quoted(&self) -> Option<Quoted> {
        quoted(&self.latency, Some(self.completed), "Artillery 1: from its own histogram, approximate")
    }

    /// Latencies of the answers in nanoseconds.
    fn latencies(&self) -> Option<Vec<u64>> {
        let bare = |value: &Value| document::count(value.as_array().map_or(Some(value), |row| row.get(2))?);
        self.latencies.iter().map(bare).collect()
    }
}

fn at(counts: &BTreeMap<String, u64>, key: &str) -> u64 {
    counts.get(key).copied().unwrap_or(0)
}

fn periods(written: &[Value], tally: &mut Tally) -> Vec<(Timestamp, Period)> {
    let mut periods = Vec::new();
    for (number, value) in written.iter().enumerate() {
        if let Some(period) = Period::deserialize(value).ok().and_then(|period| Some((period.at()?, period))) {
            tally.used();
            periods.push(period);
        } else {
            let field = format!("intermediate[{number}]");
            document::reject(&field, "should be a period with its timestamp and requestsCompleted", tally);
        }
    }
    periods.sort_by_key(|(at, _)| *at);
    periods
}

/// From every latency where the rows have them all, else as Artillery printed them.
fn latency(whole: &Period, periods: &[(Timestamp, Period)]) -> Distribution {
    let mut recorded = recorded(periods.iter().map(|(_, period)| period));
    if whole.completed > 0 && recorded.count() == whole.completed {
        recorded.histogram.settle();
        return Distribution::Recorded(recorded);
    }
    whole.quoted().map_or_else(|| Distribution::Unknown("nothing was answered".to_owned()), Distribution::Quoted)
}

/// Every latency of the periods.
fn recorded<'a>(periods: impl Iterator<Item = &'a Period>) -> Recorded {
    let mut recorded = Recorded::default();
    periods.flat_map(|period| period.latencies().unwrap_or_default()).for_each(|nanos| recorded.record(nanos));
    recorded
}

/// Where what was printed of the latencies is not theirs, of all and of each period; or not the periods' together. Versions
/// that list none are held to the latter alone.
fn doubts_of_latencies(whole: &Period, periods: &[(Timestamp, Period)]) -> Vec<Fact> {
    let of = |period: &Period, own: &Recorded| {
        let quoted = period.quoted().filter(|_| own.count() > 0);
        let count = (own.count() > 0)
            .then(|| sum_differs("its `latencies`", own.count(), "its `requestsCompleted`", period.completed));
        let summary = quoted.iter().flat_map(|quoted| summary_differs(own, quoted, STEP_US)).collect::<Vec<_>>();
        count.flatten().into_iter().chain(summary).collect::<Vec<Fact>>()
    };
    let mut doubts = of(whole, &recorded(periods.iter().map(|(_, period)| period)));
    let mut summaries = Summaries::default();
    for (_, period) in periods {
        doubts.extend(of(period, &recorded(std::iter::once(period))));
        summaries.add("latency", &period.latency);
        summaries.add("scenarioDuration", &period.scenario_duration);
    }
    doubts.extend(summaries.doubts("latency", &whole.latency));
    doubts.extend(summaries.doubts("scenarioDuration", &whole.scenario_duration));
    doubts.extend(summaries.into_falls());
    // Where each latency is known the summary is quoted nowhere, and its order is nobody else's to look at.
    doubts.extend(falls("the whole", "latency", &whole.latency));
    doubts
}

fn span(whole: &Period) -> Option<Span> {
    let end = whole.at()?;
    let figure = |key: &str| document::amount(whole.rps.get(key)?).filter(|value| *value > 0.0);
    let taken = Timestamp::from_seconds(figure("count")? / figure("mean")?)?;
    Some(Span { start: end.plus_nanos(-taken.0), end })
}

fn hand_on_metrics(whole: &Period, part: PartId, sink: &mut dyn Sink) {
    let key = |name: &str, kind, unit| MetricKey { name: name.to_owned(), kind, unit, tags: Vec::new() };
    let trend = |summary: &Object, scale: f64| {
        let figure = |key: &str| Some(document::amount(summary.get(key)?)? * scale);
        MetricTotal {
            min: figure("min"),
            max: figure("max"),
            quantiles: quantiles(summary).into_iter().map(|(p, value)| (p, value * scale)).collect(),
            ..MetricTotal::default()
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
    for (name, count) in [("scenariosCreated", whole.created), ("scenariosCompleted", whole.finished)] {
        let total = MetricTotal { sum: Some(count as f64), ..MetricTotal::default() };
        sink.metric_total(part, &key(name, MetricKind::Counter, Unit::Count), &total);
    }
    let durations = trend(&whole.scenario_duration, US_PER_MS);
    if durations.max.is_some() {
        sink.metric_total(part, &key("scenarioDuration", MetricKind::Trend, Unit::Micros), &durations);
    }
    for (name, summary) in whole.custom.iter().filter_map(|(name, value)| Some((name, value.as_object()?))) {
        sink.metric_total(part, &key(name, MetricKind::Trend, Unit::Plain), &trend(summary, 1.0));
    }
    for (name, sum) in whole.counters.iter().filter_map(|(name, value)| Some((name, document::amount(value)?))) {
        let total = MetricTotal { sum: Some(sum), ..MetricTotal::default() };
        sink.metric_total(part, &key(name, MetricKind::Counter, Unit::Count), &total);
    }
}

fn hand_on_course(
    periods: &[(Timestamp, Period)],
    span: Option<Span>,
    part: PartId,
    settings: &Settings,
    sink: &mut dyn Sink,
) {
    let row = |at: Timestamp| Interval {
        at,
        endpoint: None,
        users: None,
        rate_per_s: None,
        failures_per_s: None,
        quantiles: Vec::new(),
        cumulative: None,
    };
    if let Some(start) = span.map(|span| span.start).filter(|start| periods.iter().all(|(at, _)| start < at)) {
        sink.interval(part, Interval { cumulative: Some((0, 0)), ..row(start) });
    }
    let (mut requests, mut failures) = (0_u64, 0_u64);
    for (at, period) in periods {
        requests = requests.saturating_add(period.answers().count());
        failures = failures.saturating_add(period.failed(settings)).min(requests);
        sink.interval(
            part,
            Interval {
                rate_per_s: period.rps.get("mean").and_then(document::amount),
                quantiles: quantiles(&period.latency).into_iter().map(|(p, ms)| (p, ms * US_PER_MS)).collect(),
                cumulative: Some((requests, failures)),
                ..row(*at)
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::Rollup;

    #[test]
    fn every_latency_counts_and_refused_connections_are_failures() {
        let text = include_str!("../../../samples/artillery/artillery-1/report.json");
        let input = Input::memory("f", text.as_bytes().to_vec()).unwrap();
        let mut rollup = Rollup::new();
        let tally = Artillery1Json.read(&input, &Settings::default(), &mut rollup).unwrap();
        assert_eq!((tally.used, tally.rejected), (3, 0));
        let parts = rollup.into_parts();
        let total = parts[0].totals()[0].clone();
        assert_eq!((total.requests, total.failures), (Some(55), Some(23)));
        let Distribution::Recorded(recorded) = &total.latency else { panic!("{total:?}") };
        assert_eq!((recorded.count(), recorded.extremes_ns), (38, Some((3_000_000, 39_000_000))));
        assert_eq!(parts[0].intervals()[0].rows.last().unwrap().cumulative, Some((55, 23)));
    }

    #[test]
    fn older_lists_of_latencies_are_read_and_missing_ones_quoted() {
        let period = |latencies: &str| {
            let text = format!(
                r#"{{"timestamp":"2019-04-17T21:40:59.127Z","requestsCompleted":2,"rps":{{"count":2,"mean":2}},
                    "latency":{{"min":20,"max":26.6,"median":22,"p95":26.6}},"codes":{{"200":2}},"latencies":{latencies}}}"#
            );
            serde_json::from_str::<Period>(&text).unwrap()
        };
        let of = |latencies: &str| latency(&period("[]"), &[(Timestamp(0), period(latencies))]);
        let Distribution::Recorded(recorded) = of(r#"[[1, "a", 20000000, 200], [2, "b", 26600000, 200]]"#) else {
            panic!("the third of each list is a latency")
        };
        assert_eq!(recorded.count(), 2);
        let Distribution::Quoted(quoted) = of("[20000000]") else { panic!("one is missing") };
        assert_eq!((quoted.n, quoted.max_us), (Some(2), Some(26_600.0)));
    }
}
