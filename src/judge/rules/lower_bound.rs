//! A percentile is a lower bound.
//!
//! # What it checks
//! Whether so many arrivals were dropped that the slowest part of the requests may be missing from a percentile.
//!
//! # Why it matters
//! Dropped arrivals would have waited. If they are as many as the requests beyond a percentile, that percentile and all
//! higher ones may be far higher than measured (coordinated omission).
//!
//! # Example
//! `p95 is a lower bound: 104 arrivals were dropped, and how long they would have waited is in no figure`
//!
//! # What to do
//! Read the percentile as "at least". Run again with a generator that can send every arrival.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "lower-bound", source: include_str!("lower_bound.rs"), look };

const ADVICE: &str = "Read it as \"at least so much\", and run again with a generator that can send every arrival.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
