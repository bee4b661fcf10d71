//! Custom metrics and the tool's own, and what a k6 threshold's expression selects among them.
//!
//! A metric is kept as one series for each set of tags; what is shown is a merge of series. Points are preferred to a
//! summary's figures, and of those only the ones stated for exactly the tags asked for count: quoted figures cannot be
//! merged.

use super::figures::MetricFigures;
use super::measured::{Measured, from_cells, from_quoted, from_series};
use crate::fmt;
use crate::model::distribution::SourceClass;
use crate::model::key::{CellKey, MetricKind, Outcome, Population, Tags};
use crate::model::test::{MetricData, Test};
use crate::unit::Unit;
use std::collections::{BTreeMap, BTreeSet};

/// Figures of every metric by name: the whole first, then each check and each part that a threshold or summary names.
#[must_use]
pub fn figures(test: &Test, quantiles: &[f64]) -> Vec<MetricFigures> {
    wanted(test)
        .into_iter()
        .filter_map(|(name, tags)| Some(metric_figures(&name, &tags, &select(test, &name, &tags)?, quantiles)))
        .collect()
}

/// What a metric expression such as `http_req_duration{scenario:auth}` selects: all series whose tags hold the filter's, a
/// missing tag being empty, as k6 has it. Durations are in µs. `None` for an unknown metric, and for a trend, rate or gauge
/// without samples.
#[must_use]
pub fn lookup(test: &Test, expression: &str) -> Option<Measured> {
    let (name, filter) = parse(expression);
    select(test, &name, &filter)
}

/// The total of a counter over all its series.
#[must_use]
pub fn sum(test: &Test, name: &str) -> Option<u64> {
    let known = test.metrics.iter().any(|data| data.key.name == name);
    let sum = known.then(|| select(test, name, &[]))??.sum?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count: whole, not negative, and `as` saturates"
    )]
    let count = sum.round() as u64;
    Some(count)
}

/// The greatest value of a metric over all its series.
#[must_use]
pub fn maximum(test: &Test, name: &str) -> Option<f64> {
    select(test, name, &[])?.max
}

/// Splits `name{tag:value,tag:value}`; blanks and quotes around names and values are not part of them.
fn parse(expression: &str) -> (String, Tags) {
    let bare = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let Some((name, rest)) = expression.split_once('{') else {
        return (expression.trim().to_owned(), Vec::new());
    };
    let inner = rest.trim_end().strip_suffix('}').unwrap_or(rest);
    let filter = inner.split(',').filter(|pair| !pair.trim().is_empty()).map(|pair| {
        let (tag, value) = pair.split_once(':').unwrap_or((pair, ""));
        (bare(tag), bare(value))
    });
    (name.trim().to_owned(), filter.collect())
}

/// Names of metrics and parts of them, in the order shown.
fn wanted(test: &Test) -> BTreeSet<(String, Tags)> {
    let mut wanted = BTreeSet::new();
    for data in &test.metrics {
        let name = &data.key.name;
        wanted.insert((name.clone(), Vec::new()));
        if data.quoted {
            wanted.insert((name.clone(), data.key.tags.clone()));
        }
        let check = data.key.tags.iter().find(|(tag, _)| name == "checks" && tag == "check");
        wanted.extend(check.map(|check| (name.clone(), vec![check.clone()])));
    }
    for threshold in &test.thresholds {
        let (name, filter) = parse(&threshold.metric);
        if !filter.is_empty() {
            wanted.insert((name, filter));
        }
    }
    wanted
}

fn select(test: &Test, name: &str, filter: &[(String, String)]) -> Option<Measured> {
    if let Some(found) = cell_metric(test, name, filter) {
        return Some(found);
    }
    let (quoted, points): (Vec<&MetricData>, Vec<&MetricData>) =
        test.metrics.iter().filter(|data| data.key.name == name).partition(|data| data.quoted);
    if let Some(first) = points.first() {
        let chosen: Vec<&MetricData> = points.iter().copied().filter(|data| holds(&data.key.tags, filter)).collect();
        return from_series(&chosen, test.duration_s)
            .or_else(|| (first.key.kind == MetricKind::Counter).then(|| Measured::nothing_counted(first.key.unit)));
    }
    let sorted: BTreeMap<_, _> = filter.iter().cloned().collect();
    let stated = quoted.iter().find(|data| data.key.tags.iter().cloned().collect::<BTreeMap<_, _>>() == sorted);
    stated.map(|data| from_quoted(data, test.duration_s)).or_else(|| never_dropped(test, name))
}

/// `dropped_iterations` is written only when it happens; beside other samples of k6 its absence is a measured 0.
fn never_dropped(test: &Test, name: &str) -> Option<Measured> {
    let other_samples = !test.cells.is_empty() || !test.metrics.is_empty();
    (name == "dropped_iterations" && other_samples && super::load::is_k6(test))
        .then(|| Measured::nothing_counted(Unit::Count))
}

/// The metrics that are kept as cells and not as series of their own. To k6 requests of setup and teardown are in them.
fn cell_metric(test: &Test, name: &str, filter: &[(String, String)]) -> Option<Measured> {
    let (population, kind) = match name {
        "http_req_duration" | "grpc_req_duration" => (Population::Request, MetricKind::Trend),
        "http_req_failed" => (Population::Request, MetricKind::Rate),
        "http_reqs" => (Population::Request, MetricKind::Counter),
        "ws_connecting" => (Population::Connection, MetricKind::Trend),
        _ => return None,
    };
    let own_series = test.metrics.iter().any(|data| data.key.name == name && !data.quoted);
    let chosen =
        test.cells.iter().filter(|cell| cell.key.population.of_tool() == population && cell_holds(&cell.key, filter));
    let chosen: Vec<_> = chosen.filter(|_| !own_series).collect();
    from_cells(&chosen, kind, test.duration_s)
}

fn holds(tags: &Tags, filter: &[(String, String)]) -> bool {
    filter.iter().all(|(tag, value)| tag_of(tags, tag).unwrap_or_default() == value)
}

fn tag_of<'a>(tags: &'a Tags, name: &str) -> Option<&'a str> {
    tags.iter().find(|(tag, _)| tag == name).map(|(_, value)| value.as_str())
}

/// A cell's tags, and those of k6's system tags that became its endpoint, status and outcome.
fn cell_holds(key: &CellKey, filter: &[(String, String)]) -> bool {
    filter.iter().all(|(tag, value)| {
        if let Some(own) = tag_of(&key.tags, tag) {
            return own == value;
        }
        match tag.as_str() {
            "name" | "url" => key.endpoint.name == *value || key.endpoint.label() == *value,
            "method" => key.endpoint.method.as_deref().unwrap_or_default() == value,
            "status" => key.status.is_some_and(|status| status.to_string() == *value),
            "group" => key.endpoint.group.as_deref().unwrap_or_default() == value.trim_start_matches("::"),
            "expected_response" => (key.outcome == Outcome::Ok).to_string() == *value,
            _ => value.is_empty(),
        }
    })
}

fn metric_figures(name: &str, tags: &Tags, found: &Measured, quantiles: &[f64]) -> MetricFigures {
    let pairs: Vec<String> = tags.iter().map(|(tag, value)| format!("{tag}:{value}")).collect();
    let metric = if pairs.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", pairs.join(",")) };
    let quantiles = if found.kind == MetricKind::Trend { quantiles } else { &[] };
    MetricFigures {
        metric,
        kind: found.kind,
        unit: found.unit,
        count: found.n,
        nonzero: found.nonzero,
        sum: found.sum.filter(|_| found.kind == MetricKind::Counter),
        value: found.value,
        mean: found.mean,
        min: found.min,
        max: found.max,
        quantiles: quantiles.iter().map(|p| (fmt::quantile_name(*p), shown_quantile(found, *p))).collect(),
        source_class: found.class,
    }
}

/// A computed quantile needs the samples that can bound it; a quoted one stands as printed.
fn shown_quantile(found: &Measured, p: f64) -> Option<f64> {
    let enough = found.class == SourceClass::Quoted || found.n.is_some_and(|n| n >= super::percentile::least_n(p));
    found.quantile(p).filter(|_| enough)
}

#[cfg(test)]
mod tests;
