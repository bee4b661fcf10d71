//! The system was idle most of the time.
//!
//! # What it checks
//! The share of the run in which any request was sent.
//!
//! # Why it matters
//! A soak in which every user has finished after ten minutes shows nothing about the fifty minutes after that: no
//! degradation over time can be read from an idle system.
//!
//! # Example
//! `requests were sent in 18.3 % of the time only`
//!
//! # What to do
//! Let users start again when they have finished, or shorten the declared duration.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "idle", source: include_str!("idle.rs"), look };

const ADVICE: &str = "Let users start again when they have finished, or declare the shorter duration.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Critical, ADVICE)
}
