//! Where users rise, and the steady part after that.

use super::figures::Phases;
use super::reading::{Readings, real};
use crate::fmt;
use crate::model::key::Population;
use crate::model::sample::LoadModel;
use crate::model::test::{PopulationData, Test, Timeline};
use crate::unit::Timestamp;
use std::ops::Range;

/// Users have arrived when they first reach this share of their plateau.
const ARRIVED: f64 = 0.95;
/// A rate of requests is noisier than a count of users.
const RATE_ARRIVED: f64 = 0.9;
/// At or above this share of its plateau from the start on, a rate is flat.
const FLAT: f64 = 0.8;
/// A rise quicker than this is a start at once.
const AT_ONCE_S: f64 = 2.0;
/// A rate is looked at in steps of at least this many windows and this many seconds.
const WINDOWS_A_STEP: usize = 8;
const SECONDS_A_STEP: f64 = 1.0;

/// The phases of a test: the declared ramp (in seconds; 0 for none), else where users rise. `None` where the test has
/// neither windows nor a length, since then nothing can be left out of anything.
#[must_use]
pub fn find(test: &Test, declared_ramp_s: Option<f64>) -> Option<Phases> {
    let length = test.duration_s.or_else(|| test.span.map(crate::unit::Span::seconds));
    let loaded = test.timeline.as_ref().zip(origin(test)).and_then(|(timeline, origin)| loaded(timeline, origin));
    let end = match (loaded.as_ref(), length) {
        (Some(loaded), Some(length)) => loaded.end_s.min(length),
        (Some(loaded), None) => loaded.end_s,
        (None, Some(length)) => length,
        (None, None) => return None,
    };
    let (ramp, why) = match (declared_ramp_s, loaded) {
        (Some(declared), _) => {
            (Some(declared.max(0.0)).filter(|ramp| *ramp > 0.0), "the ramp is as declared".to_owned())
        }
        (None, Some(loaded)) => loaded.ramp(test),
        (None, None) => (None, "no source has times, so no ramp can be seen".to_owned()),
    };
    // A ramp beyond the end leaves nothing that is steady, not a part of negative length.
    let ramp = ramp.map(|ramp| ramp.min(end));
    Some(Phases { ramp_s: ramp, steady_from_s: ramp.unwrap_or(0.0), steady_to_s: end, why, warm_up: None })
}

/// The instant that seconds of a test are counted from.
#[must_use]
pub fn origin(test: &Test) -> Option<Timestamp> {
    test.span.map(|span| span.start).or_else(|| test.timeline.as_ref().map(|timeline| timeline.start))
}

/// The index of the window edge nearest to a second of the test.
#[must_use]
pub fn window_at(timeline: &Timeline, origin: Timestamp, second: f64) -> usize {
    let from_start = second - timeline.start.seconds_since(origin);
    let edge = (from_start / width_s(timeline)).round().max(0.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and not negative; `as` saturates and the line below holds it"
    )]
    let edge = edge as usize;
    edge.min(timeline.windows)
}

/// The windows of the steady part, its warm-up included, between the nearest edges. `None` where no source has times.
#[must_use]
pub fn steady_windows<'a>(test: &'a Test, phases: &Phases) -> Option<(&'a Timeline, Range<usize>)> {
    let (timeline, origin) = (test.timeline.as_ref()?, origin(test)?);
    let edge = |second: f64| window_at(timeline, origin, second);
    Some((timeline, edge(phases.steady_from_s)..edge(phases.steady_to_s)))
}

/// Width of a window in seconds.
#[must_use]
pub fn width_s(timeline: &Timeline) -> f64 {
    Timestamp(timeline.width_ns).seconds_since(Timestamp(0))
}

/// Requests in each window.
#[must_use]
pub fn requests_by_window(timeline: &Timeline) -> Vec<u64> {
    let mut sums = vec![0_u64; timeline.windows];
    for series in &timeline.endpoints {
        for (sum, window) in sums.iter_mut().zip(&series.windows) {
            *sum = sum.saturating_add(window.requests);
        }
    }
    sums
}

/// The population of requests, where there is one.
#[must_use]
pub fn requests(test: &Test) -> Option<&PopulationData> {
    test.populations.iter().find(|data| data.population == Population::Request)
}

/// A value over the windows that the load lies in.
struct Loaded {
    requests: Vec<u64>,
    users: Vec<Option<f64>>,
    width_s: f64,
    /// Start of the first and end of the last of these windows, in seconds of the test.
    begin_s: f64,
    end_s: f64,
}

fn loaded(timeline: &Timeline, origin: Timestamp) -> Option<Loaded> {
    let requests = requests_by_window(timeline);
    let first = requests.iter().position(|count| *count > 0)?;
    let last = requests.iter().rposition(|count| *count > 0)?;
    let width_s = width_s(timeline);
    let start_s = timeline.start.seconds_since(origin);
    let second = |window: usize| width_s.mul_add(real(window as u64), start_s);
    Some(Loaded {
        requests: requests.get(first..=last)?.to_vec(),
        users: timeline.users.get(first..=last).unwrap_or_default().to_vec(),
        width_s,
        begin_s: second(first).max(0.0),
        end_s: second(last + 1),
    })
}

impl Loaded {
    /// The second that the rise ends at, and how that was seen.
    fn ramp(&self, test: &Test) -> (Option<f64>, String) {
        let flat = self.rate_rise() == Rise::None;
        let by_rate = match super::load::model(test) {
            Some(LoadModel::Open) => true,
            Some(LoadModel::Closed) => false,
            None => flat,
        };
        if by_rate {
            return match self.rate_rise() {
                Rise::Until(second) => {
                    (Some(second), format!("the rate of requests rises until {}", fmt::clock(second)))
                }
                Rise::None => (None, "the rate of requests is flat from the start".to_owned()),
                Rise::Unknown => (None, "too short to see a ramp".to_owned()),
            };
        }
        match self.user_rise() {
            Rise::Until(second) => (Some(second), format!("users rise until {}", fmt::clock(second))),
            Rise::None => (None, "all users are there from the start".to_owned()),
            Rise::Unknown => (None, "no source has users over time, so no ramp can be seen".to_owned()),
        }
    }

    fn user_rise(&self) -> Rise {
        let known: Vec<(usize, f64)> =
            self.users.iter().enumerate().filter_map(|(window, users)| Some((window, (*users)?))).collect();
        let later = Readings::new(known.iter().skip(known.len() / 2).map(|(_, users)| *users));
        let Some(plateau) = later.median().filter(|plateau| *plateau > 0.0) else {
            return Rise::Unknown;
        };
        let arrived = known.iter().find(|(_, users)| *users >= ARRIVED * plateau);
        let Some((window, _)) = arrived else {
            return Rise::Unknown;
        };
        self.rise_until(self.begin_s + self.width_s * real(*window as u64))
    }

    fn rate_rise(&self) -> Rise {
        let mut a_step = WINDOWS_A_STEP;
        while real(a_step as u64) * self.width_s < SECONDS_A_STEP {
            a_step += 1;
        }
        // The last step may be shorter than the others, and is no rate to compare with.
        let steps: Vec<f64> =
            self.requests.chunks_exact(a_step).map(|windows| real(windows.iter().sum::<u64>())).collect();
        let plateau = Readings::new(steps.iter().skip(steps.len() / 2).copied()).median();
        let (Some(plateau), Some(first)) = (plateau.filter(|_| steps.len() >= 4), steps.first()) else {
            return Rise::Unknown;
        };
        if *first >= FLAT * plateau {
            return Rise::None;
        }
        let arrived = steps.iter().position(|step| *step >= RATE_ARRIVED * plateau).unwrap_or(0);
        self.rise_until(self.begin_s + self.width_s * real((arrived * a_step) as u64))
    }

    fn rise_until(&self, second: f64) -> Rise {
        if second - self.begin_s < AT_ONCE_S.max(self.width_s) { Rise::None } else { Rise::Until(second) }
    }
}

#[derive(Debug, PartialEq)]
enum Rise {
    /// At its level from the start.
    None,
    /// Until this second of the test.
    Until(f64),
    /// Nothing to see it by.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};

    fn with_users(users: impl Fn(usize) -> f64) -> Test {
        let mut test = builder::raw_test(&Shape { seconds: 60, per_second: 10, ..Shape::default() });
        test.load_model = Some(LoadModel::Closed);
        let timeline = test.timeline.as_mut().unwrap();
        timeline.users = (0..timeline.windows).map(|window| Some(users(window))).collect();
        test
    }

    #[test]
    fn a_ramp_ends_where_users_first_reach_their_plateau() {
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let test = with_users(|window| (window as f64 * 5.0).min(50.0));
        let phases = find(&test, None).unwrap();
        assert_eq!(phases.ramp_s, Some(10.0));
        assert!((phases.steady_to_s - 60.0).abs() < 1.1, "{phases:?}");
    }

    #[test]
    fn a_spike_at_once_has_no_ramp() {
        let phases = find(&with_users(|window| if window == 0 { 0.0 } else { 200.0 }), None).unwrap();
        assert_eq!(phases.ramp_s, None);
        assert!(phases.steady_from_s.abs() < f64::EPSILON);
    }

    #[test]
    fn the_declared_ramp_wins_and_never_outlasts_the_test() {
        let test = with_users(|_| 50.0);
        assert_eq!(find(&test, Some(15.0)).unwrap().ramp_s, Some(15.0));
        let beyond = find(&test, Some(1e6)).unwrap();
        assert!((beyond.steady_from_s - beyond.steady_to_s).abs() < f64::EPSILON);
    }

    #[test]
    fn open_arrivals_at_a_flat_rate_have_no_ramp_however_many_users_they_need() {
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let mut test = with_users(|window| window as f64);
        test.load_model = Some(LoadModel::Open);
        assert_eq!(find(&test, None).unwrap().ramp_s, None);
        test.load_model = None;
        assert_eq!(find(&test, None).unwrap().ramp_s, None, "also where the model is not known");
    }

    #[test]
    fn without_times_the_length_alone_is_known() {
        let mut test = with_users(|_| 1.0);
        test.timeline = None;
        assert_eq!(find(&test, None).unwrap().ramp_s, None);
        (test.span, test.duration_s) = (None, None);
        assert_eq!(find(&test, None), None);
    }
}
