//! Figures as they are judged, compared and shown: each with its source class, definition and interval, or the reason why
//! it is not given. These structs are part of report.json; their field names are a promise to other programs.
//!
//! Units: `_us` microseconds, `_s` seconds, `_per_s` per second, `bytes` bytes, ratios from 0 to 1. `null` is unknown, and
//! a `why` stands beside it.

use super::clock::ClockFigures;
use super::omission::OmissionFigures;
use crate::model::distribution::SourceClass;
use crate::model::key::{ColumnKind, MetricKind, Population};
use crate::unit::Unit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Latency of one endpoint over all responses or over successes. Quantiles are keyed `p50`, `p99.9`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LatencyFigures {
    /// Values that the figures are over; `null` where a quoted source does not say.
    pub n: Option<u64>,
    /// Arithmetic mean in µs.
    pub mean: Option<f64>,
    /// Least value in µs.
    pub min: Option<f64>,
    /// Greatest value in µs.
    pub max: Option<f64>,
    /// Quantiles in µs; `null` with a reason in `quantile_why`.
    pub quantiles: BTreeMap<String, Option<f64>>,
    /// 95 % intervals in µs; `null` for a bound that the sample cannot give ("> max"). Absent where no interval can exist.
    pub quantile_ci: BTreeMap<String, (Option<f64>, Option<f64>)>,
    /// Why a quantile is not given, or must be read with care (`p95 of n = 5 is the maximum`).
    pub quantile_why: BTreeMap<String, String>,
    /// How the figures came about; `null` when there are none.
    pub source_class: Option<SourceClass>,
    /// The definition of their percentiles.
    pub definition: Option<String>,
    /// Variance of a share relative to independent samples, from blocks of windows; 1 where there are no windows.
    pub design_effect: f64,
    /// How the tool's own percentiles varied over the run, by quantile; only where it printed them over time.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub over_time: BTreeMap<String, WindowSpread>,
    /// Why there are no figures at all.
    pub why: Option<String>,
}

/// A tool's own percentile over windows that do not overlap, in the steady part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WindowSpread {
    /// Standard deviation of its ln.
    pub sd_ln: f64,
    /// Windows.
    pub windows: u64,
}

/// Cache answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CacheFigures {
    /// Answered by the cache.
    pub hits: u64,
    /// Answers of which it is known.
    pub known: u64,
    /// hits / known.
    pub ratio: f64,
}

/// A count by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedCount {
    /// `HTTP 503`, `timeout`, a status, …
    pub name: String,
    /// How many.
    pub count: u64,
}

/// Figures of one endpoint, or of all endpoints of a population together (`label` is then empty).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EndpointFigures {
    /// k6's group, where it is part of the identity.
    pub group: Option<String>,
    /// HTTP method or request type.
    pub method: Option<String>,
    /// Name less method and host.
    pub name: String,
    /// `GET /api/events`; empty for totals.
    pub label: String,
    /// How many, failures included.
    pub requests: Option<u64>,
    /// How many failed.
    pub failures: Option<u64>,
    /// Failures / requests.
    pub failure_ratio: Option<f64>,
    /// 95 % Wilson interval of the ratio, widened by the design effect.
    pub failure_ratio_ci: Option<(f64, f64)>,
    /// How much wider its variance is than for independent requests; at least 1, and 1 in runs stored before it was kept.
    #[serde(default = "independent")]
    pub failure_design_effect: f64,
    /// Why failures are not known.
    pub failures_why: Option<String>,
    /// Failures by kind, most frequent first.
    pub failure_kinds: Vec<NamedCount>,
    /// Answers by status code, ascending.
    pub statuses: Vec<NamedCount>,
    /// requests / duration of the test.
    pub rate_per_s: Option<f64>,
    /// Bytes received.
    pub bytes: Option<u64>,
    /// Cache answers, where the source tells.
    pub cache: Option<CacheFigures>,
    /// Over all responses.
    pub latency_us: LatencyFigures,
    /// Over successes.
    pub latency_success_us: LatencyFigures,
    /// Why other fields are `null`, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub why: BTreeMap<String, String>,
}

fn independent() -> f64 {
    1.0
}

/// Figures of one population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PopulationFigures {
    /// Requests, connections or messages.
    pub population: Population,
    /// Over all its endpoints.
    pub totals: EndpointFigures,
    /// By label.
    pub endpoints: Vec<EndpointFigures>,
}

/// A phase of a test, in seconds since its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Phases {
    /// Users rise until here, if they do; left out of comparisons.
    pub ramp_s: Option<f64>,
    /// The steady part, ramp left out.
    pub steady_from_s: f64,
    /// Its end.
    pub steady_to_s: f64,
    /// How this was decided.
    pub why: String,
    /// Where latency has settled after that; absent where no source has latencies over time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_up: Option<WarmUp>,
}

/// The warm-up after the ramp, by MSER-5.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WarmUp {
    /// Seconds after `steady_from_s` at which latency has settled.
    pub cut_s: f64,
    /// Whether it settles: a cut beyond 40 % of the load says that it does not.
    pub settles: bool,
    /// Whether comparisons leave it out: from 6 min of load on.
    pub applied: bool,
    /// In words.
    pub why: String,
}

impl Phases {
    /// Second from which a run is compared: after the ramp, and after the warm-up where that is cut.
    #[must_use]
    pub fn compared_from_s(&self) -> f64 {
        let cut = self.warm_up.as_ref().filter(|one| one.applied && one.settles);
        self.steady_from_s + cut.map_or(0.0, |one| one.cut_s)
    }

    /// Why nothing of the run can be compared: it never comes to rest.
    #[must_use]
    pub fn unsettled(&self) -> Option<&str> {
        self.warm_up.as_ref().filter(|one| one.applied && !one.settles).map(|one| one.why.as_str())
    }
}

/// What load was reached.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LoadFigures {
    /// `open` (arrivals do not wait) or `closed` (users do), where known.
    pub model: Option<String>,
    /// Most users at a time.
    pub users_max: Option<f64>,
    /// Mean of users over the steady part.
    pub users_mean: Option<f64>,
    /// Where users come from (`vus`, `User Count`, the scenario's name).
    pub users_from: Option<String>,
    /// Arrivals that the generator could not send.
    pub dropped: Option<u64>,
    /// Iterations of the script, where the tool has them.
    pub iterations: Option<u64>,
}

/// One monitor column over the test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MonitorFigures {
    /// The source's column name; `…_per_s` is never appended: `per_second` says that differences are shown.
    pub metric: String,
    /// The source's unit.
    pub unit: String,
    /// How it was read.
    pub kind: ColumnKind,
    /// Whether figures are of differences per second of a cumulative counter.
    pub per_second: bool,
    /// Readings that were measured.
    pub samples: u64,
    /// Readings that were not.
    pub missing: u64,
    /// Arithmetic mean (weighted by its reads for a cumulative ratio).
    pub mean: Option<f64>,
    /// Least.
    pub min: Option<f64>,
    /// Greatest.
    pub max: Option<f64>,
    /// Median of the readings (type 1).
    pub p50: Option<f64>,
    /// 95th percentile of the readings.
    pub p95: Option<f64>,
    /// 99th percentile of the readings.
    pub p99: Option<f64>,
    /// Readings by value, for a category.
    pub categories: Vec<NamedCount>,
    /// The file.
    pub source: String,
    /// Why there are no figures.
    pub why: Option<String>,
}

/// A resource's trend within the test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendFigures {
    /// Monitor column.
    pub metric: String,
    /// The source's unit.
    pub unit: String,
    /// Theil–Sen slope in `unit` per minute.
    pub slope_per_min: f64,
    /// 95 % interval of the slope.
    pub slope_ci: (f64, f64),
    /// Level at the start by the fitted line.
    pub start_level: f64,
    /// slope × duration / start level.
    pub relative_rise: f64,
    /// Seconds looked at.
    pub duration_s: f64,
    /// Readings looked at.
    pub n: u64,
    /// p of the Mann–Kendall test corrected for autocorrelation.
    pub p: f64,
    /// Long enough (30 min, 40 readings) to be called a leak.
    pub long_enough: bool,
    /// Significant and at least 10 % of the level at the start.
    pub rises: bool,
}

/// A pool's use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PoolFigures {
    /// Prefix of its columns, such as `db_pool`.
    pub name: String,
    /// Its size.
    pub size: f64,
    /// Most in use at a time.
    pub peak_active: f64,
    /// Mean in use.
    pub mean_active: f64,
    /// Readings with none available.
    pub exhausted_samples: u64,
    /// None available in three readings in a row.
    pub exhausted: bool,
    /// Second of the test when that began.
    pub exhausted_at_s: Option<f64>,
}

/// A custom metric or one of the tool's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricFigures {
    /// The tool's name, with tags in braces where the series has any (`checks{check:status is 200}`).
    pub metric: String,
    /// Counter, gauge, rate or trend.
    pub kind: MetricKind,
    /// Unit of the values.
    pub unit: Unit,
    /// Points.
    pub count: Option<u64>,
    /// Points that were not zero (rate).
    pub nonzero: Option<u64>,
    /// Sum (counter).
    pub sum: Option<f64>,
    /// Last value (gauge) or ratio (rate).
    pub value: Option<f64>,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Least.
    pub min: Option<f64>,
    /// Greatest.
    pub max: Option<f64>,
    /// Quantiles by name.
    pub quantiles: BTreeMap<String, Option<f64>>,
    /// Raw or quoted.
    pub source_class: SourceClass,
}

/// The test over its windows, all endpoints together; every list has one entry a window.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct SeriesFigures {
    /// Width of a window in seconds.
    pub width_s: f64,
    /// Start of the first window, in seconds since the test's start (may be slightly negative: windows are aligned to the epoch).
    pub first_s: f64,
    /// Requests that ended in it.
    pub requests: Vec<u64>,
    /// Of them failed.
    pub failures: Vec<u64>,
    /// Quantiles by name in µs: of the window, or of as many neighbours together as have the requests that the quantile needs;
    /// `null` where nothing ended, and everywhere where the whole test has too few.
    pub quantiles_us: BTreeMap<String, Vec<Option<f64>>>,
    /// Greatest latency in µs (upper end of its bucket).
    pub max_us: Vec<Option<f64>>,
    /// Whether the quantiles are the tool's own.
    pub quoted: bool,
    /// Users.
    pub users: Vec<Option<f64>>,
    /// Failures by kind.
    pub failure_kinds: BTreeMap<String, Vec<u64>>,
    /// Why there are no quantiles over time.
    pub why: Option<String>,
}

/// What makes a run unable to prove anything, or less than it seems.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Doubt {
    /// Name of the rule, such as `generator-saturated`.
    pub rule: String,
    /// Whether it makes the run invalid, so that its criteria are inconclusive.
    pub invalidates: bool,
    /// In words, with figures.
    pub message: String,
}

/// All figures of one test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestFigures {
    /// Only those measured; requests first.
    pub populations: Vec<PopulationFigures>,
    /// Ramp and the rest.
    pub phases: Option<Phases>,
    /// Users and arrivals.
    pub load: LoadFigures,
    /// Over time.
    pub series: Option<SeriesFigures>,
    /// Monitors, by column in the file's order.
    pub monitors: Vec<MonitorFigures>,
    /// The monitors' clocks against the load's, by file.
    pub clocks: Vec<ClockFigures>,
    /// Columns that were looked at for growth.
    pub trends: Vec<TrendFigures>,
    /// Pools.
    pub pools: Vec<PoolFigures>,
    /// Custom metrics and the tool's own.
    pub metrics: Vec<MetricFigures>,
    /// What stalls or dropped arrivals hide.
    pub omission: Option<OmissionFigures>,
    /// Doubts about the run as a whole.
    pub doubts: Vec<Doubt>,
}
