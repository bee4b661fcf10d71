//! Rows that differ from one met before in numbers and names of threads only, compared stretch by stretch.
//!
//! A [`Mould`] is made of one row: the bytes that rows of its kind share, and what stands between them. Where a row fits, the
//! same is known of it as by walking through all its columns, at the cost of a few comparisons; where it does not, nothing
//! is.

use super::glance::{Form, Glance, Step, Walk};
use crate::ingest::near;

/// A Mould is what rows of one kind have in common, from the first column of text on.
#[derive(Debug)]
pub(super) struct Mould {
    /// What stands before the first column that differs.
    first: Box<[u8]>,
    /// Columns that differ, each with what stands between it and the next.
    rest: Vec<(Step, Box<[u8]>)>,
    /// Whether columns of which nothing is wanted may hold anything.
    pub(super) loose: bool,
}

impl Mould {
    /// Of the row at the front of a text, which has the form and so many bytes without its line end.
    pub(super) fn of(form: &Form, text: &[u8], end: usize, loose: bool) -> Option<Self> {
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
                behind.extend(text.get(walk.at..end)?.first().copied());
            }
            walk.at += 1;
        }
        let rest = rest.into_iter().map(|(step, behind)| (step, behind.into())).collect();
        Some(Self { first: first.into(), rest, loose })
    }

    /// Whether a text begins as rows of this kind do.
    #[inline]
    pub(super) fn begins(&self, text: &[u8]) -> bool {
        near::begins(text, &self.first)
    }

    /// Goes from the first column of text to the end of a row that begins so, and returns its length with the line end.
    #[inline]
    pub(super) fn fill<'t>(&self, walk: &mut Walk<'t>, glance: &mut Glance<'t>) -> Option<usize> {
        walk.at += self.first.len();
        for (step, behind) in &self.rest {
            match step {
                Step::Pass => drop(walk.plain()?),
                Step::Aside(aside) => glance.aside(*aside, walk.plain()?),
                step => walk.step(*step, glance)?,
            }
            let rest = walk.text.get(walk.at..)?;
            let fits = match **behind {
                [only] => rest.first() == Some(&only),
                _ => near::begins(rest, behind),
            };
            if !fits {
                return None;
            }
            walk.at += behind.len();
        }
        match walk.text.get(walk.at..)? {
            [b'\n', ..] => Some(walk.at + 1),
            [b'\r', b'\n', ..] => Some(walk.at + 2),
            _ => None,
        }
    }
}

impl<'t> Walk<'t> {
    /// Goes to the end of a field without quotes in it, and returns it without those around it.
    #[expect(clippy::inline_always, reason = "called in two places, several times a row")]
    #[inline(always)]
    fn plain(&mut self) -> Option<&'t [u8]> {
        let rest = self.text.get(self.at..)?;
        if let Some((b'"', within)) = rest.split_first() {
            let end = near::find_either(b'"', b'\n', within)?;
            let field = within.get(..end)?;
            self.at += end + 2;
            // A doubled quote, and what goes on in the next line, is for others.
            return (within.get(end) == Some(&b'"') && within.get(end + 1) != Some(&b'"')).then_some(field);
        }
        let end = near::find_either(self.delimiter, b'\n', rest)?;
        let field = rest.get(..end)?;
        let field = match (rest.get(end), field.split_last()) {
            (Some(b'\n'), Some((b'\r', before))) => before,
            _ => field,
        };
        self.at += field.len();
        Some(field)
    }
}
