//! From an observation and a limit to an outcome: the table of judgement, row by row.
//!
//! Two rules above all: nothing passes on missing data, and what was observed is not what was proven.

use super::interval::least_n;
use super::observation::{Nature, Observation};
use super::outcome::{Evidence, Limit, Side, Status};
use crate::model::distribution::SourceClass;

/// A Decision is an outcome and why it came out so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The outcome.
    pub status: Status,
    /// Why.
    pub because: Because,
}

/// Why an outcome came out as it did; words.rs makes sentences of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The figure and the whole interval are inside.
    WholeInterval,
    /// The figure is inside and was counted: there is nothing to prove.
    Counted,
    /// The figure is inside and is the tool's own: no interval can exist.
    Quoted,
    /// The interval is on both sides of the limit, or there are too few values to have one.
    IntervalReachesAcross,
    /// Inside the warning band.
    WarningBand,
    /// Outside.
    Outside,
    /// There is no figure.
    NoFigure,
    /// Too few values to bound the quantile.
    TooFew {
        /// Least n.
        needs: u64,
    },
}

/// Decides one criterion. `imported`: it comes from another tool's file, where the least n does not make it inconclusive.
#[must_use]
pub fn decide(seen: &Observation, limit: &Limit, evidence: Evidence, imported: bool) -> Decision {
    let Some(value) = seen.value.filter(|value| value.is_finite()) else {
        return decision(Status::Inconclusive, Because::NoFigure);
    };
    if let Some(needs) = short_of(seen)
        && !imported
        && seen.class != Some(SourceClass::Quoted)
    {
        return decision(Status::Inconclusive, Because::TooFew { needs });
    }
    match (evidence, seen.interval) {
        (Evidence::Proven, Some(interval)) => {
            let by_interval = proven(value, interval, limit);
            match by_interval.status {
                // What only the values' number keeps from being proven is judged as if it had no interval.
                Status::Pass | Status::Warn if short_of(seen).is_some() => {
                    downgraded(observed(seen, value, limit), seen)
                }
                _ => by_interval,
            }
        }
        (Evidence::Proven, None) => downgraded(observed(seen, value, limit), seen),
        (Evidence::Observed, _) => observed(seen, value, limit),
    }
}

fn decision(status: Status, because: Because) -> Decision {
    Decision { status, because }
}

/// The least n of a quantile, where the observation has fewer values or does not say how many.
fn short_of(seen: &Observation) -> Option<u64> {
    let Nature::Quantile { p, .. } = seen.nature else {
        return None;
    };
    let needs = least_n(p);
    (needs > 0 && seen.n.is_none_or(|n| n < needs)).then_some(needs)
}

fn in_band(value: f64, limit: &Limit) -> bool {
    limit.warn.is_some_and(|warn| limit.warn_side.unwrap_or(limit.side).holds(value, warn))
}

fn observed(seen: &Observation, value: f64, limit: &Limit) -> Decision {
    if !limit.side.holds(value, limit.value) {
        return if in_band(value, limit) {
            decision(Status::Warn, Because::WarningBand)
        } else {
            decision(Status::Fail, Because::Outside)
        };
    }
    let quoted = seen.class == Some(SourceClass::Quoted);
    let bare = |because| decision(Status::Pass, because);
    let across = decision(Status::MetNotProven, Because::IntervalReachesAcross);
    match seen.interval {
        Some(_) if short_of(seen).is_some() => across,
        Some(interval) if bad_side_holds(interval, limit) => bare(Because::WholeInterval),
        None if matches!(seen.nature, Nature::Counted | Nature::Course) => bare(Because::Counted),
        None if quoted && short_of(seen).is_none() => bare(Because::Quoted),
        // The interval reaches across; or a quoted percentile of few values; or an interval that should exist and does not.
        _ => across,
    }
}

/// Whether the interval's bad end is inside the limit. An end that the sample cannot give is outside of everything.
fn bad_side_holds((low, high): (Option<f64>, Option<f64>), limit: &Limit) -> bool {
    let holds = |end: Option<f64>| end.is_some_and(|end| limit.side.holds(end, limit.value));
    match limit.side.larger_is_worse() {
        Some(true) => holds(high),
        Some(false) => holds(low),
        // Inside "exactly" is a point, and inside "other than" is a point's outside: the interval must not touch it.
        None => match limit.side {
            Side::NotEqual => low.is_some_and(|low| low > limit.value) || high.is_some_and(|high| high < limit.value),
            _ => holds(low) && holds(high),
        },
    }
}

fn proven(value: f64, interval: (Option<f64>, Option<f64>), limit: &Limit) -> Decision {
    if limit.side.larger_is_worse().is_none() {
        // Equality is decided by the figure: no interval proves a point.
        let inside = limit.side.holds(value, limit.value) && bad_side_holds(interval, limit);
        return if inside {
            decision(Status::Pass, Because::WholeInterval)
        } else {
            decision(Status::Inconclusive, Because::IntervalReachesAcross)
        };
    }
    let (low, high) = interval;
    let (good, bad) = if limit.side.larger_is_worse() == Some(true) { (low, high) } else { (high, low) };
    let inside = |at: f64| limit.side.holds(at, limit.value);
    let acceptable = |at: f64| inside(at) || in_band(at, limit);
    if inside(value) && bad.is_some_and(inside) {
        decision(Status::Pass, Because::WholeInterval)
    } else if acceptable(value) && bad.is_some_and(acceptable) {
        // The second limit is proven. Were this inconclusive while the interval still touches the inside, a worse figure, whose
        // interval lies wholly in the band, would come out better.
        let touches = inside(value) || good.is_none_or(inside);
        decision(Status::Warn, if touches { Because::IntervalReachesAcross } else { Because::WarningBand })
    } else if !acceptable(value) && good.is_some_and(|good| !acceptable(good)) {
        decision(Status::Fail, Because::Outside)
    } else {
        decision(Status::Inconclusive, Because::IntervalReachesAcross)
    }
}

/// Proof was asked for and no interval exists: a counted figure proves itself, a quoted one is judged as observed and never
/// better than met, and where an interval should exist the question stays open.
fn downgraded(as_observed: Decision, seen: &Observation) -> Decision {
    let quoted = seen.class == Some(SourceClass::Quoted);
    match as_observed.status {
        _ if seen.nature == Nature::Counted => as_observed,
        Status::Pass if quoted => decision(Status::MetNotProven, Because::Quoted),
        _ if quoted => as_observed,
        _ => decision(Status::Inconclusive, Because::IntervalReachesAcross),
    }
}

#[cfg(test)]
mod tests;
