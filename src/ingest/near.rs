//! Bytes that mostly stand near: the end of a field, the quote that closes it. Calling a searcher made for long texts costs
//! more than looking at a few words.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = ONES << 7;

/// Where the first of a byte is.
#[inline]
pub(in crate::ingest) fn find(wanted: u8, text: &[u8]) -> Option<usize> {
    find_either(wanted, wanted, text)
}

/// Where the first of two bytes is.
#[inline]
pub(in crate::ingest) fn find_either(one: u8, other: u8, text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ (ONES * u64::from(one))) | zeros(word ^ (ONES * u64::from(other)));
        if found != 0 {
            return Some(8 * at + (found.trailing_zeros() / 8) as usize);
        }
    }
    let found = rest.iter().position(|byte| *byte == one || *byte == other);
    found.map(|at| 8 * words.len() + at)
}

/// Whether a text begins with a few bytes.
#[inline]
pub(in crate::ingest) fn begins(text: &[u8], wanted: &[u8]) -> bool {
    let Some(text) = text.get(..wanted.len()) else { return false };
    let (Some(last), Some(own_last)) = (wanted.last_chunk::<8>(), text.last_chunk::<8>()) else {
        return begins_briefly(text, wanted);
    };
    // The last word overlaps the one before it. Loops over pairs (`zip`) are calls here, which cost more than they do.
    let (mut wanted, mut own) = (wanted, text);
    while let (Some((one, rest)), Some((other, own_rest))) = (wanted.split_first_chunk::<8>(), own.split_first_chunk())
    {
        if one != other {
            return false;
        }
        (wanted, own) = (rest, own_rest);
    }
    last == own_last
}

/// The same of less than a word.
#[inline]
fn begins_briefly(text: &[u8], wanted: &[u8]) -> bool {
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

/// Where any of three bytes is, one place after the other.
#[derive(Debug)]
pub(in crate::ingest) struct Marks<'t> {
    wanted: [u8; 3],
    /// What has not been looked at, and where it begins.
    words: &'t [[u8; 8]],
    rest: &'t [u8],
    behind: usize,
    /// High bits of those bytes of the last word that are still to be told, and where it begins.
    found: u64,
    at: usize,
}

/// All places of three bytes in a text.
#[inline]
pub(in crate::ingest) fn marks(wanted: [u8; 3], text: &[u8]) -> Marks<'_> {
    let (words, rest) = text.as_chunks::<8>();
    Marks { wanted, words, rest, behind: 0, found: 0, at: 0 }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            let Some((word, words)) = self.words.split_first() else {
                let place = self.rest.iter().position(|byte| self.wanted.contains(byte))?;
                let place_in_all = self.behind + place;
                self.rest = self.rest.get(place + 1..)?;
                self.behind = place_in_all + 1;
                return Some(place_in_all);
            };
            let word = u64::from_le_bytes(*word);
            let [one, other, third] = self.wanted;
            self.found = places(word, one) | places(word, other) | places(word, third);
            (self.at, self.words, self.behind) = (self.behind, words, self.behind + 8);
        }
        let place = self.at + (self.found.trailing_zeros() / 8) as usize;
        self.found &= self.found - 1;
        Some(place)
    }
}

/// The high bits of a word's bytes that are this one, and of no others.
#[inline]
const fn places(word: u64, byte: u8) -> u64 {
    const LOW_BITS: u64 = !HIGH_BITS;
    let word = word ^ (ONES * byte as u64);
    !(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS)
}

/// The high bits of bytes that are zero. The lowest one is right; those above it may mean nothing.
#[inline]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGH_BITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_found_is_the_first(text in prop::collection::vec(prop::sample::select(vec![0_u8, 1, b'"', b'#', b',', b'-', 0x80, 0xff]), 0..40)) {
            let first = |wanted: &[u8]| text.iter().position(|byte| wanted.contains(byte));
            prop_assert_eq!(find(b'"', &text), first(b"\""));
            prop_assert_eq!(find_either(b',', b'#', &text), first(b",#"));
            let all: Vec<usize> = (0..text.len()).filter(|at| b",\"\x80".contains(&text[*at])).collect();
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
