//! plimsoll: what a load test leaves behind, turned into an answer.

pub mod error;
pub mod fmt;
pub mod ingest;
pub mod model;
pub mod unit;
