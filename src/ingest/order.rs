//! The order in which the figures of one summary stand, whoever printed them: the least, the percentiles by their share, the
//! greatest; and the mean within the extremes and within what the percentiles leave it. Figures that stand otherwise were not
//! computed from the same values.

use crate::fmt;
use crate::model::distribution::{Quoted, step_us};
use crate::model::metric::MetricTotal;
use crate::unit::Unit;

/// How far a mean may be from what its percentiles leave it, as a share: what percentiles lose in rounding and sketches.
const MEANS_APART: f64 = 0.06;
/// How many ranks a percentile may be off by its tool's definition of one.
const RANKS: f64 = 2.0;

/// A Ladder is the figures of one distribution, all in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Ladder<'a> {
    /// How many values they are of.
    pub(crate) n: Option<u64>,
    pub(crate) least: Option<f64>,
    pub(crate) mean: Option<f64>,
    pub(crate) greatest: Option<f64>,
    /// (p, value), ascending in p.
    pub(crate) quantiles: &'a [(f64, f64)],
}

/// Room is how far figures may be apart before they stand in the wrong order.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Room<'a> {
    /// A percentile from an extreme or another percentile, as a share.
    pub(crate) percentiles: f64,
    /// A mean from an extreme, and an extreme from the other, as a share.
    pub(crate) extremes: f64,
    /// Steps of the tool's rounding, as (from, step).
    pub(crate) steps: &'a [(f64, f64)],
    /// What reading them may have rounded away.
    pub(crate) floor: f64,
    /// Whether each figure may be rounded to its own last digit, as where a script rounds one and not the other.
    pub(crate) by_digits: bool,
}

impl<'a> From<&'a Quoted> for Ladder<'a> {
    fn from(quoted: &'a Quoted) -> Self {
        let Quoted { n, min_us, mean_us, max_us, quantiles, .. } = quoted;
        Self { n: *n, least: *min_us, mean: *mean_us, greatest: *max_us, quantiles }
    }
}

impl<'a> From<&'a MetricTotal> for Ladder<'a> {
    fn from(total: &'a MetricTotal) -> Self {
        let MetricTotal { count, min, mean, max, quantiles, .. } = total;
        Self { n: *count, least: *min, mean: *mean, greatest: *max, quantiles }
    }
}

impl Ladder<'_> {
    /// Where the figures fall, each pair with both.
    pub(crate) fn falls(&self, room: &Room<'_>, unit: Unit) -> Vec<String> {
        let named = |name: &str, value: Option<f64>| value.map(|value| (name.to_owned(), value));
        let mut found = Vec::new();
        let mut pair = |low: Option<(String, f64)>, high: Option<(String, f64)>, apart: f64| {
            let Some(((low_name, low), (high_name, high))) = low.zip(high) else { return };
            if low > high + high.abs() * apart + room.between(low, high) + room.floor {
                let (low, high) = fmt::apart(low, high, unit);
                found.push(format!("the {low_name} is {low}, and the {high_name} {high}"));
            }
        };
        let (least, mean, greatest) = (self.least, self.mean, self.greatest);
        pair(named("least", least), named("greatest", greatest), room.extremes);
        pair(named("least", least), named("mean", mean), room.extremes);
        pair(named("mean", mean), named("greatest", greatest), room.extremes);
        let mut below = named("least", least);
        for (p, value) in self.quantiles {
            let this = named(&fmt::quantile_name(*p), Some(*value));
            pair(below, this.clone(), room.percentiles);
            below = this;
        }
        if !self.quantiles.is_empty() {
            pair(below, named("greatest", greatest), room.percentiles);
        }
        found
    }

    /// Where the outermost percentiles, which fewer values lie beyond than one, are not the extremes. Not so of a tool that
    /// interpolates.
    pub(crate) fn ends_differ(&self, room: &Room<'_>, unit: Unit) -> Vec<String> {
        let n = self.n.map_or(0.0, crate::ingest::implied::float);
        let ends = |beyond: f64| n > 0.0 && beyond * n < 0.5;
        let told = |p: f64, value: f64, name: &str, extreme: f64| {
            let apart = (value - extreme).abs() > extreme.abs() * room.percentiles + room.step(value) + room.floor;
            apart.then(|| {
                let (value, extreme) = fmt::apart(value, extreme, unit);
                format!("the {} is {value}, and the {name} {extreme}", fmt::quantile_name(p))
            })
        };
        let lowest = self.quantiles.first().filter(|(p, _)| ends(*p)).zip(self.least);
        let highest = self.quantiles.last().filter(|(p, _)| ends(1.0 - p)).zip(self.greatest);
        let lowest = lowest.and_then(|((p, value), least)| told(*p, *value, "least", least));
        lowest.into_iter().chain(highest.and_then(|((p, value), most)| told(*p, *value, "greatest", most))).collect()
    }

    /// Where the mean cannot be that of values with these percentiles: half of them are at least the median, and so on.
    pub(crate) fn mean_is_off(&self, room: &Room<'_>, unit: Unit) -> Option<String> {
        let (n, mean) = self.n.filter(|n| *n > 0).zip(self.mean)?;
        let ((_, first), (last_p, last)) = self.quantiles.first().copied().zip(self.quantiles.last().copied())?;
        let (mut low, mut below) = (0.0, (0.0, self.least.unwrap_or(0.0)));
        for (p, value) in self.quantiles.iter().copied() {
            low += below.1 * (p - below.0);
            below = (p, value);
        }
        low += last * (1.0 - last_p);
        let steps = self.quantiles.iter().zip(self.quantiles.iter().skip(1));
        let inner: f64 = steps.map(|((low_p, _), (p, value))| value * (p - low_p)).sum();
        let first_p = self.quantiles.first().map_or(0.0, |(p, _)| *p);
        let high = self.greatest.map(|greatest| first * first_p + inner + greatest * (1.0 - last_p));
        let reach = self.greatest.unwrap_or(last) - self.least.unwrap_or(0.0);
        let room = |bound: f64| {
            bound.abs() * MEANS_APART
                + RANKS * reach.max(0.0) / crate::ingest::implied::float(n)
                + room.step(bound)
                + room.floor
        };
        let told = |bound: f64, side: &str| {
            let (mean, bound) = fmt::apart(mean, bound, unit);
            format!("the mean is {mean}, and by its percentiles at {side} {bound}")
        };
        let high = high.filter(|high| mean > *high + room(*high)).map(|high| told(high, "most"));
        (mean < low - room(low)).then(|| told(low, "least")).or(high)
    }
}

impl Room<'_> {
    fn step(&self, value: f64) -> f64 {
        step_us(self.steps, value)
    }

    /// What rounding may have moved two figures apart.
    fn between(&self, low: f64, high: f64) -> f64 {
        let step = self.step(low);
        if self.by_digits { step.max(last_place_us(low)).max(last_place_us(high)) } else { step }
    }
}

/// What the last digit of a time in microseconds counts, as far as a millisecond: 100 of `4.3 ms`.
fn last_place_us(us: f64) -> f64 {
    const EXACT: f64 = 1e-6;
    let is_whole = |place: &f64| ((us / place) - (us / place).round()).abs() < EXACT;
    [1e3, 1e2, 1e1].into_iter().find(is_whole).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EXACT: Room<'_> = Room { percentiles: 0.0, extremes: 0.0, steps: &[], floor: 1e-9, by_digits: false };

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    fn of(values: &mut [f64], shares: &[f64]) -> MetricTotal {
        values.sort_by(f64::total_cmp);
        let n = values.len() as f64;
        let at = |p: f64| values[((p * n) as usize).min(values.len() - 1)];
        MetricTotal {
            count: Some(n as u64),
            min: values.first().copied(),
            mean: Some(values.iter().sum::<f64>() / n),
            max: values.last().copied(),
            quantiles: shares.iter().map(|p| (*p, at(*p))).collect(),
            ..MetricTotal::default()
        }
    }

    proptest! {
        /// Whatever was measured, figures that are its own stand in order.
        #[test]
        fn figures_of_real_values_never_fall(mut values in prop::collection::vec(0.0..1e7_f64, 1..400)) {
            let total = of(&mut values, &[0.1, 0.5, 0.9, 0.95, 0.99, 0.999]);
            let ladder = Ladder::from(&total);
            prop_assert_eq!(ladder.falls(&EXACT, Unit::Plain), Vec::<String>::new());
            prop_assert_eq!(ladder.mean_is_off(&EXACT, Unit::Plain), None);
            prop_assert_eq!(ladder.ends_differ(&EXACT, Unit::Plain), Vec::<String>::new());
        }
    }

    #[test]
    fn each_fall_is_said_with_both_figures() {
        let quantiles = [(0.5, 20.0), (0.95, 10.0)];
        let ladder =
            Ladder { least: Some(12.0), mean: Some(11.0), greatest: Some(30.0), quantiles: &quantiles, n: None };
        assert_eq!(
            ladder.falls(&EXACT, Unit::Plain),
            ["the least is 12, and the mean 11", "the p50 is 20, and the p95 10"]
        );
        let near = Ladder { greatest: Some(171.9), quantiles: &[(0.99, 172.2)], ..Ladder::default() };
        assert_eq!(near.falls(&EXACT, Unit::Plain), ["the p99 is 172.2, and the greatest 171.9"]);
        let rounded = Room { steps: &[(0.0, 1.0)], ..EXACT };
        assert!(near.falls(&rounded, Unit::Plain).is_empty(), "a step of its rounding");
    }

    /// Of 843 answers none lies beyond p99.999.
    #[test]
    fn the_outermost_percentiles_are_the_extremes() {
        let quantiles = [(0.00001, 22.0), (0.5, 68.0), (0.99999, 172.0)];
        let with = |n, least, greatest| {
            let ladder = Ladder { n, least: Some(least), greatest: Some(greatest), quantiles: &quantiles, mean: None };
            ladder.ends_differ(&EXACT, Unit::Plain)
        };
        assert!(with(Some(843), 22.0, 172.0).is_empty());
        assert_eq!(with(Some(843), 11.0, 172.0), ["the p0.001 is 22, and the least 11"]);
        assert_eq!(with(Some(843), 22.0, 189.0), ["the p99.999 is 172, and the greatest 189"]);
        assert!(with(None, 11.0, 189.0).is_empty() && with(Some(1_000_000), 11.0, 189.0).is_empty());
    }

    /// The median of 900 is 68: no mean of theirs is 35, with the greatest of 172 none is 150.
    #[test]
    fn percentiles_hold_the_mean() {
        let quantiles = [(0.1, 43.0), (0.5, 68.0), (0.9, 104.0), (0.99, 141.0)];
        let with = |mean: f64, n| {
            let ladder =
                Ladder { n, least: Some(22.0), mean: Some(mean), greatest: Some(172.0), quantiles: &quantiles };
            ladder.mean_is_off(&EXACT, Unit::Plain)
        };
        assert_eq!(with(71.0, Some(900)), None);
        assert_eq!(with(35.0, Some(900)).unwrap(), "the mean is 35, and by its percentiles at least 57.4");
        assert_eq!(with(150.0, Some(900)).unwrap(), "the mean is 150, and by its percentiles at most 87.5");
        assert_eq!((with(35.0, None), with(35.0, Some(3))), (None, None), "three values say little");
    }
}
