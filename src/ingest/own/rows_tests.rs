//! Rows of teams' own scripts, written as people write them and as the world damages them.

use super::recording::Recording;
use super::{OwnRowsCsv, OwnRowsNdjson};
use crate::error::Error;
use crate::ingest::{Adapter, Input, Settings, Sniff, Tally};
use crate::model::key::{Outcome, Population};
use crate::model::sample::Fault;
use crate::unit::Timestamp;

fn read(adapter: &dyn Adapter, text: &str, settings: &Settings) -> Result<(Tally, Recording), Error> {
    let input = Input::memory("rows", text.as_bytes()).unwrap();
    let mut sink = Recording::default();
    let tally = adapter.read(&input, settings, &mut sink)?;
    assert_eq!(tally.read, tally.used + tally.skipped + tally.rejected);
    Ok((tally, sink))
}

fn csv(text: &str) -> (Tally, Recording) {
    read(&OwnRowsCsv, text, &Settings::default()).unwrap()
}

fn ndjson(text: &str) -> (Tally, Recording) {
    read(&OwnRowsNdjson, text, &Settings::default()).unwrap()
}

fn sniff(adapter: &dyn Adapter, text: &str) -> Sniff {
    adapter.sniff(&Input::memory("rows", text.as_bytes()).unwrap().head().unwrap())
}

/// Of German rows only the column beside the latencies had a decimal comma, and `1.250` was read as a millisecond and a quarter;
/// with the comma in the time no row was read at all.
#[test]
fn the_whole_file_tells_what_a_point_before_three_digits_is() {
    for time in ["1795225420,5", "2026-11-21 10:00:00"] {
        let text =
            format!("timestamp;endpoint;latency_ms;status;load\n{time};/a;1.250;200;12,5\n{time};/a;850;200;3\n");
        let (tally, sink) = csv(&text);
        assert_eq!((tally.used, tally.rejected), (2, 0), "{:?}", tally.first_rejections);
        let latencies: Vec<_> = sink.samples.iter().map(|(_, sample)| sample.latency_ns).collect();
        assert_eq!(latencies, [Some(1_250_000_000), Some(850_000_000)], "{time}");
    }
}

#[test]
fn a_request_ends_its_latency_after_the_time_stamp() {
    let (tally, sink) = csv("timestamp,endpoint,latency_ms,success\n1795226522.5,/a,250.5,true\n");
    assert_eq!((tally.used, tally.rejected), (1, 0));
    let (_, sample) = sink.samples[0];
    assert_eq!(sample.latency_ns, Some(250_500_000));
    assert_eq!(sample.ended_at, Some(Timestamp(1_795_226_522_750_500_000)));
    assert!(tally.notes.iter().any(|note| note.contains("taken as the start")), "{:?}", tally.notes);
}

#[test]
fn columns_that_say_start_or_end_are_believed() {
    let (tally, sink) = csv("ended_at,endpoint,latency_ms,success\n1795226522.5,/a,250.5,true\n");
    assert_eq!(sink.samples[0].1.ended_at, Some(Timestamp(1_795_226_522_500_000_000)));
    assert!(!tally.notes.iter().any(|note| note.contains("taken as")), "{:?}", tally.notes);
    let (_, sink) = csv("start_time,end_time,url,code\n1795226522.5,1795226523,/a,200\n1795226523,1795226522,/a,200\n");
    assert_eq!(sink.samples.len(), 1, "a request that ends before it starts is refused");
    assert_eq!(sink.samples[0].1.latency_ns, Some(500_000_000));
}

/// The load was read in UTC and its monitors in the zone that is set, hours apart, and neither said so.
#[test]
fn times_without_a_zone_are_in_the_one_that_is_set() {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let settings = Settings { timezone: Some(zone), ..Settings::default() };
    let text =
        "ended_at,endpoint,latency_ms,success\n2026-11-21 03:02:05.5,/a,250,true\n2026-11-21 03:02:06,/a,1,true\n";
    let (tally, sink) = read(&OwnRowsCsv, text, &settings).unwrap();
    let ended: Vec<_> = sink.samples.iter().map(|(_, sample)| sample.ended_at.unwrap()).collect();
    assert_eq!(ended, [Timestamp(1_795_226_525_500_000_000), Timestamp(1_795_226_526_000_000_000)]);
    assert!(tally.notes.iter().any(|note| note.contains("states no time zone and is read in inputs.timezone")));
    let (tally, sink) = csv(text);
    assert_eq!(sink.samples[0].1.ended_at, Some(Timestamp(1_795_230_125_500_000_000)));
    assert!(tally.notes.iter().any(|note| note.contains("read as UTC; inputs.timezone tells another")));
}

#[test]
fn outcomes_come_from_the_best_column_there_is() {
    let (_, sink) =
        csv("endpoint,latency_s,status,error\n/a,1,200,\n/a,1,404,\n/a,,0,timed out after 30 s\n/a,1,503,busy\n");
    let outcomes: Vec<_> =
        sink.samples.iter().map(|(id, _)| (sink.key(*id).outcome.clone(), sink.key(*id).status)).collect();
    let failed = |kind: &str| Outcome::Failed(kind.into());
    let wanted = [
        (Outcome::Ok, Some(200)),
        (failed("HTTP 404"), Some(404)),
        (failed("timeout"), Some(0)),
        (failed("HTTP 503"), Some(503)),
    ];
    assert_eq!(outcomes, wanted);
    assert_eq!(
        sink.faults.iter().map(|fault: &Fault| fault.text.as_str()).collect::<Vec<_>>(),
        ["timed out after 30 s", "busy"]
    );
    let (_, sink) = csv("endpoint,latency_s,error\n/a,1,\n/a,1,boom\n");
    assert_eq!(sink.count(|key| key.outcome == Outcome::Ok), 1);
    let (_, sink) = csv("endpoint,latency_s\n/a,1\n");
    assert_eq!(sink.cells[0].1.outcome, Outcome::Unknown, "unknown is not success");
}

#[test]
fn an_expected_status_is_a_right_answer() {
    let settings = Settings {
        expected_status: vec![(regex::Regex::new("^/rsvp$").unwrap(), vec![200, 409])],
        ..Settings::default()
    };
    let text = "endpoint,method,latency_ms,status,success\n/rsvp,POST,1,409,false\n/other,POST,1,409,false\n";
    let (_, sink) = read(&OwnRowsCsv, text, &settings).unwrap();
    assert_eq!(sink.count(|key| key.outcome == Outcome::Ok && key.endpoint.name == "/rsvp"), 1);
    assert_eq!(sink.count(|key| key.outcome == Outcome::Failed("HTTP 409".into())), 1);
}

#[test]
fn bad_rows_are_refused_with_field_and_found() {
    let (tally, sink) = csv(concat!(
        "time,endpoint,latency_ms,success\n",
        "2026-11-21T02:02:05Z,/a,fast,true\n",
        "2026-11-21T02:02:05Z,/a,-3,true\n",
        "2026-11-21T02:02:05Z,/a,3,perhaps\n",
        "yesterday,/a,3,true\n",
        "2026-11-21T02:02:05Z,/a,,\n",
        "2026-11-21T02:02:05Z,/a,3,true,extra\n",
        "2026-11-21T02:02:05Z,/a,3,true,\n",
        "2026-11-21T02:0",
    ));
    assert_eq!((tally.read, tally.used, tally.rejected), (8, 1, 7));
    assert_eq!(sink.samples.len(), 1);
    let blamed: Vec<_> = tally.first_rejections.iter().map(|first| first.field.as_deref()).collect();
    assert_eq!(blamed, [Some("latency_ms"), Some("latency_ms"), Some("success"), Some("time"), None]);
    assert!(tally.first_rejections[0].reason.contains("`fast`"));
    assert_eq!(tally.first_rejections[2].line, 4);
    assert!(tally.unfinished.is_some(), "the last row is cut off");
}

/// A thousand requests of which twenty had no answer read as none that failed: their rows, with -1 for a latency, were refused.
#[test]
fn a_failed_request_may_have_no_latency() {
    let (tally, sink) = csv(
        "timestamp,endpoint,latency_ms,success\n1795226522,/a,5,true\n1795226523,/a,-1,false\n1795226524,/a,-1,true\n",
    );
    assert_eq!((tally.used, tally.rejected), (2, 1));
    assert_eq!(sink.samples[1].1.latency_ns, None);
    assert!(
        tally.notes.iter().any(|note| note.contains("1 failed request has a number below zero")),
        "{:?}",
        tally.notes
    );
}

#[test]
fn strict_ends_with_the_first_bad_row() {
    let settings = Settings { strict: true, ..Settings::default() };
    for (adapter, text) in [
        (&OwnRowsCsv as &dyn Adapter, "endpoint,latency_ms\n/a,1\n/a,x\n/a,1\n"),
        (&OwnRowsNdjson, "{\"endpoint\":\"/a\",\"latency_ms\":1}\n\n{\"endpoint\":\"/a\",\"latency_ms\":\"x\"}\n"),
    ] {
        let error = read(adapter, text, &settings).unwrap_err();
        assert_eq!(error.place.unwrap().line, Some(3), "{}", adapter.name());
    }
}

#[test]
fn damaged_bytes_refuse_their_row_only() {
    let input =
        Input::memory("rows", &b"endpoint,latency_ms,success\n/a,1,true\n/a,\xff2,true\n/a,3,true\n"[..]).unwrap();
    let mut sink = Recording::default();
    let tally = OwnRowsCsv.read(&input, &Settings::default(), &mut sink).unwrap();
    assert_eq!((tally.used, tally.rejected), (2, 1));
}

#[test]
fn scenarios_are_parts_and_caches_are_told() {
    let (_, sink) =
        csv("scenario,endpoint,latency_ms,ok,cached\n1 user,/a,1,1,HIT\n2 users,/a,1,1,miss\n2 users,/a,1,1,\n");
    assert_eq!(sink.parts, [Some("1 user".into()), Some("2 users".into())]);
    let cached: Vec<_> = sink.samples.iter().map(|(id, _)| sink.key(*id).cached).collect();
    assert_eq!(cached, [Some(true), Some(false), None]);
}

#[test]
fn connections_and_messages_are_populations_of_their_own() {
    let (tally, sink) =
        csv("event,latency_ms,success\nconnect,5,true\nmessage,1,true\nmessage,,false\ndisconnect,,\nlogin,7,true\n");
    assert_eq!((tally.used, tally.skipped), (4, 1));
    assert_eq!(sink.count(|key| key.population == Population::Connection && key.endpoint.name == "connect"), 1);
    assert_eq!(sink.count(|key| key.population == Population::Message && key.endpoint.name == "message"), 2);
    assert_eq!(sink.count(|key| key.population == Population::Request && key.endpoint.name == "login"), 1);
}

#[test]
fn further_measurements_become_metrics_in_base_units() {
    let (tally, sink) = csv("op,query_time_ms,pool_wait_ms,worker,ok\nread,1.5,0.25,7,1\nread,1,N/A,8,1\n");
    assert_eq!(sink.metrics[0].name, "pool_wait");
    assert_eq!(sink.values.len(), 1);
    assert!((sink.values[0].2 - 250.0).abs() < 1e-9);
    assert!(tally.notes.contains(&"not read: `worker`".to_owned()), "{:?}", tally.notes);
}

#[test]
fn spreadsheets_semicolons_and_tabs() {
    let (_, sink) = csv("Zeit;Endpoint;Latency (ms);Success\n1;/a;12,5;yes\n");
    assert_eq!(sink.samples[0].1.latency_ns, Some(12_500_000));
    let (_, sink) = csv("endpoint\tlatency_us\tsuccess\r\n/a\t12\tyes\r\n");
    assert_eq!(sink.samples[0].1.latency_ns, Some(12_000));
}

#[test]
fn url_queries_go_nowhere() {
    let (tally, sink) = csv(
        "url,latency_ms,ok,error\nhttps://h/a?token=s3cret,1,1,\nhttps://h/a?token=s3cret,x,1,\nhttps://h/b,1,0,GET https://h/b?token=s3cret\n",
    );
    let all = format!("{tally:?}{:?}{:?}", sink.cells, sink.faults);
    assert!(!all.contains("s3cret"), "{all}");
}

#[test]
fn ndjson_reads_what_csv_reads() {
    let (tally, sink) = ndjson(concat!(
        "{\"timestamp\": 1795226522.317308, \"endpoint\": \"/a\", \"latency_ms\": 117.974, \"success\": true, \"meta\": {\"latency_ms\": 1}}\n",
        "\n",
        "{\"endpoint\": \"/a\", \"timestamp\": 1795226522.5, \"latency_ms\": null, \"success\": false, \"error\": \"database is locked\"}\r\n",
        "[1]\n",
        "{\"endpoint\": \"/a\"}\n",
        "{\"endpoint\": \"/a\", \"late",
    ));
    assert_eq!((tally.used, tally.skipped, tally.rejected), (2, 1, 3));
    assert_eq!(sink.samples[0].1.ended_at, Some(Timestamp(1_795_226_522_435_282_000)));
    assert_eq!(sink.samples[1].1.latency_ns, None);
    assert_eq!(sink.key(sink.samples[1].0).outcome, Outcome::Failed("database is locked".into()));
    assert_eq!(tally.unfinished.as_deref(), Some("the last line breaks off"));
}

#[test]
fn units_are_asked_for() {
    for (adapter, text) in [
        (&OwnRowsCsv as &dyn Adapter, "endpoint,latency\n/a,1\n"),
        (&OwnRowsNdjson, "{\"endpoint\":\"/a\",\"latency\":1}\n"),
    ] {
        let error = read(adapter, text, &Settings::default()).unwrap_err();
        assert!(error.hint.unwrap().contains("inputs.latency_unit"));
        let settings = Settings { latency_unit_ns: Some(1e9), ..Settings::default() };
        let (_, sink) = read(adapter, text, &settings).unwrap();
        assert_eq!(sink.samples[0].1.latency_ns, Some(1_000_000_000));
    }
}

/// A unit behind each number was refused as no number, though nothing could be clearer.
#[test]
fn units_in_cells_are_read() {
    let (tally, sink) = csv("endpoint,latency,ok\n/a,,0\n/a,12 ms,1\n/a,1.5s,1\n/a,800us,1\n/a,12,1\n/a,5 apples,1\n");
    let latencies: Vec<_> = sink.samples.iter().filter_map(|(_, sample)| sample.latency_ns).collect();
    assert_eq!(latencies, [12_000_000, 1_500_000_000, 800_000]);
    assert_eq!((tally.used, tally.rejected), (4, 2));
    assert!(tally.first_rejections[0].reason.contains("states no unit as other cells do"));
    assert!(tally.notes.iter().any(|note| note.contains("`latency` is read in the unit behind each number")));
    // Where the column states one, a cell may still state its own.
    let (_, sink) = csv("endpoint,latency_ms\n/a,12\n/a,1.5 s\n");
    let latencies: Vec<_> = sink.samples.iter().filter_map(|(_, sample)| sample.latency_ns).collect();
    assert_eq!(latencies, [12_000_000, 1_500_000_000]);
    let (_, sink) = ndjson("{\"endpoint\":\"/a\",\"latency\":\"12 ms\"}\n");
    assert_eq!(sink.samples[0].1.latency_ns, Some(12_000_000));
}

#[test]
fn mapped_columns_are_read() {
    let settings = Settings {
        columns: [("latency".into(), "qt_ms".into()), ("endpoint".into(), "what".into())].into(),
        ..Settings::default()
    };
    let (_, sink) = read(&OwnRowsCsv, "what,qt_ms\nread,2\n", &settings).unwrap();
    assert_eq!(sink.cells[0].1.endpoint.name, "read");
    assert_eq!(sink.samples[0].1.latency_ns, Some(2_000_000));
}

#[test]
fn files_without_anything_to_count_are_refused() {
    let error = read(&OwnRowsCsv, "endpoint,message\n/a,hi\n", &Settings::default()).unwrap_err();
    assert!(error.hint.unwrap().contains("inputs.columns"));
    let error = read(&OwnRowsNdjson, "{\"message\":\"hi\"}\n", &Settings::default()).unwrap_err();
    assert!(error.message.contains("how it ended"));
}

#[test]
fn detection() {
    let yes = ["timestamp,name,method,response_time_ms,success,status,bytes,user_count\n", "url;duration_ms;status\n"];
    for text in yes {
        assert!(matches!(sniff(&OwnRowsCsv, text), Sniff::Unsure(_)), "{text}");
    }
    let no = [
        "",
        "metric_name,timestamp,metric_value,status\n",
        "timeStamp,elapsed,label,responseCode\n",
        "Type,Name,Request Count,Failure Count\n",
        "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n",
        "timestamp,cpu_percent,memory_mb,api_latency_ms,api_status\n",
        "1795227158725105279,404,3454606,0,14,404 Not Found\n",
        "{\"latency_ms\":1,\"endpoint\":1}\n",
    ];
    for text in no {
        assert!(matches!(sniff(&OwnRowsCsv, text), Sniff::No(_)), "{text}");
    }
    let cut = "{\"latency_ms\":1,\"endpoint\":1}\n{\"late";
    // A summary without line ends was both rows and results, and so neither.
    let summary = r#"{"duration_s":8.8,"writes":{"count":575,"avg":45.7,"p95":197},"failed":40}"#;
    assert!(matches!(sniff(&OwnRowsNdjson, summary), Sniff::No(_)));
    assert!(matches!(sniff(&OwnRowsNdjson, cut), Sniff::Unsure(_)));
    for text in [
        "{\"attack\":\"steady\",\"latency\":3454606,\"code\":404,\"url\":\"/\"}\n",
        "{\"metric\":\"http_reqs\",\"type\":\"Point\",\"data\":{}}\n",
        "{\"latency_ms\":1}\n",
        "{\n \"latency_ms\": 1, \"status\": 200}\n",
        // One line of JSON that sums up: autocannon's, vegeta's, a team's own.
        "{\"url\":\"/\",\"latency\":{\"average\":1},\"status\":200}\n",
        "{\"latencies\":{},\"bytes_in\":{},\"duration\":1,\"success\":1}\n",
        "{\"endpoint\":\"/\",\"total_requests\":5,\"duration_s\":1,\"success\":5}\n",
        "[]\n",
    ] {
        assert!(matches!(sniff(&OwnRowsNdjson, text), Sniff::No(_)), "{text}");
    }
}

/// What one thread and what three find in the same file: counts, samples in order, number of faults.
fn by_threads(adapter: &dyn Adapter, text: &str) -> [(Tally, Vec<String>, usize); 2] {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    [1, 3].map(|threads| {
        let input = Input::open("rows", file.path()).unwrap();
        let mut sink = Recording::default();
        let tally = adapter.read(&input, &Settings { threads, ..Settings::default() }, &mut sink).unwrap();
        let mut samples: Vec<String> =
            sink.samples.iter().map(|(id, sample)| format!("{:?} {sample:?}", sink.key(*id))).collect();
        samples.sort();
        (tally, samples, sink.faults.len())
    })
}

#[test]
fn neither_blocks_nor_threads_show_in_the_result() {
    let header = "time,endpoint,latency_ms,status,error,users\n";
    let rows = (0..60_000_u64).map(|at| {
        let (ms, status) = (1_795_227_158_000 + at * 7, if at % 31 == 0 { 503 } else { 200 });
        match at % 20_000 {
            19_999 => format!("{ms},/api/{},soon,{status},,1\n", at % 5),
            _ => format!("{ms},/api/{},{}.5,{status},\"a, {}\",{}\n", at % 5, at % 700, at % 3, at / 9000),
        }
    });
    let text: String = std::iter::once(header.to_owned()).chain(rows).collect();
    let [one, three] = by_threads(&OwnRowsCsv, &text);
    assert_eq!(one.0.rejected, 3);
    assert_eq!(one, three);
}

/// Keys that come up late are read as if they had been there from the start, whichever thread meets them.
#[test]
fn lines_are_read_alike_by_any_number_of_threads() {
    let line = |at: u64| {
        let ms = 1_795_227_158_000 + at * 7;
        match at {
            _ if at % 9_000 == 8_999 => "{\"time\": 17952".to_owned(),
            _ if at < 30_000 => {
                format!(r#"{{"time":{ms},"endpoint":"/api/{}","duration_ms":{},"status":200}}"#, at % 5, at % 700)
            }
            _ => format!(
                r#"{{"time":{ms},"endpoint":"/api/{}","latency_ms":{}.5,"duration_ms":1,"status":503,"error":"e{}","users":{}}}"#,
                at % 5,
                at % 700,
                at % 3,
                at / 9_000
            ),
        }
    };
    let text: String = (0..40_000).map(|at| line(at) + "\n").collect();
    let [one, three] = by_threads(&OwnRowsNdjson, &text);
    let (tally, _, faults) = &one;
    assert_eq!((tally.used, tally.rejected, *faults), (39_996, 4, 9_999));
    assert_eq!(tally.first_rejections[0].line, 9_000);
    assert_eq!(one, three);
}
