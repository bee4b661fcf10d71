//! Summaries as teams' scripts print them.

mod ladder;

use super::OwnResultsJson;
use crate::error::Error;
use crate::ingest::own::recording::Recording;
use crate::ingest::{Adapter, Input, Settings, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::key::Population;
use crate::model::sample::{Fact, Total};

fn try_read(text: &str, settings: &Settings) -> Result<(Tally, Recording), Error> {
    let input = Input::memory("results.json", text.as_bytes()).unwrap();
    let mut sink = Recording::default();
    let tally = OwnResultsJson.read(&input, settings, &mut sink)?;
    assert_eq!(tally.read, tally.used + tally.skipped + tally.rejected);
    Ok((tally, sink))
}

fn read(text: &str) -> (Tally, Recording) {
    try_read(text, &Settings::default()).unwrap()
}

fn only(sink: &Recording) -> &Total {
    assert_eq!(sink.totals.len(), 1, "{:?}", sink.totals);
    &sink.totals[0].1
}

fn quoted(distribution: &Distribution) -> &Quoted {
    match distribution {
        Distribution::Quoted(quoted) => quoted,
        other => panic!("{other:?}"),
    }
}

fn sniff(text: &str) -> Sniff {
    OwnResultsJson.sniff(&Input::memory("x", text.as_bytes()).unwrap().head().unwrap())
}

/// Teams' scripts that keep everything: every latency in an array, outcomes as a map of status codes.
#[test]
fn lists_of_latencies_and_statuses_give_true_figures() {
    let text = r#"{"results":[
        {"endpoint":"/a","latencies_ms":[12.0,15.0,20.0,200.0],"status_codes":{"200":3,"503":1}},
        {"endpoint":"/b","response_times_ms":[5.0,6.0],"total_requests":3,"failed":1,"p95_ms":9.0},
        {"endpoint":"/c","latencies_ms":[1.0,2.0],"total_requests":900,"status_codes":{"200":800},"p95_ms":9.0}]}"#;
    let (tally, sink) = read(text);
    assert_eq!(tally.used, 1);
    let total = |name: &str| {
        let of = |total: &&(crate::ingest::PartId, Total)| {
            total.1.endpoint.as_ref().is_some_and(|endpoint| endpoint.name == name)
        };
        sink.totals.iter().find(of).unwrap().1.clone()
    };
    let a = total("/a");
    assert_eq!((a.requests, a.failures), (Some(4), Some(1)));
    let Distribution::Recorded(recorded) = &a.latency else { panic!("{:?}", a.latency) };
    assert_eq!((recorded.count(), recorded.max_us()), (4, Some(200_000.0)));
    assert!(sink.faults.iter().any(|fault| fault.text == "HTTP 503" && fault.count == 1));
    let b = total("/b");
    assert!(matches!((&b.latency, &b.latency_ok), (Distribution::Quoted(_), Distribution::Recorded(_))));
    let c = total("/c");
    assert!(matches!(c.latency, Distribution::Quoted(_)) && c.failures.is_none());
    assert!(
        sink.said().contains("holds 2 values for 900 requests") && sink.said().contains("of 800 requests, not of 900")
    );
}

#[test]
fn each_scenario_is_a_test_of_its_own() {
    let (tally, sink) = read(
        r#"{"timestamp":"2026-11-21T02:02:05.29","test_results":[
            {"scenario":"1 user","total_requests":5,"successful":5,"failed":0,"success_rate":1.0,"cached_responses":2,"cache_hit_rate":0.4,"avg_latency_ms":72.5,"p95_latency_ms":135.3},
            {"scenario":"50 concurrent users","total_requests":100,"successful":88,"failed":12,"success_rate":0.88,"cached_responses":56,"cache_hit_rate":0.56,"avg_latency_ms":125.75,"median_latency_ms":107.2}],
          "summary":{"total_requests":105,"average_cache_hit_rate":0.48}}"#,
    );
    assert_eq!((tally.used, tally.rejected), (2, 0));
    assert_eq!(sink.parts, [Some("1 user".into()), Some("50 concurrent users".into())]);
    let stress = &sink.totals[1].1;
    assert_eq!((stress.requests, stress.failures, stress.cached), (Some(100), Some(12), Some(56)));
    let latency = quoted(&stress.latency);
    assert_eq!((latency.n, latency.mean_us), (Some(100), Some(125_750.0)));
    assert_eq!(latency.quantiles, [(0.5, 107_200.0)]);
    let said = sink.said();
    assert!(said.contains("Users(50.0)") && said.contains("scenario's name") && said.contains("duration_s"), "{said}");
    assert!(!said.contains("Warning"), "ratios agree with their counts: {said}");
    assert!(tally.notes[0].contains("UTC"));
}

#[test]
fn shares_are_decided_by_counts_and_never_guessed() {
    let failures = |text: &str| {
        let (_, sink) = read(text);
        (only(&sink).failures, sink.said())
    };
    assert_eq!(failures(r#"{"requests":200,"success_rate":97.5,"avg_ms":1}"#).0, Some(5), "above 1 it is percent");
    assert_eq!(failures(r#"{"requests":200,"error_rate":0.5,"success_rate":99.5,"avg_ms":1}"#).0, Some(1));
    assert_eq!(failures(r#"{"requests":200,"error_rate_percent":0.5,"avg_ms":1}"#).0, Some(1));
    assert_eq!(failures(r#"{"requests":200,"error_rate":0,"avg_ms":1}"#).0, Some(0), "none is none on any scale");
    // Percent under the name of a count was taken for the count: 20 of 1,000 instead of 200.
    assert_eq!(failures(r#"{"requests":1000,"failed":"20%","avg_ms":1}"#).0, Some(200));
    assert_eq!(failures(r#"{"requests":1000,"successful":"99%","avg_ms":1}"#).0, Some(10));
    assert_eq!(read(r#"{"requests":"20%","failed":3,"avg_ms":1}"#).0.rejected, 1);
    // A ratio of 1 is not what 1 % is printed as.
    let (decided, said) = failures(r#"{"requests":1000,"failed":10,"error_rate":1.0,"avg_ms":1}"#);
    assert_eq!(decided, Some(10));
    assert!(!said.contains("could be a ratio"), "{said}");
    let (unknown, said) = failures(r#"{"requests":200,"error_rate":0.5,"avg_ms":1}"#);
    assert_eq!(unknown, None, "half a percent or half of all");
    assert!(said.contains("FailuresUnknown") && said.contains("ratio or a percentage"), "{said}");
    let (decided, said) = failures(r#"{"requests":200,"failed":1,"error_rate":0.5,"cache_hit_rate":0.8,"avg_ms":1}"#);
    assert_eq!(decided, Some(1));
    assert!(!said.contains("Warning"), "{said}");
}

#[test]
fn contradictions_are_named_with_both_figures() {
    let said = |text: &str| read(text).1.said();
    let parts = said(r#"{"total_requests":100,"successful":90,"failed":5,"avg_ms":1}"#);
    assert!(parts.contains("Warning") && parts.contains("100") && parts.contains("make 95"), "{parts}");
    let rate = said(r#"{"total_requests":100,"successful":90,"failed":10,"success_rate":0.99,"avg_ms":1}"#);
    assert!(rate.contains("Warning") && rate.contains("0.99") && rate.contains("0.9000"), "{rate}");
    let more = said(r#"{"total_requests":10,"successful":11,"avg_ms":1}"#);
    assert!(more.contains("more than `total_requests` 10"), "{more}");
    let rate = said(
        r#"{"failed":0,"endpoints":[{"endpoint":"/a","requests":100,"duration_s":10,"rps":50,"avg_ms":1},
            {"endpoint":"/b","requests":100,"failed":10,"duration_s":10,"rps":9,"avg_ms":1}]}"#,
    );
    assert!(rate.contains("/a: 100 requests in 10 s are 10/s, and its rate is 50/s"), "{rate}");
    assert!(!rate.contains("/b: "), "some count successes only: {rate}");
}

#[test]
fn times_that_contradict_each_other() {
    let said = |end: &str, rest: &str| {
        let times = format!(r#""start_time":"2026-11-21T10:01:00Z","end_time":"2026-11-21T10:{end}:00Z""#);
        read(&format!(r#"{{"requests":100,"failed":0,"avg_ms":1,{times}{rest}}}"#)).1.said()
    };
    assert!(!said("02", r#","duration_s":59"#).contains("Warning"));
    assert!(said("00", "").contains("is before its start"), "{}", said("00", ""));
    let length = said("02", r#","duration_s":600"#);
    assert!(length.contains("1 min lie between its start and its end, and its length is stated as 10 min"), "{length}");
}

#[test]
fn a_unit_comes_from_key_enclosing_key_value_or_neighbour_else_it_is_asked_for() {
    let mean = |text: &str| quoted(&only(&read(text).1).latency).mean_us;
    assert_eq!(mean(r#"{"requests":1,"failed":0,"latency_s":{"avg":0.25}}"#), Some(250_000.0));
    assert_eq!(mean(r#"{"requests":1,"failed":0,"latency":{"avg_ms":0.25}}"#), Some(250.0));
    assert_eq!(mean(r#"{"requests":1,"failed":0,"avg_latency":"12.5ms"}"#), Some(12_500.0));
    assert_eq!(mean(r#"{"requests":1,"failed":0,"latency":{"mean":42.5,"unit":"ms"}}"#), Some(42_500.0));
    let error = try_read(r#"{"requests":1,"failed":0,"avg_latency":0.25}"#, &Settings::default()).unwrap_err();
    assert!(error.message.contains("`avg_latency`") && error.hint.unwrap().contains("inputs.latency_unit"));
    let settings = Settings { latency_unit_ns: Some(1e9), ..Settings::default() };
    let (_, sink) = try_read(r#"{"requests":1,"failed":0,"avg_latency":0.25}"#, &settings).unwrap();
    assert_eq!(quoted(&only(&sink).latency).mean_us, Some(250_000.0));
    let (_, sink) = read(r#"{"requests":1,"failed":0,"avg_latency":0.25,"p95_latency_ms":1}"#);
    assert!(sink.said().contains("no unit is stated for `avg_latency`"), "{}", sink.said());
}

#[test]
fn endpoints_faults_and_metrics_of_a_database_test() {
    let (_, sink) = read(
        r#"{"test":"db","workers":20,"duration_s":8.5,"total_operations":3000,"failed":40,
            "reads":{"count":2385,"avg":2.143,"p95":6.851},"writes":{"count":575,"avg":45.707},
            "pool_wait_ms":{"count":3000,"avg":43.22,"max":8658.605},"errors":{"database is locked":40}}"#,
    );
    let labels: Vec<_> =
        sink.totals.iter().map(|(_, total)| total.endpoint.as_ref().map(|key| key.name.as_str())).collect();
    assert_eq!(labels, [None, Some("reads"), Some("writes")]);
    assert_eq!((sink.totals[0].1.requests, sink.totals[0].1.failures), (Some(3000), Some(40)));
    assert_eq!(quoted(&sink.totals[1].1.latency).quantiles, [(0.95, 6851.0)]);
    assert_eq!(sink.faults[0].count, 40);
    let (_, key, total) = &sink.metric_totals[0];
    assert_eq!((key.name.as_str(), total.count, total.mean), ("pool_wait", Some(3000), Some(43_220.0)));
    let said = sink.said();
    assert!(
        said.contains("2960 successes only") && said.contains("DurationSeconds(8.5)") && said.contains("Users(20.0)"),
        "{said}"
    );
    assert_eq!(sink.parts, [None], "the test's own name is the folder's affair");
}

#[test]
fn connections_and_messages_are_counted_apart() {
    let (_, sink) = read(
        r#"{"connections":100,"connected":98,"connection_failures":2,"messages_sent":1000,"delivered":990,"failed":10,"delivery_rate":99.0,
            "duration_s":1,"connection_time_ms":{"avg":56.889},"message_latency_ms":{"p95":21.05}}"#,
    );
    let of =
        |population| sink.totals.iter().map(|(_, total)| total).filter(move |total| total.population == population);
    assert_eq!(of(Population::Request).count(), 0, "nothing here is a request");
    for connection in of(Population::Connection) {
        assert_eq!((connection.requests, connection.failures), (Some(100), Some(2)));
        assert_eq!(quoted(&connection.latency).mean_us, Some(56_889.0));
    }
    for message in of(Population::Message) {
        assert_eq!((message.requests, message.failures), (Some(1000), Some(10)));
    }
    assert!(!sink.said().contains("Warning"), "{}", sink.said());
}

#[test]
fn lists_and_maps_of_endpoints() {
    for text in [
        r#"{"endpoints":[{"endpoint":"/a","method":"GET","requests":10,"failed":1,"p95_ms":5},{"name":"POST /b?token=s3cret","requests":5,"failed":0,"p95_ms":6}]}"#,
        r#"{"endpoints":{"GET /a":{"requests":10,"failed":1,"p95_ms":5},"POST /b?token=s3cret":{"requests":5,"failed":0,"p95_ms":6}}}"#,
        r#"[{"endpoint":"GET /a","requests":10,"failed":1,"p95_ms":5},{"endpoint":"POST /b?token=s3cret","requests":5,"failed":0,"p95_ms":6}]"#,
    ] {
        assert!(matches!(sniff(text), Sniff::Unsure(_)), "{text}");
        let (_, sink) = read(text);
        let labels: Vec<_> = sink.totals.iter().map(|(_, total)| total.endpoint.as_ref().unwrap().label()).collect();
        assert_eq!(labels, ["GET /a", "POST /b"], "{text}");
        assert_eq!(sink.parts, [None]);
    }
}

#[test]
fn a_bad_record_is_refused_and_the_rest_is_read() {
    let (tally, sink) = read(
        r#"{"results":[{"name":"a","requests":"many","avg_ms":1},{"name":"b","requests":2,"failed":0,"avg_ms":-1},7,
            {"name":"c","requests":2,"failed":0,"avg_ms":1,"p99_ms":null},{"name":"c","requests":3,"failed":0,"avg_ms":1,"p99_ms":"N/A"}]}"#,
    );
    assert_eq!((tally.read, tally.used, tally.rejected), (5, 2, 3));
    assert_eq!(sink.parts, [Some("c".into()), Some("c (2)".into())]);
    let first: Vec<_> = tally.first_rejections.iter().map(|first| first.field.clone().unwrap()).collect();
    assert!(first.contains(&"results[0].requests".to_owned()) && first.contains(&"results[2]".to_owned()), "{first:?}");
    let settings = Settings { strict: true, ..Settings::default() };
    assert!(try_read(r#"{"requests":"many","avg_ms":1}"#, &settings).is_err());
}

#[test]
fn an_array_of_requests_is_rows() {
    let text = r#"{"config":{"token":"s3cret"},"results":[{"timestamp":1795226522.5,"endpoint":"/a","latency_ms":5,"success":true},{"endpoint":"/a","latency_ms":"x"},3]}"#;
    assert!(matches!(sniff(text), Sniff::Unsure(_)));
    let (tally, sink) = read(text);
    assert_eq!((tally.used, tally.rejected, sink.samples.len()), (1, 2, 1));
}

#[test]
fn a_document_that_breaks_off_is_an_error_that_says_so() {
    let error = try_read(r#"{"requests":10,"avg_ms":"#, &Settings::default()).unwrap_err();
    assert!(error.message.contains("breaks off"), "{}", error.message);
}

#[test]
fn what_is_nobody_s_summary() {
    for text in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"base_url":"http://x","users":50,"timeout_ms":3000}"#,
        r#"{"uptime_s":92.3,"requests_total":12280,"db_pool":{"size":13,"wait_ms_total":1761.7},"redis":{"hit_rate":47.5}}"#,
        r#"{"steady":{"start":1,"endpoints":{"GET /a":{"count":5,"failures":0,"mean":7.1}}}}"#,
        r#"{"root_group":{},"metrics":{"http_reqs":{"count":1}},"total":1,"avg_ms":1}"#,
        r#"{"a":1}{"b":2}"#,
    ] {
        assert!(matches!(sniff(text), Sniff::No(_)), "{text}");
    }
}

#[test]
fn a_summary_larger_than_the_head_is_recognised() {
    let record = r#"{"scenario":"steady","total_requests":5,"failed":0,"avg_latency_ms":72.5},"#;
    let text = format!("{{\"test_results\":[{}", record.repeat(2000));
    assert!(text.len() > 100_000);
    assert!(matches!(sniff(&text), Sniff::Unsure(_)));
}

#[test]
fn start_and_end_are_a_span_and_a_bare_duration_is_not_guessed() {
    let (_, sink) = read(
        r#"{"requests":1,"failed":0,"avg_ms":1,"start_time":"2026-11-21T02:00:00Z","end_time":"2026-11-21T02:01:00Z"}"#,
    );
    assert!(sink.facts.iter().any(|(_, fact)| matches!(fact, Fact::Ran(span) if (span.seconds() - 60.0).abs() < 1e-9)));
    let (_, sink) = read(r#"{"requests":1,"failed":0,"avg_ms":1,"duration":60}"#);
    assert!(sink.said().contains("`duration` states no unit"), "{}", sink.said());
}

#[test]
fn latencies_in_every_nesting() {
    let counts = r#""requests":10,"failed":0"#;
    for figures in [
        r#""latency":{"p95_ms":12.5}"#,
        r#""latency_ms":{"avg":5,"p95":12.5}"#,
        r#""latency_ms":{"avg":5,"percentiles":{"50":4,"95":12.5}}"#,
        r#""latency_percentiles_ms":{"50":4,"95":12.5}"#,
        r#""percentiles_s":{"p50":0.004,"p95":0.0125}"#,
        r#""latency_us":{"quantiles":{"0.5":4000,"0.95":12500}}"#,
        r#""latency_ms":{"percentiles":{"95":12.5}}"#,
        r#""latency_ms.p95":12.5"#,
        r#""Latency P95 (ms)":12.5"#,
        r#""response_time_ms":{"PCT_95":12.5}"#,
        r#""p95":"12.5 ms""#,
        r#""metrics":{"latency":{"p95_us":12500}}"#,
    ] {
        let text = format!("{{{counts},{figures}}}");
        assert!(matches!(sniff(&text), Sniff::Unsure(_)), "{text}");
        let (_, sink) = read(&text);
        let p95 = quoted(&only(&sink).latency).quantiles.iter().find(|(p, _)| (*p - 0.95).abs() < 1e-9).unwrap().1;
        assert!((p95 - 12_500.0).abs() < 1e-6, "{text}: {p95}");
    }
}

/// Its failures were unknown, and the two timeouts were shown beside them.
#[test]
fn a_list_of_errors_tells_how_many_failed_where_nothing_else_does() {
    let failures = |errors: &str| {
        let (_, sink) = read(&format!(r#"{{"requests":10,"avg_ms":1,"errors":{errors}}}"#));
        (only(&sink).failures, sink.faults.len(), sink.said().contains("no key says how many failed"))
    };
    assert_eq!(failures(r#"["timeout","timeout","500"]"#).0, Some(3));
    assert!(failures(r#"["timeout","timeout","500"]"#).2, "it is said");
    assert_eq!(failures(r#"{"timeout":2,"500":1}"#).0, Some(3));
    assert_eq!(failures(r#"[{"error":"timeout","count":9}]"#).0, Some(9));
    assert_eq!(failures("[]").0, Some(0));
    assert_eq!(failures(r#"["timeout",7]"#).0, None, "one of them is nothing that is known");
    assert_eq!(failures(r#"{"timeout":11}"#).0, None, "errors of something else");
    let (_, sink) = read(r#"{"requests":10,"failed":5,"avg_ms":1,"errors":["timeout"]}"#);
    assert_eq!(only(&sink).failures, Some(5), "a key that says it is right");
}

#[test]
fn errors_in_lists_and_maps() {
    for errors in
        [r#"{"timeout":3}"#, r#"{"timeout":{"count":3}}"#, r#"[{"error":"timeout","count":3}]"#, r#"[["timeout",3]]"#]
    {
        let (_, sink) = read(&format!(r#"{{"requests":10,"failed":3,"avg_ms":1,"errors":{errors}}}"#));
        assert_eq!(
            (sink.faults.len(), sink.faults[0].text.as_str(), sink.faults[0].count),
            (1, "timeout", 3),
            "{errors}"
        );
    }
}

/// Endpoints that do not make up their total are found with those of all other summaries; scenarios are tests of their own.
#[test]
fn a_total_that_the_scenarios_do_not_make_is_said() {
    let (tally, _) = read(
        r#"{"total_requests":7,"scenarios":[{"name":"a","requests":2,"failed":0,"avg_ms":1},{"name":"b","requests":3,"failed":0,"avg_ms":1}]}"#,
    );
    assert!(tally.notes.iter().any(|note| note.contains("2 scenarios make 5")), "{:?}", tally.notes);
}

/// Summaries had no date, so that waivers did not end and history had no order.
#[test]
fn a_start_alone_dates_a_test_and_with_a_length_spans_it() {
    let said = |keys: &str| read(&format!(r#"{{"requests":1,"failed":0,"avg_ms":1,{keys}}}"#)).1.facts;
    let start = crate::unit::Timestamp(1_795_226_400_000_000_000);
    for stated in [r#""2026-11-21T02:00:00Z""#, r#""2026-11-21T02:00:00""#, "1795226400", "1795226400000"] {
        let facts = said(&format!(r#""start_time":{stated}"#));
        assert!(facts.iter().any(|(_, fact)| *fact == Fact::Began(start)), "{stated}: {facts:?}");
        assert!(!facts.iter().any(|(_, fact)| matches!(fact, Fact::Ran(_))));
    }
    let facts = said(r#""start_time":1795226400,"duration_s":60"#);
    assert!(facts.iter().any(
        |(_, fact)| matches!(fact, Fact::Ran(span) if span.start == start && (span.seconds() - 60.0).abs() < 1e-9)
    ));
    assert!(said(r#""date":"2026-11-21T02:00:00Z""#).iter().any(|(_, fact)| *fact == Fact::WrittenAt(start)));
}

/// A mean of 0.05 beside a p95 of 120 ms was read as 50 µs.
#[test]
fn a_unit_is_lent_only_to_figures_that_can_have_it() {
    let text = |mean: &str| format!(r#"{{"requests":10,"failed":0,"p95_ms":120,"avg_latency":{mean}}}"#);
    assert!(quoted(&only(&read(&text("40")).1).latency).mean_us.is_some_and(|mean| (mean - 40_000.0).abs() < 1e-6));
    for odd in ["0.05", "40000"] {
        let error = try_read(&text(odd), &Settings::default()).unwrap_err();
        assert!(error.message.contains("the unit of `avg_latency` is not known"), "{}", error.message);
    }
    let seconds = Settings { latency_unit_ns: Some(1e9), ..Settings::default() };
    let (_, sink) = try_read(&text("0.05"), &seconds).unwrap();
    assert!(quoted(&only(&sink).latency).mean_us.is_some_and(|mean| (mean - 50_000.0).abs() < 1e-6));
}

/// A list whose items hold their latency as an object was taken for one of requests.
#[test]
fn a_unit_may_stand_beside_the_figures() {
    let text =
        r#"{"results":[{"name":"a","count":1000,"errors":["timeout"],"latency":{"p95":120,"p99":200,"unit":"ms"}}]}"#;
    let (tally, sink) = read(text);
    assert_eq!(tally.used, 1);
    assert_eq!(quoted(&only(&sink).latency).quantiles, [(0.95, 120_000.0), (0.99, 200_000.0)]);
}

#[test]
fn figures_that_cannot_be_are_refused_where_they_stand() {
    let text = r#"{"results":[{"name":"a","count":10,"failed":0,"p95_ms":-12}]}"#;
    assert!(matches!(sniff(text), Sniff::Unsure(_)));
    let (tally, _) = read(text);
    assert_eq!((tally.used, tally.rejected), (0, 1));
    assert!(tally.first_rejections[0].reason.contains("should not be negative"), "{:?}", tally.first_rejections);
}
