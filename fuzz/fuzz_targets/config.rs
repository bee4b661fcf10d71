//! Any text as plimsoll.toml.

#![no_main]

#[path = "../src/law.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        law::configures(text);
    }
});
