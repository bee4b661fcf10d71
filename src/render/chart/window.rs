//! From windows to points: lines through their middles, steps over their edges, stacks. A window without a value is a gap.

use crate::report::chart::{Clock, Series};

/// A point of a plot: seconds and value.
pub(super) type Point = (f64, f64);

/// One layer of a stack: the heights of its upper edge, where it has a thickness.
pub(super) struct Layer<'a> {
    pub(super) series: &'a Series,
    pub(super) tops: Vec<Option<f64>>,
}

/// The layers of a stack, the lowest first.
pub(super) fn stacked<'a>(series: impl Iterator<Item = &'a Series>) -> Vec<Layer<'a>> {
    let mut sums: Vec<f64> = Vec::new();
    let mut layers = Vec::new();
    for series in series {
        sums.resize(sums.len().max(series.values.len()), 0.0);
        let mut tops = Vec::with_capacity(series.values.len());
        for (sum, value) in sums.iter_mut().zip(&series.values) {
            let thickness = value.filter(|v| *v > 0.0);
            *sum += thickness.unwrap_or(0.0);
            tops.push(thickness.map(|_| *sum));
        }
        layers.push(Layer { series, tops });
    }
    layers
}

/// Runs of windows without a gap: their indices and values.
fn runs(values: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut runs = vec![Vec::new()];
    for (index, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((index, *value)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Points at the windows' middles, a list for each run without a gap.
pub(super) fn middles(clock: &Clock, values: &[Option<f64>]) -> Vec<Vec<Point>> {
    let point = |(index, value): (usize, f64)| (clock.middle(index), value);
    runs(values).into_iter().map(|run| run.into_iter().map(point).collect()).collect()
}

/// The outline of steps over the windows, a list for each run without a gap.
pub(super) fn steps(clock: &Clock, values: &[Option<f64>]) -> Vec<Vec<Point>> {
    let step = |(index, value): (usize, f64)| [(clock.edge(index), value), (clock.edge(index + 1), value)];
    runs(values).into_iter().map(|run| run.into_iter().flat_map(step).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Fold, Mark, Tone};

    const CLOCK: Clock = Clock { from_s: 0.0, to_s: 8.0, first_s: 0.0, window_s: 2.0 };

    #[test]
    fn a_gap_ends_a_line() {
        let values = [None, Some(1.0), Some(2.0), None, Some(3.0), None];
        assert_eq!(middles(&CLOCK, &values), [vec![(3.0, 1.0), (5.0, 2.0)], vec![(9.0, 3.0)]]);
        assert!(middles(&CLOCK, &[None, None]).is_empty());
    }

    #[test]
    fn steps_hold_their_value_for_the_whole_window() {
        let outline = steps(&CLOCK, &[Some(1.0), Some(4.0)]);
        assert_eq!(outline, [vec![(0.0, 1.0), (2.0, 1.0), (2.0, 4.0), (4.0, 4.0)]]);
    }

    #[test]
    fn layers_lie_on_each_other_and_nothing_is_drawn_where_nothing_happened() {
        let series = |values: &[Option<f64>]| Series {
            name: String::new(),
            tone: Tone::S1,
            mark: Mark::Stack,
            fold: Fold::Mean,
            values: values.to_vec(),
        };
        let (ok, failed) = (series(&[Some(5.0), Some(6.0), None]), series(&[Some(0.0), Some(2.0), None]));
        let layers = stacked([&ok, &failed].into_iter());
        assert_eq!(layers[0].tops, [Some(5.0), Some(6.0), None]);
        assert_eq!(layers[1].tops, [None, Some(8.0), None]);
    }
}
