//! Metrics of the tool's or the script's own, by name.

use super::Scope;
use crate::analyse::figures::MetricFigures;
use crate::config::metric::{CustomStat, Metric, Stat};
use crate::fmt;
use crate::judge::interval::{float, rank_interval, wilson};
use crate::judge::near;
use crate::judge::observation::{Nature, Observation};
use crate::model::distribution::SourceClass;
use crate::model::key::MetricKind;
use crate::model::test::MetricData;
use crate::unit::Unit;

/// Endings that a script gives to a name and a person leaves out.
const UNIT_ENDINGS: [&str; 7] = ["_ms", "_us", "_s", "_seconds", "_bytes", "_ns", "_mb"];

/// What k6 calls so (and criteria of other tools that are brought into its words), and what JMeter does.
const ALIASES: [(&str, &str); 2] = [("http_req_waiting", "Latency"), ("http_req_connecting", "Connect")];

/// The figure of a metric by the name that was asked for.
pub(super) fn figure(scope: &Scope<'_>, asked: &Metric, name: &str, stat: CustomStat) -> Result<Observation, String> {
    let metric = find(scope, asked, name)?;
    let duration = scope.judged.test.duration_s;
    match stat {
        CustomStat::Count => {
            let value = metric.sum.filter(|_| metric.kind == MetricKind::Counter).or(metric.count.map(float));
            counted(metric, value, Unit::Count)
        }
        CustomStat::Rate if metric.kind == MetricKind::Counter => {
            let per_second =
                metric.sum.zip(duration.filter(|seconds| *seconds > 0.0)).map(|(sum, seconds)| sum / seconds);
            counted(metric, per_second, Unit::PerSecond)
        }
        CustomStat::Rate | CustomStat::Value if metric.kind == MetricKind::Rate => rate(metric),
        CustomStat::Rate => Err(format!("`{}` is no rate", metric.metric)),
        CustomStat::Value => counted(metric, metric.value, metric.unit),
        CustomStat::Of(Stat::Min) => counted(metric, metric.min, metric.unit),
        CustomStat::Of(Stat::Deviation) => Err(format!("how `{}` varies is not kept", metric.metric)),
        CustomStat::Of(Stat::Max) => counted(metric, metric.max, metric.unit),
        CustomStat::Of(Stat::Mean) => {
            let seen = counted(metric, metric.mean, metric.unit)?;
            Ok(Observation { nature: Nature::Mean { deviation: None, design_effect: 1.0 }, ..seen })
        }
        CustomStat::Of(Stat::Quantile(p)) => quantile(scope, metric, p),
    }
}

/// Share of a script's checks that held, all checks together.
pub(super) fn checks(scope: &Scope<'_>) -> Result<Observation, String> {
    let metrics = &scope.judged.figures.metrics;
    let whole = metrics.iter().find(|metric| metric.metric == "checks");
    let parts = || metrics.iter().filter(|metric| metric.metric.starts_with("checks{"));
    if let Some(whole) = whole {
        return rate(whole);
    }
    let sum = |of: fn(&MetricFigures) -> Option<u64>| parts().map(of).try_fold(0, |sum: u64, one| Some(sum + one?));
    match (sum(|metric| metric.nonzero), sum(|metric| metric.count)) {
        (Some(held), Some(n)) if n > 0 => Ok(share(float(held) / float(n), held, n)),
        _ => Err("the test has no checks".to_owned()),
    }
}

fn share(value: f64, held: u64, n: u64) -> Observation {
    Observation {
        interval: wilson(held, n, 1.0),
        n: Some(n),
        class: Some(SourceClass::Raw),
        nature: Nature::Share { design_effect: 1.0 },
        ..Observation::counted(value, Unit::Ratio)
    }
}

fn rate(metric: &MetricFigures) -> Result<Observation, String> {
    match (metric.nonzero, metric.count, metric.value) {
        (Some(held), Some(n), _) if n > 0 => Ok(share(float(held) / float(n), held, n)),
        (_, _, Some(value)) => {
            let seen = counted(metric, Some(value), Unit::Ratio)?;
            Ok(Observation { nature: Nature::Share { design_effect: 1.0 }, ..seen })
        }
        _ => Err(format!("`{}` has no samples", metric.metric)),
    }
}

fn counted(metric: &MetricFigures, value: Option<f64>, unit: Unit) -> Result<Observation, String> {
    let value = value.ok_or_else(|| format!("`{}` has no such figure", metric.metric))?;
    Ok(Observation { n: metric.count, class: Some(metric.source_class), ..Observation::counted(value, unit) })
}

fn quantile(scope: &Scope<'_>, metric: &MetricFigures, p: f64) -> Result<Observation, String> {
    let name = fmt::quantile_name(p);
    let seen = counted(metric, metric.quantiles.get(&name).copied().flatten(), metric.unit)
        .map_err(|_| format!("`{}` has no {name}", metric.metric))?;
    let interval = data(scope, metric).and_then(|data| {
        let recorded = data.recorded.as_ref()?;
        let (low, high) = rank_interval(recorded.histogram.count(), p, 1.0)?;
        let at = |rank: Option<u64>| {
            let value = recorded.histogram.value_at_rank(rank?)?;
            u64::try_from(value).ok().map(|value| float(value) / recorded.steps_per_unit)
        };
        Some((at(low), at(high)))
    });
    Ok(Observation { interval, nature: Nature::Quantile { p, beyond: None, design_effect: 1.0 }, ..seen })
}

/// The metric's counters.
fn data<'a>(scope: &Scope<'a>, metric: &MetricFigures) -> Option<&'a MetricData> {
    scope.judged.test.metrics.iter().find(|data| {
        let tags: Vec<String> = data.key.tags.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        let name =
            if tags.is_empty() { data.key.name.clone() } else { format!("{}{{{}}}", data.key.name, tags.join(",")) };
        name == metric.metric
    })
}

/// The metric of exactly that name, or with a unit at its end, or what another tool calls the same.
fn find<'a>(scope: &Scope<'a>, asked: &Metric, name: &str) -> Result<&'a MetricFigures, String> {
    let metrics = &scope.judged.figures.metrics;
    let exact = metrics.iter().find(|metric| metric.metric == name);
    let ended = || {
        metrics
            .iter()
            .find(|metric| metric.metric.strip_prefix(name).is_some_and(|ending| UNIT_ENDINGS.contains(&ending)))
    };
    let alias = || {
        let (_, other) = ALIASES.iter().find(|(own, _)| *own == name)?;
        metrics.iter().find(|metric| metric.metric == *other)
    };
    exact.or_else(ended).or_else(alias).ok_or_else(|| {
        let near = metrics
            .iter()
            .map(|metric| (strsim::damerau_levenshtein(&metric.metric, name), metric.metric.as_str()))
            .min()
            .filter(|&(distance, _)| distance <= 3);
        if let Some(meant) = near.map(|(_, near)| near.to_owned()).or_else(|| asked.nearly()) {
            return format!("the test has no metric `{name}`, did you mean `{meant}`?");
        }
        let has = near::listed(&[name.to_owned()], metrics.iter().map(|metric| metric.metric.as_str()));
        let has = has.map_or_else(|| "it has none of its own".to_owned(), |names| format!("it has {names}"));
        format!("the test has no metric `{name}`; {has}")
    })
}
