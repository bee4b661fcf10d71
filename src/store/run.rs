//! The file of one stored run: two lines of text.
//!
//! ```text
//! plimsoll-run 1 sha256:HEX {figures: identity, verdict, load, figures of each endpoint}
//! parts 1 sha256:HEX {histograms of the steady time, V2-deflate base64, by endpoint}
//! ```
//! The hash is of the JSON text behind it. Listings read the first line only. A newer version or a wrong hash is an error
//! of that file alone.

use crate::analyse::figures::{EndpointFigures, LoadFigures};
use crate::compare::block::Block;
use crate::compare::side::{Side, SideEndpoint};
use crate::error::{Error, Place};
use crate::fmt;
use crate::judge::outcome::Verdict;
use crate::model::Histogram;
use crate::unit::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Version of the file's form.
const VERSION: u32 = 1;

/// A Stored run is one test's run, kept to be compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredRun {
    /// The test's name.
    pub test: String,
    /// The tool.
    pub tool: String,
    /// First start.
    pub started_at: Option<Timestamp>,
    /// Seconds.
    pub duration_s: Option<f64>,
    /// Length of the steady part in seconds.
    pub steady_s: f64,
    /// What the suite's verdict was; `null` where it was not judged.
    pub verdict: Option<Verdict>,
    /// As declared.
    pub build: Option<String>,
    /// As declared.
    pub environment: Option<String>,
    /// The suite's labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Hashes of the files that it was read from, sorted.
    pub inputs: Vec<String>,
    /// Users and arrivals.
    pub load: LoadFigures,
    /// All requests together.
    pub totals: EndpointFigures,
    /// By label.
    pub endpoints: Vec<EndpointFigures>,
    /// The second line: (position in `endpoints`, parts); empty when only the first line was read.
    #[serde(skip)]
    pub parts: Vec<(usize, Vec<Block>)>,
}

/// Labels of the suite that a baseline must agree with, each with its value now.
pub type Labels = BTreeMap<String, Option<String>>;

/// One endpoint's parts as stored.
#[derive(Serialize, Deserialize)]
struct StoredParts {
    endpoint: usize,
    requests: Vec<u64>,
    failures: Vec<u64>,
    /// Empty text for a part without latencies.
    histograms: Vec<String>,
}

impl StoredRun {
    /// What is kept of a side.
    #[must_use]
    pub fn of(side: &Side) -> Self {
        let parts =
            side.endpoints.iter().enumerate().filter_map(|(at, one)| one.parts.clone().map(|parts| (at, parts)));
        Self {
            test: side.test.clone(),
            tool: side.tool.clone(),
            started_at: side.started_at,
            duration_s: side.duration_s,
            steady_s: side.steady_s,
            verdict: None,
            build: None,
            environment: None,
            labels: BTreeMap::new(),
            inputs: Vec::new(),
            load: side.load.clone(),
            totals: side.totals.clone(),
            endpoints: side.endpoints.iter().map(|one| one.figures.clone()).collect(),
            parts: parts.collect(),
        }
    }

    /// Which of the labels that must agree do not, in words.
    #[must_use]
    pub fn disagreement(&self, labels: &Labels) -> Option<String> {
        let (name, own) = labels.iter().find(|(name, own)| self.labels.get(*name) != own.as_ref())?;
        let shown = |value: Option<&String>| value.map_or_else(|| "not given".to_owned(), |text| fmt::plain(text));
        Some(format!("label `{}` is {}, was {}", fmt::plain(name), shown(own.as_ref()), shown(self.labels.get(name))))
    }

    /// The side of a comparison that it stands for.
    #[must_use]
    pub fn side(&self) -> Side {
        let endpoints = self.endpoints.iter().enumerate().map(|(at, figures)| SideEndpoint {
            figures: figures.clone(),
            parts: self.parts.iter().find(|(of, _)| *of == at).map(|(_, parts)| parts.clone()),
        });
        Side {
            test: self.test.clone(),
            tool: self.tool.clone(),
            started_at: self.started_at,
            duration_s: self.duration_s,
            steady_s: self.steady_s,
            load: self.load.clone(),
            totals: self.totals.clone(),
            endpoints: endpoints.collect(),
        }
    }
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
    Ok(format!(
        "plimsoll-run {VERSION} sha256:{} {figures}\nparts {VERSION} sha256:{} {parts}\n",
        hash(&figures),
        hash(&parts)
    ))
}

fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::output(format!("cannot write JSON: {error}")))
}

/// Reads the first line only: identity, verdict, figures.
///
/// # Errors
/// It cannot be read, is of a newer version or was changed.
pub fn read_figures(path: &Path) -> Result<StoredRun, Error> {
    let mut lines = open(path)?;
    figures(&mut lines, path)
}

/// Reads a stored run whole.
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
    let mut run = figures(lines, path)?;
    let text = line(lines, path, 2, "parts")?;
    let stored: Vec<StoredParts> = serde_json::from_str(&text).map_err(|error| damaged(path, 2, &error.to_string()))?;
    for one in stored {
        let counts = one.requests.iter().zip(&one.failures).zip(&one.histograms);
        let blocks = counts.map(|((requests, failures), text)| {
            let histogram = if text.is_empty() {
                Histogram::new()
            } else {
                Histogram::from_v2_deflate(text).map_err(|error| damaged(path, 2, &error.to_string()))?
            };
            Ok(Block { histogram, requests: *requests, failures: *failures })
        });
        run.parts.push((one.endpoint, blocks.collect::<Result<_, Error>>()?));
    }
    Ok(run)
}

fn open(path: &Path) -> Result<BufReader<File>, Error> {
    let file = File::open(path).map_err(|error| Error::input(format!("cannot open: {error}")).at(place(path)))?;
    Ok(BufReader::new(file))
}

fn figures(lines: &mut dyn BufRead, path: &Path) -> Result<StoredRun, Error> {
    let text = line(lines, path, 1, "plimsoll-run")?;
    serde_json::from_str(&text).map_err(|error| damaged(path, 1, &error.to_string()))
}

/// The JSON of one line, its version and hash checked.
fn line(lines: &mut dyn BufRead, path: &Path, number: u64, word: &str) -> Result<String, Error> {
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
    if sum.strip_prefix("sha256:") != Some(hash(body).as_str()) {
        return Err(damaged(path, number, "its content does not match its hash"));
    }
    Ok(body.to_owned())
}

fn damaged(path: &Path, line: u64, what: &str) -> Error {
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
