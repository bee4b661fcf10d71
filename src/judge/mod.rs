//! Judging: from figures, comparisons and what was demanded to outcomes, findings and a verdict. Pure: no file, no clock.
//!
//! The way through: [`plan`] says which results count and what is missing; [`criterion`], [`k6`], [`no_regression`] and
//! [`fallback`] each turn demands into results, by way of [`observe`] (what is seen) and [`decision`] (what follows);
//! [`rules`] look for what nobody asked about; [`verdict`] rules on it all.

pub mod beside;
pub mod borrowed;
pub mod case;
pub mod criterion;
pub mod decision;
pub mod expectation;
pub mod fallback;
pub mod group;
pub mod interval;
pub mod k6;
pub mod kinds;
#[cfg(test)]
mod laws;
mod near;
pub mod no_regression;
pub mod observation;
pub mod observe;
pub mod outcome;
pub mod plan;
pub mod requirement;
pub mod rules;
#[cfg(test)]
pub(crate) mod sample;
pub mod sentence;
mod suite;
pub mod unmeant;
pub mod verdict;
pub mod waiver;
pub mod words;

pub use case::{BaselineState, Case, JudgedTest};

use crate::config::import::Compat;
use crate::config::schema::WaiverRow;
use crate::fmt;
use crate::unit::Timestamp;
use criterion::{Asking, Selection, missing_words, selects};
use outcome::{CriterionResult, Judgement, Origin, Status};
use plan::{Entry, Lineup};
use rules::Look;

/// Judges a suite. The order of tests and comparisons changes nothing.
#[must_use]
pub fn judge(case: &Case<'_>) -> Judgement {
    let lineup = plan::lineup(case.tests, case.config);
    let newest = lineup.entries.iter().filter_map(|entry| entry.judged.test.ended_at()).max();
    let mut criteria = configured(case, &lineup, newest);
    if case.config.inputs.k6_thresholds {
        criteria.extend(lineup.entries.iter().flat_map(|entry| k6::judged(entry, case.config.compat)));
    }
    criteria.extend(borrowed::judged(case, &lineup, newest));
    let (fallback, mut defaults) = fallback::judged(case.config, &lineup, &criteria, newest);
    criteria.extend(fallback);
    criteria.extend(no_regression::built_in(case, &lineup));
    criteria.extend(no_regression::drift(case, &lineup));
    criteria.extend(not_run(&lineup, &criteria));
    waiver::apply_rows(&case.config.waivers, &mut criteria, newest);
    let mut groups = group::judged(case.config, &criteria);
    waiver::apply_rows(&case.config.waivers, &mut groups, newest);
    criteria.extend(groups);
    if let Some(compat) = case.config.compat {
        let tool = if compat == Compat::K6 { "k6" } else { "Keptn" };
        defaults.push(format!("where data are missing, criteria of {tool} are answered as {tool} does (`--compat`)"));
    }
    let known = |row: &WaiverRow| criteria.iter().any(|result| waiver::covers(row, result));
    defaults.extend(waiver::idle(case.config, &known, newest.map(fmt::date).as_deref()));
    if case.config.source.is_none() {
        defaults.push("no plimsoll.toml: the files alone are judged".to_owned());
    }
    let limits_latency = limits_latency(case, &criteria);
    let ruling = verdict::rule(&criteria, limits_latency);
    // That nobody limits latency is no fault of a run: there the comparison is what judges it.
    let alone = verdict::rule(&without_comparison(&criteria), true).verdict;
    let findings = rules::findings(&Look { case, lineup: &lineup, criteria: &criteria, limits_latency });
    let requirements = requirement::outcomes(case.config, &criteria);
    let beside = beside::of(case, &lineup, &criteria);
    Judgement {
        verdict: ruling.verdict,
        alone,
        conditions: ruling.conditions,
        reasons: ruling.reasons,
        notes: ruling.notes,
        defaults,
        criteria,
        findings,
        plan: lineup.lines,
        requirements,
        beside,
    }
}

/// The criteria as they would be had the comparison been able to tell. Which runs later ones are compared with hangs on it: a run
/// that is fit in all else must not be passed over because there were too few runs to compare it with, or there would never be
/// enough of them.
fn without_comparison(criteria: &[CriterionResult]) -> Vec<CriterionResult> {
    let open = |one: &CriterionResult| {
        one.open_by_comparison && matches!(one.status, Status::MetNotProven | Status::Inconclusive)
    };
    criteria
        .iter()
        .map(|one| if open(one) { CriterionResult { status: Status::Pass, ..one.clone() } } else { one.clone() })
        .collect()
}

fn configured(case: &Case<'_>, lineup: &Lineup<'_>, newest: Option<Timestamp>) -> Vec<CriterionResult> {
    let mut results = Vec::new();
    for criterion in &case.config.criteria {
        let counts = case.config.judged_through(criterion).is_none();
        let asking = Asking { counts, ..Asking::own(criterion, Origin::Config, newest) };
        results.extend(criterion::judge(&asking, lineup));
        if criterion.not_applicable.is_none() {
            let entries: Vec<&Entry<'_>> =
                lineup.entries.iter().filter(|entry| matches!(selects(criterion, entry), Selection::Yes)).collect();
            results.extend(no_regression::worse_by(&asking, &entries, case.deltas, case.baseline));
        }
    }
    results
}

/// A criterion of the plan for every declared test without result: without it, a plan whose criteria name other tests would be
/// ready although a required test was never run.
fn not_run(lineup: &Lineup<'_>, criteria: &[CriterionResult]) -> Vec<CriterionResult> {
    let open = |test: &str, critical: bool| {
        criteria.iter().any(|result| {
            result.test == test
                && result.critical == critical
                && matches!(result.status, Status::NotRun | Status::Blocked)
        })
    };
    let mut results = Vec::new();
    for plan in &lineup.missing {
        let (status, reason) = missing_words(plan, lineup.unassigned.as_deref());
        if open(&plan.name, plan.required) {
            continue;
        }
        let bare = CriterionResult::bare("has-result", "has-result", Origin::Plan, status, plan.required, reason);
        results.push(CriterionResult { test: plan.name.clone(), ..bare });
    }
    results
}

/// Whether any criterion asks how slow it may be. One that does not apply asks nothing, nor does one that its group outvotes: a
/// failing criterion that is added to a group must not take a condition away.
fn limits_latency(case: &Case<'_>, criteria: &[CriterionResult]) -> bool {
    let met = |status: Status| matches!(status, Status::Pass | Status::MetNotProven | Status::Warn);
    let asks =
        |result: &&CriterionResult| result.status != Status::NotApplicable && (result.counts || met(result.status));
    criteria.iter().filter(asks).any(|result| match result.origin {
        Origin::K6 => crate::config::metric::is_k6_duration(&result.metric),
        Origin::Keptn | Origin::Taurus | Origin::Gatling | Origin::Artillery => {
            crate::config::metric::Metric::parse(&result.metric).is_ok_and(|metric| metric.limits_latency())
        }
        Origin::Config => case.config.criteria.iter().any(|criterion| {
            criterion.id == result.id
                && criterion.demand().is_ok_and(|it| it.is_some())
                && criterion.metric.limits_latency()
        }),
        _ => false,
    })
}
