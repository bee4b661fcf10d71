//! The test's own script raised exceptions.
//!
//! # What it checks
//! Exceptions that the tool reports as faults of the script and not as failures of requests.
//!
//! # Why it matters
//! An iteration that throws sends fewer requests than it should, so the load is lighter than it seems.
//!
//! # Example
//! `3 exceptions in the test's own script, most often: KeyError: 'token'`
//!
//! # What to do
//! Fix the script; guard what a failed response leaves undefined.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "script-exceptions", source: include_str!("script_exceptions.rs"), look };

const ADVICE: &str = "Fix the script: an iteration that throws sends less load than it should.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
