//! Latencies as counters: the one mergeable form of a distribution.
//!
//! Buckets are those of `HdrHistogram` with three significant digits and unit 1: values below 2048 are exact, above that a
//! bucket is at most `value / 1024` wide, so a figure read back is at most 0.1 % above what was recorded. Merging adds
//! counters, hence it is exact, and neither the order nor the split of the input can be seen in the result.
//!
//! A test keeps thousands of these (endpoint × window), most of them with few values. So there is no array of counters:
//! a histogram is one sorted list of occupied buckets, eight bytes each, with the newest records as an unsorted tail that
//! is folded in whenever it has grown as long as the list. Only one that is busy, which folding shows, gets an array for
//! the range of its values. One that will hardly change any more is [packed](Histogram::pack) into a fifth of its memory. An
//! empty histogram owns no memory.

use std::borrow::Cow;
use std::fmt;

mod bucket;
mod codec;
mod compact;
mod dense;
mod interpolated;
mod leb128;
mod packed;
pub mod v2;

use bucket::Cell;
pub use codec::CodecError;
use dense::Dense;
use packed::Packed;

/// The tail may always grow this long before it is folded in.
const SHORTEST_TAIL: usize = 32;

/// So many cells are collected from several histograms before they are folded.
const LONGEST_TAIL: usize = 1 << 14;

/// What was packed is kept in at most so many pieces. Two threads' windows are put together without unpacking them.
const PIECES: usize = 2;

/// With less records than this sorting them costs nothing to speak of.
const FEW: u64 = 1024;

/// Cells are folded by counting instead of sorting if they span at most this many buckets each.
const DENSE: usize = 8;

/// A Histogram is a multiset of integers, each known to three significant digits.
///
/// The unit is the owner's affair (microseconds for latency). Negative values, which only custom metrics have, lie in
/// mirrored buckets. One bucket counts up to 2^47 − 1 records and stays there.
///
/// Reading is right at any time; it sorts a copy if records are still pending, so call [`Histogram::settle`] once
/// before reading often.
#[derive(Clone, Default)]
pub struct Histogram {
    /// `..settled` ascending with one cell per bucket; the rest pending, in order of arrival.
    cells: Vec<Cell>,
    settled: usize,
    /// Further records, of a busy histogram.
    dense: Option<Dense>,
    /// Further records, of one that was packed: at most [`PIECES`].
    packed: Vec<Packed>,
    count: u64,
}

impl Histogram {
    /// An empty histogram, which owns no memory.
    #[must_use]
    pub const fn new() -> Self {
        Self { cells: Vec::new(), settled: 0, dense: None, packed: Vec::new(), count: 0 }
    }

    /// An empty histogram that will soon hold about what another does: where that is much, it need not sort its first
    /// records to learn so. Its memory is that of a busy one until it is [settled](Histogram::settle).
    #[must_use]
    pub fn like(other: &Self) -> Self {
        if other.count < FEW {
            return Self::new();
        }
        let dense = match &other.dense {
            Some(dense) => dense.emptied(other.count),
            None => Dense::for_a_while(&other.sorted(), other.count),
        };
        Self { dense, ..Self::new() }
    }

    /// Counts `value` once.
    #[inline]
    pub fn record(&mut self, value: i64) {
        self.record_n(value, 1);
    }

    /// Counts `value` `times` times.
    #[inline]
    pub fn record_n(&mut self, value: i64, times: u64) {
        if times == 0 {
            return;
        }
        self.count = self.count.saturating_add(times);
        self.add(bucket::index_of(value), times);
    }

    #[inline]
    fn add(&mut self, index: i32, times: u64) {
        if self.dense.as_mut().is_none_or(|dense| !dense.add(index, times)) {
            self.push(Cell::new(index, times));
        }
    }

    fn push(&mut self, cell: Cell) {
        // Many metrics say the same again and again, such as that no time was spent on connecting.
        if self.cells.last_mut().is_none_or(|last| !last.absorb(cell)) {
            self.cells.push(cell);
            self.fold_if_long();
        }
    }

    /// Adds all records of `other`; the result equals recording both inputs into one histogram.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.take_packed(&other.packed);
        // A range is not taken over: it may be one for a while, and many histograms that are merged stay.
        if self.dense.is_none() {
            self.cells.extend_from_slice(&other.cells);
            other.dense.iter().for_each(|theirs| theirs.each(|cell| self.cells.push(cell)));
            return self.fold_if_long();
        }
        for cell in &other.cells {
            self.add(cell.index(), cell.count());
        }
        other.dense.iter().for_each(|theirs| theirs.each(|cell| self.add(cell.index(), cell.count())));
    }

    /// Takes over what another has packed, as it is while there are few pieces.
    fn take_packed(&mut self, theirs: &[Packed]) {
        self.packed.extend_from_slice(theirs);
        if self.packed.len() > PIECES {
            self.fold();
            self.pack();
        }
    }

    /// All records of several, settled: cheaper than merging one after the other.
    #[must_use]
    pub fn sum<'a>(several: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::new();
        for one in several {
            sum.count = sum.count.saturating_add(one.count);
            sum.cells.extend_from_slice(&one.cells);
            one.packed.iter().for_each(|packed| packed.each(|cell| sum.cells.push(cell)));
            one.dense.iter().for_each(|dense| dense.each(|cell| sum.cells.push(cell)));
            if sum.cells.len() > 2 * sum.settled + LONGEST_TAIL {
                sum.fold();
            }
        }
        sum.settle();
        sum
    }

    /// Counts `value` `times` times, and each time what a user who waited for it did not send: where one request is due every
    /// `interval`, `value` − `interval`, `value` − 2 `interval`, … down to `interval` (Tene's correction for coordinated
    /// omission, as `HdrHistogram` records it).
    pub fn record_corrected(&mut self, value: i64, times: u64, interval: i64) {
        self.record_n(value, times);
        let mut missing = value.saturating_sub(interval);
        while interval > 0 && missing >= interval {
            self.record_n(missing, times);
            missing -= interval;
        }
    }

    /// A copy in which every record is corrected for an expected `interval`, read as the end of its bucket. `None` where the
    /// interval is so short beside the values that it says nothing, and would take minutes to say it.
    #[must_use]
    pub fn corrected(&self, interval: i64) -> Option<Self> {
        const MOST: i64 = 20_000_000;
        let added = self.buckets().map(|(_, highest, _)| highest / interval.max(1));
        let all = added.fold(0_i64, i64::saturating_add);
        if interval <= 0 || all > MOST {
            return None;
        }
        let mut corrected = Self::new();
        self.buckets().for_each(|(_, highest, count)| corrected.record_corrected(highest, count, interval));
        corrected.settle();
        Some(corrected)
    }

    /// Sorts pending records in and gives back spare memory. Changes no answer, only its cost.
    pub fn settle(&mut self) {
        self.fold();
        self.cells.shrink_to_fit();
    }

    /// Keeps all records in as little memory as they need. Changes no answer, but each reading unpacks them: for what will be
    /// read once or twice.
    pub fn pack(&mut self) {
        if !self.cells.is_empty() || self.dense.is_some() {
            self.fold();
            self.packed = vec![Packed::of(&self.cells)];
            (self.cells, self.settled) = (Vec::new(), 0);
        }
    }

    /// How many values were recorded.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The `p`-quantile by the inverse distribution function (Hyndman and Fan's type 1): the smallest recorded value such
    /// that at least a share `p` of the records is at or below it, rounded up to the end of its bucket.
    ///
    /// `p` is clipped to 0–1; `None` where nothing was recorded.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<i64> {
        self.value_at_rank(rank(p, self.count))
    }

    /// The `rank`-th smallest value, counted from 1, rounded up to the end of its bucket. A rank beyond the last is the
    /// last; `None` where nothing was recorded.
    #[must_use]
    pub fn value_at_rank(&self, rank: u64) -> Option<i64> {
        self.bucket_at_rank(rank).map(|(_, highest)| highest)
    }

    /// How many records are at or below `value`; the whole bucket of `value` counts as being so.
    #[must_use]
    pub fn count_at_or_below(&self, value: i64) -> u64 {
        let index = bucket::index_of(value);
        self.sorted().iter().take_while(|cell| cell.index() <= index).map(|cell| cell.count()).sum()
    }

    /// The occupied buckets in ascending order: lowest value, highest value, records.
    pub fn buckets(&self) -> impl Iterator<Item = (i64, i64, u64)> + '_ {
        let cells = self.sorted();
        (0..cells.len()).filter_map(move |at| {
            let cell = cells.get(at)?;
            let (lowest, highest) = bucket::bounds(cell.index());
            Some((lowest, highest, cell.count()))
        })
    }

    fn bucket_at_rank(&self, rank: u64) -> Option<(i64, i64)> {
        let cells = self.sorted();
        let mut seen = 0_u64;
        let found = cells.iter().find(|cell| {
            seen = seen.saturating_add(cell.count());
            seen >= rank
        });
        found.or(cells.last()).map(|cell| bucket::bounds(cell.index()))
    }

    /// The cells in canonical form: ascending, one per bucket.
    fn sorted(&self) -> Cow<'_, [Cell]> {
        if self.settled == self.cells.len() && self.dense.is_none() && self.packed.is_empty() {
            return Cow::Borrowed(&self.cells);
        }
        let mut copy = self.clone();
        copy.fold();
        Cow::Owned(copy.cells)
    }

    fn fold_if_long(&mut self) {
        let busy = self.dense.as_ref().map_or(0, |dense| dense.len() / 8);
        if self.cells.len() > 2 * self.settled + SHORTEST_TAIL + busy {
            self.fold();
            if let Some(dense) = Dense::of(&self.cells) {
                self.dense = Some(dense);
                self.cells.clear();
                self.settled = 0;
            }
        }
    }

    /// Brings all records into the list, in canonical form.
    fn fold(&mut self) {
        let (dense, packed) = (self.dense.take(), std::mem::take(&mut self.packed));
        if dense.is_some() || !packed.is_empty() {
            // What stands side by side, or was packed, is in order already.
            let is_alone = self.cells.is_empty() && usize::from(dense.is_some()) + packed.len() == 1;
            for packed in packed {
                packed.each(|cell| self.cells.push(cell));
            }
            if let Some(dense) = dense {
                dense.each(|cell| self.cells.push(cell));
            }
            self.settled = if is_alone { self.cells.len() } else { 0 };
        }
        if self.settled == self.cells.len() {
            return;
        }
        let (mut first, mut last) = (i32::MAX, i32::MIN);
        for cell in &self.cells {
            (first, last) = (first.min(cell.index()), last.max(cell.index()));
        }
        let span = 1 + first.abs_diff(last) as usize;
        if span <= DENSE * self.cells.len() {
            self.fold_by_counting(first, span);
        } else {
            self.fold_by_sorting();
        }
        self.settled = self.cells.len();
    }

    /// For cells that lie close together: a few nanoseconds each, whatever their number.
    fn fold_by_counting(&mut self, first: i32, span: usize) {
        let mut counts = vec![0_u64; span];
        for cell in &self.cells {
            let place = first.abs_diff(cell.index()) as usize;
            if let Some(count) = counts.get_mut(place) {
                *count = bucket::MOST.min(*count + cell.count());
            }
        }
        self.cells.clear();
        for (index, count) in (first..).zip(counts) {
            if count > 0 {
                self.cells.push(Cell::new(index, count));
            }
        }
    }

    /// The sort is the stable one because it finds the parts that are sorted already, the settled one and those that a
    /// merge appended, and merges them instead of sorting anew.
    fn fold_by_sorting(&mut self) {
        self.cells.sort();
        self.cells.dedup_by(|later, kept| kept.absorb(*later));
    }
}

/// Equal are histograms with the same records, in whatever order and by whatever merges they came in.
impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.sorted() == other.sorted()
    }
}

impl Eq for Histogram {}

/// Shows the records; how they are kept does not matter.
impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.buckets().map(|(lowest, _, count)| (lowest, count))).finish()
    }
}

impl FromIterator<i64> for Histogram {
    fn from_iter<I: IntoIterator<Item = i64>>(values: I) -> Self {
        let mut histogram = Self::new();
        values.into_iter().for_each(|value| histogram.record(value));
        histogram
    }
}

/// The rank, from 1, of the type 1 `p`-quantile among `n` values: `ceil(p * n)`, with room for the rounding of `p * n`
/// (0.95 × 20 is 19, not a hair more).
#[must_use]
pub fn rank(p: f64, n: u64) -> u64 {
    let exact = p.clamp(0.0, 1.0) * as_f64(n);
    let slack = (exact * 4.0 * f64::EPSILON).max(1e-9);
    whole((exact - slack).ceil()).clamp(1, n.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
const fn as_f64(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank: whole, not negative, and `as` saturates"
)]
const fn whole(rank: f64) -> u64 {
    rank as u64
}

#[cfg(test)]
mod tests;
