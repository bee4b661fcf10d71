use super::*;
use crate::model::key::Population;
use std::path::{Path, PathBuf};

mod appended;
mod contradictions;
mod copies;
mod corpus;
mod counted;
mod kin;
mod locust;
mod setup;
mod shards;
mod twice;

/// Requests as a team's own script writes them, `count` of them beginning at `start`, one every 50 ms.
pub(super) fn rows(start: f64, count: u32, latency_ms: u32) -> String {
    let mut text = String::from("timestamp,method,endpoint,latency_ms,status,success\n");
    for at in 0..count {
        let seconds = start + f64::from(at) * 0.05;
        text.push_str(&format!("{seconds:.3},GET,/api/events,{latency_ms},200,true\n"));
    }
    text
}

fn monitor(start: u32, seconds: u32) -> String {
    let mut text = String::from("timestamp,cpu_percent,memory_mb\n");
    for at in 0..seconds {
        text.push_str(&format!("{},{},{}\n", start + at, 20 + at % 5, 100 + at));
    }
    text
}

/// A folder with these files.
pub(super) fn folder(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join("results").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn request(folder: &Path) -> Request {
    let settings = Settings { threads: 2, ..Settings::default() };
    Request { inputs: vec![folder.join("results").to_str().unwrap().to_owned()], settings, ..Request::default() }
}

fn read(files: &[(&str, String)]) -> Suite {
    let folder = folder(files);
    assemble(&request(folder.path())).unwrap()
}

fn names(suite: &Suite) -> Vec<&str> {
    suite.tests.iter().map(|test| test.name.as_str()).collect()
}

fn requests(test: &Test) -> Option<u64> {
    test.populations.iter().find(|one| one.population == Population::Request)?.totals.requests
}

const START: f64 = 1_795_225_420.0;

#[test]
fn shards_in_one_folder_are_added() {
    let suite =
        read(&[("checkout/worker-a.csv", rows(START, 200, 10)), ("checkout/worker-b.csv", rows(START + 1.0, 200, 20))]);
    assert_eq!(names(&suite), ["checkout"]);
    assert_eq!(requests(&suite.tests[0]), Some(400));
    assert_eq!(suite.tests[0].inputs.len(), 2);
    assert!(suite.tests[0].inputs[1].notes[1].contains("one of 2 files of one run"), "{:?}", suite.tests[0].inputs);
    assert!(suite.tests[0].warnings.is_empty(), "{:?}", suite.tests[0].warnings);
}

#[test]
fn shards_in_numbered_folders_are_added_and_other_folders_are_not() {
    let suite = read(&[
        ("gen-1/raw.csv", rows(START, 200, 10)),
        ("gen-2/raw.csv", rows(START, 201, 10)),
        ("other/raw.csv", rows(START, 202, 10)),
    ]);
    assert_eq!(names(&suite), ["gen", "other"]);
    assert_eq!(requests(&suite.tests[0]), Some(401));
}

#[test]
fn runs_one_after_the_other_are_tests_of_their_own() {
    let suite = read(&[("base-1/raw.csv", rows(START, 200, 10)), ("base-2/raw.csv", rows(START + 60.0, 200, 10))]);
    assert_eq!(names(&suite), ["base-1", "base-2"]);
}

#[test]
fn the_same_content_twice_counts_once_and_is_said() {
    let suite = read(&[("a/raw.csv", rows(START, 100, 10)), ("copy/raw.csv", rows(START, 100, 10))]);
    assert_eq!(names(&suite), ["a"]);
    assert_eq!(requests(&suite.tests[0]), Some(100));
    assert!(
        suite.tests[0].warnings.iter().any(|one| one.text.contains("counts once")),
        "{:?}",
        suite.tests[0].warnings
    );
    assert!(suite.files_not_used[0].1.contains("the same content"), "{:?}", suite.files_not_used);
}

#[test]
fn results_of_several_runs_keep_their_test_s_name() {
    let suite = read(&[
        ("run_20251110_120000/search/raw.csv", rows(START, 100, 10)),
        ("run_20251111_120000/search/raw.csv", rows(START + 86_400.0, 100, 10)),
    ]);
    assert_eq!(names(&suite), ["search", "search"]);
    let runs: Vec<Option<&str>> = suite.tests.iter().map(|test| test.run.as_deref()).collect();
    assert_eq!(runs, [Some("run_20251110_120000"), Some("run_20251111_120000")]);
}

#[test]
fn files_of_different_prefixes_in_one_folder_are_named_by_them() {
    let suite = read(&[("steady_raw.csv", rows(START, 100, 10)), ("spike_raw.csv", rows(START + 60.0, 100, 10))]);
    assert_eq!(names(&suite), ["spike", "steady"]);
}

/// k6's points as `one.json.gz` and its summary as `x.json` were two tests, and their requests twice as many.
#[test]
fn the_same_figures_under_another_name_are_the_same_execution() {
    let with = |count: u32, mean: &str| {
        let summary =
            format!(r#"{{"total_requests":{count},"failed":0,"avg_latency_ms":{mean},"max_latency_ms":10.0}}"#);
        read(&[("one.csv", rows(START, count, 10)), ("x.json", summary)]).tests.len()
    };
    assert_eq!(with(100, "10.0"), 1);
    assert_eq!(with(100, "9.99"), 2, "another mean");
    assert_eq!(with(40, "10.0"), 2, "so few may be the same by chance");
}

#[test]
fn one_monitor_over_several_tests_is_cut_for_each() {
    let suite = read(&[
        ("monitor.csv", monitor(1_795_225_420, 1000)),
        ("a/raw.csv", rows(START, 100, 10)),
        ("b/raw.csv", rows(START + 500.0, 100, 10)),
    ]);
    assert_eq!(names(&suite), ["a", "b"]);
    let first = &suite.tests[0].monitors[0];
    // Five seconds of test and the minute after it; the monitor began with the test.
    assert_eq!(first.readings.len(), 65);
    assert_eq!(suite.tests[1].monitors[0].readings.len(), 125);
}

/// Excel's `sep=;`, comments and blank lines before the header made a file nobody's.
#[test]
fn what_stands_before_a_header_is_passed_over() {
    let tables = [
        (rows(START, 40, 10), "own_rows_csv"),
        (rows(START, 40, 10).replace(',', ";"), "own_rows_csv"),
        ("timeStamp,elapsed,label,responseCode,success\n1795225420000,12,a,200,true\n".to_owned(), "jmeter_csv"),
        ("1795225420000,12,a,200,OK,t 1-1,text,true,5,12\n".repeat(2), "jmeter_csv"),
        ("metric_name,timestamp,metric_value,status\nhttp_reqs,1795225420,1,200\n".to_owned(), "k6_csv"),
        ("Method,Name,Error,Occurrences\nGET,/a,refused,3\n".to_owned(), "locust_failures"),
        ("response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n0.0017,0.0006,0,0,0.001,0,200,0.01\n".to_owned(), "hey_csv"),
        (monitor(1_795_225_420, 5), "monitor_resource"),
        ("endpoint;requests;failures;avg_ms\n/a;10;0;1,5\n/b;20;0;2,5\n".to_owned(), "own_results_csv"),
    ];
    for (table, adapter) in tables {
        let read_as = |text: String| {
            let folder = folder(&[("x.csv", text)]);
            let request = Request {
                inputs: vec![folder.path().join("results/x.csv").to_str().unwrap().to_owned()],
                ..request(folder.path())
            };
            let detected = detect::detect(find::find(&request).unwrap().files, &request).unwrap();
            let reading = read::read(detected.files, &request).unwrap().files.remove(0);
            assert_eq!(reading.adapter.name(), adapter, "{}", reading.why);
            (reading.tally, reading.parts)
        };
        let (plain, parts) = read_as(table.clone());
        let (behind, same) = read_as(format!("sep=;\r\n# written by our script, with commas\n\n{table}"));
        assert!(parts == same, "{adapter}");
        assert_eq!((behind.used, behind.skipped, behind.rejected), (plain.used, plain.skipped + 3, 0), "{adapter}");
        let said = "3 lines without a row stand before the header (`sep=`, a comment or nothing)";
        assert!(behind.notes.iter().any(|note| note == said), "{:?}", behind.notes);
    }
}

#[test]
fn behind_a_preface_a_row_has_its_place_in_the_file() {
    let folder = folder(&[("x.csv", format!("# ours\n\n{}oops,GET,/a,1,200,true\n", rows(START, 1, 10)))]);
    let suite = assemble(&request(folder.path())).unwrap();
    let file = &suite.tests[0].inputs[0];
    assert_eq!((file.rows_read, file.rows_skipped, file.rows_rejected), (4, 2, 1));
    let text = std::fs::read_to_string(folder.path().join("results/x.csv")).unwrap();
    let rejection = &file.first_rejections[0];
    assert_eq!((rejection.line, usize::try_from(rejection.byte).ok()), (5, text.find("oops")));
    let mut strict = request(folder.path());
    strict.settings.strict = true;
    assert_eq!(assemble(&strict).unwrap_err().place.unwrap().line, Some(5));
    let mut named = request(folder.path());
    named.as_adapters =
        vec![("own_rows_csv".to_owned(), folder.path().join("results/x.csv").to_str().unwrap().to_owned())];
    assert_eq!(assemble(&named).unwrap().tests[0].inputs[0].rows_used, 1, "also where it is named");
}

/// A monitor in local time beside a load in UTC was only listed as one that no test overlaps, whatever it watched.
#[test]
fn a_monitor_in_another_zone_is_told_which_to_set() {
    let local: Vec<String> =
        (40..50).map(|second| format!("2026-11-21 07:13:{second},2{},100\n", second % 5)).collect();
    let local = ("a/monitor.csv", format!("timestamp,cpu_percent,memory_mb\n{}", local.concat()));
    let files = [local, ("a/raw.csv", rows(START, 100, 10))];
    let said = |suite: &Suite| suite.files_not_used.iter().map(|(_, reason)| reason.as_str()).collect::<String>();
    let suite = read(&files);
    assert!(suite.tests[0].monitors.is_empty(), "never moved silently");
    let hint = "its clock is 5 h 30 min ahead if it watched `a`, as in another time zone; \
                its times name no zone: set inputs.timezone = \"+05:30\"";
    assert!(said(&suite).contains(hint), "{}", said(&suite));

    let folder = folder(&files);
    let mut asked = request(folder.path());
    asked.settings.timezone = Some(jiff::tz::TimeZone::fixed(jiff::tz::Offset::from_seconds(19_800).unwrap()));
    assert_eq!(assemble(&asked).unwrap().tests[0].monitors.len(), 2, "as told");
    asked.settings.timezone = Some(jiff::tz::TimeZone::fixed(jiff::tz::offset(2)));
    assert!(said(&assemble(&asked).unwrap()).contains("set inputs.timezone = \"+05:30\""), "from where it stands");

    let unix = read(&[("a/monitor.csv", monitor(1_795_225_420 - 3600, 10)), files[1].clone()]);
    assert!(said(&unix).contains("its clock is 1 h behind"), "{}", said(&unix));
    assert!(said(&unix).contains("correct one file's times"), "{}", said(&unix));
}

#[test]
fn a_monitor_of_another_time_is_not_used_and_a_named_one_goes_where_it_is_sent() {
    let files = [
        ("a/monitor.csv", monitor(1_700_000_000, 10)),
        ("a/raw.csv", rows(START, 100, 10)),
        ("b/raw.csv", rows(START, 50, 10)),
    ];
    let suite = read(&files);
    assert!(suite.tests.iter().all(|test| test.monitors.is_empty()));
    assert!(
        suite.files_not_used.iter().any(|(_, reason)| reason.contains("no test overlaps")),
        "{:?}",
        suite.files_not_used
    );

    let folder = folder(&[
        ("watch.csv", monitor(1_795_225_420, 5)),
        ("a/raw.csv", rows(START, 100, 10)),
        ("b/raw.csv", rows(START, 50, 10)),
    ]);
    let file = folder.path().join("results/watch.csv").to_str().unwrap().to_owned();
    let named = Request { monitors: vec![(Some("b".into()), file.clone())], ..request(folder.path()) };
    let watched: Vec<bool> = assemble(&named).unwrap().tests.iter().map(|test| !test.monitors.is_empty()).collect();
    assert_eq!(watched, [false, true]);
    let unknown = Request { monitors: vec![(Some("c".into()), file)], ..request(folder.path()) };
    assert!(assemble(&unknown).unwrap_err().hint.unwrap().contains("a, b"));
}

#[test]
fn the_order_of_arguments_and_the_number_of_threads_are_not_seen() {
    let folder = folder(&[
        ("a/raw.csv", rows(START, 300, 10)),
        ("a/monitor.csv", monitor(1_795_225_420, 30)),
        ("b/one.csv", rows(START, 200, 10)),
        ("b/two.csv", rows(START + 2.0, 200, 30)),
    ]);
    let input = |name: &str| folder.path().join("results").join(name).to_str().unwrap().to_owned();
    let seen = |inputs: [&str; 2], threads| {
        let settings = Settings { threads, ..Settings::default() };
        let request = Request { inputs: inputs.map(input).to_vec(), settings, ..Request::default() };
        format!("{:?}", assemble(&request).unwrap())
    };
    let first = seen(["a", "b"], 1);
    assert_eq!(first, seen(["b", "a"], 1));
    assert_eq!(first, seen(["a", "b"], 4));
}

#[test]
fn what_is_nobody_s_stands_in_files_not_used_and_a_named_one_is_a_problem() {
    let folder = folder(&[
        ("notes.txt", "remember the milk\n".into()),
        ("empty.csv", String::new()),
        ("raw.csv", rows(START, 10, 5)),
    ]);
    let suite = assemble(&request(folder.path())).unwrap();
    assert_eq!(names(&suite), ["raw"].map(|_| "results"));
    let reasons: Vec<&str> = suite.files_not_used.iter().map(|(_, reason)| reason.as_str()).collect();
    assert_eq!(reasons, ["empty file", "text in which no adapter finds results"]);
    assert!(suite.problems.is_empty());

    let notes = folder.path().join("results/notes.txt").to_str().unwrap().to_owned();
    let named = assemble(&Request { inputs: vec![notes], ..request(folder.path()) }).unwrap();
    assert_eq!(named.problems.len(), 1);
    assert!(named.problems[0].hint.as_ref().unwrap().contains("--as ADAPTER="));
}

#[test]
fn an_adapter_that_the_user_names_must_exist_and_so_must_its_file() {
    let folder = folder(&[("raw.csv", rows(START, 10, 5))]);
    let file = folder.path().join("results/raw.csv").to_str().unwrap().to_owned();
    let with = |adapter: &str, file: &str| {
        assemble(&Request { as_adapters: vec![(adapter.into(), file.into())], ..request(folder.path()) })
    };
    assert_eq!(with("own_rows_csv", &file).unwrap().tests[0].inputs[0].why, "named by `--as own_rows_csv`");
    assert!(with("nonsense", &file).unwrap_err().hint.unwrap().contains("own_rows_csv"));
    assert!(with("own_rows_csv", "elsewhere.csv").is_err());
}

#[test]
fn evidence_holds_the_hash_where_it_was_asked_for() {
    let folder = folder(&[("raw.csv", rows(START, 10, 5))]);
    let hashed = assemble(&Request { hash: true, ..request(folder.path()) }).unwrap();
    assert_eq!(hashed.tests[0].inputs[0].sha256.as_ref().unwrap().len(), 64);
    let plain = assemble(&request(folder.path())).unwrap();
    assert_eq!(plain.tests[0].inputs[0].sha256, None);
    assert_eq!(plain.tests[0].inputs[0].rows_used, 10);
}

/// Chinese that begins behind the first 64 KiB, which were ASCII, was refused row by row as no UTF-8.
#[test]
fn text_in_another_encoding_may_begin_late() {
    let late = |gbk: &[u8]| {
        let mut text = rows(START, 2000, 10).into_bytes();
        for at in 0..20_u32 {
            text.extend_from_slice(format!("{:.3},GET,/", START + 200.0 + f64::from(at)).as_bytes());
            text.extend_from_slice(gbk);
            text.extend_from_slice(b",10,200,true\n");
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("results")).unwrap();
        std::fs::write(folder.path().join("results/raw.csv"), text).unwrap();
        assemble(&request(folder.path())).unwrap().tests.remove(0)
    };
    let labels = |test: &Test| -> Vec<String> {
        test.populations[0].endpoints.iter().map(|endpoint| endpoint.key.label()).collect()
    };
    let test = late(b"\xb6\xa9\xb5\xa5");
    assert_eq!((requests(&test), labels(&test)), (Some(2020), vec!["GET /api/events".into(), "GET /订单".into()]));
    let notes = test.inputs[0].notes.join("; ");
    assert!(notes.contains("read as GBK") && notes.contains("all before line 2002 is ASCII"), "{notes}");
    let test = late(b"caf\xe9");
    assert_eq!((test.inputs[0].rows_rejected, labels(&test).pop().unwrap()), (0, "GET /café".to_owned()));
    // A few broken bytes are damage, and refuse their rows only.
    let mut damaged = rows(START, 2000, 10).into_bytes();
    let at = damaged.len() - 30;
    damaged[at] = 0xe9;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("results")).unwrap();
    std::fs::write(folder.path().join("results/raw.csv"), damaged).unwrap();
    let test = assemble(&request(folder.path())).unwrap().tests.remove(0);
    assert_eq!((requests(&test), test.inputs[0].rows_rejected), (Some(1999), 1));
}

/// Under `--strict` such a file was refused for a character in one field, as if the rest of it were in order; or, where its
/// adapter takes any text, was read in the guessed encoding after all.
#[test]
fn a_strict_reading_refuses_what_is_in_another_encoding_from_some_line_on() {
    let mut text = rows(START, 2000, 10).into_bytes();
    for at in 0..20_u32 {
        text.extend_from_slice(format!("{:.3},GET,/", START + 200.0 + f64::from(at)).as_bytes());
        text.extend_from_slice(b"\xb6\xa9\xb5\xa5,10,200,true\n");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("results")).unwrap();
    let strictly = |text: &[u8]| {
        std::fs::write(folder.path().join("results/raw.csv"), text).unwrap();
        let request = request(folder.path());
        let settings = Settings { strict: true, ..request.settings };
        assemble(&Request { settings, ..request }).unwrap_err()
    };
    let error = strictly(&text);
    assert_eq!(error.place.as_ref().unwrap().line, Some(2002));
    assert!(error.message.starts_with("is not UTF-8 text from here on"), "{}", error.message);
    assert!(error.hint.as_ref().unwrap().contains("read as GBK"), "{:?}", error.hint);
    // A row that is bad for another reason, and stands before, is the first bad row.
    let at = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    text.splice(at..at, *b"nonsense\n");
    assert_eq!(strictly(&text).place.unwrap().line, Some(2));
}

/// Locust before 1.0 wrote percentiles into a file of their own, a moment after the other.
#[test]
fn percentiles_in_a_file_of_their_own_belong_to_the_same_test() {
    let requests = "\"Method\",\"Name\",\"# requests\",\"# failures\",\"Median response time\",\"Average response time\",\"Min response time\",\"Max response time\",\"Average Content Size\",\"Requests/s\"\n\"GET\",\"/a\",300,0,17,32,8,203,171,7.61\n\"None\",\"Total\",300,0,17,32,8,203,171,7.61";
    let percentiles =
        "\"Name\",\"# requests\",\"50%\",\"95%\",\"100%\"\n\"GET /a\",302,17,100,203\n\"Total\",302,17,100,203";
    for prefix in ["run_", ""] {
        let [first, second] = ["requests.csv", "distribution.csv"].map(|file| format!("{prefix}{file}"));
        let suite = read(&[(&first, requests.to_owned()), (&second, percentiles.to_owned())]);
        assert_eq!(suite.tests.len(), 1, "{:?}", names(&suite));
        let request = &suite.tests[0].populations[0];
        for one in [&request.totals, &request.endpoints[0]] {
            let crate::model::distribution::Distribution::Quoted(quoted) = &one.latency else { panic!("{one:?}") };
            assert_eq!((one.requests, quoted.quantiles.as_slice()), (Some(300), &[(0.5, 17e3), (0.95, 100e3)][..]));
        }
        assert!(suite.tests[0].warnings.is_empty(), "{:?}", suite.tests[0].warnings);
    }
}
