//! An endpoint fails often.
//!
//! # What it checks
//! Endpoints of which more than 5 % of the requests fail, with the kinds of their failures.
//!
//! # Why it matters
//! The total hides it: one endpoint in ten that always fails is 10 % of failures, or 1 % if it is called rarely.
//!
//! # Example
//! `POST /rsvp: 18.5 % of 2,046 requests failed (372 HTTP 503, 6 HTTP 500, 1 timeout)`
//!
//! # What to do
//! Failures above 5 %: pools, the concurrency that upstream allows, memory. 500s: pool, cache memory, containers. 429
//! and 409 can be right answers: say so with `expected_status`. Timeouts: too short, overload, network. No answer at all
//! (refused, reset, name not found): the system was down or full, or something between the two. What the load generator
//! failed in is mended there (`generator-faults`).

use super::{Look, Rule, finding, generator_faults};
use crate::analyse::figures::EndpointFigures;
use crate::fmt;
use crate::judge::outcome::{Finding, Severity};
use crate::model::key::{Outcome, Population};

pub(super) const RULE: Rule = Rule { name: "endpoint-fails", source: include_str!("endpoint_fails.rs"), look };

const OFTEN: f64 = 0.05;

fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in &look.lineup.entries {
        let Some(requests) = entry.judged.population(Population::Request) else { continue };
        // Without endpoints the total is all there is to point at.
        let rows: Vec<&EndpointFigures> =
            if requests.endpoints.is_empty() { vec![&requests.totals] } else { requests.endpoints.iter().collect() };
        for endpoint in rows {
            let ratio = endpoint.failure_ratio.unwrap_or_default();
            if ratio > OFTEN {
                found.push(fails(entry.name(), endpoint, ratio));
            }
        }
    }
    found
}

fn fails(test: &str, endpoint: &EndpointFigures, ratio: f64) -> Finding {
    let kinds: Vec<String> = endpoint
        .failure_kinds
        .iter()
        .take(4)
        .map(|kind| format!("{} {}", fmt::count(kind.count), fmt::plain(&kind.name)))
        .collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
    let name = if endpoint.label.is_empty() { "all requests".to_owned() } else { fmt::plain(&endpoint.label) };
    let requests = endpoint.requests.map_or_else(String::new, |n| format!(" of {} requests", fmt::count(n)));
    let mut found = finding(
        RULE.name,
        test,
        Severity::Warning,
        format!("{name}: {}{requests} failed{kinds}", fmt::percent(ratio)),
        advice(endpoint),
    );
    found.endpoint = (!endpoint.label.is_empty()).then(|| endpoint.label.clone());
    found
}

/// What failures are called that no answer of the system tells of.
const UNANSWERED: [&str; 10] = [
    "connection refused",
    "connection reset",
    "connection closed",
    "no response",
    "name not resolved",
    "no route to host",
    "dial error",
    "dns",
    "tcp error",
    "tls",
];

/// What people try first, by the most frequent kind; the load generator's own come last.
fn advice(endpoint: &EndpointFigures) -> &'static str {
    let mut kinds = endpoint.failure_kinds.iter().map(|kind| kind.name.as_str());
    let kind = match kinds.clone().find(|kind| !Outcome::is_generators_own(kind)) {
        Some(kind) => kind.to_lowercase(),
        None if kinds.next().is_some() => return generator_faults::ADVICE,
        None => String::new(),
    };
    if UNANSWERED.contains(&kind.as_str()) {
        "No answer came: the system was down or took no more connections, or the network between it and the load generator \
         failed. Look at the log of both ends at these times."
    } else if kind.contains("timeout") || kind.contains("timed out") {
        "Timeouts: the timeout is too short, the system overloaded, or the network slow. See whether latency rose before."
    } else if kind.contains("429") || kind.contains("409") {
        "A refusal can be the right answer: say so with `expected_status`. Else look at rate limits."
    } else if kind.contains("503") || kind.contains("502") || kind.contains("504") {
        "The system refuses or its upstream does: pools, the concurrency that upstream allows, scaling."
    } else {
        "Look at pools, the concurrency that upstream allows, memory and the server's log at these times."
    }
}
