//! The report on a terminal: verdict, why, what changed, what to do and where the report is, in at most one screen.

mod comparison;
mod history;
mod inspection;
mod table;

pub use comparison::{comparison, declared, stored_run};
pub use history::history;
pub use inspection::inspection;

use crate::fmt;
use crate::judge::outcome::{Status, Verdict};
use crate::report::model::{Line, Report};
use std::io::{self, Write};

/// Lines of each list that are shown; the rest is counted and stands in the report.
const SHOWN: usize = 4;

/// How text is coloured.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether to colour at all (a terminal, and no `NO_COLOR`).
    pub colour: bool,
    /// Columns.
    pub width: usize,
}

impl Style {
    /// Text in a colour of the state (`fail`, `warn`, `unsure`, `pass`).
    #[must_use]
    pub fn paint(self, state: &str, text: &str) -> String {
        let code = match state {
            "fail" => "1;31",
            "warn" => "33",
            "unsure" => "35",
            "pass" => "32",
            "bold" => "1",
            _ => "",
        };
        if self.colour && !code.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A sentence in two lines at most.
    fn line(self, text: &str, indent: usize) -> String {
        fmt::sentences(&fmt::plain(text), self.width.max(60) * 2 - indent)
    }
}

/// The verdict in the words of the page.
#[must_use]
pub fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "READY",
        Verdict::ReadyWithConditions => "READY WITH CONDITIONS",
        Verdict::Inconclusive => "INCONCLUSIVE",
        Verdict::NotReady => "NOT READY",
    }
}

/// The mark beside a state's word: shape tells states apart where colour cannot.
#[must_use]
pub fn mark(state: &str) -> &'static str {
    match state {
        "fail" => "✖",
        "warn" => "▲",
        "unsure" => "?",
        "pass" => "✔",
        _ => "–",
    }
}

/// The state of a verdict.
#[must_use]
pub fn verdict_state(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "pass",
        Verdict::ReadyWithConditions => "warn",
        Verdict::Inconclusive => "unsure",
        Verdict::NotReady => "fail",
    }
}

/// The state of a criterion's outcome.
#[must_use]
pub fn status_state(status: Status) -> &'static str {
    match status {
        Status::Pass | Status::MetNotProven => "pass",
        Status::Warn | Status::Waived => "warn",
        Status::Fail => "fail",
        Status::Inconclusive | Status::NotRun | Status::Blocked => "unsure",
        Status::NotApplicable => "plain",
    }
}

/// Writes the summary of a report; `written` are the files it stands in.
///
/// # Errors
/// The writer's.
pub fn summary(report: &Report, written: &[String], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let state = verdict_state(report.verdict);
    let words = format!("{} {}", mark(state), verdict_words(report.verdict));
    writeln!(
        out,
        "{}  {}",
        style.paint(if state == "fail" { "fail" } else { state }, &words),
        style.line(&report.answer.summary, 30)
    )?;
    if !report.answer.headline.is_empty() {
        writeln!(out, "{}", style.line(&report.answer.headline, 0))?;
    }
    list("why", &report.answer.why, style, out)?;
    list("what changed", &report.answer.changed, style, out)?;
    list("what to do", &report.answer.to_do, style, out)?;
    list("how sure", &report.answer.sure, style, out)?;
    for default in report.answer.defaults.iter().take(SHOWN) {
        writeln!(out, "default in force: {}", style.line(default, 18))?;
    }
    writeln!(out, "{}", style.line(&report.holds_for.sentence, 0))?;
    for path in written {
        writeln!(out, "report: {}", fmt::plain(path))?;
    }
    Ok(())
}

fn list(title: &str, lines: &[Line], style: Style, out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", style.paint("bold", title))?;
    let said = || lines.iter().filter(|line| line.left_out.is_none());
    for line in said().take(SHOWN) {
        writeln!(out, "  {} {}", style.paint(&line.state, mark(&line.state)), style.line(&line.text, 4))?;
    }
    // What the list itself left out stands in the report as well.
    let left = said().skip(SHOWN).count() + lines.iter().filter_map(|line| line.left_out).sum::<usize>();
    if left > 0 {
        writeln!(out, "  and {left} more in the report")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six lines, the last of which was "and 9 more", were four and "and 2 more": 9 and the fifth were counted as two.
    #[test]
    fn what_a_list_left_out_before_is_counted_too() {
        let line = |text: &str, left_out| Line {
            text: text.to_owned(),
            anchor: None,
            state: "fail".to_owned(),
            left_out,
            left_open: None,
        };
        let mut lines: Vec<Line> = (1..=5).map(|number| line(&format!("reason {number}"), None)).collect();
        lines.push(line("and 9 more under Criteria", Some(9)));
        let written = |lines: &[Line]| {
            let mut out = Vec::new();
            list("why", lines, Style { colour: false, width: 80 }, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(written(&lines).ends_with("  ✖ reason 4\n  and 10 more in the report\n"), "{}", written(&lines));
        assert!(written(&lines[..4]).ends_with("reason 4\n"));
    }
}
