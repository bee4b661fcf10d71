//! A run compared with several: the history rule ([`super::history`]) on each metric, called as two runs are.
//!
//! Failures are compared with those of all baseline runs together; how much their share varies from run to run widens its
//! interval as much as bursts within a run do.

use super::failures::Shares;
use super::history::{self, Series};
use super::row::{Basis, Pending, Row, by_endpoint, call_together};
use super::run_figures::{EndpointRun, RunFigures, RunQuantile};
use super::settings::{Metric, Settings};
use super::two_run::Outcome;
use crate::analyse::clustered::Clustered;
use crate::analyse::proportion::Share;
use crate::fmt;

/// Compares a run of `test` with the runs of its baseline, of which there are [`history::FEWEST_RUNS`] or more. Rows stand by
/// endpoint and metric, totals last.
#[must_use]
pub fn compare(test: &str, before: &[&RunFigures], after: &RunFigures, settings: &Settings) -> Outcome {
    let method = format!("L0 history: {} runs", before.len());
    let frame = Frame { test, before, after, method, settings };
    let named: Vec<&str> = after.endpoints.iter().map(|one| one.endpoint.as_str()).collect();
    let gates_totals = named.is_empty();
    let (mut by_metric, mut shifts) = (Vec::new(), Vec::new());
    for metric in &settings.metrics {
        let (rows, shift) = frame.rows(&named, *metric, true);
        by_metric.push(rows);
        shifts.extend(shift);
    }
    let mut rows = by_endpoint(by_metric);
    for metric in &settings.metrics {
        let totals = frame.rows(&[""], *metric, gates_totals).0.into_iter();
        rows.extend(totals.map(|row| if gates_totals { row } else { row.shown_only() }));
    }
    let (deltas, shifts) = call_together(rows, shifts, settings);
    Outcome { deltas, shifts }
}

struct Frame<'a> {
    test: &'a str,
    before: &'a [&'a RunFigures],
    after: &'a RunFigures,
    method: String,
    settings: &'a Settings,
}

impl Frame<'_> {
    fn rows(&self, endpoints: &[&str], metric: Metric, gated: bool) -> (Vec<Row>, Option<Pending>) {
        match metric {
            Metric::Quantile(p) => self.quantile_rows(endpoints, p, gated),
            Metric::Failures => {
                (endpoints.iter().map(|name| self.failure_row(name, endpoints.len(), gated)).collect(), None)
            }
        }
    }

    fn quantile_rows(&self, endpoints: &[&str], p: f64, gated: bool) -> (Vec<Row>, Option<Pending>) {
        let metric = Metric::Quantile(p);
        let mut rows = Vec::new();
        let mut tested = Vec::new();
        for name in endpoints {
            let mut row = Row::begun((self.test, name), metric, &self.method, gated);
            let series = self.series(name, &metric.name());
            let (was, is) = series.means();
            row.set_figures(was.map(f64::exp), is.map(f64::exp));
            row.delta.why = if series.is_enough() { None } else { Some(too_few(&series)) };
            tested.extend(row.delta.why.is_none().then_some((rows.len(), series)));
            rows.push(row);
        }
        let (places, series): (Vec<usize>, Vec<Series>) = tested.into_iter().unzip();
        let tests = history::test(&series);
        for (at, tested) in places.into_iter().zip(&tests.endpoints) {
            if let Some(row) = rows.get_mut(at) {
                row.set_tested(*tested, tests.endpoints.len());
            }
        }
        let shift = if gated { Pending::of(self.test, p, &tests, endpoints.len(), self.settings) } else { None };
        (rows, shift)
    }

    /// ln of a percentile over the runs.
    fn series(&self, endpoint: &str, name: &str) -> Series {
        let of = |run: &RunFigures| run.endpoint(endpoint).and_then(|one| one.quantiles.get(name)).copied();
        let before: Vec<Option<RunQuantile>> = self.before.iter().map(|run| of(run)).collect();
        let after = of(self.after);
        let ln = |one: &Option<RunQuantile>| one.map(|one| one.us.max(1.0).ln());
        let rounding = after.map_or(0.0, |one| (one.step_us / one.us.max(1.0)).powi(2) / 12.0);
        let within: Vec<f64> =
            before.iter().chain([&after]).flatten().filter_map(|one| one.sd.map(|sd| sd * sd)).collect();
        #[expect(clippy::cast_precision_loss, reason = "a few dozen runs")]
        let within = (!within.is_empty()).then(|| within.iter().sum::<f64>() / within.len() as f64);
        Series { before: before.iter().map(ln).collect(), after: vec![ln(&after)], rounding, within }
    }

    fn failure_row(&self, name: &str, endpoints: usize, gated: bool) -> Row {
        let mut row = Row::begun((self.test, name), Metric::Failures, &self.method, gated);
        let own = self.after.endpoint(name).and_then(share);
        let runs: Vec<&EndpointRun> = self.before.iter().filter_map(|run| run.endpoint(name)).collect();
        let before = pooled(&runs);
        row.set_figures(before.map(Share::value), own.map(Share::value));
        match before.zip(own) {
            None => row.delta.why = Some("failures are not known in all runs".to_owned()),
            Some((before, after)) => {
                let shares = Shares { before, after };
                row.delta.set_shares(&shares);
                let (runs, effects) = (runs.len(), (fmt::number(before.effect), fmt::number(after.effect)));
                row.delta.method =
                    format!("L0 Newcombe's interval over {runs} runs, design effects {} and {}", effects.0, effects.1);
                row.basis = Basis::Failures { shares, endpoints };
            }
        }
        row
    }
}

fn too_few(series: &Series) -> String {
    let known = series.before.iter().flatten().count();
    if series.means().1.is_none() {
        return "not given in this run".to_owned();
    }
    format!("given in {known} runs of the baseline; needs {}", history::FEWEST_RUNS)
}

fn share(run: &EndpointRun) -> Option<Share> {
    let (failures, requests) = run.failures.zip(run.requests)?;
    Share::new(failures, requests, run.effect.max(1.0))
}

/// All runs together, with the larger of both effects: between runs, and within them.
#[expect(clippy::cast_precision_loss, reason = "a few dozen runs")]
fn pooled(runs: &[&EndpointRun]) -> Option<Share> {
    let counts: Option<Vec<(u64, u64)>> = runs.iter().map(|run| run.failures.zip(run.requests)).collect();
    let counts = counts.filter(|counts| counts.len() >= history::FEWEST_RUNS)?;
    let (failures, requests) = counts.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let within = runs.iter().map(|run| run.effect).sum::<f64>() / runs.len() as f64;
    let between = Clustered::of(&counts).map_or(1.0, |share| share.widening());
    Share::new(failures, requests, within.max(between).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::delta::Call;
    use std::collections::BTreeMap;

    fn run(latencies_ms: &[f64], failures: u64) -> RunFigures {
        let one = |(at, ms): (usize, &f64)| {
            let quantile = RunQuantile { us: ms * 1000.0, sd: Some(0.01), step_us: 0.0 };
            EndpointRun {
                endpoint: format!("GET /{at}"),
                quantiles: BTreeMap::from([("p50".to_owned(), quantile), ("p95".to_owned(), quantile)]),
                requests: Some(10_000),
                failures: Some(failures),
                effect: 1.0,
            }
        };
        let endpoints: Vec<EndpointRun> = latencies_ms.iter().enumerate().map(one).collect();
        RunFigures { totals: EndpointRun { endpoint: String::new(), ..endpoints[0].clone() }, endpoints }
    }

    /// Eight runs of six endpoints that swing by about a percent.
    fn baseline() -> Vec<RunFigures> {
        let swing = [1.0, 1.01, 0.99, 1.005, 0.995, 1.01, 0.99, 1.0];
        let levels = [100.0, 120.0, 140.0, 160.0, 180.0, 200.0];
        let turned = |run: usize, at: usize| swing[(run * 3 + at * 5) % 8];
        (0..8)
            .map(|at| run(&levels.iter().enumerate().map(|(one, ms)| ms * turned(at, one)).collect::<Vec<_>>(), 10))
            .collect()
    }

    fn outcome(after: &RunFigures) -> Outcome {
        let baseline = baseline();
        compare("t", &baseline.iter().collect::<Vec<_>>(), after, &Settings::default())
    }

    #[test]
    fn one_slower_endpoint_is_blamed_and_no_other() {
        let found = outcome(&run(&[100.0, 120.0, 168.0, 160.0, 180.0, 200.0], 10));
        let regressed: Vec<_> = found.deltas.iter().filter(|one| one.call == Call::Regressed).collect();
        assert!(regressed.iter().all(|one| one.endpoint == "GET /2") && regressed.len() == 2, "{regressed:?}");
        assert_eq!(regressed[0].method, "L0 history: 8 runs");
        assert_eq!(found.deltas.len(), 7 * 3, "totals last");
    }

    #[test]
    fn the_same_again_is_no_slower() {
        let found = outcome(&run(&[100.0, 120.0, 140.0, 160.0, 180.0, 200.0], 10));
        assert!(found.deltas.iter().all(|one| one.call == Call::NoSlower), "{:?}", found.deltas);
    }

    #[test]
    fn more_failures_than_all_runs_together_are_blamed() {
        let found = outcome(&run(&[100.0, 120.0, 140.0, 160.0, 180.0, 200.0], 300));
        let regressed = found.deltas.iter().filter(|one| one.call == Call::Regressed);
        assert!(regressed.clone().all(|one| one.metric == "failures") && regressed.count() >= 6);
    }

    #[test]
    fn an_endpoint_that_few_runs_have_is_not_told() {
        let found = outcome(&run(&[100.0, 120.0, 140.0, 160.0, 180.0, 200.0, 220.0], 10));
        let new = found.deltas.iter().find(|one| one.endpoint == "GET /6" && one.metric == "p95").unwrap();
        assert_eq!(
            (new.call, new.why.as_deref()),
            (Call::Inconclusive, Some("given in 0 runs of the baseline; needs 5"))
        );
    }
}
