//! Requests over time: per endpoint a histogram a window, and how they were answered.
//!
//! Answers stand in lanes of their own, one for each endpoint, status and kind of failure, and only in the windows in which
//! there are any: a lane is a pair of numbers for a window, where a cell has a histogram, so they cost little beside what is
//! kept anyway and are bounded by the same rules (see [`super::cap`]). Reading adds one to a window that it wrote before, as
//! statuses repeat. Nothing is left out, hence nothing depends on the order of reading. A success without a status has no lane:
//! it is what is missing of the requests.

use super::endpoint_window::record;
use super::series::Series;
use super::window::{Fold, Grid, Lane};
use crate::model::folded::{FoldedAnswers, FoldedRequests, FoldedWindow};
use crate::model::key::EndpointKey;
use crate::model::sample::Sample;
use crate::model::test::{AnswerSeries, EndpointSeries, Timeline, Window};
use crate::unit::{NANOS_PER_SECOND, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Windows of a source that knows whole seconds only are at least 1.6 s wide, so that each holds some second's start.
const SECONDS_DOUBLINGS: u32 = 4;
/// Kinds of failures that are shown over time by name.
const KINDS_SHOWN: usize = 5;

/// Requests over the windows of one part. Other populations have no timeline: their figures are of the whole run.
#[derive(Debug, Clone, Default)]
pub(super) struct Requests {
    grid: Grid,
    endpoints: Series<EndpointKey, Lane<Window>>,
    answers: Series<Answer, Lane<u64>>,
    /// The instants of the window that was written last, and its number. Dividing is the dear part.
    recent: Option<(Range<i64>, i64)>,
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
    /// Of a request that ended then: of its start and its end the source knows one, and the other by its latency.
    fn of(end: Timestamp, latency_ns: Option<u64>) -> Self {
        let start = latency_ns.and_then(|nanos| end.0.checked_sub_unsigned(nanos));
        let is_whole = |at: i64| at % NANOS_PER_SECOND == 0;
        if is_whole(end.0) || start.is_some_and(is_whole) { Self::Seconds } else { Self::Finer }
    }
}

/// How requests of an endpoint were answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Answer {
    endpoint: EndpointKey,
    status: Option<u16>,
    /// The kind of failure; `None` for requests that did not fail.
    failed: Option<String>,
}

/// Where a cell's requests stand in the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Track {
    endpoint: u32,
    /// `None` for successes without a status.
    answer: Option<u32>,
    failed: bool,
}

impl Requests {
    /// The track of an endpoint's requests that were answered with this status and failed in this way, or did not.
    pub(super) fn track(&mut self, endpoint: &EndpointKey, status: Option<u16>, failed: Option<&String>) -> Track {
        let answer = (status.is_some() || failed.is_some()).then(|| {
            let answer = Answer { endpoint: endpoint.clone(), status, failed: failed.cloned() };
            self.answers.intern(&answer, Lane::default)
        });
        Track { endpoint: self.endpoints.intern(endpoint, Lane::default), answer, failed: failed.is_some() }
    }

    /// Requests of a track; those without a time have no place here.
    #[inline]
    pub(super) fn record(&mut self, track: Track, samples: &[Sample]) {
        for sample in samples {
            if let Some(end) = sample.ended_at {
                self.cover(end, sample.latency_ns);
            }
        }
        let mut rest = samples;
        while let Some((first, others)) = rest.split_first() {
            let Some(end) = first.ended_at else {
                rest = others;
                continue;
            };
            let (span, index) = self.window(end);
            let beyond = |sample: &Sample| !sample.ended_at.is_some_and(|end| span.contains(&end.0));
            let same = 1 + others.iter().position(beyond).unwrap_or(others.len());
            let (together, later) = rest.split_at(same);
            if let Some(lane) = self.endpoints.get_mut(track.endpoint) {
                record(lane, index, track.failed, together);
            }
            if let Some(lane) = track.answer.and_then(|answer| self.answers.get_mut(answer)) {
                lane.add(index, together.len() as u64);
            }
            rest = later;
        }
    }

    /// Makes room for a request that ended then.
    #[inline]
    fn cover(&mut self, at: Timestamp, latency_ns: Option<u64>) {
        if self.clock < Clock::Finer {
            self.clock = self.clock.max(Clock::of(at, latency_ns));
        }
        if !self.grid.covers(at) {
            let grown = self.grid.cover(at);
            self.coarsen(grown);
        }
    }

    /// The instants of a covered one's window, and its number.
    #[inline]
    fn window(&mut self, at: Timestamp) -> (Range<i64>, i64) {
        if let Some((span, index)) = &self.recent
            && span.contains(&at.0)
        {
            return (span.clone(), *index);
        }
        let (index, width) = (self.grid.index(at), self.grid.width_ns());
        let from = index.saturating_mul(width);
        let span = from..from.saturating_add(width);
        self.recent = Some((span.clone(), index));
        (span, index)
    }

    #[inline]
    fn coarsen(&mut self, doublings: u32) {
        if doublings > 0 {
            self.endpoints.values_mut().for_each(|lane| lane.coarsen(doublings));
            self.answers.values_mut().for_each(|lane| lane.coarsen(doublings));
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
        for (answer, lane) in other.answers.into_rows() {
            if let Some(mine) = self.answers.entry(&answer) {
                mine.merge(lane);
            }
        }
    }

    /// As plain data, by endpoint and answer.
    pub(super) fn folded(&self) -> FoldedRequests {
        let windows = |lane: &Lane<Window>| {
            let windows = lane.windows().iter().cloned();
            windows
                .map(|(index, one)| {
                    let sizes = (one.with_bytes > 0).then_some((one.bytes, one.with_bytes));
                    FoldedWindow(index, one.requests, one.failures, one.sum_ns, one.latency, sizes)
                })
                .collect()
        };
        let (endpoints, answers) = (self.endpoints.sorted().into_iter(), self.answers.sorted().into_iter());
        FoldedRequests {
            extremes: self.grid.extremes(),
            finer: (self.clock != Clock::None).then_some(self.clock == Clock::Finer),
            endpoints: endpoints.map(|(key, lane)| (key.clone(), windows(lane))).collect(),
            answers: answers
                .filter(|(_, lane)| !lane.windows().is_empty())
                .map(|(answer, lane)| {
                    let Answer { endpoint, status, failed } = answer.clone();
                    FoldedAnswers(endpoint, status, failed, lane.windows().to_vec())
                })
                .collect(),
        }
    }

    /// From plain data.
    pub(super) fn unfolded(folded: FoldedRequests) -> Result<Self, String> {
        let clock = folded.finer.map_or(Clock::None, |finer| if finer { Clock::Finer } else { Clock::Seconds });
        let mut requests = Self { grid: Grid::over(folded.extremes), clock, ..Self::default() };
        for (key, windows) in folded.endpoints {
            let Some(lane) = requests.endpoints.entry(&key) else { continue };
            for FoldedWindow(index, all, failures, sum_ns, latency, sizes) in windows {
                let (bytes, with_bytes) = sizes.unwrap_or_default();
                let window = Window { requests: all, failures, sum_ns, latency, bytes, with_bytes };
                lane.add(requests.grid.checked(index)?, window);
            }
        }
        for FoldedAnswers(endpoint, status, failed, counts) in folded.answers {
            let Some(lane) = requests.answers.entry(&Answer { endpoint, status, failed }) else { continue };
            for (index, count) in counts {
                lane.add(requests.grid.checked(index)?, count);
            }
        }
        Ok(requests)
    }

    /// The same requests under other endpoints. Tracks given out before are void.
    pub(super) fn renamed(mut self, rename: &dyn Fn(&EndpointKey) -> EndpointKey) -> Self {
        let mut endpoints = Series::<EndpointKey, Lane<Window>>::default();
        for (key, lane) in self.endpoints.into_rows() {
            if let Some(mine) = endpoints.entry(&rename(&key)) {
                mine.merge(lane);
            }
        }
        self.endpoints = endpoints;
        self.reanswer(&|answer| Answer { endpoint: rename(&answer.endpoint), ..answer });
        self
    }

    /// Brings failures under other kinds. Tracks given out before are void.
    pub(super) fn rename_kinds(&mut self, rename: &dyn Fn(&str) -> String) {
        self.reanswer(&|answer| Answer { failed: answer.failed.as_deref().map(rename), ..answer });
    }

    fn reanswer(&mut self, rename: &dyn Fn(Answer) -> Answer) {
        for (answer, lane) in std::mem::take(&mut self.answers).into_rows() {
            if let Some(mine) = self.answers.entry(&rename(answer)) {
                mine.merge(lane);
            }
        }
    }

    /// The same without these endpoints.
    pub(super) fn without(self, aside: &BTreeSet<EndpointKey>) -> Self {
        let Self { endpoints, answers, .. } = self;
        let endpoints = endpoints.retained(|key| !aside.contains(key));
        let answers = answers.retained(|answer| !aside.contains(&answer.endpoint));
        Self { endpoints, answers, ..self }
    }

    /// Gives back spare memory.
    pub(super) fn settle(&mut self) {
        self.endpoints.values_mut().for_each(Lane::settle);
        self.answers.values_mut().for_each(Lane::settle);
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
        let mut answers = self.answers_from(first);
        let endpoints = self
            .endpoints
            .sorted()
            .into_iter()
            .filter(|(_, lane)| !lane.windows().is_empty())
            .map(|(key, lane)| EndpointSeries {
                key: key.clone(),
                windows: spread(lane, first, windows),
                answers: answers.remove(key).unwrap_or_default(),
            })
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

    /// Answers by endpoint, their windows numbered from the first one on.
    fn answers_from(&self, first: i64) -> BTreeMap<&EndpointKey, Vec<AnswerSeries>> {
        let mut by_endpoint: BTreeMap<&EndpointKey, Vec<AnswerSeries>> = BTreeMap::new();
        for (answer, lane) in self.answers.sorted() {
            let counts = lane.windows().iter();
            let counts = counts.filter_map(|(index, count)| Some((usize::try_from(index - first).ok()?, *count)));
            let series =
                AnswerSeries { status: answer.status, failed: answer.failed.clone(), counts: counts.collect() };
            by_endpoint.entry(&answer.endpoint).or_default().push(series);
        }
        by_endpoint
    }

    fn kinds_over(&self, first: i64, windows: usize) -> Vec<(String, Vec<u64>)> {
        let mut lanes: BTreeMap<&String, Lane<u64>> = BTreeMap::new();
        for (answer, lane) in self.answers.sorted() {
            if let Some(kind) = &answer.failed {
                lanes.entry(kind).or_default().merge(lane.clone());
            }
        }
        let mut kinds: Vec<(u64, &String, Vec<u64>)> = lanes
            .into_iter()
            .map(|(kind, lane)| {
                (
                    lane.windows().iter().map(|(_, count)| *count).fold(0, u64::saturating_add),
                    kind,
                    spread(&lane, first, windows),
                )
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
            && self.answers == other.answers
    }
}
