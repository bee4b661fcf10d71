//! How much runs of one system differ, measured on its own history instead of assumed.
//!
//! By moments: what is seen between runs, less what each run's own blocks explain. What all endpoints of a run share (its
//! median) is told from what each has for itself.

use super::run_figures::{RunFigures, RunQuantile};

/// Runs below which nothing is measured.
pub const FEWEST_RUNS: usize = 5;
/// Least standard deviation that is believed.
const FLOOR: f64 = 0.01;
/// Endpoints from which the median of a run says what they share.
const COMMON_FROM: usize = 5;

/// A `Tau` is the spread between runs of ln latency, as standard deviations.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Tau {
    /// What all endpoints share.
    pub global: f64,
    /// What each has for itself.
    pub endpoint: f64,
    /// Over so many runs.
    pub runs: usize,
}

/// The spread of a percentile (`p95`) between runs. `None` with fewer than [`FEWEST_RUNS`], or where no endpoint is in all of
/// them with its variation within the run.
#[must_use]
pub fn between(runs: &[&RunFigures], name: &str) -> Option<Tau> {
    let last = runs.last().filter(|_| runs.len() >= FEWEST_RUNS)?;
    let of = |endpoint: &str| -> Option<Vec<RunQuantile>> {
        runs.iter().map(|run| run.endpoint(endpoint).and_then(|one| one.quantiles.get(name)).copied()).collect()
    };
    let endpoints: Vec<(Vec<f64>, f64)> =
        last.endpoints.iter().filter_map(|one| of(&one.endpoint)).filter_map(|values| centred(&values)).collect();
    let first = endpoints.first()?;
    let within = mean(endpoints.iter().map(|(_, within)| *within));
    let seen = |series: &[f64]| squares(series) / count(series.len() - 1);
    if endpoints.len() < COMMON_FROM {
        // Too few to tell apart what they share: all of it is taken as shared, which claims less for each.
        let all = mean(endpoints.iter().map(|(series, _)| seen(series))) - within;
        return Some(Tau { global: root(all), endpoint: FLOOR, runs: runs.len() });
    }
    let shared: Vec<f64> = (0..first.0.len())
        .map(|run| median(endpoints.iter().filter_map(|(series, _)| series.get(run).copied()).collect()))
        .collect();
    let own = endpoints.iter().map(|(series, _)| {
        let less: Vec<f64> = series.iter().zip(&shared).map(|(value, shared)| value - shared).collect();
        seen(&less)
    });
    // The median of E values has about pi/2 times the variance of their mean.
    let of_median = std::f64::consts::FRAC_PI_2 * within / count(endpoints.len());
    Some(Tau { global: root(seen(&shared) - of_median), endpoint: root(mean(own) - within), runs: runs.len() })
}

/// A series of ln less its mean, and its mean variance within the runs.
fn centred(values: &[RunQuantile]) -> Option<(Vec<f64>, f64)> {
    let within: Option<Vec<f64>> = values.iter().map(|one| one.sd.map(|sd| sd * sd)).collect();
    let logs: Vec<f64> = values.iter().map(|one| one.us.max(1.0).ln()).collect();
    let level = mean(logs.iter().copied());
    Some((logs.iter().map(|log| log - level).collect(), mean(within?.into_iter())))
}

fn root(variance: f64) -> f64 {
    variance.max(FLOOR * FLOOR).sqrt()
}

fn squares(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    sum / n
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or_default();
    let n = values.len();
    if n % 2 == 1 { at(n / 2) } else { f64::midpoint(at(n / 2), at((n / 2).saturating_sub(1))) }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of runs and endpoints")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::run_figures::EndpointRun;
    use std::collections::BTreeMap;

    /// Runs whose weather and own noise are multiples of fixed patterns with a variance of one.
    fn runs(global: f64, own: f64, within: f64) -> Vec<RunFigures> {
        let weather = [1.2, -0.8, 0.3, -1.3, 0.6];
        let noise = [0.9, -1.1, 0.1, 1.2, -1.1];
        let one = |run: usize, at: usize| {
            let ln = 11.0 + global * weather[run] + own * noise[(run + at) % 5];
            let quantile = RunQuantile { us: f64::exp(ln), sd: Some(within), step_us: 0.0 };
            EndpointRun {
                endpoint: format!("{at}"),
                quantiles: BTreeMap::from([("p95".to_owned(), quantile)]),
                ..EndpointRun::default()
            }
        };
        (0..5)
            .map(|run| RunFigures {
                totals: EndpointRun::default(),
                endpoints: (0..9).map(|at| one(run, at)).collect(),
            })
            .collect()
    }

    fn tau(global: f64, own: f64, within: f64) -> Tau {
        let runs = runs(global, own, within);
        between(&runs.iter().collect::<Vec<_>>(), "p95").unwrap()
    }

    #[test]
    fn what_runs_share_is_told_from_what_endpoints_have() {
        let found = tau(0.08, 0.02, 0.0);
        assert!((found.global - 0.08).abs() < 0.02 && (found.endpoint - 0.02).abs() < 0.01, "{found:?}");
        assert_eq!(found.runs, 5);
    }

    #[test]
    fn what_the_runs_explain_themselves_is_taken_off() {
        let found = tau(0.0, 0.03, 0.029);
        assert!(found.endpoint < 0.02, "{found:?}");
        assert!((tau(0.0, 0.0, 0.05).endpoint - FLOOR).abs() < 1e-12, "never below the floor");
    }

    #[test]
    fn four_runs_measure_nothing() {
        let runs = runs(0.05, 0.01, 0.0);
        assert_eq!(between(&runs.iter().take(4).collect::<Vec<_>>(), "p95"), None);
        assert_eq!(between(&runs.iter().collect::<Vec<_>>(), "p50"), None);
    }
}
