//! Declared load cannot be held against the result.
//!
//! # What it checks
//! Whether the source tells what the plan declares: users, requests, duration.
//!
//! # Why it matters
//! The criteria are judged, but nobody can tell whether for the declared load.
//!
//! # Example
//! `100 users were declared, and no source says how many there were`
//!
//! # What to do
//! Write the users into the results, or let the tool do so (Locust: `--csv-full-history`).

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "load-unknown", source: include_str!("load_unknown.rs"), look };

const ADVICE: &str = "Write users, requests and duration into the results (`plimsoll explain input`).";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Note, ADVICE)
}
