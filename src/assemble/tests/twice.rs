//! One run's rows in several files: two listeners of JMeter, a script that writes its times rounded.

use super::*;

/// 600 requests as JMeter writes them, every 30th failed; `keep` tells which rows a listener writes, `wide` whether with all
/// its columns.
fn listener(keep: fn(u32) -> bool, wide: bool) -> String {
    let mut text = String::from(if wide {
        "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,bytes\n"
    } else {
        "timeStamp,elapsed,label,success\n"
    });
    for at in (0..600_u32).filter(|at| keep(*at)) {
        let (start, elapsed, label) =
            (1_795_226_390_000_u64 + u64::from(at) * 15, 40 + at * 7 % 91, ["a", "b"][at as usize % 2]);
        let (code, message, success) = if at % 30 == 7 { (500, "Err", false) } else { (200, "OK", true) };
        text.push_str(&if wide {
            format!("{start},{elapsed},{label},{code},{message},T 1-1,{success},100\n")
        } else {
            format!("{start},{elapsed},{label},{success}\n")
        });
    }
    text
}

fn counted(files: &[(&str, String)]) -> (Option<u64>, Option<u64>, Vec<(String, String)>) {
    let suite = read(files);
    assert_eq!(suite.tests.len(), 1, "{:?}", names(&suite));
    let all = &suite.tests[0].populations[0].totals;
    (all.requests, all.failures, suite.files_not_used)
}

#[test]
fn two_listeners_with_other_columns_are_one_run() {
    let (requests, failures, not_used) =
        counted(&[("load/listener.jtl", listener(|_| true, false)), ("load/results.jtl", listener(|_| true, true))]);
    assert_eq!((requests, failures), (Some(600), Some(20)));
    let [(source, reason)] = not_used.as_slice() else { panic!("{not_used:?}") };
    assert!(source.ends_with("listener.jtl") && reason.contains("among the 600 of"), "{source}: {reason}");
}

#[test]
fn a_listener_of_errors_only_adds_nothing() {
    let files = [("load/all.jtl", listener(|_| true, true)), ("load/errors.jtl", listener(|at| at % 30 == 7, true))];
    let (requests, failures, not_used) = counted(&files);
    assert_eq!((requests, failures, not_used.len()), (Some(600), Some(20), 1));
    let folders =
        [("load/all.jtl", listener(|_| true, true)), ("errors/errors.jtl", listener(|at| at % 30 == 7, true))];
    assert_eq!(counted(&folders).0, Some(600));
}

#[test]
fn a_listener_that_was_killed_before_it_wrote_its_last_rows_adds_nothing() {
    let files = [("load/a.jtl", listener(|_| true, true)), ("load/b.jtl", listener(|at| at < 571, true))];
    assert_eq!(counted(&files).0, Some(600));
}

#[test]
fn generators_add_up() {
    let halves = [("load/x.jtl", listener(|at| at % 4 < 2, true)), ("load/y.jtl", listener(|at| at % 4 >= 2, true))];
    assert_eq!(counted(&halves).0, Some(600));
}

#[test]
fn times_cut_to_milliseconds_or_seconds_are_the_same_rows() {
    let rows = |cut: bool, whole_seconds: bool| {
        let mut text = String::from("timestamp,endpoint,response_time_ms,status_code\n");
        for at in 0..400_u32 {
            let (micros, latency) =
                (1_795_227_158_000_000 + u64::from(at) * 100_250, 100.0 + f64::from(at * 13 % 251) * 1.003);
            let micros = if whole_seconds { micros / 1_000_000 * 1_000_000 } else { micros };
            let latency = if cut { latency.floor() } else { latency };
            text.push_str(&format!("{}.{:06},/a,{latency},200\n", micros / 1_000_000, micros % 1_000_000));
        }
        text
    };
    for coarse in [rows(true, false), rows(false, true), rows(true, true)] {
        let suite = read(&[("own/a.csv", rows(false, false)), ("own/b.csv", coarse)]);
        assert_eq!(requests(&suite.tests[0]), Some(400));
        assert!(suite.tests[0].inputs[0].source.ends_with("a.csv"));
    }
}

/// A copy of a script's file that was cut off within its last scenario: too short a beginning to tell for itself, it was
/// taken for a second generator's and counted again.
#[test]
fn the_last_scenario_of_a_copy_that_was_cut_off_counts_once() {
    let rows = |count: u32| {
        let row = |at: u32| {
            let start = 1_795_226_522.0 + f64::from(at) * 0.01;
            format!("{start:.3},{},/a,{},200\n", if at < 40 { "warm" } else { "load" }, 20 + at * 13 % 47)
        };
        let header = "timestamp,scenario,endpoint,latency_ms,status\n".to_owned();
        std::iter::once(header).chain((0..count).map(row)).collect::<String>()
    };
    let suite = read(&[("own/a.csv", rows(100)), ("own/b.csv", rows(75))]);
    assert_eq!(names(&suite), ["load", "warm"]);
    assert_eq!(suite.tests.iter().map(requests).collect::<Vec<_>>(), [Some(60), Some(40)]);
    let said = &suite.tests[0].warnings;
    assert!(said.iter().any(|warning| warning.text.contains("its 35 requests are among the 60 of")), "{said:?}");
}
