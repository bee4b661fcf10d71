//! An execution's requests, connections and messages: from rows, or from what the tool summed up.

use super::counted;
use super::figure::mean_and_max;
use crate::model::distribution::{Distribution, Quoted, Recorded};
use crate::model::key::{EndpointKey, Outcome, Population};
use crate::model::sample::Total;
use crate::model::test::{CellData, EndpointData, PopulationData};
use crate::rollup::Part;
use std::collections::BTreeMap;

/// The populations that a part measured.
pub(super) fn populations(part: &Part) -> Vec<PopulationData> {
    let (cells, totals, rows) = (part.cells(), part.totals(), part.intervals());
    Population::ALL
        .into_iter()
        .filter_map(|population| {
            let cells: Vec<&CellData> = cells.iter().filter(|cell| cell.key.population == population).collect();
            if !cells.is_empty() {
                return Some(of_cells(population, &cells));
            }
            let totals: Vec<&Total> = totals.iter().copied().filter(|total| total.population == population).collect();
            if !totals.is_empty() {
                return Some(of_totals(population, &totals));
            }
            (population == Population::Request).then(|| of_rows(&rows).or_else(|| counted::requests(part))).flatten()
        })
        .collect()
}

fn of_cells(population: Population, cells: &[&CellData]) -> PopulationData {
    let mut by_endpoint: BTreeMap<&EndpointKey, Vec<&CellData>> = BTreeMap::new();
    for cell in cells {
        by_endpoint.entry(&cell.key.endpoint).or_default().push(cell);
    }
    let endpoints = by_endpoint.into_iter().map(|(key, cells)| endpoint(key.clone(), &cells)).collect();
    PopulationData { population, totals: endpoint(EndpointKey::default(), cells), endpoints: ordered(endpoints) }
}

/// The totals as the tool itself counts: with setup and teardown among the requests.
pub(super) fn totals_of_tool(all: &[PopulationData]) -> BTreeMap<Population, EndpointData> {
    let mut totals: BTreeMap<Population, EndpointData> = BTreeMap::new();
    for one in all {
        let counted = one.population.of_tool();
        let own = totals.remove(&counted);
        let sum = own.map_or_else(|| one.totals.clone(), |own| summed(&[own, one.totals.clone()]));
        totals.insert(counted, sum);
    }
    totals
}

fn ordered(mut endpoints: Vec<EndpointData>) -> Vec<EndpointData> {
    endpoints.sort_by_cached_key(|one| (one.key.label(), one.key.group.clone()));
    endpoints
}

fn endpoint(key: EndpointKey, cells: &[&CellData]) -> EndpointData {
    let (mut all, mut ok) = (Recorded::default(), Recorded::default());
    let (mut requests, mut failures, mut unknown) = (0, 0, 0);
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    let (mut hits, mut told) = (0, 0);
    for cell in cells {
        requests += cell.count;
        all.merge(&cell.recorded);
        match &cell.key.outcome {
            Outcome::Ok => ok.merge(&cell.recorded),
            Outcome::Failed(kind) => {
                failures += cell.count;
                *kinds.entry(kind).or_default() += cell.count;
            }
            Outcome::Unknown => unknown += cell.count,
        }
        if let Some(status) = cell.key.status {
            *statuses.entry(status).or_default() += cell.count;
        }
        if let Some(cached) = cell.key.cached {
            told += cell.count;
            hits += if cached { cell.count } else { 0 };
        }
    }
    all.histogram.settle();
    ok.histogram.settle();
    EndpointData {
        requests: Some(requests),
        failures: (unknown == 0).then_some(failures),
        failure_kinds: most_frequent(kinds),
        statuses: statuses.into_iter().collect(),
        cached: (told > 0).then_some((hits, told)),
        bytes: all_of(cells.iter().map(|cell| cell.bytes)),
        latency: recorded(all, "the source gives no latency"),
        latency_ok: match unknown {
            0 => recorded(
                ok,
                if failures == requests { "nothing succeeded" } else { "the source gives no latency of successes" },
            ),
            _ => Distribution::Unknown("the source does not say which requests failed".to_owned()),
        },
        rate_quoted: None,
        key,
    }
}

fn recorded(recorded: Recorded, otherwise: &str) -> Distribution {
    if recorded.count() == 0 { Distribution::Unknown(otherwise.to_owned()) } else { Distribution::Recorded(recorded) }
}

fn most_frequent(kinds: BTreeMap<&str, u64>) -> Vec<(String, u64)> {
    let mut kinds: Vec<(String, u64)> = kinds.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect();
    kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    kinds
}

fn of_totals(population: Population, totals: &[&Total]) -> PopulationData {
    let mut by_endpoint: BTreeMap<&EndpointKey, Vec<EndpointData>> = BTreeMap::new();
    for total in totals {
        if let Some(key) = &total.endpoint {
            by_endpoint.entry(key).or_default().push(of_total(key.clone(), total));
        }
    }
    let endpoints: Vec<EndpointData> = by_endpoint.into_iter().filter_map(|(key, rows)| one_of(key, rows)).collect();
    let own_sum = totals.iter().find(|total| total.endpoint.is_none());
    let totals = match own_sum {
        Some(total) => of_total(EndpointKey::default(), total),
        None => summed(&endpoints),
    };
    PopulationData { population, totals, endpoints: ordered(endpoints) }
}

fn of_total(key: EndpointKey, total: &Total) -> EndpointData {
    EndpointData {
        key,
        requests: total.requests,
        failures: total.failures,
        failure_kinds: Vec::new(),
        statuses: Vec::new(),
        cached: total.cached.zip(total.requests),
        bytes: total.bytes,
        latency: total.latency.clone(),
        latency_ok: total.latency_ok.clone(),
        rate_quoted: total.rate_per_s,
    }
}

/// One endpoint of the rows that have its name: several where names were folded.
fn one_of(key: &EndpointKey, mut rows: Vec<EndpointData>) -> Option<EndpointData> {
    if rows.len() < 2 {
        return rows.pop();
    }
    let mut sum = summed(&rows);
    if let Distribution::Quoted(quoted) = &mut sum.latency {
        quoted.definition.push_str("; several names are shown as one, and their percentiles cannot be combined");
    }
    Some(EndpointData { key: key.clone(), ..sum })
}

/// A sum, known where all its parts are. Counts that a file only claims may be beyond counting together.
fn all_of(parts: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    let mut sum = 0_u64;
    for part in parts {
        sum = sum.saturating_add(part?);
    }
    Some(sum)
}

/// The sum over endpoints where the tool gives none itself. Percentiles of endpoints cannot be combined, histograms can.
fn summed(endpoints: &[EndpointData]) -> EndpointData {
    let add = |figure: fn(&EndpointData) -> Option<u64>| all_of(endpoints.iter().map(figure));
    let latency = |of: fn(&EndpointData) -> &Distribution| {
        let parts: Vec<(&Distribution, Option<u64>)> = endpoints.iter().map(|one| (of(one), one.requests)).collect();
        combined(&parts)
    };
    EndpointData {
        key: EndpointKey::default(),
        requests: add(|one| one.requests),
        failures: add(|one| one.failures),
        failure_kinds: Vec::new(),
        statuses: Vec::new(),
        cached: endpoints
            .iter()
            .map(|one| one.cached)
            .try_fold((0, 0), |(hits, told), cached| cached.map(|(more, of)| (hits + more, told + of)))
            .filter(|_| !endpoints.is_empty()),
        bytes: add(|one| one.bytes),
        latency: latency(|one| &one.latency),
        latency_ok: latency(|one| &one.latency_ok),
        rate_quoted: None,
    }
}

/// The latencies of all parts together, of which each has so many requests.
pub(super) fn combined(parts: &[(&Distribution, Option<u64>)]) -> Distribution {
    // A tool that counts response times has counted all there were: an endpoint without any has no answers with a time
    // (Locust's events without response time), and takes nothing from the others' total.
    let counts_times = parts.iter().any(|(part, _)| matches!(part, Distribution::Bucketed { .. }));
    let untimed = |part: &Distribution| counts_times && matches!(part, Distribution::Unknown(_));
    let parts: Vec<_> = parts.iter().filter(|(part, _)| !untimed(part)).copied().collect();
    let parts = parts.as_slice();
    let mut sum = Recorded::default();
    for (part, _) in parts {
        match part {
            Distribution::Recorded(recorded) | Distribution::Bucketed { rounded: recorded, .. } => sum.merge(recorded),
            Distribution::Quoted(_) | Distribution::Unknown(_) => return mean_only(parts),
        }
    }
    sum.histogram.settle();
    let exact = parts
        .iter()
        .find_map(|(part, _)| if let Distribution::Bucketed { exact, .. } = part { Some(exact) } else { None });
    match exact {
        Some(first) => {
            let Quoted { n, mean_us, min_us, max_us, .. } = figures(parts);
            let exact =
                Quoted { n: n.or(Some(sum.count())), mean_us, min_us, max_us, quantiles: Vec::new(), ..first.clone() };
            Distribution::Bucketed { rounded: sum, exact }
        }
        None => recorded(sum, "the source gives no latency"),
    }
}

/// Weighted mean, least and greatest; percentiles stay unknown.
fn mean_only(parts: &[(&Distribution, Option<u64>)]) -> Distribution {
    let figures = figures(parts);
    if figures.mean_us.is_none() && figures.max_us.is_none() {
        let why = parts
            .iter()
            .find_map(|(part, _)| if let Distribution::Unknown(why) = part { Some(why.clone()) } else { None });
        return Distribution::Unknown(why.unwrap_or_else(|| {
            "the source gives no total, and percentiles of endpoints cannot be combined".to_owned()
        }));
    }
    Distribution::Quoted(figures)
}

fn figures(parts: &[(&Distribution, Option<u64>)]) -> Quoted {
    #[expect(clippy::cast_precision_loss, reason = "weights of a mean")]
    let weights: Option<Vec<(f64, f64)>> = parts
        .iter()
        .filter(|(part, n)| n_of(part).or(*n) != Some(0))
        .map(|(part, n)| Some((mean_and_max(part).0?, n_of(part).or(*n)? as f64)))
        .collect();
    let mean_us = weights
        .filter(|all| !all.is_empty())
        .map(|all| all.iter().map(|(mean, n)| mean * n).sum::<f64>() / all.iter().map(|(_, n)| n).sum::<f64>());
    let definition = parts.iter().find_map(|(part, _)| {
        if let Distribution::Quoted(quoted) = part { Some(quoted.definition.clone()) } else { None }
    });
    Quoted {
        n: parts.iter().try_fold(0_u64, |sum, (part, n)| Some(sum.saturating_add(n_of(part).or(*n)?))),
        mean_us,
        min_us: parts.iter().filter_map(|(part, _)| min(part)).min_by(f64::total_cmp),
        max_us: parts.iter().filter_map(|(part, _)| mean_and_max(part).1).max_by(f64::total_cmp),
        quantiles: Vec::new(),
        definition: definition.unwrap_or_default(),
        rounding_us: Vec::new(),
    }
}

fn n_of(latency: &Distribution) -> Option<u64> {
    match latency {
        Distribution::Recorded(recorded) => Some(recorded.count()),
        Distribution::Bucketed { rounded, .. } => Some(rounded.count()),
        Distribution::Quoted(quoted) => quoted.n,
        Distribution::Unknown(_) => None,
    }
}

fn min(latency: &Distribution) -> Option<f64> {
    match latency {
        Distribution::Recorded(recorded) => recorded.min_us(),
        Distribution::Bucketed { exact, .. } => exact.min_us,
        Distribution::Quoted(quoted) => quoted.min_us,
        Distribution::Unknown(_) => None,
    }
}

/// All that a course over time alone tells: how many, and how many failed.
fn of_rows(rows: &[crate::rollup::IntervalSeries]) -> Option<PopulationData> {
    let last = |series: &crate::rollup::IntervalSeries| {
        let (requests, failures) = series.rows.iter().rev().find_map(|row| row.cumulative)?;
        let unknown = || Distribution::Unknown("only counts over time were given".to_owned());
        Some(EndpointData {
            key: series.endpoint.clone().unwrap_or_default(),
            requests: Some(requests),
            failures: Some(failures),
            failure_kinds: Vec::new(),
            statuses: Vec::new(),
            cached: None,
            bytes: None,
            latency: unknown(),
            latency_ok: unknown(),
            rate_quoted: None,
        })
    };
    let endpoints: Vec<EndpointData> =
        rows.iter().filter(|series| series.endpoint.is_some()).filter_map(last).collect();
    let own_sum = rows.iter().find(|series| series.endpoint.is_none()).and_then(last);
    let totals = own_sum.or_else(|| (!endpoints.is_empty()).then(|| summed(&endpoints)))?;
    Some(PopulationData { population: Population::Request, totals, endpoints: ordered(endpoints) })
}
