//! Resource monitors: figures of a column, levels that were held, exhausted pools, growing memory.

use super::Scope;
use crate::analyse::figures::{MonitorFigures, TrendFigures};
use crate::analyse::monitor;
use crate::config::metric::{MonitorStat, Stat};
use crate::fmt;
use crate::judge::interval::float;
use crate::judge::observation::Observation;
use crate::model::test::MonitorColumn;
use crate::unit::{Timestamp, Unit};

/// A monitor's own unit in base units, with the factor; `Plain` where the unit is none that we know.
pub(super) fn base(unit: &str) -> (Unit, f64) {
    match unit {
        "%" => (Unit::Ratio, 0.01),
        "ms" => (Unit::Micros, 1e3),
        "s" => (Unit::Micros, 1e6),
        "B" => (Unit::Bytes, 1.0),
        "kB" | "KB" => (Unit::Bytes, 1e3),
        "MB" => (Unit::Bytes, 1e6),
        "GB" => (Unit::Bytes, 1e9),
        "KiB" => (Unit::Bytes, 1024.0),
        "MiB" => (Unit::Bytes, 1_048_576.0),
        "GiB" => (Unit::Bytes, 1_073_741_824.0),
        _ => (Unit::Plain, 1.0),
    }
}

pub(super) fn column(scope: &Scope<'_>, name: &str, stat: MonitorStat) -> Result<Observation, String> {
    let monitors = &scope.judged.figures.monitors;
    let found = monitors.iter().find(|column| column.metric == name);
    let found = found.or_else(|| monitors.iter().find(|column| column.metric.eq_ignore_ascii_case(name)));
    let column = found.ok_or_else(|| missing(monitors, name))?;
    let part = scope.slice.map(|slice| in_slice(scope, column, slice)).transpose()?;
    let column = part.as_ref().unwrap_or(column);
    let value = match stat {
        MonitorStat::Of(stat) => of(column, stat)?,
        MonitorStat::Sustained(held_s) => sustained(scope, column, held_s)?,
    };
    let (unit, scale) = base(&column.unit);
    Ok(Observation {
        n: Some(column.samples),
        scale,
        why: (column.missing > 0).then(|| format!("{} readings were not measured", fmt::count(column.missing))),
        ..Observation::counted(value * scale, unit)
    })
}

/// The column as it was read.
fn readings_of<'a>(scope: &Scope<'a>, column: &MonitorFigures) -> Option<&'a MonitorColumn> {
    scope.judged.test.monitors.iter().find(|data| data.name == column.metric && data.source == column.source)
}

/// The column's figures in a slice of the run, which must reach to its end.
fn in_slice(scope: &Scope<'_>, column: &MonitorFigures, slice: (f64, f64)) -> Result<MonitorFigures, String> {
    let test = scope.judged.test;
    let length = test.duration_s.ok_or("a slice of the run cannot be cut without times")?;
    let data = readings_of(scope, column).ok_or_else(|| missing(&[], &column.metric))?;
    if slice.1 > length + monitor::sampling_interval_s(data) {
        return Err(format!(
            "the run ends at {}, the slice that is limited at {}",
            fmt::duration_s(length),
            fmt::duration_s(slice.1)
        ));
    }
    Ok(monitor::figures_between(test, data, slice))
}

fn missing(monitors: &[MonitorFigures], name: &str) -> String {
    if monitors.is_empty() {
        return "the test has no monitor".to_owned();
    }
    let names: Vec<&str> = monitors.iter().map(|column| column.metric.as_str()).collect();
    format!("the monitor has no column `{name}`; it has {}", names.join(", "))
}

fn of(column: &MonitorFigures, stat: Stat) -> Result<f64, String> {
    let value = match stat {
        Stat::Mean => column.mean,
        Stat::Min => column.min,
        Stat::Max => column.max,
        Stat::Deviation => None,
        Stat::Quantile(p) => match fmt::quantile_name(p).as_str() {
            "p50" => column.p50,
            "p95" => column.p95,
            "p99" => column.p99,
            other => return Err(format!("{other} of a monitor's column is not computed; p50, p95 and p99 are")),
        },
    };
    value.ok_or_else(|| {
        column.why.clone().unwrap_or_else(|| format!("`{}` has no reading during the test", column.metric))
    })
}

/// The highest level that was held for so long.
fn sustained(scope: &Scope<'_>, column: &MonitorFigures, held_s: f64) -> Result<f64, String> {
    let test = scope.judged.test;
    let data = readings_of(scope, column);
    let (from, to) = scope.slice.unwrap_or((0.0, f64::INFINITY));
    let inside = |at: Timestamp| {
        test.span.is_none_or(|span| {
            (span.start..=span.end).contains(&at) && (from..=to).contains(&at.seconds_since(span.start))
        })
    };
    let readings: Vec<(Timestamp, Option<f64>)> =
        data.map(|data| data.readings.iter().copied().filter(|(at, _)| inside(*at)).collect()).unwrap_or_default();
    let mut best = None::<f64>;
    for (from, &(start, _)) in readings.iter().enumerate() {
        let mut level = f64::INFINITY;
        for &(at, value) in readings.iter().skip(from) {
            // A reading that was not measured ends the stretch: what is unknown was not held.
            let Some(value) = value else { break };
            level = level.min(value);
            if at.seconds_since(start) >= held_s {
                best = Some(best.map_or(level, |best| best.max(level)));
                break;
            }
        }
    }
    best.ok_or_else(|| format!("`{}` was not measured for {} in a row", column.metric, fmt::duration_s(held_s)))
}

pub(super) fn pools_exhausted(scope: &Scope<'_>) -> Result<Observation, String> {
    let pools = &scope.judged.figures.pools;
    if pools.is_empty() {
        return Err("no pool was monitored".to_owned());
    }
    let exhausted = pools.iter().filter(|pool| pool.exhausted).count();
    let peaks: Vec<String> = pools
        .iter()
        .map(|pool| {
            format!("{}: at most {} of {} in use", pool.name, fmt::number(pool.peak_active), fmt::number(pool.size))
        })
        .collect();
    Ok(Observation {
        why: Some(peaks.join("; ")),
        ..Observation::counted(float(u64::try_from(exhausted).unwrap_or(u64::MAX)), Unit::Count)
    })
}

/// Memory columns that grow. A run that is too short to call a leak can neither show nor exclude one.
pub(super) fn memory_leaks(scope: &Scope<'_>) -> Result<Observation, String> {
    let trends: Vec<&TrendFigures> = scope.judged.figures.trends.iter().filter(|trend| is_memory(trend)).collect();
    if trends.is_empty() {
        return Err("no memory was monitored".to_owned());
    }
    if let Some(rising) = trends.iter().find(|trend| trend.rises && !trend.long_enough) {
        return Err(format!(
            "`{}` rises, too short ({}) to call a leak",
            rising.metric,
            rough_duration(rising.duration_s)
        ));
    }
    let leaks = float(u64::try_from(trends.iter().filter(|trend| trend.rises).count()).unwrap_or(u64::MAX));
    let seen = Observation::counted(leaks, Unit::Count);
    match trends.iter().find(|trend| !trend.long_enough) {
        None => Ok(seen),
        Some(short) => Ok(Observation {
            interval: Some((Some(leaks), None)),
            why: Some(format!("{} of monitoring; 30 min can show a leak", rough_duration(short.duration_s))),
            ..seen
        }),
    }
}

/// A duration in minutes where it is within 10 s of whole ones: a monitor's readings never span a run to the second.
#[must_use]
pub(crate) fn rough_duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() * 60.0;
    fmt::duration_s(if minutes > 0.0 && (seconds - minutes).abs() <= 10.0 { minutes } else { seconds })
}

/// Whether a trend is of memory: by the column's name.
#[must_use]
pub(crate) fn is_memory(trend: &TrendFigures) -> bool {
    let name = trend.metric.to_lowercase();
    ["mem", "rss", "heap"].iter().any(|word| name.contains(word))
}
