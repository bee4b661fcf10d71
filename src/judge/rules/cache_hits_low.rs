//! The cache answers few requests.
//!
//! # What it checks
//! The share of answers from a cache: below 50 % in a test of at least 20 answers.
//!
//! # Why it matters
//! Every miss costs the full time, and often money. A cold cache at the start is normal: 10 to 20 % cold, 50 to 60 %
//! after five minutes, 70 to 80 % after ten.
//!
//! # Example
//! `the cache answered 40 % of 30 requests`
//!
//! # What to do
//! Hits below 50 %: is the cache initialised, is the lifetime too short, is the key too specific, are the queries too
//! diverse? Judge hits after the warm-up only (`phase = "steady"` or a longer test).

use super::{Look, Rule, finding};
use crate::fmt;
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "cache-hits-low", source: include_str!("cache_hits_low.rs"), look };

const LOW: f64 = 0.5;
const LEAST: u64 = 20;

fn look(look: &Look<'_>) -> Vec<Finding> {
    let low = look.lineup.entries.iter().filter_map(|entry| {
        let cache = entry.judged.requests()?.cache.filter(|cache| cache.known >= LEAST && cache.ratio < LOW)?;
        Some(finding(
            RULE.name,
            entry.name(),
            Severity::Warning,
            format!("the cache answered {} of {} requests", fmt::percent(cache.ratio), fmt::count(cache.known)),
            "Is the cache initialised and warm, is its lifetime too short, is the key too specific, are the queries too diverse?",
        ))
    });
    low.collect()
}
