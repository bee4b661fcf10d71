//! Criteria of tools that are judged by rules of their own, as sentences: thresholds of k6 and objectives of Keptn.

use crate::borrowed::keptn::{Bound, Objective, Operator as Compared, Relative, Total};
use crate::config::import::Loaded;
use crate::config::limit::Side;
use crate::fmt;
use crate::ingest::k6::threshold::Aggregation;
use crate::judge::borrowed::metric_of;
use crate::judge::{k6, words};
use crate::model::key::MetricKind;
use crate::model::sample::Threshold;
use crate::unit::Unit;

/// A threshold of k6: `p95 latency of name:login must be below 500 ms (critical)`.
#[must_use]
pub fn of_threshold(threshold: &Threshold, critical: bool) -> String {
    let (expression, selector) = match k6::parsed(threshold) {
        Ok(parsed) => parsed,
        Err(why) => return format!("cannot be read: {why}"),
    };
    let (unit, scale) = match (selector.name.as_str(), selector.built_in_kind(), expression.aggregation) {
        (_, _, Aggregation::Count) => (Unit::Count, 1.0),
        (_, Some(MetricKind::Rate), _) => (Unit::Ratio, 1.0),
        (_, Some(MetricKind::Counter), Aggregation::Rate) => (Unit::PerSecond, 1.0),
        (name, Some(MetricKind::Trend), _) if !name.ends_with("_cls") => (Unit::Micros, 1e3),
        _ => (Unit::Plain, 1.0),
    };
    let name = k6::named(&selector, expression.aggregation);
    let is_bare = selector.name == "http_req_duration" && !matches!(expression.aggregation, Aggregation::Percentile(_));
    let name = match name.split_once(' ') {
        Some((figure, of)) if is_bare => format!("{figure} latency {of}"),
        None if is_bare => format!("{name} latency"),
        _ => name,
    };
    let side = k6::side(expression.operator);
    let mut terms = vec![if critical { "critical" } else { "not critical" }];
    terms.extend(threshold.abort.then_some("k6 ends the run where it is crossed"));
    format!("{name} must be {} {} ({})", side.words(), fmt::value(expression.value * scale, unit), terms.join("; "))
}

/// An objective of Keptn: `p95 must be below 500 ms (a warning while below 800 ms) (critical; weight 2)`.
#[must_use]
pub fn of_objective(objective: &Objective, loaded: &Loaded) -> String {
    let (metric, scale) = match metric_of(&objective.sli, loaded) {
        Ok(found) => found,
        Err(why) => return why,
    };
    let name = words::subject(&metric).name;
    if objective.pass.is_empty() {
        return format!("{name}, for information: it is not scored");
    }
    let unit = metric.unit().unwrap_or(Unit::Plain);
    let said = |blocks: &[Vec<Bound>]| {
        let block =
            |bounds: &Vec<Bound>| bounds.iter().map(|one| bound(*one, unit, scale)).collect::<Vec<_>>().join(" and ");
        blocks.iter().map(block).collect::<Vec<_>>().join(", or ")
    };
    let warn = match objective.warning.as_slice() {
        [] => String::new(),
        blocks => format!(" (a warning while {})", said(blocks)),
    };
    let critical = if objective.key_sli { "critical" } else { "not critical" };
    format!("{name} must be {}{warn} ({critical}; weight {})", said(&objective.pass), fmt::number(objective.weight))
}

/// The total of a Keptn file.
#[must_use]
pub fn of_total(total: &Total) -> String {
    let share = |percent: f64| fmt::percent(percent / 100.0);
    format!(
        "the weighted score of its objectives must be at least {} (a warning from {}) (critical)",
        share(total.pass),
        share(total.warning)
    )
}

fn bound(bound: Bound, unit: Unit, scale: f64) -> String {
    let side = match bound.operator {
        Compared::Below => Side::Below,
        Compared::AtMost => Side::AtMost,
        Compared::Equal => Side::Equal,
        Compared::AtLeast => Side::AtLeast,
        Compared::Above => Side::Above,
    };
    let by = |size: String| {
        let sign = if bound.value < 0.0 { "less" } else { "more" };
        format!("{} {size} {sign} than before", side.words())
    };
    match bound.relative {
        Relative::No => format!("{} {}", side.words(), fmt::value(bound.value * scale, unit)),
        Relative::Percent => by(fmt::percent(bound.value.abs() / 100.0)),
        Relative::Difference => by(fmt::value(bound.value.abs() * scale, unit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::borrowed::Demands;
    use crate::config::import::Import;

    fn of(text: &str) -> Vec<String> {
        let demands = crate::borrowed::read(text, "p").unwrap().unwrap();
        let loaded = Import::default().loaded("p".to_owned(), text, demands);
        match &loaded.demands {
            Demands::K6(all) => all.iter().map(|one| of_threshold(one, true)).collect(),
            Demands::Keptn(slo) => {
                let each = slo.objectives.iter().map(|one| of_objective(one, &loaded));
                each.chain([of_total(&slo.total)]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// `check` showed them as their tools write them, and left it to the reader what they mean.
    #[test]
    fn thresholds_of_k6_are_sentences() {
        let text = r#"{"thresholds": {"http_req_duration{name:login}": ["p(95)<500"], "http_req_failed": ["rate<0.05"],
            "http_req_duration": ["avg<50"], "http_reqs": ["rate>=5"], "http_req_waiting": [{"threshold": "avg<200", "abortOnFail": true}], "own": ["max<7"]}}"#;
        assert_eq!(
            of(text),
            [
                "p95 of name:login must be below 500 ms (critical)",
                "failures must be below 5 % (critical)",
                "mean latency must be below 50 ms (critical)",
                "requests per second must be at least 5/s (critical)",
                "mean of http_req_waiting must be below 200 ms (critical; k6 ends the run where it is crossed)",
                "greatest of own must be below 7 (critical)",
            ]
        );
    }

    #[test]
    fn objectives_of_keptn_are_sentences() {
        let text = "spec_version: \"1.0\"\nobjectives:\n- sli: response_time_p95\n  key_sli: true\n  weight: 2\n  pass: [{criteria: [\"<=+10%\", \"<600\"]}]\n  warning: [{criteria: [\"<=800\"]}]\n- sli: error_rate\n  pass: [{criteria: [\"<1\"]}]\n- sli: throughput\ntotal_score: {pass: \"90%\", warning: \"75%\"}\n";
        assert_eq!(
            of(text),
            [
                "p95 must be at most 10 % more than before and below 600 ms (a warning while at most 800 ms) (critical; weight 2)",
                "failures must be below 1 % (not critical; weight 1)",
                "rate, for information: it is not scored",
                "the weighted score of its objectives must be at least 90 % (a warning from 75 %) (critical)",
            ]
        );
    }
}
