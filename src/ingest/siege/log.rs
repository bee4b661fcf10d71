//! siege's log (`--log`, or siege.log): one line a run, added at its end. Each run is a test of its own, named by the time
//! at which it ended.

use super::{Run, TOOL};
use crate::error::Error;
use crate::ingest::own::cell_text::Refusal;
use crate::ingest::own::instant;
use crate::ingest::own::rows_csv::rejection;
use crate::ingest::printed::{amount, note_open_end};
use crate::ingest::rows::{Header, Row, Rows};
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::sample::Fact;
use crate::unit::{NANOS_PER_SECOND, Span, Timestamp};
use std::collections::BTreeMap;

/// Runs of one file that are read: logs grow for years.
const RUNS: usize = 1000;

/// How a mark begins, `**** text ****`.
const MARK: &[u8] = b"****";

/// Reads siege's log.
pub struct SiegeLog;

/// Where the figures stand.
struct Columns {
    ended: usize,
    transactions: usize,
    elapsed: usize,
    response: usize,
    rate: usize,
    concurrency: Option<usize>,
    okay: usize,
    failed: usize,
}

impl Adapter for SiegeLog {
    fn name(&self) -> &'static str {
        "siege_log"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "siege's log, siege.log or `--log=FILE`: one run a line, each a test of its own"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let line = String::from_utf8_lossy(head.first_line()).into_owned();
        let mut names = line.split(',').map(str::trim);
        if names.next() == Some("Date & Time") && names.next() == Some("Trans") && line.contains("Elap Time") {
            Sniff::yes("the header of siege's log: Date & Time, Trans, Elap Time")
        } else {
            Sniff::no("the header does not begin with Date & Time, Trans, Elap Time")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut rows = Rows::open(input, b',')?;
        let names = rows.header().names().to_vec();
        let columns = Columns::find(rows.header(), input)?;
        let (mut tally, mut runs) = (Tally::default(), Vec::new());
        while let Some(row) = rows.next_row(&mut tally) {
            // `siege --mark` writes a line of text between the runs, which may have commas in it.
            if row.width() == 1 || row.bytes(Some(0)).is_some_and(|field| field.starts_with(MARK)) {
                tally.skipped();
                continue;
            }
            match columns.read(&row, names.len(), runs.len(), settings) {
                Ok(run) => {
                    runs.push(run);
                    tally.used();
                }
                Err(refusal) => tally.reject(rejection(&row, &names, &refusal)),
            }
            tally.stop_if_strict(settings, input)?;
        }
        note_open_end(&rows, &mut tally);
        hand_on(&runs, sink);
        let assumed = instant::assumed_zone(settings.timezone.as_ref());
        tally.note(format!("siege writes local time without a zone: {assumed}"));
        Ok(tally)
    }
}

impl Columns {
    fn find(header: &Header, input: &Input) -> Result<Self, Error> {
        let column = |name: &str| {
            let found = header.position(name);
            found.ok_or_else(|| Error::input(format!("has no column `{name}`")).at(input.place()))
        };
        Ok(Self {
            ended: column("Date & Time")?,
            transactions: column("Trans")?,
            elapsed: column("Elap Time")?,
            response: column("Resp Time")?,
            rate: column("Trans Rate")?,
            concurrency: header.position("Concurrent"),
            okay: column("OKAY")?,
            failed: column("Failed")?,
        })
    }

    fn read(
        &self,
        row: &Row<'_>,
        width: usize,
        runs: usize,
        settings: &Settings,
    ) -> Result<(Timestamp, String, Run), Refusal> {
        if row.width() != width {
            return Err(Refusal::row(format!("should have {width} fields, found {}", row.width())));
        }
        if runs >= RUNS {
            return Err(Refusal::row(format!("is beyond the {RUNS} runs of one log that are read")));
        }
        let stamp = row.text(Some(self.ended)).unwrap_or("");
        let ended = instant::read(stamp).and_then(|clock| clock.timestamp_in(settings.timezone.as_ref()));
        let ended = ended.ok_or_else(|| {
            Refusal::at(
                self.ended,
                format!("should be a date and time, found `{}`", crate::fmt::excerpt(stamp.as_bytes())),
            )
        })?;
        let run = Run {
            transactions: count(row, self.transactions)?,
            successful: Some(count(row, self.okay)?),
            failed: count(row, self.failed)?,
            elapsed_s: amount(row, self.elapsed)?,
            response_s: quotient(row, self.response)?,
            rate_per_s: quotient(row, self.rate)?,
            concurrency: self.concurrency.and_then(|column| amount(row, column).ok()),
            ..Run::default()
        };
        Ok((ended, stamp.to_owned(), run))
    }
}

fn count(row: &Row<'_>, column: usize) -> Result<u64, Refusal> {
    let text = row.text(Some(column)).unwrap_or("");
    text.parse().map_err(|_| {
        Refusal::at(column, format!("should be a whole number, found `{}`", crate::fmt::excerpt(text.as_bytes())))
    })
}

/// A figure that siege divides by a count or a time; `None` where that was zero and it wrote what C makes of it.
fn quotient(row: &Row<'_>, column: usize) -> Result<Option<f64>, Refusal> {
    match row.text(Some(column)) {
        Some("inf" | "nan" | "-nan") => Ok(None),
        _ => amount(row, column).map(Some),
    }
}

/// One run is the file as a whole; of several each has its end for a name, and those that ended together a number.
fn hand_on(runs: &[(Timestamp, String, Run)], sink: &mut dyn Sink) {
    let mut ended: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, stamp, run) in runs {
        let times = ended.entry(stamp).or_default();
        *times += 1;
        let name = if *times > 1 { format!("{stamp} ({times})") } else { stamp.clone() };
        let part = sink.part((runs.len() > 1).then_some(name.as_str()));
        for fact in run.facts() {
            sink.fact(part, fact);
        }
        if let Some(span) = span(*at, run.elapsed_s) {
            sink.fact(part, Fact::Ran(span));
        }
        sink.total(part, run.total());
        for fault in run.faults() {
            sink.fault(part, fault);
        }
    }
}

fn span(end: Timestamp, elapsed_s: f64) -> Option<Span> {
    // `0.00` is too short to tell.
    let nanos = crate::ingest::printed::seconds_ns(elapsed_s).filter(|nanos| *nanos > 0)?;
    // Beyond this the start would not be a date that fits.
    let nanos = i64::try_from(nanos).ok().filter(|nanos| *nanos <= 3650 * 86_400 * NANOS_PER_SECOND)?;
    Some(Span { start: end.plus_nanos(-nanos), end })
}
