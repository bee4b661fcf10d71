//! Users over time: the greatest reading of each window, and how many readings there were.

use super::window::{Fold, Grid, Lane};
use crate::model::folded::FoldedUsers;
use crate::model::test::Timeline;
use crate::unit::{NANOS_PER_SECOND, Span};
use std::collections::BTreeMap;

/// The greatest of the readings, `None` before the first, and their number.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Peak {
    users: Option<f64>,
    readings: u64,
}

impl Fold for Peak {
    fn fold(&mut self, other: Self) {
        self.users = match (self.users, other.users) {
            (Some(a), Some(b)) => Some(if b.total_cmp(&a).is_gt() { b } else { a }),
            (a, b) => a.or(b),
        };
        self.readings = self.readings.saturating_add(other.readings);
    }
}

/// Readings are counted over stretches of at least this length.
const DENSITY_BLOCK_NS: i64 = 8 * NANOS_PER_SECOND;

/// Users has windows of its own: readings go on before the first request and after the last.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Users {
    grid: Grid,
    lane: Lane<Peak>,
}

impl Users {
    /// So many equal readings, the first and the last of them then, in what every grid has in one window.
    pub(super) fn add(&mut self, over: Span, users: f64, readings: u64) {
        if !users.is_finite() {
            return;
        }
        let grown = self.grid.cover(over.start) + self.grid.cover(over.end);
        self.lane.coarsen(grown);
        self.lane.add(self.grid.index(over.start), Peak { users: Some(users), readings });
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        let (own, theirs) = self.grid.unite(other.grid);
        self.lane.coarsen(own);
        other.lane.coarsen(theirs);
        self.lane.merge(other.lane);
    }

    /// Whether nothing was read.
    pub(super) fn is_empty(&self) -> bool {
        self.lane.windows().is_empty()
    }

    /// Whether these readings and the others may be of one writer that reads once a second: together they are at no time
    /// denser than that.
    pub(super) fn may_be_one_writers(&self, other: &Self) -> bool {
        let mut both = self.clone();
        both.merge(other.clone());
        let width = both.grid.width_ns();
        let blocks = (DENSITY_BLOCK_NS / width).max(1);
        let Some((first, last)) = both.grid.range() else { return true };
        let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
        for (index, peak) in both.lane.windows() {
            *counts.entry((index - first) / blocks).or_default() += peak.readings;
        }
        // One writer has a reading for each second and one more, two have twice as many; the bound lies between.
        counts.into_iter().all(|(block, readings)| {
            let length_ns = width.saturating_mul(blocks.min(last - first + 1 - block * blocks));
            2 * i128::from(readings) * i128::from(NANOS_PER_SECOND)
                <= 3 * i128::from(length_ns) + 2 * i128::from(NANOS_PER_SECOND)
        })
    }

    /// As plain data.
    pub(super) fn folded(&self) -> FoldedUsers {
        let windows = self.lane.windows().iter();
        FoldedUsers {
            extremes: self.grid.extremes(),
            windows: windows.filter_map(|(index, peak)| Some((*index, peak.users?, peak.readings))).collect(),
        }
    }

    /// From plain data.
    pub(super) fn unfolded(folded: FoldedUsers) -> Result<Self, String> {
        let mut users = Self { grid: Grid::over(folded.extremes), lane: Lane::default() };
        for (index, peak, readings) in folded.windows {
            let index = users.grid.checked(index)?;
            users.lane.add(index, Peak { users: Some(peak), readings });
        }
        Ok(users)
    }

    /// The greatest reading in each of a timeline's windows. Where readings are wider apart than windows, a reading holds
    /// until the next one, and for [`HOLDS_NS`] after the last.
    pub(super) fn over(&self, timeline: &Timeline) -> Vec<Option<f64>> {
        let mut row = vec![Peak::default(); timeline.windows];
        let own_width = self.grid.width_ns();
        for (index, peak) in self.lane.windows() {
            let from = index.saturating_mul(own_width).saturating_sub(timeline.start.0);
            let until = from.saturating_add(own_width - 1);
            let (first, last) = (from.div_euclid(timeline.width_ns), until.div_euclid(timeline.width_ns));
            let last = last.min(i64::try_from(timeline.windows).unwrap_or(i64::MAX) - 1);
            for at in first.max(0)..=last {
                if let Some(place) = usize::try_from(at).ok().and_then(|at| row.get_mut(at)) {
                    place.fold(*peak);
                }
            }
        }
        hold(&row, timeline.width_ns)
    }
}

/// Tools write users once a second, some every five; for longer silence nothing is known.
const HOLDS_NS: i64 = 6_000_000_000;

fn hold(row: &[Peak], width_ns: i64) -> Vec<Option<f64>> {
    let mut known: Option<(f64, i64)> = None;
    row.iter()
        .map(|peak| {
            known = match (peak.users, known) {
                (Some(users), _) => Some((users, 0)),
                (None, Some((users, age))) if age + width_ns <= HOLDS_NS => Some((users, age + width_ns)),
                (None, _) => None,
            };
            known.map(|(users, _)| users)
        })
        .collect()
}
