//! How far the requests of some endpoints are from independent, for whichever share of them a question is about.
//!
//! A slow second clusters latencies and says nothing about failures; the slowest endpoint clusters the totals and says
//! nothing about the others. So each question has its design effect from its own blocks: a criterion on one scenario's
//! failures was once widened by the latency of all, and called unproven what was proven.

use super::block;
use super::figures::Phases;
use crate::model::key::EndpointKey;
use crate::model::test::{EndpointSeries, Test};
use std::ops::Range;

/// Endpoints of a test's load over the blocks of its steady part.
#[derive(Debug)]
pub struct Clustering<'a> {
    series: Vec<&'a EndpointSeries>,
    blocks: Vec<Range<usize>>,
}

impl<'a> Clustering<'a> {
    /// Of the endpoints that are wanted; without times nothing is clustered.
    #[must_use]
    pub fn of(test: &'a Test, phases: Option<&Phases>, wanted: impl Fn(&EndpointKey) -> bool) -> Self {
        let series = test.timeline.iter().flat_map(|timeline| &timeline.endpoints);
        Self {
            series: series.filter(|series| wanted(&series.key)).collect(),
            blocks: phases.map(|phases| block::blocks(test, phases)).unwrap_or_default(),
        }
    }

    /// Design effect of latency quantiles; at least 1, as all others.
    #[must_use]
    pub fn latency(&self) -> f64 {
        block::latency_design_effect(&self.series, &self.blocks)
    }

    /// Of the share of requests that failed.
    #[must_use]
    pub fn failures(&self) -> f64 {
        block::failure_design_effect(&self.series, &self.blocks)
    }

    /// Of the share of requests that took longer than a limit in microseconds.
    #[must_use]
    pub fn above(&self, limit_us: f64) -> f64 {
        block::above_design_effect(&self.series, &self.blocks, limit_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};
    use crate::analyse::phases;

    /// Every sixth second is slow as a whole.
    const WAVES: fn(u64) -> u64 =
        |number| if (number / 20) % 60 < 10 { 50_000 + number % 100 } else { 1_000 + number % 100 };

    #[test]
    fn what_never_happened_is_not_clustered_however_the_latency_swings() {
        let test = builder::raw_test(&Shape { seconds: 60, per_second: 20, latency_us: WAVES, ..Shape::default() });
        let phases = phases::find(&test, None);
        let all = Clustering::of(&test, phases.as_ref(), |_| true);
        assert!(all.latency() > 2.0, "{}", all.latency());
        assert!((all.failures() - 1.0).abs() < 1e-12);
        assert!((all.above(1e12) - 1.0).abs() < 1e-12);
    }
}
