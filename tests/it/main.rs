//! Behaviour, tested from outside: one binary, so that the dependencies are linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "this whole crate is tests: what is not as expected ends them"
)]

mod baselines;
mod ci;
mod comparison;
mod corpus;
mod criteria;
mod damage;
mod detect;
mod docs;
mod fuzz;
mod history;
mod hostile;
mod judgement;
mod layers;
mod made;
mod oracle;
mod page;
mod program;
mod recipes;
mod same_bytes;
mod samples;
mod signoff;
mod simulation;
mod split;
mod standing;
mod transcripts;
mod verify;
