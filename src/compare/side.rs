//! One side of a comparison: what is kept of a run so that another can be compared with it.
//!
//! A side holds each endpoint's figures and its histograms merged to [`PARTS`] equal stretches of the steady time, because
//! the comparison's blocks (12, from six minutes on 18) are then merges of whole parts: a run read from its files and the
//! same run read from the store give the same comparison to the last bit.

use super::block::Block;
use crate::analyse::figures::{EndpointFigures, LoadFigures, TestFigures};
use crate::model::key::Population;
use crate::model::test::{Test, Timeline};
use crate::unit::Timestamp;

/// Stretches that the steady time is kept in: the least common multiple of both numbers of blocks.
pub const PARTS: usize = 36;

/// One endpoint of a side.
#[derive(Debug, Clone, PartialEq)]
pub struct SideEndpoint {
    /// Figures over the whole run.
    pub figures: EndpointFigures,
    /// Its parts over the steady time; `None` where the source has no latencies over time.
    pub parts: Option<Vec<Block>>,
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
        let endpoints = requests
            .endpoints
            .iter()
            .filter(|endpoint| !endpoint.outside_load)
            .map(|endpoint| {
                let parts = test.timeline.as_ref().zip(steady).and_then(|(timeline, (from, to))| {
                    let series = timeline.endpoints.iter().find(|one| {
                        one.key.label() == endpoint.label && one.key.group == endpoint.group
                    })?;
                    series.windows.iter().all(|window| window.latency.is_some() || window.requests == 0).then(|| {
                        cut(series.windows.get(from..to).unwrap_or(&[]))
                    })
                });
                SideEndpoint { figures: endpoint.clone(), parts }
            })
            .collect();
        let width = |timeline: &Timeline| crate::unit::seconds(timeline.width_ns);
        #[expect(clippy::cast_precision_loss, reason = "at most 512 windows")]
        let steady_s = test.timeline.as_ref().zip(steady).map_or(0.0, |(timeline, (from, to))| width(timeline) * (to - from) as f64);
        Some(Self {
            test: test.name.clone(),
            tool: test.tool.clone(),
            started_at: test.span.map(|span| span.start),
            duration_s: test.duration_s,
            steady_s,
            load: figures.load.clone(),
            totals: requests.totals.clone(),
            endpoints,
        })
    }
}
