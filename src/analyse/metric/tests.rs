//! Selections by tag, and what absence means.

use super::*;
use crate::analyse::builder::{self, Shape, metric};
use crate::model::metric::MetricTotal;
use crate::model::sample::Threshold;

fn with(metrics: Vec<MetricData>) -> Test {
    let mut test = builder::empty_test();
    test.duration_s = Some(10.0);
    test.metrics = metrics;
    test
}

#[test]
fn expressions_are_read_as_k6_reads_them() {
    assert_eq!(parse("checks"), ("checks".to_owned(), Vec::new()));
    let (name, filter) = parse("http_req_duration{ scenario: 'auth', url:http://a/b }");
    assert_eq!(name, "http_req_duration");
    assert_eq!(filter, [("scenario".to_owned(), "auth".to_owned()), ("url".to_owned(), "http://a/b".to_owned())]);
}

#[test]
fn series_of_one_metric_merge_over_their_tags() {
    let test = with(vec![
        metric("rtt", MetricKind::Trend, &[("scenario", "a")], &[1.0, 2.0, 3.0]),
        metric("rtt", MetricKind::Trend, &[("scenario", "b")], &[10.0]),
    ]);
    let all = lookup(&test, "rtt").unwrap();
    assert_eq!((all.n, all.mean, all.min, all.max), (Some(4), Some(4.0), Some(1.0), Some(10.0)));
    assert!((all.quantile_type_7(0.5).unwrap() - 2.5).abs() < 0.005);
    assert!((all.quantile(0.5).unwrap() - 2.0).abs() < 0.005);
    assert_eq!(lookup(&test, "rtt{scenario:b}").unwrap().n, Some(1));
    assert_eq!(lookup(&test, "rtt{scenario:c}"), None);
    assert_eq!(lookup(&test, "rtt{missing:}").unwrap().n, Some(4), "a missing tag is empty");
}

#[test]
fn requests_are_found_by_scenario_status_and_outcome() {
    let test = builder::raw_test(&Shape { fail_every: 10, failed_us: 9_000, ..Shape::default() });
    assert_eq!(lookup(&test, "http_reqs").unwrap().sum, Some(300.0));
    assert_eq!(lookup(&test, "http_reqs").unwrap().rate_per_s, Some(10.0));
    assert_eq!(lookup(&test, "http_req_failed").unwrap().value, Some(0.1));
    assert_eq!(lookup(&test, "http_req_failed{scenario:events}").unwrap().value, Some(1.0));
    assert_eq!(lookup(&test, "http_req_duration{status:500}").unwrap().mean, Some(9_000.0));
    assert_eq!(lookup(&test, "http_req_duration{expected_response:true}").unwrap().n, Some(270));
    assert_eq!(lookup(&test, "http_req_duration{name:GET /a,method:GET}").unwrap().n, Some(300));
    assert_eq!(lookup(&test, "http_req_duration{scenario:nobody}"), None);
}

/// k6 itself judges a threshold on an empty metric by 0, so that a misspelt name passes. Here it is unknown.
#[test]
fn an_unknown_metric_is_unknown_and_dropped_iterations_are_none() {
    let test = with(vec![metric("iterations", MetricKind::Counter, &[], &[1.0, 1.0])]);
    assert_eq!(lookup(&test, "webhook_latnecy"), None);
    assert_eq!(lookup(&test, "dropped_iterations").unwrap().sum, Some(0.0));
    assert_eq!(lookup(&test, "iterations{scenario:late}").unwrap().sum, Some(0.0));
    assert_eq!(lookup(&builder::empty_test(), "dropped_iterations"), None);
}

#[test]
fn a_summary_is_quoted_for_exactly_the_tags_it_states() {
    let quoted = |tags: &[(&str, &str)], p95: f64| MetricData {
        total: MetricTotal { quantiles: vec![(0.95, p95)], ..MetricTotal::default() },
        recorded: None,
        quoted: true,
        ..metric("http_req_waiting", MetricKind::Trend, tags, &[1.0])
    };
    let test = with(vec![quoted(&[], 176.0), quoted(&[("scenario", "auth")], 138.0)]);
    assert_eq!(lookup(&test, "http_req_waiting").unwrap().quantile_type_7(0.95), Some(176.0));
    let part = lookup(&test, "http_req_waiting{scenario:auth}").unwrap();
    assert_eq!((part.quantile(0.95), part.quantile(0.99), part.class), (Some(138.0), None, SourceClass::Quoted));
    assert_eq!(lookup(&test, "http_req_waiting{scenario:events}"), None);
    let names: Vec<_> = figures(&test, &[0.95]).into_iter().map(|figures| figures.metric).collect();
    assert_eq!(names, ["http_req_waiting", "http_req_waiting{scenario:auth}"]);
}

#[test]
fn every_check_stands_alone_and_thresholds_name_parts() {
    let mut test = builder::raw_test(&Shape { fail_every: 10, ..Shape::default() });
    test.metrics = vec![
        metric("checks", MetricKind::Rate, &[("check", "is 200"), ("scenario", "a")], &[1.0, 0.0]),
        metric("checks", MetricKind::Rate, &[("check", "is 200"), ("scenario", "b")], &[1.0, 1.0]),
        metric("checks", MetricKind::Rate, &[("check", "fast")], &[1.0]),
    ];
    test.thresholds = vec![Threshold {
        metric: "http_req_failed{scenario:events}".to_owned(),
        expression: "rate<0.01".to_owned(),
        kept: None,
        abort: false,
    }];
    let found = figures(&test, &[0.95]);
    let named: Vec<_> = found.iter().map(|figures| (figures.metric.as_str(), figures.value)).collect();
    assert_eq!(
        named,
        [
            ("checks", Some(0.8)),
            ("checks{check:fast}", Some(1.0)),
            ("checks{check:is 200}", Some(0.75)),
            ("http_req_failed{scenario:events}", Some(1.0)),
        ]
    );
}

#[test]
fn a_quantile_of_few_points_is_not_given() {
    let few: Vec<f64> = (0..50).map(f64::from).collect();
    let many: Vec<f64> = (0..100).map(f64::from).collect();
    let of = |values: &[f64]| {
        let found = figures(&with(vec![metric("lcp", MetricKind::Trend, &[], values)]), &[0.95]);
        found[0].quantiles["p95"]
    };
    assert_eq!(of(&few), None);
    assert!((of(&many).unwrap() - 94.0).abs() < 0.1);
}

#[test]
fn the_opening_of_connections_is_not_a_request() {
    let mut test = builder::raw_test(&Shape::default());
    test.cells[0].key.population = Population::Connection;
    assert_eq!(lookup(&test, "ws_connecting").unwrap().n, Some(300));
    assert_eq!(lookup(&test, "http_req_duration"), None);
}

/// k6's thresholds on requests cover what `setup()` asked for, and so does the figure that is held against them.
#[test]
fn to_k6_setup_is_among_the_requests() {
    let mut test = builder::raw_test(&Shape::default());
    let whole = lookup(&test, "http_req_duration").unwrap().n;
    test.cells[0].key.population = Population::Setup;
    assert_eq!(lookup(&test, "http_req_duration").unwrap().n, whole);
}
