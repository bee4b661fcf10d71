//! Criteria of other tools on small tests: what they mean here, and what becomes of them.

use super::*;
use crate::compare::side::Side as Stored;
use crate::config::Config;
use crate::judge::case::JudgedTest;
use crate::judge::judge as judge_suite;
use crate::judge::outcome::Status::{Fail, Inconclusive, MetNotProven, Pass};
use crate::judge::outcome::{Judgement, Verdict};
use crate::judge::sample::{figures, request_totals, test};
use crate::model::sample::Threshold;

/// 1,000 requests in 100 s at a p95 of 200 ms (150 to 250), so many of them failed.
fn judged_with(import: &str, failures: u64, earlier: &[(Stored, Option<Verdict>)], keptn: Option<&str>) -> Judgement {
    let mut config = Config::parse(import, "p").unwrap();
    if let Some(text) = keptn {
        let demands = crate::borrowed::read(text, "slo.yaml").unwrap().unwrap();
        let import = crate::config::import::Import::default();
        config.borrowed.push(import.loaded("slo.yaml".to_owned(), text, demands));
    }
    let mut figures = figures();
    figures.populations.push(request_totals(1000, Some(failures)));
    let test = test("api");
    let tests = [JudgedTest { test: &test, figures: &figures }];
    judge_suite(&Case { earlier, ..Case::alone(&tests, &config) })
}

fn statuses(import: &str, failures: u64) -> Vec<Status> {
    let judgement = judged_with(import, failures, &[], None);
    let borrowed = judgement.criteria.iter().filter(|one| one.original.is_some());
    borrowed.map(|one| one.status).collect()
}

#[test]
fn what_fails_in_taurus_fails_here() {
    let taurus = r#"[[import]]
taurus = ["p95>300ms", "p95>100ms", "fail>5%", "succ<100%", "hits<1000", "avg-rt>=100ms, continue as failed", "fail>0, continue as non-failed", "avg-rt of nothing>1s"]
"#;
    let found = judged_with(taurus, 10, &[], None);
    let of: Vec<(Status, bool)> = found
        .criteria
        .iter()
        .filter(|one| one.origin == Origin::Taurus)
        .map(|one| (one.status, one.critical))
        .collect();
    assert_eq!(
        of,
        [
            (Pass, true),
            (Fail, true),
            (Pass, true),
            (Fail, true),
            (Pass, true),
            (Fail, true),
            (Fail, false),
            (Inconclusive, true),
        ]
    );
    assert_eq!(statuses("[[import]]\ntaurus = [\"p95>220ms\"]\n", 0), [MetNotProven]);
    assert_eq!(found.criteria[0].original.as_deref(), Some("p95>300ms"));
    assert_eq!(found.criteria[0].metric, "latency.p95");
}

/// A k6 file for a test that is not there vanished, and the suite was READY.
#[test]
fn thresholds_that_meet_no_test_are_not_told_whoever_they_are_from() {
    for words in ["k6 = { http_req_duration = [\"p(95)<500\"] }", "gatling = [\"global.responseTime.max.lt(900)\"]"] {
        let found = judged_with(&format!("[[import]]\n{words}\ntest = \"nosuch\"\n"), 0, &[], None);
        assert_eq!(found.verdict, Verdict::Inconclusive, "{words}");
        let one = found.criteria.iter().find(|one| one.origin != Origin::Default).unwrap();
        assert!(one.status == Inconclusive && one.reason.contains("no test"), "{words}: {}", one.reason);
    }
}

/// Thresholds that the results bring along too were left to them, even where `k6_thresholds = false` kept those out of force.
#[test]
fn an_imported_threshold_is_judged_though_the_results_bring_it_along() {
    let (mut test, figures) = (test("api"), figures());
    let threshold = |kept| Threshold {
        metric: "http_req_duration".to_owned(),
        expression: "p(95)<500".to_owned(),
        kept,
        abort: false,
    };
    test.thresholds = vec![threshold(Some(false))];
    let tests = [JudgedTest { test: &test, figures: &figures }];
    for by_themselves in [true, false] {
        let import = "[[import]]\nk6 = { http_req_duration = [\"p(95)<500\"] }\n";
        let config = Config::parse(&format!("{import}[inputs]\nk6_thresholds = {by_themselves}\n"), "p").unwrap();
        let lineup = crate::judge::plan::lineup(&tests, &config);
        let imported = k6::borrowed(&lineup.entries[0], &[threshold(None)], by_themselves, None);
        assert_eq!(imported.len(), usize::from(!by_themselves));
    }
}

#[test]
fn gatlings_conditions_are_all_judged() {
    let gatling = r#"[[import]]
gatling = ["global.responseTime.percentile(95).lt(300)", "global.failedRequests.percent.lte(0.5)", "global.requestsPerSec.between(5, 15)",
  "global.requestsPerSec.between(10, 15, false)", "global.requestsPerSec.around(12, 1)", "global.requestsPerSec.deviatesAround(12, 0.5)",
  "global.allRequests.count.in(5, 1000)", "global.responseTime.max.is(900)"]
"#;
    assert_eq!(statuses(gatling, 10), [Pass, Fail, Pass, Fail, Fail, Pass, Pass, Pass]);
    // Half of what was demanded was shown.
    let found = judged_with(gatling, 10, &[], None).criteria;
    let whole: Vec<Option<&str>> = found.iter().map(|one| one.demanded.as_deref()).collect();
    assert_eq!(whole[..2], [None, None]);
    assert_eq!(whole[4], Some("at least 11/s and at most 13/s"));
    assert_eq!(whole[6], Some("exactly 5 or exactly 1,000"));
}

#[test]
fn artillerys_conditions_are_joined() {
    let artillery = r#"[[import]]
artillery = ["http.response_time.p95 < 300", "http.response_time.p95 < 300 and http.request_rate > 100",
  "http.response_time.p95 < 100 or http.request_rate > 5", "maxErrorRate <= 5", "vusers.failed == 0", "a / b < 5"]
"#;
    assert_eq!(statuses(artillery, 10), [Pass, Fail, Pass, Pass, Inconclusive, Inconclusive]);
    let found = judged_with(artillery, 10, &[], None).criteria;
    assert_eq!(found[1].demanded.as_deref(), Some("p95 below 300 ms and rate above 100/s"));
    assert!(found[5].reason.starts_with("`a / b < 5` cannot be told: a is not known: "), "{}", found[5].reason);
}

/// A condition of Artillery's may put figures together: it was told to be impossible, whatever they were.
#[test]
fn figures_put_together_are_weighed_in_their_tool_s_units() {
    let artillery = r#"[[import]]
artillery = ["http.response_time.p95 / http.request_rate < 21", "http.response_time.p95 > http.requests",
  "not http.response_time.p95 > 250 and maxErrorRate + 1 < 2.5", "http.requests / (http.requests - 1000) > 1"]
"#;
    assert_eq!(statuses(artillery, 10), [MetNotProven, Fail, MetNotProven, Inconclusive]);
    let first = judged_with(artillery, 10, &[], None).criteria.swap_remove(0);
    let said = "holds (http.request_rate is 10, http.response_time.p95 is 200), not proven";
    assert!(first.reason.contains(said), "{}", first.reason);
}

const SLO: &str = "spec_version: \"1.0\"
comparison: {compare_with: several_results, include_result_with_score: pass}
objectives:
- sli: response_time_p95
  key_sli: true
  weight: 2
  pass: [{criteria: [\"<=+10%\", \"<600\"]}]
  warning: [{criteria: [\"<=800\"]}]
- sli: throughput
  pass: [{criteria: [\">=5\"]}]
- sli: error_rate
  weight: 3
  pass: [{criteria: [\"<1\"]}]
  warning: [{criteria: [\"<2\"]}]
- sli: response_time_p50
total_score: {pass: \"90%\", warning: \"75%\"}
";

fn stored(p95_us: f64) -> (Stored, Option<Verdict>) {
    let mut figures = figures();
    let mut totals = request_totals(1000, Some(0));
    totals.totals.latency_us.quantiles.insert("p95".to_owned(), Some(p95_us));
    figures.populations.push(totals);
    (Stored::of(&test("api"), &figures).unwrap(), Some(Verdict::Ready))
}

fn keptn(failures: u64, earlier: &[(Stored, Option<Verdict>)]) -> (Verdict, Vec<(String, Status, bool)>) {
    let judgement = judged_with("", failures, earlier, Some(SLO));
    let of_keptn = judgement.criteria.iter().filter(|one| one.origin == Origin::Keptn);
    (judgement.verdict, of_keptn.map(|one| (one.id.clone(), one.status, one.critical)).collect())
}

#[test]
fn keptns_total_makes_the_verdict() {
    let row = |id: &str, status, critical| (id.to_owned(), status, critical);
    // p95 was 190 ms: 200 ms is within 10 %, the interval up to 250 ms is not.
    let (verdict, rows) = keptn(0, &[stored(190_000.0)]);
    assert_eq!(
        rows,
        [
            row("response_time_p95", Status::MetNotProven, true),
            row("throughput", Status::Pass, false),
            row("error_rate", Status::Pass, false),
            row("response_time_p50", Status::NotApplicable, false),
            row("total score", Status::Pass, true),
        ]
    );
    assert_eq!(verdict, Verdict::ReadyWithConditions);
    // p95 was 100 ms: a warning of the key SLI, 5 of 6 points.
    let (verdict, rows) = keptn(0, &[stored(100_000.0)]);
    assert_eq!((rows[0].1, rows[4].1, verdict), (Status::Warn, Status::Warn, Verdict::ReadyWithConditions));
    // Errors of 1.5 %: half of three points more is lost.
    let (verdict, rows) = keptn(15, &[stored(100_000.0)]);
    assert_eq!((rows[2].1, rows[4].1, verdict), (Status::Warn, Status::Fail, Verdict::NotReady));
}

#[test]
fn without_history_a_relative_criterion_cannot_be_told_unless_keptn_is_asked() {
    let (verdict, rows) = keptn(0, &[]);
    assert_eq!((rows[0].1, rows[4].1, verdict), (Status::Inconclusive, Status::Inconclusive, Verdict::Inconclusive));
    let mut config = Config::parse("", "p").unwrap();
    config.compat = Some(crate::config::import::Compat::Keptn);
    let demands = crate::borrowed::read(SLO, "slo.yaml").unwrap().unwrap();
    config.borrowed.push(crate::config::import::Import::default().own(String::new(), demands));
    let mut figures = figures();
    figures.populations.push(request_totals(1000, Some(0)));
    let test = test("api");
    let tests = [JudgedTest { test: &test, figures: &figures }];
    let case = Case::alone(&tests, &config);
    let judgement = judge_suite(&case);
    assert!(judgement.defaults.iter().any(|text| text.contains("as Keptn does")), "{:?}", judgement.defaults);
    assert_eq!(judgement.criteria.iter().find(|one| one.id == "total score").unwrap().status, Status::Pass);
}

/// A condition over several figures looked at the tests that are there: a required test that was not run was no matter to it.
#[test]
fn a_weighed_condition_misses_a_declared_test_that_is_not_there() {
    let found = |tests: &str| {
        let text = format!("{tests}[[import]]\nartillery = [\"vusers.failed / requests < 0.01\"]\n");
        let all = judged_with(&text, 0, &[], None).criteria;
        let of = all.into_iter().filter(|one| one.origin == Origin::Artillery && one.test == "soak");
        of.map(|one| (one.status, one.critical)).collect::<Vec<_>>()
    };
    let soak = "[[tests]]\nname = \"soak\"\n";
    assert_eq!(found(soak), [(Status::NotRun, true)]);
    assert_eq!(found(&format!("{soak}required = false\n")), [(Status::NotRun, false)]);
    assert_eq!(found(&format!("{soak}blocked = {{ reason = \"r\" }}\n")), [(Status::Blocked, true)]);
    assert_eq!(found(""), []);
    assert_eq!(statuses("[[import]]\nartillery = [\"1 < 2\"]\n", 0), [Inconclusive], "it is about no run");
}

/// `concurr of checkout>1000` was met by the users of the whole test.
#[test]
fn what_is_known_of_the_whole_is_not_known_of_a_label() {
    let text = "[[import]]\ntaurus = [\"concurr of GET /a>1000\", \"concurr>1000\"]\n";
    let (config, test, mut figures) = (Config::parse(text, "p").unwrap(), test("api"), figures());
    figures.populations.push(request_totals(1000, Some(0)));
    figures.load.users_max = Some(10.0);
    let judgement = judge_suite(&Case::alone(&[JudgedTest { test: &test, figures: &figures }], &config));
    let of = judgement.criteria.iter().filter(|one| one.origin == Origin::Taurus);
    assert_eq!(of.map(|one| one.status).collect::<Vec<_>>(), [Inconclusive, Pass]);
}
