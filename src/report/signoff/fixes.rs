//! What must be fixed, and what would change the verdict.

use super::document::Note;
use super::document::{Cell, Grid, Origin};
use super::words::{self, few, needed};
use super::{At, is_open};
use crate::config::signoff::{Action, ActionPhase};
use crate::fmt;
use crate::judge::outcome::{self, CriterionResult, Status, Verdict};
use crate::judge::verdict::rule;
use std::collections::BTreeSet;

/// Rows on page one: what must be fixed is not hidden behind a number, short of a suite in which everything fails.
const MOST: usize = 40;
/// Criteria that a sentence names where they must be fixed, and where they are conditions.
const NAMED: usize = 12;
const CONDITIONS_NAMED: usize = 4;

/// Critical criteria that fail or cannot be told, each with the action that should mend it; then other actions that must be
/// taken. What one test lacks altogether is one row.
pub(super) fn must_fix(at: &At<'_>) -> Grid {
    let mut grid = Grid::new("what must be fixed", &["~what", "#now", "#needed", "~fix", "#effort", "owner"]);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let open = |wanted: fn(Status) -> bool| {
        at.report.criteria.iter().filter(move |one| one.critical && one.counts && wanted(one.status))
    };
    // Each that fails has its row, a default too: as many rows as the counts and the sentence below speak of.
    for result in open(|status| status == Status::Fail) {
        let (fix, effort, owner) = mending(at, result, &mut used);
        let now = result.observed.map_or_else(|| unmeasured(result), |value| Cell::text(shown(result, value)));
        let no_limit = if result.origin == outcome::Origin::Baseline { "no regression" } else { "" };
        let needed = Cell::text(needed(result).unwrap_or_else(|| no_limit.to_owned()));
        grid.row(Origin::Measured, vec![Cell::name(&words::named(result)), now, needed, fix, effort, owner]);
    }
    for result in open(is_open) {
        if !seen.insert(&result.test) {
            continue;
        }
        let same: Vec<String> = open(is_open)
            .filter(|one| one.test == result.test && one.status == result.status)
            .map(words::called)
            .collect();
        let (fix, effort, owner) = mending(at, result, &mut used);
        let what = if result.test.is_empty() {
            few(&same, NAMED)
        } else {
            format!("{} ({})", few(&same, NAMED), fmt::plain(&result.test))
        };
        let now = Cell::text(words::without(result.status));
        let needed = if result.status == Status::Inconclusive { "a figure" } else { "a valid run" };
        grid.row(Origin::Measured, vec![Cell::name(&what), now, Cell::text(needed), fix, effort, owner]);
    }
    for (number, action) in at.declared.actions.iter().enumerate() {
        if action.phase == ActionPhase::Must && !used.contains(&number) && !is_done(at, action) {
            let (now, needed) = (Cell::default(), Cell::default());
            let [effort, owner] = work(action);
            grid.row(Origin::Declared, vec![Cell::declared(&action.what), now, needed, Cell::default(), effort, owner]);
        }
    }
    grid.cut(MOST)
}

/// What stands where a criterion that fails has no figure of its own: what was found, its details in small print.
fn unmeasured(result: &CriterionResult) -> Cell {
    let (found, details) = result.reason.split_once(": ").unwrap_or((&result.reason, ""));
    Cell::text(fmt::plain(found)).with(fmt::plain(details))
}

fn shown(result: &CriterionResult, value: f64) -> String {
    match result.limit {
        Some(limit) => fmt::value_beside(value, result.unit, limit.value),
        None => fmt::value(value, result.unit),
    }
}

/// Whether all that an action should mend is met.
fn is_done(at: &At<'_>, action: &Action) -> bool {
    let met = |id: &String| {
        let mut own = at.report.criteria.iter().filter(|one| one.id == *id).peekable();
        own.peek().is_some() && own.all(|one| words::is_settled(one.status))
    };
    !action.closes.is_empty() && action.closes.iter().all(met)
}

/// The action that should mend a criterion; named once, then pointed at.
fn mending(at: &At<'_>, result: &CriterionResult, used: &mut BTreeSet<usize>) -> (Cell, Cell, Cell) {
    let found = at.declared.actions.iter().enumerate().find(|(_, action)| action.closes.contains(&result.id));
    let Some((number, action)) = found else { return (Cell::missing(), Cell::missing(), Cell::missing()) };
    if !used.insert(number) {
        return (Cell::text("as above"), Cell::default(), Cell::declared(action.owner.as_deref().unwrap_or_default()));
    }
    let [effort, owner] = work(action);
    (Cell::declared(&action.what), effort, owner)
}

/// Effort and owner.
pub(super) fn work(action: &Action) -> [Cell; 2] {
    let effort = action.effort.map_or_else(Cell::missing, |effort| Cell::text(effort.to_string()));
    [effort, Cell::said(action.owner.as_ref())]
}

/// The verdict if these criteria were met.
fn ruled(at: &At<'_>, met: impl Fn(&CriterionResult) -> bool) -> Verdict {
    let criteria: Vec<CriterionResult> = at
        .report
        .criteria
        .iter()
        .map(|one| if met(one) { CriterionResult { status: Status::Pass, ..one.clone() } } else { one.clone() })
        .collect();
    rule(&criteria, at.limits_latency()).verdict
}

pub(super) fn flip(at: &At<'_>) -> Vec<Note> {
    let now = at.report.verdict;
    let critical = |one: &CriterionResult| one.critical && one.counts;
    let fails = |one: &CriterionResult| critical(one) && one.status == Status::Fail;
    let open = |one: &CriterionResult| critical(one) && is_open(one.status);
    let unsettled = |one: &CriterionResult| match one.status {
        Status::Pass | Status::NotApplicable => false,
        Status::MetNotProven | Status::Waived => one.critical,
        _ => true,
    };
    let mut notes: Vec<Note> = Vec::new();
    // What is settled besides comes "as well" only where something came before it.
    let mut say = |from: Verdict, to: Verdict, which: &dyn Fn(&CriterionResult) -> bool, (verb, too, most)| {
        let named: Vec<String> = at.report.criteria.iter().filter(|one| which(one)).map(words::named).collect();
        if from != to && !named.is_empty() {
            let which = if named.len() == 1 { "this is".to_owned() } else { format!("these {} are", named.len()) };
            let too: &str = if notes.is_empty() { "" } else { too };
            notes.push(Note::measured(format!(
                "{} becomes {} when {which} {verb}{too}: {}.",
                verdict(from),
                verdict(to),
                few(&named, most)
            )));
        }
        to
    };
    let mended = say(now, ruled(at, fails), &fails, ("met", "", NAMED));
    let told = say(mended, ruled(at, |one| fails(one) || open(one)), &open, ("met", " too", NAMED));
    let last = |one: &CriterionResult| unsettled(one) && !fails(one) && !open(one);
    say(told, ruled(at, unsettled), &last, ("settled", " as well", CONDITIONS_NAMED));
    notes
}

/// A verdict as it is printed.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "READY",
        Verdict::ReadyWithConditions => "READY WITH CONDITIONS",
        Verdict::Inconclusive => "INCONCLUSIVE",
        Verdict::NotReady => "NOT READY",
    }
}
