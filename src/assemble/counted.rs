//! k6's requests where the points of their durations are missing, as in a file from which one metric was picked. The points
//! of `http_reqs`, or of `http_req_failed`, are one for each request: they tell how many there were, and nothing of latency.

use super::form::Form;
use crate::fmt;
use crate::model::distribution::Distribution;
use crate::model::key::{EndpointKey, Population};
use crate::model::metric::MetricTotal;
use crate::model::test::{EndpointData, PopulationData, WarningKind};
use crate::rollup::Part;

/// What k6 counts each request under.
const COUNTER: &str = "http_reqs";
/// What it says of each whether it failed.
const VERDICT: &str = "http_req_failed";
/// What it measures of each.
const DURATION: &str = "http_req_duration";

/// Points of two metrics may be so many apart, or such a part of them: files begin and end within a request, and generators
/// that were killed lose some.
const FEW_APART: u64 = 10;
const SHARE_APART: u64 = 100;

/// How many requests points tell of.
struct Count {
    by: &'static str,
    requests: u64,
    failures: Option<u64>,
}

/// The requests of a part that has neither samples nor sums of any.
pub(super) fn requests(part: &Part) -> Option<PopulationData> {
    let count = count(part)?;
    let unknown = || Distribution::Unknown(format!("there are no points of `{DURATION}`"));
    let totals = EndpointData {
        key: EndpointKey::default(),
        requests: Some(count.requests),
        failures: count.failures,
        failure_kinds: Vec::new(),
        statuses: Vec::new(),
        cached: None,
        bytes: None,
        latency: unknown(),
        latency_ok: unknown(),
        rate_quoted: None,
    };
    Some(PopulationData { population: Population::Request, totals, endpoints: Vec::new() })
}

/// What is to be said of a form whose requests are counted so.
pub(super) fn warning(form: &Form) -> Option<(WarningKind, String)> {
    let count = count(&form.part)?;
    let mut text = format!(
        "there are {} of `{}` and none of `{DURATION}`: the requests are counted by them, and their latency and endpoints are \
         not known",
        fmt::plural(count.requests, "point", "points"),
        count.by
    );
    if count.failures.is_some() {
        return Some((WarningKind::Sources, text));
    }
    text.push_str(&format!(", nor how many failed, without as many points of `{VERDICT}`"));
    Some((WarningKind::FailuresUnknown, text))
}

fn count(part: &Part) -> Option<Count> {
    let is_there = |population| part.cells().iter().any(|cell| cell.key.population == population);
    let is_summed = |total: &&crate::model::sample::Total| total.population == Population::Request;
    if is_there(Population::Request) || is_there(Population::Setup) || part.totals().iter().any(is_summed) {
        return None;
    }
    let (by, requests) = counted(part)?;
    let judged = sum(part, VERDICT, |total| total.count);
    let failures = judged.filter(|n| *n == requests).and_then(|_| sum(part, VERDICT, |total| total.nonzero));
    Some(Count { by, requests, failures })
}

/// What counts the requests without timing them, and how many.
fn counted(part: &Part) -> Option<(&'static str, u64)> {
    let counted = sum(part, COUNTER, |total| whole(total.sum?)).filter(|n| *n > 0);
    let judged = || sum(part, VERDICT, |total| total.count).filter(|n| *n > 0);
    counted.map(|n| (COUNTER, n)).or_else(|| judged().map(|n| (VERDICT, n)))
}

/// A figure of a metric's points, all its tags together; `None` where one is not known.
fn sum(part: &Part, name: &str, of: fn(&MetricTotal) -> Option<u64>) -> Option<u64> {
    let metrics = part.metrics();
    let own = metrics.iter().filter(|metric| !metric.quoted && metric.key.name == name);
    own.map(|metric| of(&metric.total)).try_fold(0_u64, |sum, one| Some(sum.saturating_add(one?)))
}

/// Says where points that are one for each request are more or fewer than the durations: rows of one of them are missing, and
/// which of the two holds the whole load nothing tells. A file that breaks off within a request has one more or less.
pub(super) fn contradiction(form: &Form) -> Option<String> {
    let cells = form.part.cells();
    let is_request = |population| matches!(population, Population::Request | Population::Setup);
    let timed = cells.iter().filter(|cell| is_request(cell.key.population)).map(|cell| cell.count).sum::<u64>();
    let (by, counted) = counted(&form.part).filter(|_| timed > 0)?;
    let apart = timed.abs_diff(counted);
    (apart > FEW_APART && apart > timed.max(counted) / SHARE_APART).then(|| {
        format!(
            "{} contradicts itself: it has {} of `{by}` and {} of `{DURATION}`, which k6 writes once for each request; the \
             requests are counted by the durations",
            fmt::plain(&form.file.source),
            fmt::plural(counted, "point", "points"),
            fmt::count(timed),
        )
    })
}

/// A sum of ones.
fn whole(sum: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and from 0 to 2^53 by the check"
    )]
    ((0.0..=9e15).contains(&sum) && sum.fract() == 0.0).then_some(sum as u64)
}
