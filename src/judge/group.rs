//! Groups that are judged as one: so many of their criteria must hold, or their weighted score must reach a limit. The criteria
//! of such a group are shown with their outcomes and count through it.

use super::beside::score::{score, weighed};
use super::outcome::{CriterionResult, Origin, Status};
use super::requirement::badness;
use crate::config::Config;
use crate::config::schema::{Group, Needs};
use crate::fmt;

/// One result for each group that is judged as one.
#[must_use]
pub fn judged(config: &Config, criteria: &[CriterionResult]) -> Vec<CriterionResult> {
    config.groups.iter().filter(|group| group.judges()).map(|group| one(group, criteria)).collect()
}

fn one(group: &Group, criteria: &[CriterionResult]) -> CriterionResult {
    let mut statuses: Vec<Status> = weighed(criteria, Some(&group.id)).iter().map(|row| row.status).collect();
    statuses.sort_by_key(|status| badness(*status));
    let (status, reason) = match (statuses.is_empty(), group.pass_score) {
        (true, _) => (Status::NotApplicable, "none of its criteria applies".to_owned()),
        (false, Some(pass)) => by_score(group, criteria, pass.value),
        (false, None) => by_number(group, &statuses),
    };
    let bare = CriterionResult::bare(&group.id, "group", Origin::Group, status, group.critical, reason);
    CriterionResult { original: group.title.clone(), ..bare }
}

/// The outcome of the last one that is needed, best first.
fn by_number(group: &Group, statuses: &[Status]) -> (Status, String) {
    let needed = match group.needs {
        Needs::All => statuses.len(),
        Needs::Any => 1,
        Needs::AtLeast(count) => count,
    };
    let met = statuses.iter().filter(|status| matches!(status, Status::Pass | Status::MetNotProven)).count();
    let reason = format!("{met} of {} criteria met, {needed} needed", statuses.len());
    let status = needed.checked_sub(1).and_then(|last| statuses.get(last)).copied();
    (status.unwrap_or(Status::Inconclusive), reason)
}

/// By the score, were everything that could not be judged worth nothing, or all: where the two differ, it is not known.
fn by_score(group: &Group, criteria: &[CriterionResult], pass: f64) -> (Status, String) {
    let rows = weighed(criteria, Some(&group.id));
    let found = score(&group.id, None, &rows);
    let status = scored(found.low, found.high, pass, group.warn_score.map(|warn| warn.value));
    let range = if found.coverage < 1.0 {
        format!("between {} and {}", fmt::percent(found.low), fmt::percent(found.high))
    } else {
        fmt::percent(found.low)
    };
    (status, format!("score {range}, demanded at least {}", fmt::percent(pass)))
}

/// The outcome of a score that lies between two.
#[must_use]
pub fn scored(low: f64, high: f64, pass: f64, warn: Option<f64>) -> Status {
    // A score is a quotient of weights: 0.9 must not miss 90 % by its last digit.
    let of = |score: f64| {
        if score >= pass - 1e-9 {
            Status::Pass
        } else if warn.is_some_and(|warn| score >= warn - 1e-9) {
            Status::Warn
        } else {
            Status::Fail
        }
    };
    if of(low) == of(high) { of(low) } else { Status::Inconclusive }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged_as(needs: &str, statuses: &[Status]) -> Status {
        let criterion =
            |at: usize| format!("[[criteria]]\nid = \"c{at}\"\nmetric = \"rate\"\nabove = \"1/s\"\ngroup = \"g\"\n");
        let criteria: String = (0..statuses.len()).map(criterion).collect();
        let config = Config::parse(&format!("{criteria}[[groups]]\nid = \"g\"\n{needs}\n"), "p").unwrap();
        let result = |(at, status): (usize, &Status)| CriterionResult {
            group: Some("g".to_owned()),
            ..CriterionResult::bare(&format!("c{at}"), "rate", Origin::Config, *status, true, String::new())
        };
        let results: Vec<_> = statuses.iter().enumerate().map(result).collect();
        judged(&config, &results)[0].status
    }

    #[test]
    fn any_is_the_best_and_a_number_is_the_last_that_is_needed() {
        use Status::{Fail, Inconclusive, MetNotProven, Pass, Warn};
        assert_eq!(judged_as("needs = \"any\"", &[Fail, Pass]), Pass);
        assert_eq!(judged_as("needs = \"any\"", &[Fail, Inconclusive]), Inconclusive, "it may have been met");
        assert_eq!(judged_as("needs = \"any\"", &[Fail, Fail]), Fail);
        assert_eq!(judged_as("needs = 2", &[Fail, MetNotProven, Pass]), MetNotProven);
        assert_eq!(judged_as("needs = 2", &[Fail, Warn, Pass]), Warn);
    }

    #[test]
    fn a_score_that_depends_on_what_is_missing_is_not_known() {
        use Status::{Fail, Inconclusive, Pass, Warn};
        let needs = "pass_score = \"90 %\"\nwarn_score = \"75 %\"";
        assert_eq!(judged_as(needs, &[Pass, Pass]), Pass);
        assert_eq!(judged_as(needs, &[Pass, Warn]), Warn);
        assert_eq!(judged_as(needs, &[Pass, Fail]), Fail);
        assert_eq!(judged_as(needs, &[Pass, Inconclusive]), Inconclusive);
        assert_eq!(judged_as(needs, &[Fail, Inconclusive]), Fail, "even the best of it fails");
    }
}
