//! Durations, clock offsets and instants. All instants are UTC.

use super::number;
use crate::unit::Timestamp;

/// A duration in seconds as people say it: `0.4 s`, `45 s`, `1 min 30 s`, `2 h 5 min`, `3 d 4 h`.
#[must_use]
pub fn duration_s(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "not a duration".to_owned();
    }
    if seconds.abs() < 59.95 {
        return format!("{} s", number(seconds));
    }
    let sign = if seconds < 0.0 { "−" } else { "" };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates, and the sign is taken off"
    )]
    let whole = seconds.abs().round() as u64;
    let (days, hours, minutes, rest) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60);
    let two = |a: u64, a_name: &str, b: u64, b_name: &str| {
        if b == 0 { format!("{sign}{a} {a_name}") } else { format!("{sign}{a} {a_name} {b} {b_name}") }
    };
    match (days, hours) {
        (0, 0) => two(minutes, "min", rest, "s"),
        (0, _) => two(hours, "h", minutes, "min"),
        _ => two(days, "d", hours, "h"),
    }
}

/// A zone by how far it is from UTC, as RFC 3339 writes it: `+05:30`.
#[must_use]
pub fn utc_offset(seconds: i32) -> String {
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// An offset from the test's start as on a stopwatch: `0:00`, `4:40`, `1:02:05`.
#[must_use]
pub fn clock(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates; offsets before the start show as 0:00"
    )]
    let whole = seconds.max(0.0).round() as u64;
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes}:{rest:02}") }
}

fn civil(at: Timestamp) -> Option<jiff::civil::DateTime> {
    let instant = jiff::Timestamp::from_nanosecond(i128::from(at.0)).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(instant))
}

/// An instant for people, to the second: `2026-11-21 02:04:17 UTC`.
#[must_use]
pub fn instant(at: Timestamp) -> String {
    civil(at)
        .map_or_else(|| format!("{} ns since 1970", at.0), |time| format!("{} UTC", time.strftime("%Y-%m-%d %H:%M:%S")))
}

/// The day of an instant: `2026-11-21`.
#[must_use]
pub fn date(at: Timestamp) -> String {
    civil(at).map_or_else(|| instant(at), |time| time.strftime("%Y-%m-%d").to_string())
}

/// An instant for machines: RFC 3339 in UTC to the millisecond.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    civil(at).map_or_else(
        || format!("{} ns since 1970", at.0),
        |time| {
            let millis = at.0.rem_euclid(1_000_000_000) / 1_000_000;
            format!("{}.{millis:03}Z", time.strftime("%Y-%m-%dT%H:%M:%S"))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        for (seconds, text) in [
            (0.42, "0.42 s"),
            (45.0, "45 s"),
            (90.0, "1 min 30 s"),
            (600.0, "10 min"),
            (7500.0, "2 h 5 min"),
            (273_600.0, "3 d 4 h"),
        ] {
            assert_eq!(duration_s(seconds), text);
        }
    }

    #[test]
    fn instants_are_utc() {
        let at = Timestamp(1_795_226_657_769_798_327);
        assert_eq!(instant(at), "2026-11-21 02:04:17 UTC");
        assert_eq!(rfc3339(at), "2026-11-21T02:04:17.769Z");
        assert_eq!(date(Timestamp(-1)), "1969-12-31");
        assert_eq!(clock(280.2), "4:40");
        assert_eq!([0, 19_800, -12_600].map(utc_offset), ["+00:00", "+05:30", "-03:30"]);
        assert_eq!(clock(3725.0), "1:02:05");
    }
}
