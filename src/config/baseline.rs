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
