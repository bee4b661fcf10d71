//! Secrets: by what they are called, by how they are marked, and by their look.

use super::url::replaced;
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Parts of names whose values nobody wants to read in a report.
const SECRETIVE: [&str; 20] = [
    "token",
    "secret",
    "passw",
    "passphrase",
    "pwd",
    "authorization",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "accesskey",
    "private_key",
    "privatekey",
    "cookie",
    "credential",
    "bearer",
    "jwt",
    "session_id",
    "sessionid",
    "signature",
];

/// A random value has at least so many characters; shorter ones cannot be told from words.
const LONG: usize = 20;

/// `auth` is a word of its own here: an author and an authority are none.
const CALLED: &str = r#"(?:(?:token|secret|passw(?:or)?d|passphrase|pwd|api[_-]?key|access[_-]?key|private[_-]?key|authorization|signature|session(?:[_-]?id)?|jwt|bearer|credentials?|(?:set-)?cookie)[a-z_-]*|auth(?:n|entication|[_-][a-z_-]*)?)[\\'"]*\s*[=:]\s*"#;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(&format!(r#"(?i)({CALLED}\\?")[^"\\]+"#)));
static SINGLE: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(&format!(r"(?i)({CALLED}\\?')[^'\\]+")));
static PLAIN: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(&format!(r#"(?i)({CALLED}(?:bearer\s+|basic\s+)?)(?:…|[^\s&'",;)}}\]\\…]+)"#)));
static MARKED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"(?i)\b(bearer\s+)[^\s&'",;)}\]\\…]+|\b(basic\s+)[a-z0-9+/]{8,}=+"#));
static TOKENS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)?|\b(?:sk|pk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,}|\bsk-[A-Za-z0-9_-]{20,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_-]{16,}|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[A-Za-z0-9_-]{30,}|\bya29\.[A-Za-z0-9_-]{16,}",
    )
});
/// What a random value may consist of.
static RUN: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"[A-Za-z0-9_+=-]{20,}"));
/// The folders of a script's file on somebody's machine.
static FOLDERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"(?:(?:^|file://|([\s"'(=,\[]))/(?:home|Users|root|opt|var|usr|srv|tmp|mnt|private|workspace|builds?|github|__w)|\b[A-Za-z]:)(?:[\\/]+[^\\/\s'"<>:|?*(),;]+)*[\\/]+([^\\/\s'"<>:|?*(),;]+\.[a-z]{1,5}\b)"#,
    )
});

/// Whether what is called so must not be shown.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRETIVE.iter().any(|part| name.contains(part))
}

/// A text without values that are called secret, are marked as such or look it, and without folders of scripts.
pub(super) fn blanked(text: &str) -> String {
    let text = replaced(&QUOTED, text, "$1…");
    let text = replaced(&SINGLE, &text, "$1…");
    let text = replaced(&PLAIN, &text, "$1…");
    let text = replaced(&MARKED, &text, "$1$2…");
    let text = replaced(&TOKENS, &text, "…");
    let text = without_random(&text, "…");
    replaced(&FOLDERS, &text, "$1$2").into_owned()
}

/// A name with `{token}` in place of tokens and of long random values.
pub(super) fn without_tokens(name: &str) -> String {
    without_random(&replaced(&TOKENS, name, "{token}"), "{token}").into_owned()
}

fn without_random<'a>(text: &'a str, by: &str) -> Cow<'a, str> {
    match &*RUN {
        Some(run) if has_long_run(text) => run.replace_all(text, |found: &regex::Captures<'_>| {
            let found = found.get(0).map_or("", |all| all.as_str());
            if is_random(found) { by.to_owned() } else { found.to_owned() }
        }),
        _ => Cow::Borrowed(text),
    }
}

/// Whether any run of letters and digits is long enough to be a token.
pub(super) fn has_long_run(text: &str) -> bool {
    let mut length = 0;
    text.bytes().any(|byte| {
        let part = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'=' | b'-' | b'.');
        length = if part { length + 1 } else { 0 };
        length >= LONG
    })
}

/// Whether a value as a whole looks like a secret, whatever it is called: a token by its form, a header's value, a random
/// value, or a key in hexadecimal digits. 40 of those are how a commit is named and may be shown.
pub(super) fn looks_secret(value: &str) -> bool {
    let marked = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|it| it.is_match(value));
    if !has_long_run(value) && !value.contains([' ', ':', '=']) {
        return false;
    }
    let is_hex = value.len() >= 32 && value.len() != 40 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex
        || [&TOKENS, &MARKED, &QUOTED, &SINGLE, &PLAIN].into_iter().any(marked)
        || RUN.as_ref().is_some_and(|run| run.find_iter(value).any(|found| is_random(found.as_str())))
}

/// Whether letters of both cases and digits follow one another as they do by chance and hardly ever in words: at random two
/// neighbours of base 62 differ in kind six times in ten, in `HttpClientTimeoutException2` three times.
fn is_random(run: &str) -> bool {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Upper,
        Lower,
        Digit,
    }
    let kinds: Vec<Kind> = run
        .bytes()
        .filter_map(|byte| match byte {
            b'A'..=b'Z' => Some(Kind::Upper),
            b'a'..=b'z' => Some(Kind::Lower),
            b'0'..=b'9' => Some(Kind::Digit),
            _ => None,
        })
        .collect();
    let count = |kind: Kind| kinds.iter().filter(|one| **one == kind).count();
    let changes = kinds.iter().zip(kinds.iter().skip(1)).filter(|(a, b)| a != b).count();
    kinds.len() >= LONG
        && count(Kind::Digit) >= 2
        && count(Kind::Upper) >= 3
        && count(Kind::Lower) >= 3
        && changes * 5 >= kinds.len() * 2
}

#[cfg(test)]
pub(super) fn all_patterns_compile() -> bool {
    [&QUOTED, &SINGLE, &PLAIN, &MARKED, &TOKENS, &RUN, &FOLDERS].iter().all(|pattern| pattern.is_some())
}
