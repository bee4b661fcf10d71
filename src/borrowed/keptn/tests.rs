//! The specification's rules, case by case, and the worked example.

use super::score::{self, Earlier, Evaluation, Result as Outcome};
use super::*;
use proptest::prelude::*;

const WORKED: &str = r#"
spec_version: "1.0"
filter: {service: checkout}
comparison:
  compare_with: several_results
  include_result_with_score: pass
  number_of_comparison_results: 3
  aggregate_function: avg
objectives:
- sli: response_time_p95
  displayName: "Response time P95"
  key_sli: true
  weight: 2
  pass:
  - criteria: ["<=+10%", "<600"]
  warning:
  - criteria: ["<=800"]
- sli: throughput
  pass: [{criteria: [">=-5%"]}]
- sli: error_rate
  weight: 3
  pass: [{criteria: ["<1"]}]
  warning: [{criteria: ["<2"]}]
- sli: cpu_max
total_score: {pass: "90%", warning: "75%"}
"#;

fn slo(text: &str) -> Slo {
    super::read(&crate::borrowed::yaml::parse(text).unwrap(), text).unwrap()
}

fn earlier(values: &[f64]) -> Vec<Earlier> {
    values.iter().map(|value| Earlier { result: Outcome::Pass, value: Some(*value) }).collect()
}

/// Evaluates with a value for each SLI and earlier values, newest first.
fn evaluated(slo: &Slo, values: &[(&str, f64)], history: &[(&str, &[f64])], lenient: bool) -> Evaluation {
    let scored = slo.objectives.iter().map(|own| {
        let value = values.iter().find(|(sli, _)| *sli == own.sli).map(|(_, value)| *value);
        let past = history.iter().find(|(sli, _)| *sli == own.sli).map(|(_, values)| earlier(values));
        let compared = past.and_then(|past| score::compared(&slo.comparison, &past));
        score::objective(own, value, compared, lenient)
    });
    score::total(slo, scored.collect())
}

const HISTORY: [(&str, &[f64]); 2] =
    [("response_time_p95", &[480.0, 510.0, 510.0]), ("throughput", &[200.0, 200.0, 200.0])];

#[test]
fn the_worked_example_is_a_warning_at_83_3_percent() {
    let slo = slo(WORKED);
    let values = [("response_time_p95", 570.0), ("throughput", 196.0), ("error_rate", 0.4), ("cpu_max", 80.0)];
    let found = evaluated(&slo, &values, &HISTORY, false);
    let results: Vec<Outcome> = found.objectives.iter().map(|one| one.result).collect();
    assert_eq!(results, [Outcome::Warning, Outcome::Pass, Outcome::Pass, Outcome::Info]);
    assert_eq!(found.objectives[0].compared_with, Some(500.0));
    assert!((found.score.0 - 83.333).abs() < 0.001 && found.score.0.to_bits() == found.score.1.to_bits());
    assert_eq!(found.result, Outcome::Warning);
}

/// A report showed `error_rate: pass <1, warning <2` as the original of what stood in these lines.
#[test]
fn an_objective_is_quoted_as_its_file_has_it() {
    let block = "objectives:\n  - sli: error_rate   # of all requests\n    pass:\n    # at most a percent\n    - criteria:\n      - \"<1\"\n\n    weight: 3\n  - sli: cpu\ntotal_score:\n  pass: 90%\n";
    let originals = |text: &str| slo(text).objectives.iter().map(Objective::original).collect::<Vec<_>>();
    assert_eq!(originals(block), ["sli: error_rate pass: - criteria: - \"<1\" weight: 3", "sli: cpu"]);
    assert_eq!(originals(WORKED)[3], "sli: cpu_max");
    let json = r#"{"objectives": [{"sli": "a", "pass": [{"criteria": ["<5"]}]}, {"sli": "b"}]}"#;
    assert_eq!(originals(json), ["a: pass <5", "b: for information"], "they stand in one line");
}

/// One objective and what it makes of a value; `past` are earlier values.
fn one(objective: &str, value: Option<f64>, past: &[f64]) -> Outcome {
    let slo = slo(&format!("objectives:\n- sli: x\n{objective}"));
    let compared = score::compared(&slo.comparison, &earlier(past));
    score::objective(&slo.objectives[0], value, compared, false).result
}

#[test]
fn criteria_of_a_block_must_all_hold_and_one_block_is_enough() {
    let two_blocks =
        "  pass:\n  - criteria: [\"<10\", \">5\"]\n  - criteria: [\"=20\"]\n  warning:\n  - criteria: [\"<=30\"]\n";
    let cases = [
        (7.0, Outcome::Pass),
        (5.0, Outcome::Warning),
        (20.0, Outcome::Pass),
        (30.0, Outcome::Warning),
        (31.0, Outcome::Fail),
    ];
    for (value, expected) in cases {
        assert_eq!(one(two_blocks, Some(value), &[]), expected, "{value}");
    }
}

#[test]
fn relative_bounds_shift_by_percent_or_by_difference() {
    let pass = |bound: &str| format!("  pass:\n  - criteria: [\"{bound}\"]\n");
    let cases = [
        ("<=+10%", 110.0, Outcome::Pass),
        ("<=+10%", 110.1, Outcome::Fail),
        ("<=10%", 110.0, Outcome::Pass),
        (">=-5%", 95.0, Outcome::Pass),
        (">=-5%", 94.9, Outcome::Fail),
        ("<+20", 119.9, Outcome::Pass),
        ("<+20", 120.0, Outcome::Fail),
        (">-20", 80.1, Outcome::Pass),
        (">-20", 80.0, Outcome::Fail),
        ("< 120", 119.0, Outcome::Pass),
        ("=100", 100.0, Outcome::Pass),
    ];
    for (bound, value, expected) in cases {
        assert_eq!(one(&pass(bound), Some(value), &[100.0]), expected, "{value} {bound}");
    }
}

#[test]
fn what_is_missing_is_unknown_here_and_keptns_own_answer_on_demand() {
    assert_eq!(one("  pass:\n  - criteria: [\"<10\"]\n", None, &[]), Outcome::Unknown, "no value");
    assert_eq!(one("  pass:\n  - criteria: [\"<=+10%\"]\n", Some(5.0), &[]), Outcome::Unknown, "no history");
    assert_eq!(
        one("  pass:\n  - criteria: [\"<=+10%\", \"<4\"]\n", Some(5.0), &[]),
        Outcome::Fail,
        "4 is missed anyhow"
    );
    assert_eq!(one("", None, &[]), Outcome::Info, "not scored");
    let slo = slo("objectives:\n- sli: x\n  pass:\n  - criteria: [\"<=+10%\"]\n");
    let lenient = |value| score::objective(&slo.objectives[0], value, None, true).result;
    assert_eq!((lenient(Some(5.0)), lenient(None)), (Outcome::Pass, Outcome::Fail));
}

#[test]
fn key_slis_decide_and_a_warning_of_one_does_not() {
    let slo = slo(WORKED);
    let with = |p95: f64, errors: f64| {
        let values = [("response_time_p95", p95), ("throughput", 200.0), ("error_rate", errors)];
        evaluated(&slo, &values, &HISTORY, false).result
    };
    assert_eq!(with(500.0, 0.1), Outcome::Pass);
    assert_eq!(with(900.0, 0.1), Outcome::Fail, "the key SLI failed");
    assert_eq!(with(600.0, 0.1), Outcome::Warning, "5 of 6 points");
    assert_eq!(with(500.0, 1.5), Outcome::Warning, "4.5 of 6 are 75 %");
    assert_eq!(with(500.0, 2.5), Outcome::Fail, "3 of 6");
}

#[test]
fn a_missing_sli_leaves_the_whole_open_unless_nothing_can_change_it() {
    let slo = slo(WORKED);
    let missing = |values: &[(&str, f64)]| evaluated(&slo, values, &HISTORY, false);
    let open = missing(&[("response_time_p95", 500.0), ("throughput", 200.0)]);
    assert_eq!((open.result, open.score), (Outcome::Unknown, (50.0, 100.0)));
    assert_eq!(missing(&[("response_time_p95", 900.0), ("throughput", 200.0)]).result, Outcome::Fail);
    assert_eq!(
        missing(&[("throughput", 200.0), ("error_rate", 0.0)]).result,
        Outcome::Unknown,
        "the key SLI is missing"
    );
    let lenient = evaluated(&slo, &[("response_time_p95", 500.0), ("throughput", 200.0)], &HISTORY, true);
    assert_eq!((lenient.result, lenient.score.0), (Outcome::Fail, 50.0));
}

#[test]
fn nothing_scored_is_a_pass_at_100() {
    let found = evaluated(&slo("objectives:\n- sli: x\n- sli: y\n"), &[], &[], false);
    assert_eq!((found.result, found.score), (Outcome::Pass, (100.0, 100.0)));
}

#[test]
fn earlier_results_are_chosen_and_aggregated_as_declared() {
    let past = [
        (Outcome::Fail, 900.0),
        (Outcome::Warning, 600.0),
        (Outcome::Pass, 100.0),
        (Outcome::Pass, 200.0),
        (Outcome::Pass, 300.0),
        (Outcome::Pass, 400.0),
    ]
    .map(|(result, value)| Earlier { result, value: Some(value) });
    let compared = |text: &str| {
        score::compared(&slo(&format!("comparison: {{{text}}}\nobjectives:\n- sli: x\n")).comparison, &past)
    };
    assert_eq!(compared(""), Some(1600.0 / 3.0), "three of all");
    assert_eq!(compared("include_result_with_score: pass_or_warn"), Some(300.0));
    assert_eq!(compared("include_result_with_score: pass"), Some(200.0));
    assert_eq!(
        compared("include_result_with_score: pass, compare_with: single_result, number_of_comparison_results: 3"),
        Some(100.0)
    );
    assert_eq!(
        compared("include_result_with_score: pass, number_of_comparison_results: 4, aggregate_function: p50"),
        Some(250.0)
    );
    assert_eq!(
        compared("include_result_with_score: pass, number_of_comparison_results: 4, aggregate_function: p90"),
        Some(400.0)
    );
    assert_eq!(
        compared("include_result_with_score: pass, number_of_comparison_results: 4, aggregate_function: p95"),
        Some(400.0)
    );
    assert_eq!(score::compared(&slo("objectives:\n- sli: x\n").comparison, &[]), None);
}

#[test]
fn mistakes_are_told_with_their_line() {
    let mistake = |text: &str| super::read(&crate::borrowed::yaml::parse(text).unwrap(), text).unwrap_err();
    assert!(mistake("spec_version: \"1.0\"\n").message.contains("no objectives"));
    let empty = mistake("objectives:\n- sli: x\n  pass:\n  - criteria: []\n");
    assert!(empty.message.contains("no `criteria`") && empty.line == Some(4), "{empty:?}");
    let wrong = mistake("objectives:\n- sli: x\n  pass:\n  - criteria: [\"about 5\"]\n");
    assert!(wrong.message.contains("`about 5`") && wrong.line == Some(4), "{wrong:?}");
    assert_eq!(mistake("objectives:\n- weight: 2\n").message, "the objective names no `sli`");
    assert!(mistake("objectives:\n- sli: x\n  weight: many\n").message.contains("weight"));
    assert!(
        mistake("objectives:\n- sli: x\ncomparison:\n  aggregate_function: p99\n")
            .message
            .contains("avg, p50, p90, p95")
    );
    assert!(mistake("objectives:\n- sli: x\ntotal_score: {pass: most}\n").message.contains("90%"));
    for wrong in ["", "<", "<%", "600", "<=+", "<1e999", "!=5", "<-", "<nan"] {
        assert!(Bound::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_file_is_written_back_as_it_was_read() {
    // What it means, whatever lines it stands in.
    let read = |text: &str| {
        let mut slo = slo(text);
        slo.objectives.iter_mut().for_each(|own| own.written = None);
        slo
    };
    let first = read(WORKED);
    assert_eq!(read(&first.to_string()), first);
    assert_eq!(first.objectives[0].to_string(), "response_time_p95: pass <=+10% and <600, warning <=800");
}

proptest! {
    #[test]
    fn bounds_are_written_back(at in 0..5_usize, value in -1e9..1e9_f64, relative in 0..3_usize) {
        let relative = [Relative::No, Relative::Percent, Relative::Difference][relative];
        let value = if relative == Relative::No { value.abs() } else { value };
        let bound = Bound { operator: Operator::ALL[at].1, value, relative };
        prop_assert_eq!(Bound::parse(&bound.to_string()), Ok(bound));
    }
}
