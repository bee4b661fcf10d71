//! `inspect` on a terminal: what each file is and why, the tests, their figures, bad rows.

use super::Style;
use super::table::Table;
use crate::analyse::figures::{EndpointFigures, LatencyFigures, MonitorFigures};
use crate::fmt;
use crate::model::input::InputFile;
use crate::render::layout::in_order;
use crate::report::build::words;
use crate::report::inspection::Inspection;
use crate::report::model::TestReport;
use std::io::{self, Write};

/// Endpoints that are listed; the rest is counted.
const MOST_ENDPOINTS: usize = 40;

/// Writes the inspection of inputs.
///
/// # Errors
/// The writer's.
pub fn inspection(inspection: &Inspection, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for test in in_order(&inspection.tests) {
        one_test(test, style, out)?;
    }
    for alone in &inspection.unwatched {
        file(&alone.input, style, out)?;
        monitors(&alone.figures, style, out)?;
        writeln!(out)?;
    }
    if !inspection.files_not_used.is_empty() {
        writeln!(out, "{}", style.paint("bold", "files not used"))?;
        for file in &inspection.files_not_used {
            let reason = file.reason.lines().next().unwrap_or_default();
            writeln!(out, "  {}: {}", fmt::plain(&file.source), style.line(reason, 4))?;
        }
    }
    Ok(())
}

fn one_test(test: &TestReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut about = vec![test.tool.clone()];
    about.extend(test.tool_version.clone());
    about.extend(test.duration_s.map(fmt::duration_s));
    about.extend(test.load.users_max.map(|users| format!("up to {}", words::people(users))));
    about.extend(test.started_at.clone());
    writeln!(out, "{}  {}", style.paint("bold", &fmt::plain(&test.full_name())), style.line(&about.join(" · "), 20))?;
    for input in &test.inputs {
        file(input, style, out)?;
    }
    figures(test, style, out)?;
    for doubt in &test.doubts {
        let state = if doubt.invalidates { "unsure" } else { "warn" };
        writeln!(out, "  {} {}", style.paint(state, super::mark(state)), style.line(&doubt.message, 4))?;
    }
    for warning in test.further_warnings() {
        writeln!(out, "  {} {}", style.paint("warn", super::mark("warn")), style.line(warning, 4))?;
    }
    for remark in &test.remarks {
        writeln!(out, "  – {}", style.line(remark, 4))?;
    }
    writeln!(out)
}

/// What a file is and why, and its bad rows.
fn file(input: &InputFile, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let counts = format!(
        "{} read, {} used, {} rejected",
        fmt::plural(input.rows_read, "row", "rows"),
        fmt::count(input.rows_used),
        fmt::count(input.rows_rejected)
    );
    writeln!(out, "  {} is {} ({}): {counts}", fmt::plain(&input.source), input.adapter, style.line(&input.why, 40))?;
    for rejection in &input.first_rejections {
        let field =
            rejection.field.as_ref().map(|field| format!(", field `{}`", fmt::plain(field))).unwrap_or_default();
        writeln!(
            out,
            "    line {} (byte {}){field}: {}: {}",
            rejection.line,
            rejection.byte,
            style.line(&rejection.reason, 20),
            fmt::plain(&rejection.excerpt)
        )?;
    }
    for text in input.unfinished.iter().chain(&input.notes) {
        writeln!(out, "    {}", style.line(text, 4))?;
    }
    for copy in &input.copies {
        let source = fmt::plain(&copy.source);
        writeln!(out, "  {source} holds the same rows, or some of them, and is not counted again")?;
    }
    Ok(())
}

fn figures(test: &TestReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if test.totals.requests == Some(0) && !test.populations.is_empty() {
        return populations(test, style, out);
    }
    let mut endpoints = endpoint_table();
    endpoints.row(row("all", &test.totals));
    for endpoint in test.endpoints.iter().take(MOST_ENDPOINTS) {
        let group = endpoint.group.as_ref().map(|group| format!("{group} › ")).unwrap_or_default();
        endpoints.row(row(&format!("{group}{}", endpoint.label), endpoint));
    }
    endpoints.write(2, style.width, out)?;
    if test.endpoints.len() > MOST_ENDPOINTS {
        writeln!(out, "  and {} more endpoints (--json lists all)", test.endpoints.len() - MOST_ENDPOINTS)?;
    }
    populations(test, style, out)
}

/// Connections and messages, each with its own n; then the monitors.
fn populations(test: &TestReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for population in &test.populations {
        let mut table = Table::new(&["", "n", "failed", "rate", "mean", "p50", "p95", "p99", "max"]);
        table.row(row(population.population.words(), &population.totals));
        table.write(2, style.width, out)?;
    }
    monitors(&test.monitors, style, out)
}

fn monitors(figures: &[MonitorFigures], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&["monitor", "samples", "mean", "min", "max", "p95"]);
    for monitor in figures.iter().filter(|monitor| monitor.mean.is_some()) {
        let unit = if monitor.per_second { format!("{}/s", monitor.unit) } else { monitor.unit.clone() };
        let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| fmt::with_unit(value, &unit));
        table.row(vec![
            fmt::plain(&monitor.metric),
            fmt::count(monitor.samples),
            show(monitor.mean),
            show(monitor.min),
            show(monitor.max),
            show(monitor.p95),
        ]);
    }
    if table.is_empty() { Ok(()) } else { table.write(2, style.width, out) }
}

/// A table for [`row`]s.
pub(super) fn endpoint_table() -> Table {
    Table::new(&["requests", "n", "failed", "rate", "mean", "p50", "p95", "p99", "max"])
}

/// One endpoint's figures.
pub(super) fn row(name: &str, figures: &EndpointFigures) -> Vec<String> {
    let latency = &figures.latency_us;
    let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), fmt::latency_us);
    let quantile = |name: &str, latency: &LatencyFigures| show(latency.quantiles.get(name).copied().flatten());
    let unknown = || "–".to_owned();
    vec![
        fmt::plain(name),
        figures.requests.map_or_else(unknown, fmt::count),
        figures.failures.map_or_else(unknown, fmt::count),
        figures.rate_per_s.map_or_else(unknown, fmt::rate),
        show(latency.mean),
        quantile("p50", latency),
        quantile("p95", latency),
        quantile("p99", latency),
        show(latency.max),
    ]
}
