//! Time stamps of a JTL: unix milliseconds, or a date and time of day in one of the formats that people set.

use crate::ingest::own::instant;
use crate::unit::{NANOS_PER_SECOND, Timestamp};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const NANOS_PER_MS: i64 = 1_000_000;

/// A Stamps reads one file's time stamps. It remembers the last date and minute, because rows come in order of time.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    zone: Option<TimeZone>,
    /// Whether the day comes first in dates with slashes and the year at their end.
    day_first: Option<bool>,
    /// A stamp's text up to its minute, and that minute in unix nanoseconds.
    minute: Option<(Vec<u8>, i64)>,
    /// Whether a stamp named no zone.
    pub(super) zoneless: bool,
    /// Whether any stamp is finer than a second.
    pub(super) finer: bool,
}

/// The parts of a date and time of day without zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    /// Nanoseconds of the minute.
    nanos: i64,
    finer: bool,
    /// Bytes up to the minute, its last digit included.
    to_minute: usize,
}

impl Stamps {
    /// A reader for stamps that are in that zone where they name none; UTC without one.
    pub(super) fn new(zone: Option<TimeZone>) -> Self {
        Self { zone, ..Self::default() }
    }

    /// The same where it is known whether the day comes before the month in `05/11/2026`.
    pub(super) fn with_day_first(self, day_first: Option<bool>) -> Self {
        Self { day_first, ..self }
    }

    /// The instant; `None` where the text is none.
    #[inline]
    pub(super) fn read(&mut self, text: &[u8]) -> Option<Timestamp> {
        match milliseconds(text) {
            Some(at) => {
                self.finer = true;
                Some(at)
            }
            None => self.dated(text.trim_ascii()),
        }
    }

    /// The instant of so many unix milliseconds; `None` beyond the clock's range.
    #[inline]
    pub(super) fn unix_ms(milliseconds: u64) -> Option<Timestamp> {
        i64::try_from(milliseconds).ok()?.checked_mul(NANOS_PER_MS).map(Timestamp)
    }

    fn dated(&mut self, text: &[u8]) -> Option<Timestamp> {
        let Some(parts) = Parts::of(text, self.day_first) else { return self.foreign(text) };
        self.zoneless = true;
        self.finer |= parts.finer;
        let to_minute = text.get(..parts.to_minute)?;
        let minute = match &self.minute {
            Some((known, nanos)) if known == to_minute => *nanos,
            _ => {
                let nanos = self.minute_of(parts)?;
                self.minute = Some((to_minute.to_vec(), nanos));
                nanos
            }
        };
        minute.checked_add(parts.nanos).map(Timestamp)
    }

    /// A minute of the clock on the wall. In the hour that comes twice a year it is taken for the first.
    fn minute_of(&self, parts: Parts) -> Option<i64> {
        let civil = DateTime::new(parts.year, parts.month, parts.day, parts.hour, parts.minute, 0, 0).ok()?;
        let zone = self.zone.clone().unwrap_or(TimeZone::UTC);
        i64::try_from(civil.to_zoned(zone).ok()?.timestamp().as_nanosecond()).ok()
    }

    /// What other programs write into the column: unix time in another unit, RFC 3339 with a zone.
    fn foreign(&mut self, text: &[u8]) -> Option<Timestamp> {
        let text = std::str::from_utf8(text).ok()?;
        match instant::read(text)? {
            instant::Clock::At(at) => {
                self.finer |= at.0 % NANOS_PER_SECOND != 0;
                Some(at)
            }
            instant::Clock::Zoneless(_) | instant::Clock::SinceStart => None,
        }
    }
}

/// JMeter's default: 13 digits of unix milliseconds (12 until 2001).
#[inline]
fn milliseconds(text: &[u8]) -> Option<Timestamp> {
    if !matches!(text.len(), 12..=14) {
        return None;
    }
    let mut whole: i64 = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        whole = whole * 10 + i64::from(digit);
    }
    whole.checked_mul(NANOS_PER_MS).map(Timestamp)
}

impl Parts {
    /// Year, month and day in the orders that can be told apart: `2026/11/21` and `2026-11-21`, `21.11.2026` as it is
    /// written with points, and JMeter's own `11/21/26`. Of `11/05/2026` somebody has to know which is the day.
    fn of(text: &[u8], day_first: Option<bool>) -> Option<Self> {
        let (first, rest) = digits(text)?;
        let (separator, rest) = rest.split_first()?;
        let (second, rest) = digits(rest)?;
        let rest = rest.strip_prefix(&[*separator])?;
        let (third, rest) = digits(rest)?;
        let (year, month, day) = match (separator, first.1, third.1) {
            (b'/' | b'-' | b'.', 4, 1 | 2) => (first.0, second.0, third.0),
            (b'.', 1 | 2, 4) => (third.0, second.0, first.0),
            (b'/', 1 | 2, 2 | 4) => {
                let year = if third.1 == 2 { 2000 + third.0 } else { third.0 };
                // JMeter's manual has the month first where the year has two digits.
                let usual = (third.1 == 2).then_some(false);
                let by_number = if first.0 > 12 { Some(true) } else { (second.0 > 12).then_some(false) };
                if by_number.or(day_first).or(usual)? { (year, second.0, first.0) } else { (year, first.0, second.0) }
            }
            _ => return None,
        };
        let (mut rest, afternoon) = without_half(rest);
        // Between date and time stands a blank, a `T`, or what people set so that no blank is in the field.
        while let Some((b' ' | b'T' | b'_' | b'-', after)) = rest.split_first() {
            rest = after;
        }
        let (hour, rest) = digits(rest)?;
        let hour = of_day(hour.0, afternoon)?;
        let rest = rest.strip_prefix(b":")?;
        let (minute, rest) = digits(rest)?;
        // With halves of the day the same text before the minute may mean two of them.
        let to_minute = if afternoon.is_some() { text.len() } else { text.len() - rest.len() };
        let (nanos, finer) = Self::of_minute(rest)?;
        Some(Self {
            year: i16::try_from(year).ok()?,
            month: i8::try_from(month).ok()?,
            day: i8::try_from(day).ok()?,
            hour: i8::try_from(hour).ok()?,
            minute: i8::try_from(minute.0).ok()?,
            nanos,
            finer,
            to_minute,
        })
    }

    /// `:54.829` in nanoseconds, and whether it is finer than a second.
    fn of_minute(text: &[u8]) -> Option<(i64, bool)> {
        let Some(rest) = text.strip_prefix(b":") else { return text.is_empty().then_some((0, false)) };
        let (seconds, rest) = digits(rest)?;
        let whole = i64::from(seconds.0) * NANOS_PER_SECOND;
        if rest.is_empty() {
            return Some((whole, false));
        }
        let (b'.' | b',' | b':', rest) = rest.split_first()? else { return None };
        let (fraction, rest) = digits(rest)?;
        let scale = 10_i64.checked_pow(u32::try_from(9_usize.checked_sub(fraction.1)?).ok()?)?;
        rest.is_empty().then_some((whole + i64::from(fraction.0) * scale, true))
    }
}

/// A time of day without `AM` or `PM` at its end, and which of them it had.
fn without_half(time: &[u8]) -> (&[u8], Option<bool>) {
    let Some((before, half)) = time.split_last_chunk::<2>() else { return (time, None) };
    let afternoon = match half.to_ascii_uppercase().as_slice() {
        b"AM" => false,
        b"PM" => true,
        _ => return (time, None),
    };
    (before.trim_ascii_end(), Some(afternoon))
}

/// The hour of the day; `None` where a half of the day has no such hour.
fn of_day(hour: u32, afternoon: Option<bool>) -> Option<u32> {
    match afternoon {
        None => Some(hour),
        Some(_) if !(1..=12).contains(&hour) => None,
        Some(afternoon) => Some(hour % 12 + if afternoon { 12 } else { 0 }),
    }
}

/// Whether a time stamp is an instant as soon as it is known whether its day or its month comes first.
pub(super) fn is_ambiguous(text: &[u8]) -> bool {
    Parts::of(text.trim_ascii(), None).is_none() && Parts::of(text.trim_ascii(), Some(true)).is_some()
}

/// Whether the day comes first in dates with slashes, as far as any of these time stamps shows it by a day above 12.
pub(super) fn day_first<'a>(mut stamps: impl Iterator<Item = &'a [u8]>) -> Option<bool> {
    stamps.find_map(|text| {
        let (first, rest) = digits(text.trim_ascii())?;
        let (second, rest) = digits(rest.strip_prefix(b"/")?)?;
        rest.strip_prefix(b"/")?;
        if first.0 > 31 {
            None
        } else if first.0 > 12 {
            Some(true)
        } else {
            (second.0 > 12).then_some(false)
        }
    })
}

/// A leading number and how many digits it has, at most nine, and what follows.
fn digits(text: &[u8]) -> Option<((u32, usize), &[u8])> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(count)?;
    if !(1..=9).contains(&count) {
        return None;
    }
    let value = number.iter().fold(0_u32, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    Some(((value, count), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp(1_795_226_514_829_000_000);

    #[test]
    fn every_usual_format_is_the_same_instant() {
        let mut stamps = Stamps::default();
        for text in [
            "1795226514829",
            "2026/11/21 02:01:54.829",
            "2026/11/21_02:01:54.829",
            "2026-11-21 02:01:54.829",
            "2026-11-21T02:01:54,829",
            "2026-11-21 02:01:54:829",
            "21.11.2026 02:01:54.829",
            "11/21/26 02:01:54.829",
            "2026-11-21T03:01:54.829+01:00",
            "1795226514.829",
        ] {
            assert_eq!(stamps.read(text.as_bytes()), Some(AT), "{text}");
        }
        assert!(stamps.zoneless && stamps.finer);
        assert_eq!(stamps.read(b"2026/11/21 02:01:54"), Some(Timestamp(AT.0 - 829_000_000)));
        assert_eq!(stamps.read(b"2026/11/21 02:02"), Some(Timestamp(AT.0 + 5_171_000_000)));
    }

    #[test]
    fn a_day_above_12_tells_and_else_the_configuration() {
        let mut stamps = Stamps::default();
        for text in
            ["21/11/2026 02:01:54.829", "11/21/2026 02:01:54.829", "11/21/26 2:01:54.829 AM", "21/11/26 02:01:54.829"]
        {
            assert_eq!(stamps.read(text.as_bytes()), Some(AT), "{text}");
        }
        assert_eq!(stamps.read(b"11/21/26 02:01:54.829 PM"), Some(Timestamp(AT.0 + 12 * 3_600_000_000_000)));
        assert_eq!(stamps.read(b"11/21/26 12:01:54.829 AM"), Some(Timestamp(AT.0 - 2 * 3_600_000_000_000)));
        assert_eq!(stamps.read(b"11/21/26 13:01:54.829 AM"), None);
        let fifth = b"05/11/2026 02:01:54";
        assert!(is_ambiguous(fifth) && stamps.read(fifth).is_none());
        let mut day = Stamps::default().with_day_first(Some(true));
        let mut month = Stamps::default().with_day_first(Some(false));
        assert_eq!(day.read(fifth), Stamps::default().read(b"2026-11-05 02:01:54"));
        assert_eq!(month.read(fifth), Stamps::default().read(b"2026-05-11 02:01:54"));
        let of = |stamps: &[&str]| day_first(stamps.iter().map(|text| text.as_bytes()));
        assert_eq!(of(&["05/11/2026 1:00", "21/11/2026 1:00"]), Some(true));
        assert_eq!(of(&["05/11/2026 1:00", "05/21/2026 1:00"]), Some(false));
        assert_eq!(of(&["05/11/2026 1:00", "2026/11/21 1:00", "1795226514829"]), None);
    }

    #[test]
    fn a_zone_moves_times_that_name_none() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let mut stamps = Stamps::new(Some(zone));
        assert_eq!(stamps.read(b"2026/11/21 04:01:54.829"), Some(AT));
        assert_eq!(stamps.read(b"1795226514829"), Some(AT));
    }

    #[test]
    fn what_is_no_instant_or_could_be_two() {
        let mut stamps = Stamps::default();
        for text in [
            "",
            "soon",
            "11/05/2026 02:01:54",
            "2026/13/21 02:01:54",
            "2026/11/21",
            "2026/11/21 25:01:54",
            "2026/11/21 02:01:54.8290000001",
            "12",
            "-1795226514829",
            "99999999999999999999",
        ] {
            assert_eq!(stamps.read(text.as_bytes()), None, "{text}");
        }
    }
}
