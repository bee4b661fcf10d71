//! k6's thresholds as criteria. They are judged on k6's own figure in its own definition (type 7); where a summary states the
//! outcome, that outcome counts; our interval stands beside it. A threshold on nothing is not kept: k6 passes it (grafana/k6
//! #1346), here it is inconclusive. To k6 the requests of
//! `setup()` and `teardown()` are requests like any other: they are in the figure that a threshold is held against, whether k6
//! printed it or it is computed here, though everything else here keeps them apart from the load. `{scenario:…}` leaves them out.

mod figure;

use super::decision::{Because, Decision, decide};
use super::interval::least_n;
use super::observation::{Nature, Observation};
use super::outcome::{CriterionResult, Evidence, Limit, Origin, Side, Status};
use super::plan::Entry;
use super::words::{self, Subject};
use crate::config::import::Compat;
use crate::fmt;
use crate::ingest::k6::threshold::{Aggregation, MetricSelector, Operator, ThresholdExpression};
use crate::model::distribution::SourceClass;
use crate::model::sample::Threshold;
use crate::unit::Unit;

/// Judges every threshold that a test's files bring along, in the order of their text.
#[must_use]
pub fn judged(entry: &Entry<'_>, compat: Option<Compat>) -> Vec<CriterionResult> {
    all(entry, entry.judged.test.thresholds.iter().collect(), compat)
}

/// Judges thresholds that stand in another file. Those that the test's own files bring along are left out where they are judged
/// `by_themselves`, and taken with k6's outcome where they are not.
#[must_use]
pub fn borrowed(
    entry: &Entry<'_>,
    thresholds: &[Threshold],
    by_themselves: bool,
    compat: Option<Compat>,
) -> Vec<CriterionResult> {
    let own = |one: &Threshold| {
        let known = &entry.judged.test.thresholds;
        known.iter().find(|other| (&other.metric, &other.expression) == (&one.metric, &one.expression))
    };
    let meant = thresholds.iter().filter_map(|one| match own(one) {
        Some(_) if by_themselves => None,
        Some(stated) => Some(stated),
        None => Some(one),
    });
    all(entry, meant.collect(), compat)
}

fn all(entry: &Entry<'_>, mut thresholds: Vec<&Threshold>, compat: Option<Compat>) -> Vec<CriterionResult> {
    thresholds.sort_by(|a, b| (&a.metric, &a.expression).cmp(&(&b.metric, &b.expression)));
    thresholds.dedup_by(|a, b| (&a.metric, &a.expression) == (&b.metric, &b.expression));
    thresholds.into_iter().map(|threshold| one(entry, threshold, compat)).collect()
}

/// What a threshold demands, and of which metric.
pub(super) fn parsed(threshold: &Threshold) -> Result<(ThresholdExpression, MetricSelector), String> {
    Ok((threshold.expression.parse()?, threshold.metric.parse()?))
}

fn one(entry: &Entry<'_>, threshold: &Threshold, compat: Option<Compat>) -> CriterionResult {
    let (expression, selector) = match parsed(threshold) {
        Ok(parsed) => parsed,
        Err(why) => {
            let seen = Observation::unknown(Unit::Plain, format!("the threshold cannot be read: {why}"));
            return result(entry, threshold, &seen, None, kept_without_figure(&seen, threshold.kept));
        }
    };
    let seen = figure::of(&selector, expression.aggregation, entry.judged);
    let limit = limit(&expression, &seen);
    let decision = if seen.value.is_some() {
        stated(decide(&seen, &limit, Evidence::Observed, true), threshold.kept, &seen)
    } else {
        kept_without_figure(&seen, threshold.kept)
    };
    let subject = subject(&selector, expression.aggregation);
    let mut result = result(entry, threshold, &seen, Some(limit), decision);
    if seen.value.is_some() {
        result.reason = words::reason(&subject, &seen, &limit, decision, Evidence::Observed);
    }
    if result.status == Status::Inconclusive && compat == Some(Compat::K6) && threshold.kept.is_none() {
        answer_as_k6(&expression, &mut result);
    }
    if threshold.abort && result.status == Status::Fail {
        result.reason.push_str(&aborted(entry));
    }
    if let Some(invalid) = &entry.invalid {
        let own = match threshold.kept {
            Some(true) => "k6 calls it kept",
            Some(false) => "k6 calls it crossed",
            None => "k6's own outcome is not in the files",
        };
        result.status = Status::Inconclusive;
        result.n_to_settle = None;
        result.reason = format!("the run is invalid: {invalid} ({own}: {})", result.reason);
    }
    result
}

/// A threshold with `abortOnFail` ends the run: when that was, and that nothing is known of what was still to come.
fn aborted(entry: &Entry<'_>) -> String {
    let after = entry.judged.test.duration_s.map(|seconds| format!(", which ended after {}", fmt::duration_s(seconds)));
    format!("; it aborts the run (abortOnFail){}: what was still to come was not measured", after.unwrap_or_default())
}

/// k6's own answer on a metric without samples: a trend's figures are 0, and anything else is kept.
fn answer_as_k6(expression: &ThresholdExpression, result: &mut CriterionResult) {
    let counted = matches!(expression.aggregation, Aggregation::Count | Aggregation::Rate | Aggregation::Value);
    let kept = counted || expression.holds(0.0);
    result.status = if kept { Status::Pass } else { Status::Fail };
    let word = if kept { "kept" } else { "crossed" };
    result.reason = format!("{}; k6 calls a threshold on nothing {word} (`--compat k6`)", result.reason);
}

/// The limit in base units: k6 states times in milliseconds.
fn limit(expression: &ThresholdExpression, seen: &Observation) -> Limit {
    let scale = if seen.unit == Unit::Micros { 1e3 } else { 1.0 };
    let side = side(expression.operator);
    Limit { side, value: expression.value * scale, warn: None, warn_side: None }
}

/// Which way an operator limits.
pub(super) fn side(operator: Operator) -> Side {
    match operator {
        Operator::Below => Side::Below,
        Operator::AtMost => Side::AtMost,
        Operator::Above => Side::Above,
        Operator::AtLeast => Side::AtLeast,
        Operator::Equal | Operator::StrictlyEqual => Side::Equal,
        Operator::NotEqual => Side::NotEqual,
    }
}

/// What a threshold is about, in people's words.
pub(super) fn named(selector: &MetricSelector, aggregation: Aggregation) -> String {
    subject(selector, aggregation).name
}

/// k6's stated outcome wins over ours: it saw every value, and to the last digit.
fn stated(ours: Decision, kept: Option<bool>, seen: &Observation) -> Decision {
    let inside = matches!(ours.status, Status::Pass | Status::MetNotProven);
    match kept {
        Some(false) => Decision { status: Status::Fail, because: Because::Outside },
        Some(true) if !inside => Decision { status: Status::MetNotProven, because: Because::IntervalReachesAcross },
        // A stated outcome on more values than the least n, of a figure that has no interval: quoted.
        _ if ours.status == Status::MetNotProven && seen.interval.is_none() && enough(seen) => {
            Decision { status: Status::Pass, because: Because::Quoted }
        }
        _ => ours,
    }
}

fn enough(seen: &Observation) -> bool {
    match seen.nature {
        Nature::Quantile { p, .. } => {
            seen.class == Some(SourceClass::Quoted) && seen.n.is_some_and(|n| n >= least_n(p))
        }
        _ => seen.class == Some(SourceClass::Quoted),
    }
}

/// No figure: what k6 says of a metric with samples counts (a summary may leave the percentile out); of nothing, nothing does.
fn kept_without_figure(seen: &Observation, kept: Option<bool>) -> Decision {
    match (seen.n.filter(|n| *n > 0), kept) {
        (Some(_), Some(false)) => Decision { status: Status::Fail, because: Because::Outside },
        (Some(_), Some(true)) if enough(seen) => Decision { status: Status::Pass, because: Because::Quoted },
        (Some(_), Some(true)) => Decision { status: Status::MetNotProven, because: Because::Quoted },
        _ => Decision { status: Status::Inconclusive, because: Because::NoFigure },
    }
}

fn result(
    entry: &Entry<'_>,
    threshold: &Threshold,
    seen: &Observation,
    limit: Option<Limit>,
    decision: Decision,
) -> CriterionResult {
    let why = seen.why.clone().unwrap_or_default();
    let own = match threshold.kept.filter(|_| entry.invalid.is_none()) {
        Some(true) => "; k6 calls it kept",
        Some(false) => "; k6 calls it crossed",
        None => "",
    };
    let id = format!("{}: {}", threshold.metric, threshold.expression);
    let reason = format!("{} {}: {why}{own}", fmt::plain(&threshold.metric), fmt::plain(&threshold.expression));
    CriterionResult {
        test: entry.name().to_owned(),
        original: Some(threshold.expression.clone()),
        observed: seen.value,
        interval: seen.interval,
        n: seen.n,
        unit: seen.unit,
        limit,
        source_class: seen.class,
        n_to_settle: limit.and_then(|limit| super::criterion::settles(decision, seen, &limit)),
        ..CriterionResult::bare(&id, &threshold.metric, Origin::K6, decision.status, true, reason)
    }
}

/// Which figure of a trend an aggregation is, in people's words: `median`. `None` for what a counter, rate or gauge has one of.
pub(crate) fn statistic(aggregation: Aggregation) -> Option<String> {
    let word = match aggregation {
        Aggregation::Avg => "mean",
        Aggregation::Min => "least",
        Aggregation::Max => "greatest",
        Aggregation::Med => "median",
        Aggregation::Percentile(percent) => return Some(fmt::quantile_name(percent / 100.0)),
        Aggregation::Count | Aggregation::Rate | Aggregation::Value => return None,
    };
    Some(word.to_owned())
}

/// `p95 of http_req_duration{scenario:auth}` in people's words where k6's metric has any.
fn subject(selector: &MetricSelector, aggregation: Aggregation) -> Subject {
    let tags = if selector.tags.is_empty() {
        String::new()
    } else {
        let pairs: Vec<String> = selector.tags.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        format!(" of {}", fmt::plain(&pairs.join(", ")))
    };
    let figure = match aggregation {
        Aggregation::Rate => "rate".to_owned(),
        other => statistic(other).unwrap_or_default(),
    };
    let (name, counted) = match (selector.name.as_str(), aggregation) {
        ("http_req_failed", _) => ("failures".to_owned(), "requests"),
        ("checks", _) => ("checks held".to_owned(), "checks"),
        ("http_req_duration", _) if !figure.is_empty() => (figure, "requests"),
        ("http_reqs", Aggregation::Rate) => ("requests per second".to_owned(), "requests"),
        ("dropped_iterations", Aggregation::Count) => ("dropped iterations".to_owned(), "iterations"),
        (name, _) if figure.is_empty() => (fmt::plain(name), "values"),
        (name, _) => (format!("{figure} of {}", fmt::plain(name)), "values"),
    };
    Subject { name: format!("{name}{tags}"), counted }
}

#[cfg(test)]
mod tests;
