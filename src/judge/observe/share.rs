//! Shares of a population: failures, successes, cache hits.

use super::Scope;
use super::answers::in_slice;
use super::slice::cut;
use crate::analyse::figures::{EndpointFigures, NamedCount};
use crate::config::metric::{Asked, is_status, kind};
use crate::fmt;
use crate::judge::interval::{Interval, float, wilson};
use crate::judge::observation::{Nature, Observation};
use crate::model::distribution::SourceClass;
use crate::model::key::Population;
use crate::unit::Unit;

/// Failures of requests, all or of one kind, as a share or as a count.
pub(super) fn failures(scope: &Scope<'_>, kind: Option<&str>, counted: bool) -> Result<Observation, String> {
    let figures = scope.figures(Population::Request)?;
    let effect = figures.failure_design_effect;
    // Windows count what failed as well; where the source cannot tell, they count none, which is not the same.
    let all_failed = failed(figures)?;
    let (known, unknown, requests) = match (scope.slice, kind) {
        (Some(slice), kind) => {
            let requests = cut(scope, slice)?;
            let asked = Asked::Failures { kind: kind.map(str::to_owned), counted };
            let of_kind = kind.map(|_| in_slice(scope, slice, &asked)).transpose()?;
            of_kind.map_or((requests.failures, 0, requests.requests), |of_kind| {
                (of_kind.known, of_kind.unknown, requests.requests)
            })
        }
        (None, kind) => {
            let requests = figures.requests.ok_or("the number of requests is not known")?;
            match kind {
                None => (all_failed, 0, requests),
                Some(kind) => {
                    let (of_kind, named) = of_kind(&figures.failure_kinds, kind);
                    (of_kind, all_failed.saturating_sub(named), requests)
                }
            }
        }
    };
    if requests == 0 {
        return Err("no requests were measured".to_owned());
    }
    let counted_failures = Counted { known, unknown, requests, effect };
    let seen = counted_failures.against(scope.limit, counted, || {
        // The source names the kind of some failures only.
        let failed = fmt::plural(unknown, "failure is", "failures are");
        format!("{failed} of no kind that the source names, and may be of this one")
    })?;
    let given = (kind.is_none() && scope.slice.is_none() && !counted).then_some(figures.failure_ratio_ci).flatten();
    Ok(match given {
        Some((low, high)) => Observation { interval: Some((Some(low), Some(high))), ..seen },
        None => seen,
    })
}

/// Of how many requests something is known, and of how many it may be.
struct Counted {
    known: u64,
    unknown: u64,
    requests: u64,
    effect: f64,
}

impl Counted {
    /// As a count or as a share of the requests. The limit may lie between none and all of those of which it is not known: then
    /// nothing can be said, for the reason given.
    fn against(&self, limit: Option<f64>, counted: bool, why: impl Fn() -> String) -> Result<Observation, String> {
        let &Self { known, unknown, requests, effect } = self;
        let at_most = known + unknown;
        let one = if counted { 1.0 } else { float(requests) };
        let open = float(known) / one..=float(at_most) / one;
        if unknown > 0 && limit.is_none_or(|limit| open.contains(&limit)) {
            return Err(why());
        }
        if counted {
            return Ok(Observation { n: Some(requests), ..Observation::counted(float(known), Unit::Count) });
        }
        let interval = widest(wilson(known, requests, effect), wilson(at_most, requests, effect));
        Ok(share(float(known) / float(requests), interval, requests, effect))
    }
}

/// How many requests failed.
///
/// # Errors
/// That the source cannot tell, and why.
pub(super) fn failed(figures: &EndpointFigures) -> Result<u64, String> {
    figures.failures.ok_or_else(|| {
        figures.failures_why.clone().unwrap_or_else(|| "the source does not tell failures from successes".to_owned())
    })
}

fn share(value: f64, interval: Option<Interval>, n: u64, design_effect: f64) -> Observation {
    Observation {
        interval,
        n: Some(n),
        class: Some(SourceClass::Raw),
        nature: Nature::Share { design_effect },
        ..Observation::counted(value, Unit::Ratio)
    }
}

fn widest(a: Option<Interval>, b: Option<Interval>) -> Option<Interval> {
    Some((a?.0, b?.1))
}

/// Failures of these kinds (or, after `other than`, of all others), and those of any named kind.
fn of_kind(kinds: &[NamedCount], wanted: &str) -> (u64, u64) {
    let count =
        |matching: &dyn Fn(&str) -> bool| kinds.iter().filter(|kind| matching(&kind.name)).map(|kind| kind.count).sum();
    (count(&|name| kind::is_meant(name, wanted)), count(&|_| true))
}

/// Successes as a count.
pub(super) fn successes(scope: &Scope<'_>) -> Result<Observation, String> {
    let figures = scope.figures(Population::Request)?;
    let all_failed = failed(figures)?;
    let (failed, requests) = if let Some(slice) = scope.slice {
        let slice = cut(scope, slice)?;
        (slice.failures, slice.requests)
    } else {
        (all_failed, figures.requests.ok_or("the number of requests is not known")?)
    };
    let count = Observation::counted(float(requests.saturating_sub(failed)), Unit::Count);
    Ok(Observation { n: Some(requests), ..count })
}

/// Answers with a status that a pattern means, as a share of the requests or as a count.
pub(super) fn status(scope: &Scope<'_>, pattern: &str, counted: bool) -> Result<Observation, String> {
    let figures = scope.figures(Population::Request)?;
    let (known, unknown, requests) = if let Some(slice) = scope.slice {
        let asked = Asked::Status { pattern: pattern.to_owned(), counted };
        let of_status = in_slice(scope, slice, &asked)?;
        (of_status.known, of_status.unknown, cut(scope, slice)?.requests)
    } else {
        if figures.statuses.is_empty() && figures.requests.is_some_and(|all| all > 0) {
            return Err("the source has no status codes".to_owned());
        }
        let requests = figures.requests.unwrap_or_default();
        let meant = figures.statuses.iter().filter(|status| is_status(&status.name, pattern));
        let named: u64 = figures.statuses.iter().map(|status| status.count).sum();
        (meant.map(|status| status.count).sum(), requests.saturating_sub(named), requests)
    };
    if requests == 0 {
        return Err("no requests were measured".to_owned());
    }
    let answers = Counted { known, unknown, requests, effect: figures.failure_design_effect };
    answers.against(scope.limit, counted, || {
        let without = fmt::plural(unknown, "request has", "requests have");
        format!("{without} no status in the source, and may have had this one")
    })
}

/// An endpoint's part of all requests.
pub(super) fn of_all_requests(scope: &Scope<'_>) -> Result<Observation, String> {
    let all = scope.judged.requests().and_then(|totals| totals.requests).filter(|all| *all > 0);
    let all = all.ok_or("the number of requests is not known")?;
    let own = scope.figures(Population::Request)?.requests.ok_or("the number of requests is not known")?;
    Ok(share(float(own) / float(all), wilson(own, all, 1.0), all, 1.0))
}

/// Successes of a population as a share.
pub(super) fn success(scope: &Scope<'_>, population: Population) -> Result<Observation, String> {
    let figures = scope.figures(population)?;
    let (effect, all_failed) = (figures.failure_design_effect, failed(figures)?);
    let (failed, n) = match scope.slice {
        Some(slice) if population == Population::Request => {
            let slice = cut(scope, slice)?;
            (slice.failures, slice.requests)
        }
        Some(_) => return Err(format!("{} are not kept over time", population.words())),
        None => {
            (all_failed, figures.requests.ok_or_else(|| format!("the number of {} is not known", population.words()))?)
        }
    };
    if n == 0 {
        return Err(format!("no {} were measured", population.words()));
    }
    let ok = n.saturating_sub(failed);
    let given = scope.slice.is_none().then_some(figures.failure_ratio_ci).flatten();
    let interval = match given {
        Some((low, high)) => Some((Some(1.0 - high), Some(1.0 - low))),
        None => wilson(ok, n, effect),
    };
    Ok(share(float(ok) / float(n), interval, n, effect))
}

/// Answers from a cache as a share of those of which it is known.
pub(super) fn cache_hits(scope: &Scope<'_>) -> Result<Observation, String> {
    if scope.slice.is_some() {
        return Err("cache hits are not kept over time".to_owned());
    }
    let figures = scope.figures(Population::Request)?;
    let cache = figures.cache.ok_or("the source does not tell which answers came from a cache")?;
    // Hits are not kept over time: how they clustered is not known.
    Ok(share(cache.ratio, wilson(cache.hits, cache.known, 1.0), cache.known, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twelve failures without a status: "no 5xx" was met by not knowing.
    #[test]
    fn an_answer_without_a_status_may_have_had_any() {
        use crate::judge::case::JudgedTest;
        use crate::judge::sample::{figures, request_totals, test};
        let (test, mut figures) = (test("a"), figures());
        let mut requests = request_totals(100, Some(12));
        requests.totals.statuses = vec![NamedCount { name: "200".to_owned(), count: 88 }];
        figures.populations.push(requests);
        let seen = |limit: f64| {
            let judged = JudgedTest { test: &test, figures: &figures };
            let scope = Scope { limit: Some(limit), ..Scope::whole(judged) };
            status(&scope, "5xx", false)
        };
        assert_eq!(seen(0.05).unwrap_err(), "12 requests have no status in the source, and may have had this one");
        let (_, high) = seen(0.5).unwrap().interval.unwrap();
        assert!(high.unwrap() > 0.12, "even the worst case is inside, and the interval reaches up to it");
    }

    #[test]
    fn kinds_and_statuses_are_matched_as_people_name_them() {
        let kinds = [("HTTP 429", 3), ("HTTP 503", 2), ("timeout", 1)]
            .map(|(name, count)| NamedCount { name: name.to_owned(), count });
        assert_eq!(of_kind(&kinds, "other than 429, 503"), (1, 6));
        assert_eq!(of_kind(&kinds, "429, timeout"), (4, 6));
        assert!(is_status("503", "5xx") && is_status("200", "2*") && !is_status("50", "5xx"));
    }
}
