//! The pages of the teams' samples in a real browser: `tests/page/check.mjs` says what is held.

use crate::program::{corpus, folders, plimsoll};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is wrong with the page of a team's report.
fn faults(team: &Path) -> Option<String> {
    faults_of(&[team.to_str().unwrap()])
}

/// What is wrong with the page of a report of these inputs.
fn faults_of(inputs: &[&str]) -> Option<String> {
    let out = tempfile::tempdir().unwrap();
    plimsoll(&[&["report", "--out", out.path().to_str().unwrap()], inputs].concat());
    let report = std::fs::read(out.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let tests = report["tests"].as_array().unwrap().iter();
    let endpoints: usize = tests.map(|test| test["endpoints"].as_array().unwrap().len()).sum();
    let checked = Command::new("node")
        .arg("tests/page/check.mjs")
        .arg(out.path().join("report.html"))
        .args(["--endpoints", &endpoints.to_string()])
        .output()
        .unwrap_or_else(|error| panic!("node does not start ({error}): run tests/install"));
    let said = String::from_utf8_lossy(&checked.stdout).into_owned() + &String::from_utf8_lossy(&checked.stderr);
    (!checked.status.success()).then(|| format!("{}:\n{said}", inputs.join(" ")))
}

/// A run of k6 with its monitor, nine criteria and a baseline took a sixth sheet for the signatures alone.
#[test]
fn a_run_with_all_that_it_may_have_fits_five_sheets() {
    let Some(root) = corpus("page") else { return };
    let store = tempfile::tempdir().unwrap();
    let store = store.path().to_str().unwrap();
    let run = |name: &str| root.join("k6").join(name).to_str().unwrap().to_owned();
    plimsoll(&["baseline", "save", "base", &run("api-baseline"), "--store", store]);
    let wrong = faults_of(&[&run("api-regressed"), "--baseline", "base", "--store", store]);
    assert_eq!(wrong, None);
}

#[test]
fn every_team_s_page_is_read_by_a_browser() {
    assert!(Path::new("tests/page/node_modules/axe-core").is_dir(), "axe-core is missing: run tests/install");
    let teams = folders(Path::new("samples/teams"));
    let (one, other) = teams.split_at(teams.len() / 2);
    let of = |teams: &[PathBuf]| teams.iter().filter_map(|team| faults(team)).collect::<Vec<_>>();
    let wrong = std::thread::scope(|scope| {
        let elsewhere = scope.spawn(|| of(other));
        [of(one), elsewhere.join().unwrap()].concat()
    });
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_team_s_sign_off_is_printed_by_a_browser() {
    assert!(Path::new("tests/page/node_modules/axe-core").is_dir(), "axe-core is missing: run tests/install");
    let mut wrong = Vec::new();
    for team in folders(Path::new("samples/teams")) {
        let out = tempfile::tempdir().unwrap();
        plimsoll(&["signoff", team.to_str().unwrap(), "--out", out.path().to_str().unwrap()]);
        let checked = Command::new("node")
            .arg("tests/page/signoff.mjs")
            .arg(out.path().join("signoff.html"))
            .output()
            .unwrap_or_else(|error| panic!("node does not start ({error}): run tests/install"));
        if !checked.status.success() {
            wrong.push(format!("{}:\n{}", team.display(), String::from_utf8_lossy(&checked.stdout)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
