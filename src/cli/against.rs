//! What a run is held against: the runs that `--baseline` means, and how each comparison is made.

mod assumed;
mod carried;
mod earlier;

pub(super) use assumed::assumed;

use super::judging;
use crate::compare::by_percentile;
use crate::compare::comparable::{Asked, Declared, Fingerprint, Unequal};
use crate::compare::declared::{DeclaredFigure, Measured};
use crate::compare::delta::Delta;
use crate::compare::run_figures::RunFigures;
use crate::compare::settings::{Metric, Settings};
use crate::compare::side::Side;
use crate::compare::sides::{self, Comparison};
use crate::compare::tau::{self, Tau};
use crate::compare::{declared, history, mix, over_runs, rate};
use crate::config::Config;
use crate::config::schema::{Include, WhenUnequal};
use crate::error::Error;
use crate::fmt;
use crate::model::test::Test;
use crate::quantity::Quantity;
use crate::report::baseline::{BaselinePair, BaselineUsed, DeclaredUsed};
use crate::report::build::words;
use crate::store::declared::DeclaredBaseline;
use crate::store::run::{self, RunLine, StoredRun};
use crate::store::selection::{self, Selection, Wanted};
use crate::store::{Runs, Store};
use std::collections::BTreeMap;

/// A test of this suite as stored runs are held against it.
pub(super) struct Own {
    pub(super) side: Side,
    pub(super) line: RunLine,
}

impl Own {
    /// Of a test that was read.
    pub(super) fn of(test: &Test, side: Side, config: &Config) -> Self {
        let sources: Vec<&str> = test.inputs.iter().map(|input| input.source.as_str()).collect();
        let plan = config.planned(&test.name, &sources);
        let seconds = |quantity: &Quantity| quantity.value / 1e6;
        let asked = plan.map_or_else(Asked::default, |plan| Asked {
            users: plan.users,
            duration_s: plan.duration.as_ref().map(seconds),
            requests: plan.requests,
        });
        let suite = &config.suite;
        let declared = Declared { asked, environment: suite.environment.clone(), labels: suite.labels.clone() };
        let mut inputs: Vec<String> = test.inputs.iter().filter_map(|input| input.sha256.clone()).collect();
        inputs.sort();
        let line = RunLine {
            test: side.test.clone(),
            started_at: side.started_at,
            place: None,
            verdict: None,
            alone: None,
            build: suite.build.clone(),
            inputs,
            accepted: None,
            unsettled: side.unsettled.clone(),
            fingerprint: Fingerprint::of(&side, declared),
            figures: RunFigures::of(&side, &ranks(config)),
            sha256: String::new(),
        };
        Self { side, line }
    }
}

/// The percentiles of a history: those of the report and those that are compared.
fn ranks(config: &Config) -> Vec<f64> {
    let mut ranks = config.quantiles(&[]);
    ranks.extend(gated(config).iter().filter_map(|name| fmt::quantile_p(name)));
    ranks.sort_by(f64::total_cmp);
    ranks.dedup();
    ranks
}

/// Names of the percentiles that are compared.
fn gated(config: &Config) -> Vec<String> {
    config.compare.metrics.iter().filter(|name| fmt::quantile_p(name).is_some()).cloned().collect()
}

/// A stored run that a test is compared with, and the runs before it.
pub(super) struct Counterpart {
    pub(super) run: StoredRun,
    /// The baseline's runs, oldest first, `run` being the last; empty where a run was named.
    lines: Vec<RunLine>,
    /// Why the baseline begins where it does.
    since: Option<String>,
    /// How much runs of this test differ, by the stored history.
    spread: Option<Tau>,
}

/// A baseline as found.
#[derive(Default)]
pub(super) struct Against {
    pub(super) id: String,
    counterparts: Vec<Counterpart>,
    declared: Option<DeclaredBaseline>,
    /// Of `latest`, the earlier results that other tools' relative criteria ask for, by the name of the test here; newest first.
    earlier: Vec<(String, StoredRun)>,
    /// Why tests have none.
    pub(super) missing: Vec<String>,
    /// Stored runs that cannot be read.
    pub(super) damaged: Vec<Error>,
}

impl Against {
    /// The baseline of a name, of a file, or `latest`: of each test its newest runs that are fit and comparable. `past` are
    /// the stored runs of each of the tests.
    pub(super) fn find(store: &Store, name: &str, own: &[Own], past: &[Runs], config: &Config) -> Result<Self, Error> {
        let mut found = Self { id: name.to_owned(), ..Self::default() };
        if name == "latest" {
            for (one, runs) in own.iter().zip(past) {
                found.latest(store, one, runs, own.len() == 1, config)?;
            }
            return Ok(found);
        }
        let pinned = store.pinned(name)?;
        found.declared = pinned.declared;
        for run in pinned.runs {
            let test = if let [only] = own { &only.line.test } else { &run.run.test };
            let spread = own.iter().zip(past).find(|(one, _)| one.line.test == *test).and_then(|(one, runs)| {
                let selection = select(runs, &one.line, config);
                spread(&selection.used.iter().filter_map(|at| runs.lines.get(*at)).collect::<Vec<_>>())
            });
            found.counterparts.push(Counterpart { run, lines: Vec::new(), since: None, spread });
        }
        Ok(found)
    }

    /// Runs that were named, or just read.
    pub(super) fn of(id: &str, runs: Vec<StoredRun>) -> Self {
        let one = |run| Counterpart { run, lines: Vec::new(), since: None, spread: None };
        Self { id: id.to_owned(), counterparts: runs.into_iter().map(one).collect(), ..Self::default() }
    }

    fn latest(&mut self, store: &Store, own: &Own, runs: &Runs, alone: bool, config: &Config) -> Result<(), Error> {
        // Where each side has one test, they are paired whatever their names.
        let others = match store.tests()?.as_slice() {
            [only] if alone && runs.lines.is_empty() => Some(store.runs(only)?),
            _ => None,
        };
        let runs = others.as_ref().unwrap_or(runs);
        let selection = select(runs, &own.line, config);
        self.damaged.extend(runs.damaged.iter().cloned());
        self.keep_earlier(own, runs, &selection.past, config);
        let newest = selection.used.last().and_then(|at| runs.paths.get(*at));
        let Some(newest) = newest else {
            let test = fmt::plain(&own.line.test);
            let fit = if is_wide(config) { "READY or READY WITH CONDITIONS" } else { "READY" };
            self.missing.push(match runs.lines.len() {
                0 => format!(
                    "no run of {test} is stored yet, so nothing is compared: `--save` keeps this one for the next, which takes it if \
                     {fit}{}",
                    if is_wide(config) { "" } else { " (`include = \"conditions\"` of `[baseline]`: under conditions too)" }
                ),
                n => format!(
                    "no stored run of {test} was {fit} with an equal fingerprint (of {n} stored: {}){}",
                    selection.nothing(),
                    selection.ways_out()
                ),
            });
            return Ok(());
        };
        let run = run::read(newest)?;
        let lines: Vec<RunLine> = selection.used.iter().filter_map(|at| runs.lines.get(*at)).cloned().collect();
        let spread = spread(&lines.iter().collect::<Vec<_>>());
        self.counterparts.push(Counterpart { run, lines, since: selection.since, spread });
        Ok(())
    }

    /// The stored sides with their fingerprints, for pairing.
    pub(super) fn stored(&self) -> Vec<(Side, Fingerprint)> {
        self.counterparts.iter().map(|one| (one.run.side(), one.run.run.fingerprint.clone())).collect()
    }

    /// What a report says of it.
    pub(super) fn used(&self, pairs: Vec<BaselinePair>) -> BaselineUsed {
        let runs = self.counterparts.iter().flat_map(|one| one.lines.iter().chain([&one.run.run]));
        let hashes: Vec<&str> = runs.map(|run| run.sha256.as_str()).collect();
        let declared = self.declared.as_ref();
        BaselineUsed {
            id: self.id.clone(),
            sha256: run::hash(&(hashes.concat() + declared.map_or("", |one| one.sha256.as_str()))),
            pairs,
            declared: declared.map(|one| DeclaredUsed::of(&one.figures)),
            carried: self.carried(),
        }
    }

    /// The declared figures held against the tests that they mean.
    pub(super) fn declared(&self, own: &[Own], rules: &Settings) -> Vec<Delta> {
        let figures = self.declared.iter().flat_map(|one| &one.figures);
        figures.flat_map(|figure| held(own, figure, rules)).collect()
    }

    /// Declared figures alone.
    pub(super) fn of_declared(id: &str, declared: DeclaredBaseline) -> Self {
        Self { id: id.to_owned(), declared: Some(declared), ..Self::default() }
    }

    /// Whether it holds declared figures.
    pub(super) const fn is_declared(&self) -> bool {
        self.declared.is_some()
    }

    fn counterpart(&self, side: &Side) -> Option<&Counterpart> {
        self.counterparts.iter().find(|one| one.run.run.test == side.test)
    }
}

/// One declared figure against the tests that it means and that have the endpoint; where none of them has it, that is said once.
fn held(own: &[Own], figure: &DeclaredFigure, rules: &Settings) -> Vec<Delta> {
    let meant = || own.iter().filter(|one| figure.test.as_ref().is_none_or(|test| *test == one.side.test));
    let found: Vec<Delta> = meant().filter_map(|one| held_by(&one.side, figure, rules)).collect();
    match meant().next() {
        Some(first) if found.is_empty() => vec![declared::unmeasured(&first.side.test, figure)],
        _ => found,
    }
}

fn held_by(side: &Side, figure: &DeclaredFigure, rules: &Settings) -> Option<Delta> {
    let figures = match &figure.endpoint {
        None => &side.totals,
        Some(label) => &side.endpoints.iter().find(|one| one.figures.label == *label)?.figures,
    };
    let measured = Measured { test: &side.test, figures, load: &side.load };
    Some(declared::compare(measured, figure, rules))
}

fn is_wide(config: &Config) -> bool {
    matches!(config.baseline.include, Include::Conditions)
}

/// Which of a test's runs form the baseline of a run.
pub(super) fn select(runs: &Runs, own: &RunLine, config: &Config) -> Selection {
    let wanted = Wanted {
        fingerprint: &own.fingerprint,
        started_at: own.started_at,
        inputs: &own.inputs,
        labels: &config.compare.labels,
        conditions: is_wide(config),
        runs: usize::try_from(config.baseline.runs).unwrap_or(usize::MAX),
        quantiles: &gated(config),
    };
    selection::select(&runs.lines, &wanted)
}

/// How much the runs differ: in p95, or in the first percentile that is in all of them.
fn spread(lines: &[&RunLine]) -> Option<Tau> {
    let figures: Vec<&RunFigures> = lines.iter().map(|line| &line.figures).collect();
    ["p95", "p50"].iter().find_map(|name| tau::between(&figures, name))
}

/// One test and its counterpart, compared.
pub(super) struct Pair<'a> {
    pub(super) before: &'a Side,
    pub(super) after: &'a Own,
    /// The baseline, where runs were stored; a comparison of two inputs has none.
    pub(super) against: Option<&'a Against>,
    pub(super) unequal: Vec<Unequal>,
}

impl<'a> Pair<'a> {
    pub(super) fn new(
        before: &'a Side,
        was: &Fingerprint,
        after: &'a Own,
        against: Option<&'a Against>,
        config: &Config,
    ) -> Self {
        let unequal = was.unequal(&after.line.fingerprint, &config.compare.labels);
        Self { before, after, against, unequal }
    }

    fn counterpart(&self) -> Option<&'a Counterpart> {
        self.against.and_then(|against| against.counterpart(self.before))
    }

    /// Why it is not compared, if it is not.
    pub(super) fn refused(&self, config: &Config) -> Option<String> {
        let refuses = |one: &&Unequal| one.field.starts_with("label ") || config.compare.unequal == WhenUnequal::Refuse;
        let words: Vec<&str> = self.unequal.iter().filter(refuses).map(|one| one.words.as_str()).collect();
        (!words.is_empty()).then(|| format!("not comparable: {}", words.join("; ")))
    }

    /// Compares by the history where there is one, else with the one run.
    pub(super) fn compare(&self, config: &Config) -> Comparison {
        let rules = self.rules(config);
        let mut comparison = sides::sides(self.before, &self.after.side, &rules);
        let lines = self.counterpart().map(|one| one.lines.as_slice()).unwrap_or_default();
        if lines.len() >= history::FEWEST_RUNS {
            let before: Vec<&RunFigures> = lines.iter().map(|line| &line.figures).collect();
            let over = over_runs::compare(&self.after.side.test, &before, &self.after.line.figures, &rules);
            comparison = with_detail(over, &comparison);
            mix::unblamed(&mut comparison, self.before, &self.after.side);
            sides::unsettled(&mut comparison, self.before, &self.after.side);
            by_percentile::name_moves(&mut comparison, &rules);
        }
        if let Some(why) = self.refused(config) {
            comparison = sides::refused(comparison, &why);
        }
        // What the comparison does not say by itself.
        for one in &self.unequal {
            let said = ["tool", "users", "rate", "duration", "endpoints"].contains(&one.field.as_str());
            if !said || comparison.differences.is_empty() {
                comparison.differences.push(one.words.clone());
            }
        }
        comparison
    }

    /// The rules, with the spread between runs that the history shows in place of the assumed one. What a short run cannot
    /// show is not claimed: there it is never below what is assumed.
    pub(super) fn rules(&self, config: &Config) -> Settings {
        let mut rules = judging::rules(config);
        if let Some(spread) = self.counterpart().and_then(|one| one.spread) {
            let short = self.before.steady_s.min(self.after.side.steady_s) < crate::compare::block::LONG_S;
            let least = |measured: f64, assumed: f64| if short { measured.max(assumed) } else { measured };
            rules.tau_global = least(spread.global, rules.tau_global);
            rules.tau_endpoint = least(spread.endpoint, rules.tau_endpoint);
            rules.tau_over = Some(spread.runs);
        }
        rules
    }

    /// How it is written in a report.
    pub(super) fn line(&self, comparison: &Comparison) -> BaselinePair {
        let counterpart = self.counterpart();
        BaselinePair {
            test: Some(self.after.side.test.clone()),
            stored: Some(self.before.test.clone()),
            started_at: self.before.started_at.map(fmt::rfc3339),
            same: counterpart.and_then(|one| same(&one.run.run, &self.after.line)).map(str::to_owned),
            differences: comparison.differences.clone(),
            unequal: crate::compare::comparable::fields(&self.unequal),
            runs: counterpart.map_or(1, |one| one.lines.len().max(1)),
            since: counterpart.and_then(|one| one.since.clone()),
            accepted: counterpart
                .and_then(|one| one.run.run.accepted.as_ref())
                .map(|one| format!("accepted by {} on {}: {}", one.author, one.date, one.reason)),
        }
    }
}

/// Whether both sides are one run: it is no slower than itself, whatever was changed.
fn same(before: &RunLine, after: &RunLine) -> Option<&'static str> {
    if before.is(after) {
        return Some("both are the same run, read from the same files, and equal whatever was changed");
    }
    before
        .may_be(after)
        .then_some("both may be the same run: they began within two seconds of each other, with about as many requests")
}

/// The answers of the history, each with what the newest run alone would say.
fn with_detail(over: crate::compare::two_run::Outcome, alone: &Comparison) -> Comparison {
    let mut deltas = over.deltas;
    let subject = |one: &Delta| (one.endpoint.clone(), one.metric.clone());
    let alone_by: BTreeMap<_, &Delta> = alone.deltas.iter().rev().map(|one| (subject(one), one)).collect();
    for delta in &mut deltas {
        delta.detail = alone_by
            .get(&subject(delta))
            .filter(|one| one.ratio.is_some())
            .map(|one| format!("against the newest run alone: {}, {}", words::change_from(one), words::call(one)));
    }
    // Rates are compared with the newest run only: stored lines hold figures, and no rates over time.
    deltas.extend(alone.deltas.iter().filter(|one| one.metric == rate::NAME).cloned());
    let (distributions, differences) = (alone.distributions.clone(), alone.differences.clone());
    Comparison { deltas, shifts: over.shifts, distributions, differences }
}

/// The metrics as configured.
pub(super) fn metrics(config: &Config) -> Vec<Metric> {
    config.compare.metrics.iter().filter_map(|name| Metric::of_name(name)).collect()
}
