//! What stands beside the criteria: the ladder of loads, words for figures, scores.

use super::Cut;
use crate::config::group::BandState;
use crate::judge::beside::{GradeOutcome, Ladder, LadderStep, Score};
use crate::render::state::{self, State};
use crate::report::model::Report;
use serde::Serialize;

/// Ladders on the page.
const MOST_LADDERS: usize = 30;
/// Grades on the page.
const MOST_GRADES: usize = 100;

/// A ladder with its states.
#[derive(Debug, Serialize)]
pub(super) struct LadderRow<'a> {
    it: &'a Ladder,
    steps: Vec<StepRow<'a>>,
}

/// A step with its state.
#[derive(Debug, Serialize)]
struct StepRow<'a> {
    it: &'a LadderStep,
    side: &'static str,
    state: State,
}

/// A grade with its state.
#[derive(Debug, Serialize)]
pub(super) struct GradeRow<'a> {
    it: &'a GradeOutcome,
    state: State,
}

/// Everything that stands beside the criteria.
#[derive(Debug, Serialize)]
pub(super) struct Beside<'a> {
    ladder: Cut<LadderRow<'a>>,
    grades: Cut<GradeRow<'a>>,
    scores: &'a [Score],
}

impl<'a> Beside<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let step = |it: &'a LadderStep| StepRow {
            it,
            side: it.limit.map_or("", |limit| limit.side.words()),
            state: state::status(it.status),
        };
        let ladder = report.ladder.iter().map(|it| LadderRow { it, steps: it.steps.iter().map(step).collect() });
        let grade = |it: &'a GradeOutcome| GradeRow {
            it,
            state: state::named(match it.state {
                Some(BandState::Pass) => "pass",
                Some(BandState::Warn) => "warn",
                Some(BandState::Fail) => "fail",
                None => "unsure",
            }),
        };
        Self {
            ladder: Cut::of(ladder.collect(), MOST_LADDERS),
            grades: Cut::of(report.grades.iter().map(grade).collect(), MOST_GRADES),
            scores: &report.scores,
        }
    }
}
