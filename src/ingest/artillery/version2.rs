//! The report of Artillery 2: counters, rates and summaries by dotted names, for the whole run and for each ten seconds.
//!
//! Names hold what the user called things, dots included, so they are taken apart at what Artillery itself put before and
//! behind them and never at each dot.

use super::period::Period;
use super::sums::{Summaries, counts_differ};
use super::{Answers, TOOL, US_PER_MS, faults, is_of_request, quantiles, quoted, total};
use crate::error::Error;
use crate::ingest::document::{self, Object};
use crate::ingest::implied::{instants_differ, sum_differs};
use crate::ingest::scrub::without_queries;
use crate::ingest::{Adapter, Head, Input, MetricTotal, PartId, Settings, Sink, Sniff, Tally};
use crate::model::distribution::Distribution;
use crate::model::key::{EndpointKey, MetricKey, MetricKind};
use crate::model::sample::{Fact, Interval, LoadModel};
use crate::unit::{Span, Timestamp, Unit};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads the report of Artillery 2.
pub struct ArtilleryJson;

/// What the plugin puts before an endpoint's name.
const PLUGIN: &str = "plugins.metrics-by-endpoint.";
/// How its percentiles come about.
const DIGEST: &str = "Artillery: from a DDSketch digest, approximate";

impl Adapter for ArtilleryJson {
    fn name(&self) -> &'static str {
        "artillery_json"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "Artillery 2's report, `artillery run --output report.json`; endpoints with its plugin metrics-by-endpoint"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let opens = head.bytes().trim_ascii_start().starts_with(b"{");
        let has = |key: &[u8]| head.contains(key);
        if opens
            && has(b"\"aggregate\"")
            && has(b"\"counters\"")
            && (has(b"\"vusers.") || has(b"\"core.vusers.") || has(b"\"firstMetricAt\""))
        {
            Sniff::yes("a JSON object with Artillery's aggregate and counters")
        } else {
            Sniff::no("no JSON object with Artillery's aggregate and its counters of virtual users")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let report: Report = document::json(input, "Artillery's report")?;
        let report = Report { aggregate: report.aggregate.named_as_today(), ..report };
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Open));
        let mut tally = Tally::default();
        let all = Counts::of(&report.aggregate.counters, &mut tally);
        hand_on_requests(&report.aggregate, &all, part, settings, sink, &mut tally);
        hand_on_metrics(&report.aggregate, &all, part, sink, &mut tally);
        let periods = periods(&report.intermediate, &mut tally);
        hand_on_course(&periods, part, settings, sink, &mut tally);
        if tally.rejected == 0 && !periods.is_empty() {
            for doubt in doubts(&report.aggregate, &periods) {
                sink.fact(part, doubt);
            }
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

/// What became of an endpoint's requests, and their errors by text.
type OfEndpoint = (Answers, BTreeMap<String, u64>);

/// Counters, sorted out.
#[derive(Debug, Default)]
struct Counts {
    requests: Option<u64>,
    responses: u64,
    bytes: Option<u64>,
    by_status: BTreeMap<u16, u64>,
    errors: BTreeMap<String, u64>,
    endpoints: BTreeMap<String, OfEndpoint>,
    /// All others: users, scenarios, other engines and the script's own.
    others: BTreeMap<String, u64>,
}

impl Counts {
    fn of(counters: &Object, tally: &mut Tally) -> Self {
        let mut counts = Self::default();
        for (name, value) in counters {
            match document::count(value) {
                Some(count) => {
                    tally.used();
                    counts.take(name, count);
                }
                None => document::reject(&format!("counters.{name}"), "should be a count", tally),
            }
        }
        counts
    }

    fn take(&mut self, name: &str, count: u64) {
        let status = |text: &str| text.parse::<u16>().ok();
        if let Some(of_endpoint) = name.strip_prefix(PLUGIN) {
            self.take_endpoint(of_endpoint, count);
        } else if let Some(status) = name.strip_prefix("http.codes.").and_then(status) {
            self.by_status.insert(status, count);
        } else if let Some(error) = name.strip_prefix("errors.") {
            self.errors.insert(error.to_owned(), count);
        } else {
            match name {
                "http.requests" => self.requests = Some(count),
                "http.responses" => self.responses = count,
                "http.downloaded_bytes" => self.bytes = Some(count),
                _ => {
                    self.others.insert(without_queries(name).into_owned(), count);
                }
            }
        }
    }

    /// `NAME.codes.200` or `NAME.errors.ETIMEDOUT`.
    fn take_endpoint(&mut self, name: &str, count: u64) {
        let by_status =
            name.rsplit_once(".codes.").and_then(|(name, status)| Some((name, status.parse::<u16>().ok()?)));
        if let Some((name, status)) = by_status {
            self.endpoints.entry(name.to_owned()).or_default().0.by_status.insert(status, count);
        } else if let Some((name, error)) = name.split_once(".errors.") {
            let (answers, errors) = self.endpoints.entry(name.to_owned()).or_default();
            answers.unanswered = answers.unanswered.saturating_add(count);
            errors.insert(error.to_owned(), count);
        }
    }

    /// Of all endpoints together. What was asked and not answered has failed.
    fn answers(&self) -> Answers {
        let answered = self.by_status.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
        let asked = self.requests.unwrap_or(answered);
        Answers { by_status: self.by_status.clone(), unanswered: asked.saturating_sub(answered.max(self.responses)) }
    }

    /// What failed of all and of no endpoint: nobody's in particular, and none is told twice.
    fn without_endpoint(&self) -> (Answers, BTreeMap<String, u64>) {
        let of_endpoints = |of: &dyn Fn(&OfEndpoint) -> Option<u64>| {
            self.endpoints.values().filter_map(of).fold(0, u64::saturating_add)
        };
        let left = |count: u64, named: u64| Some(count.saturating_sub(named)).filter(|left| *left > 0);
        let by_status = self.by_status.iter().filter_map(|(status, count)| {
            Some((*status, left(*count, of_endpoints(&|(answers, _)| answers.by_status.get(status).copied()))?))
        });
        let errors = self.errors.iter().filter_map(|(text, count)| {
            Some((text.clone(), left(*count, of_endpoints(&|(_, errors)| errors.get(text).copied()))?))
        });
        (Answers { by_status: by_status.collect(), unanswered: 0 }, errors.collect())
    }

    /// Errors of requests: what a period's rows have in place of requests that were never answered.
    fn failed_requests(&self) -> u64 {
        let errors = self.errors.iter().filter(|(text, _)| is_of_request(text));
        errors.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Answers with a status that the user declared right for their endpoint.
    fn forgiven(&self, settings: &Settings) -> u64 {
        let of = |(name, (answers, _)): (&String, &OfEndpoint)| {
            let endpoint = EndpointKey::new(None, &without_queries(name));
            answers.failures(None, settings).saturating_sub(answers.failures(Some(&endpoint), settings))
        };
        self.endpoints.iter().map(of).sum()
    }
}

fn hand_on_requests(
    all: &Period,
    counts: &Counts,
    part: PartId,
    settings: &Settings,
    sink: &mut dyn Sink,
    tally: &mut Tally,
) {
    let Some(requests) = counts.requests else {
        tally.note("the report counts no HTTP requests; what other engines counted is shown as metrics");
        return;
    };
    let answers = counts.answers();
    let by_status = answers.by_status.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let timed = all.summary("http.response_time").and_then(|summary| summary.get("count").and_then(document::count));
    let doubts = [
        sum_differs("its status codes", by_status, "`http.responses`", counts.responses),
        timed.and_then(|timed| sum_differs("its response times", timed, "`http.responses`", counts.responses)),
    ];
    doubts.into_iter().flatten().for_each(|doubt| sink.fact(part, doubt));
    let by_endpoint: u64 = counts.endpoints.values().map(|(answers, _)| answers.count()).sum();
    for (name, (answers, errors)) in &counts.endpoints {
        let endpoint = EndpointKey::new(None, &without_queries(name));
        let failures = answers.failures(Some(&endpoint), settings);
        let mut of_endpoint = total(Some(endpoint.clone()), answers.count(), failures);
        if let Some(summary) = all.summary(&format!("{PLUGIN}response_time.{name}")) {
            of_endpoint.latency = latency(summary);
        }
        sink.total(part, of_endpoint);
        faults(answers, errors, Some(&endpoint), settings).for_each(|fault| sink.fault(part, fault));
    }
    let mut sum = total(None, requests, answers.failures(None, settings).saturating_sub(counts.forgiven(settings)));
    sum.latency = all.summary("http.response_time").map_or(sum.latency, latency);
    sum.latency_ok = latency_ok(all, &answers).unwrap_or(sum.latency_ok);
    (sum.rate_per_s, sum.bytes, sum.span) = (all.rate_per_s(), counts.bytes, all.span());
    sink.total(part, sum);
    let (unnamed, errors) = counts.without_endpoint();
    faults(&unnamed, &errors, None, settings).for_each(|fault| sink.fault(part, fault));
    if counts.endpoints.is_empty() {
        tally.note("no endpoints: the test ran without the plugin metrics-by-endpoint");
    } else if by_endpoint < requests {
        tally.note(format!("{by_endpoint} of {requests} requests are counted by endpoint"));
    }
    if settings.expected_status.is_empty() && answers.by_status.range(400..).next().is_some() {
        tally.note("a status from 400 on counts as a failure; Artillery itself fails no user for it");
    }
}

fn latency(summary: &Object) -> Distribution {
    let n = summary.get("count").and_then(document::count);
    let timed = n.filter(|n| *n > 0).and_then(|n| quoted(summary, Some(n), DIGEST));
    timed.map_or_else(|| Distribution::Unknown("nothing was answered".to_owned()), Distribution::Quoted)
}

/// Successes are timed apart by the first digit of their status; with redirections among them that is no one figure.
fn latency_ok(all: &Period, answers: &Answers) -> Option<Distribution> {
    let only_200 = answers.by_status.keys().filter(|status| **status < 400).all(|status| (200..300).contains(status));
    all.summary("http.response_time.2xx").filter(|_| only_200).map(latency)
}

fn hand_on_metrics(all: &Period, counts: &Counts, part: PartId, sink: &mut dyn Sink, tally: &mut Tally) {
    for (name, count) in &counts.others {
        #[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
        let sum = MetricTotal { sum: Some(*count as f64), ..MetricTotal::default() };
        sink.metric_total(part, &key(name, MetricKind::Counter, Unit::Count), &sum);
    }
    let mut unitless = 0;
    for (name, summary) in &all.summaries {
        let Some(summary) = summary.as_object() else {
            document::reject(&format!("summaries.{name}"), "should be a summary with its figures", tally);
            continue;
        };
        tally.used();
        if name == "http.response_time" || name.starts_with(PLUGIN) {
            continue;
        }
        let is_time = name.starts_with("http.response_time.") || name == "vusers.session_length";
        unitless += usize::from(!is_time);
        let (unit, scale) = if is_time { (Unit::Micros, US_PER_MS) } else { (Unit::Plain, 1.0) };
        let figure = |key: &str| Some(document::amount(summary.get(key)?)? * scale);
        let total = MetricTotal {
            count: summary.get("count").and_then(document::count),
            min: figure("min"),
            max: figure("max"),
            mean: figure("mean"),
            quantiles: quantiles(summary).into_iter().map(|(p, value)| (p, value * scale)).collect(),
            ..MetricTotal::default()
        };
        sink.metric_total(part, &key(&without_queries(name), MetricKind::Trend, unit), &total);
    }
    if unitless > 0 {
        tally.note("the report does not say in what unit the script's own histograms are; shown as plain numbers");
    }
}

fn key(name: &str, kind: MetricKind, unit: Unit) -> MetricKey {
    MetricKey { name: name.to_owned(), kind, unit, tags: Vec::new() }
}

/// The periods by their time; those without one are rejected.
fn periods(periods: &[Value], tally: &mut Tally) -> Vec<(Span, Period)> {
    let mut timed: Vec<(Span, Period)> = Vec::new();
    for (number, period) in periods.iter().enumerate() {
        let period = Period::deserialize(period).ok().map(Period::named_as_today);
        match period.and_then(|period| Some((period.span()?, period))) {
            Some(period) => timed.push(period),
            None => document::reject(
                &format!("intermediate[{number}]"),
                "should be a period with firstMetricAt and lastMetricAt",
                tally,
            ),
        }
    }
    timed.sort_by_key(|(span, _)| (span.end, span.start));
    timed
}

/// Where the whole is not what its periods make: in counts, summaries, the first instant and the last.
fn doubts(whole: &Period, periods: &[(Span, Period)]) -> Vec<Fact> {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut summaries = Summaries::default();
    for (_, period) in periods {
        for (name, count) in period.counts() {
            let (sum, _) = counts.entry(name).or_default();
            *sum = sum.saturating_add(count);
        }
        for (name, summary) in period.summaries.iter().filter_map(|(name, value)| Some((name, value.as_object()?))) {
            summaries.add(name, summary);
        }
    }
    for (name, count) in whole.counts() {
        counts.entry(name).or_default().1 = count;
    }
    let counts = counts.into_iter().map(|(name, (sum, all))| (without_queries(name).into_owned(), sum, all));
    let mut doubts: Vec<Fact> = counts_differ(counts).collect();
    for (name, summary) in whole.summaries.iter().filter_map(|(name, value)| Some((name, value.as_object()?))) {
        doubts.extend(summaries.doubts(name, summary));
    }
    doubts.extend(summaries.into_falls());
    let (first, last) = whole.ends();
    let ends = |pick: fn(Span) -> Timestamp| periods.iter().map(move |(span, _)| pick(*span));
    let of = |name: &str, of_whole: Option<Timestamp>, of_periods: Option<Timestamp>| {
        instants_differ(name, of_whole?, "that of its periods", of_periods?)
    };
    doubts.extend(of("the first instant of its aggregate", first, ends(|span| span.start).min()));
    doubts.extend(of("the last instant of its aggregate", last, ends(|span| span.end).max()));
    doubts
}

/// Ten seconds after ten seconds, with counts since the start. How many users were there at once Artillery does not say: those
/// who had come and not gone when ten seconds were over are fewer than there were within them, and often none.
fn hand_on_course(
    periods: &[(Span, Period)],
    part: PartId,
    settings: &Settings,
    sink: &mut dyn Sink,
    tally: &mut Tally,
) {
    let Some((first, _)) = periods.first() else { return };
    let row = |at: Timestamp| Interval {
        at,
        endpoint: None,
        users: None,
        rate_per_s: None,
        failures_per_s: None,
        quantiles: Vec::new(),
        cumulative: None,
    };
    let (mut requests, mut failures) = (0_u64, 0_u64);
    sink.interval(part, Interval { cumulative: Some((0, 0)), ..row(first.start) });
    for (span, period) in periods {
        tally.used();
        let counts = Counts::of(&period.counters, &mut Tally::default());
        let answered = Answers { by_status: counts.by_status.clone(), unanswered: 0 };
        requests = requests.saturating_add(counts.requests.unwrap_or(0));
        failures = failures
            .saturating_add(answered.failures(None, settings))
            .saturating_add(counts.failed_requests())
            .saturating_sub(counts.forgiven(settings))
            .min(requests);
        let summary = period.summary("http.response_time").map(quantiles).unwrap_or_default();
        sink.interval(
            part,
            Interval {
                rate_per_s: period.rate_per_s(),
                quantiles: summary.into_iter().map(|(p, ms)| (p, ms * US_PER_MS)).collect(),
                cumulative: Some((requests, failures)),
                ..row(span.end)
            },
        );
    }
}

#[cfg(test)]
mod tests;
