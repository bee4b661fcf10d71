//! Judging: criteria, outcomes, findings, verdict.

pub mod decision;
pub mod interval;
pub mod observation;
pub mod outcome;
