//! A share whose trials come in blocks: requests of one stretch of time resemble each other, so that a share of them is
//! known less exactly than as many independent trials would tell.

/// A Clustered is a share over blocks with its standard deviation as the blocks show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustered {
    /// Trials.
    pub n: u64,
    /// Hits per trial.
    pub share: f64,
    /// Standard deviation of `share`, from the spread between blocks.
    pub sd: f64,
    /// Variance of `share` relative to that of `n` independent trials; below 1 where blocks are more alike than chance
    /// makes them. 1 where the share is 0 or 1 and nothing can be said.
    pub effect: f64,
    /// Each block's hits above what `share` of its trials would be.
    pub residuals: Vec<f64>,
}

impl Clustered {
    /// From each block's hits and trials. `None` without two blocks or without a trial.
    ///
    /// The variance is that of a ratio estimate with clusters: m/(m−1) · Σ e² / n², e being the residuals.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
    pub fn of(blocks: &[(u64, u64)]) -> Option<Self> {
        let (hits, n) = blocks.iter().fold((0_u64, 0_u64), |(hits, n), block| (hits + block.0, n + block.1));
        if n == 0 || blocks.len() < 2 {
            return None;
        }
        let (trials, m) = (n as f64, blocks.len() as f64);
        let share = hits as f64 / trials;
        let residuals: Vec<f64> = blocks.iter().map(|(hits, n)| *hits as f64 - share * *n as f64).collect();
        let squares: f64 = residuals.iter().map(|one| one * one).sum();
        let sd = (m / (m - 1.0) * squares).sqrt() / trials;
        let independent = share * (1.0 - share) / trials;
        let effect = if independent > 0.0 { sd * sd / independent } else { 1.0 };
        Some(Self { n, share, sd, effect, residuals })
    }

    /// The design effect as intervals use it: it widens them and never narrows them.
    #[must_use]
    pub const fn widening(&self) -> f64 {
        self.effect.max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_blocks_do_not_narrow_and_one_bad_block_widens() {
        let even = Clustered::of(&[(5, 100); 12]).unwrap();
        assert!(even.effect < 1e-9 && even.sd < 1e-12);
        assert!((even.widening() - 1.0).abs() < 1e-12);
        let mut burst = [(0, 100); 12];
        burst[7] = (60, 100);
        let burst = Clustered::of(&burst).unwrap();
        assert!((burst.share - even.share).abs() < 1e-12);
        assert!(burst.widening() > 50.0, "{}", burst.widening());
    }

    #[test]
    fn nothing_is_said_of_one_block_or_no_trial() {
        assert_eq!(Clustered::of(&[(1, 2)]), None);
        assert_eq!(Clustered::of(&[(0, 0), (0, 0)]), None);
        assert!((Clustered::of(&[(0, 5), (0, 5)]).unwrap().effect - 1.0).abs() < 1e-12);
    }
}
