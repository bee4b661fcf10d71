//! `fold`: a load generator's files, counted into one part that is a report's input like any other.

use super::args::FoldArgs;
use super::{EXIT_READY, Stop, Streams, deliver, pipeline, write_error};
use crate::assemble::{self, Fold};
use crate::error::{Error, Place};
use crate::fmt;
use crate::ingest::Input;
use crate::ingest::part::{FoldedFile, text};
use std::fs;
use std::path::Path;

/// Writes the part and says what is in it.
pub(super) fn run(args: &FoldArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    // Said before the long work: a slip of the hand once cost the results themselves.
    deliver::replaces_only(&args.out, "a part", |there| there.bytes().starts_with(text::BEGINNING))
        .map_err(|error| error.hint("another name, such as part.plimsoll, keeps what is there"))?;
    let config = pipeline::configuration(args.input.config.as_deref(), &args.input.inputs)?;
    let fold = pipeline::reading(&args.input, &config, true, streams, assemble::fold)?;
    if fold.files.iter().all(|file| file.tests.is_empty()) {
        return Err(nothing(&fold).into());
    }
    for problem in &fold.problems {
        write_error(problem, "warning", streams.err)?;
    }
    let bytes = write(&args.out, &fold.files)?;
    let rows: u64 = fold.files.iter().map(|file| file.about.evidence.rows_used).sum();
    writeln!(
        streams.out,
        "{}: {} of {}, {}",
        fmt::plain(&args.out.display().to_string()),
        fmt::plural(rows, "row", "rows"),
        fmt::plural(fold.files.len() as u64, "file", "files"),
        fmt::bytes(bytes)
    )?;
    for file in &fold.files {
        let evidence = &file.about.evidence;
        writeln!(
            streams.out,
            "  {}: {}, {}, {} rejected",
            fmt::plain(&evidence.source),
            evidence.adapter,
            fmt::plural(evidence.rows_used, "row", "rows"),
            fmt::count(evidence.rows_rejected)
        )?;
    }
    for (source, reason) in &fold.files_not_used {
        writeln!(streams.out, "  not used: {}: {}", fmt::plain(source), fmt::plain(reason))?;
    }
    Ok(EXIT_READY)
}

fn nothing(fold: &Fold) -> Error {
    fold.problems.first().cloned().unwrap_or_else(|| {
        let listed = fold.files_not_used.iter().take(8).map(|(source, reason)| format!("{source}: {reason}"));
        let hint = listed.collect::<Vec<_>>().join("\n");
        Error::input("nothing was found that could be folded").hint(if hint.is_empty() {
            "`plimsoll explain formats` lists what is read".to_owned()
        } else {
            hint
        })
    })
}

/// Writes the part under a temporary name, reads it back, and gives it its name only then: a part travels to another machine,
/// and its files may be gone when it turns out to be unreadable. Returns its size.
fn write(path: &Path, files: &[FoldedFile]) -> Result<f64, Error> {
    let cannot = |what: &str, path: &Path, error: &std::io::Error| {
        Error::output(format!("cannot {what}: {error}")).at(Place::source(path.display().to_string()))
    };
    let name = path.display().to_string();
    let text = text::write(files)?;
    if text::read(&Input::memory(name.clone(), text.clone().into_bytes())?)?.as_slice() != files {
        return Err(Error::output("does not read back as it was written").at(Place::source(name)));
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| cannot("make the folder", folder, &error))?;
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = Path::new(&temporary);
    fs::write(temporary, &text).map_err(|error| cannot("write", temporary, &error))?;
    fs::rename(temporary, path).map_err(|error| cannot("rename to", path, &error))?;
    #[expect(clippy::cast_precision_loss, reason = "a size for showing")]
    Ok(text.len() as f64)
}
