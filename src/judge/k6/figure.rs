//! The figure that a k6 threshold is about: from a summary as k6 prints it, else from the points as k6 would compute it.

use crate::analyse::clustering::Clustering;
use crate::fmt;
use crate::ingest::k6::threshold::{Aggregation, MetricSelector};
use crate::judge::case::JudgedTest;
use crate::judge::interval::{float, quantile_interval, rank_interval, wilson};
use crate::judge::observation::{Nature, Observation};
use crate::model::distribution::{Recorded, SourceClass, whole_us};
use crate::model::histogram::Histogram;
use crate::model::key::{MetricKind, Outcome, Population, Tags};
use crate::model::test::{CellData, MetricData};
use crate::unit::Unit;

/// What is seen of a metric's aggregation. `n` above 0 without a value: there are samples, and the figure is not in the files.
pub(super) fn of(selector: &MetricSelector, aggregation: Aggregation, judged: JudgedTest<'_>) -> Observation {
    let from_points = from_cells(selector, aggregation, judged).or_else(|| from_series(selector, aggregation, judged));
    let printed = judged
        .test
        .metrics
        .iter()
        .find(|metric| metric.quoted && metric.key.name == selector.name && same_tags(&metric.key.tags, &selector.tags))
        .and_then(|metric| quoted(metric, aggregation, judged));
    match (printed, from_points) {
        // k6's own figure, our interval beside it.
        (Some(printed), Some(points)) if printed.value.is_some() => Observation {
            interval: points.interval,
            n: points.n.or(printed.n),
            nature: points.nature,
            class: points.class,
            ..printed
        },
        (_, Some(points)) => points,
        (Some(printed), None) => printed,
        (None, None) => nothing(selector, judged),
    }
}

/// k6 writes this counter only when an iteration is dropped: none written is none dropped, if anything was measured.
fn nothing(selector: &MetricSelector, judged: JudgedTest<'_>) -> Observation {
    let measured = judged.figures.populations.iter().any(|one| one.totals.requests.is_some_and(|n| n > 0))
        || judged.figures.metrics.iter().any(|metric| metric.count.is_some_and(|n| n > 0));
    if selector.name == "dropped_iterations" && measured {
        return Observation {
            why: Some("k6 writes it only when one is dropped".to_owned()),
            ..Observation::counted(0.0, Unit::Count)
        };
    }
    Observation::unknown(Unit::Plain, "it has no samples")
}

fn same_tags(have: &Tags, wanted: &Tags) -> bool {
    let mut have: Vec<_> = have.iter().collect();
    let mut wanted: Vec<_> = wanted.iter().collect();
    have.sort();
    wanted.sort();
    have == wanted
}

/// A tag that is asked for with an empty value must be missing.
fn has(tags: &Tags, name: &str, value: &str) -> bool {
    let found = tags.iter().find(|(have, _)| have == name).map_or("", |(_, have)| have.as_str());
    found == value
}

fn quoted(metric: &MetricData, aggregation: Aggregation, judged: JudgedTest<'_>) -> Option<Observation> {
    let total = &metric.total;
    let unit = metric.key.unit;
    let n = total.count.or_else(|| {
        (metric.key.name.starts_with("http_req_") && metric.key.tags.is_empty()).then(|| requests(judged))?
    });
    let found = |value: Option<f64>, unit: Unit, nature: Nature| Observation {
        value,
        n: n.or_else(|| total.mean.or(total.value).or(total.sum).map(|_| 1).filter(|_| value.is_none())),
        class: Some(SourceClass::Quoted),
        nature,
        why: value.is_none().then(|| format!("the summary has no {aggregation}")),
        ..Observation::unknown(unit, "")
    };
    let mean = Nature::Mean { deviation: None, design_effect: 1.0 };
    // A trend without a single figure is a trend without samples.
    let is_empty = total.count == Some(0) || *total == crate::model::metric::MetricTotal::default();
    if is_empty && metric.key.kind != MetricKind::Counter {
        return None;
    }
    Some(match (aggregation, metric.key.kind) {
        (Aggregation::Count, _) => found(total.sum, Unit::Count, Nature::Counted),
        (Aggregation::Rate, MetricKind::Counter) => found(total.rate_per_s, Unit::PerSecond, Nature::Counted),
        (Aggregation::Rate, _) => {
            let seen = found(total.value, Unit::Ratio, Nature::Share { design_effect: 1.0 });
            let interval = total.nonzero.zip(total.count).and_then(|(events, n)| wilson(events, n, 1.0));
            Observation { interval, ..seen }
        }
        (Aggregation::Value, _) => found(total.value, unit, Nature::Counted),
        (Aggregation::Avg, _) => found(total.mean, unit, mean),
        (Aggregation::Min, _) => found(total.min, unit, Nature::Counted),
        (Aggregation::Max, _) => found(total.max, unit, Nature::Counted),
        (Aggregation::Med, _) => found(quantile_of(&total.quantiles, 0.5), unit, quantile(0.5, 1.0)),
        (Aggregation::Percentile(percent), _) => {
            let p = percent / 100.0;
            found(quantile_of(&total.quantiles, p), unit, quantile(p, 1.0))
        }
    })
}

fn quantile_of(quantiles: &[(f64, f64)], p: f64) -> Option<f64> {
    quantiles.iter().find(|(have, _)| (have - p).abs() < 1e-9).map(|(_, value)| *value)
}

fn quantile(p: f64, design_effect: f64) -> Nature {
    Nature::Quantile { p, beyond: None, design_effect }
}

/// Points of k6's other times of requests (waiting, receiving) are not kept over time; they cluster as the latency does.
/// Of any other metric it is not known.
fn effect_of_series(name: &str, judged: JudgedTest<'_>) -> f64 {
    let of_requests = name.starts_with("http_req_");
    judged.requests().filter(|_| of_requests).map_or(1.0, |totals| totals.latency_us.design_effect)
}

fn requests(judged: JudgedTest<'_>) -> Option<u64> {
    judged.requests().and_then(|totals| totals.requests)
}

/// k6's request metrics are the cells of the test, filtered by tags; those of setup and teardown are among them, as they are
/// in k6's own figure.
fn from_cells(selector: &MetricSelector, aggregation: Aggregation, judged: JudgedTest<'_>) -> Option<Observation> {
    let population = match selector.name.as_str() {
        "http_req_duration" | "http_req_failed" | "http_reqs" | "grpc_req_duration" => Population::Request,
        "ws_connecting" => Population::Connection,
        _ => return None,
    };
    let cells: Vec<&CellData> = judged
        .test
        .cells
        .iter()
        .filter(|cell| {
            cell.key.population.of_tool() == population
                && selector.tags.iter().all(|(name, value)| is_tagged(cell, name, value))
        })
        .collect();
    let n: u64 = cells.iter().map(|cell| cell.count).sum();
    if n == 0 {
        return None;
    }
    let clustering = Clustering::of(judged.test, judged.figures.phases.as_ref(), |key| {
        population == Population::Request && cells.iter().any(|cell| cell.key.endpoint.label() == key.label())
    });
    let aside: u64 = cells.iter().filter(|cell| cell.key.population != population).map(|cell| cell.count).sum();
    let seen = |value: Option<f64>, unit: Unit| Observation {
        value,
        n: Some(n),
        class: Some(SourceClass::Raw),
        why: (aside > 0).then(|| format!("as k6 counts, {} of setup and teardown among them", fmt::count(aside))),
        ..Observation::unknown(unit, "")
    };
    match (selector.name.as_str(), aggregation) {
        ("http_reqs", Aggregation::Count) => Some(seen(Some(float(n)), Unit::Count)),
        ("http_reqs", Aggregation::Rate) => {
            let duration = judged.test.duration_s.filter(|seconds| *seconds > 0.0)?;
            Some(seen(Some(float(n) / duration), Unit::PerSecond))
        }
        ("http_req_failed", Aggregation::Rate) => {
            let failed: u64 = cells.iter().filter(|cell| failed(cell)).map(|cell| cell.count).sum();
            let effect = clustering.failures();
            Some(Observation {
                interval: wilson(failed, n, effect),
                nature: Nature::Share { design_effect: effect },
                ..seen(Some(float(failed) / float(n)), Unit::Ratio)
            })
        }
        ("http_reqs" | "http_req_failed", _) => None,
        (_, aggregation) => {
            let mut recorded = Recorded::default();
            for cell in &cells {
                recorded.merge(&cell.recorded);
            }
            let (value, nature, interval) = of_recorded(&recorded, aggregation, clustering.latency())?;
            Some(Observation { interval, nature, ..seen(Some(value), Unit::Micros) })
        }
    }
}

/// k6's own word on whether a request failed, whatever statuses the configuration calls right.
fn failed(cell: &CellData) -> bool {
    match cell.key.tags.iter().find(|(name, _)| name == "expected_response") {
        Some((_, expected)) => expected == "false",
        None => matches!(cell.key.outcome, Outcome::Failed(_)),
    }
}

fn is_tagged(cell: &CellData, name: &str, value: &str) -> bool {
    let key = &cell.key;
    match name {
        "name" | "url" => key.endpoint.name == value || key.endpoint.label() == value,
        "method" => key.endpoint.method.as_deref().unwrap_or_default() == value,
        "status" => key.status.is_some_and(|status| status.to_string() == value),
        _ => has(&key.tags, name, value),
    }
}

type Figure = (f64, Nature, Option<(Option<f64>, Option<f64>)>);

fn of_recorded(recorded: &Recorded, aggregation: Aggregation, effect: f64) -> Option<Figure> {
    let figure = |value: Option<f64>, nature| Some((value?, nature, None));
    let p = match aggregation {
        Aggregation::Avg => return figure(recorded.mean_us(), Nature::Mean { deviation: None, design_effect: 1.0 }),
        Aggregation::Min => return figure(recorded.min_us(), Nature::Counted),
        Aggregation::Max => return figure(recorded.max_us(), Nature::Counted),
        Aggregation::Med => 0.5,
        Aggregation::Percentile(percent) => percent / 100.0,
        Aggregation::Count | Aggregation::Rate | Aggregation::Value => return None,
    };
    let (least, most) = recorded.extremes_ns?;
    let value = recorded.histogram.quantile_interpolated(p, whole_us(least), whole_us(most))?;
    Some((value, quantile(p, effect), quantile_interval(recorded, p, effect)))
}

/// Any other metric: the series that carry the tags, merged.
fn from_series(selector: &MetricSelector, aggregation: Aggregation, judged: JudgedTest<'_>) -> Option<Observation> {
    let series: Vec<&MetricData> = judged
        .test
        .metrics
        .iter()
        .filter(|metric| !metric.quoted && metric.key.name == selector.name)
        .filter(|metric| selector.tags.iter().all(|(name, value)| has(&metric.key.tags, name, value)))
        .collect();
    let first = series.first()?;
    let (kind, unit) = (first.key.kind, first.key.unit);
    let n: u64 = series.iter().filter_map(|one| one.total.count).sum();
    let sum = series.iter().filter_map(|one| one.total.sum).sum::<f64>();
    let raw = |value: f64, unit: Unit, nature: Nature| Observation {
        n: Some(n),
        class: Some(SourceClass::Raw),
        nature,
        ..Observation::counted(value, unit)
    };
    match (kind, aggregation) {
        (MetricKind::Counter, Aggregation::Count) => Some(raw(sum, Unit::Count, Nature::Counted)),
        (MetricKind::Counter, Aggregation::Rate) => {
            let duration = judged.test.duration_s.filter(|seconds| *seconds > 0.0)?;
            Some(raw(sum / duration, Unit::PerSecond, Nature::Counted))
        }
        (MetricKind::Rate, Aggregation::Rate) if n > 0 => {
            let events: u64 = series.iter().filter_map(|one| one.total.nonzero).sum();
            let share = raw(float(events) / float(n), Unit::Ratio, Nature::Share { design_effect: 1.0 });
            Some(Observation { interval: wilson(events, n, 1.0), ..share })
        }
        (MetricKind::Gauge, Aggregation::Value) => match series.as_slice() {
            [only] => only.total.value.map(|value| raw(value, unit, Nature::Counted)),
            _ => None,
        },
        // k6's CSV does not say of which kind a metric is, and all are read as trends. Only counters have a count; a rate may be a
        // counter's or a share, and which value was a gauge's last is not kept: there are samples, and no figure.
        (MetricKind::Trend, Aggregation::Count) => {
            let sum = series.iter().filter_map(|one| Some(one.total.mean? * float(one.total.count?))).sum();
            Some(raw(sum, Unit::Count, Nature::Counted))
        }
        (MetricKind::Trend, Aggregation::Rate | Aggregation::Value) => Some(Observation {
            n: Some(n),
            class: Some(SourceClass::Raw),
            ..Observation::unknown(unit, "the files do not say of which kind it is")
        }),
        (MetricKind::Trend, _) => trend(&series, aggregation, effect_of_series(&selector.name, judged))
            .map(|(value, nature, interval)| Observation { interval, ..raw(value, unit, nature) }),
        _ => None,
    }
}

fn trend(series: &[&MetricData], aggregation: Aggregation, effect: f64) -> Option<Figure> {
    let least = series.iter().filter_map(|one| one.total.min).min_by(f64::total_cmp)?;
    let most = series.iter().filter_map(|one| one.total.max).max_by(f64::total_cmp)?;
    let counts = || series.iter().filter_map(|one| one.total.count).map(float);
    let p = match aggregation {
        Aggregation::Avg => {
            let sums: f64 = series.iter().filter_map(|one| Some(one.total.mean? * float(one.total.count?))).sum();
            let nature = Nature::Mean { deviation: None, design_effect: 1.0 };
            return Some((sums / counts().sum::<f64>(), nature, None));
        }
        Aggregation::Min => return Some((least, Nature::Counted, None)),
        Aggregation::Max => return Some((most, Nature::Counted, None)),
        Aggregation::Med => 0.5,
        Aggregation::Percentile(percent) => percent / 100.0,
        Aggregation::Count | Aggregation::Rate | Aggregation::Value => return None,
    };
    let mut merged = Histogram::default();
    let mut steps = 1.0;
    for one in series {
        let recorded = one.recorded.as_ref()?;
        steps = recorded.steps_per_unit;
        merged.merge(&recorded.histogram);
    }
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
    let step = |value: f64| (value * steps).round() as i64;
    let value = merged.quantile_interpolated(p, step(least), step(most))? / steps;
    let interval = rank_interval(merged.count(), p, effect).map(|(low, high)| {
        #[expect(clippy::cast_precision_loss, reason = "counter steps are far below 2^53")]
        let at = |rank: Option<u64>| Some(merged.value_at_rank(rank?)? as f64 / steps);
        (at(low), at(high))
    });
    Some((value, quantile(p, effect), interval))
}
