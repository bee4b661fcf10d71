#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small numbers, chosen here"
)]

use hdrhistogram::Histogram as Hdr;
use proptest::prelude::*;

use super::*;

/// Latencies as they come: many magnitudes, often repeated.
fn values() -> impl Strategy<Value = Vec<i64>> {
    let value = prop_oneof![0_i64..5000, 0_i64..10_000_000, 0_i64..=i64::MAX, Just(1_000_i64)];
    prop::collection::vec(value, 0..400)
}

fn signed_values() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(prop_oneof![-5000_i64..5000, any::<i64>()], 0..200)
}

#[test]
fn an_empty_histogram_owns_nothing_and_knows_nothing() {
    let empty = Histogram::new();
    assert_eq!(empty.cells.capacity(), 0);
    assert_eq!(empty.quantile(0.5), None);
    assert_eq!(empty.quantile_interpolated(0.5, 0, 0), None);
    assert_eq!(empty.buckets().count(), 0);
}

#[test]
fn what_is_expected_of_a_histogram_does_not_show() {
    let busy = |n: i64| (0..n).map(move |at| 1000 * (1 + at % 300));
    let before: Histogram = busy(4000).collect();
    let mut like = Histogram::like(&before);
    assert!(like.dense.is_some() && like == Histogram::new());
    // Within the range, at its end and far beyond.
    for value in busy(700).chain([0, 400_000, 90_000_000, -5]) {
        like.record(value);
    }
    assert_eq!(like, busy(700).chain([0, 400_000, 90_000_000, -5]).collect());
    assert!(Histogram::like(&like).dense.is_none(), "too few");
    busy(2000).for_each(|value| like.record(value));
    assert!(Histogram::like(&like).dense.is_some());
    like.settle();
    assert!(like.dense.is_none());
    assert!(Histogram::like(&busy(100).collect()).dense.is_none());
}

proptest! {
    #[test]
    fn packing_does_not_show(before in signed_values(), within in values(), after in signed_values(), times in 1_u64..1 << 40) {
        let mut packed: Histogram = before.iter().copied().collect();
        packed.pack();
        for value in &within {
            packed.record_n(*value, times);
        }
        packed.pack();
        prop_assert!(packed.cells.capacity() == 0 && packed.dense.is_none());
        let other: Histogram = after.iter().copied().collect();
        let mut merged = other.clone();
        merged.merge(&packed);
        packed.merge(&other);
        let mut plain: Histogram = before.iter().chain(&after).copied().collect();
        for value in &within {
            plain.record_n(*value, times);
        }
        prop_assert_eq!(&packed, &plain);
        prop_assert_eq!(&merged, &plain);
        prop_assert_eq!(packed.quantile(0.5), plain.quantile(0.5));
        prop_assert_eq!(&Histogram::sum([&packed]), &plain);
        packed.settle();
        prop_assert!(packed.packed.is_empty());
        prop_assert_eq!(packed.count(), plain.count());
    }
}

#[test]
fn a_packed_histogram_of_a_window_takes_a_fifth_of_the_memory() {
    let mut window: Histogram = (0..700_i64).map(|at| 24_000 + at * at * 7 % 130_000).collect();
    window.settle();
    let cells = window.cells.len();
    window.pack();
    let packed = window.packed.first().map_or(0, Packed::len);
    assert!(0 < packed && 5 * packed < 8 * cells, "{packed} bytes for {cells} cells");
}

#[test]
fn a_few_packed_histograms_are_put_together_as_they_are_and_many_are_not() {
    let one = |from: i64| {
        let mut one: Histogram = (from..from + 100).collect();
        one.pack();
        one
    };
    let mut sum = one(0);
    sum.merge(&one(50));
    assert_eq!(sum.packed.len(), 2);
    sum.merge(&one(100));
    assert_eq!(sum.packed.len(), 1);
    assert_eq!(sum, (0..100).chain(50..150).chain(100..200).collect());
}

#[test]
fn the_extremes_of_i64_have_buckets() {
    for value in [i64::MIN, i64::MIN + 1, -2048, -2047, -1, 0, 1, 2047, 2048, i64::MAX] {
        let (lowest, highest) = bucket::bounds(bucket::index_of(value));
        assert!(lowest <= value && value <= highest, "{value} in {lowest}..={highest}");
        assert_eq!(Cell::new(bucket::index_of(value), 7).index(), bucket::index_of(value));
    }
}

#[test]
fn a_rank_is_not_pushed_up_by_rounding() {
    assert_eq!(rank(0.95, 20), 19);
    assert_eq!(rank(0.07, 100), 7); // 0.07 * 100 is 7.000000000000001
    assert_eq!(rank(0.95, 2_000_000_000), 1_900_000_000);
    assert_eq!(rank(0.0, 10), 1);
    assert_eq!(rank(1.0, 10), 10);
    assert_eq!(rank(2.0, 10), 10);
}

#[test]
fn a_negative_value_has_no_v2_form() {
    assert_eq!(Histogram::from_iter([-1]).to_v2_deflate(), Err(CodecError::Negative));
}

#[test]
fn text_that_is_no_histogram_is_refused() {
    assert!(matches!(Histogram::from_v2_deflate("{}"), Err(CodecError::Base64(_))));
    assert!(matches!(Histogram::from_v2_deflate("SElTVEZBQUE="), Err(CodecError::Malformed(_))));
}

#[test]
fn a_full_counter_stays_full() {
    let mut full = Histogram::new();
    full.record_n(5, u64::MAX);
    full.record_n(5, u64::MAX);
    full.settle();
    assert_eq!(full.buckets().collect::<Vec<_>>(), [(5, 5, bucket::MOST)]);
    assert_eq!(full.quantile(1.0), Some(5));
}

proptest! {
    #[test]
    fn buckets_tile_the_line(value in any::<i64>()) {
        let index = bucket::index_of(value);
        let (lowest, highest) = bucket::bounds(index);
        prop_assert!(lowest <= value && value <= highest);
        prop_assert_eq!(bucket::index_of(lowest), index);
        prop_assert_eq!(bucket::index_of(highest), index);
        if highest < i64::MAX {
            prop_assert_eq!(bucket::index_of(highest + 1), index + 1);
        }
        let widest = (lowest.unsigned_abs().min(highest.unsigned_abs())) / 1024;
        prop_assert!(highest.abs_diff(lowest) <= widest);
    }

    /// Busy ones, which have an array of counters, and others; with values near each other and far apart.
    #[test]
    fn sums_and_merges_of_many_agree(
        parts in prop::collection::vec((0..5_000_i64, 1..4_000_i64, 0..600_i64, any::<bool>()), 0..8),
    ) {
        let made = |(from, width, count, settled): &(i64, i64, i64, bool)| {
            let mut histogram: Histogram = (0..*count).map(|at| from * from + at * 7919 % width).collect();
            if *settled {
                histogram.settle();
            }
            histogram
        };
        let parts: Vec<Histogram> = parts.iter().map(made).collect();
        let sum = Histogram::sum(&parts);
        let mut merged = Histogram::new();
        for part in &parts {
            merged.merge(part);
        }
        prop_assert_eq!(&merged, &sum);
        prop_assert_eq!(sum.count(), parts.iter().map(Histogram::count).sum::<u64>());
        prop_assert_eq!(sum.buckets().map(|(_, _, count)| count).sum::<u64>(), sum.count());
        let mut turned = Histogram::new();
        for part in parts.iter().rev() {
            turned.merge(part);
        }
        prop_assert_eq!(&turned, &sum);
    }

    #[test]
    fn merging_is_recording_it_all(all in signed_values(), cut in any::<prop::sample::Index>(), turn in any::<prop::sample::Index>()) {
        let whole: Histogram = all.iter().copied().collect();
        let (head, tail) = all.split_at(cut.index(all.len() + 1));
        let mut merged: Histogram = tail.iter().copied().collect();
        merged.merge(&head.iter().copied().collect());
        prop_assert_eq!(&merged, &whole);

        let mut turned = all.clone();
        turned.rotate_left(turn.index(all.len() + 1));
        let mut turned: Histogram = turned.into_iter().collect();
        prop_assert_eq!(&turned, &whole);
        turned.settle();
        prop_assert_eq!(&turned, &whole);
        prop_assert_eq!(turned.count(), all.len() as u64);
    }

    #[test]
    fn one_record_more_is_another_histogram(all in signed_values(), more in any::<i64>()) {
        let one: Histogram = all.iter().copied().collect();
        let mut other = one.clone();
        other.record(more);
        prop_assert_ne!(one, other);
    }

    #[test]
    fn a_quantile_is_the_sorted_value_within_its_bucket(all in signed_values(), p in 0.0..=1.0_f64) {
        prop_assume!(!all.is_empty());
        let histogram: Histogram = all.iter().copied().collect();
        let mut sorted = all;
        sorted.sort_unstable();
        let exact = sorted[usize::try_from(rank(p, sorted.len() as u64)).unwrap() - 1];
        let read = histogram.quantile(p).unwrap();
        prop_assert_eq!(bucket::index_of(read), bucket::index_of(exact));
        prop_assert!(read >= exact);
        prop_assert_eq!(
            histogram.count_at_or_below(exact),
            sorted.iter().filter(|value| **value <= read).count() as u64
        );
    }

    #[test]
    fn quantiles_are_those_of_the_hdrhistogram_crate(all in values()) {
        prop_assume!(!all.is_empty());
        let histogram: Histogram = all.iter().copied().collect();
        let mut hdr = Hdr::<u64>::new_with_bounds(1, i64::MAX as u64, 3).unwrap();
        for value in &all {
            hdr.record(u64::try_from(*value).unwrap()).unwrap();
        }
        for p in [0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0] {
            let theirs = i64::try_from(hdr.value_at_quantile(p)).unwrap_or(i64::MAX);
            prop_assert_eq!(histogram.quantile(p), Some(theirs), "at {}", p);
        }
    }

    #[test]
    fn written_and_read_is_the_same(all in values()) {
        let histogram: Histogram = all.into_iter().collect();
        prop_assert_eq!(Histogram::from_v2_deflate(&histogram.to_v2_deflate().unwrap()).unwrap(), histogram);
    }

    #[test]
    fn small_values_interpolate_exactly(mut all in prop::collection::vec(0_i64..2048, 1..100), p in 0.0..=1.0_f64) {
        all.sort_unstable();
        let histogram: Histogram = all.iter().copied().collect();
        let position = p * (all.len() - 1) as f64;
        let (low, high) = (all[position.floor() as usize] as f64, all[position.ceil() as usize] as f64);
        let exact = low + (high - low) * position.fract();
        let read = histogram.quantile_interpolated(p, all[0], all[all.len() - 1]).unwrap();
        prop_assert!((read - exact).abs() < 1e-9, "{read} {exact}");
    }
}

/// Far apart values are folded by sorting, close ones by counting; both must end in the same cells.
#[test]
fn both_ways_of_folding_agree() {
    let close: Vec<i64> = (0..5000).map(|at| 100_000 + (at * 7919) % 3000 * 50).collect();
    let mut counted =
        Histogram { cells: close.iter().map(|v| Cell::new(bucket::index_of(*v), 1)).collect(), ..Histogram::new() };
    let mut sorted = counted.clone();
    counted.fold_by_counting(0, 1 << 16);
    sorted.fold_by_sorting();
    assert_eq!(counted.cells, sorted.cells);
}
