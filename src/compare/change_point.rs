//! Where a series of runs changes its level: the algorithm of Hunter, now Apache Otava, equal to its results.
//!
//! Energy statistics find the split of a stretch whose two sides differ most (Matteson and James 2014); Student's t-test
//! says whether they do. Fleming et al. 2023 add what makes it stable as runs are appended: it looks through sliding windows
//! with a tenfold tolerance first, and then takes back, weakest first, what does not hold against its neighbours. It is
//! deterministic, and needs points after a change to see it: it explains a history and bounds a baseline, it is no gate.
//!
//! What decides equality: a point's index is the first value *after* the change; the t-test is pooled, with standard
//! deviations that divide by n; the next window begins at the last point found, or half a window further; and where a point
//! is taken back, the two after it are tested anew, while the one before it keeps the test that it had.

use crate::analyse::sampling::t_above;
use std::ops::Range;

/// Runs below which no change point is looked for.
pub const LEAST_RUNS: usize = 10;

/// What counts as a change point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Values that are looked at together; at least 2.
    pub window: usize,
    /// A change point's p is below this.
    pub max_p: f64,
    /// The level changes by more than this share, upwards or seen from the other side downwards.
    pub min_magnitude: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { window: 50, max_p: 0.001, min_magnitude: 0.05 }
    }
}

/// A `ChangePoint` is where the level of a series changes, held against the stretches beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// The first value after the change.
    pub index: usize,
    /// How far apart both sides were where it was found: the energy statistic.
    pub energy: f64,
    /// p of the t-test.
    pub p: f64,
    /// Mean back to the change point before.
    pub mean_before: f64,
    /// Mean up to the change point after.
    pub mean_after: f64,
    /// Standard deviation of the stretch before, dividing by n.
    pub sd_before: f64,
    /// The same of the stretch after.
    pub sd_after: f64,
}

impl ChangePoint {
    /// The change as a share of the lower level; 0 where a level is 0.
    #[must_use]
    pub fn magnitude(&self) -> f64 {
        let relative = |from: f64, to: f64| if from == 0.0 { 0.0 } else { (to / from - 1.0).abs() };
        relative(self.mean_before, self.mean_after).max(relative(self.mean_after, self.mean_before))
    }
}

/// The change points of a series in order. Values must be finite; gaps are closed by [`filled`].
#[must_use]
pub fn change_points(series: &[f64], settings: &Settings) -> Vec<ChangePoint> {
    let intervals = |points: &[Split]| edges(points.iter().map(|point| point.index), series.len());
    let weak = weak_points(series, settings);
    let stretches = intervals(&weak);
    let tested = weak.iter().zip(stretches.iter().zip(stretches.iter().skip(1)));
    let points = tested.map(|(split, (before, after))| split.tested(series, before, after)).collect();
    held(points, series, settings)
}

/// A series without gaps: each takes the last value before it, at the start the first after it. Empty if nothing is known.
#[must_use]
pub fn filled(series: &[Option<f64>]) -> Vec<f64> {
    let Some(first) = series.iter().flatten().next() else { return Vec::new() };
    let mut last = *first;
    let mut fill = |value: &Option<f64>| {
        last = value.unwrap_or(last);
        last
    };
    series.iter().map(&mut fill).collect()
}

/// A split that was found and not yet tested against all others.
#[derive(Debug, Clone, Copy)]
struct Split {
    index: usize,
    energy: f64,
}

impl Split {
    fn tested(self, series: &[f64], before: &Range<usize>, after: &Range<usize>) -> ChangePoint {
        let side = |range: &Range<usize>| Level::of(series.get(range.clone()).unwrap_or_default());
        let (one, other) = (side(before), side(after));
        ChangePoint {
            index: self.index,
            energy: self.energy,
            p: one.p_same(&other),
            mean_before: one.mean,
            mean_after: other.mean,
            sd_before: one.sd,
            sd_after: other.sd,
        }
    }
}

/// The stretches between points.
fn edges(points: impl Iterator<Item = usize>, n: usize) -> Vec<Range<usize>> {
    let mut from = 0;
    let mut stretches: Vec<Range<usize>> = points.map(|to| std::mem::replace(&mut from, to)..to).collect();
    stretches.push(from..n);
    stretches
}

/// The first pass: every point of every window that holds at the tolerant level.
fn weak_points(series: &[f64], settings: &Settings) -> Vec<Split> {
    let tolerant = match settings.max_p {
        p if p < 0.05 => p * 10.0,
        p if p < 0.5 => p * 2.0,
        p => p,
    };
    let window = settings.window.max(2);
    let mut points: Vec<Split> = Vec::new();
    let mut start = 0;
    while start < series.len() {
        let end = (start + window).min(series.len());
        let found = divided(series.get(start..end).unwrap_or_default(), tolerant);
        let last = found.iter().map(|split| start + split.index).max().unwrap_or(0);
        for split in found {
            let split = Split { index: start + split.index, ..split };
            if points.iter().all(|have| have.index != split.index) {
                points.push(split);
            }
        }
        start = last.max(start + window / 2);
    }
    points.sort_by_key(|split| split.index);
    points
}

/// Divides a window as long as the widest split of any of its parts is significant.
fn divided(window: &[f64], max_p: f64) -> Vec<Split> {
    let best = |stretch: Range<usize>| widest(window, &stretch).map(|split| (stretch, split));
    let mut parts: Vec<_> = best(0..window.len()).into_iter().collect();
    let mut points = Vec::new();
    // The first of equals, as the original has it.
    while let Some(at) = (0..parts.len()).reduce(|a, b| if energy(&parts, b) > energy(&parts, a) { b } else { a }) {
        let (stretch, split) = parts.remove(at);
        let (before, after) = (stretch.start..split.index, split.index..stretch.end);
        if split.tested(window, &before, &after).p > max_p {
            break;
        }
        points.push(split);
        let halves = [after, before].into_iter().filter_map(best);
        halves.for_each(|half| parts.insert(at, half));
    }
    points
}

fn energy(parts: &[(Range<usize>, Split)], at: usize) -> f64 {
    parts.get(at).map_or(f64::NEG_INFINITY, |(_, split)| split.energy)
}

/// The split of a stretch, and the end of its right side, whose energy statistic is greatest:
/// 2/(n+m) · (Σ|x−y| − m/(n−1) · Σ|x−x′| − n/(m−1) · Σ|y−y′|) for n values x before and m values y after it.
#[expect(clippy::cast_precision_loss, reason = "a window holds some dozens of values")]
fn widest(window: &[f64], stretch: &Range<usize>) -> Option<Split> {
    let values = window.get(stretch.clone()).filter(|values| values.len() > 1)?;
    let after = sums_after(values);
    let mut best = None::<Split>;
    // For each end: distances of the values before the split to all later ones before the end.
    let mut across = vec![0.0; values.len() + 1];
    let mut within = 0.0;
    for split in 1..values.len() {
        let row = later(values, split - 1);
        across.iter_mut().zip(&row).for_each(|(sum, distance)| *sum += distance);
        if split > 1 {
            let own = values.get(split - 1).copied().unwrap_or_default();
            within += values.iter().take(split - 1).map(|value| (value - own).abs()).sum::<f64>();
        }
        let right = after.get(split).map(Vec::as_slice).unwrap_or_default();
        for (end, (across, right)) in across.iter().zip(right).enumerate().skip(split + 1) {
            let (n, m) = (split as f64, (end - split) as f64);
            let share = |pairs: f64, weight: f64, size: f64| {
                if size > 1.0 { 2.0 * weight / ((n + m) * (size - 1.0)) * pairs } else { 0.0 }
            };
            let energy = 2.0 / (n + m) * (across - within) - share(within, m, n) - share(*right, n, m);
            if best.is_none_or(|have| energy > have.energy) {
                best = Some(Split { index: stretch.start + split, energy });
            }
        }
    }
    best
}

/// Distances of one value to all later ones, added up to each end.
fn later(values: &[f64], at: usize) -> Vec<f64> {
    let own = values.get(at).copied().unwrap_or_default();
    let mut sum = 0.0;
    let mut sums = vec![0.0; at + 2];
    sums.extend(values.iter().skip(at + 1).map(|value| {
        sum += (value - own).abs();
        sum
    }));
    sums
}

/// By first value and end: the distances of all pairs from that value to the end.
fn sums_after(values: &[f64]) -> Vec<Vec<f64>> {
    let mut below = vec![0.0; values.len() + 1];
    let mut sums: Vec<Vec<f64>> = Vec::with_capacity(values.len());
    for at in (0..values.len()).rev() {
        below.iter_mut().zip(later(values, at)).for_each(|(sum, distance)| *sum += distance);
        sums.push(below.clone());
    }
    sums.reverse();
    sums
}

/// The second pass: takes points back, the least significant first, then the smallest, each time testing the two after it anew.
fn held(mut points: Vec<ChangePoint>, series: &[f64], settings: &Settings) -> Vec<ChangePoint> {
    loop {
        let first = |a: usize, b: usize, before: bool| if before { b } else { a };
        let key = |at: usize, of: fn(&ChangePoint) -> f64| points.get(at).map_or(0.0, of);
        let Some(weakest) = (0..points.len()).reduce(|a, b| first(a, b, key(b, |one| one.p) > key(a, |one| one.p)))
        else {
            return points;
        };
        let mut taken = weakest;
        if key(weakest, |one| one.p) < settings.max_p {
            let size = ChangePoint::magnitude;
            taken = (0..points.len()).reduce(|a, b| first(a, b, key(b, size) < key(a, size))).unwrap_or(weakest);
            if key(taken, size) > settings.min_magnitude {
                return points;
            }
        }
        points.remove(taken);
        let stretches = edges(points.iter().map(|point| point.index), series.len());
        for at in [taken, taken + 1] {
            if let (Some(point), Some(before), Some(after)) =
                (points.get_mut(at), stretches.get(at), stretches.get(at + 1))
            {
                *point = Split { index: point.index, energy: point.energy }.tested(series, before, after);
            }
        }
    }
}

/// A stretch's level.
struct Level {
    n: f64,
    mean: f64,
    sd: f64,
}

impl Level {
    #[expect(clippy::cast_precision_loss, reason = "numbers of runs")]
    fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n;
        Self { n, mean, sd: variance.sqrt() }
    }

    /// p of "both are of one level": two-sided Student's t, pooled. Two values tell nothing, nor do equal ones.
    fn p_same(&self, other: &Self) -> f64 {
        let df = self.n + other.n - 2.0;
        if df <= 0.0 {
            return 1.0;
        }
        let squares = (self.n - 1.0) * self.sd * self.sd + (other.n - 1.0) * other.sd * other.sd;
        let t = (self.mean - other.mean).abs() / (squares / df * (1.0 / self.n + 1.0 / other.n)).sqrt();
        if t.is_nan() { 1.0 } else { (2.0 * t_above(t, df)).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn indexes(series: &[f64]) -> Vec<usize> {
        change_points(series, &Settings::default()).iter().map(|point| point.index).collect()
    }

    #[test]
    fn a_step_is_found_where_it_begins() {
        let series: Vec<f64> = (0..20).map(|run| if run < 12 { 100.0 } else { 130.0 } + f64::from(run % 3)).collect();
        assert_eq!(indexes(&series), [12]);
        assert_eq!(indexes(&[100.0; 30]), [0_usize; 0], "nothing changes");
        let exact: Vec<f64> = (0..20).map(|run| if run < 12 { 100.0 } else { 130.0 }).collect();
        assert_eq!(indexes(&exact), [12], "and without any noise");
        assert_eq!(indexes(&[]), [0_usize; 0]);
        assert_eq!(indexes(&[1.0]), [0_usize; 0]);
    }

    #[test]
    fn a_change_of_less_than_a_twentieth_is_none() {
        let series: Vec<f64> =
            (0..40).map(|run| if run < 20 { 100.0 } else { 104.0 } + f64::from(run % 2) * 0.1).collect();
        assert_eq!(indexes(&series), [0_usize; 0]);
        let all = Settings { min_magnitude: 0.0, ..Settings::default() };
        assert_eq!(change_points(&series, &all).len(), 1);
    }

    #[test]
    fn gaps_take_the_value_before() {
        assert_eq!(filled(&[None, Some(1.0), None, Some(3.0), None]), [1.0, 1.0, 1.0, 3.0, 3.0]);
        assert!(filled(&[None, None]).is_empty());
    }

    proptest! {
        /// Every point lies inside, stands once, and holds what was demanded of it.
        #[test]
        fn points_hold_what_is_demanded(series in prop::collection::vec(1.0..1000.0_f64, 0..160)) {
            let points = change_points(&series, &Settings::default());
            for point in &points {
                prop_assert!(point.index > 0 && point.index < series.len());
                prop_assert!(point.p < 0.001 && point.magnitude() > 0.05);
            }
            prop_assert!(points.windows(2).all(|pair| pair[0].index < pair[1].index));
        }

        /// The unit changes nothing.
        #[test]
        fn a_unit_changes_nothing(series in prop::collection::vec(1.0..1000.0_f64, 0..80)) {
            let milli: Vec<f64> = series.iter().map(|value| value * 1024.0).collect();
            prop_assert_eq!(indexes(&series), indexes(&milli));
        }
    }
}
