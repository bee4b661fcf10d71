//! The history of a test as it is shown: each endpoint's figures over the stored runs, where their level changed, and where
//! the next run would lie if nothing changed. Part of report.json, and all of what `history --json` prints.

use super::chart::Chart;
use crate::compare::change_point::LEAST_RUNS;
use crate::judge::outcome::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What `history --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct History {
    /// `plimsoll/1`.
    pub schema: String,
    /// By name.
    pub tests: Vec<HistoryTest>,
}

/// One test over its runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryTest {
    /// Its name.
    pub test: String,
    /// `h1`, `h2`, …: prefix of ids in history.html.
    pub id: String,
    /// The tool of the newest run.
    pub tool: String,
    /// Oldest first.
    pub runs: Vec<HistoryRun>,
    /// Runs that are stored and older than those shown.
    pub older: usize,
    /// Why the order of the runs says nothing, where it does not: then changes of the level are not looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unordered: Option<String>,
    /// By endpoint and metric; all requests together first.
    pub series: Vec<HistorySeries>,
    /// What is drawn.
    pub charts: Vec<Chart>,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryRun {
    /// First start; `null` where the source states no instants.
    pub started_at: Option<String>,
    /// As declared.
    pub build: Option<String>,
    /// As declared.
    pub environment: Option<String>,
    /// Labels of the suite.
    pub labels: BTreeMap<String, String>,
    /// Of the suite; `null` where it was not judged.
    pub verdict: Option<Verdict>,
    /// Whether it is fit to be compared with: by its verdict, or because somebody accepted it.
    pub fit: bool,
    /// Whether it was made under the conditions of the newest run.
    pub comparable: bool,
    /// In which fields of the fingerprint it was not.
    pub unequal: Vec<String>,
    /// Who took it as the new normal, when and why.
    pub accepted: Option<String>,
    /// Whether it is the run that the report is about.
    pub this: bool,
}

/// One endpoint's metric over the runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistorySeries {
    /// The endpoint; empty for all requests together.
    pub endpoint: String,
    /// `p50`, `p95`, … (µs) or `failures` (ratio).
    pub metric: String,
    /// One for each run; `null` where it is not given there.
    pub values: Vec<Option<f64>>,
    /// Where the level changed, oldest first; looked for from 10 runs on.
    pub changes: Vec<LevelChange>,
    /// Where the next run would lie if nothing changed.
    pub band: Option<HistoryBand>,
    /// Why there is no band.
    pub band_why: Option<String>,
    /// The level of evidence on which the next run is compared with these: `L0` from five comparable runs on, else `L1` where the
    /// newest has latencies over time, else `below L1`.
    #[serde(default)]
    pub level: String,
}

impl HistorySeries {
    /// What stands where no change of the level is known: that there was none, or too few runs to look.
    #[must_use]
    pub fn without_change(&self) -> &'static str {
        if self.values.iter().flatten().count() < LEAST_RUNS { "not looked for: under 10 runs" } else { "none" }
    }
}

/// A change of the level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LevelChange {
    /// Position of the first run after it.
    pub run: usize,
    /// Mean level before it, back to the change before.
    pub before: f64,
    /// Mean level after it, up to the next change.
    pub after: f64,
    /// after / before; `null` where the level before is 0.
    pub ratio: Option<f64>,
    /// p of the test that both levels are the same.
    pub p: f64,
}

/// A prediction band: 95 of 100 next runs of an unchanged system lie in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryBand {
    /// Geometric mean of the runs it is made of.
    pub centre: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How many runs: fit and comparable ones since the last change, at most as many as form a baseline.
    pub runs: usize,
}

impl HistoryTest {
    /// The newest value of a series; `None` where it is not known which run is the newest.
    #[must_use]
    pub fn newest(&self, series: &HistorySeries) -> Option<f64> {
        let is_known = self.unordered.is_none() || self.runs.last().is_some_and(|run| run.this);
        series.values.last().copied().flatten().filter(|_| is_known)
    }

    /// Whether it lies outside the series' band.
    #[must_use]
    pub fn is_outside(&self, series: &HistorySeries) -> Option<bool> {
        let (value, band) = (self.newest(series)?, series.band?);
        Some(value < band.low || value > band.high)
    }
}

impl HistorySeries {
    /// `p95 of GET /a`, `p95 of all requests`.
    #[must_use]
    pub fn subject(&self) -> &str {
        if self.endpoint.is_empty() { "all requests" } else { &self.endpoint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "last change: none" stood beside failures that went from 0 to 2 % in three runs: nobody had looked.
    #[test]
    fn where_nobody_looked_for_a_change_none_is_not_said() {
        let series = |runs: usize| HistorySeries {
            endpoint: String::new(),
            metric: "failures".to_owned(),
            values: vec![Some(0.0); runs],
            changes: Vec::new(),
            band: None,
            band_why: None,
            level: String::new(),
        };
        assert_eq!(series(LEAST_RUNS).without_change(), "none");
        assert_eq!(series(LEAST_RUNS - 1).without_change(), format!("not looked for: under {LEAST_RUNS} runs"));
    }
}
