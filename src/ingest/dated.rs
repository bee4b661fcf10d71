//! Dates in the orders that people and spreadsheets write: `2026/11/21`, `21.11.2026`, `11/21/2026`, with a time of day behind
//! them. Of `05/11/2026` somebody has to know which number is the day: other rows, or `inputs.time_format`.

use crate::unit::{NANOS_PER_SECOND, Timestamp};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The parts of a date and time of day without zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    /// Nanoseconds of the minute.
    pub(super) nanos: i64,
    /// Whether it is finer than a second.
    pub(super) finer: bool,
    /// Bytes up to the minute, its last digit included.
    pub(super) minute_ends: usize,
}

impl Parts {
    /// Year, month and day in the orders that can be told apart: `2026/11/21` and `2026-11-21`, `21.11.2026` as it is
    /// written with points, and JMeter's own `11/21/26`. Of `11/05/2026` somebody has to know which is the day.
    pub(super) fn of(text: &[u8], day_first: Option<bool>) -> Option<Self> {
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
        let minute_ends = if afternoon.is_some() { text.len() } else { text.len() - rest.len() };
        let (nanos, finer) = Self::of_minute(rest)?;
        Some(Self {
            year: i16::try_from(year).ok()?,
            month: i8::try_from(month).ok()?,
            day: i8::try_from(day).ok()?,
            hour: i8::try_from(hour).ok()?,
            minute: i8::try_from(minute.0).ok()?,
            nanos,
            finer,
            minute_ends,
        })
    }

    /// The beginning of its minute on the clock on the wall; `None` of a day or an hour that no calendar has.
    pub(super) fn to_minute(self) -> Option<DateTime> {
        DateTime::new(self.year, self.month, self.day, self.hour, self.minute, 0, 0).ok()
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

/// A date and time of day in nanoseconds, as it would be in UTC; `None` where it is none, or could be two: unlike JMeter's
/// manual, nobody says which number of `05/11/26` is the day.
pub(super) fn certain(text: &str, day_first: Option<bool>) -> Option<Timestamp> {
    let text = text.trim().as_bytes();
    let parts = Parts::of(text, day_first.or(Some(true)))?;
    if day_first.is_none() && Parts::of(text, Some(false)) != Some(parts) {
        return None;
    }
    let minute = parts.to_minute()?.to_zoned(TimeZone::UTC).ok()?.timestamp().as_nanosecond();
    i64::try_from(minute).ok()?.checked_add(parts.nanos).map(Timestamp)
}

/// What has to be said of a date whose day and month cannot be told apart; `None` of any other text.
pub(super) fn ask(text: &str) -> Option<String> {
    let is_date = |day_first| certain(text, day_first).is_some();
    let asked = !is_date(None) && (is_date(Some(true)) || is_date(Some(false)));
    asked.then(|| format!("of `{}` it is not known which number is the day", crate::fmt::excerpt(text.as_bytes())))
}

/// What to do about it.
pub(super) const WHICH_IS_THE_DAY: &str = "set inputs.time_format = \"dd/MM/yyyy\" or \"MM/dd/yyyy\"";

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

    #[test]
    fn a_date_is_certain_where_no_other_order_makes_one() {
        let at = Timestamp(1_795_226_514_123_000_000);
        for text in
            ["21.11.2026 02:01:54,123", "21/11/2026 02:01:54.123", "11/21/2026 02:01:54.123", "11/21/26 2:01:54.123 AM"]
        {
            assert_eq!(certain(text, None), Some(at), "{text}");
            assert_eq!(ask(text), None, "{text}");
        }
        // A point stands where the day comes first.
        assert_eq!(certain("05.11.2026 10:00", None), certain("2026-11-05 10:00", None));
        for text in ["05/11/2026 10:00", "05/11/26 10:00"] {
            assert_eq!(certain(text, None), None, "{text}");
            assert!(ask(text).unwrap().contains(text));
            assert_eq!(certain(text, Some(true)), certain("2026-11-05 10:00", None), "{text}");
            assert_eq!(certain(text, Some(false)), certain("2026-05-11 10:00", None), "{text}");
        }
        assert!(certain("05/05/2026 10:00", None).is_some(), "the fifth of May either way");
        for text in ["", "soon", "31/31/2026 10:00", "21.11.2026", "1.5", "30.02.2026 10:00"] {
            assert_eq!((certain(text, None), ask(text)), (None, None), "{text}");
        }
    }
}
