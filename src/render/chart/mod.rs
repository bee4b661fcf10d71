//! Drawing charts: one file for each kind of chart in [`crate::report::chart`], by plotters through [`crate::render::svg`].
//!
//! Every number in a picture is written by [`crate::fmt`], so that an axis says "1.5 s" exactly where the table beside it does.

mod axes;
mod before_after;
mod history;
mod hover;
mod limit;
mod scale;
mod spark;
mod strips;
mod tail;
mod time;
mod window;

use plotters::drawing::DrawingAreaErrorKind;

pub use before_after::draw_before_after;
pub use history::draw_history;
pub use hover::{Hover, HoverSeries, hover_strips, hover_time};
pub use spark::{effect, spark};
pub use strips::draw_strips;
pub use tail::draw_tail;
pub use time::draw_time;

use crate::fmt;
use crate::render::svg::SvgError;
use crate::report::chart::Quantity;

/// A number of a chart with its unit: in tables, at limits, under the crosshair.
#[must_use]
pub fn text(quantity: &Quantity, value: f64) -> String {
    match quantity {
        Quantity::Micros => fmt::latency_us(value),
        Quantity::Elapsed => fmt::clock(value),
        Quantity::PerSecond => format!("{}/s", fmt::number(value)),
        Quantity::Count => fmt::number(value),
        Quantity::Bytes => fmt::bytes(value),
        Quantity::BytesPerSecond => format!("{}/s", fmt::bytes(value)),
        Quantity::Ratio => fmt::percent(value),
        Quantity::Rank if value <= 0.0 => "min".to_owned(),
        Quantity::Rank => fmt::quantile_name(value),
        Quantity::Own(unit) => fmt::with_unit(value, unit),
    }
}

/// The same at an axis, whose title says what is counted: rates stand without their unit.
fn tick_text(quantity: &Quantity, value: f64) -> String {
    match quantity {
        Quantity::PerSecond => fmt::number(value),
        _ => text(quantity, value),
    }
}

/// Why a chart could not be drawn. Data never causes it, only a mistake in the drawing code.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// plotters or its backend refused.
    #[error("a chart could not be drawn: {0}")]
    Drawing(#[from] DrawingAreaErrorKind<SvgError>),
}

#[cfg(test)]
mod tests;
