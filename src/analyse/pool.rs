//! Pools: how many of their connections were in use, and whether they ran out.

use super::figures::PoolFigures;
use super::monitor::within_test;
use super::phases;
use super::reading::Readings;
use crate::model::test::{MonitorColumn, Test};
use crate::unit::Timestamp;
use std::collections::BTreeMap;

/// None available in so many readings in a row is exhaustion; a shorter touch is a peak.
const IN_A_ROW: u64 = 3;

/// Every pool whose columns (`…pool_size`, `…pool_available`, `…pool_active`, any prefix) tell its size and its use,
/// in the files' order.
#[must_use]
pub fn figures(test: &Test) -> Vec<PoolFigures> {
    test.monitors
        .iter()
        .filter_map(|column| Some((column, column.name.strip_suffix("_size")?)))
        .filter(|(_, name)| name.to_lowercase().ends_with("pool"))
        .filter_map(|(size, name)| pool(test, size, name))
        .collect()
}

/// One reading of a pool.
struct Reading {
    at: Timestamp,
    available: f64,
    active: f64,
}

fn pool(test: &Test, size: &MonitorColumn, name: &str) -> Option<PoolFigures> {
    let readings = readings(test, size, name);
    let active = Readings::new(readings.iter().map(|reading| reading.active));
    let sizes = Readings::new(within_test(test, size).into_iter().filter_map(|(_, value)| value));
    let run_out = first_run(&readings);
    Some(PoolFigures {
        name: name.to_owned(),
        size: sizes.max()?,
        peak_active: active.max()?,
        mean_active: active.mean()?,
        exhausted_samples: readings.iter().filter(|reading| reading.available <= 0.0).count() as u64,
        exhausted: run_out.is_some(),
        exhausted_at_s: run_out.zip(phases::origin(test)).map(|(at, origin)| at.seconds_since(origin).max(0.0)),
    })
}

/// The readings that tell its use; what one of the two columns does not say follows from the size.
fn readings(test: &Test, size: &MonitorColumn, name: &str) -> Vec<Reading> {
    let sibling = |suffix: &str| -> BTreeMap<Timestamp, f64> {
        test.monitors
            .iter()
            .filter(|column| column.source == size.source && column.name.strip_prefix(name) == Some(suffix))
            .flat_map(|column| within_test(test, column))
            .filter_map(|(at, value)| Some((at, value?)))
            .collect()
    };
    let (available, active) = (sibling("_available"), sibling("_active"));
    within_test(test, size)
        .into_iter()
        .filter_map(|(at, size)| {
            let (free, used) = (available.get(&at).copied(), active.get(&at).copied());
            Some(Reading {
                at,
                available: free.or_else(|| Some(size? - used?))?,
                active: used.or_else(|| Some(size? - free?))?,
            })
        })
        .collect()
}

/// When the first row of readings with none available began. Readings that were not measured neither make nor break it.
fn first_run(readings: &[Reading]) -> Option<Timestamp> {
    let mut began = None;
    let mut length = 0;
    for reading in readings {
        if reading.available > 0.0 {
            length = 0;
            continue;
        }
        length += 1;
        if length == 1 {
            began = Some(reading.at);
        }
        if length == IN_A_ROW {
            return began;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};
    use crate::model::key::ColumnKind;

    fn with_available(available: &[Option<f64>]) -> Vec<PoolFigures> {
        let mut test = builder::raw_test(&Shape::default());
        let sizes: Vec<_> = available.iter().map(|free| free.map(|_| 13.0)).collect();
        test.monitors = vec![
            builder::column("db_pool_size", ColumnKind::Level, "", &sizes),
            builder::column("db_pool_available", ColumnKind::Level, "", available),
        ];
        figures(&test)
    }

    #[test]
    fn three_readings_in_a_row_without_a_free_connection_are_exhaustion() {
        let found = with_available(&[Some(5.0), Some(0.0), Some(0.0), None, Some(0.0), Some(9.0)]);
        assert_eq!((found[0].name.as_str(), found[0].size, found[0].peak_active), ("db_pool", 13.0, 13.0));
        assert!(found[0].exhausted);
        assert_eq!(found[0].exhausted_at_s, Some(1.0));
    }

    #[test]
    fn a_shorter_touch_is_a_peak() {
        let found = with_available(&[Some(0.0), Some(0.0), Some(1.0), Some(0.0), Some(0.0)]);
        assert_eq!((found[0].exhausted, found[0].exhausted_samples), (false, 4));
        assert_eq!(found[0].exhausted_at_s, None);
    }

    #[test]
    fn a_pool_that_was_not_measured_is_not_there() {
        assert!(with_available(&[None, None, None]).is_empty());
    }
}
