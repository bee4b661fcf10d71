//! Sentences about outcomes, with the figures in them.

use super::decision::{Because, Decision};
use super::interval::least_n;
use super::observation::{Nature, Observation};
use super::outcome::{Evidence, Limit, Status};
use crate::config::limit::Phase;
use crate::config::metric::{Asked, Metric, Stat};
use crate::config::schema::Criterion;
use crate::fmt;
use crate::model::key::Population;
use crate::unit::Unit;

/// What a metric is called in a sentence, and what its n counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// `p95`, `failures`, `rtc_dropped`.
    pub name: String,
    /// `requests`, `messages`, `values`.
    pub counted: &'static str,
}

/// The subject of a metric.
#[must_use]
pub fn subject(metric: &Metric) -> Subject {
    let population = super::observe::population(metric);
    let counted = population.map_or("values", crate::model::key::Population::words);
    let name = match &metric.asked {
        Asked::Latency { population, successes, stat } => {
            let of = match (population, successes) {
                (Population::Request, false) => "",
                (Population::Request, true) => " of successes",
                (Population::Connection, _) => " of connecting",
                (Population::Message, _) => " of messages",
                (Population::Transaction, _) => " of transactions",
                (Population::Setup, _) => " of setup requests",
            };
            match stat {
                Stat::Mean => format!("mean latency{of}"),
                Stat::Min => format!("least latency{of}"),
                Stat::Max => format!("greatest latency{of}"),
                Stat::Deviation => format!("standard deviation of latency{of}"),
                Stat::Quantile(p) => format!("{}{of}", fmt::quantile_name(*p)),
            }
        }
        Asked::ShareOver { limit_us } => format!("requests over {}", fmt::latency_us(*limit_us)),
        Asked::Drift { p } => format!("drift of {} in an hour", fmt::quantile_name(*p)),
        Asked::Failures { kind: None, .. } => "failures".to_owned(),
        Asked::Failures { kind: Some(kind), .. } => format!("failures of kind {}", fmt::plain(kind)),
        Asked::Success(Population::Connection) => "connections made".to_owned(),
        Asked::Success(Population::Message) => "messages delivered".to_owned(),
        Asked::Success(Population::Transaction) => "transactions completed".to_owned(),
        Asked::Success(Population::Setup) => "setup requests that succeeded".to_owned(),
        Asked::Checks => "checks held".to_owned(),
        Asked::CacheHits => "cache hits".to_owned(),
        Asked::UsersMax => "users".to_owned(),
        Asked::UsersSustained { seconds } => format!("users (held for {})", fmt::duration_s(*seconds)),
        Asked::PoolsExhausted => "exhausted pools".to_owned(),
        Asked::MemoryLeaks => "memory leaks".to_owned(),
        Asked::OverTests(how, inner) => format!("{} over tests of {}", how.words(), subject(inner).name),
        Asked::Success(Population::Request) | Asked::SuccessCount => "successes".to_owned(),
        Asked::Status { pattern, .. } => format!("answers with status {}", fmt::plain(pattern)),
        Asked::RequestShare => "share of all requests".to_owned(),
        Asked::Recovery => "time until it answered again after the load".to_owned(),
        Asked::Bytes => "bytes received".to_owned(),
        _ => fmt::plain(&metric.to_string()),
    };
    Subject { name, counted }
}

/// Of which part of the run a criterion is, in words.
#[must_use]
pub fn part(criterion: &Criterion) -> Option<String> {
    let slice = criterion.between.map(|range| format!("from {} to {}", range.low, range.high));
    let phase = criterion.phase.map(|phase| match phase {
        Phase::Ramp => "while users rise".to_owned(),
        Phase::Steady => "in the steady part".to_owned(),
        Phase::After => "after the load".to_owned(),
    });
    let timeframe = criterion.timeframe().ok().flatten().map(|timeframe| timeframe.to_string());
    let parts: Vec<String> = [timeframe, slice, phase].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The limit in words: `below 3 s`.
#[must_use]
pub fn limit(limit: &Limit, seen: &Observation) -> String {
    format!("{} {}", limit.side.words(), fmt::value(limit.value, seen.unit))
}

/// Figure, limit, and why it came out so.
#[must_use]
pub fn reason(
    subject: &Subject,
    seen: &Observation,
    demanded: &Limit,
    decision: Decision,
    evidence: Evidence,
) -> String {
    // A name that ends in a number keeps apart from the figure: `answers with status 500: 38`.
    let numbered = subject.name.ends_with(|letter: char| letter.is_ascii_digit()) && subject.name.contains(' ');
    let name = &subject.name;
    let named = if numbered { format!("{name}:") } else { name.clone() };
    let demand = limit(demanded, seen);
    let Some(value) = seen.value else {
        return seen.why.clone().unwrap_or_else(|| format!("{name} is not known"));
    };
    let figure = fmt::value_beside(value, seen.unit, demanded.value);
    // What was counted is not a figure over so many: "104 dropped iterations on 104 iterations" says nothing.
    let n = seen.n.filter(|_| !matches!(seen.nature, Nature::Counted | Nature::Course));
    let on = n.map_or_else(String::new, |n| format!(" on {}", fmt::counted(n, subject.counted)));
    let aside = seen.why.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
    let waited = waited(subject, seen, demanded).unwrap_or_else(|| format!("{named} {figure}{on}, demanded {demand}"));
    match (decision.status, decision.because) {
        (Status::Pass, Because::WholeInterval) => {
            let worst = bad_end(demanded, seen).map_or_else(String::new, |end| format!("; 95 % sure of {end}"));
            format!("{named} {figure}{on}, demanded {demand}{worst}{aside}")
        }
        (Status::Pass, Because::Quoted) => {
            format!("{named} {figure}{on} (quoted: no interval can exist), demanded {demand}{aside}")
        }
        (Status::Pass, _) => format!("{named} {figure}, demanded {demand}{aside}"),
        (Status::MetNotProven, because) => {
            let why = not_proven(subject, seen, demanded, because);
            format!("{name} {demand} met{on}, not proven: {why}")
        }
        (Status::Warn, Because::IntervalReachesAcross) => {
            let outer = outer(demanded, seen);
            format!("{named} {figure}{on}, between {}: {demand} is not proven, {outer} is{aside}", range(seen))
        }
        (Status::Warn, _) => format!("{waited}; still {}{aside}", outer(demanded, seen)),
        (Status::Fail, _) => format!("{waited}{}{aside}", surely(demanded, seen, evidence)),
        (_, Because::TooFew { needs }) => {
            let have = seen.n.map_or_else(|| "an unknown number of".to_owned(), fmt::count);
            format!("{name} of {have} {} cannot be bounded: {} are needed", subject.counted, fmt::count(needs))
        }
        _ => format!(
            "{named} {figure}{on}, between {}: {demand} is not proven{}{aside}",
            range(seen),
            settles(subject, seen, demanded).map_or_else(String::new, |text| format!("; {text}"))
        ),
    }
}

/// The second limit in words.
fn outer(demanded: &Limit, seen: &Observation) -> String {
    let side = demanded.warn_side.unwrap_or(demanded.side);
    limit(&Limit { side, value: demanded.warn.unwrap_or(demanded.value), ..*demanded }, seen)
}

/// A latency percentile beyond its limit as people experience it: `1 in 20 of 2,046 requests waited longer than 2.31 s; the
/// limit is 800 ms`. `None` for other figures, and where so few values are no experience.
fn waited(subject: &Subject, seen: &Observation, demanded: &Limit) -> Option<String> {
    let Nature::Quantile { p, .. } = seen.nature else { return None };
    let share = 1.0 / (1.0 - p);
    let enough = seen.n.is_none_or(|n| n >= least_n(p));
    if seen.unit != Unit::Micros
        || !enough
        || demanded.side.larger_is_worse() != Some(true)
        || (share - share.round()).abs() > 1e-6
    {
        return None;
    }
    let of = subject.name.strip_prefix(&fmt::quantile_name(p)).or_else(|| subject.name.strip_prefix("median"))?;
    let who = match of {
        "" | " of connecting" | " of messages" => subject.counted.to_owned(),
        " of successes" => "successes".to_owned(),
        // The k6 metrics that are no request's latency are waited for by nobody.
        _ if subject.counted == "values" => return None,
        tagged => format!("{}{tagged}", subject.counted),
    };
    let of_n = seen.n.map_or_else(|| format!(" {who}"), |n| format!(" of {} {who}", fmt::count(n)));
    let value = |at: f64| fmt::value(at, seen.unit);
    Some(format!(
        "{}{of_n} waited longer than {}; the limit is {}",
        fmt::one_in(p),
        value(seen.value?),
        value(demanded.value)
    ))
}

fn surely(demanded: &Limit, seen: &Observation, evidence: Evidence) -> &'static str {
    let good =
        seen.interval.and_then(|(low, high)| if demanded.side.larger_is_worse() == Some(true) { low } else { high });
    match good {
        Some(good) if evidence == Evidence::Observed && demanded.side.holds(good, demanded.value) => {
            "; the interval reaches inside, so chance may have a part in it"
        }
        _ => "",
    }
}

/// Why a figure that is inside is not proven to be.
fn not_proven(subject: &Subject, seen: &Observation, demanded: &Limit, because: Because) -> String {
    let figure = seen.value.map_or_else(String::new, |value| fmt::value(value, seen.unit));
    if because == Because::Quoted {
        return format!("{figure} is quoted, and a quoted figure has no interval");
    }
    let settled = settles(subject, seen, demanded);
    let is_zero = seen.value.is_some_and(|value| value.abs() < f64::EPSILON);
    if let (true, Nature::Share { .. }, Some(n)) = (is_zero, seen.nature, seen.settles_at(demanded.value)) {
        return format!("{} without one would prove it", fmt::count(n));
    }
    let mut text = figure;
    match (&seen.why, seen.interval) {
        (Some(why), _) => text = format!("{text}; {why}"),
        (None, Some(_)) => text = format!("{text}, between {}", range(seen)),
        (None, None) if seen.n.is_none() => {
            text = format!("{text}; how many {} it is of is not stated", subject.counted);
        }
        (None, None) => text = format!("{text}; so few {} have no interval", subject.counted),
    }
    settled.map_or(text.clone(), |settled| format!("{text}; {settled}"))
}

fn settles(subject: &Subject, seen: &Observation, demanded: &Limit) -> Option<String> {
    let n = seen.settles_at(demanded.value)?;
    Some(if seen.is_within_reach(n) {
        format!("about {} {} would settle it", fmt::count(roughly(n)), subject.counted)
    } else {
        format!("more {} of the same would not settle it", subject.counted)
    })
}

/// Two digits, rounded up: an estimate of how many are needed is no better than that.
fn roughly(n: u64) -> u64 {
    let step = 10_u64.pow(n.checked_ilog10().unwrap_or(0).saturating_sub(1));
    n.div_ceil(step) * step
}

fn bad_end(demanded: &Limit, seen: &Observation) -> Option<String> {
    let (low, high) = seen.interval?;
    let (end, words) = if demanded.side.larger_is_worse()? { (high?, "at most") } else { (low?, "at least") };
    let up = demanded.side.larger_is_worse()?;
    Some(format!("{words} {}", fmt::end_beside(end, seen.unit, demanded.value, up)))
}

/// `1.5 s and 3.5 s`; an end that the sample cannot give is beyond the greatest value.
fn range(seen: &Observation) -> String {
    let end = |end: Option<f64>, unbounded: &str, up: bool| {
        end.map_or_else(|| unbounded.to_owned(), |end| fmt::end_beside(end, seen.unit, end, up))
    };
    match seen.interval {
        Some((low, high)) => {
            format!("{} and {}", end(low, "an unknown low", false), end(high, "an unknown high", true))
        }
        None => "unknown ends".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::outcome::Side;
    use super::*;
    use crate::judge::decision::decide;
    use crate::judge::interval::wilson;

    #[test]
    fn zero_of_1801_says_what_would_prove_it() {
        let metric = Metric::parse("failures.ratio").unwrap();
        let seen = Observation {
            interval: wilson(0, 1801, 1.0),
            n: Some(1801),
            nature: Nature::Share { design_effect: 1.0 },
            ..Observation::counted(0.0, Unit::Ratio)
        };
        let limit = Limit { side: Side::Below, value: 0.001, warn: None, warn_side: None };
        let decision = decide(&seen, &limit, Evidence::Observed, false);
        assert_eq!(
            reason(&subject(&metric), &seen, &limit, decision, Evidence::Observed),
            "failures below 0.1 % met on 1,801 requests, not proven: 3,838 without one would prove it"
        );
    }

    /// "About 52,000,000 requests would settle it" was said of a run of 18,283, which nobody repeats 2,800 times.
    #[test]
    fn what_nobody_can_collect_settles_nothing() {
        let metric = Metric::parse("failures.ratio").unwrap();
        let said = |design_effect: f64, share: f64| {
            let seen = Observation {
                interval: Some((Some(0.002), None)),
                n: Some(18_283),
                nature: Nature::Share { design_effect },
                ..Observation::counted(share, Unit::Ratio)
            };
            let limit = Limit { side: Side::AtMost, value: 0.01, warn: None, warn_side: None };
            let decision = decide(&seen, &limit, Evidence::Observed, false);
            let text = reason(&subject(&metric), &seen, &limit, decision, Evidence::Observed);
            (text, crate::judge::criterion::settles(decision, &seen, &limit))
        };
        let (text, needed) = said(50.0, 0.005);
        assert!(text.contains("about ") && text.ends_with(" requests would settle it") && needed.is_some(), "{text}");
        let (text, needed) = said(9_000.0, 0.0095);
        assert!(text.ends_with("more requests of the same would not settle it") && needed.is_none(), "{text}");
    }

    #[test]
    fn who_waited_is_told_in_peoples_words_where_enough_did() {
        let said = |metric: &str, n: u64| {
            let seen = Observation {
                n: Some(n),
                nature: Nature::Quantile { p: 0.95, beyond: None, design_effect: 1.0 },
                ..Observation::counted(2_310_000.0, Unit::Micros)
            };
            let limit = Limit { side: Side::Below, value: 800_000.0, warn: None, warn_side: None };
            let decision = decide(&seen, &limit, Evidence::Observed, true);
            reason(&subject(&Metric::parse(metric).unwrap()), &seen, &limit, decision, Evidence::Observed)
        };
        let waited = "1 in 20 of 2,046 requests waited longer than 2.31 s; the limit is 800 ms";
        assert_eq!(said("latency.p95", 2046), waited);
        assert_eq!(said("latency_success.p95", 2046), waited.replace("requests", "successes"));
        assert_eq!(said("latency.p95", 5), "p95 2.31 s on 5 requests, demanded below 800 ms");
    }
}
