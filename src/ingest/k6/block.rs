//! Reading a large file in blocks by several threads, with the same result as line by line.
//!
//! A line belongs to the block in which it begins. Each thread takes the next block with a positioned read, fills a sink of
//! its own, and counts the lines of the block; the sinks are added up at the end, and only then do lines that were rejected
//! get their numbers. So memory is one block and one sink a thread, whatever the file's size.

use super::metric::Definitions;
use super::reader::{Findings, Reader};
use crate::error::Error;
use crate::ingest::input::{LINE_CAP, Line};
use crate::ingest::plain::PlainFile;
use crate::ingest::{Input, Settings, Sink, threads};
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a block: a thousand lines, and little enough to stay in a core's cache beside the counters.
const BLOCK: u64 = 256 * 1024;
/// So many bytes are read behind a block for the line that crosses its end, and so many more each time it takes longer.
const STEP: usize = 2 * 1024;

/// What all threads share.
struct Plan<'a> {
    input: &'a Input,
    definitions: &'a Definitions,
    settings: &'a Settings,
    block: u64,
    next: AtomicU64,
    /// Blocks from here on need not be read: under `strict`, those behind one with a bad record.
    end: AtomicU64,
}

/// Lines that begin in a block, by its number.
type LineCounts = BTreeMap<u64, u64>;

/// Reads a plain file with as many threads as the settings say.
///
/// # Errors
/// The operating system's.
pub(super) fn read(
    input: &Input,
    definitions: &Definitions,
    settings: &Settings,
    sink: &mut dyn Sink,
) -> Result<Findings, Error> {
    read_in_blocks_of(BLOCK, input, definitions, settings, sink)
}

fn read_in_blocks_of(
    block: u64,
    input: &Input,
    definitions: &Definitions,
    settings: &Settings,
    sink: &mut dyn Sink,
) -> Result<Findings, Error> {
    let blocks = input.len().div_ceil(block);
    let plan = Plan { input, definitions, settings, block, next: AtomicU64::new(0), end: AtomicU64::new(blocks) };
    let threads = (settings.threads.max(1) as u64).min(blocks.max(1));
    let (mut findings, mut counts) = (Findings::default(), LineCounts::new());
    for result in threads::spread((0..threads).collect(), sink, |_, sink| work(&plan, sink)) {
        let broken = |error: io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        let (other, lines) = result.map_err(broken)?;
        findings.merge(other);
        counts.extend(lines);
    }
    Ok(numbered(findings, &counts, block))
}

/// Turns line numbers that were counted within blocks into numbers within the file.
fn numbered(mut findings: Findings, counts: &LineCounts, block: u64) -> Findings {
    let lines_before = |byte: u64| counts.range(..byte / block).map(|(_, lines)| lines).sum::<u64>();
    for rejection in &mut findings.tally.first_rejections {
        rejection.line += lines_before(rejection.byte);
    }
    if let Some((line, byte)) = &mut findings.broken_off {
        *line += lines_before(*byte);
    }
    findings
}

/// One thread's work: blocks until there are no more.
fn work(plan: &Plan<'_>, sink: &mut dyn Sink) -> io::Result<(Findings, LineCounts)> {
    let file = plan.input.plain_file().ok_or_else(|| io::Error::other("it is no plain file any more"))?;
    let mut reader = Reader::new(sink, plan.definitions, plan.settings);
    let mut counts = LineCounts::new();
    let mut window = Window::default();
    loop {
        let block = plan.next.fetch_add(1, Ordering::Relaxed);
        if block >= plan.end.load(Ordering::Relaxed) {
            break;
        }
        let range = block * plan.block..((block + 1) * plan.block).min(plan.input.len());
        counts.insert(block, read_block(&file, range.clone(), &mut window, &mut reader)?);
        plan.input.look(window.text(), window.start);
        reader.end_block();
        plan.input.advance(range.end - range.start);
        if plan.settings.strict && reader.has_rejected() {
            plan.end.fetch_min(block + 1, Ordering::Relaxed);
        }
    }
    Ok((reader.into_findings(), counts))
}

/// Reads the lines that begin in `range`, and returns how many they are. Line numbers are counted from the block's
/// beginning, bytes from the file's.
fn read_block(file: &PlainFile, range: Range<u64>, window: &mut Window, reader: &mut Reader<'_>) -> io::Result<u64> {
    // One byte more at the front tells whether the block begins with a line.
    let lead = u64::from(range.start > 0);
    window.open(file, range.start - lead, range.end)?;
    let mut at = match lead {
        0 if window.text().starts_with(b"\xef\xbb\xbf") => 3,
        0 => 0,
        _ => match memchr::memchr(b'\n', window.wanted()) {
            Some(line_end) => line_end + 1,
            None => return Ok(0),
        },
    };
    let mut lines = 0;
    while at < window.wanted().len() {
        // Lines that end in the window began in the block; the one that crosses its end is left to what follows.
        let run = reader.run(window.wanted().get(at..).unwrap_or_default());
        lines += run.lines;
        at += run.bytes;
        if at >= window.wanted().len() {
            break;
        }
        lines += 1;
        let line_end = window.line_end(file, at)?;
        let whole = window.text().get(at..line_end.unwrap_or(window.filled)).unwrap_or_default();
        let kept = whole.get(..LINE_CAP).unwrap_or(whole);
        reader.line(&Line {
            bytes: kept.strip_suffix(b"\r").unwrap_or(kept),
            number: lines,
            byte: window.start + at as u64,
            overlong: whole.len() > LINE_CAP,
            terminated: line_end.is_some() || !window.at_end,
        });
        let Some(line_end) = line_end else { break };
        at = line_end + 1;
    }
    Ok(lines)
}

/// A Window is the piece of the file that is in memory: a block, and behind it as much as its last line needs.
#[derive(Default)]
struct Window {
    buffer: Vec<u8>,
    /// Where in the file it begins.
    start: u64,
    /// Bytes that were asked for, and bytes that were read.
    block: usize,
    filled: usize,
    /// Whether the file ends with it.
    at_end: bool,
}

impl Window {
    /// Moves to another place of the file.
    fn open(&mut self, file: &PlainFile, start: u64, end: u64) -> io::Result<()> {
        self.start = start;
        self.block = usize::try_from(end - start).unwrap_or(usize::MAX);
        let room = self.block + STEP;
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        self.filled = file.read_at(self.buffer.get_mut(..room).unwrap_or_default(), start)?;
        self.at_end = self.filled < room;
        Ok(())
    }

    /// All that was read.
    fn text(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    /// What was asked for of it.
    fn wanted(&self) -> &[u8] {
        self.buffer.get(..self.block.min(self.filled)).unwrap_or_default()
    }

    /// Where the line ends that begins at a place; reads on for it as far as need be. `None` where it does not end, or not
    /// before the longest line that is kept.
    fn line_end(&mut self, file: &PlainFile, at: usize) -> io::Result<Option<usize>> {
        let mut seen = at;
        loop {
            if let Some(found) = memchr::memchr(b'\n', self.text().get(seen..).unwrap_or_default()) {
                return Ok(Some(seen + found));
            }
            if self.at_end || self.filled - at > LINE_CAP {
                return Ok(None);
            }
            seen = self.filled;
            let room = self.filled + STEP;
            if self.buffer.len() < room {
                self.buffer.resize(room, 0);
            }
            let got = file.read_at(self.buffer.get_mut(seen..room).unwrap_or_default(), self.start + seen as u64)?;
            self.at_end = got < STEP;
            self.filled += got;
        }
    }
}

#[cfg(test)]
mod tests;
