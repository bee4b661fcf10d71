//! Takes out of Locust's texts what nobody should find in a report.
//!
//! Error texts quote addresses, and addresses carry passwords and tokens. Requests that nobody named are called by their
//! path with its query.

use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// The longest text that is handed on, in characters.
const MOST: usize = 400;

static QUERY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(/[^\s?'"<>]*)\?[^\s'"<>)]*"#).ok());
static LOGIN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"([A-Za-z][A-Za-z0-9+.-]*://)[^/\s'"<>@]*@"#).ok());
static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)((?:token|secret|passw(?:or)?d|pwd|api[_-]?key|access[_-]?key|authorization|signature|session(?:id)?|jwt|bearer|auth|credential)[a-z_]*['"]?\s*[=:]\s*(?:bearer\s+)?['"]?|bearer\s+)[^\s&'",;)}\]]+"#,
    )
    .ok()
});

fn replace<'a>(pattern: &LazyLock<Option<Regex>>, text: &'a str, by: &str) -> Cow<'a, str> {
    match &**pattern {
        Some(pattern) => pattern.replace_all(text, by),
        None => Cow::Borrowed(text),
    }
}

/// An error text without logins and queries in its addresses and without values that are called secret, at most 400
/// characters of it.
pub(super) fn text(text: &str) -> String {
    let text = replace(&LOGIN, text, "$1…@");
    let text = replace(&QUERY, &text, "$1?…");
    replace(&SECRET, &text, "$1…").chars().take(MOST).collect()
}

/// A request's name without logins, and without values of its query that are called secret or could be one: requests that
/// nobody named are called by their path with its query, and a short plain word or number is all that is surely none.
pub(super) fn name(name: &str) -> Cow<'_, str> {
    if !name.contains(['?', '@']) {
        return Cow::Borrowed(name);
    }
    let without_login = replace(&LOGIN, name, "$1…@");
    match without_login.split_once('?') {
        Some((path, query)) => {
            let query = replace(&SECRET, query, "$1…");
            let pairs: Vec<Cow<'_, str>> = query.split('&').map(plain_pair).collect();
            Cow::Owned(format!("{path}?{}", pairs.join("&")))
        }
        None => without_login,
    }
}

/// A `key=value` of a query; the value stays where it is a short word or number.
fn plain_pair(pair: &str) -> Cow<'_, str> {
    let Some((key, value)) = pair.split_once('=') else { return Cow::Borrowed(pair) };
    let all = |fits: fn(&u8) -> bool| value.bytes().all(|byte| fits(&byte));
    let is_plain =
        value == "…" || value.len() <= 12 && all(u8::is_ascii_lowercase) || value.len() <= 9 && all(u8::is_ascii_digit);
    if is_plain { Cow::Borrowed(pair) } else { Cow::Owned(format!("{key}=…")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_texts_lose_queries_logins_and_secrets() {
        assert_eq!(
            text("404 Client Error: Not Found for url: http://bob:pw@host/a?token=abc&x=1')"),
            "404 Client Error: Not Found for url: http://…@host/a?…')"
        );
        assert_eq!(
            text("Max retries exceeded with url: /api/food?key=hush (Caused by X)"),
            "Max retries exceeded with url: /api/food?… (Caused by X)"
        );
        assert_eq!(text("bad reply {'access_token': 'hush', 'n': 1}"), "bad reply {'access_token': '…', 'n': 1}");
        assert_eq!(text("Authorization: Bearer hush"), "Authorization: Bearer …");
        assert_eq!(text("why? because"), "why? because");
        assert_eq!(text(&"é".repeat(500)).chars().count(), 400);
    }

    #[test]
    fn names_lose_only_secret_values() {
        assert_eq!(name("/search?q=shoes&page=2"), "/search?q=shoes&page=2");
        assert_eq!(name("/search?q=shoes&api_key=hush&p=1"), "/search?q=shoes&api_key=…&p=1");
        assert_eq!(name("/pay?key=s3cr3t-9f8e&page=2"), "/pay?key=…&page=2");
        assert_eq!(name("/pay?key=&page=20261121"), "/pay?key=&page=20261121");
        assert_eq!(name("line1\nline2"), "line1\nline2");
        assert_eq!(name("=cmd|' /C calc'!A0"), "=cmd|' /C calc'!A0");
    }
}
