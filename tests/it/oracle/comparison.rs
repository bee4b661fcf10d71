//! The two-run comparison, step by step, on exact values.

use super::{list, near, number, numbers, section, whole};
use plimsoll::compare::change::{self, Change};
use plimsoll::compare::influence::{Influence, inflation, lag_one};
use plimsoll::compare::multiplicity::benjamini_hochberg;
use plimsoll::compare::settings::Settings;
use plimsoll::compare::steps::{Stepped, Steps};
use serde_json::Value;

/// The reference corrects the likeness of neighbouring blocks by the constant 1/(m−1) alone; the product by more where they do
/// resemble each other (see `influence::inflation`).
const LAG_BIAS: f64 = 0.0;

fn blocks(value: &Value) -> Stepped {
    Stepped::of(list(value).iter().map(|block| Steps::of(numbers(block).into_iter().map(|value| (value, 1)))).collect())
}

#[test]
fn influence_of_blocks() {
    let case = section("clustered_woodruff");
    for (run, by_p) in case["per_run"].as_object().unwrap() {
        let blocks = blocks(&case["blocks"][run]);
        for (p, expected) in by_p.as_object().unwrap() {
            let found = Influence::of(&blocks, p.parse().unwrap()).unwrap();
            assert_eq!(found.n, whole(&expected["n"]));
            near(found.quantile, &expected["quantile"], 1e-12);
            near(found.share.share, &expected["p_hat"], 1e-9);
            near(found.share.sd, &expected["sd_p"], 1e-9);
            near(found.share.effect, &expected["design_effect"], 1e-9);
            near(found.lower_arm, &expected["arm_lower_log"], 1e-9);
            near(found.upper_arm, &expected["arm_upper_log"], 1e-9);
            // `lag1_rho_of_block_residuals` is a correlation coefficient; the method's own is tested by `common_mode`.
            found
                .share
                .residuals
                .iter()
                .zip(list(&expected["residuals"]))
                .for_each(|(e, expected)| near(*e, expected, 1e-6));
        }
    }
}

#[test]
fn difference_of_two_runs_with_its_own_variance_on_each_side() {
    let case = section("clustered_woodruff");
    for (name, expected) in case["compare"].as_object().unwrap() {
        let mut words = name.split('_');
        let (run, p) = (words.next().unwrap(), words.next().unwrap().trim_start_matches('p').parse().unwrap());
        let before = Influence::of(&blocks(&case["blocks"]["A"]), p).unwrap();
        let after = Influence::of(&blocks(&case["blocks"][run]), p).unwrap();
        let between = 2.0 * number(&expected["tau"]).powi(2);
        let change = Change {
            value: after.ln() - before.ln(),
            variance_below: after.lower_arm.powi(2) + before.upper_arm.powi(2) + between,
            variance_above: after.upper_arm.powi(2) + before.lower_arm.powi(2) + between,
            df: number(&expected["df"]),
        };
        near(change.value, &expected["log_ratio"], 1e-9);
        let (low, high) = change.interval();
        near(low, &expected["ci_log"][0], 1e-9);
        near(high, &expected["ci_log"][1], 1e-9);
        near(high.exp(), &expected["ci_ratio"][1], 1e-9);
        near(change.p_above(0.0), &expected["p_one_sided_regression"], 1e-6);
        near(2.0 * change.p_above(0.0).min(change.p_below(0.0)), &expected["p_two_sided"], 1e-6);
    }
}

struct Runs {
    before: Vec<Influence>,
    after: Vec<Influence>,
}

fn runs(case: &Value) -> Runs {
    let side = |name: &str| {
        list(&case[name]).iter().map(|one| Influence::of(&blocks(one), number(&case["p"])).unwrap()).collect()
    };
    Runs { before: side("baseline_blocks"), after: side("candidate_blocks") }
}

#[test]
fn common_shift_and_what_exceeds_it() {
    let case = section("common_mode");
    let runs = runs(case);
    let settings = Settings {
        tau_global: number(&case["tau_g"]),
        tau_endpoint: number(&case["tau_e"]),
        lag_bias: LAG_BIAS,
        // The prototype let one endpoint be the median of all.
        most_weight: 1.0,
        ..Settings::default()
    };
    let pairs: Vec<_> = runs.before.iter().zip(&runs.after).collect();
    let tests = change::test(&pairs, &settings);
    let common = tests.common.unwrap();
    near(common.value, &case["common_shift_G"], 1e-6);
    near(common.p_above(0.0), &case["p_G"], 1e-6);
    let mut p_values = Vec::new();
    for (at, tested) in tests.endpoints.iter().enumerate() {
        near(tested.total.value, &case["delta_log"][at], 1e-6);
        near(tested.total.df, &case["df"], 1e-9);
        near(tested.total.p_above(0.0), &case["p_total"][at], 1e-6);
        let specific = tested.specific.unwrap();
        near(specific.value, &case["specific"][at], 1e-6);
        near(specific.p_above(0.0), &case["p_specific"][at], 1e-6);
        near(tested.detectable(tests.endpoints.len(), 0.05).ln(), &case["mde_80pct_log"][at], 1e-6);
        p_values.push(tested.total.p_above(0.0));
    }
    p_values.extend(tests.endpoints.iter().map(|tested| tested.specific.unwrap().p_above(0.0)));
    p_values.push(common.p_above(0.0));
    let adjusted = benjamini_hochberg(&p_values);
    for (found, expected) in adjusted.iter().zip(list(&case["bh_q_all_total_then_specific_then_G"])) {
        near(*found, expected, 1e-6);
    }
    let n = tests.endpoints.len();
    for (at, tested) in tests.endpoints.iter().enumerate() {
        let found = adjusted[at].min(adjusted[at + n]) < 0.05 && tested.total.value >= 1.05_f64.ln();
        assert_eq!(found, case["regressed"][at].as_bool().unwrap());
    }
}

#[test]
fn variances_within_the_runs() {
    let case = section("common_mode");
    let runs = runs(case);
    let series = |runs: &[Influence]| lag_one(runs.iter().map(|run| run.blocks.as_slice()));
    #[expect(clippy::cast_precision_loss, reason = "a dozen blocks")]
    let m = runs.before[0].blocks.len() as f64;
    near(inflation(series(&runs.before), series(&runs.after), m, LAG_BIAS), &case["rho_inflation"]["total"], 1e-6);
    for (at, (before, after)) in runs.before.iter().zip(&runs.after).enumerate() {
        near(after.lower_arm.powi(2) + before.upper_arm.powi(2), &case["var_mover"][at], 1e-6);
        let squares: f64 = before.blocks.iter().chain(&after.blocks).map(|u| u * u).sum();
        near(m / (m - 1.0) * squares, &case["var_within_total"][at], 1e-6);
    }
}
