//! Load and monitors side by side: at each point of the test's series, what every monitor column read last.
//!
//! The clocks of a load generator and of a monitor agree at best to a second, and neither samples when the other does. So
//! each point takes the nearest reading, and none where the nearest is further away than the monitor's own interval: an
//! as-of join, which is what a frame is for.

use super::figures::SeriesFigures;
use super::monitor;
use super::phases;
use super::reading::real;
use crate::model::key::ColumnKind;
use crate::model::test::{MonitorColumn, Test};
use crate::unit::{NANOS_PER_SECOND, Timestamp};
use polars::prelude::DataFrameJoinOps as _;
use polars::prelude::{
    AnyValue, AsOfOptions, AsofStrategy, Column, DataFrame, DataType, JoinArgs, JoinType, PolarsResult, Scalar,
};

/// From so many values on a p95 is not their maximum.
const ENOUGH_REQUESTS: u64 = 20;

/// One moment of the test.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Middle of the point, in seconds of the test.
    pub at_s: f64,
    /// Requests that ended then.
    pub requests: u64,
    /// The same per second.
    pub rate_per_s: f64,
    /// Users, where read.
    pub users: Option<f64>,
    /// p95 of the requests that ended then, in µs.
    pub p95_us: Option<f64>,
    /// (monitor column, its unit, nearest reading), in the files' order.
    pub readings: Vec<(String, String, Option<f64>)>,
}

/// The points of a series with the nearest reading of every column that is a level. A join that fails (it cannot, with
/// columns built here) gives no moments and is told by the error.
///
/// # Errors
/// The frame library's, as it comes.
pub fn at_load(test: &Test, series: &SeriesFigures) -> PolarsResult<Vec<Moment>> {
    let Some(origin) = phases::origin(test) else {
        return Ok(Vec::new());
    };
    let instants = instants(origin, series);
    let columns: Vec<&MonitorColumn> = test.monitors.iter().filter(|column| column.kind == ColumnKind::Level).collect();
    let joined = columns.iter().map(|column| nearest(&instants, column)).collect::<PolarsResult<Vec<_>>>()?;
    let p95 = series.quantiles_us.get("p95");
    let moments = instants.iter().zip(&series.requests).enumerate().map(|(point, (at, requests))| Moment {
        at_s: Timestamp(*at).seconds_since(origin),
        requests: *requests,
        rate_per_s: real(*requests) / series.width_s,
        users: series.users.get(point).copied().flatten(),
        p95_us: p95.and_then(|values| values.get(point).copied().flatten()),
        readings: columns
            .iter()
            .zip(&joined)
            .map(|(column, values)| (column.name.clone(), column.unit.clone(), values.get(point).copied().flatten()))
            .collect(),
    });
    Ok(moments.collect())
}

/// The moment with the longest p95, for "at that time" evidence. Moments of few requests, such as the tail of a run in which
/// the last stragglers end, count only where there are no others: their p95 is one request.
#[must_use]
pub fn slowest(moments: &[Moment]) -> Option<&Moment> {
    let enough = moments.iter().any(|moment| moment.requests >= ENOUGH_REQUESTS);
    moments
        .iter()
        .filter(|moment| !enough || moment.requests >= ENOUGH_REQUESTS)
        .filter_map(|moment| Some((moment.p95_us?, moment)))
        .max_by(|(one, earlier), (other, later)| one.total_cmp(other).then(later.at_s.total_cmp(&earlier.at_s)))
        .map(|(_, moment)| moment)
}

/// The middle of every point, in nanoseconds of the epoch.
fn instants(origin: Timestamp, series: &SeriesFigures) -> Vec<i64> {
    (0..series.requests.len() as u64)
        .map(|point| series.width_s.mul_add(real(point) + 0.5, series.first_s))
        .filter_map(|second| Some(origin.plus_nanos(Timestamp::from_seconds(second)?.0).0))
        .collect()
}

/// The reading of one column nearest to each instant; none where it is further away than twice its own interval.
fn nearest(instants: &[i64], column: &MonitorColumn) -> PolarsResult<Vec<Option<f64>>> {
    let (times, values): (Vec<i64>, Vec<f64>) =
        column.readings.iter().filter_map(|(at, value)| Some((at.0, (*value)?))).unzip();
    if times.is_empty() {
        return Ok(vec![None; instants.len()]);
    }
    let left = DataFrame::new(instants.len(), vec![Column::new("at".into(), instants)])?;
    let readings = vec![Column::new("at".into(), &times), Column::new("reading".into(), &values)];
    let right = DataFrame::new(times.len(), readings)?;
    let how = AsOfOptions {
        strategy: AsofStrategy::Nearest,
        tolerance: Some(Scalar::new(DataType::Int64, AnyValue::Int64(tolerance_ns(column)))),
        tolerance_str: None,
        left_by: None,
        right_by: None,
        allow_eq: true,
        check_sortedness: true,
    };
    let joined = left.join(&right, ["at"], ["at"], JoinArgs::new(JoinType::AsOf(Box::new(how))), None)?;
    Ok(joined.column("reading")?.f64()?.iter().collect())
}

fn tolerance_ns(column: &MonitorColumn) -> i64 {
    let interval = monitor::sampling_interval_s(column).max(1.0);
    Timestamp::from_seconds(2.0 * interval).map_or(2 * NANOS_PER_SECOND, |reach| reach.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};
    use crate::analyse::series;

    #[test]
    fn each_point_takes_the_nearest_reading_and_none_from_afar() {
        let mut test =
            builder::raw_test(&Shape { seconds: 60, per_second: 100, latency_us: |number| number, ..Shape::default() });
        let mut column = builder::column("cpu_percent", ColumnKind::Level, "%", &[]);
        column.readings = [0, 5, 10, 15, 40]
            .map(|second| (builder::second(second), Some(f64::from(i32::try_from(second).unwrap()))))
            .to_vec();
        test.monitors = vec![column];
        let moments = at_load(&test, &series::figures(&test).unwrap()).unwrap();
        assert_eq!(moments.len(), 60);
        let read = |point: usize| moments[point].readings[0].2;
        assert_eq!((read(0), read(6), read(8)), (Some(0.0), Some(5.0), Some(10.0)));
        assert_eq!(read(27), None, "12 s after one reading and 12 s before the next");
        let worst = slowest(&moments).unwrap();
        assert!((worst.at_s - 59.5).abs() < 1e-9, "latency grows with the request's number");
        assert!((worst.rate_per_s - 100.0).abs() < 1e-9);
    }

    #[test]
    fn a_column_that_was_never_measured_stays_unknown() {
        let mut test = builder::raw_test(&Shape::default());
        test.monitors = vec![builder::column("pool", ColumnKind::Level, "", &[None, None])];
        let moments = at_load(&test, &series::figures(&test).unwrap()).unwrap();
        assert!(moments.iter().all(|moment| moment.readings[0].2.is_none()));
    }
}
