//! The course of a run: the worst stretch of it, and where a limit was first missed.
//!
//! `for 30 s` asks for the level that was held for 30 s: the limit is missed where every part of a stretch of that length lies
//! outside, so the figure is the least bad part of the worst such stretch. `within 30 s` and `over 30 s` ask for the worst
//! sliding stretch taken as a whole; `within` looks at shorter ones at the start too. A part without any request is skipped: it
//! neither ends a stretch nor makes one.

use super::Scope;
use super::answers::{Picked, picked, picks};
use super::monitor::base;
use super::share::failed;
use super::slice::{Slice, is_meant, width_s};
use crate::config::limit::{Side, Timeframe};
use crate::config::metric::{Asked, Metric, MonitorStat, Stat};
use crate::fmt;
use crate::judge::interval::{deviation_us, float};
use crate::judge::observation::{Nature, Observation};
use crate::model::key::Population;
use crate::quantity::Quantity;
use crate::unit::Unit;
use std::ops::RangeInclusive;

/// Shortest part that is looked at by itself.
const PART_S: f64 = 1.0;
/// Edges of windows are equal up to this.
const EDGE_S: f64 = 1e-6;

/// The parts of a run in order, and what the figure of a stretch of them is.
struct Course<'a> {
    spans: Vec<(f64, f64)>,
    value: Box<dyn Fn(RangeInclusive<usize>) -> Option<f64> + 'a>,
    limit: f64,
    side: Side,
    unit: Unit,
}

/// The figure of the worst stretch, and where the limit was first missed.
pub(super) fn worst(
    metric: &Metric,
    scope: &Scope<'_>,
    timeframe: Timeframe,
    (side, limit): (Side, Quantity),
) -> Result<Observation, String> {
    if let Asked::Monitor { column, stat: MonitorStat::Of(stat) } = &metric.asked {
        return worst_of(&of_monitor(scope, column, *stat, (side, limit))?, timeframe);
    }
    let limit = metric.limit(limit)?;
    let parts = parts(metric, scope, timeframe)?;
    let unnamed: u64 = parts.iter().map(|part| part.picked.unknown).sum();
    check(metric, scope, &parts)?;
    let seen = |count| worst_of(&of_windows(metric, &parts, timeframe, (side, limit), count), timeframe);
    let at_least = seen(|picked: Picked| picked.known)?;
    if unnamed == 0 {
        return Ok(at_least);
    }
    // What is not known may be all of it: only what it does not change is said.
    let at_most = seen(|picked| picked.known + picked.unknown)?;
    let open = at_least.value.zip(at_most.value).filter(|(least, most)| least < most);
    if open.is_some_and(|(least, most)| (least..=most).contains(&limit)) {
        let requests = fmt::plural(unnamed, "request", "requests");
        return Err(format!("how {requests} were answered is not known over time, and that may decide"));
    }
    Ok(at_least)
}

fn worst_of(course: &Course<'_>, timeframe: Timeframe) -> Result<Observation, String> {
    let length = course.spans.last().map_or(0.0, |last| last.1) - course.spans.first().map_or(0.0, |first| first.0);
    let stretches = course.stretches(timeframe);
    let found = stretches.iter().filter_map(|stretch| Some((*stretch, course.level(*stretch, timeframe)?)));
    let worst = found.reduce(|worst, other| if course.is_worse(other.1, worst.1) { other } else { worst });
    let Some((stretch, value)) = worst else {
        return Err(format!(
            "the run has no stretch of {} to look at: {} of it is known",
            fmt::duration_s(timeframe.seconds()),
            fmt::duration_s(length)
        ));
    };
    let breach = course.first_breach(&stretches, timeframe);
    let (from, to) = breach.unwrap_or_else(|| course.span(stretch));
    let word = if breach.is_some() { "first missed" } else { "worst" };
    Ok(Observation {
        nature: Nature::Course,
        at: Some((from, to)),
        why: Some(format!("{timeframe}, {word} from {} to {}", fmt::clock(from.max(0.0)), fmt::clock(to))),
        ..Observation::counted(value, course.unit)
    })
}

impl Course<'_> {
    fn is_worse(&self, a: f64, b: f64) -> bool {
        match self.side.larger_is_worse() {
            Some(false) => a < b,
            _ => a > b,
        }
    }

    fn span(&self, (from, to): (usize, usize)) -> (f64, f64) {
        let start = self.spans.get(from).map_or(0.0, |span| span.0);
        (start, self.spans.get(to).map_or(start, |span| span.1))
    }

    /// The stretches to look at: the shortest from each part on that are long enough; at the start also shorter ones, if asked.
    fn stretches(&self, timeframe: Timeframe) -> Vec<(usize, usize)> {
        let seconds = timeframe.seconds();
        let long_enough = |from: usize| {
            let start = self.spans.get(from)?.0;
            let to = (from..self.spans.len()).find(|to| self.span((from, *to)).1 - start >= seconds - EDGE_S)?;
            Some((from, to))
        };
        let mut found: Vec<(usize, usize)> = Vec::new();
        if matches!(timeframe, Timeframe::Within(_)) {
            let short =
                (0..self.spans.len()).take_while(|to| self.span((0, *to)).1 - self.span((0, 0)).0 < seconds - EDGE_S);
            found.extend(short.map(|to| (0, to)));
        }
        found.extend((0..self.spans.len()).filter_map(long_enough));
        found
    }

    /// The figure of a stretch: of the whole, or of the least bad of its parts. A stretch begins and ends with what is known.
    fn level(&self, (from, to): (usize, usize), timeframe: Timeframe) -> Option<f64> {
        if !matches!(timeframe, Timeframe::For(_)) {
            return (self.value)(from..=to);
        }
        let part = |at: usize| (self.value)(at..=at);
        part(from)?;
        let to = (to..self.spans.len()).find(|at| part(*at).is_some())?;
        (from..=to)
            .filter_map(part)
            .reduce(|least_bad, one| if self.is_worse(least_bad, one) { one } else { least_bad })
    }

    /// From where to where the limit was first missed: over the first stretch that misses it and all that overlap it, less what
    /// is well at their ends. A stretch of a minute that ends in a bad second begins with 59 good ones.
    fn first_breach(&self, stretches: &[(usize, usize)], timeframe: Timeframe) -> Option<(f64, f64)> {
        let missed = |stretch: (usize, usize)| self.level(stretch, timeframe).is_some_and(|level| self.misses(level));
        let is_well = |at: usize| !(self.value)(at..=at).is_some_and(|value| self.misses(value));
        let mut breaches = stretches.iter().copied().filter(|stretch| missed(*stretch));
        let first = breaches.next()?;
        let last = breaches.fold(first, |last, next| if self.span(next).0 <= self.span(last).1 { next } else { last });
        let ((mut begin, to), (from, mut end)) = (first, last);
        while begin < to && is_well(begin) && missed((begin + 1, to)) {
            begin += 1;
        }
        while from < end && is_well(end) && missed((from, end - 1)) {
            end -= 1;
        }
        Some((self.span((begin, to)).0, self.span((from, end)).1))
    }

    fn misses(&self, value: f64) -> bool {
        !self.side.holds(value, self.limit)
    }
}

/// The windows of the requests, merged to parts of a second at least. Of requests of which it is not known whether the metric
/// means them, so many count.
///
/// With `for` each part is held against the limit by itself, and how long a part is depends on how long the run was: what is counted
/// there is counted for one second of it.
fn of_windows<'a>(
    metric: &'a Metric,
    parts: &'a [Part],
    timeframe: Timeframe,
    (side, limit): (Side, f64),
    count: fn(Picked) -> u64,
) -> Course<'a> {
    let spans = parts.iter().map(|part| part.span).collect();
    let by_second = matches!(timeframe, Timeframe::For(_)) && is_counted(metric);
    let value = move |range: RangeInclusive<usize>| {
        let parts = parts.get(range)?;
        let seconds = if by_second { seconds(parts) } else { 1.0 };
        figure(metric, parts, count).map(|value| value / seconds)
    };
    Course { spans, value: Box::new(value), limit, side, unit: metric.unit().unwrap_or(Unit::Plain) }
}

/// Whether a metric grows with the time over which it is taken.
fn is_counted(metric: &Metric) -> bool {
    let asked = &metric.asked;
    matches!(asked, Asked::Failures { counted: true, .. } | Asked::Status { counted: true, .. } | Asked::SuccessCount)
        || matches!(asked, Asked::Count(_) | Asked::Bytes)
}

fn seconds(parts: &[Part]) -> f64 {
    parts.iter().map(|part| part.span.1 - part.span.0).sum()
}

/// What a metric needs must be known over time.
fn check(metric: &Metric, scope: &Scope<'_>, parts: &[Part]) -> Result<(), String> {
    let requests = || parts.iter().filter(|part| part.slice.requests > 0);
    if metric.limits_latency() && requests().any(|part| part.slice.recorded.is_none()) {
        return Err("the source has no latencies over time".to_owned());
    }
    if matches!(metric.asked, Asked::Failures { .. } | Asked::Success(_) | Asked::SuccessCount) {
        failed(scope.figures(Population::Request)?)?;
    }
    if metric.asked == Asked::Bytes && requests().any(|part| part.slice.with_bytes < part.slice.requests) {
        return Err("the source does not count the bytes of every request".to_owned());
    }
    Ok(())
}

fn is_kept(metric: &Metric) -> bool {
    match &metric.asked {
        Asked::Latency { population, successes, .. } => *population == Population::Request && !successes,
        Asked::Success(population) | Asked::Rate(population) | Asked::Count(population) => {
            *population == Population::Request
        }
        Asked::ShareOver { .. }
        | Asked::Failures { .. }
        | Asked::Status { .. }
        | Asked::Bytes
        | Asked::SuccessCount
        | Asked::UsersMax => true,
        _ => false,
    }
}

/// A part of the run.
struct Part {
    span: (f64, f64),
    slice: Slice,
    /// Those of its requests that the metric picks by how they were answered.
    picked: Picked,
    users: Option<f64>,
}

fn parts(metric: &Metric, scope: &Scope<'_>, timeframe: Timeframe) -> Result<Vec<Part>, String> {
    if !is_kept(metric) {
        return Err(format!("`{metric}` is not kept over time, so it cannot be held against a timeframe"));
    }
    let known = "the course of the run is not known: no source has times";
    let timeline = scope.judged.test.timeline.as_ref().ok_or(known)?;
    let start = scope.judged.test.span.ok_or(known)?.start;
    let width = width_s(timeline);
    if timeframe.seconds() < width - EDGE_S {
        return Err(format!(
            "the run is kept in windows of {}, which is longer than {}",
            fmt::duration_s(width),
            fmt::duration_s(timeframe.seconds())
        ));
    }
    let mut a_part = 1_usize;
    while float(a_part as u64) * width < PART_S.min(timeframe.seconds()) - EDGE_S {
        a_part += 1;
    }
    let first = timeline.start.seconds_since(start);
    let (from, to) = scope.slice.unwrap_or((first, f64::INFINITY));
    // The last part of a run is seldom whole; a rate of it would be too low.
    let end = scope.judged.test.duration_s.unwrap_or(f64::INFINITY) + EDGE_S;
    let meant: Vec<_> = timeline.endpoints.iter().filter(|series| is_meant(scope, series)).collect();
    let answers = if picks(&metric.asked) { picked(scope, timeline, &metric.asked)? } else { Vec::new() };
    let mut found = Vec::new();
    for begin in (0..timeline.windows).step_by(a_part) {
        let edge = |window: usize| width.mul_add(float(window as u64), first);
        let span = (edge(begin), edge((begin + a_part).min(timeline.windows)));
        if span.0 < from - EDGE_S || span.1 > to + EDGE_S || (span.1 > end && begin > 0) {
            continue;
        }
        let mut slice = Slice::empty();
        for series in &meant {
            series.windows.iter().skip(begin).take(a_part).for_each(|window| slice.add(window));
        }
        let users = timeline.users.iter().skip(begin).take(a_part).copied().flatten();
        let mut picked = Picked::default();
        answers.iter().skip(begin).take(a_part).for_each(|one| picked.add(*one));
        found.push(Part { span, slice, picked, users: users.reduce(f64::max) });
    }
    Ok(found)
}

/// A metric's figure over some parts together; `None` where nothing happened that it could be of.
fn figure(metric: &Metric, parts: &[Part], count: fn(Picked) -> u64) -> Option<f64> {
    let requests: u64 = parts.iter().map(|part| part.slice.requests).sum();
    let failures: u64 = parts.iter().map(|part| part.slice.failures).sum();
    let seconds = seconds(parts);
    let share = |of: u64| (requests > 0).then(|| float(of) / float(requests));
    match &metric.asked {
        Asked::Latency { stat, .. } => latency(parts, *stat),
        Asked::ShareOver { limit_us } => {
            #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
            let limit = limit_us.floor() as i64;
            let within = parts.iter().filter_map(|part| part.slice.recorded.as_ref());
            let within: u64 = within.map(|recorded| recorded.histogram.count_at_or_below(limit)).sum();
            share(requests.saturating_sub(within))
        }
        asked if picks(asked) => {
            let picked = parts.iter().map(|part| count(part.picked)).sum();
            if metric.unit() == Some(Unit::Ratio) { share(picked) } else { Some(float(picked)) }
        }
        Asked::Failures { counted: true, .. } => Some(float(failures)),
        Asked::Failures { .. } => share(failures),
        Asked::Bytes => Some(parts.iter().map(|part| float(part.slice.bytes)).sum()),
        Asked::Success(_) => share(requests - failures.min(requests)),
        Asked::SuccessCount => Some(float(requests - failures.min(requests))),
        Asked::Rate(_) => (seconds > 0.0).then(|| float(requests) / seconds),
        Asked::Count(_) => Some(float(requests)),
        Asked::UsersMax => parts.iter().filter_map(|part| part.users).reduce(f64::max),
        _ => None,
    }
}

fn latency(parts: &[Part], stat: Stat) -> Option<f64> {
    if let [part] = parts {
        return part.slice.figure(stat);
    }
    let mut all = Slice::empty();
    for part in parts {
        all.merge(&part.slice);
    }
    all.figure(stat)
}

impl Slice {
    pub(super) fn figure(&self, stat: Stat) -> Option<f64> {
        let recorded = self.recorded.as_ref().filter(|recorded| recorded.count() > 0)?;
        match stat {
            Stat::Mean => recorded.mean_us(),
            Stat::Min => self.least_us(),
            Stat::Max => self.most_us(),
            Stat::Deviation => deviation_us(recorded),
            Stat::Quantile(p) => self.quantile_us(p),
        }
    }

    fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.failures += other.failures;
        match (&mut self.recorded, &other.recorded) {
            (Some(own), Some(recorded)) => {
                own.histogram.merge(&recorded.histogram);
                own.sum_ns = own.sum_ns.saturating_add(recorded.sum_ns);
            }
            (own, None) if other.requests > 0 => *own = None,
            _ => {}
        }
    }
}

/// A monitor's readings, each a part of no length.
fn of_monitor<'a>(
    scope: &Scope<'a>,
    name: &str,
    stat: Stat,
    (side, limit): (Side, Quantity),
) -> Result<Course<'a>, String> {
    let test = scope.judged.test;
    let start = test.span.ok_or("the course of the run is not known: no source has times")?;
    let column = test
        .monitors
        .iter()
        .find(|column| column.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| format!("the monitor has no column `{name}`"))?;
    let (unit, scale) = base(&column.unit);
    let readings: Vec<(f64, f64)> = column
        .readings
        .iter()
        .filter(|(at, _)| (start.start..=start.end).contains(at))
        .filter_map(|(at, value)| Some((at.seconds_since(start.start), (*value)? * scale)))
        .collect();
    let spans = readings.iter().map(|(at, _)| (*at, *at)).collect();
    let value = move |range: RangeInclusive<usize>| of_readings(readings.get(range)?, stat);
    let limit = if limit.unit == Unit::Plain { limit.value * scale } else { limit.value };
    Ok(Course { spans, value: Box::new(value), limit, side, unit })
}

fn of_readings(readings: &[(f64, f64)], stat: Stat) -> Option<f64> {
    let values = || readings.iter().map(|(_, value)| *value);
    let n = float(readings.len() as u64);
    match stat {
        Stat::Mean => Some(values().sum::<f64>() / n),
        Stat::Min => values().reduce(f64::min),
        Stat::Max => values().reduce(f64::max),
        Stat::Quantile(p) => {
            let mut sorted: Vec<f64> = values().collect();
            sorted.sort_by(f64::total_cmp);
            let rank = (p * n).ceil().max(1.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and n")]
            let at = rank as usize - 1;
            sorted.get(at).copied()
        }
        Stat::Deviation => None,
    }
}

#[cfg(test)]
mod tests;
