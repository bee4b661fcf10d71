//! Figures as k6 sums them up at the end of a run: what its three summaries have in common.
//!
//! They are quoted, never computed with. Traps of the source that are undone here and nowhere else: in `http_req_failed`
//! `passes` counts failures; a rate is called `rate`, `value` or, by its counts, `matches` of `total`; a trend without points
//! is written as zeros.

use super::metric::Definition;
use super::threshold::MetricSelector;
use crate::ingest::{MetricTotal, PartId, Sink, scrub};
use crate::model::distribution::{Distribution, K6_TYPE_7, Quoted};
use crate::model::key::{MetricKey, MetricKind, Population, Tags};
use crate::model::sample::{Fact, Threshold, Total};
use serde_json::{Map, Value};

/// A Figure is one metric or sub-metric of a summary.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    /// Metric and tags.
    pub(super) selector: MetricSelector,
    /// What kind it is.
    pub(super) definition: Definition,
    /// k6's figures by k6's names; null where a figure was not finite.
    pub(super) stats: Map<String, Value>,
    /// Thresholds on it, and whether each was kept.
    pub(super) thresholds: Vec<(String, Option<bool>)>,
}

impl Figure {
    fn stat(&self, name: &str) -> Option<f64> {
        self.stats.get(name)?.as_f64()
    }

    fn count_of(&self, name: &str) -> Option<u64> {
        whole(self.stat(name)?)
    }

    /// Points of a rate and those of them that are not zero.
    fn rate_counts(&self) -> Option<(u64, u64)> {
        if let (Some(matches), Some(total)) = (self.count_of("matches"), self.count_of("total")) {
            return Some((total, matches));
        }
        let (passes, fails) = (self.count_of("passes")?, self.count_of("fails")?);
        Some((passes.saturating_add(fails), passes))
    }

    fn in_base(&self, name: &str) -> Option<f64> {
        self.stat(name).map(|value| self.definition.contains.to_base(value))
    }

    /// (p, value in the base unit), ascending: `med`, `p(99.9)` and, in the machine-readable summary, `p95`.
    fn quantiles(&self) -> Vec<(f64, f64)> {
        // `99.9e-2` is the double nearest to 0.999; 99.9 / 100 is not.
        let ratio = |name: &str| match name {
            "med" => Some(0.5),
            _ => format!("{}e-2", name.strip_prefix('p')?.trim_matches(['(', ')'])).parse::<f64>().ok(),
        };
        let mut quantiles: Vec<(f64, f64)> = self
            .stats
            .keys()
            .filter_map(|name| Some((ratio(name).filter(|p| (0.0..=1.0).contains(p))?, self.in_base(name)?)))
            .collect();
        quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        quantiles.dedup_by(|a, b| a.0.total_cmp(&b.0).is_eq());
        quantiles
    }

    fn total(&self) -> MetricTotal {
        let none = MetricTotal::default();
        match self.definition.kind {
            MetricKind::Counter => MetricTotal { sum: self.in_base("count"), rate_per_s: self.in_base("rate"), ..none },
            MetricKind::Gauge => {
                MetricTotal { value: self.in_base("value"), min: self.in_base("min"), max: self.in_base("max"), ..none }
            }
            MetricKind::Rate => {
                let counts = self.rate_counts();
                let value = self.stat("rate").or(self.stat("value"));
                MetricTotal {
                    count: counts.map(|(all, _)| all),
                    nonzero: counts.map(|(_, nonzero)| nonzero),
                    // The ratio of no points is not 0.
                    value: value.filter(|_| counts.is_none_or(|(all, _)| all > 0)),
                    ..none
                }
            }
            MetricKind::Trend => MetricTotal {
                count: self.count_of("count"),
                min: self.in_base("min"),
                max: self.in_base("max"),
                mean: self.in_base("avg"),
                quantiles: self.quantiles(),
                ..none
            },
        }
    }

    /// A trend of times as a latency over `n` values.
    fn latency(&self, n: Option<u64>) -> Distribution {
        Distribution::Quoted(Quoted {
            n: self.count_of("count").or(n),
            mean_us: self.in_base("avg"),
            min_us: self.in_base("min"),
            max_us: self.in_base("max"),
            quantiles: self.quantiles(),
            definition: K6_TYPE_7.to_owned(),
            rounding_us: Vec::new(),
        })
    }
}

fn whole(count: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked beside it")]
    (0.0..9e15).contains(&count).then_some(count as u64)
}

/// A metric's name with tags whose values may be shown.
pub(super) fn selector(written: &str) -> MetricSelector {
    let mut selector =
        written.parse().unwrap_or_else(|_| MetricSelector { name: written.to_owned(), tags: Tags::new() });
    for (name, value) in &mut selector.tags {
        if matches!(name.as_str(), "name" | "url") {
            *value = super::endpoint::without_values(value);
        } else if !scrub::may_show(name, value) {
            "…".clone_into(value);
        }
    }
    selector
}

/// A Check is how often a check passed and failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    /// Its text.
    pub(super) name: String,
    /// The group it stands in, such as `::outer::inner`; empty at the root and where the summary does not say.
    pub(super) group: String,
    /// How often it held.
    pub(super) passes: u64,
    /// How often not.
    pub(super) fails: u64,
}

/// Figures is what a summary says.
#[derive(Debug, Default)]
pub(super) struct Figures {
    /// Metrics and sub-metrics, by name.
    pub(super) metrics: Vec<Figure>,
    /// Checks.
    pub(super) checks: Vec<Check>,
    /// Length of the run by k6's clock, which includes setup and teardown.
    pub(super) duration_s: Option<f64>,
}

impl Figures {
    fn find(&self, name: &str, tags: &[(&str, &str)]) -> Option<&Figure> {
        self.metrics.iter().find(|figure| {
            let have = figure.selector.tags.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            figure.selector.name == name && have.eq(tags.iter().copied())
        })
    }

    /// Hands all of it to the sink.
    pub(super) fn hand_on(&self, sink: &mut dyn Sink) {
        let part = sink.part(None);
        for figure in &self.metrics {
            let key = MetricKey {
                name: figure.selector.name.clone(),
                kind: figure.definition.kind,
                unit: figure.definition.contains.unit(),
                tags: figure.selector.tags.clone(),
            };
            sink.metric_total(part, &key, &self.honest(figure));
            for (expression, kept) in &figure.thresholds {
                let (metric, expression) = (figure.selector.to_string(), expression.clone());
                sink.threshold(part, Threshold { metric, expression, kept: *kept, abort: false });
            }
        }
        self.checks.iter().for_each(|check| hand_on_check(check, part, sink));
        self.hand_on_requests(part, sink);
        self.hand_on_connections(part, sink);
        if let Some(seconds) = self.duration_s {
            sink.fact(part, Fact::DurationSeconds(seconds));
        }
        if let Some(users) = self.find("vus", &[]).and_then(|vus| vus.stat("max")) {
            sink.fact(part, Fact::Users(users));
        }
    }

    /// A metric's figures, without the zeros that k6 writes for HTTP timings when there was no request.
    fn honest(&self, figure: &Figure) -> MetricTotal {
        let of_requests = figure.selector.name.starts_with("http_req_") && figure.definition.kind == MetricKind::Trend;
        if of_requests && self.find("http_reqs", &[]).is_none() {
            return MetricTotal { count: Some(0), ..MetricTotal::default() };
        }
        figure.total()
    }

    fn hand_on_requests(&self, part: PartId, sink: &mut dyn Sink) {
        let Some(reqs) = self.find("http_reqs", &[]) else {
            return self.hand_on_calls(part, sink);
        };
        let requests = reqs.count_of("count");
        let judged = self.find("http_req_failed", &[]).and_then(Figure::rate_counts);
        if judged.is_none() {
            sink.fact(part, Fact::FailuresUnknown("the summary has no http_req_failed".to_owned()));
        }
        if let Some(doubt) = doubt_of_judged(requests, judged) {
            sink.fact(part, doubt);
        }
        let unknown = |what: &str| Distribution::Unknown(format!("the summary has no {what}"));
        let all = self.find("http_req_duration", &[]);
        let ok = self.find("http_req_duration", &[("expected_response", "true")]);
        sink.total(
            part,
            Total {
                requests,
                failures: judged.map(|(_, failed)| failed),
                latency: all.map_or_else(|| unknown("http_req_duration"), |figure| figure.latency(requests)),
                latency_ok: ok.map_or_else(
                    || unknown("http_req_duration{expected_response:true}"),
                    |figure| figure.latency(judged.map(|(all, failed)| all - failed.min(all))),
                ),
                rate_per_s: reqs.stat("rate"),
                ..nothing(Population::Request)
            },
        );
    }

    /// gRPC calls are the requests of a run without HTTP; k6 counts neither them nor their failures.
    fn hand_on_calls(&self, part: PartId, sink: &mut dyn Sink) {
        let Some(calls) = self.find("grpc_req_duration", &[]) else { return };
        let reason = "k6's summary does not count failed gRPC calls";
        sink.fact(part, Fact::FailuresUnknown(reason.to_owned()));
        sink.total(
            part,
            Total {
                requests: calls.count_of("count"),
                latency: calls.latency(None),
                latency_ok: Distribution::Unknown(reason.to_owned()),
                ..nothing(Population::Request)
            },
        );
    }

    fn hand_on_connections(&self, part: PartId, sink: &mut dyn Sink) {
        let Some(sessions) = self.find("ws_sessions", &[]) else { return };
        let requests = sessions.count_of("count");
        let unknown = || Distribution::Unknown("the summary has no ws_connecting".to_owned());
        sink.total(
            part,
            Total {
                requests,
                latency: self.find("ws_connecting", &[]).map_or_else(unknown, |figure| figure.latency(requests)),
                rate_per_s: sessions.stat("rate"),
                ..nothing(Population::Connection)
            },
        );
    }
}

/// A total about everything that says nothing yet.
fn nothing(population: Population) -> Total {
    let unknown = Distribution::Unknown("k6's summary does not tell successful ones apart".to_owned());
    Total { latency: unknown.clone(), latency_ok: unknown, ..Total::of(population, None) }
}

fn hand_on_check(check: &Check, part: PartId, sink: &mut dyn Sink) {
    let mut tags = vec![("check".to_owned(), check.name.clone())];
    if !check.group.is_empty() {
        tags.push(("group".to_owned(), check.group.clone()));
    }
    let unit = super::metric::Contains::Default.unit();
    let key = MetricKey { name: "checks".to_owned(), kind: MetricKind::Rate, unit, tags };
    let count = check.passes.saturating_add(check.fails);
    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
    let value = (count > 0).then(|| check.passes as f64 / count as f64);
    let total = MetricTotal { count: Some(count), nonzero: Some(check.passes), value, ..MetricTotal::default() };
    sink.metric_total(part, &key, &total);
}

/// A script may let k6 judge only some of its requests; where they are fewer than a file's own count, or more, that is said.
fn doubt_of_judged(requests: Option<u64>, judged: Option<(u64, u64)>) -> Option<Fact> {
    let (requests, (judged, _)) = requests.zip(judged).filter(|(requests, (judged, _))| requests != judged)?;
    let (all, judged) = (crate::fmt::count(requests), crate::fmt::count(judged));
    Some(Fact::Warning(format!("http_reqs counts {all} requests, and http_req_failed judges {judged} of them")))
}
