//! `history` on a terminal: the runs, then each endpoint's figures over them.

use super::Style;
use super::table::Table;
use crate::fmt;
use crate::report::history::{History, HistoryRun, HistorySeries, HistoryTest};
use std::io::{self, Write};

/// Runs that are listed one by one.
const MOST_RUNS: usize = 10;
/// Series that are listed; the rest stands in `--json` and `--out`.
const MOST_SERIES: usize = 60;
/// Newest values of a series that are shown as bars.
const BARS: usize = 20;

/// Writes the history of each test.
///
/// # Errors
/// The writer's.
pub fn history(history: &History, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for test in &history.tests {
        let runs = u64::try_from(test.runs.len() + test.older).unwrap_or(u64::MAX);
        let about = format!("{} · {}", test.tool, fmt::plural(runs, "run", "runs"));
        writeln!(out, "{}  {}", style.paint("bold", &fmt::plain(&test.test)), style.line(&about, 20))?;
        if let Some(why) = &test.unordered {
            writeln!(out, "  {} {}", style.paint("warn", super::mark("warn")), style.line(why, 4))?;
        }
        runs_of(test, style, out)?;
        series_of(test, style, out)?;
    }
    Ok(())
}

fn runs_of(test: &HistoryTest, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&["run", "build", "verdict", "labels", ""]);
    let first = test.runs.len().saturating_sub(MOST_RUNS);
    for run in test.runs.iter().skip(first) {
        let unknown = || "–".to_owned();
        let labels: Vec<String> = run.labels.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let labels: Vec<String> = run.environment.iter().cloned().chain(labels).collect();
        table.row(vec![
            run.started_at
                .as_deref()
                .map_or_else(|| "undated".to_owned(), |at| at.replace('T', " ").chars().take(16).collect()),
            run.build.as_deref().map_or_else(unknown, |build| fmt::shorten(&fmt::plain(build), 24)),
            run.verdict.map_or("not judged", super::verdict_words).to_owned(),
            if labels.is_empty() { unknown() } else { fmt::shorten(&fmt::plain(&labels.join(", ")), 30) },
            fmt::shorten(&fmt::plain(&notes(run)), 60),
        ]);
    }
    table.write(2, style.width, out)?;
    match first + test.older {
        0 => Ok(()),
        n => writeln!(out, "  and {} before them", fmt::plural(u64::try_from(n).unwrap_or(u64::MAX), "run", "runs")),
    }
}

/// What is to be known of a run.
fn notes(run: &HistoryRun) -> String {
    let unequal = (!run.comparable).then(|| format!("not comparable: {}", run.unequal.join(", ")));
    run.accepted.iter().cloned().chain(unequal).collect::<Vec<_>>().join("; ")
}

fn series_of(test: &HistoryTest, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&["requests", "metric", "newest", "band (95 %)", "runs", "last change", "evidence"]);
    for series in test.series.iter().take(MOST_SERIES) {
        let show = |value: f64| if series.metric == "failures" { fmt::percent(value) } else { fmt::latency_us(value) };
        let newest = test.newest(series).map_or_else(|| "–".to_owned(), show);
        let state = if test.is_outside(series) == Some(true) { "warn" } else { "plain" };
        let band =
            series.band.map_or_else(|| "–".to_owned(), |band| format!("{} to {}", show(band.low), show(band.high)));
        table.row(vec![
            if series.endpoint.is_empty() { "all".to_owned() } else { fmt::shorten(&fmt::plain(&series.endpoint), 40) },
            series.metric.clone(),
            style.paint(state, &newest),
            band,
            bars(&series.values),
            change(test, series),
            series.level.clone(),
        ]);
    }
    table.write(2, style.width, out)?;
    if test.series.len() > MOST_SERIES {
        writeln!(out, "  and {} more rows (`--json` and `--out DIR` have all)", test.series.len() - MOST_SERIES)?;
    }
    let without = test.series.iter().filter(|series| series.metric != "failures").find_map(|one| one.band_why.as_ref());
    match without {
        Some(why) => writeln!(out, "  no band: {}", style.line(why, 12)),
        None => Ok(()),
    }
}

fn change(test: &HistoryTest, series: &HistorySeries) -> String {
    let Some(change) = series.changes.last() else { return series.without_change().to_owned() };
    let run = test.runs.get(change.run);
    let day = run.and_then(|run| run.started_at.as_ref()).map(|at| at.chars().take(10).collect::<String>());
    let name = run.and_then(|run| run.build.clone()).or(day).unwrap_or_else(|| format!("run {}", change.run + 1));
    let by = change.ratio.map_or_else(|| "from 0".to_owned(), fmt::change);
    format!("{by} with {}", fmt::shorten(&fmt::plain(&name), 24))
}

/// The newest values as bars of eight heights, from zero; a gap is a blank.
fn bars(values: &[Option<f64>]) -> String {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let values = values.get(values.len().saturating_sub(BARS)..).unwrap_or_default();
    let top = values.iter().flatten().copied().fold(0.0, f64::max);
    let bar = |value: &Option<f64>| match value {
        None => ' ',
        Some(value) if top > 0.0 => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of eight")]
            let at = (value / top * 7.999).max(0.0) as usize;
            HEIGHTS.get(at).copied().unwrap_or('█')
        }
        Some(_) => '▁',
    };
    values.iter().map(bar).collect()
}
