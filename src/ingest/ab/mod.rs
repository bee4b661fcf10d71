//! `ApacheBench`'s two files: every answered request (`-g`), and the percentiles of them (`-e`).
//!
//! Neither says which requests failed, nor counts connections that did; that stands in ab's text only. Times in `-g` are
//! whole milliseconds from a start known to the whole second, and its rows are sorted by duration, not by time.

mod gnuplot;
mod percentiles;
#[cfg(test)]
mod tests;

pub use gnuplot::AbGnuplot;
pub use percentiles::AbPercentiles;

/// The tool as people write it.
const TOOL: &str = "ApacheBench";

const FAILURES_UNKNOWN: &str =
    "ab writes them into the text that it prints (`Failed requests`, `Non-2xx responses`), not into this file";
