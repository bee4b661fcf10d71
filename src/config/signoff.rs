//! signoff.toml: what a stakeholder must read and no run can know. Who made the document, what was not tested, how production
//! differs, what is risked, who must do what, and who signs.
//!
//! It has a grammar of its own, as strict as that of plimsoll.toml: a key that is not here is refused with the one that was
//! meant. Everything is optional, because what is missing shall be shown as missing rather than keep a document from being
//! made. What each key means stands in [`SKELETON`], which a test holds to name every one of them.

mod care;
mod cost;
mod document;
mod effort;
mod tested;

pub use care::{Action, ActionPhase, Answer, Bottleneck, Check, Free, Link, Measured, Notes, Risk, RiskClass, Term};
pub use cost::{Cost, DAYS_A_MONTH, HOURS_A_MONTH, Period, StatedMonth, Volume};
pub use document::{
    Artefact, Document, DocumentStatus, Last, Readiness, Release, Signature, Statement, Validity, Version,
};
pub use effort::Effort;
pub use tested::{Before, Defect, Deliverable, Difference, Environment, Excluded, NotTested, Scope, Score, Traffic};

use super::mistake;
use crate::error::{Error, Place};
use crate::quantity::Quantity;
use crate::unit::Unit;
use serde::Deserialize;

/// The embedded file with every key, commented.
pub const SKELETON: &str = include_str!("signoff.toml");

/// The whole file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Signoff {
    /// What the document is.
    pub document: Document,
    /// Its earlier versions.
    pub record: Vec<Version>,
    /// The release's readiness, which no load test can show.
    pub release: Option<Release>,
    /// Until when it holds.
    pub validity: Option<Validity>,
    /// The sign-off before this one.
    pub last: Option<Last>,
    /// What changed since then, besides what the runs show.
    pub changes: Vec<String>,
    /// Declared figures of the time before, where no baseline is stored.
    pub before: Vec<Before>,
    /// What was looked at.
    pub scope: Scope,
    /// What was not.
    pub not_tested: Vec<NotTested>,
    /// Where it ran.
    pub environment: Environment,
    /// How production differs from that.
    pub differences: Vec<Difference>,
    /// What is expected in production.
    pub traffic: Vec<Traffic>,
    /// Runs that were left out.
    pub excluded: Vec<Excluded>,
    /// What was to be made.
    pub deliverables: Vec<Deliverable>,
    /// Defects and observations.
    pub defects: Vec<Defect>,
    /// What gives way first.
    pub bottlenecks: Vec<Bottleneck>,
    /// What remains.
    pub risks: Vec<Risk>,
    /// What is to be done.
    pub actions: Vec<Action>,
    /// Whether the release is prepared.
    pub checklist: Vec<Check>,
    /// Opinions.
    pub scores: Vec<Score>,
    /// Free texts.
    pub notes: Notes,
    /// Sections of one's own.
    pub sections: Vec<Free>,
    /// Where more is to be seen.
    pub links: Vec<Link>,
    /// What requests cost.
    pub cost: Option<Cost>,
    /// Words of one's own.
    pub glossary: Vec<Term>,
    /// Who signs.
    pub signatures: Vec<Signature>,
}

impl Signoff {
    /// Reads a file's text.
    ///
    /// # Errors
    /// A usage error with line and column: text that is no TOML, an unknown key (with the one that was meant), a value that
    /// cannot be read or is out of its range.
    pub fn parse(text: &str, source: &str) -> Result<Self, Error> {
        let read: Self = mistake::strict(text, source)?;
        mistake::no_empty_text(text, source)?;
        let out_of_ten = |value: f64| (0.0..=10.0).contains(&value);
        let wrong = |what: String| Error::usage(what).at(Place::source(source));
        if let Some(one) = read.scores.iter().find(|one| !out_of_ten(one.score)) {
            return Err(wrong(format!("the score of `{}` is {}, and scores are out of ten", one.area, one.score)));
        }
        if let Some(one) = read.bottlenecks.iter().find(|one| one.severity.is_some_and(|of| !out_of_ten(of))) {
            return Err(wrong(format!("the severity of `{}` is out of ten", one.what)));
        }
        let beyond = |text: &String| {
            Quantity::parse(text).is_ok_and(|of| of.unit == Unit::Ratio && !(0.0..=1.0).contains(&of.value))
        };
        if let Some((row, one)) =
            read.risks.iter().enumerate().find(|(_, one)| one.probability.as_ref().is_some_and(beyond))
        {
            let said = one.probability.as_deref().unwrap_or_default();
            let message = format!("the risk `{}` has a probability of {said}", one.what);
            return Err(mistake::at(message, text, source, ("risks", row, "probability"))
                .hint("from 0 % to 100 %, or in words"));
        }
        if let Some(one) = read.document.artefact.as_ref().filter(|one| !is_sha256(&one.sha256)) {
            return Err(wrong(format!("the hash of `{}` is no SHA-256: it has 64 digits from 0 to f", one.name)));
        }
        if let Some(cost) = &read.cost {
            cost.check().map_err(wrong)?;
        }
        Ok(read)
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
