//! One side of a comparison: what is kept of a run so that another can be compared with it.
//!
//! A side holds each endpoint's figures and its histograms merged to [`PARTS`] equal stretches of the steady time, because
//! the comparison's blocks (12, from six minutes on 18) are then merges of whole parts: a run read from its files and the
//! same run read from the store give the same comparison to the last bit.

use super::block::{self, Block};
use crate::analyse::figures::{EndpointFigures, LoadFigures, TestFigures};
use crate::model::histogram::Histogram;
use crate::model::key::Population;
use crate::model::test::{EndpointSeries, Test, Timeline};
use crate::unit::Timestamp;
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
    /// Length of the steady part in seconds; 0 where there are no windows.
    pub steady_s: f64,
    /// Users and arrivals.
    pub load: LoadFigures,
    /// All requests together.
    pub totals: EndpointFigures,
    /// By label; setup and teardown are left out.
    pub endpoints: Vec<SideEndpoint>,
}

impl Side {
    /// A side of a test that was just read. A test without requests has no endpoints here.
    #[must_use]
    pub fn of(test: &Test, figures: &TestFigures) -> Option<Self> {
        let requests = figures.populations.iter().find(|one| one.population == Population::Request)?;
        let steady = steady_windows(test, figures);
        let loaded = requests.endpoints.iter().filter(|endpoint| !endpoint.outside_load);
        let endpoints = loaded.map(|endpoint| {
            let parts = steady.as_ref().and_then(|(timeline, range)| parts(timeline, range.clone(), endpoint));
            SideEndpoint { figures: endpoint.clone(), parts }
        });
        Some(Self {
            test: test.name.clone(),
            tool: test.tool.clone(),
            started_at: test.span.map(|span| span.start),
            duration_s: test.duration_s,
            steady_s: steady.as_ref().map_or(0.0, |(timeline, range)| width_s(timeline) * count(range.len())),
            load: figures.load.clone(),
            totals: requests.totals.clone(),
            endpoints: endpoints.collect(),
        })
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

/// The windows of the steady part: those that lie in it whole, or at least by half.
fn steady_windows<'a>(test: &'a Test, figures: &TestFigures) -> Option<(&'a Timeline, Range<usize>)> {
    let (timeline, phases, span) = (test.timeline.as_ref()?, figures.phases.as_ref()?, test.span?);
    let first_s = timeline.start.seconds_since(span.start);
    let nearest = |second: f64| {
        let edge = ((second - first_s) / width_s(timeline)).round().clamp(0.0, count(timeline.windows));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held between 0 and the windows")]
        let edge = edge as usize;
        edge
    };
    let range = nearest(phases.steady_from_s)..nearest(phases.steady_to_s);
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
