//! docs/own-script.md and the samples are what people copy: both are read here as they stand.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks and means of a few thousand values"
)]

use super::known_names;
use super::recording::Recording;
use super::results::key::known_keys;
use crate::ingest::{ADAPTERS, Adapter, Input, Settings, Sniff, Tally};
use crate::model::distribution::Distribution;
use crate::model::key::{CellKey, ColumnKind, Outcome, Population};
use crate::model::sample::Total;
use std::path::PathBuf;

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(input: &Input) -> (&'static str, Tally, Recording) {
    let head = input.head().unwrap();
    let willing: Vec<&dyn Adapter> =
        ADAPTERS.iter().copied().filter(|adapter| !matches!(adapter.sniff(&head), Sniff::No(_))).collect();
    let names: Vec<&str> = willing.iter().map(|adapter| adapter.name()).collect();
    assert_eq!(names.len(), 1, "{}: {names:?}", input.source());
    let mut sink = Recording::default();
    let tally = willing[0].read(input, &Settings::default(), &mut sink).unwrap();
    assert_eq!((tally.rejected, tally.unfinished.as_deref()), (0, None), "{}: {tally:?}", input.source());
    (names[0], tally, sink)
}

fn sample(path: &str) -> (&'static str, Tally, Recording) {
    read(&Input::open(path, &repository("samples").join(path)).unwrap())
}

fn p(values: &[f64], share: f64) -> f64 {
    values[((share * values.len() as f64).ceil() as usize).max(1) - 1]
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 0.0006, "{found} is not {wanted}");
}

#[test]
fn the_chat_cache_reads_alike_as_rows_and_as_summary() {
    let (csv, tally, rows) = sample("own/rows-csv/rows.csv");
    assert_eq!((csv, tally.used), ("own_rows_csv", 215));
    let (ndjson, _, objects) = sample("own/rows-ndjson/rows.ndjson");
    assert_eq!(ndjson, "own_rows_ndjson");
    assert_eq!((&rows.parts, &rows.samples), (&objects.parts, &objects.samples));
    let (json, tally, summary) = sample("own/results-json/results.json");
    assert_eq!((json, tally.used), ("own_results_json", 5));
    for (part, total) in &summary.totals {
        let name = &summary.parts[part.0 as usize];
        let of_scenario: Vec<&CellKey> = rows
            .samples
            .iter()
            .map(|(id, _)| &rows.cells[id.0 as usize])
            .filter(|(part, _)| &rows.parts[part.0 as usize] == name)
            .map(|(_, key)| key)
            .collect();
        assert_eq!(total.requests, Some(of_scenario.len() as u64), "{name:?}");
        assert_eq!(total.failures, Some(0));
        let cached = of_scenario.iter().filter(|key| key.cached == Some(true)).count();
        assert_eq!(total.cached, Some(cached as u64), "{name:?}");
    }
}

#[test]
fn the_database_test() {
    let (name, tally, rows) = sample("own/database/raw.csv.gz");
    assert_eq!((name, tally.used), ("own_rows_csv", 3000));
    let reads = rows.latencies(|key| key.endpoint.name == "read");
    assert_eq!(reads.len(), 2385);
    close(p(&reads, 0.95), 6.851);
    close(mean(&reads), 2.143);
    let writes = rows.latencies(|key| key.endpoint.name == "write" && key.outcome == Outcome::Ok);
    assert_eq!(writes.len(), 575);
    close(mean(&writes), 45.707);
    assert_eq!(rows.count(|key| key.outcome == Outcome::Failed("database is locked".into())), 40);
    assert_eq!((rows.metrics[0].name.as_str(), rows.values.len()), ("pool_wait", 3000));
    close(rows.values.iter().map(|(_, _, value)| value).sum::<f64>() / 3e6, 43.220);
    let (name, _, summary) = sample("own/database/summary.json");
    assert_eq!(name, "own_results_json");
    assert_eq!((summary.totals[0].1.requests, summary.totals[0].1.failures), (Some(3000), Some(40)));
    assert_eq!(summary.totals[1].1.requests, Some(reads.len() as u64));
}

#[test]
fn the_web_socket_test() {
    let (name, tally, rows) = sample("own/websocket/raw.csv");
    assert_eq!((name, tally.used), ("own_rows_csv", 1100));
    let connections = rows.latencies(|key| key.population == Population::Connection);
    assert_eq!(connections.len(), 100);
    close(mean(&connections), 56.889);
    let messages = rows.latencies(|key| key.population == Population::Message);
    assert_eq!(messages.len(), 1000);
    close(mean(&messages), 12.887);
    let (_, _, summary) = sample("own/websocket/summary.json");
    let of = |population| {
        let mut totals = summary.totals.iter().map(|(_, total)| total);
        totals.find(|total: &&Total| total.population == population && total.endpoint.is_none()).unwrap()
    };
    assert_eq!((of(Population::Connection).requests, of(Population::Connection).failures), (Some(100), Some(0)));
    assert_eq!((of(Population::Message).requests, of(Population::Message).failures), (Some(1000), Some(0)));
    let Distribution::Quoted(quoted) = &of(Population::Message).latency else { panic!("quoted") };
    close(quoted.quantiles.iter().find(|(p, _)| (*p - 0.95).abs() < 1e-9).unwrap().1 / 1e3, 21.05);
}

#[test]
fn the_monitors() {
    let (name, tally, resource) = sample("monitor/resource/monitor.csv");
    assert_eq!((name, tally.used, resource.columns.len()), ("monitor_resource", 91, 14));
    let (name, tally, generic) = sample("monitor/generic/host.csv");
    assert_eq!((name, tally.used), ("monitor_csv", 47));
    let growing: Vec<&str> =
        generic.columns.iter().filter(|key| key.kind == ColumnKind::Cumulative).map(|key| key.name.as_str()).collect();
    assert_eq!(growing, ["net_sent_bytes_total"]);
    assert!(generic.readings.iter().any(|(id, _, value)| id.0 == 4 && *value == Some(0.0)), "the pool ran dry");
}

fn page() -> String {
    std::fs::read_to_string(repository("docs/own-script.md")).unwrap()
}

#[test]
fn every_example_of_the_handbook_is_read() {
    let mut read_as = Vec::new();
    for block in page().split("\n```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap();
        if kind == "toml" {
            continue;
        }
        let input = Input::memory(format!("docs/own-script.md, {kind}"), format!("{text}\n").as_bytes()).unwrap();
        let (name, tally, sink) = read(&input);
        assert!(tally.used > 0 && tally.skipped == 0, "{text}");
        assert!(!sink.said().contains("Warning"), "{}", sink.said());
        read_as.push(name);
    }
    let wanted = [
        "own_rows_csv",
        "own_rows_ndjson",
        "own_rows_csv",
        "own_rows_csv",
        "own_rows_csv",
        "own_rows_csv",
        "own_results_json",
        "own_results_json",
        "monitor_csv",
    ];
    assert_eq!(read_as, wanted);
}

/// What the page says of digits, units in cells and text beside a monitor's numbers.
#[test]
fn the_handbooks_odd_examples_mean_what_it_says() {
    let page = page();
    let example = |begins: &str| {
        let (_, text) = page.split_once(&format!("\n{begins}")).unwrap();
        let text = format!("{begins}{}\n", text.split_once("\n```").unwrap().0);
        read(&Input::memory("docs/own-script.md", text.as_bytes()).unwrap())
    };
    for begins in ["ended_at;", "ended_at,endpoint,latency,"] {
        let (_, _, rows) = example(begins);
        assert_eq!(rows.latencies(|_| true), [96.5, 1117.5], "{begins}");
    }
    let (_, tally, monitor) = example("timestamp,host,cpu_percent");
    let names: Vec<&str> = monitor.columns.iter().map(|key| key.name.as_str()).collect();
    assert!(names.iter().any(|name| name.contains("web-1") && name.contains("cpu_percent")), "{names:?}");
    assert!(tally.notes.iter().any(|note| note.contains("`note`")), "{:?}", tally.notes);
}

fn code(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The tables of the handbook are those that reading goes by. `UPDATE_DOCS=1 cargo test handbook` writes them.
#[test]
fn the_handbook_names_what_is_read() {
    let mut columns = String::from("| `inputs.columns` | holds | recognised by |\n|---|---|---|\n");
    for known in known_names() {
        columns += &["| ", known.key, " | ", known.holds, " | ", &code(known.names), " |\n"].concat();
    }
    let mut keys = String::from("| says | recognised by |\n|---|---|\n");
    for known in known_keys() {
        keys += &["| ", known.holds, " | ", &code(known.names), " |\n"].concat();
    }
    let mut page = page();
    for (what, table) in [("columns", columns), ("keys", keys)] {
        let (start, end) = (format!("<!-- {what}:"), format!("<!-- end of {what} -->"));
        let from = page.find(&start).and_then(|at| Some(at + page[at..].find("-->\n")? + 4)).unwrap();
        let to = page.find(&end).unwrap();
        if page[from..to] != format!("\n{table}\n") {
            let update = std::env::var_os("UPDATE_DOCS").is_some();
            assert!(update, "docs/own-script.md: the table of {what} is old; UPDATE_DOCS=1 cargo test handbook");
            page.replace_range(from..to, &format!("\n{table}\n"));
            std::fs::write(repository("docs/own-script.md"), &page).unwrap();
        }
    }
}

/// Files as the world damages them: cut, with a flipped byte, with CRLF and a byte order mark. Nothing panics, and every
/// row is accounted for.
#[test]
fn damaged_samples_are_read_as_far_as_they_go() {
    let own: Vec<&dyn Adapter> = ADAPTERS
        .iter()
        .copied()
        .filter(|adapter| {
            adapter.name().starts_with("own_") || ["monitor_resource", "monitor_csv"].contains(&adapter.name())
        })
        .collect();
    for path in [
        "own/rows-csv/rows.csv",
        "own/rows-ndjson/rows.ndjson",
        "own/results-json/results.json",
        "own/websocket/raw.csv",
        "monitor/resource/monitor.csv",
        "monitor/generic/host.csv",
    ] {
        let whole = std::fs::read(repository("samples").join(path)).unwrap();
        let mut damaged = vec![Vec::new()];
        for place in 0..20 {
            let at = whole.len() * place / 20 + 3;
            damaged.push(whole[..at].to_vec());
            let mut flipped = whole.clone();
            flipped[at] ^= 0x80;
            damaged.push(flipped);
        }
        let text = String::from_utf8(whole.clone()).unwrap();
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        damaged.push(windows.clone().into_bytes());
        for bytes in damaged {
            let input = Input::memory(path, bytes).unwrap();
            let head = input.head().unwrap();
            for adapter in &own {
                let _ = adapter.sniff(&head);
                let mut sink = Recording::default();
                if let Ok(tally) = adapter.read(&input, &Settings::default(), &mut sink) {
                    assert_eq!(tally.read, tally.used + tally.skipped + tally.rejected, "{path}");
                }
            }
        }
        let (unix, dos) = (sample(path), read(&Input::memory(path, windows.into_bytes()).unwrap()));
        assert_eq!((unix.0, unix.1.used), (dos.0, dos.1.used), "{path}");
        assert_eq!(unix.2.samples, dos.2.samples);
    }
}
