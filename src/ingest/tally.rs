//! What became of a file's rows: nothing is lost without being counted.

use super::{Input, Settings};
use crate::error::{Error, Place};
pub use crate::model::input::Rejection;

/// How many rejections are kept word for word.
const KEPT: usize = 5;

/// A Tally counts a file's rows. Adding two is commutative.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows seen (records of the format: lines, CSV rows, array elements), the header not counted.
    pub read: u64,
    /// Rows whose content went to the sink.
    pub used: u64,
    /// Rows that are well formed and hold nothing that is wanted (blank lines, banner text, rows of another kind).
    pub skipped: u64,
    /// Header rows among the others, of runs that were appended; they are among those skipped.
    pub headers: u64,
    /// Rows that could not be used.
    pub rejected: u64,
    /// Those of them that were nobody's request (a value of a script's own metric), so that what is known of requests is whole
    /// without them.
    pub rejected_aside: u64,
    /// The first few of all rejected rows, by place.
    pub first_rejections: Vec<Rejection>,
    /// Why the file must be called unfinished (cut off, truncated archive), if it must.
    pub unfinished: Option<String>,
    /// Things to know about how the file was read (assumptions, units, what was left aside).
    pub notes: Vec<String>,
}

impl Tally {
    /// Counts a row that was used.
    #[inline]
    pub fn used(&mut self) {
        self.read += 1;
        self.used += 1;
    }

    /// Counts a row that holds nothing wanted.
    pub fn skipped(&mut self) {
        self.skip(1);
    }

    /// Counts so many rows that hold nothing wanted.
    pub fn skip(&mut self, rows: u64) {
        self.read += rows;
        self.skipped += rows;
    }

    /// Counts a header row among the others.
    pub fn header(&mut self) {
        self.skipped();
        self.headers += 1;
    }

    /// Counts a row that cannot be used and keeps the first few.
    pub fn reject(&mut self, rejection: Rejection) {
        self.read += 1;
        self.rejected += 1;
        self.keep(rejection);
    }

    /// Counts a row that cannot be used and that told of no request.
    pub fn reject_aside(&mut self, rejection: Rejection) {
        self.rejected_aside += 1;
        self.reject(rejection);
    }

    fn keep(&mut self, rejection: Rejection) {
        if self.first_rejections.len() < KEPT {
            self.first_rejections.push(rejection);
        } else if self.first_rejections.iter().any(|kept| *kept > rejection) {
            self.first_rejections.push(rejection);
            self.first_rejections.sort();
            self.first_rejections.truncate(KEPT);
        }
    }

    /// Gives rows the places that they have in the whole file, of which so many lines and bytes stand before the header by
    /// which they were read.
    #[must_use]
    pub fn placed(mut self, lines: u64, bytes: u64) -> Self {
        for rejection in &mut self.first_rejections {
            rejection.line += lines;
            rejection.byte += bytes;
        }
        if lines > 0 {
            let from = |why: String| format!("{why}, counted from the header in line {}", lines + 1);
            self.unfinished = self.unfinished.map(from);
        }
        self
    }

    /// Adds another's counts (of another thread or block of the same file).
    pub fn merge(&mut self, other: Self) {
        self.read += other.read;
        self.used += other.used;
        self.skipped += other.skipped;
        self.headers += other.headers;
        self.rejected += other.rejected;
        self.rejected_aside += other.rejected_aside;
        for rejection in other.first_rejections {
            self.keep(rejection);
        }
        self.first_rejections.sort();
        self.unfinished = self.unfinished.take().or(other.unfinished);
        for note in other.notes {
            self.note(note);
        }
    }

    /// Adds a note once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Ends the reading under `strict` where a row was rejected; adapters ask after each row, or where that costs too much at
    /// the end.
    ///
    /// # Errors
    /// The first rejection, with its place.
    pub fn stop_if_strict(&self, settings: &Settings, input: &Input) -> Result<(), Error> {
        match self.first_rejections.iter().min() {
            Some(first) if settings.strict => Err(as_error(first, input.source())),
            _ => Ok(()),
        }
    }
}

fn as_error(rejection: &Rejection, source: &str) -> Error {
    let mut place = Place::line(source, rejection.line, rejection.byte);
    place.field.clone_from(&rejection.field);
    Error::input(rejection.reason.clone())
        .at(place)
        .showing(rejection.excerpt.as_bytes())
        .hint(format!("without `--strict` bad rows are counted and shown; `plimsoll inspect {source}` lists them"))
}
