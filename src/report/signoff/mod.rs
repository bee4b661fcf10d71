//! The sign-off: what a stakeholder reads and signs, from a report and from what people declare.
//!
//! A run can show that a load was borne; it cannot show that somebody is on call. So every line says whether it was *measured*,
//! *declared* or is *missing*, and two readinesses stand side by side: the measured verdict, which nothing declared can change, and the
//! release's, which nobody but people can give.
//!
//! The way through: `page` makes page one, each other module some sections, all of them pure and without a clock.

mod appendix;
mod care;
mod changes;
mod checklist;
mod control;
mod cost;
pub mod document;
mod fixes;
mod money;
mod page;
mod regression;
mod resources;
mod results;
mod skeleton;
mod trace;
mod words;
mod workload;

pub use skeleton::skeleton;

use crate::config::signoff as declared;
use crate::judge::outcome::{Status, Verdict};
use crate::report::chart::BeforeAfterChart;
use crate::report::model::{Report, TestReport};
use document::{Grid, Note, Origin, Row, Section};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The sign-off's part of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Signoff {
    /// The signoff.toml that was in force; `null` without one.
    pub declared: Option<DeclaredFrom>,
    /// Its title.
    pub title: String,
    /// What it is of, in a few words each: product, release, document, version, status.
    pub facts: Vec<Note>,
    /// The release's readiness, as people see it.
    pub release: Release,
    /// For what the measured verdict holds, and until when.
    pub holds: Vec<Note>,
    /// What must be done before the verdict can change.
    pub must_fix: Grid,
    /// Under which conditions it is READY, where it is so under conditions.
    pub conditions: Vec<Note>,
    /// What would change the verdict.
    pub flip: Vec<Note>,
    /// How many criteria came out how.
    pub counts: Vec<Counted>,
    /// Since the last sign-off.
    pub changes: Vec<Note>,
    /// Before and after, in a sentence.
    pub before_after: Note,
    /// The same as a picture; `null` where no latency with a limit was measured.
    pub chart: Option<BeforeAfterChart>,
    /// Everything else.
    pub sections: Vec<Section>,
    /// What only those need who check it.
    pub appendix: Vec<Section>,
    /// What was tested, as a file or image with its hash, as declared.
    pub artefact: Option<Artefact>,
}

/// A signoff.toml.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeclaredFrom {
    /// The file.
    pub source: String,
    /// SHA-256 of the file as it lies.
    pub sha256: String,
    /// Its text, secrets taken out.
    pub text: String,
}

/// What was tested, as a file or image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Artefact {
    /// Its name.
    pub name: String,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// How many criteria came out in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counted {
    /// Which way.
    pub status: Status,
    /// How many.
    pub count: u64,
}

/// The release's readiness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Release {
    /// As declared, and never better than the checklist allows; `null` where nobody said.
    pub verdict: Option<Verdict>,
    /// Why, who says so, and when it might be.
    pub notes: Vec<Note>,
    /// Under which conditions.
    pub conditions: Vec<Note>,
}

/// Everything that a sign-off is made of.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The report.
    pub report: &'a Report,
    /// What people declare.
    pub declared: &'a declared::Signoff,
    /// Where that stands; `None` without a file.
    pub from: Option<&'a DeclaredFrom>,
    /// The report of the last sign-off.
    pub last: Option<&'a Report>,
    /// Words and what they mean, for the glossary.
    pub words: &'a [(&'a str, &'a str)],
}

impl<'a> At<'a> {
    /// Tests whose results count, those that a newer run supersedes left out; by load.
    fn counted(&self) -> Vec<&'a TestReport> {
        let mut tests = self.report.standing();
        tests.sort_by(|a, b| {
            let users = |test: &TestReport| test.load.users_max.unwrap_or(f64::INFINITY);
            users(a).total_cmp(&users(b)).then_with(|| a.name.cmp(&b.name))
        });
        tests
    }

    fn limits_latency(&self) -> bool {
        !self.report.findings.iter().any(|one| one.rule == "no-latency-criterion")
    }
}

/// Makes the sign-off.
#[must_use]
pub fn sign_off(at: &At<'_>) -> Signoff {
    let mut sections = vec![
        control::document(at),
        trace::requirements(at),
        control::scope(at),
        control::environment(at),
        workload::workload(at),
        workload::log(at),
        results::results(at),
        regression::regression(at),
        resources::resources(at),
        resources::endurance(at),
        cost::cost(at),
        care::risks(at),
        care::waivers(at),
        care::recommendations(at),
        checklist::checklist(at),
        care::scores(at),
        control::free(at),
        control::statements(at),
    ];
    for (number, section) in (1..).zip(&mut sections) {
        section.title = format!("{number} {}", section.title);
    }
    let (before_after, chart) = changes::before_after(at);
    Signoff {
        declared: at.from.cloned(),
        title: page::title(at),
        facts: page::facts(at),
        release: checklist::release(at),
        holds: page::holds(at),
        must_fix: fixes::must_fix(at),
        conditions: page::conditions(at),
        flip: fixes::flip(at),
        counts: page::counts(at),
        changes: changes::since(at),
        before_after,
        chart,
        sections,
        appendix: appendix::sections(at),
        artefact: at
            .declared
            .document
            .artefact
            .as_ref()
            .map(|one| Artefact { name: crate::ingest::scrub::sentence(&one.name), sha256: one.sha256.clone() }),
    }
}

/// A section from those of its parts that there are.
fn section(id: &str, title: &str, blocks: Vec<Option<document::Block>>) -> Section {
    Section { id: id.to_owned(), title: title.to_owned(), blocks: blocks.into_iter().flatten().collect() }
}

/// What the team lists, after a word.
fn said(word: &str, texts: &[String]) -> Option<Note> {
    (!texts.is_empty()).then(|| Note::declared(&format!("{word}: {}.", texts.join("; "))))
}

/// Paragraphs of a text: its lines that are not blank.
fn paragraphs(text: Option<&String>) -> Vec<Note> {
    text.iter()
        .flat_map(|text| text.lines())
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(Note::declared)
        .collect()
}

/// Whether a criterion has not been told.
fn is_open(status: Status) -> bool {
    matches!(status, Status::Inconclusive | Status::NotRun | Status::Blocked)
}

/// A row for sums.
fn total(cells: Vec<document::Cell>) -> Row {
    Row { cells, origin: Some(Origin::Declared), total: true }
}

#[cfg(test)]
mod tests;
