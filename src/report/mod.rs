//! What the report says: one serialisable value, which is at once the JSON, the template context and the snapshot under test.

pub mod baseline;
pub mod build;
pub mod chart;
pub mod history;
pub mod inspection;
mod line;
pub mod model;
pub mod signoff;
