//! Figures over runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::table::{Table, TableRow};
use super::{Axis, LegendEntry, MIN_POINTS, Quantity, Tone, Words};

/// One figure over the runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryLine {
    /// Its name, also written at its end.
    pub name: String,
    /// What it means.
    pub tone: Tone,
    /// One for each run; `None` where it is not given.
    pub values: Vec<Option<f64>>,
}

/// Figures over the runs of a history, equally spaced in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryChart {
    /// Heading, alternative text, caption.
    #[serde(flatten)]
    pub words: Words,
    /// The axis of the figures.
    pub axis: Axis,
    /// What each run is called: its build, else its day.
    pub labels: Vec<String>,
    /// Positions of the runs with which the level changed.
    pub changes: Vec<usize>,
    /// The prediction band: lower and upper end.
    pub band: Option<[f64; 2]>,
    /// In the order of the legend.
    pub lines: Vec<HistoryLine>,
}

impl HistoryChart {
    /// Whether it holds enough for a picture.
    #[must_use]
    pub fn is_drawable(&self) -> bool {
        self.lines.iter().any(|line| line.values.iter().flatten().count() >= MIN_POINTS)
    }

    /// The legend.
    #[must_use]
    pub fn legend(&self) -> Vec<LegendEntry> {
        let lines = self.lines.iter().map(|line| LegendEntry::new(&line.name, "line", Some(line.tone)));
        let band = self.band.map(|_| LegendEntry::new("prediction band", "fill", Some(Tone::Base)));
        let changes = (!self.changes.is_empty()).then(|| LegendEntry::new("change of the level", "limit", None));
        lines.chain(band).chain(changes).collect()
    }

    /// The values by run, numbered from 1; the newest 24.
    #[must_use]
    pub fn table(&self) -> Table {
        const MOST_ROWS: usize = 24;
        let named = self.lines.iter().map(|line| (line.name.clone(), self.axis.quantity.clone()));
        let first = self.labels.len().saturating_sub(MOST_ROWS);
        #[expect(clippy::cast_precision_loss, reason = "numbers of runs")]
        let row = |run: usize| TableRow {
            head: (run + 1) as f64,
            cells: self.lines.iter().map(|line| line.values.get(run).copied().flatten()).collect(),
        };
        let head = ("run".to_owned(), Quantity::Count);
        Table {
            columns: std::iter::once(head).chain(named).collect(),
            rows: (first..self.labels.len()).map(row).collect(),
        }
    }
}
