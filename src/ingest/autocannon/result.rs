//! autocannon's result as it stands in the file.

use crate::fmt::quantile_p;
use crate::ingest::document;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What `--json` prints.
#[derive(Deserialize)]
pub(super) struct Report {
    #[serde(default)]
    pub(super) url: Value,
    #[serde(default)]
    pub(super) connections: u64,
    #[serde(default)]
    pub(super) pipelining: u64,
    #[serde(default)]
    pub(super) workers: Value,
    #[serde(default)]
    pub(super) samples: Value,
    #[serde(rename = "sampleInt", default)]
    pub(super) sample_ms: Value,
    pub(super) duration: Option<f64>,
    #[serde(default)]
    pub(super) start: String,
    #[serde(default)]
    pub(super) finish: String,
    #[serde(default)]
    pub(super) errors: u64,
    #[serde(default)]
    pub(super) timeouts: u64,
    #[serde(default)]
    pub(super) mismatches: u64,
    #[serde(default)]
    pub(super) non2xx: u64,
    #[serde(rename = "1xx", default)]
    pub(super) informations: u64,
    #[serde(rename = "2xx")]
    pub(super) successes: Option<u64>,
    #[serde(rename = "3xx", default)]
    pub(super) redirects: u64,
    #[serde(rename = "4xx")]
    pub(super) client_errors: Option<u64>,
    #[serde(rename = "5xx")]
    pub(super) server_errors: Option<u64>,
    #[serde(rename = "statusCodeStats")]
    pub(super) by_status: Option<BTreeMap<String, Status>>,
    pub(super) latency: BTreeMap<String, Value>,
    pub(super) requests: Requests,
    pub(super) throughput: Throughput,
    /// The result of the warm-up before it.
    pub(super) warmup: Option<Value>,
}

/// Its requests, with a summary of how many each sample had.
#[derive(Deserialize)]
pub(super) struct Requests {
    pub(super) total: u64,
    pub(super) sent: Option<u64>,
    #[serde(flatten)]
    pub(super) samples: BTreeMap<String, Value>,
}

/// How often a status was answered.
#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) count: u64,
}

/// Its bytes, with a summary of how many each sample had.
#[derive(Deserialize)]
pub(super) struct Throughput {
    pub(super) total: Option<u64>,
    #[serde(flatten)]
    pub(super) samples: BTreeMap<String, Value>,
}

/// A figure of a summary; `None` where it is none.
pub(super) fn figure(summary: &BTreeMap<String, Value>, key: &str) -> Option<f64> {
    summary.get(key).and_then(document::amount)
}

/// The least of a summary.
pub(super) fn least(summary: &BTreeMap<String, Value>) -> Option<f64> {
    let lowest = percentiles(summary).first().map(|(_, value)| *value);
    if lowest == Some(0.0) { lowest } else { figure(summary, "min") }
}

/// (p, figure) of a summary, ascending: `p97_5` and its like.
pub(super) fn percentiles(summary: &BTreeMap<String, Value>) -> Vec<(f64, f64)> {
    let named = |key: &str| quantile_p(&key.replace('_', "."));
    let mut found: Vec<(f64, f64)> =
        summary.keys().filter_map(|key| Some((named(key)?, figure(summary, key)?))).collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}
