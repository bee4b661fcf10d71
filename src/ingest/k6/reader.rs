//! Lines of k6's NDJSON, one at a time, whichever way they were cut out of the file.
//!
//! With `--out json` k6 writes records to standard output between its banner and its progress, now and then within one
//! line. Text that is none of ours is passed over and counted; a record that is broken is rejected, never passed over.

use super::metric::{Definitions, is_aside};
use super::point::{self, Account, Observer};
use super::record::{Flaw, Point, Record, VALUE};
use super::scan::Ndjson;
use super::shape::{Run, Shapes};
use crate::error::Error;
use crate::ingest::input::{LINE_CAP, Line};
use crate::ingest::row_blocks::RowBlock;
use crate::ingest::{Input, Rejection, Settings, Sink, Tally};
use crate::model::sample::Threshold;
use memchr::memmem;
use serde_json::Value;

/// What only k6's records hold; in text that does not begin like a record they are signs of a broken one.
const SIGNS: [&[u8]; 4] =
    [b"\"data\":{\"time\":", b"\"type\":\"Point\"", b"\"type\":\"Metric\"", b"\"data\":{\"name\":"];
const BEGINNINGS: [&[u8]; 2] = [b"{\"metric\":", b"{\"type\":"];

/// A Reader takes lines and hands what they say to an observer.
pub(super) struct Reader<'a> {
    observer: Observer<'a>,
    shapes: Shapes<Ndjson>,
    findings: Findings,
}

/// Findings are what reading lines leaves behind beside observations.
#[derive(Default)]
pub(super) struct Findings {
    /// What became of the records.
    pub(super) tally: Tally,
    /// Thresholds with the byte of their line: they are handed on in the file's order, whoever read them.
    pub(super) thresholds: Vec<(u64, Threshold)>,
    /// Line and byte of a last line that breaks off.
    pub(super) broken_off: Option<(u64, u64)>,
    account: Account,
    other_text: u64,
    other_json: u64,
    shared_lines: u64,
}

impl<'a> Reader<'a> {
    /// A reader that has read nothing.
    pub(super) fn new(sink: &'a mut dyn Sink, definitions: &'a Definitions, settings: &'a Settings) -> Self {
        let observer = Observer::new(sink, definitions, settings);
        Self { observer, shapes: Shapes::new(Ndjson::default()), findings: Findings::default() }
    }

    /// Lines from the front of a text, as many as are of k6's own shape; returns how many lines and bytes. What follows
    /// them is to be cut into a line and given to [`Reader::line`].
    #[inline]
    pub(super) fn run(&mut self, text: &[u8]) -> Run {
        let run = self.shapes.run(text, &mut self.observer);
        self.findings.tally.read += run.lines;
        self.findings.tally.used += run.lines;
        run
    }

    /// One line.
    #[inline]
    pub(super) fn line(&mut self, line: &Line<'_>) {
        if line.overlong {
            self.note_break(line, true);
            self.reject(line, line.bytes, Flaw::whole(format!("a line of more than {} KiB", LINE_CAP / 1024)));
            return;
        }
        match self.shapes.read(line.bytes, &mut self.observer) {
            Some(Ok(())) => self.findings.tally.used(),
            Some(Err(flaw)) => self.reject(line, line.bytes, flaw),
            None => self.parse(line),
        }
    }

    /// A block of whole lines: those of k6's own shape by sight, the others one by one.
    pub(super) fn block(&mut self, block: &RowBlock) {
        let (mut at, mut number) = (0, block.line);
        loop {
            let run = self.run(block.bytes.get(at..).unwrap_or_default());
            (at, number) = (at + run.bytes, number + run.lines);
            let Some((line, next)) = block.line_at(at, number) else { break };
            self.line(&line);
            (at, number) = (next, number + 1);
        }
        self.end_block();
    }

    /// A block of the file ends here.
    pub(super) fn end_block(&mut self) {
        self.observer.end_block();
    }

    /// Whether any record was rejected so far.
    pub(super) fn has_rejected(&self) -> bool {
        self.findings.tally.rejected > 0
    }

    /// What was found.
    pub(super) fn into_findings(mut self) -> Findings {
        self.findings.account.merge(self.observer.into_account());
        self.findings
    }

    /// A line that is not of k6's own shape, by way of the JSON parser.
    fn parse(&mut self, line: &Line<'_>) {
        let text = line.bytes.trim_ascii();
        let Some(start) = beginning(text) else {
            return self.pass_over(line, text);
        };
        self.findings.shared_lines += u64::from(start > 0);
        let mut rest = text.get(start..).unwrap_or_default();
        loop {
            let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<Value>();
            let (next, flaw) = match values.next() {
                Some(Ok(value)) => {
                    let (record, after) = rest.split_at(values.byte_offset().min(rest.len()));
                    self.record(line, record, &value);
                    (beginning(after).and_then(|at| after.get(at..)), None)
                }
                Some(Err(error)) => match second_beginning(rest) {
                    Some(next) => {
                        (Some(next), Some(Flaw::whole("is not JSON: it breaks off where another record begins")))
                    }
                    None => (None, Some(flaw_of(rest, &error))),
                },
                None => (None, None),
            };
            if let Some(flaw) = flaw {
                self.note_break(line, next.is_none());
                self.reject(line, rest, flaw);
            }
            let Some(next) = next else { break };
            self.findings.shared_lines += 1;
            rest = next;
        }
    }

    fn record(&mut self, line: &Line<'_>, written: &[u8], value: &Value) {
        match Record::from_value(value).and_then(|record| self.take(line, record)) {
            Ok(true) => self.findings.tally.used(),
            Ok(false) => {
                self.findings.other_json += 1;
                self.findings.tally.skipped();
            }
            Err(flaw) => self.reject(line, written, flaw),
        }
    }

    /// Takes a record; false where it is of another kind.
    fn take(&mut self, line: &Line<'_>, record: Record) -> Result<bool, Flaw> {
        match record {
            Record::Point(point) => self.point(point)?,
            Record::Metric { thresholds, .. } => {
                self.findings.thresholds.extend(thresholds.into_iter().map(|threshold| (line.byte, threshold)));
            }
            Record::Other => return Ok(false),
        }
        Ok(true)
    }

    fn point(&mut self, point: Point) -> Result<(), Flaw> {
        let metric = self.observer.metric(&point.metric);
        self.shapes.learn(&point.metric, metric);
        // Tags that were parsed already are remembered under a spelling that JSON cannot have.
        let spelling: String = point.tags.iter().flat_map(|(name, value)| ["\0", name, "\u{1}", value]).collect();
        let tags = self.observer.tag_set(spelling.as_bytes(), || Ok(point.tags))?;
        let aim = self.observer.aim(metric, tags)?;
        self.observer.observe(aim, point.at, point.value)
    }

    /// A line without a record in it: other text, unless it looks like what is left of a record.
    fn pass_over(&mut self, line: &Line<'_>, text: &[u8]) {
        let cut_short = !line.terminated && !text.is_empty() && BEGINNINGS.iter().any(|whole| whole.starts_with(text));
        if cut_short || SIGNS.iter().any(|sign| memmem::find(text, sign).is_some()) {
            self.note_break(line, true);
            // It may begin amid the tags, so nothing of it is shown.
            self.reject(line, b"", Flaw::whole("is not JSON: what is left of a record"));
            return;
        }
        self.findings.other_text += u64::from(!text.is_empty());
        self.findings.tally.skipped();
    }

    fn note_break(&mut self, line: &Line<'_>, at_the_end: bool) {
        if !line.terminated && at_the_end {
            self.findings.broken_off = Some((line.number, line.byte));
        }
    }

    fn reject(&mut self, line: &Line<'_>, written: &[u8], flaw: Flaw) {
        let aside = flaw.field == Some(VALUE) && metric_of(written).is_some_and(is_aside);
        let rejection = Rejection {
            byte: line.byte,
            line: line.number,
            field: flaw.field.map(str::to_owned),
            reason: flaw.reason,
            excerpt: excerpt(written),
        };
        if aside {
            self.findings.tally.reject_aside(rejection);
        } else {
            self.findings.tally.reject(rejection);
        }
    }
}

/// The record up to its tags, whose values are the user's and may be secret. So much holds metric, time and value, also
/// where the key `tags` is the broken part.
fn excerpt(written: &[u8]) -> String {
    const SHOWN: usize = 112;
    match memmem::find(written, b"\"tags\":") {
        Some(at) => format!("{}…", crate::fmt::excerpt(written.get(..at).unwrap_or(written))),
        None if written.len() > SHOWN => format!("{}…", crate::fmt::excerpt(written.get(..SHOWN).unwrap_or(written))),
        None => crate::fmt::excerpt(written),
    }
}

/// The metric's name, in front of a record or behind it as k6 before 0.36 wrote it.
fn metric_of(written: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(written).ok()?.trim();
    let (front, behind) = ("{\"metric\":\"", ",\"metric\":\"");
    let name = match text.strip_prefix(front) {
        Some(rest) => rest.split_once('"')?.0,
        None => text.strip_suffix("\"}")?.rsplit_once(behind)?.1,
    };
    (!name.contains(['"', '\\'])).then_some(name)
}

/// Where in a text a record begins.
fn beginning(text: &[u8]) -> Option<usize> {
    if let Some(inside) = text.strip_prefix(b"{")
        && inside.trim_ascii_start().first().is_none_or(|first| matches!(first, b'"' | b'}'))
        && !inside.is_empty()
    {
        return Some(0);
    }
    BEGINNINGS.iter().filter_map(|beginning| memmem::find(text, beginning)).min()
}

/// What follows where a record breaks off and another begins within the same line.
fn second_beginning(text: &[u8]) -> Option<&[u8]> {
    let after = text.get(1..)?;
    let at = BEGINNINGS.iter().filter_map(|beginning| memmem::find(after, beginning)).min()?;
    after.get(at..)
}

fn flaw_of(written: &[u8], error: &serde_json::Error) -> Flaw {
    for word in ["+Inf", "-Inf", "NaN"] {
        if memmem::find(written, format!("\"value\":{word}").as_bytes()).is_some() {
            let reason = format!(
                "`data.value` should be a finite number, found {word} (k6 before 2.0 writes it, JSON has no such number)"
            );
            return Flaw { field: Some(VALUE), reason };
        }
    }
    if error.is_eof() {
        return Flaw::whole("is not JSON: it breaks off within a record");
    }
    Flaw::whole(format!("is not JSON, from byte {} of the record on", error.column()))
}

impl Findings {
    /// Adds those of another reader of the same file.
    pub(super) fn merge(&mut self, other: Self) {
        self.tally.merge(other.tally);
        self.thresholds.extend(other.thresholds);
        self.broken_off = self.broken_off.or(other.broken_off);
        self.account.merge(other.account);
        self.other_text += other.other_text;
        self.other_json += other.other_json;
        self.shared_lines += other.shared_lines;
    }

    /// Hands on what could only be known at the end.
    ///
    /// # Errors
    /// Under `strict`, the first bad record.
    pub(super) fn conclude(mut self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        self.tally.stop_if_strict(settings, input)?;
        let part = sink.part(None);
        self.thresholds.sort_by_key(|(byte, _)| *byte);
        let mut seen = Vec::new();
        for (_, threshold) in self.thresholds {
            if !seen.contains(&threshold) {
                seen.push(threshold.clone());
                sink.threshold(part, threshold);
            }
        }
        let mut tally = self.tally;
        if let Some((line, _)) = self.broken_off {
            tally.unfinished.get_or_insert_with(|| format!("breaks off within line {line}"));
        }
        for (count, words) in [
            (self.other_text, "lines of other text (banner, progress, log) passed over"),
            (self.other_json, "JSON records of another kind passed over"),
            (self.shared_lines, "records share a line with other text"),
        ] {
            if count > 0 {
                tally.note(format!("{count} {words}"));
            }
        }
        if let Some(note) = point::conclude(self.account, sink, settings) {
            tally.note(note);
        }
        Ok(tally)
    }
}

#[cfg(test)]
mod tests;
