//! Rows that differ from one met before in numbers and names of threads only, compared stretch by stretch.
//!
//! A [`Mould`] is made of one row: the bytes that rows of its kind share, and what stands between them. Where a row fits, the
//! same is known of it as by walking through all its columns, at the cost of a few comparisons; where it does not, nothing
//! is.
//!
//! Of what stands between them, much is the same again in the next row of the kind: the size of an answer, how many threads
//! run, the host, no pause and no new connection. Such columns side by side are compared with what they held the last time
//! before any is read.

use super::glance::{Aside, Form, Glance, Step, Walk};
use super::sample::Steady;
use crate::ingest::near;
use std::ops::Range;

/// A row in which columns hold something new counts twice as much as one in which they do not. Beyond this sum nobody looks
/// any more.
const MOST_CHANGES: u8 = 32;

/// A Mould is what rows of one kind have in common, from the first column of text on.
#[derive(Debug)]
pub(super) struct Mould {
    /// What stands before the first column that differs.
    first: Box<[u8]>,
    /// Columns that differ, and what stands between them; the last with the line end.
    rest: Vec<Stretch>,
    /// What numbers that mostly stay were in the row that fitted last; `None` where some are read ahead of the texts.
    steady: Option<Steady>,
    /// Whether columns of which nothing is wanted may hold anything.
    pub(super) loose: bool,
}

/// A Stretch is columns that differ side by side: one, or several that mostly hold what they held before.
#[derive(Debug)]
struct Stretch {
    /// Each with what stands between it and the next.
    columns: Vec<(Step, Box<[u8]>)>,
    /// What they held last; `None` where that helps nobody.
    before: Option<Before>,
}

/// What steady columns held in the row that fitted last, up to what follows them.
#[derive(Debug, Default)]
struct Before {
    /// Empty where no row has fitted yet.
    text: Vec<u8>,
    /// Where in it the host stands, if it is among them.
    host: Option<Range<usize>>,
    /// How often they held something new, less how often they did not.
    changes: u8,
}

impl Mould {
    /// Of the row at the front of a text, which has the form and so many bytes, the line end included.
    pub(super) fn of(form: &Form, text: &[u8], len: usize, loose: bool) -> Option<Self> {
        let line = text.get(..len)?.strip_suffix(b"\n")?;
        let end = line.strip_suffix(b"\r").unwrap_or(line).len();
        // What is read ahead of the texts must not be overwritten by what another row had there.
        let may_stay = !form.steps.get(..form.ahead)?.iter().any(|step| step.is_steady());
        let (mut first, mut rest): (Vec<u8>, Vec<(Step, Vec<u8>)>) = (Vec::new(), Vec::new());
        let mut walk = Walk::over(text, form.delimiter);
        walk.end = end;
        for (at, step) in form.steps.iter().enumerate() {
            let from = walk.at;
            walk.step(*step, &mut Glance::default())?;
            let field = text.get(from..walk.at)?;
            if at >= form.ahead {
                let is_shared = match step {
                    Step::Text { .. } => true,
                    // Counters differ from row to row, addresses and types of data mostly with the label.
                    Step::Pass => !loose && (field.is_empty() || !field.iter().all(u8::is_ascii_digit)),
                    Step::Stamp | Step::Number(_) | Step::Aside(_) => false,
                };
                let behind = rest.last_mut().map_or(&mut first, |(_, behind)| behind);
                if is_shared {
                    behind.extend_from_slice(field);
                } else {
                    rest.push((*step, Vec::new()));
                }
                let behind = rest.last_mut().map_or(&mut first, |(_, behind)| behind);
                let is_last = walk.at == end;
                behind.extend_from_slice(text.get(walk.at..if is_last { len } else { walk.at + 1 })?);
            }
            walk.at += 1;
        }
        let mut stretches: Vec<Stretch> = Vec::new();
        for (step, behind) in rest {
            let stays = may_stay && step.is_steady();
            match stretches.last_mut() {
                Some(stretch) if stays && stretch.before.is_some() => stretch.columns.push((step, behind.into())),
                _ => stretches
                    .push(Stretch { columns: vec![(step, behind.into())], before: stays.then(Before::default) }),
            }
        }
        let steady = may_stay.then(Steady::default);
        Some(Self { first: first.into(), rest: stretches, steady, loose })
    }

    /// Whether a text begins as rows of this kind do.
    #[inline]
    pub(super) fn begins(&self, text: &[u8]) -> bool {
        near::begins(text, &self.first)
    }

    /// Goes from the first column of text to the end of a row that begins so, and returns what follows its line end.
    #[inline]
    pub(super) fn fill<'t>(&mut self, texts: &'t [u8], delimiter: u8, glance: &mut Glance<'t>) -> Option<&'t [u8]> {
        let mut rest = texts.get(self.first.len()..)?;
        if let Some(steady) = self.steady {
            glance.measured.steady = steady;
        }
        for stretch in &mut self.rest {
            rest = match stretch.as_before(rest, glance) {
                Some(behind) => behind,
                None => stretch.walk(rest, delimiter, glance, &mut self.steady)?,
            };
        }
        Some(rest)
    }
}

impl Stretch {
    /// Passes its columns if they hold what they held in the row that fitted last, and returns what follows.
    #[expect(clippy::inline_always, reason = "called in one place, several times a row")]
    #[inline(always)]
    fn as_before<'t>(&mut self, text: &'t [u8], glance: &mut Glance<'t>) -> Option<&'t [u8]> {
        let before = self.before.as_mut()?;
        if before.text.is_empty() || !near::begins(text, &before.text) {
            return None;
        }
        before.changes = before.changes.saturating_sub(1);
        if let Some(host) = &before.host {
            glance.measured.host = text.get(host.clone())?;
        }
        text.get(before.text.len()..)
    }

    /// Goes through its columns one by one, remembers what they held, and returns what follows.
    #[expect(clippy::inline_always, reason = "called in one place, several times a row")]
    #[inline(always)]
    fn walk<'t>(
        &mut self,
        text: &'t [u8],
        delimiter: u8,
        glance: &mut Glance<'t>,
        steady: &mut Option<Steady>,
    ) -> Option<&'t [u8]> {
        let (mut rest, mut host) = (text, None);
        for (step, behind) in &self.columns {
            rest = match step {
                Step::Number(number) => glance.number(*number, rest)?,
                Step::Pass => plain(rest, delimiter)?.1,
                Step::Aside(aside) => {
                    let quote = usize::from(rest.first() == Some(&b'"'));
                    let (field, follows) = plain(rest, delimiter)?;
                    if *aside == Aside::Host {
                        let start = text.len() - rest.len() + quote;
                        host = Some(start..start + field.len());
                    }
                    glance.aside(*aside, field);
                    follows
                }
                Step::Stamp => glance.stamp(rest)?,
                // Texts stand between columns that differ.
                Step::Text { .. } => return None,
            };
            rest = match (&**behind, rest) {
                ([only], [first, follows @ ..]) if first == only => follows,
                ([_], _) => return None,
                _ if near::begins(rest, behind) => rest.get(behind.len()..)?,
                _ => return None,
            };
        }
        if let Some(before) = &mut self.before {
            before.keep(text.get(..text.len() - rest.len())?, host);
            *steady = Some(glance.measured.steady);
            if before.changes > MOST_CHANGES {
                self.before = None;
            }
        }
        Some(rest)
    }
}

impl Before {
    /// Remembers what columns hold now.
    fn keep(&mut self, text: &[u8], host: Option<Range<usize>>) {
        self.changes += 2;
        self.host = host;
        self.text.clear();
        self.text.extend_from_slice(text);
    }
}

/// The field without quotes in it at the front of a text, without those around it, and what follows.
#[expect(clippy::inline_always, reason = "called in two places, several times a row")]
#[inline(always)]
fn plain(text: &[u8], delimiter: u8) -> Option<(&[u8], &[u8])> {
    if let Some((b'"', within)) = text.split_first() {
        let (field, rest) = within.split_at(near::find_either(b'"', b'\n', within)?);
        // A doubled quote, and what goes on in the next line, is for others.
        return match rest {
            [b'"', b'"', ..] => None,
            [b'"', follows @ ..] => Some((field, follows)),
            _ => None,
        };
    }
    let (field, rest) = text.split_at(near::find_either(delimiter, b'\n', text)?);
    match (rest, field.split_last()) {
        ([b'\n', ..], Some((b'\r', before))) => Some((before, text.get(before.len()..)?)),
        _ => Some((field, rest)),
    }
}
