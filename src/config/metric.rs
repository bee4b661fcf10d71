//! The names of metrics that a criterion may limit, read into a type. Everything that a name can say is said here once:
//! what is measured, over which population, and in which unit the limit must be.

mod k6;

pub use k6::is_k6_duration;

use super::limit::Side;
use crate::fmt::quantile_p;
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
    /// `failures.ratio`, `failures.ratio{timeout}`, `failures.count`.
    Failures {
        /// Only failures of this kind (`timeout`, `HTTP 503`, `5xx`).
        kind: Option<String>,
        /// A count and not a share.
        counted: bool,
    },
    /// `success.ratio`, `connect.success_ratio`, `messages.delivered_ratio`.
    Success(Population),
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
    /// `suite.mean(…)`: the mean of a metric over the tests.
    MeanOfTests(Box<Metric>),
    /// A metric of the tool's or the script's own.
    Custom {
        /// As the source names it, with tags in braces where it has any.
        name: String,
        /// Which figure.
        stat: CustomStat,
    },
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
        let asked = parse_fixed(text).or_else(|| parse_latency(text)).map_or_else(|| parse_other(text), Ok)?;
        Ok(Self { text: text.to_owned(), asked })
    }

    /// Unit in which its figures are; `None` where only the source knows (monitor columns, custom metrics).
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        Some(match &self.asked {
            Asked::Latency { .. } | Asked::Duration => Unit::Micros,
            Asked::ShareOver { .. }
            | Asked::Drift { .. }
            | Asked::Failures { counted: false, .. }
            | Asked::Success(_)
            | Asked::Checks
            | Asked::CacheHits => Unit::Ratio,
            Asked::Rate(_) | Asked::RatePerUser => Unit::PerSecond,
            Asked::Failures { counted: true, .. }
            | Asked::UsersMax
            | Asked::UsersSustained { .. }
            | Asked::Count(_)
            | Asked::PoolsExhausted
            | Asked::MemoryLeaks => Unit::Count,
            Asked::MeanOfTests(inner) => return inner.unit(),
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
            Asked::Latency { .. } | Asked::ShareOver { .. } => true,
            Asked::MeanOfTests(inner) => inner.limits_latency(),
            Asked::Custom { name, .. } => is_k6_duration(name),
            _ => false,
        }
    }

    /// The quantiles it needs, to be computed with the other figures.
    #[must_use]
    pub fn quantile(&self) -> Option<f64> {
        match &self.asked {
            Asked::Latency { stat: Stat::Quantile(p), .. }
            | Asked::Drift { p }
            | Asked::Custom { stat: CustomStat::Of(Stat::Quantile(p)), .. } => Some(*p),
            Asked::MeanOfTests(inner) => inner.quantile(),
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
            (Unit::Count, Unit::Plain) => Ok(limit.value),
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

/// Names without a part that varies; also what `did you mean` and the reference list.
pub const FIXED: &[&str] = &[
    "failures.ratio",
    "failures.count",
    "success.ratio",
    "connect.success_ratio",
    "messages.delivered_ratio",
    "checks.ratio",
    "cache.hit_ratio",
    "rate",
    "connect.rate",
    "messages.rate",
    "rate.per_user",
    "users.max",
    "requests",
    "connections",
    "messages",
    "duration",
    "monitor.pool.exhausted",
    "monitor.memory.leak",
];

fn parse_fixed(text: &str) -> Option<Asked> {
    Some(match text {
        "failures.ratio" | "failures.count" => Asked::Failures { kind: None, counted: text.ends_with("count") },
        "success.ratio" => Asked::Success(Population::Request),
        "connect.success_ratio" => Asked::Success(Population::Connection),
        "messages.delivered_ratio" => Asked::Success(Population::Message),
        "checks.ratio" => Asked::Checks,
        "cache.hit_ratio" => Asked::CacheHits,
        "rate" => Asked::Rate(Population::Request),
        "connect.rate" => Asked::Rate(Population::Connection),
        "messages.rate" => Asked::Rate(Population::Message),
        "rate.per_user" => Asked::RatePerUser,
        "users.max" => Asked::UsersMax,
        "requests" => Asked::Count(Population::Request),
        "connections" => Asked::Count(Population::Connection),
        "messages" => Asked::Count(Population::Message),
        "duration" => Asked::Duration,
        "monitor.pool.exhausted" => Asked::PoolsExhausted,
        "monitor.memory.leak" => Asked::MemoryLeaks,
        _ => return None,
    })
}

fn parse_latency(text: &str) -> Option<Asked> {
    let families = [
        ("latency.", Population::Request, false),
        ("latency_success.", Population::Request, true),
        ("connect.latency.", Population::Connection, false),
        ("messages.latency.", Population::Message, false),
    ];
    families.iter().find_map(|&(prefix, population, successes)| {
        let rest = text.strip_prefix(prefix)?;
        if population == Population::Request && !successes {
            if let Some(limit) = between(rest, "share_over(", ")") {
                let limit = Quantity::parse(limit).ok()?;
                return (limit.unit == Unit::Micros).then_some(Asked::ShareOver { limit_us: limit.value });
            }
            if let Some(quantile) = rest.strip_suffix(".drift") {
                return quantile_p(quantile).map(|p| Asked::Drift { p });
            }
        }
        stat(rest).map(|stat| Asked::Latency { population, successes, stat })
    })
}

fn parse_other(text: &str) -> Result<Asked, String> {
    for (prefix, counted) in [("failures.ratio{", false), ("failures.count{", true)] {
        if let Some(kind) = between(text, prefix, "}") {
            return Ok(Asked::Failures { kind: Some(kind.trim().to_owned()), counted });
        }
    }
    if let Some(inner) = between(text, "suite.mean(", ")") {
        let inner = Metric::parse(inner)?;
        return Ok(Asked::MeanOfTests(Box::new(inner)));
    }
    if let Some(held) = between(text, "users.sustained(", ")") {
        return Ok(Asked::UsersSustained { seconds: seconds(held)? });
    }
    if let Some(rest) = text.strip_prefix("monitor.") {
        return parse_monitor(rest).ok_or_else(|| unknown(text));
    }
    // A name of ours that was misspelt must not become a custom metric that is never found.
    let ours = ["latency.", "latency_success.", "failures.", "connect.", "messages.", "users.", "suite.", "cache."];
    if ours.iter().any(|prefix| text.starts_with(prefix)) {
        return Err(unknown(text));
    }
    parse_custom(text).ok_or_else(|| unknown(text))
}

/// The figure is the longest ending that is one: `pool_wait.p99.9` ends in `p99.9`, and a tag's value may hold dots too.
fn parse_custom(text: &str) -> Option<Asked> {
    let braces = text.rfind('}').map_or(0, |at| at + 1);
    text.match_indices('.').filter(|&(at, _)| at >= braces.max(1)).find_map(|(at, _)| {
        Some(Asked::Custom { name: text.get(..at)?.to_owned(), stat: custom_stat(text.get(at + 1..)?)? })
    })
}

fn parse_monitor(rest: &str) -> Option<Asked> {
    // `sustained(…)` may hold a dot (`1.5 m`), so the column ends at the last dot before it.
    let (column, stat) = if let Some((column, held)) = rest.split_once(".sustained(") {
        let held = seconds(held.strip_suffix(')')?).ok()?;
        (column, MonitorStat::Sustained(held))
    } else {
        let (column, figure) = rest.rsplit_once('.')?;
        (column, MonitorStat::Of(stat(figure)?))
    };
    (!column.is_empty()).then(|| Asked::Monitor { column: column.to_owned(), stat })
}

fn between<'a>(text: &'a str, prefix: &str, suffix: &str) -> Option<&'a str> {
    text.strip_prefix(prefix)?.strip_suffix(suffix)
}

fn seconds(text: &str) -> Result<f64, String> {
    let quantity = Quantity::parse(text)?;
    if quantity.unit == Unit::Micros {
        Ok(quantity.value / 1e6)
    } else {
        Err(format!("`{text}` should be a time such as `10 m`"))
    }
}

fn stat(text: &str) -> Option<Stat> {
    Some(match text {
        "mean" | "avg" => Stat::Mean,
        "min" => Stat::Min,
        "max" => Stat::Max,
        "median" | "med" => Stat::Quantile(0.5),
        _ => Stat::Quantile(quantile_p(text)?),
    })
}

fn custom_stat(text: &str) -> Option<CustomStat> {
    Some(match text {
        "count" | "sum" => CustomStat::Count,
        "rate" => CustomStat::Rate,
        "value" | "ratio" => CustomStat::Value,
        _ => CustomStat::Of(stat(text)?),
    })
}

fn unknown(text: &str) -> String {
    let patterns = ["latency.p95", "latency.mean", "latency.max", "latency_success.p95", "connect.latency.p95"];
    let near = FIXED
        .iter()
        .chain(&patterns)
        .map(|name| (strsim::damerau_levenshtein(name, text), *name))
        .min()
        .filter(|&(distance, _)| distance <= 4)
        .map_or(String::new(), |(_, name)| format!(", did you mean `{name}`?"));
    format!(
        "`{text}` is not a metric{near}; a metric of your own ends in the figure wanted, such as `{}.p95`",
        text.split('.').next().unwrap_or("name")
    )
}

#[cfg(test)]
mod tests;
