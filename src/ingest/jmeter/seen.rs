//! What is said of a whole file once its samples have been told.

use crate::ingest::{Settings, Sink, Tally, scrub};
use crate::model::sample::{Fact, LoadModel};

/// Said of a file with such times, without figures: its pieces must say the same as the whole.
const FRACTIONS: &str = "`elapsed` has fractions, and JMeter writes whole milliseconds: they are read as milliseconds; if the \
                         file has seconds, multiply the column by 1,000";

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
    /// Times that are no whole number of milliseconds.
    pub(super) fractions: u64,
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
        self.fractions += other.fractions;
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
        if self.fractions > 0 {
            sink.fact(part, Fact::Warning(FRACTIONS.to_owned()));
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
                tally.note(text.replace("{n}", &crate::fmt::count(count)));
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
