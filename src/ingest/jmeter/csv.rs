//! JMeter's JTL as CSV: one sample a row, any columns in any order, with or without a header.

use super::TOOL;
use super::columns::{Columns, Field};
use super::glance::Glance;
use super::home::HomeId;
use super::record::{Ending, Record};
use super::sample::{Given, Refusal, Teller};
use super::seen::Seen;
use super::sight::Sight;
use crate::error::Error;
use crate::ingest::input::LINE_CAP;
use crate::ingest::preface::names_delimiter;
use crate::ingest::printed::note_perhaps_cut;
use crate::ingest::row_blocks::{RowBlock, RowBlocks};
use crate::ingest::scrub::without_queries;
use crate::ingest::{Adapter, Head, Input, Notation, Rejection, Settings, Sink, Sniff, Tally, threads};
use crate::model::sample::Fact;
use std::io;

/// Lines with quotes that one row may stand in: a quote that is never closed must not be looked for in all that follows.
const QUOTED_LINES: usize = 1000;

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

    fn is_header(&self, line: &[u8]) -> bool {
        // A row that was cut and has the next run's header behind it is none.
        !line.first().is_some_and(u8::is_ascii_digit) && Columns::of_header(line).is_some()
    }

    fn notation(&self, head: &Head, _: &Settings) -> Notation {
        Columns::of(head).map_or_else(|_| Notation::default(), |columns| columns.notation(head))
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let head = input.head()?;
        let columns = Columns::of(&head).map_err(|why| Error::input(why).at(input.place()))?;
        let (settings, told) = &columns.settle(&head, settings);
        let blocks = RowBlocks::open(input, columns.delimiter)?;
        let layout = Layout::new(columns);
        let threads = settings.threads.min(threads::worth_while(input));
        let read = layout.read(&blocks, threads, settings, sink);
        let mut all = read.map_err(|error| Error::input(format!("cannot be read: {error}")).at(input.place()))?;
        all.conclude(blocks.unfinished(), &layout, settings, sink);
        all.tally.notes.extend(told.iter().map(|told| (*told).to_owned()));
        all.tally.stop_if_strict(settings, input)?;
        Ok(all.tally)
    }
}

/// Findings are what reading rows leaves behind beside observations.
#[derive(Default)]
struct Findings {
    tally: Tally,
    seen: Seen,
    /// The last line that was read, and whether its row breaks off.
    last: (u64, bool),
    /// Whether the last row has no line end.
    ends_open: bool,
    /// Rows that could be of transaction controllers and do not say so.
    suspects: u64,
}

impl Findings {
    /// Adds those of another reader of the same file.
    fn merge(&mut self, other: Self) {
        self.tally.merge(other.tally);
        self.seen.merge(other.seen);
        self.last = self.last.max(other.last);
        self.ends_open |= other.ends_open;
        self.suspects += other.suspects;
    }

    fn conclude(&mut self, unfinished: Option<String>, layout: &Layout, settings: &Settings, sink: &mut dyn Sink) {
        let torn = self.last.1.then(|| format!("breaks off within line {}", self.last.0));
        self.tally.unfinished = unfinished.or(torn);
        note_perhaps_cut(self.ends_open, &mut self.tally);
        if self.suspects > 0 {
            let part = sink.part(None);
            sink.fact(part, Fact::Warning(SUSPECTS.to_owned()));
        }
        if let Some(version) = layout.columns.assumed {
            self.tally.note(format!("there is no header: the columns are taken for {version}'s"));
        }
        self.seen.conclude(&mut self.tally, settings, sink);
    }
}

const SUSPECTS: &str = "the file has no column `responseMessage`, by which rows of transaction controllers are known: if the \
                        test plan has such controllers, their requests are counted twice";

/// Takes blocks of rows and tells them.
struct Reader<'s> {
    layout: &'s Layout,
    teller: Teller<'s>,
    /// `None` where no row is known by sight.
    sight: Option<Sight>,
    record: Record,
    findings: Findings,
}

/// Where the columns stand.
struct Layout {
    columns: Columns,
    url: Option<usize>,
    data_type: Option<usize>,
    says_transactions: bool,
}

impl<'s> Reader<'s> {
    fn new(layout: &'s Layout, teller: Teller<'s>) -> Self {
        let sight = Sight::of(&layout.columns, !layout.says_transactions);
        Self { layout, teller, sight, record: Record::default(), findings: Findings::default() }
    }

    /// Reads what others leave over, block by block.
    fn read(&mut self, blocks: &RowBlocks, strict: bool) -> io::Result<()> {
        let mut block = RowBlock::default();
        while blocks.next(&mut block)? {
            // Blocks are cut behind a line end, but for the last.
            self.findings.ends_open |= !block.overlong && block.bytes.last().is_some_and(|last| *last != b'\n');
            if block.overlong {
                self.reject(&block.bytes, (block.line, block.byte), &refusal("is longer than 1 MiB"), false);
            } else {
                self.block(&block);
            }
            if strict && self.findings.tally.rejected > 0 {
                blocks.stop();
            }
        }
        Ok(())
    }

    /// Reads the rows of a block: those known by sight as they stand, others field by field.
    fn block(&mut self, block: &RowBlock) {
        let (mut at, mut line) = (0, block.line);
        // The last line of a row known by sight.
        let mut known = 0;
        let mut like = Glance::default();
        while let Some(rest) = block.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if self.like_row(rest, &mut like) {
                at += like.len;
                known = line;
                line += 1;
                continue;
            }
            let glance = self.sight.as_ref().and_then(|sight| sight.glance(rest));
            let (length, lines) = match &glance {
                Some(glance) if self.known_row(rest, glance) => {
                    known = line;
                    (glance.len, 1)
                }
                _ => self.any_row(rest, (line, block.byte + at as u64), glance.as_ref()),
            };
            at += length;
            line += lines;
        }
        self.findings.last = self.findings.last.max((known, false));
    }

    /// Takes a row whose texts stood together before; false where it is not such a one, and nothing has been told.
    fn known_row(&mut self, text: &[u8], glance: &Glance<'_>) -> bool {
        let Some(sight) = &mut self.sight else { return false };
        let Some(known) = sight.known(glance) else { return false };
        sight.expect(text, glance);
        self.tell_known(known, glance)
    }

    /// Takes a row that is like one before but for its numbers; false where it is not such a one, and nothing has been told.
    /// One glance serves all rows: each overwrites what the row before left in it.
    #[inline]
    fn like_row<'t>(&mut self, text: &'t [u8], glance: &mut Glance<'t>) -> bool {
        let Some(sight) = &mut self.sight else { return false };
        let Some(known) = sight.fit(text, glance) else { return false };
        self.tell_known(known, glance)
    }

    #[inline]
    fn tell_known(&mut self, known: HomeId, glance: &Glance<'_>) -> bool {
        if !self.teller.tell_known(known, &glance.measured) {
            return false;
        }
        let findings = &mut self.findings;
        findings.suspects +=
            u64::from(!self.layout.says_transactions && may_be_transaction(glance.data_type, glance.url));
        findings.tally.used();
        true
    }

    /// Takes the row at the front of a text, and returns its length with the line end and its lines. A quote that is not
    /// closed spoils the line it stands in only.
    fn any_row(&mut self, rest: &[u8], (line, byte): (u64, u64), glance: Option<&Glance<'_>>) -> (usize, u64) {
        let mut end = memchr::memchr(b'\n', rest);
        let first = line_of(rest, end);
        let (mut row, mut ending) = (first, self.record.split(first, self.layout.columns.delimiter));
        let (mut lines, mut tries) = (1, 0);
        while let (Ending::Open, Some(before)) = (ending, end) {
            // Only a line with a quote can close one.
            let Some(quote) = memchr::memchr(b'"', rest.get(before + 1..).unwrap_or_default()) else { break };
            let from = before + 1 + quote;
            end = memchr::memchr(b'\n', rest.get(from..).unwrap_or_default()).map(|found| from + found);
            row = line_of(rest, end);
            tries += 1;
            if row.len() > LINE_CAP || tries > QUOTED_LINES {
                break;
            }
            ending = self.record.split_on(row, self.layout.columns.delimiter);
        }
        if ending == Ending::Open {
            end = memchr::memchr(b'\n', rest);
            self.reject(first, (line, byte), &refusal("has a quote that is not closed"), true);
        } else {
            lines = 1 + memchr::memchr_iter(b'\n', row).count() as u64;
            if !row.is_empty() {
                let known = self.row(row, (line, byte));
                if let (Some(sight), Some(glance), Some(known)) = (&mut self.sight, glance, known) {
                    sight.learn(glance, known);
                }
            }
        }
        (end.map_or(rest.len(), |end| end + 1), lines)
    }

    /// Takes a row that has been split. Returns what its texts mean, if it was used.
    fn row(&mut self, row: &[u8], place: (u64, u64)) -> Option<HomeId> {
        let (layout, record) = (self.layout, &self.record);
        if layout.is_header(row, record) {
            // The header's own line, and that of each file that was appended.
            if place.0 > 1 {
                self.findings.tally.header();
            }
            return None;
        }
        let taken = layout.fits(row, record).and_then(|()| self.teller.tell(&layout.given(row, record)));
        let findings = &mut self.findings;
        findings.last = findings.last.max((place.0, false));
        match taken {
            Ok(known) => {
                let text = |at: Option<usize>| at.and_then(|at| record.get(row, at)).unwrap_or_default();
                let suspect = may_be_transaction(text(layout.data_type), text(layout.url));
                findings.suspects += u64::from(!layout.says_transactions && suspect);
                findings.tally.used();
                Some(known)
            }
            Err(refusal) => {
                if Columns::of_header(row).is_some() {
                    self.findings.tally.header();
                } else if names_delimiter(row) {
                    self.findings.tally.skipped();
                } else {
                    let torn = self.record.len() < layout.columns.names.len();
                    self.reject(row, place, &refusal, torn);
                }
                None
            }
        }
    }

    /// Refuses a row. Were it the last, the file would break off there if it is torn.
    fn reject(&mut self, row: &[u8], (line, byte): (u64, u64), refusal: &Refusal, torn: bool) {
        self.findings.last = self.findings.last.max((line, torn));
        self.findings.tally.reject(Rejection {
            byte,
            line,
            field: refusal.field.map(str::to_owned),
            reason: without_queries(&refusal.reason).into_owned(),
            excerpt: without_queries(&crate::fmt::excerpt(row)).into_owned(),
        });
    }

    fn finish(self) -> Findings {
        Findings { seen: self.teller.finish(), ..self.findings }
    }
}

/// A row's bytes without the end of its last line.
fn line_of(rest: &[u8], end: Option<usize>) -> &[u8] {
    let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn refusal(reason: impl Into<String>) -> Refusal {
    Refusal { field: None, reason: reason.into() }
}

impl Layout {
    fn new(columns: Columns) -> Self {
        Self {
            url: columns.position(Field::Url),
            data_type: columns.position(Field::DataType),
            says_transactions: columns.has(Field::ResponseMessage),
            columns,
        }
    }

    /// Reads all blocks with so many threads.
    fn read(
        &self,
        blocks: &RowBlocks,
        threads: usize,
        settings: &Settings,
        sink: &mut dyn Sink,
    ) -> io::Result<Findings> {
        let yields = threads::spread(vec![(); threads.max(1)], sink, |(), sink| {
            let teller = Teller::new(sink, settings).with_sign(settings.sign.unwrap_or_default());
            let mut reader = Reader::new(self, teller);
            reader.read(blocks, settings.strict).map(|()| reader.finish())
        });
        yields.into_iter().try_fold(Findings::default(), |mut all, findings| {
            all.merge(findings?);
            Ok(all)
        })
    }

    /// A field too few or too many moves values into other columns.
    fn fits(&self, row: &[u8], record: &Record) -> Result<(), Refusal> {
        let (wanted, found) = (self.columns.names.len(), record.len());
        // A delimiter at the end of each row makes one more, empty, field.
        let ends_empty = found == wanted + 1 && record.get(row, wanted) == Some(b"");
        if found != wanted && !ends_empty {
            return Err(refusal(format!("should have {wanted} fields, found {found}")));
        }
        Ok(())
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
}

/// Whether a row looks like a transaction controller's as far as columns other than `responseMessage` tell: no type of data
/// and no URL. A script's own sampler looks the same.
fn may_be_transaction(data_type: &[u8], url: &[u8]) -> bool {
    [data_type, url].iter().all(|text| matches!(*text, b"" | b"null"))
}

#[cfg(test)]
mod sight_tests;
#[cfg(test)]
mod split_tests;
#[cfg(test)]
mod tests;
