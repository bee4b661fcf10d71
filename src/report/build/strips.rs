//! Monitors as strips: one low chart for each quantity that matters, on the same time axis as the load.

use super::{Judged, Material};
use crate::fmt;
use crate::model::key::ColumnKind;
use crate::model::test::MonitorColumn;
use crate::report::chart::{Chart, Clock, Quantity, Strip, StripChart, Words};
use crate::unit::Timestamp;

/// Strips of one test; more columns stand in the table only.
const MOST_STRIPS: usize = 6;
/// Rules whose finding may head the chart, weightiest first.
const RULES: [&str; 3] = ["pool-saturated", "memory-grows", "cpu-saturated"];

pub(super) fn strips(judged: &Judged<'_>, material: &Material<'_>, id: &str, clock: Option<Clock>) -> Option<Chart> {
    let span = judged.test.span?;
    let columns = judged.test.monitors.iter().filter(|column| shown(column)).take(MOST_STRIPS);
    let strips: Vec<Strip> = columns.filter_map(|column| strip(judged, column, span.start)).collect();
    if strips.is_empty() {
        return None;
    }
    let (from_s, to_s) = clock.map_or((0.0, span.seconds()), |clock| (clock.from_s, clock.to_s));
    let finding = material
        .judgement
        .findings
        .iter()
        .find(|one| one.test == judged.test.name && RULES.contains(&one.rule.as_str()));
    let heading = finding.map_or_else(|| "Monitors over time".to_owned(), |one| one.message.clone());
    let words = Words {
        id: format!("{id}-monitors"),
        description: format!("{heading}. One strip for each monitored quantity, on the time axis of the load."),
        heading,
        caption:
            "Each strip has its own scale; cumulative counters are shown per second. Clock taken as that of the load."
                .to_owned(),
    };
    let chart = StripChart { words, group: id.to_owned(), from_s, to_s, phases: super::charts::phases(judged), strips };
    Some(Chart::Strips(chart.folded()))
}

/// Sizes are constants and categories are no curves.
fn shown(column: &MonitorColumn) -> bool {
    column.kind != ColumnKind::Category
        && !column.name.ends_with("_size")
        && !column.name.ends_with("_available")
        && column.kind != ColumnKind::CumulativeRatio
        && moves(column)
        && !column.name.ends_with("_reads")
}

/// A level that never changes (a pool's size, memory in percent of a large machine) is a number, not a curve.
fn moves(column: &MonitorColumn) -> bool {
    let measured = || column.readings.iter().filter_map(|(_, value)| *value);
    let (least, most) = (measured().reduce(f64::min), measured().reduce(f64::max));
    least.zip(most).is_some_and(|(least, most)| most - least > 0.02 * most.abs())
}

fn strip(judged: &Judged<'_>, column: &MonitorColumn, start: Timestamp) -> Option<Strip> {
    let figures =
        judged.figures.monitors.iter().find(|one| one.metric == column.name && one.source == column.source)?;
    let (at_s, values) = points(column, start);
    let pool = judged.figures.pools.iter().find(|pool| column.name == format!("{}_active", pool.name));
    let unit = if figures.per_second { format!("{}/s", column.unit) } else { column.unit.clone() };
    let mut note = Vec::new();
    if let Some(mean) = figures.mean {
        note.push(format!("mean {}", fmt::with_unit(mean, &unit)));
    }
    if let Some(max) = figures.max {
        note.push(format!("max {}", fmt::with_unit(max, &unit)));
    }
    if let Some(pool) = pool {
        note.push(format!("of {}", fmt::number(pool.size)));
    }
    let saturated = pool.map(|pool| stretches(&at_s, &values, pool.size)).unwrap_or_default();
    let name = fmt::plain(&column.name);
    Some(Strip {
        name,
        note: note.join(", "),
        quantity: Quantity::Own(unit),
        capacity: pool.map(|pool| pool.size),
        at_s,
        values,
        saturated,
    })
}

/// Readings since the start; a cumulative counter as its growth per second, a reset as a gap.
fn points(column: &MonitorColumn, start: Timestamp) -> (Vec<f64>, Vec<Option<f64>>) {
    if column.kind != ColumnKind::Cumulative {
        return column.readings.iter().map(|(at, value)| (at.seconds_since(start), *value)).unzip();
    }
    let pairs = column.readings.iter().zip(column.readings.iter().skip(1));
    pairs
        .map(|((from, before), (to, after))| {
            let seconds = to.seconds_since(*from);
            let growth = before
                .zip(*after)
                .map(|(before, after)| after - before)
                .filter(|growth| *growth >= 0.0 && seconds > 0.0);
            (to.seconds_since(start), growth.map(|growth| growth / seconds))
        })
        .unzip()
}

/// Stretches of at least three readings in a row at capacity.
fn stretches(at_s: &[f64], values: &[Option<f64>], capacity: f64) -> Vec<[f64; 2]> {
    let mut found = Vec::new();
    let mut run: Vec<f64> = Vec::new();
    for (at, value) in at_s.iter().zip(values).chain([(&f64::NAN, &None)]) {
        if value.is_some_and(|value| value >= capacity) {
            run.push(*at);
            continue;
        }
        if let (true, Some(first), Some(last)) = (run.len() >= 3, run.first(), run.last()) {
            found.push([*first, *last]);
        }
        run.clear();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_of_capacity_is_no_stretch() {
        let at: Vec<f64> = (0..8).map(f64::from).collect();
        let used = [13.0, 13.0, 5.0, 13.0, 13.0, 13.0, 13.0, 2.0].map(Some);
        assert_eq!(stretches(&at, &used, 13.0), [[3.0, 6.0]]);
        assert_eq!(stretches(&at[..3], &used[..3], 13.0), Vec::<[f64; 2]>::new());
    }
}
