//! siege's figures: what `--json-output` prints, and the log to which each run adds a line.
//!
//! Both hold counts, a mean and extremes in hundredths of a second, and no percentile. `transactions` are the successful
//! ones (below 400); the failed stand beside them. siege's "response time" is the time of all requests divided by the
//! successful ones only, so with failures it is no mean; here it is divided by all, as siege's own concurrency is.
//!
//! Its rate is `transactions` by the elapsed time, and its availability their share in percent; where these, with the two
//! decimals that are printed, give other counts, siege's figures contradict each other. Its concurrency is the time of all
//! requests by the elapsed time, and its data by it its throughput. Refused connections fail and are not timed, so the mean
//! over all may lie below the shortest; siege's own response time may not. The log's data is in whole megabytes in some versions
//! and in bytes in others, and `successful_transactions` are counted by a rule of their own: they are held against nothing.

mod json;
mod log;
#[cfg(test)]
mod tests;

pub use json::SiegeJson;
pub use log::SiegeLog;

use crate::ingest::implied::{Implied, Printed, differs, exceeds, float};
use crate::ingest::printed::nothing_known;
use crate::model::distribution::{Distribution, Quoted};
use crate::model::sample::{Fact, Fault, LoadModel, Total};
use crate::unit::Unit;

/// The tool as people write it.
const TOOL: &str = "siege";
/// Step of what it prints.
const DECIMALS: f64 = 0.01;
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
    /// In percent, where it is printed.
    availability: Option<f64>,
    concurrency: Option<f64>,
    megabytes: Option<f64>,
    megabytes_per_s: Option<f64>,
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

    /// Where rate and availability do not fit the counts, or times and sizes each other.
    fn doubts(&self) -> impl Iterator<Item = Fact> {
        let printed = |value: f64| Printed { value, step: DECIMALS };
        // Of a run of no hundredth of a second siege prints a rate of 0.
        let rate = self.rate_per_s.filter(|_| self.elapsed_s > 0.0);
        let rate = rate.map(|rate| Implied::by(printed(rate), printed(self.elapsed_s)));
        let all = Printed::whole(float(self.transactions.saturating_add(self.failed)) / 100.0);
        let share = self.availability.filter(|_| all.value > 0.0).map(|share| Implied::by(printed(share), all));
        let fits =
            |from: &str, made: Option<Implied>| made?.differs(from, "transactions", "it counts", self.transactions);
        let counts = [fits("its rate and its time", rate), fits("its availability", share)];
        counts.into_iter().flatten().chain(self.doubts_of_times()).chain(self.doubt_of_size())
    }

    fn doubts_of_times(&self) -> impl Iterator<Item = Fact> {
        let seconds = |value: f64| Printed { value: value * 1e6, step: DECIMALS * 1e6 };
        let some =
            |name: &'static str, value: Option<f64>| Some((name, seconds(value.filter(|_| self.transactions > 0)?)));
        let (shortest, longest) =
            (some("its shortest transaction", self.shortest_s), some("its longest", self.longest_s));
        let response = some("its response time", self.response_s);
        let order = |low: Option<(&str, Printed)>, high: Option<(&str, Printed)>| exceeds(low?, high?, Unit::Micros);
        let whole = |users: f64| Printed { value: users, step: DECIMALS };
        let made = self.concurrency.map(|users| seconds(self.elapsed_s).times(whole(users)));
        let taken = response.map(|(_, response)| response.times(Printed::whole(float(self.transactions))));
        let taken = taken.zip(made).and_then(|(taken, made)| {
            let made = ("its concurrency by its time", made);
            differs(("its response time by its transactions", taken), made, Unit::Micros)
        });
        [order(shortest, longest), order(shortest, response), taken].into_iter().flatten()
    }

    fn doubt_of_size(&self) -> Option<Fact> {
        const MEGABYTE: f64 = 1024.0 * 1024.0;
        let printed = |value: f64| Printed { value: value * MEGABYTE, step: DECIMALS * MEGABYTE };
        let elapsed = Printed { value: self.elapsed_s, step: DECIMALS };
        let (data, made) = (printed(self.megabytes?), printed(self.megabytes_per_s?).times(elapsed));
        differs(("its data", data), ("its throughput by its time", made), Unit::Bytes)
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
        facts.extend(self.doubts());
        facts
    }

    fn fault(&self) -> Option<Fault> {
        let text = "status of 400 and above, or no connection".to_owned();
        (self.failed > 0).then_some(Fault { endpoint: None, text, count: self.failed, of_requests: true })
    }
}
