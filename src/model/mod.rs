//! The one model that every tool's output becomes.

pub mod histogram;

pub use histogram::Histogram;
