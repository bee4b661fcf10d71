//! Weighted scores: the sum of what each criterion earned times its weight, over what was evaluated. A score raises no verdict.

use crate::config::Config;
use crate::judge::outcome::{CriterionResult, Status};
use crate::judge::requirement::badness;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A Score is how much of the weights was earned: all of it for what was met, half in the warning band, nothing outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// The group; empty for all criteria.
    pub group: String,
    /// As declared.
    pub title: Option<String>,
    /// Over the criteria that could be judged; `null` where none could.
    pub score: Option<f64>,
    /// Share of the weights that could be judged.
    pub coverage: f64,
    /// Were everything that could not be judged worth nothing.
    pub low: f64,
    /// Were everything that could not be judged worth all.
    pub high: f64,
}

/// What is scored: a weight and what became of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    /// How much it counts.
    pub weight: f64,
    /// What became of it.
    pub status: Status,
}

/// What an outcome earns; `None` where it could not be judged.
fn earned(status: Status) -> Option<f64> {
    match status {
        Status::Pass | Status::MetNotProven => Some(1.0),
        Status::Warn => Some(0.5),
        Status::Fail | Status::Waived => Some(0.0),
        Status::Inconclusive | Status::NotRun | Status::Blocked | Status::NotApplicable => None,
    }
}

/// The score of these, under this name. What does not apply is not among them.
#[must_use]
pub fn score(group: &str, title: Option<String>, rows: &[Weighed]) -> Score {
    let rows: Vec<&Weighed> = rows.iter().filter(|row| row.status != Status::NotApplicable).collect();
    let all: f64 = rows.iter().map(|row| row.weight).sum();
    let judged: f64 = rows.iter().filter(|row| earned(row.status).is_some()).map(|row| row.weight).sum();
    let gained: f64 = rows.iter().filter_map(|row| Some(row.weight * earned(row.status)?)).sum();
    let share = |of: f64, all: f64| if all > 0.0 { of / all } else { 0.0 };
    Score {
        group: group.to_owned(),
        title,
        score: (judged > 0.0).then(|| gained / judged),
        coverage: share(judged, all),
        low: share(gained, all),
        high: share(gained + (all - judged), all),
    }
}

/// Each criterion once, with the worst of its outcomes; those of one group, or all.
#[must_use]
pub fn weighed(criteria: &[CriterionResult], group: Option<&str>) -> Vec<Weighed> {
    let mut rows: Vec<(&str, Weighed)> = Vec::new();
    let own = criteria.iter().filter(|one| group.is_none_or(|group| one.group.as_deref() == Some(group)));
    for one in own.filter(|one| one.status != Status::NotApplicable) {
        match rows.iter_mut().find(|(id, _)| *id == one.id) {
            Some((_, row)) if badness(one.status) > badness(row.status) => row.status = one.status,
            Some(_) => {}
            None => rows.push((&one.id, Weighed { weight: one.weight.unwrap_or(1.0), status: one.status })),
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Scores of all criteria and of each group, where anybody asked for any.
pub(super) fn of(config: &Config, criteria: &[CriterionResult]) -> Vec<Score> {
    let asked = criteria.iter().any(|one| one.weight.is_some());
    let groups = config.groups.iter().filter(|group| asked || group.pass_score.is_some());
    let mut scores: Vec<Score> =
        groups.map(|group| score(&group.id, group.title.clone(), &weighed(criteria, Some(&group.id)))).collect();
    if asked {
        let own: Vec<CriterionResult> = criteria.iter().filter(|one| one.weight.is_some()).cloned().collect();
        scores.insert(0, score("", None, &weighed(&own, None)));
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_judged_widens_the_range_and_lowers_the_coverage() {
        let row = |weight, status| Weighed { weight, status };
        let rows = [row(2.0, Status::Warn), row(1.0, Status::Pass), row(3.0, Status::Inconclusive)];
        let found = score("g", None, &rows);
        assert_eq!(found.score, Some(2.0 / 3.0));
        assert!((found.coverage - 0.5).abs() < 1e-12);
        assert!((found.low - 2.0 / 6.0).abs() < 1e-12 && (found.high - 5.0 / 6.0).abs() < 1e-12);
        assert_eq!(score("g", None, &[]).score, None);
    }
}
