//! Part files: what `plimsoll fold` makes of a generator's files, to be carried to where all parts become one report.
//!
//! A part holds, for each file that went into it, the file's evidence and the whole of what reading it amounted to: counts,
//! histograms, windows, metrics, users, errors, thresholds. So a report from parts equals the report from the files
//! themselves, and a part is as large as its tests are varied, not as they are long. docs/part-files.md describes the form;
//! [`text`] writes and reads it.

pub mod text;

use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::folded::Folded;
use crate::model::input::InputFile;
use serde::{Deserialize, Serialize};

/// A Folded file is one file as a part holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldedFile {
    /// Which file, and what became of its rows.
    pub about: About,
    /// The tests that it held; none where nothing was found in it.
    pub tests: Vec<Folded>,
}

/// What the first line of a part says of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Folders between the folder that was folded and the file.
    pub folders: Vec<String>,
    /// Its own name.
    pub file: String,
    /// Whether its adapter was certain, or the user named it.
    pub certain: bool,
    /// How many tests it held: so many lines follow for it.
    pub tests: u64,
    /// Its evidence. `source` is its path within the folder that was folded.
    pub evidence: InputFile,
}

/// Reads part files. Where each file of a part shall be known by itself, use [`text::read`].
pub struct PlimsollPart;

impl PlimsollPart {
    /// What `--as` calls it.
    pub const NAME: &'static str = "plimsoll_part";
}

impl Adapter for PlimsollPart {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn tool(&self) -> &'static str {
        "plimsoll"
    }

    fn about(&self) -> &'static str {
        "other files' rows, counted: `plimsoll fold INPUT... -o FILE` on each load generator"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if head.bytes().starts_with(text::BEGINNING) {
            return Sniff::yes("begins with `plimsoll-part`, as `plimsoll fold` writes it");
        }
        Sniff::no("does not begin with `plimsoll-part`")
    }

    fn read(&self, input: &Input, _: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        for file in text::read(input)? {
            for test in file.tests {
                let part = sink.part(test.name.as_deref());
                sink.folded(part, test).map_err(|why| text::damaged(input, None, &why))?;
                tally.used();
            }
        }
        Ok(tally)
    }
}
