//! Every state that a report shows, as a sign, a word and a class: colour alone never tells two of them apart.

use super::text;
use crate::compare::delta::{Call, Delta};
use crate::judge::outcome::{Severity, Status, Verdict};
use crate::unit::Unit;
use serde::Serialize;

/// A State is what stands in a result's cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct State {
    /// Class of the style sheet.
    pub(super) class: &'static str,
    /// The sign.
    pub(super) sign: &'static str,
    /// The word.
    pub(super) word: &'static str,
}

const fn state(class: &'static str, sign: &'static str, word: &'static str) -> State {
    State { class, sign, word }
}

/// What is shown where nothing was demanded and nothing compared.
pub(super) const NOT_JUDGED: State = state("is-not-applicable", "–", "not judged");

/// The verdict; the class is that of the box.
pub(super) fn verdict(verdict: Verdict) -> State {
    let class = match verdict {
        Verdict::Ready => "ready",
        Verdict::ReadyWithConditions => "ready-with-conditions",
        Verdict::Inconclusive => "inconclusive",
        Verdict::NotReady => "not-ready",
    };
    state(class, text::mark(text::verdict_state(verdict)), text::verdict_words(verdict))
}

/// What came out of a criterion.
pub(super) fn status(status: Status) -> State {
    match status {
        Status::Pass => state("is-pass", "✔", "met"),
        Status::MetNotProven => state("is-met-not-proven", "~", "met, not proven"),
        Status::Warn => state("is-warn", "▲", "warning"),
        Status::Fail => state("is-fail", "✖", "fails"),
        Status::Inconclusive => state("is-inconclusive", "?", "cannot tell"),
        Status::NotRun => state("is-not-run", "–", "not run"),
        Status::Blocked => state("is-blocked", "–", "blocked"),
        Status::NotApplicable => state("is-not-applicable", "–", "does not apply"),
        Status::Waived => state("is-waived", "~", "waived"),
    }
}

/// What a comparison says.
pub(super) fn call(delta: &Delta) -> State {
    let of = |latency, failures, amount| match delta.unit() {
        Unit::Micros => latency,
        Unit::Ratio if delta.metric.starts_with("failures") => failures,
        _ => amount,
    };
    match delta.call {
        Call::Regressed => state("is-regressed", "▲", of("slower", "fails more often", "lower")),
        Call::NoSlower => state("is-no-slower", "=", of("no slower", "fails no more often", "no lower")),
        Call::NoRegressionSeen => state("is-no-regression-seen", "=", "no regression seen"),
        Call::Improved => state("is-improved", "▼", of("faster", "fails less often", "higher")),
        Call::Inconclusive => state("is-inconclusive", "?", "cannot tell"),
    }
}

/// How much a finding weighs.
pub(super) fn severity(severity: Severity) -> State {
    match severity {
        Severity::Critical => state("critical", "✖", "critical"),
        Severity::Warning => state("warning", "▲", "warning"),
        Severity::Note => state("note", "–", "note"),
    }
}

/// The state of a line about what changed.
pub(super) fn moved(name: &str) -> State {
    match name {
        "fail" => state("is-regressed", "▲", "worse"),
        "pass" => state("is-improved", "▼", "better"),
        _ => named(name),
    }
}

/// The state of a line of advice.
pub(super) fn advised(name: &str) -> State {
    match name {
        "fail" => state("is-fail", "✖", "must"),
        "warn" => state("is-warn", "▲", "should"),
        _ => state("plain", "–", "may"),
    }
}

/// The state of a line about what the figures rest on.
pub(super) fn rested(name: &str) -> State {
    match name {
        "warn" => state("is-warn", "▲", "doubt"),
        "unsure" => state("is-inconclusive", "?", "proves nothing"),
        _ => named(name),
    }
}

/// The state of a reason or key figure on page one, by its name in the report.
pub(super) fn named(name: &str) -> State {
    match name {
        "fail" => state("is-fail", "✖", "fails"),
        "warn" => state("is-warn", "▲", "warning"),
        "unsure" => state("is-inconclusive", "?", "cannot tell"),
        "pass" => state("is-pass", "✔", "met"),
        _ => state("plain", "–", "stated"),
    }
}

/// The state of a line of the plan, by its name in the report.
pub(super) fn planned(name: &str) -> State {
    match name {
        "run" => state("is-pass", "✔", "run"),
        "not-run" => status(Status::NotRun),
        "blocked" => status(Status::Blocked),
        "superseded" => state("is-not-applicable", "–", "superseded"),
        "not-declared" => state("is-not-applicable", "–", "not declared"),
        _ => status(Status::NotApplicable),
    }
}
