//! From criteria to the verdict: the table of judgement.md, with the reasons, conditions and notes in words.

use super::outcome::{CriterionResult, Status, Verdict};
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
    let of = |wanted: Weight| -> Vec<String> {
        criteria.iter().filter(|result| weight(result) == wanted).map(sentence).collect()
    };
    let mut conditions = of(Weight::Condition);
    if !limits_latency {
        conditions.push(
            "no criterion limits latency: how slow it may be was not asked (add one, `plimsoll init` writes a draft)"
                .to_owned(),
        );
    }
    let failed = of(Weight::NotReady);
    let mut open = of(Weight::Inconclusive);
    if !criteria.iter().any(|result| result.critical && was_judged(result.status)) {
        open.push(
            "no critical criterion could be judged (`plimsoll init` writes a plimsoll.toml from these results)"
                .to_owned(),
        );
    }
    let (verdict, reasons) = if !failed.is_empty() {
        (Verdict::NotReady, failed.into_iter().chain(open).collect())
    } else if !open.is_empty() {
        (Verdict::Inconclusive, open)
    } else {
        let met = criteria.iter().filter(|result| result.status == Status::Pass).map(sentence).collect();
        let verdict = if conditions.is_empty() { Verdict::Ready } else { Verdict::ReadyWithConditions };
        (verdict, met)
    };
    Ruling { verdict, conditions, reasons, notes: of(Weight::Note) }
}

fn was_judged(status: Status) -> bool {
    matches!(status, Status::Pass | Status::MetNotProven | Status::Warn | Status::Fail | Status::Waived)
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
