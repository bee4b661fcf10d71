//! A population's endpoints and their sum, as they are judged and shown.

use super::block::{blocks, failure_design_effect, latency_design_effect};
use super::figures::{CacheFigures, EndpointFigures, NamedCount, Phases, PopulationFigures};
use super::latency;
use super::over_time;
use super::proportion::Share;
use super::reading::real;
use crate::model::key::Population;
use crate::model::test::{EndpointData, EndpointSeries, PopulationData, Test};
use std::collections::BTreeMap;
use std::ops::Range;

/// Figures of every population that was measured.
#[must_use]
pub fn figures(test: &Test, phases: Option<&Phases>, quantiles: &[f64]) -> Vec<PopulationFigures> {
    let blocks = phases.map(|phases| blocks(test, phases)).unwrap_or_default();
    test.populations.iter().map(|data| population(test, data, (phases, &blocks), quantiles)).collect()
}

fn population(
    test: &Test,
    data: &PopulationData,
    (phases, blocks): (Option<&Phases>, &[Range<usize>]),
    quantiles: &[f64],
) -> PopulationFigures {
    // Windows hold requests only: of other populations it is not known how they clustered in time.
    let timeline = test.timeline.as_ref().filter(|_| data.population == Population::Request);
    let load: Vec<&EndpointSeries> = timeline.iter().flat_map(|timeline| &timeline.endpoints).collect();
    let endpoint = |endpoint: &EndpointData, series: &[&EndpointSeries]| {
        let effects = DesignEffects {
            latency: latency_design_effect(series, blocks),
            failures: failure_design_effect(series, blocks),
        };
        let mut figures = endpoint_figures(test, endpoint, &effects, quantiles);
        if data.population == Population::Setup {
            figures.rate_per_s = None;
            figures.why.insert("rate_per_s".to_owned(), "before and after the load there is none".to_owned());
        }
        if data.population == Population::Request {
            figures.latency_us.over_time = over_time::spreads(test, phases, &endpoint.key);
        }
        figures
    };
    PopulationFigures {
        population: data.population,
        totals: endpoint(&data.totals, &load),
        endpoints: data
            .endpoints
            .iter()
            .map(|one| {
                let own: Vec<_> = load.iter().copied().filter(|series| series.key == one.key).collect();
                endpoint(one, &own)
            })
            .collect(),
    }
}

/// How much wider than for independent requests the intervals are; at least 1.
struct DesignEffects {
    latency: f64,
    failures: f64,
}

fn endpoint_figures(test: &Test, data: &EndpointData, effects: &DesignEffects, quantiles: &[f64]) -> EndpointFigures {
    let counted = data.requests.zip(data.failures).filter(|(requests, _)| *requests > 0);
    let duration_s = test.duration_s.filter(|seconds| *seconds > 0.0);
    let counted_rate = data.requests.zip(duration_s).map(|(requests, seconds)| real(requests) / seconds);
    EndpointFigures {
        group: data.key.group.clone(),
        method: data.key.method.clone(),
        name: data.key.name.clone(),
        label: data.key.label(),
        requests: data.requests,
        failures: data.failures,
        failure_ratio: counted.map(|(requests, failures)| real(failures) / real(requests)),
        failure_ratio_ci: counted
            .and_then(|(requests, failures)| Some(Share::new(failures, requests, effects.failures)?.wilson())),
        failure_design_effect: effects.failures,
        failures_why: data.failures.is_none().then(|| "the source does not tell failures from successes".to_owned()),
        failure_kinds: named(data.failure_kinds.iter().map(|(kind, count)| (kind.clone(), *count))),
        statuses: named(data.statuses.iter().map(|(status, count)| (status.to_string(), *count))),
        rate_per_s: counted_rate.or(data.rate_quoted),
        bytes: data.bytes,
        cache: data.cached.filter(|(_, known)| *known > 0).map(|(hits, known)| CacheFigures {
            hits,
            known,
            ratio: real(hits) / real(known),
        }),
        latency_us: latency::figures(&data.latency, data.requests, quantiles, effects.latency),
        latency_success_us: latency::figures(&data.latency_ok, successes(data), quantiles, effects.latency),
        why: unknown(data, counted_rate.or(data.rate_quoted)),
    }
}

/// Why figures without a reason of their own are not known.
fn unknown(data: &EndpointData, rate_per_s: Option<f64>) -> BTreeMap<String, String> {
    let requests = data.requests.is_none().then_some(("requests", "the source does not count them"));
    let bytes = data.bytes.is_none().then_some(("bytes", "the source does not state sizes of all answers"));
    let rate = rate_per_s.is_none().then_some(("rate_per_s", "the source has neither times nor a rate"));
    let cache = data.cached.is_none().then_some(("cache", "the source does not tell which answers came from a cache"));
    let all = [requests, bytes, rate, cache].into_iter().flatten();
    all.map(|(field, why)| (field.to_owned(), why.to_owned())).collect()
}

fn successes(data: &EndpointData) -> Option<u64> {
    data.requests?.checked_sub(data.failures?)
}

fn named(counts: impl Iterator<Item = (String, u64)>) -> Vec<NamedCount> {
    counts.filter(|(_, count)| *count > 0).map(|(name, count)| NamedCount { name, count }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};
    use crate::analyse::phases;
    use proptest::prelude::{ProptestConfig, prop_assert, proptest};

    const DEFAULT: [f64; 2] = [0.5, 0.95];

    fn totals(test: &Test) -> EndpointFigures {
        let phases = phases::find(test, None);
        figures(test, phases.as_ref(), &DEFAULT).remove(0).totals
    }

    #[test]
    fn failures_have_an_interval_even_when_there_are_none() {
        let found = totals(&builder::raw_test(&Shape { seconds: 10, per_second: 10, ..Shape::default() }));
        assert_eq!((found.requests, found.failure_ratio, found.rate_per_s), (Some(100), Some(0.0), Some(10.0)));
        let (low, high) = found.failure_ratio_ci.unwrap();
        assert!(low.abs() < 1e-12 && (high - 0.037).abs() < 1e-3, "0 of 100 do not prove 1 %: {high}");
        assert!(found.failure_kinds.is_empty() && found.statuses.len() == 1);
    }

    /// Every sixth second is slow as a whole: 600 requests, but hardly more than 60 independent observations.
    #[test]
    fn slow_seconds_widen_every_interval() {
        let waves = |number: u64| {
            if (number / 10) % 60 < 10 { 50_000 + number * 7919 % 100 } else { 1_000 + number * 7919 % 100 }
        };
        let calm = totals(&builder::raw_test(&Shape { seconds: 120, ..Shape::default() }));
        let rough = totals(&builder::raw_test(&Shape { seconds: 120, latency_us: waves, ..Shape::default() }));
        assert!(rough.latency_us.design_effect > 2.0, "{}", rough.latency_us.design_effect);
        assert!(calm.latency_us.design_effect < 1.5, "{}", calm.latency_us.design_effect);
    }

    #[test]
    fn unknown_failures_are_not_zero() {
        let mut test = builder::raw_test(&Shape::default());
        test.populations[0].totals.failures = None;
        let found = totals(&test);
        assert_eq!((found.failure_ratio, found.failure_ratio_ci), (None, None));
        assert!(found.failures_why.is_some());
    }

    #[test]
    fn without_a_length_the_rate_is_the_tools_own_or_unknown() {
        let mut test = builder::raw_test(&Shape::default());
        (test.duration_s, test.span, test.timeline) = (None, None, None);
        assert_eq!(totals(&test).rate_per_s, None);
        test.populations[0].totals.rate_quoted = Some(12.5);
        assert_eq!(totals(&test).rate_per_s, Some(12.5));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn every_figure_lies_within_its_interval(seconds in 1_usize..60, per_second in 1_u64..30, fail_every in 0_u64..9) {
            let found = totals(&builder::raw_test(&Shape { seconds, per_second, fail_every, ..Shape::default() }));
            let (low, high) = found.failure_ratio_ci.unwrap();
            prop_assert!(low <= found.failure_ratio.unwrap() && found.failure_ratio.unwrap() <= high);
            prop_assert!(found.latency_us.design_effect >= 1.0);
            for (name, value) in &found.latency_us.quantiles {
                let Some(value) = value else {
                    prop_assert!(found.latency_us.quantile_why.contains_key(name));
                    continue;
                };
                let (low, high) = found.latency_us.quantile_ci[name];
                prop_assert!(low.is_none_or(|low| low <= *value) && high.is_none_or(|high| *value <= high));
            }
        }
    }
}
