//! The half of plimsoll that meets foreign bytes, under its own name but without what comes after it: the library of frames
//! alone would take longer to build for fuzzing than all of this.

#![allow(dead_code, unreachable_pub, reason = "what is not reached from here is reached in the product")]

#[path = "../../src/assemble/mod.rs"]
pub mod assemble;
#[path = "../../src/borrowed/mod.rs"]
pub mod borrowed;
#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/error.rs"]
pub mod error;
#[path = "../../src/fmt/mod.rs"]
pub mod fmt;
#[path = "../../src/ingest/mod.rs"]
pub mod ingest;
#[path = "../../src/model/mod.rs"]
pub mod model;
#[path = "../../src/quantity.rs"]
pub mod quantity;
#[path = "../../src/rollup/mod.rs"]
pub mod rollup;
#[path = "../../src/unit.rs"]
pub mod unit;
