//! One metric picked from k6's points. A hundred points of `http_reqs` were used, and the report had no requests and no reason.

use super::*;

/// So many requests, of which each tenth failed, with these metrics.
fn points(metrics: &[&str]) -> String {
    let of = |at: u64, metric: &str| {
        let value = if metric == "http_reqs" { 1 } else { u64::from(at.is_multiple_of(10)) };
        let status = if at.is_multiple_of(10) { 500 } else { 200 };
        format!(
            r#"{{"metric":"{metric}","type":"Point","data":{{"time":"2026-11-21T02:{:02}:{:02}Z","value":{value},"tags":{{"expected_response":"{}","method":"GET","name":"/a","status":"{status}"}}}}}}"#,
            at / 60,
            at % 60,
            status == 200
        ) + "\n"
    };
    (0..100).flat_map(|at| metrics.iter().map(move |metric| of(at, metric))).collect()
}

fn counts(text: String) -> (Option<u64>, Option<u64>, String) {
    let suite = read(&[("out.json", text)]);
    let test = &suite.tests[0];
    let totals = &test.populations.iter().find(|one| one.population == Population::Request).unwrap().totals;
    let said: Vec<&str> = test.warnings.iter().map(|warning| warning.text.as_str()).collect();
    (totals.requests, totals.failures, said.join("\n"))
}

#[test]
fn requests_are_counted_by_whichever_points_there_are() {
    let (requests, failures, said) = counts(points(&["http_reqs"]));
    assert_eq!((requests, failures), (Some(100), None));
    assert!(said.contains("there are 100 points of `http_reqs` and none of `http_req_duration`"), "{said}");
    assert!(said.contains("nor how many failed"), "{said}");
    let (requests, failures, said) = counts(points(&["http_req_failed"]));
    assert_eq!((requests, failures), (Some(100), Some(10)));
    assert!(said.contains("there are 100 points of `http_req_failed`") && !said.contains("nor how many"), "{said}");
    let (requests, failures, _) = counts(points(&["http_reqs", "http_req_failed"]));
    assert_eq!((requests, failures), (Some(100), Some(10)));
}

#[test]
fn points_of_durations_leave_nothing_to_say() {
    let (requests, failures, said) = counts(points(&["http_reqs", "http_req_failed", "http_req_duration"]));
    assert_eq!((requests, failures, said.as_str()), (Some(100), Some(10), ""));
}

/// Of 100 durations 40 were filtered out by their tag, and the report said 60 requests without a word.
#[test]
fn fewer_durations_than_requests_are_said_with_both_counts() {
    let text = points(&["http_reqs", "http_req_failed", "http_req_duration"]);
    let is_kept = |(at, line): &(usize, &str)| !line.contains("http_req_duration") || at % 5 > 1;
    let fewer: Vec<&str> = text.lines().enumerate().filter(is_kept).map(|(_, line)| line).collect();
    let (requests, _, said) = counts(fewer.join("\n") + "\n");
    assert_eq!(requests, Some(60));
    assert!(said.contains("it has 100 points of `http_reqs` and 60 of `http_req_duration`"), "{said}");
    let begun_within: Vec<&str> = text.lines().skip(25).collect();
    assert_eq!(counts(begun_within.join("\n") + "\n").2, "");
}
