//! Page one: what it is about, for what it holds, and how many criteria came out how.

use super::document::Note;
use super::{At, Counted};
use crate::judge::outcome::{Status, Verdict, count_of};

/// Conditions on page one.
const CONDITIONS: usize = 8;
/// The order in which outcomes are counted.
const COUNTED: [Status; 8] = [
    Status::Pass,
    Status::MetNotProven,
    Status::Warn,
    Status::Fail,
    Status::Inconclusive,
    Status::NotRun,
    Status::Blocked,
    Status::Waived,
];

pub(super) fn title(at: &At<'_>) -> String {
    let title = at.declared.document.title.as_deref().unwrap_or(&at.report.title);
    crate::ingest::scrub::sentence(title)
}

pub(super) fn facts(at: &At<'_>) -> Vec<Note> {
    let document = &at.declared.document;
    let worded = |word: &str, text: &Option<String>| text.as_ref().map(|text| Note::declared(&format!("{word}{text}")));
    let status = document.status.map(|status| Note::declared(status.words()));
    let date = document.date.map(|day| Note::declared(&day.0.to_string()));
    let all = [
        worded("", &document.product),
        worded("release ", &document.release),
        worded("build ", &at.report.holds_for.build),
        worded("document ", &document.id),
        worded("version ", &document.version),
        status,
        date,
        Some(Note::measured(format!("run {}", at.report.run_id))),
    ];
    all.into_iter().flatten().collect()
}

pub(super) fn holds(at: &At<'_>) -> Vec<Note> {
    let holds = if at.report.tests.is_empty() {
        Note::missing("Holds for nothing: no test was run.")
    } else {
        Note::measured(at.report.holds_for.sentence.clone())
    };
    let validity = at.declared.validity.as_ref();
    let note = validity.and_then(|one| one.note.as_deref());
    let until = match (validity.and_then(|one| one.until), note) {
        (Some(day), Some(note)) => Note::declared(&format!("Valid until {}, {note}.", day.0)),
        (Some(day), None) => Note::declared(&format!("Valid until {}.", day.0)),
        (None, Some(note)) => Note::declared(&format!("Valid: {note}.")),
        (None, None) => Note::missing("Until when it is valid is not stated."),
    };
    vec![holds, until]
}

/// The conditions of READY WITH CONDITIONS; other verdicts have weightier things to say.
pub(super) fn conditions(at: &At<'_>) -> Vec<Note> {
    let all = attached(at);
    let mut notes: Vec<Note> = all.iter().take(CONDITIONS).map(|text| Note::measured(text.clone())).collect();
    if all.len() > CONDITIONS {
        notes.push(Note::measured(format!("And {} more in appendix A.", all.len() - CONDITIONS)));
    }
    notes
}

/// Conditions for which page one has no room: who signs a document signs all that is in it.
pub(super) fn further_conditions(at: &At<'_>) -> Vec<Note> {
    let further = attached(at).iter().skip(CONDITIONS);
    further.map(|text| Note::measured(format!("Condition, as on page one: {text}"))).collect()
}

fn attached<'a>(at: &At<'a>) -> &'a [String] {
    if at.report.verdict == Verdict::ReadyWithConditions { &at.report.conditions } else { &[] }
}

pub(super) fn counts(at: &At<'_>) -> Vec<Counted> {
    COUNTED.map(|status| Counted { status, count: count_of(&at.report.criteria, &[status]) }).to_vec()
}
