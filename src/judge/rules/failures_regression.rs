//! An endpoint fails more often than in the baseline.
//!
//! # What it checks
//! Each endpoint's share of failures against the baseline's: more beyond chance, by at least 0.1 points.
//!
//! # Why it matters
//! Failures that were not there before are a change of behaviour, even where a limit on failures still holds.
//!
//! # Example
//! `GET /api/events fails more often: 0 % → 1.83 % (33 of 1,801 requests)`
//!
//! # What to do
//! Read the texts of the failures in the report; look for limits that the new build reaches earlier: pools, timeouts, rate
//! limits.

use super::{Look, Rule, finding};
use crate::compare::delta::Call;
use crate::fmt;
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule =
    Rule { name: "failures-regression", source: include_str!("failures_regression.rs"), look };

fn look(look: &Look<'_>) -> Vec<Finding> {
    let regressed = look.case.deltas.iter().filter(|delta| {
        let decides = !delta.endpoint.is_empty() || look.only_totals(&delta.test);
        delta.call == Call::Regressed && delta.metric == "failures" && decides
    });
    let mut found: Vec<Finding> = regressed
        .map(|delta| {
            let of = if delta.endpoint.is_empty() { "The test as a whole" } else { &delta.endpoint };
            let share = |ratio: Option<f64>| ratio.map_or_else(|| "?".to_owned(), fmt::percent);
            let mut found = finding(
                RULE.name,
                &delta.test,
                Severity::Critical,
                format!("{} fails more often: {} → {}", fmt::plain(of), share(delta.before), share(delta.after)),
                "Read the texts of the failures; look for limits that the new build reaches earlier: pools, timeouts, rate limits.",
            );
            found.endpoint = (!delta.endpoint.is_empty()).then(|| delta.endpoint.clone());
            found.evidence.clone_from(&delta.method);
            found
        })
        .collect();
    found.sort_by(|a, b| (&a.test, &a.endpoint).cmp(&(&b.test, &b.endpoint)));
    found
}
