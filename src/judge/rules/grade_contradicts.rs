//! A word says otherwise than the criterion.
//!
//! # What it checks
//! Words for figures (`[[grades]]`) against the criteria on the same figure of the same test.
//!
//! # Why it matters
//! The criterion judges. But where a table calls 88 % enough and the words call it poor, one of the two is not what the team means.
//!
//! # Example
//! `88 % is called poor, and `success-50` (demanded above 80 %) is met`
//!
//! # What to do
//! Decide which of the two is meant, and change the other.

use super::{Look, Rule, finding};
use crate::judge::beside::grade;
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "grade-contradicts", source: include_str!("grade_contradicts.rs"), look };

const ADVICE: &str = "The criterion judges. Decide which of the two is meant, and change the other.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    let grades = grade::of(look.case.config, look.lineup, look.criteria);
    let told = grades.into_iter().filter_map(|one| Some((one.test, one.contradiction?)));
    told.map(|(test, message)| finding(RULE.name, &test, Severity::Warning, message, ADVICE)).collect()
}
