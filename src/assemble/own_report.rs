//! Folders that a report was written to, which hold nobody's results.

use std::fs::{DirEntry, File};
use std::io::Read;
use std::path::Path;

/// What is written beside report.json.
const WRITTEN: [&str; 16] = [
    "report.html",
    "report.md",
    "report.json",
    "report_files",
    "signoff.html",
    "signoff.md",
    "signoff.pdf",
    "signoff_files",
    "comment.md",
    "summary.md",
    "junit.xml",
    "load-performance.json",
    "metrics.txt",
    "openmetrics.txt",
    "deltas.csv",
    "endpoints.csv",
];

/// What a folder has of ours.
pub(super) enum OwnReport {
    Not,
    /// It is one that `report` wrote: its report.json says so, and nothing else lies in it.
    NothingElse,
    AmongOthers,
}

impl OwnReport {
    pub(super) fn of(folder: &Path) -> Self {
        let mut head = Vec::new();
        let read = File::open(folder.join("report.json")).and_then(|file| file.take(4096).read_to_end(&mut head));
        if read.is_err() || memchr::memmem::find(&head, b"\"plimsoll/").is_none() {
            return Self::Not;
        }
        let is_written = |entry: std::io::Result<DirEntry>| {
            entry.is_ok_and(|entry| WRITTEN.iter().any(|name| entry.file_name() == *name))
        };
        match std::fs::read_dir(folder).map(|mut entries| entries.all(is_written)) {
            Ok(true) => Self::NothingElse,
            Ok(false) | Err(_) => Self::AmongOthers,
        }
    }
}
