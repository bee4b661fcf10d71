//! Order statistics of a short list of plain numbers: a monitor's readings, slopes, window counts.
//!
//! Latencies are never read this way; their quantiles come from [`Distribution`](crate::model::distribution::Distribution)
//! alone.

use crate::model::histogram::rank;

/// Readings are finite numbers in ascending order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Readings {
    ascending: Vec<f64>,
}

impl Readings {
    /// The finite ones among `values`.
    pub(super) fn new(values: impl IntoIterator<Item = f64>) -> Self {
        let mut ascending: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        ascending.sort_by(f64::total_cmp);
        Self { ascending }
    }

    /// How many.
    pub(super) fn count(&self) -> u64 {
        self.ascending.len() as u64
    }

    /// Arithmetic mean; `None` of nothing. The sum runs in ascending order, so that the order of input cannot be seen in it.
    pub(super) fn mean(&self) -> Option<f64> {
        (!self.ascending.is_empty()).then(|| self.ascending.iter().sum::<f64>() / real(self.count()))
    }

    /// The least.
    pub(super) fn min(&self) -> Option<f64> {
        self.ascending.first().copied()
    }

    /// The greatest.
    pub(super) fn max(&self) -> Option<f64> {
        self.ascending.last().copied()
    }

    /// The type 1 `p`-quantile: the smallest reading such that at least a share `p` is at or below it.
    pub(super) fn quantile(&self, p: f64) -> Option<f64> {
        let at = usize::try_from(rank(p, self.count())).ok()?.checked_sub(1)?;
        self.ascending.get(at).copied()
    }

    /// The median, the mean of the middle two where their number is even: the estimators of a trend want it unbiased.
    pub(super) fn median(&self) -> Option<f64> {
        let count = self.ascending.len();
        let upper = *self.ascending.get(count / 2)?;
        if count % 2 == 1 {
            return Some(upper);
        }
        Some(f64::midpoint(*self.ascending.get(count / 2 - 1)?, upper))
    }

    /// The reading at a position counted from 0, held at both ends.
    pub(super) fn at(&self, position: i64) -> Option<f64> {
        let last = self.ascending.len().checked_sub(1)?;
        let place = usize::try_from(position.max(0)).unwrap_or(last).min(last);
        self.ascending.get(place).copied()
    }
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts of a load test stay far below 2^53")]
pub(super) const fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_readings_and_the_median_lies_between() {
        let readings = Readings::new([4.0, f64::NAN, 1.0, 3.0, 2.0]);
        assert_eq!(readings.count(), 4);
        assert_eq!(readings.quantile(0.5), Some(2.0));
        assert_eq!(readings.median(), Some(2.5));
        assert_eq!(readings.quantile(0.95), Some(4.0));
        assert_eq!((readings.min(), readings.mean(), readings.max()), (Some(1.0), Some(2.5), Some(4.0)));
        assert_eq!((readings.at(-3), readings.at(9)), (Some(1.0), Some(4.0)));
    }

    #[test]
    fn of_nothing_nothing_is_known() {
        let none = Readings::new([]);
        assert_eq!((none.mean(), none.quantile(0.5), none.median(), none.at(0)), (None, None, None, None));
    }
}
