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
use crate::ingest::{Input, Settings, Sink};
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a block: a few thousand lines, and little enough to stay in a core's cache.
const BLOCK: u64 = 512 * 1024;
/// The line that crosses a block's end is read in steps of this many bytes.
const STEP: usize = 16 * 1024;

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
    let broken = |error: io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
    if threads == 1 {
        let (findings, counts) = work(&plan, sink).map_err(broken)?;
        return Ok(numbered(findings, &counts, block));
    }
    let mut forks: Vec<Box<dyn Sink>> = (0..threads).map(|_| sink.fork()).collect();
    let results: Vec<_> = std::thread::scope(|scope| {
        let plan = &plan;
        let workers: Vec<_> = forks.iter_mut().map(|fork| scope.spawn(move || work(plan, fork.as_mut()))).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    for fork in forks {
        sink.absorb(fork);
    }
    let (mut findings, mut counts) = (Findings::default(), LineCounts::new());
    for result in results {
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
    let mut buffer = Vec::new();
    loop {
        let block = plan.next.fetch_add(1, Ordering::Relaxed);
        if block >= plan.end.load(Ordering::Relaxed) {
            break;
        }
        let range = block * plan.block..((block + 1) * plan.block).min(plan.input.len());
        counts.insert(block, read_block(&file, range.clone(), &mut buffer, &mut reader)?);
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
fn read_block(file: &PlainFile, range: Range<u64>, buffer: &mut Vec<u8>, reader: &mut Reader<'_>) -> io::Result<u64> {
    // One byte more at the front tells whether the block begins with a line.
    let lead = u64::from(range.start > 0);
    let start = range.start - lead;
    let wanted = usize::try_from(range.end - start).unwrap_or(usize::MAX);
    buffer.resize(wanted, 0);
    let mut filled = file.read_at(buffer, start)?;
    let mut at_end = filled < wanted;
    buffer.truncate(filled);
    let mut at = match (lead, range.start) {
        (0, _) => {
            if buffer.starts_with(b"\xef\xbb\xbf") {
                3
            } else {
                0
            }
        }
        _ => match memchr::memchr(b'\n', buffer) {
            Some(line_end) => line_end + 1,
            None => return Ok(0),
        },
    };
    let mut lines = 0;
    while at < wanted.min(filled) {
        let mut line_end = memchr::memchr(b'\n', buffer.get(at..).unwrap_or_default()).map(|found| at + found);
        while line_end.is_none() && !at_end && filled - at <= LINE_CAP {
            buffer.resize(filled + STEP, 0);
            let got = file.read_at(buffer.get_mut(filled..).unwrap_or_default(), start + filled as u64)?;
            line_end =
                memchr::memchr(b'\n', buffer.get(filled..filled + got).unwrap_or_default()).map(|found| filled + found);
            at_end = got < STEP;
            filled += got;
            buffer.truncate(filled);
        }
        lines += 1;
        let whole = buffer.get(at..line_end.unwrap_or(filled)).unwrap_or_default();
        let kept = whole.get(..LINE_CAP).unwrap_or(whole);
        reader.line(&Line {
            bytes: kept.strip_suffix(b"\r").unwrap_or(kept),
            number: lines,
            byte: start + at as u64,
            overlong: whole.len() > LINE_CAP,
            terminated: line_end.is_some() || !at_end,
        });
        let Some(line_end) = line_end else { break };
        at = line_end + 1;
    }
    Ok(lines)
}

#[cfg(test)]
mod tests;
