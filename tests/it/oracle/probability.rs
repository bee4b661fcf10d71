//! Shares, many tests at once, and the laws of chance themselves.

use super::{list, near, number, numbers, section, whole};
use plimsoll::analyse::load::Little;
use plimsoll::analyse::proportion::{Share, newcombe};
use plimsoll::analyse::sampling::{Z95, binomial_at_most, normal_quantile, t_above, t_quantile};
use plimsoll::analyse::warm_up::mser;
use plimsoll::compare::multiplicity::benjamini_hochberg;

#[test]
fn wilson_and_newcombe() {
    for case in list(section("proportions")) {
        if case.get("k").is_some() {
            let (lower, upper) = Share::new(whole(&case["k"]), whole(&case["n"]), 1.0).unwrap().wilson();
            near(lower, &case["wilson95"][0], 1e-9);
            near(upper, &case["wilson95"][1], 1e-9);
        } else {
            let side = |k: &str, n: &str| (number(&case[k]) / number(&case[n]), number(&case[n]));
            let (lower, upper) = newcombe(side("k1", "n1"), side("k2", "n2"), Z95);
            near(lower, &case["ci"][0], 1e-9);
            near(upper, &case["ci"][1], 1e-9);
        }
    }
}

#[test]
fn benjamini_and_hochberg() {
    let case = section("multiplicity");
    let adjusted = benjamini_hochberg(&numbers(&case["p"]));
    for (at, found) in adjusted.iter().enumerate() {
        near(*found, &case["bh"][at], 1e-12);
        assert_eq!(*found <= 0.05, case["reject_bh_q05"][at].as_bool().unwrap());
        assert_eq!(*found <= 0.10, case["reject_bh_q10"][at].as_bool().unwrap());
    }
}

#[test]
fn student_normal_and_binomial() {
    let cases = section("special");
    for case in list(&cases["t_ppf"]) {
        near(t_quantile(number(&case["p"]), number(&case["df"])), &case["x"], 1e-9);
    }
    for case in list(&cases["t_sf"]) {
        near(t_above(number(&case["x"]), number(&case["df"])), &case["p"], 1e-6);
    }
    for case in list(&cases["norm_ppf"]) {
        near(normal_quantile(number(&case["p"])), &case["x"], 1e-9);
    }
    for case in list(&cases["binom_cdf"]) {
        near(binomial_at_most(whole(&case["k"]), whole(&case["n"]), number(&case["p"])), &case["cdf"], 1e-9);
    }
    // The noncentral t of `nct_ppf` serves tolerance factors, which nothing here needs.
}

#[test]
fn littles_law() {
    for case in list(section("little")) {
        let of = |name: &str| number(&case[name]);
        let law = Little::of(of("n_users"), of("x_rps"), of("r_s") + of("z_s"));
        near(law.at_work, &case["n_implied"], 1e-9);
        near(law.error.abs(), &case["rel_error"], 1e-9);
        assert_eq!(law.holds(), case["consistent_5pct"].as_bool().unwrap());
    }
}

#[test]
fn the_marginal_standard_error_rule_on_means_of_five() {
    for case in list(section("mser5")) {
        let values = numbers(&case["values"]);
        let means: Vec<f64> = values.chunks_exact(5).map(|five| five.iter().sum::<f64>() / 5.0).collect();
        assert_eq!(means.len() as u64, whole(&case["batches"]));
        means.iter().enumerate().for_each(|(at, mean)| near(*mean, &case["batch_means"][at], 1e-9));
        let cut = mser(&means).unwrap();
        assert_eq!(cut.from as u64, whole(&case["d_batches"]), "{}", case["name"]);
        assert_eq!(5 * cut.from as u64, whole(&case["truncate_at_sample"]));
        near(cut.statistic, &case["statistic"], 1e-9);
        assert_eq!(cut.at_limit, case["limit_hit"].as_bool().unwrap());
    }
}
