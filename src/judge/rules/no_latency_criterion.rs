//! No criterion limits latency.
//!
//! # What it checks
//! Whether any criterion, configured or found in the files, is on how long requests take.
//!
//! # Why it matters
//! Without one the verdict says nothing about speed: a system that answers everything after a minute would be ready.
//!
//! # Example
//! `no criterion limits latency`
//!
//! # What to do
//! Say how slow is too slow: add a criterion on latency to plimsoll.toml; `plimsoll explain config` shows how.

use super::{Look, Rule, finding};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule =
    Rule { name: "no-latency-criterion", source: include_str!("no_latency_criterion.rs"), look };

fn look(look: &Look<'_>) -> Vec<Finding> {
    if look.limits_latency || look.lineup.entries.is_empty() {
        return Vec::new();
    }
    vec![finding(
        RULE.name,
        "",
        Severity::Note,
        "no criterion limits latency, so the verdict says nothing about speed".to_owned(),
        "Say how slow is too slow: add a criterion on latency to plimsoll.toml; `plimsoll explain config` shows how.",
    )]
}
