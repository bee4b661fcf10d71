//! How exactly a percentile is known: intervals between order statistics, which hold whatever the distribution.
//!
//! The number of values at or below the true p-quantile is binomial, so two ranks enclose the quantile with a known
//! probability. Values that come in clusters (see [`super::clustered`]) are worth fewer: with a design effect of d, n values
//! tell as much as n/d. On the scale of probability that makes every interval √d times as wide, and so the exact ranks are
//! moved away from rank p·n by that factor. An effect of 1 gives the exact ranks; a larger one never a narrower interval.

use super::sampling;
use crate::model::distribution::Recorded;
use crate::model::histogram::{Histogram, rank};

/// A RankInterval is an interval of order statistics, ranks counted from 1; `None` is a side without bound: the sample is
/// too small to say more than "beyond its extreme".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankInterval {
    /// Rank of the lower bound.
    pub lower: Option<u64>,
    /// Rank of the upper bound.
    pub upper: Option<u64>,
}

/// The equal-tailed interval of the `p`-quantile among `n` independent values, at `confidence` (0.95).
///
/// Lower: the largest r with P(B ≤ r−1) ≤ a/2; upper: the smallest r with P(B ≥ r) ≤ a/2, with B ~ Bin(n, p).
#[must_use]
pub fn rank_interval(n: u64, p: f64, confidence: f64) -> RankInterval {
    let tail = (1.0 - confidence) / 2.0;
    let lower = sampling::binomial_first_above(tail, n, p);
    // P(B ≥ r) ≤ a/2 is P(B ≤ r−1) ≥ 1−a/2; the hair is for sums that meet it exactly.
    let upper = sampling::binomial_first_above(1.0 - tail - 1e-15, n, p) + 1;
    RankInterval { lower: (lower >= 1).then_some(lower), upper: (upper <= n).then_some(upper) }
}

/// [`rank_interval`] widened by a design effect; effects below 1 count as 1.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks stay far below 2^53, and `as` saturates at 0"
)]
pub fn widened(n: u64, p: f64, confidence: f64, effect: f64) -> RankInterval {
    let exact = rank_interval(n, p, confidence);
    if effect.is_nan() || effect <= 1.0 {
        return exact;
    }
    let centre = p * n as f64;
    let stretch = |rank: u64| centre + (rank as f64 - centre) * effect.sqrt();
    RankInterval {
        lower: exact.lower.map(|rank| stretch(rank).floor().max(0.0) as u64).filter(|rank| *rank >= 1),
        upper: exact.upper.map(|rank| stretch(rank).ceil() as u64).filter(|rank| *rank <= n),
    }
}

/// The 95 % interval of the `p`-quantile in the histogram's unit: (lower, upper), `None` for a side without bound. The lower
/// bound is a bucket's highest value, as the quantile itself is. `None` without values.
#[must_use]
pub fn interval(histogram: &Histogram, p: f64, effect: f64) -> Option<(Option<i64>, Option<i64>)> {
    if histogram.is_empty() {
        return None;
    }
    let ranks = widened(histogram.count(), p, 0.95, effect);
    let value = |rank: Option<u64>| rank.and_then(|rank| histogram.value_at_rank(rank));
    Some((value(ranks.lower), value(ranks.upper)))
}

/// The 95 % interval in µs, held within the exact extremes; `None` unless both sides are bounded.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "microseconds below 2^53 are 285 years")]
pub fn interval_us(recorded: &Recorded, p: f64, effect: f64) -> Option<[f64; 2]> {
    let (lower, upper) = interval(&recorded.histogram, p, effect)?;
    let (least, most) = (recorded.min_us()?, recorded.max_us()?);
    Some([lower?, upper?].map(|bound| (bound as f64).clamp(least, most)))
}

/// How far a percentile of a sample can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Fewer values than [`least_n`]: no interval can bound it, the figure is not given.
    Unbounded,
    /// Fewer than [`tight_n`]: given with its interval, and called imprecise.
    Low,
    /// The interval's ranks are within 20 % of the tail.
    Tight,
}

/// The precision that `n` values allow. The raw count decides; a design effect widens intervals and changes nothing here.
#[must_use]
pub fn precision(n: u64, p: f64) -> Precision {
    match n {
        n if n < least_n(p) => Precision::Unbounded,
        n if n < tight_n(p) => Precision::Low,
        _ => Precision::Tight,
    }
}

/// The fewest values whose extremes enclose the `p`-quantile with 95 %, equal tails: ⌈ln 0.025 / ln p⌉; 1 for p = 0 and
/// p = 1, which are observed extremes and estimate nothing.
#[must_use]
pub fn least_n(p: f64) -> u64 {
    least(0.025, p)
}

/// The fewest values of which the largest is above the `p`-quantile with 95 %: ⌈ln 0.05 / ln p⌉.
#[must_use]
pub fn least_n_one_sided(p: f64) -> u64 {
    least(0.05, p)
}

fn least(tail: f64, p: f64) -> u64 {
    let p = p.max(1.0 - p);
    if p >= 1.0 { 1 } else { up(tail.ln() / p.ln()) }
}

/// The fewest values at which the interval is within 20 % of the tail's share: ⌈1.96² p / (0.04 (1−p))⌉.
#[must_use]
pub fn tight_n(p: f64) -> u64 {
    let p = p.max(1.0 - p);
    if p >= 1.0 { 1 } else { up(1.96 * 1.96 * p / (0.04 * (1.0 - p))) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive count, and `as` saturates")]
fn up(n: f64) -> u64 {
    (n - 1e-9).ceil() as u64
}

/// From how many values on, with the same share `over` of them above the limit, the 95 % interval of the `p`-quantile lies
/// wholly on one side of the limit. `None` where the share is so near the limit's own, 1−p, that no number settles it.
#[must_use]
pub fn n_that_settles(p: f64, over: f64, effect: f64) -> Option<u64> {
    let start = super::proportion::n_that_settles(over, 1.0 - p, effect)?;
    let settled = |n: u64| {
        let ranks = widened(n, p, 0.95, effect);
        // The rank of the last value that is not above the limit.
        let last_within = rank(1.0 - over, n);
        if over < 1.0 - p {
            ranks.upper.is_some_and(|upper| upper <= last_within)
        } else {
            ranks.lower.is_some_and(|lower| lower > last_within)
        }
    };
    // The normal approximation is a few values off either way: begin below it and walk up.
    let mut n = least_n(p).max(start - start / 10);
    for _ in 0..10_000 {
        if settled(n) {
            return Some(n);
        }
        n += 1 + n / 2_000;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_extremes_enclose_from_the_least_n_on() {
        for (p, least, tight) in
            [(0.5, 6, 97), (0.9, 36, 865), (0.95, 72, 1_825), (0.99, 368, 9_508), (0.999, 3_688, 95_944)]
        {
            assert_eq!((least_n(p), tight_n(p)), (least, tight));
            assert_eq!(rank_interval(least - 1, p, 0.95).upper, None);
            assert_eq!(rank_interval(least, p, 0.95).upper, Some(least));
            assert_eq!(precision(least - 1, p), Precision::Unbounded);
            assert_eq!(precision(least, p), Precision::Low);
            assert_eq!(precision(tight, p), Precision::Tight);
        }
    }

    #[test]
    fn a_limit_that_nobody_exceeded_is_settled_from_the_least_n_on() {
        assert_eq!(n_that_settles(0.95, 0.0, 1.0), Some(72));
        assert_eq!(n_that_settles(0.99, 0.0, 1.0), Some(368));
        assert_eq!(n_that_settles(0.95, 0.05, 1.0), None);
    }

    proptest! {
        #[test]
        fn a_larger_effect_is_never_narrower(n in 1_u64..20_000, p in 0.01..0.999_f64, effect in 1.0..9.0_f64, more in 1.0..4.0_f64) {
            let (one, other) = (widened(n, p, 0.95, effect), widened(n, p, 0.95, effect * more));
            // No bound is the widest bound.
            prop_assert!(other.lower.unwrap_or(0) <= one.lower.unwrap_or(0));
            prop_assert!(other.upper.unwrap_or(u64::MAX) >= one.upper.unwrap_or(u64::MAX));
        }

        #[test]
        fn what_is_said_to_settle_it_does(p in 0.5..0.99_f64, over in 0.0..0.6_f64, effect in 1.0..3.0_f64) {
            prop_assume!((over - (1.0 - p)).abs() > 0.005);
            let n = n_that_settles(p, over, effect).unwrap();
            let ranks = widened(n, p, 0.95, effect);
            let within = rank(1.0 - over, n);
            prop_assert!(ranks.upper.is_some_and(|upper| upper <= within) || ranks.lower.is_some_and(|lower| lower > within), "{n}");
        }

        #[test]
        fn the_interval_holds_the_quantile(values in prop::collection::vec(0_i64..100_000, 6..500), p in 0.1..0.9_f64) {
            let histogram: Histogram = values.into_iter().collect();
            let quantile = histogram.quantile(p).unwrap();
            let (lower, upper) = interval(&histogram, p, 1.0).unwrap();
            prop_assert!(lower.is_none_or(|lower| lower <= quantile));
            prop_assert!(upper.is_none_or(|upper| upper >= quantile));
        }
    }
}
