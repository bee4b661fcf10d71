//! Change by percentile: did all of it move, or only the tail? Shown as observed beside the tested percentiles, and never
//! called: what is sure stands in the deltas.

use super::block::Block;
use super::pairing::Pairs;
use super::settings::Settings;
use super::side::SideEndpoint;
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
    /// What moved, in words: `only the tail moved`.
    pub moved: String,
}

/// The endpoints that both runs have with latencies over time.
pub(super) fn changes(test: &str, pairs: &Pairs<'_>, settings: &Settings) -> Vec<DistributionChange> {
    pairs
        .iter()
        .filter_map(|(endpoint, (before, after))| {
            let (before, after) = (merged((*before)?)?, merged((*after)?)?);
            let n = before.count().min(after.count());
            let known = RANKS.iter().filter(|rank| n >= least_n(**rank));
            let percentiles: Vec<PercentileChange> = known.filter_map(|rank| change(&before, &after, *rank)).collect();
            let moved = moved(&percentiles, settings)?.to_owned();
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

/// What moved by as much as matters: the middle, the tail, or both. `None` without a median.
fn moved(percentiles: &[PercentileChange], settings: &Settings) -> Option<&'static str> {
    let material = |one: &&PercentileChange| {
        one.ratio.ln().abs() >= settings.material.ln_1p() && (one.after - one.before).abs() >= settings.floor_us
    };
    let median = percentiles.iter().find(|one| one.percentile == "p50")?;
    let tail =
        percentiles.iter().filter(|one| ["p95", "p99"].contains(&one.percentile.as_str())).any(|one| material(&one));
    Some(match (material(&median), tail) {
        (true, true) => "middle and tail moved",
        (true, false) => "the middle moved, the tail did not",
        (false, true) => "only the tail moved",
        (false, false) => "nothing moved by as much as matters",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(after: impl Fn(i64) -> i64) -> &'static str {
        let before: Histogram = (1..=1_000).map(|at| 50_000 + at * 100).collect();
        let after: Histogram = (1..=1_000).map(|at| after(50_000 + at * 100)).collect();
        let percentiles: Vec<PercentileChange> =
            RANKS.iter().filter_map(|rank| change(&before, &after, *rank)).collect();
        moved(&percentiles, &Settings::default()).unwrap()
    }

    #[test]
    fn tail_and_middle_are_told_apart() {
        assert_eq!(told(|us| us), "nothing moved by as much as matters");
        assert_eq!(told(|us| us * 2), "middle and tail moved");
        assert_eq!(told(|us| if us > 140_000 { us * 2 } else { us }), "only the tail moved");
        assert_eq!(told(|us| us.max(120_000)), "the middle moved, the tail did not");
        assert_eq!(moved(&[], &Settings::default()), None);
    }
}
