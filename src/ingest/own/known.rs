//! Names by which columns of rows are found: the one table for reading, detection and docs/own-script.md.

use super::name::split_time_unit;

/// What a column of a row may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// An instant of which the name does not say whether it is the request's start or end.
    Time,
    /// When the request began.
    Start,
    /// When it ended.
    End,
    /// How long it took.
    Latency,
    /// Whether it went well.
    Ok,
    /// Whether it went wrong.
    Failed,
    /// Status code, or the outcome in words.
    Status,
    /// What was asked for.
    Endpoint,
    /// HTTP method.
    Method,
    /// Why it went wrong.
    Error,
    /// Bytes received.
    Bytes,
    /// Users active then.
    Users,
    /// Whether a cache answered.
    Cached,
    /// Which scenario of the script; each becomes a test of its own.
    Scenario,
    /// Connection, message or request.
    Event,
}

/// One line of the table of names.
#[derive(Debug)]
pub struct Known {
    /// What the column holds.
    pub wanted: Wanted,
    /// What `inputs.columns` calls it.
    pub key: &'static str,
    /// Names by which it is found, the preferred one first. Case, spaces and signs do not matter; a column of durations
    /// carries its unit at the end (`latency_ms`).
    pub names: &'static [&'static str],
    /// What may stand in it.
    pub holds: &'static str,
}

/// Names by which columns of rows are found: the one list for reading, detection and docs/own-script.md.
#[must_use]
pub fn known_names() -> &'static [Known] {
    &KNOWN
}

/// How many kinds of column there are.
pub(super) const KINDS: usize = 15;

pub(super) static KNOWN: [Known; KINDS] = [
    Known {
        wanted: Wanted::Latency,
        key: "latency",
        names: &[
            "latency",
            "response_time",
            "duration",
            "elapsed",
            "elapsed_time",
            "query_time",
            "request_time",
            "request_duration",
            "response_duration",
            "total_time",
            "time_taken",
            "time_total",
            "execution_time",
            "round_trip_time",
            "round_trip",
            "rtt",
            "resp_time",
            "took",
            "call_time",
            "processing_time",
        ],
        holds: "how long the request took, a number; the unit ends the name: `_ms`, `_s`, `_us`, `_ns`, or stands behind each number: `12 ms`",
    },
    Known {
        wanted: Wanted::Time,
        key: "time",
        names: &[
            "timestamp",
            "time",
            "ts",
            "datetime",
            "date_time",
            "date",
            "time_stamp",
            "created_at",
            "logged_at",
            "recorded_at",
            "when",
        ],
        holds: "RFC 3339, or unix time in s, ms, µs or ns with or without decimals; taken as the start of the request",
    },
    Known {
        wanted: Wanted::Start,
        key: "start",
        names: &["start_time", "started_at", "start", "started", "begin", "begin_time", "sent_at", "request_start"],
        holds: "the same, certainly the start",
    },
    Known {
        wanted: Wanted::End,
        key: "end",
        names: &[
            "end_time",
            "ended_at",
            "end",
            "ended",
            "finish_time",
            "finished_at",
            "finished",
            "completed_at",
            "received_at",
            "request_end",
        ],
        holds: "the same, certainly the end; with `start` and no `latency`, the latency is the time between",
    },
    Known {
        wanted: Wanted::Ok,
        key: "ok",
        names: &["success", "ok", "successful", "succeeded", "passed", "is_success", "is_ok", "outcome"],
        holds: "true/false, 1/0, yes/no, ok/failed, pass/fail, in any case",
    },
    Known {
        wanted: Wanted::Failed,
        key: "failed",
        names: &["failed", "is_failed", "is_error", "has_error", "failure"],
        holds: "the opposite of `ok`",
    },
    Known {
        wanted: Wanted::Status,
        key: "status",
        names: &[
            "status",
            "status_code",
            "http_status",
            "response_code",
            "http_code",
            "http_status_code",
            "response_status",
            "code",
        ],
        holds: "HTTP status (200 to 399 is success where no `ok` says otherwise), or the outcome in words",
    },
    Known {
        wanted: Wanted::Endpoint,
        key: "endpoint",
        names: &[
            "endpoint",
            "route",
            "operation",
            "op",
            "name",
            "request_name",
            "label",
            "transaction",
            "action",
            "step",
            "path",
            "url",
            "uri",
            "target",
            "api",
            "query_type",
            "command",
            "request",
        ],
        holds: "what was asked for; figures are made per endpoint",
    },
    Known {
        wanted: Wanted::Method,
        key: "method",
        names: &["method", "http_method", "verb", "request_method", "request_type"],
        holds: "HTTP method or kind of request",
    },
    Known {
        wanted: Wanted::Error,
        key: "error",
        names: &[
            "error",
            "error_message",
            "error_msg",
            "err",
            "exception",
            "failure_message",
            "failure_reason",
            "error_type",
            "error_text",
        ],
        holds: "why it failed; empty when it did not",
    },
    Known {
        wanted: Wanted::Bytes,
        key: "bytes",
        names: &[
            "bytes",
            "bytes_received",
            "response_bytes",
            "response_size",
            "response_length",
            "content_length",
            "size",
            "size_bytes",
            "body_size",
            "bytes_in",
        ],
        holds: "bytes received",
    },
    Known {
        wanted: Wanted::Users,
        key: "users",
        names: &[
            "users",
            "user_count",
            "vus",
            "active_users",
            "concurrent_users",
            "concurrency",
            "num_users",
            "threads",
        ],
        holds: "users active at that moment",
    },
    Known {
        wanted: Wanted::Cached,
        key: "cached",
        names: &["cached", "cache_hit", "from_cache", "is_cached", "cache", "cache_status"],
        holds: "true/false or hit/miss; empty where it is not known",
    },
    Known {
        wanted: Wanted::Scenario,
        key: "scenario",
        names: &["scenario", "scenario_name", "test", "test_name"],
        holds: "name of the scenario; each becomes a test of its own",
    },
    Known {
        wanted: Wanted::Event,
        key: "event",
        names: &["event", "event_type", "population"],
        holds: "`connect` or `message` (WebSocket; counted apart), else a request",
    },
];

impl Wanted {
    /// Whether a column called `have` (in words) holds this, which is also called `want`.
    pub(super) fn is_named(self, have: &str, want: &str) -> bool {
        match self {
            Self::Latency | Self::Start | Self::End => split_time_unit(have).0 == want,
            // `time_ms` may be an instant or a duration; only `timestamp_ms` is surely an instant.
            Self::Time => have == want || (want != "time" && split_time_unit(have).0 == want),
            _ => have == want,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::own::name::words;

    #[test]
    fn every_kind_has_its_line_and_no_name_stands_twice() {
        for (index, known) in KNOWN.iter().enumerate() {
            assert_eq!(KNOWN.iter().filter(|other| other.wanted == known.wanted).count(), 1, "{index}");
            for name in known.names {
                assert_eq!(words(name), *name);
                assert_eq!(KNOWN.iter().filter(|other| other.names.contains(name)).count(), 1, "{name}");
            }
        }
    }
}
