//! The document itself: what it is called, who wrote it, until when it holds, who signs.

use crate::config::value::Day;
use serde::Deserialize;

/// `[document]`: document control.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Document {
    /// Title; the suite's where left out.
    pub title: Option<String>,
    /// Its number or name.
    pub id: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Whether it may still change.
    pub status: Option<DocumentStatus>,
    /// What is released.
    pub product: Option<String>,
    /// Which release.
    pub release: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When.
    pub date: Option<Day>,
    /// Who gets it.
    pub distribution: Vec<String>,
    /// What was tested, as a file or image with its hash: the subject of an attestation.
    pub artefact: Option<Artefact>,
}

/// Whether a document may still change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentStatus {
    /// It may.
    Draft,
    /// It may not.
    Final,
}

impl DocumentStatus {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Final => "final",
        }
    }
}

/// What was tested, as a file or image.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artefact {
    /// Its name.
    pub name: String,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// `[[record]]`: a version of the document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Its number.
    pub version: String,
    /// When.
    #[serde(default)]
    pub date: Option<Day>,
    /// Who.
    #[serde(default)]
    pub author: Option<String>,
    /// What changed.
    pub change: String,
}

/// A readiness as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readiness {
    /// It can go.
    Ready,
    /// It can, under conditions.
    ReadyWithConditions,
    /// It cannot.
    NotReady,
}

/// `[release]`: the release's readiness.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The opinion.
    pub readiness: Readiness,
    /// Whose it is.
    #[serde(default)]
    pub by: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// When it might be.
    #[serde(default)]
    pub outlook: Option<String>,
    /// Under which conditions.
    #[serde(default)]
    pub conditions: Vec<String>,
}

/// `[validity]`: until when the verdict may be relied on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// The last day.
    #[serde(default)]
    pub until: Option<Day>,
    /// What ends it sooner.
    #[serde(default)]
    pub note: Option<String>,
}

/// `[last]`: the sign-off before this one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Last {
    /// Its report.json, relative to signoff.toml.
    pub report: String,
    /// When it was signed.
    #[serde(default)]
    pub date: Option<Day>,
    /// By whom.
    #[serde(default)]
    pub signed_by: Option<String>,
}

/// Which of the two statements is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statement {
    /// The evidence is complete.
    Evidence,
    /// The remaining risk is accepted.
    Risk,
}

/// `[[signatures]]`: a row to sign.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// What is signed.
    pub statement: Statement,
    /// As what.
    pub role: String,
    /// Who.
    #[serde(default)]
    pub name: Option<String>,
    /// When.
    #[serde(default)]
    pub date: Option<Day>,
    /// What they decided, where they have.
    #[serde(default)]
    pub decision: Option<String>,
}
