//! Stored runs on disk: what baselines are made of.
//!
//! ```text
//! .plimsoll/
//!   runs/TEST/START.run       every run that was saved by `report --save`
//!   baselines/NAME/TEST.run   runs pinned by `baseline save NAME`
//! ```
//! Each run is one file of its own (see [`run`]), written under a temporary name and renamed, so that a half-written file
//! is never read and a damaged one spoils itself alone.

pub mod run;

use crate::error::{Error, Place};
use crate::judge::outcome::Verdict;
use run::{Labels, StoredRun};
use std::fs;
use std::path::{Path, PathBuf};

/// Which stored runs may be the `latest` baseline.
#[derive(Debug, Clone, Default)]
pub struct Eligible {
    /// READY WITH CONDITIONS too, not READY only.
    pub conditions: bool,
    /// Labels that must agree.
    pub labels: Labels,
}

impl Eligible {
    fn is(&self, run: &StoredRun) -> bool {
        let verdict = match run.verdict {
            Some(Verdict::Ready) => true,
            Some(Verdict::ReadyWithConditions) => self.conditions,
            _ => false,
        };
        verdict && run.disagreement(&self.labels).is_none()
    }
}

/// A Store is a folder of stored runs.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// What a listing shows of one stored file.
#[derive(Debug)]
pub struct Entry {
    /// `NAME` of a baseline, `TEST` of a saved run.
    pub name: String,
    /// Whether it was pinned by `baseline save`.
    pub pinned: bool,
    /// Its file.
    pub path: PathBuf,
    /// Its first line; the error where it cannot be read.
    pub run: Result<StoredRun, Error>,
}

impl Store {
    /// The store in this folder, which need not exist yet.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Keeps runs under a name, to be compared with until removed.
    ///
    /// # Errors
    /// The name is taken and `replace` is not said, or it cannot be written.
    pub fn pin(&self, name: &str, runs: &[StoredRun], replace: bool) -> Result<Vec<PathBuf>, Error> {
        let folder = self.baseline_folder(name)?;
        if folder.exists() {
            if !replace {
                return Err(Error::usage(format!("a baseline named `{name}` is stored already"))
                    .at(Place::source(folder.display().to_string()))
                    .hint("`--force` replaces it; another name keeps both"));
            }
            fs::remove_dir_all(&folder).map_err(|error| cannot("remove", &folder, &error))?;
        }
        runs.iter().map(|run| write(&folder.join(format!("{}.run", file_name(&run.test))), run)).collect()
    }

    /// Keeps runs by test and start time.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&self, runs: &[StoredRun]) -> Result<Vec<PathBuf>, Error> {
        runs.iter()
            .map(|run| {
                let start =
                    run.started_at.map_or_else(|| "undated".to_owned(), |at| crate::fmt::rfc3339(at).replace(':', ""));
                write(&self.root.join("runs").join(file_name(&run.test)).join(format!("{start}.run")), run)
            })
            .collect()
    }

    /// Everything stored, pinned first, each by name and file.
    ///
    /// # Errors
    /// A folder cannot be listed.
    pub fn entries(&self) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        for (folder, pinned) in [("baselines", true), ("runs", false)] {
            for named in children(&self.root.join(folder))? {
                let name = named.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                for path in
                    children(&named)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "run"))
                {
                    entries.push(Entry { name: name.clone(), pinned, run: run::read_figures(&path), path });
                }
            }
        }
        Ok(entries)
    }

    /// The runs of a baseline: of a pinned name, of the file of that name, or with `latest` each test's newest saved run
    /// that may be one.
    ///
    /// # Errors
    /// There is none, or a file is damaged or of a newer version.
    pub fn load(&self, name: &str, eligible: &Eligible) -> Result<Vec<StoredRun>, Error> {
        if name == "latest" {
            return self.latest(eligible);
        }
        let as_file = Path::new(name);
        if as_file.is_file() {
            return Ok(vec![run::read(as_file)?]);
        }
        let folder = self.baseline_folder(name)?;
        if !folder.is_dir() {
            return Err(self.unknown(name));
        }
        let files = children(&folder)?;
        files
            .iter()
            .filter(|path| path.extension().is_some_and(|end| end == "run"))
            .map(|path| run::read(path))
            .collect()
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

    fn latest(&self, eligible: &Eligible) -> Result<Vec<StoredRun>, Error> {
        let mut newest: Vec<(StoredRun, PathBuf)> = Vec::new();
        for entry in self.entries()?.into_iter().filter(|entry| !entry.pinned) {
            let Ok(run) = entry.run else { continue };
            if !eligible.is(&run) {
                continue;
            }
            match newest.iter_mut().find(|(have, _)| have.test == run.test) {
                Some(have) if have.0.started_at < run.started_at => *have = (run, entry.path),
                Some(_) => {}
                None => newest.push((run, entry.path)),
            }
        }
        if newest.is_empty() {
            let (was, hint) = if eligible.conditions {
                ("READY or READY WITH CONDITIONS", "")
            } else {
                ("READY", "`[baseline] include = \"conditions\"` lets READY WITH CONDITIONS count; ")
            };
            let alike = if eligible.labels.is_empty() { "" } else { " with the same labels" };
            return Err(Error::usage(format!("no stored run was {was}{alike}, so there is no `latest` baseline"))
                .at(Place::source(self.root.display().to_string()))
                .hint(format!(
                    "{hint}`report --save` stores runs; `baseline save NAME INPUT` pins one whatever its verdict"
                )));
        }
        newest.iter().map(|(_, path)| run::read(path)).collect()
    }

    fn baseline_folder(&self, name: &str) -> Result<PathBuf, Error> {
        if name.is_empty() || name == "latest" || file_name(name) != name {
            return Err(Error::usage(format!("`{name}` cannot name a baseline"))
                .hint("use letters, digits, `.`, `-` and `_`; `latest` is taken"));
        }
        Ok(self.root.join("baselines").join(name))
    }

    fn unknown(&self, name: &str) -> Error {
        let known: Vec<String> = children(&self.root.join("baselines"))
            .unwrap_or_default()
            .iter()
            .filter_map(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()))
            .collect();
        let hint = match known.as_slice() {
            [] => "nothing is stored there; `baseline save NAME INPUT` stores a run".to_owned(),
            names => format!("stored are: {}", names.join(", ")),
        };
        Error::usage(format!("no baseline named `{name}` is stored"))
            .at(Place::source(self.root.display().to_string()))
            .hint(hint)
    }
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

fn write(path: &Path, run: &StoredRun) -> Result<PathBuf, Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| cannot("make", folder, &error))?;
    }
    let temporary = path.with_extension("run.part");
    fs::write(&temporary, run::to_text(run)?).map_err(|error| cannot("write", &temporary, &error))?;
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
