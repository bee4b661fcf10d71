//! Which of several results counts, and what a run that is short of something may still say: told on made rows.

use crate::program::plimsoll;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Rows of one endpoint at so many a second from a day's midnight on; latencies in ms around `ms`.
    fn rows(&self, folder: &str, day: u32, (count, per_s): (u32, f64), ms: f64) -> String {
        let mut text = "timestamp,endpoint,latency_ms,success\n".to_owned();
        for at in 0..count {
            let seconds = 1_795_219_200.0 + f64::from(day) * 86_400.0 + f64::from(at) / per_s;
            let noise = f64::from((at.wrapping_mul(2_654_435_761) >> 8) % 1_000) / 1_000.0;
            writeln!(text, "{seconds:.3},/a,{:.3},true", ms * (0.8 + 0.4 * noise)).unwrap();
        }
        self.write(&format!("{folder}/rows.csv"), &text);
        self.path(folder).display().to_string()
    }

    fn report(&self, inputs: &[&str], more: &[&str]) -> Value {
        let out = self.path("out").display().to_string();
        let ran = plimsoll(&[&["report"], inputs, more, &["--out", &out]].concat());
        let json = fs::read(self.path("out/report.json")).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
        serde_json::from_slice(&json).unwrap()
    }

    fn written(&self, name: &str) -> String {
        fs::read_to_string(self.path("out").join(name)).unwrap()
    }
}

fn criterion<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["criteria"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("{report}"))
}

const PLAN: &str = "[[tests]]\nname = \"api\"\nduration = \"45 s\"\n[[criteria]]\nid = \"p\"\ntest = \"api\"\n\
                    metric = \"latency.p95\"\nbelow = \"1 s\"\n";

/// Verdict and plan counted the older, valid run; the tables, the comment and the files for CI showed the newer one's figures.
#[test]
fn every_output_shows_the_run_that_the_plan_counts() {
    let place = Place::new();
    place.rows("val/run_20261101_100000/api", 0, (500, 10.0), 100.0);
    place.rows("val/run_20261102_100000/api", 1, (30, 10.0), 100.0);
    let config = place.write("plimsoll.toml", PLAN);
    let formats = "md,json,comment,junit,metrics,openmetrics,load-performance,csv";
    let input = place.path("val").display().to_string();
    let report = place.report(&[&input], &["--config", &config, "--format", formats]);
    let of = |run: &str| {
        let tests = report["tests"].as_array().unwrap();
        tests.iter().find(|test| test["run"].as_str().unwrap().contains(run)).unwrap().clone()
    };
    let (old, new) = (of("20261101"), of("20261102"));
    assert_eq!((old["valid"].as_bool(), new["valid"].as_bool()), (Some(true), Some(false)), "valid is of each run");
    assert!(old["superseded"].is_null() && new["superseded"].as_str().unwrap().contains("invalid"), "{new}");
    let markdown = place.written("report.md");
    let row = markdown.lines().find(|line| line.contains("does not count")).unwrap();
    assert!(row.contains("30") && !row.contains("500"), "{row}");
    assert!(
        place.written("comment.md").contains("500 requests") && !place.written("comment.md").contains("30 requests")
    );
    let performance: Value = serde_json::from_str(&place.written("load-performance.json")).unwrap();
    assert_eq!(performance["metrics"]["http_reqs"]["count"], 500, "{performance}");
    let time = format!("time=\"{:.0}", old["duration_s"].as_f64().unwrap().trunc());
    assert!(place.written("junit.xml").contains(&time), "{}", place.written("junit.xml"));
    assert_eq!(place.written("endpoints.csv").lines().count(), 3, "head, totals, one endpoint");
}

#[test]
fn the_headline_is_of_a_run_that_counts() {
    let place = Place::new();
    let a = place.rows("steady_a", 0, (900, 20.0), 400.0);
    let b = place.rows("steady_b", 1, (400, 20.0), 100.0);
    let config =
        place.write("plimsoll.toml", &PLAN.replace("\"api\"\nduration = \"45 s\"", "\"api\"\nmatch = \"steady_*\""));
    let report = place.report(&[&a, &b], &["--config", &config, "--format", "json"]);
    let headline = report["answer"]["headline"].as_str().unwrap();
    assert!(headline.contains("0 of 400 failed (steady_b)"), "{headline}");
    assert!(report["answer"]["sure"][0]["text"].as_str().unwrap().starts_with("400 requests in 1 test"), "{report}");
}

/// A percentile of forty requests cannot be bounded, and the other tool judges it all the same.
#[test]
fn criteria_of_other_tools_are_judged_on_few_requests_and_ours_are_not() {
    let place = Place::new();
    let input = place.rows("small", 0, (40, 2.0), 100.0);
    let config = place.write(
        "plimsoll.toml",
        "[[criteria]]\nid = \"own\"\nmetric = \"latency.p95\"\nbelow = \"1 s\"\n\
         [[import]]\ntaurus = [\"p95>600ms\", \"p95>50ms\"]\n",
    );
    let report = place.report(&[&input], &["--config", &config, "--format", "json"]);
    assert_eq!(criterion(&report, "own")["status"], "inconclusive");
    let taurus = report["criteria"].as_array().unwrap().iter().filter(|one| one["origin"] == "taurus");
    let statuses: Vec<&str> = taurus.map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["met-not-proven", "fail"], "{}", report["criteria"]);
}

/// Short runs rarely prove that nothing got slower. Each was READY WITH CONDITIONS for that alone, so that `latest` stayed with the
/// first of them and the five that a history needs never came together.
#[test]
fn latest_goes_on_though_the_comparison_cannot_tell() {
    let place = Place::new();
    let store = place.path("store").display().to_string();
    let mut report = Value::Null;
    for day in 0..7 {
        place.rows("now/api", day, (600, 20.0), 100.0 + f64::from(day % 3));
        place.write("now/plimsoll.toml", &PLAN.replace("duration = \"45 s\"", "duration = \"25 s\""));
        let input = place.path("now").display().to_string();
        let args = ["--baseline", "latest", "--save", "--store", &store, "--format", "json"];
        report = place.report(&[&input], &args);
    }
    assert_eq!(report["baseline"]["pairs"][0]["runs"], 6, "{}", report["baseline"]);
}

/// The same with Keptn's relative criteria: the first run has nothing to be compared with, and was kept from being what the second is
/// compared with. The two are paired as the other comparisons are: one test on each side, whatever their names.
#[test]
fn a_relative_objective_has_a_result_from_the_second_run_on() {
    let place = Place::new();
    let store = place.path("store").display().to_string();
    let slo = "[[import]]\nfrom = \"slo.yaml\"\n";
    let objective = "objectives:\n- sli: response_time_p95\n  pass: [{criteria: [\"<=+50%\"]}]\ntotal_score: {pass: \"90%\", warning: \"60%\"}\n";
    for (day, name) in (0..).zip(["first", "second"]) {
        let input = place.rows(name, day, (600, 20.0), 100.0);
        place.write(&format!("{name}/slo.yaml"), objective);
        place.write(&format!("{name}/plimsoll.toml"), slo);
        let args = ["--baseline", "latest", "--save", "--store", &store, "--format", "json"];
        let report = place.report(&[&input], &args);
        let status = criterion(&report, "total score")["status"].as_str().unwrap();
        assert_eq!(status, if day == 0 { "inconclusive" } else { "pass" }, "{}", report["criteria"]);
        let reason = criterion(&report, "response_time_p95")["reason"].as_str().unwrap();
        assert!(
            day > 0 || reason.contains("no run of first is stored yet"),
            "what was given and found nothing is said: {reason}"
        );
    }
}

/// Two documents that hold a run against different baselines, or declare different things, are not the same document.
#[test]
fn a_document_s_id_names_its_baseline_and_its_declarations() {
    let place = Place::new();
    let store = place.path("store").display().to_string();
    let before = [place.rows("a", 0, (300, 10.0), 100.0), place.rows("b", 1, (300, 10.0), 100.0)];
    for (name, input) in ["one", "two"].iter().zip(&before) {
        assert_eq!(plimsoll(&["baseline", "save", name, input, "--store", &store]).code, 0);
    }
    let input = place.rows("c", 2, (300, 10.0), 100.0);
    let id = |more: &[&str]| {
        let args = [&["--store", &store, "--format", "json"], more].concat();
        place.report(&[&input], &args)["run_id"].as_str().unwrap().to_owned()
    };
    let (none, one, two) = (id(&[]), id(&["--baseline", "one"]), id(&["--baseline", "two"]));
    assert!(none != one && one != two, "{none} {one} {two}");
    let signed = |text: &str| {
        place.write("c/signoff.toml", text);
        let out = place.path("out").display().to_string();
        plimsoll(&["signoff", &input, "--store", &store, "--out", &out]);
        let json: Value = serde_json::from_slice(&fs::read(place.path("out/report.json")).unwrap()).unwrap();
        json["run_id"].as_str().unwrap().to_owned()
    };
    assert_ne!(signed("[document]\nid = \"A\"\n"), signed("[document]\nid = \"B\"\n"));
}

#[test]
fn waivers_that_cover_nothing_are_said_by_check_and_report() {
    let place = Place::new();
    let input = place.rows("api", 0, (500, 10.0), 100.0);
    let waivers = "[[waivers]]\ncriterion = \"p\"\nowner = \"\"\nreason = \"r\"\nexpiry = \"2030-01-01\"\nceiling = \"2 s\"\n\
                   [[waivers]]\ncriterion = \"nobody\"\nowner = \"A\"\nreason = \"r\"\nexpiry = \"2030-01-01\"\nceiling = \"2 s\"\n\
                   [[waivers]]\ncriterion = \"p\"\nowner = \"A\"\nreason = \"r\"\nexpiry = \"2019-01-01\"\nceiling = \"2 s\"\n";
    let config = place.write("plimsoll.toml", &format!("{PLAN}{waivers}"));
    let checked = plimsoll(&["check", &config]).out;
    let report = place.report(&[&input], &["--config", &config, "--format", "json"]);
    let in_force = report["answer"]["defaults"].to_string();
    for said in ["it names no owner", "no criterion has that name", "it expired on 2019-01-01"] {
        assert!(checked.contains(said) && in_force.contains(said), "{said}:\n{checked}{in_force}");
    }
    assert!(checked.contains("default-failures: "), "{checked}");
}

#[test]
fn what_init_writes_is_about_the_runs_that_follow() {
    let place = Place::new();
    let (a, b) = (place.rows("steady_a", 0, (500, 10.0), 100.0), place.rows("steady_b", 1, (500, 10.0), 100.0));
    let config = place.path("plimsoll.toml").display().to_string();
    assert_eq!(plimsoll(&["init", &a, "--out", &config]).code, 0);
    let text = fs::read_to_string(Path::new(&config)).unwrap();
    assert!(text.contains("name = \"steady\"") && text.contains("match = \"steady_?\""), "{text}");
    let report = place.report(&[&b], &["--config", &config, "--format", "json"]);
    assert_eq!(report["plan"][0]["state"], "run", "{}", report["plan"]);
}
