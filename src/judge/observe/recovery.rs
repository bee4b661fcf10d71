//! After the load: whether, and how soon, the service answers again.

use super::Scope;
use super::slice::{cut, width_s};
use crate::fmt;
use crate::judge::case::JudgedTest;
use crate::judge::interval::float;
use crate::judge::observation::{Nature, Observation};
use crate::model::key::ColumnKind;
use crate::model::test::MonitorColumn;
use crate::unit::Unit;

/// The load is over when users have fallen below this share of their most.
const FALLEN: f64 = 0.5;
/// A service answers again when no more than this share fails.
const FAILING: f64 = 0.05;
/// It is looked at in steps of so many seconds at least.
const STEP_S: f64 = 1.0;

/// The part of a run after its load has fallen, in seconds from the start.
pub(super) fn after(judged: JudgedTest<'_>) -> Result<(f64, f64), String> {
    let wrong = "the load did not fall before the run ended: let a few users go on after it";
    let timeline = judged.test.timeline.as_ref().ok_or("phases are not known without times")?;
    let start = judged.test.span.ok_or("phases are not known without times")?.start;
    let most = timeline.users.iter().copied().flatten().reduce(f64::max).ok_or("users over time are not known")?;
    let loaded = |users: &Option<f64>| users.is_some_and(|users| users >= FALLEN * most);
    let last = timeline.users.iter().rposition(loaded).ok_or(wrong)?;
    let width = width_s(timeline);
    let from = width.mul_add(float((last + 1) as u64), timeline.start.seconds_since(start));
    let to = judged.test.duration_s.unwrap_or_default();
    if to - from >= STEP_S.max(width) { Ok((from, to)) } else { Err(wrong.to_owned()) }
}

/// Time from the end of the load until the service answers again, by the requests that came after it, else by a health probe.
pub(super) fn time(scope: &Scope<'_>) -> Result<Observation, String> {
    match after(scope.judged) {
        Ok(part) => by_requests(scope, part),
        Err(why) => by_probe(scope).unwrap_or(Err(format!("{why}, or record a probe's status with the monitors"))),
    }
}

fn by_requests(scope: &Scope<'_>, (from, to): (f64, f64)) -> Result<Observation, String> {
    let width = scope.judged.test.timeline.as_ref().map_or(STEP_S, width_s).max(STEP_S);
    let mut at = from;
    let mut seen = 0_u64;
    while at + width <= to + width / 2.0 {
        let slice = cut(scope, (at, at + width))?;
        seen += slice.requests;
        if slice.requests > 0 && float(slice.failures) <= FAILING * float(slice.requests) {
            return Ok(answered(at - from, "by the requests after the load"));
        }
        at += width;
    }
    if seen == 0 {
        return Err("no request was sent after the load".to_owned());
    }
    never(scope, to - from)
}

/// `None` where there is no probe, or it was not read after the run.
fn by_probe(scope: &Scope<'_>) -> Option<Result<Observation, String>> {
    let end = scope.judged.test.span?.end;
    let is_probe =
        |column: &&MonitorColumn| column.kind == ColumnKind::Category && column.name.to_lowercase().contains("status");
    let column = scope.judged.test.monitors.iter().find(is_probe)?;
    let later: Vec<_> = column.readings.iter().filter(|(at, _)| *at > end).collect();
    let last = later.last()?.0.seconds_since(end);
    let fine = |value: f64| (200.0..400.0).contains(&value);
    let first = later.iter().find(|(_, value)| value.is_some_and(fine));
    Some(first.map_or_else(
        || never(scope, last),
        |(at, _)| Ok(answered(at.seconds_since(end), &format!("by the probe `{}`", fmt::plain(&column.name)))),
    ))
}

fn answered(seconds: f64, by: &str) -> Observation {
    let seen = Observation::counted(seconds.max(0.0) * 1e6, Unit::Micros);
    Observation { nature: Nature::Course, why: Some(by.to_owned()), ..seen }
}

/// It did not answer while anybody looked: that misses a limit that is not longer, and says nothing of a longer one.
fn never(scope: &Scope<'_>, watched_s: f64) -> Result<Observation, String> {
    let watched = watched_s * 1e6;
    if scope.limit.is_some_and(|limit| watched >= limit) {
        return Ok(answered(watched_s, "and it had not answered then"));
    }
    Err(format!("it did not answer in the {} after the load that are known", fmt::duration_s(watched_s)))
}
