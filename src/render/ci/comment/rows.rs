//! The tables of a comment: tests, criteria, endpoints, each in the order of harm.

use super::part::{ALWAYS, Part, Rank};
use super::rank;
use crate::analyse::figures::EndpointFigures;
use crate::compare::delta::Delta;
use crate::fmt;
use crate::judge::outcome::{CriterionResult, Status};
use crate::render::filter::{Target, prose};
use crate::render::layout::{self, Index};
use crate::render::state::{self, State};
use crate::report::build::words;
use crate::report::model::{Report, TestReport};

/// Endpoints that are never left out.
const WORST: usize = 20;
/// Unmet criteria that are never left out.
const UNMET: usize = 30;
/// Characters of a name.
const NAME: usize = 60;
/// Characters of a reason.
const REASON: usize = 160;
/// Blocks of a course.
const BLOCKS: usize = 24;

const TEXT: &str = ":--";
const NUMBER: &str = "--:";

/// What the tables are made of.
pub(super) struct Rows<'a> {
    report: &'a Report,
    index: Index<'a>,
    standing: Vec<&'a TestReport>,
    endpoints: Vec<Endpoint<'a>>,
}

/// An endpoint, what came of it and how it changed.
struct Endpoint<'a> {
    test: &'a TestReport,
    figures: &'a EndpointFigures,
    state: State,
    /// Of which metric that is so.
    by: Option<String>,
    rank: u8,
    change: Option<&'a Delta>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let index = Index::new(report);
        let standing = layout::in_order(report.standing());
        let mut endpoints: Vec<Endpoint<'a>> = standing.iter().flat_map(|test| of_test(test, &index)).collect();
        endpoints.sort_by(|a, b| {
            let harm = |one: &Endpoint<'_>| one.change.and_then(|delta| delta.ratio).unwrap_or(1.0);
            let failures = |one: &Endpoint<'_>| one.figures.failures.unwrap_or(0);
            let slow = |one: &Endpoint<'_>| p95(one.figures).unwrap_or(0.0);
            (b.rank.cmp(&a.rank))
                .then(harm(b).total_cmp(&harm(a)))
                .then(failures(b).cmp(&failures(a)))
                .then(slow(b).total_cmp(&slow(a)))
                .then(a.figures.label.cmp(&b.figures.label))
        });
        Self { report, index, standing, endpoints }
    }

    /// One line a test, with the course of its p95.
    pub(super) fn tests(&self) -> Part {
        let columns = [
            ("test", TEXT),
            ("users", NUMBER),
            ("made", NUMBER),
            ("failed", NUMBER),
            ("p50", NUMBER),
            ("p95", NUMBER),
            ("criteria", TEXT),
            ("p95 over time", TEXT),
        ];
        let rows = self.standing.iter().map(|test| (rank::TESTS, self.test(test))).collect();
        Part::table("Tests", "tests", &columns, rows)
    }

    fn test(&self, test: &TestReport) -> Vec<String> {
        let (totals, counted) = test.measured();
        let (met, state) = self.index.of_test(test);
        let course = test.series.as_ref().and_then(|series| series.quantiles_us.get("p95"));
        vec![
            name(&test.name),
            known(test.load.users_max, fmt::number),
            totals.requests.map_or_else(unknown, |n| format!("{} {counted}", fmt::count(n))),
            failed(totals),
            known(quantile(totals, "p50"), fmt::latency_us),
            known(p95(totals), fmt::latency_us),
            format!("{} {met}", state.sign),
            course.map(|values| fmt::blocks(values, BLOCKS)).unwrap_or_default(),
        ]
    }

    /// Criteria that are not met, weightiest first.
    pub(super) fn not_met(&self) -> Part {
        self.criteria(
            "Criteria not met",
            |status| !matches!(status, Status::Pass | Status::MetNotProven),
            UNMET,
            rank::UNMET,
        )
    }

    /// The others.
    pub(super) fn met(&self) -> Part {
        self.criteria("Criteria met", |status| matches!(status, Status::Pass | Status::MetNotProven), 0, rank::MET)
    }

    fn criteria(&self, heading: &str, wanted: impl Fn(Status) -> bool, always: usize, rest: Rank) -> Part {
        let mut all: Vec<&CriterionResult> = self.report.criteria.iter().filter(|one| wanted(one.status)).collect();
        all.sort_by_key(|one| (layout::weight(one.status), !one.critical));
        let heading =
            format!("{heading}: {} of {}", fmt::count(all.len() as u64), fmt::count(self.report.criteria.len() as u64));
        let columns = [("result", TEXT), ("criterion", TEXT), ("of", TEXT), ("figure and limit", TEXT)];
        let rows =
            all.into_iter().enumerate().map(|(at, one)| (if at < always { ALWAYS } else { rest }, criterion(one)));
        Part::table(&heading, "criteria", &columns, rows.collect())
    }

    /// The endpoints that look worst.
    pub(super) fn worst(&self) -> Part {
        let shown = self.endpoints.len().min(WORST);
        let heading = match self.endpoints.len() {
            all if all > WORST => format!("Worst {shown} of {} endpoints", fmt::count(all as u64)),
            _ if self.endpoints.iter().all(|one| one.rank == 0) => "Endpoints, most failures first".to_owned(),
            _ => "Endpoints, worst first".to_owned(),
        };
        self.table(&heading, self.endpoints.iter().take(WORST), ALWAYS)
    }

    /// The rest of them.
    pub(super) fn others(&self) -> Part {
        let heading = format!("The other {} endpoints", fmt::count(self.endpoints.len().saturating_sub(WORST) as u64));
        self.table(&heading, self.endpoints.iter().skip(WORST), rank::ENDPOINTS)
    }

    fn table<'s>(&self, heading: &str, endpoints: impl Iterator<Item = &'s Endpoint<'a>>, rank: Rank) -> Part
    where
        'a: 's,
    {
        let several = self.standing.len() > 1;
        let compared = self.endpoints.iter().any(|one| one.change.is_some());
        let judged = self.endpoints.iter().any(|one| one.rank > 0);
        let mut columns: Vec<(&str, &str)> = judged.then_some(("result", TEXT)).into_iter().collect();
        columns.push(("endpoint", TEXT));
        columns.extend(several.then_some(("test", TEXT)));
        columns.extend([("made", NUMBER), ("failed", NUMBER), ("p50", NUMBER), ("p95", NUMBER)]);
        columns.extend(compared.then_some(("change (95 %)", NUMBER)));
        let rows = endpoints.map(|one| {
            let by = one.by.as_ref().map(|by| format!(" ({})", fmt::markdown(&fmt::shorten(by, NAME))));
            let by = by.unwrap_or_default();
            let result = judged.then(|| format!("{} {}{by}", one.state.sign, one.state.word));
            let mut cells: Vec<String> = result.into_iter().chain([name(&one.figures.label)]).collect();
            cells.extend(several.then(|| name(&one.test.name)));
            cells.extend([
                one.figures.requests.map_or_else(unknown, fmt::count),
                failed(one.figures),
                known(quantile(one.figures, "p50"), fmt::latency_us),
                known(p95(one.figures), fmt::latency_us),
            ]);
            cells.extend(compared.then(|| one.change.map_or_else(unknown, change)));
            (rank, cells)
        });
        Part::table(heading, "endpoints", &columns, rows.collect())
    }
}

fn of_test<'a>(test: &'a TestReport, index: &Index<'a>) -> Vec<Endpoint<'a>> {
    let told_by = index.told_by(&test.name);
    let others = test.populations.iter().flat_map(|one| &one.endpoints);
    let endpoint = |figures: &'a EndpointFigures| {
        let layout::Outcome { rank, state, by } = layout::outcome(&test.name, figures, index);
        let deltas = index.deltas(&test.name, &figures.label);
        let change =
            deltas.iter().copied().find(|delta| told_by == Some(delta.metric.as_str()) && delta.ratio.is_some());
        Endpoint { test, figures, state, by, rank, change }
    };
    test.endpoints.iter().chain(others).map(endpoint).collect()
}

fn criterion(one: &CriterionResult) -> Vec<String> {
    let state = state::status(one.status);
    let place = [Some(one.test.as_str()).filter(|test| !test.is_empty()), one.endpoint.as_deref()];
    let place: Vec<String> = place.into_iter().flatten().map(name).collect();
    let weight = if one.critical || one.status != Status::Fail { "" } else { ", not critical" };
    vec![
        format!("{} {}{weight}", state.sign, state.word),
        name(&super::super::demand(one)),
        if place.is_empty() { "all".to_owned() } else { place.join(" ") },
        prose(&fmt::sentences(&one.reason, REASON), Target::Markdown),
    ]
}

fn change(delta: &Delta) -> String {
    fmt::markdown(&words::change(delta))
}

fn name(text: &str) -> String {
    fmt::code_span(&fmt::shorten(&fmt::plain(text), NAME))
}

fn quantile(figures: &EndpointFigures, name: &str) -> Option<f64> {
    figures.latency_us.quantiles.get(name).copied().flatten()
}

fn p95(figures: &EndpointFigures) -> Option<f64> {
    quantile(figures, "p95")
}

fn failed(figures: &EndpointFigures) -> String {
    match (figures.failures, figures.failure_ratio) {
        (Some(0), _) => "0".to_owned(),
        (Some(failures), Some(ratio)) => format!("{} ({})", fmt::count(failures), fmt::percent(ratio)),
        (Some(failures), None) => fmt::count(failures),
        (None, _) => unknown(),
    }
}

fn known(value: Option<f64>, write: fn(f64) -> String) -> String {
    value.map_or_else(unknown, write)
}

fn unknown() -> String {
    "–".to_owned()
}
