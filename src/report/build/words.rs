//! Comparisons and outcomes in the words of the page.

use crate::compare::delta::{Call, DeclaredRange, Delta};
use crate::compare::rate;
use crate::fmt;
use crate::judge::outcome::Status;
use crate::quantity::{Quantity, Range};

/// The state that a status is shown in.
#[must_use]
pub fn state(status: Status) -> &'static str {
    match status {
        Status::Pass | Status::MetNotProven => "pass",
        Status::Warn | Status::Waived => "warn",
        Status::Fail => "fail",
        Status::Inconclusive | Status::NotRun | Status::Blocked => "unsure",
        Status::NotApplicable => "plain",
    }
}

/// `1 user`, `200 users`.
#[must_use]
pub fn people(users: f64) -> String {
    let noun = if (users - 1.0).abs() < f64::EPSILON { "user" } else { "users" };
    format!("{} {noun}", fmt::number(users))
}

fn is_failures(delta: &Delta) -> bool {
    delta.metric.starts_with("failures")
}

fn show(delta: &Delta, value: f64) -> String {
    fmt::value(value, delta.unit())
}

/// The change with its interval where no column beside it has the figure before, which points do not tell:
/// `+26 % (+21 to +31)`, `was 0.5 %, +1.2 points (+0.8 to +1.6)`.
#[must_use]
pub fn change_from(delta: &Delta) -> String {
    match delta.before {
        Some(before) if is_failures(delta) && delta.after.is_some() => {
            format!("was {}, {}", fmt::percent(before), change(delta))
        }
        _ => change(delta),
    }
}

/// The change with its interval: `+26 % (+21 to +31)`; for failures in points, `+1.2 points (+0.8 to +1.6)`.
#[must_use]
pub fn change(delta: &Delta) -> String {
    if let Some(declared) = &delta.declared {
        return delta.after.map_or_else(String::new, |after| against_declared(after, declared));
    }
    if is_failures(delta) {
        return match (delta.before, delta.after) {
            (Some(before), Some(after)) => {
                let bound = |end: f64| with_sign(to_hundredths(end) * 100.0);
                let bounds = delta
                    .difference_interval
                    .map_or_else(String::new, |(low, high)| format!(" ({} to {})", bound(low), bound(high)));
                let by = to_hundredths(after - before);
                let sign = if by > 0.0 { "+" } else { "" };
                format!("{sign}{}{bounds}", fmt::points(by))
            }
            _ => String::new(),
        };
    }
    let Some(ratio) = delta.ratio else { return String::new() };
    let bound = |factor: f64| signed((factor - 1.0) * 100.0);
    match delta.interval {
        Some((Some(low), Some(high))) => format!("{} ({} to {})", fmt::change(ratio), bound(low), bound(high)),
        _ => fmt::change(ratio),
    }
}

fn signed(value: f64) -> String {
    with_sign(if value.abs() < 10.0 { (value * 10.0).round() / 10.0 } else { value.round() })
}

/// A difference of shares to a hundredth of a point.
fn to_hundredths(difference: f64) -> f64 {
    (difference * 1e4).round() / 1e4
}

fn with_sign(value: f64) -> String {
    let text = fmt::number(value);
    if value > 0.0 { format!("+{text}") } else { text }
}

/// What was declared: `15 s to 45 s`; `None` where the other side was measured.
#[must_use]
pub fn declared_range(delta: &Delta) -> Option<String> {
    let declared = delta.declared.as_ref()?;
    let end = |value: f64| Quantity::new(value, delta.unit());
    Some(Range { low: end(declared.low), high: end(declared.high) }.words())
}

/// A figure against one end, in percent. What is left of it is never rounded to nothing.
fn share(after: f64, end: f64) -> String {
    let percent = (after / end - 1.0) * 100.0;
    if after > 0.0 && percent <= -99.5 {
        return format!("{} %", fmt::number(((percent * 100.0).round() / 100.0).max(-99.99)));
    }
    format!("{} %", signed(percent))
}

/// A figure against both ends of what was declared, as a share and as a factor: `-81 % to -94 %, 5.2 to 16 times less`.
fn against_declared(after: f64, declared: &DeclaredRange) -> String {
    if declared.low <= 0.0 {
        return String::new();
    }
    let shares = [declared.low, declared.high].map(|end| share(after, end));
    let factor = |end: f64| if after >= end { after / end } else { end / after };
    let rounded = |end: f64| fmt::number((factor(end) * 10.0).round() / 10.0);
    let inside = declared.low < after && after < declared.high;
    if (declared.high - declared.low).abs() < f64::EPSILON || inside || after <= 0.0 {
        let [first, second] = shares;
        let times = format!("{} times {}", rounded(declared.low), if after < declared.low { "less" } else { "more" });
        return if first == second && after > 0.0 {
            format!("{first}, {times}")
        } else {
            format!("{first} to {second}")
        };
    }
    let less = after < declared.low;
    let (near, far) = if less { (declared.low, declared.high) } else { (declared.high, declared.low) };
    let [low, high] = shares;
    let (first, second) = if less { (low, high) } else { (high, low) };
    let shares = if first == second { first } else { format!("{first} to {second}") };
    format!("{shares}, {} to {} times {}", rounded(near), rounded(far), if less { "less" } else { "more" })
}

/// What the comparison says, in the executive's words.
#[must_use]
pub fn call(delta: &Delta) -> String {
    if delta.declared.is_some() {
        let word = match delta.call {
            Call::Regressed => "worse than declared",
            Call::Improved => "better than declared",
            Call::NoSlower | Call::NoRegressionSeen => "within what was declared, or better",
            Call::Inconclusive => "cannot tell",
        };
        return word.to_owned();
    }
    if delta.metric == rate::NAME {
        return of_rate(delta);
    }
    match delta.call {
        Call::Regressed if is_failures(delta) => format!("fails more often{}", by_points(delta, 1.0)),
        Call::Regressed => format!("slower{}", by(delta, 1.0)),
        Call::Improved if is_failures(delta) => format!("fails less often{}", by_points(delta, -1.0)),
        Call::Improved => format!("faster{}", by(delta, -1.0)),
        Call::NoSlower if is_failures(delta) => "fails no more often".to_owned(),
        Call::NoSlower => delta.margin.map_or_else(
            || "no slower".to_owned(),
            |margin| {
                // Beside an interval that reaches beyond the margin the bound looks wrong: it is of another kind.
                let beyond = matches!(delta.interval, Some((_, Some(high))) if high >= 1.0 + margin);
                let sided = if beyond { " (one-sided, 95 %)" } else { "" };
                format!("no slower; {} % or more is ruled out{sided}", in_percent(margin))
            },
        ),
        Call::NoRegressionSeen => match delta.detectable {
            Some(factor) if !is_failures(delta) => {
                format!("no regression seen; {} % or more would have been", in_percent(factor - 1.0))
            }
            Some(ratio) => {
                format!("no regression seen; {} or more would have been", fmt::points(to_hundredths(ratio)))
            }
            None => "no regression seen".to_owned(),
        },
        Call::Inconclusive => delta.settled_by.map_or_else(
            || "cannot tell".to_owned(),
            |more| {
                let runs = fmt::plural(u64::from(more), "more run", "more runs");
                format!("cannot tell: {runs} of each build would settle it")
            },
        ),
    }
}

/// The same of a rate, of which more is better.
fn of_rate(delta: &Delta) -> String {
    match delta.call {
        Call::Regressed => format!("lower{}", by(delta, -1.0)),
        Call::Improved => format!("higher{}", by(delta, 1.0)),
        Call::NoSlower => "no lower".to_owned(),
        Call::NoRegressionSeen => delta.detectable.map_or_else(
            || "no fall seen".to_owned(),
            |factor| format!("no fall seen; {} % or more would have been", in_percent(1.0 - factor)),
        ),
        Call::Inconclusive => "cannot tell".to_owned(),
    }
}

/// ` by 23 % (14 to 33)`, with `sign` −1 for a decrease.
fn by(delta: &Delta, sign: f64) -> String {
    let Some(ratio) = delta.ratio else { return String::new() };
    let percent = |factor: f64| in_percent((factor - 1.0) * sign);
    let bounds = match delta.interval {
        Some((Some(low), Some(high))) if sign > 0.0 => format!(" ({} to {})", percent(low), percent(high)),
        Some((Some(low), Some(high))) => format!(" ({} to {})", percent(high), percent(low)),
        _ => String::new(),
    };
    format!(" by {} %{bounds}", percent(ratio))
}

/// ` by 1.2 points (0.8 to 1.6)`, with `sign` −1 for a decrease.
fn by_points(delta: &Delta, sign: f64) -> String {
    let Some((before, after)) = delta.before.zip(delta.after) else { return String::new() };
    let bound = |difference: f64| fmt::number(to_hundredths(difference * sign) * 100.0);
    let bounds = match delta.difference_interval {
        Some((low, high)) if sign > 0.0 => format!(" ({} to {})", bound(low), bound(high)),
        Some((low, high)) => format!(" ({} to {})", bound(high), bound(low)),
        None => String::new(),
    };
    format!(" by {}{bounds}", fmt::points(to_hundredths((after - before) * sign)))
}

/// A ratio in percent: whole from ten on, else with one decimal.
fn in_percent(ratio: f64) -> String {
    let value = ratio * 100.0;
    fmt::number(if value.abs() < 10.0 { (value * 10.0).round() / 10.0 } else { value.round() })
}

/// The comparison as a sentence.
#[must_use]
pub fn sentence(delta: &Delta) -> String {
    let subject = if delta.endpoint.is_empty() { "all requests" } else { &delta.endpoint };
    let values = match (delta.before, delta.after) {
        (Some(before), Some(after)) if delta.declared.is_none() => {
            format!(" {}, was {}", show(delta, after), show(delta, before))
        }
        (_, Some(after)) => declared_range(delta).map_or_else(String::new, |range| {
            let change = Some(change(delta)).filter(|text| !text.is_empty()).map(|text| format!(" ({text})"));
            format!(" {}, declared {range}{}", show(delta, after), change.unwrap_or_default())
        }),
        _ => String::new(),
    };
    format!("{} {}{values}: {}", fmt::plain(subject), delta.metric, call(delta))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(before: f64, after: f64, interval: (f64, f64), call: Call) -> Delta {
        let text = r#"{"test": "t", "endpoint": "GET /a", "metric": "failures", "before": null, "after": null, "ratio": null,
            "interval": null, "p_adjusted": null, "detectable": 0.01, "call": "inconclusive", "method": "L1", "why": null}"#;
        let delta: Delta = serde_json::from_str(text).unwrap();
        Delta { before: Some(before), after: Some(after), difference_interval: Some(interval), call, ..delta }
    }

    /// "No slower; 10 % or more is ruled out" stood beside an interval up to +15 %, which is two-sided.
    #[test]
    fn a_one_sided_bound_is_called_so_beside_an_interval_that_reaches_across() {
        let told = |high: f64| {
            let latency = Delta { metric: "p95".to_owned(), ..failures(100.0, 88.0, (0.0, 0.0), Call::NoSlower) };
            super::call(&Delta { interval: Some((Some(0.66), Some(high))), margin: Some(0.1), ..latency })
        };
        assert_eq!(told(1.15), "no slower; 10 % or more is ruled out (one-sided, 95 %)");
        assert_eq!(told(1.05), "no slower; 10 % or more is ruled out");
    }

    #[test]
    fn more_failures_are_said_in_points_with_their_interval() {
        let worse = failures(0.0, 0.012_34, (0.008, 0.016_1), Call::Regressed);
        assert_eq!(change(&worse), "+1.23 points (+0.8 to +1.61)");
        assert_eq!(change_from(&worse), "was 0 %, +1.23 points (+0.8 to +1.61)");
        assert_eq!(super::call(&worse), "fails more often by 1.23 points (0.8 to 1.61)");
        let better = failures(0.02, 0.01, (-0.012, -0.008), Call::Improved);
        assert_eq!(change(&better), "−1 point (−1.2 to −0.8)");
        assert_eq!(super::call(&better), "fails less often by 1 point (0.8 to 1.2)");
        let unseen = failures(0.0, 0.0, (-0.001, 0.001), Call::NoRegressionSeen);
        assert_eq!(super::call(&unseen), "no regression seen; 1 point or more would have been");
    }
}
