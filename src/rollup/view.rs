//! Reading a part: everything sorted, nothing that depends on the order of arrival.

use super::column::Column;
use super::counter::Counter;
use super::interval::{IntervalSeries, join};
use super::part::Part;
use super::timeline::Clock;
use crate::model::histogram::Histogram;
use crate::model::key::{CellKey, EndpointKey, MetricKind, Population};
use crate::model::metric::MetricTotal;
use crate::model::sample::{Fact, Fault, Threshold, Total};
use crate::model::test::{CellData, MetricData, Timeline};
use crate::unit::{NANOS_PER_SECOND, Span, Timestamp, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// How far neighbouring instants lie apart where they are stated in whole seconds, and where in fractions.
const SECONDS_APART_S: f64 = 1.0;
const FRACTIONS_APART_S: f64 = 0.1;
/// So many different times are many.
const VARIED: usize = 20;

impl Part {
    /// The cells that hold samples, by key.
    #[must_use]
    pub fn cells(&self) -> Vec<CellData> {
        self.cells
            .sorted()
            .into_iter()
            .filter(|(_, counter)| counter.count > 0)
            .map(|(key, counter)| cell(key, counter))
            .collect()
    }

    /// First start to last end of each of [`Part::cells`], in their order.
    #[must_use]
    pub fn cell_spans(&self) -> Vec<Option<Span>> {
        let cells = self.cells.sorted().into_iter();
        cells.filter(|(_, counter)| counter.count > 0).map(|(_, counter)| counter.span).collect()
    }

    /// What endpoints are called, of samples and of the tool's own rows, some of them more than once.
    pub fn endpoint_names(&self) -> impl Iterator<Item = &str> {
        let of_samples = self.cells.sorted().into_iter().map(|(key, _)| key.endpoint.name.as_str());
        let of_totals =
            self.totals.sorted().into_iter().filter_map(|total| Some(total.endpoint.as_ref()?.name.as_str()));
        of_samples.chain(of_totals)
    }

    /// Samples of a population.
    #[must_use]
    pub fn samples(&self, population: Population) -> u64 {
        self.cells
            .sorted()
            .iter()
            .filter(|(key, _)| key.population == population)
            .map(|(_, counter)| counter.count)
            .fold(0, u64::saturating_add)
    }

    /// Every endpoint that has samples.
    #[must_use]
    pub fn endpoints(&self) -> BTreeSet<&EndpointKey> {
        self.cells.sorted().into_iter().filter(|(_, counter)| counter.count > 0).map(|(key, _)| &key.endpoint).collect()
    }

    /// The sum of a population's latencies in nanoseconds, how many there are, and the greatest in microseconds.
    #[must_use]
    pub fn latency_sum(&self, population: Population) -> (u128, u64, Option<f64>) {
        let own = self.cells.sorted().into_iter().filter(|(key, _)| key.population == population);
        own.fold((0, 0, None), |(sum, count, most), (_, counter)| {
            let greatest = [most, counter.recorded.max_us()].into_iter().flatten().max_by(f64::total_cmp);
            (sum + counter.recorded.sum_ns, count + counter.recorded.count(), greatest)
        })
    }

    /// Whether time goes on from row to row: the instants that its rows state lie further apart than two neighbouring ones,
    /// which may come in any order. Rows state when they began or when they ended, and the other follows from the latency:
    /// where both lie apart, what is stated does.
    #[must_use]
    pub fn time_goes_on(&self) -> bool {
        let Some((started, ended)) = self.least_spans() else {
            return self.intervals_span().is_some_and(|span| span.seconds() > SECONDS_APART_S);
        };
        let apart_s = started.seconds().min(ended.seconds());
        apart_s > if self.states_fractions() { FRACTIONS_APART_S } else { SECONDS_APART_S }
    }

    /// Whether its samples took so many different times that the same times in the same order are no chance: a server that
    /// answers all in a millisecond, or a script whose calls all time out, says the same for hours.
    #[must_use]
    pub fn is_varied(&self) -> bool {
        let cells = self.cells.sorted();
        let times = Histogram::sum(cells.iter().map(|(_, counter)| &counter.recorded.histogram));
        cells.is_empty() || times.buckets().take(VARIED).count() == VARIED
    }

    /// Whether the instants that its rows state, of beginning or end, have fractions of a second.
    #[must_use]
    pub fn states_fractions(&self) -> bool {
        let has_fractions = |at: Timestamp| at.0 % NANOS_PER_SECOND != 0;
        self.least_spans().is_some_and(|(started, ended)| has_fractions(started.start) && has_fractions(ended.end))
    }

    /// The first beginning and an instant before which the last is not; an instant behind which the first end is not, and the
    /// last. Of a cell the first beginning, the last end and the longest sample are known, not when that was.
    fn least_spans(&self) -> Option<(Span, Span)> {
        let spans = self.cells.sorted().into_iter().filter_map(|(_, counter)| {
            let longest = counter.recorded.max_ns().and_then(|longest| i64::try_from(longest).ok()).unwrap_or(0);
            let Span { start, end } = counter.span?;
            Some((Span { start, end: end.plus_nanos(-longest) }, Span { start: start.plus_nanos(longest), end }))
        });
        spans.reduce(|(started, ended), other| (started.union(other.0), ended.union(other.1)))
    }

    /// Whether it holds no sample at all.
    #[must_use]
    pub fn is_without_samples(&self) -> bool {
        self.cells.sorted().iter().all(|(_, counter)| counter.count == 0)
    }

    /// Whether it says how long it ran by a clock of its own.
    #[must_use]
    pub fn states_length(&self) -> bool {
        self.facts.sorted().into_iter().any(|fact| matches!(fact, Fact::DurationSeconds(_)))
    }

    /// How fine the clock of its requests is.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.requests.clock()
    }

    /// First start to last end of a population's samples that have a time.
    #[must_use]
    pub fn span(&self, population: Population) -> Option<Span> {
        self.cells
            .sorted()
            .into_iter()
            .filter(|(key, _)| key.population == population)
            .fold(None, |all, (_, counter)| join(all, counter.span))
    }

    /// Requests over time with users and the tool's own percentiles; `None` where no request has a time.
    #[must_use]
    pub fn timeline(&self) -> Option<Timeline> {
        let mut timeline = self.requests.view()?;
        timeline.users = self.users_over(&timeline);
        Some(timeline)
    }

    /// The greatest reading of users in each of a timeline's windows; those of shards add up.
    #[must_use]
    pub fn users_over(&self, timeline: &Timeline) -> Vec<Option<f64>> {
        let mut users = self.users.over(timeline);
        for shard in self.generators.values().chain(&self.shard_users) {
            for (sum, more) in users.iter_mut().zip(shard.over(timeline)) {
                *sum = sum.map(|sum| sum + more.unwrap_or(0.0)).or(more);
            }
        }
        users
    }

    /// Metrics with points, by key, then those that the tool only summed up.
    #[must_use]
    pub fn metrics(&self) -> Vec<MetricData> {
        self.metrics_stated(&BTreeMap::new())
    }

    /// The same, where another file of the run states what metrics are: points of unstated meaning (a trend of plain
    /// values, which is all that k6's CSV can tell) are read as `stated` has them by name.
    #[must_use]
    pub fn metrics_stated(&self, stated: &BTreeMap<String, (MetricKind, Unit)>) -> Vec<MetricData> {
        let points = self
            .metrics
            .sorted()
            .into_iter()
            .filter(|(_, points)| !points.is_empty())
            .map(|(key, points)| points.view(key, stated.get(&key.name).copied()));
        let quoted = self.metric_totals.iter().filter_map(|(key, totals)| {
            // A file that sums one metric up twice is read as its first word in a fixed order.
            let total: &MetricTotal = totals.iter().min_by_key(|total| format!("{total:?}"))?;
            Some(MetricData { key: key.clone(), total: total.clone(), recorded: None, quoted: true })
        });
        points.chain(quoted).collect()
    }

    /// Monitor columns, by key.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        self.columns.sorted().into_iter().map(|(key, readings)| readings.view(key)).collect()
    }

    /// The tool's own end rows, by population and endpoint.
    #[must_use]
    pub fn totals(&self) -> Vec<&Total> {
        self.totals.sorted()
    }

    /// The tool's own rows over time: at most the last one of each window; the sum first, then by endpoint.
    #[must_use]
    pub fn intervals(&self) -> Vec<IntervalSeries> {
        self.intervals.series()
    }

    /// From the tool's first row over time to its last.
    #[must_use]
    pub fn intervals_span(&self) -> Option<Span> {
        self.intervals.span()
    }

    /// Error texts, most frequent first: at most 1,000, then the sum of the rest.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.faults.view()
    }

    /// Criteria that the file brings along.
    #[must_use]
    pub fn thresholds(&self) -> Vec<&Threshold> {
        self.thresholds.sorted()
    }

    /// What the file says about the whole test.
    #[must_use]
    pub fn facts(&self) -> Vec<&Fact> {
        self.facts.sorted()
    }
}

fn cell(key: &CellKey, counter: &Counter) -> CellData {
    CellData {
        key: key.clone(),
        count: counter.count,
        recorded: counter.recorded.clone(),
        bytes: (counter.with_bytes == counter.count).then_some(counter.bytes),
    }
}
