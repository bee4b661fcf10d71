//! What was judged: criteria, comparisons and findings, in the order in which they matter.

use super::{Cut, PRINTED, about};
use crate::compare::by_percentile::DistributionChange;
use crate::compare::delta::{Call, Delta};
use crate::fmt;
use crate::judge::outcome::{CriterionResult, Finding, Origin, Status};
use crate::render::state::{self, NOT_JUDGED, State};
use crate::report::build::words;
use crate::report::history::HistoryTest;
use crate::report::model::{Report, TestReport};
use crate::unit::Unit;
use serde::Serialize;
use std::collections::BTreeMap;

/// Criteria on the page.
const MOST_CRITERIA: usize = 300;
/// Comparisons on the page.
const MOST_CHANGES: usize = 150;
/// Endpoints whose change by percentile is on the page.
const MOST_DISTRIBUTIONS: usize = 20;
/// Findings on the page.
const MOST_FINDINGS: usize = 60;

/// Criteria and comparisons by the endpoint they are about.
pub(in crate::render) struct Index<'a> {
    report: &'a Report,
    criteria: BTreeMap<(&'a str, &'a str), Vec<&'a CriterionResult>>,
    deltas: BTreeMap<(&'a str, &'a str), Vec<&'a Delta>>,
}

impl<'a> Index<'a> {
    pub(in crate::render) fn new(report: &'a Report) -> Self {
        let mut index = Self { report, criteria: BTreeMap::new(), deltas: BTreeMap::new() };
        for criterion in &report.criteria {
            if let Some(key) = about(criterion) {
                index.criteria.entry(key).or_default().push(criterion);
            }
        }
        for delta in &report.deltas {
            index.deltas.entry((&delta.test, &delta.endpoint)).or_default().push(delta);
        }
        index
    }

    /// What the store knows of a test.
    pub(super) fn history(&self, test: &str) -> Option<&'a HistoryTest> {
        self.report.history.iter().find(|one| one.test == test)
    }

    pub(super) fn criteria<'s>(&'s self, test: &'s str, endpoint: &'s str) -> &'s [&'a CriterionResult] {
        self.criteria.get(&(test, endpoint)).map(Vec::as_slice).unwrap_or_default()
    }

    pub(in crate::render) fn deltas<'s>(&'s self, test: &'s str, endpoint: &'s str) -> &'s [&'a Delta] {
        self.deltas.get(&(test, endpoint)).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many criteria of a test were met, in words, and the state of the worst.
    pub(in crate::render) fn of_test(&self, test: &TestReport) -> (String, State) {
        if let Some(why) = &test.superseded {
            return (format!("does not count: {}", fmt::plain(why)), state::planned("superseded"));
        }
        let own =
            self.report.criteria.iter().filter(|one| one.test == test.name && one.status != Status::NotApplicable);
        let statuses: Vec<Status> = own.map(|one| one.status).collect();
        let met = statuses.iter().filter(|one| matches!(one, Status::Pass | Status::MetNotProven)).count();
        let worst = statuses.iter().copied().min_by_key(|one| weight(*one));
        worst.map_or_else(
            || ("no criterion".to_owned(), NOT_JUDGED),
            |worst| (format!("{met} of {} met", statuses.len()), state::status(worst)),
        )
    }

    /// The latency that changes are told by in a test: p95 where it was compared, else the first that was.
    pub(in crate::render) fn told_by(&self, test: &str) -> Option<&'a str> {
        let of_test = self.deltas.iter().filter(|((name, _), _)| *name == test).flat_map(|(_, deltas)| deltas);
        let latencies: Vec<&str> =
            of_test.map(|delta| delta.metric.as_str()).filter(|metric| metric.starts_with('p')).collect();
        latencies.iter().find(|metric| **metric == "p95").or_else(|| latencies.first()).copied()
    }
}

/// A criterion with its words.
#[derive(Debug, Serialize)]
pub(super) struct CriterionRow<'a> {
    it: &'a CriterionResult,
    state: State,
    /// `plimsoll.toml`, `k6 threshold`, …
    origin: &'static str,
    /// `below`, `at most`, … of the limit, and of the outer one.
    side: &'static str,
    warn_side: &'static str,
    /// Distance from the figure to the limit as a share of the limit; negative when outside.
    margin: Option<f64>,
    /// Figure by limit, where the figure is at least twice a limit that it should stay under.
    times: Option<f64>,
    screen: bool,
}

/// Of two outcomes the one that matters more has the smaller number.
pub(in crate::render) fn weight(status: Status) -> u8 {
    match status {
        Status::Fail => 0,
        Status::Inconclusive | Status::NotRun | Status::Blocked => 1,
        Status::Warn | Status::Waived => 2,
        Status::MetNotProven => 3,
        Status::Pass => 4,
        Status::NotApplicable => 5,
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Config => "configured",
        Origin::K6 => "k6 threshold",
        Origin::Default => "default",
        Origin::Baseline => "baseline",
        Origin::Plan => "plan",
        Origin::Group => "group",
        Origin::Keptn => "Keptn",
        Origin::Taurus => "Taurus",
        Origin::Gatling => "Gatling assertion",
        Origin::Artillery => "Artillery",
    }
}

fn criterion(it: &CriterionResult) -> CriterionRow<'_> {
    let side = it.limit.map_or("", |limit| limit.side.words());
    let warn_side = it.limit.and_then(|limit| limit.warn_side).map_or(side, crate::judge::outcome::Side::words);
    let margin = it.limit.zip(it.observed).and_then(|(limit, observed)| {
        let inside = if limit.side.larger_is_worse()? { 1.0 } else { -1.0 };
        let room = (limit.value - observed) * inside;
        (limit.value.abs() > 0.0).then(|| room / limit.value.abs())
    });
    CriterionRow {
        it,
        state: state::status(it.status),
        origin: origin(it.origin),
        side,
        warn_side,
        margin,
        times: margin.filter(|margin| *margin <= -1.0).map(|margin| 1.0 - margin),
        screen: false,
    }
}

/// All criteria as they are declared, failing ones first where there are too many to show.
pub(super) fn criteria(report: &Report) -> Cut<CriterionRow<'_>> {
    let mut all: Vec<&CriterionResult> = report.criteria.iter().collect();
    all.sort_by_key(|one| weight(one.status));
    let mut cut = Cut::of(all.into_iter().map(criterion).collect(), MOST_CRITERIA);
    for row in cut.shown.iter_mut().skip(PRINTED) {
        row.screen = true;
    }
    cut
}

/// A comparison with its words.
#[derive(Debug, Serialize)]
pub(super) struct ChangeRow<'a> {
    pub(super) it: &'a Delta,
    state: State,
    /// `+26 % (21 to 31)`, or points for failures.
    change: String,
    /// The range that it is held against, where one was declared.
    declared: Option<String>,
    /// `ratio` for failures, `micros` for latencies.
    unit: &'static str,
    screen: bool,
}

fn harm(call: Call) -> u8 {
    match call {
        Call::Regressed => 0,
        Call::Improved => 1,
        Call::Inconclusive => 2,
        Call::NoRegressionSeen => 3,
        Call::NoSlower => 4,
    }
}

pub(super) fn change(it: &Delta) -> ChangeRow<'_> {
    let unit = match it.unit() {
        Unit::Ratio => "ratio",
        Unit::PerSecond => "per-second",
        Unit::Count => "count",
        _ => "micros",
    };
    let declared = words::declared_range(it);
    ChangeRow { it, state: state::call(it), change: words::change(it), declared, unit, screen: false }
}

pub(super) fn changes(report: &Report) -> Cut<ChangeRow<'_>> {
    let mut all: Vec<&Delta> = report.deltas.iter().collect();
    all.sort_by(|a, b| harm(a.call).cmp(&harm(b.call)).then(b.distance().total_cmp(&a.distance())));
    let mut cut = Cut::of(all.into_iter().map(change).collect(), MOST_CHANGES);
    for row in cut.shown.iter_mut().skip(PRINTED) {
        row.screen = true;
    }
    cut
}

/// Change by percentile, the endpoints whose percentiles moved most first.
pub(super) fn distributions(report: &Report) -> Cut<&DistributionChange> {
    let most = |one: &DistributionChange| one.percentiles.iter().map(|one| one.ratio.ln().abs()).fold(0.0, f64::max);
    let mut all: Vec<&DistributionChange> = report.distributions.iter().collect();
    all.sort_by(|a, b| most(b).total_cmp(&most(a)));
    Cut::of(all, MOST_DISTRIBUTIONS)
}

/// The first few ways in which something was compared, each once; what differs in the design effects alone is one way.
pub(super) fn methods(report: &Report) -> Vec<String> {
    let mut ways: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
    for delta in &report.deltas {
        let (way, effects) = effects(&delta.method).unwrap_or(((&delta.method, ""), Vec::new()));
        ways.entry(way).or_default().extend(effects);
    }
    let words = |((before, after), effects): (&(&str, &str), &Vec<f64>)| {
        let least = effects.iter().copied().reduce(f64::min)?;
        let most = effects.iter().copied().fold(least, f64::max);
        let (least, most) = (fmt::number(least), fmt::number(most));
        let effects =
            if least == most { format!("design effect {least}") } else { format!("design effects {least} to {most}") };
        Some(format!("{before}, {effects}{after}"))
    };
    ways.iter().take(8).map(|way| words(way).unwrap_or_else(|| way.0.0.to_owned())).collect()
}

/// What stands around `, design effects 1 and 1.2` in a method, and both effects.
fn effects(method: &str) -> Option<((&str, &str), Vec<f64>)> {
    let (before, rest) = method.split_once(", design effects ")?;
    let (first, rest) = rest.split_once(" and ")?;
    let (second, after) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
    Some(((before, after), vec![first.parse().ok()?, second.parse().ok()?]))
}

/// A finding with its state.
#[derive(Debug, Serialize)]
pub(super) struct FindingRow<'a> {
    it: &'a Finding,
    state: State,
}

pub(super) fn findings(report: &Report) -> Cut<FindingRow<'_>> {
    let all = report.findings.iter().map(|it| FindingRow { it, state: state::severity(it.severity) });
    Cut::of(all.collect(), MOST_FINDINGS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn design_effects_are_read_out_of_a_method() {
        let method = "L1 Newcombe's interval, design effects 1 and 1.25 from 18 blocks";
        let (around, read) = effects(method).unwrap();
        assert_eq!(around, ("L1 Newcombe's interval", " from 18 blocks"));
        assert_eq!(read.into_iter().map(fmt::number).collect::<Vec<_>>(), ["1", "1.25"]);
        assert_eq!(effects("L0 Newcombe's interval over 7 runs, design effects 1 and 2").unwrap().0.1, "");
        assert_eq!(effects("L3: merged, design effect 3 and tau 2 %/1 % assumed"), None);
    }
}
