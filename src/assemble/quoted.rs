//! What several generators' tools printed, added up: counts, errors and histograms add, a mean is weighted, extremes are the
//! extremes of all. Percentiles are left out, because those of several generators cannot be combined and an average of them
//! is nobody's percentile.

use super::courses;
use super::population::combined;
use crate::model::distribution::{Distribution, SHARDS};
use crate::model::folded::Folded;
use crate::model::key::{EndpointKey, MetricKey, MetricKind, Population};
use crate::model::metric::MetricTotal;
use crate::model::sample::{Fact, Total};
use crate::rollup::Part;
use std::collections::BTreeMap;

/// Both parts together; users and counts over time add up too.
pub(super) fn added(own: &Part, theirs: &Part) -> Part {
    let (mut ours, other) = (own.folded(), theirs.folded());
    let (totals, metric_totals) = (totals(&ours, &other), metric_totals(&ours, &other));
    ours.totals = totals;
    ours.metric_totals = metric_totals;
    ours.intervals = courses::added(std::mem::take(&mut ours.intervals), other.intervals);
    ours.users.extend(other.users);
    ours.faults.extend(other.faults);
    ours.thresholds.extend(other.thresholds);
    ours.facts.extend(other.facts);
    let is_lost = |total: &Total| lacks_percentiles(&total.latency) || lacks_percentiles(&total.latency_ok);
    if ours.metric_totals.iter().any(|(key, _)| key.kind == MetricKind::Trend) || ours.totals.iter().any(is_lost) {
        let remark = Fact::Remark(format!("percentiles that only the generators' own summaries hold: {SHARDS}"));
        if !ours.facts.contains(&remark) {
            ours.facts.push(remark);
        }
    }
    // Both were sound, so their sum is; were it ever not, the first alone would still be true.
    Part::unfolded(ours).unwrap_or_else(|_| own.clone())
}

/// Whether it has no percentiles any more because it was added up: those of histograms are of all generators together.
fn lacks_percentiles(latency: &Distribution) -> bool {
    match latency {
        Distribution::Quoted(quoted) => quoted.definition == SHARDS,
        Distribution::Unknown(why) => why == SHARDS,
        Distribution::Recorded(_) | Distribution::Bucketed { .. } => false,
    }
}

fn totals(ours: &Folded, other: &Folded) -> Vec<Total> {
    let mut sums: BTreeMap<(Population, Option<EndpointKey>), Total> = BTreeMap::new();
    for total in ours.totals.iter().chain(&other.totals) {
        let key = (total.population, total.endpoint.clone());
        match sums.get_mut(&key) {
            Some(sum) => *sum = sum_of(sum, total),
            None => {
                sums.insert(key, total.clone());
            }
        }
    }
    sums.into_values().collect()
}

fn sum_of(a: &Total, b: &Total) -> Total {
    let add = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a.saturating_add(b));
    let latency = |of: fn(&Total) -> &Distribution| together(&[(of(a), a.requests), (of(b), b.requests)]);
    let mut per_second: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for (second, requests, failures) in a.per_second.iter().chain(&b.per_second) {
        let sum = per_second.entry(*second).or_default();
        *sum = (sum.0.saturating_add(*requests), sum.1.saturating_add(*failures));
    }
    Total {
        population: a.population,
        endpoint: a.endpoint.clone(),
        requests: add(a.requests, b.requests),
        failures: add(a.failures, b.failures),
        cached: add(a.cached, b.cached),
        latency: latency(|total| &total.latency),
        latency_ok: latency(|total| &total.latency_ok),
        rate_per_s: a.rate_per_s.zip(b.rate_per_s).map(|(a, b)| a + b),
        bytes: add(a.bytes, b.bytes),
        per_second: per_second.into_iter().map(|(second, (all, failed))| (second, all, failed)).collect(),
        span: match (a.span, b.span) {
            (Some(a), Some(b)) => Some(a.union(b)),
            (a, b) => a.or(b),
        },
    }
}

fn together(parts: &[(&Distribution, Option<u64>)]) -> Distribution {
    match combined(parts) {
        Distribution::Quoted(mut quoted) => {
            SHARDS.clone_into(&mut quoted.definition);
            Distribution::Quoted(quoted)
        }
        Distribution::Unknown(_) if parts.iter().all(|(part, _)| matches!(part, Distribution::Quoted(_))) => {
            Distribution::Unknown(SHARDS.to_owned())
        }
        known => known,
    }
}

fn metric_totals(ours: &Folded, other: &Folded) -> Vec<(MetricKey, Vec<MetricTotal>)> {
    let mut sums: BTreeMap<&MetricKey, MetricTotal> = BTreeMap::new();
    for (key, totals) in ours.metric_totals.iter().chain(&other.metric_totals) {
        for total in totals {
            let sum = sums.get(key).map_or_else(|| total.clone(), |sum| sum_of_metric(key.kind, sum, total));
            sums.insert(key, sum);
        }
    }
    sums.into_iter().map(|(key, total)| (key.clone(), vec![total])).collect()
}

fn sum_of_metric(kind: MetricKind, own: &MetricTotal, other: &MetricTotal) -> MetricTotal {
    let count = own.count.zip(other.count).map(|(a, b)| a.saturating_add(b));
    let nonzero = own.nonzero.zip(other.nonzero).map(|(a, b)| a.saturating_add(b));
    let add = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a + b);
    let extreme = |a: Option<f64>, b: Option<f64>, pick: fn(f64, f64) -> f64| match (a, b) {
        (Some(a), Some(b)) => Some(pick(a, b)),
        (a, b) => a.or(b),
    };
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let float = |count: u64| count as f64;
    MetricTotal {
        count,
        nonzero,
        sum: add(own.sum, other.sum),
        rate_per_s: add(own.rate_per_s, other.rate_per_s),
        // A rate's share is known from its counts; of two gauges' last values neither is the whole's.
        value: match (kind, count, nonzero) {
            (MetricKind::Rate, Some(count), Some(nonzero)) if count > 0 => Some(float(nonzero) / float(count)),
            _ => None,
        },
        min: extreme(own.min, other.min, f64::min),
        max: extreme(own.max, other.max, f64::max),
        mean: match (own.mean.zip(own.count), other.mean.zip(other.count), count) {
            (Some(own), Some(other), Some(all)) if all > 0 => {
                Some((own.0 * float(own.1) + other.0 * float(other.1)) / float(all))
            }
            _ => None,
        },
        quantiles: Vec::new(),
    }
}
