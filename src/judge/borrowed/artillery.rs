//! Artillery's checks in our words: a comparison of a metric with a number is a criterion, `and` and `or` join them. A condition
//! that puts several figures together (`vusers.failed / vusers.created < 0.01`) is no criterion of ours: it is weighed as it
//! stands, on the figures that it names.

use super::{Borrowed, Formula};
use crate::borrowed::Written;
use crate::borrowed::artillery::Check;
use crate::borrowed::expression::{Binary, Expression, Worth};
use crate::config::limit::{Demand, Side};
use crate::config::metric::Metric;
use crate::config::schema::Criterion;
use crate::fmt;
use crate::judge::case::JudgedTest;
use crate::judge::observe::{self, Scope};
use crate::judge::outcome::Status;
use crate::quantity::Quantity;
use crate::unit::Unit;

pub(super) fn borrowed(written: &Written<Check>) -> Borrowed {
    let check = &written.criterion;
    Borrowed {
        id: written.written.clone().unwrap_or_else(|| check.condition.to_string()),
        original: written.original(),
        formula: formula(&check.condition),
        critical: check.strict,
        kept: None,
        actual: None,
    }
}

fn formula(condition: &Expression) -> Formula {
    let Expression::Two(operator, a, b) = condition else { return weighed(condition) };
    match (operator, a.as_ref(), b.as_ref()) {
        (Binary::And, a, b) => Formula::All(vec![formula(a), formula(b)]),
        (Binary::Or, a, b) => Formula::Any(vec![formula(a), formula(b)]),
        (operator, Expression::Name(name), Expression::Number(number)) => {
            side(*operator).map_or_else(|| weighed(condition), |side| one(name, side, *number))
        }
        (operator, Expression::Number(number), Expression::Name(name)) => {
            side(*operator).map_or_else(|| weighed(condition), |side| one(name, turned(side), *number))
        }
        _ => weighed(condition),
    }
}

fn weighed(condition: &Expression) -> Formula {
    Formula::Weighed(condition.clone())
}

/// What becomes of a condition on one test, and why. No interval is known of several figures together: what holds is not proven.
pub(super) fn weigh(condition: &Expression, judged: JudgedTest<'_>) -> (Status, String) {
    let mut names = condition.names();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return (Status::Inconclusive, "names no figure of the run".to_owned());
    }
    let figures: Vec<(&str, Result<f64, String>)> =
        names.into_iter().map(|name| (name, figure(name, judged))).collect();
    let told = figures.iter().map(|(name, figure)| match figure {
        Ok(value) => format!("{} is {}", fmt::plain(name), fmt::number(*value)),
        Err(why) => format!("{} is not known: {why}", fmt::plain(name)),
    });
    let told = told.collect::<Vec<_>>().join(", ");
    let of = |wanted: &str| {
        figures.iter().find(|(name, _)| *name == wanted).and_then(|(_, figure)| figure.as_ref().ok().copied())
    };
    match condition.worth(&of) {
        Some(Worth::Truth(true)) => {
            (Status::MetNotProven, format!("holds ({told}), not proven: of figures put together no interval is known"))
        }
        Some(Worth::Truth(false)) => (Status::Fail, format!("does not hold ({told})")),
        Some(Worth::Number(_)) | None => (Status::Inconclusive, format!("cannot be told: {told}")),
    }
}

/// A figure in Artillery's unit.
fn figure(name: &str, judged: JudgedTest<'_>) -> Result<f64, String> {
    let seen = observe::observe(&Metric::parse(&metric(name))?, &Scope { of_few: true, ..Scope::whole(judged) });
    let (_, factor) = in_our_unit(Some(seen.unit));
    seen.value.map(|value| value / factor).ok_or_else(|| seen.why.unwrap_or_default())
}

/// The percentiles that a condition asks for.
pub(super) fn quantiles(condition: &Expression) -> Vec<f64> {
    condition.names().into_iter().filter_map(|name| Metric::parse(&metric(name)).ok()?.quantile()).collect()
}

/// The unit of our limit, and how many of its base unit one of Artillery's is: milliseconds, percent.
fn in_our_unit(unit: Option<Unit>) -> (Unit, f64) {
    match unit {
        Some(Unit::Micros) => (Unit::Micros, 1e3),
        Some(Unit::Ratio) => (Unit::Ratio, 0.01),
        Some(Unit::PerSecond) => (Unit::PerSecond, 1.0),
        _ => (Unit::Plain, 1.0),
    }
}

fn side(operator: Binary) -> Option<Side> {
    Some(match operator {
        Binary::Below => Side::Below,
        Binary::AtMost => Side::AtMost,
        Binary::Above => Side::Above,
        Binary::AtLeast => Side::AtLeast,
        Binary::Equal => Side::Equal,
        Binary::NotEqual => Side::NotEqual,
        _ => return None,
    })
}

/// `5 < a` is `a > 5`.
fn turned(side: Side) -> Side {
    match side {
        Side::Below => Side::Above,
        Side::AtMost => Side::AtLeast,
        Side::Above => Side::Below,
        Side::AtLeast => Side::AtMost,
        other => other,
    }
}

fn one(name: &str, side: Side, number: f64) -> Formula {
    match Metric::parse(&metric(name)) {
        Ok(metric) => {
            let (unit, factor) = in_our_unit(metric.unit());
            let limit = Quantity::new(number * factor, unit);
            Formula::One(Box::new(Criterion::imposed(
                String::new(),
                metric,
                Demand { limit: (side, limit), warn: None },
            )))
        }
        Err(why) => Formula::None(why),
    }
}

/// Artillery's name of a metric in ours; older versions put `engine.` or `core.` before it.
fn metric(name: &str) -> String {
    let bare = name.strip_prefix("engine.").or_else(|| name.strip_prefix("core.")).unwrap_or(name);
    let bare = bare.strip_suffix(".total").unwrap_or(bare);
    if let Some(figure) = bare.strip_prefix("http.response_time.") {
        return format!("latency.{}", percentile(figure));
    }
    if let Some(code) = bare.strip_prefix("http.codes.") {
        return format!("status.count{{{code}}}");
    }
    match bare {
        "http.request_rate" => "rate".to_owned(),
        "http.requests" => "requests".to_owned(),
        "maxErrorRate" => "failures.ratio".to_owned(),
        _ => match bare.rsplit_once('.') {
            Some((base, figure)) if Metric::parse(&format!("x.{}", percentile(figure))).is_ok() => {
                format!("{base}.{}", percentile(figure))
            }
            _ => format!("{bare}.count"),
        },
    }
}

/// `p999` is p99.9.
fn percentile(figure: &str) -> String {
    let digits = figure.strip_prefix('p').filter(|digits| digits.len() > 2 && !digits.contains('.'));
    let level = digits.and_then(|digits| format!("0.{digits}").parse::<f64>().ok());
    level.map_or_else(|| figure.to_owned(), fmt::quantile_name)
}
