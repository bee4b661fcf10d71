//! Results, one line a test, and what was seen beside the criteria.

use super::document::{Block, Cell, Grid, Note, Origin, Section};
use super::words::{self, badness};
use super::{At, section};
use crate::fmt;
use crate::judge::outcome::{Severity, Status};
use crate::report::model::TestReport;

/// Tests in the table.
const MOST: usize = 14;
/// Findings and error texts in the lists.
const LINES: usize = 6;

pub(super) fn results(at: &At<'_>) -> Section {
    let mut grid =
        Grid::new("results", &["test", "#users", "#p50", "#p95", "#p99", "#slowest", "#failed", "#rate", "criteria"]);
    for test in at.counted() {
        grid.row(Origin::Measured, row(at, test));
    }
    for line in at.report.plan.iter().filter(|line| matches!(line.state.as_str(), "not-run" | "blocked")) {
        let status = if line.state == "blocked" { Status::Blocked } else { Status::NotRun };
        let mut cells = vec![Cell::name(&line.test)];
        cells.extend((0..7).map(|_| Cell::text("–")));
        cells.push(Cell::status(status));
        grid.row(Origin::Declared, cells);
    }
    let mut notes = Vec::new();
    if at.report.tests.is_empty() {
        notes.push(Note::missing("No result: nothing of this was measured."));
    }
    notes.extend(seen(at));
    notes.extend(faults(at));
    section("results", "Results", vec![Block::table(grid.cut(MOST)), Block::notes(notes)])
}

fn row(at: &At<'_>, test: &TestReport) -> Vec<Cell> {
    let (totals, counted) = test.measured();
    let latency = &totals.latency_us;
    let quantile = |name: &str| match latency.quantiles.get(name).copied().flatten() {
        Some(value) => Cell::text(fmt::latency_us(value)),
        None => Cell::text("–"),
    };
    let failed = match (totals.failures, totals.failure_ratio) {
        (Some(0), _) => Cell::text("0"),
        (Some(count), Some(ratio)) => Cell::text(format!("{} ({})", fmt::count(count), fmt::percent(ratio))),
        _ => Cell::text("not known"),
    };
    let name = Cell::name(&test.name);
    let optional = |value: Option<f64>, write: fn(f64) -> String| {
        value.map_or_else(|| Cell::text("–"), |value| Cell::text(write(value)))
    };
    vec![
        if counted == "requests" { name } else { name.with(format!("of {counted}")) },
        optional(test.load.users_max, fmt::number),
        quantile("p50"),
        quantile("p95"),
        quantile("p99"),
        optional(latency.max, fmt::latency_us),
        failed,
        optional(totals.rate_per_s, fmt::rate),
        criteria(at, test),
    ]
}

/// The worst outcome of a test's criteria, and how many were met.
fn criteria(at: &At<'_>, test: &TestReport) -> Cell {
    let own: Vec<Status> = at
        .report
        .criteria
        .iter()
        .filter(|one| one.test == test.name && one.status != Status::NotApplicable)
        .map(|one| one.status)
        .collect();
    let met = own.iter().filter(|status| words::is_met(**status)).count();
    own.iter().copied().max_by_key(|status| badness(*status)).map_or_else(
        || Cell::text("nothing demanded"),
        |worst| Cell::status(worst).with(format!("{met} of {} met", own.len())),
    )
}

/// Findings beside the criteria.
fn seen(at: &At<'_>) -> Vec<Note> {
    let weighty = at.report.findings.iter().filter(|one| one.severity != Severity::Note);
    let mut notes: Vec<Note> = weighty
        .clone()
        .take(LINES)
        .map(|one| {
            let place = if one.test.is_empty() { String::new() } else { format!("{}: ", fmt::plain(&one.test)) };
            Note::measured(format!("Seen: {place}{}.", one.message))
        })
        .collect();
    let left = weighty.count().saturating_sub(LINES);
    if left > 0 {
        notes.push(Note::measured(format!("{left} more findings stand in the report.")));
    }
    notes
}

/// The most frequent error texts.
fn faults(at: &At<'_>) -> Vec<Note> {
    let mut all: Vec<(u64, String)> = Vec::new();
    for test in at.counted() {
        for fault in test.faults.iter().filter(|fault| fault.of_requests) {
            let place = fault.endpoint.as_ref().map(|label| format!(", {}", fmt::shorten(&fmt::plain(label), 60)));
            let text = fmt::shorten(&fmt::plain(&fault.text), 120);
            all.push((fault.count, format!("{}{}: {text}", fmt::plain(&test.name), place.unwrap_or_default())));
        }
    }
    all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    all.into_iter()
        .take(3)
        .map(|(count, text)| Note::measured(format!("Error, {} times: {text}.", fmt::count(count))))
        .collect()
}
