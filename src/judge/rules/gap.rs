//! Nothing ended for a while.
//!
//! # What it checks
//! The longest stretch without a finished request, against the usual pause between two.
//!
//! # Why it matters
//! Either the system stood still, and its users with it, or the generator did. Both make percentiles too low, because
//! few requests are measured in the worst time.
//!
//! # Example
//! `no request ended for 12 s from 1:40 on`
//!
//! # What to do
//! Look at logs and monitors of that moment on both sides: garbage collection, restarts, failovers, a full disk.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "gap", source: include_str!("gap.rs"), look };

const ADVICE: &str = "Look at logs and monitors of that moment, on the system and on the generator.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
