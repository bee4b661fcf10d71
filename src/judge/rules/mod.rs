//! Built-in checks: what is looked for without anybody asking. One file each; its doc comment is its manual page, which
//! `explain RULE` prints. A rule finds and advises; it decides nothing: only criteria and the validity of a run do.

mod cache_hits_low;
mod clock_broken;
mod endpoint_fails;
mod error_storm;
mod every_iteration_threw;
mod failures_regression;
mod failures_unknown;
mod fast_errors;
mod gap;
mod generator_faults;
mod generator_saturated;
mod grade_contradicts;
mod idle;
mod latency_regression;
mod littles_law;
mod load_not_delivered;
mod load_unknown;
mod lower_bound;
mod memory_grows;
mod mix_differs;
mod no_latency_criterion;
mod no_steady_state;
mod nothing_measured;
mod outside_expectation;
mod pool_saturated;
mod rows_rejected;
mod script_exceptions;
mod serialised_requests;
mod slow_requests;
mod sources_disagree;
mod system_wide_shift;
mod throughput_regression;
mod too_short;
mod unfinished;

use super::case::Case;
use super::outcome::{CriterionResult, Finding, Severity};
use super::plan::Lineup;
use crate::fmt;

/// A Rule is one check and its page.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What `explain` takes; names the fault.
    pub name: &'static str,
    source: &'static str,
    look: fn(&Look<'_>) -> Vec<Finding>,
}

impl Rule {
    /// Its manual page: name, and what its source says of itself.
    #[must_use]
    pub fn page(&self) -> String {
        let doc = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        let text: Vec<&str> = doc.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        format!("{}\n\n{}\n", self.name, text.join("\n"))
    }
}

/// Every rule; findings of equal severity stand in this order.
pub static RULES: &[Rule] = &[
    latency_regression::RULE,
    failures_regression::RULE,
    throughput_regression::RULE,
    system_wide_shift::RULE,
    nothing_measured::RULE,
    every_iteration_threw::RULE,
    clock_broken::RULE,
    too_short::RULE,
    load_not_delivered::RULE,
    mix_differs::RULE,
    generator_saturated::RULE,
    generator_faults::RULE,
    lower_bound::RULE,
    no_steady_state::RULE,
    idle::RULE,
    gap::RULE,
    littles_law::RULE,
    fast_errors::RULE,
    error_storm::RULE,
    outside_expectation::RULE,
    grade_contradicts::RULE,
    endpoint_fails::RULE,
    slow_requests::RULE,
    pool_saturated::RULE,
    memory_grows::RULE,
    serialised_requests::RULE,
    cache_hits_low::RULE,
    script_exceptions::RULE,
    unfinished::RULE,
    rows_rejected::RULE,
    failures_unknown::RULE,
    sources_disagree::RULE,
    load_unknown::RULE,
    no_latency_criterion::RULE,
];

/// What a rule may look at.
#[derive(Debug)]
pub struct Look<'a> {
    /// What is judged.
    pub case: &'a Case<'a>,
    /// Which results count.
    pub lineup: &'a Lineup<'a>,
    /// What the criteria came to.
    pub criteria: &'a [CriterionResult],
    /// Whether any criterion is on latency.
    pub limits_latency: bool,
}

impl Look<'_> {
    /// Whether a test was compared by its totals only.
    fn only_totals(&self, test: &str) -> bool {
        self.case.deltas.iter().all(|delta| delta.test != test || delta.endpoint.is_empty())
    }
}

/// Everything that is found, weightiest first.
#[must_use]
pub fn findings(look: &Look<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.look)(look)).collect();
    found.sort_by_key(|finding| finding.severity);
    found
}

/// A finding about a test, without endpoint and evidence.
fn finding(rule: &str, test: &str, severity: Severity, message: String, advice: &str) -> Finding {
    Finding {
        rule: rule.to_owned(),
        test: test.to_owned(),
        endpoint: None,
        severity,
        message,
        advice: advice.to_owned(),
        evidence: String::new(),
    }
}

/// Findings from the doubts about runs, which the analysis names by rule. What invalidates a run is critical.
fn of_doubts(look: &Look<'_>, rule: &str, severity: Severity, advice: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in &look.lineup.entries {
        for doubt in entry.doubts.iter().filter(|doubt| doubt.rule == rule) {
            let severity = if doubt.invalidates { Severity::Critical } else { severity.max(Severity::Warning) };
            let mut one = finding(rule, entry.name(), severity, doubt.message.clone(), advice);
            if doubt.invalidates {
                one.evidence =
                    format!("the run of {} is invalid: its criteria are inconclusive", fmt::plain(entry.name()));
            }
            found.push(one);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_a_page_with_the_same_headings() {
        for rule in RULES {
            let page = rule.page();
            let headings: Vec<&str> = page.lines().filter(|line| line.starts_with("# ")).collect();
            assert_eq!(
                headings,
                ["# What it checks", "# Why it matters", "# Example", "# What to do"],
                "{}",
                rule.name
            );
            assert!(page.starts_with(rule.name) && !page.contains("use super"), "{page}");
        }
    }

    #[test]
    fn names_are_unique_and_are_the_files() {
        let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
        for rule in RULES {
            assert!(rule.source.contains(&format!("name: \"{}\"", rule.name)), "{}", rule.name);
        }
    }
}
