//! Instants as scripts print them: unix time in s, ms, µs or ns with or without decimals, RFC 3339, and ISO without a zone.

use crate::ingest::{dated, decimal, near};
use crate::unit::{NANOS_PER_SECOND, Timestamp};
use jiff::tz::TimeZone;

/// A Clock is what a time cell turned out to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// An instant.
    At(Timestamp),
    /// A date and time without a zone, as it would be in UTC.
    Zoneless(Timestamp),
    /// A number too small to be a date: time since some start that is not stated.
    SinceStart,
}

impl Clock {
    /// The instant, where there is one; in UTC where no zone is stated.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        match self {
            Self::At(at) | Self::Zoneless(at) => Some(at),
            Self::SinceStart => None,
        }
    }

    /// The instant, where there is one. What states no zone is in that one (`inputs.timezone`), or in UTC; in the hour that
    /// comes twice a year it is taken for the first.
    #[must_use]
    pub fn timestamp_in(self, zone: Option<&TimeZone>) -> Option<Timestamp> {
        let (Self::Zoneless(at), Some(zone)) = (self, zone) else { return self.timestamp() };
        let civil = TimeZone::UTC.to_datetime(jiff::Timestamp::from_nanosecond(at.0.into()).ok()?);
        let there = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
        i64::try_from(there.as_nanosecond()).ok().map(Timestamp)
    }

    /// So much later, if it is a date.
    fn plus_nanos(self, nanos: i64) -> Self {
        match self {
            Self::At(at) => Self::At(at.plus_nanos(nanos)),
            Self::Zoneless(at) => Self::Zoneless(at.plus_nanos(nanos)),
            Self::SinceStart => self,
        }
    }
}

/// What is assumed of times that state no zone.
#[must_use]
pub fn assumed_zone(zone: Option<&TimeZone>) -> &'static str {
    match zone {
        Some(_) => "read in inputs.timezone",
        None => "read as UTC; inputs.timezone tells another",
    }
}

/// Clocks reads the times of one column. Rows come mostly in order of time, so the minute of the last date is remembered.
#[derive(Debug, Clone, Default)]
pub struct Clocks {
    minute: Option<Minute>,
    /// Whether the day comes first in `05/11/2026`, as far as somebody knows.
    day_first: Option<bool>,
}

/// A minute as a file writes it.
#[derive(Debug, Clone)]
struct Minute {
    /// `2026-11-21T02:02:`
    before: [u8; 17],
    /// What stands behind the seconds: a zone, or nothing.
    behind: Vec<u8>,
    begins: Clock,
}

impl Clocks {
    /// The same where somebody knows whether the day comes first in `05/11/2026`.
    #[must_use]
    pub fn with_day_first(self, day_first: Option<bool>) -> Self {
        Self { day_first, ..self }
    }

    /// The same as [`read`], and dates that can only be read where it is known which number is the day.
    pub fn read(&mut self, text: &str) -> Option<Clock> {
        if let Some(clock) = self.minute.as_ref().and_then(|minute| minute.read(text.as_bytes())) {
            return Some(clock);
        }
        let clock = read(text).or_else(|| dated::certain(text, self.day_first).map(Clock::Zoneless))?;
        self.minute = Minute::of(text.as_bytes(), clock).or(self.minute.take());
        Some(clock)
    }
}

impl Minute {
    /// The minute in which a text lies that was read as this; `None` of texts that are no dates in the usual form.
    fn of(text: &[u8], clock: Clock) -> Option<Self> {
        let (before, rest) = text.split_first_chunk::<17>()?;
        let (nanos, behind) = seconds(rest)?;
        let form = matches!(before, [_, _, _, _, b'-', _, _, b'-', _, _, _, _, _, b':', _, _, b':']);
        form.then(|| Self { before: *before, behind: behind.to_vec(), begins: clock.plus_nanos(-nanos) })
    }

    fn read(&self, text: &[u8]) -> Option<Clock> {
        let (nanos, behind) = seconds(text.strip_prefix(&self.before)?)?;
        (behind == self.behind).then(|| self.begins.plus_nanos(nanos))
    }
}

/// The seconds of a minute at the front of a text, in nanoseconds, and what stands behind them. `None` where they are not two
/// digits below 60 and at most nine decimals.
fn seconds(text: &[u8]) -> Option<(i64, &[u8])> {
    let (whole @ [b'0'..=b'5', b'0'..=b'9'], rest) = text.split_first_chunk::<2>()? else { return None };
    let number = |digits: &[u8]| digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let Some(fraction) = rest.strip_prefix(b".") else { return Some((number(whole) * NANOS_PER_SECOND, rest)) };
    let decimals = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let scale = 10_i64.pow(9_u32.checked_sub(u32::try_from(decimals).ok()?)?);
    let (fraction, behind) = fraction.split_at_checked(decimals)?;
    (decimals > 0).then(|| (number(whole) * NANOS_PER_SECOND + number(fraction) * scale, behind))
}

/// Before this many seconds (March 1973) a number is no unix time; the same bound tells ms, µs and ns apart.
const LEAST_UNIX: u64 = 100_000_000;
/// The same of seconds that were read as a number.
pub(in crate::ingest) const LEAST_UNIX_S: f64 = 1e8;

/// Reads a time cell; `None` where it is neither a number nor a date.
#[must_use]
pub fn read(text: &str) -> Option<Clock> {
    unix(text).or_else(|| date(text))
}

/// What is said of a cell that holds no time.
pub(in crate::ingest) fn refused(found: &str) -> String {
    if found.parse::<f64>().is_ok() && is_rounded(found) {
        let found = crate::fmt::excerpt(found.as_bytes());
        return format!(
            "should be a time, found `{found}`, which was rounded when it was written, as a spreadsheet does"
        );
    }
    if let Some(asked) = dated::ask(found) {
        return format!("{asked}: {}", dated::WHICH_IS_THE_DAY);
    }
    format!(
        "should be a time (a date and time such as RFC 3339, or unix), found `{}`",
        crate::fmt::excerpt(found.as_bytes())
    )
}

fn unix(text: &str) -> Option<Clock> {
    let bytes = text.as_bytes();
    let point = near::find(b'.', bytes);
    let whole = bytes.get(..point.unwrap_or(bytes.len()))?;
    let fraction = point.and_then(|point| bytes.get(point + 1..)).unwrap_or_default();
    let plain = !whole.is_empty() && [whole, fraction].iter().all(|part| part.iter().all(u8::is_ascii_digit));
    if !plain {
        // A spreadsheet's decimal comma.
        if let Some((seconds, decimals)) = text.split_once(',') {
            let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            return if digits(seconds) && digits(decimals) { unix(&format!("{seconds}.{decimals}")) } else { None };
        }
        // Scientific notation and signs: the rare way. Of `1.79523E+12` digits are lost: hours of requests at one instant.
        if is_rounded(text) {
            return None;
        }
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0)?;
        return unix(&format!("{value:.9}"));
    }
    let whole = u64::try_from(decimal::integer(whole)?).ok()?;
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

/// Whether a number is in scientific notation and has fewer digits than stand before its point.
fn is_rounded(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['e', 'E']) else { return false };
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    power.parse::<usize>().is_ok_and(|power| power > decimals)
}

/// The digits after the point as a share of a unit, in whole nanoseconds, rounded down: exact as printed, unlike a float.
fn fraction_of(digits: &[u8], nanos_per_unit: u64) -> u64 {
    let mut place = nanos_per_unit;
    digits.iter().fold(0, |sum, digit| {
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
    match tidy.parse::<jiff::civil::DateTime>() {
        Ok(civil) => nanos(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp()).map(Clock::Zoneless),
        Err(_) => dated::certain(text, None).map(Clock::Zoneless),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn unix_times_are_told_by_size_and_exact_as_printed() {
        let wanted = Some(Clock::At(Timestamp(1_795_226_522_317_308_000)));
        for text in
            ["1795226522.317308", "1795226522317.308", "1795226522317308", "1795226522317308000", "1795226522,317308"]
        {
            assert_eq!(read(text), wanted, "{text}");
        }
        assert_eq!(read("1.79523E+12"), None);
        assert!(refused("1.79523E+12").contains("rounded when it was written"));
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
    fn what_states_no_zone_is_in_the_given_one() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| read(text).unwrap().timestamp_in(Some(&berlin)).unwrap();
        assert_eq!(at("2026-11-21 03:02:05"), at("2026-11-21T02:02:05Z"));
        assert_eq!(at("2026-07-21 04:02:05"), at("2026-07-21T02:02:05Z"));
        // The hour that comes twice is the first; the one that never comes is the one behind it.
        assert_eq!(at("2026-10-25 02:30:00"), at("2026-10-25T00:30:00Z"));
        assert_eq!(at("2026-03-29 02:30:00"), at("2026-03-29T01:30:00Z"));
    }

    #[test]
    fn what_is_no_instant() {
        assert_eq!(read("12.5"), Some(Clock::SinceStart));
        assert_eq!(read("0"), Some(Clock::SinceStart));
        for text in [
            "",
            "soon",
            "-5",
            "1,795,226,522",
            "1795226522,",
            ",5",
            "1795226522,5.5",
            "NaN",
            "inf",
            "99999999999999999999999",
            "2026-13-45",
            "read",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_remembered_minute_changes_no_time(
            days in prop::collection::vec((20..24_u8, 0..3_u8), 1..8),
            seconds in prop::collection::vec(("[0-6][0-9]", "(|\\.|\\.[0-9]{1,10}|,5)", "(|Z|\\+01:00| UTC| )"), 8),
        ) {
            let mut clocks = Clocks::default();
            for ((day, minute), (second, fraction, zone)) in days.into_iter().zip(seconds) {
                let text = format!("2026-11-{day} 03:0{minute}:{second}{fraction}{zone}");
                prop_assert_eq!(clocks.read(&text), read(&text), "{}", text);
            }
        }
    }
}
