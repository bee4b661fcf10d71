//! The test over time, all endpoints together, as charts and evidence show it.

use super::figures::SeriesFigures;
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
/// or while the typical one has fewer requests than this and enough of them remain: a p95 of seven requests is noise.
const REQUESTS_A_POINT: f64 = 40.0;
const FEWEST_POINTS: usize = 40;
/// A point with less than this share of the typical one's requests, and fewer than five, has no quantiles: it is the edge
/// of a run, where a single straggler would draw a spike.
const EDGE: f64 = 0.25;
const FEW_REQUESTS: f64 = 5.0;

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
    for point in points(timeline.windows, together) {
        add_point(&mut figures, timeline, &series, &point, has_latency);
    }
    for (kind, counts) in &timeline.failure_kinds {
        let sums = counts.chunks(together).map(|windows| windows.iter().sum()).collect();
        figures.failure_kinds.insert(kind.clone(), sums);
    }
    if has_latency {
        blank_edges(&mut figures);
    } else {
        quote(&mut figures, timeline);
    }
    Some(figures)
}

/// How many windows make one point: a power of two, as windows themselves merge.
fn windows_a_point(requests: &[u64]) -> usize {
    let loaded = requests.iter().filter(|count| **count > 0).map(|count| real(*count));
    let typical = Readings::new(loaded).median().unwrap_or(REQUESTS_A_POINT);
    let mut together = 1;
    loop {
        let points = requests.len().div_ceil(together);
        let sparse = typical * real(together as u64) < REQUESTS_A_POINT;
        if points <= MOST_POINTS && !(sparse && points > 2 * FEWEST_POINTS) {
            return together;
        }
        together *= 2;
    }
}

fn points(windows: usize, together: usize) -> impl Iterator<Item = Range<usize>> {
    (0..windows).step_by(together).map(move |first| first..windows.min(first + together))
}

fn add_point(
    figures: &mut SeriesFigures,
    timeline: &Timeline,
    series: &[&EndpointSeries],
    point: &Range<usize>,
    has_latency: bool,
) {
    let windows = || series.iter().flat_map(|one| one.windows.get(point.clone()).unwrap_or_default());
    figures.requests.push(windows().map(|window| window.requests).sum());
    figures.failures.push(windows().map(|window| window.failures).sum());
    let users = timeline.users.get(point.clone()).unwrap_or_default();
    figures.users.push(Readings::new(users.iter().copied().flatten()).max());
    if !has_latency {
        figures.max_us.push(None);
        return;
    }
    let merged = merged(windows());
    figures.max_us.push(merged.quantile(1.0).map(micros));
    for p in SHOWN {
        let found = merged.quantile(p).map(micros);
        figures.quantiles_us.entry(fmt::quantile_name(p)).or_default().push(found);
    }
}

fn blank_edges(figures: &mut SeriesFigures) {
    let loaded = figures.requests.iter().filter(|count| **count > 0).map(|count| real(*count));
    let least = Readings::new(loaded).median().map_or(0.0, |typical| FEW_REQUESTS.min(EDGE * typical));
    for values in figures.quantiles_us.values_mut() {
        for (value, requests) in values.iter_mut().zip(&figures.requests) {
            *value = value.filter(|_| real(*requests) >= least);
        }
    }
}

fn merged<'a>(windows: impl Iterator<Item = &'a Window>) -> Histogram {
    let mut merged = Histogram::new();
    windows.filter_map(|window| window.latency.as_ref()).for_each(|latency| merged.merge(latency));
    merged.settle();
    merged
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
        assert_eq!((series.quantiles_us["p95"][60], series.quantiles_us["p95"][59].is_some()), (None, true));
        assert!(series.max_us[60].is_some(), "it is still the slowest request");
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
