//! The one default criterion: failures at most 1 %, for every test of which the configuration demands nothing of the kind, itself
//! or by another tool's file that it names.

mod demands;

use super::criterion::{Asking, Selection, judge, selects};
use super::outcome::{CriterionResult, Origin, Status};
use super::plan::{Entry, Lineup};
use crate::config::Config;
use crate::config::metric::{Asked, Metric};
use crate::config::schema::Criterion;
use crate::fmt;
use crate::model::key::Population;
use crate::unit::Timestamp;

/// Results of the default criteria, and sentences about which were in force.
#[must_use]
pub fn judged(
    config: &Config,
    lineup: &Lineup<'_>,
    configured: &[CriterionResult],
    newest: Option<Timestamp>,
) -> (Vec<CriterionResult>, Vec<String>) {
    let mut results = Vec::new();
    let mut said = Vec::new();
    for criterion in config.fallback.iter().filter(|own| config.criteria.iter().all(|other| other.id != own.id)) {
        let uncovered: Vec<&Entry<'_>> = lineup
            .entries
            .iter()
            .filter(|entry| {
                let own =
                    |other: &Criterion| config.judged_through(other).is_none() && covers(other, entry, configured);
                !(config.criteria.iter().any(own)
                    || demands::degrades(config, entry)
                    || configured.iter().any(|result| demands::is_of_failures(config, result, entry)))
            })
            .collect();
        for entry in &uncovered {
            results.push(of_entry(criterion, entry, newest));
        }
        if !uncovered.is_empty() {
            let names: Vec<String> = uncovered.iter().map(|entry| fmt::plain(entry.name())).collect();
            let on = if uncovered.len() == lineup.entries.len() {
                String::new()
            } else {
                format!(" (on {})", names.join(", "))
            };
            let text = criterion.description.clone().unwrap_or_else(|| criterion.id.clone());
            said.push(format!("{}{on}", text.trim_end_matches('.')));
        }
    }
    (results, said)
}

/// The defaults that may be in force beside what is configured, told without results: those that no criterion on every test
/// takes the place of.
pub fn beside(config: &Config) -> impl Iterator<Item = &Criterion> {
    let replaced = |own: &Criterion| {
        config.criteria.iter().any(|one| one.id == own.id || one.critical && is_everywhere(one))
            || config.borrowed.iter().any(demands::everywhere)
    };
    config.fallback.iter().filter(move |own| !replaced(own))
}

/// Whether a criterion limits the failures of every test.
fn is_everywhere(criterion: &Criterion) -> bool {
    let asked = &criterion.metric.asked;
    let requests = matches!(asked, Asked::Failures { kind: None, .. } | Asked::Success(Population::Request));
    let everywhere = criterion.test.is_none() && criterion.filter.is_none() && criterion.applies_to.is_empty();
    requests && everywhere && asks_for_all(criterion)
}

/// Whether it demands something of the whole run and of everything in it.
fn asks_for_all(criterion: &Criterion) -> bool {
    criterion.endpoint.is_none()
        && criterion.between.is_none()
        && criterion.phase.is_none()
        && criterion.timeframe().is_ok_and(|timeframe| timeframe.is_none())
        && criterion.not_applicable.is_none()
        && criterion.demand().is_ok_and(|demand| demand.is_some())
}

/// Whether a configured criterion takes the default's place for a test. One that is critical does; another one does while it
/// is met, so that a failing criterion that is added never makes the verdict milder.
fn covers(criterion: &Criterion, entry: &Entry<'_>, configured: &[CriterionResult]) -> bool {
    let met = || {
        configured.iter().any(|result| {
            result.id == criterion.id
                && result.test == entry.name()
                && matches!(result.status, Status::Pass | Status::MetNotProven | Status::Warn)
        })
    };
    let about_failures = match &criterion.metric.asked {
        Asked::Failures { kind: None, .. } => true,
        Asked::Success(population) => *population == main_population(entry).unwrap_or(Population::Request),
        _ => false,
    };
    about_failures
        && (criterion.critical || met())
        && asks_for_all(criterion)
        && matches!(selects(criterion, entry), Selection::Yes)
}

/// The population that a test is about: requests, else connections, else messages.
fn main_population(entry: &Entry<'_>) -> Option<Population> {
    let of_load = Population::ALL.into_iter().filter(|population| *population != Population::Setup);
    of_load.into_iter().find(|population| entry.judged.population(*population).is_some())
}

/// Of requests; of connections where a test has no requests; not applicable to another population alone.
fn of_entry(criterion: &Criterion, entry: &Entry<'_>, newest: Option<Timestamp>) -> CriterionResult {
    let asking = Asking::own(criterion, Origin::Default, newest);
    let alone = Lineup { entries: vec![entry.clone()], ..Lineup::default() };
    let first = |results: Vec<CriterionResult>| results.into_iter().next();
    let result = match main_population(entry) {
        Some(Population::Request) => first(judge(&asking, &alone)),
        Some(Population::Connection) => of_connections(criterion)
            .and_then(|criterion| first(judge(&Asking { criterion: &criterion, ..asking }, &alone))),
        Some(other @ (Population::Message | Population::Transaction | Population::Setup)) => Some(asking.unseen(
            entry.name(),
            Status::NotApplicable,
            &format!("neither requests nor connections were measured, only {}", other.words()),
        )),
        None => None,
    };
    result.unwrap_or_else(|| {
        asking.unseen(entry.name(), Status::Inconclusive, "neither requests nor connections were measured")
    })
}

/// The same demand on connections: at most 1 % failed is at least 99 % made.
fn of_connections(criterion: &Criterion) -> Option<Criterion> {
    let metric = Metric::parse("connect.success_ratio").ok()?;
    let failed = criterion.at_most?;
    let made = crate::quantity::Quantity::new(1.0 - failed.value, crate::unit::Unit::Ratio);
    Some(Criterion { metric, at_most: None, at_least: Some(made), ..criterion.clone() })
}
