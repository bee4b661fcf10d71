//! From counters to figures: pure functions, no I/O.
//!
//! [`analyse`] turns a [`Test`] into [`TestFigures`]; each module below answers one question about the test, and none of
//! them knows the others' answers except through those structs. What cannot be known is `None` with a reason, never 0.

pub mod block;
#[cfg(test)]
pub(crate) mod builder;
pub mod clock;
pub mod clustered;
pub mod clustering;
pub mod figures;
pub mod join;
pub mod latency;
pub mod load;
mod measured;
pub mod metric;
pub mod monitor;
pub mod omission;
pub mod over_time;
pub mod percentile;
pub mod phases;
pub mod pool;
pub mod proportion;
mod reading;
pub mod sampling;
pub mod series;
pub mod stages;
pub mod summary;
pub mod trend;
pub mod validity;
pub mod warm_up;

pub use measured::Measured;

use crate::model::test::Test;
use figures::TestFigures;

/// What may be chosen about the figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Which quantiles are given, as shares.
    pub quantiles: Vec<f64>,
    /// Length of the ramp in seconds where it is declared; 0 says that there is none.
    pub ramp_s: Option<f64>,
}

impl Default for Options {
    /// p50, p90, p95, p99 and p99.9, and the ramp as it is seen.
    fn default() -> Self {
        Self { quantiles: vec![0.5, 0.9, 0.95, 0.99, 0.999], ramp_s: None }
    }
}

/// All figures of one test, and the doubts about it.
#[must_use]
pub fn analyse(test: &Test, options: &Options) -> TestFigures {
    let mut phases = phases::find(test, options.ramp_s);
    if let Some(phases) = &mut phases {
        phases.warm_up = warm_up::find(test, phases);
    }
    let mut figures = TestFigures {
        populations: summary::figures(test, phases.as_ref(), &options.quantiles),
        load: load::figures(test, phases.as_ref()),
        series: series::figures(test),
        monitors: monitor::figures(test),
        clocks: clock::figures(test),
        trends: trend::figures(test, phases.as_ref()),
        pools: pool::figures(test),
        metrics: metric::figures(test, &options.quantiles),
        doubts: Vec::new(),
        omission: None,
        phases,
    };
    figures.omission = omission::figures(test, &figures, &options.quantiles);
    figures.doubts = validity::doubts(test, &figures);
    figures
}
