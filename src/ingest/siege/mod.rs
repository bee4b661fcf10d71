//! siege's figures: what `--json-output` prints, and the log to which each run adds a line.
//!
//! Both hold counts, a mean and extremes in hundredths of a second, and no percentile. `transactions` are the successful
//! ones (below 400); the failed stand beside them. siege's "response time" is the time of all requests divided by the
//! successful ones only, so with failures it is no mean; here it is divided by all, as siege's own concurrency is.

mod json;
mod log;
#[cfg(test)]
mod tests;

pub use json::SiegeJson;
pub use log::SiegeLog;

use crate::ingest::printed::nothing_known;
use crate::model::distribution::{Distribution, Quoted};
use crate::model::sample::{Fact, Fault, LoadModel, Total};

/// The tool as people write it.
const TOOL: &str = "siege";
/// Step of its rounding, from 0 on: 10 ms.
const ROUNDING_US: (f64, f64) = (0.0, 10_000.0);

/// What siege prints of one run.
#[derive(Debug, Clone, Default, PartialEq)]
struct Run {
    /// Successful ones.
    transactions: u64,
    failed: u64,
    elapsed_s: f64,
    /// As printed, in seconds.
    response_s: Option<f64>,
    longest_s: Option<f64>,
    shortest_s: Option<f64>,
    rate_per_s: Option<f64>,
}

impl Run {
    fn total(&self) -> Total {
        let us = |seconds: Option<f64>| seconds.filter(|seconds| *seconds >= 0.0).map(|seconds| seconds * 1e6);
        let requests = self.transactions.saturating_add(self.failed);
        let latency = if requests == 0 {
            Distribution::Unknown("no requests".to_owned())
        } else {
            Distribution::Quoted(Quoted {
                mean_us: us(self.mean_s()),
                min_us: us(self.shortest_s),
                max_us: us(self.longest_s),
                definition: "siege prints no percentiles".to_owned(),
                rounding_us: vec![ROUNDING_US],
                ..Quoted::default()
            })
        };
        Total {
            requests: Some(requests),
            failures: Some(self.failed),
            latency,
            rate_per_s: self.rate_per_s,
            ..nothing_known(None)
        }
    }

    /// Mean over all requests; `None` where siege divided by none.
    fn mean_s(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^53")]
        let share = self.transactions as f64 / self.transactions.saturating_add(self.failed) as f64;
        self.response_s.filter(|_| self.transactions > 0).map(|seconds| seconds * share)
    }

    fn facts(&self) -> Vec<Fact> {
        let mut facts = vec![
            Fact::Load(LoadModel::Closed),
            Fact::DurationSeconds(self.elapsed_s),
            Fact::Remark("siege prints times in hundredths of a second, and no percentiles".to_owned()),
        ];
        if self.failed > 0 && self.transactions > 0 {
            facts.push(Fact::Remark(
                "siege divides the time of all requests by the successful ones; the mean shown is over all".to_owned(),
            ));
        }
        facts
    }

    fn fault(&self) -> Option<Fault> {
        let text = "status of 400 and above, or no connection".to_owned();
        (self.failed > 0).then_some(Fault { endpoint: None, text, count: self.failed, of_requests: true })
    }
}
