//! A pool had nothing left.
//!
//! # What it checks
//! Whether a monitored pool had none available in three readings in a row. Shorter touches are shown as the peak.
//!
//! # Why it matters
//! Requests that need a connection then wait for one, whatever the CPU does: latency rises while every machine looks
//! idle.
//!
//! # Example
//! `db_pool was exhausted from 0:03 on: 13 of 13 in use, mean 12.4`
//!
//! # What to do
//! Pool exhausted: is the pool too small for the load, are connections not returned, do long queries hold them? Shorten
//! the queries first, then enlarge the pool, within what the database can take.

use super::{Look, Rule, finding};
use crate::fmt;
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "pool-saturated", source: include_str!("pool_saturated.rs"), look };

fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in &look.lineup.entries {
        for pool in entry.judged.figures.pools.iter().filter(|pool| pool.exhausted) {
            let from = pool.exhausted_at_s.map_or_else(String::new, |at| format!(" from {} on", fmt::clock(at)));
            let mut one = finding(
                RULE.name,
                entry.name(),
                Severity::Warning,
                format!(
                    "the pool {} was exhausted{from}: {} of {} in use at the peak, {} on average",
                    fmt::plain(&pool.name),
                    fmt::number(pool.peak_active),
                    fmt::number(pool.size),
                    fmt::number(pool.mean_active)
                ),
                "Look for connections that are not returned and for long queries that hold them; then enlarge the pool within what the database can take.",
            );
            one.endpoint = Some(pool.name.clone());
            one.evidence = format!("{} readings with none available", fmt::count(pool.exhausted_samples));
            found.push(one);
        }
    }
    found
}
