//! Users over time: the greatest reading of each window.

use super::window::{Fold, Grid, Lane};
use crate::model::test::Timeline;
use crate::unit::Timestamp;

/// The greatest of the readings; `None` before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Peak(Option<f64>);

impl Fold for Peak {
    fn fold(&mut self, other: Self) {
        self.0 = match (self.0, other.0) {
            (Some(a), Some(b)) => Some(if b.total_cmp(&a).is_gt() { b } else { a }),
            (a, b) => a.or(b),
        };
    }
}

/// Users has windows of its own: readings go on before the first request and after the last.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Users {
    grid: Grid,
    lane: Lane<Peak>,
}

impl Users {
    pub(super) fn add(&mut self, at: Timestamp, users: f64) {
        if !users.is_finite() {
            return;
        }
        let grown = self.grid.cover(at);
        self.lane.coarsen(grown);
        self.lane.add(self.grid.index(at), Peak(Some(users)));
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        let (own, theirs) = self.grid.unite(other.grid);
        self.lane.coarsen(own);
        other.lane.coarsen(theirs);
        self.lane.merge(other.lane);
    }

    /// The greatest reading in each of a timeline's windows. Where readings are wider apart than windows, a reading holds
    /// until the next one, and for [`HOLDS_NS`] after the last.
    pub(super) fn over(&self, timeline: &Timeline) -> Vec<Option<f64>> {
        let mut row = vec![Peak(None); timeline.windows];
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
            known = match (peak.0, known) {
                (Some(users), _) => Some((users, 0)),
                (None, Some((users, age))) if age + width_ns <= HOLDS_NS => Some((users, age + width_ns)),
                (None, _) => None,
            };
            known.map(|(users, _)| users)
        })
        .collect()
}
