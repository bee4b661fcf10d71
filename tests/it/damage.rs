//! Damaged files: cut, emptied, with a flipped byte, from Windows. Never a panic; every row that is read is used, skipped
//! or rejected; and a file that is unfinished is said to be.

use crate::program::{corpus, files, sample_files, unpacked, with_input};
use serde_json::Value;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of one file that are read in all its damaged forms together: a test in a debug build has to end.
const BUDGET: usize = 1_500_000;
/// Of a larger file the beginning is taken.
const LARGEST: usize = 150_000;

/// What was done to a file, and the result.
struct Damaged {
    what: String,
    bytes: Vec<u8>,
    /// Cut within a packed stream: reading must notice.
    breaks_off: bool,
}

fn damaged(whole: &[u8], most_cuts: usize) -> Vec<Damaged> {
    let packed = whole.starts_with(&[0x1f, 0x8b]);
    let bytes = if packed { whole } else { &whole[..whole.len().min(LARGEST)] };
    let weight = if packed { bytes.len() * 12 } else { bytes.len() };
    let cuts = (BUDGET / weight.max(1)).clamp(2, most_cuts);
    let mut all: Vec<Damaged> = (1..=cuts)
        .map(|at| bytes.len() * at / (cuts + 1))
        .map(|at| Damaged {
            what: format!("cut at byte {at}"),
            bytes: bytes[..at].to_vec(),
            breaks_off: packed && at > 40,
        })
        .collect();
    let mut add = |what: &str, bytes: Vec<u8>| all.push(Damaged { what: what.to_owned(), bytes, breaks_off: false });
    add("emptied", Vec::new());
    for at in [bytes.len() / 3, bytes.len() * 2 / 3] {
        let mut flipped = bytes.to_vec();
        if let Some(byte) = flipped.get_mut(at) {
            *byte ^= 0x55;
        }
        add(&format!("with byte {at} flipped"), flipped);
    }
    if !packed {
        add("with a byte order mark", [b"\xef\xbb\xbf", bytes].concat());
        let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
        add("with CRLF", lines.join(&b"\r\n"[..]));
        add("twice in one", [bytes, bytes].concat());
    }
    all
}

/// What is wrong with reading one damaged file, if anything.
fn fault(damaged: &Damaged) -> Option<String> {
    let ran = match catch_unwind(AssertUnwindSafe(|| with_input(&["inspect", "-", "--json"], &damaged.bytes))) {
        Ok(ran) => ran,
        Err(_) => return Some("panics".to_owned()),
    };
    if ran.code != 0 {
        return (ran.code != 3 || ran.err.is_empty()).then(|| format!("exit code {}: {}", ran.code, ran.err));
    }
    let inspection: Value = serde_json::from_str(&ran.out).ok()?;
    for input in inspection["tests"].as_array()?.iter().flat_map(|test| test["inputs"].as_array().unwrap()) {
        let count = |name: &str| input[name].as_u64().unwrap();
        let (read, used, skipped, rejected) =
            (count("rows_read"), count("rows_used"), count("rows_skipped"), count("rows_rejected"));
        if read != used + skipped + rejected {
            return Some(format!("{read} rows read, but {used} used, {skipped} skipped, {rejected} rejected"));
        }
        if damaged.breaks_off && input["unfinished"].is_null() {
            return Some("is not called unfinished".to_owned());
        }
        if rejected > 0 && input["first_rejections"].as_array().is_none_or(Vec::is_empty) {
            return Some(format!("{rejected} rows rejected and none shown"));
        }
    }
    None
}

fn assert_all_survive(paths: &[PathBuf], most_cuts: usize) {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            for damaged in damaged(&fs::read(path).unwrap(), most_cuts) {
                if let Some(fault) = fault(&damaged) {
                    wrong.lock().unwrap().push(format!("{} {}: {fault}", path.display(), damaged.what));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn damaged_samples_are_read_as_far_as_they_go() {
    let all = sample_files().into_iter().filter(|path| !path.starts_with("samples/teams"));
    assert_all_survive(&all.collect::<Vec<_>>(), 20);
}

#[test]
fn damaged_corpus_files_are_read_as_far_as_they_go() {
    let Some(corpus) = corpus("damaged_corpus_files_are_read") else { return };
    let small = |path: &PathBuf| path.metadata().unwrap().len() <= 60_000;
    assert_all_survive(&files(&corpus).into_iter().filter(small).collect::<Vec<_>>(), 3);
}

/// A record that is broken by the end of the file is a rejected row, and the file is called unfinished.
#[test]
fn a_row_that_breaks_off_is_told() {
    for (path, is_csv) in [
        ("samples/k6/infinity/inf-0.49.0.json", false),
        ("samples/k6/csv-unix/out.csv.gz", true),
        ("samples/own/rows-ndjson/rows.ndjson", false),
    ] {
        let whole = unpacked(Path::new(path));
        let end = whole.len() * 2 / 3;
        let line = whole[..end].iter().rposition(|&byte| byte == b'\n').unwrap();
        let cut = &whole[..line + 20];
        let inspection = with_input(&["inspect", "-", "--json"], cut).json();
        let input = &inspection["tests"][0]["inputs"][0];
        let told = !input["unfinished"].is_null() || input["rows_rejected"].as_u64() > Some(0);
        assert!(told, "{path} cut in the middle of a row: {input}");
        assert!(
            is_csv || !input["unfinished"].is_null(),
            "{path} cut in the middle of a record is not called unfinished: {input}"
        );
    }
}
