//! What a report says of the baseline: which runs, who accepted them, and how they differ from those that are judged.

use crate::compare::declared::DeclaredFigure;
use crate::compare::delta::Delta;
use crate::unit::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the tests were compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaselineUsed {
    /// Name, or `latest`, or the file.
    pub id: String,
    /// SHA-256 over the hashes of the stored runs, one after another.
    pub sha256: String,
    /// Which stored run each test was compared with, and the tests that found none.
    pub pairs: Vec<BaselinePair>,
    /// Figures that were declared instead of measured, in words.
    #[serde(default)]
    pub declared: Option<DeclaredUsed>,
    /// Its runs as text, with which `verify` compares anew.
    #[serde(default)]
    pub carried: Option<String>,
}

/// Declared figures of a baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeclaredUsed {
    /// How many.
    pub figures: usize,
    /// Where they are written and of which day, each once.
    pub sources: Vec<String>,
}

impl DeclaredUsed {
    /// Of declared figures.
    #[must_use]
    pub fn of(figures: &[DeclaredFigure]) -> Self {
        let mut sources: Vec<String> = figures.iter().map(|one| format!("{}, {}", one.source, one.date)).collect();
        sources.sort();
        sources.dedup();
        Self { figures: figures.len(), sources }
    }
}

/// A pinned reference and the comparisons with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReferenceUsed {
    /// Which.
    pub baseline: BaselineUsed,
    /// As those with the baseline.
    pub deltas: Vec<Delta>,
}

/// One test and its counterpart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaselinePair {
    /// Name of the test here; `null` where only the baseline has it.
    pub test: Option<String>,
    /// Name of the stored test; `null` where the baseline has none.
    pub stored: Option<String>,
    /// When the stored run began.
    pub started_at: Option<String>,
    /// That both are the same run, or may be: then they are equal whatever changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same: Option<String>,
    /// What differs between the two besides the results (load, endpoints, tool), in words.
    pub differences: Vec<String>,
    /// Fields of the fingerprint in which they differ.
    #[serde(default)]
    pub unequal: Vec<String>,
    /// How many runs form the baseline; from 5 on the history decides.
    #[serde(default = "one")]
    pub runs: usize,
    /// Why it begins where it does, where something else than the number of runs bounds it.
    #[serde(default)]
    pub since: Option<String>,
    /// Who took the stored run as the new normal, when and why.
    #[serde(default)]
    pub accepted: Option<String>,
}

fn one() -> usize {
    1
}

impl BaselinePair {
    fn alone(test: Option<String>, stored: Option<String>, started_at: Option<String>) -> Self {
        Self {
            test,
            stored,
            started_at,
            same: None,
            differences: Vec::new(),
            unequal: Vec::new(),
            runs: 1,
            since: None,
            accepted: None,
        }
    }

    /// A test that the baseline does not have.
    #[must_use]
    pub fn only_here(test: &str) -> Self {
        Self::alone(Some(test.to_owned()), None, None)
    }

    /// A test that only the baseline has.
    #[must_use]
    pub fn only_stored(test: &str, started_at: Option<Timestamp>) -> Self {
        Self::alone(None, Some(test.to_owned()), started_at.map(crate::fmt::rfc3339))
    }
}
