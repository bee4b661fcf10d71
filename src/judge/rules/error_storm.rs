//! For a time most requests failed, and failed fast.
//!
//! # What it checks
//! Stretches of three seconds or more in which at least half of the requests failed in less than half of the usual time, and that hold at
//! least a twentieth of all requests.
//!
//! # Why it matters
//! Their latency is that of an error page: every percentile of the run is better than what people had.
//!
//! # Example
//! `from 1:20 to 2:05 most requests failed, and fast (3 ms instead of 120 ms): 12 % of all requests, which pull every percentile down`
//!
//! # What to do
//! Read latency over successes (`latency_success.p95`), and find out what broke then.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "error-storm", source: include_str!("error_storm.rs"), look };

const ADVICE: &str = "Read latency over successes (`latency_success.p95`), and find out what broke then.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
