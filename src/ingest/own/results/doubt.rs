//! Figures of one record that cannot all be true. What every summary may contradict itself in (percentiles out of order, parts
//! that do not add up) is found where tests are put together; here stands what only a script's own keys state.

use super::counted::{Counted, count};
use super::key::{Count, Stat};
use super::record::{Figure, Record, Stated};
use crate::fmt;
use crate::ingest::own::instant::Clock;
use crate::model::key::Population;

/// How far a stated rate may be from requests by time, as a share: scripts start their clocks at different moments.
const RATES_APART: f64 = 0.2;
/// How far a stated length may be from end less start: the same, and whole seconds.
const LENGTHS_APART: f64 = 0.1;
const LENGTHS_APART_S: f64 = 2.0;
/// How many times one figure of a distribution may be another.
const SELDOM_APART: f64 = 100.0;

/// A figure without a unit that is not of the same one, in nanoseconds, as those which state theirs: a mean of 0.05 beside a
/// p95 of 120 ms is seconds. A mean is never below a quantile times the share above it, and other figures of one
/// distribution are seldom a hundred times apart.
pub(super) fn without_a_like(figures: &[Stated<Figure>], lent_ns: f64) -> Option<&Stated<Figure>> {
    let stated = || figures.iter().filter_map(|one| Some((one.value.stat, one.value.value * one.value.unit_ns?)));
    let is_odd = |figure: &&Stated<Figure>| {
        let nanos = figure.value.value * lent_ns;
        let least = |(stat, value): (Stat, f64)| match (figure.value.stat, stat) {
            (Stat::Mean, Stat::Quantile(p)) => nanos < value * (1.0 - p) * 0.99,
            (Stat::Min, _) => false,
            _ => nanos * SELDOM_APART < value,
        };
        let most = |(stat, value): (Stat, f64)| {
            !matches!((figure.value.stat, stat), (Stat::Max, _) | (_, Stat::Min)) && nanos > value * SELDOM_APART
        };
        figure.value.unit_ns.is_none() && nanos > 0.0 && stated().any(|one| least(one) || most(one))
    };
    figures.iter().find(is_odd)
}

/// A document's total that is not the sum of its scenarios, where all of them are counted.
pub(super) fn scenarios_disagree(whole: &Record, scenarios: &[Record]) -> Option<String> {
    let stated = |record: &Record| {
        let (total, _) = record.counts.get(&(Population::Request, Count::Total))?;
        Some((total.key.clone(), count(record, Population::Request).total?))
    };
    let (key, total) = stated(whole)?;
    let counts: Vec<u64> = scenarios.iter().map(|one| Some(stated(one)?.1)).collect::<Option<_>>()?;
    let sum = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    (!counts.is_empty() && sum != total)
        .then(|| format!("`{key}` is {total}, but the {} scenarios make {sum}", counts.len()))
}

/// Endpoints that count successes only: their counts and the failures of all make the total.
pub(super) fn successes_only(record: &Record) -> Option<String> {
    let all = count(record, Population::Request);
    let (total, failures) = (all.total?, all.failures.filter(|failures| *failures > 0)?);
    let inner: Vec<Counted> = record.endpoints.iter().map(|inner| count(inner, Population::Request)).collect();
    let counted: u64 = inner.iter().filter_map(|inner| inner.total).sum();
    let silent = !inner.is_empty() && inner.iter().all(|inner| inner.failures.is_none());
    (silent && counted.checked_add(failures)? == total).then(|| {
        let names: Vec<&str> = record.endpoints.iter().filter_map(|inner| inner.endpoint.as_deref()).collect();
        format!("figures of {} are of the {counted} successes only; the {failures} failures of all {total} are in none of them", names.join(", "))
    })
}

/// An endpoint whose own rate is not its requests by its own time.
pub(super) fn rate_disagrees(endpoint: &Record) -> Option<String> {
    let counted = count(endpoint, Population::Request);
    let (requests, rate, seconds) = (counted.total?, counted.per_second?, endpoint.duration_s.filter(|s| *s > 0.0)?);
    #[expect(clippy::cast_precision_loss, reason = "compared to a fifth")]
    let per_second = |count: u64| count as f64 / seconds;
    // Some scripts count successes only.
    let possible = [per_second(requests), per_second(requests.saturating_sub(counted.failures.unwrap_or(0)))];
    let far = possible.iter().all(|made| (made - rate).abs() > RATES_APART * made.max(rate));
    far.then(|| {
        format!(
            "{}: {} in {} are {}, and its rate is {}",
            fmt::plain(endpoint.endpoint.as_deref().unwrap_or("an endpoint")),
            fmt::plural(requests, "request", "requests"),
            fmt::duration_s(seconds),
            fmt::rate(per_second(requests)),
            fmt::rate(rate)
        )
    })
}

/// An end before the start, or a length that is not the time between them.
pub(super) fn times_disagree(record: &Record) -> Option<String> {
    let ((Clock::At(start), Clock::At(end)) | (Clock::Zoneless(start), Clock::Zoneless(end))) =
        (record.start?, record.end?)
    else {
        return None;
    };
    if end < start {
        let (start, end) = (fmt::instant(start), fmt::instant(end));
        return Some(format!("its end, {end}, is before its start, {start}, so neither is used"));
    }
    let (between, stated) = (end.seconds_since(start), record.duration_s?);
    let far = (between - stated).abs() > LENGTHS_APART_S + LENGTHS_APART * between.max(stated);
    far.then(|| {
        let (between, stated) = (fmt::duration_s(between), fmt::duration_s(stated));
        format!("{between} lie between its start and its end, and its length is stated as {stated}; the former is used")
    })
}
