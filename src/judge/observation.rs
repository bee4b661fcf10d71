//! What was seen about a metric, as far as it bears on a limit.

use super::interval::{Interval, Z, count_up, quantile_settles, share_settles};
use crate::model::distribution::SourceClass;
use crate::unit::Unit;

/// An Observation is a figure with everything that says how far it can be trusted.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The figure in base units; `None` is unknown, and `why` says why.
    pub value: Option<f64>,
    /// Its 95 % interval; `None` where there is none.
    pub interval: Option<Interval>,
    /// Values behind it.
    pub n: Option<u64>,
    /// What it counts.
    pub unit: Unit,
    /// How it came about; `None` where that says nothing (users, duration).
    pub class: Option<SourceClass>,
    /// Of which nature it is, which decides what an interval means for it.
    pub nature: Nature,
    /// Why there is no figure, or how it must be read.
    pub why: Option<String>,
    /// The stretch that the figure is of, in seconds from the test's start, where it is of one.
    pub at: Option<(f64, f64)>,
    /// Factor from the source's own unit to the base unit, for limits written as plain numbers (monitor columns).
    pub scale: f64,
}

/// What kind of figure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Nature {
    /// Counted or read off, so that nothing is estimated: counts, extremes, users, duration.
    Counted,
    /// The worst stretch of the run: what this run showed, and no estimate of anything.
    Course,
    /// A share of a population.
    Share {
        /// Variance relative to independent values.
        design_effect: f64,
    },
    /// A mean.
    Mean {
        /// Standard deviation of the values, where they are known.
        deviation: Option<f64>,
        /// Variance relative to independent values.
        design_effect: f64,
    },
    /// A quantile.
    Quantile {
        /// Which.
        p: f64,
        /// Share of the values beyond the limit, where they are known.
        beyond: Option<f64>,
        /// Variance relative to independent values.
        design_effect: f64,
    },
}

impl Observation {
    /// Nothing, for this reason.
    #[must_use]
    pub fn unknown(unit: Unit, why: impl Into<String>) -> Self {
        Self {
            value: None,
            interval: None,
            n: None,
            unit,
            class: None,
            nature: Nature::Counted,
            why: Some(why.into()),
            at: None,
            scale: 1.0,
        }
    }

    /// A figure that was counted or read off.
    #[must_use]
    pub fn counted(value: f64, unit: Unit) -> Self {
        Self {
            value: Some(value),
            interval: None,
            n: None,
            unit,
            class: None,
            nature: Nature::Counted,
            why: None,
            at: None,
            scale: 1.0,
        }
    }

    /// How many values would settle it at this limit, all else staying; `None` where that cannot be told or n is enough.
    #[must_use]
    pub fn settles_at(&self, limit: f64) -> Option<u64> {
        let value = self.value?;
        let needed = match self.nature {
            Nature::Counted | Nature::Course => None,
            Nature::Share { design_effect } => share_settles(value, limit, design_effect),
            Nature::Mean { deviation, design_effect } => {
                count_up(design_effect * (Z * deviation? / (limit - value)).powi(2))
            }
            Nature::Quantile { p, beyond, design_effect } => quantile_settles(p, beyond?, design_effect),
        };
        needed.filter(|&needed| self.n.is_none_or(|n| needed > n))
    }

    /// Whether anybody could collect that many: not where it is both far more than a run has and a hundred times this one.
    #[must_use]
    pub fn is_within_reach(&self, needed: u64) -> bool {
        const MANY: u64 = 1_000_000;
        const RUNS: u64 = 100;
        needed <= MANY || self.n.is_some_and(|n| needed <= n.saturating_mul(RUNS))
    }
}
