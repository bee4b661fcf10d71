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
    /// After the load has fallen.
    After,
}

/// A Timeframe is how a criterion looks at the course of a run instead of at the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Timeframe {
    /// Missed only where it is missed without a break for so many seconds.
    For(f64),
    /// Must hold in every stretch of up to so many seconds: at the start also in shorter ones.
    Within(f64),
    /// Must hold in every full stretch of so many seconds.
    Over(f64),
}

impl Timeframe {
    /// Its length in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        match self {
            Self::For(seconds) | Self::Within(seconds) | Self::Over(seconds) => seconds,
        }
    }
}

impl std::fmt::Display for Timeframe {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = match self {
            Self::For(_) => "for",
            Self::Within(_) => "within",
            Self::Over(_) => "over",
        };
        write!(out, "{word} {}", crate::fmt::duration_s(self.seconds()))
    }
}

/// A Misfit is a mistake of a criterion and the key that it stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The key; empty where something is missing.
    pub key: &'static str,
    /// What is wrong, beginning with a verb.
    pub message: String,
}

impl Misfit {
    fn at(key: &'static str, message: impl Into<String>) -> Self {
        Self { key, message: message.into() }
    }
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

/// A limit, the key that it stands at, and its value.
type Keyed = (&'static str, Side, Quantity);

impl Criterion {
    /// What it demands; `None` where it only limits the change against a baseline.
    ///
    /// # Errors
    /// More than one limit, none, or a warning limit that does not fit it, with the key.
    pub fn demand(&self) -> Result<Option<Demand>, Misfit> {
        if let Some(imposed) = self.imposed {
            return Ok(Some(imposed));
        }
        let limits = one_of([
            ("below", Side::Below, self.below),
            ("at_most", Side::AtMost, self.at_most),
            ("above", Side::Above, self.above),
            ("at_least", Side::AtLeast, self.at_least),
        ])
        .map_err(|key| Misfit::at(key, "has more than one limit: use one criterion for each"))?;
        let warn = one_of([
            ("warn_below", Side::Below, self.warn_below),
            ("warn_at_most", Side::AtMost, self.warn_at_most),
            ("warn_above", Side::Above, self.warn_above),
            ("warn_at_least", Side::AtLeast, self.warn_at_least),
        ])
        .map_err(|key| Misfit::at(key, "has more than one warning limit"))?;
        let usual = self.metric.default_limit().map(|(side, quantity)| ("", side, quantity));
        let limit = match (limits.or(usual), warn) {
            (Some(limit), _) => limit,
            (None, Some((key, ..))) => return Err(Misfit::at(key, "has a warning limit and no limit")),
            (None, None) if self.worse_by_at_most.is_some() || self.not_applicable.is_some() => {
                return Ok(None);
            }
            (None, None) => {
                return Err(Misfit::at("", "has no limit: add `below`, `at_most`, `above` or `at_least`"));
            }
        };
        for (key, _, quantity) in [Some(limit), warn].into_iter().flatten() {
            self.metric.limit(quantity).map_err(|message| Misfit::at(key, message))?;
        }
        if let Some(warn) = warn {
            check_band(limit, warn)?;
        }
        Ok(Some(Demand { limit: (limit.1, limit.2), warn: warn.map(|(_, side, quantity)| (side, quantity)) }))
    }

    /// How it looks at the course of the run; `None` where it looks at the whole.
    ///
    /// # Errors
    /// More than one way, or what is no time, with the key.
    pub fn timeframe(&self) -> Result<Option<Timeframe>, Misfit> {
        type Kind = fn(f64) -> Timeframe;
        let kinds: [(&'static str, Option<Quantity>, Kind); 3] = [
            ("for", self.held_for, Timeframe::For),
            ("within", self.within, Timeframe::Within),
            ("over", self.over, Timeframe::Over),
        ];
        let mut given = kinds.into_iter().filter_map(|(key, quantity, kind)| Some((key, quantity?, kind)));
        let Some((key, quantity, kind)) = given.next() else { return Ok(None) };
        if let Some((second, ..)) = given.next() {
            return Err(Misfit::at(second, format!("has both `{key}` and `{second}`")));
        }
        if quantity.unit != crate::unit::Unit::Micros || quantity.value <= 0.0 {
            return Err(Misfit::at(key, format!("has `{key} = \"{quantity}\"`, which is no time such as \"30 s\"")));
        }
        Ok(Some(kind(quantity.value / 1e6)))
    }
}

/// The one that is given, if any; the second one's key where there are several.
fn one_of(given: [(&'static str, Side, Option<Quantity>); 4]) -> Result<Option<Keyed>, &'static str> {
    let mut found = given.into_iter().filter_map(|(key, side, quantity)| Some((key, side, quantity?)));
    let first = found.next();
    found.next().map_or(Ok(first), |(second, ..)| Err(second))
}

fn check_band(limit: Keyed, warn: Keyed) -> Result<(), Misfit> {
    let (_, side, inner) = limit;
    let (key, warn_side, outer) = warn;
    if side.larger_is_worse() != warn_side.larger_is_worse() {
        return Err(Misfit::at(key, "has a limit and a warning limit that look in opposite directions"));
    }
    let beyond = match side.larger_is_worse() {
        Some(true) => outer.value >= inner.value,
        _ => outer.value <= inner.value,
    };
    if beyond {
        return Ok(());
    }
    let message = format!(
        "has its warning limit {outer} inside the limit {inner}: a warning is what lies beyond the limit and is not yet a failure"
    );
    Err(Misfit::at(key, message))
}
