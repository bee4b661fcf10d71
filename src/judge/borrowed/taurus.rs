//! Taurus's criteria in our words: what fails there must not hold here.

use super::{Borrowed, Formula};
use crate::borrowed::Written;
use crate::borrowed::taurus::{Condition, Criterion as Original, Logic, Subject, Threshold};
use crate::config::limit::{Demand, Side};
use crate::config::metric::Metric;
use crate::config::schema::Criterion;
use crate::config::value::Globs;
use crate::fmt;
use crate::quantity::Quantity;
use crate::unit::Unit;

pub(super) fn borrowed(written: &Written<Original>) -> Borrowed {
    let criterion = &written.criterion;
    Borrowed {
        id: criterion.message.clone().unwrap_or_else(|| written.original()),
        original: written.original(),
        formula: formula(criterion),
        critical: criterion.fail,
        kept: None,
        actual: None,
    }
}

fn formula(original: &Original) -> Formula {
    let metric = match Metric::parse(&metric(original)) {
        Ok(metric) => metric,
        Err(why) => return Formula::None(why),
    };
    let side = match original.condition {
        Condition::Above => Side::AtMost,
        Condition::AtLeast => Side::Below,
        Condition::Below => Side::AtLeast,
        Condition::AtMost => Side::Above,
        Condition::Equal => Side::NotEqual,
    };
    let limit = match original.threshold {
        Threshold::Seconds(seconds) => Quantity::new(seconds * 1e6, Unit::Micros),
        Threshold::Percent(percent) => Quantity::new(percent / 100.0, Unit::Ratio),
        Threshold::Number(number) => Quantity::new(number, Unit::Plain),
        Threshold::Bytes(bytes) => Quantity::new(bytes, Unit::Bytes),
    };
    let mut criterion = Criterion::imposed(String::new(), metric, Demand { limit: (side, limit), warn: None });
    criterion.endpoint = original.label.as_deref().map(Globs::named);
    if let Some((logic, seconds)) = original.timeframe {
        let held = Some(Quantity::new(seconds * 1e6, Unit::Micros));
        match logic {
            Logic::For => criterion.held_for = held,
            Logic::Within => criterion.within = held,
            Logic::Over => criterion.over = held,
        }
    }
    Formula::One(Box::new(criterion))
}

fn metric(original: &Original) -> String {
    let share = matches!(original.threshold, Threshold::Percent(_));
    match &original.subject {
        Subject::ResponseTime => "latency.mean".to_owned(),
        Subject::Latency => "http_req_waiting.mean".to_owned(),
        Subject::ConnectTime => "http_req_connecting.mean".to_owned(),
        Subject::Deviation => "latency.stdev".to_owned(),
        Subject::Concurrency => "users.max".to_owned(),
        Subject::Hits => "requests".to_owned(),
        Subject::Bytes => "bytes".to_owned(),
        Subject::Success => (if share { "success.ratio" } else { "success.count" }).to_owned(),
        Subject::Fail => (if share { "failures.ratio" } else { "failures.count" }).to_owned(),
        Subject::Percentile(level) if *level <= 0.0 => "latency.min".to_owned(),
        Subject::Percentile(level) if *level >= 100.0 => "latency.max".to_owned(),
        Subject::Percentile(level) => format!("latency.{}", fmt::quantile_name(level / 100.0)),
        Subject::Code(pattern) => {
            // Codes are numbers; what Taurus puts in their place is the exception's name.
            let kind = if pattern.contains(|letter: char| letter.is_alphabetic()) { "failures" } else { "status" };
            format!("{kind}.{}{{{pattern}}}", if share { "ratio" } else { "count" })
        }
        Subject::Monitor(subject) => {
            format!("monitor.{}.mean", subject.rsplit('/').next().unwrap_or(subject))
        }
    }
}
