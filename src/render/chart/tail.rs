//! The percentile curve: each further nine has the same width, so that the tail is as wide as the middle.

use plotters::prelude::*;

use super::axes::{self, BOTTOM, EndName, LEFT, Plot, Sheet, TOP};
use super::scale::{Scale, Tick};
use super::{ChartError, limit, tick_text};
use crate::render::svg::{Canvas, Ground, Ink, Picture, Shape, Strokes};
use crate::report::chart::{Quantity, TailChart, TailCurve, Tone};

const WIDTH: i32 = 6400;
const PLOT: i32 = 2300;
/// Names of the curves.
const RIGHT: i32 = 1180;
/// Ranks written on the axis, as far as the data reach.
const RANKS: [f64; 8] = [0.0, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999];

/// Where a rank stands: how many nines it has.
fn nines(rank: f64) -> f64 {
    -(1.0 - rank.clamp(0.0, 0.999_999_9)).log10()
}

/// Draws the curves; `None` where the first holds too little for a picture.
///
/// # Errors
/// Only by a mistake in the drawing code: see [`ChartError`].
pub fn draw_tail(chart: &TailChart, ground: Ground) -> Result<Option<String>, ChartError> {
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
        class: "half",
        data: "",
        size,
    };
    Ok(Some(picture.frame(&canvas.finish(), ground)))
}

fn draw_on(sheet: &Sheet<'_>, chart: &TailChart) -> Result<(), ChartError> {
    let (x, y) = (rank_scale(chart), value_scale(chart));
    let mut plot = ChartBuilder::on(sheet)
        .margin_top(TOP)
        .margin_right(RIGHT)
        .x_label_area_size(BOTTOM)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(x, y)?;
    for curve in &chart.curves {
        band(&plot, curve)?;
    }
    axes::mesh(&mut plot, true)?;
    let mut lines = Vec::new();
    // The baseline lies under the run that is judged.
    for curve in chart.curves.iter().rev() {
        let shape = if curve.tone == Tone::Base { Shape::Dash } else { Shape::Line };
        let points: Vec<_> = curve.points.iter().map(|p| (nines(p.rank), p.value)).collect();
        let ink = Ink::toned(shape, curve.tone).color();
        plot.plotting_area().draw(&PathElement::new(points.clone(), ink))?;
        lines.push(points);
    }
    limit::draw(sheet, &plot, &chart.limits, &chart.axis.quantity, &lines)?;
    axes::axis_titles(sheet, &chart.axis, None)?;
    let end = |curve: &TailCurve| {
        curve.points.last().map(|p| plot.plotting_area().map_coordinate(&(nines(p.rank), p.value)).1)
    };
    let name = |curve: &'_ TailCurve| end(curve).map(|at| (curve.tone, at));
    let names = chart.curves.iter().filter_map(|c| name(c).map(|(tone, at)| EndName { name: &c.name, tone, at }));
    axes::end_names(sheet, names.collect(), WIDTH - RIGHT + 60, (TOP + 40, TOP + PLOT - 40), RIGHT - 60)
}

/// The 95 % interval around a curve, over the points that have one.
fn band(plot: &Plot<'_, '_>, curve: &TailCurve) -> Result<(), ChartError> {
    let known: Vec<_> =
        curve.points.iter().filter_map(|p| p.interval.map(|interval| (nines(p.rank), interval))).collect();
    if known.len() < 2 {
        return Ok(());
    }
    let highs = known.iter().map(|(x, [_, high])| (*x, *high));
    let lows = known.iter().rev().map(|(x, [low, _])| (*x, *low));
    let outline: Vec<_> = highs.chain(lows).collect();
    plot.plotting_area().draw(&Polygon::new(outline, Ink::toned(Shape::Interval, curve.tone).color()))?;
    Ok(())
}

fn rank_scale(chart: &TailChart) -> Scale {
    let ranks = chart.curves.iter().flat_map(|curve| &curve.points).map(|point| nines(point.rank));
    let last = ranks.fold(nines(0.9), f64::max);
    let tick = |rank: &f64| Tick { at: nines(*rank), label: tick_text(&Quantity::Rank, *rank) };
    Scale::even(0.0, last).with_ticks(RANKS.iter().filter(|rank| nines(**rank) <= last + 1e-9).map(tick).collect())
}

fn value_scale(chart: &TailChart) -> Scale {
    let points = || chart.curves.iter().flat_map(|curve| &curve.points);
    let highest = points().map(|p| p.value).fold(0.0, f64::max);
    let bands = points().filter_map(|p| p.interval).flatten();
    let limits = chart.limits.iter().filter_map(|limit| limit::within_reach(limit.value, highest, 30.0));
    let values = points().map(|p| p.value).chain(bands).chain(limits);
    Scale::holding(chart.axis.spacing, values, |v| tick_text(&chart.axis.quantity, v))
}
