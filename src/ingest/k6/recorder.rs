//! A sink for tests that keeps every observation, in an order that does not depend on who read it.

use crate::ingest::{MetricTotal, PartId, SeriesId, Sink};
use crate::model::key::{CellKey, ColumnKey, MetricKey, Outcome, Population};
use crate::model::sample::{Fact, Fault, Interval, Sample, Threshold, Total};
use crate::unit::Timestamp;
use std::any::Any;
use std::collections::BTreeMap;

/// A Recorder keeps what it is given.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Recorder {
    cells: Vec<(CellKey, Vec<(i64, u64)>)>,
    metrics: Vec<(MetricKey, Vec<(i64, u64)>)>,
    pub(super) users: Vec<(i64, u64)>,
    pub(super) metric_totals: Vec<(MetricKey, MetricTotal)>,
    pub(super) totals: Vec<Total>,
    pub(super) thresholds: Vec<Threshold>,
    pub(super) facts: Vec<Fact>,
}

/// What a recorder was told, sorted.
#[derive(Debug, PartialEq, Clone)]
pub(super) struct Told {
    /// End in unix nanoseconds and latency in nanoseconds of each sample.
    pub(super) cells: BTreeMap<CellKey, Vec<(i64, u64)>>,
    /// Time and the bits of the value of each point.
    pub(super) metrics: BTreeMap<MetricKey, Vec<(i64, u64)>>,
    pub(super) users: Vec<(i64, u64)>,
    pub(super) thresholds: Vec<Threshold>,
    pub(super) facts: Vec<Fact>,
}

impl Recorder {
    pub(super) fn told(&self) -> Told {
        let sorted = |list: &[(i64, u64)]| {
            let mut list = list.to_vec();
            list.sort_unstable();
            list
        };
        Told {
            cells: self
                .cells
                .iter()
                .filter(|(_, list)| !list.is_empty())
                .map(|(key, list)| (key.clone(), sorted(list)))
                .collect(),
            metrics: self
                .metrics
                .iter()
                .filter(|(_, list)| !list.is_empty())
                .map(|(key, list)| (key.clone(), sorted(list)))
                .collect(),
            users: sorted(&self.users),
            thresholds: self.thresholds.clone(),
            facts: self.facts.clone(),
        }
    }

    pub(super) fn metric_total(&self, name: &str, tags: &[(&str, &str)]) -> Option<&MetricTotal> {
        let same = |key: &MetricKey| {
            key.name == name
                && key.tags.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(tags.iter().copied())
        };
        self.metric_totals.iter().find(|(key, _)| same(key)).map(|(_, total)| total)
    }
}

impl Told {
    /// Requests, failures and mean in milliseconds of a population.
    pub(super) fn figures(&self, population: Population) -> (u64, u64, f64) {
        let (mut count, mut failed, mut sum) = (0, 0, 0_u128);
        for (key, samples) in self.cells.iter().filter(|(key, _)| key.population == population) {
            count += samples.len() as u64;
            failed += if matches!(key.outcome, Outcome::Failed(_)) { samples.len() as u64 } else { 0 };
            sum += samples.iter().map(|(_, nanos)| u128::from(*nanos)).sum::<u128>();
        }
        #[expect(clippy::cast_precision_loss, reason = "a test's mean")]
        (count, failed, sum as f64 / 1e6 / count as f64)
    }
}

fn intern<K: Clone + PartialEq>(list: &mut Vec<(K, Vec<(i64, u64)>)>, key: &K) -> SeriesId {
    let at = list.iter().position(|(have, _)| have == key).unwrap_or_else(|| {
        list.push((key.clone(), Vec::new()));
        list.len() - 1
    });
    SeriesId(u32::try_from(at).unwrap())
}

impl Sink for Recorder {
    fn part(&mut self, _: Option<&str>) -> PartId {
        PartId(0)
    }
    fn cell(&mut self, _: PartId, key: &CellKey) -> SeriesId {
        intern(&mut self.cells, key)
    }
    fn sample(&mut self, cell: SeriesId, sample: Sample) {
        self.cells[cell.0 as usize].1.push((sample.ended_at.unwrap().0, sample.latency_ns.unwrap()));
    }
    fn metric(&mut self, _: PartId, key: &MetricKey) -> SeriesId {
        intern(&mut self.metrics, key)
    }
    fn value(&mut self, metric: SeriesId, at: Option<Timestamp>, value: f64) {
        self.metrics[metric.0 as usize].1.push((at.unwrap().0, value.to_bits()));
    }
    fn metric_total(&mut self, _: PartId, key: &MetricKey, total: &MetricTotal) {
        self.metric_totals.push((key.clone(), total.clone()));
    }
    fn column(&mut self, _: PartId, _: &ColumnKey) -> SeriesId {
        unreachable!("k6 has no monitor columns")
    }
    fn reading(&mut self, _: SeriesId, _: Timestamp, _: Option<f64>) {}
    fn users(&mut self, _: PartId, at: Timestamp, users: f64) {
        self.users.push((at.0, users.to_bits()));
    }
    fn total(&mut self, _: PartId, total: Total) {
        self.totals.push(total);
    }
    fn interval(&mut self, _: PartId, _: Interval) {}
    fn fault(&mut self, _: PartId, _: Fault) {}
    fn threshold(&mut self, _: PartId, threshold: Threshold) {
        self.thresholds.push(threshold);
    }
    fn fact(&mut self, _: PartId, fact: Fact) {
        self.facts.push(fact);
    }
    fn fork(&self) -> Box<dyn Sink> {
        Box::new(Self::default())
    }
    fn absorb(&mut self, fork: Box<dyn Sink>) {
        let fork = fork.into_any().downcast::<Self>().unwrap();
        for (key, list) in fork.cells {
            let at = intern(&mut self.cells, &key);
            self.cells[at.0 as usize].1.extend(list);
        }
        for (key, list) in fork.metrics {
            let at = intern(&mut self.metrics, &key);
            self.metrics[at.0 as usize].1.extend(list);
        }
        self.users.extend(fork.users);
        self.thresholds.extend(fork.thresholds);
        self.facts.extend(fork.facts);
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
