//! Baselines that nobody measured here: figures and ranges out of documents, with their source and date.
//!
//! People write them as TOML, and a store keeps them as one line with its hash, as it keeps runs.

use super::run::{self, Sealed};
use crate::compare::declared::{DeclaredFigure, METRICS};
use crate::error::{Error, Place};
use crate::fmt;
use crate::quantity::Range;
use crate::unit::Unit;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The word that its line begins with.
const WORD: &str = "plimsoll-declared";

/// A `DeclaredBaseline` is what a store keeps of declared figures.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DeclaredBaseline {
    /// In the order of the file.
    pub figures: Vec<DeclaredFigure>,
    /// The hash of its line.
    #[serde(skip)]
    pub sha256: String,
}

/// The file as people write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    date: Option<String>,
    figures: Vec<toml::Spanned<WrittenFigure>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFigure {
    #[serde(default)]
    test: Option<String>,
    #[serde(default)]
    endpoint: Option<String>,
    metric: String,
    value: String,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    date: Option<String>,
}

/// Reads a file of declared figures.
///
/// # Errors
/// Where it cannot be read; where a metric, value, source or date is missing or cannot be understood, with its line.
pub fn parse(text: &str, source: &str) -> Result<DeclaredBaseline, Error> {
    let at = |offset: usize| {
        let before = text.get(..offset).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Place::line(source, number(before.matches('\n').count() + 1), number(line_start))
    };
    let written: Written = toml::from_str(text).map_err(|error: toml::de::Error| {
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        Error::usage(message).at(at(error.span().map_or(0, |span| span.start))).hint(EXAMPLE)
    })?;
    let mut baseline = DeclaredBaseline::default();
    for figure in &written.figures {
        let wrong = |message: String| Error::usage(message).at(at(figure.span().start)).hint(EXAMPLE);
        baseline.figures.push(understood(&written, figure.get_ref()).map_err(wrong)?);
    }
    if baseline.figures.is_empty() {
        return Err(Error::usage("declares no figure").at(Place::source(source)).hint(EXAMPLE));
    }
    Ok(baseline)
}

const EXAMPLE: &str = "a figure is declared as\nsource = \"summary of last year's test\"\ndate = \"2025-11-03\"\n[[figures]]\nmetric = \"latency.p95\"\nvalue = \"15 s .. 45 s\"";

fn understood(written: &Written, figure: &WrittenFigure) -> Result<DeclaredFigure, String> {
    let metric = METRICS.iter().find(|one| one.name == figure.metric).ok_or_else(|| {
        let names: Vec<&str> = METRICS.iter().map(|one| one.name).collect();
        format!("`{}` cannot be declared; known are {}", fmt::plain(&figure.metric), names.join(", "))
    })?;
    let range = Range::parse(&figure.value)?;
    let plain = matches!(metric.unit, Unit::Count | Unit::Ratio) && range.low.unit == Unit::Plain;
    if range.low.unit != metric.unit && !plain {
        return Err(format!("`{}` is no value of {}", fmt::plain(&figure.value), metric.name));
    }
    if range.low.value < 0.0 {
        return Err(format!("`{}` is below zero", fmt::plain(&figure.value)));
    }
    let missing = |what: &str| format!("{} has no {what}: say where the figure is from and of which day", metric.name);
    let own = |figure: &Option<String>, all: &Option<String>, what: &str| {
        let text = figure.as_ref().or(all.as_ref()).filter(|text| !text.trim().is_empty());
        text.cloned().ok_or_else(|| missing(what))
    };
    let date = own(&figure.date, &written.date, "date")?;
    if !is_day(&date) {
        return Err(format!("`{}` is no day; write it as 2026-01-31", fmt::plain(&date)));
    }
    Ok(DeclaredFigure {
        test: figure.test.clone(),
        endpoint: figure.endpoint.clone(),
        metric: metric.name.to_owned(),
        low: range.low.value,
        high: range.high.value,
        source: own(&figure.source, &written.source, "source")?,
        date,
    })
}

/// Whether a text is a day as YYYY-MM-DD.
#[must_use]
pub fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// The text that a store keeps.
///
/// # Errors
/// It cannot be written as JSON.
pub fn to_text(baseline: &DeclaredBaseline) -> Result<String, Error> {
    Ok(run::sealed_line(WORD, run::json(baseline)?))
}

/// Reads what a store kept.
///
/// # Errors
/// It cannot be read, is of a newer version or was changed.
pub fn read(path: &Path) -> Result<DeclaredBaseline, Error> {
    let Sealed { text, hash } = run::sealed(&mut run::open(path)?, path, 1, WORD)?;
    let baseline: DeclaredBaseline =
        serde_json::from_str(&text).map_err(|error| run::damaged(path, 1, &error.to_string()))?;
    Ok(DeclaredBaseline { sha256: hash, ..baseline })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "source = \"summary of 2025\"\ndate = \"2025-11-03\"\n\n[[figures]]\ntest = \"steady\"\n\
        endpoint = \"POST /chat\"\nmetric = \"latency.p95\"\nvalue = \"15 s .. 45 s\"\n\n[[figures]]\nmetric = \"users.max\"\n\
        value = \"10 .. 20\"\nsource = \"the team\"\n";

    #[test]
    fn values_and_ranges_with_their_source_are_read() {
        let read = parse(FILE, "f.toml").unwrap();
        let [chat, users] = read.figures.as_slice() else { panic!("{read:?}") };
        assert!((chat.low - 15e6).abs() < 1e-6 && (chat.high - 45e6).abs() < 1e-6);
        assert_eq!((chat.test.as_deref(), chat.source.as_str()), (Some("steady"), "summary of 2025"));
        assert_eq!(
            (users.metric.as_str(), users.source.as_str(), users.date.as_str()),
            ("users.max", "the team", "2025-11-03")
        );
    }

    #[test]
    fn what_is_missing_is_said_with_its_line() {
        let error = |from: &str, to: &str| parse(&FILE.replace(from, to), "f.toml").unwrap_err();
        let unknown = error("latency.p95", "latency.p42");
        assert!(unknown.message.starts_with("`latency.p42` cannot be declared"), "{unknown}");
        assert_eq!(unknown.place.unwrap().line, Some(4));
        assert_eq!(error("15 s .. 45 s", "15 % .. 45 %").message, "`15 % .. 45 %` is no value of latency.p95");
        assert!(error("date = \"2025-11-03\"\n", "").message.contains("has no date"));
        assert!(error("2025-11-03", "last autumn").message.contains("is no day"));
        assert!(error("test = ", "tset = ").message.contains("unknown field"));
        assert_eq!(parse("figures = []\n", "f").unwrap_err().message, "declares no figure");
    }
}
