//! Change points against Apache Otava 0.8.0, and the band in which the next run lies.

use super::{list, near, number, numbers, section, whole};
use plimsoll::compare::change_point::{Settings, change_points};
use plimsoll::compare::prediction::band;

#[test]
fn otava() {
    for case in list(section("otava")) {
        let settings = Settings {
            window: usize::try_from(whole(&case["window_len"])).unwrap(),
            max_p: number(&case["max_pvalue"]),
            min_magnitude: number(&case["min_magnitude"]),
        };
        let found = change_points(&numbers(&case["series"]), &settings);
        let expected = list(&case["change_points"]);
        let indexes: Vec<u64> = found.iter().map(|point| point.index as u64).collect();
        let wanted: Vec<u64> = expected.iter().map(|point| whole(&point["index"])).collect();
        assert_eq!(indexes, wanted, "{}", case["source"]);
        for (point, expected) in found.iter().zip(expected) {
            near(point.energy, &expected["qhat"], 1e-9);
            near(point.mean_before, &expected["mean_before"], 1e-9);
            near(point.mean_after, &expected["mean_after"], 1e-9);
            near(point.sd_before, &expected["std_before"], 1e-9);
            near(point.sd_after, &expected["std_after"], 1e-9);
            near(point.p.ln(), &number(&expected["pvalue"]).ln().into(), 1e-6);
        }
    }
}

/// Each stretch of two values or more of a short series: its best split has the greatest of the matrix's entries that lie within
/// it. The matrix itself is no part of the product.
#[test]
fn otava_qhat_matrix() {
    let case = section("otava_qhat_matrix");
    let series = numbers(&case["series"]);
    let matrix: Vec<Vec<f64>> = list(&case["Q"]).iter().map(numbers).collect();
    let every = Settings { window: series.len(), max_p: 0.9, min_magnitude: 0.0 };
    let mut found = 0;
    for end in 4..=series.len() {
        let entries = (0..end - 1).flat_map(|i| (i..end - 1).map(move |j| (i, j)));
        let best = entries.reduce(|a, b| if matrix[b.0][b.1] > matrix[a.0][a.1] { b } else { a }).unwrap();
        // Only what is significant is a change point; here the jump after the fifth value is.
        for point in change_points(&series[..end], &every).iter().filter(|point| point.index == best.0 + 1) {
            assert!((point.energy - matrix[best.0][best.1]).abs() < 1e-9, "{end}: {point:?}");
            found += 1;
        }
    }
    assert!(found >= 3, "only {found} stretches have a change point");
}

/// The band of a history, from scipy's t; one-sided bounds and tolerance factors are no part of the product.
#[test]
fn history_prediction() {
    let case = section("history_prediction");
    let values = numbers(&case["p95_ms"]);
    for (runs, result) in [(10, &case["result"]), (5, &case["result_n5"])] {
        let band = band(&values[..runs]).unwrap();
        near(band.centre.ln(), &result["mean"], 1e-9);
        near(band.low.ln(), &result["two_sided_95_prediction"][0], 1e-9);
        near(band.high.ln(), &result["two_sided_95_prediction"][1], 1e-9);
    }
}
