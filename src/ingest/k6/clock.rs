//! Time stamps as k6 writes them, most of which have been read a line ago.

use crate::ingest::decimal;
use crate::unit::{NANOS_PER_SECOND, Timestamp};

/// `2026-11-21T02:15:49`
const SECOND_LEN: usize = 19;
/// What follows a time of k6's own making, which is in UTC: its zone and quote.
const BEHIND_UTC: &[u8] = b"Z\"";
/// Nanoseconds of one step of a fraction of so many digits.
const STEPS: [i64; 9] = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10];

/// A Clock reads time stamps. Those of one request are the same to the last digit, and those of one second differ in their
/// fraction only.
#[derive(Default)]
pub(super) struct Clock {
    /// The last time stamp with the quote behind it, and its instant.
    stamp: Vec<u8>,
    at: i64,
    /// The last second of any stamp up to the point, and its instant.
    second: Vec<u8>,
    zone: Vec<u8>,
    nanos: i64,
}

impl Clock {
    /// Reads `2026-11-21T02:15:49.430135363Z"`, with 0–9 digits of fraction and any zone; returns what follows the quote.
    #[expect(clippy::inline_always, reason = "a part of the loop over rows")]
    #[inline(always)]
    pub(super) fn read<'l>(&mut self, text: &'l [u8]) -> Option<(Timestamp, &'l [u8])> {
        if let Some(rest) = text.strip_prefix(self.stamp.as_slice())
            && !self.stamp.is_empty()
        {
            return Some((Timestamp(self.at), rest));
        }
        let (at, len) = self.within_second(text).or_else(|| self.any(text))?;
        let (stamp, rest) = text.split_at_checked(len)?;
        self.stamp.clear();
        self.stamp.extend_from_slice(stamp);
        self.at = at;
        Some((Timestamp(at), rest))
    }

    /// A time in UTC within the last second: its instant and the length of its stamp.
    #[inline]
    fn within_second(&self, text: &[u8]) -> Option<(i64, usize)> {
        let fraction = text.strip_prefix(self.second.as_slice())?.strip_prefix(b".")?;
        let (first, count) = decimal::digits(fraction)?;
        let rest = fraction.get(count..)?;
        let (nanos, rest, count) = match rest.split_first() {
            Some((ninth, behind)) if count == 8 && ninth.is_ascii_digit() => {
                (i64::try_from(first).ok()? * 10 + i64::from(ninth - b'0'), behind, 9)
            }
            _ if count > 0 => (i64::try_from(first).ok()? * STEPS.get(count)?, rest, count),
            _ => return None,
        };
        let known = self.zone == b"Z" && rest.starts_with(BEHIND_UTC);
        let len = SECOND_LEN + 1 + count + BEHIND_UTC.len();
        known.then(|| self.nanos.checked_add(nanos).map(|at| (at, len))).flatten()
    }

    /// Any time at all.
    #[cold]
    fn any(&mut self, text: &[u8]) -> Option<(i64, usize)> {
        let (second, rest) = text.split_at_checked(SECOND_LEN)?;
        let (fraction, rest) = match rest.strip_prefix(b".") {
            Some(digits) => fraction(digits)?,
            None => (0, rest),
        };
        let (zone, rest) = rest.split_at_checked(memchr::memchr(b'"', rest)?)?;
        if second != self.second || zone != self.zone {
            self.set(second, zone)?;
        }
        Some((self.nanos.checked_add(fraction)?, text.len() - rest.len() + 1))
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

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: [&str; 12] = [
        "2026-11-21T02:15:49.430135363Z",
        "2026-11-21T02:15:49.430135363Z",
        "2026-11-21T02:15:49.5Z",
        "2026-11-21T02:15:49.43013536Z",
        "2026-11-21T02:15:49.4301353Z",
        "2026-11-21T02:15:49Z",
        "2026-11-21T02:15:49.000000001Z",
        "2026-11-21T02:15:50.000000001Z",
        "2026-11-21T07:48:21.195208786+05:30",
        "2026-11-21T07:48:21.5Z",
        "2026-11-21T07:48:21-03:00",
        "1969-12-31T23:59:59.25Z",
    ];

    #[test]
    fn times_are_those_of_the_parser() {
        let mut clock = Clock::default();
        for behind in ["", ",\"value\":1,"] {
            for text in TIMES {
                let line = format!("{text}\"{behind}");
                let (at, rest) = clock.read(line.as_bytes()).unwrap();
                assert_eq!(i128::from(at.0), text.parse::<jiff::Timestamp>().unwrap().as_nanosecond(), "{text}");
                assert_eq!(rest, behind.as_bytes());
            }
        }
        for text in [
            "2026-11-21T02:15:49.Z\"",
            "2026-11-21T02:15:49.1234567890Z\"",
            "2026-13-21T02:15:49Z\"",
            "2026-11-21T02:15:60Z\"",
            "1969-12-31T23:59:59.250000000",
        ] {
            assert!(clock.read(text.as_bytes()).is_none(), "{text}");
            assert!(clock.read(format!("{text},and more behind it").as_bytes()).is_none(), "{text}");
        }
    }
}
