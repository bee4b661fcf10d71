//! Two sides compared by the best method that both can carry: [`two_run`] where both have latencies over time, else
//! [`estimated`]. What differs between them besides the results is said first.

use super::block::Block;
use super::delta::{Call, Delta};
use super::differences::differences;
use super::estimated::{self, Known, Subject};
use super::pairing::{Pairs, paired};
use super::settings::Settings;
use super::shift::Shift;
use super::side::{Side, SideEndpoint};
use super::two_run::{self, Pair, Steady};

/// A Comparison is all that two runs of one test say together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// By endpoint and metric; totals last.
    pub deltas: Vec<Delta>,
    /// What all endpoints did together.
    pub shifts: Vec<Shift>,
    /// What differs besides the results: load, endpoints, tool; in words.
    pub differences: Vec<String>,
}

/// Compares the judged run with the baseline's run of the same test.
#[must_use]
pub fn sides(before: &Side, after: &Side, settings: &Settings) -> Comparison {
    let pairs = paired(before, after);
    let differences = differences(before, after, &pairs);
    if let Some(parts) = with_parts(&pairs) {
        let steady = Steady { before_s: before.steady_s, after_s: after.steady_s };
        let outcome = two_run::compare(&after.test, &parts, steady, settings);
        let deltas = unpaired(outcome.deltas, &pairs);
        return Comparison { deltas, shifts: outcome.shifts, differences };
    }
    let steady = (before.steady_s, after.steady_s);
    let outcome = estimated::compare(&after.test, &subjects(before, after, &pairs), steady, settings);
    Comparison { deltas: unpaired(outcome, &pairs), shifts: Vec::new(), differences }
}

/// Says of an endpoint that only one side has that it is so; and totals over wholly different endpoints are no comparison.
fn unpaired(mut deltas: Vec<Delta>, pairs: &Pairs<'_>) -> Vec<Delta> {
    let none_in_common = !pairs.is_empty() && pairs.values().all(|(before, after)| before.is_none() || after.is_none());
    for delta in &mut deltas {
        let why = match pairs.get(&delta.endpoint) {
            Some((None, Some(_))) => "the baseline does not have it",
            Some((Some(_), None)) => "only the baseline has it",
            None if none_in_common => "no endpoint is in both runs: their totals are of different things",
            _ => continue,
        };
        delta.call = Call::Inconclusive;
        delta.why = Some(why.to_owned());
    }
    deltas
}

/// The pairs as blocks; `None` where a side has an endpoint without latencies over time.
fn with_parts<'a>(pairs: &'a Pairs<'a>) -> Option<Vec<Pair<'a>>> {
    const NONE: &[Block] = &[];
    let parts = |side: Option<&'a SideEndpoint>| match side {
        None => Some(NONE),
        Some(endpoint) => endpoint.with_latencies(),
    };
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
