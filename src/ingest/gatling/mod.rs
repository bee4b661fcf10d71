//! Gatling's simulation.log.
//!
//! Up to 3.12 it is text: one line an event, fields between tabs, the kind of event first. Which fields there are changed
//! four times, so they are found by what they look like (`line`) and not by the version, which 2.x never stated rightly.
//! From 3.13 on the log is binary and refused by name.

mod course;
mod line;
mod log;

pub use log::GatlingLog;
