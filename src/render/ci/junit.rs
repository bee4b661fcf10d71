//! junit.xml: one case a criterion, one suite a test.
//!
//! There is no standard, so this is what Jenkins' xUnit plugin accepts by its schema (junit-10), the strictest of all: times with at
//! most three decimals, cases with name, class name and time only. GitLab shows the class name where others show the suite and drops a
//! second case of the same name; Jenkins splits class names at dots. Hence class names `plimsoll.TEST.ENDPOINT` whose parts
//! hold no dot, and no two cases alike.
//!
//! A case fails where the criterion fails and the verdict falls with it, so that failures and exit code never disagree. What failed and
//! is not critical, was waived or could not be told is *skipped* with the reason: it is neither met nor does it stop anybody. A run
//! that proves nothing and a file that cannot be read are *errors*.

use super::{Gate, demand};
use crate::compare::delta::Call;
use crate::fmt;
use crate::judge::outcome::{CriterionResult, Origin, Status};
use crate::render::state;
use crate::render::svg::escape;
use crate::render::text::verdict_words;
use crate::report::build::words;
use crate::report::model::{Report, TestReport};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Characters of a message: readers cut or refuse longer ones.
const MESSAGE: usize = 1_024;
/// Characters of a part of a name.
const PART: usize = 120;
/// Regressions that a failed comparison lists.
const MOST_CHANGES: usize = 100;

/// What became of a case.
enum Outcome {
    Passed,
    /// Element (`failure`, `error`, `skipped`), its type and message.
    Other(&'static str, &'static str, String),
}

/// A Case is what CI shows as a test.
struct Case {
    class: String,
    name: String,
    outcome: Outcome,
    /// In full, under the case.
    said: String,
}

/// A Suite holds the cases of one test.
struct Suite {
    name: String,
    seconds: Option<f64>,
    started_at: Option<String>,
    cases: Vec<Case>,
}

/// Writes the report as `JUnit` XML.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, gate: Gate, out: &mut dyn Write) -> io::Result<()> {
    let mut suites = suites(report, gate);
    tell_apart(&mut suites);
    let count = |element: &str| suites.iter().map(|suite| suite.count(element)).sum::<usize>();
    let cases: usize = suites.iter().map(|suite| suite.cases.len()).sum();
    let seconds: f64 = suites.iter().filter_map(|suite| suite.seconds).sum();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"{}\" tests=\"{cases}\" failures=\"{}\" errors=\"{}\" time=\"{}\">",
        escape(&fmt::shorten(&fmt::plain(&report.title), PART)),
        count("failure"),
        count("error"),
        fmt::seconds(seconds)
    )?;
    for suite in &suites {
        suite.write(out)?;
    }
    writeln!(out, "</testsuites>")
}

/// The verdict and what is about no single test, then one suite for each test.
fn suites(report: &Report, gate: Gate) -> Vec<Suite> {
    let mut all = vec![of_the_suite(report, gate)];
    let standing = report.standing();
    let mut names: Vec<&str> = standing.iter().map(|test| test.name.as_str()).collect();
    for criterion in report.criteria.iter().filter(|one| !one.test.is_empty()) {
        if !names.contains(&criterion.test.as_str()) {
            names.push(&criterion.test);
        }
    }
    let mut by_test: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    for criterion in &report.criteria {
        by_test.entry(&criterion.test).or_default().push(case(report, criterion));
    }
    for name in names {
        let test = standing.iter().find(|test| test.name == name);
        let mut cases: Vec<Case> = test.map(|test| validity(report, test)).into_iter().collect();
        cases.extend(by_test.remove(name).unwrap_or_default());
        all.push(Suite {
            name: name.to_owned(),
            seconds: test.and_then(|test| test.duration_s),
            started_at: test.and_then(|test| test.started_at.clone()),
            cases,
        });
    }
    all
}

fn of_the_suite(report: &Report, gate: Gate) -> Suite {
    let mut cases = vec![verdict(report, gate)];
    for file in report.files_not_used.iter().filter(|file| file.unreadable) {
        let outcome = Outcome::Other("error", "unreadable", file.reason.clone());
        cases.push(Case { class: class("inputs", None), name: file.source.clone(), outcome, said: String::new() });
    }
    cases.extend(report.criteria.iter().filter(|one| one.test.is_empty()).map(|one| case(report, one)));
    Suite { name: "verdict".to_owned(), seconds: None, started_at: None, cases }
}

fn verdict(report: &Report, gate: Gate) -> Case {
    let words = verdict_words(report.verdict);
    let message = format!("{words}: {}. {}", report.answer.summary, report.answer.headline);
    let outcome = match gate {
        Gate::Passes => Outcome::Passed,
        Gate::Fails => Outcome::Other("failure", "verdict", message),
        Gate::CannotTell => Outcome::Other("skipped", "inconclusive", message),
    };
    let lines = report.answer.why.iter().map(|line| line.text.as_str());
    let said: Vec<&str> =
        [words, &report.answer.summary, &report.holds_for.sentence].into_iter().chain(lines).collect();
    Case { class: "plimsoll".to_owned(), name: "verdict".to_owned(), outcome, said: said.join("\n") }
}

/// Whether the run can prove anything: an error where it cannot, whatever the criteria.
fn validity(report: &Report, test: &TestReport) -> Case {
    let own = test.doubts.iter().filter(|doubt| doubt.invalidates).map(|doubt| doubt.message.as_str());
    let asked = report.plan.iter().filter(|line| line.test == test.name && line.state == "run" && !line.why.is_empty());
    let mut reasons: Vec<&str> = own.chain(asked.map(|line| line.why.as_str())).collect();
    reasons.dedup();
    let outcome =
        if reasons.is_empty() { Outcome::Passed } else { Outcome::Other("error", "invalid run", reasons.join("; ")) };
    Case { class: class(&test.name, None), name: "the run is valid".to_owned(), outcome, said: String::new() }
}

fn case(report: &Report, criterion: &CriterionResult) -> Case {
    let reason = || criterion.reason.clone();
    let outcome = match criterion.status {
        Status::Pass | Status::MetNotProven | Status::Warn => Outcome::Passed,
        Status::Fail if criterion.critical => Outcome::Other("failure", "criterion", reason()),
        Status::Fail => Outcome::Other("skipped", "not critical", format!("fails, and is not critical: {}", reason())),
        Status::Waived => Outcome::Other("skipped", "waived", format!("waived: {}", reason())),
        Status::NotApplicable => Outcome::Other("skipped", "not applicable", format!("does not apply: {}", reason())),
        Status::Inconclusive | Status::NotRun | Status::Blocked => Outcome::Other("skipped", "cannot tell", reason()),
    };
    let mut said = format!("{}: {}", state::status(criterion.status).word, criterion.reason);
    if criterion.origin == Origin::Baseline && criterion.status == Status::Fail {
        let worse = report.deltas.iter().filter(|delta| delta.call == Call::Regressed);
        let of_test = worse.filter(|delta| criterion.test.is_empty() || delta.test == criterion.test);
        said.extend(of_test.take(MOST_CHANGES).map(|delta| format!("\n{}", words::sentence(delta))));
    }
    Case { class: class(&criterion.test, criterion.endpoint.as_deref()), name: demand(criterion), outcome, said }
}

/// `plimsoll.TEST.ENDPOINT`; dots within a part would be taken for its end.
fn class(test: &str, endpoint: Option<&str>) -> String {
    let part = |text: &str| fmt::shorten(&fmt::plain(text), PART).replace('.', "_");
    let parts = [Some(test).filter(|test| !test.is_empty()), endpoint];
    let parts = parts.into_iter().flatten().map(part);
    std::iter::once("plimsoll".to_owned()).chain(parts).collect::<Vec<_>>().join(".")
}

/// Numbers cases that would be shown under the same name.
fn tell_apart(suites: &mut [Suite]) {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for case in suites.iter_mut().flat_map(|suite| &mut suite.cases) {
        case.name = fmt::shorten(&fmt::plain(case.name.trim()), PART * 2);
        if case.name.is_empty() {
            case.name.push('–');
        }
        let times = seen.entry((case.class.clone(), case.name.clone())).or_default();
        *times += 1;
        if *times > 1 {
            case.name = format!("{} ({times})", case.name);
        }
    }
}

impl Suite {
    fn count(&self, element: &str) -> usize {
        let is = |case: &&Case| matches!(&case.outcome, Outcome::Other(name, _, _) if *name == element);
        self.cases.iter().filter(is).count()
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let name = fmt::shorten(&fmt::plain(self.name.trim()), PART);
        write!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\"",
            if name.is_empty() { "–".to_owned() } else { escape(&name) },
            self.cases.len(),
            self.count("failure"),
            self.count("error"),
            self.count("skipped"),
            fmt::seconds(self.seconds.unwrap_or(0.0))
        )?;
        if let Some(started_at) = &self.started_at {
            write!(out, " timestamp=\"{}\"", escape(started_at))?;
        }
        writeln!(out, ">")?;
        for case in &self.cases {
            case.write(out)?;
        }
        writeln!(out, "  </testsuite>")
    }
}

impl Case {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (name, class) = (escape(&self.name), escape(&self.class));
        write!(out, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"{}\">", fmt::seconds(0.0))?;
        let line = |text: &str| escape(&fmt::shorten(&fmt::plain(text), MESSAGE));
        let said: Vec<String> = self.said.lines().map(line).collect();
        let said = said.join("\n");
        match &self.outcome {
            // Some readers show the message, some the text within.
            Outcome::Other(element, kind, message) => {
                let message = line(message);
                let text = if said.is_empty() { &message } else { &said };
                write!(out, "<{element} type=\"{kind}\" message=\"{message}\">{text}</{element}>")?;
            }
            Outcome::Passed if said.is_empty() => {}
            Outcome::Passed => write!(out, "<system-out>{said}</system-out>")?,
        }
        writeln!(out, "</testcase>")
    }
}
