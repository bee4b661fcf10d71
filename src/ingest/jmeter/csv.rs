//! JMeter's JTL as CSV: one sample a row, any columns in any order, with or without a header.

use super::TOOL;
use super::columns::{Columns, Field};
use super::record::{Ending, Record};
use super::sample::{Given, Refusal, Teller};
use crate::error::Error;
use crate::ingest::input::{LINE_CAP, Line};
use crate::ingest::own::failure::without_queries;
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally};

/// Lines that one row may stand in; a quote that is never closed costs no more than these.
const LINES_OF_A_ROW: usize = 2000;

/// Reads JTL files in CSV.
pub(in crate::ingest) struct JmeterCsv;

impl Adapter for JmeterCsv {
    fn name(&self) -> &'static str {
        "jmeter_csv"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "JMeter's samples, one CSV row each, `jmeter -n -t PLAN -l FILE.jtl`: any columns and delimiter, with or without header"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        match Columns::of(head) {
            Ok(Columns { assumed: Some(version), .. }) => {
                Sniff::yes(format!("rows as {version} writes them by default, without a header"))
            }
            Ok(_) => Sniff::yes("the header names JMeter's columns, `elapsed` among them"),
            Err(why) => Sniff::no(why),
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let columns = Columns::of(&input.head()?).map_err(|why| Error::input(why).at(input.place()))?;
        let mut lines = input.lines()?;
        let mut reader = Reader::new(columns, Teller::new(sink, settings));
        loop {
            let line = lines
                .next_line()
                .map_err(|error| Error::input(format!("cannot be read: {error}")).at(input.place()))?;
            let Some(line) = line else { break };
            reader.line(&line);
            if settings.strict && reader.tally.rejected > 0 {
                break;
            }
        }
        let tally = reader.finish(lines.unfinished());
        match tally.strict_error(input.source()).filter(|_| settings.strict) {
            Some(error) => Err(error),
            None => Ok(tally),
        }
    }
}

/// Takes lines, makes rows of them and tells them.
struct Reader<'s> {
    layout: Layout,
    teller: Teller<'s>,
    record: Record,
    tally: Tally,
    /// A row whose quote is still open: its lines so far, how many, and where it began.
    open: Vec<u8>,
    open_lines: usize,
    open_at: (u64, u64),
    /// The last row was refused, and nothing came after it.
    torn: Option<String>,
    /// Rows that could be of transaction controllers and do not say so.
    suspects: u64,
}

/// Where the columns stand.
struct Layout {
    columns: Columns,
    url: Option<usize>,
    data_type: Option<usize>,
    says_transactions: bool,
}

impl<'s> Reader<'s> {
    fn new(columns: Columns, teller: Teller<'s>) -> Self {
        let layout = Layout {
            url: columns.position(Field::Url),
            data_type: columns.position(Field::DataType),
            says_transactions: columns.has(Field::ResponseMessage),
            columns,
        };
        Self {
            layout,
            teller,
            record: Record::default(),
            tally: Tally::default(),
            open: Vec::new(),
            open_lines: 0,
            open_at: (0, 0),
            torn: None,
            suspects: 0,
        }
    }

    fn line(&mut self, line: &Line<'_>) {
        self.torn = None;
        if line.overlong {
            self.give_up_open();
            self.reject(line.bytes, (line.number, line.byte), &long());
            return;
        }
        if self.open_lines > 0 {
            return self.go_on(line);
        }
        if line.bytes.is_empty() {
            return;
        }
        if self.record.split(line.bytes, self.layout.columns.delimiter) == Ending::Open {
            self.open.extend_from_slice(line.bytes);
            (self.open_lines, self.open_at) = (1, (line.number, line.byte));
            return;
        }
        self.row(line.bytes, (line.number, line.byte), line.terminated);
    }

    /// Adds a line to the row whose quote is open.
    fn go_on(&mut self, line: &Line<'_>) {
        self.open.push(b'\n');
        self.open.extend_from_slice(line.bytes);
        self.open_lines += 1;
        if self.open.len() > LINE_CAP || self.open_lines > LINES_OF_A_ROW {
            self.give_up_open();
            return;
        }
        // Only a line with a quote can close one.
        if memchr::memchr(b'"', line.bytes).is_none() {
            return;
        }
        let row = std::mem::take(&mut self.open);
        if self.record.split(&row, self.layout.columns.delimiter) == Ending::Whole {
            self.open_lines = 0;
            self.row(&row, self.open_at, line.terminated);
            self.open = row;
            self.open.clear();
        } else {
            self.open = row;
        }
    }

    /// A quote that is not closed spoils its own row only: the lines behind it are rows again.
    fn give_up_open(&mut self) {
        if self.open_lines == 0 {
            return;
        }
        let (lines, (number, byte)) = (std::mem::take(&mut self.open), self.open_at);
        self.open_lines = 0;
        let mut at = 0;
        for (index, line) in lines.split(|byte| *byte == b'\n').enumerate() {
            let place = (number + index as u64, byte + at);
            at += line.len() as u64 + 1;
            let whole = self.record.split(line, self.layout.columns.delimiter) == Ending::Whole;
            match (index, whole) {
                (0, _) | (_, false) => self.reject(line, place, &refusal("has a quote that is not closed")),
                (_, true) => self.row(line, place, true),
            }
        }
    }

    fn row(&mut self, row: &[u8], place: (u64, u64), terminated: bool) {
        let (layout, record) = (&self.layout, &self.record);
        if layout.is_header(row, record) {
            // The header's own line, and that of each file that was appended.
            self.tally.read += u64::from(place.0 > 1);
            self.tally.skipped += u64::from(place.0 > 1);
            return;
        }
        let taken = layout.fits(row, record).and_then(|()| self.teller.tell(&layout.given(row, record)));
        match taken {
            Ok(()) => {
                self.suspects += u64::from(!layout.says_transactions && layout.may_be_transaction(row, record));
                self.tally.used();
            }
            Err(refusal) => {
                if !terminated {
                    self.torn = Some(format!("breaks off within line {}", place.0));
                }
                self.reject(row, place, &refusal);
            }
        }
    }

    fn reject(&mut self, row: &[u8], (line, byte): (u64, u64), refusal: &Refusal) {
        self.tally.reject(Rejection {
            byte,
            line,
            field: refusal.field.map(str::to_owned),
            reason: without_queries(&refusal.reason).into_owned(),
            excerpt: without_queries(&crate::fmt::excerpt(row)).into_owned(),
        });
    }

    fn finish(mut self, unfinished: Option<&str>) -> Tally {
        if self.open_lines > 0 {
            self.torn = Some(format!("breaks off within line {}", self.open_at.0));
            self.give_up_open();
        }
        self.tally.unfinished = unfinished.map(str::to_owned).or(self.torn.take());
        if self.suspects > 0 {
            self.teller.warn(
                "the file has no column `responseMessage`, by which rows of transaction controllers are known: if the test plan \
                 has such controllers, their requests are counted twice",
            );
        }
        if let Some(version) = self.layout.columns.assumed {
            self.tally.note(format!("there is no header: the columns are taken for {version}'s"));
        }
        self.teller.finish(&mut self.tally);
        self.tally
    }
}

fn refusal(reason: impl Into<String>) -> Refusal {
    Refusal { field: None, reason: reason.into() }
}

fn long() -> Refusal {
    refusal("is longer than 1 MiB")
}

impl Layout {
    /// A field too few or too many moves values into other columns.
    fn fits(&self, row: &[u8], record: &Record) -> Result<(), Refusal> {
        let (wanted, found) = (self.columns.names.len(), record.len());
        // A delimiter at the end of each row makes one more, empty, field.
        let ends_empty = found == wanted + 1 && record.get(row, wanted) == Some(b"");
        if found == wanted || ends_empty {
            return Ok(());
        }
        Err(refusal(format!("should have {wanted} fields, found {found}")))
    }

    fn is_header(&self, row: &[u8], record: &Record) -> bool {
        // No row of samples begins with a letter, whichever column is first, but by a label: then all fields decide.
        let first = record.get(row, 0).unwrap_or_default();
        let named = self.columns.names.first().is_some_and(|name| name.as_bytes() == first.trim_ascii());
        named
            && self
                .columns
                .names
                .iter()
                .enumerate()
                .all(|(at, name)| record.get(row, at).is_some_and(|field| field.trim_ascii() == name.as_bytes()))
    }

    #[inline]
    fn given<'a>(&self, row: &'a [u8], record: &'a Record) -> Given<'a> {
        let get = |field| self.columns.position(field).and_then(|at| record.get(row, at));
        let text = |field| get(field).unwrap_or_default();
        Given {
            stamp: get(Field::TimeStamp),
            elapsed: text(Field::Elapsed),
            idle: text(Field::IdleTime),
            latency: text(Field::Latency),
            connect: text(Field::Connect),
            label: text(Field::Label),
            code: text(Field::ResponseCode),
            message: text(Field::ResponseMessage),
            failure: text(Field::FailureMessage),
            success: get(Field::Success),
            bytes: text(Field::Bytes),
            sent: text(Field::SentBytes),
            threads: text(Field::AllThreads),
            thread: text(Field::ThreadName),
            host: text(Field::Hostname),
            samples: text(Field::SampleCount),
        }
    }

    /// Whether a row looks like a transaction controller's as far as columns other than `responseMessage` tell: no type of
    /// data and no URL. A script's own sampler looks the same.
    fn may_be_transaction(&self, row: &[u8], record: &Record) -> bool {
        let empty = |at: Option<usize>| at.is_none_or(|at| matches!(record.get(row, at), None | Some(b"" | b"null")));
        empty(self.data_type) && empty(self.url)
    }
}

#[cfg(test)]
mod tests;
