//! Observations folded into counters: the bounded, mergeable middle of the pipeline.
//!
//! A [`Rollup`] is the [`Sink`] that adapters fill. It keeps integers only (counts, sums in nanoseconds, histogram cells),
//! and the width of its windows depends on nothing but the earliest and the latest instant. Hence one law, which a property
//! test holds: folding all observations equals folding any split of them in any order and merging. A file is therefore read
//! by several threads, and the shards of one run become one test, with the same figures to the last bit.
//!
//! * [`part`] is what one test of a file amounts to; [`naming`] and `cap` bound it,
//! * `series` numbers keys so that a sample names its cell by an integer,
//! * `counter` is what the samples of a cell amount to, `window` the grid of windows, `timeline`, `endpoint_window`, `interval`
//!   and `users` are what stands in it,
//! * `run` tells runs apart that were appended to one file,
//! * `metric`, `column` and `fault` hold what is not a request.

mod cap;
mod column;
mod counter;
mod endpoint_window;
mod fault;
mod folded;
mod interval;
mod metric;
pub mod naming;
mod ordered;
pub mod part;
mod run;
mod said;
mod series;
mod slot;
mod timeline;
mod users;
mod view;
mod window;

pub use cap::{ENDPOINTS_KEPT, OTHER};
pub use column::Column;
pub use interval::IntervalSeries;
pub use part::{Part, Writers};
pub use timeline::Clock;

use crate::ingest::{PartId, Point, SeriesId, Sink};
use crate::model::folded::Folded;
use crate::model::key::{CellKey, ColumnKey, MetricKey};
use crate::model::metric::MetricTotal;
use crate::model::sample::{Fact, Fault, Interval, Sample, Threshold, Total};
use crate::unit::{Span, Timestamp};
use metric::Points;
use naming::Rules;
use slot::{Slot, Slots};
use std::any::Any;
use std::sync::Arc;

/// Parts that are told apart; the names of a file's further parts are its content's doing, and fall into the last one.
const PARTS: usize = 1000;

/// A Rollup is all that a file (or a fork's share of it) amounts to.
#[derive(Debug, Default)]
pub struct Rollup {
    parts: Vec<Part>,
    cells: Slots,
    metrics: Slots,
    columns: Slots,
    /// What the user says about names.
    rules: Arc<Rules>,
}

impl Rollup {
    /// An empty rollup.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty rollup whose endpoints are named by these rules.
    #[must_use]
    pub fn naming(rules: Arc<Rules>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Adds all of another; the result equals having folded both inputs into one rollup.
    pub fn merge(&mut self, other: Self) {
        let (runs, parts): (Vec<Part>, Vec<Part>) = other.parts.into_iter().partition(|part| part.is_run);
        self.merge_runs(runs);
        for part in parts {
            let id = self.part(part.name());
            if let Some(own) = self.parts.get_mut(id.0 as usize) {
                own.merge(part);
            }
            self.follow(id);
        }
    }

    /// The parts in order of their names. Series numbers given out before are void.
    #[must_use]
    pub fn into_parts(mut self) -> Vec<Part> {
        self.parts = run::settle(self.parts);
        self.parts.sort_by(|a, b| a.name().cmp(&b.name()));
        self.parts
    }

    /// Keeps the numbers given out right where a part's names were folded.
    #[inline]
    fn follow(&mut self, part: PartId) {
        let Some(own) = self.parts.get_mut(part.0 as usize) else { return };
        if let Some(went) = own.moves.cells.take() {
            self.cells.follow(part.0, &went);
        }
        if let Some(went) = own.moves.metrics.take() {
            self.metrics.follow(part.0, &went);
        }
    }

    #[inline]
    fn points(&mut self, metric: SeriesId) -> Option<&mut Points> {
        let slot = self.metrics.get(metric.0)?;
        self.parts.get_mut(slot.part as usize)?.points(slot.local)
    }

    fn own(&mut self, part: PartId) -> Option<&mut Part> {
        self.parts.get_mut(part.0 as usize)
    }
}

/// Equal are rollups with the same parts, in whatever order they were met.
impl PartialEq for Rollup {
    fn eq(&self, other: &Self) -> bool {
        self.parts.len() == other.parts.len() && self.parts.iter().all(|part| other.parts.contains(part))
    }
}

impl Sink for Rollup {
    fn part(&mut self, name: Option<&str>) -> PartId {
        let at = self.parts.iter().position(|part| part.name() == name && !part.is_run).unwrap_or_else(|| {
            if self.parts.len() < PARTS {
                self.parts.push(Part::naming(name, Arc::clone(&self.rules)));
            }
            self.parts.len() - 1
        });
        PartId(index(at))
    }

    fn run_of(&mut self, name: Option<&str>, busy: Span) -> PartId {
        self.run_over(name, busy)
    }

    fn cell(&mut self, part: PartId, key: &CellKey) -> SeriesId {
        let local = self.own(part).map_or(u32::MAX, |own| own.intern_cell(key));
        self.follow(part);
        SeriesId(self.cells.number(Slot { part: part.0, local }))
    }

    #[inline]
    fn sample(&mut self, cell: SeriesId, sample: Sample) {
        self.samples(cell, &[sample]);
    }

    #[inline]
    fn samples(&mut self, cell: SeriesId, samples: &[Sample]) {
        let Some(slot) = self.cells.get(cell.0) else { return };
        if let Some(part) = self.parts.get_mut(slot.part as usize) {
            part.add_samples(slot.local, samples);
        }
    }

    fn metric(&mut self, part: PartId, key: &MetricKey) -> SeriesId {
        let local = self.own(part).map_or(u32::MAX, |own| own.intern_metric(key));
        self.follow(part);
        SeriesId(self.metrics.number(Slot { part: part.0, local }))
    }

    #[inline]
    fn value(&mut self, metric: SeriesId, at: Option<Timestamp>, value: f64) {
        if let Some(points) = self.points(metric) {
            points.add(at, value);
        }
    }

    fn values(&mut self, metric: SeriesId, points: &[Point]) {
        let Some(own) = self.points(metric) else { return };
        for (at, value) in points {
            own.add(*at, *value);
        }
    }

    fn metric_total(&mut self, part: PartId, key: &MetricKey, total: &MetricTotal) {
        if let Some(own) = self.own(part) {
            own.metric_total(key, total);
        }
    }

    fn column(&mut self, part: PartId, key: &ColumnKey) -> SeriesId {
        let local = self.own(part).map_or(u32::MAX, |own| own.intern_column(key));
        SeriesId(self.columns.number(Slot { part: part.0, local }))
    }

    fn reading(&mut self, column: SeriesId, at: Timestamp, value: Option<f64>) {
        let Some(slot) = self.columns.get(column.0) else { return };
        if let Some(part) = self.parts.get_mut(slot.part as usize) {
            part.reading(slot.local, at, value);
        }
    }

    fn users(&mut self, part: PartId, at: Timestamp, users: f64) {
        if let Some(own) = self.own(part) {
            own.add_users_over("", Span::at(at), users, 1);
        }
    }

    fn users_of(&mut self, part: PartId, generator: &str, at: Timestamp, users: f64) {
        self.users_over(part, generator, Span::at(at), users, 1);
    }

    fn users_over(&mut self, part: PartId, generator: &str, over: Span, users: f64, readings: u64) {
        if let Some(own) = self.own(part) {
            own.add_users_over(generator, over, users, readings);
        }
    }

    fn total(&mut self, part: PartId, total: Total) {
        if let Some(own) = self.own(part) {
            own.add_total(total);
        }
        self.follow(part);
    }

    fn interval(&mut self, part: PartId, interval: Interval) {
        if let Some(own) = self.own(part) {
            own.add_interval(interval);
        }
        self.follow(part);
    }

    fn fault(&mut self, part: PartId, fault: Fault) {
        if let Some(own) = self.own(part) {
            own.add_fault(fault);
        }
        self.follow(part);
    }

    fn threshold(&mut self, part: PartId, threshold: Threshold) {
        if let Some(own) = self.own(part) {
            own.add_threshold(threshold);
        }
    }

    fn fact(&mut self, part: PartId, fact: Fact) {
        if let Some(own) = self.own(part) {
            own.add_fact(fact);
        }
    }

    fn folded(&mut self, part: PartId, folded: Folded) -> Result<(), String> {
        let theirs = Part::unfolded(folded)?;
        if theirs.is_run {
            self.merge_runs(vec![theirs]);
        } else if let Some(own) = self.own(part) {
            own.merge_shard(theirs, Writers::Many);
        }
        Ok(())
    }

    fn fork(&self) -> Box<dyn Sink> {
        Box::new(Self::naming(Arc::clone(&self.rules)))
    }

    fn absorb(&mut self, fork: Box<dyn Sink>) {
        if let Ok(other) = fork.into_any().downcast::<Self>() {
            self.merge(*other);
        }
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// A position as a number of 32 bits; four thousand million series do not fit into memory either.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
