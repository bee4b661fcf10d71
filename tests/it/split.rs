//! The split law: a file of rows cut up wherever and in whatever order, read as it is or folded into parts first, gives the
//! report of the whole file, apart from its inputs.

use crate::program::plimsoll;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A seeded generator of numbers: the same cuts on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A file of rows: what each piece begins with, its rows, and its name's ending.
struct Source {
    head: String,
    rows: Vec<String>,
    ending: &'static str,
    /// Whether a piece can be understood without the others.
    alone: bool,
}

const START_S: u64 = 1_795_225_420;
const ENDPOINTS: [&str; 3] = ["/api/events", "/api/search", "/api/orders/rare"];

/// One of the requests: milliseconds since the start, endpoint, latency in microseconds, status.
fn requests(count: u64) -> Vec<(u64, &'static str, u64, u16)> {
    let mut numbers = Numbers(7);
    (0..count)
        .map(|at| {
            let endpoint = if at % 61 == 7 { ENDPOINTS[2] } else { ENDPOINTS[usize::from(at % 3 == 0)] };
            let status = if numbers.below(25) == 0 { 503 } else { 200 };
            (at * 97 + numbers.below(60), endpoint, 2_000 + numbers.below(90_000), status)
        })
        .collect()
}

/// A team's own CSV; times in whole unix seconds, or in milliseconds.
fn own_csv(milliseconds: bool) -> Source {
    let rows = requests(600).into_iter().map(|(at_ms, endpoint, latency_us, status)| {
        let time =
            if milliseconds { (START_S * 1000 + at_ms).to_string() } else { (START_S + at_ms / 1000).to_string() };
        let error = if status == 200 { "" } else { "upstream timed out" };
        let latency = latency_us as f64 / 1000.0;
        format!("{time},GET,{endpoint},{latency:.3},{status},{error},{}\n", 1 + at_ms / 9000)
    });
    let head = "timestamp,method,endpoint,latency_ms,status,error,users\n".to_owned();
    Source { head, rows: rows.collect(), ending: "csv", alone: true }
}

/// As a German spreadsheet saves it: which number of `12/02/2026` is the day, and that `12.345` is no fraction, few rows tell.
fn own_german() -> Source {
    let rows = requests(600).into_iter().enumerate().map(|(at, (at_ms, endpoint, latency_us, status))| {
        let second = 30 + at_ms / 1000;
        let time = if second < 60 {
            format!("12/02/2026 23:59:{second}")
        } else {
            format!("13/02/2026 00:00:{:02}", second - 60)
        };
        let fraction = if at % 50 == 20 { ",5" } else { "" };
        format!("{time};{endpoint};{}.{:03}{fraction};{status}\n", latency_us / 1000, latency_us % 1000)
    });
    let head = "timestamp;endpoint;latency_us;status\n".to_owned();
    Source { head, rows: rows.collect(), ending: "csv", alone: false }
}

fn own_ndjson() -> Source {
    let rows = requests(400).into_iter().map(|(at_ms, endpoint, latency_us, status)| {
        let time = START_S * 1000 + at_ms;
        format!(
            r#"{{"ts":{time},"endpoint":"{endpoint}","latency_ms":{},"status":{status}}}"#,
            latency_us as f64 / 1000.0
        ) + "\n"
    });
    Source { head: String::new(), rows: rows.collect(), ending: "ndjson", alone: true }
}

/// Requests that are made in `setup()` and that are made in `teardown()`.
const ASIDE: usize = 5;

/// Metric, milliseconds since the start, value, and of which endpoint, with which status and in which group.
type Point = (&'static str, u64, f64, Option<(&'static str, u16, &'static str)>);

/// k6's points of these requests, one after the other; the first and last are no load.
fn points() -> Vec<Point> {
    const REQUESTS: u64 = 300;
    let mut points = Vec::new();
    let mut second = 0;
    let requests = requests(REQUESTS);
    let after_load = requests.len() - ASIDE;
    for (at, (at_ms, endpoint, latency_us, status)) in requests.into_iter().enumerate() {
        while second * 1000 <= at_ms {
            points.push(("vus", second * 1000 + 3, (1 + second / 7) as f64, None));
            points.push(("queue_depth", second * 1000 + 5, (second % 11) as f64, None));
            second += 1;
        }
        let group = match at {
            ..ASIDE => "::setup",
            _ if at >= after_load => "::teardown",
            _ => "",
        };
        let of = Some((endpoint, status, group));
        points.push(("http_reqs", at_ms, 1.0, of));
        points.push(("http_req_duration", at_ms, latency_us as f64 / 1000.0, of));
        points.push(("http_req_failed", at_ms, f64::from(u8::from(status != 200)), of));
        points.push(("http_req_waiting", at_ms, latency_us as f64 / 1500.0, of));
        points.push(("checks", at_ms, f64::from(u8::from(status == 200)), of));
        points.push(("orders_sold", at_ms, (at_ms % 5) as f64, None));
    }
    points
}

fn k6_ndjson() -> Source {
    let metric = |name: &str, kind: &str, contains: &str, thresholds: &str| {
        format!(
            r#"{{"type":"Metric","data":{{"name":"{name}","type":"{kind}","contains":"{contains}","thresholds":[{thresholds}],"submetrics":null}},"metric":"{name}"}}"#
        ) + "\n"
    };
    let head = [
        metric("http_reqs", "counter", "default", ""),
        metric("http_req_duration", "trend", "time", "\"p(95)<400\""),
        metric("http_req_failed", "rate", "default", "\"rate<0.2\""),
        metric("http_req_waiting", "trend", "time", ""),
        metric("checks", "rate", "default", ""),
        metric("vus", "gauge", "default", ""),
        metric("queue_depth", "gauge", "default", ""),
        metric("orders_sold", "counter", "default", ""),
    ]
    .concat();
    let rows = points().into_iter().map(|(metric, at_ms, value, of)| {
        let (seconds, millis) = (START_S + at_ms / 1000, at_ms % 1000);
        let time = plimsoll::fmt::rfc3339(plimsoll::unit::Timestamp(
            i64::try_from(seconds * 1_000_000_000 + millis * 1_000_000).unwrap(),
        ));
        let tags = of.map_or_else(
            || r#""scenario":"main""#.to_owned(),
            |(endpoint, status, group)| {
                let expected = status == 200;
                let scenario = if group.is_empty() { r#""scenario":"main","# } else { "" };
                format!(r#""expected_response":"{expected}","group":"{group}","method":"GET","name":"{endpoint}",{scenario}"status":"{status}","url":"{endpoint}","check":"is ok""#)
            },
        );
        format!(r#"{{"metric":"{metric}","type":"Point","data":{{"time":"{time}","value":{value},"tags":{{{tags}}}}}}}"#) + "\n"
    });
    Source { head, rows: rows.collect(), ending: "json", alone: true }
}

fn k6_csv() -> Source {
    let head = "metric_name,timestamp,metric_value,check,expected_response,group,method,name,scenario,status,url,extra_tags,metadata\n";
    let rows = points().into_iter().map(|(metric, at_ms, value, of)| {
        let time = START_S + at_ms / 1000;
        match of {
            Some((endpoint, status, group)) => {
                let expected = status == 200;
                let scenario = if group.is_empty() { "main" } else { "" };
                format!("{metric},{time},{value:.6},is ok,{expected},{group},GET,{endpoint},{scenario},{status},{endpoint},,\n")
            }
            None => format!("{metric},{time},{value:.6},,,,,,main,,,,\n"),
        }
    });
    Source { head: head.to_owned(), rows: rows.collect(), ending: "csv", alone: true }
}

/// JMeter's CSV with transactions, quoted fields and requests that got no answer.
fn jtl() -> Source {
    let head = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n";
    let rows = requests(500).into_iter().enumerate().map(|(at, (at_ms, endpoint, latency_us, status))| {
        let (start, elapsed, threads) = (START_S * 1000 + at_ms, latency_us / 1000, 1 + at_ms / 9000);
        let (code, message) = match status {
            200 => ("200", "OK"),
            _ if at % 2 == 0 => ("503", "Service Unavailable"),
            _ => ("Non HTTP response code: java.net.ConnectException", "\"Non HTTP response message: refused, again\""),
        };
        let (ok, thread) = (status == 200, format!("\"Users, A 1-{}\"", 1 + at % 7));
        let idle = at % 3;
        let (message, kind, url) = match at % 10 {
            9 => ("\"Number of samples in transaction : 2, number of failing samples : 0\"", "", "null"),
            _ => (message, "text", "http://127.0.0.1/x"),
        };
        let label = if at % 10 == 9 { "\"TX \"\"browse\"\"\"" } else { endpoint };
        format!("{start},{elapsed},{label},{code},{message},{thread},{kind},{ok},,419,231,{threads},{threads},{url},{elapsed},{idle},1\n")
    });
    Source { head: head.to_owned(), rows: rows.collect(), ending: "jtl", alone: true }
}

fn vegeta_csv() -> Source {
    let rows = requests(400).into_iter().enumerate().map(|(at, (at_ms, endpoint, latency_us, status))| {
        let (sent, latency) = ((START_S * 1000 + at_ms) * 1_000_000, latency_us * 1000);
        let error = if status == 200 { "" } else { "503 Service Unavailable" };
        format!(
            "{sent},{status},{latency},12,419,{error},T0s=,steady,{at},GET,http://127.0.0.1{endpoint},QTogYg0KDQo=\n"
        )
    });
    Source { head: String::new(), rows: rows.collect(), ending: "csv", alone: true }
}

fn vegeta_ndjson() -> Source {
    let rows = requests(400).into_iter().enumerate().map(|(at, (at_ms, endpoint, latency_us, status))| {
        let (seconds, millis) = (START_S + at_ms / 1000, at_ms % 1000);
        let time = plimsoll::fmt::rfc3339(plimsoll::unit::Timestamp(
            i64::try_from(seconds * 1_000_000_000 + millis * 1_000_000).unwrap(),
        ));
        let (latency, error) = (latency_us * 1000, if status == 200 { "" } else { "503 Service Unavailable" });
        format!(r#"{{"attack":"steady","seq":{at},"code":{status},"timestamp":"{time}","latency":{latency},"bytes_out":12,"bytes_in":419,"error":"{error}","body":"T0s=","method":"GET","url":"http://127.0.0.1{endpoint}","headers":null}}"#) + "\n"
    });
    Source { head: String::new(), rows: rows.collect(), ending: "ndjson", alone: true }
}

/// How rows are dealt out to `count` pieces.
#[derive(Clone, Copy)]
enum Cut {
    /// One stretch after the other, of unequal length; one of them may be a single row.
    Stretches,
    /// In turn.
    InTurn,
    /// At random.
    AtRandom,
}

fn cut(source: &Source, how: Cut, count: usize, seed: u64) -> Vec<String> {
    let mut numbers = Numbers(seed);
    let total = source.rows.len() as u64;
    let mut borders: Vec<u64> = (1..count).map(|_| 1 + numbers.below(total - 1)).chain([1]).collect();
    borders.sort_unstable();
    let mut pieces = vec![source.head.clone(); count + 1];
    for (at, row) in source.rows.iter().enumerate() {
        let piece = match how {
            Cut::Stretches => borders.partition_point(|border| *border <= at as u64),
            Cut::InTurn => at % count,
            Cut::AtRandom => usize::try_from(numbers.below(count as u64)).unwrap(),
        };
        pieces[piece].push_str(row);
    }
    pieces.retain(|piece| piece.len() > source.head.len());
    pieces
}

/// Criteria that need how requests were answered in each window, and how many bytes they had.
const DEMANDS: &str = r#"[[import]]
taurus = ["rc503>10% for 5s", "rc5??>1 over 10s", "rc200 of GET /api/events<3 within 4s", "bytes>10MB over 10s", "rcConnectException>1% over 5s"]
"#;

/// Puts these files, and nothing else, into the test's folder.
fn lay(folder: &Path, files: &[(String, String)]) {
    let test = folder.join("checkout");
    let _ = fs::remove_dir_all(&test);
    fs::create_dir_all(&test).unwrap();
    fs::write(test.join("plimsoll.toml"), DEMANDS).unwrap();
    for (name, text) in files {
        fs::write(test.join(name), text).unwrap();
    }
}

/// report.json less what is about the inputs: the files, the name that is made of their hashes, and how many they are.
#[track_caller]
fn report(folder: &Path) -> String {
    let (inputs, out) = (folder.join("checkout"), folder.join("report"));
    let ran = plimsoll(&["report", inputs.to_str().unwrap(), "--out", out.to_str().unwrap(), "--format", "json"]);
    assert!(ran.code != 2 && ran.code != 3, "{}", ran.err);
    assert_eq!(ran.err, "");
    let mut report: Value = serde_json::from_str(&fs::read_to_string(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["tests"].as_array().unwrap().len(), 1, "{:#}", report["tests"]);
    let test = report["tests"][0].as_object_mut().unwrap();
    assert!(test.remove("inputs").is_some_and(|inputs| !inputs.as_array().unwrap().is_empty()));
    assert!(report.as_object_mut().unwrap().remove("run_id").is_some());
    let sure = report["answer"]["sure"].as_array_mut().unwrap();
    assert!(sure.remove(0)["text"].as_str().unwrap().contains(" file"));
    serde_json::to_string_pretty(&report).unwrap()
}

#[track_caller]
fn assert_same(whole: &str, split: &str, what: &str) {
    let differs = whole.lines().zip(split.lines()).find(|(a, b)| a != b);
    assert!(whole == split, "{what}: {differs:?}");
}

fn holds_for(name: &str, source: &Source, cuts: &[(Cut, usize)]) {
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path(), &[(format!("whole.{}", source.ending), source.head.clone() + &source.rows.concat())]);
    let whole = report(folder.path());
    assert!(!whole.contains("no status codes") && !whole.contains("not kept over time"), "{name}");
    for (at, (how, count)) in cuts.iter().enumerate() {
        let pieces = cut(source, *how, *count, 11 + at as u64);
        let named = |number: usize| format!("part-{}.{}", number + 1, source.ending);
        let files: Vec<(String, String)> =
            pieces.iter().enumerate().map(|(number, piece)| (named(number), piece.clone())).collect();
        lay(folder.path(), &files);
        assert_same(&whole, &report(folder.path()), &format!("{name}, cut {at}"));
        // The other way round, and through parts that were made one by one.
        let backward: Vec<(String, String)> =
            pieces.iter().rev().enumerate().map(|(number, piece)| (named(number), piece.clone())).collect();
        lay(folder.path(), &backward);
        if !source.alone {
            assert_same(&whole, &report(folder.path()), &format!("{name}, cut {at}, backward"));
            continue;
        }
        let test = folder.path().join("checkout");
        for (file, _) in &backward {
            let (from, to) = (test.join(file), test.join(format!("{file}.plimsoll")));
            let ran = plimsoll(&["fold", from.to_str().unwrap(), "-o", to.to_str().unwrap()]);
            assert_eq!(ran.code, 0, "{}", ran.err);
            fs::remove_file(from).unwrap();
        }
        assert_same(&whole, &report(folder.path()), &format!("{name}, cut {at}, folded"));
    }
}

const CUTS: [(Cut, usize); 4] = [(Cut::Stretches, 3), (Cut::Stretches, 7), (Cut::InTurn, 4), (Cut::AtRandom, 5)];

#[test]
fn own_rows_in_milliseconds() {
    holds_for("own CSV, ms", &own_csv(true), &CUTS);
}

#[test]
fn own_rows_in_whole_seconds() {
    holds_for("own CSV, s", &own_csv(false), &CUTS);
}

/// A piece without a day above 12 was refused, and latencies of one without a comma were a thousandth.
#[test]
fn own_rows_of_which_few_tell_how_they_are_written() {
    holds_for("own CSV, German", &own_german(), &CUTS);
}

#[test]
fn own_rows_as_ndjson() {
    holds_for("own NDJSON", &own_ndjson(), &CUTS);
}

#[test]
fn points_of_k6() {
    holds_for("k6 NDJSON", &k6_ndjson(), &CUTS);
}

#[test]
fn points_of_k6_as_csv() {
    holds_for("k6 CSV", &k6_csv(), &CUTS);
}

#[test]
fn samples_of_jmeter() {
    holds_for("JTL", &jtl(), &CUTS);
}

#[test]
fn requests_of_vegeta_as_csv() {
    holds_for("vegeta CSV", &vegeta_csv(), &CUTS);
}

#[test]
fn requests_of_vegeta_as_ndjson() {
    holds_for("vegeta NDJSON", &vegeta_ndjson(), &CUTS);
}
