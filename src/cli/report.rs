//! `report`: judge results and write report.html, report.md with its pictures, report.json, and what else was asked for.

use super::args::{Allow, FailOn, Format, InputArgs, ReportArgs};
use super::declarations;
use super::judging::{self, Judging};
use super::{EXIT_INCONCLUSIVE, EXIT_INPUT, EXIT_NOT_READY, EXIT_READY, Stop, Streams, pipeline, write_error};
use crate::error::{Error, Place};
use crate::judge::outcome::{Status, Verdict};
use crate::render::markdown::Document;
use crate::render::{html, markdown, signoff, text};
use crate::report::model::{Report, Request};
use crate::store::Store;
use std::fs;
use std::path::{Path, PathBuf};

/// Judges the inputs, writes the files and prints the answer.
pub(super) fn run(args: &ReportArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    // The folder is made before the long work, so that a bad path fails at once.
    fs::create_dir_all(&args.out).map_err(|error| cannot("make the folder", &args.out, &error))?;
    let gathered = pipeline::gather(&args.input, true, streams)?;
    if gathered.tests.is_empty() && gathered.config.tests.is_empty() {
        return Err(pipeline::nothing_usable(&gathered).into());
    }
    let store = Store::at(&args.store.store);
    let before = args.baseline.as_deref().map(|name| judging::load(&store, name, &gathered.config)).transpose()?;
    let asked = Asked {
        command: "report",
        input: &args.input,
        baseline: args.baseline.as_deref(),
        title: args.title.as_deref(),
        signoff: args.signoff.as_deref(),
    };
    let judging = Judging {
        gathered: &gathered,
        baseline: before.as_ref(),
        title: args.title.clone(),
        command: asked.line(),
        request: asked.request(),
    };
    let mut report = judging.report();
    if args.format.contains(&Format::Signoff) {
        let declared = declarations::find(args.signoff.as_deref(), &args.input.inputs)?;
        report.signoff = Some(declared.sign_off(&report));
    }
    let written = write(&report, &args.format, &args.out)?;
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

/// Writes what was asked for; returns the files' names.
pub(super) fn write(report: &Report, formats: &[Format], out: &Path) -> Result<Vec<String>, Error> {
    let mut written = Vec::new();
    for format in formats {
        match format {
            Format::Html => written.push(file(out, "report.html", &html::page(report)?)?),
            Format::Json => {
                let mut json =
                    serde_json::to_string_pretty(report).map_err(|error| Error::output(error.to_string()))?;
                json.push('\n');
                written.push(file(out, "report.json", &json)?);
            }
            Format::Md => written.push(document(out, "report", &markdown::document(report)?)?),
            Format::Signoff => {
                if let (Some(page), Some(text)) = (signoff::page(report)?, signoff::document(report)?) {
                    written.push(file(out, "signoff.html", &page)?);
                    written.push(document(out, "signoff", &text)?);
                }
            }
        }
    }
    Ok(written.iter().map(|path| path.display().to_string()).collect())
}

/// A document, and its pictures in a folder of its name.
fn document(out: &Path, name: &str, document: &Document) -> Result<PathBuf, Error> {
    let pictures = out.join(format!("{name}_files"));
    if !document.pictures.is_empty() {
        fs::create_dir_all(&pictures).map_err(|error| cannot("make the folder", &pictures, &error))?;
    }
    for (name, svg) in &document.pictures {
        file(&pictures, name, svg)?;
    }
    file(out, &format!("{name}.md"), &document.text)
}

fn file(folder: &Path, name: &str, text: &str) -> Result<PathBuf, Error> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(|error| cannot("write", &path, &error))?;
    Ok(path)
}

pub(super) fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::output(format!("cannot {what}: {error}")).at(Place::source(path.display().to_string()))
}

/// What was asked for, as far as it changes what a report says: folder and store do not.
pub(super) struct Asked<'a> {
    pub(super) command: &'static str,
    pub(super) input: &'a InputArgs,
    pub(super) baseline: Option<&'a str>,
    pub(super) title: Option<&'a str>,
    pub(super) signoff: Option<&'a Path>,
}

impl Asked<'_> {
    /// The command that makes the report again.
    pub(super) fn line(&self) -> String {
        let mut words = vec!["plimsoll".to_owned(), self.command.to_owned()];
        let Request { inputs, adapters, monitors, .. } = self.request();
        words.extend(inputs.iter().map(|input| quoted(input)));
        let mut option = |name: &str, value: &str| words.push(format!("--{name} {}", quoted(value)));
        if let Some(config) = &self.input.config {
            option("config", &config.display().to_string());
        }
        if let Some(file) = self.signoff {
            option("signoff", &file.display().to_string());
        }
        if let Some(baseline) = self.baseline {
            option("baseline", baseline);
        }
        adapters.iter().for_each(|one| option("as", one));
        monitors.iter().for_each(|one| option("monitor", one));
        if let Some(title) = self.title {
            option("title", title);
        }
        if self.input.strict {
            words.push("--strict".to_owned());
        }
        words.join(" ")
    }

    /// What was read, for `verify`.
    pub(super) fn request(&self) -> Request {
        let sorted = |list: &[String]| {
            let mut list = list.to_vec();
            list.sort();
            list
        };
        Request {
            inputs: sorted(&self.input.inputs),
            adapters: sorted(&self.input.adapters),
            monitors: sorted(&self.input.monitor),
            strict: self.input.strict,
        }
    }
}

/// A word as a shell reads it.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./=,:+@%".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
