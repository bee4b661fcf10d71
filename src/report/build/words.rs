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

/// The change with its interval: `+26 % (21 to 31)`; for failures in points.
#[must_use]
pub fn change(delta: &Delta) -> String {
    if let Some(declared) = &delta.declared {
        return delta.after.map_or_else(String::new, |after| against_declared(after, declared));
    }
    if is_failures(delta) {
        return match (delta.before, delta.after) {
            (Some(before), Some(after)) => {
                format!("was {}, {} points", fmt::percent(before), signed((after - before) * 100.0))
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
    let rounded = if value.abs() < 10.0 { (value * 10.0).round() / 10.0 } else { value.round() };
    let text = fmt::number(rounded);
    if rounded > 0.0 { format!("+{text}") } else { text }
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
        Call::Regressed if is_failures(delta) => "fails more often".to_owned(),
        Call::Regressed => format!("slower{}", by(delta, 1.0)),
        Call::Improved if is_failures(delta) => "fails less often".to_owned(),
        Call::Improved => format!("faster{}", by(delta, -1.0)),
        Call::NoSlower if is_failures(delta) => "fails no more often".to_owned(),
        Call::NoSlower => {
            delta.margin.map_or_else(|| "no slower".to_owned(), |margin| format!("no slower than {} %", points(margin)))
        }
        Call::NoRegressionSeen => match delta.detectable {
            Some(factor) if !is_failures(delta) => {
                format!("no regression seen; {} % or more would have been", points(factor - 1.0))
            }
            Some(ratio) => format!("no regression seen; {} points or more would have been", points(ratio)),
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
            |factor| format!("no fall seen; {} % or more would have been", points(1.0 - factor)),
        ),
        Call::Inconclusive => "cannot tell".to_owned(),
    }
}

/// ` by 23 % (14 to 33)`, with `sign` −1 for a decrease.
fn by(delta: &Delta, sign: f64) -> String {
    let Some(ratio) = delta.ratio else { return String::new() };
    let percent = |factor: f64| points((factor - 1.0) * sign);
    let bounds = match delta.interval {
        Some((Some(low), Some(high))) if sign > 0.0 => format!(" ({} to {})", percent(low), percent(high)),
        Some((Some(low), Some(high))) => format!(" ({} to {})", percent(high), percent(low)),
        _ => String::new(),
    };
    format!(" by {} %{bounds}", percent(ratio))
}

/// A ratio in percent or points: whole from ten on, else with one decimal.
fn points(ratio: f64) -> String {
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
