//! Requests failed in the load generator.
//!
//! # What it checks
//! Whether failures are of a kind that the load generator or the test plan makes by itself: no free port (`BindException`,
//! "cannot assign requested address"), too many open files, out of memory, a request that the plan cannot form, a request that
//! was under way when the test was stopped. A refused connection, a timeout or a name that was not found is none of them: the
//! system or the network may be the reason.
//!
//! # Why it matters
//! They never reached the system, and say nothing about it; yet they count as failures, and the load that the system bore was
//! less by as many.
//!
//! # Example
//! `92 of 181 failures are the load generator's or the test plan's own, not the system's: 92 load generator: no free port`
//!
//! # What to do
//! Mend the machine or the plan and measure again. A machine out of ports needs more addresses, connections kept alive, or
//! another machine beside it; one out of files a higher `ulimit -n`.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "generator-faults", source: include_str!("generator_faults.rs"), look };

pub(super) const ADVICE: &str = "Not the system's failures: the machine or the plan that makes the load has them. Mend that and measure again; \
     a machine out of ports needs more addresses, connections kept alive, or another machine beside it.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Warning, ADVICE)
}
