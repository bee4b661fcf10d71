//! Failure ratios of two runs: Newcombe's difference of Wilson intervals, with the blocks' design effect.

use super::block::Block;
use super::call::{Evidence, Size};
use super::settings::Settings;
use crate::analyse::clustered::Clustered;
use crate::analyse::proportion::{Share, newcombe};
use crate::analyse::sampling::{Z95, normal_above, normal_quantile};

/// The design effect where a source has no blocks to measure it by: failures come in bursts.
pub const ASSUMED_EFFECT: f64 = 3.0;

/// The share of failures over blocks. Without a failure there is no burst to be seen, and the effect is 1. `None` without a
/// request.
#[must_use]
pub fn share(blocks: &[Block]) -> Option<Share> {
    let counts: Vec<(u64, u64)> = blocks.iter().map(|block| (block.failures, block.requests)).collect();
    let (failures, requests) = counts.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    Share::new(failures, requests, Clustered::of(&counts).map_or(1.0, |share| share.widening()))
}

/// Two runs' shares of failures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// In the baseline.
    pub before: Share,
    /// In the run that is judged.
    pub after: Share,
}

impl Shares {
    /// after − before.
    #[must_use]
    pub fn difference(&self) -> f64 {
        self.after.value() - self.before.value()
    }

    fn interval_at(&self, z: f64) -> (f64, f64) {
        let pair = |share: &Share| (share.value(), share.worth());
        newcombe(pair(&self.before), pair(&self.after), z)
    }

    /// One-sided p of "not more failures": the level at which Newcombe's interval begins at 0, so that test and interval agree.
    #[must_use]
    pub fn p_worse(&self) -> f64 {
        crossing(|z| self.interval_at(z).0 >= 0.0)
    }

    /// One-sided p of "not fewer failures".
    #[must_use]
    pub fn p_better(&self) -> f64 {
        crossing(|z| self.interval_at(z).1 <= 0.0)
    }

    /// One-sided p of "worse by `margin` or more".
    #[must_use]
    pub fn p_margin(&self, margin: f64) -> f64 {
        crossing(|z| self.interval_at(z).1 <= margin)
    }

    /// 95 % interval of after/before (MOVER on the Wilson bounds); no upper side where the baseline may be 0. `None` where
    /// nothing failed in either.
    #[must_use]
    pub fn ratio_interval(&self) -> Option<(Option<f64>, Option<f64>)> {
        let (a, b) = (self.before.value(), self.after.value());
        if self.before.hits == 0 && self.after.hits == 0 {
            return None;
        }
        let ((low_a, high_a), (low_b, high_b)) = (self.before.wilson(), self.after.wilson());
        let bound = |b_side: f64, a_side: f64, sign: f64| {
            let (num, den) = (b_side * (2.0 * b - b_side), a_side * (2.0 * a - a_side));
            let root = ((a * b).powi(2) - num * den).max(0.0).sqrt();
            let ratio = (a * b + sign * root) / den;
            (den.abs() > f64::MIN_POSITIVE && ratio.is_finite() && ratio >= 0.0).then_some(ratio)
        };
        let upper = if self.before.hits == 0 { None } else { bound(high_b, low_a, 1.0) };
        Some((bound(low_b, high_a, -1.0), upper))
    }

    /// The increase of the ratio that would have been found 4 times in 5 among `endpoints`; `None` where none would.
    #[must_use]
    pub fn detectable(&self, endpoints: usize, alpha: f64) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred endpoints")]
        let level = normal_quantile(1.0 - alpha / (2.0 * endpoints as f64 + 1.0));
        let (a, n_a, n_b) = (self.before.value(), self.before.worth(), self.after.worth());
        let found = |increase: f64| {
            let b = a + increase;
            // Four times in five at least so much is seen of an increase.
            let seen = b - normal_quantile(0.8) * (b * (1.0 - b) / n_b + a * (1.0 - a) / n_a).max(0.0).sqrt();
            seen > a && newcombe((a, n_a), (seen, n_b), level).0 > 0.0
        };
        let (mut low, mut high) = (0.0, 1.0 - a);
        if !found(high) {
            return None;
        }
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if found(middle) { high = middle } else { low = middle }
        }
        Some(high)
    }

    /// The evidence for a call, with p-values that are adjusted already.
    #[must_use]
    pub fn evidence(&self, p_worse: f64, p_better: f64, endpoints: usize, settings: &Settings) -> Evidence {
        // A hair, because 0.003 − 0.002 is less than 0.001.
        let material = settings.failures_material - 1e-12;
        let size = match self.difference() {
            d if d >= material => Size::Worse,
            d if d <= -material => Size::Better,
            _ => Size::Small,
        };
        Evidence {
            p_worse,
            p_better,
            p_margin: self.p_margin(settings.failures_margin),
            size,
            detectable: self.detectable(endpoints, settings.alpha),
            must_detect: settings.failures_must_detect,
        }
    }

    /// 95 % interval of the difference.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        self.interval_at(Z95)
    }
}

/// P(Z > z) at the largest z for which `holds`; `holds` is true up to some z and false from there on. 1 where it never is.
fn crossing(holds: impl Fn(f64) -> bool) -> f64 {
    const FARTHEST: f64 = 38.0;
    if !holds(0.0) {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, FARTHEST);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    normal_above(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shares(before: (u64, u64), after: (u64, u64)) -> Shares {
        let share = |(hits, n)| Share::new(hits, n, 1.0).unwrap();
        Shares { before: share(before), after: share(after) }
    }

    #[test]
    fn test_and_interval_agree() {
        assert!(shares((3, 6_000), (15, 6_000)).p_worse() < 0.025); // Newcombe's 95 % interval begins above 0 …
        assert!(shares((0, 2_000), (4, 2_000)).p_worse() > 0.025); // … and here below.
        assert!(shares((15, 6_000), (3, 6_000)).p_better() < 0.025);
        assert!((shares((5, 100), (5, 100)).p_worse() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_burst_counts_less_than_a_steady_failure() {
        let block = |failures| Block { requests: 500, failures, ..Block::default() };
        let mut burst = vec![block(0); 12];
        burst[3] = block(12);
        let (burst, steady) = (share(&burst).unwrap(), share(&vec![block(1); 12]).unwrap());
        let before = Share::new(0, 6_000, 1.0).unwrap();
        let p = |after| Shares { before, after }.p_worse();
        assert!(p(burst) > 5.0 * p(steady), "{} {}", p(steady), p(burst));
    }

    #[test]
    fn a_ratio_has_no_upper_bound_over_a_baseline_without_failures() {
        assert_eq!(shares((0, 100), (0, 100)).ratio_interval(), None);
        let (lower, upper) = shares((0, 100), (20, 100)).ratio_interval().unwrap();
        assert!(lower.unwrap() > 1.0 && upper.is_none());
        let (lower, upper) = shares((10, 1_000), (20, 1_000)).ratio_interval().unwrap();
        assert!(lower.unwrap() < 1.0 && (2.0..5.0).contains(&upper.unwrap()));
    }

    proptest! {
        #[test]
        fn what_is_detectable_shrinks_with_more_requests(failures in 0_u64..50, n in 50_u64..5_000) {
            let few = shares((failures.min(n), n), (0, n)).detectable(3, 0.05);
            let many = shares((failures.min(n) * 4, n * 4), (0, n * 4)).detectable(3, 0.05);
            if let Some(few) = few { prop_assert!(many.is_some_and(|many| many <= few + 1e-9)); }
        }

        #[test]
        fn more_failures_are_never_less_suspicious(a in 0_u64..50, b in 0_u64..50, more in 1_u64..50) {
            let p = |b| shares((a, 1_000), (b, 1_000)).p_worse();
            prop_assert!(p(b + more) <= p(b) + 1e-9);
        }
    }
}
