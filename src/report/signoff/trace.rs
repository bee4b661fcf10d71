//! The requirement trace: what was demanded, by what it was made, and what the runs say.

use super::document::{Block, Cell, Grid, Note, Origin, Section};
use super::words::{self, few};
use super::{At, section};
use crate::fmt;
use crate::judge::outcome::{CriterionResult, Status};
use crate::report::model::RequirementLine;

/// The column of the figures.
const FIGURE: &str = "~measured (95 % interval)";
/// Figures that one requirement shows.
const FIGURES: usize = 4;

pub(super) fn requirements(at: &At<'_>) -> Section {
    let all =
        ["id", "~requirement", "~target", "~expected", "implemented by", FIGURE, "baseline", "status", "~evidence"];
    let compared = at.report.baseline.is_some();
    let columns: Vec<&str> = all.into_iter().filter(|name| compared || *name != "baseline").collect();
    let mut grid = Grid::new("requirements", &columns);
    for line in &at.report.requirements {
        grid.rows.push(super::document::Row::new(origin(line), row(at, line)));
    }
    let mut notes = Vec::new();
    if grid.rows.is_empty() {
        notes.push(Note::missing("No requirement is declared: the criteria stand for themselves (appendix A)."));
    }
    let traced = |one: &&CriterionResult| at.report.requirements.iter().any(|line| line.criteria.contains(&one.id));
    let loose = at.report.criteria.iter().filter(|one| one.critical && !traced(one)).count();
    if loose > 0 && !grid.rows.is_empty() {
        let text = format!(
            "{} to no requirement (appendix A).",
            fmt::plural(loose as u64, "critical outcome traces", "critical outcomes trace")
        );
        notes.push(Note::measured(text));
    }
    section("requirements", "Requirements", vec![Block::table(grid), Block::notes(notes)])
}

/// A requirement of which nothing was measured is a declaration.
fn origin(line: &RequirementLine) -> Origin {
    if matches!(line.status, Status::NotRun | Status::Blocked) { Origin::Declared } else { Origin::Measured }
}

fn row(at: &At<'_>, line: &RequirementLine) -> Vec<Cell> {
    let own: Vec<&CriterionResult> = at.report.criteria.iter().filter(|one| line.criteria.contains(&one.id)).collect();
    let mut targets: Vec<String> = own.iter().map(|one| words::demand(one)).collect();
    targets.dedup();
    let mut figures: Vec<String> = own.iter().map(|one| figure(one)).collect();
    figures.dedup();
    let before: Vec<String> =
        own.iter().filter_map(|one| Some(fmt::value(words::delta(at, one)?.before?, one.unit))).collect();
    let target = if targets.is_empty() { Cell::missing() } else { Cell::text(few(&targets, FIGURES)) };
    let expected = Cell::said(line.expected.as_ref()).with(line.expectation.as_deref().unwrap_or_default());
    let names: Vec<String> = line.criteria.iter().map(|id| fmt::plain(id)).collect();
    let evidence = if names.is_empty() { Cell::missing() } else { Cell::name(&few(&names, FIGURES)) };
    let mut cells = vec![
        Cell::name(&line.id),
        Cell::declared(&line.text),
        target,
        expected,
        Cell::said(line.implemented_by.as_ref()),
        if figures.is_empty() { Cell::text(words::without(line.status)) } else { Cell::text(few(&figures, FIGURES)) },
    ];
    if at.report.baseline.is_some() {
        cells.push(if before.is_empty() { Cell::default() } else { Cell::text(few(&before, FIGURES)) });
    }
    cells.push(Cell::status(line.status));
    cells.push(evidence.with(line.validated_by.as_ref().map(|by| fmt::plain(by)).unwrap_or_default()));
    cells
}

/// A figure with the test it is of.
fn figure(result: &CriterionResult) -> String {
    let figure = words::figure(result);
    if result.test.is_empty() { figure } else { format!("{} {figure}", fmt::plain(&result.test)) }
}
