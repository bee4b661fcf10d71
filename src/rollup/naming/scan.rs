//! Finds values in a text: what they are and how long.
//!
//! Written by hand, because it looks at every name that was not met before, of which a file may have millions.

use super::pattern::Kind;

/// What a text begins with, and how many bytes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A value.
    Value(Kind, usize),
    /// Something in braces, which is nobody's value.
    Braced(usize),
    /// Anything else.
    Text(usize),
}

/// Letters that a value in braces may have; what is longer is not a placeholder.
const BRACED: usize = 40;
/// Hexadecimal digits from which on they are a hash beyond doubt.
const HASH: usize = 16;
/// Letters and digits from which on a mixture of them is a token.
const TOKEN: usize = 10;

/// What a whole segment is, where no part of it is meant by itself.
pub(super) fn whole(segment: &str) -> Option<Kind> {
    let digits = segment.strip_prefix('-').unwrap_or(segment);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Kind::Id);
    }
    if email(segment) == Some(segment.len()) {
        return Some(Kind::Email);
    }
    let body = segment.trim_end_matches('=');
    let is_base64 = body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let has_id = uuid(segment).is_some() || date(segment).is_some();
    (is_base64 && !has_id && segment.len() - body.len() <= 2 && is_mixed(body)).then_some(Kind::Token)
}

/// What stands at the beginning of a text, behind this letter.
pub(super) fn token(text: &str, before: Option<char>) -> Found {
    let Some(first) = text.chars().next() else { return Found::Text(0) };
    if first == '{' {
        return braced(text).map_or(Found::Text(1), Found::Braced);
    }
    if first == '%' && text.len() >= 3 && text.bytes().skip(1).take(2).all(|byte| byte.is_ascii_hexdigit()) {
        return Found::Text(3);
    }
    if !first.is_ascii_alphanumeric() {
        return Found::Text(first.len_utf8());
    }
    // Within a word that began with letters only its digits are looked at.
    if before.is_some_and(char::is_alphanumeric) {
        return in_word(text);
    }
    let formed = [
        (Kind::Uuid, uuid(text)),
        (Kind::Date, date(text)),
        (Kind::Time, time(text)),
        (Kind::Address, address(text)),
        (Kind::Email, email(text)),
    ];
    match formed.into_iter().find_map(|(kind, length)| Some(Found::Value(kind, length?))) {
        Some(found) => found,
        None => word(text, before),
    }
}

/// The length of something in braces that a text begins with.
pub(super) fn braced(text: &str) -> Option<usize> {
    let end = text.bytes().take(BRACED).position(|byte| byte == b'}')?;
    let inside = text.get(1..end)?;
    inside.bytes().all(|byte| !matches!(byte, b'/' | b'{' | b' ')).then_some(end + 1)
}

/// A run of letters and digits.
fn word(text: &str, before: Option<char>) -> Found {
    let length = run(text, |byte| byte.is_ascii_alphanumeric());
    let word = text.get(..length).unwrap_or("");
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let after = text.get(length..).and_then(|after| after.chars().next());
    if digits == 0 {
        return Found::Text(length);
    }
    if digits == length {
        return number(text, length, before, after);
    }
    if after.is_some_and(char::is_alphanumeric) {
        return in_word(text);
    }
    let is_hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && (length >= HASH || length >= 7 && digits >= 2 && length - digits >= 2) {
        return Found::Value(Kind::Hash, length);
    }
    let is_ulid = length == 26
        && word.starts_with(|first: char| first.is_ascii_digit() && first < '8')
        && word.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if is_ulid {
        return Found::Value(Kind::Ulid, length);
    }
    if is_mixed(word) {
        return Found::Value(Kind::Token, length);
    }
    in_word(text)
}

/// Digits alone are an id where they begin a segment and all of it, or all but an ending, is digits.
fn number(text: &str, length: usize, before: Option<char>, after: Option<char>) -> Found {
    let fraction = after == Some('.')
        && text.get(length + 1..).is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()));
    if fraction {
        let more = run(text.get(length + 1..).unwrap_or(""), |byte| byte.is_ascii_digit());
        return Found::Value(Kind::Number, length + 1 + more);
    }
    let ends = matches!(after, Some('.' | ',' | ';')) && text.get(length + 1..).is_some_and(|rest| !rest.is_empty());
    let kind = if before.is_none() && ends { Kind::Id } else { Kind::Number };
    Found::Value(kind, length)
}

/// The next letters or the next digits of a word of both.
fn in_word(text: &str) -> Found {
    let digits = run(text, |byte| byte.is_ascii_digit());
    if digits > 0 {
        Found::Value(Kind::Number, digits)
    } else {
        Found::Text(run(text, |byte| byte.is_ascii_alphabetic()))
    }
}

fn run(text: &str, fits: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| fits(*byte)).count()
}

/// Whether letters of both cases and digits are mixed as in a random id.
fn is_mixed(word: &str) -> bool {
    if word.len() < TOKEN {
        return false;
    }
    let kind = |byte: u8| match byte {
        b'A'..=b'Z' => Some(0),
        b'a'..=b'z' => Some(1),
        b'0'..=b'9' => Some(2),
        _ => None,
    };
    let kinds: Vec<u8> = word.bytes().filter_map(kind).collect();
    let has_all = (0..3).all(|kind| kinds.contains(&kind));
    let changes = kinds.iter().zip(kinds.iter().skip(1)).filter(|(a, b)| a != b).count();
    has_all && changes * 5 >= kinds.len() * 2
}

/// Whether a text has this shape: `h` a hexadecimal digit, `d` a decimal one, everything else itself.
fn shaped(text: &str, shape: &str) -> bool {
    text.len() >= shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
            b'h' => byte.is_ascii_hexdigit(),
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

/// Whether nothing of a word follows after so many bytes.
fn ends_at(text: &str, length: usize) -> bool {
    text.get(length..).is_none_or(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
}

fn uuid(text: &str) -> Option<usize> {
    const SHAPE: &str = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
    (shaped(text, SHAPE) && ends_at(text, SHAPE.len())).then_some(SHAPE.len())
}

/// A date with the time that may follow it.
fn date(text: &str) -> Option<usize> {
    const DAY: usize = 10;
    if !["dddd-dd-dd", "dddd/dd/dd"].iter().any(|shape| shaped(text, shape)) {
        return None;
    }
    let Some(clock) = text.get(DAY..).filter(|rest| rest.starts_with(['T', ' '])).and_then(|rest| rest.get(1..)) else {
        return ends_at(text, DAY).then_some(DAY);
    };
    let Some(length) = time(clock).or_else(|| shaped(clock, "dd:dd").then_some(5)) else {
        return Some(DAY).filter(|day| text.get(*day..).is_some_and(|rest| rest.starts_with(' ')));
    };
    let zone = clock.get(length..).map_or(0, |rest| match rest.bytes().next() {
        Some(b'Z') => 1,
        Some(b'+' | b'-') if shaped(rest.get(1..).unwrap_or(""), "dd:dd") => 6,
        Some(b'+' | b'-') if shaped(rest.get(1..).unwrap_or(""), "dddd") => 5,
        _ => 0,
    });
    Some(DAY + 1 + length + zone)
}

fn time(text: &str) -> Option<usize> {
    if !shaped(text, "dd:dd:dd") {
        return None;
    }
    let fraction = text
        .get(8..)
        .filter(|rest| shaped(rest, ".d"))
        .map_or(0, |rest| 1 + run(rest.get(1..).unwrap_or(""), |byte| byte.is_ascii_digit()));
    Some(8 + fraction)
}

/// An IPv4 address with its port, or an address in memory.
fn address(text: &str) -> Option<usize> {
    if let Some(digits) = text.strip_prefix("0x") {
        let length = run(digits, |byte| byte.is_ascii_hexdigit());
        return (length > 0 && ends_at(digits, length)).then_some(2 + length);
    }
    let mut length = 0;
    for part in 0..4 {
        if part > 0 {
            text.get(length..).filter(|rest| rest.starts_with('.'))?;
            length += 1;
        }
        let digits = run(text.get(length..)?, |byte| byte.is_ascii_digit());
        if !(1..=3).contains(&digits) {
            return None;
        }
        length += digits;
    }
    let port = text
        .get(length..)
        .filter(|rest| shaped(rest, ":d"))
        .map_or(0, |rest| 1 + run(rest.get(1..).unwrap_or(""), |byte| byte.is_ascii_digit()));
    ends_at(text, length + port).then_some(length + port)
}

fn email(text: &str) -> Option<usize> {
    let user = run(text, |byte| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte));
    let domain = text.get(user..)?.strip_prefix('@').filter(|_| user > 0)?;
    let length = run(domain, |byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let (domain, after) = domain.split_at_checked(length)?;
    let domain = domain.trim_end_matches(['.', '-']);
    let (_, last) = domain.rsplit_once('.')?;
    let is_domain = last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic());
    // What goes on with a number is no domain, nor is it one where a placeholder stands for the number.
    (is_domain && !after.starts_with('{')).then_some(user + 1 + domain.len())
}
