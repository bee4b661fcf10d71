//! Criteria on the change against a baseline: the built-in `no-regression`, and `worse_by_at_most`.

use super::case::{BaselineState, Case};
use super::criterion::Asking;
use super::decision::decide;
use super::observation::{Nature, Observation};
use super::outcome::{CriterionResult, Limit, Origin, Side, Status};
use super::plan::{Entry, Lineup};
use crate::compare::delta::{Call, Delta};
use crate::compare::shift::{Shift, ShiftKind};
use crate::config::Config;
use crate::config::metric::{Asked, Stat};
use crate::config::schema::Criterion;
use crate::fmt;
use crate::unit::Unit;

/// Id of the built-in criterion.
pub const ID: &str = "no-regression";
/// Id of the built-in criterion against the pinned reference.
pub const DRIFT_ID: &str = "no-slow-drift";

/// The built-in critical criterion, where a baseline was asked for and the gate is not turned off.
#[must_use]
pub fn built_in(case: &Case<'_>, lineup: &Lineup<'_>) -> Option<CriterionResult> {
    if *case.baseline == BaselineState::NotAsked || !case.config.compare.gate {
        return None;
    }
    let (status, reason) = match case.baseline {
        BaselineState::Unusable(why) => (Status::Inconclusive, why.clone()),
        _ => Answers::of(case, lineup).called(),
    };
    let bare = CriterionResult::bare(ID, ID, Origin::Baseline, status, true, reason);
    Some(CriterionResult { open_by_comparison: all_valid(lineup), ..bare })
}

/// Whether no run's own fault keeps the comparison from telling.
fn all_valid(lineup: &Lineup<'_>) -> bool {
    lineup.entries.iter().all(|entry| entry.invalid.is_none())
}

/// The built-in criterion against the pinned reference, where there is one: many steps, each too small to be blamed, are one
/// there. It is not critical: somebody may want them all.
#[must_use]
pub fn drift(case: &Case<'_>, lineup: &Lineup<'_>) -> Option<CriterionResult> {
    let (reference, deltas) = case.drift?;
    let (status, reason) = Answers::of(&Case { deltas, shifts: &[], ..*case }, lineup).called();
    let reason = format!("against {}: {reason}", fmt::plain(reference));
    let bare = CriterionResult::bare(DRIFT_ID, DRIFT_ID, Origin::Baseline, status, false, reason);
    Some(CriterionResult { open_by_comparison: all_valid(lineup), ..bare })
}

/// Deltas that decide: the metrics of the gate; totals only where a test has no endpoints.
fn gated<'a>(config: &Config, deltas: &'a [Delta]) -> Vec<&'a Delta> {
    let measured = || deltas.iter().filter(|delta| delta.declared.is_none());
    let has_endpoints = |test: &str| measured().any(|delta| delta.test == test && !delta.endpoint.is_empty());
    deltas
        .iter()
        .filter(|delta| delta.declared.is_some() || config.compare.metrics.contains(&delta.metric))
        .filter(|delta| delta.declared.is_some() || !delta.endpoint.is_empty() || !has_endpoints(&delta.test))
        .collect()
}

/// What the comparisons say to the gate.
struct Answers<'a> {
    regressed: Vec<&'a Delta>,
    shifted: Vec<&'a Shift>,
    /// Not told: by the comparison, or because the run is invalid.
    open: Vec<(&'a Delta, String)>,
    all: usize,
}

impl<'a> Answers<'a> {
    fn of(case: &Case<'a>, lineup: &Lineup<'_>) -> Self {
        let invalid =
            |test: &str| lineup.entries.iter().find(|one| one.name() == test).and_then(|one| one.invalid.clone());
        let deltas = gated(case.config, case.deltas);
        let mut answers = Self { regressed: Vec::new(), shifted: Vec::new(), open: Vec::new(), all: deltas.len() };
        for delta in deltas {
            let why = match invalid(&delta.test) {
                Some(why) => format!("the run of {} is invalid: {why}", fmt::plain(&delta.test)),
                None if delta.call == Call::Inconclusive => delta.why.clone().unwrap_or_default(),
                None => {
                    answers.regressed.extend((delta.call == Call::Regressed).then_some(delta));
                    continue;
                }
            };
            answers.open.push((delta, why));
        }
        let gates =
            |shift: &&Shift| shift.kind == ShiftKind::Regressed && case.config.compare.metrics.contains(&shift.metric);
        answers.shifted = case.shifts.iter().filter(gates).filter(|shift| invalid(&shift.test).is_none()).collect();
        answers
    }

    fn called(&self) -> (Status, String) {
        if self.all == 0 {
            return (Status::Inconclusive, "nothing could be compared with the baseline".to_owned());
        }
        if !self.regressed.is_empty() || !self.shifted.is_empty() {
            return (Status::Fail, self.worse());
        }
        if let (true, Some((_, why))) = (self.open.len() == self.all, self.open.first()) {
            return (Status::Inconclusive, format!("no comparison with the baseline could be answered: {why}"));
        }
        if !self.open.is_empty() {
            let places: Vec<String> = self.open.iter().map(|(delta, _)| place(delta)).collect();
            return (Status::MetNotProven, format!("no regression found, and not told for {}", listed(&places)));
        }
        let all = u64::try_from(self.all).unwrap_or(u64::MAX);
        (Status::Pass, format!("no regression in {} comparisons", fmt::count(all)))
    }

    fn worse(&self) -> String {
        let mut parts = Vec::new();
        if !self.regressed.is_empty() {
            let words: Vec<String> = self.regressed.iter().map(|delta| worse(delta)).collect();
            parts.push(format!("worse than the baseline: {}", listed(&words)));
        }
        parts.extend(self.shifted.iter().filter_map(|shift| shift.words()));
        parts.join("; ")
    }
}

fn listed(words: &[String]) -> String {
    const SHOWN: usize = 6;
    let mut shown: Vec<String> = words.iter().take(SHOWN).cloned().collect();
    if words.len() > SHOWN {
        shown.push(format!("{} more", words.len() - SHOWN));
    }
    shown.join(", ")
}

fn place(delta: &Delta) -> String {
    let endpoint = if delta.endpoint.is_empty() { &delta.test } else { &delta.endpoint };
    format!("{} of {}", delta.metric, fmt::plain(endpoint))
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
        open_by_comparison: true,
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
                    open_by_comparison: false,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::figures::Doubt;
    use crate::judge::case::JudgedTest;
    use crate::judge::plan::lineup;
    use crate::judge::sample::{figures, request_totals, test};

    fn delta(call: Call) -> Delta {
        let text = r#"{"test": "api", "endpoint": "GET /a", "metric": "p50", "before": 100000.0, "after": 120000.0, "ratio": 1.2,
            "interval": null, "p_adjusted": null, "detectable": null, "call": "inconclusive", "method": "", "why": "too short"}"#;
        Delta { call, ..serde_json::from_str(text).unwrap() }
    }

    fn shift(kind: ShiftKind) -> Shift {
        Shift {
            test: "api".to_owned(),
            metric: "p50".to_owned(),
            ratio: 1.08,
            p_adjusted: Some(0.01),
            endpoints: 6,
            kind,
        }
    }

    fn gate(call: Call, kind: ShiftKind, invalid: bool) -> CriterionResult {
        let config = Config::defaults().unwrap();
        let mut figures = figures();
        figures.populations.push(request_totals(1000, Some(0)));
        if invalid {
            let (rule, message) = ("idle".to_owned(), "requests were sent in 18 % of the time only".to_owned());
            figures.doubts.push(Doubt { rule, message, invalidates: true });
        }
        let test = test("api");
        let tests = [JudgedTest { test: &test, figures: &figures }];
        let (deltas, shifts, baseline) = ([delta(call)], [shift(kind)], BaselineState::Used { id: "v1".to_owned() });
        let case = Case {
            tests: &tests,
            deltas: &deltas,
            shifts: &shifts,
            config: &config,
            baseline: &baseline,
            drift: None,
            earlier: &[],
        };
        built_in(&case, &lineup(&tests, &config)).unwrap()
    }

    /// What the comparison could not tell is no fault of the run; what it found, or what makes the run invalid, is.
    #[test]
    fn only_what_the_comparison_left_open_leaves_a_run_fit() {
        assert!(gate(Call::Inconclusive, ShiftKind::None, false).open_by_comparison);
        assert!(!gate(Call::Inconclusive, ShiftKind::None, true).open_by_comparison);
        let failed = gate(Call::Regressed, ShiftKind::None, false);
        let open = CriterionResult { status: Status::MetNotProven, ..failed.clone() };
        let told = crate::judge::without_comparison(&[failed, open]);
        assert_eq!(told.iter().map(|one| one.status).collect::<Vec<_>>(), [Status::Fail, Status::Pass]);
    }

    #[test]
    fn a_slower_system_fails_though_no_endpoint_regressed() {
        let failed = gate(Call::NoRegressionSeen, ShiftKind::Regressed, false);
        assert_eq!(failed.status, Status::Fail);
        assert_eq!(failed.reason, "the system as a whole is slower: p50 +8 % over 6 endpoints");
        assert_eq!(gate(Call::NoRegressionSeen, ShiftKind::Remark, false).status, Status::Pass);
    }

    #[test]
    fn an_invalid_run_neither_blames_nor_acquits() {
        for (call, kind) in [(Call::Regressed, ShiftKind::None), (Call::NoSlower, ShiftKind::Regressed)] {
            let open = gate(call, kind, true);
            assert_eq!(open.status, Status::Inconclusive);
            assert!(open.reason.contains("is invalid"), "{}", open.reason);
        }
    }

    #[test]
    fn what_could_not_be_told_is_never_a_pass() {
        let open = gate(Call::Inconclusive, ShiftKind::None, false);
        assert_eq!((open.status, open.reason.contains("too short")), (Status::Inconclusive, true));
    }
}
