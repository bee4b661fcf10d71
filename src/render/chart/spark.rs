//! Pictures as small as a word, inside a table's cells. They repeat what the cell beside them says, so they are hidden from
//! screen readers.

use std::fmt::Write as _;

use plotters::prelude::*;

use super::ChartError;
use super::axes::PlainPlot;
use crate::render::svg::{Canvas, Ink, Shape, Strokes};
use crate::report::chart::{Fold, Tone};

/// Size of a sparkline in tenths of a pixel.
const SPARK: (u32, u32) = (900, 180);
/// Most points of a sparkline.
const POINTS: usize = 30;
/// Size of an effect bar.
const EFFECT: (u32, u32) = (1000, 140);

fn tiny(class: &str, (w, h): (u32, u32), body: &str) -> String {
    let mut svg = String::with_capacity(body.len() + 90);
    let _ = write!(svg, "<svg class=\"chart {class}\" viewBox=\"0 0 {w} {h}\" aria-hidden=\"true\">{body}</svg>");
    svg
}

fn plain(canvas: &mut Canvas, size: (u32, u32), x: (f64, f64), y: (f64, f64)) -> PlainPlot<'_> {
    let (w, h) = (size.0.cast_signed(), size.1.cast_signed());
    let area = Strokes::new(canvas, size).into_drawing_area();
    area.apply_coord_spec(Cartesian2d::<_, _>::new(x.0..x.1, y.0..y.1, (20..w - 20, h - 20..20)))
}

/// The course of one figure over the test: highest of each stretch, from zero. Empty where there are fewer than three values.
///
/// # Errors
/// Only by a mistake in the drawing code: see [`ChartError`].
pub fn spark(values: &[Option<f64>], tone: Tone) -> Result<String, ChartError> {
    let stretch = values.len().div_ceil(POINTS).max(1);
    let values: Vec<Option<f64>> = values.chunks(stretch).map(|part| Fold::Highest.apply(part)).collect();
    let top = values.iter().flatten().copied().fold(0.0, f64::max);
    if values.iter().flatten().count() < 3 || top <= 0.0 {
        return Ok(String::new());
    }
    let mut canvas = Canvas::default();
    let last = f64::from(u32::try_from(values.len()).unwrap_or(1)) - 1.0;
    let plot = plain(&mut canvas, SPARK, (0.0, last.max(1.0)), (0.0, top));
    let placed: Vec<_> = (0..).map(f64::from).zip(&values).collect();
    for run in placed.split(|(_, value)| value.is_none()).filter(|run| !run.is_empty()) {
        let points: Vec<_> = run.iter().filter_map(|(x, value)| value.map(|v| (*x, v))).collect();
        plot.draw(&PathElement::new(points, Ink::toned(Shape::Line, tone).color()))?;
    }
    drop(plot);
    Ok(tiny("spark", SPARK, &canvas.finish()))
}

/// A change with its interval against no change: `-|--o--|-`, on a scale from `-reach` to `reach` that the whole column shares. What lies
/// outside is cut at the edge.
///
/// # Errors
/// Only by a mistake in the drawing code: see [`ChartError`].
pub fn effect(change: f64, interval: Option<[f64; 2]>, reach: f64, tone: Tone) -> Result<String, ChartError> {
    let inside = |value: f64| value.clamp(-reach, reach);
    let mut canvas = Canvas::default();
    let plot = plain(&mut canvas, EFFECT, (-reach, reach), (-1.0, 1.0));
    plot.draw(&PathElement::new(vec![(0.0, -1.0), (0.0, 1.0)], Ink::plain(Shape::Axis).color()))?;
    if let Some([low, high]) = interval {
        let ends = vec![(inside(low), 0.0), (inside(high), 0.0)];
        plot.draw(&PathElement::new(ends, Ink::toned(Shape::Line, tone).color()))?;
    }
    plot.draw(&Circle::new((inside(change), 0.0), 3, Ink::toned(Shape::Dot, tone).color().filled()))?;
    drop(plot);
    Ok(tiny("effect", EFFECT, &canvas.finish()))
}
