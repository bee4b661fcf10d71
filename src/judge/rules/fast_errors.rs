//! Most requests failed, and failed fast.
//!
//! # What it checks
//! Whether failures outnumber successes and take less than a tenth of their time.
//!
//! # Why it matters
//! The latency over all responses is then that of an error page, and a system that refuses everything looks very fast.
//!
//! # Example
//! `most requests failed, and fast (half of them within 2 ms, successes 340 ms): read latency over successes`
//!
//! # What to do
//! Limit `latency_success.p95` instead, and first find out why requests fail.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "fast-errors", source: include_str!("fast_errors.rs"), look };

const ADVICE: &str = "Read latency over successes (`latency_success.p95`), and first find out why requests fail.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Critical, ADVICE)
}
