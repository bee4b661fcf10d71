//! Criteria that stand in other tools' files, read as those tools read them: Keptn SLO files, Taurus pass/fail lists, Gatling
//! assertions, Artillery's `ensure` and k6's options. Each can be written back as its tool writes it, because a report shows both:
//! the criterion in our words and in the original's. What a criterion means here is the judge's business.

pub mod artillery;
pub mod expression;
pub mod gatling;
pub mod k6_options;
pub mod keptn;
pub mod taurus;
pub mod yaml;

use crate::error::{Error, Place};
use crate::model::sample::Threshold;
use serde::{Deserialize, Serialize};
use std::fmt;
use yaml::Node;

/// What a file demands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Demands {
    /// A Keptn SLO file.
    Keptn(keptn::Slo),
    /// Taurus's criteria.
    Taurus(Vec<Written<taurus::Criterion>>),
    /// Gatling's assertions, with the tool's own outcome where the file has it.
    Gatling(Vec<Written<gatling::Stated>>),
    /// Artillery's checks.
    Artillery(Vec<Written<artillery::Check>>),
    /// k6's thresholds.
    K6(Vec<Threshold>),
}

impl Demands {
    /// Whose they are, as people write it.
    #[must_use]
    pub fn tool(&self) -> &'static str {
        match self {
            Self::Keptn(_) => "Keptn",
            Self::Taurus(_) => "Taurus",
            Self::Gatling(_) => "Gatling",
            Self::Artillery(_) => "Artillery",
            Self::K6(_) => "k6",
        }
    }

    /// Each in its tool's words.
    #[must_use]
    pub fn originals(&self) -> Vec<String> {
        match self {
            Self::Keptn(slo) => slo.objectives.iter().map(keptn::Objective::original).collect(),
            Self::Taurus(criteria) => criteria.iter().map(Written::original).collect(),
            Self::Gatling(stated) => stated.iter().map(Written::original).collect(),
            Self::Artillery(checks) => checks.iter().map(Written::original).collect(),
            Self::K6(thresholds) => {
                thresholds.iter().map(|one| format!("{}: {}", one.metric, one.expression)).collect()
            }
        }
    }
}

/// A criterion with the words that its file has for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Written<T> {
    /// What it means.
    #[serde(flatten)]
    pub criterion: T,
    /// As it stands there; `None` where it stands there in parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
}

impl<T> Written<T> {
    /// A criterion that was read from this text.
    #[must_use]
    pub fn from_text(criterion: T, text: &str) -> Self {
        Self { criterion, written: Some(text.split_whitespace().collect::<Vec<_>>().join(" ")) }
    }

    /// A criterion that stands in parts.
    #[must_use]
    pub fn from_parts(criterion: T) -> Self {
        Self { criterion, written: None }
    }
}

impl<T: fmt::Display> Written<T> {
    /// As its file has it, else as its tool would write it.
    #[must_use]
    pub fn original(&self) -> String {
        self.written.clone().unwrap_or_else(|| self.criterion.to_string())
    }
}

/// A mistake in such a file: what is wrong and, where it can be said, in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// A sentence fragment.
    pub message: String,
    /// From 1.
    pub line: Option<u64>,
}

impl Mistake {
    fn at(node: &Node, message: impl Into<String>) -> Self {
        Self { message: message.into(), line: Some(node.line) }
    }
}

/// Reads a file's text; `None` where it holds no criteria that are known.
///
/// # Errors
/// A file that is recognised and cannot be read, with the line.
pub fn read(text: &str, source: &str) -> Result<Option<Demands>, Error> {
    let placed = |mistake: Mistake| {
        let place = match mistake.line {
            Some(line) => Place { line: Some(line), ..Place::source(source) },
            None => Place::source(source),
        };
        Error::usage(mistake.message).at(place)
    };
    if let Some(assertions) = gatling::in_source(text) {
        return assertions.map(|found| Some(Demands::Gatling(found))).map_err(placed);
    }
    let root = match yaml::parse(text) {
        Ok(root) => root,
        // What is neither YAML nor JSON is nobody's criteria, unless it says so.
        Err(mistake) if looks_like_criteria(text) => return Err(placed(mistake)),
        Err(_) => return Ok(None),
    };
    recognised(&root, text).map_err(placed)
}

fn looks_like_criteria(text: &str) -> bool {
    ["objectives:", "passfail", "ensure:", "\"thresholds\"", "\"assertions\""].iter().any(|word| text.contains(word))
}

fn recognised(root: &Node, text: &str) -> Result<Option<Demands>, Mistake> {
    if root.get("objectives").is_some() || root.get("spec_version").is_some() {
        return keptn::read(root, text).map(|slo| Some(Demands::Keptn(slo)));
    }
    if let Some(found) = gatling::in_results(root) {
        return found.map(|stated| Some(Demands::Gatling(stated)));
    }
    if let Some(found) = artillery::read(root) {
        return found.map(|checks| Some(Demands::Artillery(checks)));
    }
    if let Some(found) = k6_options::read(root) {
        return found.map(|thresholds| Some(Demands::K6(thresholds)));
    }
    taurus::read(root).map(|found| found.map(Demands::Taurus)).transpose()
}
