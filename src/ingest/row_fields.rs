//! The fields of a CSV row, found where they lie.
//!
//! One search for delimiters, quotes and line ends together finds them; nothing is copied. Only a row with quotes within
//! quotes, text behind a closing quote or a carriage return that ends no line is rewritten by `csv_core`, whose answer is
//! the rule for all: a law in the tests of [`super::rows`] holds the two to the same fields.

use super::near;

/// A Splitter finds the fields of a row.
#[derive(Debug)]
pub(super) struct Splitter {
    delimiter: u8,
    /// Fields of the last row, in the text or in `rewritten`.
    fields: Vec<(usize, usize)>,
    in_place: bool,
    rewritten: Vec<u8>,
    ends: Vec<usize>,
    core: csv_core::Reader,
}

impl Splitter {
    /// For rows with this delimiter.
    pub(super) fn new(delimiter: u8) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { delimiter, fields: Vec::new(), in_place: true, rewritten: vec![0; 1024], ends: vec![0; 64], core }
    }

    /// The delimiter.
    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Splits the row at the front of a text, which is not empty, and returns its length with the line end, and how many
    /// line ends are in it.
    #[inline]
    pub(super) fn split(&mut self, text: &[u8]) -> (usize, u64) {
        self.split_in_place(text).unwrap_or_else(|| {
            let length = self.split_rewritten(text);
            let row = text.get(..length).unwrap_or_default();
            (length, memchr::memchr_iter(b'\n', row).count() as u64)
        })
    }

    /// The row that was split last: what its fields lie in, and where in it.
    pub(super) fn row<'t>(&'t self, row: &'t [u8]) -> (&'t [u8], &'t [(usize, usize)]) {
        let end = self.fields.last().map_or(0, |(_, end)| *end);
        let rewritten = self.rewritten.get(..end).unwrap_or_default();
        (if self.in_place { row } else { rewritten }, &self.fields)
    }

    /// The same for a row that needs no rewriting; `None` where a field does: quotes within quotes, text behind a closing
    /// quote, a single carriage return.
    fn split_in_place(&mut self, text: &[u8]) -> Option<(usize, u64)> {
        self.in_place = true;
        self.fields.clear();
        // Where the field begins, and where it ends if it was quoted and is closed.
        let (mut start, mut closed, mut quoted, mut line_ends) = (0, None, false, 0);
        for at in near::marks([self.delimiter, b'\n', b'"'], text) {
            let byte = *text.get(at)?;
            if quoted {
                if byte == b'"' {
                    let behind = text.get(at + 1).copied().unwrap_or(b'\n');
                    if behind != self.delimiter && !matches!(behind, b'\n' | b'\r') {
                        return None;
                    }
                    (quoted, closed) = (false, Some(at));
                }
                line_ends += u64::from(byte == b'\n');
            } else if byte == b'"' {
                // A quote amid a field is a character like others.
                if at == start {
                    (quoted, start) = (true, at + 1);
                }
            } else {
                let is_end = byte == b'\n';
                self.fields.push((start, closed.take().unwrap_or(at)));
                start = at + 1;
                if is_end {
                    return self.without_carriage_return(text, at).then_some((at + 1, line_ends + 1));
                }
            }
        }
        if quoted {
            return None;
        }
        self.fields.push((start, closed.unwrap_or(text.len())));
        self.without_carriage_return(text, text.len()).then_some((text.len(), line_ends))
    }

    /// Takes the carriage return off a row that ends there; false where there is another in the row, which may mean an end.
    fn without_carriage_return(&mut self, text: &[u8], end: usize) -> bool {
        let row = text.get(..end).unwrap_or_default();
        let Some(first) = memchr::memchr(b'\r', row) else { return true };
        if let Some(last) = self.fields.last_mut().filter(|last| last.1 == end) {
            last.1 -= 1;
        }
        first + 1 == end
    }

    /// The same for any row; its fields come to stand in `rewritten`.
    fn split_rewritten(&mut self, text: &[u8]) -> usize {
        use csv_core::ReadRecordResult::{End, InputEmpty, OutputEndsFull, OutputFull, Record};
        self.in_place = false;
        self.core.reset();
        let (mut taken, mut written, mut count) = (0, 0, 0);
        loop {
            let input = text.get(taken..).unwrap_or_default();
            let output = self.rewritten.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(count..).unwrap_or_default();
            let (result, read, wrote, ended) = self.core.read_record(input, output, ends);
            taken += read;
            written += wrote;
            count += ended;
            match result {
                InputEmpty => {}
                OutputFull => self.rewritten.resize(2 * self.rewritten.len(), 0),
                OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                Record | End => break,
            }
        }
        self.fields.clear();
        let mut start = 0;
        for end in self.ends.iter().take(count) {
            self.fields.push((start, *end));
            start = *end;
        }
        taken
    }
}
