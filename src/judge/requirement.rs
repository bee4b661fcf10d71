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

/// Ids of the criteria that trace to a requirement: those that it names, then those that name it.
#[must_use]
pub fn criteria(requirement: &Requirement, configured: &[Criterion]) -> Vec<String> {
    let naming = configured.iter().filter(|one| one.requirement.as_ref() == Some(&requirement.id)).map(|one| &one.id);
    let mut ids: Vec<String> = Vec::new();
    for id in requirement.criteria.iter().chain(naming) {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}

fn outcome(requirement: &Requirement, criteria: &[CriterionResult], configured: &[Criterion]) -> RequirementOutcome {
    let ids = self::criteria(requirement, configured);
    let own: Vec<&CriterionResult> = criteria.iter().filter(|result| ids.contains(&result.id)).collect();
    let status = own.iter().map(|result| result.status).max_by_key(|status| badness(*status)).unwrap_or(Status::NotRun);
    let expectation = requirement.expected.as_ref().and_then(|expected| {
        let figures: Vec<(&CriterionResult, f64)> = own
            .iter()
            .filter_map(|result| Some((*result, result.observed.filter(|_| fits(&expected.value, result.unit))?)))
            .collect();
        figures.first()?;
        // What is outside is named alone: what is inside is no part of the news.
        let outside: Vec<_> = figures.iter().filter(|(_, value)| !holds(&expected.value, *value)).copied().collect();
        let (word, named) = if outside.is_empty() { ("as expected", figures) } else { ("not as expected", outside) };
        let seen: Vec<String> = named.iter().map(|(result, value)| fmt::value(*value, result.unit)).collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::outcome::Origin;
    use crate::unit::Unit;

    /// A criterion that names its requirement, and a requirement that names its criteria, are the same trace.
    #[test]
    fn a_requirement_is_traced_from_either_side_and_only_what_is_outside_is_named() {
        let text = "[[criteria]]\nid = \"a\"\nmetric = \"latency.p95\"\nbelow = \"9 s\"\nrequirement = \"R\"\n\
                    [[criteria]]\nid = \"b\"\nmetric = \"latency.p95\"\nbelow = \"9 s\"\n\
                    [[requirements]]\nid = \"R\"\ntext = \"t\"\ncriteria = [\"b\"]\nexpected = { value = \"0 s .. 3 s\" }\n";
        let config = Config::parse(text, "p").unwrap();
        let declared = config.requirements.first().unwrap();
        assert_eq!(criteria(declared, &config.criteria), ["b", "a"]);
        let seen = |id: &str, us: f64| CriterionResult {
            observed: Some(us),
            unit: Unit::Micros,
            ..CriterionResult::bare(id, "latency.p95", Origin::Config, Status::Pass, true, String::new())
        };
        let outcome = outcomes(&config, &[seen("a", 3.1e6), seen("b", 1.85e6)]).remove(0);
        assert_eq!(outcome.status, Status::Pass);
        assert_eq!(outcome.expectation.as_deref(), Some("not as expected: 3.1 s against 0 to 3 s"));
    }
}
