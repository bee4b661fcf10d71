//! A run against a baseline of several: the level above two runs, where the history shows what two runs must assume.
//!
//! Percentiles go through the history rule ([`super::history`]); failures are pooled over the baseline's runs, with the
//! design effect that the runs themselves show. All rows are called together, as in a comparison of two runs.

use super::block::{self, Block};
use super::differences::differences;
use super::failures::{self, Shares};
use super::history::{self, FEWEST_RUNS, Series};
use super::pairing::{Names, paired};
use super::row::{Basis, Pending, Row, by_endpoint, call_together};
use super::settings::{Metric, Settings};
use super::side::Side;
use super::sides::{Comparison, figure, sides};
use crate::analyse::clustered::Clustered;
use crate::analyse::figures::EndpointFigures;
use crate::analyse::percentile::least_n;
use crate::analyse::proportion::Share;
use crate::fmt;
use std::collections::BTreeMap;

/// Compares a run with the runs of a baseline, oldest first. With fewer than [`FEWEST_RUNS`] of them it is compared with the
/// newest alone ([`sides`]); without any there is nothing to say. What differs besides the results is told of the newest.
#[must_use]
pub fn runs(before: &[&Side], after: &Side, settings: &Settings) -> Comparison {
    let Some(newest) = before.last() else { return Comparison::default() };
    if before.len() < FEWEST_RUNS {
        return sides(newest, after, settings);
    }
    let frame = Frame { test: &after.test, settings };
    let all: Vec<&Side> = before.iter().copied().chain([after]).collect();
    let endpoints = endpoints(&all);
    let mut shifts = Vec::new();
    let by_metric = settings.metrics.iter().map(|metric| {
        let (rows, shift) = frame.rows(&endpoints, *metric, true);
        shifts.extend(shift);
        rows
    });
    let mut rows = by_endpoint(by_metric.collect());
    let totals = [totals(&all)];
    for metric in &settings.metrics {
        let (own, _) = frame.rows(&totals, *metric, endpoints.is_empty());
        rows.extend(own.into_iter().map(|row| if endpoints.is_empty() { row } else { row.shown_only() }));
    }
    let (deltas, shifts) = call_together(rows, shifts, settings);
    Comparison { deltas, shifts, differences: differences(newest, after, &paired(newest, after)) }
}

/// One endpoint in every run, the judged one last; `None` where a run does not have it.
struct Endpoint {
    name: String,
    runs: Vec<Option<OneRun>>,
}

/// One endpoint in one run.
struct OneRun {
    /// Over the steady time; `None` without latencies over time.
    steady: Option<Block>,
    /// Over the steady time, else over the whole run.
    failures: Option<Share>,
    /// Over the whole run.
    figures: EndpointFigures,
}

impl OneRun {
    fn of(parts: Option<&[Block]>, figures: &EndpointFigures) -> Self {
        let of_run = || {
            let (failures, requests) = figures.failures.zip(figures.requests)?;
            Share::new(failures, requests, failures::ASSUMED_EFFECT)
        };
        Self {
            steady: parts.map(Block::sum),
            failures: parts.map_or_else(of_run, |parts| failures::share(&block::regroup(parts, block::BLOCKS))),
            figures: figures.clone(),
        }
    }
}

/// Every endpoint of any run, by name.
fn endpoints(sides: &[&Side]) -> Vec<Endpoint> {
    let names = Names::of(sides.iter().copied());
    let mut found: BTreeMap<String, Vec<Option<OneRun>>> = BTreeMap::new();
    for (at, side) in sides.iter().enumerate() {
        for endpoint in &side.endpoints {
            let runs = found.entry(names.of_endpoint(&endpoint.figures)).or_default();
            runs.resize_with(at, || None);
            runs.push(Some(OneRun::of(endpoint.parts.as_deref(), &endpoint.figures)));
        }
    }
    let filled = |(name, mut runs): (String, Vec<Option<OneRun>>)| {
        runs.resize_with(sides.len(), || None);
        Endpoint { name, runs }
    };
    found.into_iter().map(filled).collect()
}

/// All requests of every run.
fn totals(sides: &[&Side]) -> Endpoint {
    let run = |side: &&Side| {
        let parts: Option<Vec<&[Block]>> = side.endpoints.iter().map(|one| one.parts.as_deref()).collect();
        let total = parts.filter(|parts| !parts.is_empty()).map(|parts| block::total(&parts));
        Some(OneRun::of(total.as_deref(), &side.totals))
    };
    Endpoint { name: String::new(), runs: sides.iter().map(run).collect() }
}

impl Endpoint {
    fn before(&self) -> impl Iterator<Item = &Option<OneRun>> {
        self.runs.iter().take(self.runs.len().saturating_sub(1))
    }

    fn after(&self) -> Option<&OneRun> {
        self.runs.last().and_then(Option::as_ref)
    }

    /// Why it cannot be compared, if it is not in the runs.
    fn missing(&self) -> Option<String> {
        let had = self.before().flatten().count();
        match (had, self.after()) {
            (0, _) => Some("the baseline does not have it".to_owned()),
            (_, None) => Some("only the baseline has it".to_owned()),
            (had, _) if had < FEWEST_RUNS => Some(format!("{had} runs of the baseline have it; needs {FEWEST_RUNS}")),
            _ => None,
        }
    }

    /// The quantile over runs, from steady time where every run has it, else from the runs' figures in the judged run's
    /// definition.
    fn series(&self, p: f64) -> Series {
        let steady = self.runs.iter().flatten().all(|run| run.steady.is_some());
        let definition = self.after().and_then(|run| run.figures.latency_us.definition.clone());
        let mut rounding = 0.0_f64;
        let mut value = |run: &Option<OneRun>| {
            let run = run.as_ref()?;
            if steady {
                let latencies = &run.steady.as_ref()?.histogram;
                #[expect(clippy::cast_precision_loss, reason = "a bucket's bound has eleven significant bits")]
                let micros = |value: i64| value.max(1) as f64;
                return latencies
                    .quantile(p)
                    .filter(|_| latencies.count() >= least_n(p))
                    .map(|value| micros(value).ln());
            }
            let figure = figure(&run.figures, p).filter(|_| run.figures.latency_us.definition == definition)?;
            rounding = rounding.max((figure.step_us / figure.value).powi(2) / 12.0);
            (figure.value > 0.0).then(|| figure.value.ln())
        };
        let before = self.before().map(&mut value).collect();
        let after = self.runs.last().map(&mut value).into_iter().collect();
        Series { before, after, rounding }
    }

    /// Failures of the baseline's runs together and of the judged run. Runs are clusters as blocks are; what they show of
    /// unlikeness holds for the judged run too.
    fn shares(&self) -> Option<Shares> {
        let runs: Vec<Share> = self.before().flatten().map(|run| run.failures).collect::<Option<_>>()?;
        let after = self.after()?.failures?;
        let counts: Vec<(u64, u64)> = runs.iter().map(|share| (share.hits, share.n)).collect();
        let (hits, n) = counts.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let within = runs.iter().map(|share| share.effect).fold(1.0, f64::max);
        let between = Clustered::of(&counts).map_or(1.0, |share| share.widening());
        let effect = within.max(between);
        Some(Shares {
            before: Share::new(hits, n, effect)?,
            after: Share::new(after.hits, after.n, effect.max(after.effect))?,
        })
    }
}

/// What all rows of a comparison have in common.
struct Frame<'a> {
    test: &'a str,
    settings: &'a Settings,
}

impl Frame<'_> {
    fn rows(&self, endpoints: &[Endpoint], metric: Metric, gated: bool) -> (Vec<Row>, Option<Pending>) {
        match metric {
            Metric::Quantile(p) => self.quantile_rows(endpoints, p, gated),
            Metric::Failures => {
                (endpoints.iter().map(|one| self.failure_row(one, endpoints.len(), gated)).collect(), None)
            }
        }
    }

    fn quantile_rows(&self, endpoints: &[Endpoint], p: f64, gated: bool) -> (Vec<Row>, Option<Pending>) {
        let (mut rows, mut tested, mut series) = (Vec::new(), Vec::new(), Vec::new());
        for endpoint in endpoints {
            let own = endpoint.series(p);
            let known = own.before.iter().flatten().count();
            let method = format!("L0 history: {known} runs");
            let mut row = Row::begun((self.test, &endpoint.name), Metric::Quantile(p), &method, gated);
            let (before, after) = own.means();
            row.set_figures(before.map(f64::exp), after.map(f64::exp));
            row.delta.why = endpoint.missing().or_else(|| unfit(endpoint, &own, p));
            if row.delta.why.is_none() {
                tested.push(rows.len());
                series.push(own);
            }
            rows.push(row);
        }
        let tests = history::test(&series);
        for (at, one) in tested.into_iter().zip(&tests.endpoints) {
            if let Some(row) = rows.get_mut(at) {
                row.set_tested(*one, tests.endpoints.len());
            }
        }
        let shift = if gated { Pending::of(self.test, p, &tests, self.settings) } else { None };
        (rows, shift)
    }

    fn failure_row(&self, endpoint: &Endpoint, endpoints: usize, gated: bool) -> Row {
        let mut row = Row::begun((self.test, &endpoint.name), Metric::Failures, "L0 Newcombe's interval", gated);
        row.delta.why = endpoint.missing();
        let Some(shares) = endpoint.shares() else {
            row.delta.why.get_or_insert_with(|| "failures are not known in every run".to_owned());
            return row;
        };
        row.set_figures(Some(shares.before.value()), Some(shares.after.value()));
        if row.delta.why.is_none() {
            row.delta.interval = shares.ratio_interval();
            let effects = (fmt::number(shares.before.effect), fmt::number(shares.after.effect));
            let runs = endpoint.before().flatten().count();
            row.delta.method =
                format!("L0 Newcombe's interval over {runs} runs, design effects {} and {}", effects.0, effects.1);
            row.basis = Basis::Failures { shares, endpoints };
        }
        row
    }
}

/// Why a percentile cannot be compared, if too few runs have one.
fn unfit(endpoint: &Endpoint, series: &Series, p: f64) -> Option<String> {
    if series.is_enough() {
        return None;
    }
    let name = fmt::quantile_name(p);
    if series.after.iter().flatten().next().is_none() {
        let n = endpoint.after().and_then(|run| run.steady.as_ref()).map(|block| block.histogram.count());
        return Some(n.map_or_else(
            || format!("this run has no {name}"),
            |n| format!("n = {}; needs {}", fmt::count(n), fmt::count(least_n(p))),
        ));
    }
    let known = series.before.iter().flatten().count();
    Some(format!("{known} runs of the baseline have a {name} in the same definition; needs {FEWEST_RUNS}"))
}
