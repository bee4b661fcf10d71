//! One row of the usual form as it stands: numbers read, texts found, nothing copied.

use super::columns::{Columns, Field};
use super::sample::Measured;
use super::stamp::Stamps;
use crate::ingest::{decimal, near};

const NANOS_PER_MS: u64 = 1_000_000;
/// Stretches of texts that a row may have.
const STRETCHES: usize = 6;

/// What is done with a column, in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Stamp,
    Number(Number),
    /// A text that decides what the sample is; the first of a stretch of such columns, or not.
    Text {
        opens: bool,
    },
    /// A text that is wanted as it is.
    Aside(Aside),
    /// Nothing of it is wanted.
    Pass,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Elapsed,
    Idle,
    Latency,
    Connect,
    Bytes,
    Sent,
    Threads,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aside {
    Host,
    Thread,
    Url,
    DataType,
}

impl Step {
    /// Whether such a column mostly holds what it held in the row before.
    pub(super) fn is_steady(self) -> bool {
        match self {
            Self::Number(number) => !matches!(number, Number::Elapsed | Number::Latency),
            Self::Aside(aside) => aside == Aside::Host,
            Self::Pass => true,
            Self::Stamp | Self::Text { .. } => false,
        }
    }
}

/// A Glance is one row as it stands.
#[derive(Debug, Default)]
pub(super) struct Glance<'t> {
    /// Its length with the line end.
    pub(super) len: usize,
    /// What it has in numbers.
    pub(super) measured: Measured<'t>,
    pub(super) url: &'t [u8],
    pub(super) data_type: &'t [u8],
    /// Its texts with quotes and delimiters, a stretch of columns each.
    pub(super) texts: Texts<'t>,
    /// The first digits of the time read last, and their number.
    first_digits: ([u8; 8], u64),
}

/// Stretches of columns with texts; those that a file does not have are empty.
pub(super) type Texts<'t> = [&'t [u8]; STRETCHES];

/// A Form is how the rows of a file are walked through.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) steps: Vec<Step>,
    pub(super) delimiter: u8,
    /// Columns ahead of the first with a text.
    pub(super) ahead: usize,
}

impl Form {
    /// Of files with these columns; `None` where rows have no such form. Whether URL and type of data are wanted is the
    /// caller's to say.
    pub(super) fn of(columns: &Columns, types_wanted: bool) -> Option<Self> {
        if !columns.has(Field::TimeStamp) || !columns.has(Field::Elapsed) {
            return None;
        }
        let mut steps: Vec<Step> = Vec::new();
        for at in 0..columns.names.len() {
            let step = step(columns.field(at), types_wanted);
            let goes_on = matches!((step, steps.last()), (Step::Text { .. }, Some(Step::Text { .. })));
            steps.push(if goes_on { Step::Text { opens: false } } else { step });
        }
        let stretches = steps.iter().filter(|step| **step == Step::Text { opens: true }).count();
        let ahead = steps.iter().position(|step| *step == Step::Text { opens: true })?;
        (stretches <= STRETCHES).then_some(Self { steps, delimiter: columns.delimiter, ahead })
    }

    /// Goes through the columns ahead of the first with a text, of the row at the front of a text, and returns what follows.
    #[expect(clippy::inline_always, reason = "called in one place for each row")]
    #[inline(always)]
    pub(super) fn start<'t>(&self, row: &'t [u8], glance: &mut Glance<'t>) -> Option<&'t [u8]> {
        let mut rest = row;
        for step in self.steps.get(..self.ahead)? {
            let behind = match step {
                Step::Stamp => glance.stamp(rest)?,
                Step::Number(number) => glance.number(*number, rest)?,
                Step::Text { .. } | Step::Aside(_) | Step::Pass => return None,
            };
            let (delimiter, behind) = behind.split_first()?;
            if *delimiter != self.delimiter {
                return None;
            }
            rest = behind;
        }
        Some(rest)
    }

    /// The row at the front of a text, if it is of the usual form and its line ends there.
    #[inline]
    pub(super) fn glance<'t>(&self, text: &'t [u8]) -> Option<Glance<'t>> {
        let line_end = memchr::memchr(b'\n', text)?;
        let returns = line_end.checked_sub(1).is_some_and(|before| text.get(before) == Some(&b'\r'));
        let end = line_end - usize::from(returns);
        let mut walk = Walk { end, ..Walk::over(text, self.delimiter) };
        let mut glance = Glance { len: line_end + 1, ..Glance::default() };
        let (last, others) = self.steps.split_last()?;
        for step in others {
            walk.step(*step, &mut glance)?;
            // Behind the end of a row there is no delimiter.
            if text.get(walk.at) != Some(&self.delimiter) {
                return None;
            }
            walk.at += 1;
        }
        walk.step(*last, &mut glance)?;
        (walk.at == end).then_some(glance)
    }
}

fn step(field: Option<Field>, types_wanted: bool) -> Step {
    match field {
        Some(Field::TimeStamp) => Step::Stamp,
        Some(Field::Elapsed) => Step::Number(Number::Elapsed),
        Some(Field::IdleTime) => Step::Number(Number::Idle),
        Some(Field::Latency) => Step::Number(Number::Latency),
        Some(Field::Connect) => Step::Number(Number::Connect),
        Some(Field::Bytes) => Step::Number(Number::Bytes),
        Some(Field::SentBytes) => Step::Number(Number::Sent),
        Some(Field::AllThreads) => Step::Number(Number::Threads),
        Some(
            Field::Label
            | Field::ResponseCode
            | Field::ResponseMessage
            | Field::Success
            | Field::FailureMessage
            | Field::SampleCount,
        ) => Step::Text { opens: true },
        Some(Field::Hostname) => Step::Aside(Aside::Host),
        Some(Field::ThreadName) => Step::Aside(Aside::Thread),
        Some(Field::Url) if types_wanted => Step::Aside(Aside::Url),
        Some(Field::DataType) if types_wanted => Step::Aside(Aside::DataType),
        Some(Field::Url | Field::DataType) | None => Step::Pass,
    }
}

/// A way through one row.
#[derive(Debug)]
pub(super) struct Walk<'t> {
    /// The row and what follows it, so that eight bytes can be read at once.
    pub(super) text: &'t [u8],
    pub(super) at: usize,
    /// Where the row ends, without its line end.
    pub(super) end: usize,
    pub(super) delimiter: u8,
    /// Where the last stretch of texts began, and how many there were.
    opened: usize,
    stretches: usize,
}

impl<'t> Walk<'t> {
    /// From the beginning of a row that is all there is, or that its caller does not leave.
    #[inline]
    pub(super) fn over(text: &'t [u8], delimiter: u8) -> Self {
        Self { text, at: 0, end: text.len(), delimiter, opened: 0, stretches: 0 }
    }

    /// Takes a field and comes to stand behind it.
    #[expect(clippy::inline_always, reason = "called in few places, for each field of each row")]
    #[inline(always)]
    pub(super) fn step(&mut self, step: Step, glance: &mut Glance<'t>) -> Option<()> {
        let from = self.at;
        match step {
            Step::Pass => drop(self.pass()?),
            Step::Text { opens } => {
                if opens {
                    self.opened = from;
                    self.stretches += 1;
                }
                self.pass()?;
                *glance.texts.get_mut(self.stretches.checked_sub(1)?)? = self.text.get(self.opened..self.at)?;
            }
            Step::Aside(aside) => {
                let text = match self.pass()? {
                    Quotes::None => self.text.get(from..self.at)?,
                    Quotes::Around => self.text.get(from + 1..self.at - 1)?,
                    Quotes::Within => return None,
                };
                glance.aside(aside, text);
            }
            Step::Stamp => self.at = self.text.len() - glance.stamp(self.text.get(from..)?)?.len(),
            Step::Number(number) => self.at = self.text.len() - glance.number(number, self.text.get(from..)?)?.len(),
        }
        Some(())
    }

    /// Goes to the end of a field, and says what quotes it has. `None` where it goes on in the next line, or behind its
    /// closing quote.
    #[inline]
    fn pass(&mut self) -> Option<Quotes> {
        if self.text.get(self.at) == Some(&b'"') {
            return self.pass_quoted();
        }
        let rest = self.text.get(self.at..self.end)?;
        self.at += near::find(self.delimiter, rest).unwrap_or(rest.len());
        Some(Quotes::None)
    }

    fn pass_quoted(&mut self) -> Option<Quotes> {
        let mut quotes = Quotes::Around;
        let mut from = self.at + 1;
        loop {
            let quote = from + near::find(b'"', self.text.get(from..self.end)?)?;
            let behind = quote + 1;
            if behind == self.end || self.text.get(behind) == Some(&self.delimiter) {
                self.at = behind;
                return Some(quotes);
            }
            if self.text.get(behind) != Some(&b'"') {
                return None;
            }
            quotes = Quotes::Within;
            from = behind + 1;
        }
    }
}

/// What quotes a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    None,
    Around,
    /// Around it, and doubled ones in it.
    Within,
}

impl<'t> Glance<'t> {
    /// Takes the time at the front of a text, and returns what follows it.
    #[expect(clippy::inline_always, reason = "called in few places, for each row")]
    #[inline(always)]
    pub(super) fn stamp(&mut self, text: &'t [u8]) -> Option<&'t [u8]> {
        let (first, rest) = text.split_first_chunk::<8>()?;
        // The first eight of thirteen digits change once in a hundred seconds.
        if *first != self.first_digits.0 {
            let (value, count) = decimal::digits(text)?;
            self.first_digits = (*first, value);
            if count < 8 {
                self.first_digits = Default::default();
                return None;
            }
        }
        let (more, further) = decimal::digits(rest)?;
        // Other lengths are other units.
        if !matches!(further, 4..=6) {
            return None;
        }
        let milliseconds = self.first_digits.1 * decimal::ten_to(further) + more;
        self.measured.start = Some(Stamps::unix_ms(milliseconds)?);
        rest.get(further..)
    }

    /// Takes the number at the front of a text, at most fifteen digits or nothing, and returns what follows it.
    #[expect(clippy::inline_always, reason = "called in few places, for each field of each row")]
    #[inline(always)]
    pub(super) fn number(&mut self, number: Number, text: &'t [u8]) -> Option<&'t [u8]> {
        let (value, count) = decimal::digits(text)?;
        let rest = text.get(count..)?;
        if count < 8 {
            self.measured.take(number, (count > 0).then_some(value))?;
            return Some(rest);
        }
        let (more, further) = decimal::digits(rest)?;
        if further == 8 {
            return None;
        }
        self.measured.take(number, Some(value * decimal::ten_to(further) + more))?;
        rest.get(further..)
    }

    /// Takes a text that is wanted as it is.
    #[inline]
    pub(super) fn aside(&mut self, aside: Aside, text: &'t [u8]) {
        match aside {
            Aside::Host => self.measured.host = text,
            Aside::Thread => self.measured.thread = text,
            Aside::Url => self.url = text,
            Aside::DataType => self.data_type = text,
        }
    }
}

impl Measured<'_> {
    /// Takes a number; `None` where it is none that the usual form has.
    #[inline]
    fn take(&mut self, number: Number, value: Option<u64>) -> Option<()> {
        let nanos = |value: Option<u64>| match value {
            Some(value) => value.checked_mul(NANOS_PER_MS).map(Some),
            None => Some(None),
        };
        match number {
            Number::Elapsed => self.elapsed_ns = nanos(value)??,
            Number::Idle => self.steady.idle_ns = nanos(value)?.unwrap_or(0),
            Number::Latency => self.latency_ns = nanos(value)?,
            Number::Connect => self.steady.connect_ns = nanos(value)?,
            Number::Bytes => self.steady.bytes = value,
            Number::Sent => self.steady.sent = value,
            Number::Threads => self.steady.threads = value,
        }
        Some(())
    }
}
