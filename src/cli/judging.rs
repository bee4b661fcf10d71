//! From figures to a report: comparison with the baseline, judgement, report; shared by `report`, `compare` and `baseline`.

use super::against::{self, Against, Own, Pair};
use super::pipeline::Gathered;
use crate::compare::by_percentile::DistributionChange;
use crate::compare::comparable::Fingerprint;
use crate::compare::delta::Delta;
use crate::compare::rate;
use crate::compare::settings::Settings;
use crate::compare::shift::Shift;
use crate::compare::side::Side;
use crate::compare::sides::Comparison;
use crate::config::Config;
use crate::config::import::Loaded;
use crate::judge::outcome::Judgement;
use crate::judge::{self, BaselineState, Case, JudgedTest, plan};
use crate::quantity::Quantity;
use crate::report::baseline::{BaselinePair, ReferenceUsed};
use crate::report::build::{self, Judged, Material};
use crate::report::history::HistoryTest;
use crate::report::model::{Approval, ConfigUsed, ImportUsed, Report, Request, RequirementLine};
use crate::store::run::{self, RunLine, StoredRun};

/// What a comparison is made with, as configured.
pub(super) fn rules(config: &Config) -> Settings {
    let compare = &config.compare;
    let usual = Settings::default();
    let or = |quantity: Option<Quantity>, usual: f64| quantity.map_or(usual, |quantity| quantity.value);
    Settings {
        metrics: super::against::metrics(config),
        rates: compare.metrics.iter().any(|name| name == rate::NAME),
        material: or(compare.material, usual.material),
        floor_us: or(compare.floor, usual.floor_us),
        margin: or(compare.margin, usual.margin),
        must_detect: or(compare.must_detect, usual.must_detect),
        ..usual
    }
}

/// Tests of two suites by name; where each side has one, they are paired whatever their names.
pub(super) struct Pairs<'a> {
    pub(super) both: Vec<Pair<'a>>,
    only_after: Vec<&'a Side>,
    only_before: Vec<&'a Side>,
}

impl<'a> Pairs<'a> {
    /// `before` are sides with their fingerprints.
    pub(super) fn of(
        after: &'a [Own],
        before: &'a [(Side, Fingerprint)],
        against: Option<&'a Against>,
        config: &Config,
    ) -> Self {
        let pair = |(side, was): &'a (Side, Fingerprint), own| Pair::new(side, was, own, against, config);
        if let ([own], [stored]) = (after, before) {
            return Self { both: vec![pair(stored, own)], only_after: Vec::new(), only_before: Vec::new() };
        }
        let mut pairs = Self { both: Vec::new(), only_after: Vec::new(), only_before: Vec::new() };
        for own in after {
            match before.iter().find(|(side, _)| side.test == own.side.test) {
                Some(stored) => pairs.both.push(pair(stored, own)),
                None => pairs.only_after.push(&own.side),
            }
        }
        let gone = before.iter().map(|(side, _)| side);
        pairs.only_before = gone.filter(|side| after.iter().all(|own| own.side.test != side.test)).collect();
        pairs
    }

    /// Comparisons, in the order of the tests here.
    pub(super) fn compare(&self, config: &Config) -> Vec<Comparison> {
        self.both.iter().map(|pair| pair.compare(config)).collect()
    }

    /// Which test was compared with which, and what differs besides the results.
    pub(super) fn lines(&self, comparisons: &[Comparison]) -> Vec<BaselinePair> {
        let both = self.both.iter().zip(comparisons).map(|(pair, comparison)| pair.line(comparison));
        let new = self.only_after.iter().map(|side| BaselinePair::only_here(&side.test));
        let gone = self.only_before.iter().map(|side| BaselinePair::only_stored(&side.test, side.started_at));
        both.chain(new).chain(gone).collect()
    }
}

/// Everything that a report is made of, as the command line gives it.
pub(super) struct Judging<'a> {
    pub(super) gathered: &'a Gathered,
    /// The tests that count and hold requests.
    pub(super) own: Vec<Own>,
    pub(super) baseline: Option<Against>,
    /// A pinned baseline against which slow drift is seen.
    pub(super) reference: Option<Against>,
    /// What the store knows of the tests.
    pub(super) history: Vec<HistoryTest>,
    pub(super) title: Option<String>,
    pub(super) command: String,
    pub(super) request: Request,
}

/// What was compared, and what came of it.
struct Compared {
    deltas: Vec<Delta>,
    shifts: Vec<Shift>,
    distributions: Vec<DistributionChange>,
    lines: Vec<BaselinePair>,
    state: BaselineState,
    assumed: Vec<String>,
    /// Stored sides by the name of the test here, with the baseline's name.
    stored: Vec<(String, String, Side)>,
}

impl<'a> Judging<'a> {
    pub(super) fn new(gathered: &'a Gathered, title: Option<String>, command: String) -> Self {
        let own = own(gathered);
        let request = Request::default();
        Self { gathered, own, baseline: None, reference: None, history: Vec::new(), title, command, request }
    }

    /// Compares, judges and builds the report.
    pub(super) fn report(&self) -> Report {
        let config = &self.gathered.config;
        let compared = self.compared(self.baseline.as_ref());
        let drift = self.compared(self.reference.as_ref());
        let tests = self.tests();
        let earlier = self.baseline.as_ref().map(|one| one.earlier(&self.own)).unwrap_or_default();
        let case = Case {
            tests: &tests,
            deltas: &compared.deltas,
            shifts: &compared.shifts,
            config,
            baseline: &compared.state,
            earlier: &earlier,
            drift: self.reference.as_ref().map(|one| (one.id.as_str(), drift.deltas.as_slice())),
        };
        let judgement = judge::judge(&case);
        self.built(&judgement, compared, drift)
    }

    fn compared(&self, against: Option<&Against>) -> Compared {
        let config = &self.gathered.config;
        let before: Vec<(Side, Fingerprint)> = against.map(Against::stored).unwrap_or_default();
        let pairs = Pairs::of(&self.own, &before, against, config);
        let comparisons = pairs.compare(config);
        let mut deltas: Vec<Delta> = comparisons.iter().flat_map(|one| one.deltas.clone()).collect();
        deltas.extend(against.into_iter().flat_map(|one| one.declared(&self.own, &rules(config))));
        let id = against.map(|one| one.id.clone()).unwrap_or_default();
        let stored =
            pairs.both.iter().map(|pair| (pair.after.side.test.clone(), id.clone(), pair.before.clone())).collect();
        Compared {
            state: state(against, &pairs, &deltas, config),
            shifts: comparisons.iter().flat_map(|one| one.shifts.clone()).collect(),
            distributions: comparisons.iter().flat_map(|one| one.distributions.clone()).collect(),
            lines: pairs.lines(&comparisons),
            assumed: against::assumed(&pairs.both, config),
            deltas,
            stored,
        }
    }

    fn built(&self, judgement: &Judgement, compared: Compared, drift: Compared) -> Report {
        let config = &self.gathered.config;
        let judged = self.tests();
        let lineup = plan::lineup(&judged, config);
        let tests = self.gathered.tests.iter().map(|(test, figures)| {
            let sources: Vec<&str> = test.inputs.iter().map(|input| input.source.as_str()).collect();
            let plan = config.planned(&test.name, &sources);
            let kind = plan.and_then(|plan| plan.kind).map(|kind| format!("{kind:?}").to_lowercase());
            let found = lineup.of(test);
            let doubts = found.map_or_else(|| figures.doubts.clone(), |(entry, _)| entry.doubts.clone());
            let superseded = found.and_then(|(_, why)| why).map(str::to_owned);
            Judged { test, figures, doubts, superseded, kind, purpose: plan.and_then(|plan| plan.purpose.clone()) }
        });
        build::build(Material {
            title: self.title.clone().or_else(|| config.suite.title.clone()).or_else(|| config.report.title.clone()),
            tests: tests.collect(),
            judgement,
            deltas: &compared.deltas,
            before: compared.stored,
            baseline: self.baseline.as_ref().map(|one| one.used(compared.lines)),
            reference: self
                .reference
                .as_ref()
                .map(|one| ReferenceUsed { baseline: one.used(drift.lines), deltas: drift.deltas }),
            history: self.history.clone(),
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
            request: self.request.clone(),
            distributions: compared.distributions,
            assumed: compared.assumed,
        })
    }

    fn tests(&self) -> Vec<JudgedTest<'_>> {
        self.gathered.tests.iter().map(|(test, figures)| JudgedTest { test, figures }).collect()
    }

    /// The tests as they are stored, with the verdict of the suite, and beside it the one by which they are fit to be compared with.
    pub(super) fn stored(&self, report: &Report) -> Vec<StoredRun> {
        let (verdict, alone) = (Some(report.verdict), report.verdict_alone);
        let kept = |own: &Own| StoredRun::of(&own.side, RunLine { verdict, alone, ..own.line.clone() });
        self.own.iter().map(kept).collect()
    }
}

/// Sides of the tests that count and hold requests: a superseded run is neither compared nor stored.
fn own(gathered: &Gathered) -> Vec<Own> {
    let tests: Vec<JudgedTest<'_>> =
        gathered.tests.iter().map(|(test, figures)| JudgedTest { test, figures }).collect();
    let lineup = plan::lineup(&tests, &gathered.config);
    let entries = lineup.entries.iter();
    let side = |entry: &plan::Entry<'_>| {
        let side = Side::of(entry.judged.test, entry.judged.figures)?;
        Some(Own::of(entry.judged.test, side, &gathered.config))
    };
    entries.filter_map(side).collect()
}

fn state(against: Option<&Against>, pairs: &Pairs<'_>, deltas: &[Delta], config: &Config) -> BaselineState {
    let Some(against) = against else { return BaselineState::NotAsked };
    if let Some(why) = pairs.both.iter().find_map(|pair| pair.refused(config)) {
        return BaselineState::Unusable(why);
    }
    if pairs.both.is_empty() && deltas.is_empty() {
        let why = "the baseline holds no test of the same name".to_owned();
        return BaselineState::Unusable(if against.missing.is_empty() { why } else { against.missing.join("; ") });
    }
    BaselineState::Used { id: against.id.clone() }
}

fn config_used(config: &Config) -> ConfigUsed {
    let (text, source) = match &config.source {
        Some(source) => (config.text.clone(), source.clone()),
        None => (crate::config::DEFAULT.to_owned(), "default".to_owned()),
    };
    // Whoever recomputes the verdict needs the borrowed criteria too.
    let import = |one: &Loaded| {
        let demands = serde_json::to_value(&one.demands).unwrap_or_default();
        Some(ImportUsed { source: one.source.clone(), sha256: one.sha256.clone()?, demands })
    };
    let imports: Vec<ImportUsed> = config.borrowed.iter().filter_map(import).collect();
    ConfigUsed { sha256: config_hash(&text, &imports), text, source, imports }
}

/// SHA-256 of a configuration with the files that it takes criteria from.
pub(super) fn config_hash(text: &str, imports: &[ImportUsed]) -> String {
    let sums: String = imports.iter().map(|one| one.sha256.as_str()).collect();
    run::hash(&format!("{text}{sums}"))
}

/// Declared requirements with what became of them.
fn requirements(config: &Config, judgement: &Judgement) -> Vec<RequirementLine> {
    let lines = config.requirements.iter().zip(&judgement.requirements).map(|(declared, outcome)| RequirementLine {
        id: declared.id.clone(),
        text: declared.text.clone(),
        criteria: judge::requirement::criteria(declared, &config.criteria),
        expected: declared.expected.as_ref().map(ToString::to_string),
        implemented_by: declared.implemented_by.clone(),
        validated_by: declared.validated_by.clone(),
        expectation: outcome.expectation.clone(),
        status: outcome.status,
    });
    lines.collect()
}
