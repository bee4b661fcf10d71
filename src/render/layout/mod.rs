//! What stands where: which rows a report shows, in what order, and how many are left out and counted instead. HTML and Markdown
//! share this, so both show the same rows with the same words; numbers stay numbers until a filter writes them.
//!
//! Tables are cut because a page that nobody can open proves nothing: everything that is left out stands in report.json.

mod beside;
mod endpoint;
mod judged;
mod picture;
mod test;

pub(super) use endpoint::{Outcome, outcome};
pub(super) use judged::{Index, weight};

use super::state::{self, State};
use super::svg::Ground;
use crate::compare::by_percentile::DistributionChange;
use crate::error::Error;
use crate::judge::outcome::{CriterionResult, PlanOutcome};
use crate::report::baseline::BaselineUsed;
use crate::report::model::{
    Answer, Approval, ConfigUsed, FileNotUsed, Generator, HoldsFor, Line, Report, Reproduce, RequirementLine,
    TestReport, Tile,
};
use judged::{ChangeRow, CriterionRow, FindingRow};
pub(super) use picture::{Budget, Picture};
use serde::Serialize;
use test::TestLayout;

/// Rows that print; those behind them are for the screen.
const PRINTED: usize = 50;

/// A Cut is the part of a list that is shown, and how many are not.
#[derive(Debug, Serialize)]
pub(super) struct Cut<T> {
    /// In the order they are shown.
    pub(super) shown: Vec<T>,
    /// How many more there are.
    pub(super) left: usize,
}

impl<T> Cut<T> {
    pub(super) fn of(mut all: Vec<T>, most: usize) -> Self {
        let left = all.len().saturating_sub(most);
        all.truncate(most);
        Self { shown: all, left }
    }
}

/// A Layout is a report as it is laid out.
#[derive(Debug, Serialize)]
pub(super) struct Layout<'a> {
    title: &'a str,
    generator: &'a Generator,
    run_id: &'a str,
    verdict: State,
    conditions: &'a [String],
    holds_for: &'a HoldsFor,
    answer: AnswerLayout<'a>,
    config: &'a ConfigUsed,
    baseline: Option<&'a BaselineUsed>,
    tools: Vec<String>,
    pub(super) tests: Vec<TestLayout<'a>>,
    plan: Vec<Planned<'a>>,
    criteria: Cut<CriterionRow<'a>>,
    beside: beside::Beside<'a>,
    requirements: Vec<Required<'a>>,
    changes: Cut<ChangeRow<'a>>,
    /// Change by percentile, endpoint by endpoint.
    distributions: Cut<&'a DistributionChange>,
    /// How it was compared, each way once.
    methods: Vec<String>,
    findings: Cut<FindingRow<'a>>,
    files_not_used: Cut<&'a FileNotUsed>,
    reproduce: &'a Reproduce,
    approvals: Vec<Approval>,
}

/// Page one with its states.
#[derive(Debug, Serialize)]
struct AnswerLayout<'a> {
    summary: &'a str,
    headline: &'a str,
    tiles: Vec<Stated<&'a Tile>>,
    why: Vec<Stated<&'a Line>>,
    changed: Vec<Stated<&'a Line>>,
    to_do: Vec<Stated<&'a Line>>,
    sure: Vec<Stated<&'a Line>>,
    defaults: &'a [String],
}

/// Something with the state it is shown in.
#[derive(Debug, Serialize)]
struct Stated<T> {
    it: T,
    state: State,
}

/// A line of the plan with its state.
#[derive(Debug, Serialize)]
struct Planned<'a> {
    line: &'a PlanOutcome,
    state: State,
}

/// A requirement with its state.
#[derive(Debug, Serialize)]
struct Required<'a> {
    line: &'a RequirementLine,
    state: State,
}

impl<'a> Layout<'a> {
    /// Lays a report out; pictures are drawn for the ground until the budget is used up.
    ///
    /// # Errors
    /// Only by a mistake in drawing code.
    pub(super) fn new(report: &'a Report, ground: Ground) -> Result<Self, Error> {
        let judged = judged::Index::new(report);
        let mut budget = Budget::new(ground);
        let tests = in_order(&report.tests)
            .into_iter()
            .map(|test| TestLayout::new(test, &judged, &mut budget))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            title: &report.title,
            generator: &report.generator,
            run_id: &report.run_id,
            verdict: state::verdict(report.verdict),
            conditions: &report.conditions,
            holds_for: &report.holds_for,
            answer: AnswerLayout::new(&report.answer),
            config: &report.config,
            baseline: report.baseline.as_ref(),
            tools: tools(report),
            tests,
            plan: report.plan.iter().map(|line| Planned { line, state: state::planned(&line.state) }).collect(),
            criteria: judged::criteria(report),
            beside: beside::Beside::new(report),
            requirements: report
                .requirements
                .iter()
                .map(|line| Required { line, state: state::status(line.status) })
                .collect(),
            changes: judged::changes(report),
            distributions: judged::distributions(report),
            methods: judged::methods(report),
            findings: judged::findings(report),
            files_not_used: Cut::of(report.files_not_used.iter().collect(), 100),
            reproduce: &report.reproduce,
            approvals: approvals(&report.approvals),
        })
    }
}

impl<'a> AnswerLayout<'a> {
    fn new(answer: &'a Answer) -> Self {
        let lines = |lines: &'a [Line], state: fn(&str) -> State| {
            lines.iter().map(|it| Stated { it, state: state(&it.state) }).collect()
        };
        Self {
            summary: &answer.summary,
            headline: &answer.headline,
            tiles: answer.tiles.iter().map(|it| Stated { it, state: state::named(&it.state) }).collect(),
            why: lines(&answer.why, state::named),
            changed: lines(&answer.changed, state::moved),
            to_do: lines(&answer.to_do, state::advised),
            sure: lines(&answer.sure, state::rested),
            defaults: &answer.defaults,
        }
    }
}

/// Each tool once, with its version.
fn tools(report: &Report) -> Vec<String> {
    let mut tools: Vec<String> = Vec::new();
    for test in &report.tests {
        let tool =
            test.tool_version.as_ref().map_or_else(|| test.tool.clone(), |version| format!("{} {version}", test.tool));
        if !tools.contains(&tool) {
            tools.push(tool);
        }
    }
    tools
}

/// The rows to be signed; three empty ones where nobody declared any.
fn approvals(declared: &[Approval]) -> Vec<Approval> {
    let empty = || Approval { role: String::new(), name: String::new() };
    if declared.is_empty() { (0..3).map(|_| empty()).collect() } else { declared.to_vec() }
}

/// Whether a criterion is about an endpoint of a test.
fn about(criterion: &CriterionResult) -> Option<(&str, &str)> {
    criterion.endpoint.as_deref().map(|endpoint| (criterion.test.as_str(), endpoint))
}

/// Tests as people look for them: by name with numbers as numbers (1, 5, 10), and the run that counts before those that it supersedes.
pub(in crate::render) fn in_order<'a>(tests: impl IntoIterator<Item = &'a TestReport>) -> Vec<&'a TestReport> {
    let mut tests: Vec<&TestReport> = tests.into_iter().collect();
    tests.sort_by_cached_key(|test| (natural(&test.name), test.superseded.is_some()));
    tests
}

/// A name in parts that sort as people count: digits by their value, before letters.
fn natural(name: &str) -> Vec<(bool, usize, String)> {
    let mut parts: Vec<(bool, usize, String)> = Vec::new();
    for letter in name.chars() {
        let text = !letter.is_ascii_digit();
        match parts.last_mut().filter(|part| part.0 == text) {
            Some((_, _, part)) => part.push(letter),
            None => parts.push((text, 0, letter.to_string())),
        }
    }
    for (_, length, digits) in parts.iter_mut().filter(|part| !part.0) {
        *digits = digits.trim_start_matches('0').to_owned();
        *length = digits.len();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::natural;

    /// Tests of 1, 5, 10, 20 and 50 users stood as 1, 10, 20, 5, 50.
    #[test]
    fn names_sort_as_people_count() {
        let mut names = ["50 users", "5 users", "10 users", "steady", "run-007", "run-6", "1 user"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["1 user", "5 users", "10 users", "50 users", "run-6", "run-007", "steady"]);
    }
}
