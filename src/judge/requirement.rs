//! Requirements: what became of the criteria that trace to each, and whether the team's expectation held.

use super::outcome::{CriterionResult, RequirementOutcome, Status};
use crate::config::schema::Requirement;
use crate::fmt;
use crate::quantity::Range;
use crate::unit::Unit;

/// Outcomes in the requirements' order.
#[must_use]
pub fn outcomes(requirements: &[Requirement], criteria: &[CriterionResult]) -> Vec<RequirementOutcome> {
    requirements.iter().map(|requirement| outcome(requirement, criteria)).collect()
}

fn outcome(requirement: &Requirement, criteria: &[CriterionResult]) -> RequirementOutcome {
    let own: Vec<&CriterionResult> =
        criteria.iter().filter(|result| requirement.criteria.contains(&result.id)).collect();
    let status = own.iter().map(|result| result.status).max_by_key(|status| badness(*status)).unwrap_or(Status::NotRun);
    let expectation = requirement.expected.as_ref().and_then(|expected| {
        let figures: Vec<(&CriterionResult, f64)> = own
            .iter()
            .filter_map(|result| Some((*result, result.observed.filter(|_| fits(&expected.value, result.unit))?)))
            .collect();
        figures.first()?;
        let inside = figures.iter().filter(|(_, value)| holds(&expected.value, *value)).count();
        let seen: Vec<String> = figures.iter().map(|(result, value)| fmt::value(*value, result.unit)).collect();
        let word = if inside == figures.len() { "as expected" } else { "not as expected" };
        Some(format!("{word}: {} against {}", seen.join(", "), expected.value.words()))
    });
    RequirementOutcome { id: requirement.id.clone(), status, expectation }
}

fn fits(range: &Range, unit: Unit) -> bool {
    match range.low.unit {
        // A bare number is a count, of users for instance: never a latency or a share.
        Unit::Plain => matches!(unit, Unit::Plain | Unit::Count),
        expected => expected == unit,
    }
}

/// A single value is an expectation up to rounding: within a twentieth of it.
fn holds(range: &Range, value: f64) -> bool {
    let slack = if range.low == range.high { range.low.value.abs() / 20.0 } else { 0.0 };
    (range.low.value - slack..=range.high.value + slack).contains(&value)
}

/// Worse outcomes have greater numbers.
fn badness(status: Status) -> u8 {
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
