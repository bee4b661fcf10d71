//! Runs are stored, form a baseline, decide from five on, and make a history: through the command line, as a pipeline would.

use crate::program::{Ran, files, plimsoll};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with a configuration, a store, and results made on demand.
pub(crate) struct Place {
    folder: TempDir,
}

/// A day without a failure among 800 requests leaves a change of the failures open: only latency is compared.
const PLAN: &str = "[suite]\nbuild = \"BUILD\"\nenvironment = \"ENVIRONMENT\"\n\n[[criteria]]\nid = \"p95\"\nmetric = \"latency.p95\"\nbelow = \"10 s\"\n\n[compare]\nmetrics = [\"p50\", \"p95\"]\n";

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Two minutes of three endpoints on a day; `GET /b` is slower by that factor. Runs differ by about a percent.
    pub(crate) fn results(&self, day: u32, slower: f64, more: &str) -> String {
        let weather = [1.0, 1.012, 0.99, 1.006, 0.994, 1.01, 0.988][day as usize % 7];
        let mut rows = "timestamp,endpoint,latency_ms,success\n".to_owned();
        for at in 0..2_400_u32 {
            let endpoint = at % 3;
            let level = [40.0, 80.0, 160.0][endpoint as usize] * if endpoint == 1 { slower } else { 1.0 };
            let noise = f64::from((at.wrapping_mul(2_654_435_761) >> 8) % 1_000) / 1_000.0;
            let seconds = 1_795_226_400.0 + f64::from(day) * 86_400.0 + f64::from(at) * 0.05;
            let name = ["a", "b", "c"][endpoint as usize];
            writeln!(rows, "{seconds:.3},/{name},{:.3},true", level * weather * (0.8 + 0.4 * noise)).unwrap();
        }
        let folder = self.path(&format!("day{day}-{slower}"));
        fs::create_dir_all(folder.join("shop")).unwrap();
        fs::write(folder.join("shop/rows.csv"), rows).unwrap();
        let plan = PLAN.replace("BUILD", &format!("1.{day}")).replace("ENVIRONMENT", "staging");
        fs::write(folder.join("plimsoll.toml"), plan + more).unwrap();
        folder.display().to_string()
    }

    pub(crate) fn report(&self, results: &str, baseline: &str, save: bool) -> (Ran, Value) {
        let (store, out) = (self.text("store"), self.text("out"));
        let mut args = vec!["report", results, "--store", &store, "--out", &out, "--format", "json,html,md"];
        if !baseline.is_empty() {
            args.extend(["--baseline", baseline]);
        }
        if save {
            args.push("--save");
        }
        let ran = plimsoll(&args);
        let report =
            fs::read_to_string(self.path("out/report.json")).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
        (ran, serde_json::from_str(&report).unwrap())
    }

    /// A run on each day, compared with those before and saved.
    fn days(&self, days: std::ops::Range<u32>) {
        for day in days {
            let (ran, report) = self.report(&self.results(day, 1.0, ""), "latest", true);
            let expected = if day == 0 { (4, "inconclusive") } else { (0, "ready") };
            assert_eq!((ran.code, report["verdict"].as_str().unwrap()), expected, "day {day}: {}", ran.out);
        }
    }

    fn baseline(&self, args: &[&str]) -> Ran {
        let store = self.text("store");
        plimsoll(&[&["baseline"], args, &["--store", &store]].concat())
    }
}

fn called<'a>(report: &'a Value, call: &str) -> Vec<&'a str> {
    let deltas = report["deltas"].as_array().unwrap().iter();
    deltas.filter(|delta| delta["call"] == call).map(|delta| delta["endpoint"].as_str().unwrap()).collect()
}

fn criterion<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["criteria"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap()
}

#[test]
fn from_five_runs_on_the_history_decides() {
    let place = Place::new();
    place.days(0..6);
    let (_, report) = place.report(&place.results(6, 1.0, ""), "latest", false);
    let delta = &report["deltas"][0];
    assert_eq!(delta["method"], "L0 history: 6 runs");
    assert!(delta["detail"].as_str().unwrap().starts_with("against the newest run alone: "), "{delta}");
    assert_eq!(report["baseline"]["pairs"][0]["runs"], 6);
    let assumed = report["reproduce"]["assumed"][0].as_str().unwrap();
    assert!(assumed.contains("measured over 6 stored runs"), "{assumed}");

    // A regression fails, is stored, and is never compared with.
    let (ran, report) = place.report(&place.results(7, 1.3, ""), "latest", true);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(called(&report, "regressed").iter().all(|endpoint| ["/b", ""].contains(endpoint)), "{report}");
    let (ran, report) = place.report(&place.results(8, 1.0, ""), "latest", false);
    assert_eq!((ran.code, &report["baseline"]["pairs"][0]["runs"]), (0, &6.into()), "{}", ran.out);

    // A report that is made again later, or twice, does not see what came after it, nor itself.
    let (_, again) = place.report(&place.results(3, 1.0, ""), "latest", true);
    assert_eq!(again["baseline"]["pairs"][0]["runs"], 3);
}

#[test]
fn an_accepted_run_is_the_new_normal() {
    let place = Place::new();
    place.days(0..5);
    let (ran, _) = place.report(&place.results(5, 1.3, ""), "latest", true);
    assert_eq!(ran.code, 1);
    let args = ["accept", "shop", "--reason", "search by synonyms", "--by", "Ada", "--date", "2026-11-20"];
    assert_eq!(place.baseline(&args).code, 0);
    let (ran, report) = place.report(&place.results(6, 1.3, ""), "latest", false);
    assert_eq!(ran.code, 0, "{}", ran.out);
    let pair = &report["baseline"]["pairs"][0];
    assert_eq!(pair["since"], "the run accepted by Ada on 2026-11-20");
    assert_eq!(pair["accepted"], "accepted by Ada on 2026-11-20: search by synonyms");
    assert!(fs::read_to_string(place.path("out/report.html")).unwrap().contains("search by synonyms"));
}

#[test]
fn other_conditions_are_named_and_marked_or_refused() {
    let place = Place::new();
    place.days(0..2);
    place.baseline(&["save", "v1", &place.results(0, 1.0, "")]);
    let elsewhere = |day, more: &str| {
        let results = place.results(day, 1.0, more);
        let path = Path::new(&results).join("plimsoll.toml");
        fs::write(&path, fs::read_to_string(&path).unwrap().replace("staging", "laptop")).unwrap();
        results
    };
    let (ran, report) = place.report(&elsewhere(2, ""), "latest", false);
    let reason = criterion(&report, "no-regression")["reason"].as_str().unwrap();
    assert_eq!(ran.code, 4);
    assert!(reason.contains("made under other conditions (environment)"), "{reason}");

    let (ran, report) = place.report(&elsewhere(3, ""), "v1", false);
    assert_eq!((ran.code, &report["baseline"]["pairs"][0]["unequal"]), (0, &serde_json::json!(["environment"])));
    assert!(ran.out.contains("environment: laptop, was staging"), "{}", ran.out);

    let (ran, report) = place.report(&elsewhere(4, "unequal = \"refuse\"\n"), "v1", false);
    let reason = criterion(&report, "no-regression")["reason"].as_str().unwrap();
    assert_eq!((ran.code, reason), (4, "not comparable: environment: laptop, was staging"));
}

#[test]
fn many_small_steps_are_seen_against_the_reference() {
    let place = Place::new();
    place.baseline(&["save", "v1", &place.results(0, 1.0, "")]);
    place.report(&place.results(1, 1.25, ""), "", true);
    let drifting = place.results(2, 1.3, "\n[baseline]\nreference = \"v1\"\n");
    let (ran, report) = place.report(&drifting, "latest", false);
    let drift = criterion(&report, "no-slow-drift");
    assert_eq!((ran.code, drift["status"].as_str(), drift["critical"].as_bool()), (0, Some("fail"), Some(false)));
    assert_eq!(report["verdict"], "ready-with-conditions");
    assert!(drift["reason"].as_str().unwrap().starts_with("against v1: worse than the baseline: "), "{drift}");
    assert_eq!(report["reference"]["baseline"]["id"], "v1");
}

#[test]
fn figures_from_a_document_are_a_baseline() {
    let place = Place::new();
    let declared = "source = \"last year's test\"\ndate = \"2025-11-03\"\n\n[[figures]]\nmetric = \"latency.p95\"\nvalue = \"1 s .. 2 s\"\n\n\
        [[figures]]\nendpoint = \"/b\"\nmetric = \"latency.p50\"\nvalue = \"40 ms\"\n";
    fs::write(place.path("figures.toml"), declared).unwrap();
    assert_eq!(place.baseline(&["declare", "before", &place.text("figures.toml")]).code, 0);
    let (ran, report) = place.report(&place.results(0, 1.0, ""), "before", false);
    assert_eq!(ran.code, 1, "twice the declared median is worse: {}", ran.out);
    let [all, b] = report["deltas"].as_array().unwrap().as_slice() else { panic!("{report}") };
    assert_eq!((all["call"].as_str(), b["call"].as_str()), (Some("improved"), Some("regressed")));
    assert_eq!(all["declared"]["source"], "last year's test");
    assert!(ran.out.contains("declared 1 s to 2 s"), "{}", ran.out);
    assert_eq!(report["baseline"]["declared"]["sources"][0], "last year's test, 2025-11-03");
}

#[test]
fn a_history_is_shown_in_four_forms_and_always_alike() {
    let place = Place::new();
    for day in 0..14 {
        place.report(&place.results(day, if day < 8 { 1.0 } else { 1.4 }, ""), "", true);
    }
    let (store, out) = (place.text("store"), place.text("history"));
    let json = plimsoll(&["history", "shop", "--json", "--store", &store]).json();
    let series = json["tests"][0]["series"].as_array().unwrap();
    let of = |endpoint: &str| series.iter().find(|one| one["endpoint"] == endpoint && one["metric"] == "p95").unwrap();
    assert_eq!(of("/b")["changes"].as_array().unwrap().len(), 1);
    assert_eq!(of("/b")["changes"][0]["run"], 8);
    assert_eq!(of("/b")["band"]["runs"], 6);
    assert!(of("/a")["changes"].as_array().unwrap().is_empty());

    let text = plimsoll(&["history", "--store", &store]);
    assert!(text.out.contains("+40 % with 1.8"), "{}", text.out);
    let written = || {
        assert_eq!(plimsoll(&["history", "--out", &out, "--store", &store]).code, 0);
        files(&place.path("history")).iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>()
    };
    let first = written();
    assert!(first.len() > 6, "page, document, JSON and pictures");
    assert_eq!(first, written());
    let page = fs::read_to_string(place.path("history/history.html")).unwrap();
    assert!(page.contains("p95 of /b changed by +40 % with 1.8"), "the chart says what it shows");

    // A report shows the last runs, too.
    let (_, report) = place.report(&place.results(14, 1.4, ""), "latest", false);
    assert_eq!(report["history"][0]["runs"].as_array().unwrap().len(), 15);
    assert_eq!(report["baseline"]["pairs"][0]["runs"], 6, "a baseline begins after the last change");
    assert!(fs::read_to_string(place.path("out/report.html")).unwrap().contains("Over the last runs"));
}

#[test]
fn a_damaged_run_spoils_itself_alone_and_hostile_names_stay_text() {
    let place = Place::new();
    place.days(0..3);
    let runs: Vec<PathBuf> = files(&place.path("store/runs"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "run"))
        .collect();
    let sound = fs::read_to_string(&runs[1]).unwrap();
    fs::write(&runs[1], sound.replacen("\"build\":\"1.1\"", "\"build\":\"1.9\"", 1)).unwrap();
    let (ran, report) = place.report(&place.results(3, 1.0, ""), "latest", false);
    assert_eq!((ran.code, &report["baseline"]["pairs"][0]["runs"]), (0, &2.into()));
    assert!(ran.err.contains("its content does not match its hash"), "{}", ran.err);

    let results = place.results(4, 1.0, "");
    let path = Path::new(&results).join("plimsoll.toml");
    let hostile = "</script><img src=x onerror=alert(1)>|`@team`\\u001b[31m";
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("1.4", hostile)).unwrap();
    place.report(&results, "", true);
    let store = place.text("store");
    let text = plimsoll(&["history", "--store", &store]).out;
    assert!(!text.contains('\u{1b}'), "{text}");
    plimsoll(&["history", "--store", &store, "--out", &place.text("history")]);
    let page = fs::read_to_string(place.path("history/history.html")).unwrap();
    assert!(!page.contains("<img src=x") && page.contains("&lt;img src=x"), "escaped");
}

/// 20 endpoints at 200 requests a second for 10 minutes.
#[test]
fn a_stored_run_is_small() {
    let place = Place::new();
    let mut rows = "timestamp,endpoint,latency_ms,success\n".to_owned();
    for at in 0..120_000_u64 {
        // Two turns of a mixing function: as irregular as latencies are, and the same on every machine.
        let mixed = (at ^ (at << 21)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let noise = f64::from(u32::try_from(mixed >> 40).unwrap()) / f64::from(1 << 24);
        let latency = 50.0 * (1.0 / (1.0 - noise * 0.999)).powf(0.35);
        let seconds = 1_795_226_400.0 + f64::from(u32::try_from(at).unwrap()) / 200.0;
        writeln!(rows, "{seconds:.3},/endpoint{},{latency:.3},true", mixed % 20).unwrap();
    }
    fs::create_dir_all(place.path("results")).unwrap();
    fs::write(place.path("results/rows.csv"), rows).unwrap();
    place.baseline(&["save", "v1", &place.text("results")]);
    let stored = files(&place.path("store"));
    let bytes = fs::metadata(&stored[0]).unwrap().len();
    assert!((50_000..400_000).contains(&bytes), "{bytes} bytes");
}
