//! What the answer rests on: how much was read, what weakens it, and for what it holds.

use super::Material;
use super::answer::{capped, line};
use super::words;
use crate::fmt;
use crate::model::input::InputFile;
use crate::model::key::Population;
use crate::report::model::{HoldsFor, Line, TestReport};
use std::collections::BTreeMap;

/// The shortest run whose rate says what load was borne.
const SHORTEST_S: f64 = 1.0;

/// `12,278 requests`, `100 connections and 1,000 messages`.
fn counted(tests: &[&TestReport]) -> String {
    let of = |population: Population| -> u64 {
        let others = tests.iter().flat_map(|test| &test.populations);
        let of_others = others.filter(|one| one.population == population).filter_map(|one| one.totals.requests);
        let requests = tests.iter().filter_map(|test| test.totals.requests);
        if population == Population::Request { requests.sum() } else { of_others.sum() }
    };
    let counts = Population::ALL.map(|population| (of(population), population.words()));
    let seen: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| fmt::counted(*count, noun)).collect();
    if seen.is_empty() { "no requests".to_owned() } else { fmt::listed(&seen) }
}

/// What the figures rest on, and what weakens them.
pub(super) fn sure(material: &Material<'_>, tests: &[&TestReport]) -> Vec<Line> {
    // One file may hold several tests, and counts once.
    let files: BTreeMap<&str, &InputFile> =
        tests.iter().flat_map(|test| &test.inputs).map(|file| (file.source.as_str(), file)).collect();
    let read = files.values().map(|file| file.rows_read).sum();
    let rejected = files.values().map(|file| file.rows_rejected).sum();
    let mut lines = vec![line(
        &format!(
            "{} in {}, from {} of {}; {} rejected",
            counted(tests),
            fmt::plural(tests.len() as u64, "test", "tests"),
            fmt::plural(read, "row", "rows"),
            fmt::plural(files.len() as u64, "file", "files"),
            fmt::plural(rejected, "row", "rows"),
        ),
        if rejected > 0 { "warn" } else { "plain" },
    )];
    let superseded = material.tests.iter().filter(|one| one.superseded.is_some()).count() as u64;
    if superseded > 0 {
        let text = format!("{} superseded and not counted", fmt::plural(superseded, "run is", "runs are"));
        lines.push(Line { anchor: Some("tests".to_owned()), ..line(&text, "plain") });
    }
    for test in tests {
        let doubts = test
            .doubts
            .iter()
            .map(|one| (&one.message, if one.invalidates { "unsure" } else { "warn" }, test.id.clone()));
        let warnings = test.further_warnings().map(|text| (text, "warn", format!("{}-evidence", test.id)));
        for (text, state, anchor) in doubts.chain(warnings) {
            let text = if tests.len() > 1 { format!("{}: {text}", fmt::plain(&test.name)) } else { text.clone() };
            lines.push(Line { anchor: Some(anchor), ..line(&text, state) });
        }
    }
    // A tool that ends properly fills its files: an empty one is the only trace that a killed Locust leaves of its end. A log
    // may well be empty.
    let result = |name: &str| [".json", ".html", ".csv"].iter().any(|end| name.ends_with(end));
    let empty = material.files_not_used.iter().filter(|file| file.reason.starts_with("empty file"));
    for file in empty.filter(|file| result(&file.source)) {
        let text = format!("{} is empty: the run may have been killed before it was written", fmt::plain(&file.source));
        lines.push(Line { anchor: Some("not-used".to_owned()), ..line(&text, "warn") });
    }
    capped(lines, "under Evidence")
}

pub(super) fn holds_for(material: &Material<'_>, tests: &[&TestReport]) -> HoldsFor {
    // A rate over less than a second, or of a run that proves nothing, is no load that the system has borne.
    let valid = |test: &&&TestReport| !test.doubts.iter().any(|doubt| doubt.invalidates);
    let borne = |test: &TestReport| test.totals.rate_per_s.filter(|_| test.duration_s.is_none_or(|s| s >= SHORTEST_S));
    let users = tests.iter().filter(valid).filter_map(|test| test.load.users_max).max_by(f64::total_cmp);
    let rate_per_s = tests.iter().filter(valid).filter_map(|test| borne(test)).max_by(f64::total_cmp);
    let counted = material.tests.iter().filter(|one| one.superseded.is_none());
    let date = counted.filter_map(|one| one.test.ended_at()).max().map(fmt::date);
    let (build, environment) = (material.build.clone(), material.environment.clone());
    let mut parts = Vec::new();
    let load: Vec<String> = users.map(words::people).into_iter().chain(rate_per_s.map(fmt::rate)).collect();
    if !load.is_empty() {
        parts.push(format!("up to {}", fmt::listed(&load)));
    }
    parts.push(build.as_ref().map_or_else(|| "a build that nobody named".to_owned(), |build| format!("build {build}")));
    parts.push(
        environment
            .as_ref()
            .map_or_else(|| "an environment that nobody named".to_owned(), |name| format!("environment {name}")),
    );
    if let Some(date) = &date {
        parts.push(format!("as measured on {date}"));
    }
    let sentence = format!("Holds for {}.", parts.join(", "));
    HoldsFor { users, rate_per_s, build, environment, date, sentence }
}
