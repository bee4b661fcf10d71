//! Whether the figures that a tool printed can all be true of one run: extremes around mean and percentiles, parts that make
//! up the whole, a rate that fits count and time. A file that was edited, or a tool that counts two things under one name,
//! shows here. Figures of our own making need no such check.

#[cfg(test)]
mod tests;

use super::form::{Class, Form};
use super::population::populations;
use crate::fmt;
use crate::ingest::order::{Ladder, Room};
use crate::model::distribution::{Distribution, Quoted};
use crate::model::key::{MetricKind, Population};
use crate::model::sample::Fact;
use crate::model::test::{EndpointData, MetricData, PopulationData};
use crate::unit::Unit;

/// How far figures may be apart before they contradict each other, as shares.
struct Slack {
    /// A percentile from an extreme or from another percentile.
    percentiles: f64,
    /// A mean or an extreme from the other extreme.
    extremes: f64,
    /// A total's mean and extremes from those of its parts.
    means: f64,
    /// Parts added up from the whole.
    sums: f64,
}

/// What is printed as it was computed, but for the steps of rounding that its adapter states; a file that is written while the
/// run goes on is not of one moment.
const OF_TOOLS: Slack = Slack { percentiles: 0.001, extremes: 0.001, means: 0.01, sums: 0.005 };
/// Percentiles are of times rounded to two digits, and extremes not.
const OF_ROUNDED: Slack = Slack { percentiles: 0.06, extremes: 0.01, ..OF_TOOLS };
/// Percentiles are of a sketch that knows a value to one percent.
const OF_SKETCHES: Slack = Slack { percentiles: 0.02, ..OF_TOOLS };
/// A team's script computes all of its figures from the same list, and at most rounds them.
const OF_SCRIPTS: Slack = Slack { percentiles: 0.001, extremes: 0.01, means: 0.01, sums: 0.0 };
/// Figures in whole microseconds are rounded too.
const ROUNDED_US: f64 = 1.0;
/// How far a rate may be from requests by time: tools start their clocks at different moments.
const RATES_APART: f64 = 0.2;
/// Adapters whose endpoints need not be all there were: a plugin or a script counts some of them, or their rows overlap and
/// the adapter itself says so.
const PARTIAL: [&str; 3] = ["artillery_json", "k6_summary", "jmeter_statistics"];
/// Adapters whose rate is not requests by time (a mean of ten-second rates, successes only), and those that hold it against
/// both themselves, as far as the digits go that their tool prints.
const OTHER_RATES: [&str; 11] = [
    "artillery_json",
    "ngrinder_csv",
    "vegeta_report",
    "oha_json",
    "wrk_text",
    "ab_text",
    "hey_text",
    "siege_json",
    "siege_log",
    "drill_stats",
    "goose_json",
];
/// Adapters whose mean is not, or not surely, of the values that its percentiles are of: percentiles of the last samples only,
/// counts that a correction adds and a mean leaves out. That of siege is over requests that were not all timed.
const OTHER_MEANS: [&str; 4] = ["jmeter_statistics", "wrk_text", "siege_json", "siege_log"];
/// Adapters whose percentiles are values, and not between two, far enough out to be the extremes.
const OUT_TO_EXTREMES: [&str; 2] = ["autocannon_json", "oha_json"];
/// Adapters whose tool counts an error each time that it is told, also of one request twice.
const ERRORS_AGAIN: [&str; 1] = ["goose_json"];
/// At most so many contradictions are told of one file.
const TOLD: usize = 5;

/// What cannot all be true of the form's own figures, each with both.
pub(super) fn contradictions(form: &Form) -> Vec<String> {
    if form.class == Class::Raw {
        return Vec::new();
    }
    let slack = slack(&form.file.adapter);
    let mut all = Vec::new();
    for one in &populations(&form.part) {
        let noun = one.population.words();
        all.extend(of_counts(&one.totals, noun));
        all.extend(of_times(form, &one.totals, slack));
        if one.population == Population::Request {
            all.extend(of_rate(form, &one.totals));
            all.extend(of_faults(form, &one.totals, slack));
        }
        all.extend(of_parts(form, one, slack));
        for endpoint in &one.endpoints {
            let label = fmt::plain(&endpoint.key.label());
            // The only endpoint there is has the figures of all.
            let times =
                if endpoint.latency == one.totals.latency { Vec::new() } else { of_times(form, endpoint, slack) };
            all.extend(of_counts(endpoint, noun).into_iter().chain(times).map(|text| format!("{label}: {text}")));
        }
    }
    all.extend(of_metrics(form, slack, &all));
    let more = all.len().saturating_sub(TOLD);
    all.truncate(TOLD);
    let source = fmt::plain(&form.file.source);
    let mut told: Vec<String> = all.into_iter().map(|text| format!("{source} contradicts itself: {text}")).collect();
    if more > 0 {
        told.push(format!("{source} contradicts itself in {more} more figures"));
    }
    told
}

fn of_counts(one: &EndpointData, noun: &str) -> Option<String> {
    let (requests, failures) = one.requests.zip(one.failures)?;
    (failures > requests).then(|| format!("{} failed {noun} of {}", fmt::count(failures), fmt::count(requests)))
}

/// The slack of an adapter's figures.
fn slack(adapter: &str) -> &'static Slack {
    match adapter {
        own if own.starts_with("own_") => &OF_SCRIPTS,
        "artillery_json" | "artillery_1_json" => &OF_SKETCHES,
        "goose_json" => &OF_ROUNDED,
        locust if locust.starts_with("locust_") => &OF_ROUNDED,
        _ => &OF_TOOLS,
    }
}

/// Where least, mean, percentiles and greatest are not in the order in which they must be: of all, and of successes.
fn of_times(form: &Form, one: &EndpointData, slack: &Slack) -> Vec<String> {
    let Some(all) = quoted(&one.latency) else { return Vec::new() };
    let mut found = of_quoted(form, all, slack);
    if let Some(ok) = quoted(&one.latency_ok).filter(|ok| *ok != all) {
        let own = of_quoted(form, ok, slack).into_iter().filter(|text| !found.contains(text));
        let own: Vec<String> = own.map(|text| format!("of successes, {text}")).collect();
        found.extend(own);
    }
    found
}

fn of_quoted(form: &Form, quoted: &Quoted, slack: &Slack) -> Vec<String> {
    let Slack { percentiles, extremes, .. } = *slack;
    let adapter = form.file.adapter.as_str();
    let by_digits = adapter.starts_with("own_");
    let room = Room { percentiles, extremes, steps: &quoted.rounding_us, floor: ROUNDED_US, by_digits };
    let mut ladder = Ladder::from(quoted);
    if adapter.starts_with("siege_") {
        ladder.least = None;
    }
    let mut found = ladder.falls(&room, Unit::Micros);
    if found.is_empty() && OUT_TO_EXTREMES.contains(&adapter) {
        found.extend(ladder.ends_differ(&room, Unit::Micros));
    }
    if found.is_empty() && !adapter.starts_with("own_") && !OTHER_MEANS.contains(&adapter) {
        found.extend(ladder.mean_is_off(&room, Unit::Micros));
    }
    found
}

/// The tool's sums of other metrics, but for what was said of the same figures as latency.
fn of_metrics(form: &Form, slack: &Slack, said: &[String]) -> Vec<String> {
    let quoted = form.part.metrics().into_iter().filter(|metric| metric.quoted && metric.key.kind == MetricKind::Trend);
    let of = |metric: MetricData| {
        let floor = if metric.key.unit == Unit::Micros { ROUNDED_US } else { 0.0 };
        let by_digits = metric.key.unit == Unit::Micros && form.file.adapter.starts_with("own_");
        let room = Room { percentiles: slack.percentiles, extremes: slack.extremes, steps: &[], floor, by_digits };
        let falls = Ladder::from(&metric.total).falls(&room, metric.key.unit);
        let name = fmt::plain(&metric.key.name);
        falls.into_iter().filter(|text| !said.contains(text)).map(|text| format!("{name}: {text}")).collect::<Vec<_>>()
    };
    quoted.flat_map(of).collect()
}

fn of_rate(form: &Form, one: &EndpointData) -> Option<String> {
    let (requests, rate) = one.requests.zip(one.rate_quoted)?;
    let seconds = form.part.facts().into_iter().find_map(|fact| match fact {
        Fact::DurationSeconds(seconds) => Some(*seconds),
        Fact::Ran(span) => Some(span.seconds()),
        _ => None,
    })?;
    if seconds <= 0.0 || OTHER_RATES.contains(&form.file.adapter.as_str()) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "compared to a fifth")]
    let float = |count: u64| count as f64;
    // Some tools count successes only.
    let possible = [float(requests), float(requests.saturating_sub(one.failures.unwrap_or(0)))];
    let fits = |count: f64| super::figure::relative(count / seconds, rate) <= RATES_APART;
    let far = (possible.iter().all(|count| !fits(*count))).then_some(float(requests) / seconds)?;
    Some(format!(
        "{} in {} are {}, and its rate is {}",
        fmt::plural(requests, "request", "requests"),
        fmt::duration_s(seconds),
        fmt::rate(far),
        fmt::rate(rate)
    ))
}

fn of_faults(form: &Form, one: &EndpointData, slack: &Slack) -> Option<String> {
    let failures = one.failures.filter(|_| !ERRORS_AGAIN.contains(&form.file.adapter.as_str()))?;
    let faults = form.part.faults();
    let told = faults.iter().filter(|fault| fault.of_requests).map(|fault| fault.count).fold(0, u64::saturating_add);
    (told > failures && !is_near(told, failures, slack)).then(|| {
        format!(
            "its error texts add up to {}, and {} failed",
            fmt::count(told),
            fmt::plural(failures, "request", "requests")
        )
    })
}

/// Endpoints against their total, where the tool gives one.
fn of_parts(form: &Form, one: &PopulationData, slack: &Slack) -> Vec<String> {
    let stated = form.part.totals().iter().any(|total| total.population == one.population && total.endpoint.is_none());
    if !stated || one.endpoints.is_empty() {
        return Vec::new();
    }
    if counts_successes_only(one) {
        return Vec::new();
    }
    let partial = PARTIAL.contains(&form.file.adapter.as_str());
    let differs = |what: String, of: fn(&EndpointData) -> Option<u64>| {
        let sum = one.endpoints.iter().map(of).try_fold(0_u64, |sum, more| Some(sum.saturating_add(more?)))?;
        let all = of(&one.totals)?;
        let wrong = if partial { sum > all && form.file.adapter != "jmeter_statistics" } else { sum != all };
        (wrong && !is_near(sum, all, slack))
            .then(|| format!("its endpoints have {} {what}, and its total {}", fmt::count(sum), fmt::count(all)))
    };
    let noun = one.population.words();
    let mut found: Vec<String> = Vec::new();
    found.extend(differs(noun.to_owned(), |one| one.requests));
    found.extend(differs(format!("failed {noun}"), |one| one.failures));
    let most = one.endpoints.iter().max_by_key(|endpoint| endpoint.failures);
    if let Some((most, all)) =
        most.and_then(|most| most.failures).zip(one.totals.failures).filter(|(most, all)| most > all)
        && found.is_empty()
    {
        found.push(format!("one endpoint has {} failed {noun}, and its total {}", fmt::count(most), fmt::count(all)));
    }
    // Of parts that need not be all there were, the rest may lie anywhere.
    if !partial && found.is_empty() {
        found.extend(of_extremes(one, slack));
    }
    found
}

/// Whether the endpoints were counted without failures, which only the total knows: its reader says so.
fn counts_successes_only(one: &PopulationData) -> bool {
    let succeeded = one.totals.requests.zip(one.totals.failures).and_then(|(all, failed)| all.checked_sub(failed));
    let counted = one.endpoints.iter().filter_map(|endpoint| endpoint.requests).fold(0_u64, u64::saturating_add);
    one.endpoints.iter().all(|endpoint| endpoint.failures.is_none())
        && succeeded == Some(counted)
        && succeeded != one.totals.requests
}

/// The whole's mean lies among those of its parts, and no part goes beyond the whole's extremes.
fn of_extremes(one: &PopulationData, slack: &Slack) -> Vec<String> {
    let Some(whole) = quoted(&one.totals.latency) else { return Vec::new() };
    let counted = one.endpoints.iter().filter(|endpoint| endpoint.requests != Some(0));
    let parts: Vec<(String, &Quoted)> =
        counted.clone().filter_map(|part| Some((fmt::plain(&part.key.label()), quoted(&part.latency)?))).collect();
    let all_told = parts.len() == counted.count();
    let means: Option<Vec<f64>> = parts.iter().map(|(_, part)| part.mean_us).collect();
    let mut found = Vec::new();
    if let (Some(mean), Some(means), true) = (whole.mean_us, means, all_told)
        && let (Some(least), Some(most)) =
            (means.iter().copied().min_by(f64::total_cmp), means.iter().copied().max_by(f64::total_cmp))
    {
        let room = whole.step_us(mean) + slack.means * mean;
        if mean + room < least || mean - room > most {
            let (mean, least, most) = (fmt::latency_us(mean), fmt::latency_us(least), fmt::latency_us(most));
            found.push(format!(
                "the means of its endpoints lie between {least} and {most}, and that of its total is {mean}"
            ));
        }
    }
    let beyond = |low: f64, high: f64| low > high * (1.0 + slack.means) + whole.step_us(low);
    let greater =
        parts.iter().find(|(_, part)| part.max_us.zip(whole.max_us).is_some_and(|(own, all)| beyond(own, all)));
    let lesser =
        parts.iter().find(|(_, part)| part.min_us.zip(whole.min_us).is_some_and(|(own, all)| beyond(all, own)));
    let told = |name: &str, label: &str, own: Option<f64>, all: Option<f64>| {
        let (own, all) = (fmt::latency_us(own?), fmt::latency_us(all?));
        Some(format!("the {name} of {label} is {own}, and that of its total {all}"))
    };
    // What all of the parts are together has its extremes from one of them.
    let all_extremes = |of: fn(&Quoted) -> Option<f64>| -> Option<Vec<f64>> {
        parts.iter().map(|(_, part)| of(part)).collect::<Option<Vec<f64>>>().filter(|_| all_told)
    };
    let most = all_extremes(|part| part.max_us).and_then(|all| all.into_iter().max_by(f64::total_cmp));
    let least = all_extremes(|part| part.min_us).and_then(|all| all.into_iter().min_by(f64::total_cmp));
    let above = whole.max_us.zip(most).filter(|(all, own)| beyond(*all, *own));
    let below = whole.min_us.zip(least).filter(|(all, own)| beyond(*own, *all));
    let of_none = |name: &str, (all, own): (f64, f64)| {
        let (all, own) = fmt::apart(all, own, Unit::Micros);
        format!("the {name} of its total is {all}, and that of its endpoints {own}")
    };
    found.extend(above.map(|pair| of_none("greatest", pair)));
    found.extend(below.map(|pair| of_none("least", pair)));
    found.extend(greater.and_then(|(label, part)| told("greatest", label, part.max_us, whole.max_us)));
    found.extend(lesser.and_then(|(label, part)| told("least", label, part.min_us, whole.min_us)));
    found
}

/// What was printed of the times, if they were printed.
fn quoted(latency: &Distribution) -> Option<&Quoted> {
    match latency {
        Distribution::Quoted(quoted) | Distribution::Bucketed { exact: quoted, .. } => Some(quoted),
        Distribution::Recorded(_) | Distribution::Unknown(_) => None,
    }
}

fn is_near(a: u64, b: u64, slack: &Slack) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "compared to a share")]
    let apart = super::figure::relative(a as f64, b as f64);
    apart <= slack.sums || slack.sums > 0.0 && a.abs_diff(b) <= 1 && a.min(b) > 20
}
