//! What may be compared with what, and how it is said: through the command line.

use crate::history::Place;
use crate::program::plimsoll;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;

/// A minute of one endpoint on a day, `shift` seconds into it; nearly all requests take `ms`.
fn rows(day: u32, shift: f64, ms: f64) -> String {
    let mut rows = "timestamp,endpoint,latency_ms,success\n".to_owned();
    for at in 0..1_200_u32 {
        let seconds = 1_795_226_400.0 + f64::from(day) * 86_400.0 + shift + f64::from(at) * 0.05;
        writeln!(rows, "{seconds:.3},/a,{:.3},true", ms * (1.0 - f64::from(at % 7) / 1_000.0)).unwrap();
    }
    rows
}

/// A folder with results of test `shop` in one file, and a configuration.
fn results(place: &Place, folder: &str, file: &str, text: &str, config: &str) -> String {
    let path = place.path(folder);
    fs::create_dir_all(path.join("shop")).unwrap();
    fs::write(path.join("shop").join(file), text).unwrap();
    fs::write(path.join("plimsoll.toml"), config).unwrap();
    path.display().to_string()
}

fn printed(p95_ms: u32, failed: u32) -> String {
    let result = json!({"name": "steady", "requests": 1000, "failed": failed, "p50_ms": p95_ms / 2, "p95_ms": p95_ms});
    json!({ "results": [result] }).to_string()
}

/// Twelve healthy nights in a row were inconclusive: no criterion limited latency, so none was READY, so none had a baseline.
#[test]
fn the_nightly_routine_begins_without_a_criterion_on_latency() {
    let place = Place::new();
    for (day, runs) in [(0, 0), (1, 1), (2, 2)] {
        let folder = place.results(day, 1.0, "");
        fs::remove_file(format!("{folder}/plimsoll.toml")).unwrap();
        let (ran, report) = place.report(&folder, "latest", true);
        let pair = &report["baseline"]["pairs"][0];
        let found = if pair["stored"].is_null() { 0 } else { pair["runs"].as_u64().unwrap() };
        assert_eq!(found, runs, "day {day}: {}", ran.out);
        assert_eq!(
            (ran.code, &report["verdict_alone"]),
            (if day == 0 { 4 } else { 0 }, &"ready".into()),
            "{}",
            ran.out
        );
    }
}

#[test]
fn what_would_let_a_run_in_is_said() {
    let place = Place::new();
    let strict = "[[criteria]]\nid = \"p95\"\nmetric = \"latency.p95\"\nbelow = \"1 ms\"\n";
    place.report(&results(&place, "day0", "rows.csv", &rows(0, 0.0, 50.0), strict), "", true);
    let (ran, _) = place.report(&results(&place, "day1", "rows.csv", &rows(1, 0.0, 50.0), strict), "latest", false);
    assert!(ran.out.contains("baseline accept RUN --reason"), "{}", ran.out);
}

/// Only the newest of three earlier results was compared with, so 400, 500, 530 and 555 ms passed as +5 %.
#[test]
fn keptn_compares_with_several_results() {
    let place = Place::new();
    let slo = "spec_version: \"1.0\"\ncomparison:\n  compare_with: several_results\n  number_of_comparison_results: 3\n  \
        aggregate_function: avg\n  include_result_with_score: all\nobjectives:\n- sli: response_time_p95\n  \
        pass: [{criteria: [\"<=+10%\"]}]\n  warning: [{criteria: [\"<=800\"]}]\ntotal_score: {pass: \"90%\", warning: \"50%\"}\n";
    fs::write(place.path("slo.yaml"), slo).unwrap();
    let config = "[[import]]\nfrom = \"../slo.yaml\"\n[compare]\ngate = false\n";
    let mut last = Value::Null;
    for (day, ms) in [(0, 400.0), (1, 500.0), (2, 530.0), (3, 555.0)] {
        let folder = results(&place, &format!("day{day}"), "rows.csv", &rows(day, 0.0, ms), config);
        last = place.report(&folder, "latest", true).1;
    }
    let criteria = last["criteria"].as_array().unwrap();
    let p95 = criteria.iter().find(|one| one["id"] == "response_time_p95").unwrap();
    assert_eq!(p95["status"], "warn", "{p95}");
    let reason = p95["reason"].as_str().unwrap();
    assert!(reason.contains("before 47"), "the mean of three: {reason}");
    // What it was held against is carried, so that anybody can compute it anew.
    let report = place.path("out/report.json").display().to_string();
    let verified = plimsoll(&["verify", &report]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
}

/// Runs without any time stood in the order of their hashes, and the last of that order was called the newest.
#[test]
fn undated_runs_stand_as_they_were_stored() {
    let place = Place::new();
    let p95 = [52, 55, 51, 50, 57, 56, 54, 53];
    for (at, ms) in p95.iter().enumerate() {
        place.report(&results(&place, &format!("run{at}"), "steady.json", &printed(*ms, 0), ""), "", true);
    }
    // Saved again, a run keeps its place.
    place.report(&results(&place, "run2", "steady.json", &printed(51, 0), ""), "", true);
    let store = place.path("store").display().to_string();
    let history = plimsoll(&["history", "--json", "--store", &store]).json();
    let test = &history["tests"][0];
    let series = test["series"].as_array().unwrap().iter().find(|one| one["metric"] == "p95").unwrap();
    assert_eq!(series["values"], json!(p95.map(|ms| f64::from(ms) * 1000.0)));
    assert_eq!(test["unordered"], Value::Null);
}

/// Three times as slow and failing, and the answer was that nothing could be told.
#[test]
fn totals_are_compared_where_there_is_nothing_else() {
    let place = Place::new();
    let before = results(&place, "before", "steady.json", &printed(120, 1), "");
    let after = results(&place, "after", "steady.json", &printed(320, 60), "");
    let ran = plimsoll(&["compare", &before, &after, "--json"]);
    let called: Value = serde_json::from_str(&ran.out).unwrap();
    let deltas = called["deltas"].as_array().unwrap().iter();
    let calls: Vec<(&str, &str)> =
        deltas.map(|one| (one["metric"].as_str().unwrap(), one["call"].as_str().unwrap())).collect();
    assert_eq!(ran.code, 1, "{calls:?}");
    assert_eq!(calls[..3], [("p50", "regressed"), ("p95", "regressed"), ("failures", "regressed")]);
    assert_eq!(called["deltas"][1]["method"], "L4 quoted");

    plimsoll(&["baseline", "save", "old", &before, "--store", &place.path("store").display().to_string()]);
    let (ran, _) = place.report(&after, "old", false);
    assert!(ran.code == 1 && ran.out.contains("of 3 comparisons: 3 worse"), "{}", ran.out);
}

#[test]
fn what_was_declared_and_not_measured_is_said() {
    let place = Place::new();
    let declared = "source = \"notes\"\ndate = \"2025-11-03\"\n\n[[figures]]\nmetric = \"latency.p95\"\nvalue = \"40 s\"\n\n\
        [[figures]]\nendpoint = \"/gone\"\nmetric = \"latency.p95\"\nvalue = \"1 s\"\n";
    fs::write(place.path("figures.toml"), declared).unwrap();
    let (figures, store) =
        (place.path("figures.toml").display().to_string(), place.path("store").display().to_string());
    plimsoll(&["baseline", "declare", "old", &figures, "--store", &store]);
    let folder = results(&place, "now", "rows.csv", &rows(0, 0.0, 50.0), "");
    let (ran, report) = place.report(&folder, "old", false);
    let gone = report["deltas"].as_array().unwrap().iter().find(|one| one["endpoint"] == "/gone").unwrap();
    assert_eq!((&gone["call"], &gone["after"]), (&"inconclusive".into(), &Value::Null));
    assert!(ran.out.contains("of 2 comparisons: 0 worse, 1 better, 0 shown to be no worse"), "{}", ran.out);

    let compared = plimsoll(&["compare", "old", &folder, "--store", &store]);
    assert_eq!(compared.code, 0, "{}{}", compared.out, compared.err);
    assert!(compared.out.contains("99.8") || compared.out.contains("99.9"), "not 100 %: {}", compared.out);
}

/// A refused comparison promised that four more runs would settle it.
#[test]
fn of_a_refused_comparison_only_the_refusal_is_said() {
    let place = Place::new();
    let config = |name: &str| format!("[suite]\nenvironment = \"{name}\"\n[compare]\nunequal = \"refuse\"\n");
    let before = results(&place, "before", "rows.csv", &rows(0, 0.0, 50.0), &config("staging"));
    plimsoll(&["baseline", "save", "old", &before, "--store", &place.path("store").display().to_string()]);
    let after = results(&place, "after", "rows.csv", &rows(1, 0.0, 70.0), &config("laptop"));
    let (_, report) = place.report(&after, "old", false);
    for delta in report["deltas"].as_array().unwrap() {
        assert_eq!((&delta["interval"], delta.get("settled_by"), &delta["ratio"]), (&Value::Null, None, &Value::Null));
        assert_eq!(delta["why"], "not comparable: environment: laptop, was staging");
    }
}

#[test]
fn one_execution_saved_from_two_of_its_files_is_said() {
    let place = Place::new();
    place.report(&results(&place, "one", "rows.csv", &rows(0, 0.0, 50.0), ""), "", true);
    let (ran, _) = place.report(&results(&place, "other", "rows.csv", &rows(0, 0.3, 50.0), ""), "", true);
    assert!(ran.err.contains("may be the same execution"), "{}", ran.err);
    let (ran, _) = place.report(&results(&place, "next", "rows.csv", &rows(1, 0.0, 50.0), ""), "", true);
    assert!(!ran.err.contains("the same execution"), "{}", ran.err);
}

/// A run held against itself passed as no slower, and nothing said why.
#[test]
fn a_run_held_against_itself_is_said_to_be() {
    let place = Place::new();
    let one = results(&place, "one", "rows.csv", &rows(0, 0.0, 50.0), "");
    plimsoll(&["baseline", "save", "old", &one, "--store", &place.path("store").display().to_string()]);
    let same = |folder: &str| {
        let (ran, report) = place.report(folder, "old", false);
        let said = report["baseline"]["pairs"][0]["same"].clone();
        assert!(said.is_null() || ran.out.contains(said.as_str().unwrap()), "{}", ran.out);
        said
    };
    assert!(same(&one).as_str().unwrap().starts_with("both are the same run"));
    let other = results(&place, "other", "rows.csv", &rows(0, 0.3, 50.0), "");
    assert!(same(&other).as_str().unwrap().starts_with("both may be the same run"));
    assert_eq!(same(&results(&place, "next", "rows.csv", &rows(1, 0.0, 50.0), "")), Value::Null);
    let compared = plimsoll(&["compare", &one, &other]);
    assert!(compared.out.contains("both may be the same run"), "{}", compared.out);
}
