//! What charts over time have in common: margins, time axis, grid, phases, limits, names at the ends of lines.

use plotters::chart::ChartContext;
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::scale::{Scale, Tick, clock_ticks};
use super::{ChartError, tick_text};
use crate::render::svg::{Ink, Shape, Strokes, shorten, whole, width};
use crate::report::chart::{Axis, Phase, Quantity, Spacing, Tone};

/// Width of a chart in tenths of a pixel.
pub(super) const WIDTH: i32 = 8800;
/// From the left edge to the plot: the axis labels.
pub(super) const LEFT: i32 = 640;
/// From the plot to the right edge: names of the lines, then the labels of the right axis.
pub(super) const RIGHT: i32 = 920;
/// Above the plot: what the axes measure.
pub(super) const TOP: i32 = 230;
/// Below the plot: the time.
pub(super) const BOTTOM: i32 = 230;
/// Size of all text. The style sheet enlarges it on paper and on phones; margins have room for that.
pub(super) const TEXT: f64 = 110.0;
/// The size that names at the ends of lines must have room for: bold, and enlarged on a phone.
const LARGEST: f64 = 138.0;
/// Names at the ends of lines keep this distance.
const LINE_HEIGHT: i32 = 128;
/// Most ticks on the time axis.
const TIME_TICKS: f64 = 11.0;

/// The drawing area of a whole picture.
pub(super) type Sheet<'a> = DrawingArea<Strokes<'a>, Shift>;
/// A plot with both its axes.
pub(super) type Plot<'c, 'a> = ChartContext<'c, Strokes<'a>, Cartesian2d<Scale, Scale>>;

/// Text in an ink.
pub(super) fn text_style(ink: Ink, across: HPos, along: VPos) -> TextStyle<'static> {
    ("sans-serif", TEXT).into_font().color(&ink.color()).pos(Pos::new(across, along))
}

/// Writes a text at a place of the sheet.
pub(super) fn write(
    sheet: &Sheet<'_>,
    ink: Ink,
    text: &str,
    at: (i32, i32),
    across: HPos,
    along: VPos,
) -> Result<(), ChartError> {
    Ok(sheet.draw(&Text::new(text.to_owned(), at, text_style(ink, across, along)))?)
}

/// The time axis of all charts of one test.
pub(super) fn time_scale(from_s: f64, to_s: f64) -> Scale {
    let scale = Scale::even(from_s, to_s);
    let marks = clock_ticks(scale.from(), scale.to(), TIME_TICKS);
    let tick = |at: f64| Tick { at, label: tick_text(&Quantity::Elapsed, at) };
    scale.with_ticks(marks.into_iter().map(tick).collect())
}

/// Grid, axis line and labels of a plot.
pub(super) fn mesh(plot: &mut Plot<'_, '_>, vertical: bool) -> Result<(), ChartError> {
    let grid = Ink::plain(Shape::Grid).color();
    let label = Ink::plain(Shape::Label);
    let mut mesh = plot.configure_mesh();
    if !vertical {
        mesh.disable_x_mesh();
    }
    mesh.bold_line_style(grid)
        .light_line_style(TRANSPARENT)
        .max_light_lines(0)
        .axis_style(TRANSPARENT)
        .set_all_tick_mark_size(32)
        .label_style(text_style(label, HPos::Left, VPos::Top))
        .draw()?;
    let area = plot.plotting_area();
    let (x, y) = (area.get_x_range(), area.get_y_range());
    let floor = vec![(x.start, y.start), (x.end, y.start)];
    area.draw(&PathElement::new(floor, Ink::plain(Shape::Axis).color()))?;
    Ok(())
}

/// Shades phases and names them at the top of the plot.
pub(super) fn phases(sheet: &Sheet<'_>, plot: &Plot<'_, '_>, phases: &[Phase], named: bool) -> Result<(), ChartError> {
    let area = plot.plotting_area();
    let (y, top) = (area.get_y_range(), area.get_base_pixel().1);
    let column = |s: f64| area.map_coordinate(&(s, y.start)).0;
    let shaded = || phases.iter().filter(|phase| phase.shaded);
    for phase in shaded() {
        let corners = [(phase.from_s, y.start), (phase.to_s, y.end)];
        area.draw(&Rectangle::new(corners, Ink::plain(Shape::Phase).color().filled()))?;
    }
    for phase in shaded().filter(|_| named) {
        let (from, to) = (column(phase.from_s), column(phase.to_s));
        // Where the whole name has no room its first words may: a part of a word tells nobody anything.
        let short = phase.name.split(" (").next().unwrap_or_default();
        let fits = |name: &&str| width(name, TEXT) <= f64::from(to - from - 60);
        if let Some(name) = [phase.name.as_str(), short].into_iter().find(fits) {
            let ink = Ink::plain(Shape::Label);
            write(sheet, ink, name, (i32::midpoint(from, to), top + 30), HPos::Center, VPos::Top)?;
        }
    }
    Ok(())
}

/// A name to be written at the end of what it names.
pub(super) struct EndName<'a> {
    pub(super) name: &'a str,
    pub(super) tone: Tone,
    /// Height on the sheet at which the line ends.
    pub(super) at: i32,
}

/// Writes names beside the plot's right edge, moved apart where lines end close together. Returns nothing to the right of `room`.
pub(super) fn end_names(
    sheet: &Sheet<'_>,
    mut names: Vec<EndName<'_>>,
    left: i32,
    rows: (i32, i32),
    room: i32,
) -> Result<(), ChartError> {
    names.sort_by_key(|name| name.at);
    let wanted: Vec<i32> = names.iter().map(|name| name.at).collect();
    for (name, at) in names.iter().zip(spread(&wanted, LINE_HEIGHT, rows)) {
        let text = shorten(name.name, LARGEST, f64::from(room));
        write(sheet, Ink::toned(Shape::Name, name.tone), &text, (left, at), HPos::Left, VPos::Center)?;
    }
    Ok(())
}

/// Ascending places moved apart to at least `gap` within `rows`, as little as possible.
fn spread(wanted: &[i32], gap: i32, rows: (i32, i32)) -> Vec<i32> {
    let mut places: Vec<i32> = Vec::with_capacity(wanted.len());
    for at in wanted {
        let least = places.last().map_or(rows.0, |above| above + gap);
        places.push((*at).max(least));
    }
    let mut most = rows.1;
    for place in places.iter_mut().rev() {
        *place = (*place).min(most);
        most = *place - gap;
    }
    places
}

/// Writes what the axes measure, above their labels.
pub(super) fn axis_titles(sheet: &Sheet<'_>, left: &Axis, right: Option<&Axis>) -> Result<(), ChartError> {
    let ink = Ink::plain(Shape::Label);
    let spacing = if left.spacing == Spacing::Log { ", log scale" } else { "" };
    let title = format!("{}{spacing}", left.title);
    write(sheet, ink, &title, (LEFT - width_of_labels(), 40), HPos::Left, VPos::Top)?;
    if let Some(right) = right {
        write(sheet, ink, &right.title, (WIDTH - 20, 40), HPos::Right, VPos::Top)?;
    }
    Ok(())
}

/// The axis title starts about where the axis labels do.
fn width_of_labels() -> i32 {
    whole(width("500 ms", TEXT)) + 64
}

/// plotters' own range type, for pictures without axes.
pub(super) type PlainPlot<'a> = DrawingArea<Strokes<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn names_move_apart_and_stay_inside() {
        assert_eq!(spread(&[100, 500], 100, (0, 1000)), [100, 500]);
        assert_eq!(spread(&[100, 110, 120], 100, (0, 1000)), [100, 200, 300]);
        assert_eq!(spread(&[950, 960, 1000], 100, (0, 1000)), [800, 900, 1000]);
        assert_eq!(spread(&[], 100, (0, 1000)), Vec::<i32>::new());
    }
}
