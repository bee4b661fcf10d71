//! Figures that a tool prints, held against its rows of the same requests in the steps in which it prints them.
//!
//! ab prints a mean of 10 ms where its rows make 9.46: further apart than two files of one run mostly are. But its least, its
//! greatest and each of its percentiles are those of the rows.

use super::figure::relative;
use super::form::{Class, Form};
use super::population::populations;
use super::twice::is_whole_ms;
use crate::model::distribution::{Distribution, Quoted, Recorded};
use crate::model::histogram::rank;
use crate::model::key::Population;
use std::collections::BTreeSet;

/// Of fewer requests than these two runs may have the same figures by chance.
const ENOUGH: u64 = 50;
/// So many percentiles of so many different values are no chance.
const PERCENTILES: usize = 5;
const VALUES: usize = 3;
/// Step of rows in whole milliseconds.
const MILLISECOND_US: f64 = 1e3;

/// Width of a histogram's bucket, as a share of its values.
const BUCKET: f64 = 0.002;

/// How well printed figures fit rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// As far as they tell, which two runs may have in common.
    Fits,
    /// In more figures than two runs have in common.
    Same,
}

/// How well the figures of one form fit the rows of the other; `None` where they do not, or where neither is either.
pub(super) fn likeness(a: &Form, b: &Form) -> Option<Likeness> {
    let (printed, rows) = match (a.class, b.class) {
        (Class::Quoted, Class::Raw) => (a, b),
        (Class::Raw, Class::Quoted) => (b, a),
        _ => return None,
    };
    let differ = printed.count().zip(rows.count()).is_some_and(|(one, other)| relative(one, other) > 0.0);
    if a.tool != b.tool || !a.is_tools_own() || !b.is_tools_own() || differ {
        return None;
    }
    let requests = |form: &Form| populations(&form.part).into_iter().find(|one| one.population == Population::Request);
    // Adding up all rows is dear, and each form is held against each other.
    let printed = requests(printed)?.totals;
    if !matches!(printed.latency, Distribution::Quoted(_)) {
        return None;
    }
    let rows = requests(rows)?.totals;
    of((printed.requests, &printed.latency), (rows.requests, &rows.latency))
}

/// How well what is printed of so many requests fits rows.
fn of(printed: (Option<u64>, &Distribution), rows: (Option<u64>, &Distribution)) -> Option<Likeness> {
    let ((printed, Distribution::Quoted(quoted)), (rows, Distribution::Recorded(recorded))) = (printed, rows) else {
        return None;
    };
    let counted = printed.is_none_or(|requests| Some(requests) == rows);
    if !counted || recorded.count() < ENOUGH || !fit(quoted, recorded) {
        return None;
    }
    let values: BTreeSet<u64> = quoted.quantiles.iter().map(|(_, us)| us.to_bits()).collect();
    let is_same = quoted.quantiles.len() >= PERCENTILES && values.len() >= VALUES;
    Some(if is_same { Likeness::Same } else { Likeness::Fits })
}

/// Whether extremes, mean and percentiles are those of the rows, where either is rounded.
fn fit(quoted: &Quoted, recorded: &Recorded) -> bool {
    let rows_step = if is_whole_ms(recorded) { MILLISECOND_US } else { 0.0 };
    if quoted.rounding_us.is_empty() && rows_step <= 0.0 {
        return false;
    }
    let room = |us: f64| f64::midpoint(quoted.step_us(us), rows_step) + us * BUCKET;
    let near = |printed: Option<f64>, own: Option<f64>| {
        printed.zip(own).is_none_or(|(printed, own)| (printed - own).abs() <= room(printed))
    };
    let ends = near(quoted.min_us, recorded.min_us()) && near(quoted.max_us, recorded.max_us());
    // Tools count the place from 0 or from 1, and round it either way.
    let percentile = |(p, us): &(f64, f64)| {
        let n = recorded.count();
        let (before, behind) = (rank(*p, n).saturating_sub(1).max(1), rank(*p, n).saturating_add(2));
        let at = |rank| recorded.histogram.value_at_rank(rank);
        #[expect(clippy::cast_precision_loss, reason = "times in µs are far below 2^53")]
        let between = at(before).zip(at(behind)).map(|(low, high)| (low as f64, high as f64));
        between.is_some_and(|(low, high)| *us >= low - room(*us) && *us <= high + room(*us))
    };
    quoted.max_us.is_some()
        && ends
        && near(quoted.mean_us, recorded.mean_us())
        && quoted.quantiles.iter().all(percentile)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(mean_us: f64, quantiles: &[(f64, f64)]) -> Distribution {
        Distribution::Quoted(Quoted {
            mean_us: Some(mean_us),
            min_us: Some(0.0),
            max_us: Some(24e3),
            quantiles: quantiles.to_vec(),
            rounding_us: vec![(0.0, 1e3)],
            ..Quoted::default()
        })
    }

    /// A mean of 10 ms beside rows with one of 9.46: text and rows of one run were two tests.
    #[test]
    fn what_is_printed_in_whole_milliseconds_fits_its_rows() {
        let mut recorded = Recorded::default();
        (0..1000).for_each(|at| recorded.record((at % 20 + u64::from(at == 999) * 5) * 1_000_000));
        let rows = Distribution::Recorded(recorded);
        let all = [(0.5, 10e3), (0.66, 13e3), (0.75, 15e3), (0.9, 18e3), (0.99, 19e3)];
        let found = |requests, mean, quantiles| of((Some(requests), &printed(mean, quantiles)), (Some(1000), &rows));
        assert_eq!(found(1000, 10e3, &all), Some(Likeness::Same));
        assert_eq!(found(1000, 10e3, &[]), Some(Likeness::Fits));
        assert_eq!(found(1000, 11e3, &all), None);
        assert_eq!(found(1000, 10e3, &[(0.5, 13e3)]), None);
        assert_eq!(found(999, 10e3, &all), None);
    }
}
