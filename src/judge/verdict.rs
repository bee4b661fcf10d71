//! From criteria to the verdict: the table of judgement.md, with the reasons, conditions and notes in words.

use super::outcome::{CriterionResult, Origin, Status, Verdict};
use crate::config::metric::{Asked, Metric, is_k6_duration};
use crate::fmt;

/// What the table makes of one criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Nothing,
    Note,
    Condition,
    Inconclusive,
    NotReady,
}

fn weight(result: &CriterionResult) -> Weight {
    match (result.critical, result.status) {
        (_, Status::Pass | Status::NotApplicable) => Weight::Nothing,
        (true, Status::MetNotProven | Status::Warn | Status::Waived)
        | (false, Status::Warn | Status::Fail | Status::Inconclusive | Status::NotRun | Status::Blocked) => {
            Weight::Condition
        }
        (true, Status::Fail) => Weight::NotReady,
        (true, Status::Inconclusive | Status::NotRun | Status::Blocked) => Weight::Inconclusive,
        (false, Status::MetNotProven | Status::Waived) => Weight::Note,
    }
}

/// The verdict and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The verdict.
    pub verdict: Verdict,
    /// Why READY only under conditions.
    pub conditions: Vec<String>,
    /// Why NOT READY or INCONCLUSIVE; at READY what was met.
    pub reasons: Vec<String>,
    /// Worth knowing, and decides nothing.
    pub notes: Vec<String>,
}

/// Rules on the criteria. `limits_latency`: whether any of them is on latency.
#[must_use]
pub fn rule(criteria: &[CriterionResult], limits_latency: bool) -> Ruling {
    let mut ordered: Vec<&CriterionResult> = criteria.iter().collect();
    ordered.sort_by(|a, b| subject(a).cmp(&subject(b)).then_with(|| breach(b).total_cmp(&breach(a))));
    let of = |wanted: Weight| -> Vec<String> {
        ordered.iter().filter(|result| weight(result) == wanted).map(|result| sentence(result)).collect()
    };
    let mut conditions = of(Weight::Condition);
    if !limits_latency {
        conditions.push(
            "no criterion limits latency: how slow it may be was not asked (add a criterion to plimsoll.toml; `plimsoll explain config` shows how)"
                .to_owned(),
        );
    }
    let failed = of(Weight::NotReady);
    let mut open = of(Weight::Inconclusive);
    if !criteria.iter().any(|result| result.critical && was_judged(result.status)) {
        open.push(
            "no critical criterion could be judged (add one to plimsoll.toml; `plimsoll explain config` shows how)"
                .to_owned(),
        );
    }
    let (verdict, reasons) = if !failed.is_empty() {
        (Verdict::NotReady, failed.into_iter().chain(open).collect())
    } else if !open.is_empty() {
        (Verdict::Inconclusive, open)
    } else {
        let met =
            ordered.iter().filter(|result| result.status == Status::Pass).map(|result| sentence(result)).collect();
        let verdict = if conditions.is_empty() { Verdict::Ready } else { Verdict::ReadyWithConditions };
        (verdict, met)
    };
    Ruling { verdict, conditions, reasons, notes: of(Weight::Note) }
}

fn was_judged(status: Status) -> bool {
    matches!(status, Status::Pass | Status::MetNotProven | Status::Warn | Status::Fail | Status::Waived)
}

/// What a criterion is about, in the order in which a reader needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Failures,
    Latency,
    Change,
    Other,
}

fn subject(result: &CriterionResult) -> Subject {
    if result.origin == Origin::Baseline {
        return Subject::Change;
    }
    if result.origin == Origin::K6 {
        let base = result.metric.split('{').next().unwrap_or_default();
        return match base {
            "http_req_failed" => Subject::Failures,
            _ if is_k6_duration(base) => Subject::Latency,
            _ => Subject::Other,
        };
    }
    match Metric::parse(&result.metric) {
        Ok(metric) if matches!(metric.asked, Asked::Failures { .. } | Asked::Success(_)) => Subject::Failures,
        Ok(metric) if metric.limits_latency() => Subject::Latency,
        _ => Subject::Other,
    }
}

/// How far a figure is towards or beyond its limit: 1 at the limit, 2 at twice as bad; 0 where that cannot be said.
fn breach(result: &CriterionResult) -> f64 {
    let (Some(observed), Some(limit)) = (result.observed, result.limit) else { return 0.0 };
    let ratio =
        if limit.side.larger_is_worse() == Some(false) { limit.value / observed } else { observed / limit.value };
    if ratio.is_nan() { 0.0 } else { ratio }
}

/// A result as a line on page one: where, then why.
fn sentence(result: &CriterionResult) -> String {
    let at = match (result.test.as_str(), result.endpoint.as_deref()) {
        ("", None) => String::new(),
        ("", Some(endpoint)) => format!("{}: ", fmt::plain(endpoint)),
        (test, None) => format!("{}: ", fmt::plain(test)),
        (test, Some(endpoint)) => format!("{}, {}: ", fmt::plain(test), fmt::plain(endpoint)),
    };
    format!("{at}{}", result.reason)
}
