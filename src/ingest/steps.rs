//! Histograms that small tools print beside their figures: each step an edge, and how many values lie between the edge before
//! and it. They are coarser than the percentiles and not shown; but a mean and percentiles of other values do not fit them.

use super::implied::{Printed, contradiction, float};
use super::order::Ladder;
use crate::fmt;
use crate::model::sample::Fact;
use crate::unit::Unit;

/// How many ranks a percentile may be off by its tool's definition of one.
const RANKS: f64 = 2.0;

/// What is left of a float after it was computed, printed and read again, as a share of it.
const OF_FLOATS: f64 = 1e-6;

/// (edge, values between the edge before and it) in µs, ascending.
#[derive(Debug, Default)]
pub(super) struct Steps(pub(super) Vec<(f64, u64)>);

impl Steps {
    /// How many values it counts.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// The first edge and the last: the extremes, in tools whose steps begin and end there.
    pub(super) fn ends(&self) -> Option<(f64, f64)> {
        Some((self.0.first()?.0, self.0.last()?.0))
    }

    /// Where mean and percentiles cannot be of the values counted; edges are printed in steps of `edge`, figures of `figure`.
    pub(super) fn doubts(&self, ladder: &Ladder<'_>, edge: f64, figure: f64) -> Vec<Fact> {
        let room = f64::midpoint(edge, figure);
        let mean = ladder.mean.and_then(|mean| self.mean_is_off(Printed { value: mean, step: figure }, edge));
        let percentiles = ladder.quantiles.iter().filter_map(|(p, value)| self.percentile_is_off(*p, *value, room));
        mean.into_iter().chain(percentiles).collect()
    }

    fn mean_is_off(&self, mean: Printed, edge: f64) -> Option<Fact> {
        let n = float(self.count());
        let (mut low, mut high, mut before) = (0.0, 0.0, 0.0);
        for (up_to, count) in &self.0 {
            low += before * float(*count) / n;
            high += up_to * float(*count) / n;
            before = *up_to;
        }
        let room = f64::midpoint(mean.step, edge) + high * OF_FLOATS;
        let off = mean.value < low - room || mean.value > high + room;
        (n > 0.0 && off).then(|| {
            let [mean, low, high] = [mean.value, low, high].map(fmt::latency_us);
            contradiction(&format!("the mean is {mean}, and by its histogram between {low} and {high}"))
        })
    }

    fn percentile_is_off(&self, p: f64, value: f64, room: f64) -> Option<Fact> {
        let n = self.count();
        let rank = p * float(n);
        let mut up_to = 0_u64;
        // An edge is a sum of steps, and beside a value that is equal to it only nearly so.
        let room = room + value.abs() * OF_FLOATS;
        self.0.iter().find_map(|(edge, count)| {
            up_to = up_to.saturating_add(*count);
            let below = value < edge - room && float(up_to) < rank - RANKS;
            let above = value > edge + room && float(up_to) > rank + RANKS;
            (below || above).then(|| {
                let (name, value) = (fmt::quantile_name(p), fmt::value(value, Unit::Micros));
                let (edge, all) = (fmt::latency_us(*edge), fmt::plural(n, "answer", "answers"));
                let up_to = fmt::count(up_to);
                contradiction(&format!("the {name} is {value}, and its histogram has {up_to} of {all} up to {edge}"))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A histogram of the very values doubts none of their figures.
        #[test]
        fn figures_of_the_same_values_fit(mut values in prop::collection::vec(0.0..1e6_f64, 1..300)) {
            values.sort_by(f64::total_cmp);
            let (least, greatest) = (values[0], values[values.len() - 1]);
            let edges = (0..=10).map(|step| if step == 10 { greatest } else { least + (greatest - least) / 10.0 * f64::from(step) });
            let up_to = |edge: f64| u64::try_from(values.iter().filter(|value| **value <= edge).count()).unwrap();
            let mut before = 0;
            let steps = Steps(edges.map(|edge| { let all = up_to(edge); let own = all - before; before = all; (edge, own) }).collect());
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
            let quantiles: Vec<(f64, f64)> =
                [0.1, 0.5, 0.9, 0.99].map(|p| (p, values[(p * values.len() as f64) as usize])).to_vec();
            let mean = Some(values.iter().sum::<f64>() / float(steps.count()));
            let ladder = Ladder { mean, quantiles: &quantiles, ..Ladder::default() };
            prop_assert_eq!(steps.doubts(&ladder, 1e-3, 1e-3), vec![]);
        }
    }
}
