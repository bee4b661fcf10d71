//! What the page's script needs for the crosshair: the chart's values as text, already written, so that a tooltip can never say
//! another number than the table.

use serde::Serialize;

use super::text;
use crate::report::chart::{Clock, Quantity, StripChart, TimeChart, Tone};

/// The values of one chart. Field names are short because a page holds many of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hover {
    /// The chart's id.
    pub id: String,
    /// Begin of the first window and width of a window in seconds, for series that share windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub w: Option<[f64; 2]>,
    /// The series.
    pub s: Vec<HoverSeries>,
}

/// One series of a [`Hover`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HoverSeries {
    /// Name.
    pub n: String,
    /// CSS class.
    pub c: &'static str,
    /// Values with their units, separated by `|`; `–` for a gap.
    pub v: String,
    /// Instants in seconds, separated by blanks, for series with instants of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub t: Option<String>,
}

fn joined(values: &[Option<f64>], quantity: &Quantity) -> String {
    let text = |value: &Option<f64>| value.map_or_else(|| "–".to_owned(), |v| text(quantity, v).replace('|', "/"));
    values.iter().map(text).collect::<Vec<_>>().join("|")
}

/// The values of a chart over time.
#[must_use]
pub fn hover_time(chart: &TimeChart) -> Hover {
    let Clock { first_s, window_s, .. } = chart.clock;
    let series = chart.series.iter().map(|series| {
        let right = chart.right.as_ref().filter(|_| series.mark.on_right());
        let quantity = right.map_or(&chart.left.quantity, |axis| &axis.quantity);
        HoverSeries { n: series.name.clone(), c: series.tone.class(), v: joined(&series.values, quantity), t: None }
    });
    Hover { id: chart.words.id.clone(), w: Some([first_s, window_s]), s: series.collect() }
}

/// The values of monitors.
#[must_use]
pub fn hover_strips(chart: &StripChart) -> Hover {
    let series = chart.strips.iter().map(|strip| {
        let instants: Vec<String> = strip.at_s.iter().map(|at| ((at * 10.0).round() / 10.0).to_string()).collect();
        let v = joined(&strip.values, &strip.quantity);
        HoverSeries { n: strip.name.clone(), c: Tone::Load.class(), v, t: Some(instants.join(" ")) }
    });
    Hover { id: chart.words.id.clone(), w: None, s: series.collect() }
}
