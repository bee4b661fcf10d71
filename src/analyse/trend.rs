//! Growth within a test: does memory rise, and by how much a minute?
//!
//! Theil–Sen's slope (the median of all pairwise slopes) with the Mann–Kendall test, whose variance is corrected for the
//! autocorrelation of the residuals by an AR(1) model. Without that correction every second flat but sluggish series is
//! "rising"; the usual corrections (Hamed–Rao, Yue–Wang) are little better (statistics.md 4.2).

use super::figures::{Phases, TrendFigures};
use super::monitor::within_test;
use super::phases;
use super::reading::{Readings, real};
use crate::model::key::ColumnKind;
use crate::model::test::{MonitorColumn, Test};
use statrs::distribution::{ContinuousCDF, Normal};
use std::collections::BTreeMap;

/// A rise is worth a word from this share of the level at the start on.
const MATERIAL: f64 = 0.10;
const SIGNIFICANT: f64 = 0.05;
/// A leak is called one from this length and number of readings on.
const LONG_ENOUGH_S: f64 = 1800.0;
const ENOUGH_READINGS: u64 = 40;
/// Fewer readings have no trend that could be told from chance.
const FEWEST_READINGS: usize = 10;
/// The slopes of all pairs are looked at, so a longer series is thinned to medians of neighbours first.
const MOST_READINGS: usize = 512;
/// The autocorrelation is not believed to be nearer to 1 than this.
const MOST_AUTOCORRELATION: f64 = 0.95;

/// Trends of the columns that hold an amount of memory, over the steady part.
#[must_use]
pub fn figures(test: &Test, phases: Option<&Phases>) -> Vec<TrendFigures> {
    test.monitors
        .iter()
        .filter(|column| is_memory(column))
        .filter_map(|column| column_trend(test, column, phases))
        .collect()
}

fn is_memory(column: &MonitorColumn) -> bool {
    let name = column.name.to_lowercase().replace("member", "");
    let amount = column.kind == ColumnKind::Level && column.unit != "%" && !name.contains("percent");
    // Free memory that grows is no leak, and a limit or a cache is nobody's to leak.
    let used = !["free", "avail", "limit", "total", "cache", "buff"].iter().any(|word| name.contains(word));
    amount && used && ["mem", "rss", "heap"].iter().any(|word| name.contains(word))
}

fn column_trend(test: &Test, column: &MonitorColumn, phases: Option<&Phases>) -> Option<TrendFigures> {
    let measured = within_test(test, column).into_iter().filter_map(|(at, value)| Some((at, value?)));
    let measured: Vec<_> = measured.collect();
    let origin = phases::origin(test).or(measured.first().map(|(at, _)| *at))?;
    let points: Vec<(f64, f64)> = measured
        .into_iter()
        .map(|(at, value)| (at.seconds_since(origin), value))
        .filter(|(at, _)| phases.is_none_or(|phases| (phases.steady_from_s..=phases.steady_to_s).contains(at)))
        .collect();
    let trend = fit(&points)?;
    let duration_s = points.last()?.0 - points.first()?.0;
    let relative_rise = trend.slope * duration_s / trend.start;
    let n = points.len() as u64;
    Some(TrendFigures {
        metric: column.name.clone(),
        unit: column.unit.clone(),
        slope_per_min: trend.slope * 60.0,
        slope_ci: (trend.interval.0 * 60.0, trend.interval.1 * 60.0),
        start_level: trend.start,
        relative_rise,
        duration_s,
        n,
        p: trend.p,
        long_enough: duration_s >= LONG_ENOUGH_S && n >= ENOUGH_READINGS,
        rises: trend.p < SIGNIFICANT && trend.slope > 0.0 && relative_rise >= MATERIAL,
    })
}

/// A Trend is a fitted line, per second, with its two-sided p.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trend {
    pub(crate) slope: f64,
    pub(crate) interval: (f64, f64),
    pub(crate) start: f64,
    pub(crate) p: f64,
}

/// The trend of (second, value) points in order of time; `None` for fewer than ten or where time stands still.
pub(crate) fn fit(points: &[(f64, f64)]) -> Option<Trend> {
    if points.len() < FEWEST_READINGS {
        return None;
    }
    let points = thinned(points);
    let slopes = slopes(&points);
    let slope = slopes.median()?;
    let (score, variance) = mann_kendall(&points);
    let factor = autocorrelation_factor(&points, slope);
    let z = if variance > 0.0 { (score - score.signum().min(score.abs())) / variance.sqrt() / factor } else { 0.0 };
    let normal = Normal::standard();
    let (low, high) = sen_interval(&slopes, variance, &normal);
    let first = points.first()?.0;
    let start = Readings::new(points.iter().map(|(at, value)| slope.mul_add(first - at, *value))).median()?;
    Some(Trend {
        slope,
        interval: (slope - (slope - low) * factor, slope + (high - slope) * factor),
        start,
        p: 2.0 * normal.sf(z.abs()),
    })
}

/// Medians of equally many neighbours where there are more than 512 points.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let together = points.len().div_ceil(MOST_READINGS).max(1);
    points
        .chunks(together)
        .filter_map(|chunk| {
            let at = Readings::new(chunk.iter().map(|(at, _)| *at)).median()?;
            Some((at, Readings::new(chunk.iter().map(|(_, value)| *value)).median()?))
        })
        .collect()
}

/// The slopes of all pairs of points at different times.
fn slopes(points: &[(f64, f64)]) -> Readings {
    let pairs = points.iter().enumerate().flat_map(|(number, before)| {
        points.iter().skip(number + 1).map(move |after| (after.1 - before.1) / (after.0 - before.0))
    });
    // Equal times divide by zero, and what is not finite is left out.
    Readings::new(pairs)
}

/// Mann–Kendall's score and its variance for independent values, corrected for ties.
fn mann_kendall(points: &[(f64, f64)]) -> (f64, f64) {
    let mut score = 0.0;
    for (number, before) in points.iter().enumerate() {
        for after in points.iter().skip(number + 1) {
            score += match after.1.total_cmp(&before.1) {
                std::cmp::Ordering::Less => -1.0,
                std::cmp::Ordering::Equal => 0.0,
                std::cmp::Ordering::Greater => 1.0,
            };
        }
    }
    let spread = |n: f64| n * (n - 1.0) * 2.0f64.mul_add(n, 5.0);
    let mut equal: BTreeMap<u64, u64> = BTreeMap::new();
    for (_, value) in points {
        *equal.entry(value.to_bits()).or_default() += 1;
    }
    let tied: f64 = equal.values().map(|count| spread(real(*count))).sum();
    (score, (spread(real(points.len() as u64)) - tied) / 18.0)
}

/// Sen's 95 % interval of the slope for independent values, by the ranks that scipy's `theilslopes` takes.
fn sen_interval(slopes: &Readings, variance: f64, normal: &Normal) -> (f64, f64) {
    let reach = normal.inverse_cdf(0.975) * variance.max(0.0).sqrt();
    let pairs = real(slopes.count());
    let low = whole(f64::midpoint(pairs, -reach).round_ties_even()) - 1;
    let high = whole(f64::midpoint(pairs, reach).round_ties_even());
    (slopes.at(low).unwrap_or(f64::NEG_INFINITY), slopes.at(high).unwrap_or(f64::INFINITY))
}

#[expect(clippy::cast_possible_truncation, reason = "a rank among at most 512² slopes")]
fn whole(rank: f64) -> i64 {
    rank as i64
}

/// By how much the first-order autocorrelation of the residuals widens a standard error; at least 1. The small-sample
/// bias of the estimate is added back.
fn autocorrelation_factor(points: &[(f64, f64)], slope: f64) -> f64 {
    let residuals: Vec<f64> = points.iter().map(|(at, value)| slope.mul_add(-at, *value)).collect();
    let n = real(residuals.len() as u64);
    let mean = residuals.iter().sum::<f64>() / n;
    let squares: f64 = residuals.iter().map(|value| (value - mean).powi(2)).sum();
    if squares <= 0.0 {
        return 1.0;
    }
    let neighbours = residuals.iter().zip(residuals.iter().skip(1));
    let a = neighbours.map(|(one, next)| (one - mean) * (next - mean)).sum::<f64>() / squares;
    let a = (a + 3.0f64.mul_add(a, 1.0) / n).clamp(0.0, MOST_AUTOCORRELATION);
    ((1.0 + a) / (1.0 - a)).sqrt()
}

#[cfg(test)]
mod tests;
