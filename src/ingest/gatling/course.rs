//! Users over time, from the instants at which they came and left.

use crate::unit::Timestamp;
use std::collections::BTreeMap;

/// Instants that are told apart; when there are more, their step grows tenfold.
const MOST: usize = 100_000;

/// A Course is the comings and goings of users. They need not arrive in order of time.
#[derive(Debug)]
pub(super) struct Course {
    step_ms: i64,
    changes: BTreeMap<i64, i64>,
}

impl Default for Course {
    fn default() -> Self {
        Self { step_ms: 1, changes: BTreeMap::new() }
    }
}

impl Course {
    /// A user comes or leaves.
    pub(super) fn add(&mut self, at_ms: i64, comes: bool) {
        *self.changes.entry(at_ms.div_euclid(self.step_ms)).or_default() += if comes { 1 } else { -1 };
        if self.changes.len() > MOST {
            self.step_ms *= 10;
            let mut coarser = BTreeMap::new();
            for (at, change) in &self.changes {
                *coarser.entry(at.div_euclid(10)).or_default() += change;
            }
            self.changes = coarser;
        }
    }

    /// How many there were from each instant on. A user that leaves without having come (the log begins later) is none.
    pub(super) fn readings(&self) -> impl Iterator<Item = (Timestamp, f64)> + '_ {
        let mut users = 0_i64;
        self.changes.iter().map(move |(at, change)| {
            users = users.saturating_add(*change).max(0);
            #[expect(clippy::cast_precision_loss, reason = "users are far below 2^53")]
            (Timestamp(at.saturating_mul(self.step_ms).saturating_mul(1_000_000)), users as f64)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_counted_in_order_of_time() {
        let mut course = Course::default();
        for (at, comes) in [(30, false), (10, true), (20, true), (40, false), (50, false), (60, true)] {
            course.add(at, comes);
        }
        let readings: Vec<f64> = course.readings().map(|(_, users)| users).collect();
        assert_eq!(readings, [1.0, 2.0, 1.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn many_users_take_bounded_memory() {
        let mut course = Course::default();
        (0..250_000).for_each(|at| course.add(at, true));
        assert!(course.changes.len() <= MOST);
        assert_eq!(course.readings().last(), Some((Timestamp(249_990_000_000), 250_000.0)));
    }
}
