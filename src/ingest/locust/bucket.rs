//! How Locust rounds a response time before it counts it, and how it picks a percentile from those counts.
//!
//! Below 100 ms it keeps whole milliseconds, below 1 s tens, below 10 s hundreds, above that whole seconds, and halves go
//! to the even neighbour as Python's `round` has it. The resolution is worst just above a power of ten: 104 ms becomes
//! 100 and 106 becomes 110, so that a change of 2 ms shows as 10 %. Mean, minimum and maximum are not rounded.
//!
//! Users may replace the rounding since 2.43.4; then none of this holds, and [`is_locust_s`] says so.

/// Definition of percentiles that we compute from Locust's rounded response times.
pub const TYPE_1_ROUNDED: &str = "inverse CDF (type 1) over response times that Locust rounded to two digits";
/// The same where the team replaced Locust's rounding by its own.
pub const TYPE_1_OWN: &str = "inverse CDF (type 1) over response times in buckets that the team chose for Locust";

/// Steps of Locust's rounding, in microseconds: (from, step), ascending.
pub const STEPS_US: [(f64, f64); 4] = [(0.0, 1e3), (100e3, 10e3), (1000e3, 100e3), (10_000e3, 1000e3)];

/// The bucket, in milliseconds, in which Locust counts a response time of `ms`.
#[must_use]
pub fn round_ms(ms: f64) -> f64 {
    // A quotient is exactly at a half only where the time is: dividing by 10, 100 or 1000 keeps neighbours apart.
    let step = step_us(ms * 1e3) / 1e3;
    (ms / step).round_ties_even() * step
}

/// Width, in microseconds, of the steps in which Locust counts response times around `value_us`. A rounded time is off by
/// at most half of it.
#[must_use]
pub fn step_us(value_us: f64) -> f64 {
    STEPS_US.iter().rev().find(|(from, _)| value_us >= *from).map_or(1e3, |(_, step)| *step)
}

/// The times, in microseconds, that Locust may have rounded to `bucketed_us`: lowest and highest.
///
/// The value may come from a histogram of three digits, which reads back up to 0.1 % too high; it is put back on Locust's
/// grid first. At a power of ten the interval is lopsided: 100 ms is anything from 99.5 to 105.
#[must_use]
pub fn interval_us(bucketed_us: f64) -> (f64, f64) {
    let centre = round_ms(bucketed_us / 1e3) * 1e3;
    let below = step_us(centre - 1.0);
    ((centre - below / 2.0).max(0.0), centre + step_us(centre) / 2.0)
}

/// Whether these bucket values, in milliseconds, can all have come from Locust's own rounding.
#[must_use]
pub fn is_locust_s(buckets_ms: impl IntoIterator<Item = f64>) -> bool {
    buckets_ms.into_iter().all(|ms| (round_ms(ms) - ms).abs() < 1e-9)
}

/// The `p`-quantile as Locust prints it, in the unit of the buckets.
///
/// Locust walks its counters from the top until at most `int(n * p)` values lie below, which gives
/// `sorted[min(floor(n * p), n - 1)]` counted from 0: neither the nearest rank nor an interpolation. `n` is the number of
/// requests, those without a response time included. `None` where nothing was timed, where Locust prints 0.
#[must_use]
pub fn quantile(buckets: &[(f64, u64)], n: u64, p: f64) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "Python's int(n * p) in floating point, the product being below 2^53 and not negative"
    )]
    let below = (n as f64 * p.clamp(0.0, 1.0)) as u64;
    let mut sorted = buckets.to_vec();
    sorted.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut walked = 0_u64;
    sorted
        .iter()
        .find(|(_, count)| {
            walked = walked.saturating_add(*count);
            n.saturating_sub(walked) <= below
        })
        .map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// From Python: `[bucket_response_time(x) for x in …]` of Locust 2.47.
    #[test]
    fn rounds_as_python_does() {
        let pairs = [
            (0.4, 0.0),
            (0.5, 0.0),
            (1.5, 2.0),
            (2.5, 2.0),
            (99.4, 99.0),
            (99.5, 100.0),
            (104.999, 100.0),
            (105.0, 100.0),
            (105.000_001, 110.0),
            (115.0, 120.0),
            (125.0, 120.0),
            (994.9, 990.0),
            (995.0, 1000.0),
            (1050.0, 1000.0),
            (1150.0, 1200.0),
            (3432.0, 3400.0),
            (12_345.678, 12_000.0),
            (10_500.0, 10_000.0),
            (58_760.0, 59_000.0),
        ];
        for (exact, rounded) in pairs {
            assert!((round_ms(exact) - rounded).abs() < 1e-9, "{exact}: {}", round_ms(exact));
        }
    }

    #[test]
    fn interval_around_a_power_of_ten_is_lopsided() {
        assert_eq!(interval_us(100_000.0), (99_500.0, 105_000.0));
        assert_eq!(interval_us(110_079.0), (105_000.0, 115_000.0));
        assert_eq!(interval_us(52_031.0), (51_500.0, 52_500.0));
        assert_eq!(interval_us(0.0), (0.0, 500.0));
    }

    #[test]
    fn own_buckets_are_told_apart() {
        assert!(is_locust_s([3.0, 99.0, 110.0, 1200.0, 12_000.0]));
        assert!(!is_locust_s([3.0, 104.0]));
        assert!(!is_locust_s([3.5]));
    }

    proptest! {
        #[test]
        fn a_time_lies_in_the_interval_of_its_bucket(ms in 0.0..100_000.0_f64) {
            let (lowest, highest) = interval_us(round_ms(ms) * 1e3);
            prop_assert!(lowest <= ms * 1e3 + 1e-6 && ms * 1e3 <= highest + 1e-6);
            prop_assert!(highest - lowest <= step_us(highest));
        }

        #[test]
        fn quantile_is_the_value_at_rank_floor_n_p(mut values in prop::collection::vec(0_u32..500, 1..60), p in 0.0..=1.0_f64) {
            values.sort_unstable();
            let buckets: Vec<(f64, u64)> = values.iter().map(|value| (f64::from(*value), 1)).collect();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a small test")]
            let rank = ((values.len() as f64 * p) as usize).min(values.len() - 1);
            prop_assert_eq!(quantile(&buckets, values.len() as u64, p), Some(f64::from(values[rank])));
        }
    }

    #[test]
    fn nothing_timed_has_no_quantile() {
        assert_eq!(quantile(&[], 67, 0.5), None);
    }
}
