//! The inputs of a report, found again by their hashes and laid out as they lay when it was made.

use crate::assemble::placed;
use crate::error::{Error, Place};
use crate::ingest::Input;
use crate::ingest::input::held::{Held, IN_MEMORY};
use crate::report::model::Report;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A folder deeper than this is a loop of links or a mistake.
const DEEPEST: usize = 32;

/// The inputs of a report.
pub(in crate::cli) struct Located {
    /// Every input's name with the file that holds its content.
    pub(in crate::cli) files: BTreeMap<String, PathBuf>,
    /// Inputs that are nowhere, in words.
    pub(in crate::cli) missing: Vec<String>,
    /// The folder in which they were to be sought, where there is no such folder.
    pub(in crate::cli) not_there: Option<String>,
    /// A folder in which they lie as they were named; removed with the value.
    layout: Option<Layout>,
}

impl Located {
    /// The folder in which inputs lie as they were named.
    pub(in crate::cli) fn root(&self) -> Option<&Path> {
        self.layout.as_ref().map(|layout| layout.root.as_path())
    }

    /// What came by standard input.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(in crate::cli) fn stdin(&self) -> Result<Option<Held>, Error> {
        let Some(path) = self.files.get("-") else { return Ok(None) };
        let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
        Held::all_of("-", file, IN_MEMORY).map(Some)
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::input(format!("cannot be read: {error}")).at(Place::source(path.display().to_string()))
}

/// Finds every input of a report: where it was, else anywhere under `elsewhere`.
pub(super) fn locate(told: &Report, elsewhere: Option<&Path>) -> Result<Located, Error> {
    let mut wanted: BTreeMap<&str, (&str, u64)> = BTreeMap::new();
    for file in told.tests.iter().flat_map(|test| &test.inputs) {
        // What came in a part file does not lie there itself.
        if file.within.is_none() {
            wanted.insert(&file.source, (file.sha256.as_deref().unwrap_or_default(), file.bytes));
        }
        for copy in &file.copies {
            wanted.insert(&copy.source, (copy.sha256.as_deref().unwrap_or_default(), copy.bytes));
        }
    }
    let mut others = Vec::new();
    let mut located = Located { files: BTreeMap::new(), missing: Vec::new(), not_there: None, layout: None };
    match elsewhere {
        Some(folder) if folder.is_dir() => walk(folder, 0, &mut others)?,
        Some(file) if file.exists() => {
            let place = Place::source(file.display().to_string());
            return Err(Error::usage("`--inputs` should name a folder, and this is none").at(place));
        }
        Some(gone) => located.not_there = Some(gone.display().to_string()),
        None => {}
    }
    for (&source, &(sum, bytes)) in &wanted {
        let there = Path::new(source);
        let of_size = others.iter().filter(|(_, size)| *size == bytes).map(|(path, _)| path.as_path());
        let alike = wanted.iter().filter(|(_, (other, _))| *other == sum).map(|(source, _)| Path::new(*source));
        let mut candidates = std::iter::once(there).chain(alike).filter(|path| path.is_file()).chain(of_size);
        match candidates.find(|path| sum_of(path).is_some_and(|found| found == sum)) {
            Some(path) => {
                located.files.insert(source.to_owned(), path.to_owned());
            }
            None if there.is_file() => {
                located.missing.push(format!("{source}: what lies there has another hash than {sum}"));
            }
            None => located.missing.push(format!("{source} (SHA-256 {sum})")),
        }
    }
    if located.missing.is_empty() {
        located.layout = Some(Layout::of(&located.files, &told.reproduce.request.inputs)?);
    }
    Ok(located)
}

fn sum_of(path: &Path) -> Option<String> {
    Input::open(path.display().to_string(), path).and_then(|input| input.sha256()).ok()
}

/// Every file below a folder with its size, in order.
fn walk(folder: &Path, depth: usize, found: &mut Vec<(PathBuf, u64)>) -> Result<(), Error> {
    if depth > DEEPEST {
        return Ok(());
    }
    let entries: BTreeSet<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(|error| unreadable(folder, &error))?;
    for path in entries {
        if path.is_dir() {
            walk(&path, depth + 1, found)?;
        } else if let Ok(meta) = path.metadata() {
            found.push((path, meta.len()));
        }
    }
    Ok(())
}

/// A folder of links to the inputs, each in the place that its name says.
struct Layout {
    root: PathBuf,
}

impl Layout {
    fn of(files: &BTreeMap<String, PathBuf>, inputs: &[String]) -> Result<Self, Error> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("plimsoll-verify-{}-{number}", std::process::id()));
        let failed = |error: std::io::Error| Error::output(format!("cannot lay out the inputs: {error}"));
        fs::create_dir(&root).map_err(failed)?;
        let layout = Self { root };
        let mut linked = BTreeSet::new();
        for (source, path) in files.iter().filter(|(source, _)| *source != "-") {
            let place = placed(&layout.root, source);
            let folder = place.parent().unwrap_or(&layout.root);
            // Two links to one file are one file; what was given twice lay there twice.
            let put = if linked.insert(path) { link } else { copy };
            fs::create_dir_all(folder).and_then(|()| put(path, &place)).map_err(failed)?;
        }
        // A folder that held no result was named all the same.
        let folders = inputs.iter().filter(|input| *input != "-" && !input.contains(['*', '?', '[']));
        for folder in folders.map(|input| placed(&layout.root, input)).filter(|path| !path.exists()) {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        Ok(layout)
    }
}

impl Drop for Layout {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

#[cfg(unix)]
fn link(path: &Path, place: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(path.canonicalize()?, place)
}

#[cfg(not(unix))]
fn link(path: &Path, place: &Path) -> std::io::Result<()> {
    copy(path, place)
}

fn copy(path: &Path, place: &Path) -> std::io::Result<()> {
    fs::copy(path, place).map(|_| ())
}
