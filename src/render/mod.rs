//! Words and pictures: pure functions from a report to text.

pub mod chart;
pub mod style;
pub mod svg;
pub mod text;
