//! Failures are not known.
//!
//! # What it checks
//! Whether the source tells failed requests from successful ones.
//!
//! # Why it matters
//! Unknown is not zero: without it no criterion on failures can be judged.
//!
//! # Example
//! `failures are not known: the summary has no http_req_failed`
//!
//! # What to do
//! Write a status or a success column into the results.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "failures-unknown", source: include_str!("failures_unknown.rs"), look };

const ADVICE: &str = "Write a status or a success column into the results (`plimsoll explain input`).";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
