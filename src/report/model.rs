//! The report as one value: report.json, the templates' context and the snapshots under test are all this.
//!
//! Base units throughout (`_us` microseconds, `_s` seconds, `_per_s` per second, bytes, ratios 0–1); times are RFC 3339 in
//! UTC; `null` is unknown and has a `why` beside it. Sentences are made by [`super::build`] through [`crate::fmt`], so that
//! JSON, HTML and Markdown cannot disagree.

use super::baseline::{BaselinePair, BaselineUsed, ReferenceUsed};
use super::chart::Chart;
use super::history::HistoryTest;
pub use super::line::Line;
use super::signoff::Signoff;
use crate::analyse::figures::{
    Doubt, EndpointFigures, LoadFigures, MetricFigures, MonitorFigures, Phases, PoolFigures, PopulationFigures,
    SeriesFigures, TrendFigures,
};
use crate::analyse::omission::OmissionFigures;
use crate::compare::by_percentile::DistributionChange;
use crate::compare::delta::Delta;
use crate::compare::shift::Shift;
use crate::judge::beside::{GradeOutcome, Ladder, Score};
use crate::judge::outcome::{CriterionResult, Finding, PlanOutcome, Status, Verdict};
use crate::model::input::InputFile;
use crate::model::key::Population;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of this shape.
pub const SCHEMA: &str = "plimsoll/1";

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// `plimsoll/1`.
    pub schema: String,
    /// The program that made it.
    pub generator: Generator,
    /// Title as configured, or made from the tests' names.
    pub title: String,
    /// First 12 digits of the SHA-256 over inputs, configuration, baseline and what a sign-off declares: names the report on every printed page.
    pub run_id: String,
    /// `ready`, `ready-with-conditions`, `inconclusive` or `not-ready`.
    pub verdict: Verdict,
    /// The verdict without what only the comparison with earlier runs left open, and without the condition that no criterion limits
    /// latency, where that is another: by it a stored run is fit to be compared with, or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict_alone: Option<Verdict>,
    /// Under which conditions it is ready.
    pub conditions: Vec<String>,
    /// For what the verdict holds.
    pub holds_for: HoldsFor,
    /// Page one in sentences.
    pub answer: Answer,
    /// The configuration that was in force.
    pub config: ConfigUsed,
    /// What it was compared with; `null` without baseline.
    pub baseline: Option<BaselineUsed>,
    /// The pinned reference against which slow drift is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ReferenceUsed>,
    /// What the store knows of the tests, this run last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<HistoryTest>,
    /// Every test with results, by name.
    pub tests: Vec<TestReport>,
    /// Declared tests without results, and results that a newer run supersedes.
    pub plan: Vec<PlanOutcome>,
    /// Every criterion as judged.
    pub criteria: Vec<CriterionResult>,
    /// Weighted scores, where anybody declared a weight or a score. They raise nothing.
    #[serde(default)]
    pub scores: Vec<Score>,
    /// Words for figures, as declared; where a criterion says otherwise, that stands with them.
    #[serde(default)]
    pub grades: Vec<GradeOutcome>,
    /// What was met at which load, where tests ran at several.
    #[serde(default)]
    pub ladder: Vec<Ladder>,
    /// Declared requirements and what became of the criteria that trace to them.
    pub requirements: Vec<RequirementLine>,
    /// Every comparison with the baseline.
    pub deltas: Vec<Delta>,
    /// Change by percentile of each endpoint, as observed; empty without latencies over time in both runs.
    #[serde(default)]
    pub distributions: Vec<DistributionChange>,
    /// What was seen, weightiest first.
    pub findings: Vec<Finding>,
    /// Files that are nobody's result, with the reason.
    pub files_not_used: Vec<FileNotUsed>,
    /// How to make this report again.
    pub reproduce: Reproduce,
    /// Rows of the sign-off block.
    pub approvals: Vec<Approval>,
    /// The sign-off, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signoff: Option<Box<Signoff>>,
}

/// The program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Generator {
    /// `plimsoll`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// For what the verdict holds; each `null` where nobody said.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct HoldsFor {
    /// Most users at a time in any test.
    pub users: Option<f64>,
    /// Highest mean rate of any test.
    pub rate_per_s: Option<f64>,
    /// Build, as declared.
    pub build: Option<String>,
    /// Environment, as declared.
    pub environment: Option<String>,
    /// Day of the newest judged run.
    pub date: Option<String>,
    /// All of it as a sentence.
    pub sentence: String,
}

/// Page one: may we ship, why, what changed, what to do, how sure.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// `2 of 7 criteria fail, 1 could not be told`.
    pub summary: String,
    /// One or two sentences for somebody who reads nothing else.
    pub headline: String,
    /// Key figures.
    pub tiles: Vec<Tile>,
    /// Why this verdict, most important first.
    pub why: Vec<Line>,
    /// What changed against the baseline.
    pub changed: Vec<Line>,
    /// What to do, in order.
    pub to_do: Vec<Line>,
    /// What the figures rest on and what weakens them.
    pub sure: Vec<Line>,
    /// Which defaults were in force.
    pub defaults: Vec<String>,
}

/// A key figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tile {
    /// `p95 latency`.
    pub label: String,
    /// `412 ms`.
    pub value: String,
    /// `+34 % (30 to 38)`, `limit 300 ms`, …
    pub beside: String,
    /// `fail`, `warn`, `unsure`, `pass` or `plain`.
    pub state: String,
}

/// The configuration in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigUsed {
    /// Its text; the embedded default's where there is no file.
    pub text: String,
    /// SHA-256 of the text; where criteria of other tools' files are judged, of the text and those files' sums after it.
    pub sha256: String,
    /// The file, or `default`.
    pub source: String,
    /// Files of other tools whose criteria are judged, in the order in which they were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<ImportUsed>,
}

/// A file of another tool whose criteria are judged. The file is not carried, since it may hold more than criteria.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportUsed {
    /// The file.
    pub source: String,
    /// SHA-256 of it.
    pub sha256: String,
    /// What it demands, as it was understood.
    pub demands: serde_json::Value,
}

/// A test with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestReport {
    /// Unique within the report.
    pub name: String,
    /// `t1`, `t2`, …: prefix of anchors and ids in report.html.
    pub id: String,
    /// Date or id of the run folder, where there was one.
    pub run: Option<String>,
    /// As people write it.
    pub tool: String,
    /// Where a file says.
    pub tool_version: Option<String>,
    /// `load`, `spike`, `soak`, … as declared.
    pub kind: Option<String>,
    /// As declared.
    pub purpose: Option<String>,
    /// The files.
    pub inputs: Vec<InputFile>,
    /// First start; where no rows have times, the start that a file states or else, as a remark says, when it was written.
    pub started_at: Option<String>,
    /// Last end.
    pub ended_at: Option<String>,
    /// First start to last end in seconds.
    pub duration_s: Option<f64>,
    /// Why fields of the test are `null`, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub why: BTreeMap<String, String>,
    /// Users and arrivals.
    pub load: LoadFigures,
    /// Ramp and the rest.
    pub phases: Option<Phases>,
    /// What stalls or dropped arrivals hide, and the percentiles corrected for it; absent where neither was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinated_omission: Option<OmissionFigures>,
    /// Whether the run can prove anything; the reasons stand in `doubts`.
    pub valid: bool,
    /// Why this result does not count, where another of the same test does; absent where it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded: Option<String>,
    /// Doubts about the run as a whole.
    pub doubts: Vec<Doubt>,
    /// Requests: all endpoints together.
    pub totals: EndpointFigures,
    /// Requests by endpoint.
    pub endpoints: Vec<EndpointFigures>,
    /// Connections and messages, each a population of its own.
    pub populations: Vec<PopulationFigures>,
    /// Over time.
    pub series: Option<SeriesFigures>,
    /// Monitors.
    pub monitors: Vec<MonitorFigures>,
    /// Columns that were looked at for growth.
    pub trends: Vec<TrendFigures>,
    /// Pools.
    pub pools: Vec<PoolFigures>,
    /// Error texts, most frequent first.
    pub faults: Vec<FaultLine>,
    /// Custom metrics and the tool's own.
    pub custom: Vec<MetricFigures>,
    /// Doubts that the reader of any figure must know.
    pub warnings: Vec<String>,
    /// Assumptions and properties of the sources.
    pub remarks: Vec<String>,
    /// What is drawn.
    pub charts: Vec<Chart>,
}

impl Report {
    /// The tests that count, as the plan's lines have it: of several results of one test the newest valid one.
    #[must_use]
    pub fn standing(&self) -> Vec<&TestReport> {
        self.tests.iter().filter(|test| test.superseded.is_none()).collect()
    }
}

impl TestReport {
    /// Its name, with which of its runs it is where there are several.
    #[must_use]
    pub fn full_name(&self) -> String {
        self.run.as_ref().map_or_else(|| self.name.clone(), |run| format!("{}, {run}", self.name))
    }

    /// What stands for the test where it gets one line: its requests, else the first other population that it measured, and
    /// what these are called.
    #[must_use]
    pub fn measured(&self) -> (&EndpointFigures, &'static str) {
        let none = self.endpoints.is_empty() && self.totals.requests == Some(0);
        let other = self.populations.iter().find(|one| none && one.population != Population::Setup);
        other.map_or((&self.totals, Population::Request.words()), |one| (&one.totals, one.population.words()))
    }

    /// Warnings that no doubt says already, for lists that show both.
    pub fn further_warnings(&self) -> impl Iterator<Item = &String> {
        self.warnings.iter().filter(|text| !self.doubts.iter().any(|doubt| doubt.message.starts_with(text.as_str())))
    }
}

/// An error text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FaultLine {
    /// The endpoint's label, where known.
    pub endpoint: Option<String>,
    /// The tool's text.
    pub text: String,
    /// Where it says so, whose it is that no answer came: `load generator: no free port`, `no answer: connection refused`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// How often.
    pub count: u64,
    /// A failure of requests, or a fault of the test itself.
    pub of_requests: bool,
}

/// A requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequirementLine {
    /// As declared.
    pub id: String,
    /// As declared.
    pub text: String,
    /// Criteria that trace to it.
    pub criteria: Vec<String>,
    /// Expected value or range, with confidence and source, as declared.
    pub expected: Option<String>,
    /// As declared.
    pub implemented_by: Option<String>,
    /// As declared.
    pub validated_by: Option<String>,
    /// The expectation held against the figure, where both are known.
    pub expectation: Option<String>,
    /// Worst status of its criteria; `not-run` where none was judged.
    pub status: Status,
}

/// A file that is nobody's result.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct FileNotUsed {
    /// As the user named it.
    pub source: String,
    /// Why.
    pub reason: String,
    /// Whether it should have been a result: it could not be read, or it breaks off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unreadable: bool,
}

/// How to make the report again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reproduce {
    /// The command line.
    pub command: String,
    /// What was read: with it `verify` computes the report anew.
    #[serde(default)]
    pub request: Request,
    /// Every constant that was assumed rather than measured, with its value.
    pub assumed: Vec<String>,
    /// Definitions of the figures.
    pub definitions: Vec<String>,
}

/// What was asked to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// Files, folders, globs, `-`, as typed.
    pub inputs: Vec<String>,
    /// `ADAPTER=FILE`.
    pub adapters: Vec<String>,
    /// `[TEST=]FILE`.
    pub monitors: Vec<String>,
    /// Whether the first bad row was to end it.
    pub strict: bool,
    /// Whose answer is given where data are missing.
    #[serde(default)]
    pub compat: Option<String>,
    /// The title that was asked for; the configuration's where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// A row of the sign-off block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Approval {
    /// As declared.
    pub role: String,
    /// As declared; empty to be filled in by hand.
    pub name: String,
}

/// What `compare --json` prints: the comparisons without judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Compared {
    /// `plimsoll/1`.
    pub schema: String,
    /// Which test was compared with which.
    pub pairs: Vec<BaselinePair>,
    /// As in a report.
    pub deltas: Vec<Delta>,
    /// What all endpoints of a test did together.
    pub shifts: Vec<Shift>,
}
