//! Gatling's assertions in our words.

use super::{Borrowed, Formula};
use crate::borrowed::Written;
use crate::borrowed::gatling::{Condition, Kind, Scope, Stated, Target, TimeFigure};
use crate::config::limit::{Demand, Side};
use crate::config::metric::Metric;
use crate::config::schema::Criterion;
use crate::config::value::Globs;
use crate::fmt;
use crate::quantity::Quantity;
use crate::unit::Unit;

pub(super) fn borrowed(written: &Written<Stated>) -> Borrowed {
    let Stated { assertion, kept, actual } = &written.criterion;
    let unit = unit(assertion.target);
    let formula = match Metric::parse(&metric(assertion.target)) {
        Ok(metric) => formula(&assertion.condition, &|side, value| {
            let limit = Quantity::new(value * unit.1, unit.0);
            let mut criterion =
                Criterion::imposed(String::new(), metric.clone(), Demand { limit: (side, limit), warn: None });
            criterion.endpoint = endpoint(&assertion.scope);
            Formula::One(Box::new(criterion))
        }),
        Err(why) => Formula::None(why),
    };
    Borrowed {
        id: written.original(),
        original: written.original(),
        formula,
        critical: true,
        kept: *kept,
        actual: actual.map(|actual| actual * unit.1),
    }
}

/// The base unit of a target, and how many of it one of Gatling's numbers is.
fn unit(target: Target) -> (Unit, f64) {
    match target {
        Target::Time(_) => (Unit::Micros, 1e3),
        Target::Percent(_) => (Unit::Ratio, 0.01),
        Target::Rate => (Unit::PerSecond, 1.0),
        Target::Count(_) => (Unit::Plain, 1.0),
    }
}

fn metric(target: Target) -> String {
    let name = match target {
        Target::Time(TimeFigure::Min) => "latency.min",
        Target::Time(TimeFigure::Max) => "latency.max",
        Target::Time(TimeFigure::Mean) => "latency.mean",
        Target::Time(TimeFigure::Deviation) => "latency.stdev",
        Target::Time(TimeFigure::Percentile(level)) if level <= 0.0 => "latency.min",
        Target::Time(TimeFigure::Percentile(level)) if level >= 100.0 => "latency.max",
        Target::Time(TimeFigure::Percentile(level)) => return format!("latency.{}", fmt::quantile_name(level / 100.0)),
        Target::Count(Kind::All) => "requests",
        Target::Count(Kind::Failed) => "failures.count",
        Target::Count(Kind::Successful) => "success.count",
        Target::Percent(Kind::All) => "requests.share",
        Target::Percent(Kind::Failed) => "failures.ratio",
        Target::Percent(Kind::Successful) => "success.ratio",
        Target::Rate => "rate",
    };
    name.to_owned()
}

fn endpoint(scope: &Scope) -> Option<Globs> {
    match scope {
        Scope::Global => None,
        Scope::ForAll => Globs::new(vec!["*".to_owned()]).ok(),
        // Groups are not part of an endpoint's name, except where one name stands in several.
        Scope::Details(parts) => parts.last().map(|name| Globs::named(name)),
    }
}

fn formula(condition: &Condition, one: &dyn Fn(Side, f64) -> Formula) -> Formula {
    let between = |low: f64, high: f64, inclusive: bool| {
        let (from, to) = if inclusive { (Side::AtLeast, Side::AtMost) } else { (Side::Above, Side::Below) };
        Formula::All(vec![one(from, low), one(to, high)])
    };
    match condition {
        Condition::Lt(value) => one(Side::Below, *value),
        Condition::Lte(value) => one(Side::AtMost, *value),
        Condition::Gt(value) => one(Side::Above, *value),
        Condition::Gte(value) => one(Side::AtLeast, *value),
        Condition::Is(value) => one(Side::Equal, *value),
        Condition::In(values) => Formula::Any(values.iter().map(|value| one(Side::Equal, *value)).collect()),
        Condition::Between(low, high, inclusive) => between(*low, *high, *inclusive),
        Condition::Around(at, by, inclusive) => between(at - by, at + by, *inclusive),
        Condition::DeviatesAround(at, by, inclusive) => between(at * (1.0 - by), at * (1.0 + by), *inclusive),
    }
}
