//! The table's rows, and its laws on arbitrary observations.

use super::*;
use crate::unit::Unit;
use proptest::prelude::*;

fn quantile(value: f64, interval: Option<(f64, f64)>, n: u64) -> Observation {
    Observation {
        interval: interval.map(|(low, high)| (Some(low), Some(high))),
        n: Some(n),
        class: Some(SourceClass::Raw),
        nature: Nature::Quantile { p: 0.95, beyond: None, design_effect: 1.0 },
        ..Observation::counted(value, Unit::Micros)
    }
}

fn below(value: f64, warn: Option<f64>) -> Limit {
    Limit { side: Side::Below, value, warn, warn_side: warn.map(|_| Side::Below) }
}

fn status(seen: &Observation, limit: &Limit, evidence: Evidence) -> Status {
    decide(seen, limit, evidence, false).status
}

#[test]
fn observed_is_decided_by_the_figure_and_marked_by_the_interval() {
    let cases = [
        (quantile(2.0, Some((1.5, 2.5)), 100), Status::Pass),
        (quantile(2.0, Some((1.5, 3.5)), 100), Status::MetNotProven),
        (quantile(3.0, Some((2.5, 3.5)), 100), Status::Warn),
        (quantile(5.0, Some((2.5, 9.0)), 100), Status::Fail),
        (quantile(2.0, Some((1.5, 2.5)), 71), Status::Inconclusive),
    ];
    for (seen, expected) in cases {
        assert_eq!(status(&seen, &below(3.0, Some(5.0)), Evidence::Observed), expected, "{seen:?}");
    }
}

#[test]
fn proven_is_decided_by_the_whole_interval() {
    let cases = [
        (quantile(2.0, Some((1.5, 2.5)), 100), Status::Pass),
        (quantile(2.0, Some((1.5, 5.5)), 100), Status::Inconclusive),
        // Below 5 is proven, below 3 is not; a worse figure wholly between the two must not come out better.
        (quantile(2.0, Some((1.5, 3.5)), 100), Status::Warn),
        (quantile(3.5, Some((3.1, 4.5)), 100), Status::Warn),
        (quantile(5.5, Some((4.5, 9.0)), 100), Status::Inconclusive),
        (quantile(6.0, Some((5.5, 9.0)), 100), Status::Fail),
    ];
    for (seen, expected) in cases {
        assert_eq!(status(&seen, &below(3.0, Some(5.0)), Evidence::Proven), expected, "{seen:?}");
    }
}

#[test]
fn strict_and_not_strict_differ_at_the_limit() {
    // 19 of 20 is exactly 95 %: above 95 % it is not.
    let seen = Observation::counted(0.95, Unit::Ratio);
    let limit = |side| Limit { side, value: 0.95, warn: None, warn_side: None };
    assert_eq!(status(&seen, &limit(Side::AtLeast), Evidence::Observed), Status::Pass);
    assert_eq!(status(&seen, &limit(Side::Above), Evidence::Observed), Status::Fail);
}

#[test]
fn an_end_that_the_sample_cannot_give_is_never_inside() {
    let mut seen = quantile(2.0, None, 100);
    seen.interval = Some((Some(1.0), None));
    assert_eq!(status(&seen, &below(3.0, None), Evidence::Observed), Status::MetNotProven);
    assert_eq!(status(&seen, &below(3.0, None), Evidence::Proven), Status::Inconclusive);
}

#[test]
fn quoted_figures_are_judged_as_observed() {
    let quoted = |n| Observation { class: Some(SourceClass::Quoted), n, ..quantile(2.0, None, 0) };
    let limit = below(3.0, None);
    assert_eq!(status(&quoted(Some(5)), &limit, Evidence::Observed), Status::MetNotProven);
    assert_eq!(status(&quoted(Some(100)), &limit, Evidence::Observed), Status::Pass);
    assert_eq!(status(&quoted(None), &limit, Evidence::Observed), Status::MetNotProven);
    assert_eq!(status(&quoted(Some(5)), &below(1.0, None), Evidence::Observed), Status::Fail);
    let mean = Observation { nature: Nature::Mean { deviation: None, design_effect: 1.0 }, ..quoted(Some(5)) };
    assert_eq!(status(&mean, &limit, Evidence::Observed), Status::Pass);
    assert_eq!(status(&mean, &limit, Evidence::Proven), Status::MetNotProven);
}

/// A quoted percentile whose interval leaves the limit open was a warning with 5 values and inconclusive with 72: fewer values
/// made the outcome better, because too few values once set the interval aside.
#[test]
fn too_few_values_do_not_set_aside_what_the_interval_leaves_open() {
    let seen =
        |n| Observation { class: Some(SourceClass::Quoted), interval: Some((None, None)), ..quantile(0.0, None, n) };
    for n in [0, 5, 72] {
        assert_eq!(status(&seen(n), &below(0.0, Some(2.9)), Evidence::Proven), Status::Inconclusive, "n = {n}");
    }
}

#[test]
fn imported_criteria_are_judged_below_the_least_n() {
    let seen = quantile(2.0, None, 5);
    let imported = |limit: f64| decide(&seen, &below(limit, None), Evidence::Observed, true).status;
    assert_eq!(imported(3.0), Status::MetNotProven);
    assert_eq!(imported(1.0), Status::Fail);
}

/// How far from READY a critical criterion with this outcome leaves the suite.
fn critical_distance(status: Status) -> u8 {
    match status {
        Status::Pass | Status::NotApplicable => 0,
        Status::MetNotProven | Status::Warn | Status::Waived => 1,
        Status::Fail | Status::Inconclusive | Status::NotRun | Status::Blocked => 2,
    }
}

fn any_nature() -> impl Strategy<Value = Nature> {
    prop_oneof![
        Just(Nature::Counted),
        Just(Nature::Share { design_effect: 1.0 }),
        Just(Nature::Mean { deviation: Some(1.0), design_effect: 1.0 }),
        Just(Nature::Quantile { p: 0.95, beyond: None, design_effect: 1.0 }),
    ]
}

prop_compose! {
    fn any_observation()(
        value in 0.0..10.0_f64,
        arms in prop::option::of((prop::option::of(0.0..3.0_f64), prop::option::of(0.0..3.0_f64))),
        n in prop::option::of(1..200_u64),
        class in prop::option::of(prop_oneof![Just(SourceClass::Raw), Just(SourceClass::Bucketed), Just(SourceClass::Quoted)]),
        nature in any_nature(),
    ) -> Observation {
        let interval = arms.map(|(down, up)| (down.map(|arm| value - arm), up.map(|arm| value + arm)));
        Observation { interval, n, class, nature, ..Observation::counted(value, Unit::Plain) }
    }
}

fn any_limit() -> impl Strategy<Value = Limit> {
    let side = prop_oneof![Just(Side::Below), Just(Side::AtMost), Just(Side::Above), Just(Side::AtLeast)];
    (side, 0.0..10.0_f64, prop::option::of(0.0..3.0_f64)).prop_map(|(side, value, band)| {
        let out = if side.larger_is_worse() == Some(true) { 1.0 } else { -1.0 };
        Limit { side, value, warn: band.map(|band| value + out * band), warn_side: band.map(|_| side) }
    })
}

fn any_evidence() -> impl Strategy<Value = Evidence> {
    prop_oneof![Just(Evidence::Observed), Just(Evidence::Proven)]
}

proptest! {
    #[test]
    fn the_unknown_never_passes(seen in any_observation(), limit in any_limit(), evidence in any_evidence(), imported: bool) {
        let unknown = Observation { value: None, ..seen };
        prop_assert_eq!(decide(&unknown, &limit, evidence, imported).status, Status::Inconclusive);
    }

    #[test]
    fn a_wider_interval_is_never_better(seen in any_observation(), limit in any_limit(), evidence in any_evidence(), by in 0.0..5.0_f64, imported: bool) {
        let wider = Observation {
            interval: seen.interval.map(|(low, high)| (low.map(|low| low - by), high.map(|high| high + by))),
            ..seen.clone()
        };
        let distance = |seen| critical_distance(decide(seen, &limit, evidence, imported).status);
        prop_assert!(distance(&wider) >= distance(&seen));
    }

    #[test]
    fn fewer_values_are_never_better(seen in any_observation(), limit in any_limit(), evidence in any_evidence(), n in 0..200_u64, imported: bool) {
        let fewer = Observation { n: seen.n.map(|have| n % have), ..seen.clone() };
        let distance = |seen| critical_distance(decide(seen, &limit, evidence, imported).status);
        prop_assert!(distance(&fewer) >= distance(&seen));
    }

    #[test]
    fn a_worse_figure_is_never_better(seen in any_observation(), limit in any_limit(), evidence in any_evidence(), by in 0.0..5.0_f64, imported: bool) {
        let out = if limit.side.larger_is_worse() == Some(true) { by } else { -by };
        let worse = Observation {
            value: seen.value.map(|value| value + out),
            interval: seen.interval.map(|(low, high)| (low.map(|low| low + out), high.map(|high| high + out))),
            ..seen.clone()
        };
        let distance = |seen| critical_distance(decide(seen, &limit, evidence, imported).status);
        prop_assert!(distance(&worse) >= distance(&seen));
    }

    #[test]
    fn proof_is_never_the_easier_demand(seen in any_observation(), limit in any_limit(), imported: bool) {
        let distance = |evidence| critical_distance(decide(&seen, &limit, evidence, imported).status);
        prop_assert!(distance(Evidence::Proven) >= distance(Evidence::Observed));
    }
}
