//! A run's steady time in equal blocks: the units whose spread tells how much a figure varies within a run.

use crate::model::histogram::Histogram;
use crate::model::test::Window;
use std::ops::Range;

/// Steady seconds below which nothing can be told.
pub const SHORTEST_S: f64 = 24.0;
/// Blocks of a run, and from [`LONG_S`] steady seconds on.
pub const BLOCKS: usize = 12;
/// Blocks of a long run.
pub const BLOCKS_LONG: usize = 18;
/// Steady seconds from which a run is long.
pub const LONG_S: f64 = 360.0;

/// A Block is one endpoint in one stretch of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    /// Latencies in µs.
    pub histogram: Histogram,
    /// Requests, failures and those without latency included.
    pub requests: u64,
    /// Requests that failed.
    pub failures: u64,
}

impl Block {
    /// Adds another endpoint or stretch.
    pub fn merge(&mut self, other: &Self) {
        self.histogram.merge(&other.histogram);
        self.requests += other.requests;
        self.failures += other.failures;
    }

    /// All of several together.
    pub fn sum<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        parts.into_iter().for_each(|part| sum.merge(part));
        sum.histogram.settle();
        sum
    }
}

/// How many blocks two runs are compared in, by the shorter one's steady seconds; `None` where that is too short.
#[must_use]
pub fn number(before_s: f64, after_s: f64) -> Option<usize> {
    match before_s.min(after_s) {
        s if s >= LONG_S => Some(BLOCKS_LONG),
        s if s >= SHORTEST_S => Some(BLOCKS),
        _ => None,
    }
}

/// Cuts the steady windows of an endpoint into `m` equal blocks, each ending at the nearest window edge. Windows are of
/// equal width and without holes, so that endpoints with the same windows get the same blocks.
#[must_use]
pub fn cut(windows: &[Window], m: usize) -> Vec<Block> {
    stretches(windows.len(), m)
        .map(|stretch| {
            let mut block = Block::default();
            let windows = windows.get(stretch).unwrap_or_default();
            for window in windows {
                block.requests += window.requests;
                block.failures += window.failures;
            }
            block.histogram = Histogram::sum(windows.iter().filter_map(|window| window.latency.as_ref()));
            block
        })
        .collect()
}

/// Merges parts to `m` blocks. Where `m` divides their number, cutting windows to the parts first and merging these then is
/// the same as cutting to `m` blocks at once.
#[must_use]
pub fn regroup(parts: &[Block], m: usize) -> Vec<Block> {
    stretches(parts.len(), m).map(|stretch| Block::sum(parts.get(stretch).unwrap_or_default())).collect()
}

/// All endpoints together, block by block.
#[must_use]
pub fn total<B: AsRef<[Block]>>(endpoints: &[B]) -> Vec<Block> {
    let m = endpoints.iter().map(|blocks| blocks.as_ref().len()).max().unwrap_or(0);
    (0..m).map(|at| Block::sum(endpoints.iter().filter_map(|blocks| blocks.as_ref().get(at)))).collect()
}

/// `n` things in `m` runs of neighbours, each ending at the edge nearest to its share.
pub(super) fn stretches(n: usize, m: usize) -> impl Iterator<Item = Range<usize>> {
    let edge = move |at: usize| (2 * at * n + m) / (2 * m.max(1));
    (0..m).map(move |at| edge(at)..edge(at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn windows(counts: &[u64]) -> Vec<Window> {
        let window = |count: &u64| Window {
            requests: *count,
            failures: count / 3,
            latency: Some((0..*count).map(|at| i64::try_from(at * 1_000).unwrap()).collect()),
            ..Window::default()
        };
        counts.iter().map(window).collect()
    }

    #[test]
    fn the_shorter_run_decides_the_number() {
        assert_eq!(number(600.0, 23.9), None);
        assert_eq!(number(24.0, 600.0), Some(12));
        assert_eq!(number(360.0, 360.0), Some(18));
    }

    #[test]
    fn a_block_ends_at_the_nearest_edge() {
        assert_eq!(stretches(10, 4).collect::<Vec<_>>(), [0..3, 3..5, 5..8, 8..10]);
        assert_eq!(stretches(0, 2).collect::<Vec<_>>(), [0..0, 0..0]);
        assert_eq!(stretches(5, 0).count(), 0);
    }

    proptest! {
        #[test]
        fn no_window_is_lost_or_counted_twice(counts in prop::collection::vec(0_u64..20, 0..200), m in 1_usize..40) {
            let blocks = cut(&windows(&counts), m);
            prop_assert_eq!(blocks.len(), m);
            prop_assert_eq!(blocks.iter().map(|block| block.requests).sum::<u64>(), counts.iter().sum::<u64>());
            prop_assert_eq!(blocks.iter().map(|block| block.histogram.count()).sum::<u64>(), counts.iter().sum::<u64>());
        }

        /// A stored run holds 36 parts; read back, it must give the very same comparison as the files did.
        #[test]
        fn by_way_of_parts_is_the_same(counts in prop::collection::vec(0_u64..20, 0..200)) {
            let windows = windows(&counts);
            let parts = cut(&windows, 36);
            for m in [BLOCKS, BLOCKS_LONG] {
                prop_assert_eq!(regroup(&parts, m), cut(&windows, m));
            }
        }
    }
}
