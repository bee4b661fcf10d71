//! plimsoll: what a load test leaves behind, turned into an answer.

pub mod analyse;
pub mod assemble;
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
