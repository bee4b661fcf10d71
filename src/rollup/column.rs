//! Readings of a resource monitor, in order of time.

use crate::model::key::{ColumnKey, ColumnKind};
use crate::unit::Timestamp;

/// Readings of a column that are kept: one a second for 18 hours.
const KEPT: usize = 65_536;
/// Readings that are held before they are thinned while the reading still goes on.
const HELD: usize = 4 * KEPT;

/// A Column is one monitored figure over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Which.
    pub key: ColumnKey,
    /// In order of time; `None` is not measured. At most 65,536: of a longer series neighbours are merged, levels to their
    /// mean, everything else to the later one.
    pub readings: Vec<(Timestamp, Option<f64>)>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Readings(Vec<(Timestamp, Option<f64>)>);

impl Readings {
    pub(super) fn add(&mut self, kind: ColumnKind, at: Timestamp, value: Option<f64>) {
        self.0.push((at, value.filter(|value| value.is_finite())));
        if self.0.len() > HELD {
            self.0 = thinned(&self.sorted(), kind);
        }
    }

    /// As plain data: in order of time.
    pub(super) fn folded(&self) -> Vec<(Timestamp, Option<f64>)> {
        self.sorted()
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub(super) fn view(&self, key: &ColumnKey) -> Column {
        let mut readings = self.sorted();
        while readings.len() > KEPT {
            readings = thinned(&readings, key.kind);
        }
        Column { key: key.clone(), readings }
    }

    fn sorted(&self) -> Vec<(Timestamp, Option<f64>)> {
        let mut readings = self.0.clone();
        readings.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| by_value(a.1, b.1)));
        readings
    }
}

/// Equal are the same readings in whatever order they came.
impl PartialEq for Readings {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

fn by_value(a: Option<f64>, b: Option<f64>) -> std::cmp::Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

fn thinned(readings: &[(Timestamp, Option<f64>)], kind: ColumnKind) -> Vec<(Timestamp, Option<f64>)> {
    readings
        .chunks(2)
        .filter_map(|pair| {
            let &(at, last) = pair.last()?;
            let first = pair.first().and_then(|(_, value)| *value);
            Some((
                at,
                match (first, last, kind) {
                    (Some(a), Some(b), ColumnKind::Level) => Some(f64::midpoint(a, b)),
                    (first, last, _) => last.or(first),
                },
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kind: ColumnKind) -> ColumnKey {
        ColumnKey { name: "cpu_percent".into(), kind, unit: "%".into() }
    }

    #[test]
    fn two_days_of_seconds_keep_their_mean_and_their_last_count() {
        let mut level = Readings::default();
        let mut counter = Readings::default();
        for second in 0..172_800 {
            let at = Timestamp(second * 1_000_000_000);
            level.add(ColumnKind::Level, at, Some(if second % 2 == 0 { 10.0 } else { 30.0 }));
            #[expect(clippy::cast_precision_loss, reason = "small")]
            counter.add(ColumnKind::Cumulative, at, Some(second as f64));
        }
        let level = level.view(&key(ColumnKind::Level));
        let counter = counter.view(&key(ColumnKind::Cumulative));
        assert!(level.readings.len() <= KEPT && level.readings.len() > KEPT / 2);
        assert!(level.readings.iter().all(|(_, value)| *value == Some(20.0)));
        assert_eq!(counter.readings.last().unwrap().1, Some(172_799.0));
    }
}
