//! Artillery's checks in our words: a comparison of a metric with a number is a criterion, `and` and `or` join them.

use super::{Borrowed, Formula};
use crate::borrowed::artillery::Check;
use crate::borrowed::expression::{Binary, Expression};
use crate::config::limit::{Demand, Side};
use crate::config::metric::Metric;
use crate::config::schema::Criterion;
use crate::fmt;
use crate::quantity::Quantity;
use crate::unit::Unit;

pub(super) fn borrowed(check: &Check) -> Borrowed {
    Borrowed {
        id: check.condition.to_string(),
        original: check.to_string(),
        formula: formula(&check.condition),
        critical: check.strict,
        kept: None,
        actual: None,
    }
}

fn formula(condition: &Expression) -> Formula {
    let Expression::Two(operator, a, b) = condition else { return none(condition) };
    match (operator, a.as_ref(), b.as_ref()) {
        (Binary::And, a, b) => Formula::All(vec![formula(a), formula(b)]),
        (Binary::Or, a, b) => Formula::Any(vec![formula(a), formula(b)]),
        (operator, Expression::Name(name), Expression::Number(number)) => {
            side(*operator).map_or_else(|| none(condition), |side| one(name, side, *number))
        }
        (operator, Expression::Number(number), Expression::Name(name)) => {
            side(*operator).map_or_else(|| none(condition), |side| one(name, turned(side), *number))
        }
        _ => none(condition),
    }
}

fn none(condition: &Expression) -> Formula {
    Formula::None(format!("`{condition}` compares more than one metric with one number, which cannot be judged here"))
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
            let (unit, factor) = match metric.unit() {
                Some(Unit::Micros) => (Unit::Micros, 1e3),
                Some(Unit::Ratio) => (Unit::Ratio, 0.01),
                Some(Unit::PerSecond) => (Unit::PerSecond, 1.0),
                _ => (Unit::Plain, 1.0),
            };
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
