//! Demands that stand in the default's place without being a criterion on all failures in plimsoll.toml: those of other tools, and
//! those of a team that lets a test refuse what it cannot bear.

use super::asks_for_all;
use crate::borrowed::Demands;
use crate::borrowed::keptn::Objective;
use crate::config::Config;
use crate::config::import::Loaded;
use crate::config::limit::Side;
use crate::config::metric::{Asked, Metric, kind};
use crate::config::schema::{Criterion, TestKind};
use crate::ingest::k6::threshold::{Aggregation, Operator, ThresholdExpression};
use crate::judge::borrowed::{self, Formula, in_our_words, metric_of};
use crate::judge::criterion::{Selection, selects};
use crate::judge::outcome::{CriterionResult, Origin, Status};
use crate::judge::plan::Entry;
use crate::model::key::Population;
use crate::model::sample::Threshold;

/// k6's share of requests that failed.
const K6: &str = "http_req_failed";

/// Whether a result of another tool's criterion, which the configuration names, limits all failures of a test. As with configured
/// ones, one that is not critical does while it is met, so that a failing criterion that is added never makes the verdict milder.
/// k6 thresholds that results bring along are no configuration: they stand beside the default.
pub(super) fn is_of_failures(config: &Config, result: &CriterionResult, entry: &Entry<'_>) -> bool {
    let met = matches!(result.status, Status::Pass | Status::MetNotProven | Status::Warn);
    // What names an endpoint that is not there has no figure, and is not about the whole test; k6 names its part in the metric.
    let of_the_whole = result.endpoint.is_none() && (result.observed.is_some() || result.origin == Origin::K6);
    result.original.is_some()
        && (result.origin != Origin::K6 || is_imported(config, result, entry))
        && result.test == entry.name()
        && (of_the_whole && result.part.is_none())
        && (result.counts && result.status != Status::NotApplicable)
        && (result.critical || met)
        && limits_all(config, result)
}

/// Whether what a result was held against keeps failures few. An objective of Keptn has one limit only where it has one criterion, so
/// its file is asked.
fn limits_all(config: &Config, result: &CriterionResult) -> bool {
    if result.origin != Origin::Keptn {
        return result.limit.is_some_and(|limit| limits(&result.metric, limit.side));
    }
    config.borrowed.iter().any(|loaded| {
        let Demands::Keptn(slo) = &loaded.demands else { return false };
        let is_it = |own: &&Objective| own.sli == result.id && result.original.as_ref() == Some(&own.original());
        slo.objectives.iter().filter(is_it).any(|own| keeps_few(own, loaded))
    })
}

fn keeps_few(own: &Objective, loaded: &Loaded) -> bool {
    metric_of(&own.sli, loaded).is_ok_and(|(metric, _)| borrowed::limits(own, |side| limits(&metric.to_string(), side)))
}

/// Whether a k6 threshold stands in a file or list that the configuration names for a test.
fn is_imported(config: &Config, result: &CriterionResult, entry: &Entry<'_>) -> bool {
    config.borrowed.iter().any(|loaded| {
        let Demands::K6(thresholds) = &loaded.demands else { return false };
        let is_it = |one: &Threshold| one.metric == result.metric && result.original.as_ref() == Some(&one.expression);
        loaded.test.as_ref().is_none_or(|globs| globs.matches(entry.name())) && thresholds.iter().any(is_it)
    })
}

/// Whether a limit on this side of a metric keeps failures few.
fn limits(metric: &str, side: Side) -> bool {
    let few = matches!(side, Side::Below | Side::AtMost | Side::Equal);
    if metric == K6 {
        return few;
    }
    match Metric::parse(metric).map(|metric| metric.asked) {
        Ok(Asked::Failures { kind: None, .. }) => few,
        Ok(Asked::Success(Population::Request)) => matches!(side, Side::Above | Side::AtLeast | Side::Equal),
        _ => false,
    }
}

/// Whether a file limits all failures of every test, told without results.
pub(super) fn everywhere(loaded: &Loaded) -> bool {
    let one = |criterion: &Criterion| {
        let side = criterion.demand().ok().flatten().map(|demand| demand.limit.0);
        asks_for_all(criterion) && side.is_some_and(|side| limits(&criterion.metric.to_string(), side))
    };
    let critical = loaded.critical.unwrap_or(true);
    let found = match &loaded.demands {
        Demands::K6(thresholds) => critical && thresholds.iter().any(is_few),
        Demands::Keptn(slo) => slo.objectives.iter().any(|own| own.key_sli && keeps_few(own, loaded)),
        _ => in_our_words(loaded).iter().filter(|own| own.critical).any(|own| match &own.formula {
            Formula::One(criterion) => one(criterion),
            Formula::All(parts) => parts.iter().any(|part| matches!(part, Formula::One(criterion) if one(criterion))),
            _ => false,
        }),
    };
    found && loaded.test.is_none()
}

fn is_few(threshold: &Threshold) -> bool {
    let expression = threshold.expression.parse::<ThresholdExpression>();
    threshold.metric == K6
        && expression.is_ok_and(|expression| {
            expression.aggregation == Aggregation::Rate
                && matches!(expression.operator, Operator::Below | Operator::AtMost)
        })
}

/// Whether a team says how a test may fail: it limits all failures but those that it names, of a test that is to be more than it
/// can bear, or that must recover.
pub(super) fn degrades(config: &Config, entry: &Entry<'_>) -> bool {
    let about = |wanted: &dyn Fn(&Asked) -> bool| {
        config.criteria.iter().any(|one| {
            one.critical
                && config.judged_through(one).is_none()
                && wanted(&one.metric.asked)
                && asks_for_all(one)
                && matches!(selects(one, entry), Selection::Yes)
        })
    };
    let others = |asked: &Asked| matches!(asked, Asked::Failures { kind: Some(wanted), .. } if kind::names(wanted).0);
    let overload = entry.plan.and_then(|plan| plan.kind);
    about(&others)
        && (matches!(overload, Some(TestKind::Stress | TestKind::Spike)) || about(&|asked| *asked == Asked::Recovery))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Case;
    use crate::judge::case::JudgedTest;
    use crate::judge::judge as judge_suite;
    use crate::judge::outcome::Judgement;
    use crate::judge::sample::{figures, request_totals, test};

    /// 1,000 requests of which 14 failed, all of them refused.
    fn judged(text: &str, thresholds: Vec<Threshold>) -> Judgement {
        judged_by(&Config::parse(text, "p").unwrap(), thresholds)
    }

    fn judged_by(config: &Config, thresholds: Vec<Threshold>) -> Judgement {
        let (mut test, mut figures) = (test("a"), figures());
        let mut requests = request_totals(1000, Some(14));
        let refused = crate::analyse::figures::NamedCount { name: "HTTP 429".to_owned(), count: 14 };
        requests.totals.failure_kinds = vec![refused];
        figures.populations.push(requests);
        test.thresholds = thresholds;
        judge_suite(&Case::alone(&[JudgedTest { test: &test, figures: &figures }], config))
    }

    fn has_default(judgement: &Judgement) -> bool {
        judgement.criteria.iter().any(|one| one.origin == Origin::Default)
    }

    /// Gatling's "at most 5 %" was met by 1.4 %, and the default's 1 % made the suite NOT READY.
    #[test]
    fn what_another_tool_demands_of_failures_stands_in_the_defaults_place() {
        for words in [
            "gatling = [\"global.failedRequests.percent.lt(5)\"]",
            "gatling = [\"global.successfulRequests.percent.gt(95)\"]",
            "taurus = [\"fail>5%\"]",
            "artillery = [\"maxErrorRate < 5\"]",
        ] {
            let text = format!("[[import]]\n{words}\n");
            assert!(!has_default(&judged(&text, Vec::new())), "{words}");
            assert_eq!(super::super::beside(&Config::parse(&text, "p").unwrap()).count(), 0, "{words}");
        }
        for words in [
            "gatling = [\"global.responseTime.max.lt(5000)\"]",
            "gatling = [\"global.failedRequests.percent.gt(0)\"]",
            "taurus = [\"fail of GET /a>5%\"]",
            "taurus = [\"fail>5% for 10s\"]",
            "taurus = [\"fail>1%, continue as non-failed\"]",
        ] {
            let text = format!("[[import]]\n{words}\n");
            assert!(has_default(&judged(&text, Vec::new())), "{words}");
            assert_eq!(super::super::beside(&Config::parse(&text, "p").unwrap()).count(), 1, "{words}");
        }
    }

    /// `check` promised that the default is not in force beside two blocks of criteria, and `report` judged by it.
    #[test]
    fn an_objective_of_keptn_stands_in_the_defaults_place_where_each_block_limits_failures() {
        for (pass, default) in [
            ("[{criteria: [\"<5\"]}]", false),
            ("[{criteria: [\"<5\", \"<=+10%\"]}]", false),
            ("[{criteria: [\"<5\"]}, {criteria: [\"<=2\"]}]", false),
            ("[{criteria: [\"<5\"]}, {criteria: [\">0\"]}]", true),
            ("[{criteria: [\"<=+10%\"]}]", true),
        ] {
            let slo = format!("objectives:\n- sli: error_rate\n  key_sli: true\n  pass: {pass}\n");
            let demands = crate::borrowed::read(&slo, "slo.yaml").unwrap().unwrap();
            let mut config = Config::parse("", "p").unwrap();
            let import = crate::config::import::Import::default();
            config.borrowed.push(import.loaded("slo.yaml".to_owned(), &slo, demands));
            assert_eq!(has_default(&judged_by(&config, Vec::new())), default, "{pass}");
            assert_eq!(super::super::beside(&config).count() > 0, default, "{pass}");
        }
    }

    /// Without a configuration a run is judged by the thresholds it brings and by the default.
    #[test]
    fn a_threshold_on_failures_stands_in_the_defaults_place_where_it_is_imported() {
        let threshold = |metric: &str| Threshold {
            metric: metric.to_owned(),
            expression: "rate<0.05".to_owned(),
            kept: Some(true),
            abort: false,
        };
        for (metric, default) in [(K6, false), ("http_req_failed{name:a}", true)] {
            let import = format!("[[import]]\nk6 = {{ \"{metric}\" = [\"rate<0.05\"] }}\n");
            for brought in [vec![threshold(metric)], Vec::new()] {
                assert_eq!(has_default(&judged(&import, brought)), default, "{metric}");
            }
            assert!(has_default(&judged("", vec![threshold(metric)])), "{metric}");
            assert_eq!(is_few(&threshold(metric)), !default, "{metric}");
        }
    }

    /// The pattern of docs/criteria.md could not pass: the default counted the refusals that it allows.
    #[test]
    fn a_test_that_may_refuse_has_no_default_beside_that() {
        let text = |kind: &str, more: &str| {
            format!(
                "[[tests]]\nname = \"a\"\nkind = \"{kind}\"\n[[criteria]]\nid = \"refuses\"\n\
                 metric = \"failures.ratio{{other than 429, 503}}\"\nat_most = \"0.1 %\"\n{more}"
            )
        };
        let recovery = "[[criteria]]\nid = \"again\"\nmetric = \"recovery\"\nat_most = \"30 s\"\n";
        assert!(!has_default(&judged(&text("stress", ""), Vec::new())));
        assert!(!has_default(&judged(&text("load", recovery), Vec::new())));
        assert!(
            has_default(&judged(&text("load", ""), Vec::new())),
            "429 would be unlimited in a test of the usual load"
        );
    }
}
