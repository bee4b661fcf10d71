//! What is said of a whole file once its samples have been told.

use crate::fmt;
use crate::ingest::{Settings, Sink, Tally, scrub};
use crate::model::sample::{Fact, LoadModel};

/// Below 60 a number with a fraction may well be seconds: a request seldom takes longer than a minute.
const MAY_BE_SECONDS_NS: u64 = 60_000_000;

/// What was seen that the reader of the figures should know.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Requests without an HTTP answer.
    pub(super) unanswered: u64,
    /// Those of them that the load generator is to blame for.
    pub(super) generator: u64,
    /// Samples that do not say how they ended.
    pub(super) unknown: u64,
    /// Samples whose outcome was read off their status code.
    pub(super) by_status: u64,
    pub(super) transactions: u64,
    pub(super) without_time: u64,
    /// A time stamp named no zone.
    pub(super) zoneless: bool,
    /// A time stamp is finer than a second.
    pub(super) finer: bool,
    /// A label lost what stood behind `?`.
    pub(super) queries_left_out: bool,
    /// The longest time that is no whole number of milliseconds, read as milliseconds.
    pub(super) longest_broken_ns: Option<u64>,
}

impl Seen {
    /// Adds what another reader of the same file has seen.
    pub(super) fn merge(&mut self, other: Self) {
        self.unanswered += other.unanswered;
        self.generator += other.generator;
        self.unknown += other.unknown;
        self.by_status += other.by_status;
        self.transactions += other.transactions;
        self.without_time += other.without_time;
        self.zoneless |= other.zoneless;
        self.finer |= other.finer;
        self.queries_left_out |= other.queries_left_out;
        self.longest_broken_ns = self.longest_broken_ns.max(other.longest_broken_ns);
    }

    /// Says what has to be said of the whole file.
    pub(super) fn conclude(&self, tally: &mut Tally, settings: &Settings, sink: &mut dyn Sink) {
        let part = sink.part(None);
        if tally.used > 0 {
            sink.fact(part, Fact::Load(LoadModel::Closed));
        }
        if self.unknown > 0 {
            let why = "the file has neither a column `success` nor `responseCode`";
            sink.fact(part, Fact::FailuresUnknown(why.to_owned()));
        }
        match self.longest_broken_ns {
            Some(longest) if longest < MAY_BE_SECONDS_NS => sink.fact(part, Fact::Warning(may_be_seconds(longest))),
            Some(_) => {
                tally.note("`elapsed` has fractions, which JMeter does not write; they are read as milliseconds");
            }
            None => {}
        }
        for (count, text) in [
            (
                self.transactions,
                "{n} rows are of transaction controllers: a population of their own, in no total of requests",
            ),
            (
                self.unanswered,
                "{n} requests got no HTTP answer; they count as failures, by the exception that JMeter met",
            ),
            (self.generator, "{n} of them are faults of the load generator or the test plan, not of the system"),
            (
                self.by_status,
                "there is no column `success`: of {n} rows those failed whose code is none or 400 and more",
            ),
            (self.without_time, "{n} rows have no time: nothing over time can be told of them"),
        ] {
            if count > 0 {
                tally.note(text.replace("{n}", &count.to_string()));
            }
        }
        if self.queries_left_out {
            tally.note(scrub::QUERIES_LEFT_OUT);
        }
        if self.zoneless && settings.timezone.is_none() {
            tally.note("time stamps name no zone and are taken for UTC: inputs.timezone in plimsoll.toml sets another");
        } else if self.zoneless {
            tally.note("time stamps name no zone and are read in that of inputs.timezone");
        }
        if tally.used > self.without_time && !self.finer {
            tally.note("time stamps are whole seconds: nothing within a second can be told apart");
        }
    }
}

/// Both readings of times of which one program writes whole milliseconds and another seconds.
fn may_be_seconds(longest_ns: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "below 60 ms")]
    let us = longest_ns as f64 / 1e3;
    format!(
        "`elapsed` has fractions, and JMeter writes whole milliseconds: the longest of them is read as {}, and would be {} if \
         the file has seconds; multiply the column by 1,000 then",
        fmt::latency_us(us),
        fmt::latency_us(us * 1e3)
    )
}
