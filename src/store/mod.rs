//! Stored runs on disk: what baselines and histories are made of.
//!
//! ```text
//! .plimsoll/
//!   runs/TEST/START.run             every run that was saved by `report --save`
//!   baselines/NAME/TEST.run         runs pinned by `baseline save NAME`
//!   baselines/NAME/figures.declared figures declared by `baseline declare NAME`
//! ```
//! Each run is one file of its own (see [`run`]), written under a temporary name and renamed, so that a half-written file
//! is never read and a damaged one spoils itself alone. Which runs a run is compared with is [`selection`]'s to say.

pub mod declared;
pub mod run;
pub mod selection;
mod twin;

use crate::error::{Error, Place};
use declared::DeclaredBaseline;
use run::{Acceptance, RunLine, StoredRun};
use std::fs;
use std::path::{Path, PathBuf};

/// A Store is a folder of stored runs.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// What a stored file holds.
#[derive(Debug)]
pub enum Content {
    /// A run, by its first line.
    Run(Box<RunLine>),
    /// Declared figures.
    Declared(DeclaredBaseline),
}

/// What a listing shows of one stored file.
#[derive(Debug)]
pub struct Entry {
    /// `NAME` of a baseline, `TEST/START` of a saved run.
    pub name: String,
    /// Whether it was pinned by name.
    pub pinned: bool,
    /// Its file.
    pub path: PathBuf,
    /// What it holds; the error where it cannot be read.
    pub content: Result<Content, Error>,
}

/// All saved runs of one test.
#[derive(Debug, Default)]
pub struct Runs {
    /// Those that can be read, oldest first; undated ones before all others, as they were stored.
    pub lines: Vec<RunLine>,
    /// Their files.
    pub paths: Vec<PathBuf>,
    /// Why others cannot be read.
    pub damaged: Vec<Error>,
}

/// What is pinned under a name.
#[derive(Debug, Default)]
pub struct Pinned {
    /// Runs, by test.
    pub runs: Vec<StoredRun>,
    /// Declared figures.
    pub declared: Option<DeclaredBaseline>,
}

impl Store {
    /// The store in this folder, which need not exist yet.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Keeps runs under a name, to be compared with until removed.
    ///
    /// # Errors
    /// The name is taken and `replace` is not said, or it cannot be written.
    pub fn pin(&self, name: &str, runs: &[StoredRun], replace: bool) -> Result<Vec<PathBuf>, Error> {
        let folder = self.free(name, replace)?;
        runs.iter()
            .map(|run| write(&folder.join(format!("{}.run", file_name(&run.run.test))), &run::to_text(run)?))
            .collect()
    }

    /// Keeps declared figures under a name.
    ///
    /// # Errors
    /// The name is taken and `replace` is not said, or it cannot be written.
    pub fn declare(&self, name: &str, declared: &DeclaredBaseline, replace: bool) -> Result<PathBuf, Error> {
        write(&self.free(name, replace)?.join("figures.declared"), &declared::to_text(declared)?)
    }

    /// Keeps runs by test and start time.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&self, runs: &[StoredRun]) -> Result<Vec<PathBuf>, Error> {
        let path = |run: &RunLine| {
            let start = run.started_at.map_or_else(
                // Without a start, what it was read from tells runs apart: saved again, it is the same file.
                || format!("undated-{}", run::short_hash(&run.inputs.concat())),
                |at| crate::fmt::rfc3339(at).replace(':', ""),
            );
            self.root.join("runs").join(file_name(&run.test)).join(format!("{start}.run"))
        };
        let saved = runs.iter().map(|run| {
            let path = path(&run.run);
            if run.run.started_at.is_some() {
                return write(&path, &run::to_text(run)?);
            }
            let line = RunLine { place: Some(self.place(&run.run.test, &path)?), ..run.run.clone() };
            write(&path, &run::to_text(&StoredRun { run: line, ..run.clone() })?)
        });
        saved.collect()
    }

    /// Which of the undated runs of its test a file is: what it was, else behind all.
    fn place(&self, test: &str, path: &Path) -> Result<u64, Error> {
        let runs = self.runs(test)?;
        let known = runs.paths.iter().zip(&runs.lines).find(|(have, _)| *have == path).and_then(|(_, line)| line.place);
        let last = runs.lines.iter().filter_map(|line| line.place).max();
        Ok(known.unwrap_or_else(|| last.map_or(1, |last| last.saturating_add(1))))
    }

    /// A saved run that may be the same execution as this one, read from another of its files, as `TEST/START`. What began at the
    /// same instant would take its place.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn twin(&self, run: &RunLine) -> Result<Option<String>, Error> {
        let is_twin = |other: &RunLine| run.started_at != other.started_at && !run.is(other) && run.may_be(other);
        let runs = self.runs(&run.test)?;
        let found = runs.lines.iter().zip(&runs.paths).find(|(other, _)| is_twin(other));
        Ok(found.map(|(_, path)| format!("{}/{}", run.test, stem(path))))
    }

    /// Takes a saved run as the new normal. `named` is a file, `TEST/START` as listed, or a test: its newest run.
    ///
    /// # Errors
    /// There is no such run, several are meant, or it is damaged or cannot be written.
    pub fn accept(&self, named: &str, acceptance: Acceptance) -> Result<PathBuf, Error> {
        let path = self.saved(named)?;
        let text = run::accepted_text(&path, acceptance)?;
        write(&path, &text)
    }

    /// Everything stored, pinned first, each by name and file.
    ///
    /// # Errors
    /// A folder cannot be listed.
    pub fn entries(&self) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        for (folder, pinned) in [("baselines", true), ("runs", false)] {
            for named in children(&self.root.join(folder))? {
                let name = last(&named);
                let files: Vec<PathBuf> = children(&named)?.into_iter().filter(|path| is_stored(path)).collect();
                for (path, content) in files.iter().zip(each(&files, |path| content(path))) {
                    let name = if pinned { name.clone() } else { format!("{name}/{}", stem(path)) };
                    entries.push(Entry { name, pinned, content, path: path.clone() });
                }
            }
        }
        Ok(entries)
    }

    /// The tests of which runs were saved, by the names of their folders.
    ///
    /// # Errors
    /// A folder cannot be listed.
    pub fn tests(&self) -> Result<Vec<String>, Error> {
        Ok(children(&self.root.join("runs"))?.iter().map(|path| last(path)).collect())
    }

    /// The saved runs of a test, oldest first.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn runs(&self, test: &str) -> Result<Runs, Error> {
        let folder = self.root.join("runs").join(file_name(test));
        let files: Vec<PathBuf> = children(&folder)?.into_iter().filter(|path| is_stored(path)).collect();
        let read = each(&files, |path| run::read_line(path));
        let mut damaged = Vec::new();
        let mut found: Vec<(RunLine, PathBuf)> = Vec::new();
        for (path, line) in files.into_iter().zip(read) {
            match line {
                Ok(line) => found.push((line, path)),
                Err(error) => damaged.push(error),
            }
        }
        let order = |one: &(RunLine, PathBuf)| (one.0.started_at, one.0.place);
        found.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.1.cmp(&b.1)));
        let (lines, paths) = found.into_iter().unzip();
        Ok(Runs { lines, paths, damaged })
    }

    /// What a name or a file holds.
    ///
    /// # Errors
    /// There is none, or a file is damaged or of a newer version.
    pub fn pinned(&self, name: &str) -> Result<Pinned, Error> {
        let as_file = Path::new(name);
        let files = if as_file.is_file() {
            vec![as_file.to_owned()]
        } else {
            let folder = self.baseline_folder(name)?;
            if !folder.is_dir() {
                return Err(self.unknown(name));
            }
            children(&folder)?.into_iter().filter(|path| is_stored(path)).collect()
        };
        let mut pinned = Pinned::default();
        for path in files {
            if is_declared(&path) {
                pinned.declared = Some(declared::read(&path)?);
            } else {
                pinned.runs.push(run::read(&path)?);
            }
        }
        Ok(pinned)
    }

    /// Removes a pinned name.
    ///
    /// # Errors
    /// There is none of that name, or it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        let folder = self.baseline_folder(name)?;
        if !folder.is_dir() {
            return Err(self.unknown(name));
        }
        fs::remove_dir_all(&folder).map_err(|error| cannot("remove", &folder, &error))
    }

    /// The folder of a name that is free, or is made so.
    fn free(&self, name: &str, replace: bool) -> Result<PathBuf, Error> {
        let folder = self.baseline_folder(name)?;
        if folder.exists() {
            if !replace {
                return Err(Error::usage(format!("a baseline named `{name}` is stored already"))
                    .at(Place::source(folder.display().to_string()))
                    .hint("`--force` replaces it; another name keeps both"));
            }
            fs::remove_dir_all(&folder).map_err(|error| cannot("remove", &folder, &error))?;
        }
        Ok(folder)
    }

    fn baseline_folder(&self, name: &str) -> Result<PathBuf, Error> {
        if name.is_empty() || name == "latest" || file_name(name) != name {
            let hint = as_folder(name).unwrap_or_else(|| NAMES.to_owned());
            return Err(Error::usage(format!("`{name}` cannot name a baseline")).hint(hint));
        }
        Ok(self.root.join("baselines").join(name))
    }

    /// The file of a saved run.
    fn saved(&self, named: &str) -> Result<PathBuf, Error> {
        if Path::new(named).is_file() {
            return Ok(PathBuf::from(named));
        }
        let (test, start) = named.split_once('/').unwrap_or((named, ""));
        let runs = self.runs(test)?;
        if let (true, Some(newest)) = (start.is_empty(), runs.paths.last()) {
            return Ok(newest.clone());
        }
        let found = runs.paths.iter().find(|path| stem(path) == start && !start.is_empty());
        found.cloned().ok_or_else(|| {
            Error::usage(format!("no run `{named}` is stored"))
                .at(Place::source(self.root.display().to_string()))
                .hint("`baseline list` shows the stored runs as TEST/START; `report --save` stores one")
        })
    }

    fn unknown(&self, name: &str) -> Error {
        let known: Vec<String> =
            children(&self.root.join("baselines")).unwrap_or_default().iter().map(|path| last(path)).collect();
        let hint = as_folder(name).unwrap_or_else(|| match known.as_slice() {
            [] => "nothing is stored there; `baseline save NAME INPUT` stores a run".to_owned(),
            names => format!("stored are: {}", names.join(", ")),
        });
        Error::usage(format!("no baseline named `{name}` is stored"))
            .at(Place::source(self.root.display().to_string()))
            .hint(hint)
    }
}

/// What names a baseline.
const NAMES: &str = "use letters, digits, `.`, `-` and `_`; `latest` is taken";

/// How results that lie there are compared with, which a baseline's name cannot say; `None` where nothing is.
fn as_folder(name: &str) -> Option<String> {
    let said = || {
        format!(
            "these are results: `plimsoll compare {name} INPUT` compares with them, `plimsoll baseline save NAME {name}` makes them a baseline"
        )
    };
    Path::new(name).exists().then(said)
}

fn content(path: &Path) -> Result<Content, Error> {
    if is_declared(path) {
        declared::read(path).map(Content::Declared)
    } else {
        run::read_line(path).map(|line| Content::Run(Box::new(line)))
    }
}

fn is_declared(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "declared")
}

fn is_stored(path: &Path) -> bool {
    is_declared(path) || path.extension().is_some_and(|end| end == "run")
}

/// Does something with each file, or part of one, on all processors; results in the order given.
fn each<I: Sync, T: Send>(all: &[I], work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    /// Below so many threads cost more than they bring.
    const FEW: usize = 16;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if all.len() < FEW || threads < 2 {
        return all.iter().map(work).collect();
    }
    let work = &work;
    std::thread::scope(|scope| {
        let parts: Vec<_> = all
            .chunks(all.len().div_ceil(threads))
            .map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<T>>()))
            .collect();
        let joined = parts.into_iter().map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.flatten().collect()
    })
}

/// A name fit for a file: other characters become `_`, and a short hash keeps two such names apart.
fn file_name(name: &str) -> String {
    let fit = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let sound: String = name.chars().map(|letter| if fit(letter) { letter } else { '_' }).take(100).collect();
    if sound == name && !name.starts_with('.') {
        sound
    } else {
        format!("{}-{}", sound.trim_start_matches('.'), run::short_hash(name))
    }
}

fn last(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn write(path: &Path, text: &str) -> Result<PathBuf, Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| cannot("make", folder, &error))?;
    }
    let temporary = path.with_extension("part");
    fs::write(&temporary, text).map_err(|error| cannot("write", &temporary, &error))?;
    fs::rename(&temporary, path).map_err(|error| cannot("rename to", path, &error))?;
    Ok(path.to_owned())
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let listing = fs::read_dir(folder).map_err(|error| cannot("list", folder, &error))?;
    let mut paths: Vec<PathBuf> = listing.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::output(format!("cannot {what}: {error}")).at(Place::source(path.display().to_string()))
}
