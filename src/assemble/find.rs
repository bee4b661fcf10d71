//! Which files the inputs mean, in the order of their names, each once.

use super::Request;
use super::own_report::OwnReport;
use crate::error::{Error, Place};
use crate::ingest::Input;
use crate::ingest::input::Held;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::{BTreeSet, VecDeque};
use std::path::{Component, Path, PathBuf};

/// A folder deeper than this is a loop of links or a mistake.
const DEEPEST: usize = 32;

/// A Candidate is a file that may be a result.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// As the user would name it.
    pub(super) source: String,
    /// `None` is standard input.
    pub(super) path: Option<PathBuf>,
    /// Names of the folders that hold it, outermost first, beginning with the input folder's own.
    pub(super) folders: Vec<String>,
    /// Its own name.
    pub(super) file: String,
    /// Size as it lies.
    pub(super) bytes: u64,
    /// What is in it, where it can be read once only.
    pub(super) held: Option<Held>,
    /// Whether the user named this very file, so that not being usable is an error.
    pub(super) named: bool,
}

impl Candidate {
    /// Opens it.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(super) fn open(&self) -> Result<Input, Error> {
        match (&self.held, &self.path) {
            (Some(held), _) => Input::held(self.source.clone(), held),
            (None, Some(path)) => Input::open(self.source.clone(), path),
            (None, None) => Err(Error::usage("`-` stands for standard input, and there is none")),
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: Vec<Candidate>,
    /// (source, reason).
    pub(super) skipped: Vec<(String, String)>,
}

/// Finds the files of all inputs, and the monitors that the user named.
pub(super) fn find(request: &Request) -> Result<Found, Error> {
    let mut search = Search {
        root: request.root.clone(),
        excludes: excludes(&request.excludes)?,
        found: Found::default(),
        seen: BTreeSet::new(),
        entered: BTreeSet::new(),
        links: VecDeque::new(),
    };
    let mut inputs: Vec<&str> =
        request.inputs.iter().chain(request.monitors.iter().map(|(_, file)| file)).map(String::as_str).collect();
    // A file that is named and also lies in a named folder counts as named; otherwise the order of arguments is nothing.
    inputs.sort_by_key(|input| (!search.at(input).is_file(), search.at(input).is_dir(), *input));
    for input in inputs {
        match input {
            "-" => search.stdin(request)?,
            _ => search.input(input, request)?,
        }
    }
    search.found.files.sort_by(|a, b| a.source.cmp(&b.source));
    Ok(search.found)
}

fn excludes(globs: &[String]) -> Result<GlobSet, Error> {
    let broken =
        |error: globset::Error| Error::usage(format!("`exclude` holds a glob that cannot be understood: {error}"));
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        set.add(GlobBuilder::new(glob).literal_separator(true).build().map_err(broken)?);
    }
    set.build().map_err(broken)
}

/// Where a file of that name lies in a folder that stands for all there is: `../a` and `/a` lie in it too, each in a place of its own.
#[must_use]
pub fn placed(root: &Path, source: &str) -> PathBuf {
    let mut path = root.to_owned();
    for part in Path::new(source).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir => path.push("(up)"),
            Component::RootDir => path.push("(root)"),
            Component::Prefix(prefix) => {
                path.push(format!("({})", prefix.as_os_str().to_string_lossy().replace([':', '\\'], "")));
            }
        }
    }
    path
}

struct Search {
    /// What stands for all there is; `None` for what there is.
    root: Option<PathBuf>,
    excludes: GlobSet,
    found: Found,
    /// Files by their true path: named twice, each counts once.
    seen: BTreeSet<PathBuf>,
    /// Folders by their true path.
    entered: BTreeSet<PathBuf>,
    /// Links that a walk has met, which come last: what lies in a folder itself goes by its own name.
    links: VecDeque<Entry>,
}

/// What a folder lists.
struct Entry {
    source: String,
    path: PathBuf,
    /// Names of the folders that hold it.
    folders: Vec<String>,
    /// Its own name.
    name: String,
    /// Its path within the input folder.
    within: PathBuf,
}

impl Search {
    /// Where an input lies.
    fn at(&self, input: &str) -> PathBuf {
        self.root.as_ref().map_or_else(|| PathBuf::from(input), |root| placed(root, input))
    }

    fn stdin(&mut self, request: &Request) -> Result<(), Error> {
        let held =
            request.stdin.as_ref().ok_or_else(|| Error::usage("`-` stands for standard input, and there is none"))?;
        self.found.files.push(Candidate {
            source: "-".to_owned(),
            path: None,
            folders: Vec::new(),
            file: "-".to_owned(),
            bytes: held.len(),
            held: Some(held.clone()),
            named: true,
        });
        Ok(())
    }

    fn input(&mut self, input: &str, request: &Request) -> Result<(), Error> {
        let path = self.at(input);
        if path.is_dir() {
            return self.walk(input, &path, &own_name(Path::new(input)));
        }
        if let Some(held) = request.pipes.get(input) {
            self.found.files.push(Candidate {
                source: input.to_owned(),
                path: None,
                folders: Vec::new(),
                file: own_name(&path),
                bytes: held.len(),
                held: Some(held.clone()),
                named: true,
            });
            return Ok(());
        }
        if path.exists() {
            self.file(input, &path, folders_above(Path::new(input)), true);
            return Ok(());
        }
        if input.contains(['*', '?', '[']) {
            return self.glob(input);
        }
        Err(Error::input("there is no such file or folder").at(Place::source(input)))
    }

    fn glob(&mut self, pattern: &str) -> Result<(), Error> {
        let place = || Place::source(pattern);
        let wanted = self.root.as_ref().map_or_else(
            || pattern.to_owned(),
            |root| {
                format!(
                    "{}/{}",
                    glob::Pattern::escape(&root.to_string_lossy()),
                    placed(Path::new(""), pattern).display()
                )
            },
        );
        let paths = glob::glob(&wanted).map_err(|error| Error::usage(format!("not a glob: {error}")).at(place()))?;
        let mut paths: Vec<PathBuf> = paths.filter_map(Result::ok).collect();
        if paths.is_empty() {
            return Err(Error::input("no file matches").at(place()));
        }
        paths.sort();
        for path in paths {
            let shown = self.root.as_ref().and_then(|root| path.strip_prefix(root).ok()).unwrap_or(&path);
            let source = shown.to_string_lossy().replace("(up)/", "../").replace("(root)/", "/");
            if path.is_dir() {
                self.walk(&source, &path, &own_name(&path))?;
            } else {
                self.file(&source, &path, folders_above(&path), false);
            }
        }
        Ok(())
    }

    /// A folder with all that lies in it, then what its links lead to.
    fn walk(&mut self, source: &str, path: &Path, name: &str) -> Result<(), Error> {
        self.folder(source, path, &[name.to_owned()], Path::new(""))?;
        let top = path.canonicalize().ok();
        while let Some(link) = self.links.pop_front() {
            let target = link.path.canonicalize().ok().filter(|_| link.path.is_dir());
            let is_around = |target: &PathBuf| top.as_ref().is_some_and(|top| top.starts_with(target));
            match target {
                Some(target) if is_around(&target) => self.skip(&link.source, "a link to a folder that it lies in"),
                Some(target) if self.entered.contains(&target) => {
                    self.skip(&link.source, "a link to a folder that is read by its own name");
                }
                _ => self.entry(link)?,
            }
        }
        Ok(())
    }

    fn folder(&mut self, source: &str, path: &Path, folders: &[String], within: &Path) -> Result<(), Error> {
        let unreadable =
            |error: std::io::Error| Error::input(format!("cannot be listed: {error}")).at(Place::source(source));
        if folders.len() > DEEPEST {
            self.skip(source, "folders within folders without end");
            return Ok(());
        }
        match OwnReport::of(path) {
            OwnReport::Not => {}
            // Saying so would make the second of two runs in one place another than the first.
            OwnReport::NothingElse => return Ok(()),
            OwnReport::AmongOthers => {
                self.skip(source, "a report of plimsoll's own");
                return Ok(());
            }
        }
        let mut entries =
            std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        self.entered.extend(path.canonicalize());
        for listed in entries {
            let name = listed.file_name().to_string_lossy().into_owned();
            let (path, within, source) = (listed.path(), within.join(&name), join(source, &name));
            if let Some(reason) = self.why_not(&name, &within, folders.len()) {
                self.skip(&source, &reason);
                continue;
            }
            let entry = Entry { source, path, folders: folders.to_vec(), name, within };
            // In a folder that stands for all there is, files are links to their content, and none leads elsewhere.
            if self.root.is_none() && listed.file_type().is_ok_and(|kind| kind.is_symlink()) {
                self.links.push_back(entry);
            } else {
                self.entry(entry)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, Entry { source, path, mut folders, name, within }: Entry) -> Result<(), Error> {
        if path.is_dir() {
            folders.push(name);
            return self.folder(&source, &path, &folders, &within);
        }
        self.file(&source, &path, folders, false);
        Ok(())
    }

    fn why_not(&self, name: &str, within: &Path, depth: usize) -> Option<String> {
        if name.starts_with('.') {
            return Some("hidden".to_owned());
        }
        if name == "plimsoll.toml" || name == "signoff.toml" {
            let which =
                if depth > 1 { "settings in a sub-folder, which are ignored" } else { "settings, not a result" };
            return Some(which.to_owned());
        }
        self.excludes.is_match(within).then(|| "left out by `exclude`".to_owned())
    }

    fn file(&mut self, source: &str, path: &Path, folders: Vec<String>, named: bool) {
        // Opening a pipe that nobody writes to waits for ever, and a device may have no end.
        if path.metadata().is_ok_and(|about| !about.is_file() && !about.is_dir()) {
            self.skip(source, "a pipe, socket or device, which is read only where it is named itself");
            return;
        }
        // In a folder that stands for all there is, two names may be links to one file of their content.
        let found = if self.root.is_none() { path.canonicalize().ok() } else { None };
        let true_path = found.unwrap_or_else(|| path.to_owned());
        if !self.seen.insert(true_path) {
            return;
        }
        self.found.files.push(Candidate {
            source: source.to_owned(),
            path: Some(path.to_owned()),
            folders,
            file: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            bytes: path.metadata().map_or(0, |meta| meta.len()),
            held: None,
            named,
        });
    }

    fn skip(&mut self, source: &str, reason: &str) {
        self.found.skipped.push((source.to_owned(), reason.to_owned()));
    }
}

/// `results` and `a.csv` are `results/a.csv`, and so are `results/` and `a.csv`; within `.` it is `a.csv`.
fn join(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "." => name.to_owned(),
        "" => format!("/{name}"),
        folder => format!("{folder}/{name}"),
    }
}

/// The name of a folder, also of `.` and `..`.
fn own_name(path: &Path) -> String {
    let named = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    named(path).or_else(|| path.canonicalize().ok().as_deref().and_then(named)).unwrap_or_default()
}

/// The folders that the user typed before a file's name.
fn folders_above(path: &Path) -> Vec<String> {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .map(own_name)
        .into_iter()
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests;
