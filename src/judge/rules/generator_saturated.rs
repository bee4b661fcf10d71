//! The load generator was the limit.
//!
//! # What it checks
//! Whether arrivals were dropped because the generator had no free user for them (k6's `dropped_iterations`).
//!
//! # Why it matters
//! What was not sent was not measured. The system looks faster and less loaded than it would have been; above 5 % of
//! dropped arrivals the run is invalid.
//!
//! # Example
//! `104 of 2,150 arrivals (4.84 %) were dropped: the generator had no free user for them`
//!
//! # What to do
//! Give the generator more users (k6: `maxVUs`) or a second machine, and watch its own CPU. If the system itself is
//! what slows the users down, the load asked for is beyond its capacity: that is the result.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule =
    Rule { name: "generator-saturated", source: include_str!("generator_saturated.rs"), look };

const ADVICE: &str = "Give the generator more users (k6: `maxVUs`) or a second machine; if the system slowed the users down, the load is beyond its capacity.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
