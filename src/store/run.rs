//! The file of one stored run: two lines of text.
//!
//! ```text
//! plimsoll-run 1 sha256:HEX {figures: identity, verdict, load, figures of each endpoint}
//! parts 1 sha256:HEX {histograms of the steady time, V2-deflate base64, by endpoint}
//! ```
//! The hash is of the JSON text behind it. Listings read the first line only. A newer version or a wrong hash is an error
//! of that file alone.
//!
//! The version is that of the form, not of the fields: a field that is added has a default, so that files without it read as
//! they always did, and a program that does not know it passes it over. Only where a field's meaning changes, or one that
//! was written before is no longer, does the number rise.

use crate::analyse::figures::{EndpointFigures, LatencyFigures, LoadFigures};
use crate::compare::block::Block;
use crate::compare::comparable::Fingerprint;
use crate::compare::run_figures::RunFigures;
use crate::compare::side::{PARTS, Side, SideEndpoint};
use crate::error::{Error, Place};
use crate::judge::outcome::Verdict;
use crate::model::Histogram;
use crate::unit::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

/// Version of the file's form.
const VERSION: u32 = 1;
/// The word that the first line begins with.
const FIRST: &str = "plimsoll-run";
/// The word that the second begins with.
const PARTS_LINE: &str = "parts";
/// Counts beyond this are nobody's: sums of them cannot overflow.
const MOST: u64 = 1 << 47;

/// A `RunLine` is what a history knows of a run: its identity, under what it was made, what came of it, and one value for each
/// endpoint and metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunLine {
    /// The test's name.
    pub test: String,
    /// First start.
    pub started_at: Option<Timestamp>,
    /// Which of the undated runs of its test it is, in the order in which they were stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u64>,
    /// What the suite's verdict was; `null` where it was not judged.
    pub verdict: Option<Verdict>,
    /// What it would have been without what only the comparison with earlier runs left open, and without the condition that no
    /// criterion limits latency, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<Verdict>,
    /// As declared.
    pub build: Option<String>,
    /// Hashes of the files that it was read from, sorted.
    pub inputs: Vec<String>,
    /// Who made it part of the baseline, whatever its verdict.
    pub accepted: Option<Acceptance>,
    /// Why it cannot be compared with, if it never came to rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsettled: Option<String>,
    /// What must be equal for runs to be compared.
    pub fingerprint: Fingerprint,
    /// One value for each endpoint and metric.
    pub figures: RunFigures,
    /// The hash of the line that it was read from; empty for a run that was not stored yet.
    #[serde(skip)]
    pub sha256: String,
}

/// That somebody takes a run as the new normal, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// On which day, as YYYY-MM-DD: the day on which it was accepted, kept so that reports need no clock.
    pub date: String,
}

/// A Stored run is one test's run, kept to be compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredRun {
    /// What a history reads of it.
    pub run: RunLine,
    /// Length of the part that is compared, in seconds.
    pub steady_s: f64,
    /// Seconds of warm-up that were left out before it.
    #[serde(default, skip_serializing_if = "is_none")]
    pub warm_up_s: f64,
    /// Users and arrivals.
    pub load: LoadFigures,
    /// All requests together, over the whole run.
    pub totals: EndpointFigures,
    /// By label.
    pub endpoints: Vec<EndpointFigures>,
    /// The second line: (position in `endpoints`, parts); empty when only the first line was read.
    #[serde(skip)]
    pub parts: Vec<(usize, Vec<Block>)>,
    /// The text that it was read from; empty for a run that was not stored yet.
    #[serde(skip)]
    pub file: String,
}

/// The first line as far as a history needs it: the rest of it is skipped.
#[derive(Deserialize)]
struct First {
    run: RunLine,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(seconds: &f64) -> bool {
    *seconds <= 0.0
}

/// One endpoint's parts as stored.
#[derive(Serialize, Deserialize)]
struct StoredParts {
    endpoint: usize,
    requests: Vec<u64>,
    failures: Vec<u64>,
    /// Empty text for a part without latencies.
    histograms: Vec<String>,
}

impl RunLine {
    /// The verdict by which it is fit to be compared with or not.
    #[must_use]
    pub fn fitness(&self) -> Option<Verdict> {
        self.alone.or(self.verdict)
    }

    /// What was read is somebody's text: it is put in the order that lookups rely on.
    fn settle(&mut self, sha256: String) {
        self.sha256 = sha256;
        self.figures.endpoints.sort_by(|a, b| a.endpoint.cmp(&b.endpoint));
        self.fingerprint.endpoints.sort();
    }
}

impl StoredRun {
    /// What is kept of a side, whose line is known.
    #[must_use]
    pub fn of(side: &Side, run: RunLine) -> Self {
        let parts =
            side.endpoints.iter().enumerate().filter_map(|(at, one)| one.parts.clone().map(|parts| (at, parts)));
        Self {
            run,
            steady_s: side.steady_s,
            warm_up_s: side.warm_up_s,
            load: side.load.clone(),
            totals: compared(&side.totals),
            endpoints: side.endpoints.iter().map(|one| compared(&one.figures)).collect(),
            parts: parts.collect(),
            file: String::new(),
        }
    }

    /// The side of a comparison that it stands for.
    #[must_use]
    pub fn side(&self) -> Side {
        let endpoints = self.endpoints.iter().enumerate().map(|(at, figures)| SideEndpoint {
            figures: figures.clone(),
            parts: self.parts.iter().find(|(of, _)| *of == at).map(|(_, parts)| parts.clone()),
        });
        Side {
            test: self.run.test.clone(),
            tool: self.run.fingerprint.tool.clone(),
            started_at: self.run.started_at,
            duration_s: self.run.fingerprint.duration_s,
            steady_s: self.steady_s,
            warm_up_s: self.warm_up_s,
            unsettled: self.run.unsettled.clone(),
            load: self.load.clone(),
            totals: self.totals.clone(),
            endpoints: endpoints.collect(),
        }
    }
}

/// The figures of an endpoint that a comparison or a listing asks for: kinds of failures, statuses and intervals stay in the
/// report that was written.
fn compared(figures: &EndpointFigures) -> EndpointFigures {
    let mut kept = figures.clone();
    kept.failure_kinds.clear();
    kept.statuses.clear();
    kept.why.clear();
    kept.latency_us.quantile_ci.clear();
    kept.latency_us.quantile_why.clear();
    kept.latency_success_us = LatencyFigures::default();
    kept
}

/// The text of a stored run.
///
/// # Errors
/// A histogram cannot be encoded.
pub fn to_text(run: &StoredRun) -> Result<String, Error> {
    let figures = json(run)?;
    let mut parts = Vec::new();
    for (endpoint, blocks) in &run.parts {
        let histograms = blocks.iter().map(|block| {
            if block.histogram.is_empty() {
                return Ok(String::new());
            }
            block
                .histogram
                .to_v2_deflate()
                .map_err(|error| Error::output(format!("cannot encode a histogram: {error}")))
        });
        parts.push(StoredParts {
            endpoint: *endpoint,
            requests: blocks.iter().map(|block| block.requests).collect(),
            failures: blocks.iter().map(|block| block.failures).collect(),
            histograms: histograms.collect::<Result<_, _>>()?,
        });
    }
    let parts = json(&parts)?;
    Ok(sealed_line(FIRST, figures) + &sealed_line(PARTS_LINE, parts))
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::output(format!("cannot write JSON: {error}")))
}

/// Reads what a history needs, from the first line only.
///
/// # Errors
/// It cannot be read, is of a newer version or was changed.
pub fn read_line(path: &Path) -> Result<RunLine, Error> {
    let Sealed { text, hash } = sealed(&mut open(path)?, path, 1, FIRST)?;
    let First { mut run } = serde_json::from_str(&text).map_err(|error| damaged(path, 1, &error.to_string()))?;
    run.settle(hash);
    Ok(run)
}

/// Reads a whole stored run.
///
/// # Errors
/// It cannot be read, is of a newer version or was changed.
pub fn read(path: &Path) -> Result<StoredRun, Error> {
    whole(&mut open(path)?, path)
}

/// Reads a stored run from its file's text.
///
/// # Errors
/// It is of a newer version or was changed.
pub fn parse(text: &str, name: &str) -> Result<StoredRun, Error> {
    whole(&mut text.as_bytes(), Path::new(name))
}

fn whole(lines: &mut dyn BufRead, path: &Path) -> Result<StoredRun, Error> {
    let first = sealed(lines, path, 1, FIRST)?;
    let mut run: StoredRun = serde_json::from_str(&first.text).map_err(|error| damaged(path, 1, &error.to_string()))?;
    let second = sealed(lines, path, 2, PARTS_LINE)?;
    run.file = first.line(FIRST) + &second.line(PARTS_LINE);
    run.run.settle(first.hash);
    let stored: Vec<StoredParts> =
        serde_json::from_str(&second.text).map_err(|error| damaged(path, 2, &error.to_string()))?;
    let endpoints = run.endpoints.len();
    let parts = super::each(&stored, |one| blocks(one, endpoints, path).map(|blocks| (one.endpoint, blocks)));
    run.parts = parts.into_iter().collect::<Result<_, _>>()?;
    Ok(run)
}

/// One endpoint's parts, of a run with so many endpoints.
fn blocks(one: &StoredParts, endpoints: usize, path: &Path) -> Result<Vec<Block>, Error> {
    if one.endpoint >= endpoints || one.requests.iter().chain(&one.failures).any(|count| *count > MOST) {
        return Err(damaged(path, 2, "counts that nobody can have measured"));
    }
    let counts = one.requests.iter().zip(&one.failures).zip(&one.histograms).take(PARTS);
    let blocks = counts.map(|((requests, failures), text)| {
        let histogram = if text.is_empty() {
            Histogram::new()
        } else {
            Histogram::from_v2_deflate(text).map_err(|error| damaged(path, 2, &error.to_string()))?
        };
        Ok(Block { histogram, requests: *requests, failures: *failures })
    });
    blocks.collect()
}

/// The text of a stored file with another acceptance in its first line; what stands behind that line is kept as it is.
///
/// # Errors
/// It cannot be read, is of a newer version or was changed.
pub fn accepted_text(path: &Path, acceptance: Acceptance) -> Result<String, Error> {
    let mut lines = open(path)?;
    let first = sealed(&mut lines, path, 1, FIRST)?;
    let mut run: StoredRun = serde_json::from_str(&first.text).map_err(|error| damaged(path, 1, &error.to_string()))?;
    run.run.accepted = Some(acceptance);
    let mut text = sealed_line(FIRST, json(&run)?);
    lines.read_to_string(&mut text).map_err(|error| damaged(path, 2, &error.to_string()))?;
    Ok(text)
}

pub(super) fn open(path: &Path) -> Result<BufReader<File>, Error> {
    let file = File::open(path).map_err(|error| Error::input(format!("cannot open: {error}")).at(place(path)))?;
    Ok(BufReader::with_capacity(1 << 16, file))
}

/// One line's JSON and its hash.
pub(super) struct Sealed {
    pub(super) text: String,
    pub(super) hash: String,
}

impl Sealed {
    fn of(json: String) -> Self {
        Self { hash: hash(&json), text: json }
    }

    /// The line as it lies in the file: word, version, hash, JSON.
    fn line(&self, word: &str) -> String {
        format!("{word} {VERSION} sha256:{} {}\n", self.hash, self.text)
    }
}

/// A line of a file here, of this JSON.
pub(super) fn sealed_line(word: &str, json: String) -> String {
    Sealed::of(json).line(word)
}

/// The JSON of one line, its version and hash checked.
pub(super) fn sealed(lines: &mut dyn BufRead, path: &Path, number: u64, word: &str) -> Result<Sealed, Error> {
    let mut text = String::new();
    lines.read_line(&mut text).map_err(|error| damaged(path, number, &error.to_string()))?;
    let mut fields = text.trim_end_matches('\n').splitn(4, ' ');
    let (Some(have), Some(version), Some(sum), Some(body)) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(damaged(path, number, &format!("expected `{word} {VERSION} sha256:… {{…}}`")));
    };
    if have != word {
        return Err(damaged(
            path,
            number,
            &format!("begins with `{}`, expected `{word}`", crate::fmt::excerpt(have.as_bytes())),
        ));
    }
    if version.parse() != Ok(VERSION) {
        return Err(Error::input(format!(
            "is a stored run of version {version}; this program reads version {VERSION}"
        ))
        .at(place(path))
        .hint("a newer plimsoll wrote it: use that one, or save the run again"));
    }
    let (own, body_len) = (hash(body), body.len());
    if sum.strip_prefix("sha256:") != Some(own.as_str()) {
        return Err(damaged(path, number, "its content does not match its hash"));
    }
    let before = text.len() - text.trim_end_matches('\n').len();
    text.truncate(text.len() - before);
    text.drain(..text.len() - body_len);
    Ok(Sealed { text, hash: own })
}

pub(super) fn damaged(path: &Path, line: u64, what: &str) -> Error {
    let mut place = place(path);
    place.line = Some(line);
    Error::input(format!("is not a sound stored run: {what}")).at(place).hint("save the run again from its files")
}

fn place(path: &Path) -> Place {
    Place::source(path.display().to_string())
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn hash(text: &str) -> String {
    crate::fmt::hex(&Sha256::digest(text.as_bytes()))
}

/// The first eight digits of it.
pub(super) fn short_hash(text: &str) -> String {
    hash(text).chars().take(8).collect()
}
