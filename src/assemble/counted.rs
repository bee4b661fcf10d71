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
    let metrics = part.metrics();
    let points = |name: &str, of: fn(&MetricTotal) -> Option<u64>| {
        let own = metrics.iter().filter(|metric| !metric.quoted && metric.key.name == name);
        own.map(|metric| of(&metric.total))
            .try_fold(0_u64, |sum, one| Some(sum.saturating_add(one?)))
            .filter(|n| *n > 0)
    };
    let counted = points(COUNTER, |total| whole(total.sum?));
    let judged = points(VERDICT, |total| total.count);
    let (by, requests) = counted.map(|n| (COUNTER, n)).or(judged.map(|n| (VERDICT, n)))?;
    let failures = judged.filter(|n| *n == requests).and_then(|_| {
        let own = metrics.iter().filter(|metric| !metric.quoted && metric.key.name == VERDICT);
        own.map(|metric| metric.total.nonzero).try_fold(0_u64, |sum, one| Some(sum.saturating_add(one?)))
    });
    Some(Count { by, requests, failures })
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
