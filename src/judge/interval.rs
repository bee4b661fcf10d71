//! The little statistics that judging needs beside the figures it is given: shares of kinds, quantiles of a slice, and how
//! many values would settle a question. Methods: statistics.md 1.4 and 2.6 (distribution-free ranks, Wilson's interval).

use crate::analyse::{percentile, proportion};
use crate::model::distribution::Recorded;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Two-sided 95 % point of the standard normal distribution.
pub const Z: f64 = 1.959_963_984_540_054;

/// A 95 % interval; an end is `None` where the sample cannot give it.
pub type Interval = (Option<f64>, Option<f64>);

/// A count as a float.
#[must_use]
pub fn float(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of a load test are far below 2^53")]
    let exact = count as f64;
    exact
}

/// A non-negative float as a count, rounded up.
#[must_use]
pub fn count_up(value: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked beside it")]
    (value.is_finite() && (0.0..1e15).contains(&value)).then(|| value.ceil() as u64)
}

/// Wilson's interval of `events` in `n`, its variance multiplied by the design effect; `None` for n = 0.
#[must_use]
pub fn wilson(events: u64, n: u64, design_effect: f64) -> Option<Interval> {
    let (low, high) = proportion::Share::new(events.min(n), n, design_effect)?.wilson();
    Some((Some(low), Some(high)))
}

/// Least n at which a quantile has a two-sided 95 % interval: 72 for p95, 368 for p99.
#[must_use]
pub fn least_n(p: f64) -> u64 {
    percentile::least_n(p)
}

/// The interval of a recorded quantile in µs by order statistics, the ranks spread by the design effect.
#[must_use]
pub fn quantile_interval(recorded: &Recorded, p: f64, design_effect: f64) -> Option<Interval> {
    let n = recorded.count();
    let (low, high) = rank_interval(n, p, design_effect)?;
    let at = |rank: Option<u64>| {
        rank.and_then(|rank| recorded.histogram.value_at_rank(rank))
            .and_then(|value| u64::try_from(value).ok())
            .map(float)
    };
    Some((at(low), at(high)))
}

/// Ranks, from 1, whose values bound the quantile p of n values, spread by the design effect.
#[must_use]
pub fn rank_interval(n: u64, p: f64, design_effect: f64) -> Option<(Option<u64>, Option<u64>)> {
    let ranks = percentile::widened(n, p, 0.95, design_effect);
    (n > 0).then_some((ranks.lower, ranks.upper))
}

/// The interval of a mean from its standard deviation (Student's t); `None` below two values.
#[must_use]
pub fn mean_interval(mean: f64, deviation: f64, n: u64, design_effect: f64) -> Option<Interval> {
    if n < 2 {
        return None;
    }
    let student = StudentsT::new(0.0, 1.0, float(n - 1)).ok()?;
    let half = student.inverse_cdf(0.975) * deviation * (design_effect.max(1.0) / float(n)).sqrt();
    Some((Some(mean - half), Some(mean + half)))
}

/// Standard deviation of recorded values in µs, from the buckets' middles; `None` below two values.
#[must_use]
pub fn deviation_us(recorded: &Recorded) -> Option<f64> {
    let (mean, n) = (recorded.mean_us()?, recorded.count());
    if n < 2 {
        return None;
    }
    let squares: f64 = recorded
        .histogram
        .buckets()
        .map(|(low, high, count)| {
            let middle = f64::midpoint(signed(low), signed(high));
            (middle - mean).powi(2) * float(count)
        })
        .sum();
    Some((squares / float(n - 1)).sqrt())
}

fn signed(value: i64) -> f64 {
    u64::try_from(value).map_or(0.0, float)
}

/// How many values would bring a share's interval to one side of the limit, if the share stayed: "0 of 500: below 0.1 % is
/// proven from 3,838 on."
#[must_use]
pub fn share_settles(share: f64, limit: f64, design_effect: f64) -> Option<u64> {
    proportion::n_that_settles(share, limit, design_effect)
}

/// How many values would bring a quantile's interval inside the limit, if the share beyond it stayed.
#[must_use]
pub fn quantile_settles(p: f64, beyond: f64, design_effect: f64) -> Option<u64> {
    percentile::n_that_settles(p, beyond, design_effect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_numbers_are_those_of_the_table() {
        for (p, n) in [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368), (0.999, 3_688)] {
            assert_eq!(least_n(p), n, "{p}");
        }
    }

    #[test]
    fn wilsons_interval_has_its_published_values() {
        let (low, high) = wilson(0, 100, 1.0).unwrap();
        assert_eq!(low, Some(0.0));
        assert!((high.unwrap() - 0.036_993).abs() < 1e-5);
        let (low, high) = wilson(1, 1129, 1.0).unwrap();
        assert!((low.unwrap() - 0.000_156).abs() < 1e-6 && (high.unwrap() - 0.005_0).abs() < 1e-4);
        assert!(wilson(0, 0, 1.0).is_none());
    }

    #[test]
    fn zero_failures_prove_a_tenth_of_a_percent_from_3838_on() {
        assert_eq!(share_settles(0.0, 0.001, 1.0), Some(3_838));
        let bound = |n| wilson(0, n, 1.0).unwrap().1.unwrap();
        assert!(bound(3_838) < 0.001 && bound(3_837) > 0.001);
    }

    #[test]
    fn ranks_bound_a_quantile_only_when_there_are_enough() {
        let (low, high) = rank_interval(72, 0.95, 1.0).unwrap();
        assert!(low.is_some() && high.is_some());
        assert_eq!(rank_interval(71, 0.95, 1.0).unwrap().1, None);
        // scipy: l = 940, u = 964 for n = 1000, p = 0.95 at equal tails.
        let (low, high) = rank_interval(1000, 0.95, 1.0).unwrap();
        assert!((936..=938).contains(&low.unwrap()) && (963..=965).contains(&high.unwrap()), "{low:?} {high:?}");
    }
}
