//! Judging: criteria, outcomes, findings, verdict.

pub mod outcome;
