//! The test over time, all endpoints together, as charts and evidence show it.

use super::figures::SeriesFigures;
use super::percentile;
use super::phases;
use super::reading::{Readings, real};
use crate::fmt;
use crate::model::histogram::Histogram;
use crate::model::test::{EndpointSeries, Test, Timeline, Window};
use std::ops::Range;

/// Quantiles over time.
const SHOWN: [f64; 3] = [0.5, 0.95, 0.99];
/// Neighbouring windows are put together while there are more than this many,
const MOST_POINTS: usize = 240;
/// or while the typical one has fewer requests than this quantile needs, and enough of them remain.
const TYPICAL: f64 = 0.95;
const FEWEST_POINTS: usize = 40;
/// A quantile that the whole test could bear fewer times than this has no course.
const FEWEST_STRETCHES: usize = 3;

/// Requests, failures, quantiles and users over windows; `None` where no source has times.
#[must_use]
pub fn figures(test: &Test) -> Option<SeriesFigures> {
    let timeline = test.timeline.as_ref()?;
    let origin = phases::origin(test)?;
    let series: Vec<_> = timeline.endpoints.iter().collect();
    let has_latency = series.iter().flat_map(|one| &one.windows).any(|window| window.latency.is_some());
    let together = if has_latency { windows_a_point(&phases::requests_by_window(timeline)) } else { 1 };
    let width_s = phases::width_s(timeline) * real(together as u64);
    let mut figures =
        SeriesFigures { width_s, first_s: timeline.start.seconds_since(origin), ..SeriesFigures::default() };
    let points: Vec<Range<usize>> = points(timeline.windows, together).collect();
    for point in &points {
        add_point(&mut figures, timeline, &series, point);
    }
    for (kind, counts) in &timeline.failure_kinds {
        let sums = counts.chunks(together).map(|windows| windows.iter().sum()).collect();
        figures.failure_kinds.insert(kind.clone(), sums);
    }
    if has_latency {
        add_latencies(&mut figures, &series, &points);
    } else {
        figures.max_us = vec![None; points.len()];
        quote(&mut figures, timeline);
    }
    Some(figures)
}

fn add_latencies(figures: &mut SeriesFigures, series: &[&EndpointSeries], points: &[Range<usize>]) {
    let merged: Vec<Histogram> = points.iter().map(|point| merged(windows(series, point))).collect();
    figures.max_us = merged.iter().map(|one| one.quantile(1.0).map(micros)).collect();
    for p in SHOWN {
        figures.quantiles_us.insert(fmt::quantile_name(p), quantiles(&merged, p));
    }
    if figures.quantiles_us.values().flatten().all(Option::is_none) {
        figures.why = Some("too few requests for a course of percentiles".to_owned());
    }
}

/// A quantile at every point that has requests: of as many neighbours together as have the requests that it needs, the same at
/// each of them. What is left over at the end belongs to the last: a straggler there draws no spike.
fn quantiles(points: &[Histogram], p: f64) -> Vec<Option<f64>> {
    let needed = percentile::least_n(p);
    let mut stretches: Vec<Range<usize>> = Vec::new();
    let (mut first, mut count) = (0, 0);
    for (at, point) in points.iter().enumerate() {
        count += point.count();
        if count >= needed {
            stretches.push(first..at + 1);
            (first, count) = (at + 1, 0);
        }
    }
    if stretches.len() < FEWEST_STRETCHES {
        return vec![None; points.len()];
    }
    if let Some(last) = stretches.last_mut() {
        last.end = points.len();
    }
    let of_stretch = |stretch: Range<usize>| {
        let own = points.get(stretch).unwrap_or_default();
        std::iter::repeat_n(Histogram::sum(own).quantile(p).map(micros), own.len())
    };
    let values = stretches.into_iter().flat_map(of_stretch);
    values.zip(points).map(|(value, point)| value.filter(|_| point.count() > 0)).collect()
}

/// How many windows make one point: a power of two, as windows themselves merge.
fn windows_a_point(requests: &[u64]) -> usize {
    let loaded = requests.iter().filter(|count| **count > 0).map(|count| real(*count));
    let needed = real(percentile::least_n(TYPICAL));
    let typical = Readings::new(loaded).median().unwrap_or(needed);
    let mut together = 1;
    loop {
        let points = requests.len().div_ceil(together);
        let sparse = typical * real(together as u64) < needed;
        if points <= MOST_POINTS && !(sparse && points > 2 * FEWEST_POINTS) {
            return together;
        }
        together *= 2;
    }
}

fn points(windows: usize, together: usize) -> impl Iterator<Item = Range<usize>> {
    (0..windows).step_by(together).map(move |first| first..windows.min(first + together))
}

fn windows<'a>(series: &'a [&EndpointSeries], point: &Range<usize>) -> impl Iterator<Item = &'a Window> {
    let point = point.clone();
    series.iter().flat_map(move |one| one.windows.get(point.clone()).unwrap_or_default())
}

fn add_point(figures: &mut SeriesFigures, timeline: &Timeline, series: &[&EndpointSeries], point: &Range<usize>) {
    figures.requests.push(windows(series, point).map(|window| window.requests).sum());
    figures.failures.push(windows(series, point).map(|window| window.failures).sum());
    let users = timeline.users.get(point.clone()).unwrap_or_default();
    figures.users.push(Readings::new(users.iter().copied().flatten()).max());
}

fn merged<'a>(windows: impl Iterator<Item = &'a Window>) -> Histogram {
    let mut sum = Histogram::sum(windows.filter_map(|window| window.latency.as_ref()));
    // Of a long run all points together would take more than was needed to read it.
    sum.pack();
    sum
}

#[expect(clippy::cast_precision_loss, reason = "microseconds below 2^53 are 285 years")]
fn micros(value: i64) -> f64 {
    value as f64
}

/// The tool's own percentiles, one a window as printed; they cannot be put together, so neither are the windows.
fn quote(figures: &mut SeriesFigures, timeline: &Timeline) {
    if timeline.quoted.is_empty() {
        figures.why = Some("the source has counts over time, and no latencies".to_owned());
        return;
    }
    figures.quoted = true;
    figures.quantiles_us = timeline.quoted.iter().map(|(p, values)| (fmt::quantile_name(*p), values.clone())).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};

    #[test]
    fn every_list_has_one_entry_a_point_and_nothing_is_lost() {
        let test = builder::raw_test(&Shape { seconds: 500, per_second: 5, fail_every: 10, ..Shape::default() });
        let series = figures(&test).unwrap();
        let points = series.requests.len();
        assert!((FEWEST_POINTS..=MOST_POINTS).contains(&points), "{points}");
        assert_eq!(series.requests.iter().sum::<u64>(), 2500);
        assert_eq!(series.failures.iter().sum::<u64>(), 250);
        assert_eq!((series.users.len(), series.max_us.len()), (points, points));
        assert!(series.quantiles_us.values().all(|values| values.len() == points));
    }

    #[test]
    fn a_straggler_at_the_end_draws_no_spike() {
        let mut test = builder::raw_test(&Shape { seconds: 61, per_second: 100, ..Shape::default() });
        let last = &mut test.timeline.as_mut().unwrap().endpoints[0].windows[60];
        last.requests = 1;
        last.latency = Some([649_000].into_iter().collect());
        let series = figures(&test).unwrap();
        let p95 = &series.quantiles_us["p95"];
        assert!(p95[60].is_some_and(|us| us < 649_000.0) && p95[60] == p95[59], "{:?}", &p95[58..]);
        assert!(series.max_us[60].is_some(), "it is still the slowest request");
    }

    /// A line of p99 was drawn in windows of 368 requests only, so a run of 20 a second had none, however long it was; and that of
    /// p95 in windows of 55, where it needs 72.
    #[test]
    fn a_quantile_is_of_as_many_windows_as_it_needs() {
        let test = builder::raw_test(&Shape { seconds: 60, per_second: 20, ..Shape::default() });
        let series = figures(&test).unwrap();
        let runs = |name: &str| {
            let mut values = series.quantiles_us[name].clone();
            assert!(values.iter().all(Option::is_some), "{name}");
            values.dedup();
            values.len()
        };
        assert_eq!(series.requests, [20; 60]);
        assert!(runs("p95") <= 15 && runs("p99") <= 3, "{} {}", runs("p95"), runs("p99"));
        // Of 1,000 requests three times 368 cannot be made: two stretches show no course.
        let test = builder::raw_test(&Shape { seconds: 50, per_second: 20, ..Shape::default() });
        assert!(figures(&test).unwrap().quantiles_us["p99"].iter().all(Option::is_none));
    }

    #[test]
    fn where_nothing_ended_nothing_is_drawn() {
        let mut test = builder::raw_test(&Shape { seconds: 60, per_second: 100, ..Shape::default() });
        let windows = &mut test.timeline.as_mut().unwrap().endpoints[0].windows;
        windows[30..33].fill(Window::default());
        let p99 = figures(&test).unwrap().quantiles_us["p99"].clone();
        assert_eq!((p99[29].is_some(), &p99[30..33], p99[33].is_some()), (true, &[None; 3][..], true));
    }

    #[test]
    fn busy_windows_stay_as_they_are() {
        let test = builder::raw_test(&Shape { seconds: 60, per_second: 100, ..Shape::default() });
        let series = figures(&test).unwrap();
        assert!((series.width_s - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn quoted_percentiles_are_never_put_together() {
        let mut test = builder::raw_test(&Shape { seconds: 300, per_second: 1, ..Shape::default() });
        let timeline = test.timeline.as_mut().unwrap();
        timeline.endpoints[0].windows.iter_mut().for_each(|window| window.latency = None);
        assert!(figures(&test).unwrap().why.is_some());
        test.timeline.as_mut().unwrap().quoted = vec![(0.95, vec![Some(116_000.0); 300])];
        let series = figures(&test).unwrap();
        assert!(series.quoted && series.why.is_none());
        assert_eq!(series.quantiles_us["p95"].len(), 300);
        assert_eq!(series.requests.len(), 300);
    }
}
