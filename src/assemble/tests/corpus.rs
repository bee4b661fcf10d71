//! The shared corpus of real results, where it is there.

use super::*;

/// A folder of the corpus; `None`, and said, where there is no corpus.
fn corpus(folder: &str) -> Option<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = above.map(|at| at.join("shared/corpus")).find(|at| at.is_dir());
    if found.is_none() {
        #[expect(clippy::print_stderr, reason = "a test that is left out says so")]
        {
            eprintln!("left out: no shared corpus");
        }
    }
    found.map(|corpus| corpus.join(folder))
}

fn assembled(folder: &Path) -> Suite {
    let settings = Settings { threads: 2, ..Settings::default() };
    assemble(&Request { inputs: vec![folder.to_str().unwrap().to_owned()], settings, ..Request::default() }).unwrap()
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn files(test: &Test) -> Vec<&str> {
    test.inputs.iter().map(|input| input.source.rsplit('/').next().unwrap()).collect()
}

#[test]
fn locust_s_counts_are_those_of_the_rows() {
    let Some(root) = corpus("locust") else { return };
    let truth = json(&root.join("ground_truth.json"));
    for (name, expected) in truth.as_object().unwrap() {
        let suite = assembled(&root.join(name));
        assert_eq!(names(&suite), [name.as_str()]);
        let test = &suite.tests[0];
        assert_eq!(test.tool, "Locust");
        assert!(test.monitors.iter().any(|column| column.name == "db_pool_active"), "{name}");
        let all = &test.populations[0];
        for (label, figures) in expected["endpoints"].as_object().unwrap() {
            let own = all.endpoints.iter().find(|one| one.key.label() == *label).unwrap_or(&all.totals);
            assert_eq!(
                (own.requests, own.failures),
                (figures["count"].as_u64(), figures["failures"].as_u64()),
                "{name} {label}"
            );
        }
        let timeline = test.timeline.as_ref().unwrap();
        let windows = timeline.endpoints.iter().flat_map(|series| &series.windows);
        assert_eq!(windows.map(|window| window.requests).sum::<u64>(), all.totals.requests.unwrap());
        assert!(test.warnings.is_empty(), "{name}: {:?}", test.warnings);
    }
}

#[test]
fn a_killed_locust_s_csv_is_behind_and_that_is_a_warning() {
    let Some(root) = corpus("locust/killed") else { return };
    let suite = assembled(&root);
    assert_eq!(names(&suite), ["killed"]);
    assert_eq!(requests(&suite.tests[0]), Some(537));
    assert!(
        suite.tests[0].warnings.iter().any(|one| one.text.contains("500 requests") && one.text.contains("537")),
        "{:?}",
        suite.tests[0].warnings
    );
}

#[test]
fn two_runs_of_locust_in_one_folder_are_told_apart_by_their_prefixes() {
    let Some(root) = corpus("locust") else { return };
    let suite = assembled(&root.join("v2.47_nofull"));
    assert_eq!(names(&suite), ["jf", "nofull"]);
    assert_eq!(suite.tests.iter().map(requests).collect::<Vec<_>>(), [Some(520), Some(1535)]);
    assert!(files(&suite.tests[0]).contains(&"result.json.json"));
    assert!(files(&suite.tests[1]).contains(&"raw.csv"));
    let old = assembled(&root.join("old_locust_2.15.1"));
    assert_eq!(names(&old), ["full", "nofull"]);
    assert_eq!(old.tests.iter().map(requests).collect::<Vec<_>>(), [Some(1646), Some(1627)]);
}

#[test]
fn all_of_locust_at_once_is_twelve_tests() {
    let Some(root) = corpus("locust") else { return };
    let suite = assembled(&root);
    assert_eq!(suite.tests.len(), 12, "{:?}", names(&suite));
    assert!(suite.problems.is_empty(), "{:?}", suite.problems);
}

#[test]
fn every_k6_folder_is_one_test_with_k6_s_own_counts() {
    let Some(root) = corpus("k6") else { return };
    for name in
        ["api-baseline", "api-regressed", "search", "webhooks", "rsvp", "page", "spike", "rtc", "repeats/base-1"]
    {
        let folder = root.join(name);
        let suite = assembled(&folder);
        assert_eq!(names(&suite), [name.rsplit('/').next().unwrap()]);
        let test = &suite.tests[0];
        assert_eq!(test.tool, "k6");
        let metrics = &json(&folder.join("handleSummary.json"))["metrics"];
        assert_eq!(requests(test), metrics["http_reqs"]["values"]["count"].as_u64(), "{name}");
        assert_eq!(!test.monitors.is_empty(), folder.join("monitor.csv").exists(), "{name}");
        assert!(test.warnings.is_empty(), "{name}: {:?}", test.warnings);
        let used = files(test);
        assert!(used.contains(&"out.json.gz") && used.contains(&"out.csv.gz"), "{name}: {used:?}");
    }
}

#[test]
fn two_k6_runs_in_one_folder_are_two_tests_each_with_its_own_files() {
    let Some(root) = corpus("k6/fmt") else { return };
    for version in ["0.49.0", "0.57.0", "1.1.0", "2.2.0"] {
        let suite = assembled(&root.join(version));
        let of_folder: Vec<&Test> = suite.tests.iter().filter(|test| test.name.starts_with(version)).collect();
        assert_eq!(
            of_folder.iter().map(|test| test.name.as_str()).collect::<Vec<_>>(),
            [version.to_owned(), format!("{version} (2)")]
        );
        let (first, second) = (files(of_folder[0]), files(of_folder[1]));
        assert!(
            first.contains(&"out.json") && first.contains(&"out.csv") && !first.contains(&"handleSummary.json"),
            "{first:?}"
        );
        assert!(
            second.contains(&"out.json.gz")
                && second.contains(&"out.csv.gz")
                && !second.contains(&"summary-export.json"),
            "{second:?}"
        );
        let ended = of_folder[0].span.unwrap().end;
        assert!(ended < of_folder[1].span.unwrap().start);
        let aside = of_folder[0].populations.iter().find(|one| one.population == Population::Setup).unwrap();
        assert_eq!(aside.totals.requests, Some(2), "{version} has a request in setup and one in teardown");
    }
}

#[test]
fn k6_runs_named_by_their_files_stay_apart() {
    let Some(root) = corpus("k6/fmt") else { return };
    let exit = assembled(&root.join("exit"));
    for test in &exit.tests {
        for file in files(test) {
            assert!(file.starts_with(&test.name), "{} holds {file}", test.name);
        }
    }
    assert_eq!(exit.tests.len(), 9, "{:?}", names(&exit));
    let extra = assembled(&root.join("extra"));
    assert_eq!(names(&extra), ["inf-0.49.0", "inf-1.1.0", "killed", "systags_none", "tz"]);
    let killed = &extra.tests[2];
    assert_eq!(requests(killed), Some(4204));
    assert_eq!(files(killed), ["killed.csv.gz", "killed.json.gz"]);
}

#[test]
fn a_script_s_scenarios_are_a_test_each_counted_once() {
    let Some(root) = corpus("custom") else { return };
    let suite = assembled(&root);
    let counts: Vec<(&str, Option<u64>)> =
        suite.tests.iter().map(|test| (test.name.as_str(), requests(test))).collect();
    assert_eq!(
        counts,
        [
            ("1 concurrent user", Some(5)),
            ("10 concurrent users", Some(30)),
            ("20 concurrent users", Some(60)),
            ("5 concurrent users", Some(20)),
            ("50 concurrent users", Some(100)),
        ]
    );
}

#[test]
fn operations_and_messages_are_populations_of_their_own() {
    let (Some(db), Some(ws)) = (corpus("db"), corpus("ws")) else { return };
    let db = assembled(&db);
    let operations = &db.tests[0].populations[0];
    assert_eq!((operations.totals.requests, operations.totals.failures), (Some(3000), Some(40)));
    let ws = assembled(&ws);
    let counts: Vec<(Population, Option<u64>)> =
        ws.tests[0].populations.iter().map(|one| (one.population, one.totals.requests)).collect();
    assert_eq!(counts, [(Population::Connection, Some(100)), (Population::Message, Some(1000))]);
}

/// k6's CSV does not say what a script's own metric is; `rtc_dropped`, a rate, was once shown as a distribution of zeros.
#[test]
fn a_csv_s_metrics_are_what_the_summary_beside_it_says() {
    let Some(root) = corpus("k6/rtc") else { return };
    let folder = tempfile::tempdir().unwrap();
    for name in ["out.csv.gz", "handleSummary.json"] {
        std::fs::copy(root.join(name), folder.path().join(name)).unwrap();
    }
    let (csv, ndjson) = (assembled(folder.path()), assembled(&root.join("out.json.gz")));
    let own = |suite: &Suite, name: &str| {
        let metric = suite.tests[0].metrics.iter().find(|one| one.key.name == name && !one.quoted).unwrap().clone();
        (metric.key.kind, metric.key.unit, metric.total)
    };
    for name in ["rtc_dropped", "rtc_msg_rtt", "chat_messages", "rtc_payload_bytes"] {
        let ((kind, unit, csv), (want_kind, want_unit, want)) = (own(&csv, name), own(&ndjson, name));
        assert_eq!((kind, unit, csv.count, csv.nonzero), (want_kind, want_unit, want.count, want.nonzero), "{name}");
        let figures = [(csv.sum, want.sum), (csv.value, want.value), (csv.mean, want.mean), (csv.max, want.max)];
        for (own, want) in figures {
            let (own, want) = (own.unwrap_or(-1.0), want.unwrap_or(-1.0));
            assert!((own - want).abs() <= want.abs() * 1e-6, "{name}: {own} instead of {want}");
        }
    }
}
