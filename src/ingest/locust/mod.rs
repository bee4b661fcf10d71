//! Locust's files: the CSVs of `--csv`, the array of `--json` and the HTML report.
//!
//! Locust keeps no requests, only counters: exact counts, sums and extremes, and response times rounded to two digits
//! ([`bucket`]). So nothing here is ever a sample. The JSON brings the rounded histogram, which can be merged; the other
//! files bring figures that can only be quoted.
//!
//! | adapter | file | what only it has |
//! |---|---|---|
//! | [`Stats`] | `PREFIX_stats.csv` | the percentiles as people see them in Locust |
//! | [`Percentiles`] | `PREFIX_distribution.csv` of before 1.0 | the same for `PREFIX_requests.csv`, as the stats were called |
//! | [`History`] | `PREFIX_stats_history.csv` | users and counts over time |
//! | [`Failures`] | `PREFIX_failures.csv` | error texts |
//! | [`Exceptions`] | `PREFIX_exceptions.csv` | faults of the script itself |
//! | [`Json`] | `--json`, `--json-file` | rounded histograms, requests per second of the run |
//! | [`Html`] | `--html` | all of it in short, and when the run began and ended |
//! | [`LegacyHtml`] | `--html` of before 2.28 | the same in whole milliseconds, from tables |
//!
//! The CSVs are rewritten once a second and not once more at the end, so they may lack the last second or, where the
//! machine was busy, more; JSON and HTML are complete.
//!
//! Users wait for their answer before they ask again: every Locust run is a closed workload.

pub mod bucket;
mod distribution;
mod exceptions;
mod extent;
mod failures;
mod history;
mod html;
mod json;
mod legacy;
mod legacy_page;
mod quote;
mod stats;
mod table;
#[cfg(test)]
mod tests;

pub use distribution::Percentiles;
pub use exceptions::Exceptions;
pub use failures::{Failures, kind};
pub use history::History;
pub use html::Html;
pub use json::Json;
pub use legacy::LegacyHtml;
pub use stats::Stats;

use crate::unit::NANOS_PER_SECOND;

/// The tool as people write it.
const TOOL: &str = "Locust";

/// Whether a second of unix time fits into nanoseconds: from 1970 to 2262.
fn is_second(second: i64) -> bool {
    (0..=i64::MAX / NANOS_PER_SECOND).contains(&second)
}

/// What every reader of the CSVs is told once.
const STALE: &str = "Locust rewrites its CSVs once a second and not at the end: the last second may be missing";
