//! Requests are served one after another.
//!
//! # What it checks
//! Tests with different numbers of users: whether mean latency grows in proportion to them.
//!
//! # Why it matters
//! 2 s alone, 15 s with 10, 30 s with 20: nothing is slow, but only one request is served at a time. No index and no
//! larger machine helps.
//!
//! # Example
//! `mean latency grows with the number of users (1: 2 s, 10: 15 s, 20: 30 s): requests seem to be served one after
//! another`
//!
//! # What to do
//! Look for a lock, a single worker, a synchronous client in an asynchronous server, or a limit of one upstream call at
//! a time.

use super::{Look, Rule, finding};
use crate::fmt;
use crate::judge::outcome::{Finding, Severity};

pub(super) const RULE: Rule =
    Rule { name: "serialised-requests", source: include_str!("serialised_requests.rs"), look };

/// Users must differ by this factor from the lightest test to the heaviest.
const SPREAD: f64 = 5.0;
/// Latency must grow by at least this share of what pure queueing would give, and by no more than its inverse.
const PROPORTION: f64 = 0.5;

fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut ladder: Vec<(f64, f64)> = look
        .lineup
        .entries
        .iter()
        .filter_map(|entry| Some((entry.users()?, entry.judged.requests()?.latency_us.mean?)))
        .filter(|(users, mean)| *users >= 1.0 && *mean > 0.0)
        .collect();
    ladder.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    ladder.dedup_by(|a, b| a.0.total_cmp(&b.0).is_eq());
    proportional(&ladder).into_iter().collect()
}

fn proportional(ladder: &[(f64, f64)]) -> Option<Finding> {
    let (first, last) = (ladder.first()?, ladder.last()?);
    let grows = ladder.iter().zip(ladder.iter().skip(1)).all(|(a, b)| b.1 > a.1);
    if ladder.len() < 3 || last.0 < SPREAD * first.0 || !grows {
        return None;
    }
    let slope = (last.1 / first.1) / (last.0 / first.0);
    if !(PROPORTION..=1.0 / PROPORTION).contains(&slope) {
        return None;
    }
    let steps: Vec<String> =
        ladder.iter().map(|(users, mean)| format!("{}: {}", fmt::number(*users), fmt::latency_us(*mean))).collect();
    let mut found = finding(
        RULE.name,
        "",
        Severity::Warning,
        format!(
            "mean latency grows with the number of users ({}): requests seem to be served one after another",
            steps.join(", ")
        ),
        "Look for a lock, a single worker, a synchronous client in an asynchronous server, or a limit on upstream calls.",
    );
    "mean latency of each test by its users".clone_into(&mut found.evidence);
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_seconds_alone_and_thirty_with_twenty_is_a_queue() {
        assert!(proportional(&[(1.0, 2e6), (10.0, 15e6), (20.0, 30e6)]).is_some());
        assert!(proportional(&[(1.0, 2e6), (10.0, 2.4e6), (20.0, 3e6)]).is_none());
        assert!(proportional(&[(1.0, 2e6), (20.0, 30e6)]).is_none());
    }
}
