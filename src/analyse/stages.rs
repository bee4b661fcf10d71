//! Whether the load itself was changed while it was measured: stages of a plan, which are no unrest of the system.
//!
//! Users are as many as the generator was told to send, so where waiting users change in number the plan changed. Arrivals that
//! do not wait come as the plan says, so there the rate of requests shows it. Where it is not known which of both they are, both
//! must change.

use super::load;
use super::phases;
use super::reading::{Readings, real};
use crate::fmt;
use crate::model::sample::LoadModel;
use crate::model::test::{Test, Timeline};
use std::ops::Range;

/// The load is held while it is at this share of its most or above,
const HELD: f64 = 0.8;
/// and it is one load if it is held for so much of the time: the rest may be its rise and its end.
const FOR: f64 = 0.75;
/// Stretches that a rate is looked at in.
const STRETCHES: usize = 24;

/// How the load changes by plan over the `steady` windows, in words: `users between 10 and 200`; `None` where it is held, or
/// not known.
#[must_use]
pub fn words(test: &Test, timeline: &Timeline, steady: Range<usize>) -> Option<String> {
    let users = || changes(timeline.users.get(steady.clone())?.iter().copied().flatten());
    let rate = || {
        let counts = phases::requests_by_window(timeline);
        let counts = counts.get(steady.clone())?;
        let together = counts.len().div_ceil(STRETCHES).max(1);
        let seconds = real(together as u64) * phases::width_s(timeline);
        // What is left at the end is shorter than the others.
        changes(counts.chunks_exact(together).map(|some| real(some.iter().sum()) / seconds))
    };
    let of_users = |(low, high)| format!("users between {} and {}", fmt::number(low), fmt::number(high));
    match load::model(test) {
        Some(LoadModel::Closed) => users().map(of_users),
        Some(LoadModel::Open) => {
            rate().map(|(low, high)| format!("arrivals between {} and {}", fmt::rate(low), fmt::rate(high)))
        }
        None => rate().and_then(|_| users()).map(of_users),
    }
}

/// Least and most of readings that are not held near their most.
fn changes(readings: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let all: Vec<f64> = readings.collect();
    let most = Readings::new(all.iter().copied()).max()?;
    let held = all.iter().filter(|one| **one >= HELD * most).count();
    let least = all.iter().copied().fold(most, f64::min);
    (real(held as u64) < FOR * real(all.len() as u64)).then_some((least, most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};

    fn told(model: Option<LoadModel>, users: impl Fn(usize) -> f64) -> Option<String> {
        let mut test = builder::raw_test(&Shape { seconds: 100, per_second: 10, ..Shape::default() });
        test.load_model = model;
        let timeline = test.timeline.as_mut().unwrap();
        timeline.users = (0..timeline.windows).map(|window| Some(users(window * 100 / timeline.windows))).collect();
        let timeline = test.timeline.as_ref().unwrap();
        words(&test, timeline, 0..timeline.windows)
    }

    fn stairs(second: usize) -> f64 {
        [10.0, 50.0, 200.0, 50.0][second / 25]
    }

    #[test]
    fn stairs_of_users_are_a_plan_and_a_rise_and_an_end_are_not() {
        assert_eq!(told(Some(LoadModel::Closed), stairs).as_deref(), Some("users between 10 and 200"));
        assert_eq!(told(Some(LoadModel::Closed), |at| if (10..90).contains(&at) { 50.0 } else { 5.0 }), None);
    }

    /// Arrivals take as many users as answers are slow: that is the system, not the plan.
    #[test]
    fn users_of_a_steady_rate_are_no_plan() {
        assert_eq!(told(Some(LoadModel::Open), stairs), None);
        assert_eq!(told(None, stairs), None);
    }
}
