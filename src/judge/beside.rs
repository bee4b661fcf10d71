//! What stands beside the criteria and decides nothing: weighted scores, words for figures, and the ladder of loads. These
//! structs are part of report.json; their field names are a promise to other programs.

pub mod grade;
pub mod ladder;
pub mod score;

pub use grade::GradeOutcome;
pub use ladder::{Ladder, LadderStep};
pub use score::Score;

use super::case::Case;
use super::outcome::CriterionResult;
use super::plan::Lineup;

/// What stands beside the criteria.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Beside {
    /// Weighted scores, where anybody declared a weight or a score.
    pub scores: Vec<Score>,
    /// Words for figures.
    pub grades: Vec<GradeOutcome>,
    /// What was met at which load, where tests ran at several.
    pub ladder: Vec<Ladder>,
}

/// Everything that stands beside these criteria.
#[must_use]
pub fn of(case: &Case<'_>, lineup: &Lineup<'_>, criteria: &[CriterionResult]) -> Beside {
    Beside {
        scores: score::of(case.config, criteria),
        grades: grade::of(case.config, lineup, criteria),
        ladder: ladder::of(lineup, criteria),
    }
}
