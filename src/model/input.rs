//! Evidence: which file gave what, and what became of its rows.

use crate::fmt;
use serde::{Deserialize, Serialize};

/// The reason of a row that was refused because it is no text.
pub const NOT_TEXT: &str = "is not UTF-8 text";

/// A Rejection is a row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Rejection {
    /// Byte offset of the row in the decompressed file; orders rejections.
    pub byte: u64,
    /// Line, from 1.
    pub line: u64,
    /// Column or key, where one is to blame.
    pub field: Option<String>,
    /// What was found and what was expected.
    pub reason: String,
    /// At most 160 bytes of it.
    pub excerpt: String,
}

/// A File copy is content that was given under another name too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FileCopy {
    /// As the user named it.
    pub source: String,
    /// SHA-256 of the file as it lies: another than the first one's where it is packed otherwise.
    pub sha256: Option<String>,
    /// Size as it lies.
    pub bytes: u64,
}

/// An Input file is one file of a test, as the report's evidence shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct InputFile {
    /// As the user named it.
    pub source: String,
    /// The adapter that read it.
    pub adapter: String,
    /// Why that adapter.
    pub why: String,
    /// What the test takes from it: `figures`, `cross-check`, `monitor`, `faults`, `series`…
    pub role: String,
    /// SHA-256 of the file as it lies; `null` where it was not asked for.
    pub sha256: Option<String>,
    /// Size as it lies.
    pub bytes: u64,
    /// Rows seen, the header not counted.
    pub rows_read: u64,
    /// Rows that were used.
    pub rows_used: u64,
    /// Rows that hold nothing wanted (blank lines, banner text).
    pub rows_skipped: u64,
    /// Rows that could not be used.
    pub rows_rejected: u64,
    /// Those of them that told of no request, such as a value of a script's own metric; absent where there are none.
    #[serde(default, skip_serializing_if = "is_none")]
    pub rows_rejected_aside: u64,
    /// The first five of them.
    pub first_rejections: Vec<Rejection>,
    /// Why the file must be called unfinished.
    pub unfinished: Option<String>,
    /// How it was read: assumptions, units, what was left aside.
    pub notes: Vec<String>,
    /// The part file that holds its rows, where they were folded: that is what lies there, and not the file itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// Files that hold the same rows, or some of them; they count once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<FileCopy>,
}

impl InputFile {
    /// This file as a copy of another.
    #[must_use]
    pub fn as_copy(&self) -> FileCopy {
        FileCopy { source: self.source.clone(), sha256: self.sha256.clone(), bytes: self.bytes }
    }

    /// `3 of 1,200 rows of raw.json could not be read`, and how many of them told of no request.
    #[must_use]
    pub fn rejected_words(&self) -> String {
        let aside = match self.rows_rejected_aside {
            0 => String::new(),
            all if all == self.rows_rejected => ", none of them a request".to_owned(),
            some => format!(", {} of them no requests", fmt::count(some)),
        };
        format!(
            "{} of {} of {} could not be read{aside}",
            fmt::count(self.rows_rejected),
            fmt::plural(self.rows_read, "row", "rows"),
            fmt::plain(&self.source)
        )
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}
