//! Time stamps of a JTL: unix milliseconds, or a date and time of day in one of the formats that people set.

use crate::ingest::dated::Parts;
use crate::ingest::own::instant;
use crate::unit::{NANOS_PER_SECOND, Timestamp};
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
        let to_minute = text.get(..parts.minute_ends)?;
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
        let civil = parts.to_minute()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::dated::{day_first, is_ambiguous};

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
