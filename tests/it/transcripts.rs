//! What a user reads when something is wrong, one transcript for each kind of error: what, where, and what to do.

use crate::program::{plimsoll, with_input};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Runs the command, in which `DIR` is the folder, and holds it against the transcript of that name.
fn transcript(name: &str, folder: &Path, command: &str) {
    let words: Vec<String> = command.split(' ').map(|word| word.replace("DIR", folder.to_str().unwrap())).collect();
    let args: Vec<&str> = words.iter().map(String::as_str).collect();
    let own_name = folder.file_name().unwrap().to_str().unwrap();
    let text = plimsoll(&args).transcript(&args, folder).replace(own_name, "DIR");
    assert_transcript(name, &text);
}

fn assert_transcript(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "snapshots/transcripts", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name.replace(", ", "-").replace(' ', "-"), text);
    });
}

/// Twenty requests, rows 3 and 7 of which nobody can use.
const ROWS: &str = "timestamp,endpoint,latency_ms,success\n\
    1795226522.1,/a,12.5,true\n1795226522.2,/a,fast,true\n1795226522.3,/a,13.5,true\n1795226522.4,/a,12.5,true\n\
    1795226522.5,/a,-4,true\n1795226522.6,/a,12.5,maybe\n1795226522.7,/a,14.5,true\n1795226522.8,/a,13.5\n";

#[test]
fn wrong_use() {
    let dir = folder(&[("rows.csv", ROWS), ("empty/notes.txt", "")]);
    let at = dir.path();
    transcript("unknown flag", at, "report DIR --frob");
    transcript("no input", at, "report");
    transcript("unknown command", at, "reprot DIR");
    transcript("missing file", at, "inspect DIR/nothing.csv");
    transcript("glob without match", at, "inspect DIR/*.ndjson");
    transcript("empty folder", at, "inspect DIR/empty");
    transcript("unknown adapter", at, "inspect DIR --as nonesuch=DIR/rows.csv");
    transcript("adapter for another file", at, "inspect DIR/rows.csv --as k6_csv=DIR/other.csv");
    transcript("adapter without file", at, "inspect DIR --as k6_csv");
    transcript("unwritable folder", at, "report DIR/rows.csv --out DIR/rows.csv/report");
    transcript("nothing to explain", at, "explain met-not-provn");
}

#[test]
fn wrong_configuration() {
    let plans = [
        ("unknown key", "[suite]\ntitel = \"Health agent\"\n"),
        ("unknown table", "[[criterion]]\nid = \"p95\"\n"),
        ("bad quantity", "[[criteria]]\nid = \"p95\"\nmetric = \"latency.p95\"\nbelow = \"3 parsecs\"\n"),
        ("metric by a criterion's name", "[[criteria]]\nid = \"errors\"\nmetric = \"failures\"\nbelow = \"1 %\"\n"),
        ("limit of the wrong unit", "[[criteria]]\nid = \"errors\"\nmetric = \"errors\"\nbelow = \"3 s\"\n"),
        ("unknown metric", "[[criteria]]\nid = \"p95\"\nmetric = \"latncy.p95\"\nbelow = \"3 s\"\n"),
        ("no TOML", "[suite\ntitle = 1\n"),
    ];
    for (name, text) in plans {
        let dir = folder(&[("plimsoll.toml", text), ("rows.csv", ROWS)]);
        transcript(name, dir.path(), "report DIR --out DIR/out");
    }
    let dir = folder(&[("rows.csv", ROWS)]);
    transcript("missing configuration", dir.path(), "report DIR --config DIR/nothing.toml --out DIR/out");
}

#[test]
fn bad_input() {
    let dir = folder(&[
        ("prose.txt", "Dear team,\nthe numbers look fine.\n"),
        ("rows.csv", ROWS),
        ("unitless.csv", "endpoint,latency\n/a,12\n/a,14\n"),
        ("packed.zip", "PK\u{3}\u{4}"),
    ]);
    let at = dir.path();
    transcript("nothing recognised", at, "inspect DIR/prose.txt");
    transcript("bad rows", at, "inspect DIR/rows.csv");
    transcript("bad row, strict", at, "inspect DIR/rows.csv --strict");
    transcript("unit asked for", at, "inspect DIR/unitless.csv");
    transcript("packing that is not read", at, "inspect DIR/packed.zip");
    transcript("wrong adapter", at, "inspect DIR/rows.csv --as k6_summary=DIR/rows.csv");
    fs::copy("samples/k6/killed/killed.json.gz", at.join("killed.json.gz")).unwrap();
    fs::write(at.join("host.csv"), "time,cpu%\n2026-11-21 02:00:00,12.5%\n2026-11-21 02:00:05,13%\n").unwrap();
    transcript("monitor alone", at, "inspect DIR/host.csv");
    transcript("unfinished file", at, "inspect DIR/killed.json.gz");
    let args = ["inspect", "-"];
    assert_transcript("nothing on standard input", &with_input(&args, b"").transcript(&args, at));
}

/// Figures from documents, accepted runs, and their histories: what is printed, and what is wrong.
#[test]
fn baselines_and_histories() {
    let declared = "source = \"last year\"\ndate = \"2025-11-03\"\n[[figures]]\nmetric = \"latency.p95\"\nvalue = \"1 s .. 2 s\"\n\
        [[figures]]\ntest = \"rows\"\nmetric = \"users.max\"\nvalue = \"10\"\n";
    let dir = folder(&[
        ("rows/rows.csv", ROWS),
        ("figures.toml", declared),
        ("undated.toml", &declared.replace("date = \"2025-11-03\"\n", "")),
        ("metric.toml", &declared.replace("latency.p95", "latency.p42")),
        ("unit.toml", &declared.replace("1 s .. 2 s", "1 % .. 2 %")),
    ]);
    let at = dir.path();
    transcript("declared", at, "baseline declare before DIR/figures.toml --store DIR/store");
    transcript("declared again", at, "baseline declare before DIR/figures.toml --store DIR/store");
    transcript("declared without a day", at, "baseline declare other DIR/undated.toml --store DIR/store");
    transcript("declared metric unknown", at, "baseline declare other DIR/metric.toml --store DIR/store");
    transcript("declared in another unit", at, "baseline declare other DIR/unit.toml --store DIR/store");
    transcript("show declared", at, "baseline show before --store DIR/store");
    transcript("compare with declared", at, "compare before DIR/rows --store DIR/store");
    plimsoll(&[
        "report",
        &format!("{}/rows", at.display()),
        "--save",
        "--store",
        &format!("{}/store", at.display()),
        "--out",
        &format!("{}/out", at.display()),
    ]);
    transcript("accepted", at, "baseline accept rows --reason settled --by Ada --date 2026-11-20 --store DIR/store");
    transcript(
        "accepted on no day",
        at,
        "baseline accept rows --reason settled --by Ada --date yesterday --store DIR/store",
    );
    transcript("list of all kinds", at, "baseline list --store DIR/store");
    transcript("history", at, "history --store DIR/store");
    transcript("history of another test", at, "history checkout --store DIR/store");
}

#[test]
fn stored_runs() {
    let dir = folder(&[("rows/rows.csv", &ROWS.lines().take(2).collect::<Vec<_>>().join("\n"))]);
    let at = dir.path();
    transcript("saved", at, "baseline save v1 DIR/rows --store DIR/store");
    transcript("name taken", at, "baseline save v1 DIR/rows --store DIR/store");
    transcript("unknown baseline", at, "report DIR/rows --baseline v2 --store DIR/store --out DIR/out");
    transcript("folder as a baseline", at, "report DIR/rows --baseline DIR/rows --store DIR/store --out DIR/out");
    transcript("no latest", at, "report DIR/rows --baseline latest --store DIR/store --out DIR/out");
    transcript("name that is a path", at, "baseline save ../v1 DIR/rows --store DIR/store");
    transcript("remove unknown", at, "baseline remove v2 --store DIR/store");
    transcript("accept unknown", at, "baseline accept rows --reason because --store DIR/store");
    transcript("history of nothing", at, "history --store DIR/store");
    transcript("history of an unknown option", at, "history --last 0 --store DIR/store");

    let path = crate::program::files(&at.join("store"))
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "run"))
        .unwrap();
    let sound = fs::read_to_string(&path).unwrap();
    fs::write(&path, sound.replacen("plimsoll-run 1 ", "plimsoll-run 2 ", 1)).unwrap();
    transcript("stored by a newer version", at, "baseline show v1 --store DIR/store");
    fs::write(&path, sound.replacen("\"requests\":1", "\"requests\":2", 1)).unwrap();
    transcript("stored run that was changed", at, "report DIR/rows --baseline v1 --store DIR/store --out DIR/out");
    transcript("history with a damaged run", at, "history --store DIR/store");
    transcript("list with a damaged run", at, "baseline list --store DIR/store");
    fs::write(&path, &sound[..sound.len() / 2]).unwrap();
    transcript("stored run that breaks off", at, "baseline show v1 --store DIR/store");
}
