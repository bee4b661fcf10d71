//! The simulated system: endpoints with log-normal latencies, slow minutes that they share, and runs that differ.
//!
//! Latency of a request = median · exp(σ·Z + shared noise + own noise + run), one request in a hundred three times as long.
//! Both noises are AR(1) on a grid of one second. Everything comes from a seed: the same numbers on every machine.

use plimsoll::analyse::sampling;
use plimsoll::compare::block::Block;
use plimsoll::model::histogram::Histogram;

/// Equally likely values that a normal variable is drawn from.
const NORMALS: usize = 1 << 14;
/// One request in a hundred is slow, by this factor.
const SLOW_OF_65536: u64 = 655;
const SLOW: f64 = 3.0;
/// One request in 500 fails.
const FAILS_OF_65536: u64 = 131;

/// Ranks of the endpoints' spreads and medians. The spreads are such that the standard error of ln p95 is .019 on average
/// for independent requests, and that S6 can detect 21 %, 13 % and 8 % on the endpoints of 2, 8 and 27 requests in a second.
const SPREADS: [u8; 20] = [4, 3, 2, 9, 6, 12, 0, 10, 5, 11, 8, 16, 19, 14, 7, 15, 13, 17, 18, 1];
const MEDIANS: [u8; 20] = [7, 15, 2, 11, 18, 5, 13, 0, 9, 16, 12, 4, 19, 8, 1, 14, 6, 17, 3, 10];

/// How a system varies; standard deviations of ln latency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    /// As in the table.
    pub(crate) name: &'static str,
    /// In words.
    pub(crate) words: &'static str,
    /// Within a run, over time: what all endpoints share, and what each has for itself.
    pub(crate) noise: (f64, f64),
    /// Likeness of one second to the next.
    pub(crate) phi: f64,
    /// Between runs: the same two.
    pub(crate) between: (f64, f64),
    /// What the comparison is told of `between`.
    pub(crate) tau: (f64, f64),
}

const fn scenario(
    name: &'static str,
    words: &'static str,
    noise: (f64, f64),
    phi: f64,
    between: (f64, f64),
) -> Scenario {
    Scenario { name, words, noise, phi, between, tau: between }
}

/// All scenarios. S5 is told less than is true.
pub(crate) const SCENARIOS: [Scenario; 6] = [
    scenario("S1", "independent requests", (0.0, 0.0), 0.0, (0.0, 0.0)),
    scenario("S2", "10 %/5 % within a run, phi 0.9", (0.10, 0.05), 0.9, (0.0, 0.0)),
    scenario("S3", "S2, and 2 %/1 % between runs", (0.10, 0.05), 0.9, (0.02, 0.01)),
    scenario("S4", "S3 with phi 0.97", (0.10, 0.05), 0.97, (0.02, 0.01)),
    Scenario {
        tau: (0.02, 0.01),
        ..scenario("S5", "S2, and 5 %/2 % between runs, told 2 %/1 %", (0.10, 0.05), 0.9, (0.05, 0.02))
    },
    scenario("S6", "5 %/3 % within, 1.5 %/0.8 % between", (0.05, 0.03), 0.9, (0.015, 0.008)),
];

/// One endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    /// `GET /00`, …
    pub(crate) name: String,
    /// Requests in a second, on average.
    pub(crate) rate: f64,
    /// In µs.
    pub(crate) median_us: f64,
    /// exp(σ·z) at the middle of [`NORMALS`] equal shares of the normal distribution.
    factors: Vec<f64>,
}

impl Endpoint {
    fn new(at: usize, of: usize) -> Self {
        let share = at as f64 / (of - 1) as f64;
        let rank = |list: [u8; 20]| f64::from(list[at * 20 / of]) / 19.0;
        let sigma = 0.35 + 0.35 * rank(SPREADS);
        let factor = |one: usize| (sigma * sampling::normal_quantile((one as f64 + 0.5) / NORMALS as f64)).exp();
        Self {
            name: format!("GET /{at:02}"),
            rate: 2.0 + 25.0 * share.powf(2.24),
            median_us: 20_000.0 * 10.0_f64.powf(rank(MEDIANS)),
            factors: (0..NORMALS).map(factor).collect(),
        }
    }

    /// A latency in µs from random bits.
    fn latency(&self, scale: f64, bits: u64) -> f64 {
        let slow = if (bits >> 16) & 0xffff < SLOW_OF_65536 { SLOW } else { 1.0 };
        scale * slow * self.factors[bits as usize % NORMALS]
    }
}

/// Endpoints under steady load.
#[derive(Debug, Clone)]
pub(crate) struct System {
    /// From 2 to 27 requests a second.
    pub(crate) endpoints: Vec<Endpoint>,
    /// Steady seconds.
    pub(crate) seconds: usize,
    /// Parts that blocks are made of.
    pub(crate) parts: usize,
}

impl System {
    /// `endpoints` of them, for `seconds` in `parts` equal parts.
    #[must_use]
    pub(crate) fn new(endpoints: usize, seconds: usize, parts: usize) -> Self {
        Self { endpoints: (0..endpoints).map(|at| Endpoint::new(at, endpoints)).collect(), seconds, parts }
    }

    /// One run, by endpoint and part; `slower` are factors for some endpoints.
    #[must_use]
    pub(crate) fn run(&self, scenario: &Scenario, seed: u64, slower: &[(usize, f64)]) -> Vec<Vec<Block>> {
        self.endpoint_runs(scenario, seed, slower, |endpoint, scale, noise| {
            scale.chunks(self.seconds / self.parts).map(|seconds| part(endpoint, seconds, noise)).collect()
        })
    }

    /// ln p95 of every endpoint of a run, without its parts.
    #[must_use]
    pub(crate) fn figures(&self, scenario: &Scenario, seed: u64) -> Vec<f64> {
        let mut latencies = Vec::new();
        self.endpoint_runs(scenario, seed, &[], |endpoint, scale, noise| {
            latencies.clear();
            for scale in scale {
                let requests = noise.poisson(endpoint.rate);
                latencies.extend((0..requests).map(|_| endpoint.latency(*scale, noise.next())));
            }
            let at = plimsoll::model::histogram::rank(0.95, latencies.len() as u64) as usize - 1;
            latencies.select_nth_unstable_by(at, f64::total_cmp).1.ln()
        })
    }

    fn endpoint_runs<T>(
        &self,
        scenario: &Scenario,
        seed: u64,
        slower: &[(usize, f64)],
        mut of: impl FnMut(&Endpoint, &[f64], &mut Noise) -> T,
    ) -> Vec<T> {
        let shared = Noise::new(seed).series(self.seconds, scenario.noise.0, scenario.phi);
        let level = scenario.between.0 * Noise::new(mixed(seed, 1)).normal();
        let one = |(at, endpoint): (usize, &Endpoint)| {
            // Each endpoint has its own numbers, so that a factor on one of them changes no other.
            let mut noise = Noise::new(mixed(seed, 2 + at as u64));
            let level = level + scenario.between.1 * noise.normal();
            let own = noise.series(self.seconds, scenario.noise.1, scenario.phi);
            let factor = slower.iter().find(|(of, _)| *of == at).map_or(1.0, |(_, factor)| *factor);
            let scale = |(shared, own): (&f64, &f64)| factor * endpoint.median_us * (level + shared + own).exp();
            let scale: Vec<f64> = shared.iter().zip(&own).map(scale).collect();
            of(endpoint, &scale, &mut noise)
        };
        self.endpoints.iter().enumerate().map(one).collect()
    }
}

fn part(endpoint: &Endpoint, scale: &[f64], noise: &mut Noise) -> Block {
    let mut block = Block { histogram: Histogram::new(), requests: 0, failures: 0 };
    for scale in scale {
        let requests = noise.poisson(endpoint.rate);
        block.requests += requests;
        for _ in 0..requests {
            let bits = noise.next();
            block.failures += u64::from((bits >> 32) & 0xffff < FAILS_OF_65536);
            block.histogram.record(endpoint.latency(*scale, bits) as i64);
        }
    }
    block.histogram.settle();
    block
}

/// Another seed for every part of a run.
fn mixed(seed: u64, part: u64) -> u64 {
    Noise::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ part.wrapping_mul(0xd6e8_feb8_6659_fd93)).next()
}

/// `SplitMix64` (Steele, Lea and Flood 2014), and what is drawn from it.
struct Noise(u64);

impl Noise {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// In (0, 1).
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// By Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// AR(1) with a standard deviation of `sd` from the start on.
    fn series(&mut self, seconds: usize, sd: f64, phi: f64) -> Vec<f64> {
        let mut state = sd * self.normal();
        let fresh = sd * (1.0 - phi * phi).sqrt();
        let mut step = || {
            state = phi * state + fresh * self.normal();
            state
        };
        (0..seconds).map(|_| step()).collect()
    }

    /// A Poisson number: how many uniform factors it takes to fall below exp(−mean).
    fn poisson(&mut self, mean: f64) -> u64 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.uniform(), 0);
        while product > limit {
            product *= self.uniform();
            count += 1;
        }
        count
    }
}
