//! From figures to a report: comparison with the baseline, judgement, report; shared by `report`, `compare` and `baseline`.

use super::pipeline::Gathered;
use crate::compare::settings::{Metric, Settings};
use crate::compare::side::Side;
use crate::compare::sides::{self, Comparison};
use crate::config::Config;
use crate::config::schema::Include;
use crate::error::Error;
use crate::fmt;
use crate::judge::outcome::{Judgement, Verdict};
use crate::judge::{self, BaselineState, Case, JudgedTest, plan};
use crate::quantity::Quantity;
use crate::report::build::{self, Judged, Material};
use crate::report::model::{Approval, BaselinePair, BaselineUsed, ConfigUsed, Report, RequirementLine};
use crate::store::{Eligible, Store, run, run::StoredRun};

/// A baseline as loaded from the store.
pub(super) struct Baseline {
    id: String,
    runs: Vec<StoredRun>,
}

/// Loads a baseline.
pub(super) fn load(store: &Store, name: &str, config: &Config) -> Result<Baseline, Error> {
    Ok(Baseline { id: name.to_owned(), runs: store.load(name, &eligible(config))? })
}

/// Which stored runs may be the `latest` baseline, as configured.
pub(super) fn eligible(config: &Config) -> Eligible {
    let labels = &config.compare.labels;
    Eligible {
        conditions: matches!(config.baseline.include, Include::Conditions),
        labels: labels.iter().map(|name| (name.clone(), config.suite.labels.get(name).cloned())).collect(),
    }
}

/// What a comparison is made with, as configured.
pub(super) fn rules(config: &Config) -> Settings {
    let compare = &config.compare;
    let metrics: Vec<Metric> = compare.metrics.iter().filter_map(|name| Metric::of_name(name)).collect();
    let usual = Settings::default();
    let or = |quantity: Option<Quantity>, usual: f64| quantity.map_or(usual, |quantity| quantity.value);
    Settings {
        metrics,
        material: or(compare.material, usual.material),
        floor_us: or(compare.floor, usual.floor_us),
        margin: or(compare.margin, usual.margin),
        must_detect: or(compare.must_detect, usual.must_detect),
        ..usual
    }
}

/// Tests of two suites by name; where each side has one, they are paired whatever their names.
pub(super) struct Pairs<'a> {
    both: Vec<(&'a Side, &'a Side)>,
    only_after: Vec<&'a Side>,
    only_before: Vec<&'a Side>,
}

impl<'a> Pairs<'a> {
    pub(super) fn of(after: &'a [Side], before: &'a [Side]) -> Self {
        if let ([after], [before]) = (after, before) {
            return Self { both: vec![(before, after)], only_after: Vec::new(), only_before: Vec::new() };
        }
        let mut pairs = Self { both: Vec::new(), only_after: Vec::new(), only_before: Vec::new() };
        for side in after {
            match before.iter().find(|one| one.test == side.test) {
                Some(before) => pairs.both.push((before, side)),
                None => pairs.only_after.push(side),
            }
        }
        pairs.only_before = before.iter().filter(|one| after.iter().all(|side| side.test != one.test)).collect();
        pairs
    }

    /// Comparisons, in the order of the tests here.
    pub(super) fn compare(&self, rules: &Settings) -> Vec<Comparison> {
        self.both.iter().map(|(before, after)| sides::sides(before, after, rules)).collect()
    }

    /// Which test was compared with which, and what differs besides the results.
    pub(super) fn lines(&self, comparisons: &[Comparison]) -> Vec<BaselinePair> {
        let started = |side: &Side| side.started_at.map(fmt::rfc3339);
        let both = self.both.iter().zip(comparisons).map(|((before, after), comparison)| BaselinePair {
            test: Some(after.test.clone()),
            stored: Some(before.test.clone()),
            started_at: started(before),
            differences: comparison.differences.clone(),
        });
        let new = self.only_after.iter().map(|side| BaselinePair {
            test: Some(side.test.clone()),
            stored: None,
            started_at: None,
            differences: Vec::new(),
        });
        let gone = self.only_before.iter().map(|side| BaselinePair {
            test: None,
            stored: Some(side.test.clone()),
            started_at: started(side),
            differences: Vec::new(),
        });
        both.chain(new).chain(gone).collect()
    }
}

/// Everything that a report is made of, as the command line gives it.
pub(super) struct Judging<'a> {
    pub(super) gathered: &'a Gathered,
    pub(super) baseline: Option<&'a Baseline>,
    pub(super) title: Option<String>,
    pub(super) command: String,
}

impl Judging<'_> {
    /// Compares, judges and builds the report.
    pub(super) fn report(&self) -> Report {
        let config = &self.gathered.config;
        let rules = rules(config);
        let after = self.sides();
        let before: Vec<Side> = self.baseline.iter().flat_map(|one| &one.runs).map(StoredRun::side).collect();
        let pairs = Pairs::of(&after, &before);
        let comparisons = pairs.compare(&rules);
        let lines = pairs.lines(&comparisons);
        let stored: Vec<(String, String, Side)> = match self.baseline {
            Some(baseline) => pairs
                .both
                .iter()
                .map(|(before, after)| (after.test.clone(), baseline.id.clone(), (*before).clone()))
                .collect(),
            None => Vec::new(),
        };
        let deltas: Vec<_> = comparisons.iter().flat_map(|one| one.deltas.clone()).collect();
        let shifts: Vec<_> = comparisons.iter().flat_map(|one| one.shifts.clone()).collect();
        let state = self.state(&pairs);
        let tests = self.tests();
        let mut earlier: Vec<(Side, Option<Verdict>)> =
            self.baseline.iter().flat_map(|one| &one.runs).map(|run| (run.side(), run.verdict)).collect();
        earlier.sort_by_key(|(side, _)| std::cmp::Reverse(side.started_at));
        let case =
            Case { tests: &tests, deltas: &deltas, shifts: &shifts, config, baseline: &state, earlier: &earlier };
        let judgement = judge::judge(&case);
        let mut assumed = Vec::new();
        if self.baseline.is_some() {
            assumed.push(format!(
                "between two runs of the same system ln latency varies by {} in common and {} per endpoint (assumed, no history)",
                fmt::percent(rules.tau_global),
                fmt::percent(rules.tau_endpoint)
            ));
        }
        let baseline = self.baseline.map(|one| BaselineUsed { id: one.id.clone(), sha256: one.sha256(), pairs: lines });
        self.built(&judgement, &deltas, stored, baseline, assumed)
    }

    fn built(
        &self,
        judgement: &Judgement,
        deltas: &[crate::compare::delta::Delta],
        before: Vec<(String, String, Side)>,
        baseline: Option<BaselineUsed>,
        assumed: Vec<String>,
    ) -> Report {
        let config = &self.gathered.config;
        let judged = self.tests();
        let lineup = plan::lineup(&judged, config);
        let tests = self.gathered.tests.iter().map(|(test, figures)| {
            let sources: Vec<&str> = test.inputs.iter().map(|input| input.source.as_str()).collect();
            let plan = config.planned(&test.name, &sources);
            let kind = plan.and_then(|plan| plan.kind).map(|kind| format!("{kind:?}").to_lowercase());
            let counted = lineup.entries.iter().find(|entry| std::ptr::eq(entry.judged.test, test));
            let doubts = counted.map_or_else(|| figures.doubts.clone(), |entry| entry.doubts.clone());
            Judged { test, figures, doubts, kind, purpose: plan.and_then(|plan| plan.purpose.clone()) }
        });
        build::build(Material {
            title: self.title.clone().or_else(|| config.suite.title.clone()).or_else(|| config.report.title.clone()),
            tests: tests.collect(),
            judgement,
            deltas,
            before,
            baseline,
            config: config_used(config),
            build: config.suite.build.clone(),
            environment: config.suite.environment.clone(),
            requirements: requirements(config, judgement),
            approvals: config
                .approvals
                .iter()
                .map(|row| Approval { role: row.role.clone(), name: row.name.clone().unwrap_or_default() })
                .collect(),
            files_not_used: self.gathered.files_not_used.clone(),
            command: self.command.clone(),
            assumed,
        })
    }

    fn tests(&self) -> Vec<JudgedTest<'_>> {
        self.gathered.tests.iter().map(|(test, figures)| JudgedTest { test, figures }).collect()
    }

    /// Sides of the tests that count and hold requests: a superseded run is neither compared nor stored.
    fn sides(&self) -> Vec<Side> {
        let lineup = plan::lineup(&self.tests(), &self.gathered.config);
        lineup.entries.iter().filter_map(|entry| Side::of(entry.judged.test, entry.judged.figures)).collect()
    }

    fn state(&self, pairs: &Pairs<'_>) -> BaselineState {
        match self.baseline {
            None => BaselineState::NotAsked,
            Some(_) if pairs.both.is_empty() => {
                BaselineState::Unusable("the baseline holds no test of the same name".to_owned())
            }
            Some(baseline) => {
                let labels = eligible(&self.gathered.config).labels;
                match baseline.runs.iter().find_map(|run| run.disagreement(&labels)) {
                    Some(why) => BaselineState::Unusable(format!("not comparable: {why}")),
                    None => BaselineState::Used { id: baseline.id.clone() },
                }
            }
        }
    }

    /// The tests as they are stored, with the verdict of the suite.
    pub(super) fn stored(&self, report: &Report) -> Vec<StoredRun> {
        let suite = &self.gathered.config.suite;
        let mut runs: Vec<StoredRun> = self.sides().iter().map(StoredRun::of).collect();
        for run in &mut runs {
            run.verdict = Some(report.verdict);
            run.build.clone_from(&suite.build);
            run.environment.clone_from(&suite.environment);
            run.labels.clone_from(&suite.labels);
            let inputs = report.tests.iter().filter(|test| test.name == run.test).flat_map(|test| &test.inputs);
            run.inputs = inputs.filter_map(|input| input.sha256.clone()).collect();
            run.inputs.sort();
        }
        runs
    }
}

impl Baseline {
    /// Names its content: the hash over its runs' texts.
    fn sha256(&self) -> String {
        let texts: Vec<String> = self.runs.iter().filter_map(|one| run::to_text(one).ok()).collect();
        run::hash(&texts.concat())
    }
}

fn config_used(config: &Config) -> ConfigUsed {
    let (text, source) = match &config.source {
        Some(source) => (config.text.clone(), source.clone()),
        None => (crate::config::DEFAULT.to_owned(), "default".to_owned()),
    };
    // Whoever recomputes the verdict needs the borrowed criteria too.
    let borrowed: Vec<&str> = config.borrowed.iter().map(|one| one.text.as_str()).collect();
    ConfigUsed { sha256: run::hash(&(text.clone() + &borrowed.concat())), text, source }
}

/// Declared requirements with what became of them.
fn requirements(config: &Config, judgement: &Judgement) -> Vec<RequirementLine> {
    let lines = config.requirements.iter().zip(&judgement.requirements).map(|(declared, outcome)| RequirementLine {
        id: declared.id.clone(),
        text: declared.text.clone(),
        criteria: declared.criteria.clone(),
        expected: declared.expected.as_ref().map(ToString::to_string),
        implemented_by: declared.implemented_by.clone(),
        validated_by: declared.validated_by.clone(),
        expectation: outcome.expectation.clone(),
        status: outcome.status,
    });
    lines.collect()
}
