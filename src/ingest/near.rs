//! Bytes that mostly stand near: the end of a field, the quote that closes it. Calling a searcher made for long texts costs
//! more than looking at a few words.

use wide::u8x16;

/// Where the first of a byte is.
#[inline]
pub(in crate::ingest) fn find(wanted: u8, text: &[u8]) -> Option<usize> {
    find_either(wanted, wanted, text)
}

/// Where the first of two bytes is.
#[inline]
pub(in crate::ingest) fn find_either(one: u8, other: u8, text: &[u8]) -> Option<usize> {
    let (ones, others) = (u8x16::splat(one), u8x16::splat(other));
    let mut rest = text;
    while let Some((lane, behind)) = rest.split_first_chunk::<16>() {
        let bytes = u8x16::new(*lane);
        let found = (bytes.simd_eq(ones) | bytes.simd_eq(others)).to_bitmask();
        if found != 0 {
            return Some(text.len() - rest.len() + found.trailing_zeros() as usize);
        }
        rest = behind;
    }
    let found = rest.iter().position(|byte| *byte == one || *byte == other);
    found.map(|at| text.len() - rest.len() + at)
}

/// Whether a text begins with a few bytes.
#[inline]
pub(in crate::ingest) fn begins(text: &[u8], wanted: &[u8]) -> bool {
    let Some(text) = text.get(..wanted.len()) else { return false };
    let (Some(last), Some(own_last)) = (wanted.last_chunk::<16>(), text.last_chunk::<16>()) else {
        return begins_briefly(text, wanted);
    };
    // The last piece overlaps the one before it. Loops over pairs (`zip`) are calls here, which cost more than they do.
    let (mut wanted, mut own) = (wanted, text);
    while let (Some((one, rest)), Some((other, own_rest))) = (wanted.split_first_chunk::<16>(), own.split_first_chunk())
    {
        if one != other {
            return false;
        }
        (wanted, own) = (rest, own_rest);
    }
    last == own_last
}

/// The same of less than such a piece.
#[inline]
fn begins_briefly(text: &[u8], wanted: &[u8]) -> bool {
    if let (Some(one), Some(other)) = (wanted.first_chunk::<8>(), text.first_chunk()) {
        return one == other && wanted.last_chunk::<8>() == text.last_chunk();
    }
    if let (Some(one), Some(other)) = (wanted.first_chunk::<4>(), text.first_chunk()) {
        return one == other && wanted.last_chunk::<4>() == text.last_chunk();
    }
    let (mut wanted, mut own) = (wanted, text);
    while let (Some((one, rest)), Some((other, own_rest))) = (wanted.split_first(), own.split_first()) {
        if one != other {
            return false;
        }
        (wanted, own) = (rest, own_rest);
    }
    true
}

/// Which of 64 bytes are this one, the lowest bit for the first of them.
#[inline]
pub(in crate::ingest) fn bits(chunk: &[u8; 64], byte: u8) -> u64 {
    let wanted = u8x16::splat(byte);
    let bits = |lane: &[u8; 16]| u64::from(u8x16::new(*lane).simd_eq(wanted).to_bitmask());
    let (lanes, _) = chunk.as_chunks::<16>();
    let [first, second, third, last] = lanes else { return 0 };
    bits(first) | bits(second) << 16 | bits(third) << 32 | bits(last) << 48
}

/// Where any of three bytes is, one place after the other.
#[derive(Debug)]
pub(in crate::ingest) struct Marks<'t> {
    wanted: [u8; 3],
    text: &'t [u8],
    /// Where what has not been looked at begins.
    behind: usize,
    /// Those of the last 16 bytes that are still to be told, the lowest bit for the first, and where they begin.
    found: u32,
    at: usize,
}

/// All places of three bytes in a text.
#[inline]
pub(in crate::ingest) fn marks(wanted: [u8; 3], text: &[u8]) -> Marks<'_> {
    Marks { wanted, text, behind: 0, found: 0, at: 0 }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            let rest = self.text.get(self.behind..)?;
            let Some(lane) = rest.first_chunk::<16>() else {
                let place = self.behind + rest.iter().position(|byte| self.wanted.contains(byte))?;
                self.behind = place + 1;
                return Some(place);
            };
            let [one, other, third] = self.wanted.map(u8x16::splat);
            let bytes = u8x16::new(*lane);
            self.found = (bytes.simd_eq(one) | bytes.simd_eq(other) | bytes.simd_eq(third)).to_bitmask();
            (self.at, self.behind) = (self.behind, self.behind + 16);
        }
        let place = self.at + self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_found_is_the_first(text in prop::collection::vec(prop::sample::select(vec![0_u8, 1, b'"', b'#', b',', b'-', 0x80, 0xff]), 0..80)) {
            let first = |wanted: &[u8]| text.iter().position(|byte| wanted.contains(byte));
            prop_assert_eq!(find(b'"', &text), first(b"\""));
            prop_assert_eq!(find_either(b',', b'#', &text), first(b",#"));
            let all: Vec<usize> = (0..text.len()).filter(|at| b",\"\x80".contains(&text[*at])).collect();
            let quotes = (0..64).filter(|at| text.get(*at) == Some(&b'"')).fold(0, |bits, at| bits | 1 << at);
            if let Some(chunk) = text.first_chunk() {
                prop_assert_eq!(bits(chunk, b'"'), quotes);
            }
            prop_assert_eq!(marks(*b",\"\x80", &text).collect::<Vec<_>>(), all);
        }

        #[test]
        fn a_beginning_is_that_of_the_standard_library(text in prop::collection::vec(any::<u8>(), 0..40), length in 0..40_usize, at in 0..40_usize) {
            let mut wanted = text[..length.min(text.len())].to_vec();
            prop_assert!(begins(&text, &wanted));
            if let Some(byte) = wanted.get_mut(at) {
                *byte ^= 1;
            }
            prop_assert_eq!(begins(&text, &wanted), text.starts_with(&wanted));
            wanted.extend_from_slice(&text);
            prop_assert_eq!(begins(&text, &wanted), text.starts_with(&wanted));
        }
    }
}
