//! Bounds: how many endpoints, cells and series a part may have, and what becomes of those beyond.
//!
//! A generator that puts an identifier into every URL makes a new endpoint with each request. Up to a bound far above what
//! is shown such endpoints are kept while reading, because a rule of the configuration may still unite them; after that
//! they fall into `(other)` at once. When reading has ended, [`Part::settle`] applies the bounds of the report.

use super::part::{Counter, Part};
use super::series::Series;
use crate::model::key::{CellKey, EndpointKey, MetricKey};
use std::collections::{BTreeMap, BTreeSet};

/// Endpoints that a part keeps by name.
pub const ENDPOINTS_KEPT: usize = 10_000;
/// Cells that a part keeps.
const CELLS_KEPT: usize = 20_000;
/// Endpoints that are told apart while reading.
const ENDPOINTS_HELD: usize = 40_000;
/// Cells whose tags are told apart while reading.
const CELLS_HELD: usize = 80_000;
/// Metric series whose tags are told apart, and then metrics that are.
const METRICS_HELD: usize = 20_000;
/// Name of the endpoint in which all those beyond the bounds are summed.
pub const OTHER: &str = "(other)";

/// The key under which a new cell is held.
pub(super) fn held(key: &CellKey, cells: &Series<CellKey, Counter>, endpoints: &Series<EndpointKey, ()>) -> CellKey {
    let mut key = key.clone();
    if cells.len() >= CELLS_HELD {
        key.tags.clear();
    }
    if endpoints.len() >= ENDPOINTS_HELD && endpoints.number(&key.endpoint).is_none() {
        key.endpoint = other();
        key.tags.clear();
    }
    key
}

/// The key under which a new metric's series is held, where there are so many already.
pub(super) fn held_metric(key: &MetricKey, already: usize) -> MetricKey {
    let mut key = key.clone();
    if already >= METRICS_HELD {
        key.tags.clear();
    }
    if already >= 2 * METRICS_HELD {
        OTHER.clone_into(&mut key.name);
    }
    key
}

fn other() -> EndpointKey {
    EndpointKey { group: None, method: None, name: OTHER.to_owned() }
}

impl Part {
    /// Applies the bounds once reading and renaming have ended, gives back spare memory, and says what was left aside.
    #[must_use]
    pub fn settle(mut self) -> (Self, Vec<String>) {
        let mut said = Vec::new();
        if self.endpoints.len() >= ENDPOINTS_HELD {
            said.push(format!("more than {ENDPOINTS_HELD} endpoints: those met later are summed as {OTHER}"));
        }
        if self.cells.len() > CELLS_KEPT {
            said.push(format!(
                "{} combinations of endpoint, outcome and tags, of which {CELLS_KEPT} are kept: tags were left aside, and criteria \
                 that select by tag cannot be judged",
                self.cells.len()
            ));
            self = self.without_tags();
        }
        let kept = self.endpoints_kept();
        if kept.len() < self.endpoints.len() {
            said.push(format!(
                "{} endpoints, of which the {} most frequent are shown by name and the rest is summed as {OTHER}: give names to \
                 URLs that hold identifiers with [[endpoints]] in plimsoll.toml",
                self.endpoints.len(),
                kept.len()
            ));
            self = self.renamed(&|key| if kept.contains(key) { key.clone() } else { other() });
        }
        self.cells.values_mut().for_each(|counter| counter.recorded.histogram.settle());
        self.requests.settle();
        self.metrics.values_mut().for_each(super::metric::Points::settle);
        (self, said)
    }

    fn without_tags(mut self) -> Self {
        for (key, counter) in std::mem::take(&mut self.cells).into_rows() {
            let number = self.intern_cell(&CellKey { tags: Vec::new(), ..key });
            if let Some(own) = self.cells.get_mut(number) {
                own.merge(&counter);
            }
        }
        self
    }

    /// The most frequent endpoints that keep within both bounds; ties go by name.
    fn endpoints_kept(&self) -> BTreeSet<EndpointKey> {
        let mut sizes: BTreeMap<&EndpointKey, (u64, usize)> = BTreeMap::new();
        for (key, counter) in self.cells.sorted() {
            let size = sizes.entry(&key.endpoint).or_default();
            size.0 += counter.count;
            size.1 += 1;
        }
        let mut ranked: Vec<(&EndpointKey, (u64, usize))> = sizes.into_iter().collect();
        ranked.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(b.0)));
        let mut cells = 0;
        ranked
            .into_iter()
            .take(ENDPOINTS_KEPT)
            .take_while(|(_, (_, own))| {
                cells += own;
                cells <= CELLS_KEPT
            })
            .map(|(key, _)| key.clone())
            .collect()
    }
}
