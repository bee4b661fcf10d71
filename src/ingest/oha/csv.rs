//! `oha --output-format csv`: one answered request a row, seconds from the start of the run.

use super::TOOL;
use crate::error::Error;
use crate::ingest::own::cell_text::Refusal;
use crate::ingest::own::failure;
use crate::ingest::printed::{Course, amount, each_sample, length_ns, unnamed};
use crate::ingest::rows::{Row, Rows};
use crate::ingest::{Adapter, Head, Input, SeriesId, Settings, Sink, Sniff, Tally};
use crate::model::key::{CellKey, Outcome, Population};
use crate::model::sample::{Fact, Sample};
use std::collections::BTreeMap;

const ABSENT: &str = "oha's CSV leaves out requests without an answer (refused, reset, timed out): they are neither counted nor timed in it";

/// Reads `oha --output-format csv`.
pub struct OhaCsv;

impl Adapter for OhaCsv {
    fn name(&self) -> &'static str {
        "oha_csv"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "oha's rows, `oha --output-format csv`: one answered request a row"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if head.first_line().starts_with(b"request-start,DNS,DNS+dialup,") {
            Sniff::yes("the header of oha's CSV: request-start, DNS, DNS+dialup")
        } else {
            Sniff::no("the header does not begin with request-start,DNS,DNS+dialup")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let rows = Rows::open(input, b',')?;
        let column = |name: &str| {
            let found = rows.header().position(name);
            found.ok_or_else(|| Error::input(format!("has no column `{name}`")).at(input.place()))
        };
        let (start, took) = (column("request-start")?, column("request-duration")?);
        let (bytes, status) = (column("bytes")?, column("status")?);
        let part = sink.part(None);
        sink.fact(part, Fact::Warning(ABSENT.to_owned()));
        let mut cells: BTreeMap<u16, SeriesId> = BTreeMap::new();
        let mut course = Course::default();
        let tally = each_sample(input, rows, settings, |row| {
            let (code, latency_ns) = (whole(row, status)?, length_ns(row, took)?);
            let (started, size) = (amount(row, start)?, whole(row, bytes)?);
            let cell = *cells.entry(code).or_insert_with(|| sink.cell(part, &cell(code)));
            sink.sample(cell, Sample { ended_at: None, latency_ns: Some(latency_ns), bytes: Some(size) });
            course.add(Some(started), amount(row, took)?);
            Ok(())
        })?;
        if let Some(seconds) = course.seconds() {
            sink.fact(part, Fact::DurationSeconds(seconds));
        }
        Ok(tally)
    }
}

fn whole<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> Result<T, Refusal> {
    let text = row.text(Some(column)).unwrap_or("");
    text.parse().map_err(|_| {
        Refusal::at(column, format!("should be a whole number, found `{}`", crate::fmt::excerpt(text.as_bytes())))
    })
}

fn cell(code: u16) -> CellKey {
    let outcome = match code {
        200..400 => Outcome::Ok,
        _ => Outcome::Failed(failure::kind(Some(code), None)),
    };
    CellKey {
        population: Population::Request,
        endpoint: unnamed(),
        outcome,
        status: Some(code),
        cached: None,
        tags: Vec::new(),
    }
}
