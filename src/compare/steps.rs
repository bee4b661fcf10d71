//! A distribution as its steps: distinct values and how many are at or below each.
//!
//! The comparison asks for quantiles and counts only, so it works on this form: made from a histogram, or from exact values.

use super::block::Block;
use crate::model::histogram::{Histogram, rank};

/// A Steps is an empirical distribution function: values ascending, each with its own count and the count at or below it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Steps(Vec<Step>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    value: f64,
    count: u64,
    /// At or below.
    through: u64,
}

impl Steps {
    /// From values with their counts in any order; values that are no number are left out.
    #[must_use]
    pub fn of(counted: impl IntoIterator<Item = (f64, u64)>) -> Self {
        let counted = counted.into_iter().filter(|(value, count)| !value.is_nan() && *count > 0);
        Self::summed(counted.map(|(value, count)| Step { value, count, through: 0 }).collect())
    }

    /// Each bucket of a histogram as its highest value.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a bucket's bound has eleven significant bits")]
    pub fn of_histogram(histogram: &Histogram) -> Self {
        Self::of(histogram.buckets().map(|(_, highest, count)| (highest as f64, count)))
    }

    /// All values of several.
    #[must_use]
    pub fn merged(parts: &[Self]) -> Self {
        let mut steps = Vec::with_capacity(parts.iter().map(|part| part.0.len()).sum());
        for part in parts {
            steps.extend_from_slice(&part.0);
        }
        Self::summed(steps)
    }

    /// Brings steps in order and sums up. The sort is the stable one, because it merges parts that are sorted already.
    fn summed(mut steps: Vec<Step>) -> Self {
        steps.sort_by(|a, b| a.value.total_cmp(&b.value));
        steps.dedup_by(|later, kept| {
            let same = later.value.total_cmp(&kept.value).is_eq();
            if same {
                kept.count += later.count;
            }
            same
        });
        let mut through = 0;
        for step in &mut steps {
            through += step.count;
            step.through = through;
        }
        Self(steps)
    }

    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.last().map_or(0, |step| step.through)
    }

    /// The type 1 quantile; `None` without values.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let rank = rank(p, self.count());
        let at = self.0.partition_point(|step| step.through < rank);
        self.0.get(at).map(|step| step.value)
    }

    /// How many values are at or below `value`.
    #[must_use]
    pub fn at_or_below(&self, value: f64) -> u64 {
        self.first(self.0.partition_point(|step| step.value <= value))
    }

    /// How many values are below `value`.
    #[must_use]
    pub fn below(&self, value: f64) -> u64 {
        self.first(self.0.partition_point(|step| step.value < value))
    }

    /// How many values the first `steps` steps hold.
    fn first(&self, steps: usize) -> u64 {
        steps.checked_sub(1).and_then(|last| self.0.get(last)).map_or(0, |step| step.through)
    }
}

/// A Stepped is a run's distribution, block by block and as a whole.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stepped {
    /// Each block's.
    pub blocks: Vec<Steps>,
    /// All blocks' together.
    pub all: Steps,
}

impl Stepped {
    /// Of blocks of values.
    #[must_use]
    pub fn of(blocks: Vec<Steps>) -> Self {
        Self { all: Steps::merged(&blocks), blocks }
    }

    /// Of blocks of latencies, in µs. Merging their histograms is cheaper than merging their steps, and comes to the same.
    #[must_use]
    pub fn of_blocks(blocks: &[Block]) -> Self {
        let steps = blocks.iter().map(|block| Steps::of_histogram(&block.histogram));
        Self { blocks: steps.collect(), all: Steps::of_histogram(&Block::sum(blocks).histogram) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        #[expect(clippy::cast_precision_loss, reason = "values below 2^53")]
        fn steps_answer_as_their_histogram_does(values in prop::collection::vec(0_i64..50_000, 0..200), p in 0.0..=1.0_f64, at in 0_i64..50_000) {
            let histogram: Histogram = values.iter().copied().collect();
            let steps = Steps::of_histogram(&histogram);
            prop_assert_eq!(steps.quantile(p), histogram.quantile(p).map(|value| value as f64));
            let highest = Histogram::from_iter([at]).quantile(1.0).unwrap();
            prop_assert_eq!(steps.at_or_below(highest as f64), histogram.count_at_or_below(at));
            let (head, tail) = values.split_at(values.len() / 2);
            let half = |values: &[i64]| Steps::of_histogram(&values.iter().copied().collect());
            prop_assert_eq!(&Steps::merged(&[half(tail), half(head)]), &steps);
            let block = |values: &[i64]| Block { histogram: values.iter().copied().collect(), ..Block::default() };
            let blocks = [block(tail), block(head)];
            prop_assert_eq!(Stepped::of_blocks(&blocks), Stepped::of(vec![half(tail), half(head)]));
        }
    }
}
