//! Machines, pools and caches; what gives way first; and what a long run showed.

use super::document::{Block, Cell, Grid, Note, Origin, Section};
use super::words;
use super::{At, section};
use crate::analyse::figures::{MonitorFigures, TrendFigures};
use crate::fmt;
use crate::judge::outcome::Severity;
use crate::model::key::ColumnKind;
use crate::report::model::TestReport;

/// Rows of the table of resources.
const MOST: usize = 12;
/// Columns that stand for a resource, the first of a test that fits each.
const RESOURCES: [&str; 4] = ["cpu", "mem", "hit", "gc"];
/// Findings that are about a resource that gives way.
const RULES: [&str; 6] =
    ["pool-saturated", "cpu-saturated", "memory-grows", "generator-saturated", "serialised-requests", "endpoint-fails"];

pub(super) fn resources(at: &At<'_>) -> Section {
    let mut grid = Grid::new("resources", &["test", "resource", "#mean", "#p95", "#peak"]);
    for test in at.counted() {
        for one in shown(test) {
            let value = |number: Option<f64>| {
                number.map_or_else(|| Cell::text("–"), |number| Cell::text(fmt::with_unit(number, &one.unit)))
            };
            grid.row(
                Origin::Measured,
                vec![Cell::name(&test.name), Cell::name(&one.metric), value(one.mean), value(one.p95), value(one.max)],
            );
        }
        for pool in &test.pools {
            let of = |number: f64| Cell::text(format!("{} of {}", fmt::number(number), fmt::number(pool.size)));
            let peak = of(pool.peak_active).with(if pool.exhausted { "exhausted" } else { "" });
            let cells =
                vec![Cell::name(&test.name), Cell::name(&pool.name), of(pool.mean_active), Cell::text("–"), peak];
            grid.row(Origin::Measured, cells);
        }
    }
    let mut notes = Vec::new();
    if grid.rows.is_empty() {
        notes.push(Note::missing("What the machines did is not known: no monitor was running."));
    } else {
        let idle: Vec<String> =
            at.counted().iter().filter(|test| test.monitors.is_empty()).map(|test| fmt::plain(&test.name)).collect();
        if !idle.is_empty() {
            notes.push(Note::missing(format!("No monitor was running in {}.", words::few(&idle, 6))));
        }
    }
    let mut defects = Grid::new("defects", &["id", "~defect", "severity", "state", "~workaround"]);
    for one in &at.declared.defects {
        let [severity, status, workaround] =
            [&one.severity, &one.status, &one.workaround].map(|text| Cell::said(text.as_ref()));
        let cells = vec![Cell::name(&one.id), Cell::declared(&one.what), severity, status, workaround];
        defects.row(Origin::Declared, cells);
    }
    let blocks =
        vec![Block::table(grid.cut(MOST)), Block::notes(notes), Block::table(bottlenecks(at)), Block::table(defects)];
    section("resources", "Resources and bottlenecks", blocks)
}

/// The columns that a stakeholder asks about.
fn shown(test: &TestReport) -> Vec<&MonitorFigures> {
    let of = |word: &&str| {
        let fits =
            |one: &&MonitorFigures| one.kind != ColumnKind::Category && one.metric.to_lowercase().contains(*word);
        test.monitors.iter().find(fits)
    };
    RESOURCES.iter().filter_map(of).collect()
}

fn bottlenecks(at: &At<'_>) -> Grid {
    let mut grid =
        Grid::new("bottlenecks", &["~bottleneck", "#severity", "~current", "~required", "~impact", "~fix", "#effort"]);
    let mut declared: Vec<_> = at.declared.bottlenecks.iter().collect();
    declared.sort_by(|a, b| b.severity.unwrap_or(0.0).total_cmp(&a.severity.unwrap_or(0.0)));
    for one in declared {
        let severity = one.severity.map_or_else(Cell::missing, |of| Cell::text(format!("{} of 10", fmt::number(of))));
        let effort = one.effort.map_or_else(Cell::missing, |effort| Cell::text(effort.to_string()));
        let [current, required, impact, fix] =
            [&one.current, &one.required, &one.impact, &one.fix].map(|text| Cell::said(text.as_ref()));
        grid.row(Origin::Declared, vec![Cell::declared(&one.what), severity, current, required, impact, fix, effort]);
    }
    let about =
        at.report.findings.iter().filter(|one| one.severity != Severity::Note && RULES.contains(&one.rule.as_str()));
    for one in about.take(4) {
        let what = if one.test.is_empty() {
            one.rule.clone()
        } else {
            format!("{} ({})", one.rule.replace('-', " "), fmt::plain(&one.test))
        };
        let cells = vec![
            Cell::text(what),
            Cell::default(),
            Cell::text(one.message.replace('`', "")),
            Cell::default(),
            Cell::default(),
            Cell::text(one.advice.replace('`', "")),
            Cell::default(),
        ];
        grid.row(Origin::Measured, cells);
    }
    grid
}

/// What only a long run can show: drift, leaks, and whether one was made at all.
pub(super) fn endurance(at: &At<'_>) -> Section {
    let mut notes = Vec::new();
    let soaks: Vec<&TestReport> =
        at.counted().into_iter().filter(|test| test.kind.as_deref() == Some("soak")).collect();
    if soaks.is_empty() {
        notes.push(Note::missing("No endurance run was made: leaks and slow degradation would not have been seen."));
    }
    for test in &soaks {
        let length = test.duration_s.map_or_else(|| "an unknown time".to_owned(), fmt::duration_s);
        notes.push(Note::measured(format!("{}: an endurance run of {length}.", fmt::plain(&test.name))));
    }
    let lasting = |metric: &str| matches!(metric.rsplit_once('.'), Some((_, "drift" | "leak")));
    for one in at.report.criteria.iter().filter(|one| lasting(&one.metric)) {
        let text = format!("{}: {}.", words::named(one), one.reason);
        notes.push(Note { status: Some(one.status), ..Note::measured(text) });
    }
    for test in &soaks {
        notes.extend(test.trends.iter().filter(|trend| trend.rises).map(|trend| rise(test, trend)));
    }
    section("endurance", "Endurance", vec![Block::notes(notes)])
}

fn rise(test: &TestReport, trend: &TrendFigures) -> Note {
    let certain = if trend.long_enough { "" } else { "; too short to call it a leak" };
    Note::measured(format!(
        "{}: {} rises by {} a minute, {} above its level at the start in {}{certain}.",
        fmt::plain(&test.name),
        fmt::plain(&trend.metric),
        fmt::with_unit(trend.slope_per_min, &trend.unit),
        fmt::percent(trend.relative_rise),
        fmt::duration_s(trend.duration_s),
    ))
}
