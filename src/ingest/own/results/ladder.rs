//! Endpoints measured at several numbers of users, in one table: 10, 50 and 200 users are three runs, not one.
//!
//! Where the same endpoint stands there with different users, each number of users is a scenario, and so a test of its own
//! with the figures that were quoted for it; together they are a ladder of tests. Added up they would be the endpoint's
//! requests under no load that ever was, and without percentiles. What all endpoints of a record state alike, such as users
//! or length, is the record's.

use super::key::{About, Meaning, meaning};
use super::record::Record;
use crate::ingest::own::name::words;
use std::collections::BTreeMap;

/// What tells the rows of one endpoint from those of another.
type Who<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>);

/// Makes each number of users the scenario of its rows, or a part of its scenario's name, where rows differ in it alone.
pub fn name_by_users(rows: &mut [Record]) {
    if !is_ladder(rows) {
        return;
    }
    for row in rows {
        let Some(users) = row.users.map(users_name) else { continue };
        row.scenario = Some(match row.scenario.take() {
            Some(scenario) => format!("{scenario}, {users}"),
            None => users,
        });
    }
}

/// A result by its users: `1 user`, `50 users`.
#[must_use]
pub fn users_name(users: f64) -> String {
    let noun = if users.total_cmp(&1.0).is_eq() { "user" } else { "users" };
    format!("{users} {noun}")
}

/// The users of a result that has a number of them for a key: `users_50`, `50_vus`, `concurrency50`.
#[must_use]
pub fn users_of_level(key: &str) -> Option<f64> {
    let spoken = words(key);
    let stem = spoken.trim_matches(|letter: char| letter.is_ascii_digit());
    let digits = spoken.strip_prefix(stem).or_else(|| spoken.strip_suffix(stem))?;
    let users = digits.parse::<u32>().ok().filter(|users| *users > 0)?;
    (meaning(stem.trim_matches('_')) == Some(Meaning::About(About::Users))).then(|| f64::from(users))
}

/// Names results of which none has a name by their users, where these differ. One that was measured twice has its number
/// behind its name.
pub fn name_unnamed(results: &mut [Record]) {
    let users: Option<Vec<f64>> = results.iter().map(|one| one.users.filter(|_| one.scenario.is_none())).collect();
    let differ =
        |users: Vec<f64>| users.iter().zip(users.iter().skip(1)).any(|(one, next)| one.total_cmp(next).is_ne());
    let are_levels = users.is_some_and(differ);
    for one in results.iter_mut().filter(|_| are_levels) {
        one.scenario = one.users.map(users_name);
    }
}

/// Whether an endpoint stands there twice, with different users.
fn is_ladder(rows: &[Record]) -> bool {
    let mut users: BTreeMap<Who<'_>, f64> = BTreeMap::new();
    rows.iter().filter(|row| row.endpoint.is_some()).any(|row| {
        let who = (row.scenario.as_deref(), row.method.as_deref(), row.endpoint.as_deref());
        row.users.is_some_and(|own| users.insert(who, own).is_some_and(|other| other.total_cmp(&own).is_ne()))
    })
}

/// Puts an endpoint's record into the scenario that it names, or among the document's own.
pub fn put(row: Record, document: &mut Record) {
    let Some(scenario) = row.scenario.clone() else { return document.endpoints.push(row) };
    let row = Record { scenario: None, ..row };
    match document.scenarios.iter_mut().find(|have| have.scenario.as_deref() == Some(scenario.as_str())) {
        Some(of) => of.endpoints.push(row),
        None => document.scenarios.push(Record { scenario: Some(scenario), endpoints: vec![row], ..Record::default() }),
    }
}

/// Gives a document and its scenarios what all their endpoints state alike and they themselves do not.
pub fn lift_what_is_shared(document: &mut Record) {
    lift(document);
    document.scenarios.iter_mut().for_each(lift);
}

fn lift(record: &mut Record) {
    record.users = record.users.or_else(|| shared(&record.endpoints, |row| row.users));
    record.duration_s = record.duration_s.or_else(|| shared(&record.endpoints, |row| row.duration_s));
    record.start = record.start.or_else(|| shared(&record.endpoints, |row| row.start));
    record.end = record.end.or_else(|| shared(&record.endpoints, |row| row.end));
}

/// What every row states, and states alike.
fn shared<T: PartialEq>(rows: &[Record], of: impl Fn(&Record) -> Option<T>) -> Option<T> {
    let mut stated = rows.iter().map(of);
    let first = stated.next()??;
    stated.all(|other| other.as_ref() == Some(&first)).then_some(first)
}
