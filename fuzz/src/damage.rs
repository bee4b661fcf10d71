//! A file in all its damaged forms: cut at each KiB, and mutated from a seed; each is held to the law.

use super::law;
use plimsoll::assemble::Suite;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What stands in files where nobody expects it.
const TOKENS: [&[u8]; 20] = [
    b"\n",
    b"\r\n",
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"{",
    b"}",
    b"]",
    b"<",
    b"\\u0000",
    b"\0",
    b"\xff",
    b"NaN",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"null",
    b"2024-02-30T25:61:61Z",
];

/// Numbers that are the same each time (xorshift*).
struct Numbers(u64);

impl Numbers {
    fn of(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From 0 up to below `end`; 0 where that is 0.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap_or(0) % end.max(1)
    }
}

/// The file with one to four edits: a byte turned, a piece deleted, doubled or moved, a token set in or over, the end lost.
pub(crate) fn mutated(file: &[u8], seed: u64) -> Vec<u8> {
    let mut numbers = Numbers::of(seed);
    let mut bytes = file.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len());
        let length = 1 + numbers.below(64.min(bytes.len() - at));
        let piece = at..(at + length).min(bytes.len());
        match numbers.below(7) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << numbers.below(8);
                }
            }
            1 => drop(bytes.drain(piece)),
            2 => {
                let doubled = bytes[piece].to_vec();
                bytes.splice(at..at, doubled);
            }
            3 => {
                let moved: Vec<u8> = bytes.drain(piece).collect();
                let to = numbers.below(bytes.len() + 1);
                bytes.splice(to..to, moved);
            }
            4 => drop(bytes.splice(at..at, TOKENS[numbers.below(TOKENS.len())].iter().copied())),
            5 => drop(bytes.splice(piece, TOKENS[numbers.below(TOKENS.len())].iter().copied())),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// How much of it is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strength {
    /// Cuts, at multiples of 1 KiB from the beginning.
    pub(crate) cuts: usize,
    /// Seeds.
    pub(crate) mutations: u64,
}

/// Reads all forms of a file, recognised and as the kind that the whole file is; how many were read, and what is wrong.
pub(crate) fn damages(file: &[u8], strength: Strength) -> (usize, Vec<String>) {
    let kind = law::kind_of(file);
    let (mut tried, mut wrong) = (0, Vec::new());
    let mut attempt = |what: String, bytes: &[u8], breaks_off: bool| {
        for kind in [None].into_iter().chain(kind.map(Some)) {
            tried += 1;
            match catch_unwind(AssertUnwindSafe(|| law::reads(kind, bytes))) {
                Ok(suite) if breaks_off && !is_told(&suite) => wrong.push(format!("{what}: not called unfinished")),
                Ok(_) => {}
                Err(_) => wrong.push(format!("{what}, as {}: panics", kind.unwrap_or("recognised"))),
            }
        }
    };
    let end = file.trim_ascii_end().len();
    for at in (1024..end).step_by(1024).take(strength.cuts) {
        attempt(format!("cut at byte {at}"), &file[..at], is_one_document(file));
    }
    for seed in 0..strength.mutations {
        attempt(format!("mutation {seed}"), &mutated(file, seed), false);
    }
    (tried, wrong)
}

/// Whether its end is known: packed, or one JSON or XML document.
fn is_one_document(file: &[u8]) -> bool {
    let is_packed = file.starts_with(&[0x1f, 0x8b]);
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(file).is_ok();
    is_packed || is_json || file.starts_with(b"<?xml")
}

/// Whether it is said that something of a file is missing.
fn is_told(suite: &Suite) -> bool {
    let files = || suite.tests.iter().flat_map(|test| &test.inputs);
    !suite.problems.is_empty()
        || !suite.files_not_used.is_empty()
        || files().any(|file| file.unfinished.is_some() || file.rows_rejected > 0)
}
