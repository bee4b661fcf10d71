//! What no configuration and no missing file may talk the judge out of; k6's own outcomes; init, check and criteria of other tools
//! as people meet them.

use crate::program::{corpus, files, folders, plimsoll};
use plimsoll::config::Config;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) struct Judged {
    pub(crate) code: u8,
    pub(crate) report: Value,
    folder: tempfile::TempDir,
}

pub(crate) fn judged(args: &[&str]) -> Judged {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let ran = plimsoll(&[&["report"], args, &["--out", out]].concat());
    let json = fs::read(folder.path().join("report.json")).unwrap_or_else(|_| panic!("{args:?}: {}", ran.err));
    Judged { code: ran.code, report: serde_json::from_slice(&json).unwrap(), folder }
}

fn copied(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    for file in files(from) {
        let target = to.path().join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, fs::read(&file).unwrap()).unwrap();
    }
    to
}

/// Takes away what is a test's alone; of a file that holds several tests, its record.
fn take_away(folder: &Path, test: &str) {
    let inspection = plimsoll(&["inspect", folder.to_str().unwrap(), "--json"]).json();
    let mut owners: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for one in inspection["tests"].as_array().unwrap() {
        for input in one["inputs"].as_array().unwrap() {
            let path = PathBuf::from(input["source"].as_str().unwrap());
            owners.entry(path).or_default().push(one["name"].as_str().unwrap().to_owned());
        }
    }
    for (path, tests) in owners.iter().filter(|(_, tests)| tests.iter().any(|one| one == test)) {
        if tests.iter().all(|one| one == test) {
            fs::remove_file(path).unwrap();
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        if path.extension().is_some_and(|kind| kind == "csv") {
            let rows = text.split_inclusive('\n').filter(|row| row.split(',').all(|field| field != test));
            fs::write(path, rows.collect::<String>()).unwrap();
            continue;
        }
        let mut document: Value = serde_json::from_str(&text).unwrap();
        let records = document["test_results"].as_array_mut().unwrap();
        records.retain(|record| record["scenario"] != test);
        fs::write(path, document.to_string()).unwrap();
    }
}

#[test]
fn without_any_one_required_test_no_team_is_ready() {
    let mut taken = 0;
    for team in folders(Path::new("samples/teams")) {
        let config = Config::load(&team.join("plimsoll.toml")).unwrap();
        for test in config.tests.iter().filter(|test| test.required && test.not_applicable.is_none()) {
            let folder = copied(&team);
            take_away(folder.path(), &test.name);
            let found = judged(&[folder.path().to_str().unwrap(), "--format", "json"]);
            let verdict = found.report["verdict"].as_str().unwrap();
            let place = format!("{} without {}: {verdict}", team.display(), test.name);
            assert!(matches!(verdict, "inconclusive" | "not-ready"), "{place}");
            assert!(found.code == 4 || found.code == 1, "{place}");
            let lines = found.report["plan"].as_array().unwrap();
            let state = |line: &&Value| line["test"] == test.name.as_str() && line["state"] == "not-run";
            assert!(lines.iter().any(|line| state(&line)), "{place}: {lines:?}");
            taken += 1;
        }
    }
    assert!(taken >= 15, "only {taken} required tests");
}

#[test]
fn a_plan_without_any_result_gives_the_whole_document() {
    for team in folders(Path::new("samples/teams")) {
        let config = Config::load(&team.join("plimsoll.toml")).unwrap();
        if config.tests.is_empty() {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::copy(team.join("plimsoll.toml"), folder.path().join("plimsoll.toml")).unwrap();
        let found = judged(&[folder.path().to_str().unwrap()]);
        assert_eq!((found.code, found.report["verdict"].as_str()), (4, Some("inconclusive")), "{}", team.display());
        assert_eq!(found.report["plan"].as_array().unwrap().len(), config.tests.len());
        for line in found.report["plan"].as_array().unwrap() {
            let state = line["state"].as_str().unwrap();
            assert!(matches!(state, "not-run" | "blocked" | "not-applicable"), "{line}");
        }
        for criterion in found.report["criteria"].as_array().unwrap() {
            let status = criterion["status"].as_str().unwrap();
            assert!(!matches!(status, "pass" | "met-not-proven" | "warn"), "{criterion}");
        }
        for name in ["report.html", "report.md"] {
            let text = fs::read_to_string(found.folder.path().join(name)).unwrap();
            let text = text.to_lowercase();
            assert!(text.contains("inconclusive") && text.contains("not run"), "{}: {name}", team.display());
        }
    }
}

/// A plan's folder with two run folders, the older one filled from elsewhere.
fn two_runs(team: &str, newer: &[(&str, &str)], older: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let team = Path::new("samples/teams").join(team);
    fs::copy(team.join("plimsoll.toml"), folder.path().join("plimsoll.toml")).unwrap();
    for (run, pairs) in [("run_20261121_200000", newer), ("run_20261120_200000", older)] {
        for (from, to) in pairs {
            let from = if from.starts_with("samples/") { PathBuf::from(from) } else { team.join(from) };
            let all = if from.is_dir() { files(&from) } else { vec![from.clone()] };
            for file in all.iter().filter(|file| !file.ends_with("README.md")) {
                let inside = file.strip_prefix(&from).unwrap();
                let target = folder.path().join(run).join(to).join(inside);
                let target = if inside.as_os_str().is_empty() {
                    target.parent().unwrap().join(file.file_name().unwrap())
                } else {
                    target
                };
                fs::create_dir_all(target.parent().unwrap()).unwrap();
                fs::write(target, fs::read(file).unwrap()).unwrap();
            }
        }
    }
    folder
}

#[test]
fn of_two_run_folders_each_team_s_newest_counts() {
    let older = tempfile::tempdir().unwrap();
    let results = fs::read_to_string("samples/teams/chat-cache/results.json").unwrap();
    let earlier = older.path().join("results.json");
    fs::write(&earlier, results.replace("\"avg_latency_ms\": 2400", "\"avg_latency_ms\": 9400")).unwrap();
    let rows = fs::read_to_string("samples/teams/chat-assistant/database/raw.csv").unwrap();
    fs::create_dir(older.path().join("database")).unwrap();
    // A day before: what overlaps would be another generator's rows of the same run.
    let earlier_row = |row: &str| match row.split_once(',').map(|(at, rest)| (at.parse::<f64>(), rest)) {
        Some((Ok(at), rest)) => format!("{:.6},{rest}", at - 86_400.0),
        _ => row.to_owned(),
    };
    let few: Vec<String> = rows.lines().take(1_000).map(earlier_row).collect();
    fs::write(older.path().join("database/raw.csv"), few.join("\n")).unwrap();
    let (earlier, database) = (earlier.to_str().unwrap(), older.path().join("database"));
    let other = database.to_str().unwrap();
    let cases = [
        (
            "chat-cache",
            "5 concurrent users",
            vec![("results.json", "results.json")],
            vec![(earlier, "results.json")],
            Some(20),
        ),
        ("health-agent", "steady", vec![("steady", "steady")], vec![("endurance", "steady")], Some(12_278)),
        (
            "membership",
            "api",
            vec![("run_20261121_020000/api", "api")],
            vec![("run_20261120_210000/api", "api")],
            Some(3_153),
        ),
        ("chat-assistant", "database", vec![("database", "database")], vec![(other, "database")], Some(3_000)),
    ];
    for (team, test, newer, older, requests) in cases {
        let folder = two_runs(team, &newer, &older);
        let found = judged(&[folder.path().to_str().unwrap(), "--format", "json"]);
        let lines = found.report["plan"].as_array().unwrap();
        let of = |state: &str| {
            lines.iter().filter(|line| line["state"] == state && line["test"] == test).collect::<Vec<_>>()
        };
        assert_eq!(of("run").len(), 1, "{team}: {lines:?}");
        let [superseded] = of("superseded")[..] else { panic!("{team}: {lines:?}") };
        let why = superseded["why"].as_str().unwrap();
        assert!(
            why.starts_with("run_20261120_200000: ") && why.ends_with("; run_20261121_200000 counts"),
            "{team}: {why}"
        );
        let tests = found.report["tests"].as_array().unwrap().iter();
        let newest = tests.filter(|one| one["name"] == test && one["run"] == "run_20261121_200000");
        let newest: Vec<Option<u64>> = newest.map(|one| one["totals"]["requests"].as_u64()).collect();
        assert_eq!(newest, [requests], "{team}");
    }
}

#[test]
fn a_newest_run_that_is_invalid_does_not_supersede() {
    let older = vec![("run_20261121_020000/api", "api")];
    let folder = two_runs("membership", &[("samples/k6/every-iteration-threw", "api")], &older);
    let found = judged(&[folder.path().to_str().unwrap(), "--format", "json"]);
    let lines = found.report["plan"].as_array().unwrap();
    let line = |state: &str| lines.iter().find(|line| line["state"] == state && line["test"] == "api");
    let counts = line("run").unwrap_or_else(|| panic!("{lines:?}"));
    assert!(line("superseded").is_some(), "{lines:?}");
    let judged: Vec<&Value> =
        found.report["criteria"].as_array().unwrap().iter().filter(|one| one["test"] == "api").collect();
    assert!(judged.iter().any(|one| one["status"] == "pass"), "{counts}: {judged:?}");
}

#[test]
fn of_two_run_folders_the_newest_valid_one_counts() {
    let found = judged(&["samples/teams/membership", "--format", "json"]);
    let line = |state: &str| {
        let lines = found.report["plan"].as_array().unwrap();
        lines.iter().filter(|line| line["state"] == state && line["test"] == "api").cloned().collect::<Vec<_>>()
    };
    let superseded = line("superseded");
    assert_eq!((line("run").len(), superseded.len()), (1, 1));
    assert!(superseded[0]["why"].as_str().unwrap().contains("counts"), "{superseded:?}");
    let names: Vec<&str> =
        found.report["criteria"].as_array().unwrap().iter().filter_map(|one| one["test"].as_str()).collect();
    assert!(names.contains(&"api"));
}

/// k6's own outcomes by metric and expression, as a summary of any form states them.
fn stated(document: &Value) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for (metric, about) in document["metrics"].as_object().into_iter().flatten() {
        for (expression, outcome) in about["thresholds"].as_object().into_iter().flatten() {
            // handleSummary has {ok}, the older export has true for what was crossed.
            let kept = outcome["ok"].as_bool().or_else(|| outcome.as_bool().map(|crossed| !crossed));
            found.extend(kept.map(|kept| (format!("{metric}: {expression}"), kept)));
        }
    }
    found
}

#[test]
fn every_threshold_of_k6_has_k6s_own_outcome() {
    let Some(corpus) = corpus("every_threshold_of_k6_has_k6s_own_outcome") else { return };
    let mut held = 0;
    for path in files(&corpus.join("k6")).iter().filter(|path| path.extension().is_some_and(|end| end == "json")) {
        let Ok(document) = serde_json::from_slice::<Value>(&fs::read(path).unwrap()) else { continue };
        let own = stated(&document);
        if own.is_empty() {
            continue;
        }
        let found = judged(&[path.to_str().unwrap(), "--format", "json"]);
        let valid = found.report["tests"][0]["valid"] == true;
        for (id, kept) in own {
            let rows = found.report["criteria"].as_array().unwrap();
            let row =
                rows.iter().find(|row| row["id"] == id.as_str()).unwrap_or_else(|| panic!("{}: {id}", path.display()));
            let status = row["status"].as_str().unwrap();
            let place = format!("{}: {id}: {status}, k6 {kept}: {}", path.display(), row["reason"]);
            let word = if kept { "k6 calls it kept" } else { "k6 calls it crossed" };
            let reason = row["reason"].as_str().unwrap();
            if valid {
                assert_eq!(matches!(status, "pass" | "met-not-proven"), kept, "{place}");
                assert!(matches!(status, "pass" | "met-not-proven" | "fail"), "{place}");
            } else {
                assert!(status == "inconclusive" && reason.contains(word), "{place}");
            }
            held += 1;
        }
    }
    assert!(held >= 50, "only {held} thresholds");
    eprintln!("{held} thresholds");
}

#[test]
fn what_init_writes_is_right_and_is_met_by_the_run_it_was_written_from() {
    let samples = [
        "samples/teams/health-agent/steady",
        "samples/teams/own-rows/raw.csv",
        "samples/teams/membership/run_20261121_020000",
        // One of its tests was run twice: the older run declared it a second time, and the file was refused.
        "samples/teams/membership",
    ];
    for sample in samples {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plimsoll.toml");
        let name = file.to_str().unwrap();
        let ran = plimsoll(&["init", sample, "--out", name]);
        assert_eq!(ran.code, 0, "{sample}: {}", ran.err);
        let text = fs::read_to_string(&file).unwrap();
        let checked = plimsoll(&["check", name]);
        assert_eq!(checked.code, 0, "{sample}: {}\n{text}", checked.err);
        let found = judged(&[sample, "--config", name, "--format", "json"]);
        for row in found.report["criteria"].as_array().unwrap().iter().filter(|row| row["origin"] == "config") {
            let status = row["status"].as_str().unwrap();
            let invalid = row["reason"].as_str().unwrap().contains("the run is invalid");
            assert!(invalid || matches!(status, "pass" | "met-not-proven"), "{sample}: {row}\n{text}");
        }
        let again = plimsoll(&["init", sample, "--out", name]);
        assert_eq!(again.code, 2, "an existing file is not replaced");
        assert_eq!(plimsoll(&["init", sample, "--out", name, "--force"]).code, 0);
    }
}

/// `init --force` dropped `[inputs]` and `[[endpoints]]`, so that the next run was read otherwise than the one before.
#[test]
fn init_over_a_file_keeps_what_people_wrote_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let row = |at: u32| format!("{},/users/{},{},200\n", 1_795_225_420 + at / 10, at % 3, 20 + at % 7);
    let rows = (0..600).map(row).collect::<Vec<_>>().concat();
    fs::write(path("rows.csv"), format!("timestamp,endpoint,took,status\n{rows}")).unwrap();
    let former = "[inputs]\nlatency_unit = \"s\"\ncolumns = { latency = \"took\" }\n\n[[endpoints]]\nmatch = \"^/users/\"\n\
                  name = \"/users/{who}\"\n\n[[tests]]\nname = \"nightly\"\npurpose = \"the usual\"\nmatch = \"rows*\"\n\n\
                  [[criteria]]\nid = \"slow\"\nmetric = \"latency.p95\"\nat_most = \"1 ms\"\n\n\
                  [[waivers]]\ncriterion = \"slow\"\nowner = \"O\"\nreason = \"R\"\nexpiry = \"2027-01-31\"\nceiling = \"2 s\"\n";
    let file = path("plimsoll.toml");
    fs::write(&file, former).unwrap();
    let ran = plimsoll(&["init", &path("rows.csv"), "--out", &file, "--force"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = fs::read_to_string(&file).unwrap();
    for kept in ["latency_unit = \"s\"", "latency = \"took\"", "name = \"/users/{who}\"", "purpose = \"the usual\""] {
        assert!(
            text.lines().any(|line| line == kept || line.contains(kept) && !line.starts_with('#')),
            "{kept}:\n{text}"
        );
    }
    assert!(text.contains("# at_most = \"1 ms\"") && text.contains("# owner = \"O\""), "{text}");
    assert!(text.contains("test = \"nightly\"") && text.matches("[[tests]]").count() == 1, "{text}");
    let checked = plimsoll(&["check", &file]);
    assert_eq!(checked.code, 0, "{}\n{text}", checked.err);
    let found = judged(&[&path("rows.csv"), "--config", &file, "--format", "json"]);
    assert_eq!(found.report["verdict"], "ready", "{}\n{text}", found.report["criteria"]);
}

/// Taurus runs JMeter, whose columns `Latency` and `Connect` its `avg-lt` and `avg-ct` are of: they were sought by k6's names alone.
#[test]
fn what_taurus_asks_of_jmeters_own_columns_is_found_there() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("plimsoll.toml").display().to_string();
    let demands = [
        "avg-lt>10s",
        "avg-ct>10s",
        "bytes<1 over 500ms",
        "rc2??<1% over 500ms",
        "succ<1% for 500ms",
        "avg-lt>10s for 500ms",
    ];
    fs::write(&config, format!("[[import]]\ntaurus = {demands:?}\n")).unwrap();
    let found = judged(&["samples/jmeter/csv-header", "--config", &config, "--format", "json"]);
    let of = |id: &str| {
        let rows = found.report["criteria"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("{id}")).clone()
    };
    for id in &demands[..5] {
        assert!(matches!(of(id)["status"].as_str().unwrap(), "pass" | "met-not-proven"), "{}", of(id));
    }
    let reason = of("avg-lt>10s for 500ms")["reason"].to_string();
    assert!(reason.contains("not kept over time"), "{reason}");
}
