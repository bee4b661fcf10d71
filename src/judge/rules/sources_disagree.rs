//! Sources of one test disagree.
//!
//! # What it checks
//! What the files say of the same run, and what one file's totals say of its parts: requests, failures, mean, maximum.
//!
//! # Why it matters
//! Two numbers for one thing mean that one of them is wrong, or that they count different things. Either way the reader
//! must know which one the report uses.
//!
//! # Example
//! `stats.csv counts 500 requests, raw.csv 537`
//!
//! # What to do
//! See which file was written last or cut off; the report uses the most exact one and names it.

use super::{Look, Rule, finding};
use crate::fmt;
use crate::judge::outcome::{Finding, Severity};
use crate::model::test::WarningKind;

pub(super) const RULE: Rule = Rule { name: "sources-disagree", source: include_str!("sources_disagree.rs"), look };

fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in &look.lineup.entries {
        let warnings = entry.judged.test.warnings.iter();
        // The other kinds have rules of their own, by way of the run's doubts.
        for warning in warnings.filter(|warning| warning.kind == WarningKind::Sources) {
            found.push(finding(
                RULE.name,
                entry.name(),
                Severity::Warning,
                fmt::plain(&warning.text),
                "See which file was written last or cut off; the report uses the most exact one and names it.",
            ));
        }
    }
    found
}
