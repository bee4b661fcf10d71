//! Goose's request log, `--request-log FILE` with `--request-format csv` or `json`: every request, or its change of mind.
//!
//! Times are milliseconds since the start, of which nothing is said. A script may take back an outcome (`set_success`,
//! `set_failure`); Goose then writes the request again with `update`. A user asks for one thing at a time, so each user's
//! last request is held back until the next, and an update replaces it. Requests that Goose reckons would have been made
//! while one was slow (`coordinated_omission_elapsed`) never were, and are left out.

use super::{TOOL, US_PER_MS};
use crate::error::Error;
use crate::ingest::own::cell_text::Refusal;
use crate::ingest::own::digits::Sign;
use crate::ingest::own::failure;
use crate::ingest::printed::{self, Course, each_row};
use crate::ingest::rows::{Row, Rows};
use crate::ingest::scrub;
use crate::ingest::{Adapter, Head, Input, PartId, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::key::{CellKey, EndpointKey, Outcome, Population};
use crate::model::sample::{Fact, Fault, LoadModel, Sample};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Reads Goose's request log.
pub struct GooseRequests;

/// Users whose last request is held back; a user beyond has his taken at once.
const HELD: usize = 100_000;
/// A column and key that no other tool writes.
const MARK: &[u8] = b"coordinated_omission_elapsed";

impl Adapter for GooseRequests {
    fn name(&self) -> &'static str {
        "goose_requests"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "Goose's requests, `--request-log FILE` with `--request-format csv` or `json`: one request a row"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let line = head.first_line();
        // As a column or a key of its own: in a part they stand in the sentence that says why a file was taken for Goose's.
        let has = |word: &[u8]| match line.strip_prefix(b"{") {
            Some(keys) => keys.split(|byte| *byte == b'"').any(|key| key == word),
            None => line.split(|byte| matches!(byte, b',' | b';' | b'\t')).any(|name| name.trim_ascii() == word),
        };
        if has(MARK) && has(b"user_cadence") && has(b"response_time") {
            Sniff::yes("columns of Goose's request log: response_time, coordinated_omission_elapsed, user_cadence")
        } else {
            Sniff::no("the first line has no coordinated_omission_elapsed and user_cadence")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let part = sink.part(None);
        let is_json = input.head()?.first_line().starts_with(b"{");
        let mut log = Log { part, held: BTreeMap::new(), course: Course::default(), reckoned: 0 };
        let mut tally = if is_json { log.lines(input, settings, sink)? } else { log.rows(input, settings, sink)? };
        for request in std::mem::take(&mut log.held).into_values() {
            hand_on(&request, part, sink);
        }
        sink.fact(part, Fact::Load(LoadModel::Closed));
        if let Some(seconds) = log.course.seconds() {
            sink.fact(part, Fact::DurationSeconds(seconds));
        }
        if log.reckoned > 0 {
            tally.note(format!(
                "{} requests that Goose reckoned for slow ones were never made and are left out",
                log.reckoned
            ));
        }
        tally.note("Goose measures whole milliseconds, and its log does not say when it began");
        Ok(tally)
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Request {
    elapsed: f64,
    name: String,
    response_time: f64,
    status_code: u16,
    success: bool,
    #[serde(default)]
    update: bool,
    user: u64,
    #[serde(default)]
    error: String,
    #[serde(default)]
    coordinated_omission_elapsed: f64,
    raw: Option<Raw>,
}

/// What was asked for; of its address, headers and body nothing is kept.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Raw {
    method: String,
}

/// The reading of one log.
struct Log {
    part: PartId,
    /// Each user's last request.
    held: BTreeMap<u64, Request>,
    course: Course,
    reckoned: u64,
}

impl Log {
    fn rows(&mut self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (rows, sign) = printed::open_resaved(input, &["elapsed", "response_time", "coordinated_omission_elapsed"])?;
        let columns = Columns::of(&rows, input, sign)?;
        each_row(input, rows, settings, |row| {
            let request = columns.request(row)?;
            self.take(request, sink).map_err(|reason| Refusal::at(columns.took, reason))
        })
    }

    fn lines(&mut self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut lines = input.lines()?;
        let (mut tally, mut last_is_cut) = (Tally::default(), false);
        let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        while let Some(line) = lines.next_line().map_err(broken)? {
            last_is_cut = !line.terminated;
            let read = serde_json::from_slice::<Request>(line.bytes);
            let taken = read
                .map_err(|error| format!("is no row of Goose's request log: {error}"))
                .and_then(|request| self.take(request, sink));
            match taken {
                Ok(()) => tally.used(),
                // The line holds addresses, headers and bodies, so none of it is shown.
                Err(reason) => tally.reject(Rejection {
                    byte: line.byte,
                    line: line.number,
                    field: None,
                    reason,
                    excerpt: String::new(),
                }),
            }
            tally.stop_if_strict(settings, input)?;
        }
        tally.unfinished = lines.unfinished().map(str::to_owned);
        if last_is_cut && tally.rejected > 0 {
            tally.unfinished.get_or_insert_with(|| "its last line breaks off".to_owned());
        }
        Ok(tally)
    }

    fn take(&mut self, request: Request, sink: &mut dyn Sink) -> Result<(), String> {
        if !(request.elapsed >= 0.0 && request.response_time >= 0.0) {
            return Err("times should not be negative".to_owned());
        }
        if request.coordinated_omission_elapsed > 0.0 {
            self.reckoned += 1;
            return Ok(());
        }
        if request.update {
            let held = self.held.get_mut(&request.user);
            let held =
                held.filter(|held| held.elapsed.total_cmp(&request.elapsed).is_eq() && held.name == request.name);
            *held.ok_or("changes the outcome of a request that is not its user's last")? = request;
            return Ok(());
        }
        self.course.add(Some(request.elapsed / 1e3), request.response_time / 1e3);
        if self.held.len() >= HELD && !self.held.contains_key(&request.user) {
            hand_on(&request, self.part, sink);
        } else if let Some(before) = self.held.insert(request.user, request) {
            hand_on(&before, self.part, sink);
        }
        Ok(())
    }
}

/// Where the CSV has what is read.
struct Columns {
    elapsed: usize,
    took: usize,
    name: usize,
    status: usize,
    success: usize,
    update: usize,
    user: usize,
    reckoned: usize,
    error: Option<usize>,
    raw: Option<usize>,
    /// How its numbers are written.
    sign: Sign,
}

impl Columns {
    fn of(rows: &Rows, input: &Input, sign: Sign) -> Result<Self, Error> {
        let column = |name: &str| {
            let found = rows.header().position(name);
            found.ok_or_else(|| Error::input(format!("has no column `{name}`")).at(input.place()))
        };
        Ok(Self {
            elapsed: column("elapsed")?,
            took: column("response_time")?,
            name: column("name")?,
            status: column("status_code")?,
            success: column("success")?,
            update: column("update")?,
            user: column("user")?,
            reckoned: column("coordinated_omission_elapsed")?,
            error: rows.header().position("error"),
            raw: rows.header().position("raw"),
            sign,
        })
    }

    fn request(&self, row: &Row<'_>) -> Result<Request, Refusal> {
        // `GooseRawRequest { method: Get, url: …`
        let raw = row.text(self.raw).and_then(|text| text.split_once("method: "));
        let method = raw.and_then(|(_, rest)| rest.split(',').next());
        Ok(Request {
            elapsed: printed::resaved_amount(row, self.elapsed, self.sign)?,
            name: row.text(Some(self.name)).unwrap_or(printed::UNNAMED).to_owned(),
            response_time: printed::resaved_amount(row, self.took, self.sign)?,
            status_code: parsed(row, self.status, "an HTTP status")?,
            success: yes_or_no(row, self.success)?,
            update: yes_or_no(row, self.update)?,
            user: parsed(row, self.user, "a user's number")?,
            error: row.text(self.error).unwrap_or_default().to_owned(),
            coordinated_omission_elapsed: printed::resaved_amount(row, self.reckoned, self.sign)?,
            raw: method.map(|method| Raw { method: method.to_owned() }),
        })
    }
}

fn parsed<T: std::str::FromStr>(row: &Row<'_>, column: usize, what: &str) -> Result<T, Refusal> {
    let text = row.text(Some(column)).unwrap_or("");
    text.parse()
        .map_err(|_| Refusal::at(column, format!("should be {what}, found `{}`", crate::fmt::excerpt(text.as_bytes()))))
}

/// `true` and `false`, in a spreadsheet `TRUE` and `FALSE`.
fn yes_or_no(row: &Row<'_>, column: usize) -> Result<bool, Refusal> {
    match row.text(Some(column)) {
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => parsed(row, column, "true or false"),
    }
}

fn hand_on(request: &Request, part: PartId, sink: &mut dyn Sink) {
    let method = request.raw.as_ref().map(|raw| raw.method.to_ascii_uppercase());
    let endpoint: EndpointKey = printed::endpoint(method.as_deref(), &request.name);
    let said = (!request.error.is_empty()).then_some(request.error.as_str());
    let outcome = if request.success {
        Outcome::Ok
    } else {
        let text = said.map_or_else(|| format!("HTTP {}", request.status_code), scrub::text);
        sink.fault(part, Fault { endpoint: Some(endpoint.clone()), text, count: 1, of_requests: true });
        Outcome::Failed(failure::kind(Some(request.status_code), said))
    };
    let key = CellKey {
        population: Population::Request,
        endpoint,
        outcome,
        status: Some(request.status_code),
        cached: None,
        tags: Vec::new(),
    };
    let cell = sink.cell(part, &key);
    let latency_ns = printed::seconds_ns(request.response_time * US_PER_MS / 1e6);
    sink.sample(cell, Sample { ended_at: None, latency_ns, bytes: None });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::own::recording::Recording;

    fn read(text: &str) -> (Recording, Tally) {
        let mut sink = Recording::default();
        let input = Input::memory("goose", text.as_bytes()).unwrap();
        let tally = GooseRequests.read(&input, &Settings::default(), &mut sink).unwrap();
        (sink, tally)
    }

    fn failed(sink: &Recording) -> usize {
        sink.count(|key| matches!(key.outcome, Outcome::Failed(_)))
    }

    #[test]
    fn both_forms_count_what_the_report_counts() {
        let (sink, tally) = read(include_str!("../../../samples/goose/requests-csv/request.csv"));
        assert_eq!((tally.rejected, sink.samples.len(), failed(&sink)), (0, 167, 48));
        assert_eq!(sink.count(|key| key.endpoint.label() == "GET chat"), 53);
        let (sink, tally) = read(include_str!("../../../samples/goose/requests-json/request.ndjson"));
        assert_eq!((tally.rejected, sink.samples.len(), failed(&sink)), (0, 159, 51));
    }

    /// Half a line at the end was a bad row among many; that the log goes on behind it was not said.
    #[test]
    fn a_log_that_breaks_off_is_unfinished() {
        let csv = include_str!("../../../samples/goose/requests-csv/request.csv");
        let json = include_str!("../../../samples/goose/requests-json/request.ndjson");
        for text in [csv, json] {
            assert_eq!(read(text).1.unfinished, None);
            let line = text.lines().last().unwrap().len();
            assert!(read(&text[..text.len() - line / 2]).1.unfinished.is_some());
        }
    }

    /// Between semicolons the log was taken for a script's own rows, whose unit nobody states.
    #[test]
    fn a_log_saved_again_by_a_spreadsheet_is_the_same() {
        let text = include_str!("../../../samples/goose/requests-csv/request.csv");
        let mut resaved = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        for row in csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes()).records() {
            let spoken = |cell: &str| if cell == "true" { "TRUE".to_owned() } else { cell.to_owned() };
            resaved.write_record(row.unwrap().iter().map(spoken)).unwrap();
        }
        let resaved = String::from_utf8(resaved.into_inner().unwrap()).unwrap();
        assert!(resaved.contains(";TRUE;"));
        let head = Input::memory("goose", resaved.as_bytes()).unwrap().head().unwrap();
        assert!(matches!(GooseRequests.sniff(&head), Sniff::Yes(_)));
        let ((sink, tally), (of_goose, _)) = (read(&resaved), read(text));
        assert_eq!((tally.rejected, failed(&sink)), (0, failed(&of_goose)));
        assert_eq!(sink.samples, of_goose.samples);
    }

    #[test]
    fn damage_is_counted_and_reckoned_requests_are_not() {
        let header = "elapsed,raw,name,response_time,status_code,success,update,user,error,coordinated_omission_elapsed,user_cadence\n";
        let rows = "1,,/a,5,200,true,false,0,,0,0\n2,,/a,9,200,true,false,0,,700,9\n3,,/b,5,200,true,true,0,,0,0\n4,,/a,x,200,true,false,0,,0,0\n";
        let (sink, tally) = read(&[header, rows].concat());
        assert_eq!((tally.used, tally.rejected, sink.samples.len()), (2, 2, 1));
    }
}
