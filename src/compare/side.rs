//! One side of a comparison: what is kept of a run so that another can be compared with it.
//!
//! A side holds each endpoint's figures and its histograms merged to [`PARTS`] equal stretches of the steady time, because
//! the comparison's blocks (12, from six minutes on 18) are then merges of whole parts: a run read from its files and the
//! same run read from the store give the same comparison to the last bit.

use super::block::{self, Block};
use crate::analyse::figures::{EndpointFigures, LoadFigures, Phases, TestFigures};
use crate::analyse::warm_up::CUT_FROM_S;
use crate::model::histogram::Histogram;
use crate::model::key::Population;
use crate::model::test::{EndpointSeries, Test, Timeline};
use crate::unit::Timestamp;
use std::borrow::Cow;
use std::ops::Range;

/// Stretches that the steady time is kept in: the least common multiple of both numbers of blocks.
pub const PARTS: usize = 36;

/// One endpoint of a side.
#[derive(Debug, Clone, PartialEq)]
pub struct SideEndpoint {
    /// Figures over the whole run.
    pub figures: EndpointFigures,
    /// Its parts over the steady time, without latencies where the source has only counts over time; `None` where it has not
    /// even those.
    pub parts: Option<Vec<Block>>,
}

impl SideEndpoint {
    /// Its parts, if they hold latencies.
    #[must_use]
    pub fn with_latencies(&self) -> Option<&[Block]> {
        let parts = self.parts.as_deref()?;
        let empty = parts.iter().any(|part| part.requests > 0) && parts.iter().all(|part| part.histogram.is_empty());
        (!empty).then_some(parts)
    }
}

/// A Side is one run as a comparison sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// The test's name.
    pub test: String,
    /// The tool.
    pub tool: String,
    /// First start.
    pub started_at: Option<Timestamp>,
    /// First start to last end in seconds.
    pub duration_s: Option<f64>,
    /// Length of the part that is compared, in seconds: ramp and warm-up left out. 0 where there are no windows.
    pub steady_s: f64,
    /// Seconds of warm-up that were left out before it.
    pub warm_up_s: f64,
    /// Why nothing of the run can be compared, if it never comes to rest.
    pub unsettled: Option<String>,
    /// Users and arrivals.
    pub load: LoadFigures,
    /// All requests together.
    pub totals: EndpointFigures,
    /// By label.
    pub endpoints: Vec<SideEndpoint>,
}

impl Side {
    /// A side of a test that was just read. A test without requests has no endpoints here.
    #[must_use]
    pub fn of(test: &Test, figures: &TestFigures) -> Option<Self> {
        let requests = figures.populations.iter().find(|one| one.population == Population::Request)?;
        let steady = steady_windows(test, figures);
        let endpoints = requests.endpoints.iter().map(|endpoint| {
            let parts = steady.as_ref().and_then(|(timeline, range)| parts(timeline, range.clone(), endpoint));
            SideEndpoint { figures: endpoint.clone(), parts }
        });
        Some(Self {
            test: test.name.clone(),
            tool: test.tool.clone(),
            started_at: test.began_at(),
            duration_s: test.duration_s,
            steady_s: steady.as_ref().map_or(0.0, |(timeline, range)| width_s(timeline) * count(range.len())),
            warm_up_s: figures.phases.as_ref().map_or(0.0, |phases| phases.compared_from_s() - phases.steady_from_s),
            unsettled: figures.phases.as_ref().and_then(Phases::unsettled).map(str::to_owned),
            load: figures.load.clone(),
            totals: requests.totals.clone(),
            endpoints: endpoints.collect(),
        })
    }

    /// Whether the run is long enough for its warm-up to be cut.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.warm_up_s + self.steady_s >= CUT_FROM_S
    }

    /// The side with at least `warm_up_s` seconds left out at its start, in whole parts; as it is where that many are left
    /// out already.
    #[must_use]
    pub fn trimmed(&self, warm_up_s: f64) -> Cow<'_, Self> {
        let part_s = self.steady_s / count(PARTS);
        let missing_s = warm_up_s - self.warm_up_s;
        // A hair, because a cut that ends where a part does takes no part of the rest.
        let dropped = (1..=PARTS).find(|parts| count(*parts) * part_s >= missing_s - 1e-6).unwrap_or(PARTS);
        if missing_s <= 1e-6 || self.endpoints.iter().all(|one| one.parts.is_none()) {
            return Cow::Borrowed(self);
        }
        let mut side = self.clone();
        for parts in side.endpoints.iter_mut().filter_map(|one| one.parts.as_mut()) {
            parts.drain(..dropped.min(parts.len()));
        }
        side.steady_s -= count(dropped) * part_s;
        side.warm_up_s += count(dropped) * part_s;
        Cow::Owned(side)
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 512 windows")]
fn count(windows: usize) -> f64 {
    windows as f64
}

#[expect(clippy::cast_precision_loss, reason = "windows are far narrower than 2^53 ns (104 days)")]
fn width_s(timeline: &Timeline) -> f64 {
    timeline.width_ns as f64 / 1e9
}

/// The windows that are compared: those that lie in the steady part, less its warm-up, whole or at least by half.
fn steady_windows<'a>(test: &'a Test, figures: &TestFigures) -> Option<(&'a Timeline, Range<usize>)> {
    let (timeline, phases, span) = (test.timeline.as_ref()?, figures.phases.as_ref()?, test.span?);
    let first_s = timeline.start.seconds_since(span.start);
    let nearest = |second: f64| {
        let edge = ((second - first_s) / width_s(timeline)).round().clamp(0.0, count(timeline.windows));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held between 0 and the windows")]
        let edge = edge as usize;
        edge
    };
    let range = nearest(phases.compared_from_s())..nearest(phases.steady_to_s);
    (!range.is_empty()).then_some((timeline, range))
}

/// An endpoint's parts; without latencies where not every window has them.
fn parts(timeline: &Timeline, range: Range<usize>, endpoint: &EndpointFigures) -> Option<Vec<Block>> {
    let is_it = |series: &&EndpointSeries| series.key.label() == endpoint.label && series.key.group == endpoint.group;
    let windows = timeline.endpoints.iter().find(is_it)?.windows.get(range)?;
    let recorded = windows.iter().all(|window| window.latency.is_some() || window.requests == 0);
    let mut parts = block::cut(windows, PARTS);
    if !recorded {
        for part in &mut parts {
            part.histogram = Histogram::new();
        }
    }
    Some(parts)
}
