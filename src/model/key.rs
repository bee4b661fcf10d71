//! What observations are grouped by.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A Population is a kind of thing that was counted and timed. Each has its own `n`: a connection is not a request, and a
/// percentile over both would be a percentile of neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Population {
    /// A request and its response (an SQL statement, an RPC and an HTTP request alike).
    Request,
    /// The opening of a long-lived connection, such as a WebSocket's handshake.
    Connection,
    /// A message on such a connection; delivered or not.
    Message,
    /// A step of a script that holds requests (a JMeter transaction controller's row): its time is theirs and the pauses
    /// between them, so it is never counted with them.
    Transaction,
    /// A request that a script made before or after the load (k6's `setup()` and `teardown()`): it is no load, and is never
    /// counted with what is.
    Setup,
}

impl Population {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Request, Self::Connection, Self::Message, Self::Transaction, Self::Setup];

    /// What several are called.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Request => "requests",
            Self::Connection => "connections",
            Self::Message => "messages",
            Self::Transaction => "transactions",
            Self::Setup => "setup requests",
        }
    }

    /// What the tool itself counts it among: to k6 requests of setup and teardown are requests like any other, in its summaries
    /// and in its thresholds.
    #[must_use]
    pub fn of_tool(self) -> Self {
        if self == Self::Setup { Self::Request } else { self }
    }
}

/// An Endpoint key is what requests are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct EndpointKey {
    /// k6's group without the leading `::`; part of the identity only where one label stands in several groups.
    pub group: Option<String>,
    /// HTTP method or the tool's request type, as written by the tool.
    pub method: Option<String>,
    /// The tool's name for it, less a leading method.
    pub name: String,
}

impl EndpointKey {
    /// A key from a tool's method and name: a leading `GET ` and the like in the name moves to (or agrees with) the method.
    #[must_use]
    pub fn new(method: Option<&str>, name: &str) -> Self {
        let method = method.map(str::trim).filter(|text| !text.is_empty());
        let (prefix, rest) = split_method(name);
        match (method, prefix) {
            (Some(given), Some(verb)) if given.eq_ignore_ascii_case(verb) => Self::bare(Some(given), rest),
            (None, Some(verb)) => Self::bare(Some(verb), rest),
            (given, _) => Self::bare(given, name),
        }
    }

    fn bare(method: Option<&str>, name: &str) -> Self {
        Self { group: None, method: method.map(str::to_owned), name: name.to_owned() }
    }

    /// The same key within a k6 group.
    #[must_use]
    pub fn in_group(mut self, group: Option<&str>) -> Self {
        self.group = group.filter(|text| !text.is_empty()).map(str::to_owned);
        self
    }

    /// `GET /api/events`: what globs, deltas, criteria and findings use.
    #[must_use]
    pub fn label(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for EndpointKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(method) = &self.method {
            write!(out, "{method} ")?;
        }
        out.write_str(&self.name)
    }
}

fn split_method(name: &str) -> (Option<&str>, &str) {
    const METHODS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"];
    match name.split_once(' ') {
        Some((lead, rest)) if METHODS.contains(&lead) && !rest.trim().is_empty() => (Some(lead), rest.trim_start()),
        _ => (None, name),
    }
}

/// Tags are the names and values that a tool attached to a measurement, sorted by name.
pub type Tags = Vec<(String, String)>;

/// How one request ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// As expected by the tool.
    Ok,
    /// Not as expected; the kind is a short text such as `HTTP 503`, `timeout`, `connection refused`.
    Failed(String),
    /// The source does not say; failures are then unknown, which is not zero.
    Unknown,
}

impl Outcome {
    /// Whether failures of a kind are the load generator's or the test plan's own, and never reached the system. Adapters call
    /// them so; what may be the system's as well (a refused connection, a timeout) is called otherwise.
    #[must_use]
    pub fn is_generators_own(kind: &str) -> bool {
        kind.starts_with("load generator: ") || kind.starts_with("test plan: ") || kind.starts_with("stopped by ")
    }
}

/// A Cell is the finest grouping of samples that is kept: everything shown is a merge of cells, so that an endpoint, its
/// successes, a status code and a k6 sub-metric are all answered from the same counters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellKey {
    /// What kind of thing is counted.
    pub population: Population,
    /// What it is grouped by.
    pub endpoint: EndpointKey,
    /// How it ended.
    pub outcome: Outcome,
    /// Status code where the tool has one (0 is k6's "no response").
    pub status: Option<u16>,
    /// Whether it was answered by a cache; `None` where the source does not say.
    pub cached: Option<bool>,
    /// The tags worth filtering by (k6: scenario, group, `expected_response`, user tags), sorted.
    pub tags: Tags,
}

/// What a custom metric's points mean (k6's four kinds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MetricKind {
    /// Values add up.
    Counter,
    /// The last value counts; by time, and by value where two share an instant, so that order of reading never matters.
    Gauge,
    /// The share of values that are not zero.
    Rate,
    /// Values form a distribution.
    Trend,
}

/// A Metric key names one series of a metric: a metric and the tags it was recorded with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MetricKey {
    /// The tool's name, such as `http_req_waiting` or `checks`.
    pub name: String,
    /// What its points mean.
    pub kind: MetricKind,
    /// What its values count; adapters convert to base units.
    pub unit: crate::unit::Unit,
    /// Sorted tags; empty where the source has none.
    pub tags: Tags,
}

/// How a monitor's column is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// The value at that moment (CPU, memory, pool in use).
    Level,
    /// Grows since some start; its differences per second are what is shown (disk and network totals).
    Cumulative,
    /// A ratio cumulated since some start, in base unit ratio; differenced with its reads before it is averaged.
    CumulativeRatio,
    /// A code, counted by value (an HTTP status of a probe).
    Category,
}

/// A Column key names one series of a resource monitor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ColumnKey {
    /// The source's column name.
    pub name: String,
    /// How to read it.
    pub kind: ColumnKind,
    /// The unit as the source has it, for showing (`%`, `MB`, `ms`); values stay in it.
    pub unit: String,
}
