//! From a distribution to the figures that are shown of it, each quantile with its interval or the reason why not.

use super::figures::LatencyFigures;
use super::percentile;
use crate::fmt;
use crate::model::distribution::{Distribution, Quoted, Recorded, SHARDS, TYPE_1};

/// Definition of quantiles computed from a tool's rounded response times.
pub const TYPE_1_ROUNDED: &str = "inverse CDF (type 1) on the response times as the tool rounded them";

/// Figures of a distribution. `requests` stands in for the number of values where a quoted source does not state it;
/// `design_effect` (at least 1) widens the intervals.
#[must_use]
pub fn figures(latency: &Distribution, requests: Option<u64>, quantiles: &[f64], design_effect: f64) -> LatencyFigures {
    let blank = LatencyFigures { design_effect, source_class: latency.class(), ..LatencyFigures::default() };
    match latency {
        Distribution::Recorded(recorded) => computed(recorded, None, quantiles, blank),
        Distribution::Bucketed { rounded, exact } => computed(rounded, Some(exact), quantiles, blank),
        Distribution::Quoted(quoted) => as_quoted(quoted, requests, quantiles, blank),
        Distribution::Unknown(why) => LatencyFigures { why: Some(why.clone()), ..blank },
    }
}

/// Quantiles from counters. Of a tool's rounded histogram the mean and the extremes are the tool's `exact` ones.
fn computed(
    recorded: &Recorded,
    exact: Option<&Quoted>,
    quantiles: &[f64],
    mut figures: LatencyFigures,
) -> LatencyFigures {
    let n = recorded.count();
    figures.n = Some(n);
    if n == 0 {
        figures.why = Some("no response has a latency".to_owned());
        return figures;
    }
    let definition = if exact.is_some() { TYPE_1_ROUNDED } else { TYPE_1 };
    figures.definition = Some(definition.to_owned());
    (figures.mean, figures.min, figures.max) = exact.map_or_else(
        || (recorded.mean_us(), recorded.min_us(), recorded.max_us()),
        |exact| (exact.mean_us, exact.min_us, exact.max_us),
    );
    let held = |value: f64| value.max(figures.min.unwrap_or(value)).min(figures.max.unwrap_or(value));
    for &p in quantiles {
        let name = fmt::quantile_name(p);
        let needed = percentile::least_n(p);
        if n < needed {
            figures.quantile_why.insert(name.clone(), too_few(n, &name, needed));
            figures.quantiles.insert(name, None);
            continue;
        }
        let (low, high) = percentile::interval(&recorded.histogram, p, figures.design_effect).unwrap_or_default();
        let bound = |value: Option<i64>, side: f64| {
            let value = micros(value?);
            Some(held(side.mul_add(half_step(exact, value), value)))
        };
        let interval = (bound(low, -1.0), bound(high, 1.0));
        figures.quantile_ci.insert(name.clone(), interval);
        figures.quantiles.insert(name, recorded.quantile_us(p).map(held));
    }
    figures
}

/// A tool's own quantiles: kept as they are, whatever the number of values, and said to be the maximum where they are.
fn as_quoted(quoted: &Quoted, requests: Option<u64>, quantiles: &[f64], mut figures: LatencyFigures) -> LatencyFigures {
    figures.n = quoted.n.or(requests);
    (figures.mean, figures.min, figures.max) = (quoted.mean_us, quoted.min_us, quoted.max_us);
    figures.definition = Some(quoted.definition.clone());
    for &p in quantiles {
        let name = fmt::quantile_name(p);
        let stated = quoted.quantiles.iter().find(|(own, _)| (own - p).abs() < 1e-9).map(|(_, value)| *value);
        let why = match stated {
            None if quoted.definition == SHARDS => Some(SHARDS.to_owned()),
            None => Some("not in the source".to_owned()),
            Some(value) => figures.n.and_then(|n| quoted_of_few(n, p, value, quoted.max_us)),
        };
        figures.quantile_why.extend(why.map(|why| (name.clone(), why)));
        figures.quantiles.insert(name, stated);
    }
    figures
}

fn quoted_of_few(n: u64, p: f64, value: f64, max: Option<f64>) -> Option<String> {
    let (name, needed) = (fmt::quantile_name(p), percentile::least_n(p));
    if n >= needed {
        return None;
    }
    // A difference below a billionth is the source's own rounding of one number printed twice.
    let is_max = max.is_some_and(|max| (max - value).abs() <= 1e-9 * max.abs());
    Some(if is_max {
        format!("{name} of n = {} is the maximum", fmt::count(n))
    } else {
        format!("{}: as printed by the tool", too_few(n, &name, needed))
    })
}

/// `n = 40; p99 needs 368`.
fn too_few(n: u64, name: &str, needed: u64) -> String {
    format!("n = {}; {name} needs {}", fmt::count(n), fmt::count(needed))
}

/// Half the tool's rounding step at a value; 0 where nothing was rounded.
fn half_step(exact: Option<&Quoted>, value: f64) -> f64 {
    let steps = exact.map(|exact| exact.rounding_us.as_slice()).unwrap_or_default();
    steps.iter().rev().find(|(from, _)| *from <= value).map_or(0.0, |(_, step)| step / 2.0)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds below 2^53 are 285 years")]
const fn micros(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::distribution::SourceClass;

    const DEFAULT: [f64; 5] = [0.5, 0.9, 0.95, 0.99, 0.999];

    fn recorded(n: u64) -> Recorded {
        let mut all = Recorded::default();
        (1..=n).for_each(|number| all.record(number * 1_000));
        all
    }

    #[test]
    fn below_the_least_n_a_quantile_is_not_given_and_says_what_it_needs() {
        let found = figures(&Distribution::Recorded(recorded(40)), None, &DEFAULT, 1.0);
        assert_eq!(found.quantiles["p90"], Some(36.0));
        assert_eq!(found.quantiles["p99"], None);
        assert_eq!(found.quantile_why["p99"], "n = 40; p99 needs 368");
        assert!(!found.quantile_ci.contains_key("p99"));
        assert_eq!(found.source_class, Some(SourceClass::Raw));
    }

    #[test]
    fn the_interval_holds_the_quantile_and_the_design_effect_widens_it() {
        let latency = Distribution::Recorded(recorded(1_000));
        let width = |effect: f64| {
            let found = figures(&latency, None, &[0.9], effect);
            let (low, high) = found.quantile_ci["p90"];
            let value = found.quantiles["p90"].unwrap();
            assert!(low.unwrap() <= value && value <= high.unwrap());
            high.unwrap() - low.unwrap()
        };
        assert!(width(4.0) > 1.8 * width(1.0));
    }

    #[test]
    fn a_bound_beyond_the_sample_is_unknown_and_not_the_maximum() {
        let found = figures(&Distribution::Recorded(recorded(400)), None, &[0.99], 4.0);
        assert_eq!(found.quantile_ci["p99"].1, None);
    }

    #[test]
    fn rounded_values_widen_the_interval_by_half_a_step_and_keep_the_exact_extremes() {
        let mut rounded = Recorded::default();
        rounded.record_n(120_000_000, 100);
        let exact = Quoted {
            n: Some(100),
            mean_us: Some(118_000.0),
            min_us: Some(90_000.0),
            max_us: Some(124_300.0),
            rounding_us: vec![(0.0, 1_000.0), (100_000.0, 10_000.0)],
            ..Quoted::default()
        };
        let found = figures(&Distribution::Bucketed { rounded, exact }, None, &[0.95], 1.0);
        let value = found.quantiles["p95"].unwrap();
        assert!((value - 120_000.0).abs() < 120.0);
        let (low, high) = found.quantile_ci["p95"];
        assert!((value - low.unwrap() - 5_000.0).abs() < 120.0);
        assert!(high.is_none_or(|high| high <= 124_300.0));
        assert_eq!((found.mean, found.max), (Some(118_000.0), Some(124_300.0)));
        assert_eq!(found.definition.as_deref(), Some(TYPE_1_ROUNDED));
    }

    /// A team's script printed p95 and p99 of five requests, which are their maximum.
    #[test]
    fn quoted_figures_of_few_values_are_kept_and_said_to_be_the_maximum() {
        let quoted = Quoted {
            n: Some(5),
            max_us: Some(2e6),
            quantiles: vec![(0.5, 1e6), (0.95, 2e6), (0.99, 1.9e6)],
            definition: "not stated by the source".to_owned(),
            ..Quoted::default()
        };
        let found = figures(&Distribution::Quoted(quoted), None, &DEFAULT, 1.0);
        assert_eq!((found.quantiles["p95"], found.quantiles["p99.9"]), (Some(2e6), None));
        assert_eq!(found.quantile_why["p95"], "p95 of n = 5 is the maximum");
        assert_eq!(found.quantile_why["p99"], "n = 5; p99 needs 368: as printed by the tool");
        assert_eq!(found.quantile_why["p99.9"], "not in the source");
        assert!(found.quantile_ci.is_empty());
    }

    #[test]
    fn what_is_unknown_says_why() {
        let found = figures(&Distribution::Unknown("rows have no latency".to_owned()), Some(9), &DEFAULT, 1.0);
        assert_eq!((found.why.as_deref(), found.source_class), (Some("rows have no latency"), None));
        let none = figures(&Distribution::Recorded(Recorded::default()), None, &DEFAULT, 1.0);
        assert!(none.why.is_some() && none.quantiles.is_empty());
    }
}
