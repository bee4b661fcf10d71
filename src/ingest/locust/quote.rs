//! Figures as Locust's tables print them, in base units.

use super::bucket;
use super::table::{Bad, Column, Heading, Percentile, whole};
use crate::ingest::rows::Row;
use crate::model::distribution::{Distribution, LOCUST, Quoted};
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::{Fact, Total};

/// Microseconds in Locust's unit.
pub(super) const US_PER_MS: f64 = 1e3;

/// Columns of a row's counts, mean and extremes; the history's are called `Total …`.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    requests: Column,
    failures: Column,
    median: Column,
    mean: Column,
    min: Column,
    max: Column,
    size: Column,
}

/// What they hold in one row.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures {
    pub(super) requests: u64,
    pub(super) failures: u64,
    /// Locust's median in milliseconds, held within the extremes.
    pub(super) median_ms: Option<f64>,
    mean_ms: Option<f64>,
    min_ms: Option<f64>,
    max_ms: Option<f64>,
    mean_bytes: Option<f64>,
}

impl Columns {
    pub(super) fn find(heading: &Heading) -> Self {
        let find = |names: &[&str]| Column::find(heading, names);
        Self {
            requests: find(&["Request Count", "Total Request Count", "# requests"]),
            failures: find(&["Failure Count", "Total Failure Count", "# failures"]),
            median: find(&["Median Response Time", "Total Median Response Time"]),
            mean: find(&["Average Response Time", "Total Average Response Time"]),
            min: find(&["Min Response Time", "Total Min Response Time"]),
            max: find(&["Max Response Time", "Total Max Response Time"]),
            size: find(&["Average Content Size", "Total Average Content Size"]),
        }
    }

    pub(super) fn read(&self, row: &Row<'_>) -> Result<Figures, Bad> {
        Ok(Figures {
            requests: self.requests.count(row)?,
            failures: self.failures.count(row)?,
            median_ms: self.median.amount(row)?,
            mean_ms: self.mean.amount(row)?,
            min_ms: self.min.amount(row)?,
            max_ms: self.max.amount(row)?,
            mean_bytes: self.size.amount(row)?,
        })
    }
}

impl Figures {
    /// The end row of an endpoint, or of all with `None`, with percentiles in milliseconds as printed.
    pub(super) fn total(&self, endpoint: Option<EndpointKey>, quantiles_ms: &[(f64, f64)]) -> Total {
        Total {
            requests: Some(self.requests),
            failures: Some(self.failures),
            latency: self.latency(quantiles_ms),
            latency_ok: successes_unknown(),
            bytes: self.mean_bytes.and_then(|mean| sum_of_bytes(mean, self.requests)),
            ..Total::of(Population::Request, endpoint)
        }
    }

    fn latency(&self, quantiles_ms: &[(f64, f64)]) -> Distribution {
        if self.requests == 0 {
            return Distribution::Unknown("no requests".to_owned());
        }
        // Locust has no other way to say that none of the requests had a time (asynchronous events).
        if self.max_ms.is_none_or(|max| max <= 0.0) {
            return Distribution::Unknown(
                "Locust has only zeros: no response times, or all below 1 ms in a version that counts whole ms"
                    .to_owned(),
            );
        }
        Distribution::Quoted(Quoted {
            n: Some(self.requests),
            mean_us: self.mean_ms.map(|ms| ms * US_PER_MS),
            min_us: self.min_ms.map(|ms| ms * US_PER_MS),
            max_us: self.max_ms.map(|ms| ms * US_PER_MS),
            quantiles: quantiles_ms
                .iter()
                // "100%" is the bucket of the maximum, and the maximum itself is known.
                .filter(|(p, _)| *p < 1.0)
                .map(|(p, ms)| (*p, ms * US_PER_MS))
                .collect(),
            definition: LOCUST.to_owned(),
            rounding_us: bucket::STEPS_US.to_vec(),
        })
    }
}

/// Locust times all answers alike.
pub(super) fn successes_unknown() -> Distribution {
    Distribution::Unknown("Locust does not time successes apart from failures".to_owned())
}

/// Bytes in all from Locust's mean, which is their sum divided by the count: to the nearest whole byte, which restores the
/// sum as long as it is below 2^52.
pub(super) fn sum_of_bytes(mean: f64, count: u64) -> Option<u64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^53")]
    whole((mean * count as f64).round())
}

/// How long it ran by Locust's own clock, from the rate of its sum: the count by the time from its start, or its reset, to the
/// end of the last request. No file says this time by itself.
pub(super) fn counted_s(requests: u64, rate_per_s: Option<f64>) -> Option<Fact> {
    #[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^53")]
    let requests = requests as f64;
    let seconds = requests / rate_per_s.filter(|rate| *rate > 0.0)?;
    (requests > 0.0 && seconds.is_finite()).then_some(Fact::CountedSeconds(seconds))
}

/// Percentiles of one row in milliseconds, as printed; `N/A` is left out.
pub(super) fn quantiles_ms(columns: &[Percentile], row: &Row<'_>) -> Result<Vec<(f64, f64)>, Bad> {
    let mut found = Vec::with_capacity(columns.len());
    for percentile in columns {
        if let Some(ms) = percentile.column.amount(row)? {
            found.push((percentile.p, ms));
        }
    }
    Ok(found)
}
