//! From criteria to the verdict: the table of judgement.md, with the reasons, conditions and notes in words.

use super::outcome::{CriterionResult, Origin, Reason, Status, Verdict};
use crate::config::metric::{Asked, Metric, is_k6_duration};
use crate::fmt;

/// What the table makes of one criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Nothing,
    Note,
    Condition,
    Inconclusive,
    NotReady,
}

fn weight(result: &CriterionResult) -> Weight {
    if !result.counts {
        return Weight::Nothing;
    }
    match (result.critical, result.status) {
        (_, Status::Pass | Status::NotApplicable) => Weight::Nothing,
        (true, Status::MetNotProven | Status::Warn | Status::Waived)
        | (false, Status::Warn | Status::Fail | Status::Inconclusive | Status::NotRun | Status::Blocked) => {
            Weight::Condition
        }
        (true, Status::Fail) => Weight::NotReady,
        (true, Status::Inconclusive | Status::NotRun | Status::Blocked) => Weight::Inconclusive,
        (false, Status::MetNotProven | Status::Waived) => Weight::Note,
    }
}

/// The verdict and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The verdict.
    pub verdict: Verdict,
    /// Why READY only under conditions.
    /// What failed comes first: it must not hide behind what is merely not proven.
    pub conditions: Vec<Reason>,
    /// Why NOT READY or INCONCLUSIVE; at READY what was met.
    pub reasons: Vec<Reason>,
    /// Worth knowing, and decides nothing.
    pub notes: Vec<String>,
}

/// Rules on the criteria. `limits_latency`: whether any of them is on latency.
#[must_use]
pub fn rule(criteria: &[CriterionResult], limits_latency: bool) -> Ruling {
    let mut ordered: Vec<&CriterionResult> = criteria.iter().collect();
    ordered.sort_by(|a, b| subject(a).cmp(&subject(b)).then_with(|| breach(b).total_cmp(&breach(a))));
    let of = |wanted: Weight| {
        sentences(&ordered.iter().copied().filter(|result| weight(result) == wanted).collect::<Vec<_>>())
    };
    let mut conditions = of(Weight::Condition);
    if !limits_latency {
        conditions.push(general(
            "no criterion limits latency: how slow it may be was not asked (add a criterion to plimsoll.toml; `plimsoll explain config` shows how)",
        ));
    }
    conditions.sort_by_key(|reason| urgency(reason.status));
    let failed = of(Weight::NotReady);
    let mut open = of(Weight::Inconclusive);
    if !criteria.iter().any(|result| result.critical && result.counts && was_judged(result.status)) {
        open.push(general(
            "no critical criterion could be judged (add one to plimsoll.toml; `plimsoll explain config` shows how)",
        ));
    }
    let (verdict, reasons): (Verdict, Vec<Reason>) = if !failed.is_empty() {
        (Verdict::NotReady, failed.into_iter().chain(open).collect())
    } else if !open.is_empty() {
        (Verdict::Inconclusive, open)
    } else {
        let met = sentences(
            &ordered
                .iter()
                .copied()
                .filter(|result| result.status == Status::Pass && result.counts)
                .collect::<Vec<_>>(),
        );
        let verdict = if conditions.is_empty() { Verdict::Ready } else { Verdict::ReadyWithConditions };
        (verdict, met)
    };
    // A run that is missing is the reason by its critical criteria, and need not be said again by the others.
    conditions.retain(|one| !reasons.iter().any(|reason| reason.text == one.text && reason.status == one.status));
    Ruling { verdict, conditions, reasons, notes: of(Weight::Note).into_iter().map(|reason| reason.text).collect() }
}

fn general(text: &str) -> Reason {
    Reason { text: text.to_owned(), status: None, original: None, also: Vec::new() }
}

/// How soon a reader must know of a condition.
fn urgency(status: Option<Status>) -> u8 {
    match status {
        Some(Status::Fail) => 0,
        Some(Status::Inconclusive | Status::NotRun | Status::Blocked) => 1,
        Some(Status::Warn) => 2,
        None | Some(Status::Waived) => 3,
        Some(Status::MetNotProven | Status::Pass | Status::NotApplicable) => 4,
    }
}

fn was_judged(status: Status) -> bool {
    matches!(status, Status::Pass | Status::MetNotProven | Status::Warn | Status::Fail | Status::Waived)
}

/// What a criterion is about, in the order in which a reader needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Failures,
    Latency,
    Change,
    Other,
}

fn subject(result: &CriterionResult) -> Subject {
    if result.origin == Origin::Baseline {
        return Subject::Change;
    }
    if result.origin == Origin::K6 {
        let base = result.metric.split('{').next().unwrap_or_default();
        return match base {
            "http_req_failed" => Subject::Failures,
            _ if is_k6_duration(base) => Subject::Latency,
            _ => Subject::Other,
        };
    }
    match Metric::parse(&result.metric) {
        Ok(metric) if matches!(metric.asked, Asked::Failures { .. } | Asked::Success(_)) => Subject::Failures,
        Ok(metric) if metric.limits_latency() => Subject::Latency,
        _ => Subject::Other,
    }
}

/// How far a figure is towards or beyond its limit: 1 at the limit, 2 at twice as bad; 0 where that cannot be said.
fn breach(result: &CriterionResult) -> f64 {
    let (Some(observed), Some(limit)) = (result.observed, result.limit) else { return 0.0 };
    let ratio =
        if limit.side.larger_is_worse() == Some(false) { limit.value / observed } else { observed / limit.value };
    if ratio.is_nan() { 0.0 } else { ratio }
}

/// A line of page one while it is made: where, the names that it begins with, and further criteria that it speaks for.
struct ReasonLine<'a> {
    at: String,
    names: Vec<String>,
    also: Vec<String>,
    first: &'a CriterionResult,
}

/// Results as lines of page one: where, then why. What is so for the same reason in the same place is one line, and a default
/// that repeats what another criterion says of the same failures is none: its line names it, so that each criterion is found.
fn sentences(results: &[&CriterionResult]) -> Vec<Reason> {
    let mut lines: Vec<ReasonLine<'_>> = Vec::new();
    let mut repeated = Vec::new();
    for result in results {
        if let Some(told) = told_by(result, results) {
            repeated.push((result, told));
            continue;
        }
        let at = place(result);
        let name = nameless(result).then(|| fmt::code(&result.id));
        let alike = |line: &&mut ReasonLine<'_>| {
            line.at == at && line.first.reason == result.reason && line.first.status == result.status
        };
        match (lines.iter_mut().find(alike), name) {
            (Some(line), Some(name)) => line.names.push(name),
            (Some(line), None) => line.also.push(result.id.clone()),
            (None, name) => {
                lines.push(ReasonLine { at, names: name.into_iter().collect(), also: Vec::new(), first: result });
            }
        }
    }
    for (result, told) in repeated {
        if let Some(line) = lines.iter_mut().find(|line| line.first.id == told.id && line.at == place(told)) {
            line.also.push(result.id.clone());
        }
    }
    let written = lines.into_iter().map(|ReasonLine { at, names, also, first }| {
        let about = if names.is_empty() { String::new() } else { format!("{}: ", names.join(", ")) };
        let text = format!("{at}{about}{}", first.reason);
        let original =
            first.original.as_deref().filter(|original| first.origin.is_a_tool() && !text.contains(original));
        Reason { status: Some(first.status), original: original.map(str::to_owned), text, also }
    });
    written.collect()
}

fn place(result: &CriterionResult) -> String {
    match (result.test.as_str(), result.endpoint.as_deref()) {
        ("", None) => String::new(),
        ("", Some(endpoint)) => format!("{}: ", fmt::plain(endpoint)),
        (test, None) => format!("{}: ", fmt::plain(test)),
        (test, Some(endpoint)) => format!("{}, {}: ", fmt::plain(test), fmt::plain(endpoint)),
    }
}

/// Whether the reason does not say what was demanded: there is no figure, only why there is none.
fn nameless(result: &CriterionResult) -> bool {
    let declared = result.origin == Origin::Config || result.origin.is_a_tool();
    declared
        && !result.reason.contains(&format!("`{}`", result.id))
        && result.status == Status::Inconclusive
        && result.observed.is_none()
}

/// The other of the results that says of the same figure what a default says of a test's failures.
fn told_by<'a>(result: &CriterionResult, results: &[&'a CriterionResult]) -> Option<&'a CriterionResult> {
    let same = |other: &CriterionResult| {
        other.origin != Origin::Default
            && (other.test == result.test && other.endpoint == result.endpoint)
            && subject(other) == Subject::Failures
            && other.observed.zip(result.observed).is_some_and(|(a, b)| a.total_cmp(&b).is_eq())
    };
    results.iter().copied().filter(|_| result.origin == Origin::Default).find(|other| same(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five criteria failed and four lines said so: that of the default, which repeats a figure, was nowhere.
    #[test]
    fn every_criterion_that_fails_is_in_a_line() {
        let failing = |id: &str, metric: &str, origin: Origin, reason: &str| CriterionResult {
            observed: Some(0.0105),
            test: "api".to_owned(),
            ..CriterionResult::bare(id, metric, origin, Status::Fail, true, reason.to_owned())
        };
        let criteria = [
            failing("default-failures", "failures.ratio", Origin::Default, "failures 1.05 %, demanded at most 1 %"),
            failing("rate<0.001", "http_req_failed", Origin::K6, "failures 1.05 %, demanded below 0.1 %"),
            failing("again", "http_req_failed", Origin::K6, "failures 1.05 %, demanded below 0.1 %"),
        ];
        let ruling = rule(&criteria, true);
        let [line] = ruling.reasons.as_slice() else { panic!("{:?}", ruling.reasons) };
        assert_eq!(line.text, "api: failures 1.05 %, demanded below 0.1 %");
        assert_eq!(line.also, ["again", "default-failures"]);
    }

    /// A test that was not run stood twice on page one: as the reason by its critical criteria, and as a condition by another one.
    #[test]
    fn what_is_missing_is_said_once() {
        let missing = |id: &str, critical: bool| {
            let reason = "`steady` was not run".to_owned();
            let bare = CriterionResult::bare(id, "latency.p95", Origin::Config, Status::NotRun, critical, reason);
            CriterionResult { test: "steady".to_owned(), ..bare }
        };
        let ruling = rule(&[missing("p95", true), missing("pool", false)], true);
        let lines = ruling.reasons.iter().chain(&ruling.conditions);
        assert_eq!(lines.filter(|one| one.text == "steady: `steady` was not run").count(), 1);
        let alone = rule(&[missing("pool", false)], true);
        assert_eq!(alone.conditions.len(), 1, "what no reason says stays a condition");
    }
}
