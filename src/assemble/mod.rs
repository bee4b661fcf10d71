//! From what the user names to tests: which files there are, what each is, and which of them belong to one execution.
//!
//! ```text
//! INPUT… ─► find ─► detect ─► read (a rollup per file) ─► name ─► execution ─► merge ─► Test…
//! ```
//!
//! The rules are the contract's: one test is one execution of one tool; the same execution in several forms is counted
//! once, by its most exact form, and the others serve as a cross-check; shards are added; nothing disappears without
//! standing in `files_not_used` with its reason. Nothing here depends on the order of arguments or on threads.

mod alike;
mod appended;
mod counted;
mod courses;
mod detect;
mod endpoint;
mod evidence;
mod execution;
mod figure;
mod find;
mod fold;
mod form;
mod kin;
mod merge;
mod monitor;
mod name;
mod nobody;
mod once;
mod own_report;
mod population;
mod quoted;
mod read;
mod shard;
mod sound;
mod subresult;
mod timeline;
mod together;
mod twice;
mod zone;

pub use endpoint::EndpointRule;
pub use find::placed;
pub use fold::{Fold, fold};

use crate::error::Error;
use crate::ingest::Settings;
use crate::ingest::input::Held;
use crate::model::test::Test;
use crate::rollup::naming::Rules;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// A Request is what the user asked to be read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Files, folders, globs, `-`.
    pub inputs: Vec<String>,
    /// What came by standard input; needed where `-` is among the inputs.
    pub stdin: Option<Held>,
    /// What came through inputs that are named pipes (`<(zcat …)`), which can be read once only; by the input as given.
    pub pipes: BTreeMap<String, Held>,
    /// A folder in which inputs lie under their names ([`placed`]), where they do not lie where their names say.
    pub root: Option<PathBuf>,
    /// `--as ADAPTER=FILE`.
    pub as_adapters: Vec<(String, String)>,
    /// `--monitor [TEST=]FILE`.
    pub monitors: Vec<(Option<String>, String)>,
    /// Globs of files that are left out, against the path within an input folder.
    pub excludes: Vec<String>,
    /// `[[endpoints]]`, the first that matches counts.
    pub endpoint_rules: Vec<EndpointRule>,
    /// `inputs.names_per_pattern`; the usual number where `None`.
    pub names_per_pattern: Option<usize>,
    /// What only the user can know about the files.
    pub settings: Settings,
    /// Whether the evidence shall hold SHA-256 sums; they cost a second reading.
    pub hash: bool,
    /// Counts bytes as they are read.
    pub progress: Arc<AtomicU64>,
}

impl Request {
    /// What the user says about names.
    fn rules(&self) -> Rules {
        let usual = Rules::default().names_per_pattern;
        Rules { endpoints: self.endpoint_rules.clone(), names_per_pattern: self.names_per_pattern.unwrap_or(usual) }
    }
}

/// A Suite is what was read.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    /// By name, then by time.
    pub tests: Vec<Test>,
    /// (source, reason), by source.
    pub files_not_used: Vec<(String, String)>,
    /// Monitors among them that no test has: each as a test without requests, by source.
    pub unwatched: Vec<Test>,
    /// Files that should have been usable and are not, in order of their names. The tests they hold have not run, as far
    /// as can be told.
    pub problems: Vec<Error>,
}

/// Bytes that [`assemble`] will count into `progress`, for a bar.
///
/// # Errors
/// An input does not exist or a glob cannot be understood.
pub fn bytes_to_read(request: &Request) -> Result<u64, Error> {
    Ok(find::find(request)?.files.iter().map(|file| file.bytes).sum())
}

/// Finds, reads and joins.
///
/// # Errors
/// An input that the user named does not exist, an adapter or test that the user named is unknown, or under `strict` a row
/// or file cannot be used.
pub fn assemble(request: &Request) -> Result<Suite, Error> {
    let found = find::find(request)?;
    let mut suite = Suite { files_not_used: found.skipped, ..Suite::default() };
    let detected = detect::detect(found.files, request)?;
    suite.files_not_used.extend(detected.not_used);
    suite.problems.extend(detected.problems);
    let read = read::read(detected.files, request)?;
    suite.files_not_used.extend(read.not_used);
    suite.problems.extend(read.problems);

    let mut joined = execution::join(form::forms(read.files, &request.endpoint_rules));
    joined.executions.iter_mut().for_each(|execution| execution.settle(&request.endpoint_rules));
    suite.files_not_used.extend(joined.not_used);
    let mut named = name::name(joined.executions);
    together::tell_untold(&mut named);
    let watched = monitor::attach(named, &joined.monitors, request)?;
    suite.files_not_used.extend(watched.not_used);
    suite.unwatched = watched.left.into_iter().map(merge::alone).collect();
    suite.unwatched.sort_by(|a, b| a.name.cmp(&b.name));
    suite.tests = watched.executions.into_iter().map(merge::merge).collect();
    suite.files_not_used.sort();
    suite.files_not_used.dedup();
    suite.problems.sort_by_key(|problem| problem.place.as_ref().map(|place| place.source.clone()));
    Ok(suite)
}

#[cfg(test)]
mod tests;
