//! Times that cannot be.
//!
//! # What it checks
//! Whether a request lasted longer than half as long again as the whole run.
//!
//! # Why it matters
//! Then a clock jumped, a latency is read in the wrong unit, or the length of the run is wrong: no figure of the run means anything.
//!
//! # Example
//! `a request of 30 s in a run of 10 s: a clock, a unit or the length of the run is wrong`
//!
//! # What to do
//! Say the unit (`inputs.latency_unit`), and look at the clocks of the machines.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "clock-broken", source: include_str!("clock_broken.rs"), look };

const ADVICE: &str =
    "Say the unit of the latency column (`inputs.latency_unit`), and look at the clocks of the machines.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
