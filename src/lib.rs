//! plimsoll: what a load test leaves behind, turned into an answer.
//!
//! Every tool's output becomes a stream of *observations*; the stream is folded into a bounded, mergeable *rollup*;
//! everything after that is a pure function from value to value, ending in one serialisable [`report::model::Report`] that
//! is at once the JSON output, the template context and the snapshot under test.
//!
//! ```text
//! files ─► ingest ─► rollup ─► assemble ─► analyse ─► compare ─► judge ─► report ─► render
//!          adapters  counters  tests       figures    deltas     verdict  one value  html, md, text
//! ```
//!
//! The first half of it, as `plimsoll inspect` does it:
//!
//! ```
//! use plimsoll::{analyse, assemble};
//!
//! let request = assemble::Request {
//!     inputs: vec!["samples/own/rows-csv".to_owned()],
//!     ..assemble::Request::default()
//! };
//! let suite = assemble::assemble(&request)?;
//! for test in &suite.tests {
//!     let figures = analyse::analyse(test, &analyse::Options::default());
//!     let requests = &figures.populations[0].totals;
//!     println!("{}: {:?} requests, {:?} failed", test.name, requests.requests, requests.failures);
//!     assert_eq!(requests.failures, Some(0));
//! }
//! # assert!(!suite.tests.is_empty());
//! # Ok::<(), plimsoll::error::Error>(())
//! ```
//!
//! Layers point one way, from the bottom up: [`mod@unit`], [`mod@fmt`], [`mod@error`] and [`quantity`] are the ground; [`model`] is what
//! every tool's output becomes; [`ingest`] reads, [`rollup`] counts, [`assemble`] says which files are one test; [`analyse`]
//! computes figures, [`compare`] holds two runs side by side, [`config`] is what the user demands, [`judge`] decides;
//! [`report`] puts it into words, [`store`] keeps runs, [`render`] shows; [`cli`] is the only one that prints.
//! `tests/it/layers.rs` holds that order.

pub mod analyse;
pub mod assemble;
pub mod borrowed;
pub mod cli;
pub mod compare;
pub mod config;
pub mod error;
pub mod fmt;
pub mod ingest;
pub mod judge;
pub mod model;
pub mod quantity;
pub mod render;
pub mod report;
pub mod rollup;
pub mod store;
pub mod unit;
