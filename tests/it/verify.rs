//! Reports that are verified: where their inputs lie, elsewhere, and changed by hand.

use crate::program::{files, folders, plimsoll};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A copy of a team's folder elsewhere, all files in one level of another name.
fn moved(team: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (number, path) in files(&Path::new("samples/teams").join(team)).iter().enumerate() {
        if !path.iter().any(|part| part == ".plimsoll") {
            fs::copy(path, folder.path().join(format!("{number}.bin"))).unwrap();
        }
    }
    folder
}

#[test]
fn a_report_is_verified_where_its_inputs_lie_and_elsewhere() {
    for team in folders(Path::new("samples/teams")) {
        let out = tempfile::tempdir().unwrap();
        plimsoll(&["signoff", team.to_str().unwrap(), "--out", out.path().to_str().unwrap()]);
        let written = out.path().join("report.json");
        let verified = plimsoll(&["verify", written.to_str().unwrap(), "--attest"]);
        assert_eq!(verified.code, 0, "{}: {}{}", team.display(), verified.out, verified.err);

        let name = team.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&written).unwrap().replace(&format!("samples/teams/{name}"), "elsewhere/was");
        fs::write(&written, text).unwrap();
        let missing = plimsoll(&["verify", written.to_str().unwrap()]);
        assert_eq!(missing.code, 4, "{}{}", missing.out, missing.err);
        assert!(missing.out.contains("missing: elsewhere/was/"), "{}", missing.out);
        let found = plimsoll(&["verify", written.to_str().unwrap(), "--inputs", moved(name).path().to_str().unwrap()]);
        // The run's id names the files too, so that it alone is another.
        let other: Vec<&str> = found.out.lines().filter(|line| line.starts_with("differs: ")).collect();
        assert!(
            other.iter().all(|line| line.contains("run_id") || line.contains("signoff")),
            "{}{}",
            found.out,
            found.err
        );
    }
}

#[test]
fn a_baseline_is_carried_and_compared_anew() {
    let (out, stored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (team, store) = ("samples/teams/own-rows", stored.path().to_str().unwrap());
    assert_eq!(plimsoll(&["baseline", "save", "v1", team, "--store", store]).code, 0);
    plimsoll(&["report", team, "--baseline", "v1", "--store", store, "--out", out.path().to_str().unwrap()]);
    // Without the store: what is compared with stands in the report.
    drop(stored);
    let verified = plimsoll(&["verify", out.path().join("report.json").to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
}

#[test]
fn what_was_changed_by_hand_is_said() {
    let out = tempfile::tempdir().unwrap();
    plimsoll(&["signoff", "samples/teams/membership", "--out", out.path().to_str().unwrap()]);
    let path = out.path().join("report.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"verdict\": \"not-ready\"", "\"verdict\": \"ready\"", 1)).unwrap();
    let ran = plimsoll(&["verify", path.to_str().unwrap(), "--attest"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        ran.out.contains("differs: verdict: the report says \"ready\", the inputs give \"not-ready\""),
        "{}",
        ran.out
    );
    assert!(!out.path().join("attestation.json").exists(), "attested although it differs");
}

/// Another title, a changed label and a verdict under a name of its own went through: what was told was taken for the title that was
/// asked for, and keys that no report has were passed over.
#[test]
fn titles_labels_and_keys_that_no_report_has_are_held_against_the_inputs_too() {
    let out = tempfile::tempdir().unwrap();
    let team = "samples/teams/own-rows";
    plimsoll(&["report", team, "--title", "Rows of May", "--out", out.path().to_str().unwrap(), "--format", "json"]);
    let path = out.path().join("report.json");
    let text = fs::read_to_string(&path).unwrap();
    let verify = || plimsoll(&["verify", path.to_str().unwrap()]);
    assert_eq!(verify().code, 0, "{}", verify().out);
    for (from, to, said) in [
        ("\"title\": \"Rows of May\"", "\"title\": \"Approved by the board\"", "differs: title"),
        (
            "\"schema\":",
            "\"verdict_of_the_board\": \"ready\",\n  \"schema\":",
            "verdict_of_the_board: this version writes no",
        ),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        fs::write(&path, changed).unwrap();
        let ran = verify();
        assert!(ran.code == 1 && ran.out.contains(said), "{}", ran.out);
    }
}

/// The statement of a plan without results had no subject, and in-toto demands one.
#[test]
fn a_plan_without_results_is_attested_by_what_it_demands() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("plimsoll.toml"), "[[tests]]\nname = \"soak\"\n").unwrap();
    plimsoll(&["signoff", "--config", &path("plimsoll.toml"), "--out", &path("out")]);
    let ran = plimsoll(&["verify", &path("out/report.json"), "--attest"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let statement: Value = serde_json::from_str(&fs::read_to_string(path("out/attestation.json")).unwrap()).unwrap();
    assert_eq!(statement["subject"][0]["name"], path("plimsoll.toml"));
    assert_eq!(statement["subject"][0]["digest"]["sha256"].as_str().unwrap().len(), 64);
}

/// A folder that was not there was an unreadable input, and it was not said of what.
#[test]
fn a_folder_of_inputs_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::copy("samples/teams/own-rows/raw.csv", path("raw.csv")).unwrap();
    plimsoll(&["report", &path("raw.csv"), "--format", "json", "--out", &path("out")]);
    let verify = |inputs: &str| plimsoll(&["verify", &path("out/report.json"), "--inputs", &path(inputs)]);
    let whole = verify("nowhere");
    assert!(whole.code == 0 && whole.out.contains("nowhere that `--inputs` names"), "{}", whole.out);
    assert_eq!(verify("raw.csv").code, 2, "a file is no folder");
    fs::rename(path("raw.csv"), path("away.csv")).unwrap();
    let gone = verify("nowhere");
    assert!(gone.code == 4 && gone.out.contains("nowhere that `--inputs` names"), "{}{}", gone.out, gone.err);
    assert!(gone.out.contains("raw.csv (SHA-256 "), "{}", gone.out);
}

#[track_caller]
fn verified(report: &Path) -> String {
    let ran = plimsoll(&["verify", report.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    ran.out
}

/// A report on a part file named the files in it as inputs, which lie nowhere; one on the same rows twice found them once when it was
/// verified, and lost its warning; and imported criteria were not there at all.
#[test]
fn parts_copies_and_imported_criteria_are_verified() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = |name: &str| path(name).to_str().unwrap().to_owned();
    let raw = "samples/teams/own-rows/raw.csv";
    let report = |inputs: &[&str], more: &[&str]| {
        let out = text("out");
        let ran = plimsoll(&[&["report"], inputs, more, &["--format", "json", "--out", &out]].concat());
        assert!([0, 1, 4].contains(&ran.code), "{}", ran.err);
        path("out/report.json")
    };

    assert_eq!(plimsoll(&["fold", raw, "-o", &text("own.part")]).code, 0);
    assert!(verified(&report(&[&text("own.part")], &[])).contains("follow from 1 file"));
    fs::rename(path("own.part"), path("elsewhere")).unwrap();
    let gone = plimsoll(&["verify", path("out/report.json").to_str().unwrap()]);
    assert!(gone.code == 4 && gone.out.contains("own.part (SHA-256 "), "{}", gone.out);

    fs::create_dir(path("twice")).unwrap();
    fs::copy(raw, path("twice/a.csv")).unwrap();
    fs::copy(raw, path("twice/b.csv")).unwrap();
    fs::write(path("twice/a.csv.gz"), crate::program::packed(&fs::read(raw).unwrap())).unwrap();
    assert!(verified(&report(&[&text("twice")], &[])).contains("follow from 3 files"));
    // The same bytes are still there under the other name; what was packed otherwise is not.
    fs::remove_file(path("twice/b.csv")).unwrap();
    verified(&path("out/report.json"));
    fs::remove_file(path("twice/a.csv.gz")).unwrap();
    let gone = plimsoll(&["verify", path("out/report.json").to_str().unwrap()]);
    assert!(gone.code == 4 && gone.out.contains("twice/a.csv.gz"), "{}", gone.out);

    fs::write(path("slo.yaml"), "objectives:\n- sli: error_rate\n  key_sli: true\n  pass: [{criteria: [\"<1\"]}]\n- sli: response_time_p50\n  pass: [{criteria: [\"<=+10%\"]}]\n").unwrap();
    fs::write(
        path("load.yml"),
        "token: hush-hush\nservices:\n- module: passfail\n  criteria: [\"p95>1s for 5s, continue as failed\"]\n",
    )
    .unwrap();
    let config = "[[import]]\nfrom = \"slo.yaml\"\ntest = \"50*\"\n[[import]]\ngatling = [\"global.failedRequests.percent.lte(1)\"]\n";
    fs::write(path("plimsoll.toml"), config).unwrap();
    let of = text("plimsoll.toml");
    for compat in [&[][..], &["--compat", "keptn"]] {
        let written = report(&[raw, &text("load.yml")], &[&["--config", &of], compat].concat());
        verified(&written);
        let carried = fs::read_to_string(&written).unwrap();
        assert!(!carried.contains("hush-hush"), "the files themselves are carried");
        let origins = |name: &str| carried.contains(&format!("\"origin\": \"{name}\""));
        assert!(["keptn", "taurus", "gatling"].into_iter().all(origins), "not all criteria were judged");
        // They are the report's own: what lies there now is of no matter, and what was changed in the report is.
        fs::rename(path("slo.yaml"), path("away.yaml")).unwrap();
        verified(&written);
        fs::rename(path("away.yaml"), path("slo.yaml")).unwrap();
        fs::write(&written, carried.replacen("\"key_sli\": true", "\"key_sli\": false", 1)).unwrap();
        assert_eq!(plimsoll(&["verify", written.to_str().unwrap()]).code, 1, "changed demands are not seen");
    }
}

#[test]
fn a_changed_configuration_and_a_changed_baseline_are_named() {
    let (out, stored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (team, store) = ("samples/teams/own-rows", stored.path().to_str().unwrap());
    plimsoll(&["baseline", "save", "v1", team, "--store", store]);
    plimsoll(&["report", team, "--baseline", "v1", "--store", store, "--out", out.path().to_str().unwrap()]);
    let path = out.path().join("report.json");
    let whole = fs::read_to_string(&path).unwrap();
    let said = |from: &str, to: &str| {
        let changed = whole.replacen(from, to, 1);
        assert_ne!(changed, whole, "{from} is not there");
        fs::write(&path, changed).unwrap();
        let ran = plimsoll(&["verify", path.to_str().unwrap()]);
        assert!([1, 3].contains(&ran.code), "{}{}", ran.out, ran.err);
        format!("{}{}", ran.out, ran.err)
    };
    assert!(
        said("below = \\\"500 ms\\\"", "below = \\\"900 ms\\\"").contains("the configuration that the report carries")
    );
    let baseline: Value = serde_json::from_str(&whole).unwrap();
    let sum = baseline["baseline"]["sha256"].as_str().unwrap();
    assert!(said(sum, &"0".repeat(64)).contains("differs: baseline.sha256"));
}
