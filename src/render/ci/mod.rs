//! The files that build servers read: each in the strict subset of its format that every known reader takes, each a pure function of
//! the report, so that the same results give the same bytes in every run. Where a program runs and what it must write there is
//! decided by the command line alone.

pub mod comment;
pub mod github;
pub mod junit;
pub mod load_performance;
pub mod openmetrics;
pub mod spreadsheet;

use crate::judge::outcome::{CriterionResult, Status};

/// What the exit code says; the files say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// 0: the build goes on.
    Passes,
    /// 1: it must not.
    Fails,
    /// 4: nobody can tell whether it may.
    CannotTell,
}

/// A Link leads from a text to where the whole report or the run is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is.
    pub text: String,
    /// An address by http or https.
    pub url: String,
}

/// What a criterion demands, as a name by which the same criterion is found in the next run: `p95: latency.p95 below 3 s`.
fn demand(criterion: &CriterionResult) -> String {
    let id = &criterion.id;
    if let Some(original) = &criterion.original {
        return if id.contains(original.as_str()) { id.clone() } else { format!("{id}: {original}") };
    }
    let metric = if criterion.metric == *id { String::new() } else { format!(": {}", criterion.metric) };
    let limit = criterion
        .limit
        .map(|limit| format!(" {} {}", limit.side.words(), crate::fmt::value(limit.value, criterion.unit)));
    format!("{id}{metric}{}", limit.unwrap_or_default())
}

/// Whether nothing could be said about a criterion that had to be judged.
fn untold(status: Status) -> bool {
    matches!(status, Status::Inconclusive | Status::NotRun | Status::Blocked)
}
