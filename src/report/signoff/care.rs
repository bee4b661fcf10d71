//! What remains to be cared for: risks, waivers, recommendations, and what reviewers think.

use super::document::{Block, Cell, Grid, Note, Origin, Section};
use super::fixes::work;
use super::words;
use super::{At, section, total};
use crate::config::signoff::{Action, ActionPhase, Effort, RiskClass};
use crate::fmt;
use crate::judge::outcome::{CriterionResult, Severity, Status};

pub(super) fn risks(at: &At<'_>) -> Section {
    let mut grid =
        Grid::new("risks", &["~risk", "#probability", "~impact", "~mitigation", "class", "owner", "~closes when met"]);
    for one in &at.declared.risks {
        let class = match one.class {
            Some(RiskClass::MustFix) => Cell::text("must fix"),
            Some(RiskClass::Monitor) => Cell::text("monitor"),
            Some(RiskClass::Accepted) => Cell::text("accepted"),
            None => Cell::missing(),
        };
        let [probability, impact, mitigation, owner] =
            [&one.probability, &one.impact, &one.mitigation, &one.owner].map(|text| Cell::said(text.as_ref()));
        let closes = words::outcomes(at, &one.closes_when);
        grid.row(
            Origin::Declared,
            vec![Cell::declared(&one.what), probability, impact, mitigation, class, owner, closes],
        );
    }
    let none = grid.rows.is_empty().then(|| Note::missing("No risk is stated."));
    section("risks", "Risks", vec![Block::table(grid), Block::notes(none.into_iter().collect())])
}

pub(super) fn waivers(at: &At<'_>) -> Section {
    let mut grid =
        Grid::new("waivers", &["criterion", "#measured", "#accepted up to", "#demanded", "in force", "~terms"]);
    let about = |one: &&CriterionResult| one.status == Status::Waived || one.reason.contains("waiver");
    for one in at.report.criteria.iter().filter(about) {
        let force = if one.status == Status::Waived { "yes" } else { "no, it counts for nothing" };
        let measured = one.observed.map_or_else(|| "not known".to_owned(), |value| fmt::value(value, one.unit));
        let cells = vec![
            Cell::name(&words::named(one)),
            Cell::text(measured),
            Cell::text(one.ceiling.map_or_else(|| "no ceiling".to_owned(), |value| fmt::value(value, one.unit))),
            Cell::text(words::needed(one).unwrap_or_default()),
            Cell::text(force),
            Cell::declared(&one.reason),
        ];
        grid.row(Origin::Declared, cells);
    }
    let none = grid.rows.is_empty().then(|| Note::measured("No criterion is waived."));
    section("waivers", "Waivers", vec![Block::table(grid), Block::notes(none.into_iter().collect())])
}

const PHASES: [(ActionPhase, &str); 3] =
    [(ActionPhase::Must, "must"), (ActionPhase::Should, "should"), (ActionPhase::Nice, "nice to have")];

pub(super) fn recommendations(at: &At<'_>) -> Section {
    let mut grid = Grid::new("recommendations", &["phase", "~what", "owner", "#effort", "=due", "~closes when met"]);
    for (phase, word) in PHASES {
        let actions: Vec<&Action> = at.declared.actions.iter().filter(|one| one.phase == phase).collect();
        for one in &actions {
            let [effort, owner] = work(one);
            let due = one.due.map_or_else(Cell::missing, |day| Cell::text(day.0.to_string()));
            let cells =
                vec![Cell::text(word), Cell::declared(&one.what), owner, effort, due, words::outcomes(at, &one.closes)];
            grid.row(Origin::Declared, cells);
        }
        if actions.len() > 1 || actions.len() == 1 && at.declared.actions.len() > 1 {
            grid.rows.push(total(sum(word, &actions)));
        }
    }
    // What the report advises about what it found critical; nobody has taken it on.
    for finding in at.report.findings.iter().filter(|one| one.severity == Severity::Critical && !one.advice.is_empty())
    {
        let what = Cell::text(fmt::plain(&format!("{}. {}", finding.message.trim_end_matches('.'), finding.advice)));
        let none = Cell::missing;
        grid.row(Origin::Measured, vec![Cell::text("must"), what, none(), none(), none(), Cell::default()]);
    }
    let none = match (at.declared.actions.is_empty(), grid.rows.is_empty()) {
        (true, true) => Some(Note::missing("No action is stated.")),
        (true, false) => {
            Some(Note::missing("Nobody has stated an action: these are the report's own, from what was measured."))
        }
        (false, _) => None,
    };
    section("recommendations", "Recommendations", vec![Block::table(grid), Block::notes(none.into_iter().collect())])
}

/// The effort of a phase: a sum, and how many actions it leaves out because nobody estimated them.
fn sum(word: &str, actions: &[&Action]) -> Vec<Cell> {
    let known: Vec<Effort> = actions.iter().filter_map(|one| one.effort).collect();
    let open = actions.len() - known.len();
    let sum =
        if known.is_empty() { "not estimated".to_owned() } else { known.iter().copied().sum::<Effort>().to_string() };
    let left = if open > 0 && !known.is_empty() { format!("and {open} not estimated") } else { String::new() };
    let none = Cell::default;
    vec![Cell::text(format!("{word}, in all")), none(), none(), Cell::text(sum).with(left), none(), none()]
}

/// What people think, under their names. It decides nothing.
pub(super) fn scores(at: &At<'_>) -> Section {
    let mut grid = Grid::new("scores", &["area", "#score", "reviewer", "confidence", "~comment"]);
    for one in &at.declared.scores {
        let cells = vec![
            Cell::declared(&one.area),
            Cell::text(format!("{} of 10", fmt::number(one.score))),
            Cell::declared(&one.reviewer),
            Cell::said(one.confidence.as_ref()),
            Cell::maybe(one.comment.as_ref()),
        ];
        grid.row(Origin::Declared, cells);
    }
    let note = if grid.rows.is_empty() {
        Note::missing("Nobody gave a score.")
    } else {
        Note::declared("These are their reviewers' opinions: no verdict depends on them.")
    };
    section("scores", "Scores by area", vec![Block::table(grid), Block::notes(vec![note])])
}
