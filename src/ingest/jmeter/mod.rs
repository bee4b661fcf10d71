//! Apache JMeter: the samples of a run as CSV or XML (JTL files), and the HTML dashboard's figures.
//!
//! `sight` knows rows of the usual form again, which is what makes a large CSV fast: `mould` compares
//! them with one met before, `glance` walks through their columns;
//! `sample` turns one sample into observations, whichever file it stood in; `home` remembers where samples of one label
//! and outcome go; `outcome` tells answers from connections that failed; `stamp` reads times. A transaction controller's
//! sample is a population of its own. Samples within a sample (redirects, embedded resources) are in their parent's time and
//! are not counted: in XML they stand within it, in CSV they follow it as `LABEL-0`, `LABEL-1`, which only the counts of the
//! whole test can tell from labels that merely look so.

mod columns;
pub(in crate::ingest) mod csv;
mod glance;
mod home;
mod measure;
mod mould;
mod number;
mod outcome;
mod record;
mod sample;
mod seen;
mod sight;
mod stamp;
pub(in crate::ingest) mod statistics;
mod users;

pub(in crate::ingest) mod xml;

pub use outcome::kind_of_text;

const TOOL: &str = "JMeter";
