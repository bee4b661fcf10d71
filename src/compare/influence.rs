//! How much each block of a run moves a quantile: the clustered Woodruff method.
//!
//! The share of values at or below the quantile is an ordinary share over blocks, so its standard deviation follows from the
//! blocks' spread ([`Clustered`]). Reading the merged distribution one such deviation lower and higher turns it into
//! distances on the scale of ln latency, the *arms*. The method needs no resampling, no raw values, and no block that is
//! large enough for a quantile of its own.

use super::steps::{Stepped, Steps};
use crate::analyse::clustered::Clustered;

/// An Influence is one quantile of one endpoint in one run, with its variation within the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// Values.
    pub n: u64,
    /// The quantile, in the unit of the values.
    pub quantile: f64,
    /// The share of values at or below it, with its spread between blocks.
    pub share: Clustered,
    /// ln quantile less the ln of the quantile one standard deviation of the share lower.
    pub lower_arm: f64,
    /// The same upwards; infinite where a share that much higher would exceed 1.
    pub upper_arm: f64,
    /// What each block adds to ln quantile. Positive: its values are slower than the run's.
    pub blocks: Vec<f64>,
}

impl Influence {
    /// The `p`-quantile of a run from its blocks. `None` without two blocks or without values.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
    pub fn of(run: &Stepped, p: f64) -> Option<Self> {
        let Stepped { blocks, all } = run;
        let quantile = all.quantile(p)?;
        let share = share(blocks, |block| block.at_or_below(quantile))?;
        // A quantile that is the greatest value, such as a timeout, has all values at or below it in every block. What
        // varies then is how many stay below.
        let share = if share.share < 1.0 { share } else { self::share(blocks, |block| block.below(quantile))? };
        let log = |p: f64| all.quantile(p).map(ln);
        let lower_arm = ln(quantile) - log(p - share.sd)?;
        let upper_arm = if p + share.sd >= 1.0 { f64::INFINITY } else { log(p + share.sd)? - ln(quantile) };
        let slope = f64::midpoint(lower_arm, upper_arm);
        let spread = share.n as f64 * share.sd;
        let moves = |residual: &f64| if spread > 0.0 { -residual / spread * slope } else { 0.0 };
        let blocks = share.residuals.iter().map(moves).collect();
        Some(Self { n: share.n, quantile, share, lower_arm, upper_arm, blocks })
    }

    /// Whether the distribution reaches far enough to see one standard deviation upwards.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.upper_arm.is_finite()
    }

    /// ln of the quantile.
    #[must_use]
    pub fn ln(&self) -> f64 {
        ln(self.quantile)
    }

    /// Variance of ln quantile if the values were independent: what weighs endpoints against each other.
    #[must_use]
    pub fn independent_variance(&self) -> f64 {
        let arm = f64::midpoint(self.lower_arm, self.upper_arm);
        if self.share.effect > 0.0 { arm * arm / self.share.effect } else { 0.0 }
    }
}

/// The share over blocks of what `hits` counts.
fn share(blocks: &[Steps], hits: impl Fn(&Steps) -> u64) -> Option<Clustered> {
    let counts: Vec<(u64, u64)> = blocks.iter().map(|block| (hits(block), block.count())).collect();
    Clustered::of(&counts)
}

/// ln, with everything below one unit (1 µs) as one unit, so that a latency of 0 has a logarithm.
fn ln(value: f64) -> f64 {
    value.max(1.0).ln()
}

/// Correlation of neighbours in several series at once: Σ Σ `u_b u_{b−1}` / Σ Σ `u_b²`; 0 where nothing varies.
#[must_use]
pub fn lag_one<'a>(series: impl IntoIterator<Item = &'a [f64]>) -> f64 {
    let (mut products, mut squares) = (0.0, 0.0);
    for one in series {
        products += one.iter().zip(one.iter().skip(1)).map(|(a, b)| a * b).sum::<f64>();
        squares += one.iter().map(|a| a * a).sum::<f64>();
    }
    if squares > 0.0 { products / squares } else { 0.0 }
}

/// How much neighbours' likeness inflates the variance of a mean over `m` blocks, from both runs' lag-one correlations: by
/// f = (1+r)/(1−r), r being their mean, corrected for its bias and held within 0 and 0.6.
///
/// Few blocks that resemble each other hide two things, which are made up for where `lag_bias` is above 0. A lag-one correlation
/// seen in `m` values is on average too low by about (1 + 3ρ)/m where the true one is ρ (Kendall 1954, Marriott and Pope 1954):
/// by 1/m where nothing is correlated, and by three times as much where slow spells outlast a block.
/// Added is (1 + `lag_bias` · r)/(m − 1) with r as seen, and no less than 1/(m − 1). And they vary less about their own mean
/// than about the true one: their squares sum to σ²(m − f) instead of σ²(m − 1) (Bayley and Hammersley 1946), so f is taken
/// (m − 1)/(m − f) times.
#[must_use]
pub fn inflation(before: f64, after: f64, m: f64, lag_bias: f64) -> f64 {
    let seen = f64::midpoint(before, after);
    let r = (seen + (1.0 + lag_bias * seen.max(0.0)) / (m - 1.0)).clamp(0.0, 0.6);
    let f = (1.0 + r) / (1.0 - r);
    if lag_bias > 0.0 { f * (m - 1.0) / (m - f) } else { f }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_latency_does_not_vary() {
        let blocks = Stepped::of(vec![Steps::of([(5_000.0, 40)]); 12]);
        let influence = Influence::of(&blocks, 0.5).unwrap();
        assert!(influence.lower_arm.abs() < 1e-12 && influence.upper_arm.abs() < 1e-12);
        assert!(influence.blocks.iter().all(|one| one.abs() < 1e-12));
        assert!(influence.independent_variance().is_finite());
    }

    #[test]
    fn a_slow_block_pulls_upwards() {
        let even: Vec<(f64, u64)> = (1..=100).map(|at| (f64::from(at) * 100.0, 1)).collect();
        let slow = even.iter().map(|(value, count)| (value * 3.0, *count));
        let mut blocks = vec![Steps::of(even.clone()); 12];
        blocks[4] = Steps::of(slow);
        let influence = Influence::of(&Stepped::of(blocks), 0.5).unwrap();
        let most = influence.blocks.iter().copied().fold(f64::MIN, f64::max);
        assert!((influence.blocks[4] - most).abs() < 1e-12 && most > 0.0);
    }

    /// Every tenth request times out, all of them in three blocks: the p95 is the timeout, and not at all certain.
    #[test]
    fn a_quantile_that_is_the_timeout_still_varies() {
        let timeouts = |at: usize| if at < 3 { 40 } else { 0 };
        let blocks: Vec<Steps> =
            (0..12).map(|at| Steps::of([(50_000.0, 100 - timeouts(at)), (30_000_000.0, timeouts(at))])).collect();
        let influence = Influence::of(&Stepped::of(blocks), 0.95).unwrap();
        assert!((influence.quantile - 30_000_000.0).abs() < 1.0);
        assert!(influence.lower_arm > 1.0, "{influence:?}");
    }

    #[test]
    fn where_one_deviation_reaches_beyond_the_sample_there_is_no_upper_arm() {
        let mut blocks = vec![Steps::of([(100.0, 30)]); 12];
        blocks[0] = Steps::of([(100.0, 20), (900.0, 5), (950.0, 5)]);
        let blocks = Stepped::of(blocks);
        assert!(!Influence::of(&blocks, 0.99).unwrap().is_bounded());
        assert!(Influence::of(&blocks, 0.5).unwrap().is_bounded());
    }

    /// The mean of what AR(1) series of 18 values show of their likeness, for a likeness of 0.4, is about 0.28.
    #[test]
    fn likeness_is_read_higher_than_it_is_seen_and_unlikeness_is_not() {
        let inflation = |seen: f64, lag_bias: f64| inflation(seen, seen, 18.0, lag_bias);
        // (1 + r)/(1 − r) for r = 0.339, and for r = 0.388 of which 17/(18 − 2.27) is taken.
        assert!((inflation(0.28, 0.0) - 2.025).abs() < 1e-2, "{}", inflation(0.28, 0.0));
        assert!((inflation(0.28, 3.0) - 2.269 * 17.0 / 15.731).abs() < 1e-2, "{}", inflation(0.28, 3.0));
        assert!((inflation(0.9, 3.0) - 4.0 * 17.0 / 14.0).abs() < 1e-12, "held at 0.6");
        for lag_bias in [0.0, 3.0] {
            assert!((inflation(-0.5, lag_bias) - 1.0).abs() < 1e-12, "nothing is gained by unlikeness");
        }
    }

    #[test]
    fn without_values_there_is_no_quantile() {
        assert_eq!(Influence::of(&Stepped::of(vec![Steps::default(); 12]), 0.5), None);
        assert_eq!(Influence::of(&Stepped::default(), 0.5), None);
    }
}
