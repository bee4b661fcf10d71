//! Blocks of whole rows, CSV's or lines, handed to as many threads as ask.
//!
//! Where a CSV row ends can only be known from its beginning: a quoted field may hold line ends. So one place, behind a
//! lock, reads the input from front to back and cuts it at row ends that are certain; splitting fields, reading numbers
//! and counting, which is nearly all the work, is done outside the lock by whoever took the block. Finding the last row
//! end of a block costs no look at each byte: between quotes it is a search for the next quote, and where there is none a
//! search for a line end from behind. It works for packed inputs and standard input alike.
//!
//! Each block knows the line and byte it begins with, so a thread says the same of a row as one alone would.
//!
//! How an adapter reads with several threads: [`Rows::open`](super::rows::Rows::open), then
//! [`shared_by`](super::rows::Rows::shared_by) as many readers as [`threads::worth_while`](super::threads::worth_while)
//! and the settings say, and [`threads::spread`](super::threads::spread) them; each worker keeps a tally, which are merged.
//! `k6_csv` shows it. An adapter with a splitter of its own takes [`RowBlocks`] and goes through [`RowBlock::lines`].
//! Whatever depends on the order of rows must be decided from places (line, byte) at the end.

use super::input::{Input, LINE_CAP, Line, Stream};
use super::row_end::last_row_end;
use crate::error::Error;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

/// Bytes of a block: a few thousand rows, and little enough to stay in a core's cache.
const BLOCK: usize = 256 * 1024;

/// A Row block is some whole rows.
#[derive(Debug, Default)]
pub struct RowBlock {
    /// The rows with their line ends; the input's last row may have none.
    pub bytes: Vec<u8>,
    /// Line on which the first begins, from 1.
    pub line: u64,
    /// Byte of the unpacked input at which it begins.
    pub byte: u64,
    /// Whether this is no row but the beginning of one that is longer than any row may be, and of which the rest was passed
    /// over.
    pub overlong: bool,
}

impl RowBlock {
    /// Its lines, for readers that make rows of lines themselves; a row with line ends in its fields is several.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let (mut at, mut number) = (0, self.line);
        std::iter::from_fn(move || {
            let (line, next) = self.line_at(at, number)?;
            (at, number) = (next, number + 1);
            Some(line)
        })
    }

    /// The line that begins at a place of the block and has this number, and where the next begins; `None` at the end.
    #[must_use]
    pub fn line_at(&self, at: usize, number: u64) -> Option<(Line<'_>, usize)> {
        let rest = self.bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr(b'\n', rest);
        let whole = rest.get(..end.unwrap_or(rest.len()))?;
        let kept = whole.get(..LINE_CAP).unwrap_or(whole);
        let line = Line {
            bytes: kept.strip_suffix(b"\r").unwrap_or(kept),
            number,
            byte: self.byte + at as u64,
            overlong: whole.len() > LINE_CAP || (self.overlong && whole.len() == LINE_CAP),
            terminated: end.is_some(),
        };
        Some((line, at + end.map_or(rest.len(), |end| end + 1)))
    }
}

/// Row blocks cuts an input into blocks.
#[derive(Debug)]
pub struct RowBlocks {
    cutter: Mutex<Cutter>,
}

/// What is behind the lock.
struct Cutter {
    stream: Stream,
    /// Of fields that may be quoted; `None` where every line is a row.
    delimiter: Option<u8>,
    /// What was read and not yet handed out; begins with a row.
    rest: Vec<u8>,
    line: u64,
    byte: u64,
    at_end: bool,
    stopped: bool,
    block: usize,
}

impl std::fmt::Debug for Cutter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Cutter at line {}", self.line)
    }
}

impl RowBlocks {
    /// Opens a CSV input.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(input: &Input, delimiter: u8) -> Result<Self, Error> {
        Ok(Self::of(input.stream()?, Some(delimiter), BLOCK))
    }

    /// Opens an input of which every line is a row, such as NDJSON.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn of_lines(input: &Input) -> Result<Self, Error> {
        Ok(Self::of(input.stream()?, None, BLOCK))
    }

    /// Cuts a stream into blocks of about so many bytes.
    pub(in crate::ingest) fn of(stream: Stream, delimiter: Option<u8>, block: usize) -> Self {
        let (line, byte) = (1, 0);
        let rest = Vec::new();
        Self {
            cutter: Mutex::new(Cutter { stream, delimiter, rest, line, byte, at_end: false, stopped: false, block }),
        }
    }

    /// Takes the next block in place of an old one, whose memory is used again; false at the end of the input.
    ///
    /// # Errors
    /// The operating system's; there is nothing more to be had then.
    pub fn next(&self, block: &mut RowBlock) -> io::Result<bool> {
        let mut cutter = self.lock();
        if cutter.stopped {
            return Ok(false);
        }
        let taken = cutter.cut(block);
        cutter.stopped |= !matches!(taken, Ok(true));
        taken
    }

    /// Hands out nothing more: somebody has seen enough.
    pub fn stop(&self) {
        self.lock().stopped = true;
    }

    /// Why the input must be called unfinished, once it has been read to its end.
    #[must_use]
    pub fn unfinished(&self) -> Option<String> {
        self.lock().stream.unfinished().map(str::to_owned)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Cutter> {
        self.cutter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cutter {
    fn cut(&mut self, block: &mut RowBlock) -> io::Result<bool> {
        let mut filled = self.carry_over(&mut block.bytes);
        (block.line, block.byte, block.overlong) = (self.line, self.byte, false);
        let mut room = self.block;
        let end = loop {
            filled = self.fill(&mut block.bytes, filled, room)?;
            if self.at_end {
                break block.bytes.len();
            }
            let last_end = match self.delimiter {
                Some(delimiter) => last_row_end(&block.bytes, delimiter),
                None => memchr::memrchr(b'\n', &block.bytes).map(|found| found + 1),
            };
            match last_end {
                Some(end) => break end,
                // A quote that nothing closes would take the rest of the file for one field; it costs its own line only.
                None if block.bytes.len() > LINE_CAP => {
                    block.overlong = true;
                    break self.first_line_end(&mut block.bytes)?;
                }
                None => room = filled.max(self.block),
            }
        };
        self.rest.extend_from_slice(block.bytes.get(end..).unwrap_or_default());
        block.bytes.truncate(end);
        self.line += memchr::memchr_iter(b'\n', &block.bytes).count() as u64;
        self.byte += end as u64;
        Ok(!block.bytes.is_empty())
    }

    /// Puts what is left of the block before in front, over what an old block held, and says how much it is. The old bytes
    /// stay, to be overwritten: clearing them would mean to write all memory of a block twice.
    fn carry_over(&mut self, bytes: &mut Vec<u8>) -> usize {
        let carried = self.rest.len();
        match bytes.get_mut(..carried) {
            Some(front) => front.copy_from_slice(&self.rest),
            None => bytes.clone_from(&self.rest),
        }
        self.rest.clear();
        carried
    }

    /// Reads so many bytes more, or up to the end of the input, behind what is filled, over what stood there. Says how much is
    /// filled then, which is all there is.
    fn fill(&mut self, bytes: &mut Vec<u8>, mut filled: usize, more: usize) -> io::Result<usize> {
        bytes.resize(filled + more, 0);
        while let Some(space) = bytes.get_mut(filled..).filter(|space| !space.is_empty()) {
            match self.stream.read(space) {
                Ok(0) => {
                    self.at_end = true;
                    break;
                }
                Ok(got) => filled += got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(filled)
    }

    /// Where the first line ends, line end included. Of a longer one than is kept the rest is read and thrown away.
    fn first_line_end(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        loop {
            if let Some(found) = memchr::memchr(b'\n', bytes) {
                return Ok(found + 1);
            }
            if self.at_end {
                return Ok(bytes.len());
            }
            self.byte += (bytes.len() - LINE_CAP) as u64;
            bytes.truncate(LINE_CAP);
            self.fill(bytes, LINE_CAP, self.block)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn blocks(text: &str, size: usize) -> Vec<(u64, u64, String)> {
        let stream = Input::memory("x.csv", text.as_bytes().to_vec()).unwrap().stream().unwrap();
        let blocks = RowBlocks::of(stream, Some(b','), size);
        let mut block = RowBlock::default();
        let mut all = Vec::new();
        while blocks.next(&mut block).unwrap() {
            all.push((block.line, block.byte, String::from_utf8(block.bytes.clone()).unwrap()));
        }
        all
    }

    fn rows(text: &str) -> Vec<csv::ByteRecord> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        reader.byte_records().map(Result::unwrap).collect()
    }

    #[test]
    fn a_block_ends_where_no_field_is_open() {
        let text = "a,b\n1,\"x\ny\"\n2,say \"hi\n3,\"he said \"\"no\"\"\n\"\n4,5";
        let cut: Vec<_> = blocks(text, 1).into_iter().map(|(line, _, rows)| (line, rows)).collect();
        let expected = [(1, "a,b\n"), (2, "1,\"x\ny\"\n"), (4, "2,say \"hi\n"), (5, "3,\"he said \"\"no\"\"\n\"\n4,5")];
        assert_eq!(cut, expected.map(|(line, rows)| (line, rows.to_owned())));
    }

    #[test]
    fn a_block_has_the_lines_of_the_input() {
        let text = "a,b\r\n\n1,\"x\ny\"\n2,3";
        let input = Input::memory("x.csv", text.as_bytes().to_vec()).unwrap();
        let mut expected = Vec::new();
        let mut lines = input.lines().unwrap();
        while let Some(line) = lines.next_line().unwrap() {
            expected.push((line.bytes.to_vec(), line.number, line.byte, line.overlong, line.terminated));
        }
        for (size, delimiter) in [(1, None), (5, Some(b',')), (100, None)] {
            let blocks = RowBlocks::of(input.stream().unwrap(), delimiter, size);
            let (mut block, mut found) = (RowBlock::default(), Vec::new());
            while blocks.next(&mut block).unwrap() {
                let lines = block.lines();
                found.extend(lines.map(|one| (one.bytes.to_vec(), one.number, one.byte, one.overlong, one.terminated)));
            }
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_quote_that_nothing_closes_costs_one_line() {
        let text = format!("a\n\"open\n{}", "1\n".repeat(LINE_CAP));
        let stream = Input::memory("x.csv", text.clone().into_bytes()).unwrap().stream().unwrap();
        let blocks = RowBlocks::of(stream, Some(b','), BLOCK);
        let mut block = RowBlock::default();
        let (mut overlong, mut whole) = (Vec::new(), 0);
        while blocks.next(&mut block).unwrap() {
            assert!(block.bytes.len() < 3 * LINE_CAP);
            if block.overlong {
                overlong.push((block.line, block.byte, block.bytes.clone()));
            } else {
                whole += block.bytes.len();
            }
        }
        assert_eq!(overlong, [(2, 2, b"\"open\n".to_vec())]);
        assert_eq!(whole + 6, text.len());
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        let text = format!("a,b\n{}\n1,2\n", "x".repeat(3 * LINE_CAP));
        let all = blocks(&text, 1 << 14);
        assert!(all.iter().all(|(_, _, rows)| rows.len() <= LINE_CAP + (1 << 20) + (1 << 15)));
        assert_eq!(all.last().unwrap().2, "1,2\n");
        assert_eq!(usize::try_from(all.last().unwrap().1), Ok(text.len() - 4));
        assert_eq!(all.last().unwrap().0, 3);
    }

    proptest! {
        #[test]
        fn rows_of_blocks_are_rows_of_the_whole(text in "[a,\"\n\r;]{0,60}", size in 1..40_usize) {
            let cut = blocks(&text, size);
            prop_assert_eq!(cut.iter().map(|(_, _, rows)| rows.as_str()).collect::<String>(), text.clone());
            let split: Vec<_> = cut.iter().flat_map(|(_, _, block)| rows(block)).collect();
            prop_assert_eq!(split, rows(&text));
            for (line, byte, _) in &cut {
                let before = &text[..usize::try_from(*byte).unwrap()];
                prop_assert_eq!(*line, 1 + before.matches('\n').count() as u64);
            }
        }
    }
}
