//! Words for figures (`excellent`, `poor`), with the state that is meant. They stand beside the criteria, which alone judge; where
//! the two contradict each other, that is said.

use crate::config::Config;
use crate::config::group::BandState;
use crate::config::schema::{Band, Grade};
use crate::fmt;
use crate::judge::observation::Observation;
use crate::judge::observe::{self, Scope};
use crate::judge::outcome::{CriterionResult, Status};
use crate::judge::plan::{Entry, Lineup};
use crate::unit::Unit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A word for a figure of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GradeOutcome {
    /// As declared.
    pub id: String,
    /// The test.
    pub test: String,
    /// What is graded.
    pub metric: String,
    /// The figure; `null` with a reason in `why`.
    pub observed: Option<f64>,
    /// Its unit.
    pub unit: Unit,
    /// The word; `null` where there is no figure or no band holds it.
    pub word: Option<String>,
    /// How the word is meant.
    pub state: Option<BandState>,
    /// Where a criterion on the same figure says otherwise, in words.
    pub contradiction: Option<String>,
    /// Why there is no word.
    pub why: Option<String>,
}

/// Every grade of every test that it is for.
pub(in crate::judge) fn of(config: &Config, lineup: &Lineup<'_>, criteria: &[CriterionResult]) -> Vec<GradeOutcome> {
    let of_grade = |grade: &'_ Grade| -> Vec<GradeOutcome> {
        lineup.entries.iter().filter(|entry| is_for(grade, entry)).map(|entry| one(grade, entry, criteria)).collect()
    };
    config.grades.iter().flat_map(of_grade).collect()
}

fn is_for(grade: &Grade, entry: &Entry<'_>) -> bool {
    grade.test.as_ref().is_none_or(|globs| globs.matches(entry.name()))
        && grade.filter.as_ref().is_none_or(|filter| filter.selects(|field| entry.load(field)).unwrap_or(false))
}

fn one(grade: &Grade, entry: &Entry<'_>, criteria: &[CriterionResult]) -> GradeOutcome {
    let scope = Scope::whole(entry.judged);
    let seen = observe::observe(&grade.metric, &scope);
    let band = seen.value.and_then(|value| grade.bands.iter().find(|band| stands_for(grade, band, value)));
    let metric = grade.metric.to_string();
    let mut own =
        criteria.iter().filter(|one| one.test == entry.name() && one.metric == metric && one.endpoint.is_none());
    GradeOutcome {
        id: grade.id.clone(),
        test: entry.name().to_owned(),
        metric: metric.clone(),
        observed: seen.value,
        unit: seen.unit,
        word: band.map(|band| band.word.clone()),
        state: band.map(|band| band.state),
        contradiction: band.and_then(|band| own.find_map(|one| contradiction(band, one, &seen))),
        why: why(&seen, band),
    }
}

fn stands_for(grade: &Grade, band: &Band, value: f64) -> bool {
    band.limits().iter().all(|(side, limit)| grade.metric.limit(*limit).is_ok_and(|limit| side.holds(value, limit)))
}

fn why(seen: &Observation, band: Option<&Band>) -> Option<String> {
    match (seen.value, band) {
        (None, _) => seen.why.clone(),
        (Some(_), None) => Some("no band holds this figure".to_owned()),
        _ => None,
    }
}

/// What a criterion says against the word, if it does.
fn contradiction(band: &Band, result: &CriterionResult, seen: &Observation) -> Option<String> {
    let said = match (result.status, band.state) {
        (Status::Pass | Status::MetNotProven, BandState::Fail | BandState::Warn) => "met",
        (Status::Fail | Status::Waived, BandState::Pass | BandState::Warn) => "missed",
        (Status::Warn, BandState::Pass | BandState::Fail) => "in its warning band",
        _ => return None,
    };
    let limit = result.limit?;
    Some(format!(
        "{} is called {}, and `{}` (demanded {} {}) is {said}",
        fmt::value(seen.value?, seen.unit),
        fmt::plain(&band.word),
        fmt::plain(&result.id),
        limit.side.words(),
        fmt::value(limit.value, result.unit)
    ))
}
