//! What judging ends in. These structs are part of report.json; their field names are a promise to other programs.

use super::beside::Beside;
pub use crate::config::limit::{Evidence, Side};
use crate::model::distribution::SourceClass;
use crate::unit::Unit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Outcome of one criterion (judgement.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The figure is inside the limit, and so is the interval's bad side.
    Pass,
    /// The figure is inside, the interval reaches across.
    MetNotProven,
    /// Inside the warning band.
    Warn,
    /// Outside.
    Fail,
    /// Cannot be told.
    Inconclusive,
    /// Declared without result.
    NotRun,
    /// Declared without result, with what unblocks it.
    Blocked,
    /// With a declared reason; counts for nothing.
    NotApplicable,
    /// Failed, and accepted by somebody within its terms.
    Waived,
}

/// Where a criterion comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// plimsoll.toml.
    Config,
    /// A k6 threshold.
    K6,
    /// The embedded default.
    Default,
    /// Built in when a baseline is given.
    Baseline,
    /// The plan: a declared test that has no criterion of its own.
    Plan,
    /// A group of criteria that is judged as one.
    Group,
    /// A Keptn SLO file.
    Keptn,
    /// Taurus's pass/fail criteria.
    Taurus,
    /// A Gatling assertion.
    Gatling,
    /// Artillery's `ensure`.
    Artillery,
}

impl Origin {
    /// Whether it is another tool's file.
    #[must_use]
    pub const fn is_a_tool(self) -> bool {
        matches!(self, Self::K6 | Self::Keptn | Self::Taurus | Self::Gatling | Self::Artillery)
    }
}

/// A limit in base units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Limit {
    /// Which way it is read.
    pub side: Side,
    /// In `unit` of the criterion.
    pub value: f64,
    /// Second limit, further out on the same side: between the two is the warning band.
    pub warn: Option<f64>,
    /// Which way the second limit is read; `null` where there is none.
    pub warn_side: Option<Side>,
}

/// One criterion, judged on one test (and one endpoint, if it names endpoints).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionResult {
    /// As configured, or made from the threshold; unique together with test and endpoint.
    pub id: String,
    /// The test; empty for the suite as a whole.
    pub test: String,
    /// The endpoint's label; `null` where it is about the whole test.
    pub endpoint: Option<String>,
    /// `latency.p95`, `failures.ratio`, `checks.ratio`, … or k6's metric.
    pub metric: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The criterion as its source words it (`p(95)<300`), for imported ones.
    pub original: Option<String>,
    /// What came out.
    pub status: Status,
    /// The figure.
    pub observed: Option<f64>,
    /// Its 95 % interval; `null` for a bound that the sample cannot give.
    pub interval: Option<(Option<f64>, Option<f64>)>,
    /// Values behind the figure.
    pub n: Option<u64>,
    /// Unit of figure and limit.
    pub unit: Unit,
    /// What was demanded; `null` for criteria without a number.
    pub limit: Option<Limit>,
    /// All that was demanded, in words, where one limit does not say it (`at least 11/s and at most 13/s`); left out elsewhere. `limit`
    /// is the part of it that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demanded: Option<String>,
    /// Up to where a waiver accepts its failure, in `unit`; left out where none is about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<f64>,
    /// Whether the suite stands and falls with it.
    pub critical: bool,
    /// What it asks of the evidence.
    pub evidence: Evidence,
    /// How the figure came about.
    pub source_class: Option<SourceClass>,
    /// How many values would settle it, where it is met and not proven.
    pub n_to_settle: Option<u64>,
    /// In words: figure, limit, and why this status.
    pub reason: String,
    /// Of which part of the run it is, in words (`for 30 s`, `from 0 s to 2 min`); `null` for the whole.
    #[serde(default)]
    pub part: Option<String>,
    /// Where the limit was first missed, for criteria on the course of the run.
    #[serde(default)]
    pub breach: Option<Breach>,
    /// The expectation that was declared, held against the figure.
    #[serde(default)]
    pub expected: Option<ExpectedOutcome>,
    /// How much it counts in scores, as declared.
    #[serde(default)]
    pub weight: Option<f64>,
    /// The group that it belongs to.
    #[serde(default)]
    pub group: Option<String>,
    /// Whether it counts by itself; `false` where it is judged through its group or the file that it comes from.
    #[serde(default = "yes")]
    pub counts: bool,
    /// Whether nothing but the comparison with earlier runs kept it open: too few of them, or too alike to tell. It is no fault of
    /// the run, which may be compared with later.
    #[serde(skip)]
    pub open_by_comparison: bool,
}

fn yes() -> bool {
    true
}

/// A stretch of a run in which a limit was missed, in seconds from the test's start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Breach {
    /// Where it began.
    pub from_s: f64,
    /// Where it ended.
    pub to_s: f64,
}

/// What a team expected of a figure: not a limit, and worth knowing where it does not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectedOutcome {
    /// Lower end in the criterion's unit.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How sure the team was, in its words.
    pub confidence: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Whether the figure lies inside; `null` where there is none.
    pub held: Option<bool>,
}

impl CriterionResult {
    /// A result without a figure.
    #[must_use]
    pub fn bare(id: &str, metric: &str, origin: Origin, status: Status, critical: bool, reason: String) -> Self {
        Self {
            id: id.to_owned(),
            test: String::new(),
            endpoint: None,
            metric: metric.to_owned(),
            origin,
            original: None,
            status,
            observed: None,
            interval: None,
            n: None,
            unit: Unit::Plain,
            limit: None,
            demanded: None,
            ceiling: None,
            critical,
            evidence: Evidence::Observed,
            source_class: None,
            n_to_settle: None,
            reason,
            part: None,
            breach: None,
            expected: None,
            weight: None,
            group: None,
            counts: true,
            open_by_comparison: false,
        }
    }
}

/// How many criteria came out with one of these statuses: the one count that every page gives.
#[must_use]
pub fn count_of(criteria: &[CriterionResult], statuses: &[Status]) -> u64 {
    criteria.iter().filter(|one| statuses.contains(&one.status)).count() as u64
}

/// How much a finding weighs on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Decides against shipping, or makes it impossible to tell.
    Critical,
    /// Should be looked at before shipping.
    Warning,
    /// Worth knowing.
    Note,
}

/// A Finding is something seen, with evidence and advice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Name of the rule; `explain RULE` prints its page.
    pub rule: String,
    /// The test; empty for the suite.
    pub test: String,
    /// The endpoint's label, or the monitor's column, where it is about one.
    pub endpoint: Option<String>,
    /// Weight.
    pub severity: Severity,
    /// One sentence with the figures, in people's words.
    pub message: String,
    /// What to do or try next.
    pub advice: String,
    /// Where to see it: figures, times, files.
    pub evidence: String,
}

/// The verdict of the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// READY
    Ready,
    /// READY WITH CONDITIONS
    ReadyWithConditions,
    /// INCONCLUSIVE
    Inconclusive,
    /// NOT READY
    NotReady,
}

/// What became of a line of the plan, or of a result that the plan does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanOutcome {
    /// Name of the test.
    pub test: String,
    /// As declared.
    pub purpose: Option<String>,
    /// `run`, `not-run`, `blocked`, `not-applicable`, `superseded` or `not-declared`.
    pub state: String,
    /// Reason, and what unblocks it; why a run is invalid.
    pub why: String,
    /// Whether the plan requires it.
    pub required: bool,
}

/// What became of a requirement.
#[derive(Debug, Clone, PartialEq)]
pub struct RequirementOutcome {
    /// As declared.
    pub id: String,
    /// Worst status of the criteria that trace to it; not run where none does or none was judged.
    pub status: Status,
    /// The expectation held against the figure, where both are known.
    pub expectation: Option<String>,
}

/// A Reason is a line of the verdict: where and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// In words.
    pub text: String,
    /// What became of the criteria that it is about; `None` where it is about none (nothing limits latency).
    pub status: Option<Status>,
    /// The criterion in the words of the tool that it comes from, where the text does not have them already.
    pub original: Option<String>,
    /// Ids of further criteria that came out likewise for the same reason or by the same figure, and have no line of their own.
    pub also: Vec<String>,
}

/// The judgement of a suite.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// What it would be without what only the comparison with earlier runs left open, and though no criterion limits latency.
    pub alone: Verdict,
    /// Why READY only under conditions, in words, one each.
    pub conditions: Vec<Reason>,
    /// Why NOT READY or INCONCLUSIVE, in words, most important first; at READY what was met.
    pub reasons: Vec<Reason>,
    /// Things met and not proven on criteria that are not critical, and waived ones.
    pub notes: Vec<String>,
    /// Which defaults were in force.
    pub defaults: Vec<String>,
    /// Every criterion, in the order of the configuration, then imported, default, baseline.
    pub criteria: Vec<CriterionResult>,
    /// Every finding, weightiest first.
    pub findings: Vec<Finding>,
    /// The plan's lines, and results that it does not know.
    pub plan: Vec<PlanOutcome>,
    /// What became of the requirements, in their order.
    pub requirements: Vec<RequirementOutcome>,
    /// What stands beside the criteria and decides nothing.
    pub beside: Beside,
}
