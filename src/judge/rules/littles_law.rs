//! Users, rate and latency do not go together.
//!
//! # What it checks
//! Little's law: users at work are requests a second times (latency + wait). In a closed workload more users at work than there are
//! cannot be; with `think_time` declared, fewer cannot be either.
//!
//! # Why it matters
//! Something is not what it seems: a unit, the number of users, users that had finished, or a generator that was too slow.
//!
//! # Example
//! `10 requests a second of 400 ms each keep 4 users at work, and there were 2`
//!
//! # What to do
//! Look at the unit of the latency, at where the number of users comes from, and at whether all users were active.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "littles-law", source: include_str!("littles_law.rs"), look };

const ADVICE: &str =
    "Look at the unit of the latency, at where the number of users comes from, and at whether all users were active.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
