//! Pictures as SVG: plotters' own extension point, with CSS classes where other backends write colours.
//!
//! plotters' stock SVG backend can write neither classes nor titles, rounds to whole pixels and knows no theme. This one takes
//! *sentinel colours* ([`Ink`]): chart code passes a colour that stands for a class, and the page's style sheet does the
//! rest, in light, dark and print. Coordinates are tenths of a pixel, paths are relative and merged, and text is measured by a table
//! of widths, so that no font is ever looked for and the same chart is the same bytes on every machine.

mod canvas;
mod document;
mod ink;
mod path;
mod text;

pub(in crate::render) use canvas::whole;
pub use canvas::{Canvas, Strokes, SvgError};
pub use document::{Ground, Picture};
pub use ink::{Ink, Shape};
pub use text::{escape, shorten, width};

/// Units of a drawing in one CSS pixel.
pub const UNITS: i32 = 10;
