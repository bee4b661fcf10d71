//! Runs that were appended to one file with a header row each: every one is read as if it lay in a file of its own, with its
//! own columns and delimiter.
//!
//! Adapters pass over header rows among others and count them; only files in which some were met come here and are read
//! again. Where the stretches between headers ran at the same time, somebody put the files of one run together: then they
//! are one run as before.
//!
//! A run that stands in a file twice counts once.

use crate::error::Error;
use crate::ingest::{Adapter, Input, Settings, Tally};
use crate::model::key::Population;
use crate::model::sample::Fact;
use crate::rollup::naming::Rules;
use crate::rollup::{Part, Rollup};
use crate::unit::Span;
use std::sync::Arc;

/// A file with more headers than this was put together of pieces, and is read as one.
const MOST: usize = 100;
/// Runs that follow one another may seem to overlap by so much where times are whole seconds.
const OVERLAP_S: f64 = 2.0;
/// Of formats in which silence parts runs, a stretch that begins so soon after another's end goes on with it: a file that was
/// rotated and put together again. The next run of a test takes longer to begin.
const PAUSE_S: f64 = 0.5;

/// One stretch of a file from a header to the next.
struct Stretch {
    byte: u64,
    line: u64,
    bytes: u64,
    /// The line behind the header.
    first_row: Vec<u8>,
    /// Bytes up to the end of its last line, the line end left out.
    text: u64,
}

fn warn(parts: &mut [Part], text: &str) {
    for part in parts {
        part.add_fact(Fact::Warning(text.to_owned()));
    }
}

/// Reads each run of the file for itself; `None` where there is only one.
///
/// # Errors
/// Those of the adapter.
pub(super) fn read(
    input: &Input,
    adapter: &dyn Adapter,
    settings: &Settings,
    rules: &Arc<Rules>,
) -> Result<Option<(Tally, Vec<Part>)>, Error> {
    let stretches = stretches(input, adapter)?;
    if stretches.len() < 2 || stretches.len() > MOST {
        return Ok(None);
    }
    let mut runs: Vec<Run> = Vec::new();
    for stretch in &stretches {
        let mut rollup = Rollup::naming(Arc::clone(rules));
        let tally = adapter.read(&input.within(stretch.byte, stretch.bytes), settings, &mut rollup)?;
        let parts: Vec<Part> = rollup.into_parts().into_iter().filter(|part| !part.is_without_samples()).collect();
        let mut run = Run { tally, parts, is_copy: false };
        for (other, before) in stretches.iter().zip(&mut runs).filter(|(_, before)| !before.is_copy) {
            match copy_of(input, (other, &before.parts), (stretch, &run.parts))? {
                Some(Which::Former) => before.is_copy = true,
                Some(Which::Latter) => run.is_copy = true,
                None => {}
            }
        }
        runs.push(run);
    }
    let (mut all, mut parts, mut copied) = (Tally::default(), Vec::new(), None);
    for (stretch, mut run) in stretches.iter().zip(runs) {
        if run.is_copy {
            copied.get_or_insert(stretch.line);
            run.tally.skipped += std::mem::take(&mut run.tally.used);
        } else {
            parts.extend(run.parts);
        }
        all.merge(run.tally.placed(stretch.line - 1, stretch.byte));
    }
    if let Some(line) = copied {
        warn(
            &mut parts,
            &format!("the file holds rows twice: those behind the header in line {line} are not counted again"),
        );
    }
    let headers = (stretches.len() - 1) as u64;
    all.skip(headers);
    let rows = crate::fmt::plural(headers, "more header row stands", "more header rows stand");
    all.note(format!(
        "{rows} among the others: what follows is read by it, as a run of its own unless it ran at the same time or at once after"
    ));
    Ok(Some((all, one_each(parts))))
}

/// What a stretch was read as.
struct Run {
    tally: Tally,
    parts: Vec<Part>,
    /// Whether another stretch tells all of it.
    is_copy: bool,
}

/// One of two stretches, in the order of the file.
enum Which {
    Former,
    Latter,
}

/// Which of two stretches the other tells as well: it tells of the same runs to the nanosecond, as where the file was appended
/// to itself, or its text is the other's beginning. Rows without times may be alike by chance.
fn copy_of(
    input: &Input,
    (former, before): (&Stretch, &[Part]),
    (latter, found): (&Stretch, &[Part]),
) -> Result<Option<Which>, Error> {
    let is_told_apart = |part: &Part| part.is_varied() && part.time_goes_on();
    if !found.iter().any(is_told_apart) && !before.iter().any(is_told_apart) {
        return Ok(None);
    }
    if found == before {
        return Ok(Some(Which::Latter));
    }
    if former.first_row != latter.first_row {
        return Ok(None);
    }
    let alike = input.alike(former.byte, latter.byte)?;
    Ok(if alike >= latter.text {
        Some(Which::Latter)
    } else if alike >= former.text {
        Some(Which::Former)
    } else {
        None
    })
}

/// From header to header.
fn stretches(input: &Input, adapter: &dyn Adapter) -> Result<Vec<Stretch>, Error> {
    let mut lines = input.lines()?;
    let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
    let mut first: Option<Vec<u8>> = None;
    let mut found: Vec<Stretch> = Vec::new();
    let mut is_first_row = false;
    while let Some(line) = lines.next_line().map_err(broken)? {
        let begins = match &first {
            None => true,
            Some(first) => line.bytes == first.as_slice() || adapter.is_header(line.bytes),
        };
        if let Some(stretch) = found.last_mut().filter(|_| !begins) {
            stretch.text = line.byte + line.bytes.len() as u64 - stretch.byte;
            if std::mem::take(&mut is_first_row) {
                stretch.first_row = line.bytes.to_vec();
            }
            continue;
        }
        if first.is_none() {
            first = Some(line.bytes.to_vec());
        }
        if let Some(before) = found.last_mut() {
            before.bytes = line.byte - before.byte;
        }
        found.push(Stretch { byte: line.byte, line: line.number, bytes: u64::MAX, first_row: Vec::new(), text: 0 });
        is_first_row = true;
        if found.len() > MOST {
            break;
        }
    }
    Ok(found)
}

/// Stretches that ran at the same time, or one of which goes on with the other, become one run.
fn one_each(parts: Vec<Part>) -> Vec<Part> {
    let mut runs: Vec<Part> = Vec::new();
    for part in parts {
        match runs.iter_mut().find(|run| run.name() == part.name() && ran_together(run, &part)) {
            Some(run) => run.merge(part),
            None => runs.push(part),
        }
    }
    runs
}

fn ran_together(own: &Part, other: &Part) -> bool {
    let span = |part: &Part| Population::ALL.into_iter().filter_map(|kind| part.span(kind)).reduce(Span::union);
    match (span(own), span(other)) {
        (Some(one), Some(two)) => {
            let common_s = one.end.min(two.end).seconds_since(one.start.max(two.start));
            common_s > OVERLAP_S || (own.is_part_of_a_run() && other.is_part_of_a_run() && common_s >= -PAUSE_S)
        }
        // Without times nothing tells them apart.
        _ => true,
    }
}
