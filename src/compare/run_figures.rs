//! One run as one value for each endpoint and metric: what a history is made of.
//!
//! Figures are over the stretch that is compared (the ramp left out) where the source has latencies over time, else the
//! tool's own over the whole run.

use super::block::{self, Block};
use super::failures;
use super::influence::Influence;
use super::side::{Side, SideEndpoint};
use super::steps::Stepped;
use crate::analyse::figures::EndpointFigures;
use crate::analyse::percentile::least_n;
use crate::fmt;
use crate::ingest::locust::bucket;
use crate::model::distribution::SourceClass;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A percentile of one run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RunQuantile {
    /// In µs.
    pub us: f64,
    /// Its standard deviation within the run on the scale of ln; `None` where the source has no latencies over time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sd: Option<f64>,
    /// The step of the source's rounding in µs; 0 where it does not round.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub step_us: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(value: &f64) -> bool {
    *value <= 0.0
}

/// One endpoint of one run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct EndpointRun {
    /// Its label, within its group where it has one; empty for all requests together.
    pub endpoint: String,
    /// By name; only those that can be given.
    pub quantiles: BTreeMap<String, RunQuantile>,
    /// Requests.
    pub requests: Option<u64>,
    /// Of them failed.
    pub failures: Option<u64>,
    /// How much wider the variance of their share is than for independent requests; at least 1.
    pub effect: f64,
}

impl EndpointRun {
    /// Failures / requests.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
    pub fn failure_ratio(&self) -> Option<f64> {
        let (failures, requests) = self.failures.zip(self.requests)?;
        (requests > 0).then(|| failures as f64 / requests as f64)
    }
}

/// A `RunFigures` is a run as a history sees it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunFigures {
    /// All requests together.
    pub totals: EndpointRun,
    /// By name.
    pub endpoints: Vec<EndpointRun>,
}

impl RunFigures {
    /// Of a side, with the quantiles of these ranks.
    #[must_use]
    pub fn of(side: &Side, ranks: &[f64]) -> Self {
        let blocks = block::number(side.steady_s, side.steady_s);
        let twice = |label: &str| side.endpoints.iter().filter(|one| one.figures.label == label).count() > 1;
        let one = |endpoint: &SideEndpoint| {
            let figures = &endpoint.figures;
            let name = match &figures.group {
                Some(group) if twice(&figures.label) => format!("{group} › {}", figures.label),
                _ => figures.label.clone(),
            };
            run(name, figures, endpoint.with_latencies().zip(blocks), ranks)
        };
        let mut endpoints: Vec<EndpointRun> = side.endpoints.iter().map(one).collect();
        endpoints.sort_by(|a, b| a.endpoint.cmp(&b.endpoint));
        let parts: Option<Vec<&[Block]>> = side.endpoints.iter().map(SideEndpoint::with_latencies).collect();
        let all = parts.filter(|parts| !parts.is_empty()).map(|parts| block::total(&parts));
        let totals = run(String::new(), &side.totals, all.as_deref().zip(blocks), ranks);
        Self { totals, endpoints }
    }

    /// An endpoint by name; the empty name is all of them together.
    #[must_use]
    pub fn endpoint(&self, name: &str) -> Option<&EndpointRun> {
        if name.is_empty() {
            return Some(&self.totals);
        }
        let at = self.endpoints.binary_search_by(|one| one.endpoint.as_str().cmp(name)).ok()?;
        self.endpoints.get(at)
    }
}

fn run(endpoint: String, figures: &EndpointFigures, parts: Option<(&[Block], usize)>, ranks: &[f64]) -> EndpointRun {
    let Some((parts, blocks)) = parts else { return whole(endpoint, figures, ranks) };
    let blocks = block::regroup(parts, blocks);
    let stepped = Stepped::of_blocks(&blocks);
    let quantile = |rank: &f64| {
        let influence = Influence::of(&stepped, *rank).filter(|one| one.n >= least_n(*rank))?;
        let sd = f64::midpoint(influence.lower_arm, influence.upper_arm);
        let step_us = step_us(figures, influence.quantile);
        let quantile = RunQuantile { us: influence.quantile, sd: sd.is_finite().then_some(sd), step_us };
        Some((fmt::quantile_name(*rank), quantile))
    };
    let sum = |count: fn(&Block) -> u64| Some(blocks.iter().map(count).sum());
    EndpointRun {
        endpoint,
        quantiles: ranks.iter().filter_map(quantile).collect(),
        requests: sum(|block| block.requests),
        failures: figures.failures.and(sum(|block| block.failures)),
        effect: failures::share(&blocks).map_or(1.0, |share| share.effect),
    }
}

/// The tool's figures over the whole run.
fn whole(endpoint: String, figures: &EndpointFigures, ranks: &[f64]) -> EndpointRun {
    let quantile = |rank: &f64| {
        let name = fmt::quantile_name(*rank);
        let us = figures.latency_us.quantiles.get(&name).copied().flatten().filter(|us| *us > 0.0)?;
        Some((name, RunQuantile { us, sd: None, step_us: step_us(figures, us) }))
    };
    EndpointRun {
        endpoint,
        quantiles: ranks.iter().filter_map(quantile).collect(),
        requests: figures.requests,
        failures: figures.failures,
        effect: figures.failure_design_effect,
    }
}

/// Only Locust's tables round: to two digits of milliseconds.
fn step_us(figures: &EndpointFigures, us: f64) -> f64 {
    let latency = &figures.latency_us;
    let rounded = latency.source_class != Some(SourceClass::Raw)
        && latency.definition.as_deref().is_some_and(|text| text.contains("rounded"));
    if rounded { bucket::step_us(us) } else { 0.0 }
}
