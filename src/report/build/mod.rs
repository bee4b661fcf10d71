//! From figures and judgement to the report: words are chosen here, nothing is computed anew.

mod answer;
mod charts;
mod footing;
pub mod history;
mod overlaid;
mod strips;
mod tests_of;
pub mod words;

use crate::analyse::figures::{Doubt, EndpointFigures, TestFigures};
use crate::compare::by_percentile::DistributionChange;
use crate::compare::delta::Delta;
use crate::compare::side::Side;
use crate::judge::outcome::Judgement;
use crate::model::key::Population;
use crate::model::test::Test;
use crate::report::baseline::{BaselineUsed, ReferenceUsed};
use crate::report::chart::TailPoint;
use crate::report::history::HistoryTest;
use crate::report::inspection::{Inspection, Unwatched};
use crate::report::model::{
    Approval, ConfigUsed, FileNotUsed, Generator, Report, Reproduce, Request, RequirementLine, SCHEMA, TestReport,
};
use sha2::{Digest, Sha256};

/// A test and its figures.
#[derive(Debug)]
pub struct Judged<'a> {
    /// The test.
    pub test: &'a Test,
    /// Its figures.
    pub figures: &'a TestFigures,
    /// Doubts about the run: its own, and where it was judged those about the load that was asked of it.
    pub doubts: Vec<Doubt>,
    /// Why it does not count, where another result of the same test does.
    pub superseded: Option<String>,
    /// As declared.
    pub kind: Option<String>,
    /// As declared.
    pub purpose: Option<String>,
}

impl Judged<'_> {
    /// Figures of all requests together.
    fn requests(&self) -> Option<&EndpointFigures> {
        let requests = self.figures.populations.iter().find(|one| one.population == Population::Request);
        requests.map(|one| &one.totals)
    }

    /// Points of the percentile curve with their intervals, where latencies were recorded.
    fn curve(&self) -> Vec<TailPoint> {
        use crate::model::distribution::Distribution;
        let requests = self.test.populations.iter().find(|one| one.population == Population::Request);
        match requests.map(|one| &one.totals.latency) {
            Some(Distribution::Recorded(recorded) | Distribution::Bucketed { rounded: recorded, .. }) => {
                let mut points = charts::curve_of(&recorded.histogram);
                let effect = self.requests().map_or(1.0, |totals| totals.latency_us.design_effect);
                for point in &mut points {
                    point.interval = crate::analyse::percentile::interval_us(recorded, point.rank, effect);
                }
                points
            }
            _ => Vec::new(),
        }
    }
}

/// Everything that a report is made of.
#[derive(Debug)]
pub struct Material<'a> {
    /// Title as given; else it is made from the tests' names.
    pub title: Option<String>,
    /// Tests with results.
    pub tests: Vec<Judged<'a>>,
    /// The judgement.
    pub judgement: &'a Judgement,
    /// Comparisons.
    pub deltas: &'a [Delta],
    /// Distributions of both runs side by side.
    pub distributions: Vec<DistributionChange>,
    /// Stored sides by the name of the test here, with the baseline's name.
    pub before: Vec<(String, String, Side)>,
    /// The baseline.
    pub baseline: Option<BaselineUsed>,
    /// The pinned reference against which slow drift is seen.
    pub reference: Option<ReferenceUsed>,
    /// What the store knows of the tests.
    pub history: Vec<HistoryTest>,
    /// The configuration.
    pub config: ConfigUsed,
    /// As declared.
    pub build: Option<String>,
    /// As declared.
    pub environment: Option<String>,
    /// Requirements.
    pub requirements: Vec<RequirementLine>,
    /// Approvals.
    pub approvals: Vec<Approval>,
    /// Files that are nobody's result.
    pub files_not_used: Vec<FileNotUsed>,
    /// The command line.
    pub command: String,
    /// What was read.
    pub request: Request,
    /// Assumed constants, in words.
    pub assumed: Vec<String>,
}

impl Material<'_> {
    /// The baseline's name and side for a test.
    fn before(&self, test: &str) -> Option<(&str, &Side)> {
        self.before.iter().find(|(name, _, _)| name == test).map(|(_, id, side)| (id.as_str(), side))
    }
}

/// Definitions that every report prints.
fn definitions() -> Vec<String> {
    [
        "p95 is the smallest recorded latency such that at least 95 % of requests were at or below it (inverse CDF, type 1; HdrHistogram with 3 significant digits, which reads at most 0.1 % too high). Figures quoted from a tool keep that tool's definition, which stands beside them.",
        "Intervals are 95 %: order statistics for percentiles, Wilson for failures, both widened by the design effect that the windows show. A percentile of fewer requests than can bound it is not given.",
        "Latency is over all responses, failed ones included, unless it says successes. Rate is requests divided by the time from the first start to the last end.",
        "A request belongs to the window in which it ended. Totals cover the whole run; comparisons leave the ramp out.",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Builds the report.
#[must_use]
pub fn build(material: Material<'_>) -> Report {
    let tests: Vec<TestReport> = material
        .tests
        .iter()
        .enumerate()
        .map(|(at, judged)| {
            let id = format!("t{}", at + 1);
            let charts = charts::charts(judged, &material, &id);
            TestReport { charts, ..tests_of::test(judged, id) }
        })
        .collect();
    // What does not count gives page one no figure.
    let counted: Vec<&TestReport> = tests.iter().filter(|test| test.superseded.is_none()).collect();
    let answer = answer::answer(&material, &counted);
    let holds_for = footing::holds_for(&material, &counted);
    Report {
        schema: SCHEMA.to_owned(),
        generator: generator(),
        title: material.title.clone().unwrap_or_else(|| title(&tests)),
        run_id: run_id(&tests, &material),
        verdict: material.judgement.verdict,
        verdict_alone: Some(material.judgement.alone).filter(|alone| *alone != material.judgement.verdict),
        conditions: material.judgement.conditions.iter().map(|reason| reason.text.clone()).collect(),
        holds_for,
        answer,
        tests,
        criteria: material.judgement.criteria.clone(),
        scores: material.judgement.beside.scores.clone(),
        grades: material.judgement.beside.grades.clone(),
        ladder: material.judgement.beside.ladder.clone(),
        deltas: material.deltas.to_vec(),
        distributions: material.distributions,
        findings: material.judgement.findings.clone(),
        reproduce: Reproduce {
            command: material.command,
            request: material.request,
            assumed: material.assumed,
            definitions: definitions(),
        },
        config: material.config,
        baseline: material.baseline,
        reference: material.reference,
        history: material.history,
        plan: material.judgement.plan.clone(),
        requirements: material.requirements,
        files_not_used: material.files_not_used,
        approvals: material.approvals,
        signoff: None,
    }
}

/// Figures without judgement, for `inspect --json`.
#[must_use]
pub fn inspection(tests: &[Judged<'_>], files_not_used: Vec<FileNotUsed>, unwatched: Vec<Unwatched>) -> Inspection {
    let tests = tests.iter().enumerate().map(|(at, judged)| tests_of::test(judged, format!("t{}", at + 1))).collect();
    Inspection { schema: SCHEMA.to_owned(), tests, files_not_used, unwatched }
}

fn generator() -> Generator {
    Generator { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

fn title(tests: &[TestReport]) -> String {
    match tests {
        [] => "Load test report".to_owned(),
        [one] => format!("Load test report: {}", one.name),
        [first, rest @ ..] => format!("Load test report: {} and {} more", first.name, rest.len()),
    }
}

/// Names the report by what went into it: the same inputs, configuration and baseline give the same name, others another.
fn run_id(tests: &[TestReport], material: &Material<'_>) -> String {
    let mut hash = Sha256::new();
    hash.update(&material.config.sha256);
    let reference = material.reference.iter().map(|one| &one.baseline);
    for baseline in material.baseline.iter().chain(reference) {
        hash.update(baseline.id.as_bytes());
        hash.update(&baseline.sha256);
    }
    for input in tests.iter().flat_map(|test| &test.inputs) {
        hash.update(input.source.as_bytes());
        hash.update(input.sha256.as_deref().unwrap_or_default());
    }
    crate::fmt::hex(hash.finalize().get(..6).unwrap_or_default())
}
