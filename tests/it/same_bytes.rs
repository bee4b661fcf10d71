//! The same inputs and configuration give the same bytes, whatever the number of threads, the order of arguments, the
//! time zone and the day.

use crate::program::{EVERY_FORMAT, files, plimsoll, sample_files};
use plimsoll::assemble::{Request, assemble};
use plimsoll::ingest::Settings;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Every file of a report with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
    files(folder).iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

#[track_caller]
fn assert_same(first: &BTreeMap<String, Vec<u8>>, second: &BTreeMap<String, Vec<u8>>) {
    assert!(first.len() >= EVERY_FORMAT.split(',').count(), "only {:?}", first.keys());
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, bytes) in first {
        assert!(*bytes == second[name], "{name} differs");
    }
}

#[test]
fn in_any_time_zone_and_on_any_number_of_cores() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, zone: &str, threads: &str| {
        let out = folder.path().join(name);
        let ended = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["report", "samples/teams/own-rows", "--format", EVERY_FORMAT, "--out"])
            .arg(&out)
            .env("TZ", zone)
            .env("POLARS_MAX_THREADS", threads)
            .env("LC_ALL", if threads == "1" { "C" } else { "de_DE.UTF-8" })
            .output()
            .unwrap();
        assert!(ended.status.code().is_some_and(|code| code != 3), "{}", String::from_utf8_lossy(&ended.stderr));
        contents(&out)
    };
    assert_same(&run("a", "UTC", "1"), &run("b", "Asia/Kolkata", "4"));
}

/// The second report told of the first as of a file not used.
#[test]
fn once_and_again_in_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy("samples/teams/own-rows/raw.csv", folder.path().join("raw.csv")).unwrap();
    let run = || {
        let ended = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["report", ".", "--format", EVERY_FORMAT])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(
            ended.status.code().is_some_and(|code| code != 2 && code != 3),
            "{}",
            String::from_utf8_lossy(&ended.stderr)
        );
        contents(&folder.path().join("plimsoll-report"))
    };
    assert_same(&run(), &run());
}

#[test]
fn in_any_order_of_arguments() {
    let folder = tempfile::tempdir().unwrap();
    let inputs: Vec<String> = ["locust_stats.csv", "locust_stats_history.csv", "locust_failures.csv"]
        .iter()
        .map(|name| format!("samples/locust/full-history/{name}"))
        .chain(["samples/k6/forms/out.json.gz".to_owned(), "samples/k6/thresholds".to_owned()])
        .collect();
    let run = |name: &str, inputs: &[&str]| {
        let out = folder.path().join(name);
        let ran =
            plimsoll(&[&["report"], inputs, &["--format", EVERY_FORMAT, "--out", out.to_str().unwrap()]].concat());
        assert!(ran.code != 2 && ran.code != 3, "{}", ran.err);
        contents(&out)
    };
    let forward: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let backward: Vec<&str> = forward.iter().copied().rev().collect();
    assert_same(&run("forward", &forward), &run("backward", &backward));
}

#[test]
fn by_any_number_of_threads() {
    for path in sample_files().iter().filter(|path| !path.starts_with("samples/teams")) {
        let read = |threads| {
            let settings = Settings { threads, ..Settings::default() };
            let inputs = vec![path.to_str().unwrap().to_owned()];
            format!("{:?}", assemble(&Request { inputs, settings, ..Request::default() }).unwrap())
        };
        assert!(read(1) == read(3), "{} is read otherwise by three threads", path.display());
    }
}
