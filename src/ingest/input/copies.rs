//! Texts that stand in a file again: somebody appended it to itself, `cat a.jtl a.jtl > b.jtl`, or to a part of it.
//!
//! No length tells it: a packed file's is not known before it is unpacked, and the last copy may be cut. But where the text
//! begins again stands its second line again, and that is looked for in passing while the file is read
//! (in `watch`); memory is searched faster than any row is taken apart. Afterwards each such place is held
//! against the beginning, byte by byte: either all from there to the end stood before, or all before it stands there again
//! ([`Input::copies`]). What begins elsewhere is looked for where time goes back (in `elsewhere`).
//!
//! So may many lines be alike: a server that answers each second's requests in the same millisecond, round after round of the
//! same labels. A repetition is all that is found here. Whether it is a copy is for those who know what the rows say.

use super::watch::KEPT;
use super::{BUFFER, BYTE_ORDER_MARK, Compression, Input, read_full};
use crate::error::Error;
use std::io::{self, Read};

/// So many places of a packed file are held against its beginning: each means to unpack what stands before it.
const UNPACKED: usize = 4;

/// Copies are a text that stands in a file twice, and which of the two is not to be read for it to count once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copies {
    /// What is not to be read: where it begins and how many bytes it has.
    pub again: (u64, u64),
    /// Lines of that, of which the last may have no end.
    pub lines_again: u64,
    /// Line ends of that.
    pub line_ends_again: u64,
    /// Line ends before the former of the two texts.
    pub former: u64,
    /// Line ends before the latter.
    pub latter: u64,
    /// Whether it is the former that is not to be read, because it was cut.
    pub keeps_latter: bool,
    /// Whether the latter goes on to the end of the file.
    pub at_end: bool,
    /// What is there twice, where that is not all that is kept: where it begins and how many bytes it has.
    pub stretch: Option<(u64, u64)>,
    /// How often the text is there, at least 2, the last time perhaps not whole.
    pub times: u64,
    /// Whether it begins again with its first line, as a header does.
    pub headed: bool,
}

/// How much of a text stands at another place of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Alike {
    pub(super) bytes: u64,
    /// Lines of that, of which the last may have no end.
    pub(super) lines: u64,
    /// Bytes up to the last line end.
    pub(super) whole: u64,
    /// Whether that is all to the end of the file.
    pub(super) at_end: bool,
}

impl Input {
    /// What of it is there again, once it has been read [watched](Input::watched); `None` where it is one text, or was not
    /// read to its end.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn copies(&self) -> Result<Option<Copies>, Error> {
        let Some(watch) = &self.watch else { return Ok(None) };
        let most = if self.compression == Compression::Plain { KEPT } else { UNPACKED };
        let find = || {
            for place in watch.places(most) {
                if let Some(copies) = self.copies_at(place, &watch.first)? {
                    return Ok(Some(copies));
                }
            }
            self.copies_elsewhere(watch, most)
        };
        find().map_err(|error| self.broken(&error))
    }

    /// The text with which its rows begin, and this stretch of it.
    #[must_use]
    pub fn headed(&self, (byte, bytes): (u64, u64)) -> Self {
        let first = self.watch.as_ref().map_or(0, |watch| watch.first.len() as u64).min(byte);
        self.without(first, byte - first).within(0, first.saturating_add(bytes))
    }

    /// How many bytes of its text from one place on are the same as those from another on.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn alike(&self, one: u64, other: u64) -> Result<u64, Error> {
        self.compare(one, other).map(|alike| alike.bytes).map_err(|error| self.broken(&error))
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
        let alike = self.compare(like, again)?;
        // Where it is not, what stands before may be a copy of what follows that was cut.
        let is_cut_before = || Ok::<_, io::Error>(alike.bytes + self.line_end_before(end)? >= end - like);
        if !alike.at_end && !is_cut_before()? {
            return Ok(None);
        }
        let (latter, open) = self.counted(end)?;
        let former = u64::from(!headed);
        let line_ends = latter - former;
        let (again, lines_again, line_ends_again, stretch, times) = if alike.at_end {
            let times = 1 + alike.bytes.div_ceil((end - like).max(1));
            ((end, again - end + alike.bytes), alike.lines, alike.lines, None, times)
        } else {
            ((like, again - like), line_ends + u64::from(open), line_ends, Some((0, end)), 2)
        };
        let (keeps_latter, at_end) = (!alike.at_end, alike.at_end);
        let found = Copies {
            again,
            lines_again,
            line_ends_again,
            former,
            latter,
            keeps_latter,
            at_end,
            stretch,
            times,
            headed,
        };
        Ok(Some(found))
    }

    /// How much of what begins at one place stands at another too.
    pub(super) fn compare(&self, like: u64, again: u64) -> io::Result<Alike> {
        let (mut own, mut other) = (self.piece(like, u64::MAX)?, self.piece(again, u64::MAX)?);
        let (mut buffer, mut other_buffer) = (vec![0; BUFFER], vec![0; BUFFER]);
        let mut found = Alike::default();
        loop {
            let got = read_full(&mut other, &mut other_buffer)?;
            let got_own = read_full(&mut own, &mut buffer)?;
            let (text, own) = (other_buffer.get(..got).unwrap_or_default(), buffer.get(..got_own).unwrap_or_default());
            let alike = text.iter().zip(own).take_while(|(one, other)| one == other).count();
            let alike_text = text.get(..alike).unwrap_or_default();
            if let Some(end) = memchr::memrchr(b'\n', alike_text) {
                found.whole = found.bytes + end as u64 + 1;
            }
            found.bytes += alike as u64;
            found.lines += memchr::memchr_iter(b'\n', alike_text).count() as u64;
            if alike < got || got == 0 {
                found.at_end = got == 0;
                found.lines += u64::from(found.whole < found.bytes);
                return Ok(found);
            }
        }
    }

    /// How many bytes the line end has that stands before this place, if one does.
    pub(super) fn line_end_before(&self, place: u64) -> io::Result<u64> {
        let from = place.saturating_sub(2);
        let mut text = [0; 2];
        let got = read_full(&mut self.piece(from, place - from)?, &mut text)?;
        let text = text.get(..got).unwrap_or_default();
        Ok(if text.ends_with(b"\r\n") { 2 } else { u64::from(text.ends_with(b"\n")) })
    }

    /// The line ends of the first so many bytes, and whether these do not end with one.
    pub(super) fn counted(&self, bytes: u64) -> io::Result<(u64, bool)> {
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

    pub(super) fn piece(&self, byte: u64, bytes: u64) -> io::Result<impl Read> {
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
                let (again, lines_again) = ((bytes, bytes * more), lines * more);
                let (line_ends_again, latter) = (lines_again, lines);
                let expected = (times > 1).then_some(Copies {
                    again,
                    lines_again,
                    line_ends_again,
                    former: 0,
                    latter,
                    keeps_latter: false,
                    at_end: true,
                    stretch: None,
                    times,
                    headed: true,
                });
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
            copies([text.as_str(), piece].concat().as_bytes()).map(|found| (found.latter, found.lines_again))
        };
        let (_, headless) = text.split_once('\n').unwrap();
        assert_eq!(found(headless), Some((1000, 999)));
        assert_eq!(found(&text[..text.len() / 2 - 1]), Some((1000, text[..text.len() / 2 - 1].lines().count() as u64)));
        assert_eq!(found(&headless[..60]), Some((1000, 4)));
        assert_eq!(found(&headless[..30]), None, "two lines may be alike by chance");
        let glued = text.trim_end().repeat(2);
        let len = text.len() as u64;
        assert_eq!(copies(glued.as_bytes()).map(|found| (found.again, found.latter)), Some(((len - 1, len - 1), 999)));
        let marked = format!("\u{feff}{text}").repeat(2);
        assert_eq!(copies(marked.as_bytes()).map(|found| found.again), Some((len, len + 3)));
    }

    /// A run that was stopped was started again with the same file, or what there was of it was saved before all of it.
    #[test]
    fn the_first_copy_may_be_the_one_that_was_cut() {
        let text = text(1000);
        for cut in [text.len() / 2, text.len() / 2 - 3] {
            let part = &text[..cut];
            let found = copies([part, &text].concat().as_bytes()).unwrap();
            let cut = cut as u64;
            assert_eq!((found.keeps_latter, found.again), (true, (0, cut)));
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
            prop_assert_eq!(input.copies().unwrap().map(|found| found.latter), Some(lines));
        }
    }
}
