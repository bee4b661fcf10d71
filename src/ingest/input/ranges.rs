//! What of a text is read: all of it, or pieces of it as if they were a text of their own.

/// Ranges are pieces of a text in its order, each with its first byte and its number of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// All of it.
    pub(super) fn whole() -> Self {
        Self(vec![(0, u64::MAX)])
    }

    pub(super) fn is_whole(&self) -> bool {
        self.0 == [(0, u64::MAX)]
    }

    /// The byte with which they begin.
    pub(super) fn start(&self) -> u64 {
        self.0.first().map_or(0, |(start, _)| *start)
    }

    /// So many bytes from there on of the text that they make.
    pub(super) fn within(&self, byte: u64, bytes: u64) -> Self {
        let (mut before, mut left) = (byte, bytes);
        let mut kept = Vec::new();
        for &(start, own) in &self.0 {
            let passed = own.min(before);
            before -= passed;
            let taken = (own - passed).min(left);
            left -= taken;
            if taken > 0 {
                kept.push((start.saturating_add(passed), taken));
            }
        }
        Self(kept)
    }

    /// All but so many bytes from there on of the text that they make.
    pub(super) fn without(&self, byte: u64, bytes: u64) -> Self {
        let mut kept = self.within(0, byte);
        kept.0.extend(self.within(byte.saturating_add(bytes), u64::MAX).0);
        kept
    }

    /// For one who reads from a byte on: how many bytes to pass over before each piece, and how many it has.
    pub(super) fn steps_from(&self, byte: u64) -> Vec<(u64, u64)> {
        let mut at = byte;
        let step = |&(start, bytes): &(u64, u64)| {
            let passed = start.saturating_sub(at);
            at = start.saturating_add(bytes);
            (passed, bytes)
        };
        self.0.iter().map(step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(ranges: &Ranges, text: &[u8]) -> Vec<u8> {
        let mut rest = text;
        let mut taken = Vec::new();
        for (passed, bytes) in ranges.steps_from(0) {
            let most = |count: u64, rest: &[u8]| rest.len().min(usize::try_from(count).unwrap_or(usize::MAX));
            rest = &rest[most(passed, rest)..];
            let (piece, behind) = rest.split_at(most(bytes, rest));
            taken.extend_from_slice(piece);
            rest = behind;
        }
        taken
    }

    proptest! {
        /// What is cut out of what was cut out is what would be of a text of its own.
        #[test]
        fn ranges_are_texts(cuts in proptest::collection::vec((any::<bool>(), 0..40_usize, 0..40_usize), 0..6)) {
            let text: Vec<u8> = (0..60).collect();
            let (mut ranges, mut expected) = (Ranges::whole(), text.clone());
            for (keeps, byte, bytes) in cuts {
                let (from, to) = (byte.min(expected.len()), (byte + bytes).min(expected.len()));
                let range = (byte as u64, bytes as u64);
                if keeps {
                    ranges = ranges.within(range.0, range.1);
                    expected = expected[from..to].to_vec();
                } else {
                    ranges = ranges.without(range.0, range.1);
                    expected.drain(from..to);
                }
                prop_assert_eq!(read(&ranges, &text), expected.clone());
            }
        }
    }
}
