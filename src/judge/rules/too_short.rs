//! The run is too short to show anything.
//!
//! # What it checks
//! Whether the run lasted at least a second.
//!
//! # Why it matters
//! Nothing comes to rest in less: connections are opened, caches are cold, and the generator itself starts. A run of requests whose
//! times are known is invalid then.
//!
//! # Example
//! `the run lasted 0.78 s, too short for anything to come to rest`
//!
//! # What to do
//! Run it longer. A minute is a smoke test, ten minutes show a steady state, an hour shows drift. Where so short a run is what is
//! asked for, declare it: `duration` or `requests` of `[[tests]]`.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "too-short", source: include_str!("too_short.rs"), look };

const ADVICE: &str = "Run it longer: minutes for a load test, an hour for drift.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut found = of_doubts(look, RULE.name, Severity::Warning, ADVICE);
    for one in found.iter_mut().filter(|one| one.severity == Severity::Critical) {
        one.advice = format!("{ADVICE} Where so short a run is meant, declare its `duration` or `requests`.");
    }
    found
}
