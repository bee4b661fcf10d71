//! What a record lists one by one: every latency in an array, outcomes as a map of status codes.
//!
//! Such lists are worth more than the figures beside them: percentiles of an array are true ones, and a map of status codes
//! tells failures by kind.

use super::key::{Subject, enclosing};
use crate::ingest::own::failure;
use crate::ingest::own::name::{split_time_unit, words};
use crate::model::distribution::Recorded;
use crate::model::key::Population;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Words that end the name of an array of latencies. A singular (`latency_ms: […]`) may be a course over time.
const PLURALS: [&str; 6] = ["latencies", "response_times", "request_times", "durations", "rtts", "timings"];
/// Names of maps (or arrays) of status codes.
#[rustfmt::skip]
const STATUSES: [&str; 15] = ["status_codes", "statuses", "status", "status_counts", "status_code_counts", "status_code_distribution", "http_codes", "http_status", "http_statuses", "http_status_codes", "response_codes", "codes", "responses", "by_status", "requests_by_status"];

/// Names of lists (or maps) of errors.
const ERRORS: [&str; 7] =
    ["errors", "error_types", "error_counts", "errors_by_type", "failures", "failure_reasons", "error_details"];

/// Errors as they are listed: texts and how often they occurred.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Errors {
    /// Each text once for each entry.
    pub by_text: Vec<(String, u64)>,
    /// Whether an entry could not be read.
    is_partial: bool,
}

impl Errors {
    /// The errors of an array under this key; `None` where it is of something else.
    #[must_use]
    pub fn of_array(key: &str, items: &[Value]) -> Option<Self> {
        ERRORS.contains(&words(key).as_str()).then(|| Self::of(items.iter().map(error_item)))
    }

    /// The errors of a map `{"timeout": 2}` under this key; `None` where it is of something else.
    #[must_use]
    pub fn of_map(key: &str, map: &Map<String, Value>) -> Option<Self> {
        let entry = |(text, count): (&String, &Value)| Some((text.clone(), occurrences(count)?));
        ERRORS.contains(&words(key).as_str()).then(|| Self::of(map.iter().map(entry)))
    }

    fn of(entries: impl Iterator<Item = Option<(String, u64)>>) -> Self {
        let mut errors = Self::default();
        for entry in entries {
            errors.is_partial |= entry.is_none();
            errors.by_text.extend(entry);
        }
        errors
    }

    /// How many there are in all; `None` where some could not be read.
    #[must_use]
    pub fn all(&self) -> Option<u64> {
        let sum = self.by_text.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        (!self.is_partial).then_some(sum)
    }
}

/// Requests by status code; 0 is one without an answer.
pub type Statuses = BTreeMap<u16, u64>;

/// Latencies as they are listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Latencies {
    /// In whatever unit they have.
    pub values: Vec<f64>,
    /// Nanoseconds per unit, where the key says.
    pub unit_ns: Option<f64>,
}

impl Latencies {
    /// The latencies of an array under this key, and whose they are; `None` where it holds anything else.
    #[must_use]
    pub fn of(key: &str, items: &[Value]) -> Option<(Population, Self)> {
        let spoken = words(key);
        let (stem, _) = split_time_unit(&spoken);
        let named = PLURALS.iter().any(|plural| stem == *plural || stem.ends_with(&format!("_{plural}")));
        let (subject, unit_ns) = enclosing(key);
        // Other things have durations too.
        let of_requests = ["latenc", "response", "request"].iter().any(|word| stem.contains(word));
        let population = match subject {
            Subject::Latency(population) => population,
            Subject::Metric(_) if stem.starts_with("raw_") || stem.starts_with("all_") => Population::Request,
            Subject::Metric(_) => return None,
        };
        let amount = |item: &Value| item.as_f64().filter(|value| value.is_finite() && *value >= 0.0);
        let values: Vec<f64> = items.iter().map(amount).collect::<Option<_>>()?;
        (named && (of_requests || unit_ns.is_some()) && !values.is_empty())
            .then_some((population, Self { values, unit_ns }))
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.values.len() as u64
    }

    /// All of them, by this many nanoseconds per unit.
    #[must_use]
    pub fn recorded(&self, unit_ns: f64) -> Recorded {
        let mut recorded = Recorded::default();
        for value in &self.values {
            if let Some(nanos) = crate::ingest::own::cell_text::nanos(value * unit_ns) {
                recorded.record(nanos);
            }
        }
        recorded
    }
}

/// Status codes of a map `{"200": 950, "500": 50}` under this key; `None` where it is none.
#[must_use]
pub fn statuses_of_map(key: &str, map: &Map<String, Value>) -> Option<Statuses> {
    let entry = |(code, count): (&String, &Value)| Some((status(code.trim().parse().ok()?)?, count.as_u64()?));
    let statuses: Statuses = map.iter().map(entry).collect::<Option<_>>()?;
    (is_of_statuses(key) && !statuses.is_empty()).then_some(statuses)
}

/// Status codes of an array `[200, 200, 500]` under this key, one for each request; `None` where it is none.
#[must_use]
pub fn statuses_of_array(key: &str, items: &[Value]) -> Option<Statuses> {
    if !is_of_statuses(key) || items.is_empty() {
        return None;
    }
    let mut statuses = Statuses::new();
    for item in items {
        *statuses.entry(status(u16::try_from(item.as_u64()?).ok()?)?).or_default() += 1;
    }
    Some(statuses)
}

fn is_of_statuses(key: &str) -> bool {
    STATUSES.contains(&words(key).as_str())
}

fn status(code: u16) -> Option<u16> {
    (code == 0 || (100..1_000).contains(&code)).then_some(code)
}

/// How many requests have a status.
#[must_use]
pub fn all(statuses: &Statuses) -> u64 {
    statuses.values().fold(0, |sum, count| sum.saturating_add(*count))
}

/// Those that failed, as error texts with their counts.
pub fn failed(statuses: &Statuses) -> impl Iterator<Item = (String, u64)> {
    let failed = statuses.iter().filter(|(code, _)| !(100..400).contains(*code));
    failed.map(|(code, count)| (failure::kind(Some(*code), None), *count))
}

/// How often an error of a map occurred: a number, or an object that has one.
fn occurrences(value: &Value) -> Option<u64> {
    let named =
        |map: &Map<String, Value>| ["count", "occurrences", "total"].iter().find_map(|key| map.get(*key)?.as_u64());
    value.as_u64().or_else(|| value.as_object().and_then(named))
}

/// An entry of a list of errors: a text, a pair of text and count, or an object of both.
fn error_item(item: &Value) -> Option<(String, u64)> {
    match item {
        Value::String(text) => Some((text.clone(), 1)),
        Value::Object(map) => {
            let text = ["error", "message", "type", "reason", "text", "name"]
                .iter()
                .find_map(|key| map.get(*key)?.as_str())?;
            Some((text.to_owned(), occurrences(item).unwrap_or(1)))
        }
        Value::Array(pair) => match pair.as_slice() {
            [Value::String(text), count] => Some((text.clone(), count.as_u64()?)),
            _ => None,
        },
        _ => None,
    }
}
