//! `ab -g FILE`: one answered request a row, tabs between fields.

use super::{FAILURES_UNKNOWN, TOOL};
use crate::error::Error;
use crate::ingest::own::cell_text::Refusal;
use crate::ingest::own::instant::LEAST_UNIX_S;
use crate::ingest::printed::{amount, each_sample, seconds_ns, unnamed};
use crate::ingest::rows::Rows;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::key::{CellKey, Outcome, Population};
use crate::model::sample::{Fact, LoadModel, Sample};
use crate::unit::{NANOS_PER_SECOND, Timestamp};

const RESOLUTION: &str = "ab gives times in whole milliseconds and starts in whole seconds: the length of the run, and so its \
                          rate, is known to a second or so";

/// Reads `ab -g FILE`.
pub struct AbGnuplot;

impl Adapter for AbGnuplot {
    fn name(&self) -> &'static str {
        "ab_gnuplot"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "ab's requests, `ab -g FILE`: one answered request a row, without its outcome"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if head.first_line() == b"starttime\tseconds\tctime\tdtime\tttime\twait" {
            Sniff::yes("the header of `ab -g`: starttime, seconds, ctime, dtime, ttime, wait")
        } else {
            Sniff::no("the header is not starttime, seconds, ctime, dtime, ttime, wait between tabs")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let rows = Rows::open(input, b'\t')?;
        let column = |name: &str| {
            let found = rows.header().position(name);
            found.ok_or_else(|| Error::input(format!("has no column `{name}`")).at(input.place()))
        };
        let (start, took) = (column("seconds")?, column("ttime")?);
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        sink.fact(part, Fact::FailuresUnknown(FAILURES_UNKNOWN.to_owned()));
        sink.fact(part, Fact::Remark(RESOLUTION.to_owned()));
        let cell = sink.cell(
            part,
            &CellKey {
                population: Population::Request,
                endpoint: unnamed(),
                outcome: Outcome::Unknown,
                status: None,
                cached: None,
                tags: Vec::new(),
            },
        );
        each_sample(input, rows, settings, |row| {
            let millis = amount(row, took)?;
            let latency_ns = seconds_ns(millis / 1e3)
                .ok_or_else(|| Refusal::at(took, format!("should be milliseconds, found {millis}")))?;
            // Before 1973 it is a time that something took, in a column that was moved.
            let started = Some(amount(row, start)?).filter(|seconds| *seconds >= LEAST_UNIX_S);
            let ended_at = started
                .and_then(|seconds| whole_second(seconds, latency_ns))
                .ok_or_else(|| Refusal::at(start, "should be a time in unix seconds"))?;
            sink.sample(cell, Sample { ended_at: Some(ended_at), latency_ns: Some(latency_ns), bytes: None });
            Ok(())
        })
    }
}

/// The second in which a request ended, as far as a start in whole seconds can tell: its fraction would be made up.
fn whole_second(start: f64, latency_ns: u64) -> Option<Timestamp> {
    let end = Timestamp::from_seconds(start)?.0.checked_add(i64::try_from(latency_ns).ok()?)?;
    Some(Timestamp(end - end.rem_euclid(NANOS_PER_SECOND)))
}
