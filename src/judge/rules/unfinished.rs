//! An input file is unfinished.
//!
//! # What it checks
//! Whether a file ends in the middle of a row, of a compressed block or of its JSON.
//!
//! # Why it matters
//! A run that was killed, a disk that was full, or a copy that was cut off: what is missing is not known, and often it
//! is the worst part.
//!
//! # Example
//! `out.json.gz is unfinished: the compressed stream ends too early`
//!
//! # What to do
//! Copy the file again, or run the test again and let it end by itself.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "unfinished", source: include_str!("unfinished.rs"), look };

const ADVICE: &str = "Copy the file again, or run the test again and let it end by itself.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
