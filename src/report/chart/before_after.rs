//! Before and after: one line for each test, with what it was, what it is and what was demanded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Axis, Words};

/// One test in a [`BeforeAfterChart`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BeforeAfterRow {
    /// The test, and the figure where tests are judged by different ones.
    pub name: String,
    /// What it was before: lowest and highest, equal where it is one value.
    pub before: Option<[f64; 2]>,
    /// What it is.
    pub after: f64,
    /// What was demanded.
    pub limit: Option<f64>,
    /// Whether the demand was met.
    pub met: bool,
}

/// The figures that decide, each beside its limit and what it was before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BeforeAfterChart {
    /// Heading, alternative text, caption.
    #[serde(flatten)]
    pub words: Words,
    /// The axis that all rows share.
    pub axis: Axis,
    /// From the top.
    pub rows: Vec<BeforeAfterRow>,
}
