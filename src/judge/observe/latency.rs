//! Latency figures, of a whole run or of a slice.

use super::Scope;
use super::slice::{Slice, cut};
use crate::analyse::clustering::Clustering;
use crate::analyse::figures::{EndpointFigures, LatencyFigures};
use crate::config::metric::Stat;
use crate::fmt;
use crate::judge::interval::{deviation_us, float, least_n, mean_interval, quantile_interval, wilson};
use crate::judge::observation::{Nature, Observation};
use crate::model::distribution::{Distribution, Recorded, SourceClass};
use crate::model::key::Population;
use crate::model::test::EndpointData;
use crate::unit::Unit;

/// Shortest run in which a drift of latency can be told from chance, in seconds (statistics.md 4.2).
const DRIFT_NEEDS_S: f64 = 1800.0;

pub(super) fn figure(
    scope: &Scope<'_>,
    population: Population,
    successes: bool,
    stat: Stat,
) -> Result<Observation, String> {
    let figures = scope.figures(population)?;
    if let Some(slice) = scope.slice {
        if population != Population::Request || successes {
            return Err("only the latency of all requests is kept over time".to_owned());
        }
        return of_slice(&cut(scope, slice)?, stat, figures.latency_us.design_effect, scope.limit);
    }
    let latency = if successes { &figures.latency_success_us } else { &figures.latency_us };
    let recorded =
        data(scope, population).and_then(|data| recorded_of(if successes { &data.latency_ok } else { &data.latency }));
    of_run(latency, recorded, stat, scope).map_err(|why| {
        latency.why.clone().unwrap_or_else(|| {
            if why.is_empty() { format!("no latency of {} is known", population.words()) } else { why }
        })
    })
}

/// The counters of the same endpoint, where the source has them.
fn data<'a>(scope: &Scope<'a>, population: Population) -> Option<&'a EndpointData> {
    let found = scope.judged.test.populations.iter().find(|one| one.population == population)?;
    match scope.endpoint {
        None => Some(&found.totals),
        Some(label) => found.endpoints.iter().find(|endpoint| endpoint.key.label() == label),
    }
}

fn recorded_of(distribution: &Distribution) -> Option<&Recorded> {
    match distribution {
        Distribution::Recorded(recorded) | Distribution::Bucketed { rounded: recorded, .. } => Some(recorded),
        Distribution::Quoted(_) | Distribution::Unknown(_) => None,
    }
}

fn of_run(
    latency: &LatencyFigures,
    recorded: Option<&Recorded>,
    stat: Stat,
    scope: &Scope<'_>,
) -> Result<Observation, String> {
    let effect = latency.design_effect;
    let base = |value: Option<f64>| {
        let value = value.ok_or_else(String::new)?;
        Ok::<_, String>(Observation {
            n: latency.n,
            class: latency.source_class,
            ..Observation::counted(value, Unit::Micros)
        })
    };
    match stat {
        Stat::Min => base(latency.min),
        Stat::Max => base(latency.max),
        Stat::Deviation => base(recorded.and_then(deviation_us))
            .map_err(|why| if why.is_empty() { "the source does not tell how latencies vary".to_owned() } else { why }),
        Stat::Mean => {
            let seen = base(latency.mean)?;
            let deviation = recorded.and_then(deviation_us);
            let interval = seen
                .value
                .zip(deviation)
                .zip(latency.n)
                .and_then(|((mean, deviation), n)| mean_interval(mean, deviation, n, effect));
            Ok(Observation { interval, nature: Nature::Mean { deviation, design_effect: effect }, ..seen })
        }
        Stat::Quantile(p) => {
            let name = fmt::quantile_name(p);
            let why = latency.quantile_why.get(&name).cloned();
            // Another tool judges its figure however few the values: it is given as it is, without interval.
            let of_few = || recorded.filter(|_| scope.of_few).and_then(|recorded| recorded.quantile_us(p));
            let value = latency.quantiles.get(&name).copied().flatten().or_else(of_few);
            let missing = || why.clone().unwrap_or_else(|| too_few(latency, p, &name));
            let seen = base(value).map_err(|_| missing())?;
            let beyond = recorded.zip(scope.limit).map(|(recorded, limit)| share_beyond(recorded, limit));
            let interval = latency.quantile_ci.get(&name).copied();
            Ok(Observation { interval, nature: Nature::Quantile { p, beyond, design_effect: effect }, why, ..seen })
        }
    }
}

fn too_few(latency: &LatencyFigures, p: f64, name: &str) -> String {
    match latency.n {
        Some(n) if n < least_n(p) => {
            format!("{name} of n = {} cannot be bounded; it needs {}", fmt::count(n), fmt::count(least_n(p)))
        }
        _ => format!("{name} is not among the source's figures"),
    }
}

/// Share of recorded values above a limit in µs.
fn share_beyond(recorded: &Recorded, limit_us: f64) -> f64 {
    let n = recorded.count();
    if n == 0 {
        return 0.0;
    }
    float(n - within(recorded, limit_us)) / float(n)
}

/// Recorded values at or below a limit in µs.
fn within(recorded: &Recorded, limit_us: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
    let limit = limit_us.floor() as i64;
    recorded.histogram.count_at_or_below(limit)
}

fn of_slice(slice: &Slice, stat: Stat, effect: f64, limit: Option<f64>) -> Result<Observation, String> {
    let recorded = slice.recorded.as_ref().ok_or("the source has no latencies over time")?;
    let n = recorded.count();
    if n == 0 {
        return Err("no request ended in this slice of the run".to_owned());
    }
    let seen = |value: Option<f64>, nature| {
        let value = value.ok_or("no latency is known in this slice")?;
        Ok::<_, String>(Observation {
            n: Some(n),
            class: Some(SourceClass::Raw),
            nature,
            ..Observation::counted(value, Unit::Micros)
        })
    };
    match stat {
        Stat::Min => seen(slice.least_us(), Nature::Counted),
        Stat::Max => seen(slice.most_us(), Nature::Counted),
        Stat::Deviation => seen(deviation_us(recorded), Nature::Counted),
        Stat::Mean => {
            let deviation = deviation_us(recorded);
            let mean = recorded.mean_us();
            let interval = mean.zip(deviation).and_then(|(mean, deviation)| mean_interval(mean, deviation, n, effect));
            let nature = Nature::Mean { deviation, design_effect: effect };
            Ok(Observation { interval, ..seen(mean, nature)? })
        }
        Stat::Quantile(p) => {
            let beyond = limit.map(|limit| share_beyond(recorded, limit));
            let nature = Nature::Quantile { p, beyond, design_effect: effect };
            let interval = quantile_interval(recorded, p, effect);
            Ok(Observation { interval, ..seen(slice.quantile_us(p), nature)? })
        }
    }
}

/// Share of requests that took longer than a limit.
pub(super) fn share_over(scope: &Scope<'_>, limit_us: f64) -> Result<Observation, String> {
    let figures: &EndpointFigures = scope.figures(Population::Request)?;
    let clustering = Clustering::of(scope.judged.test, scope.judged.figures.phases.as_ref(), |key| {
        scope.endpoint.is_none_or(|label| key.label() == label)
    });
    let effect = clustering.above(limit_us);
    let sliced = scope.slice.map(|slice| cut(scope, slice)).transpose()?;
    let recorded = match &sliced {
        Some(slice) => slice.recorded.as_ref(),
        None => data(scope, Population::Request).and_then(|data| recorded_of(&data.latency)),
    };
    let recorded = recorded.filter(|recorded| recorded.count() > 0).ok_or_else(|| {
        let why = figures.latency_us.why.clone();
        why.unwrap_or_else(|| "quoted percentiles do not tell how many requests took longer than a limit".to_owned())
    })?;
    let n = recorded.count();
    let over = n - within(recorded, limit_us);
    Ok(Observation {
        interval: wilson(over, n, effect),
        n: Some(n),
        class: figures.latency_us.source_class,
        nature: Nature::Share { design_effect: effect },
        ..Observation::counted(float(over) / float(n), Unit::Ratio)
    })
}

/// Change of a latency quantile in an hour, as a ratio of its level.
pub(super) fn drift(scope: &Scope<'_>, p: f64) -> Result<Observation, String> {
    let duration = scope.judged.test.duration_s.ok_or("drift cannot be told without times")?;
    let series = scope.judged.figures.series.as_ref().ok_or("drift cannot be told without times")?;
    if duration < DRIFT_NEEDS_S {
        return Err(format!(
            "the run of {} is too short to tell a drift, which needs {}",
            fmt::duration_s(duration),
            fmt::duration_s(DRIFT_NEEDS_S)
        ));
    }
    if series.quoted {
        return Err("the tool's percentiles over time are its own; no drift may be read from them".to_owned());
    }
    super::slice::drift(scope, p)
}
