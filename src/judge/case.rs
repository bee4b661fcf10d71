//! What is judged: tests with their figures, comparisons, and what was demanded.

use super::outcome::Verdict;
use crate::analyse::figures::{EndpointFigures, PopulationFigures, TestFigures};
use crate::compare::delta::Delta;
use crate::compare::shift::Shift;
use crate::compare::side::Side;
use crate::config::Config;
use crate::model::key::Population;
use crate::model::test::Test;

/// A test with its figures.
#[derive(Debug, Clone, Copy)]
pub struct JudgedTest<'a> {
    /// As it was read.
    pub test: &'a Test,
    /// What was computed of it.
    pub figures: &'a TestFigures,
}

/// What there is to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineState {
    /// None was asked for.
    NotAsked,
    /// One was asked for and cannot be used, for this reason.
    Unusable(String),
    /// This one.
    Used {
        /// Its name.
        id: String,
    },
}

/// Everything that a judgement follows from.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// In any order: the judgement does not depend on it.
    pub tests: &'a [JudgedTest<'a>],
    /// Comparisons with the baseline.
    pub deltas: &'a [Delta],
    /// What the endpoints of each compared test did together.
    pub shifts: &'a [Shift],
    /// What was demanded and declared.
    pub config: &'a Config,
    /// What there is to compare with.
    pub baseline: &'a BaselineState,
    /// Comparisons with the pinned reference against which slow drift is seen, and its name; `None` without one.
    pub drift: Option<(&'a str, &'a [Delta])>,
    /// Stored runs of the baseline with their verdicts, newest first: what other tools' relative criteria are held against.
    pub earlier: &'a [(Side, Option<Verdict>)],
}

impl<'a> Case<'a> {
    /// Tests that are compared with nothing.
    #[must_use]
    pub const fn alone(tests: &'a [JudgedTest<'a>], config: &'a Config) -> Self {
        let baseline = &BaselineState::NotAsked;
        Self { tests, deltas: &[], shifts: &[], config, baseline, drift: None, earlier: &[] }
    }
}

impl<'a> JudgedTest<'a> {
    /// Figures of a population, if it was measured.
    #[must_use]
    pub fn population(&self, population: Population) -> Option<&'a PopulationFigures> {
        self.figures.populations.iter().find(|one| one.population == population)
    }

    /// Totals of its requests.
    #[must_use]
    pub fn requests(&self) -> Option<&'a EndpointFigures> {
        self.population(Population::Request).map(|one| &one.totals)
    }

    /// Names of its files.
    #[must_use]
    pub fn sources(&self) -> Vec<&'a str> {
        self.test.inputs.iter().map(|input| input.source.as_str()).collect()
    }
}
