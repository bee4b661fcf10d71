//! The statistics against reference values that other programs computed (numpy, scipy, statsmodels, Java's and Python's
//! `HdrHistogram`); `tests/oracles.json` says which, or the file that `PLIMSOLL_ORACLES` names.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, and says where")]

mod change_points;
mod comparison;
mod percentiles;
mod probability;

use serde_json::Value;
use std::sync::LazyLock;

static ORACLES: LazyLock<Value> = LazyLock::new(|| {
    let path = std::env::var("PLIMSOLL_ORACLES").unwrap_or_else(|_| "tests/oracles.json".to_owned());
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
});

/// A section, in which absent members panic by name instead of being silently null.
fn section(name: &str) -> &'static Value {
    ORACLES.get(name).unwrap_or_else(|| panic!("no section {name}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

fn whole(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no whole number: {value}"))
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

/// Equal within `relative` of the expected value (and absolutely so around 0).
#[track_caller]
fn near(found: f64, expected: &Value, relative: f64) {
    let expected = number(expected);
    let close = (found - expected).abs() <= relative * expected.abs().max(relative);
    assert!(close, "{found}, should be {expected}");
}

/// Every section stands here once: tested, or why not. A new section fails until somebody decides.
#[test]
fn every_section_is_tested_or_has_a_reason() {
    const TESTED: [&str; 19] = [
        "clustered_woodruff",
        "common_mode",
        "hdr",
        "hdr_corrected",
        "hdr_foreign_base64",
        "history_prediction",
        "little",
        "min_n",
        "mser5",
        "multiplicity",
        "order_statistic_ci",
        "otava",
        "otava_qhat_matrix",
        "percentile_averaging_counterexample",
        "percentiles_hyndman_fan",
        "percentiles_tools",
        "proportions",
        "special",
        "_meta",
    ];
    const NOT_TESTED: [(&str, &str); 9] = [
        ("attribution", "correlations of monitors with latency are not computed: saturation is told by its own limits"),
        ("block_bootstrap", "a random reference for the clustered method, which is tested itself"),
        ("harrell_davis", "not used: one definition of a percentile everywhere"),
        ("kneedle", "no knee is searched for: a ladder of loads names the first step that breaks a limit"),
        ("otava_orig_permutation", "the method before Otava's, which is random"),
        ("tost_welch_log", "the margin is tested on blocks, not on means of logarithms"),
        ("trend", "tested in analyse::trend, beside the private fit that it is of"),
        ("two_sample", "not used: these tests take requests for independent"),
        ("usl", "no model of capacity is fitted: nothing is said about loads that were not measured"),
    ];
    let known = |name: &str| TESTED.contains(&name) || NOT_TESTED.iter().any(|(one, _)| *one == name);
    let unknown: Vec<_> = ORACLES.as_object().unwrap().keys().filter(|name| !known(name)).collect();
    assert!(unknown.is_empty(), "neither tested nor excused: {unknown:?}");
}
