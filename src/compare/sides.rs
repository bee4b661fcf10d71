//! Two sides compared by the best method that both can carry: [`two_run`] where both have latencies over time, else
//! [`estimated`]. What differs between them besides the results is said first.

use super::block::Block;
use super::by_percentile::{self, DistributionChange};
use super::delta::{Call, Delta};
use super::differences::differences;
use super::estimated::{self, Known, Subject};
use super::mix;
use super::pairing::{Pairs, paired};
use super::rate;
use super::settings::{Metric, Settings};
use super::shift::Shift;
use super::side::{Side, SideEndpoint};
use super::two_run::{self, Pair, Steady};
use crate::fmt;
use std::borrow::Cow;

/// A Comparison is all that two runs of one test say together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// By endpoint and metric; totals last.
    pub deltas: Vec<Delta>,
    /// What all endpoints did together.
    pub shifts: Vec<Shift>,
    /// Each endpoint's distribution in both, percentile by percentile, where both have latencies over time.
    pub distributions: Vec<DistributionChange>,
    /// What differs besides the results: load, endpoints, tool; in words.
    pub differences: Vec<String>,
}

/// Compares the judged run with the baseline's run of the same test.
#[must_use]
pub fn sides(before: &Side, after: &Side, settings: &Settings) -> Comparison {
    let (before, after) = warmed_up(before, after);
    let pairs = paired(&before, &after);
    let mut comparison = at_rest(&before, &after, &pairs, settings);
    comparison.distributions = by_percentile::changes(&after.test, &pairs);
    comparison.deltas.extend(unpaired(rate::compare(&before, &after, &pairs, settings), &pairs));
    mix::unblamed(&mut comparison, &before, &after);
    unsettled(&mut comparison, &before, &after);
    by_percentile::name_moves(&mut comparison, settings);
    comparison
}

/// The stretches of both runs that are compared: where both are long, each without the longer of their warm-ups.
#[must_use]
pub fn warmed_up<'a>(before: &'a Side, after: &'a Side) -> (Cow<'a, Side>, Cow<'a, Side>) {
    let warm_up_s = if before.is_long() && after.is_long() { before.warm_up_s.max(after.warm_up_s) } else { 0.0 };
    (before.trimmed(warm_up_s), after.trimmed(warm_up_s))
}

/// Compares what is left of both runs after their warm-up.
fn at_rest(before: &Side, after: &Side, pairs: &Pairs<'_>, settings: &Settings) -> Comparison {
    let differences = differences(before, after, pairs);
    if let Some(parts) = with_parts(pairs) {
        let steady = Steady { before_s: before.steady_s, after_s: after.steady_s };
        let mut outcome = two_run::compare(&after.test, &parts, steady, settings);
        name_warm_up(&mut outcome.deltas, before.warm_up_s.max(after.warm_up_s));
        let deltas = unpaired(outcome.deltas, pairs);
        return Comparison { deltas, shifts: outcome.shifts, differences, ..Comparison::default() };
    }
    let steady = (before.steady_s, after.steady_s);
    let outcome = estimated::compare(&after.test, &subjects(before, after, pairs), steady, settings);
    Comparison { deltas: unpaired(outcome.deltas, pairs), shifts: outcome.shifts, differences, ..Comparison::default() }
}

/// Says of each delta how much warm-up it leaves out.
fn name_warm_up(deltas: &mut [Delta], warm_up_s: f64) {
    let left_out = format!(", {} of warm-up left out", fmt::duration_s(warm_up_s));
    for delta in deltas.iter_mut().filter(|_| warm_up_s > 0.0) {
        delta.method.push_str(&left_out);
    }
}

/// Takes back what a run that never comes to rest cannot show: its latency depends on when one looks. Only that it fails more
/// often stays said.
pub fn unsettled(comparison: &mut Comparison, before: &Side, after: &Side) {
    let of = |side: &Side, name: &str| side.unsettled.as_ref().map(|why| format!("{name}: {why}"));
    let Some(why) = of(after, "this run").or_else(|| of(before, "the baseline")) else { return };
    let failures = Metric::Failures.name();
    let stays = |delta: &&mut Delta| !(delta.metric == failures && delta.call == Call::Regressed);
    for delta in comparison.deltas.iter_mut().filter(stays) {
        delta.take_back(&why);
    }
    comparison.shifts.clear();
}

/// What is left of a comparison that is refused: both figures, and why nothing is said of them.
#[must_use]
pub fn refused(comparison: Comparison, why: &str) -> Comparison {
    let bare = |delta: Delta| Delta {
        before: delta.before,
        after: delta.after,
        why: Some(why.to_owned()),
        ..Delta::named((&delta.test, &delta.endpoint), &delta.metric, "refused")
    };
    let deltas = comparison.deltas.into_iter().map(bare).collect();
    Comparison { deltas, differences: comparison.differences, ..Comparison::default() }
}

/// Says of an endpoint that only one side has that it is so; and totals over wholly different endpoints are no comparison.
fn unpaired(mut deltas: Vec<Delta>, pairs: &Pairs<'_>) -> Vec<Delta> {
    let none_in_common = !pairs.is_empty() && pairs.values().all(|(before, after)| before.is_none() || after.is_none());
    for delta in &mut deltas {
        let why = match pairs.get(&delta.endpoint) {
            Some((None, Some(_))) => format!("the baseline does not have {}", fmt::plain(&delta.endpoint)),
            Some((Some(_), None)) => format!("only the baseline has {}", fmt::plain(&delta.endpoint)),
            None if none_in_common => "no endpoint is in both runs: their totals are of different things".to_owned(),
            _ => continue,
        };
        delta.take_back(&why);
    }
    deltas
}

/// The pairs as blocks; `None` where a side has an endpoint without latencies over time, or there are none: totals have no blocks.
fn with_parts<'a>(pairs: &'a Pairs<'a>) -> Option<Vec<Pair<'a>>> {
    const NONE: &[Block] = &[];
    let parts = |side: Option<&'a SideEndpoint>| match side {
        None => Some(NONE),
        Some(endpoint) => endpoint.with_latencies(),
    };
    if pairs.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|(label, (before, after))| Some(Pair { endpoint: label, before: parts(*before)?, after: parts(*after)? }))
        .collect()
}

/// The pairs as figures; totals last, which decide where there are no endpoints.
fn subjects<'a>(before: &'a Side, after: &'a Side, pairs: &'a Pairs<'a>) -> Vec<Subject<'a>> {
    let one = |endpoint: &'a SideEndpoint| Known { figures: &endpoint.figures, parts: endpoint.parts.as_deref() };
    let endpoints = pairs.iter().map(|(label, (before, after))| Subject {
        endpoint: label,
        before: before.map(one),
        after: after.map(one),
    });
    let total = |side: &'a Side| Some(Known { figures: &side.totals, parts: None });
    endpoints.chain([Subject { endpoint: "", before: total(before), after: total(after) }]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};
    use crate::analyse::{Options, analyse};
    use crate::compare::side::PARTS;
    use crate::model::distribution::SourceClass;

    fn side(seconds: usize, latency_us: fn(u64) -> u64) -> Side {
        let test = builder::raw_test(&Shape { seconds, latency_us, ..Shape::default() });
        Side::of(&test, &analyse(&test, &Options::default())).unwrap()
    }

    const fn flat(number: u64) -> u64 {
        50_000 + number * 7919 % 5_000
    }

    /// The first minute is three times as slow.
    const fn warming(number: u64) -> u64 {
        flat(number) * if number <= 600 { 3 } else { 1 }
    }

    const fn rising(number: u64) -> u64 {
        flat(number) + number * 20
    }

    #[test]
    fn both_runs_lose_the_longer_warm_up() {
        let (cold, warm) = (side(900, warming), side(900, flat));
        assert!((cold.warm_up_s - 60.0).abs() < 6.0, "{}", cold.warm_up_s);
        let trimmed = warm.trimmed(cold.warm_up_s);
        assert!(trimmed.warm_up_s >= cold.warm_up_s && trimmed.steady_s <= warm.steady_s);
        assert!(trimmed.endpoints[0].parts.as_ref().unwrap().len() < PARTS);
        for (before, after) in [(&cold, &warm), (&warm, &cold)] {
            let found = sides(before, after, &Settings::default());
            assert!(found.deltas.iter().all(|one| one.call == Call::NoSlower), "{:#?}", found.deltas);
            assert!(found.deltas[0].method.ends_with(" of warm-up left out"), "{}", found.deltas[0].method);
        }
    }

    #[test]
    fn a_run_that_never_settles_is_neither_blamed_nor_acquitted() {
        let (unsettled, calm) = (side(600, rising), side(600, flat));
        for (before, after, whose) in [(&calm, &unsettled, "this run: "), (&unsettled, &calm, "the baseline: ")] {
            let found = sides(before, after, &Settings::default());
            assert!(found.deltas.iter().all(|one| one.call == Call::Inconclusive), "{:#?}", found.deltas);
            let why = found.deltas[0].why.clone().unwrap();
            assert!(why.starts_with(&format!("{whose}no steady state")), "{why}");
        }
    }

    /// A summary without endpoints gave no row but the rate: three times as slow and failing was "nothing could be told".
    #[test]
    fn runs_that_have_totals_only_are_compared_by_them() {
        let printed = |slower: f64| {
            let mut side = side(60, flat);
            side.endpoints.clear();
            let latency = &mut side.totals.latency_us;
            latency.source_class = Some(SourceClass::Quoted);
            latency.quantiles.values_mut().flatten().for_each(|us| *us *= slower);
            side
        };
        let found = sides(&printed(1.0), &printed(3.0), &Settings::default());
        let told: Vec<(&str, Call)> = found.deltas.iter().map(|one| (one.metric.as_str(), one.call)).collect();
        let open = Call::Inconclusive;
        assert_eq!(told, [("p50", Call::Regressed), ("p95", Call::Regressed), ("failures", open), ("rate", open)]);
        assert_eq!(found.deltas[1].method, "L4 quoted");
    }

    /// "Cannot tell: 3 more runs of each build would settle it" was said of a run that never comes to rest, which none settles.
    #[test]
    fn what_is_taken_back_is_settled_by_no_number_of_runs() {
        let open = Delta { settled_by: Some(3), ..Delta::named(("t", "e"), "p95", "L1") };
        let mut comparison = Comparison { deltas: vec![open], ..Comparison::default() };
        unsettled(&mut comparison, &side(60, flat), &side(600, rising));
        assert_eq!(comparison.deltas[0].settled_by, None);
        assert!(comparison.deltas[0].why.as_ref().unwrap().starts_with("this run: no steady state"));
    }

    #[test]
    fn a_run_without_rest_may_still_fail_more_often() {
        let mut comparison = Comparison::default();
        for (metric, call) in [("failures", Call::Regressed), ("failures", Call::NoSlower), ("p95", Call::Regressed)] {
            comparison.deltas.push(Delta { call, ..Delta::named(("t", "e"), metric, "L1") });
        }
        unsettled(&mut comparison, &side(60, flat), &side(600, rising));
        let calls: Vec<Call> = comparison.deltas.iter().map(|one| one.call).collect();
        assert_eq!(calls, [Call::Regressed, Call::Inconclusive, Call::Inconclusive]);
    }
}
