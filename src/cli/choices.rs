//! The choices that options offer, by the words that are typed.

use crate::config::import::Compat;
use clap::ValueEnum;

/// What else ends with exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Warnings.
    Warn,
    /// Every condition.
    Conditions,
}

/// Which verdict is let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Allow {
    /// INCONCLUSIVE.
    Inconclusive,
}

/// What `report` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Format {
    /// report.html
    Html,
    /// report.md and its pictures
    Md,
    /// report.json
    Json,
    /// signoff.html, and signoff.md with its picture
    Signoff,
    /// comment.md, for a pull or merge request
    Comment,
    /// summary.md, for a job's page
    Summary,
    /// junit.xml
    Junit,
    /// load-performance.json, for GitLab's `load_performance` report
    LoadPerformance,
    /// metrics.txt, for GitLab's metrics report
    Metrics,
    /// openmetrics.txt, every figure
    Openmetrics,
    /// endpoints.csv and deltas.csv
    Csv,
}

/// For which build server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ci {
    /// The one that the environment names
    Auto,
    /// comment.md, summary.md (added to the job's page), junit.xml, annotations, outputs
    Github,
    /// comment.md, junit.xml, load-performance.json, metrics.txt
    Gitlab,
    /// None
    None,
}

/// Whose exit codes are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExitMap {
    /// 0, 99 not ready or inconclusive, 104 wrong use or input
    K6,
    /// 0, 2 not ready or inconclusive, 1 wrong use or input
    Gatling,
    /// 0, 3 not ready or inconclusive, 1 wrong use or input
    Taurus,
}

/// The name by which a choice is typed.
fn typed(choice: &impl ValueEnum, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    choice.to_possible_value().map_or(Ok(()), |value| out.write_str(value.get_name()))
}

impl std::fmt::Display for Format {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        typed(self, out)
    }
}

impl std::fmt::Display for Ci {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        typed(self, out)
    }
}

/// Whose answer is given where data are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CompatArg {
    /// A threshold on nothing is kept, or held against 0.
    K6,
    /// A missing SLI fails, and what is relative to nothing passes.
    Keptn,
}

impl CompatArg {
    /// As the judgement knows it.
    pub(super) fn compat(self) -> Compat {
        match self {
            Self::K6 => Compat::K6,
            Self::Keptn => Compat::Keptn,
        }
    }
}
