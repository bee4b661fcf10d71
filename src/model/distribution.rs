//! Latency as it is known: recorded, bucketed by the tool, quoted from the tool, or not at all.

use super::histogram::Histogram;
use serde::{Deserialize, Serialize};

/// How a figure came about; better classes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceClass {
    /// Computed from one row per request.
    Raw,
    /// Computed from the tool's own rounded histogram.
    Bucketed,
    /// As the tool printed it; never merged, interpolated or averaged.
    Quoted,
}

/// Definition of our own percentiles, as printed in every report (statistics.md 1.2).
pub const TYPE_1: &str = "inverse CDF (type 1), HdrHistogram with 3 significant digits";
/// Definition of percentiles read from k6's summaries.
pub const K6_TYPE_7: &str = "k6: linear interpolation (type 7)";
/// Definition of percentiles read from Locust's tables.
pub const LOCUST: &str = "Locust: rank from the top of values rounded to two digits";
/// Definition of percentiles that a team's own script printed.
pub const UNSTATED: &str = "not stated by the source";

/// Stands for the definition where several generators' own figures were added up: then no percentile is given.
pub const SHARDS: &str = "not given: shards' percentiles cannot be added";

/// A Recorded is a histogram in microseconds beside exact count, sum and extremes in nanoseconds. Adding two is exact and
/// commutative, because every part is an integer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Counters in microseconds.
    pub histogram: Histogram,
    /// Sum of all values in nanoseconds.
    pub sum_ns: u128,
    /// Least and greatest value in nanoseconds; `None` while empty.
    pub extremes_ns: Option<(u64, u64)>,
}

/// Nanoseconds as histograms of latencies hold them: in whole microseconds, of which half a one rounds up.
#[inline]
#[must_use]
pub fn whole_us(nanos: u64) -> i64 {
    i64::try_from(nanos.saturating_add(500) / 1000).unwrap_or(i64::MAX)
}

impl Recorded {
    /// Adds one latency.
    #[inline]
    pub fn record(&mut self, latency_ns: u64) {
        self.record_n(latency_ns, 1);
    }

    /// Adds the same latency `count` times.
    #[inline]
    pub fn record_n(&mut self, latency_ns: u64, count: u64) {
        if count == 0 {
            return;
        }
        self.histogram.record_n(whole_us(latency_ns), count);
        self.sum_ns = self.sum_ns.saturating_add(u128::from(latency_ns) * u128::from(count));
        self.extremes_ns = Some(match self.extremes_ns {
            None => (latency_ns, latency_ns),
            Some((least, most)) => (least.min(latency_ns), most.max(latency_ns)),
        });
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        self.histogram.merge(&other.histogram);
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
        self.extremes_ns = match (self.extremes_ns, other.extremes_ns) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
    }

    /// How many values it holds.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.histogram.count()
    }

    /// Mean in microseconds, exact to f64; `None` while empty.
    #[must_use]
    pub fn mean_us(&self) -> Option<f64> {
        let count = self.count();
        #[expect(clippy::cast_precision_loss, reason = "a mean needs no more than 53 bits")]
        (count > 0).then(|| self.sum_ns as f64 / count as f64 / 1e3)
    }

    /// Least value in microseconds.
    #[must_use]
    pub fn min_us(&self) -> Option<f64> {
        self.extremes_ns.map(|(least, _)| nanos_to_us(least))
    }

    /// Greatest value in microseconds.
    #[must_use]
    pub fn max_us(&self) -> Option<f64> {
        self.max_ns().map(nanos_to_us)
    }

    /// The longest, in nanoseconds.
    #[must_use]
    pub fn max_ns(&self) -> Option<u64> {
        self.extremes_ns.map(|(_, most)| most)
    }

    /// The type-1 quantile in microseconds, held within the exact extremes.
    #[must_use]
    pub fn quantile_us(&self, p: f64) -> Option<f64> {
        let (least, most) = (self.min_us()?, self.max_us()?);
        #[expect(clippy::cast_precision_loss, reason = "microseconds below 2^53 are 285 years")]
        self.histogram.quantile(p).map(|value| (value as f64).clamp(least, most))
    }
}

fn nanos_to_us(nanos: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "latencies are far below 2^53 ns (104 days)")]
    let exact = nanos as f64;
    exact / 1e3
}

/// A Quoted holds a tool's own figures, in microseconds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Quoted {
    /// How many values the figures are over, where the tool says.
    pub n: Option<u64>,
    /// Arithmetic mean.
    pub mean_us: Option<f64>,
    /// Least value.
    pub min_us: Option<f64>,
    /// Greatest value.
    pub max_us: Option<f64>,
    /// (p, µs), ascending in p.
    pub quantiles: Vec<(f64, f64)>,
    /// The tool's definition of a percentile.
    pub definition: String,
    /// Step of the tool's rounding at a value, as (from µs, step µs), ascending; empty where it does not round.
    pub rounding_us: Vec<(f64, f64)>,
}

impl Quoted {
    /// How coarsely the tool prints a time of so many microseconds, in microseconds; 0 where it does not round.
    #[must_use]
    pub fn step_us(&self, us: f64) -> f64 {
        step_us(&self.rounding_us, us)
    }
}

/// How coarsely a time of so many microseconds is printed, by [steps](Quoted::rounding_us) of a tool's rounding.
#[must_use]
pub fn step_us(steps: &[(f64, f64)], us: f64) -> f64 {
    steps.iter().rev().find(|(from, _)| *from <= us).map_or(0.0, |(_, step)| *step)
}

/// A Distribution is latency as far as the source knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Distribution {
    /// From rows: mergeable, any quantile.
    Recorded(Recorded),
    /// From a tool's rounded histogram: mergeable, any quantile, coarser. Mean and extremes are the tool's exact ones.
    Bucketed {
        /// The rounded values; its own sum and extremes are of rounded values and not shown.
        rounded: Recorded,
        /// Exact mean, extremes and definition beside it.
        exact: Quoted,
    },
    /// From a tool's printed figures.
    Quoted(Quoted),
    /// Nothing, for this reason.
    Unknown(String),
}

impl Distribution {
    /// The class of its figures; `None` for unknown.
    #[must_use]
    pub fn class(&self) -> Option<SourceClass> {
        match self {
            Self::Recorded(_) => Some(SourceClass::Raw),
            Self::Bucketed { .. } => Some(SourceClass::Bucketed),
            Self::Quoted(_) => Some(SourceClass::Quoted),
            Self::Unknown(_) => None,
        }
    }
}
