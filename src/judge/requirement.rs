//! Requirements: what became of the criteria that trace to each, and whether the team's expectation held.

use super::expectation::{fits, holds};
use super::outcome::{CriterionResult, RequirementOutcome, Status};
use crate::config::Config;
use crate::config::schema::{Criterion, Requirement};
use crate::fmt;

/// Outcomes in the requirements' order.
#[must_use]
pub fn outcomes(config: &Config, criteria: &[CriterionResult]) -> Vec<RequirementOutcome> {
    config.requirements.iter().map(|requirement| outcome(requirement, criteria, &config.criteria)).collect()
}

/// Whether a result is of a criterion that traces to a requirement: named there, or naming it.
fn traces(requirement: &Requirement, result: &CriterionResult, configured: &[Criterion]) -> bool {
    let names_it =
        |criterion: &Criterion| criterion.id == result.id && criterion.requirement.as_ref() == Some(&requirement.id);
    requirement.criteria.contains(&result.id) || configured.iter().any(names_it)
}

fn outcome(requirement: &Requirement, criteria: &[CriterionResult], configured: &[Criterion]) -> RequirementOutcome {
    let own: Vec<&CriterionResult> = criteria.iter().filter(|result| traces(requirement, result, configured)).collect();
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
