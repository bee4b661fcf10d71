//! The load that was declared was not reached.
//!
//! # What it checks
//! Users, requests and duration against what the plan declares; below 95 % the run is invalid.
//!
//! # Why it matters
//! Criteria hold for a load. A run with half of the users says nothing about all of them, however fast it was.
//!
//! # Example
//! `50 users of the 100 declared (50 %)`
//!
//! # What to do
//! Run again with the declared load, or declare the load that was meant.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "load-not-delivered", source: include_str!("load_not_delivered.rs"), look };

const ADVICE: &str = "Run again with the declared load, or declare the load that was meant.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Critical, ADVICE)
}
