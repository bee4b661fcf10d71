//! Criteria on the suite as a whole: the mean of a metric over the tests.

use super::criterion::{Asking, Selection, selects};
use super::interval::{Interval, float};
use super::observation::{Nature, Observation};
use super::observe::{self, Scope};
use super::outcome::{CriterionResult, Status};
use super::plan::Lineup;
use crate::config::limit::Demand;
use crate::config::metric::Metric;
use crate::fmt;

/// Judges the mean over the selected tests, each counting once. What it would be weighted by n stands beside it: which of the
/// two is meant changes the answer (78.0 % and 85.1 % in one team's example).
pub(super) fn mean(asking: &Asking<'_>, demand: Demand, inner: &Metric, lineup: &Lineup<'_>) -> CriterionResult {
    let mut seen = Vec::new();
    let mut invalid = None;
    for entry in &lineup.entries {
        match selects(asking.criterion, entry) {
            Selection::Yes => {
                let scope = Scope { judged: entry.judged, endpoint: None, slice: None, limit: None };
                seen.push((entry.name(), observe::observe(inner, &scope)));
                invalid = invalid.or_else(|| entry.invalid.as_ref().map(|why| format!("{}: {why}", entry.name())));
            }
            Selection::Unknown(why) => {
                return asking.unseen("", Status::Inconclusive, &format!("{}: {why}", entry.name()));
            }
            Selection::Excluded(_) | Selection::No => {}
        }
    }
    let required = lineup
        .missing
        .iter()
        .find(|plan| plan.required && asking.criterion.test.as_ref().is_none_or(|globs| globs.matches(&plan.name)));
    if let Some(plan) = required.filter(|plan| plan.not_applicable.is_none()) {
        return asking.unseen(
            "",
            Status::Inconclusive,
            &format!("`{}` has no result to take the mean over", plan.name),
        );
    }
    let Some(first) = seen.first().map(|(_, first)| first.clone()) else {
        return asking.unseen("", Status::Inconclusive, "no test has a result to take the mean over");
    };
    if let Some((name, unknown)) = seen.iter().find(|(_, one)| one.value.is_none()) {
        let why = unknown.why.clone().unwrap_or_default();
        return asking.unseen("", Status::Inconclusive, &format!("{name}: {why}"));
    }
    let values: Vec<f64> = seen.iter().filter_map(|(_, one)| one.value).collect();
    let tests = u64::try_from(values.len()).unwrap_or(u64::MAX);
    let value = values.iter().sum::<f64>() / float(tests);
    let observation = Observation {
        interval: interval(value, &seen),
        n: Some(tests),
        why: weighted(&seen).map(|weighted| {
            format!("mean of {} tests; weighted by n it is {}", fmt::count(tests), fmt::value(weighted, first.unit))
        }),
        // A quantile's mean is a mean: least n is each test's own business, and was.
        nature: if seen.iter().all(|(_, one)| one.nature == Nature::Counted) {
            Nature::Counted
        } else {
            Nature::Mean { deviation: None, design_effect: 1.0 }
        },
        value: Some(value),
        ..first
    };
    asking.concluded(demand, &observation, "", invalid.as_deref())
}

/// Interval of the mean: each test's arms add as independent ones do. `None` where one has none.
fn interval(mean: f64, seen: &[(&str, Observation)]) -> Option<Interval> {
    let count = float(u64::try_from(seen.len()).ok()?);
    let arm = |of: &dyn Fn(f64, Interval) -> Option<f64>| -> Option<f64> {
        let squares = seen.iter().map(|(_, one)| Some(of(one.value?, one.interval?)?.powi(2)));
        let sum = squares.sum::<Option<f64>>()?;
        Some(sum.sqrt() / count)
    };
    if seen.iter().any(|(_, one)| one.interval.is_none()) {
        return None;
    }
    let low = arm(&|value, (low, _)| Some(value - low?)).map(|arm| mean - arm);
    let high = arm(&|value, (_, high)| Some(high? - value)).map(|arm| mean + arm);
    Some((low, high))
}

fn weighted(seen: &[(&str, Observation)]) -> Option<f64> {
    let mut sum = 0.0;
    let mut weight = 0.0;
    for (_, one) in seen {
        let n = float(one.n?);
        sum += one.value? * n;
        weight += n;
    }
    (weight > 0.0).then(|| sum / weight)
}
