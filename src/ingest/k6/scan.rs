//! The fast path through k6's NDJSON: lines of exactly the form that k6 writes, byte for byte.
//!
//! `{"metric":"X","type":"Point","data":{"time":"…","value":N,"tags":{…}}}`, with `,"metadata":{…}` behind the tags or
//! without. Anything off this form is left to the JSON parser of [`super::record`]; laws in the tests hold the two to the
//! same answers.

use super::clock::Clock;
use super::point::{Observer, TagSetId};
use super::record::{self, Flaw};
use super::shape::Dialect;
use crate::ingest::decimal;
use crate::unit::Timestamp;
use serde_json::Value;

const BEFORE_NAME: &[u8] = b"{\"metric\":\"";
const AFTER_NAME: &[u8] = b"\",\"type\":\"Point\",\"data\":{\"time\":\"";
const BEFORE_VALUE: &[u8] = b",\"value\":";
const BEFORE_TAGS: &[u8] = b",\"tags\":";
const BEFORE_METADATA: &[u8] = b",\"metadata\":{";
const END: &[u8] = b"}}";

/// Points as k6's `--out json` writes them.
#[derive(Default)]
pub(super) struct Ndjson {
    clock: Clock,
}

impl Dialect for Ndjson {
    fn head(name: &str) -> Option<Vec<u8>> {
        // The name as JSON writes it: a line that begins so can mean no other name.
        let written = Value::from(name).to_string();
        Some([BEFORE_NAME, written.get(1..written.len() - 1)?.as_bytes(), AFTER_NAME].concat())
    }

    fn head_of(row: &[u8]) -> Option<&[u8]> {
        let from_name = row.strip_prefix(BEFORE_NAME)?;
        let name_len = memchr::memchr(b'"', from_name)?;
        row.get(..BEFORE_NAME.len() + name_len + AFTER_NAME.len())
    }

    #[expect(clippy::inline_always, reason = "a part of the loop over rows")]
    #[inline(always)]
    fn numbers<'l>(&mut self, text: &'l [u8]) -> Option<(Timestamp, f64, &'l [u8])> {
        let (at, rest) = self.clock.read(text)?;
        let (value, rest) = value(rest.strip_prefix(BEFORE_VALUE)?)?;
        Some((at, value, rest))
    }

    /// The tags of a tail, which must end in `}}`, with metadata before that or without. Metadata is of one request, and
    /// such a tail does not come again.
    fn tag_set(&mut self, tail: &[u8], observer: &mut Observer<'_>) -> Option<(TagSetId, bool)> {
        let written = tail.strip_prefix(BEFORE_TAGS)?.strip_suffix(END)?;
        let (tags, may_come_again) = match memchr::memmem::find(written, BEFORE_METADATA) {
            // Inside a string the quotes would be escaped, so this is the key and no tag's text.
            Some(at) => {
                let (tags, metadata) = written.split_at_checked(at)?;
                serde_json::from_slice::<Value>(metadata.get(BEFORE_METADATA.len() - 1..)?).ok()?;
                (tags, false)
            }
            None => (written, true),
        };
        let parse = || {
            let value = serde_json::from_slice::<Value>(tags).map_err(|_| Flaw::whole("not JSON"))?;
            record::tags(Some(&value))
        };
        Some((observer.tag_set(tags, parse).ok()?, may_come_again))
    }
}

/// A JSON number up to the comma behind it.
#[inline]
fn value(text: &[u8]) -> Option<(f64, &[u8])> {
    if let Some((value, len)) = decimal::short(text)
        && let Some(rest) = text.get(len..)
        && rest.first() == Some(&b',')
    {
        return Some((value, rest));
    }
    any_value(text)
}

#[cold]
fn any_value(text: &[u8]) -> Option<(f64, &[u8])> {
    if let Some((value, len)) = decimal::scan(text)
        && let Some(rest) = text.get(len..)
        && rest.first() == Some(&b',')
    {
        return Some((value, rest));
    }
    let (written, rest) = text.split_at_checked(memchr::memchr(b',', text)?)?;
    Some((serde_json::from_slice::<f64>(written).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_standard_library() {
        for text in ["0", "-0", "1", "40.690318", "123456789012345", "1234567890123456", "1e21", "2.5E-7"] {
            for behind in [",", ",\"tags\":{}}}"] {
                let line = format!("{text}{behind}");
                let (value, rest) = value(line.as_bytes()).unwrap();
                assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
                assert_eq!(rest, behind.as_bytes());
            }
        }
        for text in ["", "01", "1.", ".5", "+1", "+Inf", "NaN", "1e999", "0x1", "--1", "1.2.3", "00.5"] {
            assert!(value(format!("{text},\"tags\":{{}}}}}}").as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_name_in_quotes_and_backslashes_is_known_by_how_json_writes_it() {
        for name in ["http_reqs", "a b", "ü"] {
            let row = format!(r#"{{"metric":{},"type":"Point","data":{{"time":"2026"#, Value::from(name));
            let head = Ndjson::head(name).unwrap();
            assert_eq!(Ndjson::head_of(row.as_bytes()), Some(head.as_slice()), "{name}");
            assert!(row.as_bytes().starts_with(&head));
        }
    }
}
