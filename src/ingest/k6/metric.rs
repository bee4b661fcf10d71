//! k6's metrics: what kind each is and what it counts.
//!
//! The built-in ones are known by name. Of a script's own metrics only a `Metric` line tells, and k6 writes that line just
//! before the metric's first point, anywhere in the file. Whoever reads a block from the middle has not seen it; so
//! [`Definitions`] looks through the file from its beginning for as far as needed, once, whichever thread asks first.

use crate::ingest::Input;
use crate::ingest::input::Lines;
use crate::model::key::MetricKind;
use crate::unit::Unit;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What a metric's numbers count: k6's `contains`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contains {
    /// Milliseconds.
    Time,
    /// Bytes.
    Data,
    /// Anything.
    Default,
}

impl Contains {
    /// From k6's word for it.
    pub(super) fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("time") => Self::Time,
            Some("data") => Self::Data,
            _ => Self::Default,
        }
    }

    /// The base unit that its values are converted to.
    pub(super) const fn unit(self) -> Unit {
        match self {
            Self::Time => Unit::Micros,
            Self::Data => Unit::Bytes,
            Self::Default => Unit::Plain,
        }
    }

    /// A value in the base unit.
    pub(super) fn to_base(self, value: f64) -> f64 {
        match self {
            Self::Time => value * 1e3,
            Self::Data | Self::Default => value,
        }
    }
}

/// A Definition is what is known of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Definition {
    /// Counter, gauge, rate or trend.
    pub(super) kind: MetricKind,
    /// What its numbers count.
    pub(super) contains: Contains,
}

/// Metrics that are read as requests or connections; all others leave what is known of requests as it is.
pub const OF_REQUESTS: [&str; 6] =
    ["http_reqs", "http_req_duration", "http_req_failed", "ws_sessions", "ws_connecting", "grpc_req_duration"];

/// Whether a metric tells of no request.
pub(super) fn is_aside(name: &str) -> bool {
    !OF_REQUESTS.contains(&name)
}

impl Definition {
    /// What is assumed of a metric that nothing defines: values of unknown unit, shown as a distribution.
    pub(super) const UNSTATED: Self = Self { kind: MetricKind::Trend, contains: Contains::Default };

    const fn new(kind: MetricKind, contains: Contains) -> Self {
        Self { kind, contains }
    }

    /// The built-in metric of that name.
    pub(super) fn built_in(name: &str) -> Option<Self> {
        let definition = match name {
            "http_req_duration"
            | "http_req_blocked"
            | "http_req_connecting"
            | "http_req_tls_handshaking"
            | "http_req_sending"
            | "http_req_waiting"
            | "http_req_receiving"
            | "iteration_duration"
            | "group_duration"
            | "ws_connecting"
            | "ws_session_duration"
            | "ws_ping"
            | "grpc_req_duration"
            | "browser_http_req_duration"
            | "browser_web_vital_lcp"
            | "browser_web_vital_fcp"
            | "browser_web_vital_ttfb"
            | "browser_web_vital_inp"
            | "browser_web_vital_fid" => Self::new(MetricKind::Trend, Contains::Time),
            "browser_web_vital_cls" => Self::new(MetricKind::Trend, Contains::Default),
            "http_reqs"
            | "iterations"
            | "dropped_iterations"
            | "ws_sessions"
            | "ws_msgs_sent"
            | "ws_msgs_received"
            | "grpc_streams"
            | "grpc_streams_msgs_sent"
            | "grpc_streams_msgs_received" => Self::new(MetricKind::Counter, Contains::Default),
            "data_sent" | "data_received" | "browser_data_sent" | "browser_data_received" => {
                Self::new(MetricKind::Counter, Contains::Data)
            }
            "http_req_failed" | "checks" | "browser_http_req_failed" => Self::new(MetricKind::Rate, Contains::Default),
            "vus" | "vus_max" => Self::new(MetricKind::Gauge, Contains::Default),
            _ => return None,
        };
        Some(definition)
    }

    /// From k6's words, as `type` and `contains` have them.
    pub(super) fn from_words(kind: &str, contains: Option<&str>) -> Option<Self> {
        let kind = match kind {
            "counter" => MetricKind::Counter,
            "gauge" => MetricKind::Gauge,
            "rate" => MetricKind::Rate,
            "trend" => MetricKind::Trend,
            _ => return None,
        };
        Some(Self::new(kind, Contains::from_word(contains)))
    }
}

/// Definitions answers what kind a metric is, the same whichever thread asks and when.
pub(super) struct Definitions {
    search: Mutex<Search>,
}

/// How far the file has been looked through, and what was found on the way.
struct Search {
    known: BTreeMap<String, Definition>,
    rest: Option<Lines>,
}

impl Definitions {
    /// Those of the built-in metrics, for files that define none.
    pub(super) fn built_in() -> Self {
        Self { search: Mutex::new(Search { known: BTreeMap::new(), rest: None }) }
    }

    /// Those of a file with `Metric` lines.
    pub(super) fn of(input: &Input) -> Self {
        // Looking ahead is not progress: the bytes are read again for their content.
        let rest = input.clone().reporting_to(std::sync::Arc::default()).lines().ok();
        Self { search: Mutex::new(Search { known: BTreeMap::new(), rest }) }
    }

    /// The metric's definition; `None` where the whole file has none.
    pub(super) fn find(&self, name: &str) -> Option<Definition> {
        if let Some(built_in) = Definition::built_in(name) {
            return Some(built_in);
        }
        self.search.lock().unwrap_or_else(PoisonError::into_inner).find(name)
    }
}

impl Search {
    fn find(&mut self, name: &str) -> Option<Definition> {
        loop {
            if let Some(known) = self.known.get(name) {
                return Some(*known);
            }
            // An unreadable rest is the reader's to report; here it only ends the search.
            let Some(Some(line)) = self.rest.as_mut().and_then(|lines| lines.next_line().ok()) else {
                self.rest = None;
                return None;
            };
            if let Some((name, definition)) = defined_in(line.bytes) {
                self.known.entry(name).or_insert(definition);
            }
        }
    }
}

/// The definition in a line, if it is a `Metric` line.
fn defined_in(line: &[u8]) -> Option<(String, Definition)> {
    memchr::memmem::find(line, b"\"Metric\"")?;
    let start = memchr::memchr(b'{', line)?;
    let mut values = serde_json::Deserializer::from_slice(line.get(start..)?).into_iter::<Value>();
    let value = values.next()?.ok()?;
    match super::record::Record::from_value(&value).ok()? {
        super::record::Record::Metric { name, definition, .. } => Some((name, definition)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_found_wherever_it_stands() {
        let text = concat!(
            "banner\n",
            r#"{"metric":"late","type":"Point","data":{"time":"2026-01-01T00:00:00Z","value":1,"tags":{}}}"#,
            "\n",
            r#"{"type":"Metric","data":{"name":"late","type":"counter","contains":"data","thresholds":[],"submetrics":null},"metric":"late"}"#,
            "\n",
        );
        let input = Input::memory("x", text.as_bytes().to_vec()).unwrap();
        let definitions = Definitions::of(&input);
        assert_eq!(definitions.find("never"), None);
        assert_eq!(definitions.find("late"), Some(Definition::new(MetricKind::Counter, Contains::Data)));
        assert_eq!(Definitions::built_in().find("late"), None);
        assert_eq!(Definitions::built_in().find("vus").unwrap().kind, MetricKind::Gauge);
    }
}
