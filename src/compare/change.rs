//! From two runs' influences to tests, one quantile at a time.
//!
//! A difference of runs has three sources of chance: within the runs (the blocks show it), between runs of the same system
//! what all endpoints share (another machine, a busy neighbour: `tau_global`), and what each endpoint has for itself
//! (`tau_endpoint`). With five endpoints or more the shared part is estimated, as a weighted median of all changes, and each
//! endpoint is tested twice: its change as it is (*total*), and what exceeds the common shift (*specific*), which is
//! exacter. The common shift is tested for itself, because a majority that got slower would otherwise hide in it.
//!
//! Blocks that resemble their neighbours tell less than as many independent ones, so the variance within the runs is inflated by
//! their likeness ([`inflation`]), which a dozen blocks show too low. Corrected by the constant 1/(m−1) alone, a system whose
//! slow spells outlast a block was blamed wrongly in clearly more than the 7.5 % of pairs that are meant; corrected by what the
//! textbooks give for a likeness above 0 it is about that many, and power hardly falls. `docs/method.md` has the figures.

use super::influence::{Influence, inflation, lag_one};
use super::settings::Settings;
use crate::analyse::sampling::{t_above, t_quantile};

/// From so many endpoints on the common shift is told apart.
pub const COMMON_FROM: usize = 5;

/// Allowances for the weighted median's own error in small samples, on the specific test and on the common one.
const SPECIFIC_ALLOWANCE: f64 = 1.05;
const COMMON_ALLOWANCE: f64 = 1.2;
/// Least standard deviation that an endpoint's change is weighted with.
const LEAST_WEIGHT_SD: f64 = 0.02;

/// A change with the variances of its two sides, on the scale of ln.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// ln after − ln before.
    pub value: f64,
    /// Variance that tells it from smaller values, and from none.
    pub variance_below: f64,
    /// Variance that tells it from larger values.
    pub variance_above: f64,
    /// Degrees of freedom.
    pub df: f64,
}

impl Change {
    /// p of "not above `limit`".
    #[must_use]
    pub fn p_above(&self, limit: f64) -> f64 {
        p(self.value - limit, self.variance_below, self.df)
    }

    /// p of "not below `limit`".
    #[must_use]
    pub fn p_below(&self, limit: f64) -> f64 {
        p(limit - self.value, self.variance_above, self.df)
    }

    /// The 95 % interval.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        let t = t_quantile(0.975, self.df);
        (self.value - t * self.variance_below.sqrt(), self.value + t * self.variance_above.sqrt())
    }
}

fn p(distance: f64, variance: f64, df: f64) -> f64 {
    match variance {
        v if v > 0.0 => t_above(distance / v.sqrt(), df),
        _ if distance > 0.0 => 0.0,
        _ => 1.0,
    }
}

/// One endpoint's quantile in both runs, tested.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    /// The change as it is.
    pub total: Change,
    /// What exceeds the common shift, where there is one.
    pub specific: Option<Change>,
    /// Whether `total` is tested only once the common shift is a regression by itself. Where runs are few that test is blunt,
    /// and beside the others it would only cost them power.
    pub total_behind_common: bool,
}

impl Tested {
    /// The factor of worsening that would have been found 4 times in 5 among `endpoints` of them: what the sharper of the
    /// two tests needs when its p must stand beside those of all others.
    #[must_use]
    pub fn detectable(&self, endpoints: usize, alpha: f64) -> f64 {
        let change = self.specific.as_ref().unwrap_or(&self.total);
        #[expect(clippy::cast_precision_loss, reason = "a few hundred endpoints")]
        let tests = 2.0 * endpoints as f64 + 1.0;
        let reach = t_quantile(1.0 - alpha / tests, change.df) + t_quantile(0.8, change.df);
        (reach * change.variance_below.sqrt()).exp()
    }
}

/// One quantile over all endpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct Tests {
    /// By endpoint, in the order given.
    pub endpoints: Vec<Tested>,
    /// The weighted median of all changes; its variances are set with five endpoints or more, and infinite below.
    pub common: Option<Change>,
}

/// Tests the changes between `runs`, (before, after) by endpoint, all with the same number of blocks and bounded arms.
#[must_use]
pub fn test(runs: &[(&Influence, &Influence)], settings: &Settings) -> Tests {
    let Some(m) = runs.first().map(|(before, _)| before.blocks.len()).filter(|m| *m >= 2) else {
        return Tests { endpoints: Vec::new(), common: None };
    };
    #[expect(clippy::cast_precision_loss, reason = "a dozen blocks")]
    let m = m as f64;
    let totals = totals(runs, m, settings);
    let weights = weights(runs, settings);
    let shift = weighted_median(totals.iter().map(|total| total.value).zip(weights.iter().copied()));
    if runs.len() < COMMON_FROM {
        let endpoints =
            totals.into_iter().map(|total| Tested { total, specific: None, total_behind_common: false }).collect();
        let common = shift.map(|value| Change {
            value,
            variance_below: f64::INFINITY,
            variance_above: f64::INFINITY,
            df: 2.0 * (m - 1.0),
        });
        return Tests { endpoints, common };
    }
    let shift = shift.unwrap_or(0.0);
    let shared = Sides {
        before: shared(runs.iter().map(|run| run.0), &weights),
        after: shared(runs.iter().map(|run| run.1), &weights),
    };
    let own =
        |run: &Influence, shared: &[f64]| -> Vec<f64> { run.blocks.iter().zip(shared).map(|(u, g)| u - g).collect() };
    let own: Vec<Sides> = runs
        .iter()
        .map(|(before, after)| Sides { before: own(before, &shared.before), after: own(after, &shared.after) })
        .collect();
    let inflation_own = inflated(own.iter().map(|one| (one.before.as_slice(), one.after.as_slice())), m, settings);
    let inflation_shared = inflated(std::iter::once((shared.before.as_slice(), shared.after.as_slice())), m, settings);
    let even = |value: f64, variance: f64| Change {
        value,
        variance_below: variance,
        variance_above: variance,
        df: 2.0 * (m - 1.0),
    };
    let endpoints = totals.iter().zip(&own).map(|(total, own)| {
        let variance = SPECIFIC_ALLOWANCE * inflation_own * own.variance(m) + 2.0 * settings.tau_endpoint.powi(2);
        let specific = Some(even(total.value - shift, variance));
        Tested { total: *total, specific, total_behind_common: false }
    });
    let common = COMMON_ALLOWANCE * inflation_shared * shared.variance(m) + 2.0 * settings.tau_global.powi(2);
    Tests { endpoints: endpoints.collect(), common: Some(even(shift, common)) }
}

/// Tells apart what endpoints share where nothing is known of their blocks but each change with its variance within the runs
/// (`within`, in the same order). How much of that variance is shared is not known either: the common shift is taken to
/// carry all of it, and each endpoint too, which claims less than blocks would. `None` with fewer than [`COMMON_FROM`]
/// endpoints, but for the median itself.
#[must_use]
pub fn apart(totals: &[Change], within: &[f64], settings: &Settings) -> Tests {
    let weights = shares(
        within.iter().map(|variance| 1.0 / (variance + LEAST_WEIGHT_SD.powi(2))).collect(),
        settings.most_weight,
    );
    let shift = weighted_median(totals.iter().map(|total| total.value).zip(weights.iter().copied()));
    let df = totals.iter().map(|total| total.df).fold(f64::INFINITY, f64::min);
    let even = |value: f64, variance: f64| Change { value, variance_below: variance, variance_above: variance, df };
    let told = totals.len() >= COMMON_FROM;
    // What the shift is uncertain by weighs on an endpoint that is exacter than the others.
    let of_shift = weights.iter().zip(within).map(|(weight, within)| weight.powi(2) * within).sum::<f64>();
    let endpoints = totals.iter().zip(within.iter().zip(&weights)).map(|(total, (within, weight))| {
        let apart = of_shift + (1.0 - 2.0 * weight) * within;
        let variance = SPECIFIC_ALLOWANCE * within.max(apart) + 2.0 * settings.tau_endpoint.powi(2);
        let specific =
            shift.filter(|_| told).map(|shift| Change { df: total.df, ..even(total.value - shift, variance) });
        Tested { total: *total, specific, total_behind_common: false }
    });
    let shared = weights.iter().zip(within).map(|(weight, within)| weight * within.sqrt()).sum::<f64>();
    let common = COMMON_ALLOWANCE * shared.powi(2) + 2.0 * settings.tau_global.powi(2);
    let common = shift.map(|value| even(value, if told { common } else { f64::INFINITY }));
    Tests { endpoints: endpoints.collect(), common }
}

/// A series of blocks from each run.
struct Sides {
    before: Vec<f64>,
    after: Vec<f64>,
}

impl Sides {
    /// Variance of the sum over both runs.
    fn variance(&self, m: f64) -> f64 {
        variance(&self.before, &self.after, m)
    }
}

fn variance(before: &[f64], after: &[f64], m: f64) -> f64 {
    m / (m - 1.0) * before.iter().chain(after).map(|u| u * u).sum::<f64>()
}

/// The inflation for several endpoints' series (before, after).
fn inflated<'a>(series: impl Iterator<Item = (&'a [f64], &'a [f64])> + Clone, m: f64, settings: &Settings) -> f64 {
    let (before, after) = (lag_one(series.clone().map(|one| one.0)), lag_one(series.map(|one| one.1)));
    inflation(before, after, m, settings.lag_bias)
}

/// The changes as they are. Their variance is the larger of what the arms give (MOVER: each side of a difference has its own)
/// and what the blocks give with their likeness in time.
fn totals(runs: &[(&Influence, &Influence)], m: f64, settings: &Settings) -> Vec<Change> {
    let series = runs.iter().map(|(before, after)| (before.blocks.as_slice(), after.blocks.as_slice()));
    let inflation = inflated(series, m, settings);
    let between = settings.between();
    let change = |(before, after): &(&Influence, &Influence)| {
        let blocks = inflation * variance(&before.blocks, &after.blocks, m);
        let side = |after_arm: f64, before_arm: f64| (after_arm.powi(2) + before_arm.powi(2)).max(blocks) + between;
        Change {
            value: after.ln() - before.ln(),
            variance_below: side(after.lower_arm, before.upper_arm),
            variance_above: side(after.upper_arm, before.lower_arm),
            df: 2.0 * (m - 1.0),
        }
    };
    runs.iter().map(change).collect()
}

/// Each endpoint's weight in the common shift; their sum is 1.
fn weights(runs: &[(&Influence, &Influence)], settings: &Settings) -> Vec<f64> {
    let weight = |(before, after): &(&Influence, &Influence)| {
        1.0 / (before.independent_variance() + after.independent_variance() + LEAST_WEIGHT_SD.powi(2))
    };
    shares(runs.iter().map(weight).collect(), settings.most_weight)
}

/// Weights as shares of their sum, from [`COMMON_FROM`] on none above `most`: what is above goes to the others in proportion. A
/// median with half of the weight on one busy endpoint is that one's own change: what it alone did would be what all share, and the
/// others be blamed for not having done it.
fn shares(weights: Vec<f64>, most: f64) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    let shares: Vec<f64> = weights.into_iter().map(|weight| weight / sum).collect();
    if shares.len() < COMMON_FROM {
        return shares;
    }
    let mut heaviest = shares.clone();
    heaviest.sort_by(|a, b| b.total_cmp(a));
    let (mut left, mut free) = (1.0, 1.0);
    for share in heaviest {
        if share * left / free <= most {
            break;
        }
        (left, free) = (left - most, free - share);
    }
    shares.into_iter().map(|share| (share * left / free).min(most)).collect()
}

/// What all endpoints of one run share, by block.
fn shared<'a>(runs: impl Iterator<Item = &'a Influence>, weights: &[f64]) -> Vec<f64> {
    let mut shared = Vec::new();
    for (run, weight) in runs.zip(weights) {
        shared.resize(run.blocks.len(), 0.0);
        shared.iter_mut().zip(&run.blocks).for_each(|(sum, u)| *sum += weight * u);
    }
    shared
}

/// The smallest value at which the weights so far reach half of all.
fn weighted_median(values: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let mut values: Vec<(f64, f64)> = values.collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut reached = 0.0;
    let at = values.iter().position(|(_, weight)| {
        reached += weight;
        reached >= half
    });
    at.and_then(|at| values.get(at)).or(values.last()).map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(changes: &[f64], sd: f64) -> Tests {
        let settings = Settings::default();
        let variance = 2.0 * sd * sd + settings.between();
        let total =
            |value: &f64| Change { value: *value, variance_below: variance, variance_above: variance, df: 20.0 };
        let totals: Vec<Change> = changes.iter().map(total).collect();
        apart(&totals, &vec![2.0 * sd * sd; changes.len()], &settings)
    }

    /// The main page, called fifty times as often as the rest, got 20 % faster. That was the common shift, and in six pairs of ten
    /// an endpoint that had not changed was blamed for what it had "beyond" it; 20 % slower, it was the system as a whole.
    #[test]
    fn what_one_busy_endpoint_does_is_not_what_all_share() {
        let settings = Settings::default();
        let within = [0.01_f64, 0.06, 0.07, 0.08, 0.1].map(|sd| sd * sd);
        let told = |busy: f64| {
            let totals: Vec<Change> = [busy, 0.06, -0.03, 0.05, -0.02]
                .iter()
                .zip(within)
                .map(|(value, within)| {
                    let variance = within + settings.between();
                    Change { value: *value, variance_below: variance, variance_above: variance, df: 34.0 }
                })
                .collect();
            apart(&totals, &within, &settings)
        };
        let faster = told(-0.18);
        assert!(faster.endpoints[1..].iter().all(|one| one.specific.unwrap().p_above(0.0) > 0.05), "{faster:?}");
        assert!(faster.endpoints[0].total.p_below(0.0) < 0.001);
        let slower = told(0.18);
        assert!(slower.common.unwrap().p_above(0.0) > 0.05, "no system-wide shift: {:?}", slower.common);
        assert!(slower.endpoints[0].total.p_above(0.0) < 0.001);
    }

    #[test]
    fn no_endpoint_weighs_more_than_a_quarter() {
        let near = |found: Vec<f64>, wanted: &[f64]| {
            assert!(found.iter().zip(wanted).all(|(one, other)| (one - other).abs() < 1e-12), "{found:?}");
        };
        near(shares(vec![96.0, 1.0, 1.0, 1.0, 1.0], 0.25), &[0.25, 0.1875, 0.1875, 0.1875, 0.1875]);
        near(shares(vec![50.0, 46.0, 2.0, 1.0, 1.0], 0.25), &[0.25, 0.25, 0.25, 0.125, 0.125]);
        near(shares(vec![2.0, 2.0, 2.0, 2.0, 1.0, 1.0], 0.25), &[0.2, 0.2, 0.2, 0.2, 0.1, 0.1]);
        near(shares(vec![3.0, 1.0], 0.25), &[0.75, 0.25]);
    }

    #[test]
    fn without_blocks_what_all_share_is_blamed_on_none_of_them() {
        let shifted = told(&[0.31, 0.29, 0.30, 0.32, 0.28, 0.30], 0.02);
        assert!(shifted.common.unwrap().p_above(0.0) < 0.001, "the system as a whole");
        assert!(shifted.endpoints.iter().all(|one| one.specific.unwrap().p_above(0.0) > 0.1));
        let one = told(&[0.01, -0.01, 0.0, 0.3, 0.01, 0.0], 0.02);
        assert!(one.common.unwrap().p_above(0.0) > 0.1);
        assert!(one.endpoints[3].specific.unwrap().p_above(0.0) < 0.001);
    }

    #[test]
    fn with_few_endpoints_each_stands_for_itself() {
        let few = told(&[0.3, 0.3, 0.3], 0.02);
        assert!(few.endpoints.iter().all(|one| one.specific.is_none()));
        assert!(few.common.unwrap().variance_below.is_infinite());
    }
}
