//! Nothing was measured.
//!
//! # What it checks
//! Whether a test holds any request, connection or message at all.
//!
//! # Why it matters
//! A tool that could not reach the system, or a script that ended early, leaves files that look like results. An empty
//! percentile is not a fast one.
//!
//! # Example
//! `no request was measured`
//!
//! # What to do
//! Run the test again and look at the tool's own output; check address, credentials and whether the script reaches its
//! first request.

use super::{Look, Rule, of_doubts};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "nothing-measured", source: include_str!("nothing_measured.rs"), look };

const ADVICE: &str =
    "Look at the tool's own output: the script may have ended before its first request. Then run the test again.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    of_doubts(look, RULE.name, Severity::Critical, ADVICE)
}
