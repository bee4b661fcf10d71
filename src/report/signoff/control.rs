//! What people declare of the document and of the tests: control, scope, environment, free texts, statements.

use super::document::{Block, Cell, Grid, Note, Origin, Section, Signer, address};
use super::{At, paragraphs, said, section};
use crate::config::signoff::{Link, Signature, Statement};
use crate::fmt;
use crate::ingest::scrub;

pub(super) fn document(at: &At<'_>) -> Section {
    let document = &at.declared.document;
    let mut facts = Grid::new("the document", &["what", "~value"]);
    let mut say = |what: &str, value: Option<String>| {
        let (origin, cell) = match value.filter(|text| !text.is_empty()) {
            Some(text) => (Origin::Declared, Cell::declared(&text)),
            None => (Origin::Missing, Cell::missing()),
        };
        facts.row(origin, vec![Cell::text(what), cell]);
    };
    say("document", document.id.clone());
    say("version and status", joined(&[document.version.clone(), document.status.map(|one| one.words().to_owned())]));
    say("product and release", joined(&[document.product.clone(), document.release.clone()]));
    say("build under test", at.report.holds_for.build.clone());
    say("environment", at.report.holds_for.environment.clone());
    say("author", document.author.clone());
    say("date", document.date.map(|day| day.0.to_string()));
    say("distribution", Some(document.distribution.join(", ")));
    if let Some(artefact) = &document.artefact {
        say("artefact under test", Some(format!("{}, SHA-256 {}", artefact.name, artefact.sha256)));
    }
    let generator = &at.report.generator;
    let made = format!("{} {}, run {}", generator.name, generator.version, at.report.run_id);
    facts.row(Origin::Measured, vec![Cell::text("made by"), Cell::text(made)]);
    section("control", "Document control", vec![Block::table(facts), Block::table(record(at)), links(at)])
}

fn joined(parts: &[Option<String>]) -> Option<String> {
    let known: Vec<String> = parts.iter().flatten().cloned().collect();
    (!known.is_empty()).then(|| known.join(", "))
}

fn record(at: &At<'_>) -> Grid {
    let mut record = Grid::new("versions of the document", &["version", "date", "author", "~change"]);
    for one in &at.declared.record {
        let date = one.date.map_or_else(Cell::missing, |day| Cell::text(day.0.to_string()));
        let cells =
            vec![Cell::declared(&one.version), date, Cell::said(one.author.as_ref()), Cell::declared(&one.change)];
        record.row(Origin::Declared, cells);
    }
    record
}

fn links(at: &At<'_>) -> Option<Block> {
    let note = |one: &Link| match address(&one.address) {
        Some(found) => Note { link: Some(found), ..Note::declared(&format!("{}:", one.name)) },
        None => Note::declared(&format!("{}: {}", one.name, one.address)),
    };
    Block::notes(at.declared.links.iter().map(note).collect())
}

pub(super) fn scope(at: &At<'_>) -> Section {
    let scope = &at.declared.scope;
    let lists = [
        said("Covered", &scope.included),
        said("Assumed", &scope.assumptions),
        said("Limited by", &scope.constraints),
        said("Other than planned", &scope.deviations),
    ];
    let mut notes: Vec<Note> = lists.into_iter().flatten().collect();
    if scope.included.is_empty() {
        notes.insert(0, Note::missing("What the tests cover is not stated."));
    }
    let mut gaps = Grid::new("what was not tested", &["not tested", "~why", "~what that may mean"]);
    for one in &at.declared.not_tested {
        let cells = vec![Cell::declared(&one.what), Cell::said(one.why.as_ref()), Cell::said(one.risk.as_ref())];
        gaps.row(Origin::Declared, cells);
    }
    for line in
        at.report.plan.iter().filter(|line| ["not-run", "blocked", "not-applicable"].contains(&line.state.as_str()))
    {
        let meaning = if line.required { "the suite cannot be ready without it" } else { "not required" };
        let what =
            line.purpose.as_ref().map_or_else(|| line.test.clone(), |purpose| format!("{} ({purpose})", line.test));
        gaps.row(Origin::Measured, vec![Cell::name(&what), Cell::declared(&line.why), Cell::text(meaning)]);
    }
    for (kind, meaning) in KINDS.iter().filter(|(kind, _)| !tested(at, kind)) {
        let why = Cell::text(format!("no {kind} test was declared or run"));
        gaps.row(Origin::Measured, vec![Cell::text(*kind), why, Cell::text(*meaning)]);
    }
    section("scope", "Scope, and what was not tested", vec![Block::notes(notes), Block::table(gaps)])
}

/// Kinds of tests that answer what no other kind does, and what is not known without them.
const KINDS: [(&str, &str); 3] = [
    ("stress", "where it gives way, and how, is not known"),
    ("spike", "what happens when everybody comes at once is not known"),
    ("soak", "leaks and slow degradation would not have been seen"),
];

/// Whether the kind was run, or the team says itself that it was not.
fn tested(at: &At<'_>, kind: &str) -> bool {
    let ours = at.report.standing().iter().any(|test| test.kind.as_deref() == Some(kind));
    let names = |text: &str| {
        let text = text.to_lowercase();
        text.contains(kind) || kind == "soak" && text.contains("endurance")
    };
    ours || at.declared.not_tested.iter().any(|one| names(&one.what))
}

pub(super) fn environment(at: &At<'_>) -> Section {
    let declared = &at.declared.environment;
    let mut notes: Vec<Note> = match &declared.description {
        Some(text) => vec![Note::declared(text)],
        None => vec![Note::missing("What it ran on is not stated.")],
    };
    notes.extend(declared.data.as_ref().map(|data| Note::declared(&format!("Data: {data}"))));
    notes.extend(said("Replaced by a stand-in", &declared.stubs));
    notes.extend(said("Watched by", &declared.monitoring));
    let mut grid = Grid::new("differences to production", &["difference", "~tested", "~production", "~what it means"]);
    for one in &at.declared.differences {
        let [tested, production, matters] =
            [&one.tested, &one.production, &one.matters].map(|text| Cell::said(text.as_ref()));
        grid.row(Origin::Declared, vec![Cell::declared(&one.what), tested, production, matters]);
    }
    if grid.rows.is_empty() {
        notes.push(Note::missing("How production differs from it is not stated."));
    }
    let title = "Environment and differences to production";
    section("environment", title, vec![Block::notes(notes), Block::table(grid)])
}

/// Texts that the team writes itself; they stand in signoff.toml, so they survive when the document is made again.
pub(super) fn free(at: &At<'_>) -> Section {
    let notes = &at.declared.notes;
    let mut blocks = Vec::new();
    for (title, text) in [("Lessons", notes.lessons.as_ref()), ("Next steps", notes.next_steps.as_ref())] {
        blocks.push(Some(Block::heading(title)));
        let mut own = paragraphs(text);
        if own.is_empty() {
            own.push(Note::missing("Not stated."));
        }
        blocks.push(Block::notes(own));
    }
    for one in &at.declared.sections {
        blocks.push(Some(Block::heading(&scrub::sentence(&one.title))));
        blocks.push(Block::notes(paragraphs(Some(&one.text))));
    }
    section("notes", "Lessons and next steps", blocks)
}

const STATEMENTS: [(Statement, &str, &[&str]); 2] = [
    (
        Statement::Evidence,
        "The evidence is complete: the runs listed here are those that were made, none is left out without its reason, and the \
         figures are those of the files whose hashes stand in the appendix.",
        &["complete", "not complete"],
    ),
    (
        Statement::Risk,
        "The remaining risk is accepted: what is not met, not proven, not tested or missing is known to me, for the load, build and \
         environment that stand on page one.",
        &["accepted", "accepted with conditions", "rejected"],
    ),
];

pub(super) fn statements(at: &At<'_>) -> Section {
    let blocks = STATEMENTS.iter().map(|(statement, text, choices)| {
        let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
        Some(Block::Statement { text: (*text).to_owned(), choices, rows: signers(at, *statement) })
    });
    section("statements", "Statements", blocks.collect())
}

/// Who signs: as declared here; for the risk else the approvals of plimsoll.toml; else two empty rows.
fn signers(at: &At<'_>, statement: Statement) -> Vec<Signer> {
    let plain = |text: Option<&String>| text.map(|text| scrub::sentence(text)).unwrap_or_default();
    let signer = |one: &Signature| Signer {
        role: scrub::sentence(&one.role),
        name: plain(one.name.as_ref()),
        decision: plain(one.decision.as_ref()),
        date: one.date.map(|day| day.0.to_string()).unwrap_or_default(),
    };
    let declared: Vec<Signer> =
        at.declared.signatures.iter().filter(|one| one.statement == statement).map(signer).collect();
    let empty = Signer { role: String::new(), name: String::new(), decision: String::new(), date: String::new() };
    let approvals = at.report.approvals.iter().map(|one| Signer {
        role: fmt::plain(&one.role),
        name: fmt::plain(&one.name),
        ..empty.clone()
    });
    match (declared.is_empty(), statement, at.report.approvals.is_empty()) {
        (false, _, _) => declared,
        (true, Statement::Risk, false) => approvals.collect(),
        _ => vec![empty.clone(), empty.clone()],
    }
}
