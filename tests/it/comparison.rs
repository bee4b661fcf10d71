//! Real runs of one system, and the same with a planted change: what is blamed, and at which level of evidence.

use crate::program::corpus;
use plimsoll::analyse::{Options, analyse};
use plimsoll::assemble::{Request, assemble};
use plimsoll::compare::settings::Settings;
use plimsoll::compare::side::Side;
use plimsoll::compare::{Call, Comparison, sides};
use plimsoll::ingest;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn side(folder: &Path) -> Side {
    let settings = ingest::Settings { threads: 1, ..ingest::Settings::default() };
    let request = Request { inputs: vec![folder.to_str().unwrap().to_owned()], settings, ..Request::default() };
    let suite = assemble(&request).unwrap();
    let sides: Vec<Side> =
        suite.tests.iter().filter_map(|test| Side::of(test, &analyse(test, &Options::default()))).collect();
    let [side] = <[Side; 1]>::try_from(sides).unwrap_or_else(|sides| panic!("{} runs", sides.len()));
    side
}

/// The sides of several folders, read side by side.
fn read<'a>(root: &Path, names: &[&'a str]) -> BTreeMap<&'a str, Side> {
    std::thread::scope(|scope| {
        let reading: Vec<_> = names.iter().map(|name| (*name, scope.spawn(move || side(&root.join(name))))).collect();
        reading.into_iter().map(|(name, side)| (name, side.join().unwrap())).collect()
    })
}

fn regressed(comparison: &Comparison) -> Vec<(&str, &str)> {
    let worse = comparison.deltas.iter().filter(|delta| delta.call == Call::Regressed && !delta.endpoint.is_empty());
    worse.map(|delta| (delta.endpoint.as_str(), delta.metric.as_str())).collect()
}

fn compared(sides_of: &BTreeMap<&str, Side>, before: &str, after: &str) -> Comparison {
    sides(&sides_of[before], &sides_of[after], &Settings::default())
}

#[track_caller]
fn nothing_worse(runs: &BTreeMap<&str, Side>, before: &str, after: &str) {
    let found = compared(runs, before, after);
    assert!(regressed(&found).is_empty(), "{before} and {after}: {:?}", regressed(&found));
}

#[test]
fn k6_runs_of_one_system_are_not_blamed_and_the_planted_endpoint_alone_is() {
    let Some(corpus) = corpus("k6_runs_of_one_system") else { return };
    let (first, second, third) = ("repeats/base-1", "repeats/base-2", "repeats/reg-1");
    let runs = read(&corpus.join("k6"), &[first, second, third, "api-baseline", "api-regressed"]);
    for (before, after) in [(first, second), ("api-baseline", first)] {
        nothing_worse(&runs, before, after);
        nothing_worse(&runs, after, before);
    }
    for (before, after) in [(first, third), (second, third), ("api-baseline", "api-regressed")] {
        let found = compared(&runs, before, after);
        let blamed = regressed(&found);
        let story = format!("{before} and {after}: {blamed:?}");
        assert!(blamed.iter().all(|(endpoint, _)| *endpoint == "GET /api/events"), "{story}");
        assert!(blamed.iter().any(|(_, metric)| *metric == "failures"), "{story}");
        assert!(blamed.iter().any(|(_, metric)| *metric != "failures"), "{story}");
        assert!(found.deltas.iter().all(|delta| delta.method.starts_with("L1 ")), "{:?}", found.deltas);
    }
}

#[test]
fn locust_runs_of_one_system_are_not_blamed_and_food_alone_is() {
    let Some(corpus) = corpus("locust_runs_of_one_system") else { return };
    let runs = read(&corpus.join("locust"), &["steady_a", "steady_b", "steady_regressed"]);
    food_alone(&runs, "L1 ");
}

/// The same from what Locust writes without any listener: its JSON and its CSVs.
#[test]
fn without_rows_food_is_found_from_the_windows_percentiles() {
    let Some(corpus) = corpus("without_rows") else { return };
    let root = tempfile::tempdir().unwrap();
    let names = ["steady_a", "steady_b", "steady_regressed"];
    for name in names {
        let into = root.path().join(name);
        fs::create_dir(&into).unwrap();
        for file in fs::read_dir(corpus.join("locust").join(name)).unwrap().map(|file| file.unwrap().path()) {
            let file_name = file.file_name().unwrap().to_str().unwrap();
            if file_name.starts_with("locust") {
                fs::copy(&file, into.join(file_name)).unwrap();
            }
        }
    }
    let runs = read(root.path(), &names);
    food_alone(&runs, "L2b: ");
    for delta in compared(&runs, "steady_a", "steady_regressed").deltas {
        if delta.metric == "failures" && !delta.endpoint.is_empty() {
            assert!(delta.method.starts_with("L1 "), "counts over time are there: {}", delta.method);
        }
    }
}

fn food_alone(runs: &BTreeMap<&str, Side>, level: &str) {
    nothing_worse(runs, "steady_a", "steady_b");
    nothing_worse(runs, "steady_b", "steady_a");
    for before in ["steady_a", "steady_b"] {
        let found = compared(runs, before, "steady_regressed");
        let blamed = regressed(&found);
        assert!(!blamed.is_empty(), "{before}: {:#?}", found.deltas);
        assert!(blamed.iter().all(|(endpoint, _)| *endpoint == "POST /api/v1/food"), "{before}: {blamed:?}");
        let latencies = found.deltas.iter().filter(|delta| !["failures", "rate"].contains(&delta.metric.as_str()));
        for delta in latencies {
            assert!(delta.method.starts_with(level), "{}: {}", delta.endpoint, delta.method);
        }
    }
}

#[test]
fn every_run_beside_itself_is_no_regression() {
    let Some(corpus) = corpus("every_run_beside_itself") else { return };
    let runs = read(&corpus, &["locust/steady_a", "k6/repeats/base-1", "locust/spike"]);
    for run in runs.values() {
        let found = sides(run, run, &Settings::default());
        assert!(found.deltas.iter().all(|delta| !matches!(delta.call, Call::Regressed | Call::Improved)));
        assert!(found.differences.is_empty(), "{:?}", found.differences);
    }
}
