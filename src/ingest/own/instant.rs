//! Instants as scripts print them: unix time in s, ms, µs or ns with or without decimals, RFC 3339, and ISO without a zone.

use crate::unit::Timestamp;
use jiff::tz::TimeZone;

/// A Clock is what a time cell turned out to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// An instant.
    At(Timestamp),
    /// A date and time without a zone, read as UTC.
    Zoneless(Timestamp),
    /// A number too small to be a date: time since some start that is not stated.
    SinceStart,
}

impl Clock {
    /// The instant, where there is one.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        match self {
            Self::At(at) | Self::Zoneless(at) => Some(at),
            Self::SinceStart => None,
        }
    }

    /// The instant, where a date and time without a zone is one of that zone (`inputs.timezone`); of UTC where none is set.
    #[must_use]
    pub fn in_zone(self, zone: Option<&TimeZone>) -> Option<Timestamp> {
        match (self, zone) {
            (Self::Zoneless(at), Some(zone)) => {
                let utc = jiff::Timestamp::from_nanosecond(i128::from(at.0)).ok()?.to_zoned(TimeZone::UTC);
                let there = utc.datetime().to_zoned(zone.clone()).ok()?.timestamp();
                i64::try_from(there.as_nanosecond()).ok().map(Timestamp)
            }
            _ => self.timestamp(),
        }
    }
}

/// How a date and time without a zone is read, in words.
pub(in crate::ingest) fn read_as(zone: Option<&TimeZone>) -> &'static str {
    if zone.is_some() { "read in the zone of inputs.timezone" } else { "read as UTC" }
}

/// Before this many seconds (March 1973) a number is no unix time; the same bound tells ms, µs and ns apart.
const LEAST_UNIX: u64 = 100_000_000;

/// Reads a time cell; `None` where it is neither a number nor a date.
#[must_use]
pub fn read(text: &str) -> Option<Clock> {
    unix(text).or_else(|| date(text))
}

/// What is said of a cell that holds no time.
pub(in crate::ingest) fn refused(found: &str) -> String {
    format!("should be a time (RFC 3339 or unix), found `{}`", crate::fmt::excerpt(found.as_bytes()))
}

fn unix(text: &str) -> Option<Clock> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain =
        !whole.is_empty() && [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !plain {
        // Scientific notation (1.795e9) and signs: the rare way.
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0)?;
        return unix(&format!("{value:.9}"));
    }
    let whole: u64 = whole.parse().ok()?;
    let nanos_per_unit = match whole {
        0..LEAST_UNIX => return Some(Clock::SinceStart),
        LEAST_UNIX..100_000_000_000 => 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    let nanos = whole.checked_mul(nanos_per_unit)?.checked_add(fraction_of(fraction, nanos_per_unit))?;
    i64::try_from(nanos).ok().map(|nanos| Clock::At(Timestamp(nanos)))
}

/// The digits after the point as a share of a unit, in whole nanoseconds, rounded down: exact as printed, unlike a float.
fn fraction_of(digits: &str, nanos_per_unit: u64) -> u64 {
    let mut place = nanos_per_unit;
    digits.bytes().fold(0, |sum, digit| {
        place /= 10;
        sum + place * u64::from(digit.saturating_sub(b'0'))
    })
}

fn date(text: &str) -> Option<Clock> {
    let text = text.trim();
    if !text.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let nanos = |stamp: jiff::Timestamp| i64::try_from(stamp.as_nanosecond()).ok().map(Timestamp);
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return nanos(stamp).map(Clock::At);
    }
    // `2026/11/21 06:00:00 +0000` and a zone named UTC are what date libraries print beside RFC 3339.
    let tidy = text.replace('/', "-").replace(" UTC", "Z").replace(" GMT", "Z").replace(" +", "+").replace(" -", "-");
    if let Ok(stamp) = tidy.parse::<jiff::Timestamp>() {
        return nanos(stamp).map(Clock::At);
    }
    let civil = tidy.parse::<jiff::civil::DateTime>().ok()?;
    nanos(civil.to_zoned(TimeZone::UTC).ok()?.timestamp()).map(Clock::Zoneless)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_times_are_told_by_size_and_exact_as_printed() {
        let wanted = Some(Clock::At(Timestamp(1_795_226_522_317_308_000)));
        for text in
            ["1795226522.317308", "1795226522317.308", "1795226522317308", "1795226522317308000", "1795226522317308.0"]
        {
            assert_eq!(read(text), wanted, "{text}");
        }
        assert_eq!(read("1.795226522e9"), Some(Clock::At(Timestamp(1_795_226_522_000_000_000))));
    }

    #[test]
    fn dates_with_and_without_zone() {
        let at = Timestamp(1_795_226_525_292_434_000);
        for text in
            ["2026-11-21T02:02:05.292434Z", "2026-11-21T03:02:05.292434+01:00", "2026-11-21 02:02:05.292434 +0000"]
        {
            assert_eq!(read(text), Some(Clock::At(at)), "{text}");
        }
        for text in ["2026-11-21T02:02:05.292434", "2026-11-21 02:02:05,292434", "2026/11/21 02:02:05.292434"] {
            assert_eq!(read(text), Some(Clock::Zoneless(at)), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant() {
        assert_eq!(read("12.5"), Some(Clock::SinceStart));
        assert_eq!(read("0"), Some(Clock::SinceStart));
        for text in ["", "soon", "-5", "NaN", "inf", "99999999999999999999999", "2026-13-45", "read"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
