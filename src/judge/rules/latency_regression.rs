//! An endpoint became slower than in the baseline.
//!
//! # What it checks
//! Each endpoint's gated latency percentiles against the baseline's, by the two-run comparison: worse beyond chance, by
//! at least 5 % and 5 ms.
//!
//! # Why it matters
//! A limit of 3 s does not notice that 200 ms became 400 ms. Users do, and so does capacity.
//!
//! # Example
//! `GET /api/events became slower: p95 196 ms → 236 ms (+20 %), p50 +23 %`
//!
//! # What to do
//! See what changed between the two builds for this endpoint alone: queries, indexes, calls to others, payload. If
//! every endpoint moved, look at the environment first (system-wide-shift).

use super::{Look, Rule, finding};
use crate::compare::delta::{Call, Delta};
use crate::fmt;
use crate::judge::outcome::{Finding, Severity};
use crate::unit::Unit;
use std::collections::BTreeMap;

pub(super) const RULE: Rule = Rule { name: "latency-regression", source: include_str!("latency_regression.rs"), look };

fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut by_endpoint: BTreeMap<(&str, &str), Vec<&Delta>> = BTreeMap::new();
    for delta in look.case.deltas {
        let decides = !delta.endpoint.is_empty() || look.only_totals(&delta.test);
        if delta.call == Call::Regressed && delta.unit() == Unit::Micros && decides {
            by_endpoint.entry((&delta.test, &delta.endpoint)).or_default().push(delta);
        }
    }
    by_endpoint.into_iter().map(|((test, endpoint), mut deltas)| {
        // The percentile that people know first: p95 before the median.
        deltas.sort_by(|a, b| (a.metric != "p95", &a.metric).cmp(&(b.metric != "p95", &b.metric)));
        let changes: Vec<String> = deltas.iter().map(|delta| words(delta)).collect();
        let of = if endpoint.is_empty() { "The test as a whole" } else { endpoint };
        let endpoint = (!endpoint.is_empty()).then(|| endpoint.to_owned());
        let mut found = finding(
            RULE.name,
            test,
            Severity::Critical,
            format!("{} became slower: {}", fmt::plain(of), changes.join(", ")),
            "See what changed for this endpoint between the two builds: queries, indexes, calls to others, payload.",
        );
        found.evidence = deltas.first().map(|delta| delta.method.clone()).unwrap_or_default();
        found.endpoint = endpoint;
        found
    }).collect()
}

fn words(delta: &Delta) -> String {
    match (delta.before, delta.after, delta.ratio) {
        (Some(before), Some(after), Some(ratio)) => format!(
            "{} {} → {} ({})",
            fmt::plain(&delta.metric),
            fmt::latency_us(before),
            fmt::latency_us(after),
            fmt::change(ratio)
        ),
        _ => fmt::plain(&delta.metric),
    }
}
