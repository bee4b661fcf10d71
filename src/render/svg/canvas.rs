//! The `DrawingBackend`: what plotters calls, and the elements that come out.

use std::fmt::Write as _;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontTransform,
};

use super::ink::Ink;
use super::path::PathData;
use super::text::{escape, width};

/// What cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum SvgError {
    /// A colour that stands for no class: a default of plotters that was not overridden.
    #[error("a chart drew with the colour {0:?}, which stands for no CSS class")]
    NotAnInk((u8, u8, u8)),
    /// Pixels and bitmaps have no place in these pictures.
    #[error("a chart drew single pixels, which these pictures do not hold")]
    Pixel,
}

type Drawn = Result<(), DrawingErrorKind<SvgError>>;

/// The elements of one picture, in the order in which they are drawn.
#[derive(Debug, Default)]
pub struct Canvas {
    body: String,
    open: Option<Open>,
}

/// An element that the next call may still add to.
#[derive(Debug)]
enum Open {
    Path { class: String, data: PathData },
    Texts { class: String },
}

impl Canvas {
    /// The finished elements.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.close();
        self.body
    }

    fn close(&mut self) {
        match self.open.take() {
            Some(Open::Path { class, data }) => {
                let data = data.finish();
                if !data.is_empty() {
                    let _ = write!(self.body, "<path class=\"{class}\" d=\"{data}\"/>");
                }
            }
            Some(Open::Texts { .. }) => self.body.push_str("</g>"),
            None => {}
        }
    }

    /// The path of that class: the open one, or a new one.
    fn path(&mut self, wanted: &str, draw: impl FnOnce(&mut PathData)) {
        if !matches!(&self.open, Some(Open::Path { class, .. }) if class == wanted) {
            self.close();
            self.open = Some(Open::Path { class: wanted.to_owned(), data: PathData::default() });
        }
        if let Some(Open::Path { data, .. }) = &mut self.open {
            draw(data);
        }
    }

    fn text(&mut self, wanted: &str, (x, y): BackendCoord, turn: &str, text: &str) {
        if !matches!(&self.open, Some(Open::Texts { class }) if class == wanted) {
            self.close();
            let _ = write!(self.body, "<g class=\"{wanted}\">");
            self.open = Some(Open::Texts { class: wanted.to_owned() });
        }
        let _ = write!(self.body, "<text x=\"{x}\" y=\"{y}\"{turn}>{}</text>", escape(text));
    }
}

/// plotters' backend that writes into a [`Canvas`] of a size in tenths of a pixel.
#[derive(Debug)]
pub struct Strokes<'a> {
    canvas: &'a mut Canvas,
    size: (u32, u32),
}

impl<'a> Strokes<'a> {
    /// A backend for a drawing of that size.
    pub fn new(canvas: &'a mut Canvas, size: (u32, u32)) -> Self {
        Self { canvas, size }
    }

    /// Draws with the class that a colour stands for; what is wholly transparent is not drawn.
    fn with_class(&mut self, color: BackendColor, draw: impl FnOnce(&mut Canvas, String)) -> Drawn {
        if color.alpha <= 0.0 {
            return Ok(());
        }
        let ink = Ink::from_color(color).ok_or(DrawingErrorKind::DrawingError(SvgError::NotAnInk(color.rgb)))?;
        draw(self.canvas, ink.class());
        Ok(())
    }
}

impl DrawingBackend for Strokes<'_> {
    type ErrorType = SvgError;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, _point: BackendCoord, _color: BackendColor) -> Drawn {
        Err(DrawingErrorKind::DrawingError(SvgError::Pixel))
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.with_class(style.color(), |canvas, class| {
            canvas.path(&class, |path| path.polyline([from, to]));
        })
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, _fill: bool) -> Drawn {
        let corners = [from, (to.0, from.1), to, (from.0, to.1)];
        self.with_class(style.color(), |canvas, class| {
            canvas.path(&class, |path| path.polygon(corners));
        })
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, points: I, style: &S) -> Drawn {
        self.with_class(style.color(), |canvas, class| {
            canvas.path(&class, |path| path.polyline(points));
        })
    }

    fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, _radius: u32, style: &S, _fill: bool) -> Drawn {
        // The style sheet gives dots their size, as it gives lines their width.
        self.with_class(style.color(), |canvas, class| {
            canvas.path(&class, |path| path.polyline([at]));
        })
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, points: I, style: &S) -> Drawn {
        self.with_class(style.color(), |canvas, class| {
            canvas.path(&class, |path| path.polygon(points));
        })
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        let anchor = style.anchor();
        let end = match anchor.h_pos {
            HPos::Left => "",
            HPos::Center => " mid",
            HPos::Right => " end",
        };
        let drop = match anchor.v_pos {
            VPos::Top => 0.76,
            VPos::Center => 0.35,
            VPos::Bottom => -0.24,
        };
        let degrees = match style.transform() {
            FontTransform::None => 0,
            FontTransform::Rotate90 => 90,
            FontTransform::Rotate180 => 180,
            FontTransform::Rotate270 => 270,
        };
        let turn =
            if degrees == 0 { String::new() } else { format!(" transform=\"rotate({degrees} {} {})\"", at.0, at.1) };
        let baseline = (at.0, at.1 + whole(style.size() * drop));
        self.with_class(style.color(), |canvas, class| {
            canvas.text(&format!("{class}{end}"), baseline, &turn, text);
        })
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<SvgError>> {
        let positive = |value: f64| u32::try_from(whole(value)).unwrap_or(0);
        Ok((positive(width(text, style.size())), positive(style.size())))
    }
}

/// The nearest whole unit.
#[expect(clippy::cast_possible_truncation, reason = "saturating, and a drawing is a few thousand units wide")]
pub(in crate::render) fn whole(value: f64) -> i32 {
    value.round() as i32
}

#[cfg(test)]
mod tests {
    use plotters::prelude::*;

    use super::super::ink::Shape;
    use super::*;
    use crate::report::chart::Tone;

    fn drawn(draw: impl FnOnce(&DrawingArea<Strokes<'_>, plotters::coord::Shift>)) -> String {
        let mut canvas = Canvas::default();
        draw(&Strokes::new(&mut canvas, (1000, 1000)).into_drawing_area());
        canvas.finish()
    }

    #[test]
    fn neighbours_of_one_class_are_one_element() {
        let grid = Ink::plain(Shape::Grid).color();
        let line = Ink::toned(Shape::Line, Tone::S2).color();
        let svg = drawn(|area| {
            area.draw(&PathElement::new(vec![(0, 10), (100, 10)], grid)).unwrap();
            area.draw(&PathElement::new(vec![(0, 20), (100, 20)], grid)).unwrap();
            area.draw(&PathElement::new(vec![(0, 0), (5, 9)], ShapeStyle::from(line).stroke_width(2))).unwrap();
        });
        assert_eq!(svg, "<path class=\"g\" d=\"M0 10h100m-100 10h100\"/><path class=\"l s2\" d=\"M0 0l5 9\"/>");
    }

    #[test]
    fn text_is_escaped_and_grouped_by_class() {
        let style = ("sans-serif", 100).into_font().color(&Ink::plain(Shape::Label).color());
        let svg = drawn(|area| {
            area.draw(&Text::new("a<b", (10, 0), style.clone())).unwrap();
            area.draw(&Text::new("c", (10, 50), style.clone())).unwrap();
        });
        assert_eq!(svg, "<g class=\"t\"><text x=\"10\" y=\"76\">a&lt;b</text><text x=\"10\" y=\"126\">c</text></g>");
    }

    #[test]
    fn a_forgotten_default_colour_is_an_error() {
        let mut canvas = Canvas::default();
        let area = Strokes::new(&mut canvas, (100, 100)).into_drawing_area();
        let error = area.draw(&PathElement::new(vec![(0, 0), (1, 1)], BLACK)).unwrap_err();
        assert!(error.to_string().contains("no CSS class"), "{error}");
    }
}
