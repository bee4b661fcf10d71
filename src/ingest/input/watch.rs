//! What is looked for in passing while a text is read: where its beginning stands once more.
//!
//! The second line is looked for, with the two behind it, because the first is a header that `tail -n +2` leaves out, and a
//! single row may be alike by chance.

use super::probes::Probes;
use super::{Input, read_full};
use crate::error::Error;
use crate::ingest::sniff::HEAD_BYTES;
use memchr::memmem::Finder;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What is looked for is so many lines, of together so many bytes at least: fewer and shorter ones are alike by chance.
const LINES: usize = 3;
pub(super) const TOLD_APART: usize = 16;
/// So many bytes of them are searched for, the rest is compared: twice as fast as searching for all of a long line.
const SEARCHED: usize = 32;
/// So many places are kept, the first ones.
pub(super) const KEPT: usize = 64;

/// A Watch is where the second line of a text and those behind it stand again, and some lines of it.
#[derive(Debug)]
pub(super) struct Watch {
    /// The first line, with its end.
    pub(super) first: Vec<u8>,
    /// The second and those behind it, likewise, and their beginning.
    second: Vec<u8>,
    beginning: Finder<'static>,
    places: Mutex<Places>,
    pub(super) probes: Probes,
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
    /// Of a text with this beginning in a file of so many bytes; `None` where it has not that many lines.
    fn of(head: &[u8], len: u64) -> Option<Self> {
        let line_ends = || memchr::memchr_iter(b'\n', head).map(|end| end + 1);
        let first = line_ends().next()?;
        let second = line_ends().skip(LINES).find(|end| *end >= first + TOLD_APART)?;
        let (first, second) = (head.get(..first)?.to_vec(), head.get(first..second)?.to_vec());
        let beginning = Finder::new(second.get(..SEARCHED).unwrap_or(&second)).into_owned();
        Some(Self { first, second, beginning, places: Mutex::default(), probes: Probes::of(len) })
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
    pub(super) fn places(&self, most: usize) -> Vec<u64> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.both.iter().take(most).chain(places.second.iter().take(most)).copied().collect()
    }
}

impl Input {
    /// The same file, in which is looked for what stands in it again as it is read.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn watched(&self) -> Result<Self, Error> {
        let mut head = vec![0; HEAD_BYTES];
        let got = read_full(&mut self.quiet().stream()?, &mut head).map_err(|error| self.broken(&error))?;
        let watch = Watch::of(head.get(..got).unwrap_or_default(), self.len()).map(Arc::new);
        Ok(Self { watch, ..self.clone() })
    }

    /// Looks at a piece of it that was read past [`Input::stream`].
    pub fn look(&self, piece: &[u8], at: u64) {
        if let Some(watch) = &self.watch {
            watch.look(&[], piece, at);
            watch.probes.look(piece, at);
        }
    }
}
