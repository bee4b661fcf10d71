//! Behaviour, tested from outside: one binary, so that the dependencies are linked once.

mod corpus;
mod damage;
mod detect;
mod docs;
mod hostile;
mod layers;
mod oracle;
mod page;
mod program;
mod same_bytes;
mod samples;
mod transcripts;
