//! The worst stretch of a run, held against windows that are easy to read.

use super::*;
use crate::analyse::builder::{self, Shape};
use crate::analyse::{Options, analyse};
use crate::judge::case::JudgedTest;
use crate::model::histogram::Histogram;
use crate::model::test::{AnswerSeries, Test, Window};

/// 30 s of 10 requests a second at 1 ms; from second 10 to 14 at 100 ms and failing.
fn run() -> Test {
    let mut test = builder::raw_test(&Shape { seconds: 30, ..Shape::default() });
    for window in &mut test.timeline.as_mut().unwrap().endpoints[0].windows[10..15] {
        let mut slow = Histogram::default();
        slow.record_n(100_000, window.requests);
        window.failures = window.requests;
        window.sum_ns = u128::from(window.requests) * 100_000_000;
        window.latency = Some(slow);
    }
    test
}

fn seen(test: &Test, metric: &str, timeframe: Timeframe, limit: (Side, &str)) -> Result<Observation, String> {
    let figures = analyse(test, &Options::default());
    let metric = Metric::parse(metric).unwrap();
    let scope = Scope::whole(JudgedTest { test, figures: &figures });
    worst(&metric, &scope, timeframe, (limit.0, Quantity::parse(limit.1).unwrap()))
}

fn value(seen: &Result<Observation, String>) -> f64 {
    seen.as_ref().unwrap().value.unwrap()
}

#[test]
fn five_slow_seconds_are_a_breach_for_five_and_not_for_six() {
    let test = run();
    let held = |seconds| seen(&test, "latency.mean", Timeframe::For(seconds), (Side::Below, "50 ms"));
    let five = held(5.0);
    assert!((value(&five) - 100_000.0).abs() < 100.0, "{five:?}");
    assert_eq!(five.unwrap().at, Some((10.0, 15.0)));
    assert!(value(&held(6.0)) < 2_000.0, "the sixth second was fast");
    assert!(held(31.0).unwrap_err().contains("no stretch"));
}

#[test]
fn a_sliding_stretch_is_taken_as_a_whole() {
    let test = run();
    let over = seen(&test, "failures.ratio", Timeframe::Over(10.0), (Side::AtMost, "20 %"));
    assert!((value(&over) - 0.5).abs() < 1e-9);
    let over = over.unwrap();
    assert_eq!(
        over.at,
        Some((10.0, 15.0)),
        "not from 3 on, where the first ten seconds with more than two bad ones begin"
    );
    let count = seen(&test, "failures.count", Timeframe::Within(3.0), (Side::AtMost, "20"));
    assert!((value(&count) - 30.0).abs() < 1e-9);
    assert_eq!(count.unwrap().at, Some((10.0, 15.0)));
}

/// A test of two seconds has no full stretch of ten; `within` looks at what there is.
#[test]
fn within_looks_at_short_beginnings_and_over_does_not() {
    let test = builder::raw_test(&Shape { seconds: 2, ..Shape::default() });
    let limit = (Side::AtMost, "5");
    assert!(seen(&test, "requests", Timeframe::Over(10.0), limit).is_err());
    assert!((value(&seen(&test, "requests", Timeframe::Within(10.0), limit)) - 20.0).abs() < 1e-9);
}

/// A run of some minutes is kept in windows of 1.6 s: `hits<10 for 4s` was met by 8 requests a second, 12.8 in a window.
#[test]
fn what_is_counted_for_a_time_is_counted_by_the_second() {
    let mut test = builder::raw_test(&Shape { seconds: 30, ..Shape::default() });
    test.timeline.as_mut().unwrap().width_ns *= 2;
    let held = |metric, timeframe| value(&seen(&test, metric, timeframe, (Side::AtLeast, "8")));
    assert!((held("requests", Timeframe::For(4.0)) - 5.0).abs() < 1e-9, "ten in two seconds");
    assert!((held("success.count", Timeframe::For(4.0)) - 5.0).abs() < 1e-9);
    assert!((held("requests", Timeframe::Over(4.0)) - 20.0).abs() < 1e-9, "all of the four seconds");
}

#[test]
fn silence_neither_ends_nor_makes_a_breach() {
    let mut test = run();
    test.timeline.as_mut().unwrap().endpoints[0].windows[12] = Window::default();
    let held = |seconds| seen(&test, "latency.mean", Timeframe::For(seconds), (Side::Below, "50 ms"));
    assert!(value(&held(5.0)) > 90_000.0);
    let rate = seen(&test, "rate", Timeframe::For(1.0), (Side::AtLeast, "5/s"));
    assert!(value(&rate).abs() < 1e-9, "no request in a second is a rate of 0");
}

/// The run with its answers: 200, but for the five bad seconds, when all are 503 (or without a status).
fn answered(bad: Option<u16>) -> Test {
    let mut test = run();
    let series = &mut test.timeline.as_mut().unwrap().endpoints[0];
    let good = (0..30).filter(|window| !(10..15).contains(window)).map(|window| (window, 10)).collect();
    let kind = bad.map_or("timeout".to_owned(), |status| format!("HTTP {status}"));
    series.answers = vec![
        AnswerSeries { status: Some(200), failed: None, counts: good },
        AnswerSeries { status: bad, failed: Some(kind), counts: (10..15).map(|window| (window, 10)).collect() },
    ];
    test
}

/// Taurus's `rc5??>50% for 5s` was said to be kept by no window.
#[test]
fn statuses_and_kinds_of_failures_have_a_course() {
    let test = answered(Some(503));
    let held = |seconds| seen(&test, "status.ratio{5??}", Timeframe::For(seconds), (Side::AtMost, "50 %"));
    assert!((value(&held(5.0)) - 1.0).abs() < 1e-9);
    assert_eq!(held(5.0).unwrap().at, Some((10.0, 15.0)));
    assert!(value(&held(6.0)).abs() < 1e-9, "the sixth second answered 200");
    let counted = seen(&test, "status.count{503}", Timeframe::Over(10.0), (Side::AtMost, "20"));
    assert!((value(&counted) - 50.0).abs() < 1e-9);
    let kind = seen(&test, "failures.ratio{other than timeout}", Timeframe::Over(10.0), (Side::AtMost, "20 %"));
    assert!((value(&kind) - 0.5).abs() < 1e-9);
    assert!(value(&seen(&test, "status.count{404}", Timeframe::For(1.0), (Side::AtMost, "0"))).abs() < 1e-9);
}

#[test]
fn what_was_answered_without_a_status_decides_nothing() {
    let test = answered(None);
    let share = |limit| seen(&test, "status.ratio{5xx}", Timeframe::Over(10.0), (Side::AtMost, limit));
    let open = share("20 %").unwrap_err();
    assert!(open.contains("50 requests were answered is not known"), "{open}");
    assert!(value(&share("60 %")).abs() < 1e-9, "even if all of them were 5xx, half of ten seconds is less");
    let ok = seen(&test, "status.ratio{2xx}", Timeframe::Over(10.0), (Side::Above, "10 %"));
    assert!((value(&ok) - 0.5).abs() < 1e-9, "five seconds of ten answered 200 whatever the others did");
    let none = seen(&run(), "status.ratio{2xx}", Timeframe::Over(10.0), (Side::Above, "10 %")).unwrap_err();
    assert!(none.contains("no status codes over time"), "{none}");
}

/// `bytes>10MB over 30s`.
#[test]
fn bytes_have_a_course_where_every_request_has_a_size() {
    let mut test = run();
    let windows = &mut test.timeline.as_mut().unwrap().endpoints[0].windows;
    for (bytes, window) in (0..).map(|second| 100 * second).zip(windows.iter_mut()) {
        (window.bytes, window.with_bytes) = (bytes, window.requests);
    }
    let limit = (Side::AtMost, "5 kB");
    assert!((value(&seen(&test, "bytes", Timeframe::Over(2.0), limit)) - 5_700.0).abs() < 1e-9);
    assert!((value(&seen(&test, "bytes", Timeframe::For(2.0), limit)) - 2_800.0).abs() < 1e-9, "held for two seconds");
    test.timeline.as_mut().unwrap().endpoints[0].windows[3].with_bytes -= 1;
    assert!(seen(&test, "bytes", Timeframe::Over(2.0), limit).unwrap_err().contains("every request"));
}

/// A source without statuses counted no failure in any window: "no second with more than 1 %" was met by not knowing, and so was a
/// slice of the run.
#[test]
fn where_failures_are_not_known_no_part_of_the_run_is_without_them() {
    let mut test = run();
    let requests = &mut test.populations[0];
    requests.endpoints.iter_mut().chain([&mut requests.totals]).for_each(|one| one.failures = None);
    for window in &mut test.timeline.as_mut().unwrap().endpoints[0].windows {
        window.failures = 0;
    }
    for metric in ["failures.ratio", "failures.count{timeout}", "success.ratio", "success.count"] {
        assert!(seen(&test, metric, Timeframe::For(5.0), (Side::AtMost, "1")).is_err(), "{metric}");
        let figures = analyse(&test, &Options::default());
        let judged = JudgedTest { test: &test, figures: &figures };
        let scope = Scope { slice: Some((0.0, 20.0)), ..Scope::whole(judged) };
        assert_eq!(crate::judge::observe::observe(&Metric::parse(metric).unwrap(), &scope).value, None, "{metric}");
    }
}

#[test]
fn what_is_not_kept_over_time_says_so() {
    let test = run();
    let error = seen(&test, "cache.hit_ratio", Timeframe::For(5.0), (Side::Above, "5 %")).unwrap_err();
    assert!(error.contains("not kept over time"), "{error}");
    let error = seen(&test, "latency.mean", Timeframe::For(0.5), (Side::Below, "5 ms")).unwrap_err();
    assert!(error.contains("windows of 1 s"), "{error}");
}
