//! For those who check: every criterion, every file with its hash, the method, how to make it again, the words.

use super::document::{Block, Cell, Grid, Note, Origin, Section};
use super::{At, section};
use super::{page, words};
use crate::fmt;
use crate::ingest::scrub;
use crate::judge::outcome::CriterionResult;
use crate::model::input::InputFile;
use std::collections::BTreeMap;

/// Criteria in the appendix; report.json holds all.
const MOST_CRITERIA: usize = 120;
/// Files.
const MOST_FILES: usize = 60;

pub(super) fn sections(at: &At<'_>) -> Vec<Section> {
    vec![
        section(
            "criteria",
            "Appendix A: Criteria",
            vec![Block::table(criteria(at)), none_judged(at), Block::notes(page::further_conditions(at))],
        ),
        section("evidence", "Appendix B: Evidence", vec![Block::table(files(at)), Block::notes(not_used(at))]),
        section("method", "Appendix C: Method", vec![Block::notes(method(at))]),
        section("reproduce", "Appendix D: How to make it again", reproduce(at)),
        section("glossary", "Appendix E: Words", vec![Block::table(glossary(at))]),
    ]
}

fn none_judged(at: &At<'_>) -> Option<Block> {
    let none = at.report.criteria.is_empty().then(|| Note::missing("No criterion was judged."));
    Block::notes(none.into_iter().collect())
}

fn criteria(at: &At<'_>) -> Grid {
    let mut grid = Grid::new(
        "criteria",
        &["criterion", "test", "critical", "=demanded", "~measured (95 % interval)", "#n", "#n to settle it", "status"],
    );
    let mut all: Vec<&CriterionResult> = at.report.criteria.iter().collect();
    all.sort_by_key(|one| std::cmp::Reverse(words::badness(one.status)));
    for one in all {
        let count = |n: Option<u64>| Cell::text(n.map_or_else(String::new, fmt::count));
        let origin =
            if super::is_open(one.status) && one.observed.is_none() { Origin::Declared } else { Origin::Measured };
        let name = one.endpoint.as_ref().map(|endpoint| fmt::plain(endpoint)).unwrap_or_default();
        let cells = vec![
            Cell::name(&one.id).with(name),
            if one.test.is_empty() { Cell::text("all") } else { Cell::name(&one.test) },
            Cell::text(if one.critical { "yes" } else { "no" }),
            Cell::text(words::needed(one).unwrap_or_default()),
            Cell::text(words::figure(one)),
            count(one.n),
            count(one.n_to_settle),
            Cell::status(one.status),
        ];
        grid.row(origin, cells);
    }
    grid.cut(MOST_CRITERIA)
}

/// Every file once, though it may hold several tests.
fn files(at: &At<'_>) -> Grid {
    let mut grid = Grid::new("files", &["~file and SHA-256", "read as", "#size", "#rows read", "#used", "#rejected"]);
    let all: BTreeMap<&str, &InputFile> =
        at.report.tests.iter().flat_map(|test| &test.inputs).map(|file| (file.source.as_str(), file)).collect();
    for file in all.values() {
        let sum = file.sha256.as_deref().unwrap_or("not computed");
        #[expect(clippy::cast_precision_loss, reason = "a size for the eye")]
        let size = fmt::bytes(file.bytes as f64);
        let count = |n: u64| Cell::text(fmt::count(n));
        let cells = vec![
            Cell::name(&file.source).with(sum),
            Cell::text(file.adapter.clone()),
            Cell::text(size),
            count(file.rows_read),
            count(file.rows_used),
            count(file.rows_rejected),
        ];
        grid.row(Origin::Measured, cells);
    }
    grid.cut(MOST_FILES)
}

fn not_used(at: &At<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    if at.report.tests.is_empty() {
        notes.push(Note::missing("No file is a result."));
    }
    let unused = &at.report.files_not_used;
    let listed = unused
        .iter()
        .take(8)
        .map(|file| Note::measured(format!("Not used: {}: {}.", fmt::plain(&file.source), file.reason)));
    notes.extend(listed);
    let left = unused.len().saturating_sub(8);
    if left > 0 {
        notes.push(Note::measured(format!("{left} more files are nobody's result (report.json).")));
    }
    notes
}

fn method(at: &At<'_>) -> Vec<Note> {
    let reproduce = &at.report.reproduce;
    let definitions = reproduce.definitions.iter().map(|text| Note::measured(text.clone()));
    let assumed = reproduce.assumed.iter().map(|text| Note::measured(format!("Assumed: {text}.")));
    let verdict = Note::measured(
        "The measured verdict: NOT READY if a critical criterion fails; else INCONCLUSIVE if one could not be told, was not run or is \
         blocked; else READY WITH CONDITIONS if something must be accepted; else READY. Nothing passes on missing data.",
    );
    definitions.chain(assumed).chain([verdict]).collect()
}

fn reproduce(at: &At<'_>) -> Vec<Option<Block>> {
    let report = at.report;
    let mut grid = Grid::new("what went in", &["what", "file", "~SHA-256"]);
    let mut add = |what: &str, source: &str, sum: &str| {
        grid.row(Origin::Measured, vec![Cell::text(what), Cell::name(source), Cell::name(sum)]);
    };
    add("configuration", &report.config.source, &report.config.sha256);
    if let Some(from) = at.from {
        add("declarations", &from.source, &from.sha256);
    }
    if let Some(baseline) = &report.baseline {
        add("baseline", &baseline.id, &baseline.sha256);
    }
    let note = Note::measured(
        "The same files, configuration and version give this document again, byte for byte; `plimsoll verify report.json` does it and says \
         what differs.",
    );
    vec![
        Some(Block::Code { text: scrub::sentence(&report.reproduce.command) }),
        Block::table(grid),
        Block::notes(vec![note]),
    ]
}

/// Words that a document for stakeholders uses, and the team's own.
const WORDS: [&str; 14] = [
    "ready",
    "ready-with-conditions",
    "not-ready",
    "inconclusive",
    "pass",
    "met-not-proven",
    "warn",
    "fail",
    "blocked",
    "waived",
    "critical",
    "p95",
    "interval",
    "baseline",
];

fn glossary(at: &At<'_>) -> Grid {
    let mut grid = Grid::new("words", &["word", "~meaning"]);
    for one in &at.declared.glossary {
        grid.row(Origin::Declared, vec![Cell::declared(&one.term), Cell::declared(&one.meaning)]);
    }
    for word in WORDS {
        if let Some((name, meaning)) = at.words.iter().find(|(name, _)| *name == word) {
            grid.rows.push(super::document::Row {
                cells: vec![Cell::text(name.replace('-', " ")), Cell::text(meaning.replace(['`', '*'], ""))],
                origin: None,
                total: false,
            });
        }
    }
    grid
}
