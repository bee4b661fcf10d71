//! What files that belong together tell each other of their dates and numbers.

use super::*;
use crate::model::distribution::Distribution;

const HEADER: &str = "timestamp;endpoint;latency_ms;status\n";

fn dated(days: [&str; 2]) -> String {
    HEADER.to_owned() + &days.map(|day| format!("{day}/2026 10:00:10;/a;7;200\n")).concat()
}

/// The day on which a test began, as `2026-02-11`; the problem where a file was refused.
fn days(files: &[(&str, String)]) -> Result<Vec<String>, String> {
    let suite = read(files);
    if let Some(problem) = suite.problems.first() {
        return Err(problem.message.clone());
    }
    let day = |test: &Test| crate::fmt::rfc3339(test.span.unwrap().start)[..10].to_owned();
    Ok(suite.tests.iter().map(day).collect())
}

#[test]
fn a_day_above_12_in_one_piece_tells_for_all() {
    let open = dated(["11/02", "12/02"]);
    for (first, second) in [("part-1.csv", "part-2.csv"), ("load1.csv", "load2.csv")] {
        let found = days(&[(first, open.clone()), (second, dated(["12/02", "13/02"]))]).unwrap();
        assert_eq!(found[0], "2026-02-11", "{first}");
        let found = days(&[(first, open.clone()), (second, dated(["11/03", "11/13"]))]).unwrap();
        assert_eq!(found[0], "2026-11-02", "{first}");
    }
    for others in [
        vec![],
        vec![("other.csv", dated(["12/02", "13/02"]))],
        vec![("part-2.csv", dated(["11/02", "12/02"]))],
        vec![("part-2.csv", dated(["11/02", "13/02"])), ("part-3.csv", dated(["11/02", "11/13"]))],
    ] {
        let problem = days(&[vec![("part-1.csv", open.clone())], others].concat()).unwrap_err();
        assert!(problem.contains("it is not known which number is the day"), "{problem}");
    }
    // Files that are no pieces have to be alike in more than their names.
    let another = dated(["12/02", "13/02"]).replace("status", "code");
    assert!(days(&[("load1.csv", open), ("load2.csv", another)]).is_err());
}

#[test]
fn it_is_told_which_files_were_asked() {
    let suite = read(&[("part-1.csv", dated(["11/02", "12/02"])), ("part-2.csv", dated(["12/02", "13/02"]))]);
    let told = |test: &Test| -> Vec<bool> {
        test.inputs.iter().map(|input| input.notes.iter().any(|note| note.contains("by the files beside it"))).collect()
    };
    assert_eq!(suite.tests.iter().flat_map(told).collect::<Vec<_>>(), [true, false]);
}

/// Of a German file that was cut up a piece without a comma had a thousandth of its latencies.
#[test]
fn a_decimal_comma_in_one_piece_tells_for_all() {
    let rows = |latency: &str| format!("{HEADER}2026-02-11T10:00:10Z;/a;{latency};200\n").replace("_ms", "_us");
    let slowest = |files: &[(&str, String)]| {
        let suite = read(files);
        assert_eq!(suite.problems.len(), 0);
        let maximum = |test: &Test| {
            let Distribution::Recorded(recorded) = &test.populations[0].totals.latency else { panic!("no rows") };
            recorded.max_us().unwrap()
        };
        suite.tests.iter().map(maximum).fold(0.0, f64::max)
    };
    assert!((slowest(&[("part-1.csv", rows("1.250")), ("part-2.csv", rows("12,5"))]) - 1250.0).abs() < 1.0);
    assert!((slowest(&[("part-1.csv", rows("1.250")), ("part-2.csv", rows("12.5"))]) - 12.5).abs() < 0.1);
}
