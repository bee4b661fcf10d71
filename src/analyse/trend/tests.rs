//! Against scipy's `theilslopes` and pymannkendall, and the story of a leak.

use super::*;
use crate::analyse::builder::{self, Shape};

fn numbered(values: &[f64]) -> Vec<(f64, f64)> {
    (0_u32..).map(f64::from).zip(values.iter().copied()).collect()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found} is not {expected}");
}

/// The interval for independent values, which is what scipy gives.
fn plain_interval(points: &[(f64, f64)]) -> (f64, f64) {
    sen_interval(&slopes(points), mann_kendall(points).1, &Normal::standard())
}

const LEAK_MB: [f64; 60] = [
    526.22, 497.359, 535.502, 519.103, 502.55, 527.612, 543.191, 539.77, 517.395, 523.117, 536.701, 543.39, 531.118,
    560.473, 540.645, 564.922, 550.261, 552.318, 552.82, 576.094, 549.278, 573.008, 546.122, 559.262, 561.162, 564.552,
    546.592, 569.986, 548.794, 577.777, 597.733, 572.329, 581.363, 585.844, 560.327, 596.709, 587.697, 601.249,
    595.663, 584.27, 580.501, 611.164, 603.87, 601.152, 591.016, 611.24, 590.064, 601.968, 608.05, 602.306, 605.521,
    611.235, 635.941, 618.354, 632.705, 630.354, 642.381, 631.26, 629.732, 628.119,
];
const AR_NOTREND: [f64; 60] = [
    100.425, 103.096, 99.551, 101.537, 101.017, 101.768, 98.664, 102.481, 101.106, 95.438, 93.438, 97.522, 97.06,
    97.493, 101.915, 100.982, 101.963, 93.343, 96.16, 102.641, 101.438, 101.465, 103.513, 104.88, 105.14, 107.36,
    104.858, 103.895, 101.94, 107.253, 105.283, 106.208, 106.666, 116.954, 112.269, 109.345, 107.845, 103.843, 95.63,
    99.815, 99.611, 100.449, 100.769, 101.268, 101.156, 100.692, 99.192, 97.61, 95.834, 99.548, 96.082, 94.33, 94.03,
    93.737, 93.61, 94.965, 99.089, 98.065, 97.048, 96.061,
];
const TIES: [f64; 60] = [
    11.0, 10.0, 10.0, 11.0, 11.0, 10.0, 9.0, 9.0, 9.0, 11.0, 8.0, 11.0, 9.0, 8.0, 10.0, 9.0, 9.0, 10.0, 9.0, 10.0,
    11.0, 9.0, 10.0, 12.0, 10.0, 10.0, 8.0, 8.0, 10.0, 10.0, 9.0, 9.0, 11.0, 9.0, 9.0, 9.0, 10.0, 9.0, 11.0, 10.0,
    10.0, 10.0, 9.0, 9.0, 9.0, 10.0, 10.0, 12.0, 9.0, 10.0, 11.0, 10.0, 9.0, 10.0, 9.0, 10.0, 12.0, 11.0, 9.0, 10.0,
];
const IRREGULAR_SECONDS: [f64; 30] = [
    89.3, 175.1, 207.0, 274.2, 445.6, 617.9, 635.1, 672.1, 752.4, 812.9, 876.2, 886.8, 897.0, 958.5, 1098.3, 1234.2,
    1286.4, 1387.2, 1745.7, 1888.4, 1927.4, 2035.0, 2495.5, 2557.0, 2624.7, 2780.9, 2787.3, 2835.5, 2856.3, 2975.4,
];
const IRREGULAR_MB: [f64; 30] = [
    701.09, 700.36, 702.45, 707.7, 708.83, 704.52, 714.27, 715.78, 714.14, 723.69, 723.21, 717.08, 727.85, 711.11,
    717.42, 716.94, 718.35, 733.75, 736.78, 747.34, 740.75, 735.55, 749.95, 762.45, 749.17, 758.46, 755.44, 751.74,
    753.01, 758.89,
];

#[test]
fn slopes_and_intervals_are_those_of_scipy() {
    let points = numbered(&LEAK_MB);
    near(slopes(&points).median().unwrap(), 1.965_490_909_090_900_3);
    let (low, high) = plain_interval(&points);
    near(low, 1.775_000_000_000_004);
    near(high, 2.163_703_703_703_702_4);
    let points = numbered(&AR_NOTREND);
    near(slopes(&points).median().unwrap(), -0.058_168_887_147_335_41);
    let (low, high) = plain_interval(&points);
    near(low, -0.119_509_803_921_568_61);
    near(high, 0.006_953_488_372_092_846);
    let points = numbered(&TIES);
    near(slopes(&points).median().unwrap(), 0.0);
    let (low, high) = plain_interval(&points);
    near(low, 0.0);
    near(high, 0.0);
    let points: Vec<_> = IRREGULAR_SECONDS.into_iter().zip(IRREGULAR_MB).collect();
    near(slopes(&points).median().unwrap(), 0.020_152_523_121_856_353);
    let (low, high) = plain_interval(&points);
    near(low, 0.017_786_216_451_993_62);
    near(high, 0.022_249_352_202_511_452);
}

#[test]
fn the_score_is_that_of_pymannkendall() {
    let (score, variance) = mann_kendall(&numbered(&LEAK_MB));
    near(score, 1422.0);
    near(variance, 24_583.333_333_333_332);
    let (score, variance) = mann_kendall(&numbered(&AR_NOTREND));
    near(score, -282.0);
    near(variance, 24_583.333_333_333_332);
    let (score, variance) = mann_kendall(&numbered(&TIES));
    near(score, 49.0);
    near(variance, 22_091.666_666_666_668);
}

/// Plain Mann–Kendall gives p = 0.073 here and less than 0.05 in half of such series; the correction takes the certainty away.
#[test]
fn sluggish_noise_is_no_trend() {
    let trend = fit(&numbered(&AR_NOTREND)).unwrap();
    assert!(trend.p > 0.2, "{trend:?}");
    assert!(trend.interval.0 < 0.0 && trend.interval.1 > 0.0);
}

#[test]
fn a_constant_has_no_slope_and_no_doubt() {
    let trend = fit(&numbered(&[36.0; 40])).unwrap();
    assert_eq!((trend.slope, trend.start, trend.p), (0.0, 36.0, 1.0));
}

#[test]
fn too_few_readings_have_no_trend() {
    assert_eq!(fit(&numbered(&[1.0; 9])), None);
}

/// A series of any length is looked at whole, and its slope does not suffer from the thinning.
#[test]
fn long_series_are_thinned_and_keep_their_slope() {
    let values: Vec<f64> =
        (0..5_000_u32).map(|second| 100.0 + 0.01 * f64::from(second) + f64::from(second % 7)).collect();
    let trend = fit(&numbered(&values)).unwrap();
    assert!((trend.slope - 0.01).abs() < 1e-4 && trend.p < 1e-6, "{trend:?}");
}

fn memory_over(seconds: usize, per_minute: f64, name: &str, unit: &str) -> Vec<TrendFigures> {
    let mut test = builder::raw_test(&Shape { seconds, per_second: 1, ..Shape::default() });
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let values: Vec<_> = (0..seconds)
        .map(|second| Some(37.0 + per_minute * second as f64 / 60.0 + (second % 5) as f64 / 10.0))
        .collect();
    test.monitors = vec![builder::column(name, ColumnKind::Level, unit, &values)];
    let phases = phases::find(&test, None);
    figures(&test, phases.as_ref())
}

#[test]
fn a_rise_in_five_minutes_is_a_rise_and_too_short_for_a_leak() {
    let found = memory_over(300, 12.0, "memory_mb", "MB");
    assert!((found[0].slope_per_min - 12.0).abs() < 0.1, "{found:?}");
    assert!(found[0].rises && !found[0].long_enough);
    assert!((found[0].relative_rise - 60.0 / 37.0).abs() < 0.03);
}

#[test]
fn half_an_hour_is_long_enough() {
    let found = memory_over(1900, 12.0, "process_resident_memory", "MB");
    assert!(found[0].rises && found[0].long_enough);
}

#[test]
fn a_rise_of_a_twentieth_is_immaterial() {
    let found = memory_over(300, 0.3, "memory_mb", "MB");
    assert!(found[0].p < 0.05 && !found[0].rises, "{found:?}");
}

#[test]
fn only_amounts_of_memory_are_looked_at() {
    assert!(memory_over(60, 12.0, "memory_percent", "%").is_empty());
    assert!(memory_over(60, 12.0, "members", "").is_empty());
    assert_eq!(memory_over(60, 12.0, "jvm_heap_used", "MB").len(), 1);
}
