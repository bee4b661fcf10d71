//! The mix of requests: how much of the whole each endpoint is. Where it changed, the totals of two runs are of different things,
//! and a total can become slower though nothing else did.

use super::delta::{Call, Delta};
use super::pairing::{Pairs, paired};
use super::rate;
use super::side::{Side, SideEndpoint};
use super::sides::Comparison;
use crate::fmt;

/// A share of all requests that changed by more than this is another mix.
const POINTS: f64 = 0.05;

/// Endpoints whose share of all requests changed, in words.
pub(super) fn changes(before: &Side, after: &Side, pairs: &Pairs<'_>) -> Vec<String> {
    #[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
    let share = |endpoint: Option<&SideEndpoint>, side: &Side| {
        let (part, whole) = (endpoint?.figures.requests?, side.totals.requests?);
        (whole > 0).then(|| part as f64 / whole as f64)
    };
    pairs
        .iter()
        .filter_map(|(label, (one, other))| {
            let (was, is) = (share(*one, before)?, share(*other, after)?);
            ((was - is).abs() > POINTS)
                .then(|| format!("share of {}: {}, was {}", fmt::plain(label), fmt::percent(is), fmt::percent(was)))
        })
        .collect()
}

/// Takes back what totals say of another mix, where no endpoint says the same: the mix alone may have done it.
pub fn unblamed(comparison: &mut Comparison, before: &Side, after: &Side) {
    let changes = changes(before, after, &paired(before, after));
    let Some(first) = changes.first() else { return };
    let said = |delta: &Delta| (delta.metric.clone(), delta.call);
    let by_endpoints: Vec<(String, Call)> =
        comparison.deltas.iter().filter(|one| !one.endpoint.is_empty()).map(said).collect();
    let blames = |delta: &&mut Delta| {
        let changed = matches!(delta.call, Call::Regressed | Call::Improved);
        changed && delta.endpoint.is_empty() && delta.metric != rate::NAME && !by_endpoints.contains(&said(delta))
    };
    for delta in comparison.deltas.iter_mut().filter(blames) {
        delta.take_back(&format!("the mix changed ({first}), and no endpoint did what the total does"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};
    use crate::analyse::{Options, analyse};

    fn side(quick: u64, slow: u64) -> Side {
        let test = builder::raw_test(&Shape { seconds: 120, ..Shape::default() });
        let mut side = Side::of(&test, &analyse(&test, &Options::default())).unwrap();
        let mut other = side.endpoints[0].clone();
        other.figures.label = "GET /slow".to_owned();
        (side.endpoints[0].figures.requests, other.figures.requests) = (Some(quick), Some(slow));
        side.totals.requests = Some(quick + slow);
        side.endpoints.push(other);
        side
    }

    fn totals(after: &Side, endpoint: Call) -> Call {
        let row = |endpoint: &str, call| Delta { call, ..Delta::named(("t", endpoint), "p50", "L1") };
        let deltas = vec![row("GET /slow", endpoint), row("", Call::Regressed)];
        let mut comparison = Comparison { deltas, ..Comparison::default() };
        unblamed(&mut comparison, &side(600, 400), after);
        comparison.deltas[1].call
    }

    /// More of what was always slow: no endpoint was slower, and all requests together by 27 %.
    #[test]
    fn a_total_is_not_blamed_for_another_mix() {
        assert_eq!(totals(&side(280, 720), Call::NoSlower), Call::Inconclusive);
        assert_eq!(totals(&side(280, 720), Call::Regressed), Call::Regressed, "an endpoint says so too");
        assert_eq!(totals(&side(590, 410), Call::NoSlower), Call::Regressed, "the mix is the same");
    }
}
