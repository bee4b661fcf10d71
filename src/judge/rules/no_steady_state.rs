//! Latency never comes to rest.
//!
//! # What it checks
//! Whether MSER-5, which looks for the warm-up of a run of 6 min or more, still finds latency changing beyond 40 % of it.
//!
//! # Why it matters
//! The figures of such a run depend on how long it was looked at: an hour of it would have others. It can be held against its
//! limits; it cannot be compared with another run, and no run with it.
//!
//! # Example
//! `no steady state: by MSER-5 latency has not settled at 4:30 of 10:00`
//!
//! # What to do
//! Run longer at one load, or look for what grows: memory, a table, a queue. A ladder of loads is several steady parts:
//! compare each as a run of its own.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "no-steady-state", source: include_str!("no_steady_state.rs"), look };

const ADVICE: &str =
    "Run longer at one load, or look for what grows; until then nothing can be compared with this run.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
