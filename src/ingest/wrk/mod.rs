//! What wrk and wrk2 print: text for people, of one run or of many with anything around them.
//!
//! wrk prints 50, 75, 90 and 99 % with `--latency` only, and never 95 %. wrk2 keeps a constant rate and times each request
//! from when it should have been sent, which makes it an open workload; its table of percentiles is read whole. Both count
//! answers; sockets that broke, and answers that came after the timeout, are counted beside them, and nothing says how many
//! requests failed by it. So where there are any, failures are unknown and not zero.
//!
//! The rate is the requests by the time, both printed with two decimals, the time in the unit that fits it; and wrk2's table
//! ends with the count of all that it timed. Where they give other counts, the text contradicts itself; and so it does where the
//! bytes read are not the transfer by the time, or wrk2's table has another mean or maximum than the lines above it. wrk's own
//! mean is held against its extremes only: its correction adds to the percentiles what it may leave out of the mean.

mod block;
mod quantity;
#[cfg(test)]
mod tests;

use super::implied::{Implied, Printed, differs, sum_differs};
use super::printed::{self, nothing_known};
use super::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::error::Error;
use crate::model::distribution::step_us;
use crate::model::sample::{Fact, Fault, LoadModel, Total};
use crate::unit::Unit;
use block::{Block, Blocks};

/// Runs of one file that are read.
const RUNS: usize = 1000;

/// Reads the text of wrk and wrk2.
pub struct WrkText;

impl Adapter for WrkText {
    fn name(&self) -> &'static str {
        "wrk_text"
    }

    fn tool(&self) -> &'static str {
        "wrk"
    }

    fn about(&self) -> &'static str {
        "what wrk and wrk2 print, with or without --latency; several runs in one file are tests of their own"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let mut began = false;
        for line in head.lines() {
            let line = String::from_utf8_lossy(line);
            match block::threads_and_connections(&line) {
                Some(_) if began => {
                    return Sniff::yes("wrk's lines `Running … test @ …` and `… threads and … connections`");
                }
                _ => began = block::address(&line).is_some(),
            }
        }
        Sniff::no("no line `Running … test @ …` before one `… threads and … connections`")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut lines = input.lines()?;
        let (mut tally, mut blocks) = (Tally::default(), Blocks::new(RUNS));
        let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        while let Some(line) = lines.next_line().map_err(broken)? {
            blocks.take(&line, &mut tally);
            tally.stop_if_strict(settings, input)?;
        }
        tally.unfinished = lines.unfinished().map(str::to_owned);
        let runs = blocks.finish(&mut tally);
        for (at, run) in runs.iter().enumerate() {
            let name = (runs.len() > 1).then(|| format!("run {}", at + 1));
            hand_on(run, name.as_deref(), sink);
        }
        Ok(tally)
    }
}

fn hand_on(run: &Block, name: Option<&str>, sink: &mut dyn Sink) {
    let part = sink.part(name);
    for fact in facts(run) {
        sink.fact(part, fact);
    }
    if let Some(count) = run.bad_answers.filter(|count| *count > 0) {
        let text = "HTTP status of 400 and above".to_owned();
        sink.fault(part, Fault { endpoint: None, text, count, of_requests: true });
    }
    let total = Total {
        requests: run.requests,
        failures: run.failures(),
        latency: run.latency(),
        rate_per_s: run.rate_per_s,
        bytes: run.read().map(|(bytes, _)| bytes),
        ..nothing_known(None)
    };
    sink.total(part, Total { endpoint: Some(printed::endpoint(None, &run.address)), ..total.clone() });
    sink.total(part, total);
}

/// Where the counts do not fit each other.
fn doubts(run: &Block) -> impl Iterator<Item = Fact> {
    let us = |value: f64| Printed { value, step: step_us(&quantity::ROUNDING_US, value) };
    let seconds = run.duration_s.map(|seconds| us(seconds * 1e6).times(Printed::whole(1e-6)));
    let made = run.rate_per_s.zip(seconds);
    let made = made.map(|(rate, seconds)| Implied::by(Printed { value: rate, step: 0.01 }, seconds));
    let made = made.zip(run.requests);
    let made = made.and_then(|(made, all)| made.differs("its rate and its time", "requests", "it counts", all));
    let table = run.in_table.zip(run.timed);
    let table = table.and_then(|(rows, timed)| sum_differs("the rows of its table", rows, "its total count", timed));
    let moved = run.read().zip(run.read_per_s.zip(seconds)).and_then(|((_, read), (rate, seconds))| {
        differs(("what it read", read), ("its transfer by its time", rate.times(seconds)), Unit::Bytes)
    });
    let doubled = run.doubled().filter_map(move |(name, below, above)| {
        // The end of a histogram's bucket of three digits.
        let printed = Printed { value: below, step: 1.0 + below * 0.002 };
        differs((&format!("{name} of its table"), printed), ("above it", us(above)), Unit::Micros)
    });
    made.into_iter().chain(table).chain(moved).chain(doubled)
}

fn facts(run: &Block) -> Vec<Fact> {
    let open = run.is_wrk2;
    let mut facts = vec![Fact::Load(if open { LoadModel::Open } else { LoadModel::Closed })];
    facts.extend(run.duration_s.map(Fact::DurationSeconds));
    facts.extend(run.connections.map(Fact::Users));
    if open {
        facts.push(Fact::Remark("wrk2 times each request from when it should have been sent".to_owned()));
        if let Some((timed, all)) = run.timed.zip(run.requests).filter(|(timed, all)| timed < all) {
            facts.push(Fact::Remark(format!(
                "wrk2 timed {} of {}: those of its calibration, the first 10 s, are counted and not timed",
                crate::fmt::count(timed),
                crate::fmt::plural(all, "request", "requests")
            )));
        }
    } else if run.quantiles.is_empty() {
        facts.push(Fact::Remark("wrk prints percentiles with --latency only".to_owned()));
    }
    if !run.is_counted {
        let why = "what wrk printed breaks off before it says whether any requests failed";
        facts.push(Fact::FailuresUnknown(why.to_owned()));
    } else if run.socket_errors.any() {
        let counts: Vec<String> = run
            .socket_errors
            .named()
            .iter()
            .map(|(what, count)| format!("{what} {}", crate::fmt::count(*count)))
            .collect();
        facts.push(Fact::FailuresUnknown(format!(
            "wrk counted socket errors ({}) beside its requests and does not say how many requests failed by them; {} had \
             a status of 400 and above",
            counts.join(", "),
            crate::fmt::count(run.bad_answers.unwrap_or(0))
        )));
    }
    facts.extend(doubts(run));
    facts
}
