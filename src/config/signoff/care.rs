//! What is to be cared for: bottlenecks, risks, actions, the checklist; and free texts.

use super::Effort;
use crate::config::value::Day;
use serde::Deserialize;

/// `[[bottlenecks]]`: what gives way first.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bottleneck {
    /// What.
    pub what: String,
    /// Out of ten.
    #[serde(default)]
    pub severity: Option<f64>,
    /// What there is.
    #[serde(default)]
    pub current: Option<String>,
    /// What is needed.
    #[serde(default)]
    pub required: Option<String>,
    /// What it does.
    #[serde(default)]
    pub impact: Option<String>,
    /// What to do.
    #[serde(default)]
    pub fix: Option<String>,
    /// How long that takes.
    #[serde(default)]
    pub effort: Option<Effort>,
}

/// What is done about a risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskClass {
    /// Before the release.
    MustFix,
    /// It is watched.
    Monitor,
    /// It is lived with.
    Accepted,
}

/// `[[risks]]`: a risk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    /// What may happen.
    pub what: String,
    /// How likely, in percent or words.
    #[serde(default)]
    pub probability: Option<String>,
    /// What it would do.
    #[serde(default)]
    pub impact: Option<String>,
    /// What is done against it.
    #[serde(default)]
    pub mitigation: Option<String>,
    /// What is done about it.
    #[serde(default)]
    pub class: Option<RiskClass>,
    /// Whose it is.
    #[serde(default)]
    pub owner: Option<String>,
    /// Criteria that, once met, close it.
    #[serde(default)]
    pub closes_when: Vec<String>,
}

/// When something is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionPhase {
    /// Before the release.
    Must,
    /// Soon.
    Should,
    /// Some day.
    Nice,
}

/// `[[actions]]`: a recommendation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// What is to be done.
    pub what: String,
    /// When.
    pub phase: ActionPhase,
    /// By whom.
    #[serde(default)]
    pub owner: Option<String>,
    /// How long it takes.
    #[serde(default)]
    pub effort: Option<Effort>,
    /// Until when.
    #[serde(default)]
    pub due: Option<Day>,
    /// Criteria that it should mend.
    #[serde(default)]
    pub closes: Vec<String>,
}

/// An answer to a line of the checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not.
    No,
    /// It need not be.
    DoesNotApply,
}

/// What the program itself can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measured {
    /// Whether every planned test has a result, required or not.
    TestsRun,
    /// Whether every critical criterion is met.
    TargetsMet,
}

/// `[[checklist]]`: a line of the readiness checklist.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What must be so.
    pub line: String,
    /// Whether the release waits for it.
    #[serde(default = "yes")]
    pub required: bool,
    /// What was answered.
    #[serde(default)]
    pub answer: Option<Answer>,
    /// What shows it.
    #[serde(default)]
    pub evidence: Option<String>,
    /// Criteria that show it.
    #[serde(default)]
    pub criteria: Vec<String>,
    /// What of the plan shows it.
    #[serde(default)]
    pub measured: Option<Measured>,
}

/// `[notes]`: texts that survive when the document is made again, because they stand here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notes {
    /// What was learnt; one paragraph a line.
    pub lessons: Option<String>,
    /// What comes next; one paragraph a line.
    pub next_steps: Option<String>,
}

/// `[[sections]]`: a section of one's own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Free {
    /// Its heading.
    pub title: String,
    /// Its text; one paragraph a line.
    pub text: String,
}

/// `[[links]]`: where more is to be seen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What.
    pub name: String,
    /// Where.
    pub address: String,
}

/// `[[glossary]]`: a word of one's own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The word.
    pub term: String,
    /// What it means.
    pub meaning: String,
}

fn yes() -> bool {
    true
}
