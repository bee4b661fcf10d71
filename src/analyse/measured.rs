//! What a selection of series or cells amounts to.

use super::reading::real;
use crate::model::distribution::{Recorded, SourceClass};
use crate::model::key::{MetricKind, Outcome};
use crate::model::test::{CellData, MetricData, ScaledHistogram};
use crate::unit::Unit;

/// A Measured is a metric, or the part of it that a filter selects, in the metric's base unit (durations in µs).
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Counter, gauge, rate or trend.
    pub kind: MetricKind,
    /// Unit of the values.
    pub unit: Unit,
    /// From points, or as the tool's summary states it.
    pub class: SourceClass,
    /// Points; `None` where a summary does not say.
    pub n: Option<u64>,
    /// Points that were not zero (rate).
    pub nonzero: Option<u64>,
    /// Sum (counter, trend).
    pub sum: Option<f64>,
    /// Sum per second of the test (counter).
    pub rate_per_s: Option<f64>,
    /// Last value (gauge) or ratio (rate).
    pub value: Option<f64>,
    /// Arithmetic mean (trend).
    pub mean: Option<f64>,
    /// Least.
    pub min: Option<f64>,
    /// Greatest.
    pub max: Option<f64>,
    /// A summary's own quantiles: (p, value), ascending.
    pub quoted_quantiles: Vec<(f64, f64)>,
    /// Points of a trend.
    pub points: Option<ScaledHistogram>,
}

impl Measured {
    /// A counter that counted nothing.
    pub(super) fn nothing_counted(unit: Unit) -> Self {
        let zero = Some(0.0);
        Self { n: Some(0), sum: zero, rate_per_s: zero, ..Self::empty(MetricKind::Counter, unit, SourceClass::Raw) }
    }

    fn empty(kind: MetricKind, unit: Unit, class: SourceClass) -> Self {
        Self {
            kind,
            unit,
            class,
            n: None,
            nonzero: None,
            sum: None,
            rate_per_s: None,
            value: None,
            mean: None,
            min: None,
            max: None,
            quoted_quantiles: Vec::new(),
            points: None,
        }
    }

    /// The type 1 quantile of the points, else the summary's own; `None` where neither is there.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let Some(points) = &self.points else {
            return self.quoted(p);
        };
        let value = steps(points.histogram.quantile(p)?) / points.steps_per_unit;
        Some(value.max(self.min.unwrap_or(value)).min(self.max.unwrap_or(value)))
    }

    /// k6's own quantile (type 7) of the points, within 0.05 %, else the summary's own. For judging k6's thresholds.
    #[must_use]
    pub fn quantile_type_7(&self, p: f64) -> Option<f64> {
        let Some(points) = &self.points else {
            return self.quoted(p);
        };
        let extreme = |value: Option<f64>| value.map(|value| whole(value * points.steps_per_unit));
        let (least, most) = (extreme(self.min)?, extreme(self.max)?);
        Some(points.histogram.quantile_interpolated(p, least, most)? / points.steps_per_unit)
    }

    fn quoted(&self, p: f64) -> Option<f64> {
        self.quoted_quantiles.iter().find(|(own, _)| (own - p).abs() < 1e-9).map(|(_, value)| *value)
    }
}

/// The merge of series of one metric with points; `None` of no series, and of series without a single point unless they
/// count.
pub(super) fn from_series(series: &[&MetricData], duration_s: Option<f64>) -> Option<Measured> {
    let key = &series.first()?.key;
    let totals = || series.iter().map(|data| &data.total);
    let n: u64 = totals().filter_map(|total| total.count).sum();
    if n == 0 && key.kind != MetricKind::Counter {
        return None;
    }
    let mut merged = Measured::empty(key.kind, key.unit, SourceClass::Raw);
    merged.n = Some(n);
    merged.min = totals().filter_map(|total| total.min).reduce(f64::min);
    merged.max = totals().filter_map(|total| total.max).reduce(f64::max);
    let sum: f64 = totals().filter_map(|total| total.sum).sum();
    match key.kind {
        MetricKind::Counter => {
            merged.sum = Some(sum);
            merged.rate_per_s = per_second(sum, duration_s);
        }
        MetricKind::Gauge => merged.value = only(totals().filter_map(|total| total.value)),
        MetricKind::Rate => {
            let nonzero = totals().filter_map(|total| total.nonzero).sum();
            merged.nonzero = Some(nonzero);
            merged.value = Some(real(nonzero) / real(n));
        }
        MetricKind::Trend => {
            merged.sum = Some(sum);
            merged.mean = Some(sum / real(n));
            merged.points = points(series);
        }
    }
    Some(merged)
}

/// The last value of several series together is known only where they agree: which came last is not.
fn only(mut values: impl Iterator<Item = f64>) -> Option<f64> {
    let first = values.next()?;
    values.all(|other| other.total_cmp(&first).is_eq()).then_some(first)
}

fn points(series: &[&MetricData]) -> Option<ScaledHistogram> {
    let mut recorded = series.iter().filter_map(|data| data.recorded.as_ref());
    let mut merged = recorded.next()?.clone();
    recorded.for_each(|other| merged.histogram.merge(&other.histogram));
    merged.histogram.settle();
    Some(merged)
}

/// A summary's figures as they stand.
pub(super) fn from_quoted(data: &MetricData, duration_s: Option<f64>) -> Measured {
    let total = &data.total;
    Measured {
        n: total.count,
        nonzero: total.nonzero,
        sum: total.sum,
        rate_per_s: total.rate_per_s.or_else(|| per_second(total.sum?, duration_s)),
        value: total.value,
        mean: total.mean,
        min: total.min,
        max: total.max,
        quoted_quantiles: total.quantiles.clone(),
        ..Measured::empty(data.key.kind, data.key.unit, SourceClass::Quoted)
    }
}

/// k6's metrics of requests and connections from cells; `None` where none is among them, or nobody said which failed.
pub(super) fn from_cells(cells: &[&CellData], kind: MetricKind, duration_s: Option<f64>) -> Option<Measured> {
    let cells = || cells.iter();
    let n: u64 = cells().map(|cell| cell.count).sum();
    if n == 0 {
        return None;
    }
    Some(match kind {
        MetricKind::Trend => from_latencies(cells().map(|cell| &cell.recorded))?,
        MetricKind::Rate => {
            if cells().any(|cell| cell.key.outcome == Outcome::Unknown) {
                return None;
            }
            let failed = cells().filter(|cell| cell.key.outcome != Outcome::Ok).map(|cell| cell.count).sum::<u64>();
            Measured {
                n: Some(n),
                nonzero: Some(failed),
                value: Some(real(failed) / real(n)),
                ..Measured::empty(kind, Unit::Ratio, SourceClass::Raw)
            }
        }
        MetricKind::Counter | MetricKind::Gauge => Measured {
            n: Some(n),
            sum: Some(real(n)),
            rate_per_s: per_second(real(n), duration_s),
            ..Measured::empty(MetricKind::Counter, Unit::Count, SourceClass::Raw)
        },
    })
}

fn from_latencies<'a>(cells: impl Iterator<Item = &'a Recorded>) -> Option<Measured> {
    let mut merged = Recorded::default();
    cells.for_each(|recorded| merged.merge(recorded));
    merged.histogram.settle();
    let mean = merged.mean_us()?;
    Some(Measured {
        n: Some(merged.count()),
        sum: Some(mean * real(merged.count())),
        mean: Some(mean),
        min: merged.min_us(),
        max: merged.max_us(),
        points: Some(ScaledHistogram { histogram: merged.histogram, steps_per_unit: 1.0 }),
        ..Measured::empty(MetricKind::Trend, Unit::Micros, SourceClass::Raw)
    })
}

fn per_second(sum: f64, duration_s: Option<f64>) -> Option<f64> {
    duration_s.filter(|seconds| *seconds > 0.0).map(|seconds| sum / seconds)
}

#[expect(clippy::cast_precision_loss, reason = "a bucket's bound has eleven significant bits")]
const fn steps(value: i64) -> f64 {
    value as f64
}

#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, as the histogram does")]
const fn whole(value: f64) -> i64 {
    value.round() as i64
}
