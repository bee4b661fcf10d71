use super::*;

/// "No regression seen; 110 % or more would have been" of 4 ms stood beside a page that promises 50 % at most: by the floor.
#[test]
fn the_floor_is_named_where_it_is_why_a_large_change_need_not_be_seen() {
    let row = |detectable: f64, must_detect: f64| {
        let delta = Delta {
            before: Some(4_000.0),
            after: Some(4_100.0),
            call: Call::NoRegressionSeen,
            ..Delta::named(("t", "GET /a"), "p50", "L1")
        };
        let (p_worse, p_better, p_margin) = (0.5, 0.5, 0.5);
        let detectable = Some(detectable);
        let evidence = Evidence { p_worse, p_better, p_margin, size: Size::Small, detectable, must_detect };
        reason(&delta, &evidence, &Settings::default())
    };
    let why = row(1.1, 1.25).unwrap();
    assert_eq!(why, "at 4 ms less than 5 ms does not matter, so no slowdown below 125 % need be seen");
    assert_eq!(row(0.4, 1.25), None, "what is seen is below 50 % all the same");
}

/// "All 4 endpoints were slower, compare the environments before the code" stood in one report with "no regression seen" for
/// two of them; one endpoint alone had been slowed.
#[test]
fn all_were_slower_is_not_remarked_where_one_shows_no_regression() {
    let left = |endpoint: &str, metric: &str, call: Call, ratio: f64| {
        let kind = ShiftKind::Remark;
        let shift = Shift { test: "t".into(), metric: "p95".into(), ratio, p_adjusted: None, endpoints: 2, kind };
        let slower = Delta { call: Call::Regressed, ..Delta::named(("t", "GET /a"), "p95", "L1") };
        let (mut shifts, other) = ([shift], Delta { call, ..Delta::named(("t", endpoint), metric, "L1") });
        unremarked(&mut shifts, &[slower, other]);
        shifts[0].kind
    };
    for call in [Call::NoSlower, Call::NoRegressionSeen] {
        assert_eq!(left("GET /b", "p95", call, 1.37), ShiftKind::None, "{call:?}");
        assert_eq!(left("GET /b", "failures", call, 1.37), ShiftKind::Remark, "{call:?} of failures");
        assert_eq!(left("", "p95", call, 1.37), ShiftKind::Remark, "{call:?} of the totals");
        assert_eq!(left("GET /b", "p95", call, 0.7), ShiftKind::Remark, "{call:?}, and all were faster");
    }
    assert_eq!(left("GET /b", "p95", Call::Inconclusive, 1.37), ShiftKind::Remark, "which contradicts nothing");
}
