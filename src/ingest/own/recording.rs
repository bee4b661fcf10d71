//! A sink for tests that keeps everything it is given.

use crate::ingest::{MetricTotal, PartId, SeriesId, Sink};
use crate::model::key::{CellKey, ColumnKey, MetricKey};
use crate::model::sample::{Fact, Fault, Interval, Sample, Threshold, Total};
use crate::unit::Timestamp;
use std::any::Any;

/// A Recording is what an adapter said, in order.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    pub(crate) parts: Vec<Option<String>>,
    pub(crate) cells: Vec<(PartId, CellKey)>,
    pub(crate) samples: Vec<(SeriesId, Sample)>,
    pub(crate) metrics: Vec<MetricKey>,
    pub(crate) values: Vec<(SeriesId, Option<Timestamp>, f64)>,
    pub(crate) metric_totals: Vec<(PartId, MetricKey, MetricTotal)>,
    pub(crate) columns: Vec<ColumnKey>,
    pub(crate) readings: Vec<(SeriesId, Timestamp, Option<f64>)>,
    pub(crate) users: Vec<(Timestamp, f64)>,
    pub(crate) totals: Vec<(PartId, Total)>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) facts: Vec<(PartId, Fact)>,
}

fn intern<T: PartialEq + Clone>(list: &mut Vec<T>, item: &T) -> u32 {
    let position = list.iter().position(|have| have == item).unwrap_or_else(|| {
        list.push(item.clone());
        list.len() - 1
    });
    u32::try_from(position).unwrap()
}

impl Recording {
    /// The cell of a sample.
    pub(crate) fn key(&self, id: SeriesId) -> &CellKey {
        &self.cells[id.0 as usize].1
    }

    #[expect(clippy::cast_precision_loss, reason = "latencies of samples are far below 2^53 ns")]
    /// Latencies in ms of samples whose cell is wanted, ascending.
    pub(crate) fn latencies(&self, wanted: impl Fn(&CellKey) -> bool) -> Vec<f64> {
        let mut all: Vec<f64> = self
            .samples
            .iter()
            .filter(|(id, _)| wanted(self.key(*id)))
            .filter_map(|(_, sample)| Some(sample.latency_ns? as f64 / 1e6))
            .collect();
        all.sort_by(f64::total_cmp);
        all
    }

    /// Samples whose cell is wanted.
    pub(crate) fn count(&self, wanted: impl Fn(&CellKey) -> bool) -> usize {
        self.samples.iter().filter(|(id, _)| wanted(self.key(*id))).count()
    }

    /// All facts as one text.
    pub(crate) fn said(&self) -> String {
        format!("{:?}", self.facts)
    }
}

impl Sink for Recording {
    fn part(&mut self, name: Option<&str>) -> PartId {
        PartId(intern(&mut self.parts, &name.map(str::to_owned)))
    }
    fn cell(&mut self, part: PartId, key: &CellKey) -> SeriesId {
        SeriesId(intern(&mut self.cells, &(part, key.clone())))
    }
    fn sample(&mut self, cell: SeriesId, sample: Sample) {
        self.samples.push((cell, sample));
    }
    fn metric(&mut self, _: PartId, key: &MetricKey) -> SeriesId {
        SeriesId(intern(&mut self.metrics, key))
    }
    fn value(&mut self, metric: SeriesId, at: Option<Timestamp>, value: f64) {
        self.values.push((metric, at, value));
    }
    fn metric_total(&mut self, part: PartId, key: &MetricKey, total: &MetricTotal) {
        self.metric_totals.push((part, key.clone(), total.clone()));
    }
    fn column(&mut self, _: PartId, key: &ColumnKey) -> SeriesId {
        SeriesId(intern(&mut self.columns, key))
    }
    fn reading(&mut self, column: SeriesId, at: Timestamp, value: Option<f64>) {
        self.readings.push((column, at, value));
    }
    fn users(&mut self, _: PartId, at: Timestamp, users: f64) {
        self.users.push((at, users));
    }
    fn total(&mut self, part: PartId, total: Total) {
        self.totals.push((part, total));
    }
    fn interval(&mut self, _: PartId, _: Interval) {
        unreachable!("own files have no intervals");
    }
    fn fault(&mut self, _: PartId, fault: Fault) {
        self.faults.push(fault);
    }
    fn threshold(&mut self, _: PartId, _: Threshold) {
        unreachable!("own files have no thresholds");
    }
    fn fact(&mut self, part: PartId, fact: Fact) {
        self.facts.push((part, fact));
    }
    fn fork(&self) -> Box<dyn Sink> {
        Box::<Self>::default()
    }
    /// Of rows only: figures that tools sum up stand in files that one thread reads.
    fn absorb(&mut self, fork: Box<dyn Sink>) {
        let other = fork.into_any().downcast::<Self>().unwrap();
        let parts: Vec<PartId> = other.parts.iter().map(|name| self.part(name.as_deref())).collect();
        let part = |id: PartId| parts[id.0 as usize];
        let cells: Vec<SeriesId> = other.cells.iter().map(|(of, key)| self.cell(part(*of), key)).collect();
        let metrics: Vec<SeriesId> = other.metrics.iter().map(|key| self.metric(PartId(0), key)).collect();
        self.samples.extend(other.samples.iter().map(|(id, sample)| (cells[id.0 as usize], *sample)));
        self.values.extend(other.values.iter().map(|(id, at, value)| (metrics[id.0 as usize], *at, *value)));
        self.users.extend(other.users);
        self.faults.extend(other.faults);
        self.facts.extend(other.facts.into_iter().map(|(of, fact)| (part(of), fact)));
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
