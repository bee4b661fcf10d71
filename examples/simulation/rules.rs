//! What is counted: false alarms between runs of one system, and how often a planted +10 % is found.

use super::system::{Scenario, System};
use plimsoll::compare::Call;
use plimsoll::compare::block::Block;
use plimsoll::compare::change::Tests;
use plimsoll::compare::history::{self, Series};
use plimsoll::compare::multiplicity::benjamini_hochberg;
use plimsoll::compare::settings::{Metric, Settings};
use plimsoll::compare::shift::ShiftKind;
use plimsoll::compare::two_run::{self, Outcome, Pair, Steady};

/// The factor that is planted.
pub(crate) const PLANTED: f64 = 1.1;

/// What the product assumes of the spread between runs.
const ASSUMED: (f64, f64) = (0.02, 0.01);
/// The default gate and p99 are looked at in every so manieth trial: they take longer, and have no bar.
const EVERY: u64 = 4;

/// How often something happened.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Count {
    /// So often,
    pub(crate) hits: u64,
    /// of so many times.
    pub(crate) of: u64,
}

impl Count {
    /// Counts one more.
    pub(crate) fn add(&mut self, hit: bool) {
        self.hits += u64::from(hit);
        self.of += 1;
    }

    /// Adds another count.
    pub(crate) fn merge(&mut self, other: Self) {
        self.hits += other.hits;
        self.of += other.of;
    }

    /// hits / of.
    #[must_use]
    pub(crate) fn share(self) -> f64 {
        self.hits as f64 / self.of.max(1) as f64
    }
}

/// Settings of the simulation: as in the product, without the absolute floor, with the `tau` that is told.
#[must_use]
pub(crate) fn settings(metrics: &[Metric], tau: (f64, f64)) -> Settings {
    Settings { metrics: metrics.to_vec(), tau_global: tau.0, tau_endpoint: tau.1, floor_us: 0.0, ..Settings::default() }
}

/// Two runs, compared by the product's own rule.
#[must_use]
pub(crate) fn compared(system: &System, before: &[Vec<Block>], after: &[Vec<Block>], settings: &Settings) -> Outcome {
    let seconds = system.seconds as f64;
    let pairs = system.endpoints.iter().zip(before).zip(after);
    let pairs: Vec<Pair<'_>> =
        pairs.map(|((endpoint, before), after)| Pair { endpoint: &endpoint.name, before, after }).collect();
    two_run::compare("simulated", &pairs, Steady { before_s: seconds, after_s: seconds }, settings)
}

/// Whether anything at all regressed: an endpoint or the system as a whole.
#[must_use]
pub(crate) fn any_regressed(outcome: &Outcome) -> bool {
    let endpoints = outcome.deltas.iter().filter(|delta| !delta.endpoint.is_empty());
    endpoints.clone().any(|delta| delta.call == Call::Regressed)
        || outcome.shifts.iter().any(|shift| shift.kind == ShiftKind::Regressed)
}

/// Whether one endpoint regressed in any metric.
#[must_use]
pub(crate) fn regressed(outcome: &Outcome, endpoint: &str) -> bool {
    outcome.deltas.iter().any(|delta| delta.endpoint == endpoint && delta.call == Call::Regressed)
}

/// The history rule on figures of runs: which endpoints regressed, and at the end whether the system did.
#[must_use]
pub(crate) fn by_history(before: &[Vec<f64>], after: &[Vec<f64>]) -> Vec<bool> {
    let endpoints = before.first().map_or(0, Vec::len);
    let of = |runs: &[Vec<f64>], at: usize| runs.iter().map(|run| run.get(at).copied()).collect();
    let series: Vec<Series> =
        (0..endpoints).map(|at| Series { before: of(before, at), after: of(after, at), rounding: 0.0 }).collect();
    called(&history::test(&series))
}

/// As the product calls: what exceeds the common change, and the common change, adjusted together; each endpoint's change
/// as it is behind the common one; and nothing under 5 %.
fn called(tests: &Tests) -> Vec<bool> {
    let material = 0.05_f64.ln_1p();
    let specific = tests.endpoints.iter().filter_map(|one| one.specific.map(|specific| specific.p_above(0.0)));
    let adjusted = benjamini_hochberg(&specific.chain(tests.common.map(|one| one.p_above(0.0))).collect::<Vec<_>>());
    let n = tests.endpoints.len();
    let system = tests.common.is_some_and(|common| common.value >= material) && adjusted[n] < 0.05;
    let totals: Vec<f64> = tests.endpoints.iter().map(|one| one.total.p_above(0.0)).collect();
    let totals = benjamini_hochberg(&totals);
    let endpoint = |at: usize| {
        let significant = adjusted[at] < 0.05 || (system && totals[at] < 0.05);
        significant && tests.endpoints[at].total.value >= material
    };
    (0..n).map(endpoint).chain([system]).collect()
}

/// Counts of one scenario.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// p95 alone, told the scenario's own tau.
    pub(crate) p95: Count,
    /// The same, told 2 %/1 %.
    pub(crate) p95_assumed: Count,
    /// The default gate, told 2 %/1 %.
    pub(crate) gate: Count,
    /// p99 alone, told 2 %/1 %.
    pub(crate) p99: Count,
    /// Five runs against one, ten against one, three against three.
    pub(crate) history: [Count; 3],
    /// Found, by planted endpoint: p95 with the own tau, with the assumed one; the histories.
    pub(crate) power: [[Count; 3]; 5],
}

impl Tally {
    /// Adds another tally of the same scenario.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.p95.merge(other.p95);
        self.p95_assumed.merge(other.p95_assumed);
        self.gate.merge(other.gate);
        self.p99.merge(other.p99);
        self.history.iter_mut().zip(other.history).for_each(|(own, other)| own.merge(other));
        for (own, other) in self.power.iter_mut().flatten().zip(other.power.iter().flatten()) {
            own.merge(*other);
        }
    }

    /// One trial: a pair of runs, and twelve runs as a history.
    #[must_use]
    pub(crate) fn of_trial(system: &System, scenario: &Scenario, seed: u64, planted: &[usize]) -> Self {
        let mut tally = Self::default();
        let run = |at: u64, slower: &[(usize, f64)]| system.run(scenario, seed * 16 + at, slower);
        let (before, after) = (run(0, &[]), run(1, &[]));
        let own = settings(&[Metric::Quantile(0.95)], scenario.tau);
        let assumed = settings(&[Metric::Quantile(0.95)], ASSUMED);
        let gate = settings(&Settings::default().metrics, ASSUMED);
        let p99 = settings(&[Metric::Quantile(0.99)], ASSUMED);
        let alarm = |settings: &Settings| any_regressed(&compared(system, &before, &after, settings));
        let same = scenario.tau == ASSUMED;
        tally.p95.add(alarm(&own));
        tally.p95_assumed.add(if same { tally.p95.hits > 0 } else { alarm(&assumed) });
        if seed.is_multiple_of(EVERY) {
            tally.gate.add(alarm(&gate));
            tally.p99.add(alarm(&p99));
        }
        let runs: Vec<Vec<f64>> = (2..12).map(|at| system.figures(scenario, seed * 16 + at)).collect();
        let last = system.figures(scenario, seed * 16 + 12);
        let histories = |last: &[f64]| {
            let last = [last.to_vec()];
            let three = [runs[3].clone(), runs[4].clone(), last[0].clone()];
            [by_history(&runs[..5], &last), by_history(&runs[..10], &last), by_history(&runs[..3], &three)]
        };
        for (count, calls) in tally.history.iter_mut().zip(histories(&last)) {
            count.add(calls.contains(&true));
        }
        for (place, at) in planted.iter().enumerate() {
            let mut slow = after.clone();
            slow[*at] = run(1, &[(*at, PLANTED)]).swap_remove(*at);
            let name = &system.endpoints[*at].name;
            let found = |settings: &Settings| regressed(&compared(system, &before, &slow, settings), name);
            let with_own = found(&own);
            tally.power[0][place].add(with_own);
            tally.power[1][place].add(if same { with_own } else { found(&assumed) });
            // Three against three: the change is in all three of the later runs.
            let shifted = |figures: &[f64]| {
                let mut figures = figures.to_vec();
                figures[*at] += PLANTED.ln();
                figures
            };
            let slow = shifted(&last);
            let three = [shifted(&runs[3]), shifted(&runs[4]), slow.clone()];
            let calls = [
                by_history(&runs[..5], std::slice::from_ref(&slow)),
                by_history(&runs[..10], std::slice::from_ref(&slow)),
                by_history(&runs[..3], &three),
            ];
            for (row, calls) in calls.iter().enumerate() {
                tally.power[2 + row][place].add(calls[*at]);
            }
        }
        tally
    }
}
