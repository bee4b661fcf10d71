//! `[[import]]`: criteria that stand in other tools' files, taken as they are.

use super::value::Globs;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// An Import is one file, or a list of criteria in another tool's words.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Import {
    /// The file, from the folder of plimsoll.toml; its content says whose criteria it holds.
    pub from: Option<String>,
    /// Criteria in Taurus's words.
    pub taurus: Vec<String>,
    /// Criteria in Gatling's words.
    pub gatling: Vec<String>,
    /// Criteria in Artillery's words.
    pub artillery: Vec<String>,
    /// Thresholds in k6's words, by metric.
    pub k6: BTreeMap<String, Vec<String>>,
    /// Globs on tests; all where left out.
    #[schemars(with = "Option<String>")]
    pub test: Option<Globs>,
    /// What a Keptn file calls an SLI and which metric that is.
    pub sli: BTreeMap<String, Sli>,
    /// Whether the suite stands and falls with them; a Keptn file says so itself.
    pub critical: Option<bool>,
}

/// Which metric an SLI is, and in which unit the file's numbers are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a metric such as \"latency.p95\", or { metric = \"latency.p95\", unit = \"ms\" }")]
pub enum Sli {
    /// In the unit that is usual: ms, %, per second.
    Metric(String),
    /// With the unit.
    InUnit {
        /// The metric.
        metric: String,
        /// `ms`, `s`, `%`, `/s`, `MB`, …
        unit: String,
    },
}
