//! The one model that every tool's output becomes.

pub mod distribution;
pub mod histogram;
pub mod key;
pub mod sample;
