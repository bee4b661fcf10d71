//! plimsoll: what a load test leaves behind, turned into an answer.

pub mod analyse;
pub mod error;
pub mod fmt;
pub mod ingest;
pub mod judge;
pub mod model;
pub mod render;
pub mod report;
pub mod rollup;
pub mod unit;
