//! Whether a run can prove anything: what makes it invalid, and what its reader must know.
//!
//! An invalid run makes its criteria inconclusive whatever the latency says; the other doubts travel with the figures.

mod course;

pub use course::{busy_generator, littles_law};

use super::figures::{Doubt, EndpointFigures, PopulationFigures, TestFigures};
use super::load;
use super::phases;
use super::reading::real;
use crate::fmt;
use crate::ingest::k6;
use crate::model::distribution::Recorded;
use crate::model::key::{Outcome, Population};
use crate::model::test::Test;

/// Above this share of dropped arrivals the generator, not the system, was measured.
const DROPPED: f64 = 0.05;
/// Above this share of unreadable rows a file is no evidence.
const REJECTED: f64 = 0.001;
/// Under a second nothing comes to rest.
pub const SHORTEST_S: f64 = 1.0;
/// The rule that says so.
pub const TOO_SHORT: &str = "too-short";
/// A run is looked at in so many parts to see whether it was idle,
const PARTS: u64 = 20;
/// fewer if there are fewer requests than this for each.
const REQUESTS_A_PART: u64 = 5;
const IDLE: f64 = 0.5;
/// A silence is a gap from this length, this share of the run and this many times the usual pause on.
const GAP_S: f64 = 5.0;
const GAP_SHARE: f64 = 0.1;
const GAP_PAUSES: f64 = 20.0;
/// Load was delivered from this share of what was declared on.
const DELIVERED: f64 = 0.95;

/// Load as a plan declares it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Declared {
    /// Requests in all.
    pub requests: Option<f64>,
    /// Users at a time.
    pub users: Option<f64>,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// Requests in a second.
    pub rate_per_s: Option<f64>,
}

/// All doubts about a test that its own data give rise to; those that invalidate it come first.
#[must_use]
pub fn doubts(test: &Test, figures: &TestFigures) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    doubts.extend(nothing_measured(test, figures));
    doubts.extend(dropped(figures));
    doubts.extend(lower_bound(figures));
    doubts.extend(course::impossible_times(test, figures));
    doubts.extend(unsettled(figures));
    doubts.extend(idle(test));
    doubts.extend(gap(test));
    doubts.extend(files(test));
    doubts.extend(too_short(test, figures));
    doubts.extend(failures(test, figures));
    doubts.extend(course::error_storm(test));
    doubts.extend(faults(test));
    doubts.sort_by_key(|doubt| !doubt.invalidates);
    doubts
}

/// Doubts about a test that did not get the load which was declared for it: below 95 % of requests, users or length.
#[must_use]
pub fn delivered(test: &Test, figures: &TestFigures, declared: &Declared) -> Vec<Doubt> {
    let measured: Vec<u64> = of_load(figures).filter_map(|data| data.totals.requests).collect();
    let requests = (!measured.is_empty()).then(|| real(measured.iter().sum()));
    let length = figures.phases.as_ref().map(|phases| phases.steady_to_s).or(test.duration_s);
    let totals = figures.populations.iter().find(|data| data.population == Population::Request);
    let rate = totals.and_then(|data| data.totals.rate_per_s);
    let words: fn(f64) -> String = fmt::number;
    let seconds: fn(f64) -> String = fmt::duration_s;
    let asked = [
        (declared.requests, requests, "requests", words),
        (declared.users, figures.load.users_max, "users", words),
        (declared.duration_s, length, "of load", seconds),
        (declared.rate_per_s, rate, "requests a second", words),
    ];
    asked.into_iter().filter_map(|(declared, reached, what, say)| short_of(declared?, reached, what, say)).collect()
}

/// What was measured of the load: setup and teardown are none.
fn of_load(figures: &TestFigures) -> impl Iterator<Item = &PopulationFigures> {
    figures.populations.iter().filter(|data| data.population != Population::Setup)
}

fn short_of(declared: f64, reached: Option<f64>, what: &str, say: fn(f64) -> String) -> Option<Doubt> {
    let Some(reached) = reached else {
        let message = format!("{} {what} were declared, and no source says how many there were", say(declared));
        return Some(doubt("load-unknown", false, message));
    };
    (reached < DELIVERED * declared).then(|| {
        let message =
            format!("{} {what} of the {} declared ({})", say(reached), say(declared), fmt::percent(reached / declared));
        doubt("load-not-delivered", true, message)
    })
}

fn doubt(rule: &str, invalidates: bool, message: String) -> Doubt {
    Doubt { rule: rule.to_owned(), invalidates, message }
}

/// No request, connection or message at all. A k6 script that throws in every iteration ends with exit code 0 and leaves
/// iterations without anything in them.
fn nothing_measured(test: &Test, figures: &TestFigures) -> Option<Doubt> {
    let measured = of_load(figures).any(|data| data.totals.requests.is_none_or(|count| count > 0));
    if measured || test.metrics.iter().any(|data| is_work(&data.key.name) && !k6::is_aside(&data.key.tags)) {
        return None;
    }
    let iterations = figures.load.iterations.filter(|count| *count > 0);
    Some(iterations.map_or_else(
        || doubt("nothing-measured", true, "no request was measured".to_owned()),
        |count| {
            let ended = fmt::plural(count, "iteration", "iterations");
            let message = format!(
                "{ended} ended and not one sent a request: every iteration threw, or ended before its first request"
            );
            doubt("every-iteration-threw", true, message)
        },
    ))
}

/// Whether a metric shows that a script did something: not one of those that k6 writes for every iteration.
fn is_work(name: &str) -> bool {
    const ALWAYS: [&str; 8] = [
        "data_received",
        "data_sent",
        "dropped_iterations",
        "group_duration",
        "iteration_duration",
        "iterations",
        "vus",
        "vus_max",
    ];
    !ALWAYS.contains(&name)
}

/// Requests whose times are known tell how long they were under way; a figure that somebody printed may be of a part of the run only.
fn too_short(test: &Test, figures: &TestFigures) -> Option<Doubt> {
    let seconds = test.duration_s.filter(|seconds| *seconds < SHORTEST_S)?;
    let requests = figures.populations.iter().find(|data| data.population == Population::Request);
    let timed = requests.is_some_and(|data| data.totals.requests.is_some_and(|count| count > 0));
    let seconds = fmt::duration_s(seconds);
    Some(if timed && test.timeline.is_some() {
        doubt(TOO_SHORT, true, format!("the run lasted {seconds}, too short for anything to come to rest"))
    } else {
        doubt(TOO_SHORT, false, format!("the run lasted {seconds}: nothing can be said about its course in time"))
    })
}

/// Arrivals that the generator could not send: it was the limit.
fn dropped(figures: &TestFigures) -> Option<Doubt> {
    let dropped = figures.load.dropped.filter(|count| *count > 0)?;
    let requests = figures.populations.iter().find(|data| data.population == Population::Request);
    let n = requests.and_then(|data| data.totals.requests).or(figures.load.iterations).unwrap_or(0);
    let share = load::dropped_share(&figures.load).unwrap_or_else(|| real(dropped) / real(dropped + n));
    let arrivals = dropped + figures.load.iterations.unwrap_or(n);
    let message = format!(
        "{} of {} arrivals ({}) were dropped: the generator had no free user for them",
        fmt::count(dropped),
        fmt::count(arrivals),
        fmt::percent(share)
    );
    Some(doubt("generator-saturated", share > DROPPED, message))
}

/// Percentiles that what was never sent would have raised.
fn lower_bound(figures: &TestFigures) -> Option<Doubt> {
    figures.omission.as_ref()?.words().map(|message| doubt("lower-bound", false, message))
}

/// A run whose latency never comes to rest can be held against limits, and against no other run.
fn unsettled(figures: &TestFigures) -> Option<Doubt> {
    let why = figures.phases.as_ref()?.unsettled()?;
    Some(doubt("no-steady-state", false, why.to_owned()))
}

/// Parts of the run without a single request. What was not under load most of the time shows nothing about load over time.
fn idle(test: &Test) -> Option<Doubt> {
    let timeline = test.timeline.as_ref()?;
    let requests = phases::requests_by_window(timeline);
    let parts = PARTS.min(requests.iter().sum::<u64>() / REQUESTS_A_PART).max(1);
    let size = requests.len().div_ceil(usize::try_from(parts).ok()?).max(1);
    let (busy, all) = requests
        .chunks(size)
        .fold((0_u64, 0_u64), |(busy, all), part| (busy + u64::from(part.iter().any(|count| *count > 0)), all + 1));
    let share = real(busy) / real(all.max(1));
    (busy > 0 && share < IDLE).then(|| {
        let message = format!("requests were sent in {} of the time only", fmt::percent(share));
        doubt("idle", true, message)
    })
}

/// The longest silence between two windows with requests, if it is remarkable.
fn gap(test: &Test) -> Option<Doubt> {
    let timeline = test.timeline.as_ref()?;
    let origin = phases::origin(test)?;
    let width = phases::width_s(timeline);
    let requests = phases::requests_by_window(timeline);
    let busy: Vec<usize> = (0..).zip(&requests).filter(|(_, count)| **count > 0).map(|(at, _)| at).collect();
    let silences = busy.iter().zip(busy.iter().skip(1)).map(|(from, to)| (to - from - 1, *from + 1));
    // The first of equally long ones.
    let (windows, from) = silences.max_by(|one, other| one.0.cmp(&other.0).then(other.1.cmp(&one.1)))?;
    let seconds = width * real(windows as u64);
    let length = width * real((busy.last()? - busy.first()?) as u64);
    let pause = length / real(requests.iter().sum());
    (seconds >= GAP_S && seconds >= GAP_SHARE * length && seconds >= GAP_PAUSES * pause).then(|| {
        let at = width.mul_add(real(from as u64), timeline.start.seconds_since(origin));
        let message = format!("no request ended for {} from {} on", fmt::duration_s(seconds), fmt::clock(at));
        doubt("gap", false, message)
    })
}

fn files(test: &Test) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for file in &test.inputs {
        let name = fmt::plain(&file.source);
        if let Some(why) = &file.unfinished {
            doubts.push(doubt("unfinished", false, format!("{name} is unfinished: {why}")));
        }
        if file.rows_rejected > 0 {
            let share = |rows| real(rows) / real(file.rows_read.max(1));
            // A row that breaks off says where the file ends, and nothing about the rows before it.
            let torn = u64::from(file.unfinished.is_some());
            let of_requests = file.rows_rejected.saturating_sub(file.rows_rejected_aside + torn);
            let message = format!("{} ({})", file.rejected_words(), fmt::percent(share(file.rows_rejected)));
            // Bad rows of a monitor or of a file that serves as a cross-check leave the figures as they are, and so do values of
            // a script's own metrics.
            doubts.push(doubt("rows-rejected", share(of_requests) > REJECTED && file.role == "figures", message));
        }
    }
    doubts
}

fn failures(test: &Test, figures: &TestFigures) -> Vec<Doubt> {
    let Some(requests) = figures.populations.iter().find(|data| data.population == Population::Request) else {
        return Vec::new();
    };
    let why = requests.totals.failures_why.clone();
    let unknown = why.map(|why| doubt("failures-unknown", false, format!("failures are not known: {why}")));
    unknown.into_iter().chain(generator_faults(&requests.totals)).chain(fast_errors(test)).collect()
}

/// Failures that the load generator made by itself: of the system they say nothing.
fn generator_faults(totals: &EndpointFigures) -> Option<Doubt> {
    let own: Vec<_> = totals.failure_kinds.iter().filter(|kind| Outcome::is_generators_own(&kind.name)).collect();
    let kinds: Vec<String> =
        own.iter().take(3).map(|kind| format!("{} {}", fmt::count(kind.count), fmt::plain(&kind.name))).collect();
    (!own.is_empty()).then(|| {
        let message = format!(
            "{} of {} are the load generator's or the test plan's own, not the system's: {}",
            fmt::count(own.iter().map(|kind| kind.count).sum()),
            fmt::plural(totals.failures.unwrap_or(0), "failure", "failures"),
            kinds.join(", ")
        );
        doubt("generator-faults", false, message)
    })
}

/// Most requests failed, and failed fast: the latency over all responses is then that of an error page.
fn fast_errors(test: &Test) -> Option<Doubt> {
    let (mut failed, mut passed) = (Recorded::default(), Recorded::default());
    for cell in test.cells.iter().filter(|cell| cell.key.population == Population::Request) {
        match cell.key.outcome {
            Outcome::Ok => passed.merge(&cell.recorded),
            Outcome::Failed(_) => failed.merge(&cell.recorded),
            Outcome::Unknown => {}
        }
    }
    let (fast, slow) = (failed.quantile_us(0.5)?, passed.quantile_us(0.5)?);
    (failed.count() > passed.count() && fast < 0.1 * slow).then(|| {
        let message = format!(
            "most requests failed, and fast (half of them within {}, successes {}): read latency over successes",
            fmt::latency_us(fast),
            fmt::latency_us(slow)
        );
        doubt("fast-errors", false, message)
    })
}

/// Exceptions in the test's own script.
fn faults(test: &Test) -> Option<Doubt> {
    let own: Vec<_> = test.faults.iter().filter(|fault| !fault.of_requests).collect();
    let most = own.iter().max_by_key(|fault| fault.count)?;
    let count = own.iter().map(|fault| fault.count).sum();
    let message = format!(
        "{} in the test's own script, most often: {}",
        fmt::plural(count, "exception", "exceptions"),
        fmt::shorten(&fmt::plain(&most.text), 120)
    );
    Some(doubt("script-exceptions", false, message))
}

#[cfg(test)]
mod tests;
