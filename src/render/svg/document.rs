//! The `<svg>` around the elements: size, title, description, and for a file of its own a ground and a style.

use std::fmt::Write as _;

use super::text::escape;
use crate::render::style;

/// Where a picture will be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Inline in a page, whose style sheet colours it.
    Page,
    /// In a file of its own: it carries its style and an opaque ground, light and dark, because whoever shows it may show
    /// it on anything.
    File,
}

/// A picture's frame.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// Prefix of every id in it.
    pub id: &'a str,
    /// Its name: the chart's heading.
    pub title: &'a str,
    /// Its alternative text.
    pub description: &'a str,
    /// Class of the `<svg>` beside `chart`.
    pub class: &'a str,
    /// Attributes for the page's script, already escaped, with a space in front; empty for none.
    pub data: &'a str,
    /// Width and height in tenths of a pixel.
    pub size: (u32, u32),
}

impl Picture<'_> {
    /// The elements in their frame.
    #[must_use]
    pub fn frame(&self, body: &str, ground: Ground) -> String {
        let (w, h) = self.size;
        let (id, title, description) = (escape(self.id), escape(self.title), escape(self.description));
        let mut svg = String::with_capacity(body.len() + 600);
        let _ = match ground {
            Ground::Page => {
                write!(svg, "<svg id=\"{id}\" class=\"chart {}\" viewBox=\"0 0 {w} {h}\"{}", self.class, self.data)
            }
            Ground::File => write!(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {w} {h}\"",
                w / 10,
                h / 10
            ),
        };
        let _ = write!(
            svg,
            " role=\"img\" aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{description}</desc>"
        );
        if ground == Ground::File {
            let _ =
                write!(svg, "<style>{}</style><rect class=\"ground\" width=\"{w}\" height=\"{h}\"/>", style::picture());
        }
        svg.push_str(body);
        svg.push_str("</svg>");
        svg
    }
}
