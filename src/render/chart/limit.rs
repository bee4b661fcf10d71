//! Limit lines and their words, which stand where no measured line runs through them.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axes::{Plot, Sheet, TEXT, write};
use super::{ChartError, text};
use crate::render::svg::{Ink, Shape, whole, width};
use crate::report::chart::{Limit, Quantity};

/// A limit belongs into the range of an axis unless it is far above everything that was measured.
pub(super) fn within_reach(limit: f64, highest: f64, reach: f64) -> Option<f64> {
    (limit <= highest * reach).then_some(limit)
}

/// Draws limits across a plot. One far above all values would flatten the picture: it is written, not drawn.
/// `curves` are the measured lines, in the plot's values.
pub(super) fn draw(
    sheet: &Sheet<'_>,
    plot: &Plot<'_, '_>,
    limits: &[Limit],
    quantity: &Quantity,
    curves: &[Vec<(f64, f64)>],
) -> Result<(), ChartError> {
    let area = plot.plotting_area();
    let (x, y) = (area.get_x_range(), area.get_y_range());
    let place = |curve: &Vec<(f64, f64)>| curve.iter().map(|p| area.map_coordinate(p)).collect();
    let curves: Vec<Vec<(i32, i32)>> = curves.iter().map(place).collect();
    let ink = Ink::plain(Shape::LimitText);
    for limit in limits {
        let words = format!("{} {}", limit.label, text(quantity, limit.value));
        let (columns, rows) = area.get_pixel_range();
        if limit.value > y.end {
            let corner = (columns.start + 60, rows.start + 30);
            write(sheet, ink, &format!("↑ {words}"), corner, HPos::Left, VPos::Top)?;
            continue;
        }
        let ends = vec![(x.start, limit.value), (x.end, limit.value)];
        area.draw(&PathElement::new(ends, Ink::plain(Shape::Limit).color()))?;
        let line = area.map_coordinate(&(x.start, limit.value)).1;
        let room = Room { columns: (columns.start, columns.end), rows: (rows.start, rows.end) };
        let spot = room.spot(line, whole(width(&words, TEXT * 1.1)), &curves);
        write(sheet, ink, &words, spot.at, spot.across, spot.along)?;
    }
    Ok(())
}

/// The inside of a plot on the sheet.
struct Room {
    columns: (i32, i32),
    rows: (i32, i32),
}

/// Where a text is anchored.
struct Spot {
    at: (i32, i32),
    across: HPos,
    along: VPos,
}

impl Room {
    /// Above or below the limit's line, at its left or right end: the first place that no curve crosses, else the first.
    fn spot(&self, line: i32, long: i32, curves: &[Vec<(i32, i32)>]) -> Spot {
        let high = whole(TEXT) + 50;
        let (left, right) = (self.columns.0 + 60, self.columns.1 - 60);
        let above = (line - high, line - 30, VPos::Bottom, line - 30);
        let below = (line + 30, line + high, VPos::Top, line + 30);
        let places = [(left, HPos::Left), (right, HPos::Right)].into_iter().flat_map(|(x, across)| {
            let span = if x == left { (left, left + long) } else { (right - long, right) };
            [above, below].map(|(top, bottom, along, y)| (Spot { at: (x, y), across, along }, span, (top, bottom)))
        });
        let inside = |(top, bottom): (i32, i32)| top >= self.rows.0 && bottom <= self.rows.1;
        let mut first = None;
        for (spot, span, rows) in places {
            if inside(rows) && !curves.iter().any(|curve| crosses(curve, span, rows)) {
                return spot;
            }
            first = first.or_else(|| inside(rows).then_some(spot));
        }
        first.unwrap_or(Spot { at: (left, line + 30), across: HPos::Left, along: VPos::Top })
    }
}

/// Whether a curve comes through a box, taking it as high and as low there as it gets in its columns.
fn crosses(curve: &[(i32, i32)], columns: (i32, i32), rows: (i32, i32)) -> bool {
    let near = || curve.iter().filter(|(x, _)| (columns.0 - 60..=columns.1 + 60).contains(x)).map(|(_, y)| *y);
    match (near().min(), near().max()) {
        (Some(highest), Some(lowest)) => highest <= rows.1 && lowest >= rows.0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_avoid_the_lines() {
        let room = Room { columns: (0, 8000), rows: (0, 2000) };
        let free = room.spot(1000, 900, &[]);
        assert_eq!(free.at, (60, 970));
        let over: Vec<_> = (0..200).map(|n| (n * 40, 900)).collect();
        assert_eq!(room.spot(1000, 900, std::slice::from_ref(&over)).at, (60, 1030));
        let under_left: Vec<_> = (0..100).map(|n| (n * 40, 1100)).collect();
        let over_left: Vec<_> = (0..100).map(|n| (n * 40, 900)).collect();
        assert_eq!(room.spot(1000, 900, &[under_left, over_left]).at, (7940, 970));
        assert_eq!(room.spot(50, 900, &[]).at, (60, 80), "no room above");
    }
}
