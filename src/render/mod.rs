//! Words and pictures: pure functions from a report to text.

pub mod chart;
mod filter;
pub mod html;
mod layout;
pub mod markdown;
pub mod signoff;
mod state;
pub mod style;
pub mod svg;
pub mod text;
