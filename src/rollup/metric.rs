//! Custom metrics: sums in integers, so that the order of points cannot be seen in them.

use crate::model::folded::FoldedPoints;
use crate::model::histogram::Histogram;
use crate::model::key::{MetricKey, MetricKind};
use crate::model::metric::MetricTotal;
use crate::model::test::{MetricData, ScaledHistogram};
use crate::unit::{Timestamp, Unit};

/// Sums are kept in thousand-millionths of the metric's unit.
const STEPS_OF_SUM: f64 = 1e9;

/// The points of one metric with one set of tags.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Points {
    count: u64,
    nonzero: u64,
    /// In 1e-9 of the unit.
    sum: i128,
    extremes: Option<(f64, f64)>,
    /// By time, then by value.
    last: Option<(Option<Timestamp>, f64)>,
    histogram: Histogram,
}

/// Histogram steps in one unit: durations are in whole microseconds, bytes whole, and what may be a fraction to 1e-6.
fn steps_per_unit(unit: Unit) -> f64 {
    match unit {
        Unit::Micros | Unit::Bytes => 1.0,
        Unit::Ratio | Unit::PerSecond | Unit::Count | Unit::Plain => 1e6,
    }
}

impl Points {
    /// One point; a value that is not finite is the adapter's to reject and is passed over.
    pub(super) fn add(&mut self, key: &MetricKey, at: Option<Timestamp>, value: f64) {
        if !value.is_finite() {
            return;
        }
        self.count += 1;
        self.nonzero += u64::from(value.abs() > 0.0);
        self.sum = self.sum.saturating_add(whole(value * STEPS_OF_SUM));
        self.extremes = Some(spread(self.extremes, (value, value)));
        self.last = Some(later(self.last, (at, value)));
        if key.kind == MetricKind::Trend {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "`as` saturates; beyond 2^63 steps the histogram's last bucket counts"
            )]
            self.histogram.record((value * steps_per_unit(key.unit)).round() as i64);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.nonzero += other.nonzero;
        self.sum = self.sum.saturating_add(other.sum);
        self.extremes = other.extremes.map(|theirs| spread(self.extremes, theirs)).or(self.extremes);
        self.last = other.last.map(|theirs| later(self.last, theirs)).or(self.last);
        self.histogram.merge(&other.histogram);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// As plain data.
    pub(super) fn folded(&self) -> FoldedPoints {
        FoldedPoints {
            count: self.count,
            nonzero: self.nonzero,
            sum: self.sum,
            extremes: self.extremes,
            last: self.last,
            histogram: self.histogram.clone(),
        }
    }

    /// From plain data.
    pub(super) fn unfolded(folded: FoldedPoints) -> Self {
        let FoldedPoints { count, nonzero, sum, extremes, last, histogram } = folded;
        Self { count, nonzero, sum, extremes, last, histogram }
    }

    pub(super) fn settle(&mut self) {
        self.histogram.settle();
    }

    /// The figures of these points; of unstated meaning, as `stated` has them. Plain values that turn out to be durations are
    /// in milliseconds, as k6 writes them.
    pub(super) fn view(&self, key: &MetricKey, stated: Option<(MetricKind, Unit)>) -> MetricData {
        let unstated = key.kind == MetricKind::Trend && key.unit == Unit::Plain;
        let (kind, unit) = stated.filter(|_| unstated).unwrap_or((key.kind, key.unit));
        let scale = if unstated && unit == Unit::Micros { 1e3 } else { 1.0 };
        let steps_per_unit = steps_per_unit(key.unit) / scale;
        let key = &MetricKey { kind, unit, ..key.clone() };
        #[expect(clippy::cast_precision_loss, reason = "a sum or mean for showing needs no more than 53 bits")]
        let (sum, count) = (self.sum as f64 / STEPS_OF_SUM * scale, self.count as f64);
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        let share = self.nonzero as f64 / count;
        let trend = key.kind == MetricKind::Trend;
        MetricData {
            key: key.clone(),
            total: MetricTotal {
                count: Some(self.count),
                nonzero: (key.kind == MetricKind::Rate).then_some(self.nonzero),
                sum: matches!(key.kind, MetricKind::Counter | MetricKind::Trend).then_some(sum),
                rate_per_s: None,
                value: match key.kind {
                    MetricKind::Gauge => self.last.map(|(_, value)| value * scale),
                    MetricKind::Rate => (self.count > 0).then_some(share),
                    MetricKind::Counter | MetricKind::Trend => None,
                },
                min: self.extremes.map(|(least, _)| least * scale),
                max: self.extremes.map(|(_, most)| most * scale),
                mean: (trend && self.count > 0).then_some(sum / count),
                quantiles: Vec::new(),
            },
            recorded: trend.then(|| ScaledHistogram { histogram: self.histogram.clone(), steps_per_unit }),
            quoted: false,
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "`as` saturates at 2^127, which is 1e29 units")]
fn whole(value: f64) -> i128 {
    value.round() as i128
}

fn spread(own: Option<(f64, f64)>, theirs: (f64, f64)) -> (f64, f64) {
    let Some((least, most)) = own else { return theirs };
    let least = if theirs.0.total_cmp(&least).is_lt() { theirs.0 } else { least };
    let most = if theirs.1.total_cmp(&most).is_gt() { theirs.1 } else { most };
    (least, most)
}

fn later(own: Option<(Option<Timestamp>, f64)>, theirs: (Option<Timestamp>, f64)) -> (Option<Timestamp>, f64) {
    match own {
        Some(mine) if mine.0.cmp(&theirs.0).then(mine.1.total_cmp(&theirs.1)).is_ge() => mine,
        _ => theirs,
    }
}
