//! Which charts a test gets, and what each is headed with: the finding where there is one, else a neutral title.

use super::{Judged, Material};
use crate::analyse::figures::{EndpointFigures, SeriesFigures};
use crate::analyse::percentile;
use crate::compare::side::Side;
use crate::fmt;
use crate::judge::outcome::{CriterionResult, Finding, Side as LimitSide};
use crate::report::chart::{
    Axis, Chart, Clock, Fold, Limit, Mark, Phase, Quantity, Series, Spacing, TailChart, TailCurve, TailPoint,
    TimeChart, Tone, Words,
};
use crate::unit::Span;

/// Ranks of a percentile curve: close enough that a step of the tail is seen.
const RANKS: [f64; 24] = [
    0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.965, 0.98, 0.99, 0.995, 0.998,
    0.999, 0.9995, 0.9999, 0.99999,
];

/// The charts of one test; `id` prefixes theirs.
pub(super) fn charts(judged: &Judged<'_>, material: &Material<'_>, id: &str) -> Vec<Chart> {
    let mut charts = Vec::new();
    if let Some(series) = &judged.figures.series {
        let frame = Frame::new(judged, series, id);
        charts.extend(latency(&frame, series, judged, material));
        charts.extend(throughput(&frame, series, judged, material));
        charts.extend(failures(&frame, series));
        charts.extend(super::strips::strips(judged, material, id, frame.clock));
    } else {
        charts.extend(super::strips::strips(judged, material, id, None));
    }
    charts.extend(tail(judged, material, id));
    charts.extend(super::overlaid::overlaid(judged, material, id));
    charts
}

/// What all time charts of a test share.
struct Frame {
    id: String,
    clock: Option<Clock>,
    phases: Vec<Phase>,
    /// How much of each window the run lasted, in seconds: less of the first and the last.
    lasted_s: Vec<f64>,
}

/// A window of which the run lasted less than this share has no rate: two requests in its last instant are no load.
const LEAST_LASTED: f64 = 0.5;
/// From so many windows on.
const SPARED_FROM: usize = 12;

impl Frame {
    fn new(judged: &Judged<'_>, series: &SeriesFigures, id: &str) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "at most 512 windows")]
        let to_s = series.first_s + series.width_s * series.requests.len() as f64;
        let clock = Clock { from_s: series.first_s.min(0.0), to_s, first_s: series.first_s, window_s: series.width_s };
        // Of few windows none can be spared.
        let span = judged.test.span.filter(|_| series.requests.len() >= SPARED_FROM);
        let lasted_s = (0..series.requests.len()).map(|at| lasted_s(&clock, at, span)).collect();
        Self { id: id.to_owned(), clock: Some(clock), phases: phases(judged), lasted_s }
    }

    /// Counts as events per second of the time that the run lasted.
    #[expect(clippy::cast_precision_loss, reason = "requests of one window")]
    fn rate(&self, name: &str, tone: Tone, mark: Mark, counts: &[u64]) -> Series {
        let least_s = self.least_s();
        let of = |(count, seconds): (&u64, &f64)| (*seconds >= least_s).then(|| *count as f64 / seconds);
        let values = counts.iter().zip(&self.lasted_s).map(of).collect();
        Series { name: name.to_owned(), tone, mark, fold: Fold::Mean, values }
    }

    fn least_s(&self) -> f64 {
        self.clock.map_or(0.0, |clock| LEAST_LASTED * clock.window_s)
    }

    /// What of the run has no rate, in words; nothing where there is none.
    fn left_out(&self) -> String {
        let left: f64 = self.lasted_s.iter().filter(|seconds| **seconds < self.least_s()).sum();
        if left <= 0.0 {
            return String::new();
        }
        format!(" The run's edge of {}, less than half a window, has no rate.", fmt::duration_s(left))
    }

    fn chart(
        &self,
        name: &str,
        heading: String,
        left: Axis,
        right: Option<Axis>,
        series: Vec<Series>,
    ) -> Option<TimeChart> {
        let chart = TimeChart {
            words: Words { id: format!("{}-{name}", self.id), heading, ..Words::default() },
            group: self.id.clone(),
            clock: self.clock?,
            left,
            right,
            phases: self.phases.clone(),
            limits: Vec::new(),
            series,
        };
        let mut chart = chart.folded();
        chart.words.caption =
            format!("Windows of {}; a request counts where it ended.", fmt::duration_s(chart.clock.window_s));
        chart.words.caption += &self.left_out();
        Some(chart)
    }
}

/// How much of a window lies within the run; all of it where that is not known.
fn lasted_s(clock: &Clock, at: usize, span: Option<Span>) -> f64 {
    let length_s = span.map_or(f64::INFINITY, Span::seconds);
    let lasted = clock.edge(at + 1).min(length_s) - clock.edge(at).max(0.0);
    if lasted > 0.0 { lasted } else { clock.window_s }
}

pub(super) fn phases(judged: &Judged<'_>) -> Vec<Phase> {
    let Some(phases) = &judged.figures.phases else { return Vec::new() };
    let ramp = phases.ramp_s.map(|to_s| Phase {
        name: "ramp (left out of comparisons)".to_owned(),
        from_s: 0.0,
        to_s,
        shaded: true,
    });
    let warm_up = (phases.compared_from_s() > phases.steady_from_s).then(|| Phase {
        name: "warm-up (left out of comparisons)".to_owned(),
        from_s: phases.steady_from_s,
        to_s: phases.compared_from_s(),
        shaded: true,
    });
    ramp.into_iter().chain(warm_up).collect()
}

fn axis(title: &str, quantity: Quantity, spacing: Spacing) -> Axis {
    Axis { title: title.to_owned(), quantity, spacing }
}

/// The first finding of a rule about this test, as a heading.
fn found<'a>(material: &'a Material<'_>, test: &str, rules: &[&str]) -> Option<&'a Finding> {
    material.judgement.findings.iter().find(|one| one.test == test && rules.contains(&one.rule.as_str()))
}

fn heading(finding: Option<&Finding>, neutral: &str) -> String {
    finding.map_or_else(|| neutral.to_owned(), |one| one.message.clone())
}

fn latency(frame: &Frame, series: &SeriesFigures, judged: &Judged<'_>, material: &Material<'_>) -> Option<Chart> {
    let tones = [("p50", Tone::S1), ("p95", Tone::S2), ("p99", Tone::S3)];
    let line = |(name, tone): (&str, Tone)| {
        let values = series.quantiles_us.get(name)?.clone();
        let drawn = values.iter().any(Option::is_some);
        drawn.then(|| Series { name: name.to_owned(), tone, mark: Mark::Line, fold: Fold::Highest, values })
    };
    let mut lines: Vec<Series> = tones.into_iter().filter_map(line).collect();
    if lines.is_empty() {
        return None;
    }
    lines.insert(0, frame.rate("requests", Tone::Load, Mark::Behind, &series.requests));
    let limits: Vec<Limit> = limits(&material.judgement.criteria, &judged.test.name);
    let p95 = series.quantiles_us.get("p95").map(Vec::as_slice).unwrap_or_default();
    let highest = p95.iter().flatten().copied().reduce(f64::max);
    let neutral = highest.map_or_else(
        || "Latency over time".to_owned(),
        |highest| format!("Latency over time: p95 of a window reaches {}", fmt::latency_us(highest)),
    );
    let left = axis("latency", Quantity::Micros, Spacing::Log);
    let right = Some(axis("requests per second", Quantity::PerSecond, Spacing::Linear));
    let mut chart = frame.chart("latency", neutral.clone(), left, right, lines)?;
    let names: Vec<&str> = chart.series.iter().skip(1).map(|one| one.name.as_str()).collect();
    chart.words.description = format!("{neutral}. Lines for {} of each window over the load.", names.join(", "));
    if series.quoted {
        chart.words.caption.push_str(" Percentiles are the tool's own for each moment.");
    }
    chart.words.caption += &shared(series);
    chart.limits = limits;
    Some(Chart::Time(chart))
}

/// Which percentiles windows share with their neighbours, because one has too few requests for them; nothing where none do.
fn shared(series: &SeriesFigures) -> String {
    let needs = |(name, values): (&String, &Vec<Option<f64>>)| {
        let needed = percentile::least_n(fmt::quantile_p(name)?);
        let is_shared = values.iter().zip(&series.requests).any(|(value, n)| value.is_some() && *n < needed);
        is_shared.then(|| format!("{name} {}", fmt::count(needed)))
    };
    let shared: Vec<String> = series.quantiles_us.iter().filter(|_| !series.quoted).filter_map(needs).collect();
    if shared.is_empty() {
        return String::new();
    }
    format!(
        " Where a window has fewer requests than a percentile needs ({}), it shares it with its neighbours.",
        shared.join(", ")
    )
}

/// Upper limits on p95 latency of the whole test, drawn across.
fn limits(criteria: &[CriterionResult], test: &str) -> Vec<Limit> {
    let about =
        |one: &&CriterionResult| one.test == test && one.endpoint.is_none() && one.unit == crate::unit::Unit::Micros;
    let mut limits: Vec<Limit> = Vec::new();
    for one in criteria.iter().filter(about) {
        let quantile = one.metric.rsplit('.').next().unwrap_or_default();
        let upper = one.limit.filter(|limit| matches!(limit.side, LimitSide::Below | LimitSide::AtMost));
        let (Some(limit), true) =
            (upper, matches!(quantile, "p50" | "p95" | "p99") && one.metric.starts_with("latency"))
        else {
            continue;
        };
        let label = format!("{quantile} limit");
        if !limits.iter().any(|have| have.label == label) {
            limits.push(Limit { label, value: limit.value });
        }
    }
    limits
}

fn throughput(frame: &Frame, series: &SeriesFigures, judged: &Judged<'_>, material: &Material<'_>) -> Option<Chart> {
    let ok: Vec<u64> =
        series.requests.iter().zip(&series.failures).map(|(all, failed)| all.saturating_sub(*failed)).collect();
    let mut all = vec![
        frame.rate("failed", Tone::Bad, Mark::Stack, &series.failures),
        frame.rate("succeeded", Tone::Good, Mark::Stack, &ok),
    ];
    let mut right = None;
    if series.users.iter().any(Option::is_some) {
        all.push(Series {
            name: "users".to_owned(),
            tone: Tone::Load,
            mark: Mark::Step,
            fold: Fold::Highest,
            values: series.users.clone(),
        });
        right = Some(axis("users", Quantity::Count, Spacing::Linear));
    }
    let finding = found(material, &judged.test.name, &["generator-saturated"]);
    let neutral = judged.requests().and_then(|totals| totals.rate_per_s).map_or_else(
        || "Throughput over time".to_owned(),
        |rate| format!("Throughput over time: {} on average", fmt::rate(rate)),
    );
    let heading = heading(finding, &neutral);
    let left = axis("requests per second", Quantity::PerSecond, Spacing::Linear);
    let mut chart = frame.chart("throughput", heading.clone(), left, right, all)?;
    chart.words.description =
        format!("{heading}. Requests that succeeded and failed, stacked, with users as a stepped line.");
    Some(Chart::Time(chart))
}

fn failures(frame: &Frame, series: &SeriesFigures) -> Option<Chart> {
    let total: u64 = series.failures.iter().sum();
    if total == 0 || series.failure_kinds.is_empty() {
        return None;
    }
    let mut kinds: Vec<(&String, &Vec<u64>)> = series.failure_kinds.iter().collect();
    kinds.sort_by_key(|(name, counts)| {
        (name.as_str() == "other", std::cmp::Reverse(counts.iter().sum::<u64>()), name.as_str())
    });
    let stack = kinds.iter().enumerate().map(|(at, (name, counts))| {
        // Never in the colour of what succeeded, which is that of the first of equals.
        let tone = match at {
            _ if name.as_str() == "other" => Tone::Rest,
            0 => Tone::Bad,
            at => Tone::nth(at),
        };
        frame.rate(&fmt::plain(name), tone, Mark::Stack, counts)
    });
    let first = series.failures.iter().position(|count| *count > 0).unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "at most 512 windows")]
    let since = series.first_s + series.width_s * first as f64;
    let heading = format!("{} by kind, the first at {}", fmt::plural(total, "failure", "failures"), fmt::clock(since));
    let left = axis("failures per second", Quantity::PerSecond, Spacing::Linear);
    let mut chart = frame.chart("failures", heading.clone(), left, None, stack.collect())?;
    chart.words.description = heading;
    Some(Chart::Time(chart))
}

fn tail(judged: &Judged<'_>, material: &Material<'_>, id: &str) -> Option<Chart> {
    let totals = judged.requests()?;
    let mut points = judged.curve();
    let quoted = points.is_empty();
    if quoted {
        points = quoted_points(totals);
    }
    if points.len() < 3 {
        return None;
    }
    let mut curves = vec![TailCurve { name: "this run".to_owned(), tone: Tone::S2, points }];
    if let Some((name, side)) = material.before(&judged.test.name).filter(|_| judged.superseded.is_none()) {
        let points = stored_curve(side);
        if !points.is_empty() {
            curves.push(TailCurve { name: format!("baseline {name}"), tone: Tone::Base, points });
        }
    }
    // What fewer requests than it needs gave is a figure in the table, and no sentence about all of them.
    let borne = |name: &str| !totals.latency_us.quantile_why.contains_key(name);
    let at = |name: &str| totals.latency_us.quantiles.get(name).copied().flatten().filter(|_| borne(name));
    let heading = match (at("p50"), at("p99")) {
        (Some(median), Some(p99)) => {
            format!(
                "Half of all requests took at most {}, 1 in 100 longer than {}",
                fmt::latency_us(median),
                fmt::latency_us(p99)
            )
        }
        (Some(median), None) => format!("Half of all requests took at most {}", fmt::latency_us(median)),
        _ => "Percentile curve".to_owned(),
    };
    let mut caption = "Each further nine has the same width".to_owned();
    caption.push_str(if quoted {
        "; the points are the tool's own percentiles."
    } else {
        "; the curve ends where fewer than 10 requests remain above, and the band is the 95 % interval."
    });
    let words = Words { id: format!("{id}-tail"), heading: heading.clone(), description: heading, caption };
    let limits = limits(&material.judgement.criteria, &judged.test.name);
    Some(Chart::Tail(TailChart { words, axis: axis("latency", Quantity::Micros, Spacing::Log), limits, curves }))
}

fn quoted_points(totals: &EndpointFigures) -> Vec<TailPoint> {
    let points = totals.latency_us.quantiles.iter().filter_map(|(name, value)| {
        let rank = fmt::quantile_p(name).filter(|rank| *rank < 1.0)?;
        Some(TailPoint { rank, value: (*value)?, interval: None })
    });
    let mut points: Vec<TailPoint> = points.collect();
    points.sort_by(|a, b| a.rank.total_cmp(&b.rank));
    points
}

/// The curve of the stored steady time: all endpoints' parts merged.
fn stored_curve(side: &Side) -> Vec<TailPoint> {
    let mut merged = crate::model::Histogram::new();
    for block in side.endpoints.iter().filter_map(|one| one.parts.as_ref()).flatten() {
        merged.merge(&block.histogram);
    }
    curve_of(&merged)
}

/// Points of a curve from a histogram in µs, up to the last rank that its count can bear.
pub(super) fn curve_of(histogram: &crate::model::Histogram) -> Vec<TailPoint> {
    let Some(last) = TailChart::last_rank(histogram.count()) else { return Vec::new() };
    #[expect(clippy::cast_precision_loss, reason = "microseconds below 2^53 are 285 years")]
    let point =
        |rank: f64| histogram.quantile(rank).map(|value| TailPoint { rank, value: value as f64, interval: None });
    RANKS.iter().copied().filter(|rank| *rank < last).chain([last]).filter_map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Timestamp;

    #[test]
    fn what_windows_share_is_said() {
        let of = |requests: Vec<u64>| {
            let values = vec![Some(1.0); requests.len()];
            let quantiles_us = [("p95".to_owned(), values.clone()), ("p99".to_owned(), values)].into();
            shared(&SeriesFigures { requests, quantiles_us, ..SeriesFigures::default() })
        };
        assert_eq!(of(vec![400, 368]), "");
        assert!(of(vec![400, 300]).contains("(p99 368)"));
        assert!(of(vec![400, 50]).contains("(p95 72, p99 368)"));
    }

    /// A run of 45.1 s in windows of 0.8 s ended with a drop to a fifth of its rate, which nobody had seen.
    #[test]
    fn a_window_in_which_the_run_ends_has_the_rate_of_what_there_is_of_it() {
        let clock = Clock { from_s: -0.2, to_s: 4.6, first_s: -0.2, window_s: 0.8 };
        let lasted = |length_ns: i64| -> Vec<f64> {
            let span = Span { start: Timestamp(0), end: Timestamp(length_ns) };
            (0..6).map(|at| lasted_s(&clock, at, Some(span))).collect()
        };
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        let ends_late = lasted(4_300_000_000);
        assert!(close(ends_late[0], 0.6) && close(ends_late[1], 0.8) && close(ends_late[5], 0.5), "{ends_late:?}");
        let frame = |lasted_s| Frame { id: String::new(), clock: Some(clock), phases: Vec::new(), lasted_s };
        let rates = |frame: &Frame| frame.rate("", Tone::Good, Mark::Stack, &[6, 8, 8, 8, 8, 5]).values;
        assert!(rates(&frame(ends_late)).iter().all(|rate| rate.is_some_and(|rate| close(rate, 10.0))));
        let ends_early = frame(lasted(3_900_000_000));
        assert_eq!((rates(&ends_early)[5], rates(&ends_early)[4].is_some()), (None, true));
        assert!(ends_early.left_out().contains("edge of 0.1 s"), "{}", ends_early.left_out());
    }
}
