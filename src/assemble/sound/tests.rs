use crate::assemble::{Request, assemble};

/// What is said of a file with that text.
fn said(name: &str, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let suite = assemble(&Request { inputs: vec![path.to_str().unwrap().to_owned()], ..Request::default() }).unwrap();
    suite.tests[0].warnings.iter().map(|warning| warning.text.clone()).collect::<Vec<_>>().join("\n")
}

fn sample(path: &str) -> String {
    std::fs::read_to_string(format!("samples/{path}")).unwrap()
}

#[test]
fn sound_figures_are_not_doubted() {
    for path in [
        "wrk/latency/summary.txt",
        "ab/text/summary.txt",
        "drill/statistics/stats.txt",
        "siege/forms/summary.json",
        "vegeta/forms/report.json",
        "artillery/report/report.json",
    ] {
        let text = said(path.rsplit('/').next().unwrap(), &sample(path));
        assert!(!text.contains("contradicts itself"), "{path}: {text}");
    }
}

#[test]
fn requests_must_fit_the_rate_and_the_time() {
    let wrk = sample("wrk/latency/summary.txt").replace("867 requests in", "9999 requests in");
    let text = said("wrk.txt", &wrk);
    assert!(text.contains("by its rate and its time there were 867 requests, and it counts 9,999"), "{text}");
    // A mean of rates is held to no digit.
    let autocannon = sample("autocannon/json/result.json").replace("\"average\":140.5", "\"average\":182.65");
    let text = said("autocannon.json", &autocannon);
    assert!(text.contains("843 requests in 6") && text.contains("its rate is 183"), "{text}");
}

#[test]
fn parts_must_make_up_the_whole() {
    let drill = sample("drill/statistics/stats.txt");
    let all = drill.rfind("Total requests            180").unwrap();
    let drill = format!("{}Total requests            500{}", &drill[..all], &drill[all + 29..]);
    let text = said("drill.txt", &drill);
    assert!(text.contains("its endpoints have 180 requests, and its total 500"), "{text}");
    assert!(text.contains("successful and failed requests add up to 180"), "{text}");
    let statuses = sample("vegeta/forms/report.json").replacen("\"200\":", "\"200\":1", 1);
    assert!(said("vegeta.json", &statuses).contains("its status codes add up to"));
}

/// A script's sums are exact: tools' half a percent is no excuse for them.
#[test]
fn a_script_s_total_is_the_sum_of_its_endpoints() {
    let table = "Endpoint,Requests,Failures,Avg (ms),P95 (ms),Max (ms)\n/a,1000,1,10,20,90\n/b,1000,1,30,50,60\n";
    let with = |total: &str| said("summary.csv", &format!("{table}{total}\n"));
    assert!(!with("Total,2000,2,20,40,90").contains("contradicts"));
    assert!(with("Total,2004,2,20,40,90").contains("its endpoints have 2,000 requests, and its total 2,004"));
    assert!(with("Total,2000,5,20,40,90").contains("its endpoints have 2 failed requests, and its total 5"));
    let mean = with("Total,2000,2,35,40,90");
    assert!(mean.contains("lie between 10 ms and 30 ms, and that of its total is 35 ms"), "{mean}");
    let most = with("Total,2000,2,20,40,60");
    assert!(most.contains("the greatest of /a is 90 ms, and that of its total 60 ms"), "{most}");
    // Each is said once, and with the file it stands in.
    let order = with("Total,2000,2,20,100,90");
    assert_eq!(order.matches("p95").count(), 1, "{order}");
    assert!(order.contains("summary.csv contradicts itself: the p95 is 100 ms, and the greatest 90 ms"), "{order}");
}

#[test]
fn times_must_be_in_order() {
    let table = "Percentage served,Time in ms\n0,1.0\n50,5.5\n95,10.1\n99,12.0\n100,9.0\n";
    let text = said("ab.csv", table);
    assert!(text.contains("the p99 is 12") && text.contains("and the greatest 9"), "{text}");
    let pool = r#"{"total_requests":100,"failed":0,"avg_ms":1,"pool_wait_ms":{"p50":20,"p95":10}}"#;
    let text = said("results.json", pool);
    assert!(text.contains("pool_wait: the p50 is 20 ms, and the p95 10 ms"), "{text}");
}

/// A summary of k6's whose `http_req_waiting` was edited, or that of its successes only, was read without a word; a metric
/// of negative values stands in order.
#[test]
fn other_metrics_and_successes_are_held_to_the_same_order() {
    let k6 = sample("k6/forms/handleSummary.json");
    let waiting = k6.find("\"http_req_waiting\"").unwrap();
    let edited = |text: &str, from: usize, figure: &str, to: &str| {
        let at = from + text[from..].find(figure).unwrap() + figure.len();
        let end = at + text[at..].find([',', '}', '\n']).unwrap();
        format!("{}{to}{}", &text[..at], &text[end..])
    };
    let text = said("k6.json", &edited(&k6, waiting, "\"max\":", " 0.5"));
    assert!(text.contains("http_req_waiting: the p95 is") && text.contains("and the greatest 500 µs"), "{text}");
    let oks = k6.find("http_req_duration{expected_response:true}").unwrap();
    let text = said("k6.json", &edited(&k6, oks, "\"med\":", " 90000"));
    assert!(text.contains("of successes, the p50 is 90 s, and the p90"), "{text}");
    let negative = said("k6.json", &sample("k6/infinity/inf-0.49.0.summary.json"));
    assert!(!negative.contains("contradicts itself"), "{negative}");
}

/// autocannon's average of 71 ms was edited to half of it: half of its answers took 68 ms or more.
#[test]
fn a_mean_is_held_by_its_percentiles() {
    let half = sample("autocannon/json/result.json").replace("\"mean\":70.99", "\"mean\":35.49");
    let text = said("autocannon.json", &half);
    assert!(text.contains("the mean is 35.5 ms, and by its percentiles at least"), "{text}");
}

/// Ninety of a hundred connections were refused, which takes no time: the mean over all lies below the shortest answer.
#[test]
fn refused_connections_do_not_make_the_shortest_a_lie() {
    let figures = r#"{"transactions":10,"availability":10.00,"elapsed_time":1.00,"data_transferred":0.00,"response_time":0.50,
        "transaction_rate":10.00,"throughput":0.00,"concurrency":5.00,"successful_transactions":10,"failed_transactions":90,
        "longest_transaction":0.60,"shortest_transaction":0.40}"#;
    let text = said("siege.json", figures);
    assert!(!text.contains("contradicts itself"), "{text}");
}
