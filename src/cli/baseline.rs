//! `baseline`: keep runs to compare with, take one as the new normal, declare figures that nobody measured here.

use super::args::BaselineCommand;
use super::judging::Judging;
use super::{EXIT_READY, Stop, Streams, pipeline};
use crate::error::{Error, Place};
use crate::fmt;
use crate::render::text;
use crate::store::run::Acceptance;
use crate::store::{Content, Entry, Store, declared};
use crate::unit::Timestamp;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Saves, lists, shows, accepts, declares or removes.
pub(super) fn run(command: &BaselineCommand, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    match command {
        BaselineCommand::Save { name, input, force, store } => {
            let gathered = pipeline::gather(input, true, streams)?;
            if gathered.tests.is_empty() {
                return Err(pipeline::nothing_usable(&gathered).into());
            }
            let judging = Judging::new(&gathered, None, String::new());
            let report = judging.report();
            for path in Store::at(&store.store).pin(name, &judging.stored(&report), *force)? {
                stored(&path, streams)?;
            }
            writeln!(streams.out, "verdict of the stored suite: {}", text::verdict_words(report.verdict))?;
        }
        BaselineCommand::List { store } => list(&Store::at(&store.store), streams)?,
        BaselineCommand::Show { name, store } => {
            let pinned = Store::at(&store.store).pinned(name)?;
            for run in &pinned.runs {
                text::stored_run(run, streams.terminal.style(), streams.out)?;
            }
            if let Some(declared) = &pinned.declared {
                text::declared(declared, streams.terminal.style(), streams.out)?;
            }
        }
        BaselineCommand::Accept { run, reason, by, date, store } => {
            let acceptance = acceptance(reason, by.as_deref(), date.as_deref())?;
            let words = format!("accepted by {} on {}", fmt::plain(&acceptance.author), acceptance.date);
            let path = Store::at(&store.store).accept(run, acceptance)?;
            writeln!(streams.out, "{words}: {}", fmt::plain(&path.display().to_string()))?;
            writeln!(streams.out, "a new baseline begins with it")?;
        }
        BaselineCommand::Declare { name, file, force, store } => {
            let baseline = declaration(file)?;
            stored(&Store::at(&store.store).declare(name, &baseline, *force)?, streams)?;
            let figures = u64::try_from(baseline.figures.len()).unwrap_or(u64::MAX);
            writeln!(streams.out, "{} declared", fmt::plural(figures, "figure", "figures"))?;
        }
        BaselineCommand::Remove { name, store } => {
            Store::at(&store.store).remove(name)?;
            writeln!(streams.out, "removed {}", fmt::plain(name))?;
        }
    }
    Ok(EXIT_READY)
}

fn stored(path: &Path, streams: &mut Streams<'_>) -> Result<(), Stop> {
    Ok(writeln!(streams.out, "stored {}", fmt::plain(&path.display().to_string()))?)
}

fn declaration(file: &Path) -> Result<declared::DeclaredBaseline, Error> {
    let source = file.display().to_string();
    let text = fs::read_to_string(file)
        .map_err(|error| Error::usage(format!("cannot be read: {error}")).at(Place::source(source.clone())))?;
    declared::parse(&text, &source)
}

/// Who takes a run as the new normal, why and when. The day is kept with the run: no report asks the clock for it.
fn acceptance(reason: &str, by: Option<&str>, date: Option<&str>) -> Result<Acceptance, Error> {
    let said = |text: &&str| !text.trim().is_empty();
    let reason = Some(reason).filter(said).ok_or_else(|| Error::usage("a run is accepted for a reason"))?;
    let own = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let author = by
        .or(own.as_deref())
        .filter(said)
        .ok_or_else(|| Error::usage("nobody knows who accepts the run").hint("`--by NAME` says who"))?;
    let date = match date {
        Some(date) if declared::is_day(date) => date.to_owned(),
        Some(date) => {
            return Err(Error::usage(format!("`{}` is no day", fmt::plain(date))).hint("write it as 2026-01-31"));
        }
        None => today(),
    };
    Ok(Acceptance { author: author.to_owned(), reason: reason.to_owned(), date })
}

/// Today in UTC, or the day that `SOURCE_DATE_EPOCH` says.
#[expect(clippy::disallowed_methods, reason = "an acceptance is dated; reports are not")]
pub(super) fn today() -> String {
    let told = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse::<i64>().ok());
    let clock =
        || SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok());
    let seconds = told.or_else(clock).unwrap_or_default();
    fmt::date(Timestamp(seconds.saturating_mul(crate::unit::NANOS_PER_SECOND)))
}

fn list(store: &Store, streams: &mut Streams<'_>) -> Result<(), Stop> {
    let entries = store.entries()?;
    if entries.is_empty() {
        writeln!(streams.out, "nothing is stored; `baseline save NAME INPUT` stores a run")?;
    }
    for entry in entries {
        match &entry.content {
            Ok(content) => writeln!(streams.out, "{}", line(&entry, content))?,
            Err(error) => super::write_error(error, "warning", streams.err)?,
        }
    }
    Ok(())
}

fn line(entry: &Entry, content: &Content) -> String {
    let kind = if entry.pinned { "baseline" } else { "run" };
    let mut parts = vec![format!("{kind:<8}"), fmt::plain(&entry.name)];
    match content {
        Content::Run(run) => {
            let folder = entry.name.split('/').next().unwrap_or_default();
            if run.test != folder {
                parts.push(format!("test {}", fmt::plain(&run.test)));
            }
            parts.push(run.started_at.map_or_else(|| "undated".to_owned(), fmt::instant));
            parts.extend(run.build.as_ref().map(|build| format!("build {}", fmt::plain(build))));
            parts.push(run.verdict.map_or("not judged", text::verdict_words).to_owned());
            parts.extend(run.accepted.as_ref().map(|accepted| {
                let (author, reason) = (fmt::plain(&accepted.author), fmt::plain(&accepted.reason));
                format!("accepted by {author} on {}: {reason}", fmt::plain(&accepted.date))
            }));
        }
        Content::Declared(declared) => {
            let figures = u64::try_from(declared.figures.len()).unwrap_or(u64::MAX);
            parts.push(format!("{} declared", fmt::plural(figures, "figure", "figures")));
        }
    }
    parts.join("  ")
}
