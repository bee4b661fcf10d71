//! The history rule: one run, or a few, against several runs of the same system.
//!
//! A single baseline run says nothing about how much runs of one system differ; five or more show it. Each run counts as one
//! value per endpoint, the ln of its percentile, so that whatever happens inside a run (bursts, slow minutes, uneven load)
//! is part of what is seen between runs, and no assumption about it is left. What all endpoints of a run share is taken off
//! first, as the run's median; what remains for an endpoint is far steadier, and its variance is steadied further by
//! those of the others, worth `SHARED_DF` degrees of freedom. The common change is tested for itself, because a shift of
//! everything hides in the median; where it is a regression, each endpoint's change as it is tells who took part.
//!
//! The mean over all endpoints is mostly that of those that are called rarely, whose percentiles vary most by chance alone. An
//! endpoint that is called often is therefore steadied by less than the mean: by as much less as its own blocks vary less
//! within the runs than those of all. For those that vary more it stays the mean, because five runs show a variance too badly
//! for a rare endpoint to be tested by its own alone. Where nothing is known of the variation within the runs, all are steadied
//! by the mean.

use super::change::{COMMON_FROM, Change, Tested, Tests};

/// From so many baseline runs on the rule is used.
pub const FEWEST_RUNS: usize = 5;
/// Least standard deviation between runs of ln latency that is believed.
pub const FLOOR: f64 = 0.01;
/// What the mean variance over all endpoints is worth beside an endpoint's own, in degrees of freedom.
const SHARED_DF: f64 = 4.0;

/// One endpoint's percentile over runs, as ln of µs; `None` where a run does not have it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// One value for each run of the baseline, all series in the same order.
    pub before: Vec<Option<f64>>,
    /// One value for each run that is judged; mostly one.
    pub after: Vec<Option<f64>>,
    /// Variance that the source's rounding adds to each value (ln scale: (step / value)² / 12); 0 where it does not round.
    pub rounding: f64,
    /// Variance of a value within its run, on average over the runs, as their blocks tell it; `None` where they tell nothing.
    pub within: Option<f64>,
}

impl Series {
    /// Whether there are values enough: [`FEWEST_RUNS`] before, and one after.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.before.iter().flatten().count() >= FEWEST_RUNS && self.after.iter().flatten().next().is_some()
    }

    /// Mean of each side.
    #[must_use]
    pub fn means(&self) -> (Option<f64>, Option<f64>) {
        (mean(&self.before), mean(&self.after))
    }

    fn change(&self) -> Option<f64> {
        Some(mean(&self.after)? - mean(&self.before)?)
    }

    /// Each value less its side's mean, baseline first.
    fn residuals(&self) -> Vec<Option<f64>> {
        let (before, after) = (mean(&self.before), mean(&self.after));
        let less = |values: &[Option<f64>], mean: Option<f64>| -> Vec<Option<f64>> {
            values.iter().map(|value| Some((*value)? - mean?)).collect()
        };
        [less(&self.before, before), less(&self.after, after)].concat()
    }

    fn counts(&self) -> Counts {
        Counts::of(self.before.iter().flatten().count(), self.after.iter().flatten().count())
    }
}

/// How many runs a change is over.
#[derive(Clone, Copy)]
struct Counts {
    /// 1/N + 1/k.
    spread: f64,
    /// N + k − 2.
    df: f64,
}

impl Counts {
    #[expect(clippy::cast_precision_loss, reason = "a few dozen runs")]
    fn of(before: usize, after: usize) -> Self {
        let (before, after) = (before as f64, after as f64);
        Self { spread: 1.0 / before + 1.0 / after, df: before + after - 2.0 }
    }
}

/// Tests one percentile over all endpoints; `series` must each be [`Series::is_enough`]. With fewer than [`COMMON_FROM`]
/// endpoints each stands for itself, and the common change has no test (its variances are infinite).
#[must_use]
pub fn test(series: &[Series]) -> Tests {
    let changes: Vec<f64> = series.iter().filter_map(Series::change).collect();
    let Some(shift) = median(&changes).filter(|_| changes.len() == series.len()) else {
        return Tests { endpoints: Vec::new(), common: None };
    };
    let residuals: Vec<Vec<Option<f64>>> = series.iter().map(Series::residuals).collect();
    let totals = series.iter().zip(&residuals).zip(&changes).map(|((one, residuals), change)| {
        let counts = one.counts();
        even(*change, held(squares(residuals.iter().copied()) / counts.df, one.rounding), counts.spread, counts.df)
    });
    let totals: Vec<Change> = totals.collect();
    if series.len() < COMMON_FROM {
        let endpoints =
            totals.into_iter().map(|total| Tested { total, specific: None, total_behind_common: false }).collect();
        return Tests { endpoints, common: Some(even(shift, f64::INFINITY, 1.0, 1.0)) };
    }
    let shared = shared(&residuals);
    let own: Vec<f64> = residuals
        .iter()
        .zip(series)
        .map(|(residuals, one)| {
            let own = residuals.iter().zip(&shared).map(|(value, shared)| Some((*value)? - (*shared)?));
            squares(own) / one.counts().df
        })
        .collect();
    let specific = |((one, usual), (change, own)): ((&Series, f64), (&f64, &f64))| {
        let counts = one.counts();
        let df = counts.df + SHARED_DF;
        let steadied = (SHARED_DF * usual + counts.df * own) / df;
        even(change - shift, held(steadied, one.rounding), counts.spread, df)
    };
    let specific = series.iter().zip(usual(series, &own)).zip(changes.iter().zip(&own)).map(specific);
    let tested =
        |(total, specific): (Change, Change)| Tested { total, specific: Some(specific), total_behind_common: true };
    let endpoints = totals.into_iter().zip(specific).map(tested).collect();
    let runs = series.first().map_or((0, 0), |one| (one.before.len(), one.after.len()));
    let counts = Counts::of(runs.0, runs.1);
    let common = even(shift, held(squares(shared.into_iter()) / counts.df, 0.0), counts.spread, counts.df);
    Tests { endpoints, common: Some(common) }
}

/// What each endpoint's `own` variance is steadied by: the mean of all, less what its runs' blocks vary less than those of all.
fn usual(series: &[Series], own: &[f64]) -> Vec<f64> {
    let mean = |values: &[f64]| {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred endpoints")]
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        mean
    };
    let of_all = mean(own);
    let within: Option<Vec<f64>> = series.iter().map(|one| one.within).collect();
    let Some(within) = within else { return vec![of_all; own.len()] };
    let within_all = mean(&within);
    within.into_iter().map(|within| (of_all + (within - within_all).min(0.0)).max(FLOOR * FLOOR)).collect()
}

fn even(value: f64, variance: f64, spread: f64, df: f64) -> Change {
    Change { value, variance_below: variance * spread, variance_above: variance * spread, df }
}

/// A variance between runs, not below what is believed. Rounding is part of what was seen, unless all runs round to the same.
fn held(variance: f64, rounding: f64) -> f64 {
    variance.max(FLOOR * FLOOR + rounding)
}

/// What all endpoints of a run share: the median of its residuals.
fn shared(residuals: &[Vec<Option<f64>>]) -> Vec<Option<f64>> {
    let runs = residuals.iter().map(Vec::len).max().unwrap_or(0);
    (0..runs)
        .map(|run| {
            let of_run: Vec<f64> = residuals.iter().filter_map(|one| one.get(run).copied().flatten()).collect();
            median(&of_run)
        })
        .collect()
}

fn squares(values: impl Iterator<Item = Option<f64>>) -> f64 {
    values.flatten().map(|value| value * value).sum()
}

fn mean(values: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    #[expect(clippy::cast_precision_loss, reason = "a few dozen runs")]
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

/// The median; the middle of the two middle ones of an even number.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied();
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => at(n / 2),
        n => Some(f64::midpoint(at(n / 2 - 1)?, at(n / 2)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(before: &[f64], after: f64) -> Series {
        Series { before: before.iter().map(|one| Some(*one)).collect(), after: vec![Some(after)], ..Series::default() }
    }

    /// Six endpoints over five runs that swing together by far more than each for itself.
    fn swinging(after: [f64; 6]) -> Vec<Series> {
        let weather = [0.00, 0.06, -0.05, 0.03, -0.04];
        let own = [0.012, -0.015, 0.004, -0.008, 0.007];
        (0..6)
            .map(|at| {
                let values: Vec<f64> = (0..5).map(|run| 5.0 + weather[run] + own[(run + at) % 5]).collect();
                series(&values, 5.0 + after[at])
            })
            .collect()
    }

    #[test]
    fn what_runs_share_hides_no_endpoint() {
        let tests = test(&swinging([0.0, 0.0, 0.12, 0.0, 0.0, 0.0]));
        let p = |at: usize| tests.endpoints[at].specific.unwrap().p_above(0.0);
        assert!(p(2) < 0.001, "{}", p(2));
        assert!((0..6).filter(|at| *at != 2).all(|at| p(at) > 0.1));
        assert!(tests.endpoints[2].total.p_above(0.0) > 10.0 * p(2), "as it is, the weather drowns it");
    }

    /// By hand: (4 · mean + 4 · own) / (4 + 4), and for a quieter endpoint that much less than the mean.
    #[test]
    fn a_variance_is_steadied_by_the_mean_and_of_a_quieter_endpoint_by_less() {
        let mut series: Vec<Series> = swinging([0.0; 6]);
        // Four times as wide, far above the floor.
        let values = series.iter_mut().flat_map(|one| one.before.iter_mut().chain(&mut one.after)).flatten();
        values.for_each(|value| *value = 5.0 + 4.0 * (*value - 5.0));
        let variance = |series: &[Series], at: usize| test(series).endpoints[at].specific.unwrap().variance_below;
        let plain: Vec<f64> = (0..6).map(|at| variance(&series, at)).collect();
        for (at, one) in series.iter_mut().enumerate() {
            one.within = Some(if at == 0 { 1e-4 } else { 1.3e-3 });
        }
        // Less than the mean of 1.1e-3 by 1e-3, of which 4 parts in 8 count, over 1/5 + 1/1.
        let less = 1e-3 * 4.0 / 8.0 * 1.2;
        assert!((plain[0] - variance(&series, 0) - less).abs() < 1e-9, "{plain:?} {}", variance(&series, 0));
        assert!((1..6).all(|at| (plain[at] - variance(&series, at)).abs() < 1e-15), "the others as they were");
        series[3].within = None;
        assert!((0..6).all(|at| (plain[at] - variance(&series, at)).abs() < 1e-15), "known of all, or of none");
    }

    #[test]
    fn what_shifts_everything_is_the_common_change() {
        let tests = test(&swinging([0.3; 6]));
        let common = tests.common.unwrap();
        assert!((common.value - 0.3).abs() < 0.01 && common.p_above(0.0) < 0.01, "{common:?}");
        assert!(tests.endpoints.iter().all(|one| one.specific.unwrap().p_above(0.0) > 0.05));
        assert!(tests.endpoints.iter().all(|one| one.total.p_above(0.0) < 0.01));
    }

    #[test]
    fn runs_that_agree_to_the_last_digit_are_not_believed_to_be_that_steady() {
        let tests = test(&[series(&[5.0; 5], 5.02)]);
        assert!(tests.endpoints[0].total.p_above(0.0) > 0.05);
        let coarse = Series { rounding: 0.05_f64.powi(2), ..series(&[5.0; 5], 5.1) };
        assert!(test(&[coarse]).endpoints[0].total.p_above(0.0) > 0.05);
    }

    #[test]
    fn a_run_without_the_endpoint_is_left_out() {
        let mut gappy = series(&[5.0, 5.01, 4.99, 5.0, 5.02], 5.0);
        assert!(gappy.is_enough());
        gappy.before[1] = None;
        assert!(!gappy.is_enough());
        gappy.before.push(Some(5.01));
        assert!(gappy.is_enough());
        assert!((test(&[gappy]).endpoints[0].total.df - 4.0).abs() < 1e-12);
    }
}
