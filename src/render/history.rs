//! A history as a page of its own and as a document: the same words and pictures, nothing from elsewhere.

use super::filter::{self, Target};
use super::layout::{Budget, Cut, Picture};
use super::markdown::{Document, tidy};
use super::state::{self, State};
use super::style;
use super::svg::Ground;
use super::text::verdict_words;
use crate::error::Error;
use crate::fmt;
use crate::report::history::{History, HistoryRun, HistorySeries, HistoryTest};
use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::Serialize;
use std::sync::LazyLock;

/// Runs in a table; older ones are in the charts and in history.json.
const MOST_RUNS: usize = 50;
/// Rows of figures.
const MOST_SERIES: usize = 300;

const HTML: [(&str, &str); 2] = [
    ("history.html.j2", include_str!("../../templates/history.html.j2")),
    ("shared", include_str!("../../templates/html/shared.html.j2")),
];
const MARKDOWN: [(&str, &str); 1] = [("history.md.j2", include_str!("../../templates/history.md.j2"))];

type Templates = LazyLock<Result<Environment<'static>, minijinja::Error>>;
static PAGE: Templates = LazyLock::new(|| filter::environment(Target::Html, &HTML));
static DOCUMENT: Templates = LazyLock::new(|| filter::environment(Target::Markdown, &MARKDOWN));

/// A test as it is laid out; also how a report shows it.
#[derive(Debug, Serialize)]
pub(super) struct HistoryLayout<'a> {
    test: &'a str,
    id: &'a str,
    tool: &'a str,
    /// Runs in all.
    count: usize,
    /// Why the order of the runs says nothing, where it does not.
    unordered: Option<&'a str>,
    runs: Cut<RunRow<'a>>,
    series: Cut<SeriesRow<'a>>,
    /// Why some figures have no band.
    band_why: Option<&'a str>,
    charts: Vec<Picture<'a>>,
}

/// One run.
#[derive(Debug, Serialize)]
struct RunRow<'a> {
    it: &'a HistoryRun,
    verdict: Option<State>,
    /// Environment and labels.
    labels: String,
    /// Fields in which it is not comparable.
    unequal: String,
}

/// One endpoint's metric.
#[derive(Debug, Serialize)]
struct SeriesRow<'a> {
    it: &'a HistorySeries,
    newest: Option<f64>,
    unit: &'static str,
    outside: bool,
    /// `+29 % with 4.2.0`.
    change: String,
    spark: String,
}

impl<'a> HistoryLayout<'a> {
    pub(super) fn new(test: &'a HistoryTest, budget: &mut Budget) -> Result<Self, Error> {
        // Newest first: that is what a reader looks for.
        let runs: Vec<RunRow<'a>> = test.runs.iter().rev().map(run_row).collect();
        let shown = test.series.iter().take(MOST_SERIES).map(|it| series_row(test, it));
        let series =
            Cut { shown: shown.collect::<Result<_, Error>>()?, left: test.series.len().saturating_sub(MOST_SERIES) };
        let mut runs = Cut::of(runs, MOST_RUNS);
        runs.left += test.older;
        let mut told = test.series.iter().filter(|one| one.metric != "failures");
        Ok(Self {
            test: &test.test,
            id: &test.id,
            tool: &test.tool,
            count: test.runs.len() + test.older,
            unordered: test.unordered.as_deref(),
            runs,
            series,
            band_why: told.find_map(|one| one.band_why.as_deref()),
            charts: test.charts.iter().map(|chart| Picture::new(chart, budget)).collect::<Result<_, _>>()?,
        })
    }
}

fn run_row(it: &HistoryRun) -> RunRow<'_> {
    let labels = it.labels.iter().map(|(name, value)| format!("{name} {value}"));
    let labels: Vec<String> = it.environment.iter().cloned().chain(labels).collect();
    RunRow {
        it,
        verdict: it.verdict.map(|verdict| State { word: verdict_words(verdict), ..state::verdict(verdict) }),
        labels: labels.join(", "),
        unequal: it.unequal.join(", "),
    }
}

fn series_row<'a>(test: &HistoryTest, it: &'a HistorySeries) -> Result<SeriesRow<'a>, Error> {
    let change = it.changes.last().map(|change| {
        let run = test.runs.get(change.run);
        let day = run.and_then(|run| run.started_at.as_ref()).map(|at| at.chars().take(10).collect::<String>());
        let name = run.and_then(|run| run.build.clone()).or(day).unwrap_or_default();
        let by = change.ratio.map_or_else(|| "from 0".to_owned(), fmt::change);
        format!("{by} with {}", fmt::plain(&name))
    });
    let spark = super::chart::spark(&it.values, crate::report::chart::Tone::S2);
    Ok(SeriesRow {
        it,
        newest: test.newest(it),
        unit: if it.metric == "failures" { "ratio" } else { "micros" },
        outside: test.is_outside(it) == Some(true),
        change: change.unwrap_or_else(|| it.without_change().to_owned()),
        spark: spark.map_err(|error| Error::output(error.to_string()))?,
    })
}

/// The history as one self-contained page.
///
/// # Errors
/// Only by a mistake in a template or in drawing code.
pub fn page(history: &History) -> Result<String, Error> {
    let env = PAGE.as_ref().map_err(mistake)?;
    let tests = layouts(history, Ground::Page)?;
    let safe = Value::from_safe_string;
    let context = context! {
        tests => Serde(&tests),
        title => title(history),
        policy => style::policy(&[style::page()], &[style::script()]),
        style => safe(style::page().to_owned()),
        script => safe(style::script().to_owned()),
    };
    env.get_template("history.html.j2").and_then(|template| template.render(context)).map_err(|error| mistake(&error))
}

/// The history as a document with its pictures.
///
/// # Errors
/// Only by a mistake in a template or in drawing code.
pub fn document(history: &History) -> Result<Document, Error> {
    let env = DOCUMENT.as_ref().map_err(mistake)?;
    let tests = layouts(history, Ground::File)?;
    let context = context! { tests => Serde(&tests), title => title(history) };
    let text = env.get_template("history.md.j2").and_then(|template| template.render(context));
    let charts = tests.iter().flat_map(|test| &test.charts);
    let drawn =
        charts.filter_map(|chart| chart.svg.as_ref().map(|svg| (format!("{}.svg", chart.words.id), svg.clone())));
    Ok(Document { text: tidy(&text.map_err(|error| mistake(&error))?), pictures: drawn.collect() })
}

fn layouts(history: &History, ground: Ground) -> Result<Vec<HistoryLayout<'_>>, Error> {
    let mut budget = Budget::new(ground);
    history.tests.iter().map(|test| HistoryLayout::new(test, &mut budget)).collect()
}

fn title(history: &History) -> String {
    match history.tests.as_slice() {
        [one] => format!("History of {}", one.test),
        tests => format!("History of {} tests", tests.len()),
    }
}

fn mistake(error: &minijinja::Error) -> Error {
    Error::output(format!("the history could not be written: {error:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::SCHEMA;

    /// Only the terminal said that nothing tells the order of the runs; the page listed them as newest first.
    #[test]
    fn an_order_that_nobody_knows_is_said_on_the_page_and_in_the_document() {
        let test = HistoryTest {
            test: "api".to_owned(),
            id: "h1".to_owned(),
            tool: "k6".to_owned(),
            runs: Vec::new(),
            older: 0,
            unordered: Some("2 runs state no <time>".to_owned()),
            series: Vec::new(),
            charts: Vec::new(),
        };
        let mut history = History { schema: SCHEMA.to_owned(), tests: vec![test] };
        assert!(page(&history).unwrap().contains("Order not known:</span> 2 runs state no &lt;time&gt;."));
        assert!(document(&history).unwrap().text.contains("\n▲ Order not known: 2 runs state no &lt;time&gt;.\n"));
        history.tests[0].unordered = None;
        assert!(!page(&history).unwrap().contains("Order not known"));
    }
}
