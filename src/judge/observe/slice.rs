//! A slice of a run: the windows whose middle lies in it, merged.

use super::Scope;
use crate::fmt;
use crate::judge::interval::float;
use crate::judge::observation::{Nature, Observation};
use crate::model::distribution::Recorded;
use crate::model::histogram::Histogram;
use crate::model::test::{EndpointSeries, Timeline, Window};
use crate::unit::{Timestamp, Unit};
use std::ops::Range;

/// Parts of the steady time in which a drift is looked for, and how many of them must have figures (statistics.md 4.2).
const DRIFT_PARTS: u32 = 60;
const DRIFT_LEAST: usize = 40;

/// What ended in a slice.
#[derive(Debug)]
pub(super) struct Slice {
    /// Requests, failures included.
    pub(super) requests: u64,
    /// Of them failed.
    pub(super) failures: u64,
    /// Their latencies; `None` where the source has counts over time only.
    pub(super) recorded: Option<Recorded>,
    /// Bytes received by those of which it is known.
    pub(super) bytes: u64,
    /// How many those are.
    pub(super) with_bytes: u64,
}

impl Slice {
    /// Nothing ended in it yet.
    pub(super) fn empty() -> Self {
        let recorded = Recorded { histogram: Histogram::default(), sum_ns: 0, extremes_ns: None };
        Self { requests: 0, failures: 0, recorded: Some(recorded), bytes: 0, with_bytes: 0 }
    }

    /// Takes a window in.
    pub(super) fn add(&mut self, window: &Window) {
        self.requests += window.requests;
        self.failures += window.failures;
        self.bytes = self.bytes.saturating_add(window.bytes);
        self.with_bytes += window.with_bytes;
        match (&window.latency, &mut self.recorded) {
            (Some(latency), Some(recorded)) => {
                recorded.histogram.merge(latency);
                recorded.sum_ns = recorded.sum_ns.saturating_add(window.sum_ns);
            }
            // One window with requests and without latencies: the slice has none.
            (None, own) if window.requests > 0 => *own = None,
            _ => {}
        }
    }

    pub(super) fn quantile_us(&self, p: f64) -> Option<f64> {
        let value = self.recorded.as_ref()?.histogram.quantile(p)?;
        u64::try_from(value).ok().map(float)
    }

    pub(super) fn least_us(&self) -> Option<f64> {
        self.quantile_us(0.0)
    }

    pub(super) fn most_us(&self) -> Option<f64> {
        self.quantile_us(1.0)
    }
}

/// The windows of a slice, given in seconds from the test's start.
pub(super) fn windows_in<'a>(
    scope: &Scope<'a>,
    (from_s, to_s): (f64, f64),
) -> Result<(&'a Timeline, Range<usize>), String> {
    let timeline = scope.judged.test.timeline.as_ref().ok_or("a slice of the run cannot be cut without times")?;
    let start = scope.judged.test.span.ok_or("a slice of the run cannot be cut without times")?.start;
    let length = scope.judged.test.duration_s.unwrap_or_default();
    // A run ends between two windows: what is missing of the slice may be a window, or a twentieth of it.
    let slack = width_s(timeline).max((to_s - from_s) / 20.0);
    if to_s > length + slack {
        return Err(format!(
            "the run ends at {}, the slice that is limited at {}",
            fmt::duration_s(length),
            fmt::duration_s(to_s)
        ));
    }
    let (first, width) = (timeline.start.seconds_since(start), width_s(timeline));
    let middle = |window: usize| width.mul_add(float(window as u64), first + width / 2.0);
    let inside = || (0..timeline.windows).filter(|window| (from_s..to_s).contains(&middle(*window)));
    let range = inside().next().zip(inside().next_back()).map_or(0..0, |(from, to)| from..to + 1);
    Ok((timeline, range))
}

/// Merges the windows of a slice.
pub(super) fn cut(scope: &Scope<'_>, slice: (f64, f64)) -> Result<Slice, String> {
    let (timeline, range) = windows_in(scope, slice)?;
    let mut slice = Slice::empty();
    for series in timeline.endpoints.iter().filter(|series| is_meant(scope, series)) {
        series.windows.get(range.clone()).unwrap_or_default().iter().for_each(|window| slice.add(window));
    }
    Ok(slice)
}

/// Whether a series belongs to the scope: the endpoint that is meant, or all.
pub(super) fn is_meant(scope: &Scope<'_>, series: &EndpointSeries) -> bool {
    scope.endpoint.is_none_or(|label| series.key.label() == label)
}

/// Change of a quantile in an hour as a ratio of its level: the slope of its logarithm over equal parts of the steady time
/// (Theil–Sen, with the interval corrected for autocorrelation).
pub(super) fn drift(scope: &Scope<'_>, p: f64) -> Result<Observation, String> {
    let phases = scope.judged.figures.phases.as_ref().ok_or("drift cannot be told without a steady part")?;
    let part_s = (phases.steady_to_s - phases.steady_from_s) / f64::from(DRIFT_PARTS);
    let mut points = Vec::new();
    for part in 0..DRIFT_PARTS {
        let from = phases.steady_from_s + part_s * f64::from(part);
        let slice = cut(scope, (from, from + part_s))?;
        let n = slice.recorded.as_ref().map_or(0, Recorded::count);
        // A part of so few requests that the quantile is their maximum says nothing of the quantile.
        if float(n) * (1.0 - p) >= 1.0 {
            points.extend(slice.quantile_us(p).filter(|us| *us > 0.0).map(|us| (from + part_s / 2.0, us.ln())));
        }
    }
    if points.len() < DRIFT_LEAST {
        return Err(format!(
            "drift needs {DRIFT_LEAST} parts of the run with enough requests, and {} have them",
            points.len()
        ));
    }
    let trend = crate::analyse::trend::fit(&points).ok_or("drift cannot be told from so few points")?;
    let an_hour = |slope: f64| (slope * 3600.0).exp() - 1.0;
    Ok(Observation {
        interval: Some((Some(an_hour(trend.interval.0)), Some(an_hour(trend.interval.1)))),
        nature: Nature::Mean { deviation: None, design_effect: 1.0 },
        ..Observation::counted(an_hour(trend.slope), Unit::Ratio)
    })
}

/// Width of a window in seconds.
pub(super) fn width_s(timeline: &Timeline) -> f64 {
    Timestamp(timeline.width_ns).seconds_since(Timestamp(0))
}
