//! Criteria in the words of a sign-off.

use super::At;
use super::document::Cell;
use crate::compare::delta::Delta;
use crate::fmt;
use crate::ingest::k6::threshold::ThresholdExpression;
use crate::judge::k6;
use crate::judge::outcome::{CriterionResult, Origin, Status};

/// What is demanded: `latency.p95 below 3 s`; a threshold in its own words.
pub(super) fn demand(result: &CriterionResult) -> String {
    match (&result.original, needed(result)) {
        (Some(original), _) if result.id.contains(original.as_str()) => called(result),
        (_, Some(needed)) => format!("{} {needed}", fmt::plain(&result.metric)),
        (_, None) => fmt::plain(&result.metric),
    }
}

/// `below 3 s`.
pub(super) fn needed(result: &CriterionResult) -> Option<String> {
    if let Some(whole) = &result.demanded {
        return Some(fmt::plain(whole));
    }
    let limit = result.limit?;
    Some(format!("{} {}", limit.side.words(), fmt::value(limit.value, result.unit)))
}

/// `140 ms (135 ms to 155 ms)`; what it is instead where there is no figure.
pub(super) fn figure(result: &CriterionResult) -> String {
    let Some(observed) = result.observed else { return without(result.status).to_owned() };
    let beside = |value: f64| match result.limit {
        Some(limit) => fmt::value_beside(value, result.unit, limit.value),
        None => fmt::value(value, result.unit),
    };
    let end =
        |value: f64, up: bool| fmt::end_beside(value, result.unit, result.limit.map_or(value, |limit| limit.value), up);
    match result.interval {
        Some((Some(low), Some(high))) => format!("{} ({} to {})", beside(observed), end(low, false), end(high, true)),
        // "0 (at least 0)" says nothing twice.
        Some((Some(low), None)) if low < observed => format!("{} (at least {})", beside(observed), end(low, false)),
        _ => beside(observed),
    }
}

/// What stands where a figure would.
pub(super) fn without(status: Status) -> &'static str {
    match status {
        Status::NotRun => "not run",
        Status::Blocked => "blocked",
        Status::NotApplicable => "does not apply",
        _ => "not known",
    }
}

/// What a criterion is called: a threshold of k6, which has no name, by what it demands in our words.
pub(super) fn called(result: &CriterionResult) -> String {
    in_our_words(result).unwrap_or_else(|| fmt::plain(&result.id))
}

/// A threshold of k6 as people say it: `p95 of successes below 800 ms`. `None` for other criteria, and without a limit.
fn in_our_words(result: &CriterionResult) -> Option<String> {
    let original = result.original.as_deref().filter(|_| result.origin == Origin::K6)?;
    let (base, tags) = match result.metric.split_once('{') {
        Some((base, tags)) => (base, tags.trim_end_matches('}')),
        None => (result.metric.as_str(), ""),
    };
    let needed = needed(result)?;
    let threshold = original.parse::<ThresholdExpression>().ok()?;
    let stat = k6::statistic(threshold.aggregation).unwrap_or_default();
    let of = match base {
        "http_req_duration" => "latency".to_owned(),
        "http_req_failed" => "failures".to_owned(),
        "http_reqs" => "requests".to_owned(),
        "checks" => "checks held".to_owned(),
        name => fmt::plain(&name.replace('_', " ")),
    };
    let part = match tags {
        "" => String::new(),
        "expected_response:true" => " of successes".to_owned(),
        tags => format!(" of {}", fmt::plain(tags)),
    };
    Some(format!("{stat} {of}{part} {needed}").trim_start().to_owned())
}

/// A criterion's name with where it was judged: `p95 (steady)`.
pub(super) fn named(result: &CriterionResult) -> String {
    let at = match (result.test.as_str(), result.endpoint.as_deref()) {
        ("", None) => return called(result),
        ("", Some(endpoint)) => endpoint.to_owned(),
        (test, None) => test.to_owned(),
        (test, Some(endpoint)) => format!("{test}, {endpoint}"),
    };
    format!("{} ({})", called(result), fmt::plain(&at))
}

/// The metric of a comparison that a criterion's figure can be held against: `p95`, `mean`, `failures`.
pub(super) fn compared_metric(result: &CriterionResult) -> Option<String> {
    let base = result.metric.split(['{', ':']).next().unwrap_or_default();
    let quantile = result.original.as_deref().and_then(|text| text.split_once("p(")?.1.split_once(')'));
    match base {
        "failures.ratio" | "http_req_failed" if !result.metric.contains('{') => Some("failures".to_owned()),
        "http_req_duration" if !result.metric.contains('{') => quantile.map(|(p, _)| format!("p{p}")),
        _ => base.strip_prefix("latency.").filter(|stat| !stat.contains(['.', '('])).map(str::to_owned),
    }
}

/// A figure's name for readers: `p95`, `mean`, `rtc_msg_rtt p95`.
pub(super) fn stat(result: &CriterionResult) -> String {
    let base = result.metric.split('{').next().unwrap_or_default();
    let quantile = result.original.as_deref().and_then(|text| text.split_once("p(")?.1.split_once(')'));
    compared_metric(result).unwrap_or_else(|| match (quantile, base.rsplit_once('.')) {
        (Some((p, _)), _) => format!("{base} p{p}"),
        (None, Some((name, stat))) => format!("{name} {stat}"),
        (None, None) => base.to_owned(),
    })
}

/// The comparison with the baseline that is about the same figure.
pub(super) fn delta<'a>(at: &At<'a>, result: &CriterionResult) -> Option<&'a Delta> {
    let metric = compared_metric(result)?;
    let endpoint = result.endpoint.as_deref().unwrap_or_default();
    let about = |one: &&Delta| one.test == result.test && one.endpoint == endpoint && one.metric == metric;
    at.report.deltas.iter().find(about)
}

/// The status of criteria that are named by their ids, each the worst of its tests: `p95: met`; said where there is none of that name.
pub(super) fn outcomes(at: &At<'_>, ids: &[String]) -> Cell {
    let mut known = false;
    let mut parts = Vec::new();
    for id in ids {
        let own = at.report.criteria.iter().filter(|one| one.id == *id).map(|one| one.status);
        let said = own.max_by_key(|one| badness(*one)).map_or("no criterion of that name", word);
        known |= said != "no criterion of that name";
        parts.push(format!("{}: {said}", fmt::plain(id)));
    }
    if parts.is_empty() {
        return Cell::missing();
    }
    Cell { missing: !known, ..Cell::text(parts.join(", ")) }
}

/// How a sign-off calls an outcome.
pub(super) fn word(status: Status) -> &'static str {
    match status {
        Status::Pass => "met",
        Status::MetNotProven => "met, not proven",
        Status::Warn => "warning",
        Status::Fail => "fails",
        Status::Inconclusive => "cannot tell",
        Status::NotRun => "not run",
        Status::Blocked => "blocked",
        Status::NotApplicable => "does not apply",
        Status::Waived => "waived",
    }
}

/// Worse outcomes have greater numbers.
pub(super) fn badness(status: Status) -> u8 {
    match status {
        Status::NotApplicable => 0,
        Status::Pass => 1,
        Status::MetNotProven => 2,
        Status::Waived => 3,
        Status::Warn => 4,
        Status::Blocked => 5,
        Status::NotRun => 6,
        Status::Inconclusive => 7,
        Status::Fail => 8,
    }
}

/// Whether the demand was met, proven or not.
pub(super) fn is_met(status: Status) -> bool {
    matches!(status, Status::Pass | Status::MetNotProven)
}

/// Whether it was met, waived or is no demand: what the suite does not stumble over.
pub(super) fn is_settled(status: Status) -> bool {
    is_met(status) || matches!(status, Status::Waived | Status::NotApplicable)
}

/// Names of a few, and how many more.
pub(super) fn few(names: &[String], most: usize) -> String {
    let shown = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    let left = names.len().saturating_sub(most);
    if left == 0 { shown } else { format!("{shown} and {left} more") }
}
