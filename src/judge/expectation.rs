//! What a team expects, held against what was seen. An expectation is no limit: a figure may be within its target and still
//! not be what was expected, and that is worth knowing.

use super::observation::Observation;
use super::outcome::ExpectedOutcome;
use crate::config::schema::Expected;
use crate::quantity::Range;
use crate::unit::Unit;

/// An expectation of a figure; `None` where it is of another unit.
#[must_use]
pub fn of(declared: &Expected, seen: &Observation) -> Option<ExpectedOutcome> {
    fits(&declared.value, seen.unit).then(|| ExpectedOutcome {
        low: declared.value.low.value,
        high: declared.value.high.value,
        confidence: declared.confidence.clone(),
        source: declared.source.clone(),
        held: seen.value.map(|value| holds(&declared.value, value)),
    })
}

/// Whether an expectation can be about figures of a unit.
#[must_use]
pub fn fits(range: &Range, unit: Unit) -> bool {
    match range.low.unit {
        // A bare number is a count, of users for instance: never a latency or a share.
        Unit::Plain => matches!(unit, Unit::Plain | Unit::Count),
        expected => expected == unit,
    }
}

/// A single value is an expectation up to rounding: within a twentieth of it.
#[must_use]
pub fn holds(range: &Range, value: f64) -> bool {
    let slack = if range.low == range.high { range.low.value.abs() / 20.0 } else { 0.0 };
    (range.low.value - slack..=range.high.value + slack).contains(&value)
}
