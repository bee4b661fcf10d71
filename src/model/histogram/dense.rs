//! Counters side by side for the range of buckets in which a busy histogram's values lie.

use super::bucket::Cell;

/// Occupied buckets from which on a range is worth its memory.
const FEWEST: usize = 64;
/// Counters that a range may have for each occupied bucket.
const SPARSEST: usize = 8;
/// Counters that a sparser range may have, if it has more records: times in whole milliseconds lie far apart.
const SPARSE: usize = 8192;
/// Counters that a range may have, and for each record, where they are soon given back: from milliseconds to ten seconds.
const FLEETING: (usize, u64) = (2 * SPARSE, 3);

/// A Dense range counts a record with one addition. Four bytes a bucket: what a test measures at one place lies within a
/// few thousand buckets, which a core's cache holds for dozens of metrics.
#[derive(Clone, Debug)]
pub(super) struct Dense {
    /// The bucket of the first counter.
    first: i32,
    counts: Vec<u32>,
}

impl Dense {
    /// A range for cells in canonical form and some room either side; `None` where they are too few, too far apart or too
    /// full.
    pub(super) fn of(cells: &[Cell]) -> Option<Self> {
        let span = span(cells)?;
        let records = cells.iter().fold(0_u64, |sum, cell| sum.saturating_add(cell.count()));
        let is_worth_it = span <= SPARSEST * cells.len() || (span <= SPARSE && span as u64 <= records);
        if cells.len() < FEWEST || !is_worth_it {
            return None;
        }
        let mut dense = Self::over(cells)?;
        cells.iter().all(|cell| dense.add(cell.index(), cell.count())).then_some(dense)
    }

    /// An empty range for a while, where so many records as these cells have are expected; `None` where they are too few.
    pub(super) fn for_a_while(cells: &[Cell], records: u64) -> Option<Self> {
        let span = span(cells)?;
        let (most, each) = FLEETING;
        let is_worth_it = span <= most && span as u64 <= records.saturating_mul(each);
        if cells.len() >= FEWEST && is_worth_it { Self::over(cells) } else { None }
    }

    /// The range without records, where so many are expected; `None` where they are too few. The room at its sides is half of it
    /// at most.
    pub(super) fn emptied(&self, records: u64) -> Option<Self> {
        let is_worth_it = self.counts.len() as u64 <= records.saturating_mul(2 * FLEETING.1);
        is_worth_it.then(|| Self { first: self.first, counts: vec![0; self.counts.len()] })
    }

    /// An empty range for cells in canonical form and some room either side.
    fn over(cells: &[Cell]) -> Option<Self> {
        let span = span(cells)?;
        let room = span / 4;
        let first = cells.first()?.index().checked_sub(i32::try_from(room).ok()?)?;
        Some(Self { first, counts: vec![0; span + 2 * room] })
    }

    /// Counts records of a bucket; false where it is outside the range or its counter would overflow.
    #[inline]
    pub(super) fn add(&mut self, index: i32, times: u64) -> bool {
        let place = usize::try_from(index.wrapping_sub(self.first)).unwrap_or(usize::MAX);
        let Some(count) = self.counts.get_mut(place) else { return false };
        let Some(sum) = u32::try_from(times).ok().and_then(|times| count.checked_add(times)) else { return false };
        *count = sum;
        true
    }

    /// Goes through the occupied buckets in ascending order. Most counters are empty: they are passed over eight at a time.
    pub(super) fn each(&self, mut take: impl FnMut(Cell)) {
        let mut index = self.first;
        let (eights, rest) = self.counts.as_chunks::<8>();
        for counts in eights.iter().map(<[u32; 8]>::as_slice).chain([rest]) {
            if counts.iter().fold(0, |all, count| all | count) > 0 {
                for (index, count) in (index..).zip(counts) {
                    if *count > 0 {
                        take(Cell::new(index, u64::from(*count)));
                    }
                }
            }
            index += 8;
        }
    }

    /// How many buckets it spans.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }
}

/// Buckets from the first to the last of cells in canonical form; `None` where there are none.
fn span(cells: &[Cell]) -> Option<usize> {
    Some(1 + cells.first()?.index().abs_diff(cells.last()?.index()) as usize)
}
