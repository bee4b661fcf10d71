//! Addresses: where logins, queries and fragments stand, in a name and amid other text.

use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What becomes of a name's query. Which keys a request had tells endpoints apart, their values do not; but where a tool
/// names requests by their path with its query (Locust), a short plain value is how its user knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Query {
    /// `/page?p=home` is `/page`.
    Cut,
    /// `/page?p=home` is `/page?p={}`.
    Blank,
    /// `/page?p=home&key=s3cr3t-9f8e` is `/page?p=home&key=…`.
    Plain,
}

static LOGIN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"([A-Za-z][A-Za-z0-9+.-]*://)[^/\s'"<>]*@"#).ok());
static QUERY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(/[^\s?'"<>]*)\?[^\s'"<>)]+"#).ok());
static QUERY_IN_ROW: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(/[^\s?'"<>,;]*)\?[^\s'"<>),;]+"#).ok());
static FRAGMENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(://[^\s'"<>#]*)#[^\s'"<>)]+"#).ok());

/// Replaces every match; a pattern that did not compile changes nothing, and a test compiles them all.
pub(super) fn replaced<'a>(pattern: &LazyLock<Option<Regex>>, text: &'a str, by: &str) -> Cow<'a, str> {
    match &**pattern {
        Some(pattern) => pattern.replace_all(text, by),
        None => Cow::Borrowed(text),
    }
}

/// A text whose addresses have lost logins, queries and fragments.
pub(super) fn in_text(text: &str) -> String {
    shorn(text, &QUERY)
}

/// The same for a row, in which commas and semicolons separate fields.
pub(super) fn in_row(row: &str) -> String {
    shorn(row, &QUERY_IN_ROW)
}

fn shorn(text: &str, query: &LazyLock<Option<Regex>>) -> String {
    let text = replaced(&LOGIN, text, "$1");
    let text = replaced(query, &text, "$1?…");
    replaced(&FRAGMENT, &text, "$1#…").into_owned()
}

/// Whether a name needs a closer look: most hold neither query nor login, and no segment long enough for a token.
pub(super) fn may_hold_secrets(name: &str) -> bool {
    name.contains(['?', '@', '#']) || super::secret::has_long_run(name)
}

/// A name without login and fragment, and its query as told.
pub(super) fn of_name(name: &str, query: Query) -> String {
    let name = without_login(name);
    let Some((path, rest)) = name.split_once('?').filter(|(_, rest)| !rest.is_empty()) else {
        return without_fragment(&name).to_owned();
    };
    let is_url = is_url(path);
    if !is_url && !rest.contains('=') {
        return name;
    }
    let rest = rest.split('#').next().unwrap_or_default();
    match query {
        Query::Cut => path.to_owned(),
        Query::Blank => format!("{path}?{}", pairs(rest, |pair| blank(pair, is_url))),
        Query::Plain => format!("{path}?{}", pairs(rest, plain)),
    }
}

fn pairs<'a>(query: &'a str, each: impl Fn(&'a str) -> Cow<'a, str>) -> String {
    query.split('&').map(each).collect::<Vec<_>>().join("&")
}

/// A name that is no address keeps its question marks.
fn is_url(path: &str) -> bool {
    path.contains("://") || path.trim_start_matches(|letter: char| letter != '/').starts_with('/')
}

fn blank(pair: &str, is_url: bool) -> Cow<'_, str> {
    match pair.split_once('=') {
        Some((key, _)) => Cow::Owned(format!("{key}={{}}")),
        None if is_url && !pair.is_empty() => Cow::Borrowed("{}"),
        None => Cow::Borrowed(pair),
    }
}

/// A `key=value` whose value stays where it is a short word or number and its key is innocent.
fn plain(pair: &str) -> Cow<'_, str> {
    let Some((key, value)) = pair.split_once('=') else {
        // Without a key it is a value.
        let plain = is_plain(pair) || pair == "{}";
        return if plain { Cow::Borrowed(pair) } else { Cow::Borrowed("…") };
    };
    let stays = value == "…" || is_plain(value) && (value.is_empty() || !super::is_secret_name(key));
    if stays { Cow::Borrowed(pair) } else { Cow::Owned(format!("{key}=…")) }
}

fn is_plain(value: &str) -> bool {
    let all = |fits: fn(&u8) -> bool| value.bytes().all(|byte| fits(&byte));
    value == "…" || value.len() <= 12 && all(u8::is_ascii_lowercase) || value.len() <= 9 && all(u8::is_ascii_digit)
}

fn without_login(name: &str) -> String {
    let Some((scheme, rest)) = name.split_once("://") else { return name.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// Only addresses have fragments; `#3` in a name may be the user's own.
fn without_fragment(name: &str) -> &str {
    match name.split_once('#') {
        Some((address, _)) if address.contains("://") => address,
        _ => name,
    }
}

#[cfg(test)]
pub(super) fn all_patterns_compile() -> bool {
    [&LOGIN, &QUERY, &QUERY_IN_ROW, &FRAGMENT].iter().all(|pattern| pattern.is_some())
}
