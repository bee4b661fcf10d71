//! Criteria as people meet them: those of other tools, given, imported or lying about, and those that are about a part of a run.

use crate::judgement::{Judged, judged};
use crate::program::plimsoll;
use serde_json::Value;
use std::fs;

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
    for said in [
        "Keptn criteria",
        "sli: response_time_p95 key_sli: true pass: [{criteria: [\"<600\"]}]",
        "p95 of everything together must be at most 600 ms",
    ] {
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
    assert!(status(&by_config, "p95>600ms").is_some(), "{}", by_config.report["criteria"]);
    let given = judged(&[steady, slo.to_str().unwrap(), "--compat", "keptn", "--format", "json"]);
    assert_eq!(status(&given, "response_time_p50").as_deref(), Some("pass"), "{}", given.report["criteria"]);
    assert!(given.report["answer"]["defaults"].to_string().contains("as Keptn does"));
    fs::write(&slo, "objectives:\n- sli: x\n  pass:\n  - criteria: [\"fast\"]\n").unwrap();
    let wrong = plimsoll(&["check", config.to_str().unwrap()]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("`fast`") && wrong.err.contains("line 4"), "{}", wrong.err);
}

/// A slice of the run was answered with the whole run's mean where the figure was a monitor's.
#[test]
fn a_part_of_the_run_is_never_answered_with_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("plimsoll.toml");
    let criterion = |id: &str, metric: &str, between: &str, most: &str| {
        format!("[[criteria]]\nid = \"{id}\"\nmetric = \"{metric}\"\nbetween = \"{between}\"\nat_most = \"{most}\"\n")
    };
    let text = [
        criterion("early", "monitor.redis_hit_rate.mean", "0 s .. 20 s", "100 %"),
        criterion("late", "monitor.redis_hit_rate.mean", "60 s .. 80 s", "100 %"),
        criterion("beyond", "monitor.redis_hit_rate.mean", "10 min .. 20 min", "100 %"),
        criterion("users", "users.max", "0 s .. 20 s", "1000"),
        criterion("size", "bytes", "0 s .. 20 s", "1 GB"),
        "[[criteria]]\nid = \"whole\"\nmetric = \"monitor.redis_hit_rate.mean\"\nat_most = \"100 %\"\n".to_owned(),
    ];
    fs::write(&config, text.concat()).unwrap();
    let found =
        judged(&["samples/teams/health-agent/steady", "--config", config.to_str().unwrap(), "--format", "json"]);
    let row =
        |id: &str| found.report["criteria"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
    let value = |id: &str| row(id)["observed"].as_f64().unwrap_or_else(|| panic!("{}", row(id)));
    assert!(value("early") < value("whole") && value("whole") < value("late"), "a cache that warms up");
    assert!(row("early")["n"].as_u64() < row("whole")["n"].as_u64());
    for (id, why) in [("beyond", "the run ends at"), ("users", "as a whole only"), ("size", "does not count bytes")] {
        let row = row(id);
        assert!(row["status"] == "inconclusive" && row["reason"].as_str().unwrap().contains(why), "{row}");
    }
}

#[test]
fn criteria_that_only_lie_among_the_results_are_pointed_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::copy("samples/teams/own-rows/raw.csv", path("raw.csv")).unwrap();
    fs::write(path("slo.yaml"), SLO).unwrap();
    fs::write(path("load.yml"), "services:\n- module: passfail\n  criteria: [\"p95>1s\"]\n").unwrap();
    fs::write(path("Shop.scala"), "setUp(scn.inject(x)).assertions(global.responseTime.max.lt(50))\n").unwrap();
    fs::write(path("options.json"), r#"{"vus": 5, "thresholds": {"http_req_duration": ["p(95)<500"]}}"#).unwrap();
    fs::write(path("script.yml"), "config:\n  ensure:\n    p95: 200\n").unwrap();
    fs::write(path("notes.yml"), "a: 1\n").unwrap();
    let input = folder.path().to_str().unwrap();
    let out = tempfile::tempdir().unwrap();
    let report = || {
        let ran = plimsoll(&["report", input, "--format", "json", "--out", out.path().to_str().unwrap()]);
        let report: Value = serde_json::from_slice(&fs::read(out.path().join("report.json")).unwrap()).unwrap();
        (report["files_not_used"].as_array().unwrap().clone(), ran.err)
    };
    let reason = |all: &[Value], name: &str| {
        let file = all.iter().find(|file| file["source"].as_str().unwrap().ends_with(name)).unwrap();
        file["reason"].as_str().unwrap().to_owned()
    };
    let (files, said) = report();
    let tools = [
        ("slo.yaml", "Keptn"),
        ("load.yml", "Taurus"),
        ("Shop.scala", "Gatling"),
        ("options.json", "k6"),
        ("script.yml", "Artillery"),
    ];
    for (name, tool) in tools {
        assert_eq!(reason(&files, name), format!("looks like criteria of {tool}, which are not judged"));
        assert!(said.contains(&format!("`from = \"{name}\"`")), "{name}: {said}");
    }
    assert!(!said.contains("notes.yml"), "{said}");
    fs::write(path("plimsoll.toml"), "[[import]]\nfrom = \"slo.yaml\"\n").unwrap();
    let (files, said) = report();
    assert_eq!(reason(&files, "slo.yaml"), "criteria of Keptn, which are judged");
    assert!(!said.contains("slo.yaml"), "{said}");
}

/// Relative criteria of Keptn are held against what is pinned.
#[test]
fn keptn_compares_with_a_pinned_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("slo.yaml"), SLO).unwrap();
    let steady = "samples/teams/health-agent/steady";
    assert_eq!(plimsoll(&["baseline", "save", "v1", steady, "--store", &path("pinned")]).code, 0);
    let status = |args: &[&str]| {
        let found = judged(&[&[steady, &path("slo.yaml"), "--format", "json"], args].concat());
        let rows = found.report["criteria"].as_array().unwrap();
        let row = rows.iter().find(|row| row["id"] == "response_time_p50").unwrap();
        (row["status"].as_str().unwrap().to_owned(), row["reason"].as_str().unwrap().to_owned())
    };
    let (alone, why) = status(&[]);
    assert!(alone == "inconclusive" && why.contains("no earlier result"), "{alone}: {why}");
    let (pinned, why) = status(&["--baseline", "v1", "--store", &path("pinned")]);
    assert!(pinned == "pass" && why.contains("before 36 ms"), "{pinned}: {why}");
}

/// A misspelt kind of failure and thresholds for a test that is not there were both READY.
#[test]
fn what_nothing_is_called_is_said_by_check_and_met_by_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("plimsoll.toml");
    let text = "[[criteria]]\nid = \"kind\"\nmetric = \"failures.ratio{timeuot}\"\nat_most = \"100 %\"\n\
                [[import]]\ntest = \"nosuch\"\nk6 = { http_req_duration = [\"p(95)<500\"] }\n";
    fs::write(&config, text).unwrap();
    let name = config.to_str().unwrap();
    let checked = plimsoll(&["check", name]).out;
    for said in ["did you mean `timeout`?", "nothing can miss it", "p95 must be below 500 ms (critical)"] {
        assert!(checked.contains(said), "{said}:\n{checked}");
    }
    let found = judged(&["samples/teams/health-agent/steady", "--config", name, "--format", "json"]);
    let rows = found.report["criteria"].as_array().unwrap();
    let open = |part: &str| {
        rows.iter().any(|row| row["status"] == "inconclusive" && row["reason"].as_str().unwrap().contains(part))
    };
    assert!(open("did you mean `timeout`?") && open("no test is there"), "{}", found.report["criteria"]);
    fs::write(&config, text.replace("failures.ratio{timeuot}", "status.ratio{6xx}")).unwrap();
    let wrong = plimsoll(&["check", name]);
    assert!(wrong.code == 2 && wrong.err.contains("line 3") && wrong.err.contains("100 to 599"), "{}", wrong.err);
}
