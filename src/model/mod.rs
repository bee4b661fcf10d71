//! The one model that every tool's output becomes.

pub mod distribution;
pub mod folded;
pub mod histogram;
pub mod input;
pub mod key;
pub mod metric;
pub mod sample;
pub mod test;

pub use histogram::Histogram;
