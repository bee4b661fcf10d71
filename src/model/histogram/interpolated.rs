//! Quantiles between order statistics, as k6 defines them.

use super::{Histogram, as_f64, whole};

impl Histogram {
    /// The `p`-quantile by linear interpolation between order statistics (type 7), which is k6's definition; for judging
    /// k6's thresholds and nothing else.
    ///
    /// An order statistic is taken as the middle of its bucket, inside the exact extremes `min` and `max`, which are the
    /// first and the last order statistic themselves. `None` where nothing was recorded.
    #[must_use]
    pub fn quantile_interpolated(&self, p: f64, min: i64, max: i64) -> Option<f64> {
        if self.is_empty() {
            return None;
        }
        let position = p.clamp(0.0, 1.0) * as_f64(self.count - 1);
        let below = whole(position.floor());
        let share = position - position.floor();
        let low = self.order_statistic(below + 1, min, max)?;
        if share <= 0.0 {
            return Some(low);
        }
        let high = self.order_statistic((below + 2).min(self.count), min, max)?;
        Some((high - low).mul_add(share, low))
    }

    fn order_statistic(&self, rank: u64, min: i64, max: i64) -> Option<f64> {
        if rank <= 1 {
            return Some(signed_f64(min));
        }
        if rank >= self.count {
            return Some(signed_f64(max));
        }
        let (lowest, highest) = self.bucket_at_rank(rank)?;
        let middle = f64::midpoint(signed_f64(lowest), signed_f64(highest));
        Some(middle.max(signed_f64(min)).min(signed_f64(max)))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a bucket's bound has eleven significant bits")]
const fn signed_f64(value: i64) -> f64 {
    value as f64
}
