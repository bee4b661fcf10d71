//! Reading a metric's name.

use super::{Asked, CustomStat, Metric, MonitorStat, Over, Stat, kind, status};
use crate::fmt::quantile_p;
use crate::model::key::Population;
use crate::quantity::Quantity;
use crate::unit::Unit;

/// Names without a part that varies; also what `did you mean` and the reference list.
pub const FIXED: &[&str] = &[
    "failures.ratio",
    "failures.count",
    "success.ratio",
    "success.count",
    "requests.share",
    "bytes",
    "recovery",
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

/// Reads what a name asks for.
pub(super) fn parse(text: &str) -> Result<Asked, String> {
    parse_fixed(text).or_else(|| parse_latency(text)).map_or_else(|| parse_other(text), Ok)
}

fn parse_fixed(text: &str) -> Option<Asked> {
    Some(match text {
        "failures.ratio" | "failures.count" => Asked::Failures { kind: None, counted: text.ends_with("count") },
        "success.count" => Asked::SuccessCount,
        "requests.share" => Asked::RequestShare,
        "bytes" => Asked::Bytes,
        "recovery" => Asked::Recovery,
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
            kind::check(kind.trim())?;
            return Ok(Asked::Failures { kind: Some(kind.trim().to_owned()), counted });
        }
    }
    for (prefix, counted) in [("status.ratio{", false), ("status.count{", true)] {
        if let Some(pattern) = between(text, prefix, "}") {
            let pattern = pattern.trim().to_lowercase();
            status::check(&pattern)?;
            return Ok(Asked::Status { pattern, counted });
        }
    }
    let over =
        [("suite.mean(", Over::Mean), ("suite.min(", Over::Min), ("suite.max(", Over::Max), ("suite.sum(", Over::Sum)];
    for (prefix, how) in over {
        if let Some(inner) = between(text, prefix, ")") {
            return Ok(Asked::OverTests(how, Box::new(Metric::parse(inner)?)));
        }
    }
    if let Some(held) = between(text, "users.sustained(", ")") {
        return Ok(Asked::UsersSustained { seconds: seconds(held)? });
    }
    if let Some(rest) = text.strip_prefix("monitor.") {
        return parse_monitor(rest).ok_or_else(|| unknown(text));
    }
    // A name of ours that was misspelt must not become a custom metric that is never found.
    let ours =
        ["latency.", "latency_success.", "failures.", "connect.", "messages.", "users.", "suite.", "cache.", "status."];
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

/// The name of ours that a custom metric's `stem` and `figure` nearly are. Two letters apart is a slip; three may be another word,
/// as `db_latency` is.
pub(super) fn nearly(stem: &str, figure: &str) -> Option<String> {
    let ours = ["latency", "latency_success", "connect.latency", "messages.latency", "failures", "success", "users"];
    let near = ours.iter().map(|own| (strsim::damerau_levenshtein(own, stem), format!("{own}.{figure}")));
    let near = near.filter(|(distance, text)| {
        let is_ours = |asked: &Asked| !matches!(asked, Asked::Custom { .. });
        (1..=2).contains(distance) && parse(text).is_ok_and(|asked| is_ours(&asked))
    });
    near.min().map(|(_, text)| text)
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
        "stdev" => Stat::Deviation,
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
