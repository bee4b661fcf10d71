//! The layout: which value lies in which bucket, and one bucket's counter.

/// Values below this are exact.
const EXACT_BELOW: u64 = 2048;
/// Buckets per doubling above that; also the bits that are kept of a value, less one.
const PER_DOUBLING: i32 = 1024;
const KEPT_BITS: u32 = 10;

/// A Cell is a bucket's index and the number of its records, packed so that cells sort by index: 17 bits of index, moved up
/// so that it is never negative, above 47 bits of count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell(u64);

const COUNT_BITS: u32 = 47;
pub(super) const MOST: u64 = (1 << COUNT_BITS) - 1;
const INDEX_OFFSET: i32 = 1 << 16;

impl Cell {
    #[inline]
    pub(super) const fn new(index: i32, count: u64) -> Self {
        let count = if count > MOST { MOST } else { count };
        #[expect(clippy::cast_sign_loss, reason = "an index is above -2^16, see `index_of`")]
        let place = (index + INDEX_OFFSET) as u64;
        Self((place << COUNT_BITS) | count)
    }

    #[inline]
    pub(super) const fn index(self) -> i32 {
        #[expect(clippy::cast_possible_truncation, reason = "17 bits")]
        let place = (self.0 >> COUNT_BITS) as i32;
        place - INDEX_OFFSET
    }

    #[inline]
    pub(super) const fn count(self) -> u64 {
        self.0 & MOST
    }

    /// Takes over the records of `other` if it is of the same bucket; tells whether it was.
    #[inline]
    pub(super) const fn absorb(&mut self, other: Self) -> bool {
        let same = self.0 >> COUNT_BITS == other.0 >> COUNT_BITS;
        if same {
            *self = Self::new(self.index(), self.count() + other.count());
        }
        same
    }
}

/// The bucket of `value`: its magnitude's bucket, with the value's sign. At most 55,296 either way.
#[inline]
pub(super) const fn index_of(value: i64) -> i32 {
    let index = magnitude_index(value.unsigned_abs());
    if value < 0 { -index } else { index }
}

#[inline]
const fn magnitude_index(value: u64) -> i32 {
    // Below 2048 the shift is 0 and the index the value itself; `| 1` only keeps the logarithm of 0 defined.
    let shift = (value | 1).ilog2().saturating_sub(KEPT_BITS);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "eleven bits, and a shift of at most 53"
    )]
    let (sub, shift) = ((value >> shift) as i32, shift as i32);
    PER_DOUBLING * shift + sub
}

/// The lowest and the highest value of a bucket, inclusive.
pub(super) const fn bounds(index: i32) -> (i64, i64) {
    let (lowest, highest) = magnitude_bounds(index.unsigned_abs());
    if index < 0 { (negated(highest), negated(lowest)) } else { (positive(lowest), positive(highest)) }
}

const fn magnitude_bounds(index: u32) -> (u64, u64) {
    if (index as u64) < EXACT_BELOW {
        return (index as u64, index as u64);
    }
    let shift = index / PER_DOUBLING.unsigned_abs() - 1;
    let sub = (index - PER_DOUBLING.unsigned_abs() * shift) as u64;
    let lowest = sub << shift;
    (lowest, lowest + ((1 << shift) - 1))
}

const fn positive(magnitude: u64) -> i64 {
    if magnitude > i64::MAX.unsigned_abs() { i64::MAX } else { magnitude.cast_signed() }
}

const fn negated(magnitude: u64) -> i64 {
    if magnitude > i64::MAX.unsigned_abs() { i64::MIN } else { -magnitude.cast_signed() }
}
