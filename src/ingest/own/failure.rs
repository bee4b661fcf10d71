//! Why a request failed, in a few words that many failures share.

use crate::ingest::scrub;

/// Words that name a kind of failure whatever stands around them.
const KINDS: [(&str, &str); 8] = [
    ("timed out", "timeout"),
    ("timeout", "timeout"),
    ("connection refused", "connection refused"),
    ("connection reset", "connection reset"),
    ("broken pipe", "connection reset"),
    ("name or service not known", "name not resolved"),
    ("no such host", "name not resolved"),
    ("certificate", "TLS certificate"),
];

/// The longest kind that is kept.
const KIND_CHARS: usize = 60;

/// The kind of a failure: the HTTP status where it is an error's, else the error text made general, else what is known.
#[must_use]
pub fn kind(status: Option<u16>, text: Option<&str>) -> String {
    match (status, text) {
        (Some(code @ 400..), _) => format!("HTTP {code}"),
        (_, Some(text)) => general(text),
        (Some(0), None) => "no response".to_owned(),
        (Some(code), None) => format!("failed with HTTP {code}"),
        (None, None) => "failed".to_owned(),
    }
}

/// An error text as a kind: the first line, numbers of two and more digits as `N`, so that "after 3021 ms" and "after
/// 2977 ms" are one kind.
fn general(text: &str) -> String {
    let lower = text.to_lowercase();
    if let Some((_, kind)) = KINDS.iter().find(|(word, _)| lower.contains(word)) {
        return (*kind).to_owned();
    }
    let line = scrub::text(text.lines().next().unwrap_or(""));
    let mut out = String::new();
    let mut digits = String::new();
    for letter in line.trim().chars().chain(std::iter::once('\n')) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        out.push_str(if digits.len() > 1 { "N" } else { &digits });
        digits.clear();
        if letter != '\n' {
            out.push(letter);
        }
    }
    if out.is_empty() { "failed".to_owned() } else { cut(&out, KIND_CHARS) }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text).trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_shared_by_many_failures() {
        assert_eq!(kind(Some(503), Some("Service Unavailable")), "HTTP 503");
        assert_eq!(kind(None, Some("database is locked")), "database is locked");
        assert_eq!(kind(Some(0), Some("dial tcp 127.0.0.1:80: connect: connection refused")), "connection refused");
        assert_eq!(kind(None, Some("ReadTimeout after 3021 ms")), "timeout");
        assert_eq!(kind(None, Some("row 4711 is gone")), kind(None, Some("row 99 is gone")));
        assert_eq!(kind(Some(0), None), "no response");
        assert_eq!(kind(Some(200), None), "failed with HTTP 200");
        assert_eq!(kind(None, None), "failed");
        assert!(kind(None, Some(&"x".repeat(500))).chars().count() <= KIND_CHARS + 1);
    }
}
