//! Two reports, value by value.

use crate::error::Error;
use crate::report::model::Report;
use serde_json::Value;

/// Members of a report that weigh most come first, so that a changed verdict is the first line.
const FIRST: [&str; 5] = ["verdict", "criteria", "requirements", "deltas", "tests"];
/// Characters of a value that are shown.
const MOST: usize = 80;

/// What differs, weightiest first: where, what the report says and what the inputs give. The program's version is not compared.
pub(super) fn differences(told: &Report, again: &Report) -> Result<Vec<String>, Error> {
    let value = |report: &Report| serde_json::to_value(report).map_err(|error| Error::output(error.to_string()));
    let (told, again) = (value(told)?, value(again)?);
    let (Value::Object(mut told), Value::Object(mut again)) = (told, again) else { return Ok(Vec::new()) };
    told.remove("generator");
    again.remove("generator");
    let mut names: Vec<String> = told.keys().chain(again.keys()).cloned().collect();
    names.sort_by_key(|name| (FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()), name.clone()));
    names.dedup();
    let mut found = Vec::new();
    for name in names {
        differ(&name, told.get(&name), again.get(&name), &mut found);
    }
    Ok(found)
}

fn differ(path: &str, told: Option<&Value>, again: Option<&Value>, found: &mut Vec<String>) {
    match (told, again) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                differ(&format!("{path}.{name}"), a.get(name), b.get(name), found);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for at in 0..a.len().max(b.len()) {
                let name = a.get(at).or_else(|| b.get(at)).and_then(called).unwrap_or_else(|| at.to_string());
                differ(&format!("{path}[{name}]"), a.get(at), b.get(at), found);
            }
        }
        (a, b) if a == b => {}
        (a, b) => found.push(format!("{path}: the report says {}, the inputs give {}", shown(a), shown(b))),
    }
}

/// Where a report's text has keys of which nothing is known, so that they would be passed over. What says nothing (`null`, an empty
/// list) is no difference.
pub(super) fn unknown(raw: &Value, told: &Report) -> Result<Vec<String>, Error> {
    let read = serde_json::to_value(told).map_err(|error| Error::output(error.to_string()))?;
    let mut found = Vec::new();
    unread("", raw, &read, &mut found);
    Ok(found)
}

fn unread(path: &str, raw: &Value, read: &Value, found: &mut Vec<String>) {
    match (raw, read) {
        (Value::Object(raw), Value::Object(read)) => {
            for (key, value) in raw {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match read.get(key) {
                    Some(read) => unread(&path, value, read, found),
                    None if says_nothing(value) => {}
                    None => found.push(path),
                }
            }
        }
        (Value::Array(raw), Value::Array(read)) => {
            for (at, (one, read)) in raw.iter().zip(read).enumerate() {
                let name = called(one).unwrap_or_else(|| at.to_string());
                unread(&format!("{path}[{name}]"), one, read, found);
            }
        }
        _ => {}
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(rows) => rows.is_empty(),
        Value::Object(keys) => keys.is_empty(),
        _ => false,
    }
}

/// What an element of a list is called.
fn called(value: &Value) -> Option<String> {
    let part = |name: &str| value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let own = ["id", "name", "label", "metric", "rule", "source"].iter().find_map(|name| part(name))?;
    Some(part("test").map_or_else(|| own.to_owned(), |test| format!("{own}, {test}")))
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| crate::fmt::shorten(&value.to_string(), MOST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_difference_says_where() {
        let told = json!([{ "id": "p95", "test": "steady", "observed": 1.0, "status": "pass" }]);
        let again = json!([{ "id": "p95", "test": "steady", "observed": 2.0, "status": "pass" }]);
        let mut found = Vec::new();
        differ("criteria", Some(&told), Some(&again), &mut found);
        assert_eq!(found, ["criteria[p95, steady].observed: the report says 1.0, the inputs give 2.0"]);
    }

    /// `"verdict_of_the_board": "READY"` stood in a report that was verified.
    #[test]
    fn a_key_that_no_report_has_is_told() {
        let read = json!({ "tests": [{ "name": "steady" }] });
        let raw = json!({ "tests": [{ "name": "steady", "p0": 1.0, "old": null }], "verdict_of_the_board": "READY" });
        let mut found = Vec::new();
        unread("", &raw, &read, &mut found);
        found.sort();
        assert_eq!(found, ["tests[steady].p0", "verdict_of_the_board"]);
    }

    #[test]
    fn what_only_one_has_differs() {
        let mut found = Vec::new();
        differ("x", Some(&json!([1])), Some(&json!([1, 2])), &mut found);
        assert_eq!(found, ["x[1]: the report says nothing, the inputs give 2"]);
    }
}
