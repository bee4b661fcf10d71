//! Artillery's JSON, `artillery run --output report.json`.
//!
//! Version 2 counts everything in one flat list of counters with dotted names and sums times up in digests; version 1 has a
//! fixed set of keys, and every latency beside its ten-second rows. Both count answers by status, know nothing of endpoints
//! (version 2 does with its plugin metrics-by-endpoint), and call a 500 no failure: here a status from 400 on is one, as for
//! every other tool, and so is a request that got no answer.
//!
//! The whole is the sum of the ten-second rows, count by count, its extremes are theirs, and every answer is timed: where that
//! does not hold, the report contradicts itself (`sums`). Rates are means of the rows' and held against nothing.
//!
//! Users arrive at a rate, whether or not those before them are done: every Artillery run is an open workload.

mod period;
mod sums;
mod version1;
mod version2;

pub use version1::Artillery1Json;
pub use version2::ArtilleryJson;

use super::Settings;
use super::document::Object;
use crate::ingest::scrub;
use crate::model::distribution::{Distribution, Quoted};
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::{Fault, Total};
use std::collections::BTreeMap;

/// The tool as people write it.
const TOOL: &str = "Artillery";
/// Microseconds in Artillery's unit.
const US_PER_MS: f64 = 1e3;

/// Requests of one endpoint or of all, by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Answers {
    by_status: BTreeMap<u16, u64>,
    /// Requests that got no answer.
    unanswered: u64,
}

impl Answers {
    fn count(&self) -> u64 {
        self.by_status.values().fold(self.unanswered, |sum, count| sum.saturating_add(*count))
    }

    /// Statuses from 400 on that the user has not declared right for the endpoint, and requests without an answer.
    fn failures(&self, endpoint: Option<&EndpointKey>, settings: &Settings) -> u64 {
        let wrong =
            self.by_status.iter().filter(|(status, _)| **status >= 400 && !is_right(**status, endpoint, settings));
        wrong.fold(self.unanswered, |sum, (_, count)| sum.saturating_add(*count))
    }
}

/// Whether the status is declared right for an endpoint. What is counted for all endpoints together is nobody's.
fn is_right(status: u16, endpoint: Option<&EndpointKey>, settings: &Settings) -> bool {
    endpoint.is_some_and(|endpoint| settings.is_right(status, endpoint))
}

/// A total that says how many there were and nothing yet of times.
fn total(endpoint: Option<EndpointKey>, requests: u64, failures: u64) -> Total {
    Total {
        requests: Some(requests),
        failures: Some(failures),
        latency: Distribution::Unknown("Artillery's report has no response times here".to_owned()),
        latency_ok: Distribution::Unknown("Artillery does not time successes apart here".to_owned()),
        ..Total::of(Population::Request, endpoint)
    }
}

/// A summary in milliseconds as Artillery printed it; `None` where nothing was timed.
fn quoted(summary: &Object, n: Option<u64>, definition: &str) -> Option<Quoted> {
    let us = |key: &str| Some(super::document::amount(summary.get(key)?)? * US_PER_MS);
    Some(Quoted {
        n,
        mean_us: us("mean"),
        min_us: us("min"),
        max_us: Some(us("max")?),
        quantiles: quantiles(summary).into_iter().map(|(p, ms)| (p, ms * US_PER_MS)).collect(),
        definition: definition.to_owned(),
        rounding_us: Vec::new(),
    })
}

/// (p, figure) of a summary, ascending: `p95`, `p999` (which is 0.999), and `median` where there is no `p50`.
fn quantiles(summary: &Object) -> Vec<(f64, f64)> {
    let p = |key: &str| {
        if key == "median" {
            return Some(0.5);
        }
        let digits = key.strip_prefix('p')?;
        let plain = digits.len() >= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| format!("0.{digits}").parse::<f64>().ok())?
    };
    let mut found: Vec<(f64, f64)> =
        summary.iter().filter_map(|(key, value)| Some((p(key)?, super::document::amount(value)?))).collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.dedup_by(|a, b| a.0.total_cmp(&b.0).is_eq());
    found
}

/// What went wrong, by status and by error, as error texts.
fn faults<'a>(
    answers: &'a Answers,
    errors: &'a BTreeMap<String, u64>,
    endpoint: Option<&'a EndpointKey>,
    settings: &'a Settings,
) -> impl Iterator<Item = Fault> + 'a {
    let statuses =
        answers.by_status.iter().filter(move |(status, _)| **status >= 400 && !is_right(**status, endpoint, settings));
    let fault = move |text: String, count: u64, of_requests: bool| Fault {
        endpoint: endpoint.cloned(),
        text,
        count,
        of_requests,
    };
    statuses
        .map(move |(status, count)| fault(format!("HTTP {status}"), *count, true))
        .chain(errors.iter().map(move |(text, count)| fault(scrub::text(text), *count, is_of_request(text))))
}

/// Whether an error is a request's (it names an error code such as `ECONNREFUSED`); the others are the script's: a capture
/// that did not match, a function that is not there.
fn is_of_request(text: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').any(|word| {
        let rest = word.strip_prefix('E').unwrap_or("");
        rest.len() >= 4 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quantiles_are_told_by_their_keys() {
        let summary =
            json!({"min": 1, "max": 9, "count": 4, "median": 5, "p50": 5, "p95": 8, "p999": 9, "p": 1, "p5x": 1});
        assert_eq!(quantiles(summary.as_object().unwrap()), [(0.5, 5.0), (0.95, 8.0), (0.999, 9.0)]);
    }

    #[test]
    fn errors_of_requests_have_a_code() {
        for text in ["ECONNREFUSED", "ETIMEDOUT", "getaddrinfo ENOTFOUND shop", "ERR_TLS_CERT_ALTNAME_INVALID"] {
            assert!(is_of_request(text), "{text}");
        }
        for text in ["Failed capture or match", "ENTRY", "Error", "undefined function EX"] {
            assert_eq!(is_of_request(text), text == "ENTRY", "{text}");
        }
    }

    #[test]
    fn a_status_that_was_declared_right_is_no_failure() {
        let answers = Answers { by_status: BTreeMap::from([(200, 5), (409, 2), (500, 1)]), unanswered: 3 };
        let endpoint = EndpointKey::new(None, "/rsvp");
        let declared = vec![(regex::Regex::new("^/rsvp$").unwrap(), vec![200, 409])];
        let settings = Settings { expected_status: declared, ..Settings::default() };
        assert_eq!(answers.failures(Some(&endpoint), &settings), 4);
        assert_eq!(answers.failures(None, &settings), 6);
        assert_eq!(answers.count(), 11);
    }
}
