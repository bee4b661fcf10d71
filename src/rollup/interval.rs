//! A tool's own rows about stretches of time (Locust's history): the last row of each window.
//!
//! Such rows come once a second and endpoint for as long as the test runs. What they say is a state (counts since the start,
//! percentiles of the last ten seconds), so the latest row of a window stands for it and memory stays bounded.

use super::series::Series;
use super::window::{Fold, Grid, Lane};
use crate::model::folded::FoldedIntervals;
use crate::model::key::EndpointKey;
use crate::model::sample::Interval;
use crate::unit::{Span, Timestamp};

/// Endpoints whose rows are kept; where there are more, only the tool's own sum over all is.
const ENDPOINTS: usize = 1000;

/// The latest row; `None` before the first.
#[derive(Debug, Clone, Default, PartialEq)]
struct Latest(Option<Interval>);

impl Fold for Latest {
    fn fold(&mut self, other: Self) {
        let Some(theirs) = other.0 else { return };
        match &mut self.0 {
            Some(own) if order(own) >= order(&theirs) => {}
            own => *own = Some(theirs),
        }
    }
}

/// By time, then by what tells two rows of one instant apart, so that the order of reading never matters.
fn order(row: &Interval) -> (Timestamp, Option<(u64, u64)>, Vec<u64>) {
    let figures = [row.users, row.rate_per_s, row.failures_per_s].map(|figure| figure.map_or(0, f64::to_bits));
    let quantiles = row.quantiles.iter().map(|(_, micros)| micros.to_bits());
    (row.at, row.cumulative, figures.into_iter().chain(quantiles).collect())
}

/// Rows over time of one endpoint, or of all together.
#[derive(Debug, Clone, PartialEq)]
pub struct IntervalSeries {
    /// Which; `None` for the tool's own sum.
    pub endpoint: Option<EndpointKey>,
    /// The last row of each window, in order of time.
    pub rows: Vec<Interval>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Intervals {
    grid: Grid,
    lanes: Series<Option<EndpointKey>, Lane<Latest>>,
    span: Option<Span>,
    /// Whether there were too many endpoints.
    only_sum: bool,
}

impl Intervals {
    pub(super) fn add(&mut self, interval: Interval) {
        let (at, key) = (interval.at, interval.endpoint.clone());
        self.span = Some(self.span.map_or(Span::at(at), |span| span.union(Span::at(at))));
        let grown = self.grid.cover(at);
        self.coarsen(grown);
        if key.is_some() && self.only_sum {
            return;
        }
        let index = self.grid.index(at);
        if let Some(lane) = self.lanes.entry(&key) {
            lane.add(index, Latest(Some(interval)));
        }
        self.bound();
    }

    /// Which of too many endpoints came first must not matter, so none of them is kept.
    fn bound(&mut self) {
        let of_endpoints = self.lanes.len() - usize::from(self.lanes.number(&None).is_some());
        self.only_sum |= of_endpoints > ENDPOINTS;
        if self.only_sum && of_endpoints > 0 {
            let sum = std::mem::take(&mut self.lanes).into_rows().into_iter().filter(|(key, _)| key.is_none());
            for (key, lane) in sum {
                if let Some(mine) = self.lanes.entry(&key) {
                    *mine = lane;
                }
            }
        }
    }

    fn coarsen(&mut self, doublings: u32) {
        if doublings > 0 {
            self.lanes.values_mut().for_each(|lane| lane.coarsen(doublings));
        }
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        let (own, theirs) = self.grid.unite(other.grid);
        self.coarsen(own);
        other.coarsen(theirs);
        self.span = join(self.span, other.span);
        for (key, lane) in other.lanes.into_rows() {
            if let Some(mine) = self.lanes.entry(&key) {
                mine.merge(lane);
            }
        }
        self.only_sum |= other.only_sum;
        self.bound();
    }

    /// The same rows under other endpoints. Rows of two endpoints that become one cannot be added and are left aside.
    pub(super) fn renamed(self, rename: &dyn Fn(&EndpointKey) -> EndpointKey) -> Self {
        let mut lanes = Series::<Option<EndpointKey>, Lane<Latest>>::default();
        let mut rows = self.lanes.into_rows();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        let named: Vec<_> = rows.into_iter().map(|(key, lane)| (key.as_ref().map(rename), lane)).collect();
        for (key, lane) in &named {
            let alone = named.iter().filter(|(other, _)| other == key).count() == 1;
            if alone && let Some(mine) = lanes.entry(key) {
                *mine = lane.clone();
            }
        }
        Self { lanes, ..self }
    }

    /// From the first row to the last.
    pub(super) fn span(&self) -> Option<Span> {
        self.span
    }

    /// As plain data.
    pub(super) fn folded(&self) -> FoldedIntervals {
        let series = self.series().into_iter().map(|series| (series.endpoint, series.rows));
        FoldedIntervals { extremes: self.span.map(|span| (span.start, span.end)), series: series.collect() }
    }

    /// From plain data.
    pub(super) fn unfolded(folded: FoldedIntervals) -> Self {
        let mut intervals = Self::default();
        let Some((start, end)) = folded.extremes else { return intervals };
        intervals.grid = Grid::over(folded.extremes);
        intervals.span = Some(Span { start, end });
        for (endpoint, rows) in folded.series {
            // A series that is empty is a series nevertheless: it takes one of the places that there are.
            intervals.lanes.entry(&endpoint);
            for row in rows {
                intervals.add(Interval { endpoint: endpoint.clone(), ..row });
            }
        }
        intervals
    }

    /// All series, the sum first, then by endpoint.
    pub(super) fn series(&self) -> Vec<IntervalSeries> {
        self.lanes
            .sorted()
            .into_iter()
            .map(|(key, lane)| IntervalSeries {
                endpoint: key.clone(),
                rows: lane
                    .windows()
                    .iter()
                    .filter_map(|(_, latest)| latest.0.clone())
                    .map(|row| Interval { endpoint: key.clone(), ..row })
                    .collect(),
            })
            .collect()
    }
}

pub(super) fn join(a: Option<Span>, b: Option<Span>) -> Option<Span> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.union(b)),
        (a, b) => a.or(b),
    }
}
