//! Definitions of percentiles, their intervals, and histograms in the form of `HdrHistogram`.

#![expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "small numbers from the oracles")]

use super::{list, near, number, numbers, section, whole};
use plimsoll::analyse::percentile::{interval, least_n, least_n_one_sided, rank_interval, tight_n};
use plimsoll::analyse::sampling::binomial_at_most;
use plimsoll::compare::steps::Steps;
use plimsoll::model::histogram::{Histogram, rank};
use serde_json::Value;

fn exact(values: &[f64]) -> Steps {
    Steps::of(values.iter().map(|value| (*value, 1)))
}

fn in_micros(values: &[f64]) -> Histogram {
    values.iter().map(|value| (value * 1_000.0).round() as i64).collect()
}

#[test]
fn type_1_and_type_7_of_hyndman_and_fan() {
    for case in list(section("percentiles_hyndman_fan")) {
        let values = numbers(&case["values"]);
        let steps = exact(&values);
        // Small whole numbers are exact in the histogram, others in thousandths exact to half a bucket.
        let whole = values.iter().all(|value| value.fract() == 0.0 && *value < 2_048.0);
        let scale = if whole { 1.0 } else { 1_000.0 };
        let histogram: Histogram = values.iter().map(|value| (value * scale).round() as i64).collect();
        let (least, most) = (histogram.value_at_rank(1).unwrap(), histogram.value_at_rank(u64::MAX).unwrap());
        for (at, p) in numbers(&case["p"]).into_iter().enumerate() {
            near(steps.quantile(p).unwrap(), &case["expected"]["1"][at], 1e-9);
            let found = histogram.quantile_interpolated(p, least, most).unwrap() / scale;
            near(found, &case["expected"]["7"][at], if whole { 1e-9 } else { 1e-3 });
        }
    }
}

#[test]
fn percentiles_as_the_tools_print_them() {
    let case = section("percentiles_tools");
    let values = numbers(&case["values_ms"]);
    let steps = exact(&values);
    let histogram = in_micros(&values);
    let in_ms: Histogram = values.iter().map(|value| *value as i64).collect();
    for (p, expected) in case["type1"].as_object().unwrap() {
        near(steps.quantile(p.parse().unwrap()).unwrap(), expected, 1e-12);
    }
    for (p, expected) in case["hdr_us_ceil"].as_object().unwrap() {
        assert_eq!(histogram.quantile(p.parse().unwrap()), expected.as_i64(), "p{p}");
    }
    let (least, most) = (29, 2_679);
    for (p, expected) in case["k6_type7"].as_object().unwrap() {
        let p: f64 = p.parse().unwrap();
        // Milliseconds up to 2,047 are exact buckets; the last percentile lies above them.
        near(in_ms.quantile_interpolated(p, least, most).unwrap(), expected, if p < 0.98 { 1e-12 } else { 1e-3 });
        let found = histogram.quantile_interpolated(p, least * 1_000, most * 1_000).unwrap() / 1_000.0;
        near(found, expected, 1e-3);
    }
}

#[test]
fn the_mean_of_percentiles_is_no_percentile() {
    let case = section("percentile_averaging_counterexample");
    let (a, b) = (in_micros(&numbers(&case["a"])), in_micros(&numbers(&case["b"])));
    let p95 = |histogram: &Histogram| histogram.quantile(0.95).unwrap() as f64 / 1_000.0;
    near(p95(&a), &case["p95_a"], 1e-3);
    near(p95(&b), &case["p95_b"], 1e-3);
    near(f64::midpoint(p95(&a), p95(&b)), &case["mean_of_p95"], 1e-3);
    let mut union = a;
    union.merge(&b);
    near(p95(&union), &case["p95_of_union"], 1e-3);
}

#[test]
fn intervals_of_order_statistics() {
    for case in list(&section("order_statistic_ci")["cases"]) {
        let (n, p) = (whole(&case["n"]), number(&case["p"]));
        let ranks = rank_interval(n, p, number(&case["conf"]));
        assert_eq!(ranks.lower, case["lower_rank"].as_u64(), "{case}");
        assert_eq!(ranks.upper, case["upper_rank"].as_u64(), "{case}");
        let above = ranks.upper.map_or(1.0, |upper| binomial_at_most(upper - 1, n, p));
        let below = ranks.lower.map_or(0.0, |lower| binomial_at_most(lower - 1, n, p));
        near(above - below, &case["coverage"], 1e-9);
    }
}

#[test]
fn least_numbers_of_values() {
    for case in list(&section("min_n")["cases"]) {
        let p = number(&case["p"]);
        assert_eq!(least_n_one_sided(p), whole(&case["one_sided"]));
        assert_eq!(least_n(p), whole(&case["two_sided"]));
        assert_eq!(tight_n(p), whole(&case["tight20"]));
    }
}

#[test]
fn histograms_are_those_of_hdr_histogram() {
    let cases = list(section("hdr"));
    for case in cases {
        let read = Histogram::from_v2_deflate(case["v2_deflate_base64"].as_str().unwrap()).unwrap();
        assert_eq!(read.count(), whole(&case["total_count"]));
        assert_eq!(read.buckets().next().map(|(lowest, _, _)| lowest), case["min_lowest_equivalent"].as_i64());
        assert_eq!(read.value_at_rank(u64::MAX), case["max_highest_equivalent"].as_i64());
        for (p, expected) in case["quantiles_ceil_rank_highest_equivalent"].as_object().unwrap() {
            // HdrHistogram gives its lowest value at 0; here a quantile is always the end of its bucket.
            if p != "0" {
                assert_eq!(read.quantile(p.parse().unwrap()), expected.as_i64(), "{} p{p}", case["label"]);
            }
        }
        if let Value::Array(values) = &case["values"] {
            let recorded: Histogram = values.iter().map(|value| value.as_i64().unwrap()).collect();
            assert_eq!(recorded, read, "{}", case["label"]);
        }
        assert_eq!(Histogram::from_v2_deflate(&read.to_v2_deflate().unwrap()).unwrap(), read);
    }
    let of = |at: usize| Histogram::from_v2_deflate(cases[at]["v2_deflate_base64"].as_str().unwrap()).unwrap();
    let mut merged = of(0);
    merged.merge(&of(1));
    assert_eq!(merged, of(2));
}

#[test]
fn histograms_that_java_wrote() {
    for case in list(&section("hdr_foreign_base64")["cases"]) {
        let read = Histogram::from_v2_deflate(case["base64"].as_str().unwrap()).unwrap();
        assert_eq!(read.count(), whole(&case["total"]));
        assert_eq!(read.value_at_rank(u64::MAX), case["max"].as_i64());
        // The reference rounds ranks half up, here they are rounded up: at most one rank apart.
        for (p, expected) in [(0.5, &case["p50_half_up"]), (0.99, &case["p99_half_up"])] {
            let at = rank(p, read.count());
            let around = [at - 1, at, at + 1].map(|at| read.value_at_rank(at));
            assert!(around.contains(&expected.as_i64()), "p{p}: {around:?}, should hold {expected}");
        }
    }
}

#[test]
fn an_interval_reads_the_values_at_its_ranks() {
    let histogram: Histogram = (1..=1_000).collect();
    let ranks = rank_interval(1_000, 0.95, 0.95);
    let values = interval(&histogram, 0.95, 1.0).unwrap();
    assert_eq!((values.0, values.1), (ranks.lower.map(u64::cast_signed), ranks.upper.map(u64::cast_signed)));
}

/// A stall of 100 s among ten thousand requests of 1 ms, one due every 10 ms.
#[test]
fn coordinated_omission_corrected_by_the_expected_interval() {
    let case = section("hdr_corrected");
    let raw = &case["raw"];
    let mut measured = Histogram::new();
    measured.record_n(raw["value"].as_i64().unwrap(), whole(&raw["count"]));
    let mut corrected = measured.clone();
    let (stall, interval) = (raw["stall"].as_i64().unwrap(), case["expected_interval"].as_i64().unwrap());
    measured.record(stall);
    corrected.record_corrected(stall, 1, interval);
    assert_eq!((measured.count(), corrected.count()), (whole(&case["raw_total"]), whole(&case["corrected_total"])));
    for (found, form) in [(&measured, "raw"), (&corrected, "corrected")] {
        let expected = format!("quantiles_{form}");
        for (p, expected) in case[&expected].as_object().unwrap() {
            assert_eq!(found.quantile(p.parse().unwrap()), expected.as_i64(), "p{p}");
        }
        // Buckets know a value to a thousandth, so a mean over their middles does too.
        let sum: f64 = found.buckets().map(|(low, high, n)| (low + high) as f64 / 2.0 * n as f64).sum();
        near(sum / found.count() as f64, &case[format!("mean_{form}")], 1e-3);
    }
    let afterwards = measured.corrected(interval).unwrap();
    assert_eq!(afterwards.count(), corrected.count(), "the same from the buckets of what was measured");
}
