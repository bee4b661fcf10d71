//! An input line by line, in one reused buffer.

use super::LINE_CAP;
use super::stream::Stream;
use std::io::{self, BufRead, BufReader};

/// A Line of an input.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Its bytes without the line end; at most [`LINE_CAP`] of them.
    pub bytes: &'a [u8],
    /// From 1.
    pub number: u64,
    /// Where it begins in the unpacked input, in bytes of its text as UTF-8.
    pub byte: u64,
    /// Whether it was longer than [`LINE_CAP`].
    pub overlong: bool,
    /// Whether a line end follows; a last line without one may be cut off.
    pub terminated: bool,
}

/// Lines of an input, one at a time in a reused buffer.
pub struct Lines {
    reader: BufReader<Stream>,
    line: Vec<u8>,
    number: u64,
    offset: u64,
    next: u64,
}

impl Lines {
    pub(super) fn of(stream: Stream) -> Self {
        Self {
            reader: BufReader::with_capacity(super::BUFFER, stream),
            line: Vec::new(),
            number: 0,
            offset: 0,
            next: 0,
        }
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// The operating system's.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        self.offset = self.next;
        let (mut terminated, mut overlong) = (false, false);
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let (piece, used) = match memchr::memchr(b'\n', buffer) {
                Some(end) => {
                    terminated = true;
                    (buffer.get(..end).unwrap_or(&[]), end + 1)
                }
                None => (buffer, buffer.len()),
            };
            let room = LINE_CAP.saturating_sub(self.line.len());
            overlong |= piece.len() > room;
            self.line.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or(&[]));
            self.reader.consume(used);
            self.next += used as u64;
            if terminated {
                break;
            }
        }
        if self.next == self.offset {
            return Ok(None);
        }
        self.number += 1;
        let bytes = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        Ok(Some(Line { bytes, number: self.number, byte: self.offset, overlong, terminated }))
    }

    /// Why the input must be called unfinished, once it has been read to its end.
    #[must_use]
    pub fn unfinished(&self) -> Option<&str> {
        self.reader.get_ref().unfinished()
    }
}
