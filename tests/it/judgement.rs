//! What no configuration and no missing file may talk the judge out of; k6's own outcomes; init, check and criteria of other tools
//! as people meet them.

use crate::program::{corpus, files, folders, plimsoll};
use plimsoll::config::Config;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

struct Judged {
    code: u8,
    report: Value,
    folder: tempfile::TempDir,
}

fn judged(args: &[&str]) -> Judged {
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
        let mut document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
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

const SLO: &str = "spec_version: \"1.0\"
objectives:
- sli: response_time_p95
  key_sli: true
  pass: [{criteria: [\"<600\"]}]
- sli: error_rate
  pass: [{criteria: [\"<1\"]}]
- sli: response_time_p50
  pass: [{criteria: [\"<=+10%\"]}]
total_score: {pass: \"90%\", warning: \"60%\"}
";

#[test]
fn criteria_of_other_tools_are_given_with_the_results_or_in_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let slo = folder.path().join("slo.yaml");
    fs::write(&slo, SLO).unwrap();
    let config = folder.path().join("plimsoll.toml");
    fs::write(&config, "[[import]]\nfrom = \"slo.yaml\"\n[[import]]\ntaurus = [\"p95>600ms\", \"fail>1%\"]\n").unwrap();
    let checked = plimsoll(&["check", config.to_str().unwrap()]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    for said in ["Keptn criteria", "response_time_p95: pass <600", "p95 of everything together must be at most 600 ms"]
    {
        assert!(checked.out.contains(said), "{said}:\n{}", checked.out);
    }
    let steady = "samples/teams/health-agent/steady";
    let by_config = judged(&[steady, "--config", config.to_str().unwrap(), "--format", "json"]);
    let status = |of: &Judged, id: &str| {
        let rows = of.report["criteria"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id).map(|row| row["status"].as_str().unwrap().to_owned())
    };
    assert_eq!(status(&by_config, "response_time_p50").as_deref(), Some("inconclusive"), "there is no history");
    assert_eq!(status(&by_config, "total score").as_deref(), Some("inconclusive"));
    assert!(status(&by_config, "p95>0.6s, stop as failed").is_some(), "{}", by_config.report["criteria"]);
    let given = judged(&[steady, slo.to_str().unwrap(), "--compat", "keptn", "--format", "json"]);
    assert_eq!(status(&given, "response_time_p50").as_deref(), Some("pass"), "{}", given.report["criteria"]);
    assert!(given.report["answer"]["defaults"].to_string().contains("as Keptn does"));
    fs::write(&slo, "objectives:\n- sli: x\n  pass:\n  - criteria: [\"fast\"]\n").unwrap();
    let wrong = plimsoll(&["check", config.to_str().unwrap()]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("`fast`") && wrong.err.contains("line 4"), "{}", wrong.err);
}
