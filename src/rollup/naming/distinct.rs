//! How many different texts there were: exactly up to some hundreds, beyond that to a few percent, in bounded memory.

/// Hashes that are kept.
const KEPT: usize = 512;

/// A Distinct is the least [`KEPT`] hashes of the texts it has met. Which those are depends on the set of texts alone, so
/// neither order nor split can be seen; from how densely they lie follows how many texts there were (Bar-Yossef et al.,
/// "Counting distinct elements in a data stream", 2002).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::rollup) struct Distinct(Vec<u64>);

impl Distinct {
    /// Takes a text; whether the count grew.
    pub(super) fn insert(&mut self, text: &str) -> bool {
        self.insert_hash(hash(text))
    }

    fn insert_hash(&mut self, hash: u64) -> bool {
        let Err(at) = self.0.binary_search(&hash) else { return false };
        if at >= KEPT {
            return false;
        }
        self.0.insert(at, hash);
        self.0.truncate(KEPT);
        true
    }

    /// Takes all of another.
    pub(super) fn merge(&mut self, other: &Self) {
        for hash in &other.0 {
            self.insert_hash(*hash);
        }
    }

    /// The hashes it holds, ascending.
    pub(super) fn hashes(&self) -> &[u64] {
        &self.0
    }

    /// How many it holds, which is all there were up to [`KEPT`].
    pub(super) fn held(&self) -> usize {
        self.0.len()
    }

    /// How many there were, and whether that is exact.
    pub(super) fn count(&self) -> (u64, bool) {
        match self.0.last() {
            Some(last) if self.0.len() >= KEPT => {
                #[expect(clippy::cast_precision_loss, reason = "an estimate to a few percent")]
                let share = *last as f64 / u64::MAX as f64;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    clippy::cast_precision_loss,
                    reason = "a positive estimate"
                )]
                let count = ((KEPT - 1) as f64 / share).round() as u64;
                (count, false)
            }
            _ => (self.0.len() as u64, true),
        }
    }
}

impl FromIterator<u64> for Distinct {
    fn from_iter<T: IntoIterator<Item = u64>>(hashes: T) -> Self {
        let mut distinct = Self::default();
        for hash in hashes {
            distinct.insert_hash(hash);
        }
        distinct
    }
}

/// FNV-1a with the finaliser of `SplitMix64`, which spreads the texts' likeness over all bits. The same on every machine.
fn hash(text: &str) -> u64 {
    let fnv = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (fnv ^ (fnv >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundreds_are_exact_and_a_hundred_thousand_are_near() {
        let mut few = Distinct::default();
        let mut many = Distinct::default();
        let mut halves = [Distinct::default(), Distinct::default()];
        for number in 0..100_000_usize {
            let text = format!("/users/{number}");
            if number < 312 {
                few.insert(&text);
                few.insert(&text);
            }
            many.insert(&text);
            halves[number % 2].insert(&text);
        }
        assert_eq!(few.count(), (312, true));
        let (count, exact) = many.count();
        assert!(!exact && (85_000..115_000).contains(&count), "{count}");
        let [mut one, other] = halves;
        one.merge(&other);
        assert_eq!(one, many);
    }
}
