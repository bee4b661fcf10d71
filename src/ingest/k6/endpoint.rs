//! What a request is called, and how it ended.
//!
//! Unless a script names its requests, k6's name is the whole URL: query strings would make every request an endpoint of
//! its own, and may hold tokens. So values in query strings are replaced by `{}` and user names in URLs are dropped.

use super::tag::TagSet;
use crate::ingest::scrub;
use crate::model::key::{EndpointKey, Outcome, Population, Tags};

const UNNAMED: &str = "(unnamed)";

/// The endpoint of an HTTP request or WebSocket connection.
pub(super) fn http(tags: &TagSet) -> EndpointKey {
    let name = tags.get("name").or(tags.get("url")).unwrap_or(UNNAMED);
    EndpointKey::new(tags.get("method"), &without_values(name)).in_group(group(tags))
}

/// The endpoint of a gRPC call: its `method` is a part of the path, so what stands there is the protocol.
pub(super) fn grpc(tags: &TagSet) -> EndpointKey {
    let name = match (tags.get("name"), tags.get("service"), tags.get("method")) {
        (Some(name), _, _) => without_values(name),
        (None, Some(service), Some(method)) => format!("/{service}/{method}"),
        _ => without_values(tags.get("url").unwrap_or(UNNAMED)),
    };
    EndpointKey { group: None, method: Some("gRPC".to_owned()), name }.in_group(group(tags))
}

fn group(tags: &TagSet) -> Option<&str> {
    tags.get("group").map(|group| group.strip_prefix("::").unwrap_or(group))
}

/// What a request is counted among.
pub(super) fn population(tags: &TagSet) -> Population {
    if is_aside(tags.kept()) { Population::Setup } else { Population::Request }
}

/// Whether these are tags of what is no load: k6 runs `setup()` and `teardown()` in groups of those names at the root, in which
/// there is no scenario.
#[must_use]
pub fn is_aside(tags: &Tags) -> bool {
    let find = |wanted: &str| tags.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let root = find("group").and_then(|group| group.trim_start_matches("::").split("::").next());
    matches!(root, Some("setup" | "teardown")) && find("scenario").is_none()
}

/// A name without user name, password and query values: `http://me:pw@host/page?p=home` → `http://host/page?p={}`.
pub(super) fn without_values(name: &str) -> String {
    scrub::name(name, scrub::Query::Blank).into_owned()
}

/// How an HTTP request ended by its tags: [`Outcome::Unknown`] where k6 did not judge it there.
pub(super) fn http_outcome(tags: &TagSet) -> Outcome {
    match tags.get("expected_response") {
        Some("true") => Outcome::Ok,
        Some("false") => Outcome::Failed(failure(tags)),
        _ => Outcome::Unknown,
    }
}

/// How a WebSocket's handshake ended.
pub(super) fn connection_outcome(tags: &TagSet) -> Outcome {
    match tags.get("status") {
        Some("101") => Outcome::Ok,
        Some(_) => Outcome::Failed(failure(tags)),
        None if tags.get("error").is_some() || tags.get("error_code").is_some() => Outcome::Failed(failure(tags)),
        None => Outcome::Unknown,
    }
}

/// How a gRPC call ended: code 0 is success by the protocol.
pub(super) fn grpc_outcome(tags: &TagSet) -> Outcome {
    const CODES: [&str; 17] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ];
    let Some(status) = tags.get("status") else { return Outcome::Unknown };
    match (status, status.parse::<usize>().ok().and_then(|code| CODES.get(code))) {
        ("0", _) => Outcome::Ok,
        (_, Some(code)) => Outcome::Failed(format!("gRPC {code}")),
        (other, None) => Outcome::Failed(format!("gRPC status {other}")),
    }
}

/// The status code, where there is one.
pub(super) fn status(tags: &TagSet) -> Option<u16> {
    tags.get("status")?.parse().ok()
}

/// Why a request failed, in a few words that do not differ from request to request.
pub(super) fn failure(tags: &TagSet) -> String {
    if let Some(kind) = tags.get("error_code").and_then(|code| code.parse().ok()).and_then(by_error_code) {
        return kind.to_owned();
    }
    if let Some(error) = tags.get("error") {
        return by_error_text(error).to_owned();
    }
    match status(tags) {
        Some(0) => "no response".to_owned(),
        Some(status) => format!("HTTP {status}"),
        None => "unexpected response".to_owned(),
    }
}

/// k6's error codes by class; HTTP's own (1400–1599) say no more than the status.
fn by_error_code(code: u16) -> Option<&'static str> {
    Some(match code {
        1000 => "error",
        1010 => "network error",
        1020 => "invalid URL",
        1050 => "timeout",
        1100..=1101 => "DNS",
        1110 => "blocked IP address",
        1111 => "blocked host name",
        1201 => "broken pipe",
        1211 => "dial timeout",
        1212 => "connection refused",
        1210 | 1213 => "dial error",
        1220 => "connection reset",
        1200..=1299 => "TCP error",
        1310 => "unknown certificate authority",
        1311 => "certificate of another host",
        1300..=1399 => "TLS",
        1600..=1699 => "HTTP/2 error",
        1701 => "decompression",
        _ => return None,
    })
}

fn by_error_text(error: &str) -> &'static str {
    const CLASSES: [(&str, &str); 10] = [
        ("timeout", "timeout"),
        ("deadline exceeded", "timeout"),
        ("connection refused", "connection refused"),
        ("reset by peer", "connection reset"),
        ("broken pipe", "broken pipe"),
        ("no such host", "DNS"),
        ("lookup", "DNS"),
        ("x509", "TLS"),
        ("tls", "TLS"),
        ("EOF", "connection closed"),
    ];
    CLASSES.iter().find(|(part, _)| error.contains(part)).map_or("error", |(_, class)| class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> TagSet {
        TagSet::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn names_hold_no_values_of_queries() {
        for (name, shown) in [
            ("http://h/page?p=home", "http://h/page?p={}"),
            ("http://h/page?p=home&token=hunter2#top", "http://h/page?p={}&token={}"),
            ("http://h/auth?hunter2", "http://h/auth?{}"),
            ("http://me:pw@h:80/x", "http://h:80/x"),
            ("wss://h?t=hunter2", "wss://h?t={}"),
            ("/search?q=a b", "/search?q={}"),
            ("GET /search?q=x", "GET /search?q={}"),
            ("Ready? Go", "Ready? Go"),
            ("Ready?", "Ready?"),
            ("login ?user=7", "login ?user={}"),
            ("http://h/users/${}", "http://h/users/${}"),
            ("mail me@x.org", "mail me@x.org"),
        ] {
            assert_eq!(without_values(name), shown);
        }
    }

    #[test]
    fn an_endpoint_is_method_name_and_group() {
        let key = http(&tags(&[("method", "GET"), ("name", "GET /api/events"), ("group", "::a::b"), ("url", "x")]));
        assert_eq!((key.label().as_str(), key.group.as_deref()), ("GET /api/events", Some("a::b")));
        assert_eq!(http(&tags(&[("url", "http://h/x?y=1")])).name, "http://h/x?y={}");
        assert_eq!(http(&tags(&[])).name, "(unnamed)");
        let call = grpc(&tags(&[("service", "hello.Hello"), ("method", "Say"), ("status", "0")]));
        assert_eq!(call.label(), "gRPC /hello.Hello/Say");
    }

    #[test]
    fn failures_are_named_by_class() {
        for (pairs, kind) in [
            (
                &[("error", "dial: connection refused"), ("error_code", "1212"), ("status", "0")][..],
                "connection refused",
            ),
            (&[("error", "request timeout"), ("error_code", "1050"), ("status", "0")], "timeout"),
            (&[("error_code", "1503"), ("status", "503")], "HTTP 503"),
            (&[("error", "lookup nowhere: no such host")], "DNS"),
            (&[("status", "0")], "no response"),
            (&[], "unexpected response"),
        ] {
            assert_eq!(failure(&tags(pairs)), kind);
        }
        assert_eq!(grpc_outcome(&tags(&[("status", "14")])), Outcome::Failed("gRPC UNAVAILABLE".to_owned()));
        assert_eq!(grpc_outcome(&tags(&[("status", "0")])), Outcome::Ok);
        assert_eq!(connection_outcome(&tags(&[("status", "101")])), Outcome::Ok);
        assert_eq!(http_outcome(&tags(&[("status", "200")])), Outcome::Unknown);
    }
}
