//! Figures of a metric that is not a request's latency.

use serde::{Deserialize, Serialize};

/// A metric as a summary states it; everything optional because summaries leave things out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MetricTotal {
    /// Number of points (trend) or of all points (rate).
    pub count: Option<u64>,
    /// Points that were not zero (rate).
    pub nonzero: Option<u64>,
    /// Sum (counter).
    pub sum: Option<f64>,
    /// Per second as the tool counts it (counter).
    pub rate_per_s: Option<f64>,
    /// Last value (gauge) or ratio (rate).
    pub value: Option<f64>,
    /// Least.
    pub min: Option<f64>,
    /// Greatest.
    pub max: Option<f64>,
    /// Arithmetic mean (trend).
    pub mean: Option<f64>,
    /// (p, value in the key's unit), ascending in p.
    pub quantiles: Vec<(f64, f64)>,
}
