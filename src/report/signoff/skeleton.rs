//! The skeleton of a signoff.toml, filled with what a run shows: `init --signoff`.

use super::words;
use crate::config::signoff::SKELETON;
use crate::fmt;
use crate::judge::outcome::{CriterionResult, Severity, Status};
use crate::report::model::{Report, TestReport};
use std::collections::BTreeSet;

/// Actions that are proposed.
const ACTIONS: usize = 8;

/// Lines that nearly every release answers; two of them the program itself can.
const CHECKLIST: [(&str, &str); 10] = [
    ("All planned tests were run", "measured = \"tests-run\""),
    ("All targets are met", "measured = \"targets-met\""),
    ("The environment is like production", "# answer = \"yes\""),
    ("Dashboards", "# answer = \"yes\""),
    ("Alerts on latency and failures", "# answer = \"yes\""),
    ("Capacity plan", "# answer = \"yes\""),
    ("Limits of what it depends on are known", "# answer = \"yes\""),
    ("Rollback tested", "# answer = \"yes\""),
    ("Runbook", "# answer = \"yes\""),
    ("On-call", "# answer = \"yes\""),
];

/// The commented skeleton, and behind it what the report can begin: expected traffic for each test, what gave way, what to do about
/// what fails, a checklist, who signs. It is a valid signoff.toml as it stands.
#[must_use]
pub fn skeleton(report: &Report) -> String {
    let mut out = SKELETON.trim_end().to_owned();
    out.push_str("\n\n# ---- begun from the results; fill in what is commented out\n");
    for test in report.standing() {
        out.push_str(&traffic(test));
    }
    out.push_str(&actions(report));
    for finding in report.findings.iter().filter(|one| one.severity != Severity::Note && one.rule == "pool-saturated") {
        out.push_str(&format!(
            "\n[[bottlenecks]]\nwhat = {}\n# severity = 7\n# required = \"\"\nfix = {}\n# effort = \"90 min\"\n",
            quoted(&finding.message),
            quoted(&finding.advice)
        ));
    }
    for (line, how) in CHECKLIST {
        let evidence = if how.starts_with('#') { "# evidence = \"\"\n" } else { "" };
        out.push_str(&format!("\n[[checklist]]\nline = {}\n{how}\n{evidence}", quoted(line)));
    }
    for (statement, role) in [("evidence", "Performance team"), ("risk", "Product")] {
        out.push_str(&format!("\n[[signatures]]\nstatement = \"{statement}\"\nrole = \"{role}\"\n# name = \"\"\n"));
    }
    out
}

fn traffic(test: &TestReport) -> String {
    let (totals, counted) = test.measured();
    let users = test.load.users_max.map(crate::report::build::words::people);
    let rate = totals.rate_per_s.map(|rate| format!("{} {counted}", fmt::rate(rate)));
    let tested: Vec<String> = users.into_iter().chain(rate).collect();
    let tested = if tested.is_empty() { String::new() } else { format!("# {} were tested\n", fmt::listed(&tested)) };
    let name = quoted(&globset_escaped(&test.name));
    format!("\n[[traffic]]\ntest = {name}\n{tested}# users = 0\n# rate = \"0/s\"\n# source = \"\"\n")
}

/// A name as a glob that means itself.
fn globset_escaped(name: &str) -> String {
    name.chars()
        .flat_map(|letter| if "*?[]{}\\".contains(letter) { vec!['\\', letter] } else { vec![letter] })
        .collect()
}

/// One action for each test and outcome: what fails must be mended, what could not be told be made tellable.
fn actions(report: &Report) -> String {
    let open = |one: &&CriterionResult| one.critical && !words::is_settled(one.status) && one.status != Status::Warn;
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut out = String::new();
    for result in report.criteria.iter().filter(open) {
        if seen.len() < ACTIONS && seen.insert(&result.id) {
            let what = match result.status {
                Status::Fail => {
                    format!("{} {} in {}", result.id, words::needed(result).unwrap_or_default(), result.test)
                }
                _ => format!("a result that can tell {} in {}", result.id, result.test),
            };
            out.push_str(&format!(
                "\n[[actions]]\nwhat = {}\nphase = \"must\"\n# owner = \"\"\n# effort = \"4 h\"\ncloses = [{}]\n",
                quoted(&what),
                quoted(&result.id)
            ));
        }
    }
    out
}

/// A text as TOML writes it, whatever it holds.
fn quoted(text: &str) -> String {
    toml::Value::String(fmt::plain(&crate::ingest::scrub::sentence(text))).to_string()
}
