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
    }
}
