//! What counts as a change: thresholds and assumptions of a comparison, with their defaults.

/// A metric that a comparison looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// The quantile of latency at this rank, 0 to 1.
    Quantile(f64),
    /// Failed requests / requests.
    Failures,
}

impl Metric {
    /// `p95`, `failures`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Quantile(p) => crate::fmt::quantile_name(p),
            Self::Failures => "failures".to_owned(),
        }
    }

    /// The metric of a name; `None` for other texts.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        if name == "failures" { Some(Self::Failures) } else { crate::fmt::quantile_p(name).map(Self::Quantile) }
    }
}

/// Thresholds and assumptions. They are judgement, not measurement, so they are configuration, and printed with the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The metrics of the gate.
    pub metrics: Vec<Metric>,
    /// Whether each endpoint's rate is compared too, beside that of all requests, which always is (false).
    pub rates: bool,
    /// Latency: the least relative change that matters (0.05).
    pub material: f64,
    /// Latency: the least absolute change in µs that matters (5,000). An endpoint of 4 ms doubles for reasons that nobody
    /// ships a fix for.
    pub floor_us: f64,
    /// Latency: "no slower" means shown to be slower by less than this (0.10).
    pub margin: f64,
    /// Latency: "no regression seen" may be said if a worsening of this size would have been found (0.50).
    pub must_detect: f64,
    /// Failures: the least change of the ratio that matters (0.001: a tenth of a point).
    pub failures_material: f64,
    /// Failures: margin of "fails no more often" (0.002).
    pub failures_margin: f64,
    /// Failures: what must be detectable (0.01: one point).
    pub failures_must_detect: f64,
    /// Standard deviation, between runs of the same system, of what all endpoints share: of ln latency (0.02).
    pub tau_global: f64,
    /// The same of what each endpoint has for itself (0.01).
    pub tau_endpoint: f64,
    /// Over how many runs of the history both were measured; `None` where they are assumed.
    pub tau_over: Option<usize>,
    /// How much faster than the likeness of neighbouring blocks grows what a run's few blocks hide of it (3.0); with 0.0 all is
    /// corrected as if there were none. See [`inflation`](super::influence::inflation).
    pub lag_bias: f64,
    /// The most that one endpoint weighs in what all share, from five endpoints on (0.25); 1.0 holds none.
    pub most_weight: f64,
    /// Share of false alarms that is accepted (0.05).
    pub alpha: f64,
}

impl Settings {
    /// Variance of ln latency between two runs of one system: of what all endpoints share, and of what each has for itself.
    #[must_use]
    pub fn between(&self) -> f64 {
        2.0 * (self.tau_global.powi(2) + self.tau_endpoint.powi(2))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            metrics: vec![Metric::Quantile(0.5), Metric::Quantile(0.95), Metric::Failures],
            rates: false,
            material: 0.05,
            floor_us: 5_000.0,
            margin: 0.10,
            must_detect: 0.50,
            failures_material: 0.001,
            failures_margin: 0.002,
            failures_must_detect: 0.01,
            tau_global: 0.02,
            tau_endpoint: 0.01,
            tau_over: None,
            lag_bias: 3.0,
            most_weight: 0.25,
            alpha: 0.05,
        }
    }
}
