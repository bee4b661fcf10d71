//! Where a run has come to rest: the warm-up that a comparison leaves out.
//!
//! Caches fill, compilers compile, pools grow: the first minute of a run is slower than the rest, and two runs of one system
//! differ by how much of it they hold. MSER cuts where the mean of what remains is known best, and looks at nothing but the
//! run itself. The series is that of five seconds' mean distances of ln latency from its endpoint's median, so that a change
//! of the mix is no change of level, and no single timeout decides.

use super::figures::{Phases, WarmUp};
use super::phases;
use super::reading::real;
use super::stages;
use crate::fmt;
use crate::model::histogram::Histogram;
use crate::model::test::{EndpointSeries, Test, Window};

/// From so many seconds of load on the warm-up is cut; in shorter runs a cut does more harm than the warm-up.
pub const CUT_FROM_S: f64 = 360.0;
/// Seconds of one value of the series.
const STEP_S: f64 = 5.0;
/// A distance of ln latency counts up to this.
const CLIP: f64 = 1.5;
/// Fewer values have no course that could be cut.
const FEWEST: usize = 10;
/// A cut beyond this share of the run leaves no steady state.
const STEADY_BY: f64 = 0.4;

/// What MSER says of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// Values to leave out at the start.
    pub from: usize,
    /// The squared standard error of the mean of the others, which is the least of all cuts'.
    pub statistic: f64,
    /// Whether the best cut is the last that was looked at: a later one may be better still.
    pub at_limit: bool,
}

/// The marginal standard error rule: of all cuts in the first half, the one that leaves Σ(z − mean)² / n² least, and the
/// first of equals. `None` without values. A series of means of five is MSER-5.
#[must_use]
pub fn mser(values: &[f64]) -> Option<Cut> {
    let limit = values.len() / 2;
    let mut best = None::<Cut>;
    for from in 0..=limit {
        let kept = values.get(from..).filter(|kept| !kept.is_empty())?;
        let n = real(kept.len() as u64);
        let mean = kept.iter().sum::<f64>() / n;
        let statistic = kept.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n * n);
        if best.is_none_or(|best| statistic < best.statistic) {
            best = Some(Cut { from, statistic, at_limit: from == limit });
        }
    }
    best
}

/// The warm-up of a test after its ramp. `None` where no source has latencies over time, or too few of them.
#[must_use]
pub fn find(test: &Test, phases: &Phases) -> Option<WarmUp> {
    let (timeline, steady) = phases::steady_windows(test, phases)?;
    let width_s = phases::width_s(timeline);
    let together =
        (1..=steady.end).take_while(|windows| real(*windows as u64) * width_s < STEP_S + width_s / 2.0).last()?;
    let series: Vec<_> = timeline.endpoints.iter().collect();
    let steps = course(&series, steady.clone(), together);
    let known: Vec<f64> = steps.iter().copied().flatten().collect();
    let cut = mser(&known).filter(|_| known.len() >= FEWEST)?;
    // Steps without a request have no value, and are no later for it.
    let at = steps.iter().enumerate().filter(|(_, step)| step.is_some()).nth(cut.from).map(|(at, _)| at)?;
    let length_s = phases.steady_to_s - phases.steady_from_s;
    let cut_s = real((at * together) as u64) * width_s;
    let settles = !cut.at_limit && cut_s <= STEADY_BY * length_s;
    let applied = length_s >= CUT_FROM_S;
    let until = fmt::clock(phases.steady_from_s + cut_s);
    let end = fmt::clock(phases.steady_to_s);
    let staged = if settles { None } else { stages::words(test, timeline, steady) };
    let why = match (applied, settles, staged) {
        (_, true, _) if at == 0 => "no warm-up by MSER-5".to_owned(),
        (true, true, _) => format!("warm-up until {until} by MSER-5, left out of comparisons"),
        (true, false, Some(how)) => format!("no steady state: the load was changed by design ({how})"),
        (true, false, None) => format!("no steady state: by MSER-5 latency has not settled at {until} of {end}"),
        (false, true, _) => format!("MSER-5 sees a warm-up until {until}; runs under 6 min are not cut"),
        (false, false, Some(how)) => format!("the load was changed by design ({how}); runs under 6 min are not cut"),
        (false, false, None) => {
            format!("MSER-5 sees latency still change at {until} of {end}; runs under 6 min are not cut")
        }
    };
    Some(WarmUp { cut_s, settles, applied, why })
}

/// One value for each step of so many windows: how far its requests lie from their endpoints' medians, on the scale of ln;
/// `None` for a step without latencies.
fn course(series: &[&EndpointSeries], range: std::ops::Range<usize>, together: usize) -> Vec<Option<f64>> {
    let mut steps = vec![(0.0, 0_u64); range.len().div_ceil(together)];
    for one in series {
        let windows = one.windows.get(range.clone()).unwrap_or_default();
        let Some(median) = median(windows) else { continue };
        for ((sum, count), step) in steps.iter_mut().zip(windows.chunks(together)) {
            for (_, highest, n) in step.iter().filter_map(|window| window.latency.as_ref()).flat_map(Histogram::buckets)
            {
                *sum += (ln(highest) - median).clamp(-CLIP, CLIP) * real(n);
                *count += n;
            }
        }
    }
    steps.into_iter().map(|(sum, count)| (count > 0).then(|| sum / real(count))).collect()
}

/// ln of the median over windows.
fn median(windows: &[Window]) -> Option<f64> {
    Histogram::sum(windows.iter().filter_map(|window| window.latency.as_ref())).quantile(0.5).map(ln)
}

/// ln of a latency in µs, with everything below 1 µs as 1 µs.
#[expect(clippy::cast_precision_loss, reason = "microseconds below 2^53 are 285 years")]
fn ln(micros: i64) -> f64 {
    (micros.max(1) as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};
    use proptest::prelude::*;

    fn warm_up(seconds: usize, latency_us: fn(u64) -> u64) -> WarmUp {
        let test = builder::raw_test(&Shape { seconds, latency_us, ..Shape::default() });
        find(&test, &phases::find(&test, None).unwrap()).unwrap()
    }

    #[test]
    fn a_slow_start_is_cut_and_a_flat_run_is_not() {
        // Ten requests a second: the first 60 s are three times as slow.
        let slow = warm_up(600, |number| (1_000 + number * 7919 % 500) * if number <= 600 { 3 } else { 1 });
        assert!((slow.cut_s - 60.0).abs() < 5.1 && slow.settles && slow.applied, "{slow:?}");
        assert_eq!(slow.why, "warm-up until 1:00 by MSER-5, left out of comparisons");
        let flat = warm_up(600, |number| 1_000 + number * 7919 % 500);
        assert!(flat.settles && flat.cut_s < 120.0, "{flat:?}");
    }

    #[test]
    fn what_rises_to_the_end_has_no_steady_state() {
        let rising = warm_up(600, |number| 1_000 + number * 10 + number * 7919 % 500);
        assert!(!rising.settles && rising.applied, "{rising:?}");
        assert!(rising.why.starts_with("no steady state: "), "{}", rising.why);
    }

    /// Every stage has its own latency: that is no unrest of the system, and the reader is told so.
    #[test]
    fn a_staged_load_has_no_steady_state_by_design() {
        let shape =
            Shape { seconds: 600, latency_us: |n| (1_000 + n * 7919 % 500) * (1 + n / 1_000), ..Shape::default() };
        let mut test = builder::raw_test(&shape);
        test.load_model = Some(crate::model::sample::LoadModel::Closed);
        let timeline = test.timeline.as_mut().unwrap();
        timeline.users = (0..timeline.windows)
            .map(|at| Some([20.0, 50.0, 80.0, 100.0, 60.0, 30.0][at * 6 / timeline.windows]))
            .collect();
        let steady = Phases { steady_from_s: 0.0, ..phases::find(&test, Some(0.0)).unwrap() };
        let found = find(&test, &steady).unwrap();
        assert_eq!(found.why, "no steady state: the load was changed by design (users between 20 and 100)");
    }

    #[test]
    fn short_runs_are_looked_at_and_not_cut() {
        let short = warm_up(120, |number| (1_000 + number * 7919 % 500) * if number <= 200 { 3 } else { 1 });
        assert!(!short.applied && short.cut_s > 0.0, "{short:?}");
        assert!(short.why.ends_with("runs under 6 min are not cut"), "{}", short.why);
        let test = builder::raw_test(&Shape { seconds: 20, ..Shape::default() });
        assert_eq!(find(&test, &phases::find(&test, None).unwrap()), None, "four values have no course");
    }

    proptest! {
        #[test]
        fn a_cut_never_exceeds_half_and_is_the_best(values in prop::collection::vec(-5.0..5.0_f64, 1..60)) {
            let cut = mser(&values).unwrap();
            prop_assert!(cut.from <= values.len() / 2);
            let shifted: Vec<f64> = values.iter().map(|value| value + 3.0).collect();
            prop_assert!((mser(&shifted).unwrap().statistic - cut.statistic).abs() < 1e-9);
        }
    }
}
