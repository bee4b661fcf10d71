//! Charts as they are laid out: picture, legend, and the same values as a table.

use crate::error::Error;
use crate::render::chart::{self, ChartError, Hover};
use crate::render::filter;
use crate::render::svg::Ground;
use crate::report::chart::{Chart, LegendEntry, Table, Words};
use serde::Serialize;

/// Bytes of pictures and of their values on one page: with twenty tests there is no room for a chart of each.
const MOST_BYTES: usize = 1_000_000;

/// A Budget is what may still be drawn.
#[derive(Debug)]
pub(in crate::render) struct Budget {
    ground: Ground,
    bytes: usize,
}

impl Budget {
    pub(in crate::render) fn new(ground: Ground) -> Self {
        Self { ground, bytes: MOST_BYTES }
    }
}

/// A Picture is one chart on the page.
#[derive(Debug, Serialize)]
pub(in crate::render) struct Picture<'a> {
    pub(in crate::render) words: &'a Words,
    legend: Vec<LegendEntry>,
    /// The drawing; none where there are too few values for one, or no room.
    pub(in crate::render) svg: Option<String>,
    /// Why there is none.
    why: Option<&'static str>,
    /// Time charts use the whole width.
    wide: bool,
    columns: Vec<String>,
    rows: Vec<TextRow>,
    /// What the crosshair shows.
    #[serde(skip)]
    pub(in crate::render) hover: Option<Hover>,
}

#[derive(Debug, Serialize)]
struct TextRow {
    head: String,
    cells: Vec<String>,
}

/// A drawing that failed, as an error of output.
pub(super) fn mistake(error: &ChartError) -> Error {
    Error::output(error.to_string())
}

impl<'a> Picture<'a> {
    pub(in crate::render) fn new(chart: &'a Chart, budget: &mut Budget) -> Result<Self, Error> {
        let drawn = match chart {
            Chart::Time(one) => chart::draw_time(one, budget.ground),
            Chart::Strips(one) => chart::draw_strips(one, budget.ground),
            Chart::Tail(one) => chart::draw_tail(one, budget.ground),
            Chart::History(one) => chart::draw_history(one, budget.ground),
        };
        let drawn = drawn.map_err(|error| mistake(&error))?;
        let weight = drawn.as_ref().map_or(0, String::len);
        let room = weight <= budget.bytes;
        let why = match (&drawn, room) {
            (None, _) => Some("Too few values for a picture; they stand in the table."),
            (_, false) => Some("Not drawn, so that the page stays light; the values stand in report.json."),
            _ => None,
        };
        let svg = drawn.filter(|_| room);
        let (legend, table, hover) = match chart {
            Chart::Time(one) => (one.legend(), one.table(), Some(chart::hover_time(one))),
            Chart::Strips(one) => (one.legend(), one.table(), Some(chart::hover_strips(one))),
            Chart::Tail(one) => (one.legend(), one.table(), None),
            Chart::History(one) => (one.legend(), one.table(), None),
        };
        budget.bytes = budget.bytes.saturating_sub(if room { weight } else { 0 });
        let Table { columns, rows } = table;
        let text = |row: &crate::report::chart::TableRow| {
            let quantity = |at: usize| columns.get(at).map(|(_, quantity)| quantity);
            let head = quantity(0).map(|quantity| filter::cell(quantity, Some(row.head))).unwrap_or_default();
            let cells =
                row.cells.iter().enumerate().map(|(at, value)| {
                    quantity(at + 1).map(|quantity| filter::cell(quantity, *value)).unwrap_or_default()
                });
            TextRow { head, cells: cells.collect() }
        };
        let rows = if room { rows.iter().map(text).collect() } else { Vec::new() };
        let columns = columns.iter().map(|(name, _)| name.clone()).collect();
        let wide = !matches!(chart, Chart::Tail(_));
        let hover = hover.filter(|_| svg.is_some() && budget.ground == Ground::Page);
        Ok(Self { words: chart.words(), legend, svg, why, wide, columns, rows, hover })
    }
}
