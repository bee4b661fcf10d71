//! Shares of requests with Wilson's interval, their differences with Newcombe's, and how many requests would settle a limit.
//!
//! Everywhere the two-sided 95 % interval is meant: no failure in 100 does not prove 1 % (the bound is 3.7 %).

use super::sampling::Z95;

/// A Share is `hits` of `n` trials that are worth n/`effect` independent ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Trials that were hits.
    pub hits: u64,
    /// Trials; at least one.
    pub n: u64,
    /// Design effect (see [`super::clustered`]), from 1 on.
    pub effect: f64,
}

impl Share {
    /// `None` without a trial, with more hits than trials, or without a finite effect. Effects below 1 count as 1.
    #[must_use]
    pub fn new(hits: u64, n: u64, effect: f64) -> Option<Self> {
        (n > 0 && hits <= n && effect.is_finite()).then_some(Self { hits, n, effect: effect.max(1.0) })
    }

    /// hits / n.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
    pub fn value(self) -> f64 {
        self.hits as f64 / self.n as f64
    }

    /// Independent trials that tell as much.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
    pub fn worth(self) -> f64 {
        self.n as f64 / self.effect
    }

    /// Wilson's score interval at `z` standard deviations.
    #[must_use]
    pub fn wilson_at(self, z: f64) -> (f64, f64) {
        wilson(self.value(), self.worth(), z)
    }

    /// Wilson's 95 % interval.
    #[must_use]
    pub fn wilson(self) -> (f64, f64) {
        self.wilson_at(Z95)
    }
}

/// Wilson's score interval of a `share` seen in `n` independent trials, `n` not necessarily whole.
#[must_use]
pub fn wilson(share: f64, n: f64, z: f64) -> (f64, f64) {
    let square = z * z / n;
    let centre = share + square / 2.0;
    let half = (square * (share * (1.0 - share) + square / 4.0)).sqrt();
    let bound = |value: f64| (value / (1.0 + square)).clamp(0.0, 1.0);
    // At the ends the bound is the end itself; rounding would leave a hair.
    let lower = if share <= 0.0 { 0.0 } else { bound(centre - half) };
    let upper = if share >= 1.0 { 1.0 } else { bound(centre + half) };
    (lower, upper)
}

/// Newcombe's interval of `after − before` at `z` standard deviations: the distances to both Wilson bounds, squared and added.
#[must_use]
pub fn newcombe(before: (f64, f64), after: (f64, f64), z: f64) -> (f64, f64) {
    let ((share_a, n_a), (share_b, n_b)) = (before, after);
    let (low_a, high_a) = wilson(share_a, n_a, z);
    let (low_b, high_b) = wilson(share_b, n_b, z);
    let difference = share_b - share_a;
    (difference - (share_b - low_b).hypot(high_a - share_a), difference + (high_b - share_b).hypot(share_a - low_a))
}

/// From how many trials on, at the same `share`, the 95 % Wilson interval lies wholly on the share's side of `limit`, not
/// touching it. `None` where the share is the limit, so that no number settles it, or the limit is no share.
#[must_use]
pub fn n_that_settles(share: f64, limit: f64, effect: f64) -> Option<u64> {
    let distance = share - limit;
    if !(0.0..=1.0).contains(&limit) || distance.abs() < 1e-12 {
        return None;
    }
    // The score interval ends at L where (share − L)² = z² L (1−L) / n.
    let n = Z95 * Z95 * limit * (1.0 - limit) / (distance * distance) * effect.max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive count, and `as` saturates")]
    Some((n.floor() as u64).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_failure_in_500_proves_a_tenth_of_a_percent_from_3838_on() {
        assert_eq!(n_that_settles(0.0, 0.001, 1.0), Some(3_838));
        assert_eq!(n_that_settles(0.0, 0.01, 1.0), Some(381));
        assert_eq!(n_that_settles(0.01, 0.01, 1.0), None);
        let (_, upper) = Share::new(0, 3_838, 1.0).unwrap().wilson();
        assert!(upper < 0.001);
        let (_, upper) = Share::new(0, 3_837, 1.0).unwrap().wilson();
        assert!(upper >= 0.001);
    }

    #[test]
    fn there_is_no_share_of_nothing() {
        assert_eq!(Share::new(0, 0, 1.0), None);
        assert_eq!(Share::new(3, 2, 1.0), None);
        assert_eq!(Share::new(1, 2, f64::NAN), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share_and_widens(hits in 0_u64..500, misses in 0_u64..500, effect in 1.0..9.0_f64) {
            prop_assume!(hits + misses > 0);
            let share = Share::new(hits, hits + misses, 1.0).unwrap();
            let (lower, upper) = share.wilson();
            prop_assert!(lower <= share.value() && share.value() <= upper);
            let (wider_lower, wider_upper) = Share { effect, ..share }.wilson();
            prop_assert!(wider_lower <= lower + 1e-12 && wider_upper >= upper - 1e-12);
        }

        #[test]
        fn the_number_that_settles_is_the_least(share in 0.0..=1.0_f64, limit in 0.01..0.99_f64) {
            prop_assume!((share - limit).abs() > 0.01);
            let n = n_that_settles(share, limit, 1.0).unwrap();
            let settled = |n: f64| { let (lower, upper) = wilson(share, n, Z95); upper < limit || lower > limit };
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let n = n as f64;
            prop_assert!(settled(n + 0.01));
            prop_assert!(n < 1.5 || !settled(n - 1.01));
        }
    }
}
