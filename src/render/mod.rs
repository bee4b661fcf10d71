//! Words and pictures: pure functions from a report to text.

pub mod chart;
pub mod ci;
mod filter;
pub mod history;
pub mod html;
mod layout;
pub mod markdown;
pub mod signoff;
mod state;
pub mod style;
pub mod svg;
pub mod text;
