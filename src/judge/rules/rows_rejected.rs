//! Rows could not be read.
//!
//! # What it checks
//! How many rows of a file could not be used; above 0.1 % the file is no evidence and the run is invalid.
//!
//! # Why it matters
//! Rows that fail to parse are rarely a random sample: they are the ones with an error text in them.
//!
//! # Example
//! `12 of 2,400 rows of raw.csv could not be read (0.5 %)`
//!
//! # What to do
//! `plimsoll inspect FILE` lists the first of them with line and reason; `--strict` stops at the first.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "rows-rejected", source: include_str!("rows_rejected.rs"), look };

const ADVICE: &str = "`plimsoll inspect` lists the first of them with line and reason.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
