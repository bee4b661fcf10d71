//! A file that is one JSON value, and the figures in it.

use super::{Input, Rejection, Tally};
use crate::error::Error;
use crate::unit::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A JSON object.
pub type Object = Map<String, Value>;

/// The whole file as one value of that shape; `what` names it in messages, such as `an Artillery report`. Nothing of the
/// content stands in the error: it may hold secrets.
///
/// # Errors
/// The file cannot be read, breaks off, is no JSON or has another shape.
pub fn json<T: DeserializeOwned>(input: &Input, what: &str) -> Result<T, Error> {
    let (bytes, unfinished) = input.document()?;
    serde_json::from_slice(&bytes).map_err(|error| wrong(&error, unfinished.is_some(), input, what))
}

/// Like [`json`], of a file to which values were appended: those of several runs one after the other.
///
/// # Errors
/// As of [`json`], whichever value it is of.
pub fn several<T: DeserializeOwned>(input: &Input, what: &str) -> Result<Vec<T>, Error> {
    let (bytes, unfinished) = input.document()?;
    let values = serde_json::Deserializer::from_slice(&bytes).into_iter::<T>();
    let values: Result<Vec<T>, _> = values.collect();
    values.map_err(|error| wrong(&error, unfinished.is_some(), input, what))
}

fn wrong(error: &serde_json::Error, unfinished: bool, input: &Input, what: &str) -> Error {
    if unfinished || error.is_eof() {
        let broken = Error::input("breaks off: its JSON has no end").at(input.place());
        return broken.hint("the tool was stopped while it wrote, or the copy is not whole");
    }
    let wrong = if error.is_data() { format!("has not the shape of {what}") } else { "is not JSON".to_owned() };
    Error::input(format!("{wrong} (line {}, column {})", error.line(), error.column())).at(input.place())
}

/// Rejects a part of a document: it has no line of its own, its key says where it is.
pub fn reject(field: &str, reason: impl Into<String>, tally: &mut Tally) {
    let field = Some(crate::fmt::shorten(&crate::fmt::plain(field), 120));
    tally.reject(Rejection { byte: 0, line: 1, field, reason: reason.into(), excerpt: String::new() });
}

/// A number that can be a duration, size or rate: finite and not negative.
#[must_use]
pub fn amount(value: &Value) -> Option<f64> {
    value.as_f64().filter(|value| value.is_finite() && *value >= 0.0)
}

/// A number that is a count; tools write some of theirs as `5.0`.
#[must_use]
pub fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| whole(value.as_f64()?))
}

/// A float that is a count as one; `None` for fractions, negative numbers and more than 2^53.
#[must_use]
pub fn whole(value: f64) -> Option<u64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and within 0 to 2^53 by the check before"
    )]
    ((0.0..=MOST).contains(&value) && value.fract().abs() < f64::EPSILON).then_some(value as u64)
}

/// Unix milliseconds as an instant, exact to the millisecond: a float of seconds is not.
#[must_use]
pub fn unix_ms(ms: f64) -> Option<Timestamp> {
    let ms = i64::try_from(whole(ms.round())?).ok()?;
    ms.checked_mul(1_000_000).map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole() {
        let read = |text: &str| count(&serde_json::from_str(text).unwrap());
        assert_eq!(["7", "7.0", "0", "18446744073709551615"].map(read), [Some(7), Some(7), Some(0), Some(u64::MAX)]);
        assert_eq!(["7.5", "-1", "1e300", "\"7\"", "null"].map(read), [None; 5]);
    }

    #[test]
    fn instants_are_exact_to_the_millisecond() {
        assert_eq!(unix_ms(1_795_226_849_744.0), Some(Timestamp(1_795_226_849_744_000_000)));
        assert_eq!([unix_ms(-1.0), unix_ms(f64::NAN), unix_ms(1e13)], [None, None, None]);
    }

    #[test]
    fn what_is_wrong_with_a_document_is_told_apart() {
        let said = |text: &str| {
            let input = Input::memory("f", text.as_bytes().to_vec()).unwrap();
            json::<std::collections::BTreeMap<String, u64>>(&input, "a map").unwrap_err().message
        };
        assert_eq!(said("{\"a\": 1"), "breaks off: its JSON has no end");
        assert_eq!(said("{\"a\": \"hush\"}"), "has not the shape of a map (line 1, column 12)");
        assert!(said("{a}").starts_with("is not JSON"));
    }
}
