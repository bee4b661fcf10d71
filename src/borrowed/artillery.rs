//! Artillery's `ensure`: thresholds (a metric must be below a number), conditions, and the basic checks of old.

use super::expression::{Binary, Expression};
use super::yaml::{Node, Value};
use super::{Mistake, Written};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A Check is what must hold at the end of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The condition.
    pub condition: Expression,
    /// Whether it fails the run; otherwise it is only reported.
    pub strict: bool,
}

/// Basic checks and what they are about; all are met up to their number, in ms or percent.
const BASIC: [(&str, &str); 6] = [
    ("min", "http.response_time.min"),
    ("max", "http.response_time.max"),
    ("median", "http.response_time.median"),
    ("p95", "http.response_time.p95"),
    ("p99", "http.response_time.p99"),
    ("maxErrorRate", "maxErrorRate"),
];

impl Check {
    /// Reads a condition.
    ///
    /// # Errors
    /// What was found instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let condition = Expression::parse(text)?;
        let is_condition = |expression: &Expression| match expression {
            Expression::Two(Binary::Plus | Binary::Minus | Binary::Times | Binary::Over, ..)
            | Expression::Number(_)
            | Expression::Name(_)
            | Expression::One(super::expression::Unary::Minus, _) => false,
            Expression::Two(..) | Expression::One(..) => true,
        };
        if is_condition(&condition) {
            Ok(Self { condition, strict: true })
        } else {
            Err(format!("`{text}` compares nothing: write it like `http.response_time.p95 < 250`"))
        }
    }

    fn limit(name: &str, operator: Binary, number: f64) -> Self {
        let (name, number) = (Expression::Name(name.to_owned()), Expression::Number(number));
        Self { condition: Expression::Two(operator, Box::new(name), Box::new(number)), strict: true }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.condition, if self.strict { "" } else { " (not strict)" })
    }
}

/// The checks of an Artillery script; `None` where it has none.
pub(super) fn read(root: &Node) -> Option<Result<Vec<Written<Check>>, Mistake>> {
    let ways: [&[&str]; 4] =
        [&["config", "ensure"], &["config", "plugins", "ensure"], &["ensure"], &["plugins", "ensure"]];
    let mut found = ways.iter().filter_map(|way| root.at(way)).filter(|node| node.value != Value::Null);
    let node = found.find(|node| !node.entries().is_empty())?;
    Some(checks(node))
}

fn checks(node: &Node) -> Result<Vec<Written<Check>>, Mistake> {
    let mut checks = Vec::new();
    for (key, value) in node.entries() {
        match key.as_str() {
            "thresholds" => {
                for (name, number) in rows(value).iter().flat_map(super::yaml::Node::entries) {
                    let limit = number
                        .number()
                        .ok_or_else(|| Mistake::at(number, format!("the threshold of `{name}` should be a number")))?;
                    checks.push(Written::from_parts(Check::limit(name, Binary::Below, limit)));
                }
            }
            "conditions" => {
                for row in rows(value) {
                    let text = row.get("expression").unwrap_or(row).text().unwrap_or_default();
                    let check = Check::parse(text).map_err(|why| Mistake::at(row, why))?;
                    let strict = row.get("strict").and_then(Node::truth).unwrap_or(true);
                    checks.push(Written::from_text(Check { strict, ..check }, text));
                }
            }
            key => {
                let basic = BASIC.iter().find(|(name, _)| *name == key);
                let (_, name) =
                    basic.ok_or_else(|| Mistake::at(value, format!("`{key}` is no check of Artillery's")))?;
                let limit = value.number().ok_or_else(|| Mistake::at(value, format!("`{key}` should be a number")))?;
                checks.push(Written::from_parts(Check::limit(name, Binary::AtMost, limit)));
            }
        }
    }
    Ok(checks)
}

/// The rows of a list; a map alone is a list of one.
fn rows(node: &Node) -> &[Node] {
    node.rows().unwrap_or(std::slice::from_ref(node))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Vec<String> {
        let checks = read(&crate::borrowed::yaml::parse(text).unwrap()).unwrap().unwrap();
        checks.iter().map(|one| one.criterion.to_string()).collect()
    }

    #[test]
    fn every_documented_form_is_read() {
        let plugins = "config:\n  plugins:\n    ensure:\n      thresholds:\n        - 'http.response_time.p99': 250\n        - http.response_time.p95: 100\n      conditions:\n        - expression: 'http.response_time.p95 < 250 and http.request_rate > 1000'\n          strict: false\n        - expression: core.vusers.failed == 0\n";
        let expected = [
            "http.response_time.p99 < 250",
            "http.response_time.p95 < 100",
            "http.response_time.p95 < 250 and http.request_rate > 1000 (not strict)",
            "core.vusers.failed == 0",
        ];
        assert_eq!(written(plugins), expected);
        let apart = "config:\n  plugins:\n    ensure: {}\n  ensure:\n    thresholds:\n      - engine.http.response_time.p95: 1000\n";
        assert_eq!(written(apart), ["engine.http.response_time.p95 < 1000"]);
        let basic = "config:\n  ensure:\n    p95: 200\n    maxErrorRate: 1\n    max: 500\n";
        assert_eq!(
            written(basic),
            ["http.response_time.p95 <= 200", "maxErrorRate <= 1", "http.response_time.max <= 500"]
        );
        for line in expected {
            let bare = line.trim_end_matches(" (not strict)");
            assert_eq!(Check::parse(bare).unwrap().to_string(), bare);
        }
        assert!(read(&crate::borrowed::yaml::parse("config: {target: x}").unwrap()).is_none());
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let wrong = |text: &str| read(&crate::borrowed::yaml::parse(text).unwrap()).unwrap().unwrap_err();
        let odd = wrong("ensure:\n  thresholds:\n  - a.p95: fast\n");
        assert!(odd.message.contains("`a.p95` should be a number") && odd.line == Some(3), "{odd:?}");
        assert!(wrong("ensure:\n  conditions:\n  - expression: a <\n").message.contains("too early"));
        assert!(wrong("ensure:\n  p97: 3\n").message.contains("no check"));
        assert!(Check::parse("a + b").unwrap_err().contains("compares nothing"));
    }
}
