//! Limits as they are demanded: a side, a value, perhaps a warning band, and what is asked of the evidence.

use super::schema::Criterion;
use crate::quantity::Quantity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which way a limit is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// value < limit.
    Below,
    /// value ≤ limit.
    AtMost,
    /// value > limit.
    Above,
    /// value ≥ limit.
    AtLeast,
    /// value = limit (k6's `==`).
    Equal,
    /// value ≠ limit (k6's `!=`).
    NotEqual,
}

/// What a criterion asks of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The figure counts.
    Observed,
    /// The interval counts.
    Proven,
}

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// While users rise.
    Ramp,
    /// The rest.
    Steady,
}

impl Side {
    /// Whether a value on this side of a limit is inside it.
    #[must_use]
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
            // Equality of a figure with a limit that someone wrote is exact or it is not: k6 compares floats too.
            Self::Equal => value.total_cmp(&limit).is_eq(),
            Self::NotEqual => value.total_cmp(&limit).is_ne(),
        }
    }

    /// Whether larger values are the worse ones; `None` for equality.
    #[must_use]
    pub fn larger_is_worse(self) -> Option<bool> {
        match self {
            Self::Below | Self::AtMost => Some(true),
            Self::Above | Self::AtLeast => Some(false),
            Self::Equal | Self::NotEqual => None,
        }
    }

    /// In words, before the limit: `below`, `at most`, …
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Below => "below",
            Self::AtMost => "at most",
            Self::Above => "above",
            Self::AtLeast => "at least",
            Self::Equal => "exactly",
            Self::NotEqual => "other than",
        }
    }
}

/// A limit as configured, quantities not yet brought to the metric's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// Inside it the criterion is met.
    pub limit: (Side, Quantity),
    /// Beyond the limit and inside this one is the warning band.
    pub warn: Option<(Side, Quantity)>,
}

impl Criterion {
    /// What it demands; `None` where it only limits the change against a baseline.
    ///
    /// # Errors
    /// More than one limit, none, or a warning limit that does not fit it, in words.
    pub fn demand(&self) -> Result<Option<Demand>, String> {
        let limits = one_of([
            (Side::Below, self.below),
            (Side::AtMost, self.at_most),
            (Side::Above, self.above),
            (Side::AtLeast, self.at_least),
        ])
        .map_err(|()| "has more than one limit: use one criterion for each")?;
        let warn = one_of([
            (Side::Below, self.warn_below),
            (Side::AtMost, self.warn_at_most),
            (Side::Above, self.warn_above),
            (Side::AtLeast, self.warn_at_least),
        ])
        .map_err(|()| "has more than one warning limit")?;
        let limit = match (limits, self.metric.default_limit()) {
            (Some(limit), _) | (None, Some(limit)) => limit,
            (None, None) if warn.is_some() => {
                return Err("has a warning limit and no limit".to_owned());
            }
            (None, None) if self.worse_by_at_most.is_some() || self.not_applicable.is_some() => {
                return Ok(None);
            }
            (None, None) => {
                return Err("has no limit: add `below`, `at_most`, `above` or `at_least`".to_owned());
            }
        };
        for (_, quantity) in [Some(limit), warn].into_iter().flatten() {
            self.metric.limit(quantity)?;
        }
        if let Some(warn) = warn {
            check_band(limit, warn)?;
        }
        Ok(Some(Demand { limit, warn }))
    }
}

/// The one that is given, if any; an error where there are several.
fn one_of(given: [(Side, Option<Quantity>); 4]) -> Result<Option<(Side, Quantity)>, ()> {
    let mut found = given.into_iter().filter_map(|(side, quantity)| Some((side, quantity?)));
    let first = found.next();
    if found.next().is_none() { Ok(first) } else { Err(()) }
}

fn check_band(limit: (Side, Quantity), warn: (Side, Quantity)) -> Result<(), String> {
    let (side, inner) = limit;
    let (warn_side, outer) = warn;
    if side.larger_is_worse() != warn_side.larger_is_worse() {
        return Err("has a limit and a warning limit that look in opposite directions".to_owned());
    }
    let beyond = match side.larger_is_worse() {
        Some(true) => outer.value >= inner.value,
        _ => outer.value <= inner.value,
    };
    if beyond {
        Ok(())
    } else {
        Err(format!(
            "has its warning limit {outer} inside the limit {inner}: a warning is what lies beyond the limit and is not yet a failure"
        ))
    }
}
