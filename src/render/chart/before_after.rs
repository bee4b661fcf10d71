//! Before and after, drawn: a bar for what is (a dot on an axis in decades, where lengths mean nothing), a dash for what was, a
//! stroke for what was demanded, one row for each test.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axes::{Sheet, TEXT, WIDTH, write};
use super::scale::Scale;
use super::{ChartError, text, tick_text};
use crate::render::svg::{Canvas, Ground, Ink, Picture, Shape, Strokes, shorten, whole, width};
use crate::report::chart::{BeforeAfterChart, BeforeAfterRow, Spacing, Tone};

/// Room for names, and for the values at the ends of bars.
const LEFT: i32 = 2250;
const RIGHT: i32 = 1000;
const TOP: i32 = 60;
const ROW: i32 = 250;
const BAR: i32 = 110;
const BOTTOM: i32 = 210;

/// Draws the chart; `None` where it has no row.
///
/// # Errors
/// Only by a mistake in the drawing code: see [`ChartError`].
pub fn draw_before_after(chart: &BeforeAfterChart, ground: Ground) -> Result<Option<String>, ChartError> {
    let rows = i32::try_from(chart.rows.len()).unwrap_or(0);
    if rows == 0 {
        return Ok(None);
    }
    let size = (WIDTH.unsigned_abs(), (TOP + rows * ROW + BOTTOM).unsigned_abs());
    let mut canvas = Canvas::default();
    let sheet = Strokes::new(&mut canvas, size).into_drawing_area();
    let frame = Frame::of(chart, TOP + rows * ROW);
    frame.ticks(&sheet, chart)?;
    for (at, row) in (0..rows).zip(&chart.rows) {
        frame.row(&sheet, chart, row, TOP + at * ROW + ROW / 2)?;
    }
    drop(sheet);
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

/// Where things stand on the sheet.
struct Frame {
    scale: Scale,
    floor: i32,
}

impl Frame {
    fn of(chart: &BeforeAfterChart, floor: i32) -> Self {
        let of = |row: &BeforeAfterRow| {
            let before = row.before.into_iter().flatten();
            before.chain([row.after]).chain(row.limit).collect::<Vec<_>>()
        };
        let values = chart.rows.iter().flat_map(of);
        Self { scale: Scale::holding(chart.axis.spacing, values, |v| tick_text(&chart.axis.quantity, v)), floor }
    }

    fn x(&self, value: f64) -> i32 {
        LEFT + whole(self.scale.place(value) * f64::from(WIDTH - LEFT - RIGHT))
    }

    fn ticks(&self, sheet: &Sheet<'_>, chart: &BeforeAfterChart) -> Result<(), ChartError> {
        let label = Ink::plain(Shape::Label);
        for tick in self.scale.ticks() {
            let x = self.x(tick.at);
            sheet.draw(&PathElement::new(vec![(x, TOP), (x, self.floor)], Ink::plain(Shape::Grid).color()))?;
            let words = if tick.at > 0.0 { tick.label.as_str() } else { "0" };
            write(sheet, label, words, (x, self.floor + 40), HPos::Center, VPos::Top)?;
        }
        write(sheet, label, &chart.axis.title, (WIDTH - 20, self.floor + 40), HPos::Right, VPos::Top)
    }

    fn row(&self, sheet: &Sheet<'_>, chart: &BeforeAfterChart, row: &BeforeAfterRow, y: i32) -> Result<(), ChartError> {
        let name = shorten(&row.name, TEXT * 1.3, f64::from(LEFT - 160));
        write(sheet, Ink::plain(Shape::Label), &name, (LEFT - 80, y), HPos::Right, VPos::Center)?;
        let tone = if row.met { Tone::S1 } else { Tone::Bad };
        let (from, to) = (self.x(self.scale.from()), self.x(row.after));
        match chart.axis.spacing {
            Spacing::Log => {
                let dot = Circle::new((to, y), BAR.unsigned_abs() / 2, Ink::toned(Shape::Dot, tone).color().filled());
                sheet.draw(&dot)?;
            }
            Spacing::Linear => {
                let bar = [(from, y - BAR / 2), (to.max(from + 12), y + BAR / 2)];
                sheet.draw(&Rectangle::new(bar, Ink::toned(Shape::Fill, tone).color().filled()))?;
            }
        }
        if let Some([low, high]) = row.before {
            let ink = Ink::toned(Shape::Line, Tone::Base).color();
            let (low, high) = (self.x(low), self.x(high));
            let dash = vec![(low, y - 75), (low, y + 75), (low, y), (high, y), (high, y - 75), (high, y + 75)];
            sheet.draw(&PathElement::new(dash, ink))?;
        }
        if let Some(limit) = row.limit {
            let x = self.x(limit);
            let stroke = vec![(x, y - ROW / 2 + 15), (x, y + ROW / 2 - 15)];
            sheet.draw(&PathElement::new(stroke, Ink::plain(Shape::Limit).color()))?;
        }
        self.value(sheet, row, &text(&chart.axis.quantity, row.after), y)
    }

    /// The value beside its bar, or after whatever stands there.
    fn value(&self, sheet: &Sheet<'_>, row: &BeforeAfterRow, words: &str, y: i32) -> Result<(), ChartError> {
        let long = whole(width(words, TEXT * 1.15)) + 120;
        let mut stops: Vec<i32> = row.before.into_iter().flatten().chain(row.limit).map(|at| self.x(at)).collect();
        stops.sort_unstable();
        let mut x = self.x(row.after);
        for stop in stops {
            if (x..x + long).contains(&stop) {
                x = stop;
            }
        }
        write(sheet, Ink::plain(Shape::Title), words, (x + 60, y), HPos::Left, VPos::Center)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Axis, Quantity, Words};

    fn chart(rows: Vec<BeforeAfterRow>) -> BeforeAfterChart {
        let axis = Axis { title: "p95".to_owned(), quantity: Quantity::Micros, spacing: Spacing::Linear };
        BeforeAfterChart { words: Words { id: "ba".to_owned(), ..Words::default() }, axis, rows }
    }

    #[test]
    fn a_row_shows_what_was_what_is_and_what_was_demanded() {
        let row = BeforeAfterRow {
            name: "<steady>".to_owned(),
            before: Some([2e6, 3e6]),
            after: 1.4e6,
            limit: Some(1e6),
            met: false,
        };
        let svg = draw_before_after(&chart(vec![row]), Ground::Page).unwrap().unwrap();
        for part in ["&lt;steady&gt;", "class=\"a bad\"", "class=\"l base\"", "class=\"m\"", "1.4 s"] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }

    /// On an axis of decades from 100 ms the lengths of bars compared nothing.
    #[test]
    fn an_axis_in_decades_has_dots_and_no_bars() {
        let row = BeforeAfterRow { name: "a".to_owned(), before: None, after: 2e5, limit: Some(3e7), met: true };
        let mut chart = chart(vec![row]);
        let bars = draw_before_after(&chart, Ground::Page).unwrap().unwrap();
        chart.axis.spacing = Spacing::Log;
        let dots = draw_before_after(&chart, Ground::Page).unwrap().unwrap();
        assert!(bars.contains("class=\"a s1\"") && !bars.contains("class=\"o s1\""), "{bars}");
        assert!(!dots.contains("class=\"a s1\"") && dots.contains("class=\"o s1\""), "{dots}");
    }

    #[test]
    fn nothing_is_no_picture() {
        assert_eq!(draw_before_after(&chart(Vec::new()), Ground::File).unwrap(), None);
    }
}
