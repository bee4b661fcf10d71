//! What is counted: false alarms between runs of one system, and how often a planted +10 % is found.

use super::system::{P95, Run, Scenario, System};
use plimsoll::compare::Call;
use plimsoll::compare::block::{self, Block};
use plimsoll::compare::change::Tests;
use plimsoll::compare::history::{self, Series};
use plimsoll::compare::multiplicity::benjamini_hochberg;
use plimsoll::compare::sample::Sample;
use plimsoll::compare::settings::{Metric, Settings};
use plimsoll::compare::shift::ShiftKind;
use plimsoll::compare::two_run::{self, Outcome, Sampled, Steady};

/// The factor that is planted.
pub(crate) const PLANTED: f64 = 1.1;

/// What the product assumes of the spread between runs.
const ASSUMED: (f64, f64) = (0.02, 0.01);
/// All metrics that any of the rules here asks for.
const METRICS: [Metric; 4] = [Metric::Quantile(0.5), Metric::Quantile(0.95), Metric::Quantile(0.99), Metric::Failures];

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

/// Samples of a run, of which every comparison here can be made.
#[must_use]
pub(crate) fn samples(system: &System, run: &Run<'_>) -> Vec<Sample> {
    run.parts().iter().map(|parts| sample(system, parts)).collect()
}

/// One endpoint's.
#[must_use]
pub(crate) fn sample(system: &System, parts: &[Block]) -> Sample {
    let m = two_run::blocks_of(steady(system)).unwrap_or_default();
    Sample::of(&block::regroup(parts, m), &METRICS)
}

fn steady(system: &System) -> Steady {
    let seconds = system.seconds as f64;
    Steady { before_s: seconds, after_s: seconds }
}

/// Two runs, compared by the product's own rule.
#[must_use]
pub(crate) fn compared(system: &System, before: &[Sample], after: &[Sample], settings: &Settings) -> Outcome {
    let pairs = system.endpoints.iter().zip(before).zip(after);
    let pairs: Vec<Sampled<'_>> =
        pairs.map(|((endpoint, before), after)| Sampled { endpoint: &endpoint.name, before, after }).collect();
    two_run::compare_samples("simulated", &pairs, None, steady(system), settings)
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
pub(crate) fn by_history(before: &[Vec<P95>], after: &[Vec<P95>]) -> Vec<bool> {
    let of = |runs: &[Vec<P95>], at: usize| runs.iter().map(|run| run.get(at).map(|one| one.ln)).collect();
    let series = |at: usize| {
        let within = before.iter().chain(after).map(|run| run[at].sd * run[at].sd);
        let within = Some(within.sum::<f64>() / (before.len() + after.len()) as f64);
        Series { before: of(before, at), after: of(after, at), rounding: 0.0, within }
    };
    let series: Vec<Series> = (0..before.first().map_or(0, Vec::len)).map(series).collect();
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
    /// Five runs against one, ten against one, three against three, five against five.
    pub(crate) history: [Count; 4],
    /// Found, by planted endpoint: p95 with the own tau, with the assumed one; the histories.
    pub(crate) power: [[Count; 3]; 6],
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

    /// One trial: a pair of runs, and eleven runs as a history.
    #[must_use]
    pub(crate) fn of_trial(system: &System, scenario: &Scenario, seed: u64, planted: &[usize]) -> Self {
        let mut tally = Self::default();
        tally.count_pair(&Told::of(system, scenario), (seed * 16, seed * 16 + 1), planted);
        let runs = (2..13).map(|at| system.run(scenario, seed * 16 + at).p95s()).collect();
        tally.count_history(runs, planted);
        tally
    }

    /// Two runs by each rule; and again, with one endpoint of the second run slower.
    fn count_pair(&mut self, told: &Told<'_>, seeds: (u64, u64), planted: &[usize]) {
        let Told { system, scenario, own, assumed, gate, p99 } = told;
        let (before, run) = (samples(system, &system.run(scenario, seeds.0)), system.run(scenario, seeds.1));
        let mut after = samples(system, &run);
        let alarm = |settings: &Settings| any_regressed(&compared(system, &before, &after, settings));
        self.p95.add(alarm(own));
        self.p95_assumed.add(alarm(assumed));
        self.gate.add(alarm(gate));
        self.p99.add(alarm(p99));
        for (place, at) in planted.iter().enumerate() {
            let slower = sample(system, &run.parts_of(*at, PLANTED));
            let usual = std::mem::replace(&mut after[*at], slower);
            let name = &system.endpoints[*at].name;
            let found = |settings: &Settings| regressed(&compared(system, &before, &after, settings), name);
            self.power[0][place].add(found(own));
            self.power[1][place].add(found(assumed));
            after[*at] = usual;
        }
    }

    /// Ten runs and one more by each rule; and again, with one endpoint slower in all of the runs that are judged.
    fn count_history(&mut self, mut runs: Vec<Vec<P95>>, planted: &[usize]) {
        let judged = runs.split_off(runs.len() - 1);
        let calls = |slower: Option<usize>| {
            let shifted = |figures: &Vec<P95>| {
                let slow = |(at, one): (usize, &P95)| if Some(at) == slower { one.slower(PLANTED) } else { *one };
                figures.iter().enumerate().map(slow).collect::<Vec<P95>>()
            };
            let one: Vec<Vec<P95>> = judged.iter().map(shifted).collect();
            let with = |others: &[Vec<P95>]| others.iter().chain(&judged).map(shifted).collect::<Vec<_>>();
            [
                by_history(&runs[..5], &one),
                by_history(&runs, &one),
                by_history(&runs[..3], &with(&runs[3..5])),
                by_history(&runs[..5], &with(&runs[5..9])),
            ]
        };
        for (count, calls) in self.history.iter_mut().zip(calls(None)) {
            count.add(calls.contains(&true));
        }
        for (place, at) in planted.iter().enumerate() {
            for (row, calls) in calls(Some(*at)).iter().enumerate() {
                self.power[2 + row][place].add(calls[*at]);
            }
        }
    }
}

/// What the rules are told in a scenario.
struct Told<'a> {
    system: &'a System,
    scenario: &'a Scenario,
    own: Settings,
    assumed: Settings,
    gate: Settings,
    p99: Settings,
}

impl<'a> Told<'a> {
    fn of(system: &'a System, scenario: &'a Scenario) -> Self {
        let p95 = [Metric::Quantile(0.95)];
        Self {
            system,
            scenario,
            own: settings(&p95, scenario.tau),
            assumed: settings(&p95, ASSUMED),
            gate: settings(&Settings::default().metrics, ASSUMED),
            p99: settings(&[Metric::Quantile(0.99)], ASSUMED),
        }
    }
}
