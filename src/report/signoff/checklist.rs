//! The readiness of the release: the checklist, and what people say of it.
//!
//! A line is ticked only where something shows it. The release is never readier than its required lines: one that is answered "no"
//! makes it NOT READY, one that nobody answered, or answered without evidence, is a condition.

use super::document::{Block, Cell, Grid, Note, Origin, Section};
use super::words;
use super::{At, Release, section};
use crate::config::signoff::{Answer, Check, Measured, Readiness};
use crate::fmt;
use crate::judge::outcome::{CriterionResult, Status, Verdict};

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Shown.
    Ticked,
    /// Said to be so, and nothing shows it.
    Unshown,
    /// Not so.
    No,
    /// Nobody said.
    NotAssessed,
    /// It need not be.
    DoesNotApply,
}

impl State {
    fn words(self) -> &'static str {
        match self {
            Self::Ticked => "yes",
            Self::Unshown => "said to be so, without evidence",
            Self::No => "no",
            Self::NotAssessed => "not assessed",
            Self::DoesNotApply => "does not apply",
        }
    }
}

/// A line with what became of it, what shows that, and where it comes from.
struct Assessed<'a> {
    check: &'a Check,
    state: State,
    evidence: Cell,
    origin: Origin,
}

fn assessed<'a>(at: &At<'a>) -> Vec<Assessed<'a>> {
    at.declared.checklist.iter().map(|check| assess(at, check)).collect()
}

fn assess<'a>(at: &At<'a>, check: &'a Check) -> Assessed<'a> {
    let shown = match (check.measured, check.criteria.as_slice()) {
        (Some(Measured::TestsRun), _) => Some(tests_run(at)),
        (Some(Measured::TargetsMet), _) => Some(targets_met(at)),
        (None, []) => None,
        (None, ids) => Some(criteria_met(at, ids)),
    };
    if let Some((holds, evidence)) = shown {
        let state = match holds {
            _ if check.answer == Some(Answer::DoesNotApply) => State::DoesNotApply,
            Some(true) => State::Ticked,
            Some(false) => State::No,
            None => State::NotAssessed,
        };
        let origin = if state == State::NotAssessed { Origin::Missing } else { Origin::Measured };
        return Assessed { check, state, evidence: Cell::text(evidence), origin };
    }
    let evidence = Cell::evidence(check.evidence.as_ref());
    let state = match check.answer {
        Some(Answer::Yes) if evidence.missing => State::Unshown,
        Some(Answer::Yes) => State::Ticked,
        Some(Answer::No) => State::No,
        Some(Answer::DoesNotApply) => State::DoesNotApply,
        None => State::NotAssessed,
    };
    let origin = if state == State::NotAssessed { Origin::Missing } else { Origin::Declared };
    Assessed { check, state, evidence, origin }
}

/// Whether what a line asks holds; `None` where there is nothing of the kind. With what shows it.
type Shown = (Option<bool>, String);

fn tests_run(at: &At<'_>) -> Shown {
    // Every line of the plan counts, required or not: "all planned tests" is all of them.
    let planned = || at.report.plan.iter().filter(|line| matches!(line.state.as_str(), "run" | "not-run" | "blocked"));
    let of = |state: &str| planned().filter(|line| line.state == state).count() as u64;
    let all = planned().count() as u64;
    if all == 0 {
        return (None, "no test is planned ([[tests]] of plimsoll.toml)".to_owned());
    }
    let mut text = format!("{} of {} run", fmt::count(of("run")), fmt::plural(all, "planned test", "planned tests"));
    for (state, word) in [("blocked", "blocked"), ("not-run", "not run")] {
        if of(state) > 0 {
            text = format!("{text}, {} {word}", fmt::count(of(state)));
        }
    }
    (Some(of("run") == all), text)
}

fn targets_met(at: &At<'_>) -> Shown {
    let judged = |one: &&CriterionResult| one.critical && one.counts && one.status != Status::NotApplicable;
    let critical: Vec<_> = at.report.criteria.iter().filter(judged).collect();
    let met = critical.iter().filter(|one| words::is_met(one.status)).count();
    let text = format!("{met} of {} met", fmt::plural(critical.len() as u64, "critical outcome", "critical outcomes"));
    ((!critical.is_empty()).then_some(met == critical.len()), text)
}

fn criteria_met(at: &At<'_>, ids: &[String]) -> Shown {
    let met = ids.iter().all(|id| {
        let mut own = at.report.criteria.iter().filter(|one| one.id == *id).peekable();
        own.peek().is_some() && own.all(|one| words::is_met(one.status))
    });
    (Some(met), words::outcomes(at, ids).text)
}

pub(super) fn checklist(at: &At<'_>) -> Section {
    let assessed = assessed(at);
    let mut grid = Grid::new("readiness checklist", &["done", "~line", "required", "~state", "~evidence"]);
    for one in &assessed {
        let tick = if one.state == State::Ticked { "☑" } else { "☐" };
        let required = if one.check.required { "yes" } else { "no" };
        let cells = vec![
            Cell::text(tick),
            Cell::declared(&one.check.line),
            Cell::text(required),
            Cell::text(one.state.words()),
            one.evidence.clone(),
        ];
        grid.row(one.origin, cells);
    }
    let required = assessed.iter().filter(|one| one.check.required && one.state != State::DoesNotApply);
    let (ticked, all) = (required.clone().filter(|one| one.state == State::Ticked).count(), required.count());
    let note = if grid.rows.is_empty() {
        Note::missing("No checklist is stated.")
    } else if ticked == all {
        Note::measured(format!("All {all} required lines are ticked."))
    } else {
        Note::measured(format!(
            "{ticked} of {all} required lines are ticked. One that is answered “no” makes the release NOT READY; one that nobody answered, or \
             without evidence, is a condition."
        ))
    };
    section("checklist", "Readiness checklist", vec![Block::table(grid), Block::notes(vec![note])])
}

/// The release's readiness: as declared, and never better than the checklist allows.
pub(super) fn release(at: &At<'_>) -> Release {
    let assessed = assessed(at);
    let required = || assessed.iter().filter(|one| one.check.required);
    let refused: Vec<String> =
        required().filter(|one| one.state == State::No).map(|one| one.check.line.clone()).collect();
    let open: Vec<&Assessed<'_>> =
        required().filter(|one| matches!(one.state, State::NotAssessed | State::Unshown)).collect();
    let declared = at.declared.release.as_ref();
    let said = declared.map(|release| match release.readiness {
        Readiness::Ready => Verdict::Ready,
        Readiness::ReadyWithConditions => Verdict::ReadyWithConditions,
        Readiness::NotReady => Verdict::NotReady,
    });
    let mut conditions: Vec<Note> =
        declared.iter().flat_map(|release| &release.conditions).map(|text| Note::declared(text)).collect();
    let lines: Vec<String> = open.iter().map(|one| one.check.line.clone()).collect();
    if !lines.is_empty() {
        let count = fmt::plural(lines.len() as u64, "required line is", "required lines are");
        conditions.push(Note::missing(format!("{count} open in the checklist: {}.", words::few(&plain(&lines), 3))));
    }
    let allowed = match (refused.is_empty(), conditions.is_empty()) {
        (false, _) => Verdict::NotReady,
        (true, false) => Verdict::ReadyWithConditions,
        (true, true) => Verdict::Ready,
    };
    // Verdicts are ordered from READY to NOT READY.
    let verdict = said.map(|said| said.max(allowed));
    let mut notes = Vec::new();
    match declared {
        None => notes.push(Note::missing("Nobody has said whether the release is ready.")),
        Some(release) => {
            notes.extend(release.reason.as_ref().map(|text| Note::declared(text)));
            notes.push(match (&release.by, &release.reason) {
                (Some(by), Some(_)) => Note::declared(&format!("Said by {by}")),
                (Some(by), None) => Note::declared(&format!("Said by {by}, without a reason")),
                (None, Some(_)) => Note::missing("Who says so is not stated"),
                (None, None) => Note::missing("Neither who says so nor why is stated"),
            });
            notes.extend(release.outlook.as_ref().map(|text| Note::declared(&format!("Outlook: {text}"))));
        }
    }
    if !refused.is_empty() {
        let count = fmt::plural(refused.len() as u64, "required line is", "required lines are");
        notes.push(Note::measured(format!("{count} answered “no”: {}.", words::few(&plain(&refused), 3))));
    }
    Release { verdict, notes, conditions }
}

fn plain(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| crate::ingest::scrub::sentence(line)).collect()
}
