//! Memory grows during the test.
//!
//! # What it checks
//! Memory columns of the monitors: a rise that is beyond chance (Mann–Kendall, corrected for autocorrelation) and at
//! least 10 % of the level at the start. From 30 minutes and 40 readings on it is called a leak; below that it only
//! rises.
//!
//! # Why it matters
//! Caches fill and heaps settle in the first minutes. What still grows after half an hour ends in a restart at night.
//!
//! # Example
//! `memory_mb grows by 12.2 MB/min (11.9 to 12.4): rises, too short (5 min) to call a leak`
//!
//! # What to do
//! Run an hour or longer at the same load. If it still rises, compare heap snapshots from the beginning and the end.

use super::{Look, Rule, finding};
use crate::analyse::figures::TrendFigures;
use crate::fmt;
use crate::judge::observe::{is_memory, rough_duration};
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "memory-grows", source: include_str!("memory_grows.rs"), look };

fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in &look.lineup.entries {
        let mut named: Vec<&str> = Vec::new();
        for trend in entry.judged.figures.trends.iter().filter(|trend| trend.rises && is_memory(trend)) {
            // Megabytes and percent of the same memory are one finding.
            if !named.is_empty() && trend.unit == "%" {
                continue;
            }
            named.push(&trend.metric);
            found.push(grows(entry.name(), trend));
        }
    }
    found
}

fn grows(test: &str, trend: &TrendFigures) -> Finding {
    let per_minute = |slope: f64| fmt::with_unit(slope, &trend.unit);
    let verdict = if trend.long_enough {
        "looks like a leak".to_owned()
    } else {
        format!("rises, too short ({}) to call a leak", rough_duration(trend.duration_s))
    };
    let mut found = finding(
        RULE.name,
        test,
        Severity::Warning,
        format!("{} grows by {}/min: {verdict}", fmt::plain(&trend.metric), per_minute(trend.slope_per_min)),
        "Run an hour or longer at the same load; if it still rises, compare heap snapshots from the beginning and the end.",
    );
    found.endpoint = Some(trend.metric.clone());
    found.evidence = format!(
        "{} readings; slope between {} and {} a minute, {} over the test",
        fmt::count(trend.n),
        per_minute(trend.slope_ci.0),
        per_minute(trend.slope_ci.1),
        fmt::change(1.0 + trend.relative_rise)
    );
    found
}
