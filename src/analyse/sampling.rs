//! The laws that chance follows in the tests and intervals here: normal, Student's t, binomial.
//!
//! Thin over `statrs`, which agrees with scipy to 5e-11 where this asks it; where its binomial would lose digits (its
//! continued fraction stops after 141 terms) a Cornish–Fisher rank serves, exact to less than one rank.

use std::cell::RefCell;
use std::collections::VecDeque;

use statrs::distribution::{Binomial, ContinuousCDF as _, DiscreteCDF as _, Normal, StudentsT};

/// The normal quantile of 0.975: two-sided 95 %.
pub const Z95: f64 = 1.959_963_984_540_054;

/// From this variance on the binomial's ranks come from Cornish–Fisher.
const SMOOTH_FROM: f64 = 2_000.0;

/// P(Z > z), standard normal.
#[must_use]
pub fn normal_above(z: f64) -> f64 {
    Normal::standard().sf(z)
}

/// The z with P(Z ≤ z) = `p`; `p` from 0 to 1.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p.clamp(0.0, 1.0))
}

/// P(T > t) with `df` degrees of freedom; NaN where `df` is not positive.
#[must_use]
pub fn t_above(t: f64, df: f64) -> f64 {
    StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |law| law.sf(t))
}

/// The t with P(T ≤ t) = `p`; NaN where `df` is not positive.
///
/// It is found by search, and all rows of a comparison ask for the same few: the latest answers are kept.
#[must_use]
pub fn t_quantile(p: f64, df: f64) -> f64 {
    const KEPT: usize = 8;
    thread_local!(static LATEST: RefCell<VecDeque<(f64, f64, f64)>> = const { RefCell::new(VecDeque::new()) });
    let is = |one: &&(f64, f64, f64)| one.0.total_cmp(&p).is_eq() && one.1.total_cmp(&df).is_eq();
    if let Some((_, _, t)) = LATEST.with_borrow(|latest| latest.iter().find(is).copied()) {
        return t;
    }
    let t = StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |law| law.inverse_cdf(p.clamp(0.0, 1.0)));
    LATEST.with_borrow_mut(|latest| {
        latest.truncate(KEPT - 1);
        latest.push_front((p, df, t));
    });
    t
}

/// P(B ≤ k) for B ~ Bin(n, p); NaN where `p` is no probability.
#[must_use]
pub fn binomial_at_most(k: u64, n: u64, p: f64) -> f64 {
    Binomial::new(p, n).map_or(f64::NAN, |law| law.cdf(k))
}

/// The smallest k with P(B ≤ k) > `q`, B ~ Bin(n, p).
#[must_use]
pub fn binomial_first_above(q: f64, n: u64, p: f64) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
    let mean = n as f64 * p;
    let variance = mean * (1.0 - p);
    if variance >= SMOOTH_FROM {
        let z = normal_quantile(q);
        let skewed = (1.0 - 2.0 * p) * z.mul_add(z, -1.0) / 6.0;
        // Half a unit of continuity down, then the next whole number up.
        let smooth = (mean + z * variance.sqrt() + skewed - 0.5).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and `as` saturates at 0")]
        return (smooth as u64).min(n);
    }
    let Ok(law) = Binomial::new(p, n) else { return 0 };
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if law.cdf(middle) > q { high = middle } else { low = middle + 1 }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probabilities themselves, added up from the mode, against both ways of finding a rank.
    #[test]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts below a million"
    )]
    fn both_ways_to_a_rank_agree_with_the_sum() {
        for (n, p) in [(50_u32, 0.5), (3_000, 0.95), (10_000, 0.5), (40_000, 0.95), (300_000, 0.99), (50_000, 0.9)] {
            let mode = (f64::from(n) * p).floor();
            let (mut terms, mut k) = (vec![1.0; n as usize + 1], mode as usize);
            for at in k..n as usize {
                terms[at + 1] = terms[at] * (n as usize - at) as f64 / (at + 1) as f64 * (p / (1.0 - p));
            }
            while k > 0 {
                terms[k - 1] = terms[k] * k as f64 / (n as usize - k + 1) as f64 * ((1.0 - p) / p);
                k -= 1;
            }
            let total: f64 = terms.iter().sum();
            for q in [0.025, 0.975] {
                let mut sum = 0.0;
                let exact = terms.iter().position(|term| {
                    sum += term / total;
                    sum > q
                });
                let found = binomial_first_above(q, n.into(), p);
                let off = found.abs_diff(exact.unwrap() as u64);
                let smooth = f64::from(n) * p * (1.0 - p) >= SMOOTH_FROM;
                assert!(off <= u64::from(smooth), "n {n} p {p} q {q}: {found}, should be {exact:?}");
            }
        }
    }
}
