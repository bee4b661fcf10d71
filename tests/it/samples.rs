//! Every folder of samples/ as people meet it: what `inspect` makes of each case, and the whole report of each team.

use crate::program::{folders, plimsoll};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

/// Members of a latency that people read.
const LATENCY: [&str; 7] = ["n", "mean", "min", "max", "quantiles", "quantile_why", "source_class"];

fn take(from: &Value, names: &[&str]) -> Value {
    let members = names.iter().map(|name| ((*name).to_owned(), from[*name].clone()));
    Value::Object(members.filter(|(_, value)| !is_nothing(value)).collect::<Map<_, _>>())
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}

fn each(list: &Value, shape: impl Fn(&Value) -> Value) -> Value {
    list.as_array().map(|all| all.iter().map(shape).collect()).unwrap_or_default()
}

fn endpoint(of: &Value) -> Value {
    let mut figures =
        take(of, &["group", "label", "requests", "failures", "rate_per_s", "failure_kinds", "cache", "failures_why"]);
    let mut latency = take(&of["latency_us"], &LATENCY);
    latency["definition"] = of["latency_us"]["definition"].clone();
    figures["latency_us"] = latency;
    figures
}

fn population(of: &Value) -> Value {
    json!({ "population": of["population"], "totals": endpoint(&of["totals"]), "endpoints": each(&of["endpoints"], endpoint) })
}

fn test(of: &Value) -> Value {
    const OWN: [&str; 9] =
        ["name", "run", "tool", "tool_version", "started_at", "ended_at", "duration_s", "load", "faults"];
    const INPUT: [&str; 11] = [
        "source",
        "adapter",
        "why",
        "role",
        "rows_read",
        "rows_used",
        "rows_skipped",
        "rows_rejected",
        "first_rejections",
        "unfinished",
        "notes",
    ];
    let mut shown = take(of, &OWN);
    shown["inputs"] = each(&of["inputs"], |input| take(input, &INPUT));
    shown["totals"] = endpoint(&of["totals"]);
    shown["endpoints"] = each(&of["endpoints"], endpoint);
    shown["populations"] = each(&of["populations"], population);
    shown["monitors"] = each(&of["monitors"], |one| {
        take(one, &["metric", "unit", "kind", "samples", "missing", "mean", "min", "max", "p50", "p95", "categories"])
    });
    shown["custom"] = each(&of["custom"], |one| {
        json!(format!("{} {} n={}", one["kind"].as_str().unwrap(), one["metric"].as_str().unwrap(), one["count"]))
    });
    for words in ["doubts", "warnings", "remarks"] {
        shown[words] = of[words].clone();
    }
    shown
}

#[test]
fn every_case_of_every_tool() {
    let mut seen = 0;
    for tool in folders(Path::new("samples")).iter().filter(|tool| !tool.ends_with("teams")) {
        for case in folders(tool) {
            assert!(case.join("README.md").is_file(), "{} does not say what it shows", case.display());
            let ran = plimsoll(&["inspect", case.to_str().unwrap(), "--json"]);
            let inspection = ran.json();
            let shown = json!({
                "exit_code": ran.code,
                "tests": each(&inspection["tests"], test),
                "files_not_used": each(&inspection["files_not_used"], |file| json!(format!("{}: {}", file["source"].as_str().unwrap(), file["reason"].as_str().unwrap()))),
                "said": ran.err,
            });
            let name = format!("{}_{}", tool.file_name().unwrap().display(), case.file_name().unwrap().display());
            insta::with_settings!({ snapshot_path => "snapshots/samples", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_json_snapshot!(name, shown);
            });
            seen += 1;
        }
    }
    assert!(seen >= 20, "only {seen} cases");
}

#[test]
fn every_team() {
    for team in folders(Path::new("samples/teams")) {
        let out = tempfile::tempdir().unwrap();
        let ran = plimsoll(&["report", team.to_str().unwrap(), "--out", out.path().to_str().unwrap()]);
        let report: Value = serde_json::from_slice(&fs::read(out.path().join("report.json")).unwrap()).unwrap();
        let criteria = json!({
            "exit_code": ran.code,
            "verdict": report["verdict"],
            "conditions": report["conditions"],
            "criteria": each(&report["criteria"], |one| take(one, &["id", "test", "endpoint", "status", "reason"])),
            "findings": each(&report["findings"], |one| take(one, &["rule", "test", "endpoint", "severity", "message"])),
            "plan": report["plan"],
        });
        let name = team.file_name().unwrap().to_str().unwrap().to_owned();
        let document = fs::read_to_string(out.path().join("report.md")).unwrap();
        insta::with_settings!({ snapshot_path => "snapshots/teams", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_json_snapshot!(format!("{name}_criteria"), criteria);
            insta::assert_snapshot!(format!("{name}_report.md"), document);
            insta::assert_snapshot!(format!("{name}_terminal"), ran.out.replace(&out.path().display().to_string(), "OUT"));
        });
    }
}
