//! From counters to figures: pure functions, no I/O.

pub mod figures;
