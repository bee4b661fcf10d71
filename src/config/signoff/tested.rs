//! What was tested and how that differs from production, as declared.

use crate::config::metric::Metric;
use crate::config::value::Globs;
use crate::quantity::{Quantity, Range};
use serde::Deserialize;

/// `[[before]]`: a figure of the time before.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// Globs on tests; all where left out.
    #[serde(default)]
    pub test: Option<Globs>,
    /// What is compared.
    pub metric: Metric,
    /// What it was.
    pub value: Range,
    /// Who says so.
    #[serde(default)]
    pub source: Option<String>,
}

/// `[scope]`: what was looked at, and on what that rests.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// What is covered.
    pub included: Vec<String>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// What limited the tests.
    pub constraints: Vec<String>,
    /// What was done otherwise than planned.
    pub deviations: Vec<String>,
}

/// `[[not_tested]]`: a gap.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotTested {
    /// What.
    pub what: String,
    /// Why not.
    #[serde(default)]
    pub why: Option<String>,
    /// What that may mean.
    #[serde(default)]
    pub risk: Option<String>,
}

/// `[environment]`: where it ran. Its name stands in plimsoll.toml.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Environment {
    /// Machines, sizes, network.
    pub description: Option<String>,
    /// Volume and kind of data.
    pub data: Option<String>,
    /// What was replaced by a stand-in.
    pub stubs: Vec<String>,
    /// With what it was watched.
    pub monitoring: Vec<String>,
}

/// `[[differences]]`: how production differs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// In what.
    pub what: String,
    /// What was tested.
    #[serde(default)]
    pub tested: Option<String>,
    /// What production has.
    #[serde(default)]
    pub production: Option<String>,
    /// What that means for the figures.
    #[serde(default)]
    pub matters: Option<String>,
}

/// `[[traffic]]`: what is expected in production.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// Globs on tests: which of them stands for this traffic.
    pub test: Globs,
    /// Users at a time.
    #[serde(default)]
    pub users: Option<f64>,
    /// Requests.
    #[serde(default)]
    pub rate: Option<Quantity>,
    /// By how much it will grow.
    #[serde(default)]
    pub growth: Option<Quantity>,
    /// Who says so.
    #[serde(default)]
    pub source: Option<String>,
}

/// `[[excluded]]`: a run that was left out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// Which.
    pub run: String,
    /// Why.
    pub reason: String,
}

/// `[[deliverables]]`: something that was to be made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deliverable {
    /// What.
    pub what: String,
    /// How far it is.
    #[serde(default)]
    pub status: Option<String>,
    /// What would unblock it.
    #[serde(default)]
    pub unblocked_by: Option<String>,
}

/// `[[defects]]`: something that was found.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defect {
    /// Its number.
    pub id: String,
    /// What.
    pub what: String,
    /// How bad.
    #[serde(default)]
    pub severity: Option<String>,
    /// How far it is.
    #[serde(default)]
    pub status: Option<String>,
    /// How to live with it.
    #[serde(default)]
    pub workaround: Option<String>,
}

/// `[[scores]]`: an opinion.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// On what.
    pub area: String,
    /// Out of ten.
    pub score: f64,
    /// Whose.
    pub reviewer: String,
    /// How sure they are.
    #[serde(default)]
    pub confidence: Option<String>,
    /// Why.
    #[serde(default)]
    pub comment: Option<String>,
}
