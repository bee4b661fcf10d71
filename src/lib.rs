//! plimsoll: what a load test leaves behind, turned into an answer.

pub mod model;
