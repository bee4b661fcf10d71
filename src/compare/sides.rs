//! Two sides compared by the best method that both can carry: [`two_run`] where both have latencies over time, else
//! [`quoted`]. What differs between them besides the results is said first.

use super::block::Block;
use super::delta::{Call, Delta};
use super::differences::differences;
use super::pairing::{Pairs, paired};
use super::quoted::{self, Figure};
use super::settings::{Metric, Settings};
use super::shift::Shift;
use super::side::{Side, SideEndpoint};
use super::two_run::{self, Pair, Steady};
use crate::analyse::figures::EndpointFigures;
use crate::fmt;
use crate::model::distribution::SourceClass;

/// A Comparison is all that two runs of one test say together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// By endpoint and metric; totals last.
    pub deltas: Vec<Delta>,
    /// What all endpoints did together.
    pub shifts: Vec<Shift>,
    /// What differs besides the results: load, endpoints, tool; in words.
    pub differences: Vec<String>,
}

/// Compares the judged run with the baseline's run of the same test.
#[must_use]
pub fn sides(before: &Side, after: &Side, settings: &Settings) -> Comparison {
    let pairs = paired(before, after);
    let differences = differences(before, after, &pairs);
    if let Some(parts) = with_parts(&pairs) {
        let steady = Steady { before_s: before.steady_s, after_s: after.steady_s };
        let outcome = two_run::compare(&after.test, &parts, steady, settings);
        let deltas = unpaired(outcome.deltas, &pairs);
        return Comparison { deltas, shifts: outcome.shifts, differences };
    }
    let mut deltas: Vec<Delta> = Vec::new();
    for (label, (one, other)) in &pairs {
        let figures = (one.map(|one| &one.figures), other.map(|one| &one.figures));
        deltas.extend(by_figures(&after.test, label, figures, settings));
    }
    deltas.extend(by_figures(&after.test, "", (Some(&before.totals), Some(&after.totals)), settings));
    Comparison { deltas: unpaired(deltas, &pairs), shifts: Vec::new(), differences }
}

/// Says of an endpoint that only one side has that it is so; and totals over wholly different endpoints are no comparison.
fn unpaired(mut deltas: Vec<Delta>, pairs: &Pairs<'_>) -> Vec<Delta> {
    let none_in_common = !pairs.is_empty() && pairs.values().all(|(before, after)| before.is_none() || after.is_none());
    for delta in &mut deltas {
        let why = match pairs.get(&delta.endpoint) {
            Some((None, Some(_))) => "the baseline does not have it",
            Some((Some(_), None)) => "only the baseline has it",
            None if none_in_common => "no endpoint is in both runs: their totals are of different things",
            _ => continue,
        };
        delta.call = Call::Inconclusive;
        delta.why = Some(why.to_owned());
    }
    deltas
}

/// The pairs as blocks; `None` where a side has an endpoint without latencies over time.
fn with_parts<'a>(pairs: &'a Pairs<'a>) -> Option<Vec<Pair<'a>>> {
    const NONE: &[Block] = &[];
    let parts = |side: Option<&'a SideEndpoint>| match side {
        None => Some(NONE),
        Some(endpoint) => endpoint.parts.as_deref(),
    };
    pairs
        .iter()
        .map(|(label, (before, after))| Some(Pair { endpoint: label, before: parts(*before)?, after: parts(*after)? }))
        .collect()
}

fn by_figures(
    test: &str,
    label: &str,
    (before, after): (Option<&EndpointFigures>, Option<&EndpointFigures>),
    settings: &Settings,
) -> Vec<Delta> {
    let subject = (test, label);
    let one = |metric: &Metric| match metric {
        Metric::Failures => {
            let counts = |side: Option<&EndpointFigures>| side.and_then(|side| side.failures.zip(side.requests));
            quoted::failures(subject, counts(before), counts(after), settings)
        }
        Metric::Quantile(p) => {
            let figures = (before.and_then(|side| figure(side, *p)), after.and_then(|side| figure(side, *p)));
            quoted::compare(subject, *metric, figures, settings.material, settings)
        }
    };
    settings.metrics.iter().map(one).collect()
}

fn figure(side: &EndpointFigures, p: f64) -> Option<Figure<'_>> {
    let latency = &side.latency_us;
    let value = latency.quantiles.get(&fmt::quantile_name(p)).copied().flatten()?;
    let class = latency.source_class?;
    // Only Locust's tables round: to two digits of milliseconds.
    let rounded =
        class != SourceClass::Raw && latency.definition.as_deref().is_some_and(|text| text.contains("rounded"));
    let step_us = if rounded { crate::ingest::locust::bucket::step_us(value) } else { 0.0 };
    Some(Figure { value, class, definition: latency.definition.as_deref().unwrap_or_default(), step_us })
}
