//! What Locust leaves behind of one run is one test, whatever its files are called and however far its CSVs are behind.

use super::*;

/// Counts by the second as `--json` has them, ten seconds of them at this many each and some more in the last.
fn json(start: u32, each: u32, last: u32) -> String {
    let seconds: Vec<(u32, u32)> = (0..10).map(|at| (start + at, each)).chain([(start + 10, last)]).collect();
    let listed: Vec<String> = seconds.iter().map(|(second, count)| format!("\"{second}\": {count}")).collect();
    let requests: u32 = seconds.iter().map(|(_, count)| count).sum();
    format!(
        "[{{\"name\": \"/ok\", \"method\": \"GET\", \"num_requests\": {requests}, \"num_none_requests\": 0, \"num_failures\": 0, \
         \"total_response_time\": {}, \"max_response_time\": 30.0, \"min_response_time\": 1.0, \"total_content_length\": 10, \
         \"response_times\": {{\"5\": {requests}}}, \"num_reqs_per_sec\": {{{}}}, \"start_time\": {start}.9, \
         \"last_request_timestamp\": {}.4}}]",
        requests * 5,
        listed.join(", "),
        start + 10
    )
}

fn stats(requests: u32, rate: f64) -> String {
    let row = |of: &str| format!("{of},{requests},0,5,5.0,1,30,5,{rate},0,5,30\n");
    format!(
        "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,\
         Average Content Size,Requests/s,Failures/s,50%,100%\n{}{}",
        row("GET,/ok"),
        row(",Aggregated")
    )
}

/// (second, users, requests) each.
fn history(rows: &[(u32, u32, u32)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(at, users, count)| format!("{at},{users},,Aggregated,0,0,5,30,{count},0,5,5.0,1,30,5\n"))
        .collect();
    format!(
        "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,100%,Total Request Count,Total Failure Count,\
         Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,\
         Total Average Content Size\n{}",
        rows.concat()
    )
}

fn one(files: &[(&str, String)]) -> Test {
    let suite = read(files);
    let [test] = suite.tests.as_slice() else { panic!("{:?}", names(&suite)) };
    test.clone()
}

/// `--csv r --json > other.json`: both CSVs knew each other before either knew the JSON, and they were a second test.
#[test]
fn csvs_and_a_json_of_another_name_are_one_test_though_five_per_cent_apart() {
    let start = 1_795_341_239;
    let rows: Vec<(u32, u32, u32)> = (0..=10).map(|at| (start + at, if at == 0 { 0 } else { 12 }, at * 190)).collect();
    let files = [
        ("js.json", json(start, 190, 100)),
        ("r_stats.csv", stats(1900, 172.7)),
        ("r_stats_history.csv", history(&rows)),
    ];
    let test = one(&files);
    assert_eq!(requests(&test), Some(2000));
    // Less than a second's requests: no doubt about either.
    assert!(test.warnings.is_empty(), "{:?}", test.warnings);
    assert!(test.remarks.iter().any(|text| text.contains("1,900 requests")), "{:?}", test.remarks);
    let behind = [("js.json", json(start, 190, 100)), ("r_stats.csv", stats(1700, 172.7))];
    let behind = one(&[behind[0].clone(), ("js_stats.csv", behind[1].1.clone())]);
    assert!(behind.warnings.iter().any(|warning| warning.text.contains("1,700 requests")), "{:?}", behind.warnings);
}

/// A master that waited for its workers and one of its CSVs' spans began 3 s before the JSON's: two tests, counted twice.
#[test]
fn a_master_s_wait_for_its_workers_parts_no_run() {
    let start = 1_795_342_683;
    let mut rows = vec![(start - 9, 0, 0), (start - 2, 0, 0), (start, 0, 0), (start + 1, 6, 0), (start + 4, 6, 900)];
    rows.push((start + 11, 0, 2000));
    let waited = [("mj.json", json(start, 190, 100)), ("m_stats_history.csv", history(&rows))];
    assert_eq!(requests(&one(&waited)), Some(2000));
    // Locust's own time, from its start to its last request, makes the rate that it prints.
    let all = [waited[0].clone(), waited[1].clone(), ("m_stats.csv", stats(2000, 200.0))];
    assert_eq!(one(&all).duration_s, Some(10.0));
}

/// Histograms add, so that generators' percentiles are known; a remark said that they were not given.
#[test]
fn generators_histograms_lose_no_percentile() {
    let start = 1_795_342_521;
    let test = one(&[("gen1.json", json(start, 300, 20)), ("gen2.json", json(start, 310, 20))]);
    assert_eq!(requests(&test), Some(6140));
    assert!(test.remarks.iter().all(|text| !text.contains("percentiles")), "{:?}", test.remarks);
}
