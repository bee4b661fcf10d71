//! A row of the comparison while it waits for the other rows: a p-value means something only beside all the others, so
//! deltas are begun first and called together at the end.

use super::call::{Evidence, Size, call};
use super::change::{COMMON_FROM, Tested, Tests};
use super::delta::{Call, Delta};
use super::failures::Shares;
use super::multiplicity::benjamini_hochberg;
use super::settings::{Metric, Settings};
use super::shift::{Shift, ShiftKind};
use crate::fmt;
use std::borrow::Cow;

/// What a row is called by.
pub(super) enum Basis {
    /// Nothing: the delta's `why` says what is missing.
    Missing,
    /// A quantile, tested beside so many endpoints.
    Quantile { tested: Tested, endpoints: usize },
    /// Failures, tested beside so many endpoints.
    Failures { shares: Shares, endpoints: usize },
}

/// What a row's spread rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// Blocks of latencies, or runs.
    Firm,
    /// A spread that stands in for them: more is asked before it blames ([`STRICT_ALPHA`], [`STRICT_MATERIAL`]).
    Soft,
    /// No spread over time at all: it may blame as a soft one does, and never acquits.
    Assumed,
}

impl Ground {
    /// What counts as a change on it.
    fn held(self, settings: &Settings) -> Cow<'_, Settings> {
        if self == Self::Firm {
            return Cow::Borrowed(settings);
        }
        let (alpha, material) = (settings.alpha.min(STRICT_ALPHA), settings.material.max(STRICT_MATERIAL));
        Cow::Owned(Settings { material, alpha, ..settings.clone() })
    }
}

/// p below which, and the least change from which, soft ground is a regression.
const STRICT_ALPHA: f64 = 0.01;
const STRICT_MATERIAL: f64 = 0.10;

/// A delta without call and adjusted p.
pub(super) struct Row {
    pub(super) delta: Delta,
    pub(super) basis: Basis,
    /// Whether its tests stand among those of the gate. Totals stand alone.
    pub(super) gated: bool,
    /// How much less than blocks it rests on.
    pub(super) ground: Ground,
}

impl Row {
    /// A row that says nothing yet.
    pub(super) fn begun(subject: (&str, &str), metric: Metric, method: &str, gated: bool) -> Self {
        Self { delta: Delta::begun(subject, metric, method), basis: Basis::Missing, gated, ground: Ground::Firm }
    }

    /// Both figures and their ratio.
    pub(super) fn set_figures(&mut self, before: Option<f64>, after: Option<f64>) {
        (self.delta.before, self.delta.after) = (before, after);
        self.delta.ratio = after.zip(before).and_then(|(after, before)| (before > 0.0).then(|| after / before));
    }

    /// A percentile's test, with its interval.
    pub(super) fn set_tested(&mut self, tested: Tested, endpoints: usize) {
        let (low, high) = tested.total.interval();
        self.delta.interval = Some((Some(low.exp()), Some(high.exp())));
        self.basis = Basis::Quantile { tested, endpoints };
    }

    /// Says of a row of totals that the gate does not look at it.
    pub(super) fn shown_only(mut self) -> Self {
        const NOTE: &str = "totals are shown, the gate judges endpoints";
        self.delta.why = Some(self.delta.why.take().map_or_else(|| NOTE.to_owned(), |why| format!("{NOTE}; {why}")));
        self
    }

    /// p of "not worse", and of "not better", by each test that the row has.
    fn p_values(&self) -> (Vec<f64>, Vec<f64>) {
        match &self.basis {
            Basis::Missing => (Vec::new(), Vec::new()),
            Basis::Quantile { tested, .. } => {
                let total = Some(&tested.total).filter(|_| !tested.total_behind_common);
                let changes = || total.into_iter().chain(&tested.specific);
                (changes().map(|one| one.p_above(0.0)).collect(), changes().map(|one| one.p_below(0.0)).collect())
            }
            Basis::Failures { shares, .. } => (vec![shares.p_worse()], vec![shares.p_better()]),
        }
    }

    /// p of the test that waits for the common shift.
    fn p_behind_common(&self) -> Option<f64> {
        match &self.basis {
            Basis::Quantile { tested, .. } if self.gated && tested.total_behind_common => {
                Some(tested.total.p_above(0.0))
            }
            _ => None,
        }
    }

    fn called(mut self, p_worse: f64, p_better: f64, settings: &Settings) -> Delta {
        let held = self.ground.held(settings);
        // What stands alone is not adjusted for the others, so its one-sided test asks for what its two-sided interval shows.
        let held =
            if self.gated { held } else { Cow::Owned(Settings { alpha: held.alpha / 2.0, ..held.into_owned() }) };
        let settings = &*held;
        let evidence = match &self.basis {
            Basis::Missing => return self.delta,
            Basis::Quantile { tested, endpoints } => {
                quantile_evidence(&self.delta, tested, (p_worse, p_better), *endpoints, settings)
            }
            Basis::Failures { shares, endpoints } => shares.evidence(p_worse, p_better, *endpoints, settings),
        };
        let delta = &mut self.delta;
        delta.call = call(&evidence, settings.alpha);
        delta.detectable = match self.basis {
            Basis::Quantile { .. } => evidence.detectable.map(|least| least + 1.0),
            _ => evidence.detectable,
        };
        delta.p_adjusted = Some(if delta.call == Call::Improved { p_better } else { p_worse });
        delta.margin = Some(match self.basis {
            Basis::Quantile { .. } => settings.margin,
            _ => settings.failures_margin,
        });
        delta.settled_by = settled_by(delta, &evidence);
        let mut why = reason(delta, &evidence, settings);
        if self.ground == Ground::Assumed && delta.call != Call::Regressed {
            delta.call = Call::Inconclusive;
            delta.settled_by = None;
            why = Some("no regression visible at this level".to_owned());
        }
        delta.why = [delta.why.take(), why].into_iter().flatten().reduce(|one, other| format!("{one}; {other}"));
        self.delta
    }
}

fn quantile_evidence(delta: &Delta, tested: &Tested, p: (f64, f64), endpoints: usize, settings: &Settings) -> Evidence {
    let (before, after) = (delta.before.unwrap_or(0.0), delta.after.unwrap_or(0.0));
    let change = tested.total.value;
    let (relatively, absolutely) = (settings.material.ln_1p(), (after - before).abs() >= settings.floor_us);
    let size = match change {
        c if c >= relatively && absolutely => Size::Worse,
        c if c >= relatively => Size::WorseBelowFloor,
        c if c <= -relatively && absolutely => Size::Better,
        _ => Size::Small,
    };
    // What is below the floor can be no regression, so it need not be detectable.
    let floor = if before > 0.0 { settings.floor_us / before } else { 0.0 };
    Evidence {
        p_worse: p.0,
        p_better: p.1,
        p_margin: tested.total.p_below(settings.margin.ln_1p()),
        size,
        detectable: Some(tested.detectable(endpoints, settings.alpha) - 1.0).filter(|least| least.is_finite()),
        must_detect: settings.must_detect.max(floor),
    }
}

fn reason(delta: &Delta, evidence: &Evidence, settings: &Settings) -> Option<String> {
    let failures = delta.metric == Metric::Failures.name();
    if evidence.size == Size::WorseBelowFloor && evidence.p_worse < settings.alpha {
        let by = fmt::latency_us(delta.after.zip(delta.before).map_or(0.0, |(after, before)| after - before));
        return Some(format!("slower by {by}, less than the {} that matters", fmt::latency_us(settings.floor_us)));
    }
    let floored = || evidence.detectable.is_some_and(|least| least > settings.must_detect) && !failures;
    if delta.call == Call::NoRegressionSeen && floored() {
        let (at, floor) = (fmt::latency_us(delta.before.unwrap_or(0.0)), fmt::latency_us(settings.floor_us));
        let need = fmt::percent(evidence.must_detect);
        return Some(format!("at {at} less than {floor} does not matter, so no slowdown below {need} need be seen"));
    }
    if delta.call != Call::Inconclusive {
        return None;
    }
    let size = |of: f64| if failures { fmt::points(of) } else { format!("+{}", fmt::percent(of)) };
    let asked = size(evidence.must_detect);
    Some(match evidence.detectable {
        Some(least) => {
            let settled = delta.settled_by.map_or_else(String::new, |more| {
                let runs = fmt::plural(u64::from(more), "more run", "more runs");
                format!("; {runs} of each build would settle it")
            });
            format!(
                "too few or too uneven requests: a worsening of {asked} must be detectable, {} is{settled}",
                size(least)
            )
        }
        None => format!("too few requests: a worsening of {asked} must be detectable, none is"),
    })
}

/// How many more runs of each build would settle it, each as long as these: what can be detected shrinks with the root of
/// their number.
fn settled_by(delta: &Delta, evidence: &Evidence) -> Option<u32> {
    const MOST: f64 = 20.0;
    let least = evidence.detectable.filter(|_| delta.call == Call::Inconclusive)?;
    let failures = delta.metric == Metric::Failures.name();
    let excess = if failures { least / evidence.must_detect } else { least.ln_1p() / evidence.must_detect.ln_1p() };
    let more = (excess * excess).ceil() - 1.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held between 1 and 20")]
    (1.0..=MOST).contains(&more).then_some(more as u32)
}

/// Rows by metric and endpoint, turned to rows by endpoint and metric.
pub(super) fn by_endpoint(metrics: Vec<Vec<Row>>) -> Vec<Row> {
    let mut metrics: Vec<_> = metrics.into_iter().map(Vec::into_iter).collect();
    let mut rows = Vec::new();
    loop {
        let before = rows.len();
        rows.extend(metrics.iter_mut().filter_map(Iterator::next));
        if rows.len() == before {
            return rows;
        }
    }
}

/// A common shift that waits as the rows do.
pub(super) struct Pending {
    pub(super) shift: Shift,
    /// p of "the system is not slower", with five endpoints or more.
    pub(super) p_worse: Option<f64>,
    pub(super) p_better: Option<f64>,
    /// What the spread of its endpoints rests on.
    pub(super) ground: Ground,
}

impl Pending {
    /// What the endpoints did together in the `p`-quantile; `None` with fewer than two. A test of it there is from
    /// [`COMMON_FROM`] endpoints on; below, it is remarked only where all of the `named` ones can be told and moved alike.
    pub(super) fn of(test: &str, p: f64, tests: &Tests, named: usize, settings: &Settings) -> Option<Self> {
        let common = tests.common.filter(|_| tests.endpoints.len() >= 2)?;
        let told_apart = tests.endpoints.len() >= COMMON_FROM;
        let material = settings.material.ln_1p();
        let all_told = tests.endpoints.len() == named;
        let all = |towards: f64| tests.endpoints.iter().all(|one| one.total.value * towards >= material);
        let shift = Shift {
            test: test.to_owned(),
            metric: Metric::Quantile(p).name(),
            ratio: common.value.exp(),
            p_adjusted: None,
            endpoints: tests.endpoints.len(),
            kind: if !told_apart && all_told && (all(1.0) || all(-1.0)) { ShiftKind::Remark } else { ShiftKind::None },
        };
        let p_worse = told_apart.then(|| common.p_above(0.0));
        let p_better = told_apart.then(|| common.p_below(0.0));
        Some(Self { shift, p_worse, p_better, ground: Ground::Firm })
    }
}

/// Calls all rows and shifts of one comparison together. Tests for the better are a family of their own.
pub(super) fn call_together(rows: Vec<Row>, shifts: Vec<Pending>, settings: &Settings) -> (Vec<Delta>, Vec<Shift>) {
    let mut worse = Family::default();
    let mut better = Family::default();
    let places: Vec<_> = rows
        .iter()
        .map(|row| {
            let (p_worse, p_better) = row.p_values();
            if row.gated {
                (worse.join(&p_worse), better.join(&p_better))
            } else {
                (
                    Place::Alone(least(&benjamini_hochberg(&p_worse))),
                    Place::Alone(least(&benjamini_hochberg(&p_better))),
                )
            }
        })
        .collect();
    let common: Vec<_> = shifts
        .iter()
        .map(|pending| {
            better.join(pending.p_better.as_slice());
            worse.join(pending.p_worse.as_slice())
        })
        .collect();
    let (worse, better) = (benjamini_hochberg(&worse.0), benjamini_hochberg(&better.0));
    let shifted = |(mut pending, place): (Pending, Place)| {
        if pending.p_worse.is_some() {
            let p = place.least(&worse);
            pending.shift.p_adjusted = Some(p);
            let settings = pending.ground.held(settings);
            if p < settings.alpha && pending.shift.ratio >= 1.0 + settings.material {
                pending.shift.kind = ShiftKind::Regressed;
            }
        }
        pending.shift
    };
    let mut shifts: Vec<Shift> = shifts.into_iter().zip(common).map(shifted).collect();
    let behind = behind_common(&rows, &shifts);
    let called = |((row, (in_worse, in_better)), behind): ((Row, (Place, Place)), f64)| {
        row.called(in_worse.least(&worse).min(behind), in_better.least(&better), settings)
    };
    let deltas: Vec<Delta> = rows.into_iter().zip(places).zip(behind).map(called).collect();
    unremarked(&mut shifts, &deltas);
    (deltas, shifts)
}

/// Takes back the remark that all endpoints were slower where the comparison of one of them saw no regression.
fn unremarked(shifts: &mut [Shift], deltas: &[Delta]) {
    for shift in shifts.iter_mut().filter(|shift| shift.kind == ShiftKind::Remark && shift.ratio > 1.0) {
        let acquits = |one: &Delta| {
            let acquitted = matches!(one.call, Call::NoSlower | Call::NoRegressionSeen);
            acquitted && one.metric == shift.metric && !one.endpoint.is_empty()
        };
        if deltas.iter().any(acquits) {
            shift.kind = ShiftKind::None;
        }
    }
}

/// Adjusted p of the tests that wait for a common shift, by row: 1 where there was none.
fn behind_common(rows: &[Row], shifts: &[Shift]) -> Vec<f64> {
    let shifted =
        |row: &Row| shifts.iter().any(|shift| shift.kind == ShiftKind::Regressed && shift.metric == row.delta.metric);
    let waiting = rows.iter().map(|row| row.p_behind_common().filter(|_| shifted(row)).unwrap_or(f64::NAN));
    let adjusted = benjamini_hochberg(&waiting.collect::<Vec<_>>());
    adjusted.into_iter().map(|p| if p.is_nan() { 1.0 } else { p }).collect()
}

/// Tests that are adjusted together.
#[derive(Default)]
struct Family(Vec<f64>);

/// Where a row's adjusted p-values are found.
enum Place {
    Within(std::ops::Range<usize>),
    Alone(f64),
}

impl Family {
    fn join(&mut self, p_values: &[f64]) -> Place {
        let from = self.0.len();
        self.0.extend_from_slice(p_values);
        Place::Within(from..self.0.len())
    }
}

impl Place {
    /// The least adjusted p of the row's tests: one that rejects is enough.
    fn least(&self, adjusted: &[f64]) -> f64 {
        match self {
            Self::Within(range) => least(adjusted.get(range.clone()).unwrap_or_default()),
            Self::Alone(p) => *p,
        }
    }
}

fn least(p_values: &[f64]) -> f64 {
    p_values.iter().copied().fold(1.0, f64::min)
}

#[cfg(test)]
mod tests;
