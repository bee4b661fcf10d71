//! Blocks against lines: the same observations, the same rejections at the same places.

use super::super::recorder::{Recorder, Told};
use super::*;
use crate::ingest::Tally;
use std::io::Write;

const METRIC: &str = r#"{"type":"Metric","data":{"name":"sold","type":"counter","contains":"default","thresholds":["count>1"],"submetrics":null},"metric":"sold"}"#;

fn point(metric: &str, nanos: usize, value: &str, tags: &str) -> String {
    format!(
        r#"{{"metric":"{metric}","type":"Point","data":{{"time":"2026-11-21T02:15:49.{nanos:09}Z","value":{value},"tags":{{{tags}}}}}}}"#
    )
}

/// A run without system tags, so that requests and their verdicts stand in different lines and, cut small, blocks.
fn sample_run() -> String {
    let mut lines = vec!["  /\\  k6".to_owned(), String::new()];
    for at in 0..40 {
        lines.push(point("http_req_duration", at, &format!("{at}.25"), r#""testid":"ü""#));
        lines.push(point("http_req_blocked", at, "0.001", r#""testid":"ü""#));
        lines.push(point("http_req_failed", at, if at % 7 == 0 { "1" } else { "0" }, r#""testid":"ü""#));
        lines.push(point("http_req_duration", at, "5", r#""expected_response":"true","name":"/x""#));
        if at == 20 {
            lines.push(METRIC.to_owned());
            lines.push(point("nan", at, "+Inf", ""));
        }
        if at >= 20 {
            lines.push(point("sold", at, "2", ""));
        }
    }
    lines.push(r#"{"metric":"sold","type":"Po"#.to_owned());
    lines.join("\r\n")
}

fn read(text: &str, block: u64, threads: usize) -> (Told, Tally) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let input = Input::open("run.json", file.path()).unwrap();
    let definitions = Definitions::of(&input);
    let settings = Settings { threads, ..Settings::default() };
    let mut sink = Recorder::default();
    let findings = read_in_blocks_of(block, &input, &definitions, &settings, &mut sink).unwrap();
    let tally = findings.conclude(&input, &settings, &mut sink).unwrap();
    (sink.told(), tally)
}

#[test]
fn neither_block_size_nor_threads_show_in_the_result() {
    let text = sample_run();
    let (whole, tally) = read(&text, 1 << 20, 1);
    assert_eq!((tally.rejected, tally.skipped), (2, 2));
    let last = text.lines().count();
    assert_eq!(tally.unfinished.as_deref(), Some(format!("breaks off within line {last}").as_str()));
    let infinite = text.lines().position(|line| line.contains("+Inf")).unwrap() + 1;
    assert_eq!(tally.first_rejections[0].line, infinite as u64);
    assert_eq!(whole.facts, [], "every request has its verdict");
    let sold = whole.metrics.iter().find(|(key, _)| key.name == "sold").unwrap();
    assert_eq!(sold.0.kind, crate::model::key::MetricKind::Counter);
    for block in [1, 7, 64, 100, 257, 1000, 4096] {
        for threads in [1, 3] {
            assert_eq!(
                read(&text, block, threads),
                (whole.clone(), tally.clone()),
                "blocks of {block}, {threads} threads"
            );
        }
    }
}

#[test]
fn a_line_longer_than_the_cap_is_one_rejected_row() {
    let long = "x".repeat(LINE_CAP + 10);
    let text = format!("{METRIC}\n{long}\n{}\n", point("sold", 1, "2", ""));
    for block in [1 << 12, 1 << 19, 1 << 22] {
        let (told, tally) = read(&text, block, 2);
        assert_eq!((tally.used, tally.rejected, tally.read), (2, 1, 3));
        assert_eq!(tally.first_rejections[0].line, 2);
        assert_eq!(told.thresholds.len(), 1);
    }
}

#[test]
fn strict_stops_at_the_first_bad_row() {
    let text = sample_run();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let input = Input::open("run.json", file.path()).unwrap();
    let settings = Settings { threads: 2, strict: true, ..Settings::default() };
    let definitions = Definitions::of(&input);
    let mut sink = Recorder::default();
    let findings = read_in_blocks_of(50, &input, &definitions, &settings, &mut sink).unwrap();
    let error = findings.conclude(&input, &settings, &mut sink).unwrap_err();
    assert!(error.message.contains("+Inf"), "{}", error.message);
}
