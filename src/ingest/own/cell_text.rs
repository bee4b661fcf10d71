//! What stands in one field: numbers, words for yes and no, status codes, kinds of event.

use super::digits::{self, Sign};
use super::name::time_unit;
use crate::ingest::decimal;
use crate::model::key::Population;

/// A Refusal says why a row cannot be used, and which column is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Position of the column, where one is to blame.
    pub column: Option<usize>,
    /// Found and expected.
    pub reason: String,
}

impl Refusal {
    /// One field is to blame.
    #[must_use]
    pub fn at(column: usize, reason: impl Into<String>) -> Self {
        Self { column: Some(column), reason: reason.into() }
    }

    /// The row as a whole is to blame.
    #[must_use]
    pub fn row(reason: impl Into<String>) -> Self {
        Self { column: None, reason: reason.into() }
    }
}

/// Words that stand for an empty field.
#[must_use]
pub fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "-" | "N/A" | "n/a" | "NA" | "NaN" | "nan" | "null" | "NULL" | "None" | "none" | "undefined")
}

/// A finite number; `None` for an empty field. `sign` says how the file writes numbers, or whether a decimal comma is
/// allowed, as spreadsheets write it between semicolons; elsewhere `1,234` could be either thing and is refused.
///
/// # Errors
/// What was found instead.
pub fn number(text: &str, sign: impl Into<Sign>) -> Result<Option<f64>, String> {
    let sign = sign.into();
    if let Some(value) = decimal::whole(text.as_bytes()).filter(|_| sign.unless_shown() != Sign::Comma) {
        return Ok(Some(value));
    }
    if is_nothing(text) {
        return Ok(None);
    }
    match digits::plain(text, sign).and_then(|plain| plain.parse::<f64>().ok()) {
        Some(value) if value.is_finite() => Ok(Some(value)),
        _ => Err(sign
            .contradicted(text)
            .unwrap_or_else(|| format!("should be a number, found `{}`", crate::fmt::excerpt(text.as_bytes())))),
    }
}

/// A finite number that is not negative; `None` for an empty field.
///
/// # Errors
/// What was found instead.
pub fn amount(text: &str, sign: impl Into<Sign>) -> Result<Option<f64>, String> {
    match number(text, sign)? {
        Some(value) if value < 0.0 => Err(format!("should not be negative, found `{text}`")),
        value => Ok(value),
    }
}

/// An amount with a unit of time behind it, as `12 ms` or `1.5s`, in nanoseconds; `None` where it is anything else.
#[must_use]
pub fn duration_ns(text: &str, sign: impl Into<Sign>) -> Option<f64> {
    let unit = text.find(|letter: char| letter.is_alphabetic())?;
    let (number, unit) = text.split_at_checked(unit)?;
    Some(amount(number.trim_end(), sign).ok()?? * time_unit(&unit.to_lowercase())?)
}

/// A duration in whole nanoseconds; `None` beyond 292 years.
#[must_use]
pub fn nanos(value: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked in the same expression"
    )]
    (value.is_finite() && (0.0..9.2e18).contains(&value)).then(|| value.round() as u64)
}

fn yes_or_no(text: &str) -> Option<bool> {
    const YES: [&str; 13] = [
        "true",
        "1",
        "yes",
        "ok",
        "pass",
        "passed",
        "success",
        "successful",
        "succeeded",
        "t",
        "y",
        "1.0",
        "completed",
    ];
    const NO: [&str; 15] = [
        "false",
        "0",
        "no",
        "fail",
        "failed",
        "failure",
        "error",
        "ko",
        "nok",
        "timeout",
        "f",
        "n",
        "0.0",
        "err",
        "unsuccessful",
    ];
    let among = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if among(&YES) { Some(true) } else { among(&NO).then_some(false) }
}

/// Yes or no in the words people use for outcomes.
///
/// # Errors
/// What was found instead.
pub fn outcome(text: &str) -> Result<bool, String> {
    yes_or_no(text).ok_or_else(|| {
        format!("should be true or false (or 1/0, yes/no, ok/failed), found `{}`", crate::fmt::excerpt(text.as_bytes()))
    })
}

/// Whether a cache answered.
///
/// # Errors
/// What was found instead.
pub fn cached(text: &str) -> Result<bool, String> {
    match text {
        _ if text.eq_ignore_ascii_case("hit") => Ok(true),
        _ if ["miss", "bypass", "expired"].iter().any(|word| text.eq_ignore_ascii_case(word)) => Ok(false),
        _ => outcome(text).map_err(|_| {
            format!("should be true, false, hit or miss, found `{}`", crate::fmt::excerpt(text.as_bytes()))
        }),
    }
}

/// A status field: its code, or the outcome it words. `200.0` is what data frames make of 200.
///
/// # Errors
/// What was found instead.
pub fn status(text: &str) -> Result<(Option<u16>, Option<bool>), String> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    // `200 OK` begins with its code.
    let first = whole.split_whitespace().next().unwrap_or(whole);
    match first.parse::<u16>() {
        Ok(code) if code < 1000 => Ok((Some(code), None)),
        _ => yes_or_no(text).map(|ok| (None, Some(ok))).ok_or_else(|| {
            format!("should be a status code or ok/failed, found `{}`", crate::fmt::excerpt(text.as_bytes()))
        }),
    }
}

/// What a lower-case event counts as; `None` for the end of a connection, which nobody waits for.
#[must_use]
pub fn population(event: &str) -> Option<Population> {
    match event {
        "connect" | "connection" | "connected" | "open" | "handshake" | "ws_connect" | "session" => {
            Some(Population::Connection)
        }
        "message" | "msg" | "send" | "recv" | "receive" | "echo" | "reply" | "ws_message" => Some(Population::Message),
        "close" | "closed" | "disconnect" | "disconnected" => None,
        _ => Some(Population::Request),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number("12.5", false), Ok(Some(12.5)));
        assert_eq!(number("12,5", true), Ok(Some(12.5)));
        assert_eq!(number("N/A", false), Ok(None));
        for bad in ["inf", "1,234", "fast", "1_000", "12 ms"] {
            assert!(number(bad, false).unwrap_err().contains(bad), "{bad}");
        }
        assert!(amount("-1", false).is_err());
        assert_eq!(duration_ns("12 ms", false), Some(12e6));
        assert_eq!(duration_ns("1,5s", true), Some(1.5e9));
        for bad in ["12", "ms", "-1 ms", "12 apples", "1,5 s", "NaN", "12 ms 5"] {
            assert_eq!(duration_ns(bad, false), None, "{bad}");
        }
        assert_eq!(nanos(1.4), Some(1));
        assert_eq!(nanos(1e19), None);
    }

    #[test]
    fn words_for_outcomes() {
        for yes in ["true", "True", "1", "YES", "ok", "OK", "Pass"] {
            assert_eq!(outcome(yes), Ok(true), "{yes}");
        }
        for no in ["False", "0", "no", "FAIL", "KO", "timeout"] {
            assert_eq!(outcome(no), Ok(false), "{no}");
        }
        assert!(outcome("maybe").unwrap_err().contains("maybe"));
        assert_eq!(status("503"), Ok((Some(503), None)));
        assert_eq!(status("200.0"), Ok((Some(200), None)));
        assert_eq!(status("200 OK"), Ok((Some(200), None)));
        assert_eq!(status("failed"), Ok((None, Some(false))));
        assert!(status("4711").is_err());
        assert_eq!(cached("HIT"), Ok(true));
        assert_eq!(cached("miss"), Ok(false));
    }
}
