//! The laws of judgement on whole suites: what is worse, less known or missing is never nearer to READY; order changes nothing.

use super::sample::{figures, request_totals, test};
use super::*;
use crate::analyse::figures::TestFigures;
use crate::config::Config;
use crate::model::test::Test;
use outcome::Verdict;
use proptest::prelude::*;

const PLAN: &str = r#"
[[tests]]
name = "a"
[[tests]]
name = "b"
required = false
"#;

/// (metric, limit, critical, evidence) of criteria that a team may write.
const CRITERIA: [(&str, &str); 9] = [
    ("latency.p95", "below = \"300 ms\""),
    ("latency.p95", "below = \"220 ms\"\nwarn_below = \"300 ms\""),
    ("failures.ratio", "below = \"2 %\""),
    ("success.ratio", "above = \"95 %\""),
    ("requests", "at_least = 50"),
    ("suite.mean(failures.ratio)", "below = \"3 %\""),
    // The last ones cannot be met.
    ("latency.p95", "below = \"10 ms\""),
    ("failures.ratio", "below = \"0 %\""),
    ("success.ratio", "above = \"100 %\""),
];
const NEVER_MET: std::ops::Range<usize> = 6..9;

#[derive(Debug, Clone)]
struct Given {
    criteria: Vec<(usize, bool, bool, Option<&'static str>)>,
    tests: Vec<(&'static str, u64, Option<u64>)>,
    /// Whether criteria of even places are judged as a group of which one must hold, or by score.
    group: Option<&'static str>,
    /// What is different about the latency of the first test.
    latency: Latency,
}

/// What may be worse, or less known, about a latency.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Latency {
    AsMade,
    Unknown,
    Wider(f64),
    Slower(f64),
}

fn change(figures: &mut TestFigures, latency: Latency) {
    let of = &mut figures.populations[0].totals.latency_us;
    match latency {
        Latency::AsMade => {}
        Latency::Unknown => {
            of.quantiles.clear();
            of.quantile_ci.clear();
            (of.mean, of.max) = (None, None);
        }
        Latency::Wider(by) => {
            let widen = |(low, high): (Option<f64>, Option<f64>)| (low.map(|low| low - by), high.map(|high| high + by));
            of.quantile_ci.values_mut().for_each(|interval| *interval = widen(*interval));
        }
        Latency::Slower(by) => {
            let later = |value: Option<f64>| value.map(|value| value + by);
            of.quantiles.values_mut().for_each(|value| *value = later(*value));
            of.quantile_ci.values_mut().for_each(|(low, high)| (*low, *high) = (later(*low), later(*high)));
            (of.mean, of.max) = (later(of.mean), later(of.max));
        }
    }
}

fn config(given: &Given) -> Config {
    Config::parse(&config_text(given), "laws").unwrap()
}

fn config_text(given: &Given) -> String {
    let mut text = PLAN.to_owned();
    for (at, (which, critical, proven, test)) in given.criteria.iter().enumerate() {
        let (metric, limit) = CRITERIA[*which];
        let evidence = if *proven { "proven" } else { "observed" };
        let test = test.map_or_else(String::new, |test| format!("test = \"{test}\"\n"));
        let test = if given.group.is_some() && at % 2 == 0 { test + "group = \"g\"\n" } else { test };
        text.push_str(&format!(
            "[[criteria]]\nid = \"c{at}\"\nmetric = \"{metric}\"\n{limit}\ncritical = {critical}\nevidence = \"{evidence}\"\n{test}"
        ));
    }
    if let Some(needs) = given.group.filter(|_| !given.criteria.is_empty()) {
        text.push_str(&format!("[[groups]]\nid = \"g\"\n{needs}\n"));
    }
    text
}

fn made(given: &Given) -> Vec<(Test, TestFigures)> {
    given
        .tests
        .iter()
        .map(|(name, n, failures)| {
            let mut figures = figures();
            figures.populations.push(request_totals(*n, failures.map(|failures| failures.min(*n))));
            if *name == "a" {
                change(&mut figures, given.latency);
            }
            (test(name), figures)
        })
        .collect()
}

fn judged(given: &Given) -> Judgement {
    let config = config(given);
    let made = made(given);
    let tests: Vec<JudgedTest<'_>> = made.iter().map(|(test, figures)| JudgedTest { test, figures }).collect();
    judge(&Case::alone(&tests, &config))
}

fn distance(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Ready => 0,
        Verdict::ReadyWithConditions => 1,
        Verdict::Inconclusive | Verdict::NotReady => 2,
    }
}

fn any_criterion() -> impl Strategy<Value = (usize, bool, bool, Option<&'static str>)> {
    let test = prop_oneof![Just(None), Just(Some("a")), Just(Some("[ab]"))];
    (0..CRITERIA.len(), any::<bool>(), any::<bool>(), test)
}

fn any_given() -> impl Strategy<Value = Given> {
    let counts = || (50..3000_u64, prop::option::of(0..100_u64));
    let group = prop_oneof![
        Just(None),
        Just(Some("needs = \"any\"")),
        Just(Some("pass_score = \"90 %\"\nwarn_score = \"50 %\"")),
    ];
    (prop::collection::vec(any_criterion(), 0..4), counts(), counts(), group).prop_map(|(criteria, a, b, group)| {
        let tests = vec![("a", a.0, a.1), ("b", b.0, b.1)];
        Given { criteria, tests, group, latency: Latency::AsMade }
    })
}

fn any_worsening() -> impl Strategy<Value = Latency> {
    let by = || 0.0..300_000.0_f64;
    prop_oneof![Just(Latency::Unknown), by().prop_map(Latency::Wider), by().prop_map(Latency::Slower)]
}

proptest! {
    #[test]
    fn more_failures_are_never_nearer(given in any_given(), more in 1..50_u64) {
        let mut worse = given.clone();
        worse.tests[0].2 = worse.tests[0].2.map(|failures| failures + more);
        prop_assert!(distance(judged(&worse).verdict) >= distance(judged(&given).verdict));
    }

    #[test]
    fn a_worse_or_less_known_latency_is_never_nearer(given in any_given(), latency in any_worsening()) {
        let worse = Given { latency, ..given.clone() };
        prop_assert!(distance(judged(&worse).verdict) >= distance(judged(&given).verdict));
    }

    #[test]
    fn fewer_values_at_an_equal_estimate_are_never_nearer(given in any_given(), times in 2..20_u64) {
        let mut many = given.clone();
        many.tests[0].1 *= times;
        many.tests[0].2 = many.tests[0].2.map(|failures| failures.min(given.tests[0].1) * times);
        let mut few = given;
        few.tests[0].2 = few.tests[0].2.map(|failures| failures.min(few.tests[0].1));
        prop_assert!(distance(judged(&few).verdict) >= distance(judged(&many).verdict));
    }

    #[test]
    fn names_change_nothing(given in any_given()) {
        let verdict = judged(&given).verdict;
        let renamed = |text: &str| text.replace("[ab]", "[xy]").replace("\"a\"", "\"x\"").replace("\"b\"", "\"y\"");
        let config = Config::parse(&renamed(&config_text(&given)), "laws").unwrap();
        let made = made(&given);
        let mut made: Vec<(Test, TestFigures)> = made;
        for (test, _) in &mut made {
            test.name = if test.name == "a" { "x".to_owned() } else { "y".to_owned() };
        }
        let tests: Vec<JudgedTest<'_>> = made.iter().map(|(test, figures)| JudgedTest { test, figures }).collect();
        let case = Case::alone(&tests, &config);
        prop_assert_eq!(judge(&case).verdict, verdict);
    }

    #[test]
    fn unknown_failures_are_never_nearer(given in any_given()) {
        let mut unknown = given.clone();
        unknown.tests[0].2 = None;
        prop_assert!(distance(judged(&unknown).verdict) >= distance(judged(&given).verdict));
    }

    #[test]
    fn an_added_failing_criterion_is_never_nearer(given in any_given(), added in any_criterion(), which in NEVER_MET) {
        let mut more = given.clone();
        // Into a place that belongs to no group, and into one that does.
        more.criteria.push((which, added.1, false, added.3));
        let after = judged(&more);
        prop_assert!(distance(after.verdict) >= distance(judged(&given).verdict), "{after:#?}");
    }

    #[test]
    fn without_a_required_test_it_is_never_ready(given in any_given()) {
        let mut less = given.clone();
        less.tests.remove(0);
        prop_assert_eq!(distance(judged(&less).verdict), 2);
    }

    #[test]
    fn order_changes_nothing(given in any_given()) {
        let mut turned = given.clone();
        turned.tests.reverse();
        prop_assert_eq!(judged(&turned), judged(&given));
    }

    #[test]
    fn proof_is_never_nearer_than_observation(given in any_given()) {
        let with = |proven: bool| {
            let mut given = given.clone();
            given.criteria.iter_mut().for_each(|criterion| criterion.2 = proven);
            distance(judged(&given).verdict)
        };
        prop_assert!(with(true) >= with(false));
    }
}

#[test]
fn nothing_at_all_is_inconclusive() {
    let config = Config::defaults().unwrap();
    let judgement = judge(&Case::alone(&[], &config));
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
}

#[test]
fn a_failing_run_is_superseded_by_a_newer_valid_one() {
    let config = Config::parse("[[tests]]\nname = \"api\"\n", "p").unwrap();
    let mut bad = figures();
    bad.populations.push(request_totals(1000, Some(500)));
    let mut good = figures();
    good.populations.push(request_totals(1000, Some(0)));
    let run = |run: &str, second: i64| {
        let mut test = test("api");
        test.run = Some(run.to_owned());
        test.span = Some(crate::unit::Span { start: Timestamp(0), end: Timestamp(second * 1_000_000_000) });
        test
    };
    let (old, new) = (run("run_1", 100), run("run_2", 200));
    let tests = [JudgedTest { test: &new, figures: &good }, JudgedTest { test: &old, figures: &bad }];
    let judgement = judge(&Case::alone(&tests, &config));
    assert_eq!(judgement.verdict, Verdict::ReadyWithConditions);
    assert_eq!(judgement.plan.iter().map(|line| line.state.as_str()).collect::<Vec<_>>(), ["superseded", "run"]);
}

#[test]
fn a_waiver_is_held_against_the_run_and_not_against_the_clock() {
    let with = |expiry: &str| {
        let text = format!(
            "[[criteria]]\nid = \"e\"\nmetric = \"failures.ratio\"\nbelow = \"1 %\"\nwaiver = {{ owner = \"O\", reason = \"R\", expiry = {expiry}, ceiling = \"60 %\" }}\n"
        );
        let config = Config::parse(&text, "p").unwrap();
        let mut figures = figures();
        figures.populations.push(request_totals(1000, Some(500)));
        let test = test("api");
        let tests = [JudgedTest { test: &test, figures: &figures }];
        judge(&Case::alone(&tests, &config)).criteria[0].clone()
    };
    // The run ended on 1970-01-01.
    assert_eq!(with("1970-01-01").status, Status::Waived);
    let expired = with("\"1969-12-31\"");
    assert_eq!(expired.status, Status::Fail);
    assert!(expired.reason.contains("expired"), "{}", expired.reason);
}

#[test]
fn failures_are_told_before_latency_and_the_larger_breach_first() {
    let criterion =
        |id: &str, metric: &str, limit: &str| format!("[[criteria]]\nid = \"{id}\"\nmetric = \"{metric}\"\n{limit}\n");
    let text = [
        criterion("a", "requests", "at_least = 2000"),
        criterion("b", "latency.p95", "below = \"100 ms\""),
        criterion("c", "latency.max", "below = \"100 ms\""),
        criterion("d", "failures.ratio", "below = \"1 %\""),
    ];
    let config = Config::parse(&text.concat(), "p").unwrap();
    let mut figures = figures();
    figures.populations.push(request_totals(1000, Some(500)));
    let test = test("api");
    let tests = [JudgedTest { test: &test, figures: &figures }];
    let case = Case::alone(&tests, &config);
    let judgement = judge(&case);
    let starts = [
        "api: failures 50 %",
        "api: greatest latency 900 ms",
        "api: 1 in 20 of 1,000 requests waited longer",
        "api: requests 1,000",
    ];
    assert_eq!(judgement.reasons.len(), starts.len());
    for (reason, start) in judgement.reasons.iter().zip(starts) {
        assert!(reason.text.starts_with(start), "{reason:?}");
    }
}
