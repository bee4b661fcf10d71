//! A percentile is a lower bound.
//!
//! # What it checks
//! Whether so many arrivals were dropped, or so many requests never sent while users waited for a system that stood still,
//! that the slowest part may be missing from a percentile.
//!
//! # Why it matters
//! What was never sent would have waited. If it is as many as the requests beyond a percentile, that percentile and all
//! higher ones may be far higher than measured (coordinated omission). The corrected figures stand beside them.
//!
//! # Example
//! `p95 is a lower bound: 104 arrivals were dropped, and how long they would have waited is in no figure`
//!
//! # What to do
//! Read the percentile as "at least". Run again with arrivals that do not wait, from a generator that can send them all.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "lower-bound", source: include_str!("lower_bound.rs"), look };

const ADVICE: &str = "Read it as \"at least so much\", and run again with arrivals that do not wait, from a generator that can send them all.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
