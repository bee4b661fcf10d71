//! The names of metrics that a criterion may limit, read into a type. Everything that a name can say is said here once:
//! what is measured, over which population, and in which unit the limit must be.

mod k6;
pub mod kind;
mod name;
mod status;

pub use k6::is_k6_duration;
pub use name::FIXED;
pub use status::is_status;

use super::limit::Side;
use crate::model::key::Population;
use crate::quantity::Quantity;
use crate::unit::Unit;
use std::fmt;

/// A Metric is what a criterion limits: its name as written and what that means.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    text: String,
    /// What the name asks for.
    pub asked: Asked,
}

/// What a metric's name asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// `latency.p95`, `latency_success.mean`, `connect.latency.p95`, `messages.latency.max`.
    Latency {
        /// Of which kind of thing.
        population: Population,
        /// Over successes only.
        successes: bool,
        /// Which figure.
        stat: Stat,
    },
    /// `latency.share_over(3 s)`: share of requests slower than that.
    ShareOver {
        /// In µs.
        limit_us: f64,
    },
    /// `latency.p95.drift`: change in an hour as a ratio of the level at the start.
    Drift {
        /// Which quantile.
        p: f64,
    },
    /// `failures.ratio`, `failures.ratio{timeout}`, `failures.ratio{other than 429, 503}`, `failures.count`.
    Failures {
        /// Only failures of these kinds (`timeout`, `HTTP 503`, `5xx`), or of all others.
        kind: Option<String>,
        /// A count and not a share.
        counted: bool,
    },
    /// `success.ratio`, `connect.success_ratio`, `messages.delivered_ratio`.
    Success(Population),
    /// `success.count`.
    SuccessCount,
    /// `status.ratio{5xx}`, `status.count{404}`: answers with such a status.
    Status {
        /// Digits, `x` or `?` for any one, `*` for any others.
        pattern: String,
        /// A count and not a share.
        counted: bool,
    },
    /// `requests.share`: an endpoint's part of all requests.
    RequestShare,
    /// `bytes`: received in all.
    Bytes,
    /// `recovery`: time from the end of the load until the service answers again.
    Recovery,
    /// `checks.ratio`: share of a script's checks that held.
    Checks,
    /// `cache.hit_ratio`.
    CacheHits,
    /// `rate`, `connect.rate`, `messages.rate`.
    Rate(Population),
    /// `rate.per_user`: requests per second and user.
    RatePerUser,
    /// `users.max`.
    UsersMax,
    /// `users.sustained(10 m)`: the most users that were held for so long.
    UsersSustained {
        /// In seconds.
        seconds: f64,
    },
    /// `requests`, `connections`, `messages`: how many.
    Count(Population),
    /// `duration`.
    Duration,
    /// `monitor.<column>.<figure>`.
    Monitor {
        /// The source's column name.
        column: String,
        /// Which figure.
        stat: MonitorStat,
    },
    /// `monitor.pool.exhausted`: pools with none available in three readings in a row.
    PoolsExhausted,
    /// `monitor.memory.leak`: memory columns that grow.
    MemoryLeaks,
    /// `suite.mean(…)`, `suite.max(…)`: a metric over the tests.
    OverTests(Over, Box<Metric>),
    /// A metric of the tool's or the script's own.
    Custom {
        /// As the source names it, with tags in braces where it has any.
        name: String,
        /// Which figure.
        stat: CustomStat,
    },
}

/// How the tests' figures become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Each test counts once.
    Mean,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// All together.
    Sum,
}

impl Over {
    /// In words, before what it is of.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Min => "least",
            Self::Max => "greatest",
            Self::Sum => "sum",
        }
    }
}

/// A figure of a distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stat {
    /// Arithmetic mean.
    Mean,
    /// Least.
    Min,
    /// Greatest.
    Max,
    /// Standard deviation.
    Deviation,
    /// The quantile p, 0 to 1.
    Quantile(f64),
}

/// A figure of a monitor's column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MonitorStat {
    /// As for any distribution; quantiles are p50, p95 and p99.
    Of(Stat),
    /// The highest level that was held for so many seconds.
    Sustained(f64),
}

/// A figure of a custom metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CustomStat {
    /// As for any distribution (trends).
    Of(Stat),
    /// Points, or a counter's sum.
    Count,
    /// A counter per second, or the share of a rate.
    Rate,
    /// The last value of a gauge, or the share of a rate.
    Value,
}

impl Metric {
    /// Reads a metric's name.
    ///
    /// # Errors
    /// A sentence fragment with what was found and what is known.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        Ok(Self { text: text.to_owned(), asked: name::parse(text)? })
    }

    /// Unit in which its figures are; `None` where only the source knows (monitor columns, custom metrics).
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        Some(match &self.asked {
            Asked::Latency { .. } | Asked::Duration | Asked::Recovery => Unit::Micros,
            Asked::Bytes => Unit::Bytes,
            Asked::ShareOver { .. }
            | Asked::Drift { .. }
            | Asked::Failures { counted: false, .. }
            | Asked::Success(_)
            | Asked::Status { counted: false, .. }
            | Asked::RequestShare
            | Asked::Checks
            | Asked::CacheHits => Unit::Ratio,
            Asked::Rate(_) | Asked::RatePerUser => Unit::PerSecond,
            Asked::Failures { counted: true, .. }
            | Asked::Status { counted: true, .. }
            | Asked::SuccessCount
            | Asked::UsersMax
            | Asked::UsersSustained { .. }
            | Asked::Count(_)
            | Asked::PoolsExhausted
            | Asked::MemoryLeaks => Unit::Count,
            Asked::OverTests(_, inner) => return inner.unit(),
            Asked::Monitor { .. } | Asked::Custom { .. } => return None,
        })
    }

    /// The limit of a criterion that gives none: no pool may be exhausted and no memory may leak.
    #[must_use]
    pub fn default_limit(&self) -> Option<(Side, Quantity)> {
        matches!(self.asked, Asked::PoolsExhausted | Asked::MemoryLeaks)
            .then(|| (Side::AtMost, Quantity::new(0.0, Unit::Plain)))
    }

    /// Whether it is about how long something took.
    #[must_use]
    pub fn limits_latency(&self) -> bool {
        match &self.asked {
            Asked::Latency { stat, .. } => *stat != Stat::Deviation,
            Asked::ShareOver { .. } => true,
            Asked::OverTests(_, inner) => inner.limits_latency(),
            Asked::Custom { name, .. } => is_k6_duration(name),
            _ => false,
        }
    }

    /// The metric of ours that a custom one's name nearly is: `latency.p95` for `latancy.p95`.
    #[must_use]
    pub fn nearly(&self) -> Option<String> {
        match &self.asked {
            Asked::Custom { name, .. } => name::nearly(name, self.text.get(name.len() + 1..)?),
            Asked::OverTests(_, inner) => inner.nearly(),
            _ => None,
        }
    }

    /// The quantiles it needs, to be computed with the other figures.
    #[must_use]
    pub fn quantile(&self) -> Option<f64> {
        match &self.asked {
            Asked::Latency { stat: Stat::Quantile(p), .. }
            | Asked::Drift { p }
            | Asked::Custom { stat: CustomStat::Of(Stat::Quantile(p)), .. } => Some(*p),
            Asked::OverTests(_, inner) => inner.quantile(),
            _ => None,
        }
    }

    /// A limit for it in base units.
    ///
    /// # Errors
    /// A limit of another unit, in words.
    pub fn limit(&self, limit: Quantity) -> Result<f64, String> {
        let Some(unit) = self.unit() else {
            return Ok(limit.value);
        };
        match (unit, limit.unit) {
            (a, b) if a == b => Ok(limit.value),
            (Unit::Count | Unit::Bytes, Unit::Plain) => Ok(limit.value),
            (Unit::Ratio, Unit::Plain) if (0.0..=1.0).contains(&limit.value) => Ok(limit.value),
            (Unit::Ratio, Unit::Plain) => {
                Err(format!("`{self}` is a share: write \"{0} %\" or a number from 0 to 1", limit.value))
            }
            (Unit::Micros, Unit::Plain) => {
                Err(format!("`{self}` is a time: write \"{0} ms\" or \"{0} s\"", limit.value))
            }
            (Unit::PerSecond, Unit::Plain) => {
                Err(format!("`{self}` is a rate: write \"{0}/s\" or \"{0}/min\"", limit.value))
            }
            (unit, _) => Err(format!(
                "`{self}` takes {}, found \"{limit}\"",
                match unit {
                    Unit::Micros => "a time such as \"250 ms\"",
                    Unit::Ratio => "a share such as \"1 %\"",
                    Unit::PerSecond => "a rate such as \"5/s\"",
                    Unit::Bytes => "a size such as \"10 MB\"",
                    Unit::Count | Unit::Plain => "a plain number",
                }
            )),
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
