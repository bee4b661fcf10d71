//! Throughput fell against the baseline.
//!
//! # What it checks
//! The rate of all requests, and of each endpoint where `rate` is among the metrics of `[compare]`, against the baseline's, where
//! users wait for their answers.
//!
//! # Why it matters
//! Users who wait send the next request after the last answer. If as many of them get less done, each round takes longer,
//! whatever the percentiles of single endpoints say. Where arrivals do not wait the rate is the load, and this is not looked at.
//!
//! # Example
//! `All requests: 120/s → 95/s (−21 %)`
//!
//! # What to do
//! Look at what became slower first. If nothing did, users waited elsewhere: in the script, or at the generator.

use super::{Look, Rule, finding};
use crate::compare::delta::Call;
use crate::compare::rate;
use crate::fmt;
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule =
    Rule { name: "throughput-regression", source: include_str!("throughput_regression.rs"), look };

const ADVICE: &str =
    "Look at what became slower first; if nothing did, users waited elsewhere: in the script, or at the generator.";

fn look(look: &Look<'_>) -> Vec<Finding> {
    let worse = look.case.deltas.iter().filter(|delta| delta.call == Call::Regressed && delta.metric == rate::NAME);
    let found = worse.map(|delta| {
        let gated = look.case.config.compare.metrics.contains(&delta.metric) || delta.declared.is_some();
        let severity = if gated { Severity::Critical } else { Severity::Warning };
        let of = if delta.endpoint.is_empty() { "All requests" } else { &delta.endpoint };
        let was = delta.before.map_or_else(String::new, |before| format!("{} → ", fmt::rate(before)));
        let is = delta.after.map_or_else(|| "?".to_owned(), fmt::rate);
        let by = delta.ratio.map_or_else(String::new, |ratio| format!(" ({})", fmt::change(ratio)));
        let mut found = finding(RULE.name, &delta.test, severity, format!("{}: {was}{is}{by}", fmt::plain(of)), ADVICE);
        found.endpoint = (!delta.endpoint.is_empty()).then(|| delta.endpoint.clone());
        found.evidence.clone_from(&delta.method);
        found
    });
    found.collect()
}
