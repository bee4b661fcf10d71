//! Percentile curves of the endpoints that got slower, each over its own before: whether all of it moved or only the tail.

use super::charts::curve_of;
use super::{Judged, Material, words};
use crate::compare::block::Block;
use crate::compare::delta::{Call, Delta};
use crate::compare::side::{Side, SideEndpoint};
use crate::compare::sides;
use crate::fmt;
use crate::report::chart::{Axis, Chart, Quantity, Spacing, TailChart, TailCurve, TailPoint, Tone, Words};

/// Endpoints that get a picture; what the others did stands in the change by percentile.
const MOST: usize = 3;

/// The curves of a test's endpoints that regressed, worst first, over the stretches that were compared; `id` prefixes theirs.
pub(super) fn overlaid(judged: &Judged<'_>, material: &Material<'_>, id: &str) -> Vec<Chart> {
    let Some((name, before)) = material.before(&judged.test.name).filter(|_| judged.superseded.is_none()) else {
        return Vec::new();
    };
    let worst = worst(material.deltas, &judged.test.name);
    let Some(after) = Side::of(judged.test, judged.figures).filter(|_| !worst.is_empty()) else { return Vec::new() };
    let (before, after) = sides::warmed_up(before, &after);
    let chart = |delta: &Delta| {
        let curves = vec![
            TailCurve { name: "this run".to_owned(), tone: Tone::S2, points: points(&after, &delta.endpoint)? },
            TailCurve { name: format!("baseline {name}"), tone: Tone::Base, points: points(&before, &delta.endpoint)? },
        ];
        let heading = format!("{}: {} {}", fmt::plain(&delta.endpoint), delta.metric, words::call(delta));
        let description = format!("{heading}. Percentile curves of both runs.");
        let caption =
            "The stretches of both runs that were compared. Each further nine has the same width; a curve ends where fewer than 10 \
                       requests remain above."
                .to_owned();
        let axis = Axis { title: "latency".to_owned(), quantity: Quantity::Micros, spacing: Spacing::Log };
        let words = Words { heading, description, caption, ..Words::default() };
        Some(TailChart { words, axis, limits: Vec::new(), curves }).filter(TailChart::is_drawable)
    };
    let charts = worst.into_iter().filter_map(chart).take(MOST).enumerate();
    charts
        .map(|(at, mut chart)| {
            chart.words.id = format!("{id}-tail-{}", at + 1);
            Chart::Tail(chart)
        })
        .collect()
}

/// Of each endpoint that regressed in a percentile the one that did most, the worst endpoint first.
fn worst<'a>(deltas: &'a [Delta], test: &str) -> Vec<&'a Delta> {
    let slower = |one: &&Delta| {
        let percentile = fmt::quantile_p(&one.metric).is_some() && one.declared.is_none();
        one.call == Call::Regressed && percentile && one.test == test && !one.endpoint.is_empty()
    };
    let mut found: Vec<&Delta> = deltas.iter().filter(slower).collect();
    found.sort_by(|a, b| b.ratio.unwrap_or(1.0).total_cmp(&a.ratio.unwrap_or(1.0)));
    let mut once: Vec<&Delta> = Vec::new();
    for delta in found {
        if once.iter().all(|have| have.endpoint != delta.endpoint) {
            once.push(delta);
        }
    }
    once
}

/// An endpoint's curve over the steady part of a run.
fn points(side: &Side, name: &str) -> Option<Vec<TailPoint>> {
    let is_it = |one: &&SideEndpoint| {
        let figures = &one.figures;
        let grouped = || figures.group.as_ref().is_some_and(|group| format!("{group} › {}", figures.label) == name);
        figures.label == name || grouped()
    };
    let parts = side.endpoints.iter().find(is_it)?.with_latencies()?;
    Some(curve_of(&Block::sum(parts).histogram)).filter(|points| !points.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(endpoint: &str, metric: &str, ratio: f64, call: Call) -> Delta {
        let text = format!(
            r#"{{"test": "t", "endpoint": "{endpoint}", "metric": "{metric}", "before": 1.0, "after": {ratio}, "ratio": {ratio},
            "interval": null, "p_adjusted": null, "detectable": null, "call": "inconclusive", "method": "L1", "why": null}}"#
        );
        Delta { call, ..serde_json::from_str(&text).unwrap() }
    }

    #[test]
    fn each_slower_endpoint_is_drawn_once_by_its_worst_percentile() {
        let deltas = [
            delta("GET /a", "p50", 1.2, Call::Regressed),
            delta("GET /a", "p95", 1.5, Call::Regressed),
            delta("GET /b", "p95", 1.8, Call::Regressed),
            delta("GET /c", "failures", 9.0, Call::Regressed),
            delta("GET /d", "p95", 3.0, Call::Inconclusive),
            delta("", "p95", 2.0, Call::Regressed),
        ];
        let drawn: Vec<_> =
            worst(&deltas, "t").into_iter().map(|one| (one.endpoint.as_str(), one.metric.as_str())).collect();
        assert_eq!(drawn, [("GET /b", "p95"), ("GET /a", "p95")]);
        assert!(worst(&deltas, "another").is_empty());
    }
}
