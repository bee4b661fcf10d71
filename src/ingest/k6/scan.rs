//! The fast path through k6's NDJSON: lines of exactly the shape that k6 writes, byte for byte.
//!
//! `{"metric":"X","type":"Point","data":{"time":"…","value":N,"tags":{…}}}`, with `,"metadata":{…}` behind the tags or
//! without. All but the numbers has been seen before: the line's beginning is compared with the one that followed the last
//! metric the last time, the second with the last second, the tags with the last tags. Anything off this shape is left to
//! the JSON parser of [`super::record`]; a law in the tests holds the two to the same answers.

use super::point::{MetricId, Observer, TagSetId};
use super::record::{self, Flaw};
use crate::unit::{NANOS_PER_SECOND, Timestamp};
use serde_json::Value;
use std::collections::HashMap;

const BEFORE_NAME: &[u8] = b"{\"metric\":\"";
const AFTER_NAME: &str = "\",\"type\":\"Point\",\"data\":{\"time\":\"";
const BEFORE_VALUE: &[u8] = b"\",\"value\":";
const BEFORE_TAGS: &[u8] = b",\"tags\":";
const BEFORE_METADATA: &[u8] = b",\"metadata\":{";
/// `2026-11-21T02:15:49`
const SECOND_LEN: usize = 19;

/// A Scanner reads lines of k6's own shape.
#[derive(Default)]
pub(super) struct Scanner {
    heads: Vec<Head>,
    by_name: HashMap<Box<[u8]>, usize>,
    last: usize,
    clock: Clock,
}

/// How lines of one metric begin, and which head came next the last time.
struct Head {
    bytes: Vec<u8>,
    metric: MetricId,
    next: usize,
}

impl Scanner {
    /// Learns how lines of a metric begin, from a line that the JSON parser has read.
    pub(super) fn learn(&mut self, name: &str, metric: MetricId) {
        // The name as JSON writes it: a line that begins so can mean no other name.
        let written = Value::from(name).to_string();
        let written = written.trim_matches('"');
        if self.by_name.contains_key(written.as_bytes()) {
            return;
        }
        let bytes = [BEFORE_NAME, written.as_bytes(), AFTER_NAME.as_bytes()].concat();
        self.by_name.insert(written.as_bytes().into(), self.heads.len());
        self.heads.push(Head { bytes, metric, next: 0 });
    }

    /// Reads a line and hands it to the observer; `None` where it is not of the shape, and nothing has been observed.
    #[inline]
    pub(super) fn read(&mut self, line: &[u8], observer: &mut Observer<'_>) -> Option<Result<(), Flaw>> {
        let (metric, rest) = self.head(line)?;
        let (at, rest) = self.clock.read(rest)?;
        let (value, rest) = number(rest.strip_prefix(BEFORE_VALUE)?)?;
        let tags = tag_set(rest.strip_prefix(BEFORE_TAGS)?, observer)?;
        Some(observer.observe(metric, tags, at, value))
    }

    fn head<'l>(&mut self, line: &'l [u8]) -> Option<(MetricId, &'l [u8])> {
        let expected = self.heads.get(self.last).map_or(0, |last| last.next);
        if let Some(head) = self.heads.get(expected)
            && let Some(rest) = line.strip_prefix(head.bytes.as_slice())
        {
            self.last = expected;
            return Some((head.metric, rest));
        }
        let from_name = line.strip_prefix(BEFORE_NAME)?;
        let name = from_name.get(..memchr::memchr(b'"', from_name)?)?;
        let found = *self.by_name.get(name)?;
        if let Some(last) = self.heads.get_mut(self.last) {
            last.next = found;
        }
        let head = self.heads.get(found)?;
        let rest = line.strip_prefix(head.bytes.as_slice())?;
        self.last = found;
        Some((head.metric, rest))
    }
}

/// A Clock reads time stamps, which mostly differ from the last one in their fraction only.
#[derive(Default)]
struct Clock {
    second: Vec<u8>,
    zone: Vec<u8>,
    nanos: i64,
}

impl Clock {
    /// Reads `2026-11-21T02:15:49.430135363Z`, with 0–9 digits of fraction and any zone, up to the quote.
    fn read<'l>(&mut self, text: &'l [u8]) -> Option<(Timestamp, &'l [u8])> {
        let (second, rest) = text.split_at_checked(SECOND_LEN)?;
        let (fraction, rest) = match rest.strip_prefix(b".") {
            Some(digits) => fraction(digits)?,
            None => (0, rest),
        };
        let zone_len = if rest.first() == Some(&b'Z') { 1 } else { memchr::memchr(b'"', rest)? };
        let (zone, rest) = rest.split_at_checked(zone_len)?;
        if second != self.second || zone != self.zone {
            self.set(second, zone)?;
        }
        Some((Timestamp(self.nanos.checked_add(fraction)?), rest))
    }

    fn set(&mut self, second: &[u8], zone: &[u8]) -> Option<()> {
        let whole = [second, zone].concat();
        // A second `60` or a fraction of the parser's own making is left to the parser.
        if second.get(17).is_none_or(|tens| *tens > b'5') || whole.contains(&b'\\') {
            return None;
        }
        let at = std::str::from_utf8(&whole).ok()?.parse::<jiff::Timestamp>().ok()?;
        if at.subsec_nanosecond() != 0 {
            return None;
        }
        self.nanos = at.as_second().checked_mul(NANOS_PER_SECOND)?;
        self.second = second.to_vec();
        self.zone = zone.to_vec();
        Some(())
    }
}

/// One to nine digits of a second's fraction, in nanoseconds, and what follows.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let mut nanos = 0;
    let mut weight = NANOS_PER_SECOND;
    let mut rest = text;
    while let Some((digit, tail)) = rest.split_first().filter(|(byte, _)| byte.is_ascii_digit()) {
        weight /= 10;
        if weight == 0 {
            return None;
        }
        nanos += i64::from(digit - b'0') * weight;
        rest = tail;
    }
    (weight < NANOS_PER_SECOND).then_some((nanos, rest))
}

/// Powers of ten that f64 holds exactly.
const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A JSON number up to the comma behind it.
fn number(text: &[u8]) -> Option<(f64, &[u8])> {
    plain_number(text).or_else(|| {
        let (written, rest) = text.split_at_checked(memchr::memchr(b',', text)?)?;
        let value = serde_json::from_slice::<f64>(written).ok()?;
        Some((value, rest))
    })
}

/// A number of at most 15 digits without exponent: digits and power of ten are exact in f64, so one division gives the
/// nearest double, as a full parser does.
fn plain_number(text: &[u8]) -> Option<(f64, &[u8])> {
    let (negative, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (mut mantissa, mut seen, mut point) = (0_u64, 0_usize, None);
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' if seen < 15 => {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                seen += 1;
            }
            b'.' if point.is_none() && seen > 0 => point = Some(seen),
            b',' => {
                let decimals = seen - point.unwrap_or(seen);
                let needless_zero = digits.first() == Some(&b'0') && point.unwrap_or(seen) > 1;
                if seen == 0 || needless_zero || (point.is_some() && decimals == 0) {
                    return None;
                }
                #[expect(clippy::cast_precision_loss, reason = "at most 15 digits")]
                let value = mantissa as f64 / TENS.get(decimals)?;
                return Some((if negative { -value } else { value }, digits.get(at..)?));
            }
            _ => return None,
        }
    }
    None
}

/// The tags up to the line's end, which must be `}}`, with metadata before it or without.
fn tag_set(rest: &[u8], observer: &mut Observer<'_>) -> Option<TagSetId> {
    let written = rest.strip_suffix(b"}}")?;
    if let Some(known) = observer.remembered(written) {
        return Some(known);
    }
    let tags = match memchr::memmem::find(written, BEFORE_METADATA) {
        // Inside a string the quotes would be escaped, so this is the key and no tag's text.
        Some(at) => {
            let (tags, metadata) = written.split_at_checked(at)?;
            serde_json::from_slice::<Value>(metadata.get(BEFORE_METADATA.len() - 1..)?).ok()?;
            tags
        }
        None => written,
    };
    let parse = || {
        let value = serde_json::from_slice::<Value>(tags).map_err(|_| Flaw::whole("not JSON"))?;
        record::tags(Some(&value))
    };
    observer.tag_set(tags, parse).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_those_of_the_standard_library() {
        for text in ["0", "-0", "1", "40.690318", "0.000001", "123456789012345", "1234567890123456", "1e21", "2.5E-7"] {
            let line = format!("{text},");
            let (value, rest) = number(line.as_bytes()).unwrap();
            assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
            assert_eq!(rest, b",");
        }
        for text in ["", "01", "1.", ".5", "+1", "+Inf", "NaN", "1e999", "0x1", "--1", "1.2.3", "00.5"] {
            assert!(number(format!("{text},").as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn times_are_those_of_the_parser() {
        let mut clock = Clock::default();
        for text in [
            "2026-11-21T02:15:49.430135363Z",
            "2026-11-21T02:15:49.5Z",
            "2026-11-21T02:15:49Z",
            "2026-11-21T02:15:50.000000001Z",
            "2026-11-21T07:48:21.195208786+05:30",
            "2026-11-21T07:48:21-03:00",
            "1969-12-31T23:59:59.25Z",
        ] {
            let line = format!("{text}\",");
            let (at, rest) = clock.read(line.as_bytes()).unwrap();
            assert_eq!(i128::from(at.0), text.parse::<jiff::Timestamp>().unwrap().as_nanosecond(), "{text}");
            assert_eq!(rest, b"\",");
        }
        for text in [
            "2026-11-21T02:15:49.Z\"",
            "2026-11-21T02:15:49.1234567890Z\"",
            "2026-13-21T02:15:49Z\"",
            "2026-11-21T02:15:60Z\"",
        ] {
            assert!(clock.read(text.as_bytes()).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_decimal_is_the_nearest_double(whole in 0_u64..1_000_000_000, decimals in "[0-9]{1,12}", negative: bool) {
            let text = format!("{}{whole}.{decimals}", if negative { "-" } else { "" });
            let line = format!("{text},");
            let (value, _) = number(line.as_bytes()).unwrap();
            prop_assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits());
        }
    }
}
