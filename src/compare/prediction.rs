//! Where the next run of an unchanged system lies: the prediction band of a history.

use crate::analyse::sampling::t_quantile;

/// Runs below which there is no band.
pub const FEWEST_RUNS: usize = 5;

/// A Band is where 95 of 100 next runs would lie if nothing changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The geometric mean of the runs.
    pub centre: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Over so many runs.
    pub runs: usize,
}

/// The band of positive values: on the scale of ln, mean ± t · s · √(1 + 1/n). `None` with fewer than [`FEWEST_RUNS`] or with a
/// value that has no logarithm.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "numbers of runs")]
pub fn band(values: &[f64]) -> Option<Band> {
    if values.len() < FEWEST_RUNS || values.iter().any(|value| *value <= 0.0) {
        return None;
    }
    let n = values.len() as f64;
    let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    let mean = logs.iter().sum::<f64>() / n;
    let variance = logs.iter().map(|log| (log - mean) * (log - mean)).sum::<f64>() / (n - 1.0);
    let reach = t_quantile(0.975, n - 1.0) * (variance * (1.0 + 1.0 / n)).sqrt();
    Some(Band { centre: mean.exp(), low: (mean - reach).exp(), high: (mean + reach).exp(), runs: values.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_runs_or_a_zero_give_no_band() {
        assert_eq!(band(&[1.0, 2.0, 3.0, 4.0]), None);
        assert_eq!(band(&[1.0, 2.0, 3.0, 4.0, 0.0]), None);
        let even = band(&[100.0; 5]).unwrap();
        assert!((even.low - 100.0).abs() < 1e-9 && (even.high - 100.0).abs() < 1e-9);
    }
}
