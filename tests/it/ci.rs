//! What build servers are given, read by the programs that build servers read it with (`tests/ci`, installed by `tests/install`).

use crate::hostile::{assert_harmless, hostile_names, hostile_results, steers};
use crate::program::{EVERY_FORMAT, folders, plimsoll};
use plimsoll::judge::outcome::Status;
use plimsoll::render::ci::{Gate, Link, comment, github, junit, load_performance, openmetrics, spreadsheet};
use plimsoll::report::model::Report;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs one of the readers on these files and folders; what it found, by their names.
pub(crate) fn read_by(program: &str, args: &[&str], paths: &[PathBuf]) -> Value {
    let ran = Command::new(program)
        .args(args)
        .args(paths)
        .output()
        .unwrap_or_else(|error| panic!("{program} does not start ({error}): run tests/install"));
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice(&ran.stdout).unwrap()
}

/// Python with the packages of tests/ci/requirements.txt.
pub(crate) const PYTHON: &str = "tests/ci/venv/bin/python";

fn report(out: &Path) -> Report {
    serde_json::from_str(&fs::read_to_string(out.join("report.json")).unwrap()).unwrap()
}

/// Reports that differ in all that these files say, each in a folder with every file, with its exit code.
fn written(folder: &Path) -> Vec<(PathBuf, u8)> {
    let mut runs: Vec<(String, Vec<String>)> = Vec::new();
    for team in folders(Path::new("samples/teams")) {
        let (name, path) = (team.file_name().unwrap().to_str().unwrap().to_owned(), team.display().to_string());
        let store = team.join(".plimsoll");
        if store.is_dir() {
            let args = [&path, "--baseline", "v1", "--store", store.to_str().unwrap()].map(str::to_owned);
            runs.push((format!("{name}-compared"), args.to_vec()));
        }
        runs.push((name, vec![path]));
    }
    runs.push(("invalid".to_owned(), vec!["samples/k6/every-iteration-threw".to_owned()]));
    let hostile = folder.join("hostile-in");
    fs::create_dir(&hostile).unwrap();
    hostile_results(&hostile);
    // A file that is named should be a result.
    let prose = folder.join("=1+2 @all.txt");
    fs::write(&prose, "Dear team,\nthe numbers look fine.\n").unwrap();
    runs.push(("hostile".to_owned(), [&hostile, &prose].map(|path| path.display().to_string()).to_vec()));
    let run = |(name, args): &(String, Vec<String>)| {
        let out = folder.join(name);
        let mut words = vec!["report", "--format", EVERY_FORMAT, "--out", out.to_str().unwrap()];
        words.extend(args.iter().map(String::as_str));
        let ran = plimsoll(&words);
        assert!([0, 1, 4].contains(&ran.code), "{name}: {}", ran.err);
        (out, ran.code)
    };
    runs.iter().map(run).collect()
}

#[test]
fn build_servers_read_what_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = written(folder.path());
    let (many, out) = (many(), folder.path().join("many"));
    write_all(&many, &out);
    all.push((out, 1));
    let paths: Vec<PathBuf> = all.iter().map(|(path, _)| path.clone()).collect();
    let found = read_by(PYTHON, &["tests/ci/check.py", "read"], &paths);
    let again = read_by("node", &["tests/ci/read.mjs"], &paths);
    for (path, code) in &all {
        let name = path.to_str().unwrap();
        let report = report(path);
        hold_junit(&report, &found[name]["junit"], *code, name);
        hold_same(&found[name]["junit"], &again[name], name);
        hold_metrics(&report, &found[name], name);
    }
    let hostile = &found[all.iter().find(|(path, _)| path.ends_with("hostile")).unwrap().0.to_str().unwrap()];
    assert_eq!(hostile["junit"]["errors"], 1, "the file that could not be read is no error");
}

/// The cases are the criteria, and fail exactly where the exit code says so.
#[track_caller]
fn hold_junit(report: &Report, junit: &Value, code: u8, name: &str) {
    let cases = junit["cases"].as_array().unwrap();
    let of = |result: &str| cases.iter().filter(|case| case["result"] == result).count();
    let (tests, failures) = (report.standing().len(), of("failure"));
    let unreadable = report.files_not_used.iter().filter(|file| file.unreadable).count();
    assert_eq!(cases.len(), 1 + tests + unreadable + report.criteria.len(), "{name}");
    assert_eq!([&junit["tests"], &junit["failures"]], [cases.len(), failures], "{name}");
    assert_eq!([&junit["errors"], &junit["skipped"]], [of("error"), of("skipped")], "{name}");
    match code {
        0 => assert_eq!(failures, 0, "{name} passes"),
        1 => assert!(failures > 0, "{name} fails"),
        _ => assert!(failures == 0 && of("skipped") + of("error") > 0, "{name} cannot be told"),
    }
    let invalid = report.standing().iter().filter(|test| !test.valid).count();
    assert!(of("error") >= invalid + unreadable, "{name}: {invalid} runs prove nothing");
    let mut names: Vec<[&str; 2]> = Vec::new();
    for case in cases {
        let text = |key: &str| case[key].as_str().unwrap();
        names.push([text("class"), text("name")]);
        assert!(text("message").chars().count() <= 1_024, "{name}: a message of {} is too long", text("name"));
        assert!(!text("name").trim().is_empty(), "{name}");
        assert!(text("class").split('.').count() <= 3, "{name}: {}", text("class"));
        let steering = ["class", "name", "message"].into_iter().find(|key| text(key).chars().any(steers));
        assert_eq!(steering, None, "{name}: {case}");
    }
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{name} has two cases of one name");
}

/// The second parser sees the same cases.
#[track_caller]
fn hold_same(one: &Value, other: &Value, name: &str) {
    let cases = |of: &Value| -> Vec<[String; 3]> {
        let text = |case: &Value, key: &str| case[key].as_str().unwrap().to_owned();
        let all = of["cases"].as_array().unwrap();
        all.iter().map(|case| ["class", "name", "result"].map(|key| text(case, key))).collect()
    };
    assert_eq!(cases(one), cases(other), "{name} is read in two ways");
    for count in ["tests", "failures", "errors"] {
        assert_eq!(one[count], other[count], "{name}");
    }
}

/// Figures arrive as they stand in report.json.
#[track_caller]
fn hold_metrics(report: &Report, found: &Value, name: &str) {
    let sample = |metric: &str, labels: &[(&str, &str)]| -> Option<f64> {
        let fits = |one: &&Value| one[0] == metric && labels.iter().all(|(key, value)| one[1][*key] == **value);
        found["openmetrics"].as_array().unwrap().iter().find(fits).and_then(|one| one[2].as_f64())
    };
    for test in report.standing().iter().filter(|test| test.name.is_ascii()) {
        let all = [("test", test.name.as_str()), ("population", "requests"), ("endpoint", "")];
        assert_eq!(sample("plimsoll_requests", &all), test.totals.requests.map(|n| n as f64), "{name}");
        let p95 = [&all[..], &[("quantile", "0.95")]].concat();
        let (read, meant) = (sample("plimsoll_latency_seconds", &p95), test.totals.latency_us.quantiles.get("p95"));
        let meant = meant.copied().flatten();
        assert_eq!(read.is_some(), meant.is_some(), "{name}");
        assert!(read.zip(meant).is_none_or(|(s, us)| (s * 1e6 - us).abs() < 1e-3), "{name}: {read:?} for {meant:?}");
    }
    let few = found["metrics"].as_array().unwrap().len();
    assert!(few <= 48, "{name}: {few} lines are too many to look at");
    assert_eq!(found["gitlab_metrics"].as_object().unwrap().len(), few, "{name}: GitLab reads other lines");
    let load = &found["gitlab_load"];
    if let Some(rps) = load["rps"].as_f64() {
        let near = |test: &&plimsoll::report::model::TestReport| {
            test.totals.rate_per_s.is_some_and(|rate| (rps / rate - 1.0).abs() < 0.01)
        };
        assert!(report.standing().iter().any(near), "{name}: nobody had {rps} requests a second");
        assert!(load["checks"].as_f64().is_none_or(|share| (0.0..=1.0).contains(&share)), "{name}: {load}");
    }
}

/// A report of 5,000 endpoints with hostile names, each with a criterion and a comparison.
fn many() -> Report {
    let out = tempfile::tempdir().unwrap();
    let store = "samples/teams/membership/.plimsoll";
    let of = ["samples/teams/membership", "--baseline", "v1", "--store", store];
    plimsoll(&[&["report", "--format", "json", "--out", out.path().to_str().unwrap()], &of[..]].concat());
    let mut report = report(out.path());
    let names = hostile_names();
    let statuses = [Status::Pass, Status::Fail, Status::Inconclusive, Status::Warn, Status::MetNotProven];
    let test = report.tests.iter_mut().find(|test| test.endpoints.len() > 1 && test.valid).unwrap();
    let (endpoint, criterion) = (test.endpoints[0].clone(), report.criteria[0].clone());
    let delta = report.deltas[0].clone();
    test.endpoints.clear();
    for at in 0..5_000 {
        let name = format!("{} {at} {}", names[at % names.len()], names[(at / 7) % names.len()]);
        let mut one = endpoint.clone();
        one.label.clone_from(&name);
        one.name.clone_from(&name);
        test.endpoints.push(one);
        let mut judged = criterion.clone();
        judged.test.clone_from(&test.name);
        judged.endpoint = Some(name.clone());
        judged.id.clone_from(&names[at % names.len()]);
        judged.status = statuses[at % statuses.len()];
        judged.reason = format!("{name}: too slow for @team, see #{at}");
        report.criteria.push(judged);
        let mut changed = delta.clone();
        changed.endpoint = name;
        changed.test.clone_from(&test.name);
        report.deltas.push(changed);
    }
    report.title = names.concat();
    report.answer.headline = names.concat();
    for line in &mut report.answer.why {
        line.text = names.concat();
    }
    report
}

/// What the program would write for a report that fails.
fn write_all(report: &Report, out: &Path) {
    fs::create_dir(out).unwrap();
    let file = |name: &str| fs::File::create(out.join(name)).unwrap();
    serde_json::to_writer(file("report.json"), report).unwrap();
    junit::write(report, Gate::Fails, &mut file("junit.xml")).unwrap();
    openmetrics::write(report, &mut file("openmetrics.txt")).unwrap();
    openmetrics::write_few(report, &mut file("metrics.txt")).unwrap();
    load_performance::write(report, &mut file("load-performance.json")).unwrap();
}

#[test]
fn a_comment_of_5000_hostile_names_keeps_its_limit() {
    let report = many();
    let address = "https://ci.example/run/1";
    let links = [Link { text: "Full report".to_owned(), url: address.to_owned() }];
    let text = comment::comment(&report, &links);
    assert!(text.len() <= 60_000, "{} bytes", text.len());
    eprintln!("{} bytes", text.len());
    assert!(text.len() > 50_000, "only {} bytes are used", text.len());
    let lines: Vec<&str> = text.lines().collect();
    let mark = lines[0].strip_prefix("<!-- plimsoll:report:").unwrap().strip_suffix(" -->").unwrap();
    assert!(mark.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{mark}");
    assert!(lines[1].starts_with("## ✖ NOT READY: "), "{}", lines[1]);
    assert!(text.contains(&format!("[Full report](<{address}>)")));
    let rows = |heading: &str| {
        let from = lines.iter().position(|line| line.contains(heading)).unwrap_or_else(|| panic!("no {heading}"));
        lines[from..].iter().skip(4).take_while(|line| line.starts_with('|')).count()
    };
    assert!(rows("Criteria not met: ") >= 30);
    assert_eq!(rows("Worst 20 of 5,0"), 20);
    assert!(text.contains("more criteria in the full report"));
    assert!(["### Why", "### What to do", "### Tests"].iter().all(|heading| text.contains(heading)));
    assert_harmless(&text, &[address]);

    let page = comment::summary(&report, &links, comment::SUMMARY_LIMIT);
    assert!(page.len() <= 1_000_000 && page.len() > 500_000, "{} bytes", page.len());
    assert!(page.starts_with("## ✖ NOT READY"));
    assert_harmless(&page, &[address]);
}

#[test]
fn cells_are_no_formulas_and_numbers_stay_numbers() {
    let mut report = many();
    report.tests[0].name = "=cmd|' /C calc'!A0".to_owned();
    report.deltas[0].before = Some(-1.5);
    for write in [spreadsheet::endpoints, spreadsheet::deltas] {
        let mut bytes = Vec::new();
        write(&report, &mut bytes).unwrap();
        let mut table = csv::Reader::from_reader(bytes.as_slice());
        let mut rows = 0;
        for row in table.records().map(Result::unwrap) {
            rows += 1;
            for cell in &row {
                let formula = cell.trim_start().starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
                assert!(!formula && !cell.chars().any(steers), "{cell:?}");
            }
        }
        assert!(rows >= 5_000, "{rows} rows");
    }
    let mut bytes = Vec::new();
    spreadsheet::deltas(&report, &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.lines().nth(1).unwrap().contains(",-1.5,"), "{:?}", text.lines().nth(1));
}

/// The program in a step of GitHub Actions: exit code, log, the job's page and the step's outputs.
fn step(folder: &Path, args: &[&str]) -> (i32, String, String, BTreeMap<String, String>) {
    let (page, outputs) = (folder.join("step_summary_5f1c"), folder.join("set_output_5f1c"));
    let ran = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["report", "--ci", "auto", "--out", folder.join("out").to_str().unwrap()])
        .args(args)
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &page)
        .env("GITHUB_OUTPUT", &outputs)
        .env("GITHUB_SERVER_URL", "https://github.example")
        .env("GITHUB_REPOSITORY", "shop/cart")
        .env("GITHUB_RUN_ID", "77")
        .output()
        .unwrap();
    let pairs = fs::read_to_string(&outputs).unwrap();
    let pairs = pairs.lines().map(|line| line.split_once('=').unwrap());
    let outputs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let log = String::from_utf8(ran.stdout).unwrap();
    (ran.status.code().unwrap(), log, fs::read_to_string(&page).unwrap(), outputs)
}

#[test]
fn github_is_told_and_obeys_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    hostile_results(&input);
    let rows = fs::read_to_string(input.join("rows.csv")).unwrap();
    fs::write(input.join("rows.csv"), rows.replace("a|b | c", "##[error]x ::error::y")).unwrap();
    fs::write(folder.path().join("step_summary_5f1c"), "what another program said\n").unwrap();
    let (code, log, page, outputs) = step(folder.path(), &[input.to_str().unwrap()]);
    assert_eq!(code, 1, "{log}");
    let stopped = log.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap();
    let (names, commands) = log.split_once(&format!("\n::{stopped}::\n")).unwrap();
    assert!(names.contains("NOT READY"));
    for command in commands.lines() {
        assert!(command.starts_with("::error title=") || command.starts_with("::warning title="), "{command}");
        assert!(!command.contains("##["), "{command}");
    }
    assert!(page.starts_with("what another program said\n## ✖ NOT READY"), "{page}");
    assert!(page.contains("(<https://github.example/shop/cart/actions/runs/77>)"));
    assert_eq!(outputs["verdict"], "not-ready");
    assert_eq!(outputs["exit_code"], "1");
    assert!(Path::new(&outputs["report"]).is_file() && Path::new(&outputs["comment"]).is_file());

    let again = tempfile::tempdir().unwrap();
    let mapped = step(again.path(), &[input.to_str().unwrap(), "--exit-map", "k6"]);
    assert_eq!((mapped.0, mapped.3["exit_code"].as_str()), (99, "99"));
    let broken = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["report", "--ci", "github", "samples/nothing", "--exit-map", "taurus", "--out"])
        .arg(again.path())
        .env("GITHUB_ACTIONS", "true")
        .output()
        .unwrap();
    let said = String::from_utf8(broken.stdout).unwrap();
    let token = said.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap();
    assert_eq!(said.lines().last(), Some(format!("::{token}::").as_str()), "the log obeys no command any more");
    assert_eq!(broken.status.code(), Some(1));
}

#[test]
fn annotations_are_few_and_count_the_rest() {
    let mut log = Vec::new();
    github::annotations(&many(), Gate::Fails, &mut log).unwrap();
    let log = String::from_utf8(log).unwrap();
    for level in ["::error ", "::warning "] {
        let lines: Vec<&str> = log.lines().filter(|line| line.starts_with(level)).collect();
        assert_eq!(lines.len(), 10, "{log}");
        assert!(lines[9].contains(" more of these in the report"), "{}", lines[9]);
    }
    assert_eq!(log.lines().count(), 20);
}

#[test]
fn junit_fails_where_the_build_is_made_to_fail() {
    let out = tempfile::tempdir().unwrap();
    let failures = |args: &[&str]| {
        let base = ["report", "samples/teams/health-agent", "--format", "junit", "--out", out.path().to_str().unwrap()];
        let code = plimsoll(&[&base, args].concat()).code;
        let text = fs::read_to_string(out.path().join("junit.xml")).unwrap();
        (code, text.matches("<failure ").count())
    };
    assert_eq!(failures(&[]), (0, 0));
    assert_eq!(failures(&["--fail-on", "conditions"]), (1, 1));
    assert_eq!(failures(&["--fail-on", "conditions", "--exit-map", "gatling"]), (2, 1));
}

#[test]
fn every_file_of_two_samples() {
    for team in ["health-agent", "membership"] {
        let folder = tempfile::tempdir().unwrap();
        let path = format!("samples/teams/{team}");
        let store = format!("{path}/.plimsoll");
        let args = [&path, "--baseline", "v1", "--store", &store, "--format", EVERY_FORMAT];
        let (_, log, _, outputs) = step(folder.path(), &args);
        let hide = |text: &str| text.replace(&folder.path().display().to_string(), "DIR");
        let commands = log.split_once("::\n").map(|(_, rest)| rest).unwrap();
        let annotations: Vec<&str> = commands.lines().filter(|line| line.starts_with("::")).collect();
        let outputs: Vec<String> = outputs.iter().map(|(name, value)| format!("{name}={}", hide(value))).collect();
        let shown = |name: &str, text: &str| {
            insta::with_settings!({ snapshot_path => "snapshots/ci", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("{team}_{name}"), text);
            });
        };
        shown("annotations", &annotations.join("\n"));
        shown("outputs", &outputs.join("\n"));
        for name in [
            "comment.md",
            "junit.xml",
            "load-performance.json",
            "metrics.txt",
            "openmetrics.txt",
            "endpoints.csv",
            "deltas.csv",
        ] {
            shown(name, &fs::read_to_string(folder.path().join("out").join(name)).unwrap());
        }
    }
}
