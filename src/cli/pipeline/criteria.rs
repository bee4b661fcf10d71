//! Criteria of other tools among the inputs: those that are named are judged, those that only lie there are pointed at.

use super::Gathered;
use crate::borrowed::{self, Demands};
use crate::config::Config;
use crate::config::import::Import;
use crate::error::{Error, Place};
use std::fs;
use std::path::Path;

/// Endings of files that may hold criteria.
const ENDINGS: [&str; 9] = ["yaml", "yml", "json", "scala", "java", "kt", "js", "ts", "txt"];
/// What is larger holds something else.
const LARGEST: u64 = 1 << 20;

/// A file's text, where it may hold criteria.
fn text_of(path: &Path) -> Option<String> {
    let named = path.extension().is_some_and(|end| ENDINGS.iter().any(|known| end.eq_ignore_ascii_case(known)));
    let small = || path.metadata().is_ok_and(|about| about.is_file() && about.len() <= LARGEST);
    (named && small()).then(|| fs::read_to_string(path).ok()).flatten()
}

/// Whether a text begins as a JSON object and is none.
fn is_broken_json(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_err()
}

/// Criteria of other tools are no result: a file that is given with the results and holds any is taken into the configuration.
/// Only files that are named themselves are; what lies in a folder is nobody's criteria unless plimsoll.toml says so. What is
/// left are the results.
///
/// # Errors
/// Criteria with a mistake in them.
pub(super) fn taken(inputs: &[String], config: &mut Config) -> Result<Vec<String>, Error> {
    let mut rest = Vec::new();
    for input in inputs {
        let text = text_of(Path::new(input));
        let demands = match &text {
            // Results name thresholds too: of a summary that breaks off its adapter has more to say.
            Some(text) => borrowed::read(text, input)
                .or_else(|mistake| if is_broken_json(text) { Ok(None) } else { Err(mistake) })?,
            None => None,
        };
        match (demands, text) {
            (Some(demands), Some(text)) => {
                config.borrowed.push(Import::default().loaded(input.clone(), &text, demands));
            }
            _ => rest.push(input.clone()),
        }
    }
    Ok(rest)
}

/// Says of files that lay among the results and hold criteria of another tool whether these are judged; where they are not, it is
/// said aloud, since whoever put them there may think so.
pub(super) fn name_those_aside(gathered: &mut Gathered) -> Vec<Error> {
    let mut hints = Vec::new();
    for file in gathered.files_not_used.iter_mut().filter(|file| !file.unreadable) {
        let path = Path::new(&file.source);
        let Some(text) = text_of(path) else { continue };
        // A mistake in criteria that nobody asked for is nobody's error.
        let Some(tool) = borrowed::read(&text, &file.source).ok().flatten().as_ref().map(Demands::tool) else {
            continue;
        };
        let judged =
            |source: &str| Path::new(source).canonicalize().is_ok_and(|own| path.canonicalize().ok() == Some(own));
        if gathered.config.borrowed.iter().any(|one| judged(&one.source)) {
            file.reason = format!("criteria of {tool}, which are judged");
            continue;
        }
        file.reason = format!("looks like criteria of {tool}, which are not judged");
        let name = path.file_name().map_or_else(|| file.source.clone(), |name| name.display().to_string());
        let hint = Error::usage(file.reason.clone()).at(Place::source(file.source.clone())).hint(format!(
            "`[[import]]` with `from = \"{name}\"` in plimsoll.toml beside it has them judged, and so does naming the file with the \
             results"
        ));
        hints.push(hint);
    }
    hints
}
