//! Rows that look like those before them.
//!
//! A load tool writes the same rows again and again: of a row of k6's nearly all bytes have been seen before, in the same
//! order. A [`Shape`] is all of a row but its numbers: where it begins (the metric) and how it ends (the tags). What
//! followed a shape the last time mostly follows it again, so a row is compared with the shapes that came next so far;
//! where one fits, it is known without any parsing where the value goes, and where the row ends without any search. Only
//! the numbers are read. Everything here is comparing bytes, so nothing is guessed: a row that differs in one byte is of
//! another shape, and a row that is no [dialect](Dialect)'s is left to the general parser.

use super::point::{Aim, MetricId, Observer, TagSetId};
use super::record::Flaw;
use crate::unit::Timestamp;
use std::collections::HashMap;

/// Shapes that are tried after a shape before anything is looked up: where scripts run side by side, what follows differs.
const SUCCESSORS: usize = 4;

/// A Dialect is how rows of one format are put together: a head that only the metric decides, numbers, and a tail that only
/// the tags decide.
pub(super) trait Dialect {
    /// The head of rows of a metric; `None` for names that are written in several ways.
    fn head(name: &str) -> Option<Vec<u8>>;

    /// The head of this row, or enough of it to tell it from all others.
    fn head_of(row: &[u8]) -> Option<&[u8]>;

    /// Time and value, and the tail. What is not exactly as the format's own tool writes it is `None`.
    fn numbers<'l>(&mut self, text: &'l [u8]) -> Option<(Timestamp, f64, &'l [u8])>;

    /// The tags in a tail, and whether such a tail may come again.
    fn tag_set(&mut self, tail: &[u8], observer: &mut Observer<'_>) -> Option<(TagSetId, bool)>;
}

/// Shapes is what is known of the rows of one input.
#[derive(Default)]
pub(super) struct Shapes<D> {
    dialect: D,
    heads: Vec<Head>,
    heads_by_bytes: HashMap<Box<[u8]>, u32>,
    tails: Vec<Tail>,
    tails_by_bytes: HashMap<Box<[u8]>, u32>,
    known: Vec<Shape>,
    /// The shape of the last row.
    last: u32,
    /// Of the observer's memory; tag sets that it has forgotten must be forgotten here.
    generation: u64,
}

/// How rows of one metric begin.
struct Head {
    bytes: Box<[u8]>,
    metric: MetricId,
}

/// How rows with one set of tags end.
struct Tail {
    /// With a line end behind it.
    bytes: Box<[u8]>,
    tags: TagSetId,
    /// Shapes of rows with this tail, by head.
    shapes: Vec<Option<u32>>,
}

struct Shape {
    head: u32,
    tail: u32,
    aim: Aim,
    /// Those that came next, the latest first.
    next: [u32; SUCCESSORS],
}

/// What a row says.
struct Reading {
    aim: Aim,
    at: Timestamp,
    value: f64,
    /// Bytes of the row and its end.
    len: usize,
}

/// Rows that were read one after the other.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// How many; each is one line.
    pub(super) lines: u64,
    /// How many bytes they take, line ends included.
    pub(super) bytes: usize,
}

impl<D: Dialect> Shapes<D> {
    /// Knows nothing yet.
    pub(super) fn new(dialect: D) -> Self {
        let (heads, heads_by_bytes) = (Vec::new(), HashMap::new());
        let (tails, tails_by_bytes) = (Vec::new(), HashMap::new());
        Self { dialect, heads, heads_by_bytes, tails, tails_by_bytes, known: Vec::new(), last: 0, generation: 0 }
    }

    /// The dialect and what it has seen.
    pub(super) fn dialect(&self) -> &D {
        &self.dialect
    }

    /// Learns a metric, from a row that the general parser has read.
    pub(super) fn learn(&mut self, name: &str, metric: MetricId) {
        let Some(bytes) = D::head(name) else { return };
        if !self.heads_by_bytes.contains_key(bytes.as_slice()) {
            self.heads_by_bytes.insert(bytes.clone().into(), number(self.heads.len()));
            self.heads.push(Head { bytes: bytes.into(), metric });
        }
    }

    /// Reads rows from the front of a text for as long as they are of the dialect and end in it.
    pub(super) fn run(&mut self, text: &[u8], observer: &mut Observer<'_>) -> Run {
        self.keep_up(observer);
        let mut run = Run::default();
        while let Some(rest) = text.get(run.bytes..).filter(|rest| !rest.is_empty()) {
            let Some(reading) = self.expected(rest).or_else(|| self.looked_up_in(rest, observer)) else { break };
            // A row with a flaw is left to the general parser, which says what it is.
            if observer.observe(reading.aim, reading.at, reading.value).is_err() {
                break;
            }
            run.lines += 1;
            run.bytes += reading.len;
        }
        run
    }

    /// Reads a line and hands it to the observer; `None` where it is not of the dialect, and nothing has been observed.
    pub(super) fn read(&mut self, line: &[u8], observer: &mut Observer<'_>) -> Option<Result<(), Flaw>> {
        self.keep_up(observer);
        let reading = self.looked_up(line, observer)?;
        Some(observer.observe(reading.aim, reading.at, reading.value))
    }

    /// The row at the front of a text, if it is of a shape that has followed the last one before.
    #[expect(
        clippy::inline_always,
        reason = "called in one place, for each row; calls and results in memory cost a tenth"
    )]
    #[inline(always)]
    fn expected(&mut self, text: &[u8]) -> Option<Reading> {
        let next = &self.known.get(self.last as usize)?.next;
        let (first, head_at, rest) = next.iter().enumerate().find_map(|(first, at)| {
            let shape = self.known.get(*at as usize)?;
            let head = self.heads.get(shape.head as usize)?;
            Some((first, shape.head, text.strip_prefix(&*head.bytes)?))
        })?;
        let (at, value, rest) = self.dialect.numbers(rest)?;
        for shape_at in next.get(first..)? {
            let shape = self.known.get(*shape_at as usize)?;
            let tail = self.tails.get(shape.tail as usize)?;
            if shape.head == head_at
                && let Some(behind) = rest.strip_prefix(&*tail.bytes)
            {
                self.last = *shape_at;
                return Some(Reading { aim: shape.aim, at, value, len: text.len() - behind.len() });
            }
        }
        None
    }

    /// The row at the front of a text, if it ends there.
    #[cold]
    fn looked_up_in(&mut self, text: &[u8], observer: &mut Observer<'_>) -> Option<Reading> {
        let line_end = memchr::memchr(b'\n', text)?;
        let reading = self.looked_up(text.get(..line_end)?, observer)?;
        Some(Reading { len: line_end + 1, ..reading })
    }

    /// A row of any shape, which is learnt where it is new.
    fn looked_up(&mut self, line: &[u8], observer: &mut Observer<'_>) -> Option<Reading> {
        let head_at = *self.heads_by_bytes.get(D::head_of(line)?)?;
        let head = self.heads.get(head_at as usize)?;
        let (at, value, tail) = self.dialect.numbers(line.strip_prefix(&*head.bytes)?)?;
        let metric = head.metric;
        let aim = if let Some(known) = self.tails_by_bytes.get(tail) {
            self.aim(head_at, metric, *known, observer)?
        } else {
            let (tags, may_come_again) = self.dialect.tag_set(tail, observer)?;
            self.keep_up(observer);
            if may_come_again {
                let known = number(self.tails.len());
                self.tails.push(Tail { bytes: [tail, b"\n"].concat().into(), tags, shapes: Vec::new() });
                self.tails_by_bytes.insert(tail.into(), known);
                self.aim(head_at, metric, known, observer)?
            } else {
                observer.aim(metric, tags).ok()?
            }
        };
        Some(Reading { aim, at, value, len: line.len() })
    }

    /// Where values of rows with this head and tail go. Their shape is learnt where it is new, and expected after that of
    /// the last row from now on.
    fn aim(&mut self, head: u32, metric: MetricId, tail_at: u32, observer: &mut Observer<'_>) -> Option<Aim> {
        let tail = self.tails.get_mut(tail_at as usize)?;
        let shape_at = if let Some(known) = tail.shapes.get(head as usize).copied().flatten() {
            known
        } else {
            let aim = observer.aim(metric, tail.tags).ok()?;
            let fresh = number(self.known.len());
            self.known.push(Shape { head, tail: tail_at, aim, next: [fresh; SUCCESSORS] });
            if tail.shapes.len() <= head as usize {
                tail.shapes.resize(head as usize + 1, None);
            }
            *tail.shapes.get_mut(head as usize)? = Some(fresh);
            fresh
        };
        if let Some(last) = self.known.get_mut(self.last as usize) {
            last.next.rotate_right(1);
            if let Some(first) = last.next.first_mut() {
                *first = shape_at;
            }
        }
        self.last = shape_at;
        Some(self.known.get(shape_at as usize)?.aim)
    }

    /// Forgets what holds tag sets that the observer has forgotten.
    fn keep_up(&mut self, observer: &Observer<'_>) {
        if self.generation != observer.generation() {
            self.generation = observer.generation();
            self.tails.clear();
            self.tails_by_bytes.clear();
            self.known.clear();
            self.last = 0;
        }
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
