//! Custom metrics: sums in integers, so that the order of points cannot be seen in them.

use crate::model::folded::FoldedPoints;
use crate::model::histogram::Histogram;
use crate::model::key::{MetricKey, MetricKind};
use crate::model::metric::MetricTotal;
use crate::model::test::{MetricData, ScaledHistogram};
use crate::unit::{Timestamp, Unit};
use std::borrow::Cow;

/// Sums are kept in thousand-millionths of the metric's unit.
const STEPS_OF_SUM: f64 = 1e9;

/// Points that are held before they are counted. Counting them together lets a processor wait for many counters at once.
const HELD: usize = 64;

/// The points of one metric with one set of tags.
#[derive(Debug, Clone)]
pub(super) struct Points {
    counted: Figures,
    /// Values that came since, at most [`HELD`].
    held: Vec<f64>,
    /// Of a trend.
    steps_per_unit: Option<f64>,
    /// Whether the last value is of interest: of a gauge, and of what may turn out to be one.
    has_last: bool,
}

/// What points amount to.
#[derive(Debug, Clone, Default, PartialEq)]
struct Figures {
    count: u64,
    nonzero: u64,
    /// In 1e-9 of the unit.
    sum: i128,
    extremes: Option<(f64, f64)>,
    /// By time, then by value; where it is of interest.
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

/// Whether nothing says what the points mean: plain values, shown as a distribution for want of anything better.
fn is_unstated(key: &MetricKey) -> bool {
    key.kind == MetricKind::Trend && key.unit == Unit::Plain
}

impl Points {
    /// None yet, of a metric of this key.
    pub(super) fn of(key: &MetricKey) -> Self {
        let steps_per_unit = (key.kind == MetricKind::Trend).then(|| steps_per_unit(key.unit));
        let has_last = key.kind == MetricKind::Gauge || is_unstated(key);
        Self { counted: Figures::default(), held: Vec::new(), steps_per_unit, has_last }
    }

    /// One point; a value that is not finite is the adapter's to reject and is passed over.
    #[inline]
    pub(super) fn add(&mut self, at: Option<Timestamp>, value: f64) {
        if !value.is_finite() {
            return;
        }
        if self.has_last {
            self.counted.last = Some(later(self.counted.last, (at, value)));
        }
        self.held.push(value);
        if self.held.len() >= HELD {
            self.count();
        }
    }

    /// Counts what is held.
    fn count(&mut self) {
        self.counted.add(&self.held, self.steps_per_unit);
        self.held.clear();
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.counted.count.saturating_add(self.held.len() as u64)
    }

    /// All figures up to now.
    fn figures(&self) -> Cow<'_, Figures> {
        if self.held.is_empty() {
            return Cow::Borrowed(&self.counted);
        }
        let mut copy = self.clone();
        copy.count();
        Cow::Owned(copy.counted)
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.count();
        self.counted.merge(&other.figures());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As plain data.
    pub(super) fn folded(&self) -> FoldedPoints {
        let Figures { count, nonzero, sum, extremes, last, histogram } = self.figures().into_owned();
        FoldedPoints { count, nonzero, sum, extremes, last, histogram }
    }

    /// From plain data, of a metric of this key.
    pub(super) fn unfolded(key: &MetricKey, folded: FoldedPoints) -> Self {
        let FoldedPoints { count, nonzero, sum, extremes, last, histogram } = folded;
        Self { counted: Figures { count, nonzero, sum, extremes, last, histogram }, ..Self::of(key) }
    }

    pub(super) fn settle(&mut self) {
        self.count();
        self.held = Vec::new();
        self.counted.histogram.settle();
    }

    /// The figures of these points; of unstated meaning, as `stated` has them. Plain values that turn out to be durations are
    /// in milliseconds, as k6 writes them.
    pub(super) fn view(&self, key: &MetricKey, stated: Option<(MetricKind, Unit)>) -> MetricData {
        self.figures().view(key, stated)
    }
}

/// Equal are the same points, whether counted yet or not.
impl PartialEq for Points {
    fn eq(&self, other: &Self) -> bool {
        self.figures() == other.figures()
    }
}

impl Figures {
    /// Counts values, which are all finite; those of a trend in a histogram too, of so many steps a unit.
    fn add(&mut self, values: &[f64], steps_per_unit: Option<f64>) {
        self.count += values.len() as u64;
        let mut rest = values;
        // Many metrics say the same again and again, such as that no time was spent on connecting.
        while let Some((&value, others)) = rest.split_first() {
            let same = others.iter().position(|other| other.to_bits() != value.to_bits()).unwrap_or(others.len());
            rest = others.get(same..).unwrap_or_default();
            let times = 1 + same as u64;
            self.sum = self.sum.saturating_add(whole(value * STEPS_OF_SUM).saturating_mul(i128::from(times)));
            self.nonzero += if value.abs() > 0.0 { times } else { 0 };
            // Mostly a value lies well within the extremes; what comes near them is compared with care.
            if !self.extremes.is_some_and(|(least, most)| least < value && value < most) {
                self.extremes = Some(spread(self.extremes, (value, value)));
            }
            if let Some(steps) = steps_per_unit {
                self.histogram.record_n(nearest(value * steps), times);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.nonzero += other.nonzero;
        self.sum = self.sum.saturating_add(other.sum);
        self.extremes = other.extremes.map(|theirs| spread(self.extremes, theirs)).or(self.extremes);
        self.last = other.last.map(|theirs| later(self.last, theirs)).or(self.last);
        self.histogram.merge(&other.histogram);
    }

    fn view(&self, key: &MetricKey, stated: Option<(MetricKind, Unit)>) -> MetricData {
        let unstated = is_unstated(key);
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

/// Rounds half away from zero.
#[inline]
fn whole(value: f64) -> i128 {
    if value.abs() < 9e18 {
        return i128::from(nearest(value));
    }
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates at 2^127, which is 1e29 units")]
    let wide = value.round() as i128;
    wide
}

/// Rounds half away from zero, as `f64::round` does, which is no instruction of every processor; held at the ends of the
/// range, where a histogram's last bucket counts.
#[inline]
fn nearest(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "`as` cuts the fraction off and saturates")]
    let whole = value as i64;
    #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 it was whole already, and is the same again")]
    let rest = value - whole as f64;
    whole.saturating_add(i64::from(rest >= 0.5) - i64::from(rest <= -0.5))
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_together_amount_to_what_they_do_one_by_one(
            values in prop::collection::vec((prop_oneof![0.0..5e5_f64, -1e8..1e8_f64, -1e12..1e12_f64, Just(0.0), Just(-0.0)], 1..4_usize), 0..30),
        ) {
            let values: Vec<f64> = values.into_iter().flat_map(|(value, times)| vec![value; times]).collect();
            let (mut together, mut one_by_one) = (Figures::default(), Figures::default());
            together.add(&values, Some(1.0));
            for value in values {
                one_by_one.add(&[value], Some(1.0));
            }
            prop_assert_eq!(together, one_by_one);
        }

        #[test]
        fn rounding_is_that_of_the_standard_library(wide: f64, narrow in -1e6..1e6_f64, half in -5_000_000_i32..5_000_000) {
            for value in [wide, narrow, f64::from(half) / 2.0, 9.3e18, -9.3e18, 0.499_999_999_999_999_94] {
                #[expect(clippy::cast_possible_truncation, reason = "saturates either way")]
                let (narrow, broad) = (value.round() as i64, value.round() as i128);
                prop_assert_eq!((nearest(value), whole(value)), (narrow, broad), "{}", value);
            }
        }
    }
}
