//! One endpoint of one run as the comparison of two runs needs it: what its blocks come to.

use super::block::Block;
use super::failures;
use super::influence::Influence;
use super::settings::Metric;
use super::steps::Stepped;
use crate::analyse::proportion::Share;

/// A Sample is an endpoint's requests, failures and quantiles over the blocks of a run. All comparisons of the run in as many
/// blocks can share it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Requests in all blocks.
    pub requests: u64,
    /// The share of them that failed, with its spread between blocks; `None` without a request.
    pub failures: Option<Share>,
    /// By rank; `None` without latencies.
    quantiles: Vec<(f64, Option<Influence>)>,
}

impl Sample {
    /// Of an endpoint's blocks, as far as `metrics` ask.
    #[must_use]
    pub fn of(blocks: &[Block], metrics: &[Metric]) -> Self {
        let stepped = Stepped::of_blocks(blocks);
        let quantile = |metric: &Metric| match metric {
            Metric::Quantile(p) => Some((*p, Influence::of(&stepped, *p))),
            Metric::Failures => None,
        };
        Self {
            requests: blocks.iter().map(|block| block.requests).sum(),
            failures: failures::share(blocks),
            quantiles: metrics.iter().filter_map(quantile).collect(),
        }
    }

    /// A quantile by its rank, if it was asked for.
    #[must_use]
    pub fn influence(&self, p: f64) -> Option<&Influence> {
        self.quantiles.iter().find(|(rank, _)| rank.total_cmp(&p).is_eq()).and_then(|(_, one)| one.as_ref())
    }
}
