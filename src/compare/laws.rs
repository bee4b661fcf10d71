//! What holds of every comparison, whatever the runs: tried on small random ones through the same door as real ones.

use super::block::Block;
use super::side::{PARTS, Side, SideEndpoint};
use super::{Call, Comparison, Delta, sides};
use crate::analyse::builder::{self, Shape};
use crate::analyse::{Options, analyse};
use crate::compare::settings::Settings;
use crate::compare::shift::ShiftKind;
use crate::model::histogram::Histogram;
use proptest::prelude::*;
use std::sync::LazyLock;

/// A run of one endpoint, whose figures the random ones borrow.
static PATTERN: LazyLock<Side> = LazyLock::new(|| {
    let test = builder::raw_test(&Shape { seconds: 72, ..Shape::default() });
    Side::of(&test, &analyse(&test, &Options::default())).unwrap()
});

/// One endpoint: latencies in µs and which of them failed, part by part.
type Parts = Vec<Vec<(u64, bool)>>;

fn parts() -> impl Strategy<Value = Parts> {
    // Every endpoint has a level of its own; at that of 2,048 µs or more a doubled value is a doubled bucket.
    (4_000_u64..400_000).prop_flat_map(|level| {
        let request = (level..3 * level, prop::bool::weighted(0.02));
        prop::collection::vec(prop::collection::vec(request, 1..12), PARTS)
    })
}

fn endpoint(name: &str, parts: &Parts) -> SideEndpoint {
    let block = |requests: &Vec<(u64, bool)>| Block {
        histogram: requests.iter().map(|(us, _)| i64::try_from(*us).unwrap()).collect::<Histogram>(),
        requests: requests.len() as u64,
        failures: requests.iter().filter(|(_, failed)| *failed).count() as u64,
    };
    let mut figures = PATTERN.endpoints[0].figures.clone();
    name.clone_into(&mut figures.label);
    SideEndpoint { figures, parts: Some(parts.iter().map(block).collect()) }
}

fn side(endpoints: &[(String, Parts)]) -> Side {
    let endpoints = endpoints.iter().map(|(name, parts)| endpoint(name, parts)).collect();
    Side { endpoints, ..PATTERN.clone() }
}

fn named(parts: &[Parts], name: impl Fn(usize) -> String) -> Vec<(String, Parts)> {
    parts.iter().enumerate().map(|(at, parts)| (name(at), parts.clone())).collect()
}

fn compared(before: &[(String, Parts)], after: &[(String, Parts)]) -> Comparison {
    let settings = Settings { rates: true, ..Settings::default() };
    sides(&side(before), &side(after), &settings)
}

/// Every request of a run turned into another.
fn turned(parts: &[Parts], of: impl Fn((u64, bool)) -> (u64, bool)) -> Vec<Parts> {
    let part = |part: &Vec<(u64, bool)>| part.iter().map(|request| of(*request)).collect();
    parts.iter().map(|parts| parts.iter().map(part).collect()).collect()
}

fn of<'a>(found: &'a Comparison, endpoint: &str, metric: &str) -> &'a Delta {
    found.deltas.iter().find(|one| one.endpoint == endpoint && one.metric == metric).unwrap()
}

/// Better news stand higher.
fn rung(call: Call) -> u8 {
    match call {
        Call::Improved => 3,
        Call::NoSlower => 2,
        Call::NoRegressionSeen => 1,
        Call::Inconclusive | Call::Regressed => 0,
    }
}

/// Whether less evidence, or worse, leads from one call to no better news than it may.
pub(super) fn holds(before: Call, after: Call) -> bool {
    match before {
        Call::Regressed => rung(after) < rung(Call::NoSlower),
        _ => rung(after) <= rung(before),
    }
}

fn near(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-6 * one.abs().max(1e-9),
        (one, other) => one == other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_run_beside_itself_is_no_regression(runs in prop::collection::vec(parts(), 1..8)) {
        let run = named(&runs, |at| format!("GET /{at}"));
        let found = compared(&run, &run);
        let moved = found.deltas.iter().find(|one| matches!(one.call, Call::Regressed | Call::Improved));
        prop_assert!(moved.is_none(), "{moved:?}");
        prop_assert!(found.shifts.iter().all(|one| one.kind == ShiftKind::None), "{:?}", found.shifts);
    }

    #[test]
    fn order_and_names_of_endpoints_change_nothing(
        before in prop::collection::vec(parts(), 6),
        after in prop::collection::vec(parts(), 6),
    ) {
        let plain = |at: usize| format!("GET /{at}");
        let found = compared(&named(&before, plain), &named(&after, plain));
        let mut shuffled = named(&after, plain);
        shuffled.reverse();
        prop_assert_eq!(&compared(&named(&before, plain), &shuffled), &found, "order");
        let turned = |at: usize| format!("POST /{}", (b'z' - u8::try_from(at).unwrap()) as char);
        let renamed = compared(&named(&before, turned), &named(&after, turned));
        for delta in found.deltas.iter().filter(|one| !one.endpoint.is_empty()) {
            let at: usize = delta.endpoint.strip_prefix("GET /").unwrap().parse().unwrap();
            let other = of(&renamed, &turned(at), &delta.metric);
            prop_assert_eq!(delta.call, other.call);
            prop_assert!(near(delta.ratio, other.ratio) && near(delta.p_adjusted, other.p_adjusted));
            prop_assert!(near(delta.detectable, other.detectable), "{:?} {:?}", delta, other);
        }
    }

    #[test]
    fn slower_answers_and_more_failures_are_never_better_news(before in parts(), after in parts()) {
        let one = |parts: &[Parts]| named(parts, |_| "GET /a".to_owned());
        let (before, after) = (vec![before], vec![after]);
        let found = compared(&one(&before), &one(&after));
        let slower = compared(&one(&before), &one(&turned(&after, |(us, failed)| (2 * us, failed))));
        let failing = compared(&one(&before), &one(&turned(&after, |(us, failed)| (us, failed || us % 5 == 0))));
        for metric in ["p50", "p95"] {
            let calls = (of(&found, "GET /a", metric).call, of(&slower, "GET /a", metric).call);
            prop_assert!(holds(calls.0, calls.1), "{metric}: {calls:?}");
        }
        let calls = (of(&found, "GET /a", "failures").call, of(&failing, "GET /a", "failures").call);
        prop_assert!(holds(calls.0, calls.1), "failures: {calls:?}");
    }

    #[test]
    fn what_is_not_known_any_more_is_never_better_news(runs in prop::collection::vec((parts(), parts()), 1..7)) {
        let (before, after): (Vec<Parts>, Vec<Parts>) = runs.into_iter().unzip();
        let plain = |at: usize| format!("GET /{at}");
        let found = compared(&named(&before, plain), &named(&after, plain));
        let settings = Settings { rates: true, ..Settings::default() };
        let (was, mut is) = (side(&named(&before, plain)), side(&named(&after, plain)));
        let mut unsettled = is.clone();
        unsettled.unsettled = Some("no steady state".to_owned());
        is.endpoints.iter_mut().for_each(|one| one.parts = None);
        for less in [sides(&was, &is, &settings), sides(&was, &unsettled, &settings)] {
            for delta in &less.deltas {
                let call = of(&found, &delta.endpoint, &delta.metric).call;
                prop_assert!(holds(call, delta.call), "{call:?} {delta:?}");
            }
        }
        let gone = compared(&named(&before, plain), &named(&after, plain)[1..]);
        for metric in ["p50", "p95", "failures", "rate"] {
            prop_assert_eq!(of(&gone, "GET /0", metric).call, Call::Inconclusive);
        }
    }
}
