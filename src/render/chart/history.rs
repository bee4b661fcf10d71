//! Figures over runs: lines with a dot for each run, the prediction band behind them, and where the level changed.

use plotters::prelude::*;

use super::axes::{self, BOTTOM, EndName, LEFT, Plot, RIGHT, Sheet, TOP, WIDTH};
use super::scale::{Scale, Tick};
use super::{ChartError, tick_text};
use crate::fmt;
use crate::render::svg::{Canvas, Ground, Ink, Picture, Shape, Strokes};
use crate::report::chart::{HistoryChart, HistoryLine, Tone};

const PLOT: i32 = 1700;
/// Runs that are named below the axis.
const NAMES: usize = 7;
/// Runs above which dots would touch.
const DOTTED: usize = 120;

/// Draws the chart; `None` where it holds too little for a picture.
///
/// # Errors
/// Only by a mistake in the drawing code: see [`ChartError`].
pub fn draw_history(chart: &HistoryChart, ground: Ground) -> Result<Option<String>, ChartError> {
    if !chart.is_drawable() {
        return Ok(None);
    }
    let size = (WIDTH.unsigned_abs(), (TOP + PLOT + BOTTOM).unsigned_abs());
    let mut canvas = Canvas::default();
    draw_on(&Strokes::new(&mut canvas, size).into_drawing_area(), chart)?;
    let words = &chart.words;
    let picture = Picture {
        id: &words.id,
        title: &words.heading,
        description: &words.description,
        class: "wide",
        data: "",
        size,
    };
    Ok(Some(picture.frame(&canvas.finish(), ground)))
}

fn draw_on(sheet: &Sheet<'_>, chart: &HistoryChart) -> Result<(), ChartError> {
    let mut plot = ChartBuilder::on(sheet)
        .margin_top(TOP)
        .margin_right(RIGHT)
        .x_label_area_size(BOTTOM)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(run_scale(chart), value_scale(chart))?;
    let area = plot.plotting_area().clone();
    let (x, y) = (area.get_x_range(), area.get_y_range());
    if let Some([low, high]) = chart.band {
        let corners = vec![(x.start, low), (x.end, low), (x.end, high), (x.start, high)];
        area.draw(&Polygon::new(corners, Ink::toned(Shape::Interval, Tone::Base).color()))?;
    }
    axes::mesh(&mut plot, false)?;
    for change in &chart.changes {
        let at = edge(*change);
        let ends = vec![(at, y.start), (at, y.end)];
        area.draw(&PathElement::new(ends, Ink::plain(Shape::Limit).color()))?;
    }
    for line in &chart.lines {
        draw_line(&plot, line)?;
    }
    axes::axis_titles(sheet, &chart.axis, None)?;
    let end = |line: &HistoryLine| {
        let (at, value) = points(line).pop()?.pop()?;
        Some(area.map_coordinate(&(at, value)).1)
    };
    let names =
        chart.lines.iter().filter_map(|line| Some(EndName { name: &line.name, tone: line.tone, at: end(line)? }));
    axes::end_names(sheet, names.collect(), WIDTH - RIGHT + 60, (TOP + 40, TOP + PLOT - 40), RIGHT - 60)
}

fn draw_line(plot: &Plot<'_, '_>, line: &HistoryLine) -> Result<(), ChartError> {
    let area = plot.plotting_area();
    let runs = points(line);
    let dotted = line.values.len() <= DOTTED;
    for points in runs {
        if dotted {
            for point in &points {
                area.draw(&Circle::new(*point, 18, Ink::toned(Shape::Dot, line.tone).color().filled()))?;
            }
        }
        area.draw(&PathElement::new(points, Ink::toned(Shape::Line, line.tone).color()))?;
    }
    Ok(())
}

/// Points at the middles of the runs' places, a list for each stretch without a gap.
fn points(line: &HistoryLine) -> Vec<Vec<(f64, f64)>> {
    let placed: Vec<(f64, Option<f64>)> =
        line.values.iter().enumerate().map(|(at, value)| (edge(at) + 0.5, *value)).collect();
    let stretches = placed.split(|(_, value)| value.is_none()).filter(|stretch| !stretch.is_empty());
    stretches.map(|stretch| stretch.iter().filter_map(|(at, value)| value.map(|v| (*at, v))).collect()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred runs")]
fn edge(run: usize) -> f64 {
    run as f64
}

/// An axis with a place for each run, some of which are named.
fn run_scale(chart: &HistoryChart) -> Scale {
    let step = chart.labels.len().div_ceil(NAMES).max(1);
    let named = chart.labels.iter().enumerate().step_by(step);
    let ticks = named.map(|(at, label)| Tick { at: edge(at) + 0.5, label: fmt::shorten(&fmt::plain(label), 14) });
    Scale::even(0.0, edge(chart.labels.len())).with_ticks(ticks.collect())
}

fn value_scale(chart: &HistoryChart) -> Scale {
    let values = chart.lines.iter().flat_map(|line| line.values.iter().flatten().copied());
    let all = values.chain(chart.band.into_iter().flatten());
    Scale::holding(chart.axis.spacing, all, |value| tick_text(&chart.axis.quantity, value))
}
