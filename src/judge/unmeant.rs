//! What stands rightly in plimsoll.toml and was probably not meant: limits that nothing can miss or meet, kinds of failures that
//! are no name of ours, mixes of more than everything. Told before there are results.

use super::{kinds, observe};
use crate::config::Config;
use crate::config::metric::{Asked, Metric, Over};
use crate::config::schema::{Criterion, PlannedTest};
use crate::fmt;
use crate::unit::Unit;

/// A sentence on each.
#[must_use]
pub fn doubts(config: &Config) -> Vec<String> {
    let judged = || config.criteria.iter().filter(|one| one.not_applicable.is_none());
    let limits = judged().filter_map(limit);
    let names = judged().filter_map(|one| {
        let unheard = kinds::unheard(&one.metric, &std::iter::empty())?;
        Some(format!("`{}`: {}", fmt::plain(&one.id), unheard.said))
    });
    let whole = judged().filter(|one| one.endpoint.is_some() && is_of_the_whole(&one.metric)).map(|one| {
        let (id, metric) = (fmt::plain(&one.id), fmt::plain(&one.metric.to_string()));
        format!("`{id}` is about an endpoint, and {metric} is known of a test as a whole only: it cannot be told")
    });
    // A metric of that name may exist: whether it does, the results will say.
    let nearly = judged().filter_map(|one| {
        let (id, metric) = (fmt::plain(&one.id), fmt::plain(&one.metric.to_string()));
        Some(format!("`{id}`: {metric} is a metric of your own, did you mean `{}`?", one.metric.nearly()?))
    });
    limits.chain(nearly).chain(names).chain(whole).chain(config.tests.iter().filter_map(mix)).collect()
}

fn is_of_the_whole(metric: &Metric) -> bool {
    !matches!(metric.asked, Asked::OverTests(..)) && observe::population(metric).is_none()
}

/// A limit that the metric cannot reach.
fn limit(criterion: &Criterion) -> Option<String> {
    let (side, quantity) = criterion.demand().ok().flatten()?.limit;
    let limit = criterion.metric.limit(quantity).ok()?;
    let (least, most) = bounds(&criterion.metric)?;
    // A side holds up to the limit or from it on: what holds at both ends always holds.
    side.larger_is_worse()?;
    let ends = (side.holds(least, limit), side.holds(most.unwrap_or(f64::INFINITY), limit));
    let unit = criterion.metric.unit().unwrap_or(Unit::Plain);
    let said = format!(
        "`{}` demands {} {} of {}",
        fmt::plain(&criterion.id),
        side.words(),
        fmt::value(limit, unit),
        criterion.metric
    );
    match ends {
        (true, true) => Some(format!("{said}: nothing can miss it")),
        (false, false) => Some(format!("{said}: nothing can meet it")),
        _ => None,
    }
}

/// The least and the greatest value that a metric can have; `None` where nothing is known of it.
fn bounds(metric: &Metric) -> Option<(f64, Option<f64>)> {
    if let Asked::OverTests(how, inner) = &metric.asked {
        let (least, most) = bounds(inner)?;
        return Some((least, most.filter(|_| *how != Over::Sum)));
    }
    match (metric.unit()?, &metric.asked) {
        (_, Asked::Drift { .. }) => None,
        (Unit::Ratio, _) => Some((0.0, Some(1.0))),
        _ => Some((0.0, None)),
    }
}

/// A mix whose globs add up to more than everything: they overlap, or a share is too large.
fn mix(test: &PlannedTest) -> Option<String> {
    let sum: f64 = test.mix.values().map(|share| share.value).sum();
    (sum > 1.005).then(|| format!("the mix of the test {} adds up to {}", fmt::plain(&test.name), fmt::percent(sum)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(metric: &str, limit: &str) -> Vec<String> {
        doubts(&Config::parse(&format!("[[criteria]]\nid = \"a\"\nmetric = \"{metric}\"\n{limit}\n"), "p").unwrap())
    }

    /// `failures.ratio at_most = 1` reads as one percent and is all of them.
    #[test]
    fn a_limit_that_nothing_can_miss_or_meet_is_told() {
        assert_eq!(
            said("failures.ratio", "at_most = 1"),
            ["`a` demands at most 100 % of failures.ratio: nothing can miss it"]
        );
        for (metric, limit, how) in [
            ("failures.ratio", "below = \"150 %\"", "miss"),
            ("latency.p95", "at_least = \"0 s\"", "miss"),
            ("suite.max(failures.ratio)", "at_most = \"100 %\"", "miss"),
            ("success.ratio", "above = \"100 %\"", "meet"),
            ("latency.p95", "below = \"0 s\"", "meet"),
        ] {
            let found = said(metric, limit);
            assert!(
                found.len() == 1 && found[0].ends_with(&format!("nothing can {how} it")),
                "{metric} {limit}: {found:?}"
            );
        }
        for (metric, limit) in [
            ("failures.ratio", "at_most = 0"),
            ("success.ratio", "at_least = \"100 %\""),
            ("latency.p95.drift", "at_most = \"150 %\""),
            ("suite.sum(failures.ratio)", "at_most = \"100 %\""),
            ("requests", "above = 0"),
        ] {
            assert!(said(metric, limit).is_empty(), "{metric} {limit}");
        }
    }

    /// `check` called `latancy.p95` right, and the report then had no such metric.
    #[test]
    fn a_metric_that_is_nearly_one_of_ours_is_told() {
        let limit = "at_most = 5";
        assert_eq!(
            said("latancy.p95", limit),
            ["`a`: latancy.p95 is a metric of your own, did you mean `latency.p95`?"]
        );
        for (metric, meant) in [
            ("failure.ratio", "failures.ratio"),
            ("user.max", "users.max"),
            ("succes.ratio", "success.ratio"),
            ("suite.max(latnecy.p99)", "latency.p99"),
        ] {
            assert!(said(metric, limit)[0].ends_with(&format!("did you mean `{meant}`?")), "{metric}");
        }
        for own in ["db_latency.p95", "pool_wait.p95", "http_reqs.rate", "vus.max", "checks.rate", "iterations.count"] {
            assert!(said(own, limit).is_empty(), "{own}: {:?}", said(own, limit));
        }
    }

    #[test]
    fn an_endpoint_of_what_only_a_whole_test_has_is_told() {
        let limit = "at_most = 5\nendpoint = \"GET /a\"";
        assert!(
            said("users.max", limit)[0].ends_with("users.max is known of a test as a whole only: it cannot be told")
        );
        assert!(said("requests", limit).is_empty());
    }

    #[test]
    fn kinds_and_mixes_that_were_probably_not_meant_are_told() {
        assert!(said("failures.ratio{timeuot}", "at_most = 0")[0].contains("did you mean `timeout`?"));
        assert!(said("failures.ratio{timeout}", "at_most = 0").is_empty());
        let mix = "[[tests]]\nname = \"t\"\nmix = { \"GET /*\" = \"80 %\", \"*\" = \"40 %\" }\n";
        assert_eq!(doubts(&Config::parse(mix, "p").unwrap()), ["the mix of the test t adds up to 120 %"]);
    }
}
