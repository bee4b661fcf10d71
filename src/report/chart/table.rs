//! The table under each chart: the same values as the picture, for those who cannot see it or want the number.

use serde::Serialize;

use super::{Quantity, StripChart, TailChart, TimeChart};

/// A table under a chart never has more rows than this; longer series are folded first.
const MAX_ROWS: usize = 24;

/// A Table is a chart's values as rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// Heading and quantity of each column; the first is that of the rows' heads.
    pub columns: Vec<(String, Quantity)>,
    /// The rows.
    pub rows: Vec<TableRow>,
}

/// One row of a [`Table`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableRow {
    /// Begin of the window in seconds, or the rank, as the first column's quantity says.
    pub head: f64,
    /// One cell for each further column.
    pub cells: Vec<Option<f64>>,
}

impl TimeChart {
    /// The chart's values in at most 24 rows.
    #[must_use]
    pub fn table(&self) -> Table {
        let chart = self.clone().folded_to(MAX_ROWS);
        let quantity = |right: bool| match (&chart.right, right) {
            (Some(axis), true) => axis.quantity.clone(),
            _ => chart.left.quantity.clone(),
        };
        let head = ("from".to_owned(), Quantity::Elapsed);
        let named = chart.series.iter().map(|s| (s.name.clone(), quantity(s.mark.on_right())));
        let length = chart.series.iter().map(|s| s.values.len()).max().unwrap_or(0);
        let row = |index: usize| TableRow {
            head: chart.clock.edge(index),
            cells: chart.series.iter().map(|s| s.values.get(index).copied().flatten()).collect(),
        };
        Table { columns: std::iter::once(head).chain(named).collect(), rows: (0..length).map(row).collect() }
    }
}

impl StripChart {
    /// The highest value of each strip in each of up to 24 stretches of equal length.
    #[must_use]
    pub fn table(&self) -> Table {
        let longest = self.strips.iter().map(|s| s.at_s.len()).max().unwrap_or(0).min(MAX_ROWS);
        let step = (self.to_s - self.from_s) / f64::from(u32::try_from(longest.max(1)).unwrap_or(1));
        let edge = |index: usize| step.mul_add(f64::from(u32::try_from(index).unwrap_or(0)), self.from_s);
        let row = |index: usize| TableRow {
            head: edge(index),
            cells: self.strips.iter().map(|strip| strip.highest(edge(index), edge(index + 1))).collect(),
        };
        let head = ("from".to_owned(), Quantity::Elapsed);
        let named = self.strips.iter().map(|s| (s.name.clone(), s.quantity.clone()));
        Table { columns: std::iter::once(head).chain(named).collect(), rows: (0..longest).map(row).collect() }
    }
}

impl super::Strip {
    fn highest(&self, from_s: f64, to_s: f64) -> Option<f64> {
        let inside = |at: f64| from_s <= at && at < to_s;
        self.at_s.iter().zip(&self.values).filter(|(at, _)| inside(**at)).filter_map(|(_, v)| *v).reduce(f64::max)
    }
}

impl TailChart {
    /// Each percentile of the first curve, its interval, and the same percentile of the others where they have it.
    #[must_use]
    pub fn table(&self) -> Table {
        let Some((run, others)) = self.curves.split_first() else {
            return Table { columns: Vec::new(), rows: Vec::new() };
        };
        let unit = || self.axis.quantity.clone();
        let own = [run.name.as_str(), "from (95 %)", "to (95 %)"].map(str::to_owned);
        let names = own.into_iter().chain(others.iter().map(|c| c.name.clone()));
        let same = |rank: f64, curve: &super::TailCurve| {
            curve.points.iter().find(|p| (p.rank - rank).abs() < 1e-9).map(|p| p.value)
        };
        let thin = run.points.len().div_ceil(MAX_ROWS).max(1);
        let rows = run.points.iter().step_by(thin).map(|p| {
            let own = [Some(p.value), p.interval.map(|[low, _]| low), p.interval.map(|[_, high]| high)];
            TableRow { head: p.rank, cells: own.into_iter().chain(others.iter().map(|c| same(p.rank, c))).collect() }
        });
        let head = ("percentile".to_owned(), Quantity::Rank);
        Table { columns: std::iter::once(head).chain(names.map(|n| (n, unit()))).collect(), rows: rows.collect() }
    }
}
