//! The comparison with the baseline: which it is, what is comparable, what moved.

use super::document::{Block, Cell, Grid, Note, Origin, Section};
use super::{At, section};
use crate::compare::delta::{Call, Delta, decisive};
use crate::fmt;
use crate::report::build::words;

/// Comparisons in the table.
const MOST: usize = 10;

pub(super) fn regression(at: &At<'_>) -> Section {
    let title = "Regression against the baseline";
    let Some(baseline) = &at.report.baseline else {
        let none = Note::missing("Not known: there is no baseline to compare with.");
        return section("regression", title, vec![Block::notes(vec![none])]);
    };
    let mut notes = vec![Note::measured(format!("Against the baseline {}.", fmt::plain(&baseline.id)))];
    for pair in &baseline.pairs {
        notes.extend(
            pair.same
                .as_ref()
                .zip(pair.test.as_ref())
                .map(|(same, test)| Note::measured(format!("{}: {same}.", fmt::plain(test)))),
        );
        let text = match (&pair.test, &pair.stored) {
            (Some(test), None) => format!("{}: the baseline has none.", fmt::plain(test)),
            (None, Some(stored)) => format!("{}: only the baseline has it.", fmt::plain(stored)),
            (Some(test), _) if !pair.differences.is_empty() => {
                format!("{}: besides the results these differ: {}.", fmt::plain(test), pair.differences.join("; "))
            }
            _ => continue,
        };
        notes.push(Note::measured(text));
    }
    let gated = decisive(&at.report.deltas);
    let of = |call: Call| fmt::count(gated.iter().filter(|one| one.call == call).count() as u64);
    notes.push(Note::measured(format!(
        "Of {}: {} worse, {} better, {} shown to be no worse, {} without a regression of the size that would be seen, {} cannot be told.",
        fmt::plural(gated.len() as u64, "comparison", "comparisons"),
        of(Call::Regressed),
        of(Call::Improved),
        of(Call::NoSlower),
        of(Call::NoRegressionSeen),
        of(Call::Inconclusive),
    )));
    section("regression", title, vec![Block::notes(notes), Block::table(moved(at))])
}

/// What got worse or better, and the totals.
fn moved(at: &At<'_>) -> Grid {
    let mut grid = Grid::new(
        "changes",
        &["test", "endpoint", "figure", "#before", "#now", "#change (95 % interval)", "~said of it"],
    );
    let mut all: Vec<&Delta> = at
        .report
        .deltas
        .iter()
        .filter(|one| matches!(one.call, Call::Regressed | Call::Improved) || one.endpoint.is_empty())
        .collect();
    let weight = |one: &Delta| match one.call {
        Call::Regressed => 0,
        Call::Improved => 1,
        _ => 2,
    };
    all.sort_by(|a, b| weight(a).cmp(&weight(b)).then_with(|| b.distance().total_cmp(&a.distance())));
    for one in all {
        let shown = |value: Option<f64>| {
            Cell::text(value.map_or("not known".to_owned(), |value| fmt::value(value, one.unit())))
        };
        let endpoint = if one.endpoint.is_empty() { Cell::text("all requests") } else { Cell::name(&one.endpoint) };
        let cells = vec![
            Cell::name(&one.test),
            endpoint,
            Cell::text(one.metric.clone()),
            shown(one.before),
            shown(one.after),
            Cell::text(words::change(one)),
            Cell::text(words::call(one)),
        ];
        grid.row(Origin::Measured, cells);
    }
    grid.cut(MOST)
}
