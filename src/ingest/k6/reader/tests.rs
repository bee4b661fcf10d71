//! The fast path against the JSON parser, and what becomes of lines that are no records.

use super::super::recorder::{Recorder, Told};
use super::*;
use crate::ingest::Adapter;
use proptest::prelude::*;

/// Lines of real runs of k6 0.49 to 2.2, some of them broken.
const LINES: [&str; 14] = [
    r#"{"type":"Metric","data":{"name":"my_counter","type":"counter","contains":"default","thresholds":["count>1"],"submetrics":null},"metric":"my_counter"}"#,
    r#"{"metric":"http_reqs","type":"Point","data":{"time":"2026-11-21T02:15:49.430135363Z","value":1,"tags":{"build":"v1.2.3+g1a2b","expected_response":"true","group":"::setup","method":"GET","name":"http://127.0.0.1:18080/api/auth","proto":"HTTP/1.1","status":"200","test run":"a,b \"q\"&x=y\n2","url":"http://127.0.0.1:18080/api/auth"}}}"#,
    r#"{"metric":"http_req_duration","type":"Point","data":{"time":"2026-11-21T02:15:49.430135363Z","value":49.145829,"tags":{"build":"v1.2.3+g1a2b","expected_response":"true","group":"::setup","method":"GET","name":"http://127.0.0.1:18080/api/auth","proto":"HTTP/1.1","status":"200","test run":"a,b \"q\"&x=y\n2","url":"http://127.0.0.1:18080/api/auth"}}}"#,
    r#"{"metric":"http_req_duration","type":"Point","data":{"time":"2026-11-21T02:15:49.5Z","value":0,"tags":{"error":"dial: connection refused","error_code":"1212","expected_response":"false","method":"GET","name":"x","scenario":"main","status":"0","weird,tag":"\u00fc \u0026 = \\ back"}}}"#,
    r#"{"metric":"http_req_duration","type":"Point","data":{"time":"2026-11-21T07:48:21.195208786+05:30","value":12.345678901234567,"tags":{"testid":"run1"}}}"#,
    r#"{"metric":"http_req_failed","type":"Point","data":{"time":"2026-11-21T07:48:21.195208786+05:30","value":1,"tags":{"testid":"run1"}}}"#,
    r#"{"metric":"my_counter","type":"Point","data":{"time":"2026-11-21T02:16:38.701913958Z","value":2.5,"tags":{"group":"","scenario":"main","tier":"gold"},"metadata":{"trace_id":"t-2-10"}}}"#,
    r#"{"metric":"my_counter","type":"Point","data":{"time":"2026-11-21T02:16:38Z","value":1e+21,"tags":{}}}"#,
    r#"{"metric":"my_counter","type":"Point","data":{"time":"2026-11-21T02:16:38Z","value":-0.5,"tags":null}}"#,
    r#"{"type":"Point","data":{"time":"2026-11-21T02:16:38.1Z","value":3,"tags":{"scenario":"main"}},"metric":"vus"}"#,
    r#"{"metric":"ws_connecting","type":"Point","data":{"time":"2026-11-21T02:07:37.163790616Z","value":16.004752,"tags":{"room":"room-2","status":"101","subproto":"","url":"ws://127.0.0.1:18080/rtc?token=hunter2"}}}"#,
    r#"{"metric":"nan_trend","type":"Point","data":{"time":"2026-11-21T02:18:48.568905993Z","value":+Inf,"tags":{"group":"","scenario":"default"}}}"#,
    r#"{"metric":"checks","type":"Point","data":{"time":"2026-11-21T02:16:38.873750523Z","value":0,"tags":{"check":"no","group":"","scenario":"default"}}}"#,
    r#"{"metric":"http_req_duration","type":"Point","data":{"time":"2026-11-21T02:15:49.430135363Z","value":-1,"tags":{"expected_response":"true"}}}"#,
];

/// Reads lines either way; the reader without fast path is one that knows no shapes.
fn read(lines: &[Vec<u8>], fast: bool) -> (Told, Tally) {
    let input = Input::memory("run.json", lines.join(&b'\n')).unwrap();
    let settings = Settings::default();
    let definitions = Definitions::of(&input);
    let mut sink = Recorder::default();
    let mut reader = Reader::new(&mut sink, &definitions, &settings);
    if fast {
        reader.block(&RowBlock { bytes: lines.join(&b'\n'), line: 1, byte: 0, overlong: false });
    } else {
        let mut byte = 0;
        for (line, number) in lines.iter().zip(1..) {
            reader.shapes = Shapes::new(Ndjson::default());
            let terminated = number < lines.len() as u64;
            reader.line(&Line {
                bytes: line.strip_suffix(b"\r").unwrap_or(line),
                number,
                byte,
                overlong: false,
                terminated,
            });
            byte += line.len() as u64 + 1;
        }
    }
    let tally = reader.into_findings().conclude(&input, &settings, &mut sink).unwrap();
    (sink.told(), tally)
}

fn bytes(lines: &[&str]) -> Vec<Vec<u8>> {
    lines.iter().map(|line| line.as_bytes().to_vec()).collect()
}

#[test]
fn both_paths_read_real_lines_alike() {
    let mut lines = bytes(&LINES);
    lines.extend(bytes(&LINES));
    let (told, tally) = read(&lines, true);
    assert_eq!((told.clone(), tally.clone()), read(&lines, false));
    assert_eq!((tally.read, tally.used, tally.rejected), (28, 24, 4));
    assert_eq!(tally.notes, [] as [&str; 0]);
    assert!(!format!("{told:?}{tally:?}").contains("hunter2"));
    let failed: Vec<_> = told.cells.keys().map(|cell| format!("{} {:?}", cell.endpoint, cell.outcome)).collect();
    assert_eq!(
        failed,
        [
            "(unnamed) Failed(\"unexpected response\")",
            "GET x Failed(\"connection refused\")",
            "ws://127.0.0.1:18080/rtc?token={} Ok",
            // In setup, which is a population of its own, and the last.
            "GET http://127.0.0.1:18080/api/auth Ok",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]
    #[test]
    fn both_paths_read_mutated_lines_alike(which in 0..LINES.len(), at in 0..600_usize, byte in any::<u8>(), kind in 0..3_u8) {
        // The lines as they are come first, three times: to learn the metrics, to learn the shapes, to be known by sight.
        let mut lines = bytes(&LINES.repeat(4));
        let which = 3 * LINES.len() + which;
        let mut mutated = lines[which].clone();
        let at = at % mutated.len();
        match kind {
            0 => mutated[at] = byte,
            1 => { mutated.remove(at); }
            _ => mutated.insert(at, *b"\"\\{}:,.0e-"[..].get(usize::from(byte) % 10).unwrap()),
        }
        if !mutated.contains(&b'\n') {
            lines[which] = mutated;
            prop_assert_eq!(read(&lines, true), read(&lines, false));
        }
    }
}

/// A run of ten requests whose script divided by zero once was called invalid for one row in a hundred.
#[test]
fn a_value_that_is_no_number_is_aside_unless_it_tells_of_a_request() {
    let lines =
        bytes(&[LINES[11], LINES[13], LINES[3], &LINES[3].replace("\"value\":0", "\"value\":NaN"), &LINES[11][..80]]);
    let (_, tally) = read(&lines, true);
    assert_eq!((tally.used, tally.rejected, tally.rejected_aside), (1, 4, 1));
    let old = r#"{"type":"Point","data":{"time":"2026-11-21T02:16:38.1Z","value":-Inf,"tags":{}},"metric":"mine"}"#;
    let disguised = LINES[13].replace("-1,", "NaN,").replace("}}}", r#","metric":"x"}}}"#);
    assert_eq!(read(&bytes(&[old, &disguised]), true).1.rejected_aside, 1);
}

#[test]
fn text_between_records_is_passed_over_and_fragments_are_rejected() {
    let good = LINES[7];
    let text = [
        "  execution: local".to_owned(),
        String::new(),
        format!("running (00m01.0s), 1/1 VUs {good}"),
        format!("{good}default [ 100% ] 1 VUs"),
        format!("{}{good}", &good[..60]),
        format!("{good}{good}"),
        r#"{"level":"info","msg":"hello"}"#.to_owned(),
        "{banner}".to_owned(),
        format!("x{}", &good[1..]),
    ];
    let lines: Vec<Vec<u8>> = text.iter().map(|line| line.clone().into_bytes()).collect();
    let (_, tally) = read(&lines, true);
    assert_eq!((tally.used, tally.rejected, tally.skipped), (5, 2, 4));
    assert_eq!(tally.first_rejections.iter().map(|one| one.line).collect::<Vec<_>>(), [5, 9]);
    assert!(tally.first_rejections[0].reason.contains("breaks off"));
    assert!(tally.notes.iter().any(|note| note.starts_with("2 lines of other text")));
}

#[test]
fn the_adapter_knows_its_files() {
    use crate::ingest::{Head, Sniff};
    let adapter = super::super::ndjson::K6Ndjson;
    let yes = |text: &str| matches!(adapter.sniff(&Head::new(text.as_bytes(), false)), Sniff::Yes(_));
    for line in LINES {
        assert!(yes(line), "{line}");
    }
    assert!(yes(&format!("banner\n\nrunning {}", LINES[1])));
    assert!(yes(&LINES[0][..60]) && yes(&LINES[2][..80]));
    for text in [
        "",
        "{}",
        r#"{"event":"param","data":{"thresholds":{}}}"#,
        r#"{"type":"Point","data":[1]}"#,
        "metric_name,timestamp",
    ] {
        assert!(!yes(text), "{text}");
    }
}

/// Every line of every recorded run, where the recorded runs are at hand: they lie beside the repository, not in it.
#[test]
fn both_paths_read_recorded_runs_alike() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/k6");
    let pattern = format!("{}/**/*", std::env::var("PLIMSOLL_CORPUS").unwrap_or(corpus.to_owned()));
    for path in glob::glob(&pattern).unwrap().flatten().filter(|path| path.is_file()) {
        let input = Input::open(path.to_string_lossy(), &path).unwrap();
        if !matches!(super::super::ndjson::K6Ndjson.sniff(&input.head().unwrap()), crate::ingest::Sniff::Yes(_)) {
            continue;
        }
        let mut source = input.lines().unwrap();
        let mut lines = Vec::new();
        while let Some(line) = source.next_line().unwrap() {
            lines.push(line.bytes.to_vec());
        }
        // The slower way looks each metric up for every line; a few thousand lines of a run show all its shapes.
        lines.truncate(4000);
        assert_eq!(read(&lines, true), read(&lines, false), "{}", path.display());
    }
}

/// A line that was too long to be kept and had no end was rejected, and the file not called unfinished.
#[test]
fn an_overlong_line_that_breaks_off_is_called_unfinished() {
    let long = format!("{}{}", &LINES[2][..LINES[2].len() - 3], "x".repeat(LINE_CAP));
    for (end, unfinished) in [("", Some("breaks off within line 2")), ("\n", None)] {
        let text = format!("{}\n{long}{end}", LINES[2]);
        let mut sink = Recorder::default();
        let input = Input::memory("run.json", text.into_bytes()).unwrap();
        let tally = super::super::ndjson::K6Ndjson.read(&input, &Settings::default(), &mut sink).unwrap();
        assert_eq!((tally.used, tally.rejected, tally.unfinished.as_deref()), (1, 1, unfinished));
    }
}
