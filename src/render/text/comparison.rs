//! `compare` and stored runs on a terminal.

use super::Style;
use super::table::Table;
use crate::compare::declared::METRICS;
use crate::compare::delta::{Call, Delta};
use crate::compare::shift::{Shift, ShiftKind};
use crate::fmt;
use crate::quantity::{Quantity, Range};
use crate::report::build::words;
use crate::report::model::Compared;
use crate::store::declared::DeclaredBaseline;
use crate::store::run::StoredRun;
use crate::unit::Unit;
use std::io::{self, Write};

/// Writes comparisons, what differs besides the results first.
///
/// # Errors
/// The writer's.
pub fn comparison(compared: &Compared, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let deltas = &compared.deltas;
    for pair in &compared.pairs {
        match (&pair.test, &pair.stored) {
            (Some(test), Some(stored)) if test == stored => {
                writeln!(out, "{}", style.paint("bold", &fmt::plain(test)))?;
            }
            (Some(test), Some(stored)) => {
                let line = format!("{} against {}", fmt::plain(test), fmt::plain(stored));
                writeln!(out, "{}", style.paint("bold", &line))?;
            }
            (Some(test), None) => writeln!(out, "{}: nothing to compare it with", fmt::plain(test))?,
            (None, Some(stored)) => writeln!(out, "{}: only before", fmt::plain(stored))?,
            (None, None) => {}
        }
        for difference in pair.same.iter().chain(&pair.differences) {
            writeln!(out, "  {} {}", super::mark("warn"), style.line(difference, 4))?;
        }
        if let Some(test) = &pair.test {
            table(&deltas.iter().filter(|delta| delta.test == *test).collect::<Vec<_>>(), style, out)?;
            for shift in compared.shifts.iter().filter(|shift| shift.test == *test) {
                together(shift, style, out)?;
            }
        }
    }
    let method = deltas.iter().map(|delta| delta.method.as_str()).find(|method| !method.is_empty());
    if let Some(method) = method {
        writeln!(out, "method: {}", style.line(method, 8))?;
    }
    Ok(())
}

fn together(shift: &Shift, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let state = match shift.kind {
        ShiftKind::Regressed => "fail",
        _ if shift.ratio > 1.0 => "warn",
        _ => "note",
    };
    match shift.words() {
        Some(words) => writeln!(out, "  {} {}", style.paint(state, super::mark(state)), style.line(&words, 4)),
        None => Ok(()),
    }
}

fn table(deltas: &[&Delta], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&["", "metric", "before", "after", "change (95 %)", "call"]);
    for delta in deltas {
        let show = |value: Option<f64>| match value {
            Some(value) => fmt::value(value, delta.unit()),
            None => "–".to_owned(),
        };
        let before = words::declared_range(delta).unwrap_or_else(|| show(delta.before));
        let state = match delta.call {
            Call::Regressed => "fail",
            Call::Inconclusive => "unsure",
            _ => "pass",
        };
        let name = if delta.endpoint.is_empty() { "all requests".to_owned() } else { fmt::plain(&delta.endpoint) };
        let call = format!("{} {}", super::mark(state), words::call(delta));
        table.row(vec![
            name,
            delta.metric.clone(),
            before,
            show(delta.after),
            words::change(delta),
            style.paint(state, &call),
        ]);
    }
    if table.is_empty() {
        return Ok(());
    }
    table.write(2, style.width, out)?;
    for (why, count) in untold(deltas) {
        let text = format!("cannot tell {count} of {}: {why}", deltas.len());
        writeln!(out, "  {} {}", style.paint("unsure", super::mark("unsure")), style.line(&text, 4))?;
    }
    Ok(())
}

/// Why comparisons could not be told, each reason once, with how many it holds for.
fn untold<'a>(deltas: &[&'a Delta]) -> Vec<(&'a str, usize)> {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    let open = deltas.iter().filter(|delta| delta.call == Call::Inconclusive);
    for why in open.filter_map(|delta| delta.why.as_deref()) {
        match reasons.iter_mut().find(|(have, _)| *have == why) {
            Some((_, count)) => *count += 1,
            None => reasons.push((why, 1)),
        }
    }
    reasons
}

/// Writes the figures of a stored run.
///
/// # Errors
/// The writer's.
pub fn stored_run(run: &StoredRun, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let line = &run.run;
    let mut about = vec![line.fingerprint.tool.clone()];
    about.extend(line.started_at.map(fmt::instant));
    about.extend(line.fingerprint.duration_s.map(fmt::duration_s));
    about.extend(line.build.as_ref().map(|build| format!("build {}", fmt::plain(build))));
    about.push(line.verdict.map_or("not judged", super::verdict_words).to_owned());
    writeln!(out, "{}  {}", style.paint("bold", &fmt::plain(&line.test)), style.line(&about.join(" · "), 20))?;
    if let Some(accepted) = &line.accepted {
        let text = format!("accepted by {} on {}: {}", accepted.author, accepted.date, accepted.reason);
        writeln!(out, "  {}", style.line(&text, 4))?;
    }
    let mut table = super::inspection::endpoint_table();
    table.row(super::inspection::row("all", &run.totals));
    for endpoint in &run.endpoints {
        table.row(super::inspection::row(&endpoint.label, endpoint));
    }
    table.write(2, style.width, out)
}

/// Writes declared figures.
///
/// # Errors
/// The writer's.
pub fn declared(baseline: &DeclaredBaseline, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&["test", "requests", "metric", "declared", "source"]);
    for figure in &baseline.figures {
        let unit = METRICS.iter().find(|one| one.name == figure.metric).map_or(Unit::Plain, |one| one.unit);
        let range = Range { low: Quantity::new(figure.low, unit), high: Quantity::new(figure.high, unit) };
        let or =
            |text: &Option<String>, all: &str| text.as_ref().map_or_else(|| all.to_owned(), |text| fmt::plain(text));
        table.row(vec![
            or(&figure.test, "every"),
            or(&figure.endpoint, "all"),
            figure.metric.clone(),
            range.words(),
            format!("{}, {}", fmt::plain(&figure.source), fmt::plain(&figure.date)),
        ]);
    }
    table.write(2, style.width, out)
}
