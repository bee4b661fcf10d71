//! Charts as data: what a picture shows, before anyone has drawn it.
//!
//! The report holds these values, so the JSON, the page's crosshair and the drawn line cannot disagree. They know neither pixels
//! nor colours: a [`Tone`] says what a series means, and the style sheet says how that looks. All numbers are in base units
//! (µs, per second, bytes, ratios 0–1; time in seconds since the test began), and a window without data is `None`, never 0.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod any;
mod before_after;
mod fold;
mod history;
mod strip;
mod table;
mod tail;

pub use any::Chart;
pub use before_after::{BeforeAfterChart, BeforeAfterRow};
pub use history::{HistoryChart, HistoryLine};
pub use strip::{Strip, StripChart};
pub use table::{Table, TableRow};
pub use tail::{TailChart, TailCurve, TailPoint};

/// A line has at most this many points: about one for every three pixels of the page. Charts with more windows are
/// folded ([`TimeChart::folded`]).
pub const MAX_POINTS: usize = 240;

/// Below this many windows with data there is no picture: a line of two points shows a trend that nobody measured.
pub const MIN_POINTS: usize = 3;

/// A Quantity is what a number on an axis or in a cell is, which decides how it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// A length of time in microseconds.
    Micros,
    /// Seconds since the test began, written as a clock (1:30).
    Elapsed,
    /// Events per second.
    PerSecond,
    /// A number of things: users, requests, connections.
    Count,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// A ratio, 0 to 1, written in per cent.
    Ratio,
    /// A rank on a percentile axis, 0 to 1, written in per cent with as many nines as it has.
    Rank,
    /// A number of a unit that only its source knows; the text is that unit, perhaps empty.
    Own(String),
}

/// A Tone is what a series means to the reader. It serialises as the CSS class that the style sheet colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// First of several equals; in a latency chart the median. The thinnest line.
    S1,
    /// Second; in a latency chart p95, the one that is judged. The heaviest line.
    S2,
    /// Third; in a latency chart p99.
    S3,
    /// Fourth of several equals.
    S4,
    /// Fifth of several equals.
    S5,
    /// The sum of all that is not named.
    Rest,
    /// What went well, where that is the bulk of a stack: pale, so that what went wrong stands out.
    Good,
    /// What went wrong.
    Bad,
    /// The load: users, offered rate. Always behind what it causes.
    Load,
    /// The baseline.
    Base,
}

impl Tone {
    /// Every tone, in the order of their numbers in a drawing.
    pub const ALL: [Self; 10] =
        [Self::S1, Self::S2, Self::S3, Self::S4, Self::S5, Self::Rest, Self::Good, Self::Bad, Self::Load, Self::Base];

    /// The CSS class, the same text as in the JSON.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::S1 => "s1",
            Self::S2 => "s2",
            Self::S3 => "s3",
            Self::S4 => "s4",
            Self::S5 => "s5",
            Self::Rest => "rest",
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Load => "load",
            Self::Base => "base",
        }
    }

    /// The tone of the `n`th of several equals, from 0; the sixth and later are the rest.
    #[must_use]
    pub const fn nth(n: usize) -> Self {
        match n {
            0 => Self::S1,
            1 => Self::S2,
            2 => Self::S3,
            3 => Self::S4,
            4 => Self::S5,
            _ => Self::Rest,
        }
    }
}

/// What every chart says beside its picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Words {
    /// Unique on the page, `[a-z0-9-]`: prefix of every id in the picture and name of its file.
    pub id: String,
    /// What it shows, in plain words ("p95 passes the limit at 6:12"); a neutral title where nothing was found.
    pub heading: String,
    /// Alternative text: the finding in one or two sentences for those who do not see the picture.
    pub description: String,
    /// Width of a window, method, and what was left out.
    pub caption: String,
}

/// One entry of a legend, which is written in HTML beside the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LegendEntry {
    /// The name.
    pub label: String,
    /// CSS classes of the sample: a mark (`line`, `dash`, `fill`, `limit`, `phase`, `hot`) and a tone.
    pub class: String,
}

impl LegendEntry {
    fn new(label: &str, mark: &str, tone: Option<Tone>) -> Self {
        let class = tone.map_or_else(|| mark.to_owned(), |tone| format!("{mark} {}", tone.class()));
        Self { label: label.to_owned(), class }
    }
}

/// How an axis spaces its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Spacing {
    /// From zero, evenly.
    Linear,
    /// Each decade as wide as the next; values at or below zero sit on the lower edge.
    Log,
}

/// An axis of values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Axis {
    /// What is measured ("latency").
    pub title: String,
    /// How its numbers are written.
    pub quantity: Quantity,
    /// How they are spaced.
    pub spacing: Spacing,
}

/// The windows that all series of a [`TimeChart`] share. Every chart of one test has the same `from_s` and `to_s`, so that
/// the charts line up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Clock {
    /// Left edge of the chart, seconds since the test began.
    pub from_s: f64,
    /// Right edge.
    pub to_s: f64,
    /// Left edge of the first window.
    pub first_s: f64,
    /// Width of each window.
    pub window_s: f64,
}

impl Clock {
    /// Left edge of window `index`.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a chart has a few hundred windows")]
    pub fn edge(&self, index: usize) -> f64 {
        self.window_s.mul_add(index as f64, self.first_s)
    }

    /// Middle of window `index`.
    #[must_use]
    pub fn middle(&self, index: usize) -> f64 {
        self.edge(index) + self.window_s / 2.0
    }
}

/// A stretch of the test with a name: ramp, hold, down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// Begin, seconds since the test began.
    pub from_s: f64,
    /// End.
    pub to_s: f64,
    /// Whether it is set apart by shading: what is left out of comparisons.
    pub shaded: bool,
}

/// A demanded limit, drawn as a line across.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Limit {
    /// What is limited ("p95 limit"); the value is written after it.
    pub label: String,
    /// In the unit of the left axis.
    pub value: f64,
}

/// How a series is drawn, and on which axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// A line through the windows' middles, left axis.
    Line,
    /// A dashed line, left axis: model or baseline, never a measured noisy one.
    Dash,
    /// One layer of a stack of stepped areas, left axis; the first series is the lowest.
    Stack,
    /// A stepped line, right axis.
    Step,
    /// A stepped area behind everything else, right axis.
    Behind,
}

impl Mark {
    /// Whether values belong to the right axis.
    #[must_use]
    pub const fn on_right(self) -> bool {
        matches!(self, Self::Step | Self::Behind)
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Line | Self::Step => "line",
            Self::Dash => "dash",
            Self::Stack | Self::Behind => "fill",
        }
    }
}

/// How several windows become one where a chart or a table has fewer places than windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fold {
    /// The highest: for percentiles and levels, which cannot be averaged and whose peaks matter.
    Highest,
    /// The mean of the windows that have a value: for rates over windows of equal width.
    Mean,
}

/// One series of a [`TimeChart`]: a value or a gap for each window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Series {
    /// Its name, also written at its end.
    pub name: String,
    /// What it means.
    pub tone: Tone,
    /// How it is drawn.
    pub mark: Mark,
    /// How windows are folded.
    pub fold: Fold,
    /// One for each window of the clock; `None` where nothing was measured.
    pub values: Vec<Option<f64>>,
}

/// Series over the time of one test: latency, throughput, errors, anything in windows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimeChart {
    /// Heading, alternative text, caption.
    #[serde(flatten)]
    pub words: Words,
    /// The charts of one group share the crosshair: the id of their test.
    pub group: String,
    /// The windows.
    pub clock: Clock,
    /// The axis of lines and stacks.
    pub left: Axis,
    /// The axis of the load, where there is one.
    pub right: Option<Axis>,
    /// Named stretches.
    pub phases: Vec<Phase>,
    /// Limit lines on the left axis.
    pub limits: Vec<Limit>,
    /// In the order of legend and stack.
    pub series: Vec<Series>,
}

impl TimeChart {
    /// Whether it holds enough for a picture; otherwise show its table and say why.
    #[must_use]
    pub fn is_drawable(&self) -> bool {
        let most = |series: &Series| series.values.iter().flatten().count();
        self.series.iter().filter(|s| s.mark != Mark::Behind).map(most).max().unwrap_or(0) >= MIN_POINTS
    }

    /// The legend: series in their order, then limits, then shaded phases.
    #[must_use]
    pub fn legend(&self) -> Vec<LegendEntry> {
        let series = self.series.iter().map(|s| LegendEntry::new(&s.name, s.mark.class(), Some(s.tone)));
        let limits = self.limits.iter().map(|l| LegendEntry::new(&l.label, "limit", None));
        let phases = self.phases.iter().filter(|p| p.shaded);
        series.chain(limits).chain(phases.map(|p| LegendEntry::new(&p.name, "phase", None))).collect()
    }
}
