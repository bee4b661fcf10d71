//! `ApacheBench`'s files: every answered request (`-g`), the percentiles of them (`-e`), and the text that it prints.
//!
//! Only the text says which requests failed. Times in `-g` are whole milliseconds from a start known to the whole second, and
//! its rows are sorted by duration, not by time.

mod failures;
mod gnuplot;
mod percentiles;
#[cfg(test)]
mod tests;
mod text;

pub use gnuplot::AbGnuplot;
pub use percentiles::AbPercentiles;
pub use text::AbText;

/// The tool as people write it.
const TOOL: &str = "ApacheBench";

const FAILURES_UNKNOWN: &str =
    "ab writes them into the text that it prints (`Failed requests`, `Non-2xx responses`), not into this file";
