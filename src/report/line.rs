//! A line of page one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A sentence and where in the report it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The sentence.
    pub text: String,
    /// Anchor within report.html (`ep-3`, `monitors`), if any.
    pub anchor: Option<String>,
    /// `fail`, `warn`, `unsure`, `pass` or `plain`: shape and word stand beside the colour.
    pub state: String,
    /// How many lines it counts (`and 3 more under Criteria`); left out where it says something itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<usize>,
    /// How many of these tell of something that is not as it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_open: Option<usize>,
}

impl Line {
    /// Whether it tells of something that is not as it should be.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(self.state.as_str(), "pass" | "plain")
    }
}
