//! Many requests took longer than their limit.
//!
//! # What it checks
//! Where a criterion limits a latency percentile and is not met: how many requests took longer than that limit, and on
//! which endpoints.
//!
//! # Why it matters
//! "p95 is 3.4 s" says how slow the slow ones are. "8 % took longer than 3 s, nearly all of them chat" says whom to
//! help.
//!
//! # Example
//! `412 of 5,120 requests (8.05 %) took longer than 3 s; most of them: POST /api/v1/chat (390)`
//!
//! # What to do
//! High latency: slow queries, slow upstream (a language model), too few resources, network. Try indexes, caching,
//! scaling, a CDN, in the order in which the monitors point.

use super::{Look, Rule, finding};
use crate::fmt;
use crate::judge::outcome::{Finding, Origin, Severity, Status};
use crate::model::distribution::Distribution;
use crate::model::key::Population;
use crate::model::test::EndpointData;
use crate::unit::Unit;
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule { name: "slow-requests", source: include_str!("slow_requests.rs"), look };

fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut limits: BTreeSet<(&str, u64)> = BTreeSet::new();
    for result in look.criteria {
        let percentile = result.metric.starts_with("latency.p") || result.metric == "http_req_duration";
        let missed = matches!(result.status, Status::Fail | Status::Warn | Status::Waived);
        let whole_test = result.endpoint.is_none() && matches!(result.origin, Origin::Config | Origin::K6);
        if let (true, Some(limit), Unit::Micros) = (percentile && missed && whole_test, result.limit, result.unit) {
            limits.insert((&result.test, limit.value.to_bits()));
        }
    }
    limits.into_iter().filter_map(|(test, bits)| slow(look, test, f64::from_bits(bits))).collect()
}

fn slow(look: &Look<'_>, test: &str, limit_us: f64) -> Option<Finding> {
    let entry = look.lineup.entries.iter().find(|entry| entry.name() == test)?;
    let requests = entry.judged.test.populations.iter().find(|one| one.population == Population::Request)?;
    let (over, n) = beyond(&requests.totals, limit_us)?;
    let mut by_endpoint: Vec<(u64, String)> = requests
        .endpoints
        .iter()
        .filter_map(|endpoint| Some((beyond(endpoint, limit_us)?.0, endpoint.key.label())))
        .filter(|(over, _)| *over > 0)
        .collect();
    by_endpoint.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let most: Vec<String> = by_endpoint
        .iter()
        .take(3)
        .map(|(over, label)| format!("{} ({})", fmt::plain(label), fmt::count(*over)))
        .collect();
    let most = if most.is_empty() { String::new() } else { format!("; most of them: {}", most.join(", ")) };
    let share = crate::judge::interval::float(over) / crate::judge::interval::float(n);
    (over > 0).then(|| {
        finding(
            RULE.name,
            test,
            Severity::Warning,
            format!(
                "{} of {} requests ({}) took longer than {}{most}",
                fmt::count(over),
                fmt::count(n),
                fmt::percent(share),
                fmt::latency_us(limit_us)
            ),
            "Slow queries, slow upstream, too few resources or the network: see which monitor saturates first, then try indexes, caching, scaling.",
        )
    })
}

/// (slower than the limit, all), where latencies were recorded.
fn beyond(endpoint: &EndpointData, limit_us: f64) -> Option<(u64, u64)> {
    let recorded = match &endpoint.latency {
        Distribution::Recorded(recorded) | Distribution::Bucketed { rounded: recorded, .. } => recorded,
        Distribution::Quoted(_) | Distribution::Unknown(_) => return None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
    let within = recorded.histogram.count_at_or_below(limit_us.floor() as i64);
    let n = recorded.count();
    (n > 0).then(|| (n - within.min(n), n))
}
