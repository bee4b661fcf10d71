//! A resource monitor's columns over the test: the block that teams otherwise copy out of a spreadsheet.
//!
//! Empty is *not measured*, never 0. What only grows (disk, network) is shown as differences per second, and a ratio
//! cumulated since the start of a process is differenced with its reads before it is averaged: the mean of a cumulative
//! ratio says mostly how the cache was before the test.

use super::figures::{MonitorFigures, NamedCount};
use super::reading::Readings;
use crate::model::key::ColumnKind;
use crate::model::test::{MonitorColumn, Test};
use crate::unit::Timestamp;
use std::collections::BTreeMap;

/// Name of readings without a value among a category's counts: a probe that got no answer.
pub const NO_ANSWER: &str = "none";

/// Figures of every column, in the files' order, from the readings within the test.
#[must_use]
pub fn figures(test: &Test) -> Vec<MonitorFigures> {
    test.monitors.iter().map(|column| column_figures(test, column, None)).collect()
}

/// Figures of a column from the readings of one slice of the test, in seconds from its start.
#[must_use]
pub fn figures_between(test: &Test, column: &MonitorColumn, slice: (f64, f64)) -> MonitorFigures {
    column_figures(test, column, Some(slice))
}

/// The readings within the test, or within a slice of it.
fn chosen(test: &Test, column: &MonitorColumn, slice: Option<(f64, f64)>) -> Vec<(Timestamp, Option<f64>)> {
    let mut readings = within_test(test, column);
    if let (Some((from, to)), Some(span)) = (slice, test.span) {
        readings.retain(|(at, _)| (from..=to).contains(&at.seconds_since(span.start)));
    }
    readings
}

/// Probe errors of a category that holds HTTP status codes: (readings that are not 200 or none at all, readings).
/// `None` where it was never measured.
#[must_use]
pub fn probe_errors(figures: &MonitorFigures) -> Option<(u64, u64)> {
    let all: u64 = figures.categories.iter().map(|category| category.count).sum();
    let good = figures.categories.iter().find(|category| category.name == "200").map_or(0, |category| category.count);
    (figures.kind == ColumnKind::Category && figures.samples > 0).then_some((all - good, all))
}

/// The readings within the test's span, half a sampling interval either side; all of them where the test has no times.
#[must_use]
pub fn within_test(test: &Test, column: &MonitorColumn) -> Vec<(Timestamp, Option<f64>)> {
    let Some(span) = test.span else {
        return column.readings.clone();
    };
    let slack = sampling_interval_s(column) / 2.0;
    column
        .readings
        .iter()
        .filter(|(at, _)| at.seconds_since(span.start) >= -slack && at.seconds_since(span.end) <= slack)
        .copied()
        .collect()
}

/// Median time between readings in seconds; 0 for fewer than two.
#[must_use]
pub fn sampling_interval_s(column: &MonitorColumn) -> f64 {
    let steps = column.readings.iter().zip(column.readings.iter().skip(1));
    Readings::new(steps.map(|((before, _), (after, _))| after.seconds_since(*before))).median().unwrap_or(0.0)
}

fn column_figures(test: &Test, column: &MonitorColumn, slice: Option<(f64, f64)>) -> MonitorFigures {
    let readings = chosen(test, column, slice);
    let missing = readings.iter().filter(|(_, value)| value.is_none()).count() as u64;
    let mut figures = MonitorFigures {
        metric: column.name.clone(),
        unit: column.unit.clone(),
        kind: column.kind,
        per_second: false,
        samples: readings.len() as u64 - missing,
        missing,
        mean: None,
        min: None,
        max: None,
        p50: None,
        p95: None,
        p99: None,
        categories: Vec::new(),
        source: column.source.clone(),
        why: None,
    };
    if figures.samples == 0 {
        let why = if readings.is_empty() { "no reading lies within the test" } else { "not measured" };
        figures.why = Some(why.to_owned());
        return figures;
    }
    match column.kind {
        ColumnKind::Level => fill(&mut figures, &levels(&readings)),
        ColumnKind::Category => figures.categories = categories(&readings),
        ColumnKind::Cumulative => {
            figures.per_second = true;
            fill(&mut figures, &rates(&readings));
        }
        ColumnKind::CumulativeRatio => match reads_column(test, column) {
            Some(reads) => fill(&mut figures, &ratios(&readings, &chosen(test, reads, slice), column)),
            None => {
                figures.why =
                    Some("a ratio since the start, and no column of its reads to difference it with".to_owned());
            }
        },
    }
    figures
}

/// Values with their weight in the mean: seconds for rates, reads for ratios.
type Weighted = Vec<(f64, f64)>;

fn fill(figures: &mut MonitorFigures, values: &Weighted) {
    let readings = Readings::new(values.iter().map(|(value, _)| *value));
    let weight: f64 = values.iter().map(|(_, weight)| weight).sum();
    let sum: f64 = values.iter().map(|(value, weight)| value * weight).sum();
    figures.mean = (weight > 0.0).then(|| sum / weight);
    (figures.min, figures.max) = (readings.min(), readings.max());
    figures.p50 = readings.quantile(0.5);
    figures.p95 = readings.quantile(0.95);
    figures.p99 = readings.quantile(0.99);
    if figures.mean.is_none() {
        figures.why = Some("too few readings to take differences of".to_owned());
    }
}

fn levels(readings: &[(Timestamp, Option<f64>)]) -> Weighted {
    readings.iter().filter_map(|(_, value)| Some(((*value)?, 1.0))).collect()
}

fn categories(readings: &[(Timestamp, Option<f64>)]) -> Vec<NamedCount> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (_, value) in readings {
        let name = value.map_or_else(|| NO_ANSWER.to_owned(), |code| format!("{code}"));
        *counts.entry(name).or_default() += 1;
    }
    counts.into_iter().map(|(name, count)| NamedCount { name, count }).collect()
}

/// Growth per second between neighbouring measured readings. Where the counter fell it was reset, and what it had counted
/// until then is lost: that step is unknown and left out.
fn rates(readings: &[(Timestamp, Option<f64>)]) -> Weighted {
    let measured: Vec<(Timestamp, f64)> = readings.iter().filter_map(|(at, value)| Some((*at, (*value)?))).collect();
    let steps = measured.iter().zip(measured.iter().skip(1));
    steps
        .filter_map(|((from, before), (to, after))| {
            let seconds = to.seconds_since(*from);
            (seconds > 0.0 && after >= before).then(|| ((after - before) / seconds, seconds))
        })
        .collect()
}

/// The ratio within each step between readings, from hits = ratio × reads; steps without reads or across a reset are left
/// out. A cumulative ratio is rounded in its file, so that a step's own ratio is held between nothing and all.
fn ratios(
    readings: &[(Timestamp, Option<f64>)],
    reads: &[(Timestamp, Option<f64>)],
    column: &MonitorColumn,
) -> Weighted {
    let reads: BTreeMap<Timestamp, f64> = reads.iter().filter_map(|(at, count)| Some((*at, (*count)?))).collect();
    let known: Vec<(f64, f64)> = readings.iter().filter_map(|(at, ratio)| Some(((*ratio)?, *reads.get(at)?))).collect();
    // Some monitors write 0.62, others 62 into a column of the same name: what is above 1 anywhere is percent.
    let percent = column.readings.iter().filter_map(|(_, ratio)| *ratio).any(|ratio| ratio > 1.0);
    let all = if percent { 100.0 } else { 1.0 };
    let shown_all = if column.unit == "%" { 100.0 } else { all };
    let steps = known.iter().zip(known.iter().skip(1));
    steps
        .filter_map(|((ratio_before, before), (ratio_after, after))| {
            let grown = after - before;
            let hits = ratio_after.mul_add(*after, -(ratio_before * before)) / all;
            (grown > 0.0).then(|| ((hits / grown).clamp(0.0, 1.0) * shown_all, grown))
        })
        .collect()
}

/// The column that counts the reads of a cumulative ratio: of the same file, with the same leading word
/// (`redis_hit_rate`, `redis_total_reads`).
fn reads_column<'a>(test: &'a Test, ratio: &MonitorColumn) -> Option<&'a MonitorColumn> {
    const COUNTS: [&str; 5] = ["reads", "requests", "lookups", "gets", "queries"];
    let prefix = leading_word(&ratio.name);
    test.monitors.iter().find(|column| {
        let name = column.name.to_lowercase();
        column.source == ratio.source
            && column.kind == ColumnKind::Cumulative
            && leading_word(&column.name) == prefix
            && COUNTS.iter().any(|word| name.ends_with(word))
    })
}

fn leading_word(name: &str) -> String {
    name.split(['_', '.', '-']).next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::builder::{self, Shape};

    fn figures_of(columns: Vec<MonitorColumn>, seconds: usize) -> Vec<MonitorFigures> {
        let mut test = builder::raw_test(&Shape { seconds, ..Shape::default() });
        test.monitors = columns;
        figures(&test)
    }

    #[test]
    fn empty_cells_are_not_measured_and_never_zero() {
        let columns = vec![
            builder::column("cpu_percent", ColumnKind::Level, "%", &[Some(10.0), None, Some(30.0)]),
            builder::column("db_pool_size", ColumnKind::Level, "", &[None, None, None]),
        ];
        let found = figures_of(columns, 10);
        assert_eq!((found[0].samples, found[0].missing), (2, 1));
        assert_eq!((found[0].mean, found[0].min, found[0].p95), (Some(20.0), Some(10.0), Some(30.0)));
        assert_eq!((found[1].mean, found[1].why.as_deref()), (None, Some("not measured")));
    }

    #[test]
    fn readings_outside_the_test_do_not_count() {
        let found = figures_of(vec![builder::column("cpu", ColumnKind::Level, "%", &[Some(1.0); 20])], 10);
        assert_eq!(found[0].samples, 11, "from second 0 to second 10");
    }

    #[test]
    fn a_counter_becomes_growth_per_second_and_a_reset_is_unknown() {
        let values = [Some(100.0), Some(104.0), None, Some(112.0), Some(1.0), Some(5.0)];
        let found = figures_of(vec![builder::column("disk", ColumnKind::Cumulative, "MB", &values)], 10);
        assert!(found[0].per_second);
        assert_eq!((found[0].min, found[0].max, found[0].mean), (Some(4.0), Some(4.0), Some(4.0)));
    }

    /// A cache that was cold for 100 reads and hit every time in the next 100 has answered half; the mean of the two
    /// cumulative readings would be 25 %.
    #[test]
    fn a_cumulative_ratio_is_differenced_with_its_reads() {
        let columns = vec![
            builder::column("redis_hit_rate", ColumnKind::CumulativeRatio, "%", &[Some(0.0), Some(0.0), Some(50.0)]),
            builder::column("redis_total_reads", ColumnKind::Cumulative, "", &[Some(0.0), Some(100.0), Some(200.0)]),
        ];
        let found = figures_of(columns, 10);
        assert_eq!((found[0].mean, found[0].min, found[0].max), (Some(50.0), Some(0.0), Some(100.0)));
    }

    #[test]
    fn a_ratio_below_one_is_shown_in_the_percent_that_the_column_promises() {
        let columns = vec![
            builder::column("redis_hit_rate", ColumnKind::CumulativeRatio, "%", &[Some(0.0), Some(0.5), Some(0.75)]),
            builder::column("redis_total_reads", ColumnKind::Cumulative, "", &[Some(0.0), Some(100.0), Some(200.0)]),
        ];
        let found = figures_of(columns, 10);
        assert_eq!((found[0].mean, found[0].min, found[0].max), (Some(75.0), Some(50.0), Some(100.0)));
    }

    #[test]
    fn a_cumulative_ratio_without_its_reads_has_no_mean() {
        let column = builder::column("hit_rate", ColumnKind::CumulativeRatio, "%", &[Some(10.0), Some(20.0)]);
        let found = figures_of(vec![column], 10);
        assert!(found[0].mean.is_none() && found[0].why.is_some());
    }

    #[test]
    fn a_probe_that_got_no_answer_is_an_error() {
        let mut values = vec![Some(200.0); 118];
        values.extend([Some(503.0), None]);
        let found = figures_of(vec![builder::column("api_status", ColumnKind::Category, "", &values)], 120);
        assert_eq!(probe_errors(&found[0]), Some((2, 120)));
        let never = figures_of(vec![builder::column("api_status", ColumnKind::Category, "", &[None])], 120);
        assert_eq!(probe_errors(&never[0]), None);
    }
}
