//! What teams' own scripts write: rows of requests as CSV or NDJSON, and summaries as JSON.
//!
//! There is no format to go by, only the names that people give. All of them stand in one table ([`known_names`]), from
//! which reading, detection and docs/own-script.md are made; `inputs.columns` maps what it does not know. What no name can
//! tell (the unit of `latency`, the zone of a bare date) is asked for or said, never guessed.

mod assumed;
pub(in crate::ingest) mod beginning;
pub mod cell_text;
pub mod columns;
pub mod digits;
pub mod failure;
pub mod fields;
#[cfg(test)]
mod handbook;
pub mod instant;
pub mod known;
pub mod name;
#[cfg(test)]
pub(crate) mod recording;
pub mod results;
pub mod results_csv;
pub mod row;
pub mod rows_csv;
pub mod rows_ndjson;
#[cfg(test)]
mod rows_tests;
mod written;

pub use known::{Known, Wanted, known_names};
pub use results::OwnResultsJson;
pub use results_csv::OwnResultsCsv;
pub use rows_csv::OwnRowsCsv;
pub use rows_ndjson::OwnRowsNdjson;
