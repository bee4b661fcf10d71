//! The first byte picks the adapter (or recognition), the rest is the file.

#![no_main]

#[path = "../src/law.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some((&first, file)) = data.split_first() {
        drop(law::reads(law::kind(first), file));
    }
});
