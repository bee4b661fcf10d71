//! What GitHub Actions reads besides files: annotations, which are lines of the log, and a step's outputs.

use super::{Gate, demand, untold};
use crate::compare::delta::{Call, decisive};
use crate::fmt;
use crate::judge::outcome::Status;
use crate::render::text::{verdict_state, verdict_words};
use crate::report::model::Report;
use std::io::{self, Write};

/// Annotations of one level that GitHub shows of a step.
const SHOWN: usize = 10;
/// Characters of an annotation.
const MESSAGE: usize = 500;
/// Characters of its title.
const TITLE: usize = 120;

/// A line of the log that GitHub shows beside the run.
struct Annotation {
    title: String,
    message: String,
}

/// Writes annotations as workflow commands: at most ten errors and ten warnings, the last of which counts what is left out.
///
/// # Errors
/// The writer's.
pub fn annotations(report: &Report, gate: Gate, out: &mut dyn Write) -> io::Result<()> {
    let [errors, warnings] = sorted(report, gate);
    for (level, all) in [("error", errors), ("warning", warnings)] {
        let most = if all.len() > SHOWN { SHOWN - 1 } else { SHOWN };
        for one in all.iter().take(most) {
            command(level, one, out)?;
        }
        if let Some(left) = all.len().checked_sub(most).filter(|left| *left > 0) {
            let message = format!("and {} more of these in the report", fmt::count(left as u64));
            command(level, &Annotation { title: "plimsoll".to_owned(), message }, out)?;
        }
    }
    Ok(())
}

fn command(level: &str, one: &Annotation, out: &mut dyn Write) -> io::Result<()> {
    let title = fmt::workflow_property(&fmt::shorten(&fmt::plain(&one.title), TITLE));
    let message = fmt::workflow_message(&fmt::shorten(&fmt::plain(&one.message), MESSAGE));
    writeln!(out, "::{level} title={title}::{message}")
}

/// Errors and warnings, weightiest first. Errors are what stops the build.
fn sorted(report: &Report, gate: Gate) -> [Vec<Annotation>; 2] {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    let said = if report.answer.headline.is_empty() {
        report.answer.summary.clone()
    } else {
        format!("{}. {}", report.answer.summary, report.answer.headline)
    };
    let verdict = Annotation { title: format!("plimsoll: {}", verdict_words(report.verdict)), message: said };
    match (gate, verdict_state(report.verdict)) {
        (Gate::Fails | Gate::CannotTell, _) => errors.push(verdict),
        (Gate::Passes, "pass") => {}
        (Gate::Passes, _) => warnings.push(verdict),
    }
    for status in [Status::Fail, Status::NotRun, Status::Blocked, Status::Inconclusive, Status::Warn] {
        for one in report.criteria.iter().filter(|one| one.status == status) {
            let place = [Some(one.test.as_str()).filter(|test| !test.is_empty()), one.endpoint.as_deref()];
            let place: Vec<&str> = place.into_iter().flatten().collect();
            let title = if place.is_empty() { demand(one) } else { format!("{}, {}", place.join(", "), demand(one)) };
            let annotation = Annotation { title, message: one.reason.clone() };
            let stops = one.critical && (status == Status::Fail || untold(status) && gate == Gate::CannotTell);
            if stops { errors.push(annotation) } else { warnings.push(annotation) }
        }
    }
    for test in report.standing() {
        for doubt in test.doubts.iter().filter(|doubt| doubt.invalidates) {
            let title = format!("{}: the run proves nothing", test.name);
            warnings.push(Annotation { title, message: doubt.message.clone() });
        }
    }
    let unreadable = report.files_not_used.iter().filter(|file| file.unreadable);
    warnings.extend(unreadable.map(|file| Annotation { title: file.source.clone(), message: file.reason.clone() }));
    [errors, warnings]
}

/// Writes a step's outputs, one `name=value` a line: no value holds a line end. `files` are outputs by name that lead to files.
///
/// # Errors
/// The writer's.
pub fn outputs(report: &Report, code: u8, files: &[(&str, String)], out: &mut dyn Write) -> io::Result<()> {
    let of = |wanted: fn(Status) -> bool| report.criteria.iter().filter(|one| wanted(one.status)).count();
    let verdict = match verdict_words(report.verdict) {
        "READY" => "ready",
        "READY WITH CONDITIONS" => "ready-with-conditions",
        "NOT READY" => "not-ready",
        _ => "inconclusive",
    };
    writeln!(out, "verdict={verdict}")?;
    writeln!(out, "exit_code={code}")?;
    writeln!(out, "run_id={}", fmt::plain(&report.run_id))?;
    writeln!(out, "criteria={}", report.criteria.len())?;
    writeln!(out, "criteria_failed={}", of(|status| status == Status::Fail))?;
    writeln!(out, "criteria_untold={}", of(untold))?;
    writeln!(out, "conditions={}", report.conditions.len())?;
    let regressed = decisive(&report.deltas).iter().filter(|one| one.call == Call::Regressed).count();
    writeln!(out, "regressions={regressed}")?;
    for (name, path) in files {
        writeln!(out, "{name}={}", fmt::plain(path))?;
    }
    Ok(())
}
