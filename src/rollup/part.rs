//! What one test of a file amounts to.

use super::cap::Held;
use super::column::Readings;
use super::counter::Counter;
use super::fault::Faults;
use super::interval::{Intervals, join};
use super::metric::Points;
use super::naming::Rules;
use super::ordered::Ordered;
use super::series::Series;
use super::slot::Moves;
use super::timeline::Requests;
use super::users::Users;
use crate::model::key::{CellKey, ColumnKey, EndpointKey, MetricKey, Outcome, Population};
use crate::model::metric::MetricTotal;
use crate::model::sample::{Fact, Fault, Interval, Sample, Threshold, Total};
use crate::unit::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Generators whose users are told apart.
const GENERATORS: usize = 200;

/// A Part is all that was observed of one test in one file: most files have one, a script that ran several scenarios into
/// one file has one for each. Adding two parts is commutative and associative.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    pub(super) name: Option<String>,
    /// Under which keys all that follows is held.
    pub(super) held: Held,
    /// Whether it is a run of a file that several may have been appended to, which silence parts.
    pub(super) is_run: bool,
    pub(super) cells: Series<CellKey, Counter>,
    pub(super) requests: Requests,
    pub(super) users: Users,
    /// Users of generators that are known by name, which add up to those above.
    pub(super) generators: BTreeMap<String, Users>,
    /// Users of further shards, which add up to those above.
    pub(super) shard_users: Vec<Users>,
    pub(super) metrics: Series<MetricKey, Points>,
    pub(super) metric_totals: BTreeMap<MetricKey, Vec<MetricTotal>>,
    pub(super) columns: Series<ColumnKey, Readings>,
    pub(super) totals: Ordered<Total>,
    pub(super) intervals: Intervals,
    pub(super) faults: Faults,
    pub(super) thresholds: Ordered<Threshold>,
    pub(super) facts: Ordered<Fact>,
    /// Where cells and metrics have gone that were held under other keys; for whoever knows them by number.
    pub(super) moves: Moves,
}

/// Who wrote the readings of users in two files of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writers {
    /// One generator: the files are one that was cut up. Of two readings of one moment the greater counts.
    One,
    /// Two generators, whose users add up.
    Many,
    /// Whoever wrote them reads once a second, so that the readings themselves show whether they are of one.
    EachSecond,
}

impl Part {
    /// An empty part.
    #[must_use]
    pub fn new(name: Option<&str>) -> Self {
        Self { name: name.map(str::to_owned), ..Self::default() }
    }

    /// An empty part whose endpoints are named by these rules.
    #[must_use]
    pub fn naming(name: Option<&str>, rules: Arc<Rules>) -> Self {
        Self { held: Held::new(rules), ..Self::new(name) }
    }

    /// An empty part for one of the runs of a file.
    pub(super) fn of_run(name: Option<&str>, rules: Arc<Rules>) -> Self {
        Self { is_run: true, ..Self::naming(name, rules) }
    }

    /// The scenario's name where a file holds several tests; `None` is the file as a whole.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Adds all of another part: of another thread, block or shard.
    pub fn merge(&mut self, mut other: Self) {
        self.agree(&mut other);
        for (key, counter) in other.cells.into_rows() {
            let number = self.place(&key);
            if let Some(own) = self.cells.get_mut(number) {
                own.merge(&counter);
            }
        }
        self.requests.merge(other.requests);
        self.users.merge(other.users);
        for (generator, users) in other.generators {
            self.generators.entry(generator).or_default().merge(users);
        }
        self.bound_generators();
        for (key, points) in other.metrics.into_rows() {
            let number = self.metrics.intern(&key, || Points::of(&key));
            if let Some(own) = self.metrics.get_mut(number) {
                own.merge(&points);
            }
        }
        for (key, totals) in other.metric_totals {
            self.metric_totals.entry(key).or_default().extend(totals);
        }
        for (key, readings) in other.columns.into_rows() {
            if let Some(own) = self.columns.entry(&key) {
                own.merge(readings);
            }
        }
        self.totals.merge(other.totals);
        self.intervals.merge(other.intervals);
        self.faults.merge(other.faults);
        self.faults.bound(self.held.endpoints());
        self.thresholds.merge_once(other.thresholds);
        self.facts.merge_once(other.facts);
    }

    /// Adds the part of another file of the same run: everything adds up, and users as they say.
    pub fn merge_shard(&mut self, mut other: Self, users: Writers) {
        let theirs = std::iter::once(std::mem::take(&mut other.users)).chain(std::mem::take(&mut other.shard_users));
        for one in theirs.filter(|one| !one.is_empty()) {
            let own = std::iter::once(&mut self.users).chain(&mut self.shard_users);
            let same = |own: &&mut Users| match users {
                _ if own.is_empty() => true,
                Writers::One => true,
                Writers::Many => false,
                Writers::EachSecond => own.may_be_one_writers(&one),
            };
            match own.into_iter().find(same) {
                Some(own) => own.merge(one),
                None => self.shard_users.push(one),
            }
        }
        self.merge(other);
    }

    /// Lets both hold everything under the keys under which the sum of both holds it.
    fn agree(&mut self, other: &mut Self) {
        let (ours, theirs) = (self.held.decided(), other.held.decided());
        self.held.take(other.held.kept());
        let both = self.held.decided();
        if both != ours {
            self.rekey();
        }
        if both != theirs {
            other.held = self.held.clone();
            other.rekey();
        }
    }

    /// The same part under other endpoints; those that get one name become one endpoint.
    #[must_use]
    pub fn renamed(self, rename: &dyn Fn(&EndpointKey) -> EndpointKey) -> Self {
        let mut part = Self {
            requests: self.requests.renamed(rename),
            intervals: self.intervals.renamed(rename),
            faults: self.faults.renamed(rename),
            totals: self.totals.mapped(|total| Total { endpoint: total.endpoint.as_ref().map(rename), ..total }),
            ..self
        };
        part.regroup(&|key| CellKey { endpoint: rename(&key.endpoint), ..key.clone() });
        part
    }

    /// Brings everything under the keys under which it is held by now, where names that were told apart no longer are.
    fn rekey(&mut self) {
        let held = std::mem::take(&mut self.held);
        let endpoint = |key: &EndpointKey| held.endpoint(key);
        self.requests = std::mem::take(&mut self.requests).renamed(&endpoint);
        self.requests.rename_kinds(&|kind| held.kind(kind));
        self.faults = std::mem::take(&mut self.faults).renamed(&endpoint);
        self.totals = std::mem::take(&mut self.totals)
            .mapped(|total| Total { endpoint: total.endpoint.as_ref().map(endpoint), ..total });
        self.regroup(&|key| held.cell(key));
        self.regroup_metrics(&|key| held.metric(key));
        self.held = held;
    }

    /// Brings cells under other keys, and remembers where each has gone.
    pub(super) fn regroup(&mut self, rename: &dyn Fn(&CellKey) -> CellKey) {
        let mut went = Vec::new();
        for (key, counter) in std::mem::take(&mut self.cells).into_rows() {
            let number = self.place(&rename(&key));
            went.push(number);
            if let Some(own) = self.cells.get_mut(number) {
                own.merge(&counter);
            }
        }
        self.moves.cells.then(went);
    }

    /// Brings metrics under other keys, and remembers where each has gone.
    pub(super) fn regroup_metrics(&mut self, rename: &dyn Fn(&MetricKey) -> MetricKey) {
        let mut went = Vec::new();
        for (key, points) in std::mem::take(&mut self.metrics).into_rows() {
            let key = rename(&key);
            let number = self.metrics.intern(&key, || Points::of(&key));
            went.push(number);
            if let Some(own) = self.metrics.get_mut(number) {
                own.merge(&points);
            }
        }
        self.moves.metrics.then(went);
    }

    /// The same without the rows of these endpoints.
    #[must_use]
    pub fn without(self, aside: &BTreeSet<EndpointKey>) -> Self {
        let mut part = Self {
            cells: Series::default(),
            requests: self.requests.without(aside),
            faults: self.faults.without(aside),
            ..self
        };
        for (key, counter) in self.cells.into_rows().into_iter().filter(|(key, _)| !aside.contains(&key.endpoint)) {
            let number = part.intern_cell(&key);
            if let Some(own) = part.cells.get_mut(number) {
                own.merge(&counter);
            }
        }
        part
    }

    #[inline]
    pub(super) fn add_samples(&mut self, cell: u32, samples: &[Sample]) {
        let Some(counter) = self.cells.get_mut(cell) else { return };
        for sample in samples {
            counter.add(sample);
        }
        if let Some(track) = counter.track {
            self.requests.record(track, samples);
        }
    }

    /// The points of a metric.
    #[inline]
    pub(super) fn points(&mut self, metric: u32) -> Option<&mut Points> {
        self.metrics.get_mut(metric)
    }

    pub(super) fn reading(&mut self, column: u32, at: Timestamp, value: Option<f64>) {
        self.columns.with(column, |key, readings| readings.add(key.kind, at, value));
    }

    pub(super) fn intern_cell(&mut self, key: &CellKey) -> u32 {
        if let Some(number) = self.cells.number(key) {
            return number;
        }
        if self.held.learn(key) {
            self.rekey();
        }
        self.faults.bound(self.held.endpoints());
        self.place(&self.held.cell(key))
    }

    /// The number of a cell by the key under which it is held.
    pub(super) fn place(&mut self, held: &CellKey) -> u32 {
        if let Some(number) = self.cells.number(held) {
            return number;
        }
        let failed = match &held.outcome {
            Outcome::Failed(kind) => Some(kind),
            Outcome::Ok | Outcome::Unknown => None,
        };
        let is_request = held.population == Population::Request;
        let track = is_request.then(|| self.requests.track(&held.endpoint, held.status, failed));
        self.cells.intern(held, || Counter { track, ..Counter::default() })
    }

    pub(super) fn intern_metric(&mut self, key: &MetricKey) -> u32 {
        if let Some(number) = self.metrics.number(key) {
            return number;
        }
        if self.held.learn_metric(key) {
            self.rekey();
        }
        let held = self.held.metric(key);
        self.metrics.intern(&held, || Points::of(&held))
    }

    /// The endpoint under which one is held that stands beside samples.
    fn hold(&mut self, endpoint: Option<EndpointKey>) -> Option<EndpointKey> {
        let key = endpoint?;
        if self.held.learn_endpoint(&key) {
            self.rekey();
        }
        self.faults.bound(self.held.endpoints());
        Some(self.held.endpoint(&key))
    }

    pub(super) fn intern_column(&mut self, key: &ColumnKey) -> u32 {
        self.columns.intern(key, Readings::default)
    }

    pub(super) fn metric_total(&mut self, key: &MetricKey, total: &MetricTotal) {
        self.metric_totals.entry(key.clone()).or_default().push(total.clone());
    }

    /// So many equal readings of one generator's users; an empty name is the only one. Of too many generators those that come
    /// first by name are kept, which does not depend on who was met first.
    pub(super) fn add_users_over(&mut self, generator: &str, over: Span, users: f64, readings: u64) {
        if generator.is_empty() {
            return self.users.add(over, users, readings);
        }
        if let Some(own) = self.generators.get_mut(generator) {
            return own.add(over, users, readings);
        }
        self.generators.entry(generator.to_owned()).or_default().add(over, users, readings);
        self.bound_generators();
    }

    fn bound_generators(&mut self) {
        while self.generators.len() > GENERATORS {
            self.generators.pop_last();
        }
    }

    /// First start to last end of all that has a time.
    pub(super) fn busy(&self) -> Option<Span> {
        self.cells.sorted().into_iter().fold(None, |all, (_, counter)| join(all, counter.span))
    }

    pub(super) fn add_total(&mut self, total: Total) {
        let endpoint = self.hold(total.endpoint.clone());
        self.totals.add(Total { endpoint, ..total });
    }

    pub(super) fn add_interval(&mut self, interval: Interval) {
        if let (None, Some(users)) = (&interval.endpoint, interval.users) {
            self.users.add(Span::at(interval.at), users, 1);
        }
        self.hold(interval.endpoint.clone());
        self.intervals.add(interval);
    }

    pub(super) fn add_fault(&mut self, fault: Fault) {
        let endpoint = self.hold(fault.endpoint.clone());
        self.faults.add(Fault { endpoint, ..fault });
        self.faults.bound(self.held.endpoints());
    }

    pub(super) fn add_threshold(&mut self, threshold: Threshold) {
        self.thresholds.add_once(threshold);
    }

    /// Adds what is known of the test as a whole, once.
    pub fn add_fact(&mut self, fact: Fact) {
        self.facts.add_once(fact);
    }
}
