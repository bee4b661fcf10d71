//! A monitor that shares no time with its test, as one does whose times are in another zone.
//!
//! Clocks in different zones differ by whole or half hours. Where such a shift would lay the monitor over the test, it is
//! said, with the setting that would tell it; nothing is moved, for a monitor of the run an hour ago looks just like that.

use super::execution::Execution;
use super::form::Form;
use crate::fmt;
use crate::unit::{NANOS_PER_SECOND, Span, Timestamp};
use jiff::tz::TimeZone;

/// Zones lie half hours apart.
const STEP_S: i32 = 1800;
/// The farthest two zones are apart is 26 hours.
const STEPS: i32 = 52;
/// So much of the shorter of the two has to come to lie over the other.
const COVERED: f64 = 0.5;

/// What to say of a monitor that no test overlaps, where another zone would explain it for one of these tests.
pub(super) fn hint<'a>(
    tests: impl Iterator<Item = &'a Execution>,
    monitor: &Form,
    zone: Option<&TimeZone>,
) -> Option<String> {
    let watched = monitor.span?;
    let candidate = |test: &'a Execution| {
        let timed = test.forms.iter().find(|form| form.span.is_some())?;
        Some((shift(watched, timed.span?)?, test, timed))
    };
    let (shift, test, timed) = tests.filter_map(candidate).min_by_key(|(shift, ..)| (shift.abs(), *shift))?;
    let by = fmt::duration_s(f64::from(shift.abs()));
    let side = if shift > 0 { "behind" } else { "ahead" };
    let set = |zone_s: i32| format!("set inputs.timezone = \"{}\"", fmt::utc_offset(zone_s));
    let now = zone.map_or(0, |zone| offset_s(zone, watched.start));
    let what_to_do = match (names_no_zone(monitor), names_no_zone(timed)) {
        (true, false) => format!("its times name no zone: {}", set(now - shift)),
        (false, true) => format!("the times of {} name no zone: {}", fmt::code(&timed.file_name), set(now + shift)),
        (true, true) => {
            "neither file's times name a zone, and inputs.timezone is for both: write the monitor's with theirs"
                .to_owned()
        }
        (false, false) => {
            "both files' times name their zone or are unix times, so a clock was wrong: correct one file's times"
                .to_owned()
        }
    };
    let test = fmt::code(&test.name);
    Some(format!("its clock is {by} {side} if it watched {test}, as in another time zone; {what_to_do}"))
}

/// The seconds of whole steps that lay the monitor over the test best; of equals the least.
fn shift(monitor: Span, test: Span) -> Option<i32> {
    let shorter = monitor.seconds().min(test.seconds());
    let covered = |shift: i32| {
        let moved = i64::from(shift) * NANOS_PER_SECOND;
        let (start, end) = (monitor.start.plus_nanos(moved), monitor.end.plus_nanos(moved));
        end.min(test.end).seconds_since(start.max(test.start))
    };
    let tried = (-STEPS..=STEPS).map(|step| step * STEP_S).map(|shift| (shift, covered(shift)));
    let best = tried.max_by(|(a, best), (b, other)| best.total_cmp(other).then(b.abs().cmp(&a.abs())));
    best.filter(|(_, covered)| shorter > 0.0 && *covered >= COVERED * shorter).map(|(shift, _)| shift)
}

/// Whether its times are in a zone that had to be assumed; nothing else is said of that setting when a file is read.
fn names_no_zone(form: &Form) -> bool {
    form.file.notes.iter().any(|note| note.contains("inputs.timezone"))
}

fn offset_s(zone: &TimeZone, at: Timestamp) -> i32 {
    jiff::Timestamp::from_nanosecond(at.0.into()).map_or(0, |at| zone.to_offset(at).seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: i64, end: i64) -> Span {
        let at = |second: i64| Timestamp((1_795_225_420 + second) * NANOS_PER_SECOND);
        Span { start: at(start), end: at(end) }
    }

    #[test]
    fn the_shift_is_the_one_that_covers_most() {
        let test = span(0, 600);
        assert_eq!(shift(span(7200 - 20, 7200 + 620), test), Some(-7200));
        assert_eq!(shift(span(-19_800, -19_200), test), Some(19_800), "half hours too");
        assert_eq!(shift(span(3600 + 500, 3600 + 1100), test), None, "a sixth of it");
        assert_eq!(shift(span(86_400 * 3, 86_400 * 3 + 600), test), None, "three days are no zone");
        assert_eq!(shift(span(7200, 7200), test), None, "one reading");
        assert_eq!(shift(span(3700, 4000), span(0, 9000)), Some(0));
    }
}
