//! Taurus (`bzt`): the figures of its final-stats reporter, as CSV and as XML.
//!
//! Whatever tool made the load, Taurus sums it up by label, in seconds; the row with an empty label is the total, and
//! `throughput` is a count of samples. Transaction controllers of JMeter are labels like any other, and are in the total.

pub(in crate::ingest) mod csv;
mod group;
pub(in crate::ingest) mod xml;

#[cfg(test)]
mod tests;
