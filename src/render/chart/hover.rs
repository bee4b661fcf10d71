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
    /// Instants in seconds, separated by blanks, where all series share those instead of windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub t: Option<String>,
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
    /// What every value ends in: its unit, or the part of it that all share.
    pub u: String,
    /// Values without that end, separated by `|`; `–` for a gap, nothing for the value before once more.
    pub v: String,
    /// Instants in seconds, separated by blanks, for a series with instants of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub t: Option<String>,
}

fn series(name: &str, tone: Tone, values: &[Option<f64>], quantity: &Quantity) -> HoverSeries {
    let texts: Vec<Option<String>> =
        values.iter().map(|value| value.map(|value| text(quantity, value).replace('|', "/"))).collect();
    let u = shared_end(texts.iter().flatten());
    let mut before = String::new();
    let cells = texts.iter().map(|value| {
        let cell = value.as_ref().map_or("–", |value| value.strip_suffix(&u).unwrap_or(value));
        if cell == before {
            return String::new();
        }
        cell.clone_into(&mut before);
        before.clone()
    });
    let v = cells.collect::<Vec<_>>().join("|");
    HoverSeries { n: name.to_owned(), c: tone.class(), u, v, t: None }
}

/// What all texts end in, less digits, so that each of them keeps its number.
fn shared_end<'a>(mut texts: impl Iterator<Item = &'a String>) -> String {
    let Some(first) = texts.next() else { return String::new() };
    let unit = first.rfind(|letter: char| letter.is_ascii_digit()).map_or("", |at| first.get(at + 1..).unwrap_or(""));
    let end = texts.fold(unit, |mut end, text| {
        while !text.ends_with(end) {
            let mut letters = end.chars();
            letters.next();
            end = letters.as_str();
        }
        end
    });
    end.to_owned()
}

/// The values of a chart over time.
#[must_use]
pub fn hover_time(chart: &TimeChart) -> Hover {
    let Clock { first_s, window_s, .. } = chart.clock;
    let all = chart.series.iter().map(|one| {
        let right = chart.right.as_ref().filter(|_| one.mark.on_right());
        let quantity = right.map_or(&chart.left.quantity, |axis| &axis.quantity);
        series(&one.name, one.tone, &one.values, quantity)
    });
    Hover { id: chart.words.id.clone(), w: Some([first_s, window_s]), t: None, s: all.collect() }
}

/// The values of monitors.
#[must_use]
pub fn hover_strips(chart: &StripChart) -> Hover {
    let instants = |at_s: &[f64]| {
        let texts: Vec<String> = at_s.iter().map(|at| ((at * 10.0).round() / 10.0).to_string()).collect();
        texts.join(" ")
    };
    let shared = chart.strips.first().map(|strip| instants(&strip.at_s));
    let all = chart.strips.iter().map(|strip| {
        let own = Some(instants(&strip.at_s)).filter(|own| shared.as_ref() != Some(own));
        HoverSeries { t: own, ..series(&strip.name, Tone::Load, &strip.values, &strip.quantity) }
    });
    Hover { id: chart.words.id.clone(), w: None, s: all.collect(), t: shared }
}
