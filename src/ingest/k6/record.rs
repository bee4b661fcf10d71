//! One record of k6's NDJSON by way of a JSON parser: right for every order of keys, and the reference that the fast
//! path in [`super::scan`] is tested against.

use super::metric::Definition;
use crate::model::key::Tags;
use crate::model::sample::Threshold;
use crate::unit::Timestamp;
use serde_json::Value;

/// A Record is what one line says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Record {
    /// A measured value.
    Point(Point),
    /// A metric is introduced, with the thresholds on it.
    Metric {
        /// Its name.
        name: String,
        /// What its points are.
        definition: Definition,
        /// The thresholds on the metric itself; those on sub-metrics are not in the file.
        thresholds: Vec<Threshold>,
    },
    /// JSON of another kind, such as a log line.
    Other,
}

/// A Point is one value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    /// The metric.
    pub(super) metric: String,
    /// When, by the meaning that the metric gives it.
    pub(super) at: Timestamp,
    /// In k6's unit.
    pub(super) value: f64,
    /// Sorted by name.
    pub(super) tags: Tags,
}

/// The key of a point's value.
pub(super) const VALUE: &str = "data.value";

/// A Flaw is why a record cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    /// The key to blame.
    pub(super) field: Option<&'static str>,
    /// What should be there and what was found.
    pub(super) reason: String,
}

impl Flaw {
    /// A flaw of the whole record.
    pub(super) fn whole(reason: impl Into<String>) -> Self {
        Self { field: None, reason: reason.into() }
    }

    fn at(field: &'static str, wanted: &str, found: Option<&Value>) -> Self {
        Self { field: Some(field), reason: format!("`{field}` should be {wanted}, found {}", described(found)) }
    }
}

fn described(found: Option<&Value>) -> String {
    match found {
        None => "nothing".to_owned(),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::Bool(_)) => "a truth value".to_owned(),
        Some(Value::Number(number)) => format!("the number {number}"),
        Some(Value::String(text)) => format!("the string \"{}\"", crate::fmt::excerpt(text.as_bytes())),
        Some(Value::Array(_)) => "an array".to_owned(),
        Some(Value::Object(_)) => "an object".to_owned(),
    }
}

impl Record {
    /// Reads a record out of parsed JSON.
    ///
    /// # Errors
    /// It is meant to be a point or a metric and lacks something.
    pub(super) fn from_value(line: &Value) -> Result<Self, Flaw> {
        let (kind, metric, data) = (line.get("type"), line.get("metric"), line.get("data"));
        match kind.and_then(Value::as_str) {
            Some("Point") => point(metric, data).map(Self::Point),
            Some("Metric") => introduced(metric, data),
            _ if kind.is_none() && metric.is_none() && data.is_none() => Ok(Self::Other),
            _ => Err(Flaw::at("type", "\"Point\" or \"Metric\"", kind)),
        }
    }
}

fn point(metric: Option<&Value>, data: Option<&Value>) -> Result<Point, Flaw> {
    let name = metric.and_then(Value::as_str).ok_or_else(|| Flaw::at("metric", "a metric's name", metric))?;
    let data = data.filter(|data| data.is_object()).ok_or_else(|| Flaw::at("data", "an object", data))?;
    let (time, value) = (data.get("time"), data.get("value"));
    let at = time
        .and_then(Value::as_str)
        .and_then(|text| text.parse::<jiff::Timestamp>().ok())
        .and_then(|at| i64::try_from(at.as_nanosecond()).ok())
        .ok_or_else(|| Flaw::at("data.time", "a time such as 2026-01-31T09:30:00.5Z", time))?;
    let value = value.and_then(Value::as_f64).ok_or_else(|| Flaw::at(VALUE, "a number", value))?;
    Ok(Point { metric: name.to_owned(), at: Timestamp(at), value, tags: tags(data.get("tags"))? })
}

/// Tags out of their JSON object; absent and null (before 0.40) are none.
///
/// # Errors
/// They are no object of strings.
pub(super) fn tags(found: Option<&Value>) -> Result<Tags, Flaw> {
    let object = match found {
        None | Some(Value::Null) => return Ok(Tags::new()),
        Some(Value::Object(object)) => object,
        other => return Err(Flaw::at("data.tags", "an object", other)),
    };
    let text = |(name, value): (&String, &Value)| match value {
        Value::String(text) => Ok((name.clone(), text.clone())),
        other => Err(Flaw::at("data.tags", "an object of strings", Some(other))),
    };
    let mut tags = object.iter().map(text).collect::<Result<Tags, Flaw>>()?;
    tags.sort();
    Ok(tags)
}

fn introduced(metric: Option<&Value>, data: Option<&Value>) -> Result<Record, Flaw> {
    let data = data.filter(|data| data.is_object()).ok_or_else(|| Flaw::at("data", "an object", data))?;
    // `data.name` is missing in the oldest files.
    let name = data.get("name").or(metric);
    let name = name.and_then(Value::as_str).ok_or_else(|| Flaw::at("metric", "a metric's name", name))?;
    let kind = data.get("type");
    let definition = kind
        .and_then(Value::as_str)
        .and_then(|kind| Definition::from_words(kind, data.get("contains").and_then(Value::as_str)))
        .ok_or_else(|| Flaw::at("data.type", "counter, gauge, rate or trend", kind))?;
    let thresholds = match data.get("thresholds") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list.iter().map(|item| threshold(name, item)).collect::<Result<_, _>>()?,
        other => return Err(Flaw::at("data.thresholds", "an array", other)),
    };
    Ok(Record::Metric { name: name.to_owned(), definition, thresholds })
}

/// A threshold stands there as a string, or as an object where it aborts the run; both occur in one array.
fn threshold(metric: &str, item: &Value) -> Result<Threshold, Flaw> {
    let expression = item.as_str().or_else(|| item.get("threshold").and_then(Value::as_str));
    let expression =
        expression.ok_or_else(|| Flaw::at("data.thresholds", "an array of strings or objects", Some(item)))?;
    Ok(Threshold {
        metric: metric.to_owned(),
        expression: expression.to_owned(),
        kept: None,
        abort: item.get("abortOnFail").and_then(Value::as_bool).unwrap_or(false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::key::MetricKind;

    fn read(text: &str) -> Result<Record, Flaw> {
        Record::from_value(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn keys_come_in_any_order_and_times_in_any_zone() {
        let old =
            r#"{"type":"Point","data":{"time":"2026-11-21T07:48:21.5+05:30","value":1e3,"tags":null},"metric":"vus"}"#;
        let new =
            r#"{"metric":"vus","type":"Point","data":{"tags":{},"value":1000,"time":"2026-11-21T02:18:21.500Z"}}"#;
        assert_eq!(read(old).unwrap(), read(new).unwrap());
    }

    #[test]
    fn thresholds_are_strings_or_objects() {
        let line = r#"{"type":"Metric","data":{"name":"m","type":"rate","contains":"default","thresholds":[{"threshold":"rate<0.10","abortOnFail":true,"delayAbortEval":"5s"},"rate<0.001"],"submetrics":null},"metric":"m"}"#;
        let Record::Metric { definition, thresholds, .. } = read(line).unwrap() else { panic!("no metric") };
        assert_eq!(definition.kind, MetricKind::Rate);
        let seen: Vec<_> = thresholds.iter().map(|one| (one.expression.as_str(), one.abort)).collect();
        assert_eq!(seen, [("rate<0.10", true), ("rate<0.001", false)]);
    }

    #[test]
    fn a_flaw_names_the_key_and_what_was_found() {
        let flaw = |text: &str| read(text).unwrap_err().reason;
        assert_eq!(
            flaw(r#"{"metric":"m","type":"Point","data":{"time":"2026-01-01T00:00:00Z","value":"fast","tags":{}}}"#),
            "`data.value` should be a number, found the string \"fast\""
        );
        assert!(flaw(r#"{"metric":"m","type":"Poinu","data":{}}"#).contains("Poinu"));
        assert!(flaw(r#"{"metric":"m","type":"Point","data":{"time":"soon","value":1}}"#).contains("data.time"));
        assert!(
            flaw(r#"{"metric":"m","type":"Point","data":{"time":"2026-01-01T00:00:00Z","value":1,"tags":{"a":1}}}"#)
                .contains("strings")
        );
        assert_eq!(read(r#"{"level":"info","msg":"hello"}"#).unwrap(), Record::Other);
    }
}
