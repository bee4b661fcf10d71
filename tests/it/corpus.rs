//! Every file of the shared corpus, each inspected alone: `tests/corpus.csv` says what it is taken for. A file without a
//! line fails, and so does a line without a file. `PLIMSOLL_BLESS=1` writes the table anew, to be read before it is kept.

use crate::program::{corpus, files, plimsoll};
use plimsoll::assemble::{Request, Suite, assemble};
use plimsoll::ingest::Settings;
use plimsoll::model::key::Population;
use plimsoll::model::test::Test;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const TABLE: &str = "tests/corpus.csv";
const HEADER: [&str; 5] = ["file", "adapter or reason", "test", "requests", "failures"];

/// A line of the table without the file's name.
type Row = [String; 4];

fn inspect(corpus: &Path, path: &Path) -> Row {
    let settings = Settings { threads: 1, ..Settings::default() };
    let request = Request { inputs: vec![path.to_str().unwrap().to_owned()], settings, ..Request::default() };
    let suite = assemble(&request).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if suite.tests.is_empty() {
        let reason = reason(&suite).replace(&format!("{}/", corpus.display()), "");
        return [reason, String::new(), String::new(), String::new()];
    }
    let list = |of: &dyn Fn(&Test) -> String| suite.tests.iter().map(of).collect::<Vec<_>>().join("; ");
    [
        suite.tests[0].inputs[0].adapter.clone(),
        list(&|test| test.name.clone()),
        list(&|test| counts(test, |totals| totals.requests)),
        list(&|test| counts(test, |totals| totals.failures)),
    ]
}

fn reason(suite: &Suite) -> String {
    let stated = suite.files_not_used.first().map(|(_, reason)| reason.clone());
    stated.or_else(|| suite.problems.first().map(ToString::to_string)).unwrap_or_default()
}

/// `1129`, or `100 connections, 1000 messages`; `?` is what the file does not say.
fn counts(test: &Test, figure: fn(&plimsoll::model::test::EndpointData) -> Option<u64>) -> String {
    let of = |population: &plimsoll::model::test::PopulationData| {
        let count = figure(&population.totals).map_or_else(|| "?".to_owned(), |count| count.to_string());
        match population.population {
            Population::Request => count,
            other => format!("{count} {}", other.words()),
        }
    };
    test.populations.iter().map(of).collect::<Vec<_>>().join(", ")
}

fn inspect_all(corpus: &Path) -> BTreeMap<String, Row> {
    let paths = files(corpus);
    let (next, rows) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            let name = path.strip_prefix(corpus).unwrap().to_str().unwrap().to_owned();
            let row = inspect(corpus, path);
            rows.lock().unwrap().insert(name, row);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    rows.into_inner().unwrap()
}

fn table() -> BTreeMap<String, Row> {
    let mut reader = csv::Reader::from_path(TABLE).unwrap();
    let row = |record: csv::StringRecord| {
        let cell = |at: usize| record.get(at).unwrap().to_owned();
        (cell(0), [cell(1), cell(2), cell(3), cell(4)])
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn write(rows: &BTreeMap<String, Row>) {
    let mut writer = csv::Writer::from_path(TABLE).unwrap();
    writer.write_record(HEADER).unwrap();
    for (name, row) in rows {
        writer.write_record([name].into_iter().chain(row)).unwrap();
    }
    writer.flush().unwrap();
}

#[test]
fn every_file_is_taken_for_what_it_is() {
    let Some(corpus) = corpus("every_file_is_taken_for_what_it_is") else { return };
    let found = inspect_all(&corpus);
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        write(&found);
    }
    let expected = table();
    let mut wrong = Vec::new();
    for name in found.keys().chain(expected.keys().filter(|name| !found.contains_key(*name))) {
        match (expected.get(name), found.get(name)) {
            (None, Some(row)) => wrong.push(format!("{name} has no line; it is {row:?}")),
            (Some(_), None) => wrong.push(format!("{name} has a line and is not there")),
            (Some(line), Some(row)) if line != row => wrong.push(format!("{name}: {row:?}, should be {line:?}")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "\n{}\n`PLIMSOLL_BLESS=1` writes {TABLE} anew", wrong.join("\n"));
}

fn report(args: &[&str], out: &Path) -> (u8, Value) {
    let ran = plimsoll(&[args, &["--out", out.to_str().unwrap(), "--format", "json"]].concat());
    let json = fs::read(out.join("report.json")).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    (ran.code, serde_json::from_slice(&json).unwrap())
}

/// (endpoint, metric) of every comparison that was called `regressed`, totals left out.
fn regressed(report: &Value) -> Vec<(&str, &str)> {
    let all = report["deltas"].as_array().unwrap().iter();
    let worse = all.filter(|delta| delta["call"] == "regressed" && delta["endpoint"] != "");
    worse.map(|delta| (delta["endpoint"].as_str().unwrap(), delta["metric"].as_str().unwrap())).collect()
}

#[test]
fn a_planted_regression_is_found_where_it_was_planted_and_nowhere_else() {
    let Some(corpus) = corpus("a_planted_regression_is_found") else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let store = store.to_str().unwrap();
    let path = |name: &str| corpus.join("k6").join(name).to_str().unwrap().to_owned();
    let (baseline, after) = (path("api-baseline"), path("api-regressed"));
    assert_eq!(plimsoll(&["baseline", "save", "v1", &baseline, "--store", store]).code, 0);

    let (code, same) =
        report(&["report", &baseline, "--baseline", "v1", "--store", store], &folder.path().join("same"));
    assert_eq!((code, regressed(&same)), (0, vec![]));

    let (code, worse) = report(&["report", &after, "--baseline", "v1", "--store", store], &folder.path().join("worse"));
    let regressed = regressed(&worse);
    assert_eq!((code, worse["verdict"].as_str()), (1, Some("not-ready")));
    assert!(regressed.iter().all(|(endpoint, _)| *endpoint == "GET /api/events"), "{regressed:?}");
    assert!(regressed.iter().any(|(_, metric)| *metric == "failures"), "{regressed:?}");
    assert!(regressed.iter().any(|(_, metric)| *metric == "p50" || *metric == "p95"), "{regressed:?}");
    let named =
        worse["findings"].as_array().unwrap().iter().filter(|one| one["rule"].as_str().unwrap().contains("regression"));
    let named: Vec<&str> = named.map(|one| one["endpoint"].as_str().unwrap_or_default()).collect();
    assert!(!named.is_empty() && named.iter().all(|endpoint| *endpoint == "GET /api/events"), "{named:?}");
}

#[test]
fn what_was_planted_in_the_load_and_the_server_is_said() {
    let Some(corpus) = corpus("what_was_planted_is_said") else { return };
    let folder = tempfile::tempdir().unwrap();
    let said = |name: &str| {
        let (_, report) = report(&["report", corpus.join(name).to_str().unwrap()], &folder.path().join(name));
        report["findings"].to_string() + &report["tests"].to_string()
    };
    let finds = |name: &str, rule: &str| said(name).contains(&format!("\"rule\":\"{rule}\""));
    assert!(finds("locust/spike", "pool-saturated") && finds("k6/spike", "pool-saturated"));
    assert!(!finds("locust/steady_a", "pool-saturated"));
    let leak = said("locust/endurance_leak");
    assert!(leak.contains("too short") && leak.contains("to call a leak"), "{leak}");
    assert!(!finds("locust/endurance_clean", "memory-grows"));
    let rsvp = said("k6/rsvp");
    assert!(rsvp.contains("104") && rsvp.contains("lower bound"), "{rsvp}");
}
