//! Keptn's scoring, as its evaluation does it: what each objective earns, and what that makes of the whole.
//!
//! Two answers differ from ours on purpose, and only `--compat keptn` gives them: a missing SLI fails, and a relative criterion
//! without earlier results passes.

use super::{Aggregate, Bound, Comparison, Include, Objective, Operator, Relative, Slo};

/// How an objective or the whole came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Result {
    /// All of the weight.
    Pass,
    /// Half of it.
    Warning,
    /// Nothing.
    Fail,
    /// Not scored.
    Info,
    /// It cannot be told: no value, or nothing to compare with.
    Unknown,
}

/// An earlier result.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    /// How the whole came out.
    pub result: Result,
    /// The SLI's value, where it had one.
    pub value: Option<f64>,
}

/// What an objective earned.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// How it came out.
    pub result: Result,
    /// Of the weight.
    pub points: f64,
    /// What earlier results came to, where a criterion needs them.
    pub compared_with: Option<f64>,
}

/// The whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// In the file's order.
    pub objectives: Vec<Scored>,
    /// In percent, were everything unknown worth nothing, and were it worth all.
    pub score: (f64, f64),
    /// How it came out.
    pub result: Result,
}

/// How many earlier results count: a single one, as many as declared, else three.
#[must_use]
pub fn number(comparison: &Comparison) -> usize {
    let declared = comparison.number.and_then(|number| usize::try_from(number).ok());
    match comparison.several {
        Some(false) => 1,
        _ => declared.unwrap_or(3),
    }
}

/// Whether an earlier result counts, by how it came out.
#[must_use]
pub fn counts(comparison: &Comparison, result: Result) -> bool {
    match comparison.include {
        Include::All => true,
        Include::PassOrWarn => matches!(result, Result::Pass | Result::Warning),
        Include::Pass => result == Result::Pass,
    }
}

/// What earlier results come to; they are given newest first. `None` where none counts.
#[must_use]
pub fn compared(comparison: &Comparison, earlier: &[Earlier]) -> Option<f64> {
    let mut values: Vec<f64> = earlier
        .iter()
        .filter(|one| counts(comparison, one.result))
        .take(number(comparison))
        .filter_map(|one| one.value)
        .collect();
    values.sort_by(f64::total_cmp);
    match comparison.aggregate {
        Aggregate::Avg => {
            let n = u32::try_from(values.len()).ok().filter(|n| *n > 0)?;
            Some(values.iter().sum::<f64>() / f64::from(n))
        }
        Aggregate::P50 => percentile(&values, 0.5),
        Aggregate::P90 => percentile(&values, 0.9),
        Aggregate::P95 => percentile(&values, 0.95),
    }
}

/// At rank p·(n + 1), between neighbours by their distance.
fn percentile(sorted: &[f64], p: f64) -> Option<f64> {
    let n = f64::from(u32::try_from(sorted.len()).ok()?);
    let rank = (p * (n + 1.0)).clamp(1.0, n.max(1.0));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and n")]
    let below = rank.floor() as usize;
    let low = *sorted.get(below.checked_sub(1)?)?;
    let high = sorted.get(below).copied().unwrap_or(low);
    Some((high - low).mul_add(rank - rank.floor(), low))
}

/// Whether a value is inside a bound; `None` where it is relative and there is nothing to be relative to.
#[must_use]
pub fn holds(bound: &Bound, value: f64, earlier: Option<f64>) -> Option<bool> {
    let target = match bound.relative {
        Relative::No => bound.value,
        Relative::Percent => earlier? * (100.0 + bound.value) / 100.0,
        Relative::Difference => earlier? + bound.value,
    };
    Some(match bound.operator {
        Operator::Below => value < target,
        Operator::AtMost => value <= target,
        Operator::Equal => value.total_cmp(&target).is_eq(),
        Operator::AtLeast => value >= target,
        Operator::Above => value > target,
    })
}

/// One block must hold whole. `lenient`: what is relative to nothing holds.
fn any_block(blocks: &[Vec<Bound>], value: f64, earlier: Option<f64>, lenient: bool) -> Option<bool> {
    let mut open = false;
    for block in blocks {
        let held: Vec<Option<bool>> =
            block.iter().map(|bound| holds(bound, value, earlier).or(lenient.then_some(true))).collect();
        if held.contains(&Some(false)) {
            continue;
        }
        if held.iter().all(Option::is_some) {
            return Some(true);
        }
        open = true;
    }
    (!open).then_some(false)
}

/// What an objective earns. `lenient` gives Keptn's own answers on missing data.
#[must_use]
pub fn objective(objective: &Objective, value: Option<f64>, earlier: Option<f64>, lenient: bool) -> Scored {
    let scored = |result: Result| {
        let points = match result {
            Result::Pass => objective.weight,
            Result::Warning => objective.weight / 2.0,
            Result::Fail | Result::Info | Result::Unknown => 0.0,
        };
        Scored { result, points, compared_with: earlier }
    };
    if objective.pass.is_empty() {
        return scored(Result::Info);
    }
    let Some(value) = value.filter(|value| value.is_finite()) else {
        return scored(if lenient { Result::Fail } else { Result::Unknown });
    };
    let within = |blocks: &[Vec<Bound>]| any_block(blocks, value, earlier, lenient);
    match (within(&objective.pass), within(&objective.warning)) {
        (Some(true), _) => scored(Result::Pass),
        (None, _) | (Some(false), None) => scored(Result::Unknown),
        (Some(false), Some(true)) => scored(Result::Warning),
        (Some(false), Some(false)) => scored(Result::Fail),
    }
}

/// What the objectives make of the whole.
#[must_use]
pub fn total(slo: &Slo, objectives: Vec<Scored>) -> Evaluation {
    let pairs = || slo.objectives.iter().zip(&objectives);
    let most: f64 = pairs().filter(|(_, one)| one.result != Result::Info).map(|(own, _)| own.weight).sum();
    let earned: f64 = objectives.iter().map(|one| one.points).sum();
    let open: f64 = pairs().filter(|(_, one)| one.result == Result::Unknown).map(|(own, _)| own.weight).sum();
    let percent = |points: f64| if most > 0.0 { 100.0 * points / most } else { 100.0 };
    let key = |result: Result| pairs().any(|(own, one)| own.key_sli && one.result == result);
    let of = |score: f64, key_failed: bool| match score {
        _ if key_failed => Result::Fail,
        score if score >= slo.total.pass => Result::Pass,
        score if score >= slo.total.warning => Result::Warning,
        _ => Result::Fail,
    };
    let (low, high) = (percent(earned), percent(earned + open));
    let worst = of(low, key(Result::Fail) || key(Result::Unknown));
    let best = of(high, key(Result::Fail));
    Evaluation { objectives, score: (low, high), result: if worst == best { worst } else { Result::Unknown } }
}
