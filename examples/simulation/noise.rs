//! Random numbers from a seed, and what is drawn from them.

/// Another seed for every part of a run.
pub(crate) fn mixed(seed: u64, part: u64) -> u64 {
    Noise::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ part.wrapping_mul(0xd6e8_feb8_6659_fd93)).next()
}

/// `SplitMix64` (Steele, Lea and Flood 2014).
pub(crate) struct Noise {
    state: u64,
    /// Normal numbers come in pairs: the second one.
    spare: Option<f64>,
}

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed, spare: None }
    }

    /// 64 random bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// In (0, 1).
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// By Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// AR(1) with a standard deviation of `sd` from the start on.
    pub(crate) fn series(&mut self, seconds: usize, sd: f64, phi: f64) -> Vec<f64> {
        let mut state = sd * self.normal();
        let fresh = sd * (1.0 - phi * phi).sqrt();
        let mut step = || {
            state = phi * state + fresh * self.normal();
            state
        };
        (0..seconds).map(|_| step()).collect()
    }

    /// A Poisson number: how many uniform factors it takes to fall below exp(−mean).
    pub(crate) fn poisson(&mut self, mean: f64) -> u64 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.uniform(), 0);
        while product > limit {
            product *= self.uniform();
            count += 1;
        }
        count
    }

    /// The `rank`-th smallest of `n` uniform numbers: Beta(rank, n + 1 − rank), from two gammas.
    pub(crate) fn order_statistic(&mut self, rank: u64, n: u64) -> f64 {
        let (below, above) = (self.gamma(rank as f64), self.gamma((n + 1 - rank) as f64));
        below / (below + above)
    }

    /// A gamma number with a shape of 1 or more (Marsaglia and Tsang 2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        loop {
            let z = self.normal();
            let v = (1.0 + z / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * z * z + d * (1.0 - v + v.ln()) {
                return d * v;
            }
        }
    }
}
