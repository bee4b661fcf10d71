//! `[baseline]`: which stored runs a run is compared with.

use schemars::JsonSchema;
use serde::Deserialize;

/// `[baseline]`: which runs count as one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Baseline {
    /// Which verdicts make a run fit to be compared with.
    pub include: Include,
    /// How many of the newest.
    pub runs: u32,
    /// A pinned baseline that every run is held against besides, so that many small steps are seen as the one that they are.
    pub reference: Option<String>,
}

/// What becomes of a comparison with a run that was made under other conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhenUnequal {
    /// It is made, and what differs is said before it.
    #[default]
    Mark,
    /// It is not made.
    Refuse,
}

/// Which runs may be a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Include {
    /// READY only.
    #[default]
    Ready,
    /// READY WITH CONDITIONS too.
    Conditions,
}
