//! CSV rows with a header, shared by every CSV adapter: fields by column name, and every row's place.

use super::input::{Input, LINE_CAP};
use super::row_blocks::{RowBlock, RowBlocks};
use super::row_fields::Splitter;
use super::tally::{Rejection, Tally};
use crate::error::Error;
use std::sync::Arc;

/// Lines that a row may take by what people write into a field, such as the trace of an error.
const FEW_LINES: u64 = 50;

/// Columns of a header, by name.
#[derive(Debug, Clone)]
pub struct Header {
    names: Vec<String>,
}

impl Header {
    /// A header of these names.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self { names }
    }

    /// The names in the file's order, trimmed.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Position of the column of exactly that name.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|have| have == name)
    }

    /// Position of the first of several names, whatever their case.
    #[must_use]
    pub fn any_of(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|want| self.names.iter().position(|have| have.eq_ignore_ascii_case(want)))
    }
}

/// A Row is one record and its place.
#[derive(Debug)]
pub struct Row<'a> {
    bytes: &'a [u8],
    /// The same where it is UTF-8, checked once for all fields.
    text: Option<&'a str>,
    /// Where in it each field begins and ends.
    fields: &'a [(usize, usize)],
    /// Line on which it begins, from 1.
    pub line: u64,
    /// Byte at which it begins.
    pub byte: u64,
    /// Line ends in it, its own included.
    line_ends: u64,
}

impl Row<'_> {
    /// How many fields it has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.fields.len()
    }

    /// A field's bytes; `None` where the row is too short or there is no such column.
    #[must_use]
    pub fn bytes(&self, column: Option<usize>) -> Option<&[u8]> {
        let (start, end) = *self.fields.get(column?)?;
        self.bytes.get(start..end)
    }

    /// Whether it is the header of these names once more, as where a run was appended.
    #[must_use]
    pub fn is_header(&self, names: &[String]) -> bool {
        names.iter().enumerate().all(|(column, name)| self.text(Some(column)).unwrap_or_default() == name)
    }

    /// Whether all of it is UTF-8.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.text.is_some()
    }

    /// A field's text, trimmed; `None` where it is absent, empty or not UTF-8.
    #[must_use]
    pub fn text(&self, column: Option<usize>) -> Option<&str> {
        let field = match self.text {
            Some(text) => {
                let (start, end) = *self.fields.get(column?)?;
                text.get(start..end)?
            }
            None => std::str::from_utf8(self.bytes(column)?).ok()?,
        };
        let text = trimmed(field);
        (!text.is_empty()).then_some(text)
    }

    /// A finite number; `None` where the field is absent, empty or `N/A`.
    ///
    /// # Errors
    /// The rejection's words: what was found.
    pub fn number(&self, column: Option<usize>) -> Result<Option<f64>, String> {
        match self.text(column) {
            None | Some("N/A" | "NaN" | "nan" | "null" | "None" | "-") => Ok(None),
            Some(text) => match text.parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(Some(value)),
                _ => Err(format!("should be a number, found `{}`", crate::fmt::excerpt(text.as_bytes()))),
            },
        }
    }

    /// A rejection of this row. One that goes on over many lines has mostly lost a quote, and so have all rows behind it: how
    /// many lines went with it is said.
    #[must_use]
    pub fn rejection(&self, field: Option<&str>, reason: impl Into<String>) -> Rejection {
        let fields: Vec<&[u8]> = (0..self.width()).filter_map(|column| self.bytes(Some(column))).collect();
        let joined = fields.join(&b',');
        let mut reason = reason.into();
        if self.line_ends > FEW_LINES {
            let lines = crate::fmt::count(self.line_ends);
            reason = format!("{reason}; the row takes {lines} lines: is a quote not closed?");
        }
        Rejection {
            byte: self.byte,
            line: self.line,
            field: field.map(str::to_owned),
            reason,
            excerpt: crate::fmt::excerpt(&joined),
        }
    }
}

/// Without blanks around it; most fields have none.
#[inline]
fn trimmed(field: &str) -> &str {
    match field.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => field,
        _ => field.trim(),
    }
}

/// Rows of a CSV input, one at a time in reused buffers.
///
/// They may be [shared](Rows::shared_by) by several threads, of which each row goes to one. Fields are found
/// where they lie; only rows with quotes within quotes and other oddities are rewritten, by `csv_core`.
#[derive(Debug)]
pub struct Rows {
    blocks: Arc<RowBlocks>,
    header: Header,
    splitter: Splitter,
    block: RowBlock,
    /// How much of the block has been read.
    at: usize,
    line: u64,
    /// Whether the input's last row was in a block of these and had no line end.
    ends_open: bool,
}

impl Rows {
    /// Opens an input and reads its header row. Rows may be ragged: a missing field is missing, not an error of the file.
    ///
    /// # Errors
    /// It cannot be opened or has no header.
    pub fn open(input: &Input, delimiter: u8) -> Result<Self, Error> {
        let blocks = Arc::new(RowBlocks::open(input, delimiter)?);
        let mut rows = Self::of(blocks, Header::new(Vec::new()), Splitter::new(delimiter));
        let mut tally = Tally::default();
        if let Some(header) = rows.next_row(&mut tally) {
            let fields = (0..header.width()).filter_map(|column| header.bytes(Some(column)));
            let names = fields.map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
            rows.header = Header::new(names);
        }
        match tally.first_rejections.first() {
            Some(flaw) => Err(Error::input(format!("has no readable header row: {}", flaw.reason)).at(input.place())),
            None => Ok(rows),
        }
    }

    fn of(blocks: Arc<RowBlocks>, header: Header, splitter: Splitter) -> Self {
        Self { blocks, header, splitter, block: RowBlock::default(), at: 0, line: 1, ends_open: false }
    }

    /// These rows for so many readers, to be given to as many threads (see [`super::threads::spread`]). Each row goes to
    /// one of them, in no order that could be relied on; its place tells where it stood.
    #[must_use]
    pub fn shared_by(self, readers: usize) -> Vec<Self> {
        let others = 1..readers.max(1);
        let share =
            |_| Self::of(Arc::clone(&self.blocks), self.header.clone(), Splitter::new(self.splitter.delimiter()));
        let mut all: Vec<Self> = others.map(share).collect();
        all.push(self);
        all
    }

    /// What stands between its columns.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.splitter.delimiter()
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next row; `None` at the end. Errors of the format are counted in the tally and the reading goes on; an empty
    /// line (Locust on Windows writes one after each row) is no row.
    pub fn next_row(&mut self, tally: &mut Tally) -> Option<Row<'_>> {
        loop {
            match self.rest().first() {
                Some(b'\n' | b'\r') => self.skip_line_end(),
                Some(_) => break,
                None => self.next_block(tally)?,
            }
        }
        let (line, byte) = (self.line, self.block.byte + self.at as u64);
        let rest = self.block.bytes.get(self.at..)?;
        let (len, line_ends) = self.splitter.split(rest);
        let row = rest.get(..len)?;
        self.line += line_ends;
        self.at += len;
        let (bytes, fields) = self.splitter.row(row);
        Some(Row { bytes, text: std::str::from_utf8(bytes).ok(), fields, line, byte, line_ends })
    }

    /// Rows that were read into memory and not yet given out, as they are written; it begins and ends with a row. May be
    /// empty though more are to come. For readers that know their rows by sight.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.block.bytes.get(self.at..).unwrap_or_default()
    }

    /// Passes over rows of [`Rows::rest`] that the caller has read himself.
    pub fn skip(&mut self, bytes: usize, lines: u64) {
        self.at += bytes;
        self.line += lines;
    }

    /// Line on which the next row begins, if it is in the block at hand.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Ends the reading for all who share these rows, once they have read what they hold.
    pub fn stop(&self) {
        self.blocks.stop();
    }

    /// Whether the last row has no line end, once all have been read: the file of a tool that ends every row was cut off then,
    /// perhaps within a number. Of those who share the rows it is who had that row that knows.
    #[must_use]
    pub fn ends_open(&self) -> bool {
        self.ends_open
    }

    fn skip_line_end(&mut self) {
        let is_end = self.rest().first() == Some(&b'\n');
        self.skip(1, u64::from(is_end));
    }

    /// Goes on to the next block; `None` where there is none.
    fn next_block(&mut self, tally: &mut Tally) -> Option<()> {
        // Blocks are cut behind a line end, but for the last, and for a line of which nobody keeps all.
        self.ends_open |= !self.block.overlong && self.block.bytes.last().is_some_and(|last| *last != b'\n');
        let flaw = match self.blocks.next(&mut self.block) {
            Ok(true) if !self.block.overlong => None,
            Ok(true) => {
                Some(format!("a row of more than {} KiB, or one with a quote that nothing closes", LINE_CAP / 1024))
            }
            Ok(false) => {
                tally.unfinished = tally.unfinished.take().or_else(|| self.blocks.unfinished());
                return None;
            }
            Err(error) => Some(format!("not a CSV row: {error}")),
        };
        (self.at, self.line) = (0, self.block.line);
        if let Some(reason) = flaw {
            let (byte, line) = (self.block.byte, self.line);
            self.at = self.block.bytes.len();
            tally.reject(Rejection { byte, line, field: None, reason, excerpt: String::new() });
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Line, byte and fields.
    type Read = (u64, u64, Vec<Vec<u8>>);

    fn read(text: &str, delimiter: u8) -> (Vec<String>, Vec<Read>) {
        let input = Input::memory("x.csv", text.as_bytes().to_vec()).unwrap();
        let mut rows = Rows::open(&input, delimiter).unwrap();
        let mut all = Vec::new();
        while let Some(row) = rows.next_row(&mut Tally::default()) {
            let fields = (0..row.width()).map(|column| row.bytes(Some(column)).unwrap().to_vec()).collect();
            all.push((row.line, row.byte, fields));
        }
        (rows.header().names().to_vec(), all)
    }

    #[test]
    fn every_row_has_its_place() {
        let text = "a,b\r\n\r\n1,\"x\ny\"\r\n2,3\n\n4\n";
        let (header, rows) = read(text, b',');
        assert_eq!(header, ["a", "b"]);
        let places: Vec<_> = rows.iter().map(|(line, byte, _)| (*line, *byte)).collect();
        assert_eq!(places, [(3, 7), (5, 16), (7, 21)]);
        assert_eq!(rows[0].2, [b"1".to_vec(), b"x\ny".to_vec()]);
    }

    #[test]
    fn a_last_row_without_line_end_is_known() {
        for (text, open) in
            [("a,b\n1,2\n", false), ("a,b\n1,2", true), ("a,b\n1,\"2\n", false), ("a,b\n", false), ("a", true)]
        {
            let input = Input::memory("x.csv", text.as_bytes().to_vec()).unwrap();
            let mut rows = Rows::open(&input, b',').unwrap();
            while rows.next_row(&mut Tally::default()).is_some() {}
            assert_eq!(rows.ends_open(), open, "{text}");
        }
    }

    /// Half a file went with the quote that a row had lost, and it was said that one row of three hundred could not be read.
    #[test]
    fn a_row_that_took_others_with_it_says_how_many() {
        let text = format!("a,b\n1,2\n\"3,4\n{}", "5,6\n".repeat(150));
        let mut rows = Rows::open(&Input::memory("x.csv", text.into_bytes()).unwrap(), b',').unwrap();
        let mut tally = Tally::default();
        assert_eq!(rows.next_row(&mut tally).unwrap().rejection(None, "is wrong").reason, "is wrong");
        let lost = rows.next_row(&mut tally).unwrap().rejection(None, "has fewer fields");
        assert_eq!(lost.reason, "has fewer fields; the row takes 151 lines: is a quote not closed?");
        assert!(rows.next_row(&mut tally).is_none());
    }

    #[test]
    fn rows_are_shared_without_loss() {
        let text: String = std::iter::once("n,text\n".to_owned())
            .chain((0..100_000).map(|at| format!("{at},\"a\nb {at}\"\n")))
            .collect();
        let input = Input::memory("x.csv", text.into_bytes()).unwrap();
        let rows = Rows::open(&input, b',').unwrap();
        let mut lines: Vec<(f64, u64)> = Vec::new();
        std::thread::scope(|scope| {
            let workers: Vec<_> = rows
                .shared_by(3)
                .into_iter()
                .map(|mut rows| {
                    scope.spawn(move || {
                        let mut seen = Vec::new();
                        while let Some(row) = rows.next_row(&mut Tally::default()) {
                            seen.push((row.number(Some(0)).unwrap().unwrap(), row.line));
                        }
                        seen
                    })
                })
                .collect();
            for worker in workers {
                lines.extend(worker.join().unwrap());
            }
        });
        lines.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert_eq!(lines, (0..100_000_u32).map(|at| (f64::from(at), u64::from(2 * at + 2))).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_csv_crate(text in "[a,\"\n\r;é]{0,60}", semicolon: bool) {
            let delimiter = if semicolon { b';' } else { b',' };
            let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<Vec<Vec<u8>>> =
                reader.byte_records().map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect()).collect();
            let rows = read(&text, delimiter).1;
            prop_assert_eq!(rows.iter().map(|(_, _, fields)| fields.clone()).collect::<Vec<_>>(), expected);
            for (line, byte, _) in rows {
                let before = &text.as_bytes()[..usize::try_from(byte).unwrap()];
                prop_assert_eq!(line, 1 + memchr::memchr_iter(b'\n', before).count() as u64);
                prop_assert!(before.last().is_none_or(|byte| matches!(byte, b'\n' | b'\r')));
            }
        }
    }
}
