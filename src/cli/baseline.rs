//! `baseline`: keep runs to compare with.

use super::args::BaselineCommand;
use super::judging::Judging;
use super::{EXIT_READY, Stop, Streams, pipeline};
use crate::fmt;
use crate::render::text;
use crate::report::model::Request;
use crate::store::{Eligible, Store};

/// Saves, lists, shows or removes stored runs.
pub(super) fn run(command: &BaselineCommand, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    match command {
        BaselineCommand::Save { name, input, force, store } => {
            let gathered = pipeline::gather(input, true, streams)?;
            if gathered.tests.is_empty() {
                return Err(pipeline::nothing_usable(&gathered).into());
            }
            let request = Request::default();
            let judging = Judging { gathered: &gathered, baseline: None, title: None, command: String::new(), request };
            let report = judging.report();
            let runs = judging.stored(&report);
            for path in Store::at(&store.store).pin(name, &runs, *force)? {
                writeln!(streams.out, "stored {}", fmt::plain(&path.display().to_string()))?;
            }
            writeln!(streams.out, "verdict of the stored suite: {}", text::verdict_words(report.verdict))?;
        }
        BaselineCommand::List { store } => list(&Store::at(&store.store), streams)?,
        BaselineCommand::Show { name, store } => {
            for run in Store::at(&store.store).load(name, &Eligible::default())? {
                text::stored_run(&run, streams.terminal.style(), streams.out)?;
            }
        }
        BaselineCommand::Remove { name, store } => {
            Store::at(&store.store).remove(name)?;
            writeln!(streams.out, "removed {}", fmt::plain(name))?;
        }
    }
    Ok(EXIT_READY)
}

fn list(store: &Store, streams: &mut Streams<'_>) -> Result<(), Stop> {
    let entries = store.entries()?;
    if entries.is_empty() {
        writeln!(streams.out, "nothing is stored; `baseline save NAME INPUT` stores a run")?;
    }
    for entry in entries {
        let kind = if entry.pinned { "baseline" } else { "run" };
        match entry.run {
            Ok(run) => {
                let started = run.started_at.map_or_else(|| "undated".to_owned(), fmt::instant);
                let verdict = run.verdict.map_or("not judged", text::verdict_words);
                let test =
                    if run.test == entry.name { String::new() } else { format!("  test {}", fmt::plain(&run.test)) };
                writeln!(streams.out, "{kind:<8}  {}{test}  {started}  {verdict}", fmt::plain(&entry.name))?;
            }
            Err(error) => super::write_error(&error, "warning", streams.err)?,
        }
    }
    Ok(())
}
