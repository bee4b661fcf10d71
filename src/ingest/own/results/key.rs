//! What the keys of a summary mean: counts, rates, statistics, and what is said about the run.

use crate::ingest::own::known::{Wanted, known_names};
use crate::ingest::own::name::{split_time_unit, time_unit, words};
use crate::model::key::Population;

/// What a count or rate says about one population.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// How many, failures included.
    Total,
    /// How many went well.
    Succeeded,
    /// How many went wrong.
    Failed,
    /// How many a cache answered.
    Cached,
    /// Bytes received.
    Bytes,
    /// Share that went well.
    SuccessRate,
    /// Share that went wrong.
    FailureRate,
    /// Share that a cache answered.
    CacheRate,
    /// How many per second.
    PerSecond,
}

impl Count {
    /// Whether it is a share, printed as 0 to 1 or as percent.
    #[must_use]
    pub fn is_share(self) -> bool {
        matches!(self, Self::SuccessRate | Self::FailureRate | Self::CacheRate)
    }

    /// The share that a number in percent under such a name is.
    #[must_use]
    pub fn in_percent(self) -> Option<Self> {
        match self {
            Self::Succeeded | Self::SuccessRate => Some(Self::SuccessRate),
            Self::Failed | Self::FailureRate => Some(Self::FailureRate),
            Self::Cached | Self::CacheRate => Some(Self::CacheRate),
            Self::Total | Self::Bytes | Self::PerSecond => None,
        }
    }
}

/// A figure over many values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stat {
    /// Arithmetic mean.
    Mean,
    /// Least.
    Min,
    /// Greatest.
    Max,
    /// The value that this share of all does not exceed, 0.95 for p95.
    Quantile(f64),
}

/// What a statistic is over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The latency of a population.
    Latency(Population),
    /// Something else that was measured, such as `pool_wait`.
    Metric(String),
}

/// What is said about the run or the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Name of the scenario.
    Scenario,
    /// A name of which the place decides whether it is a scenario's or an endpoint's.
    Name,
    /// Name of the endpoint.
    Endpoint,
    /// HTTP method.
    Method,
    /// Users.
    Users,
    /// Length of the run.
    Duration,
    /// When it was written.
    WrittenAt,
    /// When the run began.
    Start,
    /// When it ended.
    End,
}

/// What a key means.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// A count or rate; the percent sign or word at its end says that it is a percentage.
    Count(Population, Count, bool),
    /// A statistic, with nanoseconds per unit where the key says.
    Figure(Stat, Subject, Option<f64>),
    /// Something about the run.
    About(About),
}

/// One line of the table of keys.
#[derive(Debug)]
pub struct KnownKey {
    /// What is counted.
    pub population: Population,
    /// What is said about it.
    pub count: Count,
    /// Keys by which it is found, the preferred one first.
    pub names: &'static [&'static str],
    /// In words.
    pub holds: &'static str,
}

use Population::{Connection, Message, Request};

/// Keys of counts and rates: the one list for reading and docs/own-script.md.
#[must_use]
pub fn known_keys() -> &'static [KnownKey] {
    &COUNTS
}

const fn line(population: Population, count: Count, names: &'static [&'static str], holds: &'static str) -> KnownKey {
    KnownKey { population, count, names, holds }
}

#[rustfmt::skip]
static COUNTS: [KnownKey; 18] = [
    line(Request, Count::Total, &["total_requests", "requests", "request_count", "num_requests", "requests_total", "count", "total", "total_operations", "operations", "total_queries", "queries", "total_calls", "calls", "samples", "n", "reqs", "num_samples", "sample_count", "total_samples", "total_count", "total_reqs", "completed_requests"], "requests, failures included"),
    line(Request, Count::Succeeded, &["successful", "succeeded", "successes", "success", "success_count", "successful_requests", "successful_operations", "successful_queries", "passed", "ok", "ok_count", "num_ok", "requests_ok", "success_requests", "total_success", "total_successful"], "how many went well"),
    line(Request, Count::Failed, &["failed", "failures", "errors", "error_count", "failure_count", "failed_requests", "failed_operations", "failed_queries", "num_failures", "num_errors", "fail", "fails", "errs", "fail_count", "err_count", "total_errors", "total_failures", "total_failed", "requests_failed", "error_requests", "num_failed", "unsuccessful"], "how many went wrong"),
    line(Request, Count::SuccessRate, &["success_rate", "success_ratio", "pass_rate", "availability"], "share that went well, 0 to 1 or percent: the counts beside it decide"),
    line(Request, Count::FailureRate, &["error_rate", "failure_rate", "fail_rate", "error_ratio", "failure_ratio", "err_rate", "errors_rate", "failed_rate", "fail_ratio"], "share that went wrong, likewise"),
    line(Request, Count::Cached, &["cached_responses", "cached", "cache_hits", "cached_requests"], "how many a cache answered"),
    line(Request, Count::CacheRate, &["cache_hit_rate", "cache_hit_ratio", "hit_rate", "hit_ratio"], "share that a cache answered, likewise"),
    line(Request, Count::PerSecond, &["requests_per_second", "rps", "requests_per_sec", "throughput", "throughput_rps", "req_per_sec", "qps", "tps", "operations_per_second", "ops_per_second", "queries_per_second", "req_s", "req_per_s", "reqs_per_sec", "requests_sec", "requests_s", "requests_per_s", "ops_sec", "throughput_req_s", "throughput_per_second", "avg_rps", "average_rps"], "requests per second"),
    line(Request, Count::Bytes, &["bytes", "total_bytes", "bytes_received"], "bytes received in all"),
    line(Connection, Count::Total, &["connections", "total_connections", "connections_attempted", "connection_count", "connection_attempts"], "connections tried"),
    line(Connection, Count::Succeeded, &["connected", "successful_connections", "connections_successful", "connections_succeeded"], "connections made"),
    line(Connection, Count::Failed, &["connection_failures", "failed_connections", "connections_failed", "connection_errors"], "connections refused or lost"),
    line(Connection, Count::SuccessRate, &["connection_success_rate", "connect_success_rate"], "share of them that was made"),
    line(Connection, Count::PerSecond, &["connections_per_second", "connections_per_sec"], "connections per second"),
    line(Message, Count::Total, &["messages_sent", "messages", "total_messages", "message_count"], "messages sent"),
    line(Message, Count::Succeeded, &["delivered", "messages_delivered", "messages_received"], "messages answered or delivered"),
    line(Message, Count::Failed, &["messages_lost", "messages_failed", "message_failures", "failed_messages", "lost", "dropped"], "messages lost"),
    line(Message, Count::SuccessRate, &["delivery_rate", "delivery_ratio", "message_success_rate"], "share of them that arrived"),
];

#[rustfmt::skip]
const ABOUT: [(About, &[&str]); 9] = [
    (About::Scenario, &["scenario", "scenario_name", "test", "test_name"]),
    (About::Name, &["name", "label", "title"]),
    (About::Endpoint, &["endpoint", "route", "operation", "url", "path", "uri"]),
    (About::Method, &["method", "http_method"]),
    (About::Users, &["users", "concurrent_users", "concurrency", "vus", "user_count", "num_users", "virtual_users", "clients", "workers", "threads"]),
    (About::Duration, &["duration", "test_duration", "total_duration", "total_time", "elapsed", "elapsed_time", "run_time", "wall_time", "wall_clock"]),
    (About::WrittenAt, &["timestamp", "generated_at", "written_at", "date", "datetime", "created_at"]),
    (About::Start, &["start_time", "started_at", "start"]),
    (About::End, &["end_time", "ended_at", "finished_at", "end"]),
];

/// Subjects of statistics that are a population's latency, beside the names of latency columns.
const CONNECTION: [&str; 8] = [
    "connect",
    "connection",
    "connect_time",
    "connection_time",
    "connect_latency",
    "connection_latency",
    "handshake",
    "handshake_time",
];
const MESSAGE: [&str; 7] =
    ["message", "messages", "message_latency", "message_time", "message_rtt", "msg", "msg_latency"];
#[rustfmt::skip]
const REQUEST: [&str; 16] = ["", "latencies", "response_times", "response", "request", "time", "times", "durations", "timing", "percentiles", "quantiles", "lat", "rt", "timings", "time_per_request", "line"];
/// Words before or behind the number of a percentile.
const PERCENTILE: [&str; 9] = ["p", "tp", "pct", "pctl", "ptile", "perc", "percentile", "quantile", "q"];

/// What a key means by itself; `None` where it means nothing here.
#[must_use]
pub fn meaning(key: &str) -> Option<Meaning> {
    let spoken = words(key);
    if let Some(count) = count(&spoken) {
        return Some(count);
    }
    let (stem, unit) = split_time_unit(&spoken);
    if let Some((about, _)) = ABOUT.iter().find(|(_, names)| names.contains(&stem)) {
        // `users_s` is no number of users: only a length carries a unit.
        return (unit.is_none() || *about == About::Duration).then_some(Meaning::About(*about));
    }
    let (stat, rest) = statistic(stem)?;
    // `latency_ms.p95` says its unit before the statistic.
    let (rest, unit) = match unit {
        None if time_unit(&rest).is_some() && rest != "min" => ("", time_unit(&rest)),
        None => split_time_unit(&rest),
        stated => (rest.as_str(), stated),
    };
    Some(Meaning::Figure(stat, subject(rest), unit))
}

/// Whether a key, in words, is one of a sum over many requests and never of a single one.
#[must_use]
pub fn sums_up(spoken: &str) -> bool {
    match meaning(spoken) {
        Some(Meaning::Figure(_, Subject::Latency(_), _)) => true,
        Some(Meaning::Count(_, count, _)) => count.is_share() || (count == Count::Total && spoken.contains("request")),
        _ => false,
    }
}

/// What an object's key says about the statistics within: whose they are, and their unit.
#[must_use]
pub fn enclosing(key: &str) -> (Subject, Option<f64>) {
    let spoken = words(key);
    let (stem, unit) = split_time_unit(&spoken);
    (subject(stem), unit)
}

fn count(spoken: &str) -> Option<Meaning> {
    let (stem, percent) = match ["_percent", "_pct", "_percentage"].iter().find_map(|end| spoken.strip_suffix(end)) {
        Some(stem) => (stem, true),
        None => (spoken, false),
    };
    let rate = format!("{stem}_rate");
    let known = COUNTS.iter().find(|known| {
        (known.names.contains(&stem) && (!percent || known.count.is_share()))
            || (percent && known.count.is_share() && known.names.contains(&rate.as_str()))
    })?;
    Some(Meaning::Count(known.population, known.count, percent))
}

fn subject(stem: &str) -> Subject {
    let latency = known_names().iter().any(|known| known.wanted == Wanted::Latency && known.names.contains(&stem));
    if latency || REQUEST.contains(&stem) {
        Subject::Latency(Request)
    } else if CONNECTION.contains(&stem) {
        Subject::Latency(Connection)
    } else if MESSAGE.contains(&stem) {
        Subject::Latency(Message)
    } else {
        Subject::Metric(stem.to_owned())
    }
}

/// Takes the statistic out of a name: `p95_latency`, `latency_p_95`, `95th_percentile_latency` are the 0.95 quantile of
/// `latency`.
fn statistic(stem: &str) -> Option<(Stat, String)> {
    let parts: Vec<&str> = stem.split('_').collect();
    let mut found = None;
    let mut rest = Vec::new();
    let mut previous = "";
    for (index, part) in parts.iter().enumerate() {
        let next = parts.get(index + 1).copied().unwrap_or("");
        let stat = match *part {
            "avg" | "mean" | "average" => Some(Stat::Mean),
            "median" | "med" => Some(Stat::Quantile(0.5)),
            "min" | "minimum" | "fastest" if previous != "per" => Some(Stat::Min),
            "max" | "maximum" | "slowest" => Some(Stat::Max),
            part if PERCENTILE.contains(&part) && share(next).is_some() => None,
            part => quantile(part, previous, next),
        };
        match stat {
            Some(stat) if found.is_none() => found = Some(stat),
            Some(_) => return None,
            None if *part == "percent" || PERCENTILE.contains(part) => {}
            None => rest.push(*part),
        }
        previous = part;
    }
    found.map(|stat| (stat, rest.join("_")))
}

fn quantile(part: &str, previous: &str, next: &str) -> Option<Stat> {
    let before = || PERCENTILE.iter().find_map(|word| part.strip_prefix(word).filter(|rest| numeric(rest)));
    let digits = before().or_else(|| part.strip_suffix("th")).or_else(|| part.strip_suffix("st"));
    let named = PERCENTILE.contains(&previous) || PERCENTILE.contains(&next) || next == "percent";
    match digits.or(named.then_some(part))? {
        "100" => Some(Stat::Max),
        "0" => Some(Stat::Min),
        digits => share(digits).map(Stat::Quantile),
    }
}

/// Within an object of percentiles a bare number is one: `percentiles: {"95": 12.5}`, `quantiles: {"0.95": 12.5}`.
#[must_use]
pub fn within_percentiles(key: &str) -> Option<Stat> {
    quantile(key.trim().trim_end_matches('%'), "p", "")
}

/// Whose percentiles an object of that key holds and in what unit; `None` where its name does not say percentiles.
#[must_use]
pub fn percentiles_of(key: &str) -> Option<(Subject, Option<f64>)> {
    let spoken = words(key);
    let (stem, behind) = split_time_unit(&spoken);
    let of = ["percentiles", "quantiles", "percentile"].iter().find_map(|word| stem.strip_suffix(word))?;
    let (of, before) = split_time_unit(of.trim_end_matches('_'));
    Some((subject(of), behind.or(before)))
}

fn numeric(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// `95` is 0.95 as is `0.95` itself, `99.9` and `999` are 0.999; `100` is the greatest and no quantile of interest.
fn share(digits: &str) -> Option<f64> {
    if !numeric(digits) {
        return None;
    }
    let value: f64 = digits.parse().ok()?;
    if digits.starts_with("0.") && value > 0.0 {
        return Some(value);
    }
    let plain = !digits.contains('.') && digits.len() > 2 && digits.starts_with('9');
    let percent = if plain { format!("{}.{}", digits.get(..2)?, digits.get(2..)?).parse().ok()? } else { value };
    // 99.9 / 100 is not the float 0.999; the decimal is.
    let share: f64 = format!("{:.6}", percent / 100.0).parse().ok()?;
    (share > 0.0 && share < 1.0).then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(key: &str) -> (Stat, Subject, Option<f64>) {
        match meaning(key) {
            Some(Meaning::Figure(stat, subject, unit)) => (stat, subject, unit),
            other => panic!("{key}: {other:?}"),
        }
    }

    #[test]
    fn no_key_means_two_things() {
        for known in &COUNTS {
            for name in known.names {
                assert_eq!(words(name), *name);
                assert_eq!(COUNTS.iter().filter(|other| other.names.contains(name)).count(), 1, "{name}");
                assert!(ABOUT.iter().all(|(_, names)| !names.contains(name)), "{name}");
            }
        }
    }

    #[test]
    fn percentiles_in_every_spelling() {
        let latency = || Subject::Latency(Request);
        for key in [
            "p95_latency_ms",
            "latency_p95_ms",
            "latencyP95Ms",
            "95th_percentile_latency_ms",
            "percentile_95_ms",
            "p(95)_ms",
            "p95.0_ms",
            "PCT_95 (ms)",
            "Latency P95 (ms)",
            "latency_ms.p95",
            "ms_p95",
            "response_time_ms_pct95",
            "TP95_ms",
            "95% Line (ms)",
            "q0.95_ms",
        ] {
            assert_eq!(figure(key), (Stat::Quantile(0.95), latency(), Some(1e6)), "{key}");
        }
        assert_eq!(figure("p99.9"), (Stat::Quantile(0.999), latency(), None));
        assert_eq!(figure("p999"), (Stat::Quantile(0.999), latency(), None));
        assert_eq!(figure("95%"), (Stat::Quantile(0.95), latency(), None));
        assert_eq!((figure("P100_ms").0, figure("p0_ms").0), (Stat::Max, Stat::Min));
        assert_eq!(within_percentiles("99.9"), Some(Stat::Quantile(0.999)));
        assert_eq!(within_percentiles("count"), None);
        for key in ["latency_percentiles_ms", "latency_ms_percentiles", "percentiles_ms"] {
            assert_eq!(percentiles_of(key), Some((latency(), Some(1e6))), "{key}");
        }
        assert_eq!(percentiles_of("latency_ms"), None);
        assert_eq!(figure("median_latency_ms").0, Stat::Quantile(0.5));
        assert_eq!(figure("avg"), (Stat::Mean, latency(), None));
        assert_eq!(figure("pool_wait_max_ms"), (Stat::Max, Subject::Metric("pool_wait".into()), Some(1e6)));
        assert_eq!(figure("avg_connection_time_s"), (Stat::Mean, Subject::Latency(Connection), Some(1e9)));
        assert_eq!(figure("messageLatencyP99Ms").1, Subject::Latency(Message));
    }

    #[test]
    fn counts_and_shares() {
        assert_eq!(meaning("totalRequests"), Some(Meaning::Count(Request, Count::Total, false)));
        assert_eq!(meaning("error_rate_percent"), Some(Meaning::Count(Request, Count::FailureRate, true)));
        assert_eq!(meaning("success_pct"), Some(Meaning::Count(Request, Count::SuccessRate, true)));
        assert_eq!(meaning("duration_s"), Some(Meaning::About(About::Duration)));
        for key in ["pool_size", "std_latency_ms", "engine", "", "p", "rate_per_min", "total_percent", "min_max"] {
            assert_eq!(meaning(key), None, "{key}");
        }
    }
}
