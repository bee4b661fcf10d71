//! `report`: judge results and write report.html, report.md with its pictures, and report.json.

use super::args::{Allow, CompatArg, FailOn, Format, ReportArgs};
use super::judging::{self, Judging};
use super::{EXIT_INCONCLUSIVE, EXIT_INPUT, EXIT_NOT_READY, EXIT_READY, Stop, Streams, pipeline, write_error};
use crate::config::import::Compat;
use crate::error::{Error, Place};
use crate::judge::outcome::{Status, Verdict};
use crate::render::{html, markdown, text};
use crate::report::model::Report;
use crate::store::Store;
use std::fs;
use std::path::{Path, PathBuf};

/// Judges the inputs, writes the files and prints the answer.
pub(super) fn run(args: &ReportArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    // The folder is made before the long work, so that a bad path fails at once.
    fs::create_dir_all(&args.out).map_err(|error| cannot("make the folder", &args.out, &error))?;
    let mut gathered = pipeline::gather(&args.input, true, streams)?;
    gathered.config.compat = args.compat.map(|compat| match compat {
        CompatArg::K6 => Compat::K6,
        CompatArg::Keptn => Compat::Keptn,
    });
    if gathered.tests.is_empty() && gathered.config.tests.is_empty() {
        return Err(pipeline::nothing_usable(&gathered).into());
    }
    let store = Store::at(&args.store.store);
    let before = args.baseline.as_deref().map(|name| judging::load(&store, name, &gathered.config)).transpose()?;
    let judging =
        Judging { gathered: &gathered, baseline: before.as_ref(), title: args.title.clone(), command: command(args) };
    let report = judging.report();
    let written = write(&report, args)?;
    if args.save {
        store.save(&judging.stored(&report))?;
    }
    text::summary(&report, &written, streams.terminal.style(), streams.out)?;
    if gathered.tests.is_empty() && !gathered.problems.is_empty() {
        write_error(&pipeline::nothing_usable(&gathered), "error", streams.err)?;
        return Ok(EXIT_INPUT);
    }
    exit_code(&report, args, streams)
}

fn exit_code(report: &Report, args: &ReportArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    let warned = report.criteria.iter().any(|one| one.status == Status::Warn);
    let conditions = !report.conditions.is_empty();
    let code = match report.verdict {
        Verdict::NotReady => EXIT_NOT_READY,
        Verdict::Inconclusive if args.allow == Some(Allow::Inconclusive) => {
            writeln!(streams.out, "INCONCLUSIVE is let pass by `--allow inconclusive`")?;
            EXIT_READY
        }
        Verdict::Inconclusive => EXIT_INCONCLUSIVE,
        Verdict::Ready | Verdict::ReadyWithConditions => match args.fail_on {
            Some(FailOn::Warn) if warned => EXIT_NOT_READY,
            Some(FailOn::Conditions) if warned || conditions => EXIT_NOT_READY,
            _ => EXIT_READY,
        },
    };
    Ok(code)
}

fn write(report: &Report, args: &ReportArgs) -> Result<Vec<String>, Error> {
    let mut written = Vec::new();
    for format in &args.format {
        let path = match format {
            Format::Html => file(&args.out, "report.html", &html::page(report)?)?,
            Format::Json => {
                let mut json =
                    serde_json::to_string_pretty(report).map_err(|error| Error::output(error.to_string()))?;
                json.push('\n');
                file(&args.out, "report.json", &json)?
            }
            Format::Md => {
                let document = markdown::document(report)?;
                let pictures = args.out.join("report_files");
                if !document.pictures.is_empty() {
                    fs::create_dir_all(&pictures).map_err(|error| cannot("make the folder", &pictures, &error))?;
                }
                for (name, svg) in &document.pictures {
                    file(&pictures, name, svg)?;
                }
                file(&args.out, "report.md", &document.text)?
            }
        };
        written.push(path.display().to_string());
    }
    Ok(written)
}

fn file(folder: &Path, name: &str, text: &str) -> Result<PathBuf, Error> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(|error| cannot("write", &path, &error))?;
    Ok(path)
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::output(format!("cannot {what}: {error}")).at(Place::source(path.display().to_string()))
}

/// The command that makes the report again. What does not change its content (folder, store) is left out.
fn command(args: &ReportArgs) -> String {
    let quoted = |text: &str| {
        let plain = |letter: char| letter.is_alphanumeric() || "-_./=,:+@%".contains(letter);
        if !text.is_empty() && text.chars().all(plain) {
            text.to_owned()
        } else {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
    };
    let mut words = vec!["plimsoll".to_owned(), "report".to_owned()];
    let mut inputs = args.input.inputs.clone();
    inputs.sort();
    words.extend(inputs.iter().map(|input| quoted(input)));
    let mut option = |name: &str, value: &str| words.push(format!("--{name} {}", quoted(value)));
    if let Some(config) = &args.input.config {
        option("config", &config.display().to_string());
    }
    if let Some(baseline) = &args.baseline {
        option("baseline", baseline);
    }
    let mut pairs: Vec<(&str, &String)> = args.input.adapters.iter().map(|one| ("as", one)).collect();
    pairs.extend(args.input.monitor.iter().map(|one| ("monitor", one)));
    pairs.sort();
    for (name, value) in pairs {
        option(name, value);
    }
    if let Some(title) = &args.title {
        option("title", title);
    }
    if args.input.strict {
        words.push("--strict".to_owned());
    }
    if let Some(compat) = args.compat {
        words.push(format!("--compat {}", if compat == CompatArg::K6 { "k6" } else { "keptn" }));
    }
    words.join(" ")
}
