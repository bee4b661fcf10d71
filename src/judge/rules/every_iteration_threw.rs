//! Every iteration of the script threw.
//!
//! # What it checks
//! Whether iterations ended and not one of them sent a request.
//!
//! # Why it matters
//! k6 ends with exit code 0 when every iteration throws (grafana/k6#6480), so the run looks like a success.
//!
//! # Example
//! `1,500 iterations ended and not one sent a request: every iteration threw, or ended before its first request`
//!
//! # What to do
//! Run the script once with one user and read the exception; guard the script with a check and a threshold on it.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule =
    Rule { name: "every-iteration-threw", source: include_str!("every_iteration_threw.rs"), look };

const ADVICE: &str = "Run the script once with one user and read what it prints: an exception, or why it ended early.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Critical, ADVICE)
}
