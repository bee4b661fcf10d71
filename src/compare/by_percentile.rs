//! Change by percentile: did all of it move, or only the tail? Shown as observed beside the tested percentiles, and never
//! called: what is sure stands in the deltas, and without one of them no word is said.

use super::block::Block;
use super::delta::Call;
use super::pairing::Pairs;
use super::settings::{Metric, Settings};
use super::side::SideEndpoint;
use super::sides::Comparison;
use crate::analyse::percentile::least_n;
use crate::fmt;
use crate::model::histogram::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where distributions are held side by side.
const RANKS: [f64; 7] = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/// One percentile in both runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PercentileChange {
    /// `p95`.
    pub percentile: String,
    /// In the baseline, in µs.
    pub before: f64,
    /// In this run.
    pub after: f64,
    /// after / before.
    pub ratio: f64,
}

/// An endpoint's distribution in both runs, over the stretch that was compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DistributionChange {
    /// The test's name.
    pub test: String,
    /// The endpoint.
    pub endpoint: String,
    /// Percentiles that both runs can give, ascending.
    pub percentiles: Vec<PercentileChange>,
    /// What moved, in words: `only the tail moved`; empty where the comparison shows no change of a latency, or its percentiles
    /// support no such word.
    pub moved: String,
}

/// The endpoints that both runs have with latencies over time, and a median; [`name_moves`] says what moved once all is called.
pub(super) fn changes(test: &str, pairs: &Pairs<'_>) -> Vec<DistributionChange> {
    pairs
        .iter()
        .filter_map(|(endpoint, (before, after))| {
            let (before, after) = (merged((*before)?)?, merged((*after)?)?);
            let n = before.count().min(after.count());
            let known = RANKS.iter().filter(|rank| n >= least_n(**rank));
            let percentiles: Vec<PercentileChange> = known.filter_map(|rank| change(&before, &after, *rank)).collect();
            percentiles.iter().find(|one| one.percentile == "p50")?;
            let moved = String::new();
            Some(DistributionChange { test: test.to_owned(), endpoint: endpoint.clone(), percentiles, moved })
        })
        .collect()
}

fn merged(endpoint: &SideEndpoint) -> Option<Histogram> {
    let sum = Block::sum(endpoint.with_latencies()?).histogram;
    (!sum.is_empty()).then_some(sum)
}

fn change(before: &Histogram, after: &Histogram, rank: f64) -> Option<PercentileChange> {
    #[expect(clippy::cast_precision_loss, reason = "microseconds below 2^53 are 285 years")]
    let (was, is) = (before.quantile(rank)?.max(1) as f64, after.quantile(rank)?.max(1) as f64);
    Some(PercentileChange { percentile: fmt::quantile_name(rank), before: was, after: is, ratio: is / was })
}

/// Says what moved of the endpoints whose latency was called slower or faster; of the others nothing, whatever was observed.
pub fn name_moves(comparison: &mut Comparison, settings: &Settings) {
    let called = |subject: &DistributionChange, call: Call| {
        comparison.deltas.iter().any(|one| {
            let quantile = matches!(Metric::of_name(&one.metric), Some(Metric::Quantile(_)));
            quantile && one.call == call && (&one.test, &one.endpoint) == (&subject.test, &subject.endpoint)
        })
    };
    for one in &mut comparison.distributions {
        let moved = match (called(one, Call::Regressed), called(one, Call::Improved)) {
            (true, false) => moved(&one.percentiles, 1.0, settings),
            (false, true) => moved(&one.percentiles, -1.0, settings),
            _ => None,
        };
        one.moved = moved.unwrap_or_default().to_owned();
    }
}

/// What moved `towards` slower (1) or faster (-1): the middle, the tail, or both. That a part did not move is said only where
/// none of its percentiles did, by the share that matters: below the floor it moved all the same.
fn moved(percentiles: &[PercentileChange], towards: f64, settings: &Settings) -> Option<&'static str> {
    let material = settings.material.ln_1p();
    let moves = |one: &PercentileChange| {
        one.ratio.ln() * towards >= material && (one.after - one.before).abs() >= settings.floor_us
    };
    let still = |one: &PercentileChange| one.ratio.ln().abs() < material;
    let back = |one: &PercentileChange| one.ratio.ln() * towards <= -material;
    let named = |names: &'static [&str]| percentiles.iter().filter(move |one| names.contains(&one.percentile.as_str()));
    let (body, tail) = (|| named(&["p10", "p25", "p50", "p75"]), || named(&["p95", "p99"]));
    let middle = named(&["p50"]).any(moves);
    if tail().any(moves) && !tail().any(back) {
        let alone = || body().all(still).then_some("only the tail moved");
        return if middle { Some("middle and tail moved") } else { alone() };
    }
    (middle && tail().count() > 0 && tail().all(still)).then_some("the middle moved, the tail did not")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::delta::Delta;

    fn changes(after: impl Fn(i64) -> i64) -> Vec<PercentileChange> {
        let before: Histogram = (1..=1_000).map(|at| 50_000 + at * 100).collect();
        let after: Histogram = (1..=1_000).map(|at| after(50_000 + at * 100)).collect();
        RANKS.iter().filter_map(|rank| change(&before, &after, *rank)).collect()
    }

    /// What is said of a change whose `metric` was called so.
    fn told(percentiles: Vec<PercentileChange>, metric: &str, call: Call) -> String {
        let one = DistributionChange { test: "t".into(), endpoint: "GET /a".into(), percentiles, moved: String::new() };
        let deltas = vec![Delta { call, ..Delta::named(("t", "GET /a"), metric, "L1") }];
        let mut comparison = Comparison { deltas, distributions: vec![one], ..Comparison::default() };
        name_moves(&mut comparison, &Settings::default());
        comparison.distributions.remove(0).moved
    }

    #[test]
    fn tail_and_middle_are_told_apart() {
        let slower = |after: fn(i64) -> i64| told(changes(after), "p95", Call::Regressed);
        assert_eq!(slower(|us| us * 2), "middle and tail moved");
        assert_eq!(slower(|us| if us > 140_000 { us * 2 } else { us }), "only the tail moved");
        assert_eq!(slower(|us| us.max(120_000)), "the middle moved, the tail did not");
        assert_eq!(told(changes(|us| us / 2), "p50", Call::Improved), "middle and tail moved");
        assert_eq!(told(Vec::new(), "p50", Call::Regressed), "");
    }

    /// "Only the tail moved" was said of p99 alone where no comparison showed a change, as of two runs of one system.
    #[test]
    fn nothing_is_said_where_no_comparison_shows_a_change() {
        let tail = || changes(|us| if us > 140_000 { us * 2 } else { us });
        for call in [Call::NoSlower, Call::NoRegressionSeen, Call::Inconclusive] {
            assert_eq!(told(tail(), "p95", call), "", "{call:?}");
        }
        assert_eq!(told(tail(), "failures", Call::Regressed), "", "of failures alone");
        assert_eq!(told(tail(), "p95", Call::Improved), "", "the other way");
    }

    /// p25 +22 % and a median of +46 % below the floor stood beside "only the tail moved".
    #[test]
    fn the_tail_is_not_alone_where_a_lower_percentile_moved() {
        let lower = changes(|us| if us <= 76_000 || us > 140_000 { us * 6 / 5 } else { us });
        assert_eq!(told(lower, "p95", Call::Regressed), "");
        let mut small = changes(|us| if us > 140_000 { us * 2 } else { us });
        let median = small.iter_mut().find(|one| one.percentile == "p50").unwrap();
        (median.before, median.after, median.ratio) = (6_000.0, 8_760.0, 1.46);
        assert_eq!(told(small, "p95", Call::Regressed), "");
    }
}
