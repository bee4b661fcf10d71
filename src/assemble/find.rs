//! Which files the inputs mean, in the order of their names, each once.

use super::Request;
use super::own_report::OwnReport;
use crate::error::{Error, Place};
use crate::ingest::Input;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

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
    pub(super) held: Option<Arc<[u8]>>,
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
            (Some(bytes), _) => Input::memory(self.source.clone(), Arc::clone(bytes)),
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
}

impl Search {
    /// Where an input lies.
    fn at(&self, input: &str) -> PathBuf {
        self.root.as_ref().map_or_else(|| PathBuf::from(input), |root| placed(root, input))
    }

    fn stdin(&mut self, request: &Request) -> Result<(), Error> {
        let bytes =
            request.stdin.as_ref().ok_or_else(|| Error::usage("`-` stands for standard input, and there is none"))?;
        self.found.files.push(Candidate {
            source: "-".to_owned(),
            path: None,
            folders: Vec::new(),
            file: "-".to_owned(),
            bytes: bytes.len() as u64,
            held: Some(Arc::clone(bytes)),
            named: true,
        });
        Ok(())
    }

    fn input(&mut self, input: &str, request: &Request) -> Result<(), Error> {
        let path = self.at(input);
        if path.is_dir() {
            return self.folder(input, &path, &[own_name(Path::new(input))], Path::new(""));
        }
        if let Some(bytes) = request.pipes.get(input) {
            self.found.files.push(Candidate {
                source: input.to_owned(),
                path: None,
                folders: Vec::new(),
                file: own_name(&path),
                bytes: bytes.len() as u64,
                held: Some(Arc::clone(bytes)),
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
                self.folder(&source, &path, &[own_name(&path)], Path::new(""))?;
            } else {
                self.file(&source, &path, folders_above(&path), false);
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
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let (inner, inner_within) = (entry.path(), within.join(&name));
            let inner_source = join(source, &name);
            if let Some(reason) = self.why_not(&name, &inner_within, folders.len()) {
                self.skip(&inner_source, &reason);
            } else if inner.is_dir() {
                let deeper = [folders, &[name]].concat();
                self.folder(&inner_source, &inner, &deeper, &inner_within)?;
            } else {
                self.file(&inner_source, &inner, folders.to_vec(), false);
            }
        }
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
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn request(inputs: &[String]) -> Request {
        Request { inputs: inputs.to_vec(), ..Request::default() }
    }

    #[test]
    fn a_folder_is_walked_in_order_and_what_is_left_out_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_str().unwrap();
        for name in ["b/out.json", "a/out.json", "a/plimsoll.toml", "plimsoll.toml", ".git/x.csv", "tmp/deep/x.csv"] {
            write(folder.path(), name, "x");
        }
        write(folder.path(), "old-report/report.json", r#"{"schema": "plimsoll/1"}"#);
        write(folder.path(), "old-report/raw.csv", "x");
        write(folder.path(), "plimsoll-report/report.json", r#"{"schema": "plimsoll/1"}"#);
        write(folder.path(), "plimsoll-report/endpoints.csv", "x");
        let found = find(&Request { excludes: vec!["tmp/**".into()], ..request(&[format!("{root}/")]) }).unwrap();
        let within = |source: &str| source.strip_prefix(root).unwrap().to_owned();
        let files: Vec<String> = found.files.iter().map(|file| within(&file.source)).collect();
        assert_eq!(files, ["/a/out.json", "/b/out.json"]);
        let mut skipped: Vec<String> = found.skipped.iter().map(|(source, _)| within(source)).collect();
        skipped.sort();
        assert_eq!(skipped, ["/.git", "/a/plimsoll.toml", "/old-report", "/plimsoll.toml", "/tmp/deep"]);
        assert_eq!(found.files[0].folders.len(), 2);
    }

    /// Opening it, a folder with a named pipe hung for ever.
    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_passed_over_and_a_pipe_that_was_read_counts() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "raw.csv", "x");
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("control")).unwrap();
        let root = folder.path().to_str().unwrap().to_owned();
        let found = find(&request(&[root])).unwrap();
        assert_eq!((found.files.len(), found.skipped.len()), (1, 1));
        assert!(found.skipped[0].1.contains("a pipe, socket or device"));
        let pipes = [("/dev/fd/63".to_owned(), Arc::from(&b"a,b"[..]))].into();
        let found = find(&Request { pipes, ..request(&["/dev/fd/63".to_owned()]) }).unwrap();
        assert_eq!((found.files[0].bytes, found.files[0].named), (3, true));
    }

    #[test]
    fn a_file_named_twice_and_in_its_folder_counts_once() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "out.json", "x");
        let root = folder.path().to_str().unwrap().to_owned();
        let found = find(&request(&[root.clone(), format!("{root}/out.json"), format!("{root}/*.json")])).unwrap();
        assert_eq!(found.files.len(), 1);
        assert!(found.files[0].named);
    }

    #[test]
    fn what_is_not_there_is_an_error_with_its_name() {
        let error = find(&request(&["results/nothing.csv".into()])).unwrap_err();
        assert_eq!(error.place.unwrap().source, "results/nothing.csv");
        assert!(find(&request(&["-".into()])).is_err());
    }
}
