//! Thresholds on made summaries and points.

use super::*;
use crate::judge::sample::{figures, request_totals, test};
use crate::judge::{JudgedTest, plan::Entry};
use crate::model::distribution::Recorded;
use crate::model::key::{CellKey, EndpointKey, MetricKey, MetricKind, Outcome, Population};
use crate::model::metric::MetricTotal;
use crate::model::test::{CellData, MetricData, Test};

fn metric(name: &str, kind: MetricKind, unit: Unit, total: MetricTotal) -> MetricData {
    MetricData {
        key: MetricKey { name: name.to_owned(), kind, unit, tags: Vec::new() },
        total,
        recorded: None,
        quoted: true,
    }
}

fn judge_one(test: &mut Test, metric: &str, expression: &str, kept: Option<bool>) -> CriterionResult {
    test.thresholds = vec![Threshold { metric: metric.into(), expression: expression.into(), kept, abort: false }];
    let mut figures = figures();
    figures.populations.push(request_totals(3153, Some(0)));
    let entry = Entry { judged: JudgedTest { test, figures: &figures }, plan: None, doubts: Vec::new(), invalid: None };
    judged(&entry, None).remove(0)
}

#[test]
fn a_summarys_figure_is_k6s_own() {
    let mut test = test("api");
    let total = MetricTotal { quantiles: vec![(0.95, 176_746.8)], count: Some(3153), ..MetricTotal::default() };
    test.metrics = vec![metric("http_req_duration", MetricKind::Trend, Unit::Micros, total)];
    let result = judge_one(&mut test, "http_req_duration", "p(95)<300", Some(true));
    assert_eq!(result.status, Status::Pass, "{}", result.reason);
    assert_eq!(result.limit.map(|limit| limit.value.to_bits()), Some(300_000f64.to_bits()));
    let result = judge_one(&mut test, "http_req_duration", "p(95)<150", Some(false));
    assert_eq!(result.status, Status::Fail);
    // The percentile is not in the summary, its outcome is.
    let result = judge_one(&mut test, "http_req_duration", "p(99)<150", Some(false));
    assert_eq!(result.status, Status::Fail, "{}", result.reason);
    let result = judge_one(&mut test, "http_req_duration", "p(99)<999", Some(true));
    assert_eq!(result.status, Status::Pass, "{}", result.reason);
}

#[test]
fn a_share_says_how_many_would_prove_it() {
    let mut test = test("api");
    let total = MetricTotal { count: Some(1801), nonzero: Some(0), value: Some(0.0), ..MetricTotal::default() };
    test.metrics = vec![metric("http_req_failed", MetricKind::Rate, Unit::Plain, total)];
    let result = judge_one(&mut test, "http_req_failed", "rate<0.001", Some(true));
    assert_eq!(result.status, Status::MetNotProven);
    assert_eq!(result.n_to_settle, Some(3_838));
    assert!(
        result.reason.starts_with("failures below 0.1 % met on 1,801 requests, not proven: 3,838"),
        "{}",
        result.reason
    );
}

/// A threshold failed on requests of setup that no table of the report shows, and nothing said so.
#[test]
fn requests_of_setup_among_a_threshold_s_are_said() {
    let cell = |population, count, latency_ns| {
        let mut recorded = Recorded::default();
        recorded.record_n(latency_ns, count);
        let endpoint = EndpointKey::new(Some("GET"), "/a");
        let key = CellKey { population, endpoint, outcome: Outcome::Ok, status: None, cached: None, tags: Vec::new() };
        CellData { key, count, recorded, bytes: None }
    };
    let mut test = test("api");
    test.cells = vec![cell(Population::Request, 300, 16_000_000)];
    let result = judge_one(&mut test, "http_req_duration", "p(95)<100", None);
    assert!(!result.reason.contains("setup"), "{}", result.reason);
    test.cells.push(cell(Population::Setup, 30, 2_000_000_000));
    let result = judge_one(&mut test, "http_req_duration", "p(95)<100", None);
    let said = "1 in 20 of 330 requests waited longer than 2 s; the limit is 100 ms (as k6 counts, 30 of setup and teardown among them)";
    assert_eq!(result.reason, said);
}

#[test]
fn a_trend_without_samples_is_never_kept() {
    let mut test = test("api");
    test.metrics = vec![metric(
        "http_req_duration",
        MetricKind::Trend,
        Unit::Micros,
        MetricTotal { count: Some(0), ..MetricTotal::default() },
    )];
    assert_eq!(judge_one(&mut test, "http_req_duration", "p(95)<300", Some(true)).status, Status::Inconclusive);
    assert_eq!(judge_one(&mut test, "no_such", "rate<0.1", Some(true)).status, Status::Inconclusive);
    assert_eq!(judge_one(&mut test, "x", "p(95) fast", Some(true)).status, Status::Inconclusive);
}

#[test]
fn nothing_dropped_is_a_measured_zero() {
    let result = judge_one(&mut test("api"), "dropped_iterations", "count<30", None);
    assert_eq!((result.status, result.observed.map(f64::to_bits)), (Status::Pass, Some(0)));
}

/// k6's CSV names metrics without their kinds: a counter came as a trend, `count>1` on 34 points had "no samples", and the
/// summary's word for it was lost.
#[test]
fn a_counter_that_came_as_a_trend_is_counted() {
    let mut test = test("api");
    let total =
        MetricTotal { count: Some(34), mean: Some(2.5), min: Some(2.5), max: Some(2.5), ..MetricTotal::default() };
    test.metrics = vec![MetricData { quoted: false, ..metric("my_counter", MetricKind::Trend, Unit::Plain, total) }];
    let counted = judge_one(&mut test, "my_counter", "count>1", Some(true));
    assert_eq!((counted.status, counted.observed.map(f64::to_bits)), (Status::Pass, Some(85f64.to_bits())));
    assert_eq!(judge_one(&mut test, "my_counter", "rate>0.01", Some(true)).status, Status::MetNotProven);
    assert_eq!(judge_one(&mut test, "my_counter", "rate>0.01", Some(false)).status, Status::Fail);
    assert_eq!(judge_one(&mut test, "my_counter", "rate>0.01", None).status, Status::Inconclusive);
}

/// The run that k6 broke off is judged on what there is, and says where it ended.
#[test]
fn a_threshold_that_aborts_says_when() {
    let mut test = test("api");
    test.duration_s = Some(12.0);
    let total = MetricTotal { quantiles: vec![(0.95, 900_000.0)], count: Some(400), ..MetricTotal::default() };
    test.metrics = vec![metric("http_req_duration", MetricKind::Trend, Unit::Micros, total)];
    let told = |abort: bool, kept: bool, expression: &str| {
        let mut test = test.clone();
        let (metric, expression) = ("http_req_duration".into(), expression.into());
        test.thresholds = vec![Threshold { metric, expression, kept: Some(kept), abort }];
        let mut figures = figures();
        figures.populations.push(request_totals(400, Some(0)));
        let judged_test = JudgedTest { test: &test, figures: &figures };
        let entry = Entry { judged: judged_test, plan: None, doubts: Vec::new(), invalid: None };
        judged(&entry, None).remove(0)
    };
    let crossed = told(true, false, "p(95)<300");
    assert_eq!(crossed.status, Status::Fail);
    assert!(crossed.reason.ends_with("(abortOnFail), which ended after 12 s: what was still to come was not measured"));
    assert!(!told(false, false, "p(95)<300").reason.contains("abort"), "it does not end the run");
    assert!(!told(true, true, "p(95)<999").reason.contains("abort"), "it did not end the run");
}
