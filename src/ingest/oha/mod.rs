//! oha's files: its rows as CSV and its summary as JSON.
//!
//! oha calls every answer a success, a 500 too; here 400 and above are failures. What got no answer is in the summary's
//! `errorDistribution` only. Requests that oha itself broke off at the end of its time are neither: oha leaves them out of
//! its success rate, and so are they here. Nothing says when the run was.

mod csv;
mod json;
#[cfg(test)]
mod tests;

pub use csv::OhaCsv;
pub use json::OhaJson;

/// The tool as people write it.
const TOOL: &str = "oha";
