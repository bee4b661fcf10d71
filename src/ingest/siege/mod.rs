//! siege's figures: what `--json-output` prints, and the log to which each run adds a line.
//!
//! Both hold counts, a mean and extremes in hundredths of a second, and no percentile. `transactions` are the requests that
//! were answered, save those with 408 or 500 to 509: these stand beside them as failed, with those that got no answer. Of the
//! answered `successful` (in the log: `OKAY`) counts those below 400, and 401 and 407, which siege takes for the first half of
//! a login. So an answer of 404 is in no count of failures, but the successful are one fewer. They may also be more than the
//! transactions: a redirect whose target failed, or a request at the very end, counts as successful and as no transaction.
//!
//! siege's "response time" is the time of all requests divided by its transactions, so with failures it is no mean; here it is
//! divided by all, as siege's own concurrency is. Times come from a clock of 10 ms: 0.00 is shorter than that, and not zero.
//!
//! Its rate is `transactions` by the elapsed time, and its availability their share in percent; where these, with the two
//! decimals that are printed, give other counts, siege's figures contradict each other. Its concurrency is the time of all
//! requests by the elapsed time, and its data by it its throughput. Refused connections fail and are not timed, so the mean
//! over all may lie below the shortest; siege's own response time may not. The log's data is in whole megabytes in some versions
//! and in bytes in others: it is held against nothing.

mod json;
mod log;
#[cfg(test)]
mod tests;

pub use json::SiegeJson;
pub use log::SiegeLog;

use crate::fmt;
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
    /// Answered, save with 408 or 500 to 509.
    transactions: u64,
    /// Those answered below 400, and with 401 or 407; `None` where that is not printed.
    successful: Option<u64>,
    /// No answer, or 408 or 500 to 509.
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
    fn requests(&self) -> u64 {
        self.transactions.saturating_add(self.failed)
    }

    /// Transactions that siege does not count as successful: answered with 400 or above, and in no count of failures.
    fn refused(&self) -> u64 {
        self.successful.map_or(0, |successful| self.transactions.saturating_sub(successful))
    }

    fn total(&self) -> Total {
        let us = |seconds: Option<f64>| seconds.filter(|seconds| *seconds > 0.0).map(|seconds| seconds * 1e6);
        let times = [self.mean_s(), self.shortest_s, self.longest_s].map(us);
        let latency = if self.requests() == 0 {
            Distribution::Unknown("no requests".to_owned())
        } else if times == [None; 3] {
            let is_timed = self.transactions > 0;
            let why =
                if is_timed { "shorter than the 0.01 s that siege tells" } else { "siege's times are of transactions" };
            Distribution::Unknown(why.to_owned())
        } else {
            let [mean_us, min_us, max_us] = times;
            Distribution::Quoted(Quoted {
                mean_us,
                min_us,
                max_us,
                definition: "siege prints no percentiles".to_owned(),
                rounding_us: vec![ROUNDING_US],
                ..Quoted::default()
            })
        };
        Total {
            requests: Some(self.requests()),
            failures: Some(self.failed.saturating_add(self.refused())),
            latency,
            // Of no time siege makes a rate of 0.00, or in the log of inf.
            rate_per_s: self.rate_per_s.filter(|_| self.elapsed_s > 0.0),
            ..nothing_known(None)
        }
    }

    /// Mean over all requests, in siege's own hundredths of a second; `None` where siege divided by none.
    fn mean_s(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^53")]
        let share = self.transactions as f64 / self.requests() as f64;
        let mean = self.response_s.filter(|_| self.transactions > 0)? * share;
        Some((mean / DECIMALS).round() * DECIMALS)
    }

    /// Where rate and availability do not fit the counts, or times and sizes each other.
    fn doubts(&self) -> impl Iterator<Item = Fact> {
        let printed = |value: f64| Printed { value, step: DECIMALS };
        // Of a run of no hundredth of a second siege prints a rate of 0.
        let rate = self.rate_per_s.filter(|_| self.elapsed_s > 0.0);
        let rate = rate.map(|rate| Implied::by(printed(rate), printed(self.elapsed_s)));
        let all = Printed::whole(float(self.requests()) / 100.0);
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
        // Of no time siege makes a throughput of 0.00.
        if self.elapsed_s <= 0.0 {
            return None;
        }
        let printed = |value: f64| Printed { value: value * MEGABYTE, step: DECIMALS * MEGABYTE };
        let elapsed = Printed { value: self.elapsed_s, step: DECIMALS };
        let (data, made) = (printed(self.megabytes?), printed(self.megabytes_per_s?).times(elapsed));
        differs(("its data", data), ("its throughput by its time", made), Unit::Bytes)
    }

    fn facts(&self) -> Vec<Fact> {
        let mut facts = vec![
            Fact::Load(LoadModel::Closed),
            Fact::Remark("siege prints times in hundredths of a second, and no percentiles".to_owned()),
        ];
        // As long as nothing would be a statement; it was too short to tell.
        if self.elapsed_s > 0.0 {
            facts.push(Fact::DurationSeconds(self.elapsed_s));
        }
        facts.extend(self.too_short());
        facts.extend(self.counted());
        if self.failed > 0 && self.transactions > 0 {
            facts.push(Fact::Remark(
                "siege divides the time of all requests by its transactions; the mean shown is over all".to_owned(),
            ));
        }
        facts.extend(self.doubts());
        facts
    }

    /// Which times are below what siege tells.
    fn too_short(&self) -> Option<Fact> {
        let of_requests = |seconds: Option<f64>| seconds.filter(|_| self.requests() > self.failed);
        let times = [
            ("elapsed", Some(self.elapsed_s)),
            ("mean", of_requests(self.response_s)),
            ("shortest", of_requests(self.shortest_s)),
            ("longest", of_requests(self.longest_s)),
        ];
        let short: Vec<&str> = times.iter().filter(|(_, s)| *s == Some(0.0)).map(|(name, _)| *name).collect();
        let names = short.join(", ");
        (!short.is_empty())
            .then(|| Fact::Remark(format!("siege prints 0.00 s ({names}): below 0.01 s, so unknown and not zero")))
    }

    /// What the failures are made of where siege's own count leaves some out.
    fn counted(&self) -> Option<Fact> {
        let (refused, successful) = (self.refused(), self.successful?);
        (refused > 0).then(|| {
            Fact::Remark(format!(
                "failed are siege's {} and {} of its {} transactions that it does not count among the {} successful: it \
                 has them for answered, with a status of 400 or above",
                fmt::count(self.failed),
                fmt::count(refused),
                fmt::count(self.transactions),
                fmt::count(successful),
            ))
        })
    }

    fn faults(&self) -> impl Iterator<Item = Fault> {
        [("no answer, or status 408 or 500 to 509", self.failed), ("status of 400 or above, answered", self.refused())]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(text, count)| Fault { endpoint: None, text: text.to_owned(), count, of_requests: true })
    }
}
