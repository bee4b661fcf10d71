//! Files that are one text several times over: somebody appended a file to itself, `cat a.jtl a.jtl > b.jtl`.
//!
//! Such a file has a length that so many copies divide, and where the second begins stands the first line again; only where
//! that is so is the whole compared, block by block. Of packed files the unpacked length is not known before they are read,
//! and texts that are decoded have other bytes than the file: of those nothing is said.

use super::super::plain::PlainFile;
use super::{BUFFER, Compression, Encoding, Input, Origin};
use crate::error::Error;
use std::io;
use std::sync::Arc;

/// More copies than this are not looked for.
const MOST: u64 = 10;
/// A first line has to end within so many bytes.
const FIRST_LINE: usize = 64 * 1024;
/// Fewer lines may be alike by chance.
const FEW_LINES: u64 = 20;

/// Copies of one text, one behind the other, that make up a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copies {
    /// Bytes of one.
    pub bytes: u64,
    /// Lines of one.
    pub lines: u64,
    /// How many there are, at least 2.
    pub times: u64,
}

/// What can be read at any place.
enum Bytes {
    File(PlainFile),
    Memory(Arc<[u8]>),
}

impl Bytes {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read_at(buffer, at),
            Self::Memory(bytes) => {
                let from = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
                let got = from.len().min(buffer.len());
                if let (Some(space), Some(from)) = (buffer.get_mut(..got), from.get(..got)) {
                    space.copy_from_slice(from);
                }
                Ok(got)
            }
        }
    }

    /// Whether as many bytes stand there as in front.
    fn repeat(&self, period: u64, len: u64) -> io::Result<bool> {
        let (mut own, mut other) = (vec![0; BUFFER], vec![0; BUFFER]);
        let mut at = 0;
        while at < len - period {
            let got = self.read_at(&mut other, at + period)?;
            self.read_at(&mut own, at)?;
            if got == 0 || own.get(..got) != other.get(..got) {
                return Ok(false);
            }
            at += got as u64;
        }
        Ok(true)
    }
}

impl Input {
    /// The copies of one text that it consists of, as few lines each as may be; `None` where it is one text, or it cannot be
    /// told. Each copy has some lines, of which the first stands in it once: lines that are all alike, or that repeat for
    /// want of anything that differs, are no copies.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn copies(&self) -> Result<Option<Copies>, Error> {
        if self.compression != Compression::Plain || self.encoding != Encoding::Utf8 || self.part.is_some() {
            return Ok(None);
        }
        let bytes = match &self.origin {
            Origin::File(path) => PlainFile::open(path).map(Bytes::File),
            Origin::Memory(bytes) => Ok(Bytes::Memory(Arc::clone(bytes))),
        };
        let found = bytes.and_then(|bytes| period(&bytes, self.len)).map_err(|error| self.broken(&error))?;
        let Some((times, first)) = found else { return Ok(None) };
        let one = self.within(0, self.len / times);
        let (mut lines, mut count) = (one.lines()?, 0);
        let first = first.strip_suffix(b"\n").unwrap_or(&first);
        let first = first.strip_suffix(b"\r").unwrap_or(first);
        while let Some(line) = lines.next_line().map_err(|error| self.broken(&error))? {
            count += 1;
            if count > 1 && line.bytes == first {
                return Ok(None);
            }
        }
        Ok((count >= FEW_LINES).then_some(Copies { bytes: self.len / times, lines: count, times }))
    }
}

/// How often the bytes repeat from their beginning to their end, and their first line with its end.
fn period(bytes: &Bytes, len: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut first = vec![0; FIRST_LINE];
    let got = bytes.read_at(&mut first, 0)?;
    first.truncate(got);
    let Some(end) = memchr::memchr(b'\n', &first).filter(|_| !first.starts_with(b"\xef\xbb\xbf")) else {
        return Ok(None);
    };
    first.truncate(end + 1);
    let mut there = vec![0; first.len() + 1];
    for times in (2..=MOST).rev().filter(|times| len.is_multiple_of(*times) && len / times > first.len() as u64) {
        let period = len / times;
        bytes.read_at(&mut there, period - 1)?;
        let begins_again =
            there.split_first().is_some_and(|(before, line)| *before == b'\n' && line == first.as_slice());
        if begins_again && bytes.repeat(period, len)? {
            return Ok(Some((times, first)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copies(text: &str) -> Option<Copies> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        let found = Input::open("x", file.path()).unwrap().copies().unwrap();
        assert_eq!(found, Input::memory("x", text.as_bytes()).unwrap().copies().unwrap());
        found
    }

    fn text(lines: u64) -> String {
        let row = |at: u64| format!("{at},some row\n");
        (0..lines).map(row).collect()
    }

    #[test]
    fn copies_are_found_whatever_their_number_and_size() {
        for lines in [30_u64, 40_000] {
            let text = text(lines);
            for times in 1..=4 {
                let expected = (times > 1).then_some(Copies { bytes: text.len() as u64, lines, times });
                assert_eq!(copies(&text.repeat(usize::try_from(times).unwrap())), expected);
            }
            let other = text.replace("29,some", "29,same");
            assert_eq!(copies(&[text.as_str(), &other].concat()), None);
        }
    }

    #[test]
    fn lines_that_are_alike_by_chance_are_no_copies() {
        assert_eq!(copies(&"{\"latency_ms\":10}\n".repeat(1000)), None);
        assert_eq!(copies(&"1\n2\n".repeat(6)), None, "they are few");
        assert_eq!(copies(text(30).trim_end().repeat(2).as_str()), None, "the second begins within a line");
        assert_eq!(copies(""), None);
    }
}
