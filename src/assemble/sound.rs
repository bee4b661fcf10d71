//! Whether the figures that a tool printed can all be true of one run: extremes around mean and percentiles, parts that make
//! up the whole, a rate that fits count and time. A file that was edited, or a tool that counts two things under one name,
//! shows here. Figures of our own making need no such check.

use super::form::{Class, Form};
use super::population::populations;
use crate::fmt;
use crate::model::distribution::{Distribution, Quoted, step_us};
use crate::model::key::Population;
use crate::model::sample::Fact;
use crate::model::test::{EndpointData, PopulationData};

/// How far figures may be apart before they contradict each other, as shares.
struct Slack {
    /// A percentile from an extreme.
    percentiles: f64,
    /// A mean from an extreme or from other means.
    means: f64,
    /// Parts added up from the whole.
    sums: f64,
}

/// Tools round percentiles to two digits, and extremes not; a file that is written while the run goes on is not of one moment.
const OF_TOOLS: Slack = Slack { percentiles: 0.06, means: 0.01, sums: 0.005 };
/// A team's script computes all of its figures from the same list, and at most rounds them.
const OF_SCRIPTS: Slack = Slack { percentiles: 0.001, means: 0.01, sums: 0.0 };
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
/// Adapters whose tool counts an error each time that it is told, also of one request twice.
const ERRORS_AGAIN: [&str; 1] = ["goose_json"];
/// At most so many contradictions are told of one file.
const TOLD: usize = 5;

/// What cannot all be true of the form's own figures, each with both.
pub(super) fn contradictions(form: &Form) -> Vec<String> {
    if form.class == Class::Raw {
        return Vec::new();
    }
    let slack = if form.file.adapter.starts_with("own_") { &OF_SCRIPTS } else { &OF_TOOLS };
    let mut all = Vec::new();
    for one in &populations(&form.part) {
        let noun = one.population.words();
        all.extend(of_counts(&one.totals, noun));
        all.extend(of_times(&one.totals, slack));
        if one.population == Population::Request {
            all.extend(of_rate(form, &one.totals));
            all.extend(of_faults(form, &one.totals, slack));
        }
        all.extend(of_parts(form, one, slack));
        for endpoint in &one.endpoints {
            let label = fmt::plain(&endpoint.key.label());
            let own = of_counts(endpoint, noun).into_iter().chain(of_times(endpoint, slack));
            all.extend(own.map(|text| format!("{label}: {text}")));
        }
    }
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

/// Least, mean, percentiles and greatest in the order in which they must be.
fn of_times(one: &EndpointData, slack: &Slack) -> Vec<String> {
    let Some(quoted) = quoted(one) else { return Vec::new() };
    let (least, mean, most) = (quoted.min_us, quoted.mean_us, quoted.max_us);
    let named = |name: &str, us: Option<f64>| us.map(|us| (name.to_owned(), us));
    let mut found = Vec::new();
    let mut pair = |low: Option<(String, f64)>, high: Option<(String, f64)>, apart: f64| {
        let Some(((low_name, low), (high_name, high))) = low.zip(high) else { return };
        if low > high * (1.0 + apart) + step(quoted, low) + ROUNDED_US {
            let (low, high) = (fmt::latency_us(low), fmt::latency_us(high));
            found.push(format!("the {low_name} is {low}, and the {high_name} {high}"));
        }
    };
    pair(named("least", least), named("greatest", most), slack.means);
    pair(named("least", least), named("mean", mean), slack.means);
    pair(named("mean", mean), named("greatest", most), slack.means);
    let mut below = named("least", least);
    for (p, us) in &quoted.quantiles {
        let this = named(&fmt::quantile_name(*p), Some(*us));
        pair(below, this.clone(), slack.percentiles);
        below = this;
    }
    if !quoted.quantiles.is_empty() {
        pair(below, named("greatest", most), slack.percentiles);
    }
    found
}

/// How coarsely the tool prints a time.
fn step(quoted: &Quoted, us: f64) -> f64 {
    step_us(&quoted.rounding_us, us)
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
    let Some(whole) = quoted(&one.totals) else { return Vec::new() };
    let counted = one.endpoints.iter().filter(|endpoint| endpoint.requests != Some(0));
    let parts: Vec<(String, &Quoted)> =
        counted.clone().filter_map(|part| Some((fmt::plain(&part.key.label()), quoted(part)?))).collect();
    let all_told = parts.len() == counted.count();
    let means: Option<Vec<f64>> = parts.iter().map(|(_, part)| part.mean_us).collect();
    let mut found = Vec::new();
    if let (Some(mean), Some(means), true) = (whole.mean_us, means, all_told)
        && let (Some(least), Some(most)) =
            (means.iter().copied().min_by(f64::total_cmp), means.iter().copied().max_by(f64::total_cmp))
    {
        let room = step(whole, mean) + slack.means * mean;
        if mean + room < least || mean - room > most {
            let (mean, least, most) = (fmt::latency_us(mean), fmt::latency_us(least), fmt::latency_us(most));
            found.push(format!(
                "the means of its endpoints lie between {least} and {most}, and that of its total is {mean}"
            ));
        }
    }
    let beyond = |low: f64, high: f64| low > high * (1.0 + slack.means) + step(whole, low);
    let greater =
        parts.iter().find(|(_, part)| part.max_us.zip(whole.max_us).is_some_and(|(own, all)| beyond(own, all)));
    let lesser =
        parts.iter().find(|(_, part)| part.min_us.zip(whole.min_us).is_some_and(|(own, all)| beyond(all, own)));
    let told = |name: &str, label: &str, own: Option<f64>, all: Option<f64>| {
        let (own, all) = (fmt::latency_us(own?), fmt::latency_us(all?));
        Some(format!("the {name} of {label} is {own}, and that of its total {all}"))
    };
    found.extend(greater.and_then(|(label, part)| told("greatest", label, part.max_us, whole.max_us)));
    found.extend(lesser.and_then(|(label, part)| told("least", label, part.min_us, whole.min_us)));
    found
}

/// What was printed of the times, if they were printed.
fn quoted(one: &EndpointData) -> Option<&Quoted> {
    match &one.latency {
        Distribution::Quoted(quoted) | Distribution::Bucketed { exact: quoted, .. } => Some(quoted),
        Distribution::Recorded(_) | Distribution::Unknown(_) => None,
    }
}

fn is_near(a: u64, b: u64, slack: &Slack) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "compared to a share")]
    let apart = super::figure::relative(a as f64, b as f64);
    apart <= slack.sums || slack.sums > 0.0 && a.abs_diff(b) <= 1 && a.min(b) > 20
}

#[cfg(test)]
mod tests {
    use crate::assemble::{Request, assemble};

    /// What is said of a file with that text.
    fn said(name: &str, text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let suite =
            assemble(&Request { inputs: vec![path.to_str().unwrap().to_owned()], ..Request::default() }).unwrap();
        suite.tests[0].warnings.iter().map(|warning| warning.text.clone()).collect::<Vec<_>>().join("\n")
    }

    fn sample(path: &str) -> String {
        std::fs::read_to_string(format!("samples/{path}")).unwrap()
    }

    #[test]
    fn sound_figures_are_not_doubted() {
        for path in [
            "wrk/latency/summary.txt",
            "ab/text/summary.txt",
            "drill/statistics/stats.txt",
            "siege/forms/summary.json",
            "vegeta/forms/report.json",
            "artillery/report/report.json",
        ] {
            let text = said(path.rsplit('/').next().unwrap(), &sample(path));
            assert!(!text.contains("contradicts itself"), "{path}: {text}");
        }
    }

    #[test]
    fn requests_must_fit_the_rate_and_the_time() {
        let wrk = sample("wrk/latency/summary.txt").replace("867 requests in", "9999 requests in");
        let text = said("wrk.txt", &wrk);
        assert!(text.contains("by its rate and its time there were 867 requests, and it counts 9,999"), "{text}");
        // A mean of rates is held to no digit.
        let autocannon = sample("autocannon/json/result.json").replace("\"average\":140.5", "\"average\":182.65");
        let text = said("autocannon.json", &autocannon);
        assert!(text.contains("843 requests in 6") && text.contains("its rate is 183"), "{text}");
    }

    #[test]
    fn parts_must_make_up_the_whole() {
        let drill = sample("drill/statistics/stats.txt");
        let all = drill.rfind("Total requests            180").unwrap();
        let drill = format!("{}Total requests            500{}", &drill[..all], &drill[all + 29..]);
        let text = said("drill.txt", &drill);
        assert!(text.contains("its endpoints have 180 requests, and its total 500"), "{text}");
        assert!(text.contains("successful and failed requests add up to 180"), "{text}");
        let statuses = sample("vegeta/forms/report.json").replacen("\"200\":", "\"200\":1", 1);
        assert!(said("vegeta.json", &statuses).contains("its status codes add up to"));
    }

    /// A script's sums are exact: tools' half a percent is no excuse for them.
    #[test]
    fn a_script_s_total_is_the_sum_of_its_endpoints() {
        let table = "Endpoint,Requests,Failures,Avg (ms),P95 (ms),Max (ms)\n/a,1000,1,10,20,90\n/b,1000,1,30,50,60\n";
        let with = |total: &str| said("summary.csv", &format!("{table}{total}\n"));
        assert!(!with("Total,2000,2,20,40,90").contains("contradicts"));
        assert!(with("Total,2004,2,20,40,90").contains("its endpoints have 2,000 requests, and its total 2,004"));
        assert!(with("Total,2000,5,20,40,90").contains("its endpoints have 2 failed requests, and its total 5"));
        let mean = with("Total,2000,2,35,40,90");
        assert!(mean.contains("lie between 10 ms and 30 ms, and that of its total is 35 ms"), "{mean}");
        let most = with("Total,2000,2,20,40,60");
        assert!(most.contains("the greatest of /a is 90 ms, and that of its total 60 ms"), "{most}");
        // Each is said once, and with the file it stands in.
        let order = with("Total,2000,2,20,100,90");
        assert_eq!(order.matches("p95").count(), 1, "{order}");
        assert!(order.contains("summary.csv contradicts itself: the p95 is 100 ms, and the greatest 90 ms"), "{order}");
    }

    #[test]
    fn times_must_be_in_order() {
        let table = "Percentage served,Time in ms\n0,1.0\n50,5.5\n95,10.1\n99,12.0\n100,9.0\n";
        let text = said("ab.csv", table);
        assert!(text.contains("the p99 is 12") && text.contains("and the greatest 9"), "{text}");
    }
}
