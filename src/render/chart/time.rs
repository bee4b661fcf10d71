//! Series over time: latency, throughput, errors.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axes::{self, BOTTOM, EndName, LEFT, Plot, RIGHT, Sheet, TEXT, TOP, WIDTH};
use super::scale::Scale;
use super::window::{Layer, Point, middles, stacked, steps};
use super::{ChartError, limit, tick_text};
use crate::render::svg::{Canvas, Ground, Ink, Picture, Shape, Strokes, escape, whole, width};
use crate::report::chart::{Clock, Mark, Series, Spacing, TimeChart, Tone};

/// Height of the plot itself: more for lines on a log axis, which carry more than a stack does.
fn plot_height(chart: &TimeChart) -> i32 {
    if chart.left.spacing == Spacing::Log { 2000 } else { 1250 }
}

/// Draws the chart; `None` where it holds too little for a picture.
///
/// # Errors
/// Only by a mistake in the drawing code: see [`ChartError`].
pub fn draw_time(chart: &TimeChart, ground: Ground) -> Result<Option<String>, ChartError> {
    if !chart.is_drawable() {
        return Ok(None);
    }
    let height = TOP + plot_height(chart) + BOTTOM;
    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let mut canvas = Canvas::default();
    draw_on(&Strokes::new(&mut canvas, size).into_drawing_area(), chart, height)?;
    let data = plot_data(&chart.group, chart.clock.from_s, chart.clock.to_s, (TOP, height - BOTTOM));
    let words = &chart.words;
    let picture = Picture {
        id: &words.id,
        title: &words.heading,
        description: &words.description,
        class: "wide",
        data: &data,
        size,
    };
    Ok(Some(picture.frame(&canvas.finish(), ground)))
}

/// Where the plot lies and what time it spans, for the crosshair.
pub(super) fn plot_data(group: &str, from_s: f64, to_s: f64, rows: (i32, i32)) -> String {
    let (left, right) = (LEFT, WIDTH - RIGHT);
    format!(" data-group=\"{}\" data-plot=\"{left} {right} {} {} {from_s} {to_s}\"", escape(group), rows.0, rows.1)
}

fn draw_on(sheet: &Sheet<'_>, chart: &TimeChart, height: i32) -> Result<(), ChartError> {
    let x = axes::time_scale(chart.clock.from_s, chart.clock.to_s);
    let right = right_scale(chart);
    let mut plot = framed(sheet, x.clone(), left_scale(chart))?;
    let mut load = framed(sheet, x, right.clone())?;
    let layers = stacked(of_mark(chart, Mark::Stack));
    axes::phases(sheet, &plot, &chart.phases, true)?;
    for series in of_mark(chart, Mark::Behind) {
        let outlines = steps(&chart.clock, &series.values);
        areas(&mut load, series.tone, Shape::Behind, &outlines)?;
    }
    axes::mesh(&mut plot, false)?;
    draw_stack(&mut plot, &chart.clock, &layers)?;
    for series in of_mark(chart, Mark::Step) {
        let steps = steps(&chart.clock, &series.values);
        lines(&mut load, Shape::Line, series.tone, &steps)?;
    }
    let mut curves = Vec::new();
    for (mark, shape) in [(Mark::Dash, Shape::Dash), (Mark::Line, Shape::Line)] {
        for series in of_mark(chart, mark) {
            let runs = middles(&chart.clock, &series.values);
            lines(&mut plot, shape, series.tone, &runs)?;
            curves.extend(runs);
        }
    }
    limit::draw(sheet, &plot, &chart.limits, &chart.left.quantity, &curves)?;
    axes::axis_titles(sheet, &chart.left, chart.right.as_ref())?;
    let labels = right_labels(sheet, chart, &load, &right)?;
    let room = RIGHT - 60 - labels - if labels > 0 { 60 } else { 0 };
    let names = end_names(chart, &plot, &load, &layers);
    let rows = (TOP + 40, height - BOTTOM - 40);
    axes::end_names(sheet, names, WIDTH - RIGHT + 60, rows, room)
}

/// A plot in the margins that all charts over time share.
fn framed<'c, 'a>(sheet: &'c Sheet<'a>, x: Scale, y: Scale) -> Result<Plot<'c, 'a>, ChartError> {
    Ok(ChartBuilder::on(sheet)
        .margin_top(TOP)
        .margin_right(RIGHT)
        .x_label_area_size(BOTTOM)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(x, y)?)
}

fn of_mark(chart: &TimeChart, mark: Mark) -> impl Iterator<Item = &Series> {
    chart.series.iter().filter(move |series| series.mark == mark)
}

fn left_scale(chart: &TimeChart) -> Scale {
    let lines = chart.series.iter().filter(|s| matches!(s.mark, Mark::Line | Mark::Dash));
    let values = lines.flat_map(|s| s.values.iter().flatten().copied());
    let tops = stacked(of_mark(chart, Mark::Stack)).into_iter().flat_map(|layer| layer.tops.into_iter().flatten());
    let values: Vec<f64> = values.chain(tops).collect();
    let highest = values.iter().copied().fold(0.0, f64::max);
    let reach = if chart.left.spacing == Spacing::Log { 30.0 } else { 4.0 };
    let limits = chart.limits.iter().filter_map(|limit| limit::within_reach(limit.value, highest, reach));
    Scale::holding(chart.left.spacing, values.iter().copied().chain(limits), |v| tick_text(&chart.left.quantity, v))
}

fn right_scale(chart: &TimeChart) -> Scale {
    let Some(axis) = &chart.right else {
        return Scale::even(0.0, 1.0);
    };
    let series = chart.series.iter().filter(|s| s.mark.on_right());
    let values = series.flat_map(|s| s.values.iter().flatten().copied());
    Scale::holding(Spacing::Linear, values, |v| tick_text(&axis.quantity, v))
}

/// Paints the highest layer first and each lower one over it, down to the axis: half the bytes of separate bands, and no hairline
/// between them. A thin layer of failures gets its edge drawn last, so that the bulk below cannot hide it.
fn draw_stack(plot: &mut Plot<'_, '_>, clock: &Clock, layers: &[Layer<'_>]) -> Result<(), ChartError> {
    for layer in layers.iter().rev() {
        areas(plot, layer.series.tone, Shape::Fill, &steps(clock, &layer.tops))?;
    }
    for layer in layers.iter().filter(|layer| layer.series.tone == Tone::Bad) {
        lines(plot, Shape::Line, Tone::Bad, &steps(clock, &layer.tops))?;
    }
    Ok(())
}

fn areas(plot: &mut Plot<'_, '_>, tone: Tone, shape: Shape, outlines: &[Vec<Point>]) -> Result<(), ChartError> {
    for outline in outlines {
        let (Some(first), Some(last)) = (outline.first(), outline.last()) else {
            continue;
        };
        let floor = [(last.0, 0.0), (first.0, 0.0)];
        let points: Vec<Point> = outline.iter().copied().chain(floor).collect();
        plot.plotting_area().draw(&Polygon::new(points, Ink::toned(shape, tone).color()))?;
    }
    Ok(())
}

fn lines(plot: &mut Plot<'_, '_>, shape: Shape, tone: Tone, runs: &[Vec<Point>]) -> Result<(), ChartError> {
    for run in runs {
        plot.plotting_area().draw(&PathElement::new(run.clone(), Ink::toned(shape, tone).color()))?;
    }
    Ok(())
}

/// Labels of the right axis at the picture's edge, and the room they take.
fn right_labels(sheet: &Sheet<'_>, chart: &TimeChart, load: &Plot<'_, '_>, scale: &Scale) -> Result<i32, ChartError> {
    if chart.right.is_none() {
        return Ok(0);
    }
    for tick in scale.ticks() {
        let row = load.plotting_area().map_coordinate(&(scale.from(), tick.at)).1;
        axes::write(sheet, Ink::plain(Shape::Label), &tick.label, (WIDTH - 20, row), HPos::Right, VPos::Center)?;
    }
    Ok(scale.ticks().iter().map(|tick| whole(width(&tick.label, TEXT))).max().unwrap_or(0))
}

fn end_names<'c>(
    chart: &'c TimeChart,
    plot: &Plot<'_, '_>,
    load: &Plot<'_, '_>,
    layers: &[Layer<'c>],
) -> Vec<EndName<'c>> {
    let row = |plot: &Plot<'_, '_>, value: f64| plot.plotting_area().map_coordinate(&(chart.clock.from_s, value)).1;
    let mut names = Vec::new();
    for series in &chart.series {
        let Some(last) = series.values.iter().rev().flatten().next() else {
            continue;
        };
        let at = match series.mark {
            Mark::Line | Mark::Dash => row(plot, *last),
            Mark::Step | Mark::Behind => row(load, *last),
            Mark::Stack => continue,
        };
        names.push(EndName { name: &series.name, tone: series.tone, at });
    }
    for layer in layers {
        let ends = layer.tops.iter().zip(&layer.series.values).rev().find(|(top, _)| top.is_some());
        let Some((Some(top), Some(own))) = ends else {
            continue;
        };
        let (upper, lower) = (row(plot, *top), row(plot, top - own));
        // Too thin to be found at the edge: the legend names it.
        if lower - upper >= 40 || layer.series.tone == Tone::Bad {
            names.push(EndName { name: &layer.series.name, tone: layer.series.tone, at: i32::midpoint(upper, lower) });
        }
    }
    names
}
