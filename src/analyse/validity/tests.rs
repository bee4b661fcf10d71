//! What makes a run doubtful, one story each.

use super::*;
use crate::analyse::builder::{self, Shape, metric};
use crate::analyse::{Options, analyse};
use crate::model::key::MetricKind;
use crate::model::sample::Fault;

fn found(test: &Test) -> Vec<(String, bool, String)> {
    analyse(test, &Options::default())
        .doubts
        .into_iter()
        .map(|doubt| (doubt.rule, doubt.invalidates, doubt.message))
        .collect()
}

fn rules(test: &Test) -> Vec<(String, bool)> {
    found(test).into_iter().map(|(rule, invalidates, _)| (rule, invalidates)).collect()
}

fn rule(name: &str, invalidates: bool) -> (String, bool) {
    (name.to_owned(), invalidates)
}

#[test]
fn a_sound_run_gives_no_doubt() {
    assert_eq!(rules(&builder::raw_test(&Shape::default())), []);
}

/// k6 ends with exit code 0 although every iteration threw; all that is left are iterations of some microseconds.
#[test]
fn iterations_without_requests_prove_nothing() {
    let mut test = builder::empty_test();
    test.metrics = vec![
        metric("iterations", MetricKind::Counter, &[], &[1.0, 1.0, 1.0]),
        metric("iteration_duration", MetricKind::Trend, &[], &[31.0, 8.0, 48.0]),
        metric("data_sent", MetricKind::Counter, &[], &[0.0]),
    ];
    assert_eq!(rules(&test), [rule("every-iteration-threw", true)]);
    assert!(found(&test)[0].2.starts_with("3 iterations ended and not one sent a request"));
    test.metrics.push(metric("browser_web_vital_lcp", MetricKind::Trend, &[], &[1361.6]));
    assert_eq!(rules(&test), [], "pages were loaded, without k6's own requests");
}

#[test]
fn nothing_at_all_is_invalid() {
    assert_eq!(rules(&builder::empty_test()), [rule("nothing-measured", true)]);
}

fn with_drops(dropped: f64) -> Test {
    let mut test = builder::raw_test(&Shape { seconds: 20, per_second: 100, ..Shape::default() });
    test.metrics = vec![
        metric("dropped_iterations", MetricKind::Counter, &[], &[dropped]),
        metric("iterations", MetricKind::Counter, &[], &[2000.0]),
    ];
    test
}

#[test]
fn dropped_arrivals_are_a_warning_and_make_percentiles_lower_bounds() {
    let test = with_drops(102.0);
    assert_eq!(rules(&test), [rule("generator-saturated", false), rule("lower-bound", false)]);
    let messages = found(&test);
    assert!(messages[0].2.starts_with("102 of 2,102 arrivals (4.85 %) were dropped"), "{}", messages[0].2);
    assert!(messages[1].2.starts_with("p95 is a lower bound: 102 arrivals were dropped"), "{}", messages[1].2);
}

#[test]
fn more_than_a_twentieth_dropped_invalidates() {
    assert_eq!(rules(&with_drops(150.0))[0], rule("generator-saturated", true));
    assert_eq!(rules(&with_drops(1.0)), [rule("generator-saturated", false)], "no percentile shown is touched by one");
}

#[test]
fn half_a_second_is_too_short() {
    let mut test = builder::raw_test(&Shape::default());
    test.duration_s = Some(0.5);
    assert_eq!(rules(&test), [rule("too-short", true)]);
    test.timeline = None;
    assert_eq!(rules(&test), [rule("too-short", false)], "without times it is what somebody printed");
}

/// A soak of an hour whose users were done after eleven minutes.
#[test]
fn a_soak_that_idles_is_invalid() {
    let mut test = builder::raw_test(&Shape { seconds: 600, ..Shape::default() });
    let timeline = test.timeline.as_mut().unwrap();
    timeline.endpoints[0].windows[110..].fill(crate::model::test::Window::default());
    assert_eq!(rules(&test), [rule("idle", true)]);
    assert!(found(&test)[0].2.contains("20 %"), "{:?}", found(&test));
}

/// Ten requests in a minute are few, and no idleness: there are only two parts of five requests to look at.
#[test]
fn slow_requests_are_not_idleness() {
    let mut test = builder::raw_test(&Shape { seconds: 60, per_second: 1, ..Shape::default() });
    let windows = &mut test.timeline.as_mut().unwrap().endpoints[0].windows;
    for (second, window) in windows.iter_mut().enumerate() {
        if second % 6 != 0 {
            *window = crate::model::test::Window::default();
        }
    }
    assert_eq!(rules(&test), []);
}

#[test]
fn a_silence_in_the_middle_is_told_with_its_place() {
    let mut test = builder::raw_test(&Shape { seconds: 100, ..Shape::default() });
    test.timeline.as_mut().unwrap().endpoints[0].windows[40..60].fill(crate::model::test::Window::default());
    assert_eq!(rules(&test), [rule("gap", false)]);
    assert_eq!(found(&test)[0].2, "no request ended for 20 s from 0:40 on");
}

#[test]
fn unreadable_rows_invalidate_above_a_thousandth() {
    let mut test = builder::raw_test(&Shape::default());
    test.inputs = vec![builder::input(10_000, 10)];
    assert_eq!(rules(&test), [rule("rows-rejected", false)]);
    test.inputs = vec![builder::input(10_000, 11)];
    assert_eq!(rules(&test), [rule("rows-rejected", true)]);
    // The row that a killed tool left half written is no reason to doubt the others.
    test.inputs[0].unfinished = Some("the last line is cut".to_owned());
    assert_eq!(rules(&test), [rule("unfinished", false), rule("rows-rejected", false)]);
    test.inputs[0].unfinished = None;
    // A script that divides by zero now and then spoils its own metric, and no request.
    test.inputs[0].rows_rejected_aside = 5;
    assert_eq!(rules(&test), [rule("rows-rejected", false)]);
    assert!(found(&test)[0].2.contains("5 of them no requests"), "{:?}", found(&test));
    test.inputs[0].rows_rejected_aside = 0;
    test.inputs[0].role = "monitor".to_owned();
    test.inputs[0].unfinished = Some("the last line is cut".to_owned());
    assert_eq!(rules(&test), [rule("unfinished", false), rule("rows-rejected", false)]);
}

#[test]
fn a_storm_of_fast_errors_is_told() {
    let shape = Shape { fail_every: 1, failed_us: 50, ..Shape::default() };
    let mut test = builder::raw_test(&shape);
    assert_eq!(rules(&test), [], "nothing to compare with");
    test.cells[0] = builder::raw_test(&Shape { seconds: 5, ..Shape::default() }).cells.remove(0);
    assert_eq!(rules(&test), [rule("fast-errors", false)]);
}

#[test]
fn exceptions_of_the_script_are_told_and_cannot_steer_the_terminal() {
    let mut test = builder::raw_test(&Shape::default());
    let fault = |of_requests| Fault { endpoint: None, text: "KeyError\u{1b}[2J".to_owned(), count: 7, of_requests };
    test.faults = vec![fault(true)];
    assert_eq!(rules(&test), []);
    test.faults = vec![fault(false)];
    assert_eq!(rules(&test), [rule("script-exceptions", false)]);
    assert!(!found(&test)[0].2.contains('\u{1b}'));
}

#[test]
fn load_below_ninety_five_percent_of_the_plan_invalidates() {
    let test = builder::raw_test(&Shape::default());
    let figures = analyse(&test, &Options::default());
    let declared = |requests| Declared { requests: Some(requests), ..Declared::default() };
    assert_eq!(delivered(&test, &figures, &declared(315.0)), []);
    let short = delivered(&test, &figures, &declared(400.0));
    assert_eq!((short[0].rule.as_str(), short[0].invalidates), ("load-not-delivered", true));
    assert_eq!(short[0].message, "300 requests of the 400 declared (75 %)");
    let unknown = delivered(&test, &figures, &Declared { users: Some(50.0), ..Declared::default() });
    assert_eq!((unknown[0].rule.as_str(), unknown[0].invalidates), ("load-unknown", false));
    let long = delivered(&test, &figures, &Declared { duration_s: Some(600.0), ..Declared::default() });
    assert_eq!(long[0].message, "30 s of load of the 10 min declared (5 %)");
}

/// A machine out of ports fails requests that never left it. They stood among the failures without a word on page one, unless
/// they were the most frequent kind of an endpoint that failed often.
#[test]
fn what_the_generator_failed_in_is_said() {
    let mut test = builder::raw_test(&Shape::default());
    let totals = &mut test.populations[0].totals;
    totals.failures = Some(10);
    totals.failure_kinds = vec![("HTTP 500".to_owned(), 7), ("load generator: no free port".to_owned(), 3)];
    let doubts = found(&test);
    let told = doubts.iter().find(|doubt| doubt.0 == "generator-faults").unwrap();
    assert!(!told.1 && told.2.starts_with("3 of 10 failures are the load generator's"), "{}", told.2);
    assert!(told.2.ends_with("3 load generator: no free port"), "{}", told.2);
}

/// A login in `setup()` worked and no iteration ever began: that is no run.
#[test]
fn setup_alone_is_no_run() {
    let mut test = builder::raw_test(&Shape::default());
    test.populations[0].population = Population::Setup;
    test.timeline = None;
    test.metrics = vec![metric("http_req_waiting", MetricKind::Trend, &[("group", "::setup")], &[31.0])];
    assert!(rules(&test).contains(&rule("nothing-measured", true)), "{:?}", rules(&test));
}
