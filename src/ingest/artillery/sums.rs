//! Artillery's aggregate beside the ten-second rows that it was added up from: counts add up, summaries count all of theirs and
//! have their extremes and their mean, to the tenth that is printed; and the figures of each stand in order.

use super::quantiles;
use crate::fmt;
use crate::ingest::document::{self, Object};
use crate::ingest::implied::{Printed, contradiction, differs, float, sum_differs};
use crate::ingest::order::{Ladder, Room};
use crate::ingest::scrub::without_queries;
use crate::model::sample::Fact;
use crate::unit::Unit;
use std::collections::BTreeMap;

/// Step of what summaries are printed in: of milliseconds, or of whatever a script's own are.
const STEP: f64 = 0.1;
/// Percentiles are of a sketch that knows a value to one percent.
const ROOM: Room<'_> = Room { percentiles: 0.02, extremes: 0.001, steps: &[], floor: STEP, by_digits: false };

/// Where counts of the ten-second rows are not together those of the whole; each with the report's name for it.
pub(super) fn counts_differ(counts: impl IntoIterator<Item = (String, u64, u64)>) -> impl Iterator<Item = Fact> {
    counts.into_iter().filter_map(|(name, sum, all)| {
        let parts = format!("the {} of its periods", fmt::code(&name));
        sum_differs(&parts, sum, "those of its aggregate", all)
    })
}

/// All periods' summaries of one name.
#[derive(Debug, Default)]
struct All {
    /// The first version's have neither count nor mean.
    count: u64,
    sum: f64,
    least: Option<f64>,
    greatest: Option<f64>,
}

/// The summaries of all periods, by name.
#[derive(Debug, Default)]
pub(super) struct Summaries {
    all: BTreeMap<String, All>,
    /// Where one of them falls.
    falls: Vec<Fact>,
}

impl Summaries {
    /// Adds a period's.
    pub(super) fn add(&mut self, name: &str, summary: &Object) {
        let figure = |key: &str| document::amount(summary.get(key)?);
        let of = |a: Option<f64>, b: Option<f64>, pick: fn(f64, f64) -> f64| match (a, b) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            (one, other) => one.or(other),
        };
        let all = self.all.entry(name.to_owned()).or_default();
        let count = summary.get("count").and_then(document::count).unwrap_or(0);
        all.count = all.count.saturating_add(count);
        all.sum += figure("mean").unwrap_or(0.0) * float(count);
        all.least = of(all.least, figure("min"), f64::min);
        all.greatest = of(all.greatest, figure("max"), f64::max);
        self.falls.extend(falls("a period", name, summary));
    }

    /// Where the whole's summary of that name is not that of all periods.
    pub(super) fn doubts(&self, name: &str, whole: &Object) -> Vec<Fact> {
        let Some(all) = self.all.get(name) else { return Vec::new() };
        let shown = without_queries(name);
        let figure = |key: &str, made: Option<f64>| {
            let printed = |value: f64| Printed { value, step: STEP };
            let whole = printed(document::amount(whole.get(key)?)?);
            let text = format!("the {} of its aggregate", fmt::code(&format!("{shown}: {key}")));
            differs((&text, whole), ("that of its periods", printed(made?)), Unit::Plain)
        };
        let counted = whole.get("count").and_then(document::count);
        let count =
            counted.into_iter().flat_map(|counted| counts_differ([(format!("{shown}: count"), all.count, counted)]));
        let mean = (all.count > 0).then(|| all.sum / float(all.count));
        count.chain(figure("min", all.least)).chain(figure("max", all.greatest)).chain(figure("mean", mean)).collect()
    }

    /// Where those of single periods fall.
    pub(super) fn into_falls(self) -> Vec<Fact> {
        self.falls
    }
}

/// Where the figures of a summary stand in no order; `whose` it is.
pub(super) fn falls(whose: &str, name: &str, summary: &Object) -> Vec<Fact> {
    let figure = |key: &str| document::amount(summary.get(key)?);
    let quantiles = quantiles(summary);
    let (least, mean, greatest) = (figure("min"), figure("mean"), figure("max"));
    let falls = Ladder { n: None, least, mean, greatest, quantiles: &quantiles }.falls(&ROOM, Unit::Plain);
    let name = fmt::code(&without_queries(name));
    falls.iter().map(|text| contradiction(&format!("{name} of {whose}: {text}"))).collect()
}
