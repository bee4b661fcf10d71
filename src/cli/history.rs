//! `history [TEST]`: each endpoint's figures over the stored runs.

use super::against::{self, Own};
use super::args::HistoryArgs;
use super::{EXIT_READY, Stop, Streams, pipeline, write_error};
use crate::config::Config;
use crate::config::schema::Include;
use crate::error::{Error, Place};
use crate::fmt;
use crate::render::{history as pages, text};
use crate::report::build::history::{PastRun, Shown, history};
use crate::report::history::{History, HistoryTest};
use crate::report::model::SCHEMA;
use crate::store::run::RunLine;
use crate::store::selection::is_fit;
use crate::store::{Runs, Store};
use std::fs;
use std::path::Path;

/// Runs that a report shows of each test.
const IN_REPORT: usize = 20;

/// Shows the history of one test or of all.
pub(super) fn run(args: &HistoryArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    let config = pipeline::configuration(args.config.as_deref(), &[])?;
    let store = Store::at(&args.store.store);
    let names = match &args.test {
        Some(test) => vec![test.clone()],
        None => store.tests()?,
    };
    let mut tests = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let runs = store.runs(name)?;
        for problem in &runs.damaged {
            write_error(problem, "warning", streams.err)?;
        }
        let Some(newest) = runs.lines.last() else { continue };
        let id = format!("h{}", at + 1);
        let shown = Shown {
            test: &newest.test,
            id: &id,
            runs: usize::try_from(args.last).unwrap_or(usize::MAX),
            baseline: usize::try_from(config.baseline.runs).unwrap_or(usize::MAX),
            labels: &config.compare.labels,
            charts: args.out.is_some() || args.json,
        };
        let past: Vec<PastRun<'_>> = runs.lines.iter().map(|line| past(line, &config, None)).collect();
        tests.push(history(&past, &shown));
    }
    if tests.is_empty() {
        return Err(nothing(args, &store).into());
    }
    let history = History { schema: SCHEMA.to_owned(), tests };
    match &args.out {
        Some(folder) => {
            for path in write(&history, folder)? {
                writeln!(streams.out, "history: {}", fmt::plain(&path))?;
            }
        }
        None if args.json => writeln!(streams.out, "{}", json(&history)?)?,
        None => text::history(&history, streams.terminal.style(), streams.out)?,
    }
    Ok(EXIT_READY)
}

/// What the store knows of the tests of a report (`past_runs`, by test), each with the run itself last. Runs that began later are
/// left out: made again, the report shows the same.
pub(super) fn of_tests(own: &[Own], past_runs: &[Runs], config: &Config) -> Vec<HistoryTest> {
    let mut tests = Vec::new();
    for (at, (one, stored)) in own.iter().zip(past_runs).enumerate() {
        let lines = &stored.lines;
        let before = |run: &&RunLine| {
            let later = run.started_at.zip(one.line.started_at).is_some_and(|(run, now)| run >= now);
            !later && (run.inputs.is_empty() || run.inputs != one.line.inputs)
        };
        let used = against::select(stored, &one.line, config).used;
        let earlier = lines.iter().enumerate().filter(|(_, line)| before(line));
        let mut runs: Vec<PastRun<'_>> =
            earlier.map(|(at, line)| past(line, config, Some(used.contains(&at)))).collect();
        if runs.is_empty() {
            continue;
        }
        runs.push(PastRun { this: true, ..past(&one.line, config, Some(false)) });
        let id = format!("h{}", at + 1);
        let shown = Shown {
            test: &one.line.test,
            id: &id,
            runs: IN_REPORT,
            baseline: usize::try_from(config.baseline.runs).unwrap_or(usize::MAX),
            labels: &config.compare.labels,
            charts: false,
        };
        tests.push(history(&runs, &shown));
    }
    tests
}

fn past<'a>(line: &'a RunLine, config: &Config, forms: Option<bool>) -> PastRun<'a> {
    PastRun {
        started_at: line.started_at,
        verdict: line.verdict,
        build: line.build.as_deref(),
        accepted: line.accepted.as_ref().map(|one| (one.author.as_str(), one.date.as_str(), one.reason.as_str())),
        fit: is_fit(line, matches!(config.baseline.include, Include::Conditions)),
        ordered: line.started_at.is_some() || line.place.is_some(),
        forms,
        this: false,
        fingerprint: &line.fingerprint,
        figures: &line.figures,
    }
}

fn nothing(args: &HistoryArgs, store: &Store) -> Error {
    let place = Place::source(store.root().display().to_string());
    let known = store.tests().unwrap_or_default();
    match (&args.test, known.as_slice()) {
        (Some(test), [_, ..]) => Error::usage(format!("no run of `{}` is stored", fmt::plain(test)))
            .at(place)
            .hint(format!("stored are runs of {}", known.join(", "))),
        _ => Error::usage("no run is stored").at(place).hint("`report INPUT --save` stores each run"),
    }
}

fn json(history: &History) -> Result<String, Error> {
    serde_json::to_string_pretty(history).map_err(|error| Error::output(error.to_string()))
}

fn write(history: &History, folder: &Path) -> Result<Vec<String>, Error> {
    let pictures = folder.join("history_files");
    fs::create_dir_all(&pictures).map_err(|error| cannot(&pictures, &error))?;
    let document = pages::document(history)?;
    let mut files = vec![
        (folder.join("history.html"), pages::page(history)?),
        (folder.join("history.md"), document.text),
        (folder.join("history.json"), json(history)? + "\n"),
    ];
    let named: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
    files.extend(document.pictures.into_iter().map(|(name, svg)| (pictures.join(name), svg)));
    for (path, text) in &files {
        fs::write(path, text).map_err(|error| cannot(path, &error))?;
    }
    Ok(named)
}

fn cannot(path: &Path, error: &std::io::Error) -> Error {
    Error::output(format!("cannot write: {error}")).at(Place::source(path.display().to_string()))
}
