//! An execution over time: windows from rows, else from counts that the tool wrote down second by second.

use super::form::Form;
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::Interval;
use crate::model::test::{EndpointData, EndpointSeries, QuotedLines, Timeline, UsersAlone, Window};
use crate::unit::{NANOS_PER_SECOND, Span, Timestamp};
use std::collections::BTreeMap;

/// The narrowest window for counts by the second: 1.6 s. In narrower ones the seconds' edges would show.
const NARROWEST_NS: i64 = 1_600_000_000;
const WINDOWS: i64 = 512;
/// Users are read less often than requests are made, and a window without a reading is unknown.
const WINDOWS_OF_USERS: i64 = 128;

/// Windows of an execution whose figures come from the first of these forms, with one row for each of these endpoints.
pub(super) fn timeline(figures: &Form, forms: &[Form], endpoints: &[EndpointData]) -> Option<Timeline> {
    let mut timeline = figures.part.timeline().or_else(|| counted(forms))?;
    timeline.endpoints = aligned(std::mem::take(&mut timeline.endpoints), endpoints, timeline.windows);
    if timeline.users.iter().all(Option::is_none) {
        let users =
            forms.iter().map(|form| form.part.users_over(&timeline)).find(|users| users.iter().any(Option::is_some));
        timeline.users = users.unwrap_or(timeline.users);
    }
    (timeline.quoted, timeline.quoted_by_endpoint) = quoted(forms, &timeline);
    Some(timeline)
}

/// Users over an execution that has no timeline.
pub(super) fn users_alone(forms: &[Form], span: Span) -> Option<UsersAlone> {
    let mut width_ns = NARROWEST_NS;
    while span.end.0.saturating_sub(span.start.0) / width_ns >= WINDOWS_OF_USERS - 1 {
        width_ns *= 2;
    }
    let first = span.start.0.div_euclid(width_ns);
    let windows = usize::try_from(span.end.0.div_euclid(width_ns) - first + 1).ok()?;
    let grid = empty(width_ns, first * width_ns, windows);
    let users = forms.iter().map(|form| form.part.users_over(&grid)).find(|users| users.iter().any(Option::is_some))?;
    Some(UsersAlone { width_ns, users })
}

fn empty(width_ns: i64, start: i64, windows: usize) -> Timeline {
    Timeline {
        width_ns,
        start: Timestamp(start),
        windows,
        endpoints: Vec::new(),
        failure_kinds: Vec::new(),
        users: vec![None; windows],
        quoted: Vec::new(),
        quoted_by_endpoint: Vec::new(),
    }
}

/// One series for each endpoint, in their order. A source that counts over time only for all endpoints together has one
/// series with an empty key.
fn aligned(series: Vec<EndpointSeries>, endpoints: &[EndpointData], windows: usize) -> Vec<EndpointSeries> {
    if series.iter().all(|one| one.key == EndpointKey::default()) {
        return series;
    }
    let mut by_key: BTreeMap<EndpointKey, EndpointSeries> =
        series.into_iter().map(|one| (one.key.clone(), one)).collect();
    let nothing = |key: &EndpointKey| EndpointSeries {
        key: key.clone(),
        windows: vec![Window::default(); windows],
        answers: Vec::new(),
    };
    endpoints.iter().map(|one| by_key.remove(&one.key).unwrap_or_else(|| nothing(&one.key))).collect()
}

/// Counts since the start at some instants, ascending: (instant, requests, failures).
type Course = Vec<(i64, u64, u64)>;

fn counted(forms: &[Form]) -> Option<Timeline> {
    let courses =
        forms.iter().map(per_second).chain(forms.iter().map(since_start)).find(|courses| !courses.is_empty())?;
    let ends =
        || courses.values().flat_map(|course| course.first().into_iter().chain(course.last())).map(|(at, _, _)| *at);
    let (first, last) = (ends().min()?, ends().max()?);
    let mut width_ns = NARROWEST_NS;
    // The last instant is an end and belongs to the window before it.
    let range = |width: i64| (first.div_euclid(width), last.saturating_sub(1).max(first).div_euclid(width));
    while range(width_ns).1 - range(width_ns).0 >= WINDOWS {
        width_ns *= 2;
    }
    let (from, to) = range(width_ns);
    let windows = usize::try_from(to - from + 1).ok()?;
    let start = from.saturating_mul(width_ns);
    let endpoints = courses
        .into_iter()
        .map(|(key, course)| EndpointSeries {
            key,
            windows: cut(&course, start, width_ns, windows),
            answers: Vec::new(),
        })
        .collect();
    Some(Timeline { endpoints, ..empty(width_ns, start, windows) })
}

/// A tool's requests per second of the run (Locust's JSON).
fn per_second(form: &Form) -> BTreeMap<EndpointKey, Course> {
    let totals = form.part.totals();
    let told = totals.iter().filter(|total| total.population == Population::Request && !total.per_second.is_empty());
    let only_sum = totals.iter().all(|total| total.endpoint.is_none() || total.per_second.is_empty());
    told.filter(|total| only_sum || total.endpoint.is_some())
        .map(|total| {
            let mut seconds = total.per_second.clone();
            seconds.sort_unstable();
            let (mut requests, mut failures) = (0, 0);
            let mut course = Course::new();
            for (second, more, failed) in seconds {
                let at = second.saturating_mul(NANOS_PER_SECOND);
                course.push((at, requests, failures));
                (requests, failures) = (more.saturating_add(requests), failed.saturating_add(failures));
                course.push((at.saturating_add(NANOS_PER_SECOND), requests, failures));
            }
            (total.endpoint.clone().unwrap_or_default(), course)
        })
        .collect()
}

/// A tool's counts since the start (Locust's history). Where they fall, the tool began anew.
fn since_start(form: &Form) -> BTreeMap<EndpointKey, Course> {
    let series = form.part.intervals();
    let only_sum = series.iter().all(|one| one.endpoint.is_none());
    let told = series.into_iter().filter(|one| only_sum || one.endpoint.is_some());
    told.filter_map(|one| {
        let course = risen(&one.rows);
        (!course.is_empty()).then(|| (one.endpoint.unwrap_or_default(), course))
    })
    .collect()
}

fn risen(rows: &[Interval]) -> Course {
    let mut course = Course::new();
    let (mut base, mut last) = ((0, 0), (0, 0));
    for row in rows {
        let Some((requests, failures)) = row.cumulative else { continue };
        if requests < last.0 {
            base = (base.0 + last.0, base.1 + last.1);
        }
        last = (requests, failures);
        if course.is_empty() && requests > 0 {
            course.push((row.at.0.saturating_sub(NANOS_PER_SECOND), 0, 0));
        }
        course.push((row.at.0, base.0 + requests, base.1 + failures));
    }
    course
}

/// What was added in each window, spread evenly between the instants that are known; whole numbers that add up to the total.
fn cut(course: &Course, start: i64, width_ns: i64, windows: usize) -> Vec<Window> {
    let (mut requests, mut failures) = (0, 0);
    (1..=windows)
        .map(|window| {
            let end = i64::try_from(window)
                .ok()
                .and_then(|window| window.checked_mul(width_ns))
                .and_then(|offset| start.checked_add(offset));
            let (all, failed) = count_at(course, end.unwrap_or(i64::MAX));
            let added = Window {
                requests: all.saturating_sub(requests),
                failures: failed.saturating_sub(failures),
                ..Window::default()
            };
            (requests, failures) = (all.max(requests), failed.max(failures));
            added
        })
        .collect()
}

fn count_at(course: &Course, at: i64) -> (u64, u64) {
    let after = course.partition_point(|(instant, _, _)| *instant <= at);
    let before = after.checked_sub(1).and_then(|last| course.get(last));
    match (before, course.get(after)) {
        (None, _) => (0, 0),
        (Some((_, requests, failures)), None) => (*requests, *failures),
        (Some(a), Some(b)) => {
            let share = |from: u64, to: u64| {
                let (passed, whole) = (i128::from(at) - i128::from(a.0), i128::from(b.0) - i128::from(a.0));
                let risen = i128::from(to.saturating_sub(from)) * passed / whole.max(1);
                from + u64::try_from(risen).unwrap_or(0)
            };
            (share(a.1, b.1), share(a.2, b.2))
        }
    }
}

/// Percentiles over time as the tool printed them, for all endpoints together and for each: the last of each window.
fn quoted(forms: &[Form], timeline: &Timeline) -> (QuotedLines, Vec<(EndpointKey, QuotedLines)>) {
    let mut of_forms = forms.iter().map(|form| form.part.intervals());
    let printed = of_forms.find(|series| series.iter().any(|one| one.rows.iter().any(|row| !row.quantiles.is_empty())));
    let series = printed.unwrap_or_default();
    let (mut all, mut by_endpoint) = (QuotedLines::new(), Vec::new());
    for one in series {
        let lines = lines(one.rows, timeline);
        match one.endpoint {
            None => all = lines,
            Some(key) => by_endpoint.push((key, lines)),
        }
    }
    by_endpoint.sort_by(|a, b| a.0.cmp(&b.0));
    (all, by_endpoint)
}

fn lines(rows: Vec<Interval>, timeline: &Timeline) -> QuotedLines {
    let mut lines = QuotedLines::new();
    for row in rows {
        let Ok(window) = usize::try_from((row.at.0 - timeline.start.0).div_euclid(timeline.width_ns)) else { continue };
        for (p, micros) in row.quantiles {
            let at = lines.iter().position(|(known, _)| known.total_cmp(&p).is_eq()).unwrap_or_else(|| {
                lines.push((p, vec![None; timeline.windows]));
                lines.len() - 1
            });
            if let Some(place) = lines.get_mut(at).and_then(|(_, line)| line.get_mut(window)) {
                *place = Some(micros);
            }
        }
    }
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_the_second_are_spread_over_windows_and_none_is_lost() {
        let course =
            vec![(0, 0, 0), (NANOS_PER_SECOND, 10, 1), (5 * NANOS_PER_SECOND, 10, 1), (6 * NANOS_PER_SECOND, 25, 2)];
        let windows = cut(&course, 0, 1_600_000_000, 4);
        let counts: Vec<u64> = windows.iter().map(|window| window.requests).collect();
        assert_eq!(counts, [10, 0, 0, 15]);
        assert_eq!(windows.iter().map(|window| window.failures).sum::<u64>(), 2);
        let fine: Vec<u64> = cut(&course, 0, 250_000_000, 24).iter().map(|window| window.requests).collect();
        assert_eq!(fine[..5], [2, 3, 2, 3, 0]);
        assert_eq!(fine.iter().sum::<u64>(), 25);
    }

    #[test]
    fn a_count_that_falls_means_that_the_tool_began_anew() {
        let row = |second: i64, requests: u64| Interval {
            at: Timestamp(second * NANOS_PER_SECOND),
            endpoint: None,
            users: None,
            rate_per_s: None,
            failures_per_s: None,
            quantiles: Vec::new(),
            cumulative: Some((requests, 0)),
        };
        let course = risen(&[row(10, 5), row(11, 9), row(12, 2), row(13, 4)]);
        let counts: Vec<u64> = course.iter().map(|(_, requests, _)| *requests).collect();
        assert_eq!(counts, [0, 5, 9, 11, 13]);
    }
}
