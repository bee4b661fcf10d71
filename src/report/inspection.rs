//! What `inspect` found.

use super::model::{FileNotUsed, TestReport};
use crate::analyse::figures::MonitorFigures;
use crate::model::input::InputFile;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `inspect --json` prints: figures without judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inspection {
    /// `plimsoll/1`.
    pub schema: String,
    /// Of the same shape as in a report.
    pub tests: Vec<TestReport>,
    /// Files that are nobody's result, with the reason.
    pub files_not_used: Vec<FileNotUsed>,
    /// Monitors among them that no test has; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unwatched: Vec<Unwatched>,
}

/// An Unwatched is a monitor that no test has, over all of its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unwatched {
    /// The file and what it was read as.
    pub input: InputFile,
    /// Its columns.
    pub figures: Vec<MonitorFigures>,
}
