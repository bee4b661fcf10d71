//! What several generators' tools wrote about their counts over time (several Locust masters), added up.
//!
//! Counts since the start add: at each instant that any of them wrote, what each had counted by then. Rates that a tool
//! smoothed and percentiles of its sliding windows do not, and are left out.

use crate::model::folded::FoldedIntervals;
use crate::model::key::EndpointKey;
use crate::model::sample::Interval;
use crate::unit::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Counts since the start at the instants that they were written: requests, failures.
type Course = BTreeMap<Timestamp, (u64, u64)>;

/// Both generators' rows over time together.
pub(super) fn added(ours: FoldedIntervals, other: FoldedIntervals) -> FoldedIntervals {
    let extremes = match (ours.extremes, other.extremes) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    };
    let mut courses: BTreeMap<Option<EndpointKey>, Course> = BTreeMap::new();
    for (endpoint, rows) in ours.series.into_iter().chain(other.series) {
        let course = risen(&rows);
        let sum = courses.get(&endpoint).map_or_else(|| course.clone(), |own| sum(own, &course));
        courses.insert(endpoint, sum);
    }
    let series = courses.into_iter().map(|(endpoint, course)| {
        let rows = course.into_iter().map(|(at, counts)| row(at, endpoint.clone(), counts)).collect();
        (endpoint, rows)
    });
    FoldedIntervals { extremes, series: series.collect() }
}

/// Counts that never fall: where a tool began anew, what it had counted until then stays.
fn risen(rows: &[Interval]) -> Course {
    let (mut base, mut last) = ((0_u64, 0_u64), (0_u64, 0_u64));
    let counted = rows.iter().filter_map(|row| Some((row.at, row.cumulative?)));
    counted
        .map(|(at, counts)| {
            if counts.0 < last.0 {
                base = plus(base, last);
            }
            last = counts;
            (at, plus(base, counts))
        })
        .collect()
}

fn sum(a: &Course, b: &Course) -> Course {
    let instants: BTreeSet<Timestamp> = a.keys().chain(b.keys()).copied().collect();
    let by = |course: &Course, at: Timestamp| course.range(..=at).next_back().map_or((0, 0), |(_, counts)| *counts);
    instants.into_iter().map(|at| (at, plus(by(a, at), by(b, at)))).collect()
}

fn plus(a: (u64, u64), b: (u64, u64)) -> (u64, u64) {
    (a.0.saturating_add(b.0), a.1.saturating_add(b.1))
}

fn row(at: Timestamp, endpoint: Option<EndpointKey>, counts: (u64, u64)) -> Interval {
    Interval {
        at,
        endpoint,
        users: None,
        rate_per_s: None,
        failures_per_s: None,
        quantiles: Vec::new(),
        cumulative: Some(counts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::NANOS_PER_SECOND;

    fn of(rows: &[(i64, u64, u64)]) -> FoldedIntervals {
        let at = |second: i64| Timestamp(second * NANOS_PER_SECOND);
        let extremes = rows.first().zip(rows.last()).map(|(first, last)| (at(first.0), at(last.0)));
        let rows = rows.iter().map(|(second, all, failed)| row(at(*second), None, (*all, *failed))).collect();
        FoldedIntervals { extremes, series: vec![(None, rows)] }
    }

    fn counts(of: &FoldedIntervals) -> Vec<(u64, u64)> {
        of.series[0].1.iter().filter_map(|row| row.cumulative).collect()
    }

    #[test]
    fn each_instant_has_what_every_generator_had_counted() {
        let (a, b) = (of(&[(1, 5, 0), (2, 9, 1), (4, 20, 1)]), of(&[(2, 3, 0), (3, 6, 2)]));
        let both = added(a.clone(), b.clone());
        assert_eq!(counts(&both), [(5, 0), (12, 1), (15, 3), (26, 3)]);
        assert_eq!(added(b.clone(), a.clone()), both);
        let third = of(&[(1, 1, 1), (9, 2, 1)]);
        assert_eq!(added(added(a.clone(), b.clone()), third.clone()), added(a, added(third, b)));
    }

    #[test]
    fn a_generator_that_began_anew_loses_nothing() {
        assert_eq!(counts(&added(of(&[(1, 5, 1), (2, 2, 0)]), of(&[(1, 1, 0)]))), [(6, 1), (8, 1)]);
    }
}
