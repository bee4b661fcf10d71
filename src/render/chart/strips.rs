//! Monitors: one low strip for each quantity, on the time axis of the test's other charts.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axes::{self, BOTTOM, LEFT, Plot, RIGHT, Sheet, TEXT, WIDTH};
use super::scale::{Scale, Tick, even_ticks};
use super::time::plot_data;
use super::{ChartError, tick_text};
use crate::render::svg::{Canvas, Ground, Ink, Picture, Shape, Strokes, shorten, whole, width};
use crate::report::chart::{Strip, StripChart, Tone};

/// Above each strip: its name.
const NAME: i32 = 190;
/// Height of a strip's plot.
const PLOT: i32 = 420;
/// Between strips.
const GAP: i32 = 60;
const PITCH: i32 = NAME + PLOT + GAP;

/// Draws the strips; `None` where none holds enough for a picture.
///
/// # Errors
/// Only by a mistake in the drawing code: see [`ChartError`].
pub fn draw_strips(chart: &StripChart, ground: Ground) -> Result<Option<String>, ChartError> {
    if !chart.is_drawable() {
        return Ok(None);
    }
    let count = i32::try_from(chart.strips.len()).unwrap_or(i32::MAX / PITCH);
    let height = count.saturating_mul(PITCH) + BOTTOM;
    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let mut canvas = Canvas::default();
    {
        let sheet = Strokes::new(&mut canvas, size).into_drawing_area();
        for (strip, top) in chart.strips.iter().zip((0..).step_by(PITCH.unsigned_abs() as usize)) {
            draw_strip(&sheet, chart, strip, top)?;
        }
        time_labels(&sheet, chart, height - BOTTOM)?;
    }
    let data = plot_data(&chart.group, chart.from_s, chart.to_s, (NAME, height - BOTTOM - GAP));
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

fn draw_strip(sheet: &Sheet<'_>, chart: &StripChart, strip: &Strip, top: i32) -> Result<(), ChartError> {
    let (_, below) = sheet.split_vertically(top + NAME);
    let (area, _) = below.split_vertically(PLOT);
    let x = Scale::even(chart.from_s, chart.to_s);
    let y = value_scale(strip);
    let mut plot =
        ChartBuilder::on(&area).margin_right(RIGHT).y_label_area_size(LEFT).build_cartesian_2d(x, y.clone())?;
    axes::phases(sheet, &plot, &chart.phases, false)?;
    axes::mesh(&mut plot, false)?;
    for [from, to] in &strip.saturated {
        let corners = [(*from, y.from()), (*to, y.to())];
        plot.plotting_area().draw(&Rectangle::new(corners, Ink::plain(Shape::Hot).color().filled()))?;
    }
    for run in runs(strip) {
        draw_run(&plot, &run, y.from())?;
    }
    let (left, right, row) = (LEFT, WIDTH - RIGHT, top + NAME - 45);
    let span = f64::from(right - left);
    let name = shorten(&strip.name, TEXT, span * 0.4);
    let note = shorten(&strip.note, TEXT, span * 0.45);
    let (strong, plain) = (Ink::plain(Shape::Title), Ink::plain(Shape::Label));
    axes::write(sheet, strong, &name, (left, row), HPos::Left, VPos::Bottom)?;
    axes::write(sheet, plain, &note, (right, row), HPos::Right, VPos::Bottom)
}

/// From zero to the capacity, or to a round number above the highest value. Both ends are labelled, and nothing between them.
fn value_scale(strip: &Strip) -> Scale {
    let highest = strip.values.iter().flatten().copied().fold(0.0, f64::max);
    let round = || even_ticks(if highest > 0.0 { highest } else { 1.0 }, 5).last().copied().unwrap_or(1.0);
    let to = strip.capacity.filter(|capacity| *capacity >= highest && *capacity > 0.0).unwrap_or_else(round);
    let tick = |at: f64| Tick { at, label: narrow(tick_text(&strip.quantity, at)) };
    Scale::even(0.0, to).with_ticks(vec![tick(0.0), tick(to)])
}

/// Of the room for labels, by the metrics of one face, what is surely there: other faces are up to a tenth wider.
const SURE: f64 = 0.82;

/// A label that stays on the sheet: with a long unit it goes without, which the strip's note states too.
fn narrow(label: String) -> String {
    let room = f64::from(LEFT) * SURE;
    let fits = |text: &str| width(text, TEXT) <= room;
    let number = label.split_whitespace().next().unwrap_or_default();
    if fits(&label) { label } else { shorten(number, TEXT, room).into_owned() }
}

fn runs(strip: &Strip) -> Vec<Vec<(f64, f64)>> {
    let mut runs = vec![Vec::new()];
    for (at, value) in strip.at_s.iter().zip(&strip.values) {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((*at, *value)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn draw_run(plot: &Plot<'_, '_>, run: &[(f64, f64)], floor: f64) -> Result<(), ChartError> {
    let (Some(first), Some(last)) = (run.first(), run.last()) else {
        return Ok(());
    };
    let ground = [(last.0, floor), (first.0, floor)];
    let area = plot.plotting_area();
    let outline: Vec<_> = run.iter().copied().chain(ground).collect();
    area.draw(&Polygon::new(outline, Ink::toned(Shape::Behind, Tone::Load).color()))?;
    area.draw(&PathElement::new(run.to_vec(), Ink::toned(Shape::Line, Tone::Load).color()))?;
    Ok(())
}

fn time_labels(sheet: &Sheet<'_>, chart: &StripChart, top: i32) -> Result<(), ChartError> {
    let scale = axes::time_scale(chart.from_s, chart.to_s);
    let span = f64::from(WIDTH - RIGHT - LEFT);
    for tick in scale.ticks() {
        let column = LEFT + whole(scale.place(tick.at) * span);
        axes::write(sheet, Ink::plain(Shape::Label), &tick.label, (column, top), HPos::Center, VPos::Top)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `1,000 MB/s` began beyond the sheet's edge, and read `,000 MB/s`.
    #[test]
    fn labels_with_long_units_stay_on_the_sheet() {
        assert_eq!(narrow("2.5 MB/s".to_owned()), "2.5 MB/s");
        assert_eq!(narrow("1,000 MB/s".to_owned()), "1,000");
        assert!(width(&narrow("123,456,789,012,345 connections".to_owned()), TEXT) <= f64::from(LEFT));
    }
}
