//! vegeta's files: its results as CSV and as NDJSON (`vegeta encode`), and its report as JSON.
//!
//! The results hold one request each, so the two forms of them are the same rows; the report is quoted. vegeta sends at a
//! rate that does not depend on the answers: an open workload. Its own gob files are recognised and refused elsewhere.

mod csv;
mod ndjson;
mod report;
mod result;
#[cfg(test)]
mod tests;

pub use csv::VegetaCsv;
pub use ndjson::VegetaNdjson;
pub use report::VegetaReport;

/// The tool as people write it.
const TOOL: &str = "vegeta";
