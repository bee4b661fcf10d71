//! Rows that a file holds twice count once.
//!
//! A file that is one text over again, or a part of it, is read without what stands there again, and that is said. Where it is
//! not certain that the rows are the same, all count, and it is said that they may be.

use super::detect::Detected;
use crate::error::Error;
use crate::ingest::input::Copies;
use crate::ingest::{Input, Tally};
use crate::model::sample::Fact;
use crate::rollup::Part;

/// Fewer lines without times may be alike by chance.
const FEW_LINES: u64 = 20;
/// What is there more often than this is no file that somebody appended to itself.
const MOST_TIMES: u64 = 3;
/// More copies than that are not looked for in one file: each time all of it is read again.
const MOST: usize = 10;

/// What an adapter found in a file.
pub(super) type Read = (Tally, Vec<Part>);

/// What was read of a file, once for all that it holds more than once.
pub(super) struct Once {
    pub(super) input: Input,
    pub(super) read: Result<Read, Error>,
    pub(super) told: Told,
}

/// What there is to be said of it.
#[derive(Default)]
pub(super) struct Told {
    copies: Vec<Copies>,
    /// Text that is there again without anything that shows it to be a copy.
    repeated: Option<Copies>,
    /// How often each line stands in a row.
    in_a_row: Option<u64>,
}

impl Once {
    pub(super) fn of(file: &Detected, read: impl Fn(&Input) -> Result<Read, Error>) -> Result<Self, Error> {
        let input = file.input.watched()?;
        let mut once = Self { read: read(&input), input, told: Told::default() };
        while let Some(copies) = once.input.copies()? {
            let kept = once.input.without(copies.again.0, copies.again.1).watched()?;
            let shown = copies.stretch.map_or_else(|| read(&kept), |stretch| read(&once.input.headed(stretch)));
            let are_many = once.told.copies.len() >= MOST;
            let is_told_apart = |shown: &Read| is_told_apart(shown, &copies, file.certain);
            if are_many || !shown.as_ref().is_ok_and(is_told_apart) {
                let may_be = match &shown {
                    Ok(shown) => may_be_one(shown, &copies, file.certain),
                    Err(_) => copies.lines_again >= FEW_LINES,
                };
                once.told.repeated = Some(copies).filter(|_| are_many || may_be);
                break;
            }
            once.told.copies.push(copies);
            once.read = if copies.stretch.is_some() { read(&kept) } else { shown };
            once.input = kept;
        }
        let is_varied = || once.read.as_ref().is_ok_and(|(_, parts)| parts.iter().any(has_varied_samples));
        once.told.in_a_row = once.input.times_each_line()?.filter(|_| is_varied());
        Ok(once)
    }
}

fn has_varied_samples(part: &Part) -> bool {
    !part.is_without_samples() && part.is_varied()
}

/// Whether what stands in a file again is a copy, and no rows that are alike because all are: several generators ask for the
/// health of a server in the same seconds, and are answered in the same millisecond. Where rows took many different times and
/// time went on from row to row, it went back for the copy. Without times a header shows it, if more than a few rows follow.
fn is_told_apart((tally, parts): &Read, copies: &Copies, certain: bool) -> bool {
    let goes_back = parts.iter().any(Part::time_goes_on);
    let has_header = copies.headed && tally.read < copies.latter;
    // Rows that sum up a second are alike where nothing was asked for in it.
    let begins = copies.former <= 1;
    let is_varied = parts.iter().any(if begins { Part::is_varied } else { has_varied_samples });
    is_varied && copies.times <= MOST_TIMES && (goes_back || (certain && has_header && copies.latter >= FEW_LINES))
}

/// Whether it is worth saying that it may be one: where instants with fractions of a second are the same, or many rows that
/// are not alike by chance.
fn may_be_one((_, parts): &Read, copies: &Copies, certain: bool) -> bool {
    let is_stamped = |part: &Part| part.states_fractions() && (part.time_goes_on() || part.is_varied());
    let is_many = copies.latter - copies.former >= FEW_LINES;
    let is_shown = copies.stretch.is_none() || copies.headed || parts.iter().any(has_varied_samples);
    copies.times <= MOST_TIMES && (parts.iter().any(is_stamped) || (certain && is_many && is_shown))
}

impl Told {
    /// Says what is in the file again and not counted again, and what may be so; gives rows their places in the whole file,
    /// of which so many lines stand before what was read.
    pub(super) fn tell(&self, mut tally: Tally, parts: &mut [Part], before: u64) -> Tally {
        for (at, one) in self.copies.iter().enumerate() {
            let line = |line: u64| before + self.line(line, at);
            let (first, last) = (line(one.former + 1), line(one.latter));
            let text = if one.keeps_latter && one.former <= 1 {
                format!(
                    "the file holds rows twice: those up to line {last} stand behind it once more, and are counted there"
                )
            } else if one.keeps_latter {
                format!(
                    "the file holds rows twice: those from line {first} to line {last} stand behind it once more, and are \
                     counted there"
                )
            } else if one.at_end {
                let times = if one.times == 2 { "twice".to_owned() } else { format!("{} times", one.times) };
                let from = line(one.latter + 1);
                format!(
                    "the file holds rows {times}: those from line {from} on are the ones before, and not counted again"
                )
            } else {
                let (from, to) = (line(one.latter + 1), line(one.latter + one.lines_again));
                format!(
                    "the file holds rows twice: those from line {from} to line {to} are the ones from line {first} on, and \
                     not counted again"
                )
            };
            warn(parts, text);
        }
        if let Some(one) = &self.repeated {
            let line = |line: u64| before + self.line(line, self.copies.len());
            let (first, from) = (line(one.former + 1), line(one.latter + 1));
            warn(
                parts,
                if one.former <= 1 {
                    format!(
                        "from line {from} on the file holds the rows before once more: if it was appended to itself, they \
                         count twice"
                    )
                } else {
                    format!(
                        "from line {from} on the file holds the rows from line {first} on once more: if it was appended to \
                         itself, they count twice"
                    )
                },
            );
        }
        if let Some(times) = self.in_a_row {
            let (times, more) =
                if times == 2 { ("twice".to_owned(), "double") } else { (format!("{times} times"), "too high") };
            warn(
                parts,
                format!(
                    "each line of the file stands there {times} in a row: if whoever collected them wrote each {times}, \
                     counts and rates are {more}; give the file with each line once (`uniq`)"
                ),
            );
        }
        for rejection in &mut tally.first_rejections {
            (rejection.line, rejection.byte) = self.place(rejection.line, rejection.byte);
        }
        if self.copies.iter().any(|one| !one.at_end) {
            tally.unfinished = tally.unfinished.map(|why| format!("{why}, counted without what stands there twice"));
        }
        tally.skip(self.copies.iter().map(|one| one.lines_again).sum());
        tally
    }

    /// The line of the file that is this one without the first so many copies.
    fn line(&self, line: u64, copies: usize) -> u64 {
        let left_out = self.copies.iter().take(copies).rev();
        left_out.fold(line, |line, one| {
            let before = if one.keeps_latter { one.former } else { one.latter };
            if line > before { line + one.line_ends_again } else { line }
        })
    }

    /// The line and the byte of the file that are these without all copies.
    fn place(&self, line: u64, byte: u64) -> (u64, u64) {
        self.copies.iter().rev().fold((line, byte), |(line, byte), one| {
            let (begin, bytes) = one.again;
            if byte >= begin { (line + one.line_ends_again, byte + bytes) } else { (line, byte) }
        })
    }
}

fn warn(parts: &mut [Part], text: String) {
    let fact = Fact::Warning(text);
    for part in parts {
        part.add_fact(fact.clone());
    }
}
