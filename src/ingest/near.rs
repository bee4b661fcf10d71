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
    let (words, rest) = wanted.as_chunks::<8>();
    let (own, own_rest) = text.as_chunks::<8>();
    let same = words.iter().zip(own).all(|(one, other)| one == other);
    // The last word overlaps the one before it; what is shorter than a word is compared byte by byte.
    same && match (wanted.last_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(one), Some(other)) => one == other,
        _ => rest.iter().zip(own_rest).all(|(one, other)| one == other),
    }
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
