//! A slice of a run: the windows whose middle lies in it, merged.

use super::Scope;
use crate::fmt;
use crate::judge::observation::Observation;
use crate::model::distribution::Recorded;
use crate::model::histogram::Histogram;
use crate::model::test::{EndpointSeries, Timeline, Window};
use crate::unit::Timestamp;

/// What ended in a slice.
#[derive(Debug, Default)]
pub(super) struct Slice {
    /// Requests, failures included.
    pub(super) requests: u64,
    /// Of them failed.
    pub(super) failures: u64,
    /// Their latencies; `None` where the source has counts over time only.
    pub(super) recorded: Option<Recorded>,
}

impl Slice {
    pub(super) fn quantile_us(&self, p: f64) -> Option<f64> {
        let value = self.recorded.as_ref()?.histogram.quantile(p)?;
        u64::try_from(value).ok().map(crate::judge::interval::float)
    }

    pub(super) fn least_us(&self) -> Option<f64> {
        self.quantile_us(0.0)
    }

    pub(super) fn most_us(&self) -> Option<f64> {
        self.quantile_us(1.0)
    }
}

/// Merges the windows of a slice, given in seconds from the test's start.
pub(super) fn cut(scope: &Scope<'_>, (from_s, to_s): (f64, f64)) -> Result<Slice, String> {
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
    let first = timeline.start.seconds_since(start);
    let width = width_s(timeline);
    let mut slice = Slice::default();
    let mut histogram = Some(Histogram::default());
    let mut sum_ns = 0_u128;
    for series in timeline.endpoints.iter().filter(|series| is_meant(scope, series)) {
        let mut middle = first + width / 2.0;
        for window in &series.windows {
            if (from_s..to_s).contains(&middle) {
                slice.requests += window.requests;
                slice.failures += window.failures;
                sum_ns = sum_ns.saturating_add(window.sum_ns);
                merge(&mut histogram, window);
            }
            middle += width;
        }
    }
    slice.recorded = histogram.map(|histogram| Recorded { histogram, sum_ns, extremes_ns: None });
    Ok(slice)
}

fn merge(into: &mut Option<Histogram>, window: &Window) {
    match &window.latency {
        Some(latency) => {
            if let Some(histogram) = into {
                histogram.merge(latency);
            }
        }
        // One window with requests and without latencies: the slice has none.
        None if window.requests > 0 => *into = None,
        None => {}
    }
}

/// Whether a series belongs to the scope: the endpoint that is meant, or all that are load.
fn is_meant(scope: &Scope<'_>, series: &EndpointSeries) -> bool {
    if let Some(label) = scope.endpoint {
        return series.key.label() == label;
    }
    let outside = |label: &str| {
        scope.judged.figures.populations.iter().any(|population| {
            population.endpoints.iter().any(|endpoint| endpoint.outside_load && endpoint.label == label)
        })
    };
    !outside(&series.key.label())
}

/// Change of a quantile in an hour as a ratio of its level, by minutes of the steady part.
pub(super) fn drift(scope: &Scope<'_>, p: f64) -> Result<Observation, String> {
    let phases = scope.judged.figures.phases.as_ref().ok_or("drift cannot be told without a steady part")?;
    let _ = (phases, p);
    Err("drift is not computed".to_owned())
}

/// Width of a window in seconds.
fn width_s(timeline: &Timeline) -> f64 {
    Timestamp(timeline.width_ns).seconds_since(Timestamp(0))
}
