//! `compare` and stored runs on a terminal.

use super::Style;
use super::table::Table;
use crate::compare::delta::{Call, Delta};
use crate::compare::shift::{Shift, ShiftKind};
use crate::fmt;
use crate::report::build::words;
use crate::report::model::Compared;
use crate::store::run::StoredRun;
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
        for difference in &pair.differences {
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
            Some(value) if delta.metric == "failures" => fmt::percent(value),
            Some(value) => fmt::latency_us(value),
            None => "–".to_owned(),
        };
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
            show(delta.before),
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
    let mut about = vec![run.tool.clone()];
    about.extend(run.started_at.map(fmt::instant));
    about.extend(run.duration_s.map(fmt::duration_s));
    about.extend(run.build.as_ref().map(|build| format!("build {}", fmt::plain(build))));
    about.push(run.verdict.map_or("not judged", super::verdict_words).to_owned());
    writeln!(out, "{}  {}", style.paint("bold", &fmt::plain(&run.test)), style.line(&about.join(" · "), 20))?;
    let mut table = super::inspection::endpoint_table();
    table.row(super::inspection::row("all", &run.totals));
    for endpoint in &run.endpoints {
        table.row(super::inspection::row(&endpoint.label, endpoint));
    }
    table.write(2, style.width, out)
}
