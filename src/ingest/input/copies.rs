//! Files that are one text over again: somebody appended a file to itself, `cat a.jtl a.jtl > b.jtl`, or to a part of it.
//!
//! No length tells it: a packed file's is not known before it is unpacked, and the last copy may be cut. But where the text
//! begins again stands its second line again, and that is looked for in passing while the file is read (a `Watch`); memory
//! is searched faster than any row is taken apart. Afterwards each such place is held against the beginning, byte by byte:
//! either all from there to the end stood before, or all before it stands there again ([`Input::copies`]). The second line
//! with the two behind it, because the first is a header that `tail -n +2` leaves out, and a single row may be alike by
//! chance.
//!
//! So may many: a server that answers each second's requests in the same millisecond, round after round of the same labels.
//! A repetition is all that is found here. Whether it is a copy is for those who know what the rows say.

use super::{BUFFER, BYTE_ORDER_MARK, Compression, Input, read_full};
use crate::error::Error;
use crate::ingest::sniff::HEAD_BYTES;
use memchr::memmem::Finder;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// What is looked for is so many lines, of together so many bytes at least: fewer and shorter ones are alike by chance.
const LINES: usize = 3;
const TOLD_APART: usize = 16;
/// So many bytes of them are searched for, the rest is compared: twice as fast as searching for all of a long line.
const SEARCHED: usize = 32;
/// So many places are kept, the first ones.
const KEPT: usize = 64;
/// So many of a packed file's are held against its beginning: each means to unpack what stands before it.
const UNPACKED: usize = 4;

/// Copies are a text that stands in a file again, and all that is to be read of the file for it to count once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copies {
    /// What is to be read: where it begins and how many bytes it has.
    pub part: (u64, u64),
    /// What is not, likewise. It stands before or behind it.
    pub again: (u64, u64),
    /// Lines of that.
    pub lines_again: u64,
    /// Line ends before the place where the text begins again.
    pub lines: u64,
    /// How often the text is there, at least 2, the last time perhaps not whole.
    pub times: u64,
    /// Whether it begins again with its first line, as a header does.
    pub headed: bool,
}

/// A Watch is where the second line of a text and those behind it stand again.
#[derive(Debug)]
pub(super) struct Watch {
    /// The first line, with its end.
    first: Vec<u8>,
    /// The second and those behind it, likewise, and their beginning.
    second: Vec<u8>,
    beginning: Finder<'static>,
    places: Mutex<Places>,
}

/// Bytes of the text at which the second line begins once more.
#[derive(Debug, Default)]
struct Places {
    /// With the first before it.
    both: BTreeSet<u64>,
    /// With another.
    second: BTreeSet<u64>,
}

impl Watch {
    /// Of a text with this beginning; `None` where it has not that many lines.
    fn of(head: &[u8]) -> Option<Self> {
        let line_ends = || memchr::memchr_iter(b'\n', head).map(|end| end + 1);
        let first = line_ends().next()?;
        let second = line_ends().skip(LINES).find(|end| *end >= first + TOLD_APART)?;
        let (first, second) = (head.get(..first)?.to_vec(), head.get(first..second)?.to_vec());
        let beginning = Finder::new(second.get(..SEARCHED).unwrap_or(&second)).into_owned();
        Some(Self { first, second, beginning, places: Mutex::default() })
    }

    /// How many bytes of what stood before have to be known to find what begins in them.
    pub(super) fn reach(&self) -> usize {
        self.first.len() + self.second.len()
    }

    /// Looks at a piece of the text that begins at this byte of it; what stands before the piece is known as far as `before`.
    pub(super) fn look(&self, before: &[u8], piece: &[u8], at: u64) {
        let mut kept = 0;
        for found in self.beginning.find_iter(piece) {
            let (own, text) = piece.split_at(found);
            let begins_line = own.last().or(before.last()) == Some(&b'\n');
            let place = at + found as u64;
            let is_other = place > self.first.len() as u64;
            if begins_line && is_other && self.second.starts_with(text.get(..self.second.len()).unwrap_or(text)) {
                self.keep(place, before, own);
                kept += 1;
                if kept == KEPT {
                    break;
                }
            }
        }
    }

    /// Keeps a place with what stands before it, in two pieces.
    fn keep(&self, place: u64, before: &[u8], own: &[u8]) {
        let (elsewhere, here) = self.first.split_at(self.first.len().saturating_sub(own.len()));
        let follows = own.ends_with(here) && before.ends_with(elsewhere);
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let places = if follows { &mut places.both } else { &mut places.second };
        places.insert(place);
        if places.len() > KEPT {
            places.pop_last();
        }
    }

    /// Looks at a piece that begins at this byte, for what begins before it: in `before`, which is what stands there.
    pub(super) fn look_at_seam(&self, before: &[u8], piece: &[u8], at: u64) {
        let ahead = piece.get(..self.second.len()).unwrap_or(piece);
        let seam = [before, ahead].concat();
        self.look(&[], &seam, at - before.len() as u64);
    }

    /// The places to compare, the likeliest first.
    fn places(&self, most: usize) -> Vec<u64> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.both.iter().take(most).chain(places.second.iter().take(most)).copied().collect()
    }
}

impl Input {
    /// The same file, in which is looked for its beginning as it is read.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn watched(&self) -> Result<Self, Error> {
        let mut head = vec![0; HEAD_BYTES];
        let got = read_full(&mut self.quiet().stream()?, &mut head).map_err(|error| self.broken(&error))?;
        let watch = Watch::of(head.get(..got).unwrap_or_default()).map(Arc::new);
        Ok(Self { watch, ..self.clone() })
    }

    /// Looks at a piece of it that was read past [`Input::stream`].
    pub fn look(&self, piece: &[u8], at: u64) {
        if let Some(watch) = &self.watch {
            watch.look(&[], piece, at);
        }
    }

    /// What of it is there again, once it has been read [watched](Input::watched); `None` where it is one text, or was not
    /// read to its end.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn copies(&self) -> Result<Option<Copies>, Error> {
        let Some(watch) = &self.watch else { return Ok(None) };
        let most = if self.compression == Compression::Plain { KEPT } else { UNPACKED };
        for place in watch.places(most) {
            if let Some(copies) = self.copies_at(place, &watch.first).map_err(|error| self.broken(&error))? {
                return Ok(Some(copies));
            }
        }
        Ok(None)
    }

    /// How many bytes of its text from one place on are the same as those from another on.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn alike(&self, one: u64, other: u64) -> Result<u64, Error> {
        self.compare(one, other).map(|(bytes, ..)| bytes).map_err(|error| self.broken(&error))
    }

    /// The copies if the second line stands here again.
    fn copies_at(&self, place: u64, first: &[u8]) -> io::Result<Option<Copies>> {
        let header = first.len() as u64;
        let from = place.saturating_sub(header + BYTE_ORDER_MARK.len() as u64);
        let mut text = vec![0; usize::try_from(place - from).unwrap_or_default()];
        let got = read_full(&mut self.piece(from, u64::MAX)?, &mut text)?;
        let lead = text.get(..got).unwrap_or_default();
        let (headed, end, again) = match lead.strip_suffix(first) {
            Some(lead) => {
                let mark = if lead.ends_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() as u64 } else { 0 };
                (true, place - header - mark, place - header)
            }
            None => (false, place, place),
        };
        let like = if headed { 0 } else { header };
        let (alike, lines_alike, at_end) = self.compare(like, again)?;
        // Where it is not, what stands before may be a copy of what follows that was cut.
        let is_cut_before = headed && alike >= end;
        if !at_end && !is_cut_before {
            return Ok(None);
        }
        let (lines, open) = self.counted(end)?;
        Ok(Some(if at_end {
            let times = 1 + alike.div_ceil((end - like).max(1));
            Copies { part: (0, end), again: (again, alike), lines_again: lines_alike, lines, times, headed }
        } else {
            let lines_again = lines + u64::from(open);
            Copies { part: (again, u64::MAX), again: (0, end), lines_again, lines, times: 2, headed }
        }))
    }

    /// How many bytes and lines from `again` on are the same as those from `like` on, and whether that is all to the end.
    fn compare(&self, like: u64, again: u64) -> io::Result<(u64, u64, bool)> {
        let (mut own, mut other) = (self.piece(like, u64::MAX)?, self.piece(again, u64::MAX)?);
        let (mut buffer, mut other_buffer) = (vec![0; BUFFER], vec![0; BUFFER]);
        let (mut bytes, mut lines, mut last) = (0, 0, b'\n');
        loop {
            let got = read_full(&mut other, &mut other_buffer)?;
            let got_own = read_full(&mut own, &mut buffer)?;
            let (text, own) = (other_buffer.get(..got).unwrap_or_default(), buffer.get(..got_own).unwrap_or_default());
            let alike = text.iter().zip(own).take_while(|(one, other)| one == other).count();
            let alike_text = text.get(..alike).unwrap_or_default();
            bytes += alike as u64;
            lines += memchr::memchr_iter(b'\n', alike_text).count() as u64;
            last = alike_text.last().copied().unwrap_or(last);
            if alike < got || got == 0 {
                return Ok((bytes, lines + u64::from(last != b'\n'), got == 0));
            }
        }
    }

    /// The line ends of the first so many bytes, and whether these do not end with one.
    fn counted(&self, bytes: u64) -> io::Result<(u64, bool)> {
        let (mut one, mut buffer) = (self.piece(0, bytes)?, vec![0; BUFFER]);
        let (mut lines, mut last) = (0, b'\n');
        loop {
            let got = read_full(&mut one, &mut buffer)?;
            let text = buffer.get(..got).unwrap_or_default();
            let Some(end) = text.last() else { return Ok((lines, last != b'\n')) };
            last = *end;
            lines += memchr::memchr_iter(b'\n', text).count() as u64;
        }
    }

    fn piece(&self, byte: u64, bytes: u64) -> io::Result<impl Read> {
        self.within(byte, bytes).stream().map_err(|error| io::Error::other(error.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::input::tests::gzip;
    use proptest::prelude::*;

    fn copies(bytes: &[u8]) -> Option<Copies> {
        let input = Input::memory("x", bytes).unwrap().watched().unwrap();
        io::copy(&mut input.stream().unwrap(), &mut io::sink()).unwrap();
        input.copies().unwrap()
    }

    fn text(lines: u64) -> String {
        let row = |at: u64| format!("{at},some row of many\n");
        (0..lines).map(row).collect()
    }

    #[test]
    fn copies_are_found_whatever_their_number_and_size() {
        for lines in [30_u64, 40_000] {
            let text = text(lines);
            for times in 1..=4 {
                let (bytes, more) = (text.len() as u64, times - 1);
                let (part, again, lines_again) = ((0, bytes), (bytes, bytes * more), lines * more);
                let expected = (times > 1).then_some(Copies { part, again, lines_again, lines, times, headed: true });
                let whole = text.repeat(usize::try_from(times).unwrap());
                assert_eq!(copies(whole.as_bytes()), expected);
                assert_eq!(copies(&gzip(whole.as_bytes())), expected, "packed");
            }
            let other = text.replace("29,some", "29,same");
            assert_eq!(copies([other.as_str(), &text].concat().as_bytes()), None);
        }
    }

    /// The header of the copy taken away, the copy cut, its last line too, the first copy without its last line end.
    #[test]
    fn copies_are_found_whatever_was_cut_off_them() {
        let text = text(1000);
        let found = |piece: &str| {
            copies([text.as_str(), piece].concat().as_bytes()).map(|found| (found.lines, found.lines_again))
        };
        let (_, headless) = text.split_once('\n').unwrap();
        assert_eq!(found(headless), Some((1000, 999)));
        assert_eq!(found(&text[..text.len() / 2 - 1]), Some((1000, text[..text.len() / 2 - 1].lines().count() as u64)));
        assert_eq!(found(&headless[..60]), Some((1000, 4)));
        assert_eq!(found(&headless[..30]), None, "two lines may be alike by chance");
        let glued = text.trim_end().repeat(2);
        let len = text.len() as u64;
        assert_eq!(copies(glued.as_bytes()).map(|found| (found.part, found.lines)), Some(((0, len - 1), 999)));
        let marked = format!("\u{feff}{text}").repeat(2);
        assert_eq!(copies(marked.as_bytes()).map(|found| found.part), Some((0, len)));
    }

    /// A run that was stopped was started again with the same file, or what there was of it was saved before all of it.
    #[test]
    fn the_first_copy_may_be_the_one_that_was_cut() {
        let text = text(1000);
        for cut in [text.len() / 2, text.len() / 2 - 3] {
            let part = &text[..cut];
            let found = copies([part, &text].concat().as_bytes()).unwrap();
            let cut = cut as u64;
            assert_eq!((found.part, found.again), ((cut, u64::MAX), (0, cut)));
            assert_eq!((found.lines_again, found.times), (part.lines().count() as u64, 2));
            let more = copies([part, &text, "1000,another\n"].concat().as_bytes()).unwrap();
            assert_eq!(more.again, found.again);
        }
        let other = text[..text.len() / 2].replace("29,some", "29,same");
        assert_eq!(copies([other.as_str(), &text].concat().as_bytes()), None);
    }

    #[test]
    fn what_is_too_short_has_no_copies() {
        assert_eq!(copies(b""), None);
        assert_eq!(copies(b"one line\n"), None);
        assert_eq!(copies(b"1\n2\n1\n2\n"), None);
    }

    proptest! {
        /// However the text comes in pieces, its beginning is seen again.
        #[test]
        fn pieces_do_not_matter(lines in 5..40_u64, sizes in proptest::collection::vec(1..90_usize, 1..20)) {
            let whole = text(lines).repeat(2);
            let input = Input::memory("x", whole.as_bytes()).unwrap().watched().unwrap();
            let mut stream = input.stream().unwrap();
            let mut buffer = [0; 90];
            for size in sizes.iter().cycle() {
                if stream.read(&mut buffer[..*size]).unwrap() == 0 {
                    break;
                }
            }
            prop_assert_eq!(input.copies().unwrap().map(|found| found.lines), Some(lines));
        }
    }
}
