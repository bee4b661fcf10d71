//! What load was put on, how that stands to what is expected, and which runs were made.

use super::document::{Block, Cell, Grid, Note, Origin, Section};
use super::words::{self, few};
use super::{At, section};
use crate::config::signoff::Traffic;
use crate::fmt;
use crate::judge::beside::ladder::ALL;
use crate::judge::outcome::PlanOutcome;
use crate::report::build::words::people;
use crate::report::model::TestReport;
use crate::unit::{Timestamp, Unit};

/// Rows of a table.
const MOST: usize = 14;
/// Endpoints of a mix that are named.
const MIX: usize = 4;

pub(super) fn workload(at: &At<'_>) -> Section {
    let mut grid = Grid::new("load", &["test", "kind", "#users", "#rate", "#duration", "~mix"]);
    for test in at.counted() {
        let (totals, _) = test.measured();
        let known = |value: Option<f64>, write: fn(f64) -> String| {
            value.map_or_else(|| Cell::text("not known"), |value| Cell::text(write(value)))
        };
        grid.row(
            Origin::Measured,
            vec![
                Cell::name(&test.name).with(test.purpose.as_deref().map(fmt::plain).unwrap_or_default()),
                Cell::maybe(test.kind.as_ref()),
                known(test.load.users_max, fmt::number),
                known(totals.rate_per_s, fmt::rate),
                known(test.duration_s, fmt::duration_s),
                Cell::text(mix(test)),
            ],
        );
    }
    let mut notes: Vec<Note> = at.declared.traffic.iter().flat_map(|traffic| headroom(at, traffic)).collect();
    notes.extend(ladder(at));
    let expected = |name: &str| at.declared.traffic.iter().any(|one| one.test.matches(name));
    let without: Vec<String> =
        at.counted().iter().filter(|test| !expected(&test.name)).map(|test| fmt::plain(&test.name)).collect();
    if !without.is_empty() || at.declared.traffic.is_empty() {
        let of = if without.is_empty() { String::new() } else { format!(" for {}", few(&without, 6)) };
        notes.push(Note::missing(format!("Expected traffic is not stated{of}.")));
    }
    section("workload", "Workload and headroom", vec![Block::table(grid.cut(MOST)), Block::notes(notes)])
}

/// Shares of the endpoints, the most frequent first.
fn mix(test: &TestReport) -> String {
    let (totals, _) = test.measured();
    let mut shares: Vec<(f64, String)> = test
        .endpoints
        .iter()
        .filter_map(|one| Some((share(one.requests?, totals.requests?)?, fmt::shorten(&fmt::plain(&one.label), 40))))
        .collect();
    shares.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    if shares.len() < 2 {
        return String::new();
    }
    let written: Vec<String> = shares
        .into_iter()
        .map(|(share, label)| format!("{label} {}", fmt::percent((share * 1000.0).round() / 1000.0)))
        .collect();
    few(&written, MIX)
}

#[expect(clippy::cast_precision_loss, reason = "a share for the eye")]
fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}

/// Expected traffic against the load that was tested, in words.
fn headroom(at: &At<'_>, traffic: &Traffic) -> Vec<Note> {
    let source = traffic.source.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
    let tests: Vec<&TestReport> = at.counted().into_iter().filter(|test| traffic.test.matches(&test.name)).collect();
    let named = traffic.test.texts().join(", ");
    if tests.is_empty() {
        let expected: Vec<String> = traffic
            .users
            .map(people)
            .into_iter()
            .chain(traffic.rate.map(|rate| fmt::value(rate.value, rate.unit)))
            .collect();
        let text = format!("{named}: {} expected{source}; no test of it was run.", fmt::listed(&expected));
        return vec![Note::declared(&text)];
    }
    tests.iter().flat_map(|test| room(at, test, traffic, &source)).collect()
}

fn room(at: &At<'_>, test: &TestReport, traffic: &Traffic, source: &str) -> Vec<Note> {
    let growth =
        traffic.growth.map(|growth| if growth.unit == Unit::Ratio { 1.0 + growth.value } else { growth.value });
    let (totals, _) = test.measured();
    let rate = traffic.rate.filter(|rate| rate.unit == Unit::PerSecond).map(|rate| rate.value);
    let users = (traffic.users, test.load.users_max, people as fn(f64) -> String);
    let rates = (rate, totals.rate_per_s, fmt::rate as fn(f64) -> String);
    let borne = borne(at, test);
    let said = [users, rates].into_iter().filter_map(|(expected, tested, write)| {
        let expected = expected?;
        let name = fmt::plain(&test.name);
        let Some(tested) = tested else {
            return Some(Note::declared(&format!(
                "{name}: {} expected{source}; what was tested is not known.",
                write(expected)
            )));
        };
        let grown = growth.map(|factor| expected * factor);
        let later = grown.map(|grown| format!(", {} with growth", write(grown))).unwrap_or_default();
        let of_later = grown.map(|grown| format!("; {}", compared(tested, grown, "with growth"))).unwrap_or_default();
        let text = format!(
            "{name}: {} expected{later}{source}; {} tested, {borne}: {}{of_later}.",
            write(expected),
            write(tested),
            compared(tested, expected, "today"),
        );
        Some(Note::declared(&text))
    });
    said.collect()
}

/// How the tested load stands to an expected one. Nothing is said of loads that nobody tested.
fn compared(tested: f64, expected: f64, when: &str) -> String {
    if expected <= 0.0 {
        return "nothing to compare with".to_owned();
    }
    let ratio = tested / expected;
    match ratio {
        less if less < 0.995 => {
            format!("only {} of what is expected {when} was tested", fmt::percent((less * 100.0).round() / 100.0))
        }
        same if same < 1.005 => format!("as much as is expected {when} was tested, and no more"),
        more => format!("{} more than is expected {when}", fmt::percent(((more - 1.0) * 100.0).round() / 100.0)),
    }
}

/// Whether the load was borne, by the critical criteria of its test.
fn borne(at: &At<'_>, test: &TestReport) -> &'static str {
    let mut own = at.report.criteria.iter().filter(|one| one.critical && one.test == test.name).peekable();
    match (test.valid, own.peek().is_some(), own.all(|one| words::is_settled(one.status))) {
        (false, _, _) => "in a run that proves nothing",
        (_, false, _) => "with nothing critical demanded of it",
        (_, _, true) => "and everything critical was met",
        (_, _, false) => "and not everything critical was met",
    }
}

/// Up to which load everything critical was met: what was seen, without a model in between.
fn ladder(at: &At<'_>) -> Option<Note> {
    let all = at.report.ladder.iter().find(|ladder| ladder.metric == ALL)?;
    Some(Note::measured(format!("Everything critical: {}.", all.sentence)))
}

pub(super) fn log(at: &At<'_>) -> Section {
    let mut grid = Grid::new("runs", &["run", "started", "#duration", "#requests", "#failures", "~counts"]);
    let mut tests: Vec<&TestReport> = at.report.tests.iter().collect();
    tests.sort_by(|a, b| (&a.started_at, &a.run, &a.name).cmp(&(&b.started_at, &b.run, &b.name)));
    for test in tests {
        let (totals, counted) = test.measured();
        let of = |count: Option<u64>| count.map_or_else(|| "not known".to_owned(), fmt::count);
        let requests =
            if counted == "requests" { of(totals.requests) } else { format!("{} {counted}", of(totals.requests)) };
        let started = test.started_at.as_deref().and_then(instant);
        grid.row(
            Origin::Measured,
            vec![
                Cell::name(&test.full_name()),
                Cell::text(started.unwrap_or_else(|| "not known".to_owned())),
                Cell::text(test.duration_s.map_or_else(|| "not known".to_owned(), fmt::duration_s)),
                Cell::text(requests),
                Cell::text(of(totals.failures)),
                Cell::text(counts(test)),
            ],
        );
    }
    for line in
        at.report.plan.iter().filter(|line| matches!(line.state.as_str(), "not-run" | "blocked" | "not-applicable"))
    {
        let none = || Cell::text("–");
        let why = if line.state == "not-run" {
            "not run".to_owned()
        } else {
            format!("{}: {}", state(line), fmt::plain(&line.why))
        };
        grid.row(Origin::Declared, vec![Cell::name(&line.test), none(), none(), none(), none(), Cell::text(why)]);
    }
    for one in &at.declared.excluded {
        let none = || Cell::text("–");
        let why = Cell::declared(&format!("left out: {}", one.reason));
        grid.row(Origin::Declared, vec![Cell::name(&one.run), none(), none(), none(), none(), why]);
    }
    let mut made = Grid::new("what was to be made", &["deliverable", "state", "~unblocked by"]);
    for one in &at.declared.deliverables {
        let cells =
            vec![Cell::declared(&one.what), Cell::said(one.status.as_ref()), Cell::maybe(one.unblocked_by.as_ref())];
        made.row(Origin::Declared, cells);
    }
    let none = grid.rows.is_empty().then(|| Note::missing("No run was made, and none was planned."));
    let blocks = vec![Block::table(grid.cut(2 * MOST)), Block::notes(none.into_iter().collect()), Block::table(made)];
    section("log", "Execution log", blocks)
}

fn state(line: &PlanOutcome) -> &'static str {
    if line.state == "blocked" { "blocked" } else { "does not apply" }
}

/// Whether a run counts, and why not.
fn counts(test: &TestReport) -> String {
    if let Some(why) = &test.superseded {
        return format!("superseded: {}", fmt::plain(why));
    }
    let invalid = test.doubts.iter().find(|doubt| doubt.invalidates);
    match (invalid, test.doubts.first()) {
        (Some(doubt), _) => format!("counts, proves nothing: {}", doubt.message),
        (None, Some(doubt)) => format!("counts, with a doubt: {}", doubt.message),
        (None, None) => "counts".to_owned(),
    }
}

/// RFC 3339 as people read it.
fn instant(text: &str) -> Option<String> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(fmt::instant(Timestamp(i64::try_from(at.as_nanosecond()).ok()?)))
}
