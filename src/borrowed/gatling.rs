//! Gatling's assertions: `global.responseTime.percentile(95).lt(500)`, in the words of its Scala, Java, Kotlin and JavaScript
//! interfaces, as they stand in a simulation's source, in a list, or with their outcome in a report's `assertions.json`.

mod chain;

use super::yaml::Node;
use super::{Mistake, Written};
use chain::{Call, balanced, calls, number, split};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An Assertion is what must hold at the end of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assertion {
    /// Of which requests.
    pub scope: Scope,
    /// Which figure.
    pub target: Target,
    /// What must hold of it.
    pub condition: Condition,
}

/// An assertion with Gatling's own outcome, where a file has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    /// The assertion.
    pub assertion: Assertion,
    /// Whether Gatling found it kept.
    pub kept: Option<bool>,
    /// The figure that it found.
    pub actual: Option<f64>,
}

impl Stated {
    /// An assertion of which no outcome is known.
    #[must_use]
    pub const fn unjudged(assertion: Assertion) -> Self {
        Self { assertion, kept: None, actual: None }
    }
}

impl fmt::Display for Stated {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.assertion.fmt(out)
    }
}

/// Of which requests an assertion is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// All together.
    Global,
    /// Each by itself.
    ForAll,
    /// Those of a path: groups, then the request.
    Details(Vec<String>),
}

/// Which figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Target {
    /// Of the response time, in ms.
    Time(TimeFigure),
    /// How many of a kind.
    Count(Kind),
    /// What part of all, 0–100.
    Percent(Kind),
    /// Requests per second.
    Rate,
}

/// A figure of the response time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum TimeFigure {
    /// Least.
    Min,
    /// Greatest.
    Max,
    /// Arithmetic mean.
    Mean,
    /// Standard deviation.
    Deviation,
    /// A percentile, 0–100.
    Percentile(f64),
}

/// Which requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// All.
    All,
    /// Failed ones.
    Failed,
    /// Successful ones.
    Successful,
}

impl Kind {
    const ALL: [(&'static str, Self); 3] =
        [("allRequests", Self::All), ("failedRequests", Self::Failed), ("successfulRequests", Self::Successful)];
}

/// What must hold of the figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    /// Below.
    Lt(f64),
    /// At most.
    Lte(f64),
    /// Above.
    Gt(f64),
    /// At least.
    Gte(f64),
    /// Exactly.
    Is(f64),
    /// Between the two, ends included or not.
    Between(f64, f64, bool),
    /// At most so far from a value.
    Around(f64, f64, bool),
    /// At most a share of a value from it.
    DeviatesAround(f64, f64, bool),
    /// One of these.
    In(Vec<f64>),
}

impl Assertion {
    /// Reads one assertion.
    ///
    /// # Errors
    /// What was found instead, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let calls = calls(text)?;
        let mut rest = calls.iter();
        let mut next = |wanted: &str| rest.next().ok_or_else(|| format!("`{}` ends before its {wanted}", text.trim()));
        let scope = scope(next("scope")?)?;
        let (statistic, _) = next("statistic")?;
        let target = if statistic == "requestsPerSec" {
            Target::Rate
        } else if statistic == "responseTime" {
            Target::Time(time_figure(next("metric")?)?)
        } else {
            let kind = Kind::ALL.iter().find(|(name, _)| name == statistic).map(|(_, kind)| *kind).ok_or_else(|| {
                format!(
                    "`{statistic}` should be responseTime, allRequests, failedRequests, successfulRequests or requestsPerSec"
                )
            })?;
            match next("metric")?.0.as_str() {
                "count" => Target::Count(kind),
                "percent" => Target::Percent(kind),
                other => return Err(format!("`{other}` should be count or percent")),
            }
        };
        let (name, mut arguments) = next("condition")?.clone();
        // `lt 500`: the argument stands apart.
        if arguments.is_empty() {
            arguments.extend(rest.next().map(|(word, _)| word.clone()));
        }
        if let Some((word, _)) = rest.next() {
            return Err(format!("`{word}` after `{name}` is no part of an assertion: it ends with its condition"));
        }
        Ok(Self { scope, target, condition: condition(&name, &arguments)? })
    }
}

fn scope((name, arguments): &Call) -> Result<Scope, String> {
    match name.as_str() {
        "global" => Ok(Scope::Global),
        "forAll" => Ok(Scope::ForAll),
        "details" => {
            let parts: Vec<String> = arguments.iter().flat_map(|one| parts_of(one)).collect();
            if parts.is_empty() { Err("`details` names no request".to_owned()) } else { Ok(Scope::Details(parts)) }
        }
        other => Err(format!("`{other}` should be global, forAll or details")),
    }
}

/// `"Group" / "Request"`.
fn parts_of(argument: &str) -> Vec<String> {
    let quoted: Vec<&str> = argument.split('"').skip(1).step_by(2).collect();
    if quoted.is_empty() {
        let bare = argument.trim().trim_matches('\'');
        return if bare.is_empty() { Vec::new() } else { vec![bare.to_owned()] };
    }
    quoted.into_iter().map(str::to_owned).collect()
}

fn time_figure((name, arguments): &Call) -> Result<TimeFigure, String> {
    Ok(match name.as_str() {
        "min" => TimeFigure::Min,
        "max" => TimeFigure::Max,
        "mean" => TimeFigure::Mean,
        "stdDev" => TimeFigure::Deviation,
        "percentile1" => TimeFigure::Percentile(50.0),
        "percentile2" => TimeFigure::Percentile(75.0),
        "percentile3" => TimeFigure::Percentile(95.0),
        "percentile4" => TimeFigure::Percentile(99.0),
        "percentile" => {
            let level = arguments.first().and_then(|text| number(text)).filter(|level| (0.0..=100.0).contains(level));
            TimeFigure::Percentile(level.ok_or("`percentile` takes a number from 0 to 100")?)
        }
        other => return Err(format!("`{other}` should be min, max, mean, stdDev, percentile1 to 4 or percentile(95)")),
    })
}

fn condition(name: &str, arguments: &[String]) -> Result<Condition, String> {
    let values: Vec<f64> = arguments.iter().filter_map(|text| number(text)).collect();
    let exclusive = matches!(arguments.last().map(|text| text.trim()), Some("false" | "inclusive = false"));
    let one = || match values.as_slice() {
        [value] => Ok(*value),
        _ => Err(format!("`{name}` takes one number")),
    };
    let two = || match values.as_slice() {
        [a, b] => Ok((*a, *b, !exclusive)),
        _ => Err(format!("`{name}` takes two numbers")),
    };
    Ok(match name {
        "lt" | "lessThan" => Condition::Lt(one()?),
        "lte" | "lessThanOrEqual" => Condition::Lte(one()?),
        "gt" | "greaterThan" => Condition::Gt(one()?),
        "gte" | "greaterThanOrEqual" => Condition::Gte(one()?),
        "is" | "shouldBe" => Condition::Is(one()?),
        "between" => two().map(|(low, high, inclusive)| Condition::Between(low, high, inclusive))?,
        "around" => two().map(|(at, by, inclusive)| Condition::Around(at, by, inclusive))?,
        "deviatesAround" => two().map(|(at, by, inclusive)| Condition::DeviatesAround(at, by, inclusive))?,
        "in" if !values.is_empty() => Condition::In(values),
        "in" => return Err("`in` takes numbers".to_owned()),
        other => {
            return Err(format!("`{other}` should be lt, lte, gt, gte, is, in, between, around or deviatesAround"));
        }
    })
}

/// The assertions of a simulation's source; `None` where it has no `.assertions(`.
pub(super) fn in_source(text: &str) -> Option<Result<Vec<Written<Stated>>, Mistake>> {
    let bare: Vec<&str> = text.lines().map(|line| line.split(" //").next().unwrap_or(line)).collect();
    let bare = bare.into_iter().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    let mut rest = bare.as_str();
    while let Some((_, after)) = rest.split_once(".assertions(") {
        let Some((inside, behind)) = balanced(after) else {
            return Some(Err(Mistake { message: "`assertions(` is never closed".to_owned(), line: None }));
        };
        for one in split(inside) {
            match Assertion::parse(&one) {
                Ok(assertion) => found.push(Written::from_text(Stated::unjudged(assertion), &one)),
                Err(message) => return Some(Err(Mistake { message, line: None })),
            }
        }
        rest = behind;
    }
    (!found.is_empty()).then_some(Ok(found))
}

/// The assertions of a report's `assertions.json`.
pub(super) fn in_results(root: &Node) -> Option<Result<Vec<Written<Stated>>, Mistake>> {
    root.get("simulation")?;
    let rows = root.get("assertions")?.rows()?;
    Some(rows.iter().map(|row| Ok(Written::from_text(stated(row)?, &in_its_words(row)))).collect())
}

/// An assertion as Gatling says it at the end of a run: `Global: percentage of failed events is less than 5.0`.
fn in_its_words(row: &Node) -> String {
    let text = |key: &str| row.get(key).and_then(Node::text).unwrap_or_default();
    if !text("message").is_empty() {
        return text("message").to_owned();
    }
    let values = row.get("expectedValues").and_then(Node::rows).unwrap_or_default();
    let values: Vec<&str> = values.iter().filter_map(Node::text).collect();
    format!("{}: {} {} {}", text("path"), text("target"), text("condition"), values.join(", "))
}

fn stated(row: &Node) -> Result<Stated, Mistake> {
    let text = |key: &str| row.get(key).and_then(Node::text).unwrap_or_default();
    let numbers = |key: &str| -> Vec<f64> {
        let list = row.get(key).and_then(Node::rows).unwrap_or_default();
        list.iter().filter_map(Node::number).collect()
    };
    let wrong = |what: &str| Mistake::at(row, format!("`{}` is no {what} that is known", text(what)));
    let scope = match text("path") {
        "Global" => Scope::Global,
        "For all requests" => Scope::ForAll,
        path => Scope::Details(path.split(" / ").map(str::to_owned).collect()),
    };
    let target = told_target(text("target")).ok_or_else(|| wrong("target"))?;
    let condition = told_condition(text("condition"), &numbers("expectedValues")).ok_or_else(|| wrong("condition"))?;
    Ok(Stated {
        assertion: Assertion { scope, target, condition },
        kept: row.get("result").and_then(Node::truth),
        actual: numbers("actualValue").first().copied(),
    })
}

/// `percentage of failed events`, `95th percentile of response time`.
fn told_target(text: &str) -> Option<Target> {
    if text.contains("per second") {
        return Some(Target::Rate);
    }
    if text.contains("response time") {
        let first = text.split_whitespace().next()?;
        let level = || first.trim_end_matches(|letter: char| letter.is_alphabetic()).parse::<f64>().ok();
        return Some(Target::Time(match first {
            "min" => TimeFigure::Min,
            "max" => TimeFigure::Max,
            "mean" => TimeFigure::Mean,
            "standard" => TimeFigure::Deviation,
            _ => TimeFigure::Percentile(level()?),
        }));
    }
    let kind = [(" all ", Kind::All), (" failed ", Kind::Failed), (" successful ", Kind::Successful)]
        .into_iter()
        .find_map(|(word, kind)| text.contains(word).then_some(kind))?;
    if text.starts_with("percentage") { Some(Target::Percent(kind)) } else { Some(Target::Count(kind)) }
}

fn told_condition(text: &str, values: &[f64]) -> Option<Condition> {
    let one = || values.first().copied();
    Some(match text {
        "is less than" => Condition::Lt(one()?),
        "is less than or equal to" => Condition::Lte(one()?),
        "is greater than" => Condition::Gt(one()?),
        "is greater than or equal to" => Condition::Gte(one()?),
        "is" => Condition::Is(one()?),
        "is in" => Condition::In(values.to_vec()),
        _ if text.starts_with("is between") => Condition::Between(one()?, *values.get(1)?, !text.contains("exclusive")),
        _ => return None,
    })
}

impl fmt::Display for Assertion {
    /// As Scala writes it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            Scope::Global => out.write_str("global")?,
            Scope::ForAll => out.write_str("forAll")?,
            Scope::Details(parts) => {
                let quoted: Vec<String> = parts.iter().map(|part| format!("\"{part}\"")).collect();
                write!(out, "details({})", quoted.join(" / "))?;
            }
        }
        let kind = |kind: &Kind| Kind::ALL.iter().find(|(_, one)| one == kind).map_or("", |(name, _)| *name);
        match &self.target {
            Target::Rate => out.write_str(".requestsPerSec")?,
            Target::Count(of) => write!(out, ".{}.count", kind(of))?,
            Target::Percent(of) => write!(out, ".{}.percent", kind(of))?,
            Target::Time(TimeFigure::Min) => out.write_str(".responseTime.min")?,
            Target::Time(TimeFigure::Max) => out.write_str(".responseTime.max")?,
            Target::Time(TimeFigure::Mean) => out.write_str(".responseTime.mean")?,
            Target::Time(TimeFigure::Deviation) => out.write_str(".responseTime.stdDev")?,
            Target::Time(TimeFigure::Percentile(level)) => write!(out, ".responseTime.percentile({level})")?,
        }
        let last = |inclusive: &bool| if *inclusive { "" } else { ", false" };
        match &self.condition {
            Condition::Lt(value) => write!(out, ".lt({value})"),
            Condition::Lte(value) => write!(out, ".lte({value})"),
            Condition::Gt(value) => write!(out, ".gt({value})"),
            Condition::Gte(value) => write!(out, ".gte({value})"),
            Condition::Is(value) => write!(out, ".is({value})"),
            Condition::Between(low, high, inclusive) => write!(out, ".between({low}, {high}{})", last(inclusive)),
            Condition::Around(at, by, inclusive) => write!(out, ".around({at}, {by}{})", last(inclusive)),
            Condition::DeviatesAround(at, by, inclusive) => {
                write!(out, ".deviatesAround({at}, {by}{})", last(inclusive))
            }
            Condition::In(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(out, ".in({})", values.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests;
