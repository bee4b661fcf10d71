//! What was read of each file, to be written into a part, and the files of a part, to be assembled as if they lay here.

use super::find::Candidate;
use super::read::Reading;
use super::{Request, detect, find, name, read, shard};
use crate::error::Error;
use crate::ingest::part::{About, FoldedFile, text};
use crate::ingest::{ADAPTERS, Input, Tally};
use crate::model::input::InputFile;
use crate::rollup::Part;

/// A Fold is all that a part will hold, and what it will not.
#[derive(Debug, Default)]
pub struct Fold {
    /// In order of their sources.
    pub files: Vec<FoldedFile>,
    /// (source, reason), by source.
    pub files_not_used: Vec<(String, String)>,
    /// Files that should have been usable and are not.
    pub problems: Vec<Error>,
}

/// Finds and reads the inputs, each file for itself. Nothing is named, bounded or judged yet: that is decided where all
/// parts are together.
///
/// # Errors
/// As of [`super::assemble`].
pub fn fold(request: &Request) -> Result<Fold, Error> {
    let request = Request { hash: true, ..request.clone() };
    let found = find::find(&request)?;
    let mut fold = Fold { files_not_used: found.skipped, ..Fold::default() };
    let detected = detect::detect(found.files, &request)?;
    fold.files_not_used.extend(detected.not_used);
    fold.problems.extend(detected.problems);
    let read = read::read(detected.files, &request)?;
    fold.files_not_used.extend(read.not_used);
    fold.problems.extend(read.problems);
    fold.files = read.files.into_iter().map(folded).collect();
    fold.files_not_used.sort();
    fold.files_not_used.dedup();
    Ok(fold)
}

fn folded(reading: Reading) -> FoldedFile {
    let evidence = super::form::evidence(&reading);
    // Where the folder lay on the machine that ran the load is nobody's business; what lies within it is the tests' names.
    let folders: Vec<String> = reading.candidate.folders.iter().skip(1).cloned().collect();
    let source = folders.iter().chain([&reading.candidate.file]).map(String::as_str).collect::<Vec<_>>().join("/");
    let tests: Vec<_> = reading.parts.iter().map(Part::folded).collect();
    FoldedFile {
        about: About {
            folders,
            file: reading.candidate.file,
            certain: reading.certain,
            tests: tests.len() as u64,
            evidence: InputFile { source, within: None, copies: Vec::new(), ..evidence },
        },
        tests,
    }
}

/// The files of a part, each as if it had been read where the part lies. `carrier` is the part's own evidence.
///
/// # Errors
/// The part is damaged, of a newer version, or holds rows of an adapter that this program does not have.
pub(super) fn unfold(input: &Input, candidate: &Candidate, carrier: &InputFile) -> Result<Vec<Reading>, Error> {
    let files = text::read(input)?;
    files.into_iter().map(|file| unfolded(file, input, candidate, carrier)).collect()
}

fn unfolded(file: FoldedFile, input: &Input, part: &Candidate, carrier: &InputFile) -> Result<Reading, Error> {
    let FoldedFile { about, tests } = file;
    let evidence = about.evidence;
    let adapter = ADAPTERS.iter().find(|adapter| adapter.name() == evidence.adapter).ok_or_else(|| {
        Error::input(format!(
            "holds rows of `{}`, which is no adapter of this program",
            crate::fmt::plain(&evidence.adapter)
        ))
        .at(input.place())
        .hint("a newer plimsoll wrote it: use that one, or fold the files again")
    })?;
    let parts = tests.into_iter().map(Part::unfolded).collect::<Result<Vec<_>, _>>();
    let parts = parts.map_err(|why| text::damaged(input, None, &why))?;
    Ok(Reading {
        candidate: Candidate {
            source: format!("{}:{}", part.source, evidence.source),
            path: part.path.clone(),
            file: file_name(&about.folders, &about.file, &part.file),
            folders: part.folders.iter().chain(&about.folders).cloned().collect(),
            bytes: evidence.bytes,
            held: None,
            named: part.named,
        },
        adapter: *adapter,
        why: evidence.why,
        certain: about.certain,
        sha256: evidence.sha256,
        tally: Tally {
            headers: 0,
            read: evidence.rows_read,
            used: evidence.rows_used,
            skipped: evidence.rows_skipped,
            rejected: evidence.rows_rejected,
            rejected_aside: evidence.rows_rejected_aside.min(evidence.rows_rejected),
            first_rejections: evidence.first_rejections,
            unfinished: evidence.unfinished,
            notes: evidence.notes,
        },
        parts,
        copies: Vec::new(),
        copied: Vec::new(),
        carrier: Some(carrier.clone()),
    })
}

/// What a file of a part is called: as it was, or after the part where its own name says nothing. That a part is called
/// `part-3` does not make its file a piece of a file.
fn file_name(folders: &[String], file: &str, part: &str) -> String {
    if !folders.is_empty() || !name::prefix(file).is_empty() {
        return file.to_owned();
    }
    let stem = name::prefix(part);
    let stem = stem.strip_suffix(".plimsoll").unwrap_or(&stem);
    shard::not_a_piece(stem)
}
