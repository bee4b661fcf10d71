//! Runs without latencies over time, compared by what else tells of their spread.
//!
//! Level 2b: merged distributions, with the tool's own percentiles over windows that do not overlap (Locust's full history).
//! The change is that of the distributions; its variance is that of the windows' percentiles, by their number. What all
//! endpoints did together is told apart from five of them on, as with blocks. Level 3:
//! merged distributions alone. Their intervals are those of independent requests, widened by an assumed design effect; such a
//! comparison can blame and never acquit. On both levels a regression needs more than it does with blocks. What has no
//! spread at all is level 4 ([`quoted`]).

use super::block::{self, Block};
use super::change::{self, Change, Tested};
use super::delta::Delta;
use super::failures::{self, ASSUMED_EFFECT, Shares};
use super::quoted::{self, Figure};
use super::row::{Basis, Ground, Pending, Row, call_together};
use super::settings::{Metric, Settings};
use super::two_run::Outcome;
use crate::analyse::figures::EndpointFigures;
use crate::analyse::sampling::Z95;
use crate::fmt;
use crate::model::distribution::SourceClass;

/// Degrees of freedom where a variance is not estimated from a few windows.
const MANY: f64 = 1e4;

/// One endpoint of a run.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Over the whole run.
    pub figures: &'a EndpointFigures,
    /// Counts over the steady time, where the source has them.
    pub parts: Option<&'a [Block]>,
}

/// One endpoint in both runs.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its name; empty for all requests together.
    pub endpoint: &'a str,
    /// In the baseline.
    pub before: Option<Known<'a>>,
    /// In the run that is judged.
    pub after: Option<Known<'a>>,
}

/// Compares two runs of `test`, `steady` seconds of each being steady load. Totals decide only where there are no endpoints.
#[must_use]
pub fn compare(test: &str, subjects: &[Subject<'_>], steady: (f64, f64), settings: &Settings) -> Outcome {
    let endpoints = subjects.iter().filter(|one| !one.endpoint.is_empty()).count();
    let frame = Frame { test, endpoints, blocks: block::number(steady.0, steady.1), settings };
    let lines: Vec<Line> = subjects
        .iter()
        .flat_map(|subject| settings.metrics.iter().map(|metric| frame.line(subject, *metric)))
        .collect();
    let (mut order, mut rows) = (Vec::new(), Vec::new());
    for line in lines {
        match line {
            Line::Called(delta) => order.push(Some(delta)),
            Line::Waiting(row) => {
                order.push(None);
                rows.push(row);
            }
        }
    }
    let shifts = settings.metrics.iter().filter_map(|metric| frame.told_apart(&mut rows, *metric)).collect();
    let (called, shifts) = call_together(rows, shifts, settings);
    let mut called = called.into_iter();
    Outcome { deltas: order.into_iter().filter_map(|delta| delta.or_else(|| called.next())).collect(), shifts }
}

enum Line {
    /// By a rule of its own.
    Called(Delta),
    /// With all others.
    Waiting(Row),
}

struct Frame<'a> {
    test: &'a str,
    endpoints: usize,
    blocks: Option<usize>,
    settings: &'a Settings,
}

impl Frame<'_> {
    fn line(&self, subject: &Subject<'_>, metric: Metric) -> Line {
        match metric {
            Metric::Failures => self.failures(subject),
            Metric::Quantile(p) => self.quantile(subject, p),
        }
    }

    /// What the endpoints did together in a quantile, where windows tell how far it varies in each of them; their rows then
    /// know what each did for itself.
    fn told_apart(&self, rows: &mut [Row], metric: Metric) -> Option<Pending> {
        let Metric::Quantile(p) = metric else { return None };
        let name = metric.name();
        let mut own: Vec<&mut Row> =
            rows.iter_mut().filter(|row| row.gated && row.ground == Ground::Soft && row.delta.metric == name).collect();
        let between = self.settings.between();
        let total = |row: &&mut Row| match &row.basis {
            Basis::Quantile { tested, .. } => Some(tested.total),
            _ => None,
        };
        own.retain(|row| total(row).is_some());
        let totals: Vec<Change> = own.iter().filter_map(total).collect();
        let within: Vec<f64> = totals.iter().map(|total| (total.variance_below - between).max(0.0)).collect();
        let tests = change::apart(&totals, &within, self.settings);
        for (row, tested) in own.into_iter().zip(&tests.endpoints) {
            row.set_tested(*tested, self.endpoints.max(1));
        }
        Some(Pending { ground: Ground::Soft, ..Pending::of(self.test, p, &tests, self.endpoints, self.settings)? })
    }

    fn begun(&self, subject: &Subject<'_>, metric: Metric, method: &str) -> Row {
        let gated = !subject.endpoint.is_empty() || self.endpoints == 0;
        let row = Row::begun((self.test, subject.endpoint), metric, method, gated);
        if gated { row } else { row.shown_only() }
    }

    /// As with blocks of latencies, because counts over time are all it needs.
    fn failures(&self, subject: &Subject<'_>) -> Line {
        let share = |side: Option<Known<'_>>| {
            let side = side.filter(|side| side.figures.failures.is_some())?;
            let (parts, m) = side.parts.zip(self.blocks)?;
            failures::share(&block::regroup(parts, m))
        };
        if let (Some(before), Some(after)) = (share(subject.before), share(subject.after)) {
            let effects = (fmt::number(before.effect), fmt::number(after.effect));
            let m = self.blocks.unwrap_or_default();
            let method =
                format!("L1 Newcombe's interval, design effects {} and {} from {m} blocks", effects.0, effects.1);
            let mut row = self.begun(subject, Metric::Failures, &method);
            let shares = Shares { before, after };
            row.set_figures(Some(before.value()), Some(after.value()));
            row.delta.set_shares(&shares);
            row.basis = Basis::Failures { shares, endpoints: self.endpoints.max(1) };
            return Line::Waiting(row);
        }
        let counts = |side: Option<Known<'_>>| side.and_then(|side| side.figures.failures.zip(side.figures.requests));
        let subject_of = (self.test, subject.endpoint);
        Line::Called(quoted::failures(subject_of, counts(subject.before), counts(subject.after), self.settings))
    }

    fn quantile(&self, subject: &Subject<'_>, p: f64) -> Line {
        let figures = (
            subject.before.and_then(|side| figure(side.figures, p)),
            subject.after.and_then(|side| figure(side.figures, p)),
        );
        let metric = Metric::Quantile(p);
        let estimate = |side: Option<Known<'_>>| side.and_then(|side| Estimate::of(side.figures, p));
        if let ((Some(before), Some(after)), Some(of_before), Some(of_after)) =
            (figures, estimate(subject.before), estimate(subject.after))
            && before.is_comparable(&after, self.settings.material)
        {
            return Line::Waiting(self.estimated(subject, metric, (before, after), (of_before, of_after)));
        }
        let subject_of = (self.test, subject.endpoint);
        Line::Called(quoted::compare(subject_of, metric, figures, self.settings.material, self.settings))
    }

    fn estimated(
        &self,
        subject: &Subject<'_>,
        metric: Metric,
        (before, after): (Figure<'_>, Figure<'_>),
        (of_before, of_after): (Estimate, Estimate),
    ) -> Row {
        let settings = self.settings;
        let taus = format!("{}/{}", fmt::percent(settings.tau_global), fmt::percent(settings.tau_endpoint));
        let windows = of_before.windows.zip(of_after.windows);
        let method = match windows {
            Some((one, other)) => {
                format!("L2b: {one} and {other} windows of the tool's own percentiles, tau {taus} assumed")
            }
            None => format!("L3: merged, design effect {} and tau {taus} assumed", fmt::number(ASSUMED_EFFECT)),
        };
        let mut row = self.begun(subject, metric, &method);
        row.ground = if windows.is_some() { Ground::Soft } else { Ground::Assumed };
        row.set_figures(Some(before.value), Some(after.value));
        let step = before.step_us.max(after.step_us);
        if step > 0.0 && (after.value - before.value).abs() <= step {
            let why = format!("not resolvable: one step of the source's rounding is {}", fmt::latency_us(step));
            row.delta.why = Some(row.delta.why.take().map_or(why.clone(), |known| format!("{known}; {why}")));
            return row;
        }
        let rounding = |figure: &Figure<'_>| (figure.step_us / figure.value.max(1.0)).powi(2) / 12.0;
        let variance =
            of_before.variance + of_after.variance + rounding(&before) + rounding(&after) + settings.between();
        let total = Change {
            value: after.value.max(1.0).ln() - before.value.max(1.0).ln(),
            variance_below: variance,
            variance_above: variance,
            df: windows.map_or(MANY, |(one, other)| float(one + other) - 2.0),
        };
        row.set_tested(Tested { total, specific: None, total_behind_common: false }, self.endpoints.max(1));
        row
    }
}

/// What is known of how far a percentile varies within a run.
#[derive(Debug, Clone, Copy)]
struct Estimate {
    /// Of its ln.
    variance: f64,
    /// Over so many windows; `None` where requests were taken for independent.
    windows: Option<u64>,
}

impl Estimate {
    fn of(figures: &EndpointFigures, p: f64) -> Option<Self> {
        let (name, latency) = (fmt::quantile_name(p), &figures.latency_us);
        if latency.source_class? == SourceClass::Quoted {
            return None;
        }
        if let Some(spread) = latency.over_time.get(&name) {
            let variance = spread.sd_ln.powi(2) / float(spread.windows);
            return Some(Self { variance, windows: Some(spread.windows) });
        }
        let (low, high) = *latency.quantile_ci.get(&name)?;
        let sd = (high?.max(1.0).ln() - low?.max(1.0).ln()) / (2.0 * Z95);
        let effect = latency.design_effect.max(1.0);
        Some(Self { variance: sd * sd * effect.max(ASSUMED_EFFECT) / effect, windows: None })
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
const fn float(count: u64) -> f64 {
    count as f64
}

fn figure(side: &EndpointFigures, p: f64) -> Option<Figure<'_>> {
    let (latency, name) = (&side.latency_us, fmt::quantile_name(p));
    let value = latency.quantiles.get(&name).copied().flatten()?;
    let class = latency.source_class?;
    // Only Locust's tables round: to two digits of milliseconds.
    let rounded =
        class != SourceClass::Raw && latency.definition.as_deref().is_some_and(|text| text.contains("rounded"));
    let step_us = if rounded { crate::ingest::locust::bucket::step_us(value) } else { 0.0 };
    let gap = latency.quantile_ci.get(&name).and_then(|(low, high)| {
        let ranks = 2.0 * Z95 * (float(latency.n?) * p * (1.0 - p)).sqrt();
        Some(((*high)?.max(1.0).ln() - (*low)?.max(1.0).ln()) / ranks)
    });
    Some(Figure { value, class, definition: latency.definition.as_deref().unwrap_or_default(), step_us, gap })
}
