//! The few figures by which two forms of one execution know each other.

use crate::model::distribution::Distribution;
use crate::model::key::Population;
use crate::rollup::Part;
use std::collections::BTreeMap;

/// How far figures of one execution may differ between two forms of it.
pub(super) const TOLERANCE: f64 = 0.02;

/// What forms of one execution may differ by because one of them rounds.
const ROUNDING: f64 = 1e-4;
/// Fewer requests than these may have the same figures by chance.
const ENOUGH: f64 = 50.0;

/// What a form says about one population or metric as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Figure {
    pub(super) count: Option<f64>,
    pub(super) mean: Option<f64>,
    pub(super) max: Option<f64>,
}

impl Figure {
    /// Of both together.
    fn with(self, other: Self) -> Self {
        let weighted = |one: Self| Some((one.mean? * one.count?, one.count?));
        let mean = match (weighted(self), weighted(other)) {
            (Some((ours, n)), Some((theirs, more))) => Some((ours + theirs) / (n + more)),
            _ => self.mean.or(other.mean),
        };
        Self { count: sum(self.count, other.count), mean, max: most(self.max, other.max) }
    }
}

/// Figures of a form.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures {
    populations: BTreeMap<Population, Figure>,
    metrics: BTreeMap<String, Figure>,
}

#[expect(clippy::cast_precision_loss, reason = "counts are compared to 2 %")]
fn float(count: u64) -> f64 {
    count as f64
}

impl Figures {
    /// The figures of a part: of its samples, else of the tool's totals, else of the last row over time.
    pub(super) fn of(part: &Part) -> Self {
        let mut figures = Self::default();
        for population in Population::ALL {
            let figure =
                sampled(part, population).or_else(|| totalled(part, population)).or_else(|| last_row(part, population));
            figures.populations.extend(figure.map(|figure| (population, figure)));
        }
        // Points tell setup from load and a summary does not: they know each other by what the tool counts.
        if let Some(aside) = figures.populations.remove(&Population::Setup) {
            let load = figures.populations.remove(&Population::Request).unwrap_or_default();
            figures.populations.insert(Population::Setup.of_tool(), load.with(aside));
        }
        for metric in part.metrics() {
            // A summary's sub-metrics repeat what the metric without tags holds; points with tags add up to it.
            if metric.quoted && !metric.key.tags.is_empty() {
                continue;
            }
            let figure = figures.metrics.entry(metric.key.name.clone()).or_default();
            let count = metric.total.sum.or(metric.total.count.map(float));
            figure.count = sum(figure.count, count);
            figure.max = most(figure.max, metric.total.max);
        }
        figures
    }

    /// How many requests; where there are none, connections, then messages.
    pub(super) fn count(&self) -> Option<f64> {
        self.populations.values().find_map(|figure| figure.count)
    }

    /// How far two are apart, 0 being equal; `None` where they cannot be of one execution, or have nothing in common.
    pub(super) fn distance(&self, other: &Self) -> Option<f64> {
        let metrics = apart(&self.metrics, &other.metrics);
        if self.populations.is_empty() || other.populations.is_empty() {
            // The mean, because tools count some of their own metrics differently from file to file.
            return (!metrics.is_empty()).then(|| mean(&metrics)).filter(|distance| *distance <= TOLERANCE);
        }
        let populations = apart(&self.populations, &other.populations);
        if populations.is_empty() || populations.iter().any(|difference| *difference > TOLERANCE) {
            return None;
        }
        Some(populations.iter().sum::<f64>() + mean(&metrics).min(TOLERANCE))
    }

    /// Whether two have the same counts, means and maxima of enough requests, as two runs never have.
    pub(super) fn are_the_same(&self, other: &Self) -> bool {
        let populations = apart(&self.populations, &other.populations);
        let has_means = self
            .populations
            .values()
            .chain(other.populations.values())
            .all(|one| one.mean.is_some() && one.max.is_some());
        let enough = self.count().is_some_and(|count| count >= ENOUGH);
        enough && has_means && !populations.is_empty() && populations.iter().all(|difference| *difference <= ROUNDING)
    }

    /// Like [`Figures::distance`] where this is a form that lags behind: nothing of it may be larger, and at least half
    /// must be there.
    pub(super) fn distance_behind(&self, fuller: &Self) -> Option<f64> {
        let mut distance = None;
        for (population, own) in &self.populations {
            let theirs = fuller.populations.get(population)?;
            let (count, full) = (own.count?, theirs.count?);
            if count > full || count < full / 2.0 {
                return None;
            }
            if let (Some(max), Some(full)) = (own.max, theirs.max)
                && max > full * (1.0 + TOLERANCE / 2.0)
            {
                return None;
            }
            distance = sum(distance, Some(relative(count, full)));
        }
        distance
    }
}

fn apart<K: Ord>(a: &BTreeMap<K, Figure>, b: &BTreeMap<K, Figure>) -> Vec<f64> {
    let pairs = a.iter().filter_map(|(key, own)| Some((own, b.get(key)?)));
    pairs
        .flat_map(|(a, b)| [(a.count, b.count), (a.mean, b.mean), (a.max, b.max)])
        .filter_map(|(a, b)| Some(relative(a?, b?)))
        .collect()
}

/// The difference as a share of the larger.
pub(super) fn relative(a: f64, b: f64) -> f64 {
    let larger = a.abs().max(b.abs());
    if larger > 0.0 { (a - b).abs() / larger } else { 0.0 }
}

fn mean(values: &[f64]) -> f64 {
    let count = float(values.len() as u64);
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / count }
}

fn sum(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}

fn most(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

fn sampled(part: &Part, population: Population) -> Option<Figure> {
    let count = part.samples(population);
    let (sum_ns, timed, max) = part.latency_sum(population);
    #[expect(clippy::cast_precision_loss, reason = "means are compared to 2 %")]
    let mean = (timed > 0).then(|| sum_ns as f64 / 1e3 / timed as f64);
    (count > 0).then(|| Figure { count: Some(float(count)), mean, max })
}

fn totalled(part: &Part, population: Population) -> Option<Figure> {
    let totals: Vec<_> = part.totals().into_iter().filter(|total| total.population == population).collect();
    if let Some(own_sum) = totals.iter().find(|total| total.endpoint.is_none()) {
        let (mean, max) = mean_and_max(&own_sum.latency);
        return Some(Figure { count: own_sum.requests.map(float), mean, max });
    }
    let mut figure = Figure::default();
    let (mut weighted, mut weight) = (0.0, 0.0);
    for total in &totals {
        let (mean, max) = mean_and_max(&total.latency);
        figure.count = sum(figure.count, total.requests.map(float));
        figure.max = most(figure.max, max);
        if let (Some(mean), Some(requests)) = (mean, total.requests) {
            weighted += mean * float(requests);
            weight += float(requests);
        }
    }
    figure.mean = (weight > 0.0).then(|| weighted / weight);
    (!totals.is_empty()).then_some(figure)
}

fn last_row(part: &Part, population: Population) -> Option<Figure> {
    if population != Population::Request {
        return None;
    }
    let series = part.intervals();
    let own_sum = series.iter().find(|series| series.endpoint.is_none())?;
    let (requests, _) = own_sum.rows.iter().rev().find_map(|row| row.cumulative)?;
    Some(Figure { count: Some(float(requests)), mean: None, max: None })
}

/// Mean and maximum in microseconds.
pub(super) fn mean_and_max(latency: &Distribution) -> (Option<f64>, Option<f64>) {
    match latency {
        Distribution::Recorded(recorded) => (recorded.mean_us(), recorded.max_us()),
        Distribution::Bucketed { exact, .. } => (exact.mean_us, exact.max_us),
        Distribution::Quoted(quoted) => (quoted.mean_us, quoted.max_us),
        Distribution::Unknown(_) => (None, None),
    }
}
