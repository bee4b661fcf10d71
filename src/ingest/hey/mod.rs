//! hey's rows, `hey -o csv`, and the summary that it prints without.
//!
//! Seconds are printed with four decimals. Times count from the start of the run, of which nothing is said, so the rows
//! have no instant: read as if they began in 1970 two runs would look like one. Requests without an answer are not in the
//! file at all.

mod text;

pub use text::HeyText;

use super::printed::{Course, amount, each_sample, length_ns, unnamed};
use super::rows::Rows;
use super::{Adapter, Head, Input, SeriesId, Settings, Sink, Sniff, Tally};
use crate::error::Error;
use crate::ingest::own::cell_text::Refusal;
use crate::ingest::own::failure;
use crate::ingest::rows::Row;
use crate::model::key::{CellKey, Outcome, Population};
use crate::model::sample::{Fact, LoadModel, Sample};
use std::collections::BTreeMap;

const LATENCY: &str = "response-time";
const STATUS: &str = "status-code";
const OFFSET: &str = "offset";
const ABSENT: &str =
    "hey leaves out requests without an answer (refused, reset, timed out): they are neither counted nor timed here";

/// Reads `hey -o csv`.
pub struct HeyCsv;

impl Adapter for HeyCsv {
    fn name(&self) -> &'static str {
        "hey_csv"
    }

    fn tool(&self) -> &'static str {
        "hey"
    }

    fn about(&self) -> &'static str {
        "hey's rows, `hey -o csv`: one answered request a row"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if head.first_line().starts_with(b"response-time,DNS+dialup,DNS,") {
            Sniff::yes("the header of hey's CSV: response-time, DNS+dialup, DNS")
        } else {
            Sniff::no("the header does not begin with response-time,DNS+dialup,DNS")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let rows = Rows::open(input, b',')?;
        let header = rows.header();
        let latency = header
            .position(LATENCY)
            .ok_or_else(|| Error::input(format!("has no column `{LATENCY}`")).at(input.place()))?;
        let (status, offset) = (header.position(STATUS), header.position(OFFSET));
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        sink.fact(part, Fact::Remark("hey rounds times to 0.1 ms".to_owned()));
        match status {
            Some(_) => sink.fact(part, Fact::Warning(ABSENT.to_owned())),
            None => sink.fact(part, Fact::FailuresUnknown("this version of hey writes no status".to_owned())),
        }
        let mut cells: BTreeMap<Option<u16>, SeriesId> = BTreeMap::new();
        let mut course = Course::default();
        let tally = each_sample(input, rows, settings, |row| {
            let code = status.map(|column| code(row, column)).transpose()?;
            let latency_ns = length_ns(row, latency)?;
            let started = offset.map(|column| amount(row, column)).transpose()?;
            let cell = *cells.entry(code).or_insert_with(|| sink.cell(part, &cell(code)));
            sink.sample(cell, Sample { ended_at: None, latency_ns: Some(latency_ns), bytes: None });
            course.add(started, amount(row, latency)?);
            Ok(())
        })?;
        if let Some(seconds) = course.seconds() {
            sink.fact(part, Fact::DurationSeconds(seconds));
        }
        Ok(tally)
    }
}

fn code(row: &Row<'_>, column: usize) -> Result<u16, Refusal> {
    let text = row.text(Some(column)).unwrap_or("");
    let code = text.parse::<u16>().ok().filter(|code| (100..1000).contains(code));
    code.ok_or_else(|| {
        Refusal::at(column, format!("should be an HTTP status, found `{}`", crate::fmt::excerpt(text.as_bytes())))
    })
}

fn cell(code: Option<u16>) -> CellKey {
    let outcome = match code {
        None => Outcome::Unknown,
        Some(200..400) => Outcome::Ok,
        Some(code) => Outcome::Failed(failure::kind(Some(code), None)),
    };
    CellKey {
        population: Population::Request,
        endpoint: unnamed(),
        outcome,
        status: code,
        cached: None,
        tags: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::own::recording::Recording;

    fn read(text: &str) -> (Recording, Tally) {
        let mut sink = Recording::default();
        let input = Input::memory("hey", text.as_bytes()).unwrap();
        let tally = HeyCsv.read(&input, &Settings::default(), &mut sink).unwrap();
        (sink, tally)
    }

    #[test]
    fn answered_requests_without_an_instant() {
        let (sink, tally) = read(&std::fs::read_to_string("samples/hey/csv/raw.csv").unwrap());
        assert_eq!((tally.used, tally.rejected, tally.unfinished), (600, 0, None));
        assert_eq!(sink.count(|key| key.outcome == Outcome::Failed("HTTP 500".into())), 14);
        assert_eq!(sink.count(|key| key.status == Some(200)), 586);
        assert!(sink.samples.iter().all(|(_, one)| one.ended_at.is_none() && one.bytes.is_none()));
        assert_eq!(sink.samples[0].1.latency_ns, Some(76_200_000));
        assert!(sink.said().contains("DurationSeconds(5.2"), "{}", sink.said());
    }

    /// Two summaries were one test with the mean of the second and the median of the first, in five contradictions.
    #[test]
    fn summaries_that_follow_each_other_are_runs() {
        let text = std::fs::read_to_string("samples/hey/twice/summary.txt").unwrap();
        let of = |text: &str| {
            let mut sink = Recording::default();
            let input = Input::memory("hey", text.as_bytes()).unwrap();
            let tally = HeyText.read(&input, &Settings::default(), &mut sink).unwrap();
            (sink, tally)
        };
        let (sink, tally) = of(&text);
        assert_eq!((tally.used, tally.unfinished), (2, None));
        assert_eq!(sink.parts, [Some("run 1".to_owned()), Some("run 2".to_owned())]);
        let found: Vec<_> = sink.totals.iter().map(|(_, total)| (total.requests, total.rate_per_s)).collect();
        assert_eq!(found, [(Some(60), Some(446.6972)), (Some(60), Some(917.6513))]);
        assert!(!sink.said().contains("contradicts itself"), "{}", sink.said());
        // The second broke off before it said how its requests ended.
        let (sink, tally) = of(&text[..text.rfind("Status code").unwrap()]);
        assert_eq!((sink.totals.len(), tally.used), (1, 1));
        assert!(tally.unfinished.unwrap().contains("a run has no `Status code"));
    }

    #[test]
    fn requests_without_an_answer_are_not_invented() {
        let (sink, tally) = read(&std::fs::read_to_string("samples/hey/dropped/raw.csv").unwrap());
        assert_eq!((tally.used, sink.samples.len()), (199, 199));
        assert!(sink.said().contains("neither counted nor timed"));
    }

    #[test]
    fn versions_without_status_leave_failures_unknown_and_bad_rows_are_rejected() {
        let (sink, _) =
            read("response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read\n0.1,0,0,0,0.1,0\n");
        assert_eq!(sink.count(|key| key.outcome == Outcome::Unknown), 1);
        assert!(sink.said().contains("FailuresUnknown"));
        let header = "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n";
        let rows = "0.1,0,0,0,0.1,0,200,0.0\n-0.1,0,0,0,0.1,0,200,0.0\n0.1,0,0,0,0.1,0,2000,0.0\n0.1,0,0,0,0.1,0,20";
        let (sink, tally) = read(&[header, rows].concat());
        assert_eq!((tally.used, tally.rejected, sink.samples.len()), (1, 3, 1));
        assert!(tally.unfinished.is_some());
    }
}
