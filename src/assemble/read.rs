//! Reading files into rollups: several at once, each with the same result as alone.

use super::detect::Detected;
use super::find::Candidate;
use super::once::Once;
use super::{Request, appended, fold, form, kin, shard};
use crate::error::{Error, Place};
use crate::ingest::input::Compression;
use crate::ingest::part::PlimsollPart;
use crate::ingest::preface::Preface;
use crate::ingest::{Adapter, Input, Rejection, Settings, Tally};
use crate::model::input::{FileCopy, InputFile, NOT_TEXT};
use crate::rollup::{Part, Rollup};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// From this size on a file is read alone, with all threads on its blocks.
const LARGE: u64 = 32 << 20;

/// A file that was read.
pub(super) struct Reading {
    pub(super) candidate: Candidate,
    pub(super) adapter: &'static dyn Adapter,
    pub(super) why: String,
    pub(super) certain: bool,
    pub(super) sha256: Option<String>,
    pub(super) tally: Tally,
    pub(super) parts: Vec<Part>,
    /// Sources with the same content, which are not counted again.
    pub(super) copies: Vec<String>,
    /// The files that hold it once more.
    pub(super) copied: Vec<FileCopy>,
    /// The part file that it came in, if it did.
    pub(super) carrier: Option<InputFile>,
}

/// What became of the files.
#[derive(Default)]
pub(super) struct Readings {
    pub(super) files: Vec<Reading>,
    pub(super) not_used: Vec<(String, String)>,
    pub(super) problems: Vec<Error>,
}

/// Reads all files.
pub(super) fn read(mut files: Vec<Detected>, request: &Request) -> Result<Readings, Error> {
    kin::tell_each_other(&mut files, request);
    let (large, small): (Vec<usize>, Vec<usize>) =
        (0..files.len()).partition(|&at| files.get(at).is_some_and(|file| file.candidate.bytes >= LARGE));
    let mut results: BTreeMap<usize, Result<Vec<Reading>, Error>> = BTreeMap::new();
    for at in large {
        if let Some(file) = files.get(at) {
            results.insert(at, read_one(file, request, request.settings.threads));
        }
    }
    results.extend(read_together(&files, &small, request));
    let mut all = Readings::default();
    for (file, result) in files.into_iter().zip(results.into_values()) {
        match result {
            Ok(readings) => all.files.extend(readings),
            Err(error) if request.settings.strict => return Err(error),
            Err(error) => {
                all.not_used.push((file.candidate.source, error.message.clone()));
                all.problems.push(error);
            }
        }
    }
    once_each(&mut all)?;
    Ok(all)
}

fn read_together(
    files: &[Detected],
    which: &[usize],
    request: &Request,
) -> BTreeMap<usize, Result<Vec<Reading>, Error>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(&at) = which.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(file) = files.get(at) {
                done.push((at, read_one(file, request, 1)));
            }
        }
        done
    };
    let threads = request.settings.threads.clamp(1, which.len().max(1));
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut all: BTreeMap<_, _> = work().into_iter().collect();
        for other in others {
            all.extend(other.join().unwrap_or_default());
        }
        // A thread that broke down takes its files' results with it; they are then read here.
        for &at in which {
            if let Some(file) = files.get(at).filter(|_| !all.contains_key(&at)) {
                all.insert(at, read_one(file, request, 1));
            }
        }
        all
    })
}

/// What one file holds: itself, or the files that were folded into it.
fn read_one(file: &Detected, request: &Request, threads: usize) -> Result<Vec<Reading>, Error> {
    let (settings, hash) = (&Settings { threads, notation: file.notation, ..request.settings.clone() }, request.hash);
    if file.adapter.name() == PlimsollPart::NAME {
        return read_part(file, hash);
    }
    std::thread::scope(|scope| {
        let hashing = (hash && threads > 1).then(|| scope.spawn(|| file.input.sha256()));
        let rules = Arc::new(request.rules());
        let read = |input: &Input| {
            let mut rollup = Rollup::naming(Arc::clone(&rules));
            let tally = file.adapter.read(input, settings, &mut rollup)?;
            Ok::<_, Error>((tally, rollup.into_parts()))
        };
        let Once { mut input, read: first, told } = Once::of(file, read)?;
        let (mut tally, mut parts) =
            first.map_err(|error| placed(of_late_encoding(error, &file.input, settings), file.preface))?;
        if let Some(sound) = before_damage(&input, &tally)? {
            let damaged = std::mem::take(&mut tally);
            (tally, parts) = read(&sound)?;
            tally.unfinished = damaged.unfinished.map(|why| format!("{why}; nothing behind the damage is used"));
        }
        if has_broken_text(&tally, &parts)
            && let Some((decoded, place)) = input.in_late_encoding()?
        {
            if settings.strict {
                return Err(placed(refused(&decoded, place), file.preface));
            }
            input = decoded;
            (tally, parts) = read(&input)?;
            let line = place.line.unwrap_or(1) + file.preface.lines;
            tally.note(format!("all before line {line} is ASCII, in which any encoding looks the same"));
        }
        if tally.headers > 0
            && let Some(runs) = appended::read(&input, file.adapter, settings, &rules)?
        {
            (tally, parts) = runs;
        }
        tally = told.tell(tally, &mut parts, file.preface.lines);
        if let Some(assumed) = input.encoding().assumed() {
            tally.note(assumed);
        }
        let tally = behind_preface(tally, file.preface);
        tally.stop_if_strict(settings, &input)?;
        let sha256 = match hashing.and_then(|thread| thread.join().ok()) {
            Some(sum) => Some(sum?),
            None if hash => Some(file.input.sha256()?),
            None => None,
        };
        Ok(vec![Reading {
            candidate: file.candidate.clone(),
            adapter: file.adapter,
            why: file.why.clone(),
            certain: file.certain,
            sha256,
            tally,
            parts,
            copies: Vec::new(),
            copied: Vec::new(),
            carrier: None,
        }])
    })
}

/// Counts what stands before the header among the lines that hold nothing wanted, and gives rows their places behind it.
fn behind_preface(tally: Tally, preface: Preface) -> Tally {
    if preface == Preface::default() {
        return tally;
    }
    let mut tally = tally.placed(preface.lines, preface.bytes);
    tally.skip(preface.lines);
    let lines = crate::fmt::plural(preface.lines, "line without a row stands", "lines without a row stand");
    tally.note(format!("{lines} before the header (`sep=`, a comment or nothing)"));
    tally
}

/// An error whose place is counted from behind the preface.
fn placed(mut error: Error, preface: Preface) -> Error {
    if let Some(place) = &mut error.place {
        place.line = place.line.map(|line| line + preface.lines);
        place.byte = place.byte.map(|byte| byte + preface.bytes);
    }
    error
}

/// Whether rows were refused for what is no character, or a name holds the sign for it: perhaps the text is in another encoding.
fn has_broken_text(tally: &Tally, parts: &[Part]) -> bool {
    let is_broken = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
    let is_refused = |row: &Rejection| row.reason.starts_with(NOT_TEXT) || is_broken(&row.excerpt);
    tally.first_rejections.iter().any(is_refused) || parts.iter().any(|part| part.endpoint_names().any(is_broken))
}

/// What ended a strict reading: where it is a row of another encoding than the file begins with, that.
fn of_late_encoding(error: Error, input: &Input, settings: &Settings) -> Error {
    let Some(line) = error.place.as_ref().and_then(|place| place.line).filter(|_| settings.strict) else {
        return error;
    };
    match input.in_late_encoding() {
        Ok(Some((decoded, place))) if place.line <= Some(line) => refused(&decoded, place),
        _ => error,
    }
}

/// A file is in one encoding: whoever allows no bad row is not told that it was guessed from the middle on.
fn refused(decoded: &Input, place: Place) -> Error {
    let instead = decoded.encoding().assumed().unwrap_or_default();
    Error::input("is not UTF-8 text from here on; all before it is ASCII, in which any encoding looks the same")
        .at(place)
        .hint(format!("write the file as UTF-8, or leave out `--strict`: then {instead}"))
}

/// What lies before the first bad row of a packed file that is damaged: behind it stands what the damage made of the rows,
/// some of which still look like rows.
fn before_damage(input: &Input, tally: &Tally) -> Result<Option<Input>, Error> {
    let first = tally.first_rejections.iter().map(|rejection| rejection.byte).min();
    // A document's parts have no place of their own.
    let Some(first) = first.filter(|first| *first > 0 && tally.unfinished.is_some()) else { return Ok(None) };
    let packed = input.compression() != Compression::Plain;
    Ok((packed && input.is_damaged()?).then(|| input.within(0, first)))
}

fn read_part(file: &Detected, hash: bool) -> Result<Vec<Reading>, Error> {
    let mut itself = Reading {
        candidate: file.candidate.clone(),
        adapter: file.adapter,
        why: file.why.clone(),
        certain: file.certain,
        sha256: if hash { Some(file.input.sha256()?) } else { None },
        tally: Tally::default(),
        parts: Vec::new(),
        copies: Vec::new(),
        copied: Vec::new(),
        carrier: None,
    };
    let readings = fold::unfold(&file.input, &file.candidate, &form::evidence(&itself))?;
    let tests = readings.iter().map(|reading| reading.parts.len() as u64).sum();
    (itself.tally.read, itself.tally.used) = (tests, tests);
    let carrier = form::evidence(&itself);
    Ok(readings.into_iter().map(|reading| Reading { carrier: Some(carrier.clone()), ..reading }).collect())
}

/// Takes out files with the same content as one before. Files without figures (an empty list of failures) are alike in
/// many tests and each belongs to its own.
fn once_each(all: &mut Readings) -> Result<(), Error> {
    let mut kept: Vec<Reading> = Vec::new();
    for reading in std::mem::take(&mut all.files) {
        let first = kept.iter_mut().find(|first| {
            first.candidate.bytes == reading.candidate.bytes
                && !may_repeat(first, &reading)
                && first.adapter.name() == reading.adapter.name()
                && reading.parts.iter().any(has_figures)
                && first.parts == reading.parts
        });
        match first {
            Some(first) if sum_of(first)? == sum_of(&reading)? => {
                let reason = format!("the same content as {}, counted once", first.candidate.source);
                all.not_used.push((reading.candidate.source.clone(), reason));
                let lies = reading.carrier.clone().unwrap_or_else(|| form::evidence(&reading));
                first.copied.push(lies.as_copy());
                first.copies.push(reading.candidate.source);
            }
            _ => kept.push(reading),
        }
    }
    all.files = kept;
    Ok(())
}

/// Pieces of one file whose rows state whole seconds, or all one instant, may be alike without being copies: the file holds
/// such rows twice.
fn may_repeat(first: &Reading, other: &Reading) -> bool {
    let name =
        |reading: &Reading| shard::name_of_whole(reading.candidate.folders.iter().chain([&reading.candidate.file]));
    let whole = name(first);
    let are_distinct = |part: &Part| part.time_goes_on() && part.states_fractions();
    whole.is_some() && whole == name(other) && !first.parts.iter().any(are_distinct)
}

fn has_figures(part: &Part) -> bool {
    !part.is_without_samples() || !part.totals().is_empty() || part.intervals_span().is_some()
}

fn sum_of(reading: &Reading) -> Result<String, Error> {
    if let Some(sum) = &reading.sha256 {
        return Ok(sum.clone());
    }
    reading.candidate.open()?.sha256()
}
