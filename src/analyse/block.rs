//! Blocks of windows, and what they tell about how far requests are from independent: the design effect.
//!
//! Latencies of neighbouring requests resemble each other (a slow second slows all of them), so an interval for
//! independent samples is too narrow. The variance between blocks of time shows by how much (statistics.md 2.2, steps 1
//! and 2, with the blocks of 2.2a).

use super::clustered::Clustered;
use super::figures::Phases;
use super::phases;
use super::reading::real;
use crate::model::histogram::Histogram;
use crate::model::test::{EndpointSeries, Test, Window};
use std::ops::Range;

/// Blocks of a run shorter than [`LONG_RUN_S`].
const BLOCKS: usize = 12;
/// Blocks from here on.
const BLOCKS_OF_LONG_RUN: usize = 18;
const LONG_RUN_S: f64 = 360.0;
/// A block is at least this long; a shorter run has fewer of them.
const SHORTEST_BLOCK_S: f64 = 2.0;
/// A variance between fewer blocks than this says nothing.
const FEWEST_BLOCKS: usize = 6;
/// The quantile whose exceedances are counted.
const SHARE: f64 = 0.95;

/// The steady part cut into equal blocks of whole windows, as ranges of window indexes in order of time; edges lie at the
/// nearest window edge. Empty where the run is too short for six blocks of two seconds.
#[must_use]
pub fn blocks(test: &Test, phases: &Phases) -> Vec<Range<usize>> {
    let (Some(timeline), Some(origin)) = (&test.timeline, phases::origin(test)) else {
        return Vec::new();
    };
    let length = phases.steady_to_s - phases.steady_from_s;
    let wanted = if length >= LONG_RUN_S { BLOCKS_OF_LONG_RUN } else { BLOCKS };
    let possible = (1..=wanted).rev().find(|count| length / real(*count as u64) >= SHORTEST_BLOCK_S);
    let Some(count) = possible.filter(|count| *count >= FEWEST_BLOCKS) else {
        return Vec::new();
    };
    let edge = |number: usize| {
        let share = real(number as u64) / real(count as u64);
        phases::window_at(timeline, origin, length.mul_add(share, phases.steady_from_s))
    };
    (0..count).map(|number| edge(number)..edge(number + 1)).filter(|range| !range.is_empty()).collect()
}

/// Variance of the share of requests above p95 relative to independent requests; never below 1, and 1 where there are no
/// blocks or no latencies in the windows.
#[must_use]
pub fn latency_design_effect(series: &[&EndpointSeries], blocks: &[Range<usize>]) -> f64 {
    let Some(merged) = blocks.iter().map(|block| histogram(series, block)).collect::<Option<Vec<_>>>() else {
        return 1.0;
    };
    let mut all = Histogram::new();
    for block in &merged {
        all.merge(block);
    }
    let Some(limit) = all.quantile(SHARE) else {
        return 1.0;
    };
    let counts: Vec<_> = merged.iter().map(|block| (block.count_at_or_below(limit), block.count())).collect();
    design_effect(&counts)
}

/// The same for the share of requests that failed.
#[must_use]
pub fn failure_design_effect(series: &[&EndpointSeries], blocks: &[Range<usize>]) -> f64 {
    let counts: Vec<_> = blocks
        .iter()
        .map(|block| {
            windows(series, block).fold((0_u64, 0_u64), |(failures, requests), window| {
                (failures.saturating_add(window.failures), requests.saturating_add(window.requests))
            })
        })
        .collect();
    design_effect(&counts)
}

/// The same for the share of requests that took longer than a limit in microseconds.
#[must_use]
pub fn above_design_effect(series: &[&EndpointSeries], blocks: &[Range<usize>], limit_us: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
    let limit = limit_us.floor() as i64;
    let merged = blocks.iter().map(|block| histogram(series, block)).collect::<Option<Vec<_>>>().unwrap_or_default();
    let counts: Vec<_> = merged.iter().map(|block| (block.count_at_or_below(limit), block.count())).collect();
    design_effect(&counts)
}

/// The design effect of a share from each block's (hits, requests).
fn design_effect(counts: &[(u64, u64)]) -> f64 {
    let clustered = Clustered::of(counts).filter(|_| counts.len() >= FEWEST_BLOCKS);
    clustered.map_or(1.0, |clustered| clustered.widening())
}

fn histogram(series: &[&EndpointSeries], block: &Range<usize>) -> Option<Histogram> {
    let busy = windows(series, block).filter(|window| window.requests > 0);
    let known: Option<Vec<&Histogram>> = busy.map(|window| window.latency.as_ref()).collect();
    known.map(Histogram::sum)
}

fn windows<'a>(series: &'a [&EndpointSeries], block: &Range<usize>) -> impl Iterator<Item = &'a Window> {
    let block = block.clone();
    series.iter().flat_map(move |one| one.windows.get(block.clone()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};

    #[test]
    fn independent_requests_have_no_effect_and_waves_a_large_one() {
        assert!((design_effect(&[(5, 100); 12]) - 1.0).abs() < 1e-12);
        let waves: Vec<_> = (0..12).map(|block| (if block % 2 == 0 { 10 } else { 0 }, 100)).collect();
        // Each block is off by 5 of 100 where chance alone would give sqrt(100 * .05 * .95) = 2.18.
        let expected = 12.0 / 11.0 * 25.0 / (100.0 * 0.05 * 0.95);
        assert!((design_effect(&waves) - expected).abs() < 1e-9);
    }

    #[test]
    fn a_share_of_none_or_all_tells_nothing() {
        assert!((design_effect(&[(0, 100); 12]) - 1.0).abs() < f64::EPSILON);
        assert!((design_effect(&[(100, 100); 12]) - 1.0).abs() < f64::EPSILON);
        assert!((design_effect(&[]) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn blocks_tile_the_steady_part() {
        let test = builder::raw_test(&Shape { seconds: 60, per_second: 20, ..Shape::default() });
        let phases = phases::find(&test, Some(12.0)).expect("a test with times has phases");
        let cut = blocks(&test, &phases);
        assert_eq!(cut.len(), 12);
        assert!(cut.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(cut[0].start, 12, "the ramp is left out; windows are one second wide here");
    }

    #[test]
    fn a_run_under_twelve_seconds_has_no_blocks() {
        let test = builder::raw_test(&Shape { seconds: 10, per_second: 20, ..Shape::default() });
        let phases = phases::find(&test, None).expect("a test with times has phases");
        assert!(blocks(&test, &phases).is_empty());
    }
}
