//! Within its target, and not as expected.
//!
//! # What it checks
//! Figures of criteria that are met, and of requirements that hold, against the range that was expected of them.
//!
//! # Why it matters
//! A target is what is needed; an expectation is what the team believes of its system. Where the two part, somebody has not understood it yet.
//!
//! # Example
//! `p95 420 ms is within its limit, and 1 s to 2 s was expected (confidence medium)`
//!
//! # What to do
//! Find out why: what was expected of the cache, the pool, the load? Then change the expectation, or the test.

use super::{Look, Rule, finding};
use crate::fmt;
use crate::judge::outcome::{Finding, Severity, Status};
use crate::judge::requirement;

pub(super) const RULE: Rule =
    Rule { name: "outside-expectation", source: include_str!("outside_expectation.rs"), look };

const ADVICE: &str = "Find out why, then change the expectation or the test.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    let met = |status: Status| matches!(status, Status::Pass | Status::MetNotProven | Status::Warn);
    let mut found = Vec::new();
    for one in look.criteria.iter().filter(|one| met(one.status)) {
        let (Some(expected), Some(observed)) = (&one.expected, one.observed) else { continue };
        if expected.held != Some(false) {
            continue;
        }
        let sure = expected.confidence.as_ref().map(|sure| format!(" (confidence {})", fmt::plain(sure)));
        let message = format!(
            "{} {} is within its limit, and {} to {} was expected{}",
            fmt::plain(&one.id),
            fmt::value(observed, one.unit),
            fmt::value(expected.low, one.unit),
            fmt::value(expected.high, one.unit),
            sure.unwrap_or_default()
        );
        let finding = finding(RULE.name, &one.test, Severity::Warning, message, ADVICE);
        let evidence = expected.source.as_ref().map(|source| format!("expected by {}", fmt::plain(source)));
        found.push(Finding { endpoint: one.endpoint.clone(), evidence: evidence.unwrap_or_default(), ..finding });
    }
    for outcome in requirement::outcomes(look.case.config, look.criteria) {
        let Some(told) = outcome.expectation.filter(|told| told.starts_with("not as expected")) else { continue };
        if met(outcome.status) {
            let message = format!("requirement {} holds, and is {told}", fmt::plain(&outcome.id));
            found.push(finding(RULE.name, "", Severity::Warning, message, ADVICE));
        }
    }
    found
}
