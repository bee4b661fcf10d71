//! Behaviour, tested from outside: one binary, so that the dependencies are linked once.

mod layers;
mod oracle;
