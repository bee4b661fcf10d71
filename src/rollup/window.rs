//! Windows of time: 0.1 s times a power of two wide, aligned to the epoch, at most 512 of them.

use crate::model::folded::Extremes;
use crate::unit::Timestamp;

/// Width of the narrowest window.
pub(super) const NARROWEST_NS: i64 = 100_000_000;
/// Windows that a test may have.
pub(super) const WINDOWS: i64 = 512;

/// A Grid says which windows there are. Its width is the least that covers the extremes with [`WINDOWS`] windows, so that
/// it depends on the extremes only, never on the order in which instants came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Grid {
    doublings: u32,
    extremes: Extremes,
    /// Instants from the earliest up to here can be covered with windows of this width.
    until: i64,
}

impl Grid {
    /// Width of its windows.
    pub(super) fn width_ns(self) -> i64 {
        NARROWEST_NS << self.doublings
    }

    /// How often the narrowest width was doubled.
    pub(super) fn doublings(self) -> u32 {
        self.doublings
    }

    /// Makes windows wider than they need be.
    pub(super) fn widen(&mut self, doublings: u32) {
        self.doublings += doublings;
        self.measure();
    }

    /// The number of the window of an instant, counted from the epoch.
    pub(super) fn index(self, at: Timestamp) -> i64 {
        at.0.div_euclid(self.width_ns())
    }

    /// First and last window; `None` while empty.
    pub(super) fn range(self) -> Option<(i64, i64)> {
        self.extremes.map(|(earliest, latest)| (self.index(earliest), self.index(latest)))
    }

    /// Whether the instant lies between the extremes, so that covering it would change nothing.
    #[inline]
    pub(super) fn covers(&self, at: Timestamp) -> bool {
        self.extremes.is_some_and(|(earliest, latest)| earliest <= at && at <= latest)
    }

    /// Stretches the extremes to an instant; returns by how many doublings the windows grew.
    #[inline]
    pub(super) fn cover(&mut self, at: Timestamp) -> u32 {
        // Mostly time goes on a little.
        if let Some((earliest, latest)) = &mut self.extremes
            && *earliest <= at
            && at.0 < self.until
        {
            *latest = at.max(*latest);
            return 0;
        }
        self.stretch(at)
    }

    fn stretch(&mut self, at: Timestamp) -> u32 {
        self.extremes = Some(self.extremes.map_or((at, at), |(earliest, latest)| (earliest.min(at), latest.max(at))));
        let before = self.doublings;
        while self.range().is_some_and(|(first, last)| last - first >= WINDOWS) {
            self.doublings += 1;
        }
        self.measure();
        self.doublings - before
    }

    /// Computes up to where windows of this width reach.
    fn measure(&mut self) {
        let Some((earliest, _)) = self.extremes else { return };
        self.until = self.index(earliest).saturating_add(WINDOWS).saturating_mul(self.width_ns());
    }

    /// The grid over these extremes.
    pub(super) fn over(extremes: Extremes) -> Self {
        let mut grid = Self::default();
        if let Some((earliest, latest)) = extremes {
            grid.cover(earliest);
            grid.cover(latest);
        }
        grid
    }

    /// Earliest and latest instant.
    pub(super) fn extremes(self) -> Extremes {
        self.extremes
    }

    /// A window's number that was read, if the grid has such a window.
    pub(super) fn checked(self, index: i64) -> Result<i64, String> {
        match self.range() {
            Some((first, last)) if (first..=last).contains(&index) => Ok(index),
            _ => Err(format!("there is no window {index}")),
        }
    }

    /// Stretches the extremes to another's; returns by how many doublings this one's and the other's windows grew.
    pub(super) fn unite(&mut self, other: Self) -> (u32, u32) {
        let mut grown = 0;
        if let Some((earliest, latest)) = other.extremes {
            grown = self.cover(earliest) + self.cover(latest);
        }
        // Common extremes are at least as far apart as either's own, so the common width is at least either's own.
        (grown, self.doublings - other.doublings)
    }
}

/// A value of one window that takes up another's.
pub(super) trait Fold {
    /// Adds the other; commutative and associative.
    fn fold(&mut self, other: Self);
    /// Gives back memory that was kept for speed; the window is unlikely to change again.
    fn settle(&mut self) {}
}

impl Fold for u64 {
    fn fold(&mut self, other: Self) {
        *self = self.saturating_add(other);
    }
}

/// A Lane is the values of one subject in those windows in which it has any, by window number.
#[derive(Debug, Clone, Default)]
pub(super) struct Lane<T> {
    windows: Vec<(i64, T)>,
    /// Position that was written last; the next write mostly goes there too.
    last: usize,
}

impl<T: Fold + Default> Lane<T> {
    /// The value of a window, which is made where there is none yet.
    #[inline]
    pub(super) fn at(&mut self, index: i64) -> Option<&mut T> {
        if self.windows.get(self.last).is_none_or(|(found, _)| *found != index) {
            self.last = self.find_or_insert(index);
        }
        self.windows.get_mut(self.last).map(|(_, value)| value)
    }

    /// The window before the one that was written last.
    pub(super) fn before(&self) -> Option<&T> {
        self.last.checked_sub(1).and_then(|at| self.windows.get(at)).map(|(_, value)| value)
    }

    fn find_or_insert(&mut self, index: i64) -> usize {
        match self.windows.binary_search_by_key(&index, |(found, _)| *found) {
            Ok(position) => position,
            Err(position) => {
                // Rows come roughly in order of time; what lies four windows back will hardly be written again.
                if let Some((_, old)) = position.checked_sub(4).and_then(|behind| self.windows.get_mut(behind)) {
                    old.settle();
                }
                self.windows.insert(position, (index, T::default()));
                position
            }
        }
    }

    /// Halves the number of windows so often.
    pub(super) fn coarsen(&mut self, doublings: u32) {
        if doublings == 0 {
            return;
        }
        let fine = std::mem::take(&mut self.windows);
        for (index, value) in fine {
            self.add(index >> doublings.min(63), value);
        }
    }

    /// Adds a value to a window.
    #[inline]
    pub(super) fn add(&mut self, index: i64, value: T) {
        if let Some(own) = self.at(index) {
            own.fold(value);
        }
    }

    /// Adds all of another lane of the same width. Each window is settled at once: with room for more, thousands of them that
    /// two threads filled would take as much memory again.
    pub(super) fn merge(&mut self, other: Self) {
        for (index, value) in other.windows {
            if let Some(own) = self.at(index) {
                own.fold(value);
                own.settle();
            }
        }
    }

    /// Its windows in order of time.
    pub(super) fn windows(&self) -> &[(i64, T)] {
        &self.windows
    }

    /// Gives back spare memory.
    pub(super) fn settle(&mut self) {
        for (_, value) in &mut self.windows {
            value.settle();
        }
        self.windows.shrink_to_fit();
    }
}

/// Equal are lanes with equal values; where was written last does not matter.
impl<T: PartialEq> PartialEq for Lane<T> {
    fn eq(&self, other: &Self) -> bool {
        self.windows == other.windows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: i64) -> Timestamp {
        Timestamp(count * 1_000_000_000)
    }

    #[test]
    fn a_test_of_51_seconds_has_windows_of_a_tenth_and_one_of_52_has_not() {
        let mut grid = Grid::default();
        assert_eq!(grid.cover(seconds(1000)), 0);
        assert_eq!(grid.cover(seconds(1051)), 0);
        assert_eq!(grid.width_ns(), NARROWEST_NS);
        assert_eq!(grid.cover(seconds(1052)), 1);
        assert_eq!(grid.width_ns(), 2 * NARROWEST_NS);
    }

    #[test]
    fn a_day_fits_and_so_does_the_range_of_the_clock() {
        let mut grid = Grid::default();
        grid.cover(seconds(0));
        grid.cover(seconds(86_400));
        let (first, last) = grid.range().unwrap();
        assert!(last - first < WINDOWS && last - first >= WINDOWS / 2, "{first} to {last}");
        grid.cover(Timestamp(i64::MAX));
        grid.cover(Timestamp(i64::MIN));
        let (first, last) = grid.range().unwrap();
        assert!(last - first < WINDOWS);
    }

    #[test]
    fn windows_before_the_epoch_are_aligned_like_those_after_it() {
        let mut lane = Lane::<u64>::default();
        lane.add(-3, 1);
        lane.add(-2, 1);
        lane.add(-1, 1);
        lane.add(0, 1);
        lane.coarsen(1);
        assert_eq!(lane.windows(), &[(-2, 1), (-1, 2), (0, 1)]);
    }
}
