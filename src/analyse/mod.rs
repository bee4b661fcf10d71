//! From counters to figures: pure functions, no I/O.

pub mod clustered;
pub mod figures;
pub mod percentile;
pub mod proportion;
pub mod sampling;
