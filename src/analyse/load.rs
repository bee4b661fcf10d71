//! What load was reached: users, arrivals that could not be sent, iterations.

use super::figures::{LoadFigures, Phases};
use super::metric;
use super::phases;
use super::reading::{Readings, real};
use crate::model::sample::LoadModel;
use crate::model::test::Test;

/// Users and arrivals of a test.
#[must_use]
pub fn figures(test: &Test, phases: Option<&Phases>) -> LoadFigures {
    let (users_max, users_from) = users(test);
    let users_mean = users_mean(test, phases);
    LoadFigures {
        model: model(test).map(|model| match model {
            LoadModel::Open => "open".to_owned(),
            LoadModel::Closed => "closed".to_owned(),
        }),
        users_max,
        users_mean,
        users_from,
        dropped: dropped(test),
        iterations: metric::sum(test, "iterations"),
    }
}

/// Open or closed workload: as stated, else open where arrivals were dropped, since users who wait drop none.
pub(super) fn model(test: &Test) -> Option<LoadModel> {
    let drops = || metric::sum(test, "dropped_iterations").is_some_and(|count| count > 0);
    test.load_model.or_else(|| drops().then_some(LoadModel::Open))
}

/// Most users at a time, and where that comes from: a series, else a gauge, else a statement.
fn users(test: &Test) -> (Option<f64>, Option<String>) {
    let alone = test.users_alone.iter().flat_map(|alone| &alone.users);
    let read = test.timeline.iter().flat_map(|timeline| &timeline.users).chain(alone).copied().flatten();
    if let Some(most) = Readings::new(read).max() {
        let from = if is_k6(test) { "vus" } else { "user count over time" };
        return (Some(most), Some(from.to_owned()));
    }
    if let Some(most) = metric::maximum(test, "vus") {
        return (Some(most), Some("vus".to_owned()));
    }
    (test.users_stated, test.users_stated.map(|_| "stated by the source".to_owned()))
}

fn users_mean(test: &Test, phases: Option<&Phases>) -> Option<f64> {
    if let Some(alone) = &test.users_alone {
        return Readings::new(alone.users.iter().copied().flatten()).mean();
    }
    let (timeline, steady) = phases::steady_windows(test, phases?)?;
    Readings::new(timeline.users.get(steady)?.iter().copied().flatten()).mean()
}

/// Arrivals that k6 could not send. It writes that counter only when it happens, so that a run with any other samples and
/// without this one dropped none; other tools do not count it.
fn dropped(test: &Test) -> Option<u64> {
    let other_samples = !test.metrics.is_empty() || !test.cells.is_empty();
    metric::sum(test, "dropped_iterations").or_else(|| (is_k6(test) && other_samples).then_some(0))
}

/// Little's law: users at work are what begins in a second times how long it keeps one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Little {
    /// Users that must have been at work.
    pub at_work: f64,
    /// at work / users − 1.
    pub error: f64,
}

impl Little {
    /// It holds up to this share, because what begins and ends with the run is only half in it.
    pub const TOLERANCE: f64 = 0.05;

    /// For `users` who together send `per_second`, each of which keeps one of them for `cycle_s`: the mean response time over
    /// all responses, failures included, and the wait after it.
    #[must_use]
    pub fn of(users: f64, per_second: f64, cycle_s: f64) -> Self {
        let at_work = per_second * cycle_s;
        Self { at_work, error: at_work / users - 1.0 }
    }

    /// Whether as many users were at work as there were.
    #[must_use]
    pub fn holds(self) -> bool {
        self.error.abs() <= Self::TOLERANCE
    }
}

/// Whether the tool is k6.
pub(super) fn is_k6(test: &Test) -> bool {
    test.tool.eq_ignore_ascii_case("k6")
}

/// The share of arrivals that were dropped: those that began and those that could not.
#[must_use]
pub fn dropped_share(load: &LoadFigures) -> Option<f64> {
    let (dropped, begun) = (real(load.dropped?), real(load.iterations?));
    (dropped + begun > 0.0).then(|| dropped / (dropped + begun))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape, metric as series};
    use crate::model::key::MetricKind;

    #[test]
    fn dropped_arrivals_of_all_scenarios_add_up() {
        let mut test = builder::empty_test();
        test.metrics = vec![
            series("dropped_iterations", MetricKind::Counter, &[("scenario", "a")], &[100.0]),
            series("dropped_iterations", MetricKind::Counter, &[("scenario", "b")], &[1.0, 3.0]),
            series("iterations", MetricKind::Counter, &[], &[2046.0]),
        ];
        let load = figures(&test, None);
        assert_eq!((load.dropped, load.iterations), (Some(104), Some(2046)));
        assert!((dropped_share(&load).unwrap() - 104.0 / 2150.0).abs() < 1e-12);
    }

    /// k6 writes the counter only when it happens: absence beside other samples is a measured 0, and alone it is nothing.
    #[test]
    fn no_drops_are_known_only_where_k6_wrote_something() {
        let mut test = builder::raw_test(&Shape::default());
        assert_eq!(figures(&test, None).dropped, Some(0));
        test.tool = "Locust".to_owned();
        assert_eq!(figures(&test, None).dropped, None);
        assert_eq!(figures(&builder::empty_test(), None).dropped, None);
    }

    #[test]
    fn users_come_from_the_series_before_any_statement() {
        let mut test = builder::raw_test(&Shape { seconds: 4, ..Shape::default() });
        test.users_stated = Some(99.0);
        assert_eq!(figures(&test, None).users_max, Some(99.0));
        test.timeline.as_mut().unwrap().users = vec![Some(10.0), Some(50.0), None, Some(50.0)];
        let phases = phases::find(&test, None);
        let load = figures(&test, phases.as_ref());
        assert_eq!((load.users_max, load.users_mean), (Some(50.0), Some(110.0 / 3.0)));
    }
}
