//! The default comparison: two runs, each endpoint's steady time in blocks of histograms.
//!
//! Requests of one run are not independent, and two runs of the same system differ by more than their requests tell. Tests
//! that ignore this (Mann–Whitney, Kolmogorov–Smirnov, a fixed percentage) raise false alarms in every second or third
//! comparison of a system with itself. So the variance within a run is taken from its blocks ([`super::influence`]), an
//! assumed variance between runs is added, what all endpoints share is told apart ([`super::change`]), and all tests of a
//! comparison are adjusted for their number. What is not blamed is not acquitted by that: "no slower" needs a
//! test of its own, and "no regression seen" says what would have been.

use super::block::{self, Block};
use super::change;
use super::delta::Delta;
use super::failures::Shares;
use super::influence::Influence;
use super::row::{Basis, Pending, Row, by_endpoint, call_together};
use super::sample::Sample;
use super::settings::{Metric, Settings};
use super::shift::Shift;
use crate::analyse::percentile::least_n;
use crate::analyse::proportion::Share;
use crate::fmt;

/// One endpoint in both runs: equal parts of the steady time, aligned over the endpoints. An endpoint that a run does not
/// have is empty there.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// Label; empty where a source has totals only, which are then gated.
    pub endpoint: &'a str,
    /// The baseline's parts.
    pub before: &'a [Block],
    /// The judged run's parts.
    pub after: &'a [Block],
}

/// Steady seconds of both runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steady {
    /// Of the baseline.
    pub before_s: f64,
    /// Of the judged run.
    pub after_s: f64,
}

/// What a comparison of two runs says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// By endpoint in the order given, then metric in the order of the settings; totals last.
    pub deltas: Vec<Delta>,
    /// What the endpoints did together, by quantile. One of [`ShiftKind::Regressed`](super::shift::ShiftKind::Regressed) is a regression of the gate.
    pub shifts: Vec<Shift>,
}

/// Compares two runs of `test`. Parts are merged to blocks here: 12, from six steady minutes on 18, and none below 24 s, where
/// every call is inconclusive.
#[must_use]
pub fn compare<'a>(test: &str, pairs: &[Pair<'a>], steady: Steady, settings: &Settings) -> Outcome {
    let m = blocks_of(steady);
    let side = |of: fn(&Pair<'a>) -> &'a [Block]| -> Vec<Vec<Block>> {
        pairs.iter().map(|pair| block::regroup(of(pair), m.unwrap_or(block::BLOCKS))).collect()
    };
    let (before, after) = (side(|pair| pair.before), side(|pair| pair.after));
    let sampled = |blocks: &[Block]| Sample::of(blocks, &settings.metrics);
    let samples = before.iter().zip(&after).map(|(before, after)| (sampled(before), sampled(after)));
    let samples: Vec<(Sample, Sample)> = samples.collect();
    let sides = pairs.iter().zip(&samples);
    let endpoints: Vec<Sampled<'_>> =
        sides.map(|(pair, (before, after))| Sampled { endpoint: pair.endpoint, before, after }).collect();
    let named = pairs.iter().any(|pair| !pair.endpoint.is_empty());
    let totals = named.then(|| (sampled(&block::total(&before)), sampled(&block::total(&after))));
    let totals = totals.as_ref().map(|(before, after)| Sampled { endpoint: "", before, after });
    compare_samples(test, &endpoints, totals, steady, settings)
}

/// Compares two runs of `test` by samples, which are of the blocks that `steady` asks for ([`blocks_of`]) and of all metrics of
/// the settings. Totals are shown and not judged.
#[must_use]
pub fn compare_samples(
    test: &str,
    endpoints: &[Sampled<'_>],
    totals: Option<Sampled<'_>>,
    steady: Steady,
    settings: &Settings,
) -> Outcome {
    let blocks = blocks_of(steady);
    let frame =
        Frame { test, blocks, method: method(blocks, steady, settings), short: too_short(blocks, steady), settings };
    let (mut rows, mut shifts) = (Vec::new(), Vec::new());
    for metric in &settings.metrics {
        let (metric_rows, shift) = frame.rows(endpoints, *metric, true);
        rows.push(metric_rows);
        shifts.extend(shift);
    }
    let mut rows = by_endpoint(rows);
    for metric in totals.iter().flat_map(|_| &settings.metrics) {
        rows.extend(frame.rows(totals.as_slice(), *metric, false).0.into_iter().map(Row::shown_only));
    }
    let (deltas, shifts) = call_together(rows, shifts, settings);
    Outcome { deltas, shifts }
}

/// How many blocks two runs are compared in; `None` where one is too short.
#[must_use]
pub fn blocks_of(steady: Steady) -> Option<usize> {
    block::number(steady.before_s, steady.after_s)
}

fn method(blocks: Option<usize>, steady: Steady, settings: &Settings) -> String {
    let Some(m) = blocks else { return "L1 two-run".to_owned() };
    #[expect(clippy::cast_precision_loss, reason = "a dozen blocks")]
    let length = |seconds: f64| fmt::number((seconds / m as f64 * 10.0).round() / 10.0);
    let (before, after) = (length(steady.before_s), length(steady.after_s));
    let lengths = if before == after { before } else { format!("{before} and {after}") };
    let taus = (fmt::percent(settings.tau_global), fmt::percent(settings.tau_endpoint));
    let from = settings.tau_over.map_or_else(|| "assumed".to_owned(), |runs| format!("measured over {runs} runs"));
    format!("L1 two-run: {m} blocks of {lengths} s, tau {}/{} {from}", taus.0, taus.1)
}

fn too_short(blocks: Option<usize>, steady: Steady) -> Option<String> {
    let seconds = fmt::number(steady.before_s.min(steady.after_s).max(0.0).floor());
    blocks.is_none().then(|| format!("{seconds} s of steady load; needs {} s", fmt::number(block::SHORTEST_S)))
}

/// One endpoint's samples in both runs.
#[derive(Debug, Clone, Copy)]
pub struct Sampled<'a> {
    /// Label; empty for totals.
    pub endpoint: &'a str,
    /// Of the baseline.
    pub before: &'a Sample,
    /// Of the judged run.
    pub after: &'a Sample,
}

impl Sampled<'_> {
    /// Which run does not have the endpoint at all.
    fn missing(&self) -> Option<String> {
        match (self.before.requests == 0, self.after.requests == 0) {
            (true, true) => Some("no requests under steady load in either run".to_owned()),
            (true, false) => Some("no requests under steady load in the baseline".to_owned()),
            (false, true) => Some("no requests under steady load in this run".to_owned()),
            (false, false) => None,
        }
    }
}

/// What all rows of a comparison have in common.
struct Frame<'a> {
    test: &'a str,
    blocks: Option<usize>,
    method: String,
    short: Option<String>,
    settings: &'a Settings,
}

impl Frame<'_> {
    fn rows(&self, endpoints: &[Sampled<'_>], metric: Metric, gated: bool) -> (Vec<Row>, Option<Pending>) {
        match metric {
            Metric::Quantile(p) => self.quantile_rows(endpoints, p, gated),
            Metric::Failures => (self.failure_rows(endpoints, gated), None),
        }
    }

    fn begun(&self, sample: &Sampled<'_>, metric: Metric, gated: bool) -> Row {
        Row::begun((self.test, sample.endpoint), metric, &self.method, gated)
    }

    fn quantile_rows(&self, endpoints: &[Sampled<'_>], p: f64, gated: bool) -> (Vec<Row>, Option<Pending>) {
        let runs: Vec<_> = endpoints.iter().map(|one| (one.before.influence(p), one.after.influence(p))).collect();
        let mut rows: Vec<Row> = endpoints.iter().map(|one| self.begun(one, Metric::Quantile(p), gated)).collect();
        let mut tested = Vec::new();
        for ((row, sample), run) in rows.iter_mut().zip(endpoints).zip(&runs) {
            let figure = |run: Option<&Influence>| run.filter(|run| run.n >= least_n(p)).map(|run| run.quantile);
            row.set_figures(figure(run.0), figure(run.1));
            row.delta.why = self.short.clone().or_else(|| sample.missing()).or_else(|| unfit(*run, p));
            if let (None, (Some(before), Some(after))) = (&row.delta.why, *run) {
                tested.push((row, (before, after)));
            }
        }
        let (tested_rows, influences): (Vec<_>, Vec<_>) = tested.into_iter().unzip();
        let tests = change::test(&influences, self.settings);
        for (row, tested) in tested_rows.into_iter().zip(&tests.endpoints) {
            row.set_tested(*tested, tests.endpoints.len());
        }
        let shift = if gated { Pending::of(self.test, p, &tests, endpoints.len(), self.settings) } else { None };
        (rows, shift)
    }

    fn failure_rows(&self, endpoints: &[Sampled<'_>], gated: bool) -> Vec<Row> {
        let rows = endpoints.iter().map(|sample| {
            let mut row = self.begun(sample, Metric::Failures, gated);
            let (before, after) = (sample.before.failures, sample.after.failures);
            row.set_figures(before.map(Share::value), after.map(Share::value));
            row.delta.why = self.short.clone().or_else(|| sample.missing());
            if let (None, Some((before, after))) = (&row.delta.why, before.zip(after)) {
                let shares = Shares { before, after };
                row.delta.set_shares(&shares);
                let effects = (fmt::number(before.effect), fmt::number(after.effect));
                let m = self.blocks.unwrap_or_default();
                row.delta.method =
                    format!("L1 Newcombe's interval, design effects {} and {} from {m} blocks", effects.0, effects.1);
                row.basis = Basis::Failures { shares, endpoints: endpoints.len() };
            }
            row
        });
        rows.collect()
    }
}

/// Why a quantile cannot be compared, if it cannot.
fn unfit(run: (Option<&Influence>, Option<&Influence>), p: f64) -> Option<String> {
    let (Some(before), Some(after)) = run else { return Some("no latencies over time".to_owned()) };
    let (n, least) = (before.n.min(after.n), least_n(p));
    if n < least {
        return Some(format!("n = {}; needs {}", fmt::count(n), fmt::count(least)));
    }
    let unbounded = !before.is_bounded() || !after.is_bounded();
    unbounded.then(|| format!("too few requests beyond {} to tell how far it varies", fmt::quantile_name(p)))
}

#[cfg(test)]
mod tests;
