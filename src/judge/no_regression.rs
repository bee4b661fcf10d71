//! Criteria on the change against a baseline: the built-in `no-regression`, and `worse_by_at_most`.

use super::case::BaselineState;
use super::criterion::Asking;
use super::decision::decide;
use super::observation::{Nature, Observation};
use super::outcome::{CriterionResult, Evidence, Limit, Origin, Side, Status};
use super::plan::Entry;
use crate::compare::delta::{Call, Delta};
use crate::config::Config;
use crate::config::metric::{Asked, Stat};
use crate::config::schema::Criterion;
use crate::fmt;
use crate::unit::Unit;

/// Id of the built-in criterion.
pub const ID: &str = "no-regression";

/// The built-in critical criterion, where a baseline was asked for and the gate is not turned off.
#[must_use]
pub fn built_in(config: &Config, deltas: &[Delta], baseline: &BaselineState) -> Option<CriterionResult> {
    if *baseline == BaselineState::NotAsked || !config.compare.gate {
        return None;
    }
    let (status, reason) = match baseline {
        BaselineState::Unusable(why) => (Status::Inconclusive, why.clone()),
        _ => called(&gated(config, deltas)),
    };
    Some(CriterionResult {
        id: ID.to_owned(),
        test: String::new(),
        endpoint: None,
        metric: ID.to_owned(),
        origin: Origin::Baseline,
        original: None,
        status,
        observed: None,
        interval: None,
        n: None,
        unit: Unit::Plain,
        limit: None,
        critical: true,
        evidence: Evidence::Observed,
        source_class: None,
        n_to_settle: None,
        reason,
    })
}

/// Deltas that decide: the metrics of the gate; totals only where a test has no endpoints.
fn gated<'a>(config: &Config, deltas: &'a [Delta]) -> Vec<&'a Delta> {
    let has_endpoints = |test: &str| deltas.iter().any(|delta| delta.test == test && !delta.endpoint.is_empty());
    deltas
        .iter()
        .filter(|delta| config.compare.metrics.contains(&delta.metric))
        .filter(|delta| !delta.endpoint.is_empty() || !has_endpoints(&delta.test))
        .collect()
}

fn called(deltas: &[&Delta]) -> (Status, String) {
    let of = |call: Call| -> Vec<&Delta> { deltas.iter().copied().filter(|delta| delta.call == call).collect() };
    let (regressed, open) = (of(Call::Regressed), of(Call::Inconclusive));
    if deltas.is_empty() {
        return (Status::Inconclusive, "nothing could be compared with the baseline".to_owned());
    }
    if !regressed.is_empty() {
        return (Status::Fail, format!("worse than the baseline: {}", listed(&regressed, &worse)));
    }
    if open.len() == deltas.len() {
        let why = open.first().and_then(|delta| delta.why.clone()).unwrap_or_default();
        return (Status::Inconclusive, format!("no comparison with the baseline could be answered: {why}"));
    }
    if !open.is_empty() {
        let name = |delta: &Delta| place(delta);
        return (Status::MetNotProven, format!("no regression found, and not told for {}", listed(&open, &name)));
    }
    (
        Status::Pass,
        format!("no regression in {} comparisons", fmt::count(u64::try_from(deltas.len()).unwrap_or(u64::MAX))),
    )
}

fn listed(deltas: &[&Delta], word: &dyn Fn(&Delta) -> String) -> String {
    const SHOWN: usize = 6;
    let mut words: Vec<String> = deltas.iter().take(SHOWN).map(|delta| word(delta)).collect();
    if deltas.len() > SHOWN {
        words.push(format!("{} more", deltas.len() - SHOWN));
    }
    words.join(", ")
}

fn place(delta: &Delta) -> String {
    let metric = if delta.metric == "failures" { "errors" } else { &delta.metric };
    let endpoint = if delta.endpoint.is_empty() { &delta.test } else { &delta.endpoint };
    format!("{metric} of {}", fmt::plain(endpoint))
}

/// The change in words: `p95 of GET /a +26 %`.
#[must_use]
pub fn worse(delta: &Delta) -> String {
    let change = match (delta.metric.as_str(), delta.before, delta.after, delta.ratio) {
        ("failures", Some(before), Some(after), _) => {
            format!(" from {} to {}", fmt::percent(before), fmt::percent(after))
        }
        (_, _, _, Some(ratio)) => format!(" {}", fmt::change(ratio)),
        _ => String::new(),
    };
    format!("{}{change}", place(delta))
}

/// `worse_by_at_most` of a criterion, for each test that it selects.
#[must_use]
pub fn worse_by(
    asking: &Asking<'_>,
    entries: &[&Entry<'_>],
    deltas: &[Delta],
    baseline: &BaselineState,
) -> Vec<CriterionResult> {
    let Some(limit) = asking.criterion.worse_by_at_most else { return Vec::new() };
    let id = match asking.criterion.demand() {
        Ok(Some(_)) => format!("{}/baseline", asking.criterion.id),
        _ => asking.criterion.id.clone(),
    };
    let unseen = |test: &str, why: &str| CriterionResult {
        id: id.clone(),
        limit: None,
        origin: Origin::Config,
        ..asking.unseen(test, Status::Inconclusive, why)
    };
    match baseline {
        BaselineState::NotAsked => {
            return vec![unseen("", "it limits the change against a baseline, and none was given (`--baseline`)")];
        }
        BaselineState::Unusable(why) => return vec![unseen("", why)],
        BaselineState::Used { .. } => {}
    }
    let Some(metric) = delta_metric(asking.criterion) else {
        return vec![unseen("", "only latency quantiles, the mean and failures are compared with a baseline")];
    };
    let demanded = Limit { side: Side::AtMost, value: limit.value, warn: None, warn_side: None };
    let mut results = Vec::new();
    for entry in entries {
        let own = deltas
            .iter()
            .filter(|delta| delta.test == entry.name() && delta.metric == metric && meant(asking.criterion, delta));
        let before = results.len();
        results.extend(own.map(|delta| {
            let result = of_delta(&unseen(entry.name(), ""), delta, &demanded);
            match &entry.invalid {
                Some(why) => CriterionResult {
                    status: Status::Inconclusive,
                    reason: format!("the run is invalid: {why}"),
                    ..result
                },
                None => result,
            }
        }));
        if results.len() == before {
            results.push(unseen(entry.name(), &format!("{metric} was not compared with the baseline")));
        }
    }
    if results.is_empty() {
        results.push(unseen("", "no test that it selects has a result"));
    }
    results
}

fn delta_metric(criterion: &Criterion) -> Option<String> {
    match &criterion.metric.asked {
        Asked::Latency { stat: Stat::Quantile(p), successes: false, .. } => Some(fmt::quantile_name(*p)),
        Asked::Latency { stat: Stat::Mean, successes: false, .. } => Some("mean".to_owned()),
        Asked::Failures { kind: None, counted: false } => Some("failures".to_owned()),
        _ => None,
    }
}

fn meant(criterion: &Criterion, delta: &Delta) -> bool {
    match &criterion.endpoint {
        None => delta.endpoint.is_empty(),
        Some(globs) => !delta.endpoint.is_empty() && globs.matches(&delta.endpoint),
    }
}

fn of_delta(blank: &CriterionResult, delta: &Delta, limit: &Limit) -> CriterionResult {
    let less_one = |ratio: f64| ratio - 1.0;
    let seen = Observation {
        value: delta.ratio.map(less_one),
        interval: delta.interval.map(|(low, high)| (low.map(less_one), high.map(less_one))),
        nature: Nature::Mean { deviation: None, design_effect: 1.0 },
        why: delta.why.clone(),
        ..Observation::unknown(Unit::Ratio, "")
    };
    let decision = decide(&seen, limit, blank.evidence, false);
    CriterionResult {
        endpoint: (!delta.endpoint.is_empty()).then(|| delta.endpoint.clone()),
        status: decision.status,
        observed: seen.value,
        interval: seen.interval,
        unit: Unit::Ratio,
        limit: Some(*limit),
        reason: match (decision.status, &delta.why) {
            (Status::Inconclusive, Some(why)) => why.clone(),
            (Status::MetNotProven, _) => {
                format!("{}; at most {} worse is met and not proven", worse(delta), fmt::percent(limit.value))
            }
            _ => format!("{}, demanded at most {} worse than the baseline", worse(delta), fmt::percent(limit.value)),
        },
        ..blank.clone()
    }
}
