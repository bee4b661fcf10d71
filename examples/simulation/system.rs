//! The simulated system: endpoints with log-normal latencies, slow minutes that they share, and runs that differ.
//!
//! Latency of a request = median · exp(σ·Z + shared noise + own noise + run), one request in a hundred three times as long.
//! Both noises are AR(1) on a grid of one second. Everything comes from a seed: the same numbers on every machine.
//!
//! Where a run's blocks are asked for, its requests are drawn one by one. Where only its p95 is, that is drawn: given how slow
//! each second is, requests are independent, so their p95 is one order statistic of a distribution that is known.

use super::noise::{Noise, mixed};
use plimsoll::analyse::clustered::Clustered;
use plimsoll::analyse::sampling;
use plimsoll::compare::block::Block;
use plimsoll::model::histogram::{Histogram, rank};

/// Equally likely values that a normal variable is drawn from.
const NORMALS: usize = 1 << 14;
/// Steps of a tabled distribution in one σ, and how many σ it reaches to either side.
const FINE: f64 = 100.0;
const REACH: f64 = 10.0;
/// One request in a hundred is slow, by this factor.
const SLOW_OF_65536: u64 = 655;
const SLOW: f64 = 3.0;
/// One request in 500 fails.
const FAILS_OF_65536: u64 = 131;

/// Requests in a second of the first endpoint, and by which factor the last has more; those between grow evenly by factors.
const LEAST_RATE: f64 = 2.0;
const RATES: f64 = 13.7;
/// Spreads of the endpoints: standard deviations of ln latency in hundredths. They are such that the standard error of ln p95
/// is .0191 on average for independent requests, the slow ones included, and that S6 can detect 21 %, 13 % and 8 % on the
/// endpoints of 2, 8 and 27 requests in a second; apart from that they are drawn between 35 and 70.
const SPREADS: [u8; 20] = [42, 43, 38, 65, 45, 45, 68, 50, 53, 39, 50, 48, 38, 43, 51, 63, 58, 41, 57, 37];
/// Ranks of their medians between 20 and 200 ms.
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
    /// Standard deviation of ln latency.
    sigma: f64,
    /// exp(σ·z) at the middle of [`NORMALS`] equal shares of the normal distribution.
    factors: Vec<f64>,
    /// The share of requests with ln latency / median at or below z·σ, z from −[`REACH`] on in steps of 1 / [`FINE`].
    below: Vec<f64>,
}

impl Endpoint {
    fn new(at: usize, of: usize) -> Self {
        let share = at as f64 / (of - 1) as f64;
        let sigma = f64::from(SPREADS[at * 20 / of]) / 100.0;
        let factor = |one: usize| (sigma * sampling::normal_quantile((one as f64 + 0.5) / NORMALS as f64)).exp();
        let slow = SLOW_OF_65536 as f64 / 65_536.0;
        let below = |step: usize| {
            let z = step as f64 / FINE - REACH;
            let at_or_below = |z: f64| sampling::normal_above(-z);
            (1.0 - slow) * at_or_below(z) + slow * at_or_below(z - SLOW.ln() / sigma)
        };
        Self {
            name: format!("GET /{at:02}"),
            rate: LEAST_RATE * RATES.powf(share),
            median_us: 20_000.0 * 10.0_f64.powf(f64::from(MEDIANS[at * 20 / of]) / 19.0),
            sigma,
            factors: (0..NORMALS).map(factor).collect(),
            below: (0..=(2.0 * REACH * FINE) as usize).map(below).collect(),
        }
    }

    /// A latency in µs from random bits.
    fn latency(&self, scale: f64, bits: u64) -> f64 {
        let slow = if (bits >> 16) & 0xffff < SLOW_OF_65536 { SLOW } else { 1.0 };
        scale * slow * self.factors[bits as usize % NORMALS]
    }

    /// The upper `share`-quantile of ln latency / median over equally many requests in each second, by Newton's steps: from
    /// below, where the distribution bends one way only, they do not overshoot.
    fn quantile(&self, levels: &[f64], share: f64) -> f64 {
        const STEPS: usize = 6;
        let seconds = levels.len() as f64;
        let mut value = levels.iter().sum::<f64>() / seconds + 1.4 * self.sigma;
        for _ in 0..STEPS {
            let add = |sum: (f64, f64), one: (f64, f64)| (sum.0 + one.0, sum.1 + one.1);
            let (below, slope) =
                levels.iter().map(|level| self.below((value - level) / self.sigma)).fold((0.0, 0.0), add);
            value += (share * seconds - below) / slope * self.sigma;
        }
        value
    }

    /// Of a block's requests, given for each second with its level, how many are above `value`, drawn; and how many there are.
    fn above(&self, value: f64, levels: &[f64], requests: &[u64], noise: &mut Noise) -> (u64, u64) {
        let above = |(level, n): (&f64, &u64)| (1.0 - self.below((value - level) / self.sigma).0) * *n as f64;
        let n = requests.iter().sum();
        (noise.poisson(levels.iter().zip(requests).map(above).sum()).min(n), n)
    }

    /// The density of ln latency / median at `value`, over seconds of equally many requests.
    fn density(&self, value: f64, levels: &[f64]) -> f64 {
        let slopes = levels.iter().map(|level| self.below((value - level) / self.sigma).1 / self.sigma);
        slopes.sum::<f64>() / levels.len() as f64
    }

    /// The share of requests at or below z·σ, and how fast it grows with z.
    fn below(&self, z: f64) -> (f64, f64) {
        let place = ((z + REACH) * FINE).clamp(0.0, (self.below.len() - 2) as f64);
        let at = place as usize;
        let step = self.below[at + 1] - self.below[at];
        (self.below[at] + (place - at as f64) * step, step * FINE)
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

    /// A run of one scenario. Each endpoint of it has its own random numbers, so that a factor on one changes no other.
    #[must_use]
    pub(crate) fn run(&self, scenario: &Scenario, seed: u64) -> Run<'_> {
        let shared = Noise::new(seed).series(self.seconds, scenario.noise.0, scenario.phi);
        let level = scenario.between.0 * Noise::new(mixed(seed, 1)).normal();
        let shared = shared.into_iter().map(|noise| noise + level).collect();
        Run { system: self, scenario: *scenario, seed, shared }
    }
}

/// A p95 of one endpoint in one run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct P95 {
    /// ln of it in µs, as histograms give it.
    pub(crate) ln: f64,
    /// Its standard deviation within the run, as the run's blocks tell it.
    pub(crate) sd: f64,
}

impl P95 {
    /// As if all requests had taken longer by `factor`.
    pub(crate) fn slower(self, factor: f64) -> Self {
        Self { ln: self.ln + factor.ln(), ..self }
    }
}

/// A run before its requests are drawn.
#[derive(Debug, Clone)]
pub(crate) struct Run<'a> {
    system: &'a System,
    scenario: Scenario,
    seed: u64,
    /// What all endpoints share in each second, on the scale of ln.
    shared: Vec<f64>,
}

impl Run<'_> {
    /// Each endpoint's latencies and failures by part.
    #[must_use]
    pub(crate) fn parts(&self) -> Vec<Vec<Block>> {
        (0..self.system.endpoints.len()).map(|at| self.parts_of(at, 1.0)).collect()
    }

    /// One endpoint's, all of its latencies longer by `factor`.
    #[must_use]
    pub(crate) fn parts_of(&self, at: usize, factor: f64) -> Vec<Block> {
        let (endpoint, levels, mut noise) = self.endpoint(at);
        let scale: Vec<f64> = levels.iter().map(|level| factor * endpoint.median_us * level.exp()).collect();
        scale
            .chunks(self.system.seconds / self.system.parts)
            .map(|seconds| part(endpoint, seconds, &mut noise))
            .collect()
    }

    /// Each endpoint's p95.
    #[must_use]
    pub(crate) fn p95s(&self) -> Vec<P95> {
        (0..self.system.endpoints.len()).map(|at| self.p95(at)).collect()
    }

    fn p95(&self, at: usize) -> P95 {
        let (endpoint, levels, mut noise) = self.endpoint(at);
        let requests: Vec<u64> = levels.iter().map(|_| noise.poisson(endpoint.rate)).collect();
        let n = requests.iter().sum();
        let ln = endpoint.quantile(&levels, noise.order_statistic(rank(0.95, n), n));
        let us = endpoint.median_us * ln.exp();
        let shown = Histogram::from_iter([us as i64]).quantile(1.0).map_or(0.0, |us| us as f64);
        let seconds = self.system.seconds / self.system.parts;
        let blocks = levels.chunks(seconds).zip(requests.chunks(seconds));
        let counts: Vec<(u64, u64)> =
            blocks.map(|(levels, requests)| endpoint.above(ln, levels, requests, &mut noise)).collect();
        let sd = Clustered::of(&counts).map_or(0.0, |share| share.sd) / endpoint.density(ln, &levels);
        P95 { ln: shown.ln(), sd }
    }

    /// An endpoint, how slow each second is for it on the scale of ln, and its further random numbers.
    fn endpoint(&self, at: usize) -> (&Endpoint, Vec<f64>, Noise) {
        let mut noise = Noise::new(mixed(self.seed, 2 + at as u64));
        let level = self.scenario.between.1 * noise.normal();
        let own = noise.series(self.system.seconds, self.scenario.noise.1, self.scenario.phi);
        let levels = self.shared.iter().zip(own).map(|(shared, own)| shared + level + own).collect();
        (&self.system.endpoints[at], levels, noise)
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
