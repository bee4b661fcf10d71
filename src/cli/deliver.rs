//! The files of a report, and what a build server is told.

use super::choices::Format;
use super::surroundings::{Server, Surroundings};
use crate::error::{Error, Place};
use crate::ingest::{Head, Input};
use crate::render::ci::{Gate, comment, github, junit, load_performance, openmetrics, spreadsheet};
use crate::render::markdown::Document;
use crate::render::{html, markdown, signoff};
use crate::report::model::Report;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A report on its way out.
pub(super) struct Delivery<'a> {
    pub(super) report: &'a Report,
    /// What was asked for; what the server reads is added.
    pub(super) formats: &'a [Format],
    /// The folder, which is there.
    pub(super) out: &'a Path,
    pub(super) surroundings: &'a Surroundings,
    pub(super) gate: Gate,
}

/// A file that was written.
pub(super) struct Written {
    format: Format,
    pub(super) path: PathBuf,
}

impl Delivery<'_> {
    /// Writes the files that were asked for, then those that the server reads.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(super) fn files(&self) -> Result<Vec<Written>, Error> {
        let mut formats: Vec<Format> = Vec::new();
        for format in self.formats.iter().chain(self.surroundings.formats()) {
            if !formats.contains(format) {
                formats.push(*format);
            }
        }
        let mut written = Vec::new();
        for format in formats {
            written.extend(self.one(format)?.into_iter().map(|path| Written { format, path }));
        }
        Ok(written)
    }

    fn one(&self, format: Format) -> Result<Vec<PathBuf>, Error> {
        let (report, links) = (self.report, self.surroundings.links.as_slice());
        let file = |name: &str, text: &[u8]| file(self.out, name, text);
        let path = match format {
            Format::Html => file("report.html", html::page(report)?.as_bytes())?,
            Format::Md => document(self.out, "report", &markdown::document(report)?)?,
            Format::Signoff => return sign_off(report, self.out),
            Format::Json => json(report, self.out)?,
            Format::Comment => file("comment.md", comment::comment(report, links).as_bytes())?,
            Format::Summary => file("summary.md", comment::summary(report, links, comment::SUMMARY_LIMIT).as_bytes())?,
            Format::Junit => file("junit.xml", &buffer(|out| junit::write(report, self.gate, out))?)?,
            Format::LoadPerformance => {
                file("load-performance.json", &buffer(|out| load_performance::write(report, out))?)?
            }
            Format::Metrics => file("metrics.txt", &buffer(|out| openmetrics::write_few(report, out))?)?,
            Format::Openmetrics => file("openmetrics.txt", &buffer(|out| openmetrics::write(report, out))?)?,
            Format::Csv => {
                let deltas = file("deltas.csv", &buffer(|out| spreadsheet::deltas(report, out))?)?;
                return Ok(vec![file("endpoints.csv", &buffer(|out| spreadsheet::endpoints(report, out))?)?, deltas]);
            }
        };
        Ok(vec![path])
    }

    /// Tells the build server: annotations in the log, the job's page, the step's outputs.
    ///
    /// # Errors
    /// The log's, or one of the server's files cannot be added to.
    pub(super) fn announce(&self, code: u8, written: &[Written], log: &mut dyn Write) -> Result<(), super::Stop> {
        if self.surroundings.server != Server::GitHub {
            return Ok(());
        }
        github::annotations(self.report, self.gate, log)?;
        if let Some(path) = &self.surroundings.summary {
            // Other programs of the step may have written there; over the limit GitHub shows nothing of the step.
            let used = fs::metadata(path).map_or(0, |file| usize::try_from(file.len()).unwrap_or(usize::MAX));
            let room = comment::SUMMARY_LIMIT.saturating_sub(used);
            if room > comment::LIMIT {
                let text = comment::summary(self.report, &self.surroundings.links, room);
                add(path, text.as_bytes())?;
            }
        }
        if let Some(path) = &self.surroundings.outputs {
            let of = |format: Format| written.iter().find(|one| one.format == format);
            let named = [("report", of(Format::Html)), ("json", of(Format::Json)), ("comment", of(Format::Comment))];
            let files: Vec<(&str, String)> =
                named.into_iter().filter_map(|(name, file)| Some((name, file?.path.display().to_string()))).collect();
            add(path, &buffer(|out| github::outputs(self.report, code, &files, out))?)?;
        }
        Ok(())
    }
}

/// Writes report.json.
pub(super) fn json(report: &Report, out: &Path) -> Result<PathBuf, Error> {
    let mut json = serde_json::to_vec_pretty(report).map_err(|error| Error::output(error.to_string()))?;
    json.push(b'\n');
    file(out, "report.json", &json)
}

/// Writes signoff.html, and signoff.md with its picture, where the report holds a sign-off.
pub(super) fn sign_off(report: &Report, out: &Path) -> Result<Vec<PathBuf>, Error> {
    match (signoff::page(report)?, signoff::document(report)?) {
        (Some(page), Some(text)) => {
            Ok(vec![file(out, "signoff.html", page.as_bytes())?, document(out, "signoff", &text)?])
        }
        _ => Ok(Vec::new()),
    }
}

/// A document, and its pictures in a folder of its name.
fn document(out: &Path, name: &str, document: &Document) -> Result<PathBuf, Error> {
    let pictures = out.join(format!("{name}_files"));
    if !document.pictures.is_empty() {
        folder(&pictures)?;
    }
    for (name, svg) in &document.pictures {
        file(&pictures, name, svg.as_bytes())?;
    }
    file(out, &format!("{name}.md"), document.text.as_bytes())
}

fn buffer(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    write(&mut bytes).map_err(|error| Error::output(error.to_string()))?;
    Ok(bytes)
}

fn add(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.and_then(|mut file| file.write_all(bytes)).map_err(|error| cannot("write", path, &error))
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
    let path = folder.join(name);
    fs::write(&path, bytes).map_err(|error| cannot("write", &path, &error))?;
    Ok(path)
}

/// Makes sure that no file of these formats stands where another program's of the same name does: load tools write report.json
/// and report.html too, and they may be the results.
///
/// # Errors
/// One does.
pub(super) fn spare_others(out: &Path, formats: &[Format]) -> Result<(), Error> {
    for format in formats {
        // A report says at its beginning who wrote it.
        let (name, mark): (&str, &[u8]) = match format {
            Format::Html => ("report.html", b"<meta name=\"generator\" content=\"plimsoll "),
            Format::Json => ("report.json", b"\"name\": \"plimsoll\""),
            _ => continue,
        };
        replaces_only(&out.join(name), "a report of plimsoll's", |there| there.contains(mark))
            .map_err(|error| error.hint("`--out` names a folder of its own for the report"))?;
    }
    Ok(())
}

/// Makes sure that what stands in the place of a file that will be written is nothing, or one of its kind.
///
/// # Errors
/// It is something else.
pub(super) fn replaces_only(path: &Path, kind: &str, is_kind: impl Fn(&Head) -> bool) -> Result<(), Error> {
    let place = path.display().to_string();
    let there = Input::open(place.as_str(), path).and_then(|input| input.head());
    match there {
        Ok(there) if !there.bytes().is_empty() && !is_kind(&there) => {
            Err(Error::output(format!("is there already and is not {kind}")).at(Place::source(place)))
        }
        // What is not there or cannot be read is met when it is written.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Makes a folder, with those above it.
pub(super) fn folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|error| cannot("make the folder", path, &error))
}

pub(super) fn cannot(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::output(format!("cannot {what}: {error}")).at(Place::source(path.display().to_string()))
}
