//! Observations: what an adapter may say about a test.

use super::distribution::Distribution;
use super::key::{EndpointKey, Population};
use crate::unit::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// A Sample is one request (connection, message). Its endpoint, outcome and tags stand in its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When it ended; `None` where the source has no time.
    pub ended_at: Option<Timestamp>,
    /// How long it took, in nanoseconds; `None` where the source has none for it (an asynchronous event, a refused row).
    pub latency_ns: Option<u64>,
    /// Bytes received.
    pub bytes: Option<u64>,
}

/// A Total is a tool's own end row for an endpoint or, without endpoint, for everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Total {
    /// What kind of thing is counted.
    pub population: Population,
    /// Which endpoint; `None` for the tool's own sum over all.
    pub endpoint: Option<EndpointKey>,
    /// How many, failures included.
    pub requests: Option<u64>,
    /// How many of them failed.
    pub failures: Option<u64>,
    /// How many were answered by a cache.
    pub cached: Option<u64>,
    /// Latency over all responses.
    pub latency: Distribution,
    /// Latency over successes, where the tool tells it apart.
    pub latency_ok: Distribution,
    /// Requests per second as the tool counts it.
    pub rate_per_s: Option<f64>,
    /// Bytes received in all.
    pub bytes: Option<u64>,
    /// Requests and failures per second of the run, where the tool has them: (unix second, requests, failures).
    pub per_second: Vec<(i64, u64, u64)>,
    /// First start and last end as the tool states them.
    pub span: Option<Span>,
}

impl Total {
    /// One of which nothing is known yet but what it is about.
    #[must_use]
    pub fn of(population: Population, endpoint: Option<EndpointKey>) -> Self {
        let unknown = Distribution::Unknown("the source does not state it".to_owned());
        Self {
            population,
            endpoint,
            requests: None,
            failures: None,
            cached: None,
            latency: unknown.clone(),
            latency_ok: unknown,
            rate_per_s: None,
            bytes: None,
            per_second: Vec::new(),
            span: None,
        }
    }
}

/// An Interval is a tool's own row about a stretch of time (a row of Locust's history).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// When the row was written.
    pub at: Timestamp,
    /// Which endpoint; `None` for the tool's own sum.
    pub endpoint: Option<EndpointKey>,
    /// Users at that moment.
    pub users: Option<f64>,
    /// Requests per second as the tool has it there.
    pub rate_per_s: Option<f64>,
    /// Failures per second as the tool has it there.
    pub failures_per_s: Option<f64>,
    /// (p, µs) as printed; empty where the tool has none for this row.
    pub quantiles: Vec<(f64, f64)>,
    /// Requests and failures since the start.
    pub cumulative: Option<(u64, u64)>,
}

/// A Fault is an error text with how often it occurred.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fault {
    /// Which endpoint it belongs to; `None` where the tool does not say.
    pub endpoint: Option<EndpointKey>,
    /// The tool's text, at most 400 characters.
    pub text: String,
    /// How often.
    pub count: u64,
    /// Whether these are failures of requests (counted in `failures`) or faults of the test itself (exceptions in scripts).
    pub of_requests: bool,
}

/// A Threshold is a criterion that a tool's file brings along (k6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// `http_req_duration` or `http_req_duration{scenario:auth}`, as written.
    pub metric: String,
    /// `p(95)<300`, as written.
    pub expression: String,
    /// Whether the tool itself found it kept, where its file says.
    pub kept: Option<bool>,
    /// Whether it aborts the run.
    pub abort: bool,
}

/// Open or closed workload (statistics.md 1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoadModel {
    /// Arrivals do not wait for responses (k6 arrival-rate executors, vegeta).
    Open,
    /// A user sends the next request after the last response (Locust, k6 VU executors).
    Closed,
}

/// A Fact is something a file says about the whole test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// Version of the tool.
    ToolVersion(String),
    /// When it began and ended by the tool's own word.
    Ran(Span),
    /// How long it ran by the tool's own clock, in seconds, where no instants are given.
    DurationSeconds(f64),
    /// When the file was written, where it says.
    WrittenAt(Timestamp),
    /// Open or closed workload.
    Load(LoadModel),
    /// Users asked or reached, as stated outside any series.
    Users(f64),
    /// The source cannot separate failures from successes, for this reason.
    FailuresUnknown(String),
    /// What the source's percentiles mean or lack, in words, shown with them.
    Remark(String),
    /// A doubt that the reader of any figure must know.
    Warning(String),
    /// When it began, where nothing says how long it ran.
    Began(Timestamp),
    /// How long it counted by its own clock, in seconds: the time that its rates are of, where the instants it gives are
    /// coarser, or those of first answers.
    CountedSeconds(f64),
}
