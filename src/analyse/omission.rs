//! What a stall hides: coordinated omission, how it is seen, and the figures corrected for it.
//!
//! A user who waits sends nothing. While a system stands still, users who would have sent ten requests send one, so the stall
//! is one slow request among thousands of quick ones, and percentiles hardly show it. What is missing can be made up for, as
//! `HdrHistogram` does: a request that took *v* where one was due every *I* stands for others of *v* − *I*, *v* − 2 *I*, … too.
//! That assumes that all of them would have waited, so the corrected figures stand beside the measured ones, as an estimate;
//! nothing is judged by them.

use super::figures::TestFigures;
use super::load;
use super::percentile::least_n;
use super::phases;
use super::reading::{Readings, real};
use crate::fmt;
use crate::model::distribution::{Distribution, Recorded};
use crate::model::histogram::rank;
use crate::model::sample::LoadModel;
use crate::model::test::{Test, Timeline, Window};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// Throughput is looked at in stretches of at least this length.
const STRETCH_S: f64 = 1.0;
/// A stretch is slow from this fall below the median on, if chance alone does not reach that far.
const FALL: f64 = 0.2;
const DEVIATIONS: f64 = 3.0;
/// It stands still if a request in it or the next took as long as the stretch, and so many times the usual latency.
const STALLED: f64 = 5.0;
/// Users are all there from this share of their most on: a falling rate of fewer users is no stall.
const ALL_USERS: f64 = 0.95;
/// Stalls that are listed.
const LISTED: usize = 20;

/// A stretch in which the system stood still.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stall {
    /// From this second of the test
    pub from_s: f64,
    /// to this one.
    pub to_s: f64,
    /// Longest request that ended in it or just after, in µs.
    pub longest_us: f64,
}

/// What is missing from the figures of a test, and what they would be with it. Over all requests, because nobody knows to
/// which endpoint those would have gone that were never sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OmissionFigures {
    /// `stalls`: users waited. `dropped`: the generator had no free user for arrivals.
    pub seen_by: String,
    /// Where the system stood still, the first twenty; empty for dropped arrivals.
    pub stalls: Vec<Stall>,
    /// Requests that were not sent: what the median rate would have sent in the stalls, or dropped arrivals.
    pub missing: u64,
    /// After how many µs a user is due to send the next request: users / median rate; `null` for dropped arrivals.
    pub expected_interval_us: Option<f64>,
    /// Quantiles as measured, in µs.
    pub measured_us: BTreeMap<String, f64>,
    /// The same, corrected; `null` where the quantile lies beyond the slowest request that was measured.
    pub corrected_us: BTreeMap<String, Option<f64>>,
    /// Quantiles of which the measured figure is a lower bound: as many requests are missing as lie beyond them.
    pub lower_bounds: Vec<String>,
    /// How they were corrected, in words.
    pub definition: String,
}

/// Stalls and dropped arrivals, and what they hide. `None` where neither was seen; stalls show only where latencies are known
/// over time.
#[must_use]
pub fn figures(test: &Test, figures: &TestFigures, quantiles: &[f64]) -> Option<OmissionFigures> {
    let requests = phases::requests(test);
    let recorded = requests.and_then(|requests| match &requests.totals.latency {
        Distribution::Recorded(recorded) | Distribution::Bucketed { rounded: recorded, .. } => Some(recorded),
        Distribution::Quoted(_) | Distribution::Unknown(_) => None,
    });
    let mut ranks = quantiles.to_vec();
    ranks.sort_by(f64::total_cmp);
    if let Some(dropped) = figures.load.dropped.filter(|count| *count > 0) {
        let n = requests.and_then(|requests| requests.totals.requests).or(figures.load.iterations).unwrap_or(0);
        return Some(of_dropped(recorded, n, dropped, &ranks));
    }
    (load::model(test) != Some(LoadModel::Open)).then(|| of_stalls(test, figures, recorded?, &ranks)).flatten()
}

fn of_dropped(recorded: Option<&Recorded>, n: u64, dropped: u64, ranks: &[f64]) -> OmissionFigures {
    let corrected = |p: f64| {
        let recorded = recorded?;
        let rank = rank(p, recorded.count().saturating_add(dropped));
        (rank <= recorded.count()).then(|| recorded.quantile_us(real(rank) / real(recorded.count()))).flatten()
    };
    let definition = "every dropped arrival counted as slower than the slowest request that was sent".to_owned();
    begun(("dropped", n, dropped), recorded, ranks, corrected, definition)
}

fn of_stalls(test: &Test, figures: &TestFigures, recorded: &Recorded, ranks: &[f64]) -> Option<OmissionFigures> {
    let users = figures.load.users_mean.or(figures.load.users_max).filter(|users| *users > 0.0)?;
    let course = Course::of(test, figures)?;
    let usual_us = recorded.quantile_us(0.5)?;
    let slow = course.slow(usual_us);
    // Asked before the correction, which is far more work, because most runs have no stall.
    if slow.is_empty() {
        return None;
    }
    let interval_us = users / course.typical * course.stretch_s * 1e6;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of requests; `as` saturates")]
    let missing = slow.iter().map(|at| course.typical - course.requests(*at)).sum::<f64>().round() as u64;
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
    let corrected = recorded.histogram.corrected(interval_us.round() as i64)?;
    #[expect(clippy::cast_precision_loss, reason = "microseconds below 2^53 are 285 years")]
    let quantile =
        |p: f64| corrected.quantile(p).map(|value| (value as f64).min(recorded.max_us().unwrap_or(f64::MAX)));
    let definition = format!(
        "HdrHistogram's correction for an expected interval of {} (users / median rate)",
        fmt::latency_us(interval_us)
    );
    let mut found = begun(("stalls", recorded.count(), missing), Some(recorded), ranks, quantile, definition);
    found.expected_interval_us = Some(interval_us);
    found.stalls = course.stalls(&slow);
    Some(found)
}

/// Figures of so many requests of which so many more are missing; percentiles that too few of them have are not given.
fn begun(
    (seen_by, n, missing): (&str, u64, u64),
    recorded: Option<&Recorded>,
    ranks: &[f64],
    corrected: impl Fn(f64) -> Option<f64>,
    definition: String,
) -> OmissionFigures {
    let bound = ranks.iter().filter(|p| real(missing) >= (1.0 - **p) * real(n));
    let given = || ranks.iter().filter(|p| recorded.is_some_and(|recorded| recorded.count() >= least_n(**p)));
    let measured = |p: &f64| Some((fmt::quantile_name(*p), recorded?.quantile_us(*p)?));
    OmissionFigures {
        seen_by: seen_by.to_owned(),
        stalls: Vec::new(),
        missing,
        expected_interval_us: None,
        measured_us: given().filter_map(measured).collect(),
        corrected_us: given().map(|p| (fmt::quantile_name(*p), corrected(*p))).collect(),
        lower_bounds: bound.map(|p| fmt::quantile_name(*p)).collect(),
        definition,
    }
}

/// The steady part in stretches of a second or more.
struct Course {
    stretches: Vec<Stretch>,
    /// Second of the test at which the first begins.
    from_s: f64,
    stretch_s: f64,
    /// Median of their requests.
    typical: f64,
}

struct Stretch {
    requests: f64,
    longest_us: f64,
    /// Whether all users were there, as far as that is known.
    full: bool,
}

impl Course {
    fn of(test: &Test, figures: &TestFigures) -> Option<Self> {
        let origin = phases::origin(test)?;
        let (timeline, Range { start: from, end: to }) = phases::steady_windows(test, figures.phases.as_ref()?)?;
        let width_s = phases::width_s(timeline);
        let together = (1..=to.max(1)).find(|windows| real(*windows as u64) * width_s >= STRETCH_S)?;
        let series: Vec<_> = timeline.endpoints.iter().collect();
        let stretches: Vec<Stretch> = (from..to)
            .step_by(together)
            // What is left at the end is shorter than the others.
            .filter(|at| at + together <= to)
            .map(|at| {
                let windows: Vec<&Window> =
                    series.iter().flat_map(|one| one.windows.iter().skip(at).take(together)).collect();
                Stretch::of(&windows, users_there(timeline, at..at + together, figures.load.users_max))
            })
            .collect();
        let typical =
            Readings::new(stretches.iter().map(|one| one.requests)).median().filter(|typical| *typical > 0.0)?;
        let from_s = width_s.mul_add(real(from as u64), timeline.start.seconds_since(origin));
        Some(Self { stretches, from_s, stretch_s: real(together as u64) * width_s, typical })
    }

    fn requests(&self, at: usize) -> f64 {
        self.stretches.get(at).map_or(0.0, |one| one.requests)
    }

    /// Longest of the requests that were under way in a stretch: those that ended in it or the next, or so much later that
    /// they reach back to it.
    fn longest_us(&self, at: usize) -> f64 {
        let later = (0_u64..).zip(self.stretches.iter().skip(at));
        let under_way =
            later.filter(|(after, one)| *after <= 1 || one.longest_us >= real(*after) * self.stretch_s * 1e6);
        under_way.map(|(_, one)| one.longest_us).fold(0.0, f64::max)
    }

    /// Stretches in which the system stood still, where requests usually take `usual_us`.
    fn slow(&self, usual_us: f64) -> Vec<usize> {
        let few = (self.typical * (1.0 - FALL)).min(self.typical - DEVIATIONS * self.typical.sqrt());
        let long = (self.stretch_s * 1e6).max(STALLED * usual_us);
        let slow = self
            .stretches
            .iter()
            .enumerate()
            .filter(|(at, one)| one.full && one.requests <= few && self.longest_us(*at) >= long);
        slow.map(|(at, _)| at).collect()
    }

    /// Neighbours put together.
    fn stalls(&self, slow: &[usize]) -> Vec<Stall> {
        let mut stalls = Vec::<Stall>::new();
        let mut last = None::<usize>;
        for at in slow {
            let from_s = self.stretch_s.mul_add(real(*at as u64), self.from_s);
            let (to_s, longest_us) = (from_s + self.stretch_s, self.longest_us(*at));
            match stalls.last_mut().filter(|_| last.is_some_and(|last| last + 1 == *at)) {
                Some(stall) => (stall.to_s, stall.longest_us) = (to_s, stall.longest_us.max(longest_us)),
                None => stalls.push(Stall { from_s, to_s, longest_us }),
            }
            last = Some(*at);
        }
        stalls.truncate(LISTED);
        stalls
    }
}

impl Stretch {
    fn of(windows: &[&Window], full: bool) -> Self {
        let longest = windows.iter().filter_map(|window| window.latency.as_ref()?.quantile(1.0)).max().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "microseconds below 2^53 are 285 years")]
        let longest_us = longest as f64;
        Self { requests: real(windows.iter().map(|window| window.requests).sum()), longest_us, full }
    }
}

fn users_there(timeline: &Timeline, range: Range<usize>, most: Option<f64>) -> bool {
    let there = Readings::new(timeline.users.get(range).unwrap_or_default().iter().copied().flatten()).max();
    there.zip(most).is_none_or(|(there, most)| there >= ALL_USERS * most)
}

impl OmissionFigures {
    /// What the reader of a percentile must know; `None` where so little is missing that none of those shown is touched.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let name = self.lower_bounds.first()?;
        let missing = fmt::count(self.missing);
        let all = "(the same holds for every higher percentile)";
        if self.seen_by == "dropped" {
            return Some(format!(
                "{name} is a lower bound: {missing} arrivals were dropped, and how long they would have waited is in no figure \
                 {all}"
            ));
        }
        let longest = self.stalls.iter().map(|one| one.longest_us).fold(0.0, f64::max);
        let first = self.stalls.first()?;
        let times = match self.stalls.len() {
            1 => format!("from {} to {}", fmt::clock(first.from_s), fmt::clock(first.to_s)),
            n => format!("{n} times, first at {}", fmt::clock(first.from_s)),
        };
        Some(format!(
            "{name} is a lower bound: the system stood still {times} (a request of {}), and its users did not send some {missing} \
             requests meanwhile {all}",
            fmt::latency_us(longest)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};
    use crate::analyse::{Options, analyse};
    use crate::model::histogram::Histogram;

    /// A minute of fifty requests a second by five users; for ten seconds nothing ends, then five requests of 10 s.
    fn stalled() -> Test {
        let mut test = builder::raw_test(&Shape { seconds: 60, per_second: 50, ..Shape::default() });
        (test.tool, test.load_model, test.users_stated) = ("Locust".to_owned(), Some(LoadModel::Closed), Some(5.0));
        let mut all = Recorded::default();
        let windows = &mut test.timeline.as_mut().unwrap().endpoints[0].windows;
        for (at, window) in windows.iter_mut().enumerate() {
            match at {
                20..30 => (window.requests, window.latency) = (0, Some(Histogram::new())),
                30 => {
                    window.latency.as_mut().unwrap().record_n(10_000_000, 5);
                    window.requests += 5;
                    (0..5).for_each(|_| all.record(10_000_000_000));
                }
                _ => {}
            }
            (0..window.requests.min(50)).for_each(|number| all.record(1_000_000 + number));
        }
        test.populations[0].totals.latency = Distribution::Recorded(all);
        test
    }

    fn found(test: &Test) -> Option<OmissionFigures> {
        analyse(test, &Options::default()).omission
    }

    #[test]
    fn a_stall_is_seen_and_what_it_hides_stands_beside_the_measured() {
        let found = found(&stalled()).unwrap();
        assert_eq!((found.stalls.len(), found.missing), (1, 500));
        assert!((found.stalls[0].from_s - 20.0).abs() < 1e-9 && (found.stalls[0].to_s - 30.0).abs() < 1e-9);
        // Five users at fifty a second: each is due every 100 ms, so each stall of 10 s stands for 99 requests more.
        assert!((found.expected_interval_us.unwrap() - 100_000.0).abs() < 1e-6);
        assert!(found.measured_us["p95"] < 1_100.0 && found.corrected_us["p95"].unwrap() > 5_000_000.0, "{found:?}");
        assert!(found.corrected_us["p50"].unwrap() < 1_100.0);
        assert_eq!(found.lower_bounds, ["p90", "p95", "p99", "p99.9"]);
        let words = found.words().unwrap();
        assert!(words.starts_with("p90 is a lower bound: the system stood still from 0:20 to 0:30"), "{words}");
    }

    #[test]
    fn what_no_user_waited_for_is_no_omission() {
        let calm = builder::raw_test(&Shape { seconds: 60, per_second: 50, ..Shape::default() });
        assert_eq!(found(&calm), None);
        let mut fewer = stalled();
        let users = (0..60).map(|at| Some(if (20..30).contains(&at) { 1.0 } else { 5.0 })).collect();
        fewer.timeline.as_mut().unwrap().users = users;
        assert_eq!(found(&fewer), None, "users had left");
        let mut open = stalled();
        open.load_model = Some(LoadModel::Open);
        assert_eq!(found(&open), None, "arrivals do not wait");
    }

    #[test]
    fn dropped_arrivals_count_as_slower_than_all() {
        let recorded = (1..=1_000_u64).fold(Recorded::default(), |mut all, ms| {
            all.record(ms * 1_000_000);
            all
        });
        let found = of_dropped(Some(&recorded), 1_000, 40, &[0.5, 0.95, 0.99]);
        assert_eq!(found.lower_bounds, ["p99"]);
        assert!((found.corrected_us["p50"].unwrap() - 520_000.0).abs() < 1_000.0, "{found:?}");
        assert_eq!(found.corrected_us["p99"], None, "rank 1,030 of 1,000");
        assert!(found.words().unwrap().contains("40 arrivals were dropped"));
    }
}
