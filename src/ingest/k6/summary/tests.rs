//! The three summaries: what they say alike, where they differ, and what must not leave them.

use super::super::export::K6SummaryExport;
use super::super::machine::K6MachineSummary;
use super::super::recorder::Recorder;
use super::*;
use crate::model::distribution::Distribution;
use crate::model::key::Population;
use crate::model::sample::Fact;

const HANDLE: &str = r#"{"setup_data":{"token":"hunter2"},"state":{"testRunDurationMs":2500.0},
 "metrics":{
  "http_reqs":{"type":"counter","contains":"default","values":{"count":10,"rate":4}},
  "http_req_duration":{"type":"trend","contains":"time","values":{"avg":2.5,"min":1,"med":2,"max":9,"p(99.9)":8.5,"p(90)":null},
    "thresholds":{"p(95)<800":{"ok":false}}},
  "http_req_duration{expected_response:true}":{"type":"trend","contains":"time","values":{"avg":2}},
  "http_req_duration{token:hunter2,name:http://me:hunter2@h/a?key=hunter2}":{"type":"trend","contains":"time","values":{"avg":2},"thresholds":{"avg<1":{"ok":false}}},
  "http_req_failed":{"type":"rate","contains":"default","values":{"rate":0.3,"passes":3,"fails":7}},
  "broken":{"type":"blob"},
  "vus":{"type":"gauge","contains":"default","values":{"value":1,"min":0,"max":12}}},
 "root_group":{"name":"","path":"","groups":[{"name":"a","path":"::a","groups":[],"checks":[{"name":"ok","path":"::a::ok","passes":3,"fails":1}]}],"checks":[]}}"#;

const EXPORT: &str = r#"{"metrics":{
  "http_reqs":{"count":10,"rate":4},
  "http_req_duration":{"avg":2.5,"min":1,"med":2,"max":9,"p(99.9)":8.5,"thresholds":{"p(95)<800":true,"avg<9":false}},
  "http_req_failed":{"passes":3,"fails":7,"value":0.3},
  "mine":{"avg":1,"min":0,"max":12},"gauge":{"value":1,"min":0,"max":12}},
 "root_group":{"name":"","path":"","groups":{"a":{"name":"a","path":"::a","groups":{},"checks":{"ok":{"name":"ok","path":"::a::ok","passes":3,"fails":1}}}},"checks":{}}}"#;

const MACHINE: &str = r#"{"config":{"duration":2.5,"execution":"local","script":"const token = 'hunter2'"},
 "metadata":{"generated_at":"2026-11-21T02:16:08.918458065Z","k6_version":"2.2.0"},
 "results":{"checks":{"metrics":[{"contains":"default","name":"checks_succeeded","type":"rate","values":{"matches":3,"rate":0.75,"total":4}}],
   "results":[{"name":"ok","passes":3,"fails":1}]},
  "metrics":[{"contains":"default","name":"http_reqs","type":"counter","values":{"count":10}},
   {"contains":"time","name":"http_req_duration","type":"trend","values":{"avg":2.5,"min":1,"med":2,"max":9,"p90":7,"p95":8}},
   {"contains":"default","name":"http_req_failed","type":"rate","values":{"matches":3,"rate":0.3,"total":10}}]},"version":"1.0.0"}"#;

fn read(adapter: &dyn Adapter, text: &str) -> (Recorder, Tally) {
    let input = Input::memory("summary.json", text.as_bytes().to_vec()).unwrap();
    let mut sink = Recorder::default();
    let tally = adapter.read(&input, &Settings::default(), &mut sink).unwrap();
    assert!(!format!("{sink:?}{tally:?}").contains("hunter2"), "a secret left the parser");
    (sink, tally)
}

#[test]
fn the_three_agree_on_requests_and_latency() {
    for (adapter, text) in
        [(&K6Summary as &dyn Adapter, HANDLE), (&K6SummaryExport, EXPORT), (&K6MachineSummary, MACHINE)]
    {
        let (sink, _) = read(adapter, text);
        let total = &sink.totals[0];
        assert_eq!((total.population, total.requests, total.failures), (Population::Request, Some(10), Some(3)));
        let Distribution::Quoted(latency) = &total.latency else { panic!("{:?}", total.latency) };
        assert_eq!((latency.n, latency.mean_us, latency.max_us), (Some(10), Some(2500.0), Some(9000.0)));
        assert_eq!(latency.quantiles[0], (0.5, 2000.0));
        assert!(
            sink.metric_total("checks", &[("check", "ok"), ("group", "::a")]).is_some()
                || adapter.name() == "k6_machine_summary"
        );
    }
}

#[test]
fn a_threshold_is_kept_by_ok_and_crossed_by_true() {
    let (handle, tally) = read(&K6Summary, HANDLE);
    let (export, notes) = read(&K6SummaryExport, EXPORT);
    let kept = |sink: &Recorder, expression: &str| {
        sink.thresholds.iter().find(|one| one.expression == expression).unwrap().kept
    };
    assert_eq!(kept(&handle, "p(95)<800"), Some(false));
    assert_eq!((kept(&export, "p(95)<800"), kept(&export, "avg<9")), (Some(false), Some(true)));
    let tagged = handle.thresholds.iter().find(|one| one.expression == "avg<1").unwrap();
    assert_eq!(tagged.metric, "http_req_duration{name:http://h/a?key={},token:…}");
    assert_eq!((tally.rejected, tally.rejected_aside), (1, 1));
    assert_eq!(tally.first_rejections[0].field.as_deref(), Some("metrics.broken"));
    assert_eq!(notes.notes, ["the file does not say in what unit `mine` is; shown as plain numbers"]);
}

#[test]
fn percentiles_and_facts_are_as_the_source_has_them() {
    let (handle, _) = read(&K6Summary, HANDLE);
    let Distribution::Quoted(latency) = &handle.totals[0].latency else { panic!("not quoted") };
    assert_eq!(latency.quantiles, [(0.5, 2000.0), (0.999, 8500.0)], "null is unknown");
    let Distribution::Quoted(ok) = &handle.totals[0].latency_ok else { panic!("not quoted") };
    assert_eq!((ok.n, ok.mean_us), (Some(7), Some(2000.0)));
    assert!(handle.facts.contains(&Fact::DurationSeconds(2.5)) && handle.facts.contains(&Fact::Users(12.0)));
    let (machine, _) = read(&K6MachineSummary, MACHINE);
    assert!(machine.facts.contains(&Fact::ToolVersion("2.2.0".to_owned())));
    assert!(machine.facts.iter().any(|fact| matches!(fact, Fact::WrittenAt(_))));
    let checks = machine.metric_total("checks", &[]).unwrap();
    assert_eq!((checks.count, checks.nonzero, checks.value), (Some(4), Some(3), Some(0.75)));
}

#[test]
fn zeros_of_a_metric_without_points_are_no_figures() {
    let text = r#"{"state":{"testRunDurationMs":1},"metrics":{
      "http_req_duration":{"type":"trend","contains":"time","values":{"avg":0,"min":0,"max":0,"med":0}},
      "empty":{"type":"rate","contains":"default","values":{"rate":0,"passes":0,"fails":0}}}}"#;
    let (sink, _) = read(&K6Summary, text);
    assert_eq!(sink.totals, []);
    let total = sink.metric_total("http_req_duration", &[]).unwrap();
    assert_eq!((total.count, total.mean), (Some(0), None));
    assert_eq!(sink.metric_total("empty", &[]).unwrap().value, None);
}

#[test]
fn what_breaks_off_is_refused_without_showing_its_content() {
    let secret = HANDLE.find("hunter2").unwrap() + 4;
    for (text, words) in [
        (&HANDLE[..secret], "breaks off"),
        (r#"{"metrics":"hunter2"}"#, "shape"),
        (r#"{"metrics":hunter2}"#, "not JSON"),
    ] {
        let input = Input::memory("s.json", text.as_bytes().to_vec()).unwrap();
        let error = K6Summary.read(&input, &Settings::default(), &mut Recorder::default()).unwrap_err();
        assert!(error.message.contains(words), "{}", error.message);
        assert!(!format!("{error:?}").contains("hunt"));
    }
}

/// A script's own date was passed over, so that the test had none.
#[test]
fn a_script_dates_its_summary() {
    let dated = |key: &str, value: &str| HANDLE.replacen('{', &format!("{{\"{key}\":{value},"), 1);
    let at = Timestamp(1_795_226_525_000_000_000);
    let (written, _) = read(&K6Summary, &dated("timestamp", "\"2026-11-21T02:02:05Z\""));
    assert!(written.facts.contains(&Fact::WrittenAt(at)));
    let (began, _) = read(&K6Summary, &dated("start_time", "1795226525000"));
    assert!(began.facts.contains(&Fact::Began(at)));
    assert!(!read(&K6Summary, HANDLE).0.facts.iter().any(|fact| matches!(fact, Fact::WrittenAt(_) | Fact::Began(_))));
}
