//! What all endpoints of a test did together. A shift of the whole system speaks first of the environment.

use crate::fmt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a common shift amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShiftKind {
    /// Nothing that matters, or nothing beyond chance.
    None,
    /// Fewer than five endpoints, too few for a test: but all moved the same way, each by as much as matters, and no
    /// comparison of one of them says otherwise.
    Remark,
    /// The system as a whole is slower, materially and beyond chance: a regression, though no endpoint need be one by itself.
    Regressed,
}

/// A Shift is the common part of all endpoints' changes in one quantile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Shift {
    /// The test's name.
    pub test: String,
    /// `p50`, `p95`, …
    pub metric: String,
    /// after / before: the weighted median over the endpoints.
    pub ratio: f64,
    /// p, adjusted with all others of the gate; `null` with fewer than five endpoints.
    pub p_adjusted: Option<f64>,
    /// Endpoints that it is over.
    pub endpoints: usize,
    /// What it amounts to.
    pub kind: ShiftKind,
}

impl Shift {
    /// What happened, in words; `None` where nothing that matters did.
    ///
    /// `the system as a whole is slower: p50 +8 % over 6 endpoints`
    #[must_use]
    pub fn words(&self) -> Option<String> {
        Self::words_of(&[self])
    }

    /// What happened in several quantiles of one test that went the same way ([`Self::way`]).
    #[must_use]
    pub fn words_of(shifts: &[&Self]) -> Option<String> {
        let first = shifts.first()?;
        let endpoints = fmt::count(u64::try_from(first.endpoints).unwrap_or(u64::MAX));
        let changes: Vec<String> =
            shifts.iter().map(|shift| format!("{} {}", shift.metric, fmt::change(shift.ratio))).collect();
        let changes = changes.join(", ");
        let remark = |word: &str| {
            format!(
                "all {endpoints} endpoints were {word} (too few to test it as one): {changes}, the median of the endpoints' changes"
            )
        };
        match first.kind {
            ShiftKind::None => None,
            ShiftKind::Regressed => {
                Some(format!("the system as a whole is slower: {changes} over {endpoints} endpoints"))
            }
            ShiftKind::Remark if first.ratio > 1.0 => Some(remark("slower")),
            ShiftKind::Remark => Some(remark("faster")),
        }
    }

    /// What those have in common that are said in one sentence: test, kind, and whether it became slower.
    #[must_use]
    pub fn way(&self) -> (&str, ShiftKind, bool) {
        (&self.test, self.kind, self.ratio > 1.0)
    }
}
