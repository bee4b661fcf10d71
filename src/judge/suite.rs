//! Criteria on the suite as a whole: a metric's mean, sum, least or greatest over the tests.

use super::criterion::{Asking, Selection, selects};
use super::interval::{Interval, float};
use super::observation::{Nature, Observation};
use super::observe::{self, Scope};
use super::outcome::{CriterionResult, Status};
use super::plan::Lineup;
use crate::config::limit::Demand;
use crate::config::metric::{Metric, Over};
use crate::fmt;

/// Judges a metric over the selected tests, each counting once. Beside a mean stands what it would be weighted by n: which of
/// the two is meant changes the answer (78.0 % and 85.1 % in one team's example).
pub(super) fn over(
    asking: &Asking<'_>,
    demand: Demand,
    (how, inner): (Over, &Metric),
    lineup: &Lineup<'_>,
) -> CriterionResult {
    let mut seen = Vec::new();
    let mut invalid = None;
    for entry in &lineup.entries {
        match selects(asking.criterion, entry) {
            Selection::Yes => {
                let scope = Scope::whole(entry.judged);
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
    let sum = values.iter().sum::<f64>();
    let value = match how {
        Over::Mean => sum / float(tests),
        Over::Sum => sum,
        Over::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
        Over::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    };
    let weighted = weighted(&seen).filter(|_| how == Over::Mean);
    let beside = weighted.map(|weighted| format!("; weighted by n it is {}", fmt::value(weighted, first.unit)));
    let observation = Observation {
        interval: interval(how, value, &seen),
        n: Some(tests),
        why: Some(format!("{} of {} tests{}", how.words(), fmt::count(tests), beside.unwrap_or_default())),
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

/// Interval of the mean or sum: each test's arms add as independent ones do. Of the least and the greatest: the least and the
/// greatest of the ends. `None` where one has none.
fn interval(how: Over, mean: f64, seen: &[(&str, Observation)]) -> Option<Interval> {
    let count = match how {
        Over::Mean => float(u64::try_from(seen.len()).ok()?),
        Over::Sum => 1.0,
        Over::Min | Over::Max => return extreme_ends(how, seen),
    };
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

fn extreme_ends(how: Over, seen: &[(&str, Observation)]) -> Option<Interval> {
    let pick = |a: f64, b: f64| if how == Over::Max { a.max(b) } else { a.min(b) };
    let ends = seen.iter().map(|(_, one)| one.interval).collect::<Option<Vec<_>>>()?;
    let end =
        |of: fn(&Interval) -> Option<f64>| ends.iter().map(of).collect::<Option<Vec<_>>>()?.into_iter().reduce(pick);
    Some((end(|(low, _)| *low), end(|(_, high)| *high)))
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
