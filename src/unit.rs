//! Base units: everything inside is in nanoseconds (instants, exact sums), microseconds (latencies shown and compared),
//! bytes, ratios from 0 to 1, and per second. Text with units is parsed here and made in [`crate::fmt`], nowhere else.

use serde::{Deserialize, Serialize};

/// Nanoseconds in a second.
pub const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// A Timestamp is an instant: nanoseconds since 1970-01-01T00:00:00Z. Covers the years 1678 to 2262.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant so many seconds after the epoch; `None` outside the years that fit.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        let nanos = seconds * 1e9;
        // 2^63 is exact in f64; a sum of whole seconds loses at most a quarter of a microsecond this century.
        if nanos.is_finite() && nanos.abs() < 9.2e18 {
            #[expect(clippy::cast_possible_truncation, reason = "the range was checked on the line above")]
            return Some(Self(nanos.round() as i64));
        }
        None
    }

    /// Seconds from `earlier` to this instant, negative when it came before.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "spans of a load test are far below 2^53 ns")]
        let nanos = self.0.saturating_sub(earlier.0) as f64;
        nanos / 1e9
    }

    /// This instant moved later by `nanos` (earlier when negative), held at the ends of the range.
    #[must_use]
    #[inline]
    pub fn plus_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }
}

/// A Span is the time from the first start to the last end of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first start.
    pub start: Timestamp,
    /// The last end; never before `start`.
    pub end: Timestamp,
}

impl Span {
    /// The span of one instant.
    #[must_use]
    #[inline]
    pub fn at(instant: Timestamp) -> Self {
        Self { start: instant, end: instant }
    }

    /// The smallest span that holds both.
    #[must_use]
    #[inline]
    pub fn union(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Length in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.end.seconds_since(self.start)
    }

    /// Whether the two have an instant in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

/// A Unit says what a number of a metric or monitor column counts, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// A duration in microseconds.
    Micros,
    /// Bytes.
    Bytes,
    /// A share from 0 to 1.
    Ratio,
    /// Events per second.
    PerSecond,
    /// A plain count.
    Count,
    /// A number whose unit nobody stated.
    Plain,
}

/// Which way a metric gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Latency, failures, memory.
    Lower,
    /// Throughput, success, cache hits.
    Higher,
}
