//! Requests over time: per endpoint a histogram a window, and failures by kind.

use super::series::Series;
use super::window::{Fold, Grid, Lane};
use crate::model::folded::{Extremes, FoldedRequests, FoldedWindow};
use crate::model::histogram::Histogram;
use crate::model::key::EndpointKey;
use crate::model::test::{EndpointSeries, Timeline, Window};
use crate::unit::{NANOS_PER_SECOND, Timestamp};
use std::collections::BTreeSet;

/// Windows of a source that knows whole seconds only are at least 1.6 s wide, so that each holds some second's start.
const SECONDS_DOUBLINGS: u32 = 4;
/// Kinds of failures that are shown over time by name.
const KINDS_SHOWN: usize = 5;

impl Fold for Window {
    fn fold(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.failures = self.failures.saturating_add(other.failures);
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
        if let Some(theirs) = other.latency {
            self.latency.get_or_insert_default().merge(&theirs);
        }
    }

    fn settle(&mut self) {
        if let Some(histogram) = &mut self.latency {
            histogram.settle();
        }
    }
}

/// Requests over the windows of one part. Other populations have no timeline: their figures are of the whole run.
#[derive(Debug, Clone, Default)]
pub(super) struct Requests {
    grid: Grid,
    endpoints: Series<EndpointKey, Lane<Window>>,
    kinds: Series<String, Lane<u64>>,
    /// The window that was written last: (first instant, first instant after it, number). Dividing is the dear part.
    recent: Option<(i64, i64, i64)>,
    clock: Clock,
}

/// How fine the source's clock is, as far as its instants show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clock {
    /// No instant was read.
    #[default]
    None,
    /// Only whole seconds were read.
    Seconds,
    /// Fractions of a second were read.
    Finer,
}

impl Clock {
    fn of(at: Timestamp) -> Self {
        if at.0 % NANOS_PER_SECOND == 0 { Self::Seconds } else { Self::Finer }
    }
}

/// Where a cell's requests stand in the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Track {
    endpoint: u32,
    /// `None` for requests that did not fail.
    kind: Option<u32>,
}

impl Requests {
    /// The track of an endpoint's requests that failed in this way, or did not.
    pub(super) fn track(&mut self, endpoint: &EndpointKey, failed: Option<&String>) -> Track {
        Track {
            endpoint: self.endpoints.intern(endpoint, Lane::default),
            kind: failed.map(|kind| self.kinds.intern(kind, Lane::default)),
        }
    }

    /// One request that ended then.
    #[inline]
    pub(super) fn record(&mut self, track: Track, at: Timestamp, latency_ns: Option<u64>) {
        if self.clock < Clock::Finer {
            self.clock = self.clock.max(Clock::of(at));
        }
        let index = self.index(at);
        let Some(window) = self.endpoints.get_mut(track.endpoint).and_then(|lane| lane.at(index)) else { return };
        window.requests += 1;
        if let Some(nanos) = latency_ns {
            window.sum_ns += u128::from(nanos);
            let micros = i64::try_from(nanos.saturating_add(500) / 1000).unwrap_or(i64::MAX);
            window.latency.get_or_insert_with(Histogram::new).record(micros);
        }
        if let Some(kind) = track.kind {
            window.failures += 1;
            if let Some(lane) = self.kinds.get_mut(kind) {
                lane.add(index, 1);
            }
        }
    }

    #[inline]
    fn index(&mut self, at: Timestamp) -> i64 {
        if !self.grid.covers(at) {
            let grown = self.grid.cover(at);
            self.coarsen(grown);
        }
        if let Some((from, until, index)) = self.recent
            && (from..until).contains(&at.0)
        {
            return index;
        }
        let (index, width) = (self.grid.index(at), self.grid.width_ns());
        let from = index.saturating_mul(width);
        self.recent = Some((from, from.saturating_add(width), index));
        index
    }

    fn coarsen(&mut self, doublings: u32) {
        if doublings > 0 {
            self.endpoints.values_mut().for_each(|lane| lane.coarsen(doublings));
            self.kinds.values_mut().for_each(|lane| lane.coarsen(doublings));
            self.recent = None;
        }
    }

    /// Adds all of another.
    pub(super) fn merge(&mut self, mut other: Self) {
        let (own, theirs) = self.grid.unite(other.grid);
        self.coarsen(own);
        other.coarsen(theirs);
        self.clock = self.clock.max(other.clock);
        for (key, lane) in other.endpoints.into_rows() {
            if let Some(mine) = self.endpoints.entry(&key) {
                mine.merge(lane);
            }
        }
        for (kind, lane) in other.kinds.into_rows() {
            if let Some(mine) = self.kinds.entry(&kind) {
                mine.merge(lane);
            }
        }
    }

    /// First and last end of a request.
    pub(super) fn extremes(&self) -> Extremes {
        self.grid.extremes()
    }

    /// As plain data, by endpoint and kind.
    pub(super) fn folded(&self) -> FoldedRequests {
        let windows = |lane: &Lane<Window>| {
            let windows = lane.windows().iter().cloned();
            windows
                .map(|(index, one)| FoldedWindow(index, one.requests, one.failures, one.sum_ns, one.latency))
                .collect()
        };
        let (endpoints, kinds) = (self.endpoints.sorted().into_iter(), self.kinds.sorted().into_iter());
        FoldedRequests {
            extremes: self.grid.extremes(),
            finer: (self.clock != Clock::None).then_some(self.clock == Clock::Finer),
            endpoints: endpoints.map(|(key, lane)| (key.clone(), windows(lane))).collect(),
            kinds: kinds.map(|(kind, lane)| (kind.clone(), lane.windows().to_vec())).collect(),
        }
    }

    /// From plain data.
    pub(super) fn unfolded(folded: FoldedRequests) -> Result<Self, String> {
        let clock = folded.finer.map_or(Clock::None, |finer| if finer { Clock::Finer } else { Clock::Seconds });
        let mut requests = Self { grid: Grid::over(folded.extremes), clock, ..Self::default() };
        for (key, windows) in folded.endpoints {
            let Some(lane) = requests.endpoints.entry(&key) else { continue };
            for FoldedWindow(index, all, failures, sum_ns, latency) in windows {
                lane.add(requests.grid.checked(index)?, Window { requests: all, failures, sum_ns, latency });
            }
        }
        for (kind, counts) in folded.kinds {
            let Some(lane) = requests.kinds.entry(&kind) else { continue };
            for (index, count) in counts {
                lane.add(requests.grid.checked(index)?, count);
            }
        }
        Ok(requests)
    }

    /// The same requests under other endpoints. Tracks given out before are void.
    pub(super) fn renamed(self, rename: &dyn Fn(&EndpointKey) -> EndpointKey) -> Self {
        let mut endpoints = Series::<EndpointKey, Lane<Window>>::default();
        for (key, lane) in self.endpoints.into_rows() {
            if let Some(mine) = endpoints.entry(&rename(&key)) {
                mine.merge(lane);
            }
        }
        Self { endpoints, ..self }
    }

    /// Brings failures under other kinds. Tracks given out before are void.
    pub(super) fn rename_kinds(&mut self, rename: &dyn Fn(&str) -> String) {
        for (kind, lane) in std::mem::take(&mut self.kinds).into_rows() {
            if let Some(mine) = self.kinds.entry(&rename(&kind)) {
                mine.merge(lane);
            }
        }
    }

    /// The same without these endpoints. How failures of the rest spread over their kinds is not known where the endpoints
    /// taken out had failures, because kinds are counted for all together.
    pub(super) fn without(self, aside: &BTreeSet<EndpointKey>) -> Self {
        let mut endpoints = Series::<EndpointKey, Lane<Window>>::default();
        let mut failed = false;
        for (key, lane) in self.endpoints.into_rows() {
            if aside.contains(&key) {
                failed |= lane.windows().iter().any(|(_, window)| window.failures > 0);
            } else if let Some(mine) = endpoints.entry(&key) {
                *mine = lane;
            }
        }
        Self { endpoints, kinds: if failed { Series::default() } else { self.kinds }, ..self }
    }

    /// Gives back spare memory.
    pub(super) fn settle(&mut self) {
        self.endpoints.values_mut().for_each(Lane::settle);
    }

    /// How fine the clock is.
    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    /// As the rest of the program sees it, without users and quoted percentiles; `None` where no request has a time.
    pub(super) fn view(&self) -> Option<Timeline> {
        let more = SECONDS_DOUBLINGS.saturating_sub(self.grid.doublings());
        if self.clock == Clock::Seconds && more > 0 {
            let mut wider = self.clone();
            wider.grid.widen(more);
            wider.coarsen(more);
            return wider.view();
        }
        let (first, last) = self.grid.range()?;
        let windows = usize::try_from(last - first + 1).ok()?;
        let width_ns = self.grid.width_ns();
        let endpoints = self
            .endpoints
            .sorted()
            .into_iter()
            .filter(|(_, lane)| !lane.windows().is_empty())
            .map(|(key, lane)| EndpointSeries { key: key.clone(), windows: spread(lane, first, windows) })
            .collect();
        Some(Timeline {
            width_ns,
            start: Timestamp(first.saturating_mul(width_ns)),
            windows,
            endpoints,
            failure_kinds: self.kinds_over(first, windows),
            users: vec![None; windows],
            quoted: Vec::new(),
            quoted_by_endpoint: Vec::new(),
        })
    }

    fn kinds_over(&self, first: i64, windows: usize) -> Vec<(String, Vec<u64>)> {
        let mut kinds: Vec<(u64, &String, Vec<u64>)> = self
            .kinds
            .sorted()
            .into_iter()
            .map(|(kind, lane)| {
                (lane.windows().iter().map(|(_, count)| count).sum(), kind, spread(lane, first, windows))
            })
            .filter(|(total, _, _)| *total > 0)
            .collect();
        kinds.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let rest = kinds.split_off(kinds.len().min(KINDS_SHOWN));
        let mut shown: Vec<(String, Vec<u64>)> =
            kinds.into_iter().map(|(_, kind, counts)| (kind.clone(), counts)).collect();
        if !rest.is_empty() {
            let mut other = vec![0; windows];
            for (_, _, counts) in rest {
                other.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
            shown.push(("other".to_owned(), other));
        }
        shown
    }
}

/// A lane as one value for each window of a range.
fn spread<T: Fold + Default + Clone>(lane: &Lane<T>, first: i64, windows: usize) -> Vec<T> {
    let mut row = vec![T::default(); windows];
    for (index, value) in lane.windows() {
        if let Some(place) = usize::try_from(index - first).ok().and_then(|at| row.get_mut(at)) {
            place.clone_from(value);
        }
    }
    row
}

/// Equal are timelines with the same requests; which window was written last does not matter.
impl PartialEq for Requests {
    fn eq(&self, other: &Self) -> bool {
        self.grid == other.grid
            && self.clock == other.clock
            && self.endpoints == other.endpoints
            && self.kinds == other.kinds
    }
}
