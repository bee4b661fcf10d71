//! Axes: where a value stands, and which values are written beside the axis.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use crate::render::svg::whole;
use crate::report::chart::Spacing;

/// One value written at an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) label: String,
}

/// A Scale is an axis that plotters can draw on: a range, its spacing, and exactly the ticks that were chosen for it.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    spacing: Spacing,
    from: f64,
    to: f64,
    ticks: Vec<Tick>,
}

impl Scale {
    /// An even axis over a range, without ticks.
    pub(super) fn even(from: f64, to: f64) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        Self { spacing: Spacing::Linear, from, to, ticks: Vec::new() }
    }

    /// An axis that holds all values: from zero evenly to a round number above the highest, or from the round number below the lowest
    /// positive one in decades.
    pub(super) fn holding(spacing: Spacing, values: impl Iterator<Item = f64>, label: impl Fn(f64) -> String) -> Self {
        let values: Vec<f64> = values.filter(|v| v.is_finite()).collect();
        match spacing {
            Spacing::Linear => {
                let top = values.iter().copied().fold(0.0, f64::max);
                let marks = even_ticks(if top > 0.0 { top } else { 1.0 }, 4);
                let to = marks.last().copied().unwrap_or(1.0);
                Self { spacing, from: 0.0, to, ticks: labelled(marks, label) }
            }
            Spacing::Log => {
                let positive = || values.iter().copied().filter(|v| *v > 0.0);
                let low = positive().reduce(f64::min).unwrap_or(1.0);
                let high = positive().reduce(f64::max).unwrap_or(low * 10.0);
                let (from, to) = (round_below(low), round_above(high.max(low * 1.01)));
                Self { spacing, from, to, ticks: labelled(log_ticks(from, to), label) }
            }
        }
    }

    /// The same axis with these ticks.
    pub(super) fn with_ticks(mut self, ticks: Vec<Tick>) -> Self {
        self.ticks = ticks;
        self
    }

    pub(super) fn ticks(&self) -> &[Tick] {
        &self.ticks
    }

    pub(super) const fn from(&self) -> f64 {
        self.from
    }

    pub(super) const fn to(&self) -> f64 {
        self.to
    }

    /// Where a value stands between the ends, 0 to 1; what lies outside stands on the edge.
    pub(super) fn place(&self, value: f64) -> f64 {
        let share = match self.spacing {
            Spacing::Linear => (value - self.from) / (self.to - self.from),
            Spacing::Log => (value.max(self.from) / self.from).ln() / (self.to / self.from).ln(),
        };
        share.clamp(0.0, 1.0)
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        limit.0 + whole(self.place(*value) * f64::from(limit.1 - limit.0))
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // plotters asks twice, for bold and for light lines; these axes have one kind.
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.iter().map(|tick| tick.at).collect() }
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for Scale {
    fn format_ext(&self, value: &f64) -> String {
        let same = |tick: &&Tick| (tick.at - value).abs() <= f64::EPSILON * value.abs();
        self.ticks.iter().find(same).map(|tick| tick.label.clone()).unwrap_or_default()
    }
}

fn labelled(marks: Vec<f64>, label: impl Fn(f64) -> String) -> Vec<Tick> {
    let mut ticks: Vec<Tick> = marks.into_iter().map(|at| Tick { at, label: label(at) }).collect();
    // Two ticks that read the same ("0 %", "0 %") would be worse than one.
    ticks.dedup_by(|a, b| a.label == b.label);
    ticks
}

/// From 0 in `about` round steps to the first that is not below `top`.
pub(super) fn even_ticks(top: f64, about: u32) -> Vec<f64> {
    let step = round_above(top / f64::from(about));
    let steps = (top / step - 1e-9).ceil().max(1.0);
    (0..=20).map(f64::from).take_while(|n| *n <= steps).map(|n| n * step).collect()
}

/// Instants at round clock times, at most `most` of them.
pub(super) fn clock_ticks(from: f64, to: f64, most: f64) -> Vec<f64> {
    const STEPS: [f64; 18] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0, 21_600.0,
        43_200.0, 86_400.0,
    ];
    let fits = |step: &&f64| (to - from) / **step <= most;
    let step = STEPS.iter().find(fits).copied().unwrap_or_else(|| 86_400.0 * ((to - from) / most / 86_400.0).ceil());
    let first = (from / step).ceil();
    (0..40).map(|n| (first + f64::from(n)) * step).take_while(|at| *at <= to).collect()
}

/// 1, 2, 5 of each decade while the axis has room for them, else 1 and perhaps 3, else only decades.
fn log_ticks(from: f64, to: f64) -> Vec<f64> {
    let decades = (to / from).log10();
    let parts: &[f64] = match decades {
        d if d <= 1.7 => &[1.0, 2.0, 5.0],
        d if d <= 3.2 => &[1.0, 3.0],
        _ => &[1.0],
    };
    let first = from.log10().floor();
    let decade = |n: u32| 10_f64.powf(first + f64::from(n));
    let all = (0..=20).flat_map(|n| parts.iter().map(move |part| part * decade(n)));
    all.filter(|at| *at >= from * 0.999 && *at <= to * 1.001).collect()
}

/// The least of 1, 2, 2.5, 5, 10 × 10ⁿ that is not below a positive value.
fn round_above(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    let parts = [1.0, 2.0, 2.5, 5.0, 10.0];
    parts.iter().map(|part| part * decade).find(|round| *round >= value * 0.999_999).unwrap_or(value)
}

/// The greatest of 1, 2, 5 × 10ⁿ that is not above a positive value.
fn round_below(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    [5.0, 2.0, 1.0].iter().map(|part| part * decade).find(|round| *round <= value * 1.000_001).unwrap_or(decade)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> Vec<&str> {
        scale.ticks().iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn an_even_axis_starts_at_zero_and_ends_on_a_round_number() {
        let scale = Scale::holding(Spacing::Linear, [3.0, 324.0].into_iter(), |v| v.to_string());
        assert_eq!(labels(&scale), ["0", "100", "200", "300", "400"]);
    }

    #[test]
    fn a_log_axis_has_few_round_ticks() {
        let narrow = Scale::holding(Spacing::Log, [22.0, 412.0].into_iter(), |v| format!("{v:.0}"));
        assert_eq!(labels(&narrow), ["20", "50", "100", "200", "500"]);
        let wide = Scale::holding(Spacing::Log, [0.5, 90_000.0].into_iter(), |v| format!("{v:.1}"));
        assert_eq!(labels(&wide), ["1.0", "10.0", "100.0", "1000.0", "10000.0", "100000.0"]);
    }

    #[test]
    fn nothing_measured_or_all_zero_still_is_an_axis() {
        for spacing in [Spacing::Linear, Spacing::Log] {
            for values in [vec![], vec![0.0], vec![f64::NAN], vec![5.0]] {
                let scale = Scale::holding(spacing, values.into_iter(), |v| v.to_string());
                assert!(scale.to() > scale.from());
                assert!(scale.place(0.0).is_finite());
            }
        }
    }

    #[test]
    fn clock_ticks_are_round() {
        assert_eq!(clock_ticks(0.0, 600.0, 11.0), (0..=10).map(|n| f64::from(n) * 60.0).collect::<Vec<_>>());
        assert_eq!(clock_ticks(0.0, 100.0, 11.0), (0..=10).map(|n| f64::from(n) * 10.0).collect::<Vec<_>>());
        assert_eq!(clock_ticks(3.0, 7.0, 11.0), [3.0, 4.0, 5.0, 6.0, 7.0]);
        assert!(clock_ticks(0.0, 40.0 * 86_400.0, 11.0).len() <= 12);
    }
}
