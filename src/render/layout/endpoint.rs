//! Endpoints as rows: sorted by harm, each with its figures, its change and what came of it.

use super::judged::{self, ChangeRow, Index};
use super::{Cut, PRINTED};
use crate::analyse::figures::{EndpointFigures, LatencyFigures};
use crate::compare::delta::{Call, Delta};
use crate::error::Error;
use crate::fmt;
use crate::judge::outcome::Status;
use crate::render::chart;
use crate::render::state::{self, NOT_JUDGED, State};
use crate::report::chart::Tone;
use crate::unit::Unit;
use serde::Serialize;

/// Endpoints on the page; the rest is counted.
const MOST_ENDPOINTS: usize = 300;
/// Percentiles that have a column, if a source gives them; others stand under "every percentile".
const COLUMNS: [&str; 4] = ["p50", "p95", "p99", "p99.9"];
/// Notes on figures that are not given.
const MOST_GAPS: usize = 40;

/// One figure, or why it is not given.
#[derive(Debug, Serialize)]
pub(super) struct Cell<'a> {
    us: Option<f64>,
    why: Option<&'a str>,
}

/// A Row is one endpoint in a table.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    it: &'a EndpointFigures,
    /// Percentiles in the order of the table's columns, over all responses.
    all: Vec<Cell<'a>>,
    /// The same over successes.
    successes: Vec<Cell<'a>>,
    /// How the latency that changes are told by compares with the baseline.
    change: Option<ChangeRow<'a>>,
    /// The change as a picture.
    effect: Option<String>,
    state: State,
    /// What the result is about, where it is not about the latency that changes are told by: `failures; p50 slower`.
    by: Option<String>,
    /// Not printed.
    screen: bool,
    rank: u8,
}

/// Figures of an endpoint that are not given, or that must be read with care.
#[derive(Debug, Serialize)]
pub(super) struct Gap<'a> {
    /// Empty for all together.
    label: &'a str,
    /// Which figures, and why.
    text: String,
}

/// Endpoints of one population.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "templates say `rows.rows`: the rows of a table of rows")]
#[expect(clippy::struct_excessive_bools, reason = "a template asks for each by itself")]
pub(super) struct Rows<'a> {
    /// Names of the percentiles that have columns.
    columns: Vec<&'a str>,
    rows: Cut<Row<'a>>,
    totals: Row<'a>,
    /// Requests of the rows that are left out.
    left_requests: u64,
    /// Whether any row has a change.
    compared: bool,
    /// Whether any row was judged or compared; else the column of results says nothing.
    judged: bool,
    /// Whether a figure that is shown must be read with care: it is of fewer requests than it needs.
    marked: bool,
    /// Name of the percentile that changes are told by.
    told_by: Option<&'a str>,
    /// Whether latencies of successes are another population: some request failed, and the source tells them apart.
    successes: bool,
    gaps: Cut<Gap<'a>>,
    /// Every percentile of the totals.
    every: Vec<Percentile<'a>>,
}

/// One percentile of the totals.
#[derive(Debug, Serialize)]
struct Percentile<'a> {
    name: &'a str,
    all: Cell<'a>,
    interval: Option<(Option<f64>, Option<f64>)>,
    successes: Cell<'a>,
}

impl<'a> Rows<'a> {
    /// Lays the endpoints of a population of a test out.
    pub(super) fn new(
        test: &str,
        totals: &'a EndpointFigures,
        endpoints: &'a [EndpointFigures],
        judged: &Index<'a>,
    ) -> Result<Self, Error> {
        let columns = columns(totals, endpoints);
        let told_by = judged.told_by(test);
        let mut rows: Vec<Row<'_>> = endpoints.iter().map(|one| row(test, one, &columns, told_by, judged)).collect();
        rows.sort_by(|a, b| {
            b.rank.cmp(&a.rank).then(b.it.requests.cmp(&a.it.requests)).then(a.it.label.cmp(&b.it.label))
        });
        let mut rows = Cut::of(rows, MOST_ENDPOINTS);
        for row in rows.shown.iter_mut().skip(PRINTED) {
            row.screen = true;
        }
        let left = endpoints.iter().map(|one| one.requests.unwrap_or(0)).sum::<u64>();
        let shown = rows.shown.iter().map(|one| one.it.requests.unwrap_or(0)).sum::<u64>();
        let mut totals = row(test, totals, &columns, told_by, judged);
        draw_effects(&mut rows.shown, &mut totals)?;
        let compared = rows.shown.iter().chain([&totals]).any(|one| one.change.is_some());
        let is_judged = rows.shown.iter().chain([&totals]).any(|one| one.state != NOT_JUDGED);
        let successes = rows.shown.iter().chain([&totals]).any(differs);
        let marked = rows
            .shown
            .iter()
            .chain([&totals])
            .flat_map(|one| &one.all)
            .any(|cell| cell.us.is_some() && cell.why.is_some());
        let gaps = gaps(totals.it, &rows.shown);
        let every = every(totals.it);
        Ok(Self {
            columns,
            rows,
            totals,
            left_requests: left.saturating_sub(shown),
            compared,
            judged: is_judged,
            marked,
            told_by,
            successes,
            gaps,
            every,
        })
    }
}

/// Whether some answers failed and the successes have figures of their own.
fn differs(row: &Row<'_>) -> bool {
    row.it.failures.is_some_and(|failures| failures > 0) && row.successes.iter().any(|cell| cell.us.is_some())
}

/// The percentiles that any row knows: the usual ones, and where a source has few of these, its own.
fn columns<'a>(totals: &'a EndpointFigures, endpoints: &'a [EndpointFigures]) -> Vec<&'a str> {
    let mut known: Vec<(&str, f64)> = Vec::new();
    for one in endpoints.iter().chain([totals]) {
        for (name, value) in &one.latency_us.quantiles {
            let rank = fmt::quantile_p(name).filter(|_| value.is_some());
            if let Some(rank) = rank.filter(|_| !known.iter().any(|(have, _)| have == name)) {
                known.push((name, rank));
            }
        }
    }
    known.sort_by(|a, b| a.1.total_cmp(&b.1));
    let usual = known.iter().filter(|(name, _)| COLUMNS.contains(name)).count();
    if usual >= 2 {
        known.retain(|(name, _)| COLUMNS.contains(name));
    }
    known.into_iter().map(|(name, _)| name).take(5).collect()
}

fn cell<'a>(figures: &'a LatencyFigures, name: &str) -> Cell<'a> {
    let us = figures.quantiles.get(name).copied().flatten();
    let why = figures.quantile_why.get(name).or(figures.why.as_ref());
    Cell { us, why: why.map(String::as_str) }
}

fn row<'a>(
    test: &str,
    it: &'a EndpointFigures,
    columns: &[&str],
    told_by: Option<&str>,
    judged: &Index<'a>,
) -> Row<'a> {
    let deltas = judged.deltas(test, &it.label);
    let change = deltas.iter().find(|delta| told_by == Some(delta.metric.as_str()) && delta.ratio.is_some());
    let Outcome { rank, state, by } = outcome(test, it, judged);
    Row {
        it,
        all: columns.iter().map(|name| cell(&it.latency_us, name)).collect(),
        successes: columns.iter().map(|name| cell(&it.latency_success_us, name)).collect(),
        change: change.map(|delta| judged::change(delta)),
        effect: None,
        state,
        by,
        screen: false,
        rank,
    }
}

/// The worst that was found about an endpoint.
#[derive(Debug)]
pub(in crate::render) struct Outcome {
    /// How much it weighs in the order.
    pub rank: u8,
    /// What it is.
    pub state: State,
    /// Of which metric, and what else weighs as much: `failures; p50 slower`. `None` where nothing was judged.
    pub by: Option<String>,
}

/// The worst of what criteria and comparisons say of an endpoint, with the metric that they say it of.
pub(in crate::render) fn outcome(test: &str, it: &EndpointFigures, judged: &Index<'_>) -> Outcome {
    let criteria = judged.criteria(test, &it.label).iter();
    let criteria = criteria.map(|one| (judgement(one.status), state::status(one.status), one.metric.as_str()));
    // That nothing failed before and nothing fails now leaves no question open.
    let deltas = judged.deltas(test, &it.label).iter().filter(|delta| !is_none_of_none(delta));
    let deltas = deltas.map(|delta| (changed(delta), state::call(delta), delta.metric.as_str()));
    worst(&criteria.chain(deltas).collect::<Vec<_>>())
}

/// The weightiest of what is said, and of what; what weighs as much is named beside it.
fn worst(all: &[(u8, State, &str)]) -> Outcome {
    let Some(&(rank, state, metric)) = all.iter().max_by_key(|one| one.0) else {
        return Outcome { rank: 0, state: NOT_JUDGED, by: None };
    };
    let mut by = metric.to_owned();
    // The last of equals is the one that was found.
    for (_, other, metric) in all.iter().rev().filter(|one| one.0 == rank).skip(1) {
        by += &if other.word == state.word { format!(", {metric}") } else { format!("; {metric} {}", other.word) };
    }
    Outcome { rank, state, by: Some(by) }
}

fn is_none_of_none(delta: &Delta) -> bool {
    let none = |value: Option<f64>| value.is_some_and(|value| value <= 0.0);
    delta.call == Call::Inconclusive && delta.unit() == Unit::Ratio && none(delta.before) && none(delta.after)
}

fn judgement(status: Status) -> u8 {
    match status {
        Status::Fail => 20,
        Status::Warn | Status::Waived => 17,
        Status::Inconclusive | Status::NotRun | Status::Blocked => 15,
        Status::MetNotProven => 5,
        Status::Pass => 4,
        Status::NotApplicable => 1,
    }
}

fn changed(delta: &Delta) -> u8 {
    match delta.call {
        Call::Regressed => 18,
        Call::Improved => 10,
        Call::Inconclusive => 8,
        Call::NoRegressionSeen => 3,
        // Beside a latency that is no slower, that it fails no more often goes without saying.
        Call::NoSlower if delta.unit() == Unit::Ratio => 1,
        Call::NoSlower => 2,
    }
}

/// Draws every change on the scale of the greatest that is shown.
fn draw_effects<'a>(rows: &mut [Row<'a>], totals: &mut Row<'a>) -> Result<(), Error> {
    let moved =
        |row: &Row<'_>| row.change.as_ref().and_then(|change| change.it.ratio).map_or(0.0, |ratio| (ratio - 1.0).abs());
    let reach = rows.iter().map(moved).fold(0.1, f64::max).min(1.0) * 1.1;
    for row in rows.iter_mut().chain([totals]) {
        let Some(delta) = row.change.as_ref().map(|change| change.it) else { continue };
        let Some(ratio) = delta.ratio else { continue };
        let tone = match delta.call {
            Call::Regressed => Tone::Bad,
            Call::Improved => Tone::Good,
            _ => Tone::Base,
        };
        let interval = match delta.interval {
            Some((Some(low), Some(high))) => Some([low - 1.0, high - 1.0]),
            _ => None,
        };
        row.effect =
            Some(chart::effect(ratio - 1.0, interval, reach, tone).map_err(|error| super::picture::mistake(&error))?);
    }
    Ok(())
}

/// Figures that are missing or doubtful, with their reasons; those of an only endpoint are those of all together.
fn gaps<'a>(totals: &'a EndpointFigures, rows: &[Row<'a>]) -> Cut<Gap<'a>> {
    let mut all: Vec<Gap<'a>> = Vec::new();
    for it in std::iter::once(totals).chain(rows.iter().map(|row| row.it)) {
        for text in reasons(it) {
            if rows.len() > 1 || !all.iter().any(|have| have.text == text) {
                all.push(Gap { label: &it.label, text });
            }
        }
    }
    Cut::of(all, MOST_GAPS)
}

/// Why figures of one endpoint are missing: what has the same reason is said once, `p99, p99.9: not in the source`, and so is what
/// begins alike, `n = 5; p50 needs 6, p95 needs 72`.
fn reasons(it: &EndpointFigures) -> Vec<String> {
    let failures = it.failures_why.iter().map(|why| format!("failures: {why}"));
    if let Some(why) = &it.latency_us.why {
        return failures.chain([format!("latency: {why}")]).collect();
    }
    let mut quantiles: Vec<(&String, &String)> = it.latency_us.quantile_why.iter().collect();
    quantiles.sort_by(|a, b| fmt::quantile_p(a.0).unwrap_or(0.0).total_cmp(&fmt::quantile_p(b.0).unwrap_or(0.0)));
    let mut grouped: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, why) in quantiles {
        let (head, tail) = why.split_once("; ").unwrap_or((why, name));
        match grouped.iter_mut().find(|(have, _)| *have == head) {
            Some((_, tails)) => tails.push(tail),
            None => grouped.push((head, vec![tail])),
        }
    }
    let written = grouped.into_iter().map(|(head, tails)| {
        let names = tails.iter().all(|tail| fmt::quantile_p(tail).is_some());
        if names { format!("{}: {head}", tails.join(", ")) } else { format!("{head}; {}", tails.join(", ")) }
    });
    failures.chain(written).collect()
}

fn every(totals: &EndpointFigures) -> Vec<Percentile<'_>> {
    let figures = &totals.latency_us;
    let mut names: Vec<&str> = figures.quantiles.keys().map(String::as_str).collect();
    names.sort_by(|a, b| fmt::quantile_p(a).unwrap_or(0.0).total_cmp(&fmt::quantile_p(b).unwrap_or(0.0)));
    let one = |name: &'_ str| figures.quantile_ci.get(name).copied();
    names
        .into_iter()
        .map(|name| Percentile {
            name,
            all: cell(figures, name),
            interval: one(name),
            successes: cell(&totals.latency_success_us, name),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(metric: &str, before: f64, after: f64, call: Call) -> Delta {
        let text = r#"{"test": "t", "endpoint": "GET /a", "metric": "p95", "before": null, "after": null, "ratio": null,
            "interval": null, "p_adjusted": null, "detectable": null, "call": "inconclusive", "method": "L1", "why": null}"#;
        let delta: Delta = serde_json::from_str(text).unwrap();
        Delta { metric: metric.to_owned(), before: Some(before), after: Some(after), call, ..delta }
    }

    /// "cannot tell" stood beside p95's change, both latencies no slower: it was said of 0 against 0 failures. And a slower p50 was
    /// hidden behind "fails more often".
    #[test]
    fn a_result_names_its_metric_and_what_weighs_as_much() {
        assert!(is_none_of_none(&delta("failures", 0.0, 0.0, Call::Inconclusive)));
        assert!(!is_none_of_none(&delta("failures", 0.0, 0.01, Call::Inconclusive)));
        assert!(!is_none_of_none(&delta("p95", 1e5, 1e5, Call::Inconclusive)));
        let all = [
            delta("p50", 1e5, 2e5, Call::Regressed),
            delta("p95", 1e5, 1e5, Call::NoSlower),
            delta("failures", 0.0, 0.02, Call::Regressed),
        ];
        let said: Vec<_> = all.iter().map(|one| (changed(one), state::call(one), one.metric.as_str())).collect();
        let found = worst(&said);
        assert_eq!((found.state.word, found.by.as_deref()), ("fails more often", Some("failures; p50 slower")));
        assert_eq!(worst(&[]).state, NOT_JUDGED);
    }
}
