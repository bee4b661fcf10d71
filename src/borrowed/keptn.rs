//! Keptn SLO files (specification 1.0): objectives on SLIs with pass and warning criteria, compared with earlier results, weighed
//! to a total score. [`score`] holds the scoring rules.

pub mod score;

use super::Mistake;
use super::yaml::{Node, Value, quoted, row_as_written};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slo {
    /// `1.0`, as written.
    pub spec_version: Option<String>,
    /// Placeholders for the queries behind the SLIs; shown, and of no meaning here.
    pub filter: Vec<(String, String)>,
    /// Which earlier results relative criteria are held against.
    pub comparison: Comparison,
    /// What is demanded.
    pub objectives: Vec<Objective>,
    /// Scores in percent from which the whole passes, or is a warning.
    pub total: Total,
}

/// Which earlier results count, and how they become one value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// How many of the newest: one, or several.
    pub several: Option<bool>,
    /// How they must have come out.
    pub include: Include,
    /// As declared.
    pub number: Option<u32>,
    /// Their mean or a percentile of them.
    pub aggregate: Aggregate,
}

/// How an earlier result must have come out to be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Include {
    /// Passed.
    Pass,
    /// Passed, or with a warning.
    PassOrWarn,
    /// Any.
    All,
}

/// How earlier values become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aggregate {
    /// Arithmetic mean.
    Avg,
    /// Median.
    P50,
    /// 90th percentile.
    P90,
    /// 95th percentile.
    P95,
}

/// Total scores in percent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Total {
    /// From here on it passes.
    pub pass: f64,
    /// From here on it is a warning.
    pub warning: f64,
}

/// An Objective is what is demanded of one SLI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// Name of the SLI.
    pub sli: String,
    /// As people call it.
    pub display_name: Option<String>,
    /// Whether its failure fails the whole.
    pub key_sli: bool,
    /// How much it counts.
    pub weight: f64,
    /// Blocks of criteria: one must hold whole. None at all: it informs and is not scored.
    pub pass: Vec<Vec<Bound>>,
    /// As `pass`, for a warning.
    pub warning: Vec<Vec<Bound>>,
    /// Its lines of the file, less comments and blanks at their ends; `None` where they hold more than this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
}

impl Objective {
    /// As its file has it, else in one line.
    #[must_use]
    pub fn original(&self) -> String {
        self.written.clone().unwrap_or_else(|| self.to_string())
    }
}

/// A Bound is one criterion: `<=+10%`, `<600`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// `<`, `<=`, `=`, `>=`, `>`.
    pub operator: Operator,
    /// With its sign.
    pub value: f64,
    /// Relative to earlier results: by a share in percent, by a difference, or not at all.
    pub relative: Relative,
}

/// How a bound relates to earlier results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Relative {
    /// Not at all.
    No,
    /// So many percent more.
    Percent,
    /// So much more.
    Difference,
}

/// How a value is held against a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
}

impl Operator {
    const ALL: [(&'static str, Self); 5] =
        [("<=", Self::AtMost), (">=", Self::AtLeast), ("<", Self::Below), (">", Self::Above), ("=", Self::Equal)];
}

impl Bound {
    /// Reads `<=+10%`; blanks are of no meaning.
    ///
    /// # Errors
    /// What was found instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bare: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let wrong = || format!("`{text}` should be a comparison such as `<=+10%` or `<600`");
        let (operator, rest) = Operator::ALL
            .iter()
            .find_map(|(sign, operator)| Some((*operator, bare.strip_prefix(sign)?)))
            .ok_or_else(wrong)?;
        let signed = rest.starts_with(['+', '-']);
        let (number, percent) = rest.strip_suffix('%').map_or((rest, false), |number| (number, true));
        let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
        if !digits.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(wrong());
        }
        let value: f64 = number.parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(wrong)?;
        let relative = match (percent, signed) {
            (true, _) => Relative::Percent,
            (false, true) => Relative::Difference,
            (false, false) => Relative::No,
        };
        Ok(Self { operator, value, relative })
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = Operator::ALL.iter().find(|(_, operator)| *operator == self.operator).map_or("", |(sign, _)| sign);
        let plus = if self.relative != Relative::No && self.value.is_sign_positive() { "+" } else { "" };
        let percent = if self.relative == Relative::Percent { "%" } else { "" };
        write!(out, "{sign}{plus}{}{percent}", self.value)
    }
}

/// Reads a file's tree, and what was written from its text.
pub(super) fn read(root: &Node, text: &str) -> Result<Slo, Mistake> {
    let objectives = root.get("objectives").and_then(Node::rows).unwrap_or_default();
    if objectives.is_empty() {
        return Err(Mistake::at(root, "the Keptn SLO file has no objectives, and nothing can be judged by it"));
    }
    let filter = root.get("filter").map(Node::entries).unwrap_or_default();
    Ok(Slo {
        spec_version: root.get("spec_version").and_then(Node::text).map(str::to_owned),
        filter: filter.iter().map(|(key, node)| (key.clone(), node.text().unwrap_or_default().to_owned())).collect(),
        comparison: comparison(root.get("comparison"))?,
        objectives: objectives.iter().map(|node| objective(node, text)).collect::<Result<_, _>>()?,
        total: total(root.get("total_score"))?,
    })
}

fn one_of<T: Copy>(node: &Node, known: &[(&str, T)]) -> Result<T, Mistake> {
    let text = node.text().unwrap_or_default();
    known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        Mistake::at(node, format!("`{text}` should be one of {}", names.join(", ")))
    })
}

const COMPARE: [(&str, bool); 2] = [("single_result", false), ("several_results", true)];
const INCLUDE: [(&str, Include); 3] =
    [("pass", Include::Pass), ("pass_or_warn", Include::PassOrWarn), ("all", Include::All)];
const AGGREGATE: [(&str, Aggregate); 4] =
    [("avg", Aggregate::Avg), ("p50", Aggregate::P50), ("p90", Aggregate::P90), ("p95", Aggregate::P95)];

fn comparison(node: Option<&Node>) -> Result<Comparison, Mistake> {
    let get = |key: &str| node.and_then(|node| node.get(key));
    let number = get("number_of_comparison_results").map(|node| {
        let whole = node.text().and_then(|text| text.parse::<u32>().ok()).filter(|number| *number > 0);
        whole.ok_or_else(|| Mistake::at(node, "`number_of_comparison_results` should be a number from 1 on"))
    });
    Ok(Comparison {
        several: get("compare_with").map(|node| one_of(node, &COMPARE)).transpose()?,
        include: get("include_result_with_score").map_or(Ok(Include::All), |node| one_of(node, &INCLUDE))?,
        number: number.transpose()?,
        aggregate: get("aggregate_function").map_or(Ok(Aggregate::Avg), |node| one_of(node, &AGGREGATE))?,
    })
}

fn objective(node: &Node, text: &str) -> Result<Objective, Mistake> {
    let sli = node.get("sli").and_then(Node::text).filter(|name| !name.trim().is_empty());
    let weight = node.get("weight").map(|node| {
        let found = node.number().filter(|weight| *weight >= 0.0);
        found.ok_or_else(|| Mistake::at(node, "a weight should be a number from 0 on"))
    });
    let key = node
        .get("key_sli")
        .map(|node| node.truth().ok_or_else(|| Mistake::at(node, "`key_sli` should be true or false")));
    Ok(Objective {
        sli: sli.ok_or_else(|| Mistake::at(node, "the objective names no `sli`"))?.to_owned(),
        display_name: node.get("displayName").and_then(Node::text).map(str::to_owned),
        key_sli: key.transpose()?.unwrap_or(false),
        weight: weight.transpose()?.unwrap_or(1.0),
        pass: blocks(node.get("pass"))?,
        warning: blocks(node.get("warning"))?,
        written: row_as_written(text, node.line),
    })
}

fn blocks(node: Option<&Node>) -> Result<Vec<Vec<Bound>>, Mistake> {
    let Some(node) = node.filter(|node| node.value != Value::Null) else { return Ok(Vec::new()) };
    let rows = node.rows().ok_or_else(|| Mistake::at(node, "should be a list of blocks with `criteria`"))?;
    rows.iter()
        .map(|row| {
            let criteria = row.get("criteria").and_then(Node::rows);
            // An empty list would hold whatever was measured.
            let criteria = criteria.filter(|list| !list.is_empty());
            let criteria = criteria.ok_or_else(|| Mistake::at(row, "the block has no `criteria`"))?;
            let bound = |one: &Node| Bound::parse(one.text().unwrap_or_default()).map_err(|why| Mistake::at(one, why));
            criteria.iter().map(bound).collect()
        })
        .collect()
}

fn total(node: Option<&Node>) -> Result<Total, Mistake> {
    let percent = |key: &str, usual: f64| {
        let Some(found) = node.and_then(|node| node.get(key)) else { return Ok(usual) };
        let text = found.text().unwrap_or_default().trim();
        let number = text.strip_suffix('%').unwrap_or(text).trim().parse::<f64>().ok();
        number
            .filter(|number| (0.0..=100.0).contains(number))
            .ok_or_else(|| Mistake::at(found, format!("`{text}` should be a percentage such as 90%")))
    };
    Ok(Total { pass: percent("pass", 90.0)?, warning: percent("warning", 75.0)? })
}

impl fmt::Display for Objective {
    /// `response_time_p95: pass <=+10% and <600, warning <=800`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |blocks: &[Vec<Bound>]| {
            let block = |block: &Vec<Bound>| block.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
            blocks.iter().map(block).collect::<Vec<_>>().join(" or ")
        };
        write!(out, "{}: ", self.sli)?;
        if self.pass.is_empty() {
            return out.write_str("for information");
        }
        write!(out, "pass {}", said(&self.pass))?;
        if self.warning.is_empty() { Ok(()) } else { write!(out, ", warning {}", said(&self.warning)) }
    }
}

impl fmt::Display for Slo {
    /// The file as Keptn reads it, with what was left out filled in.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |known: &[(&'static str, Include)]| {
            known.iter().find(|(_, one)| *one == self.comparison.include).map_or("all", |(name, _)| *name)
        };
        writeln!(out, "spec_version: {}", quoted(self.spec_version.as_deref().unwrap_or("1.0")))?;
        if !self.filter.is_empty() {
            writeln!(out, "filter:")?;
            self.filter.iter().try_for_each(|(key, value)| writeln!(out, "  {}: {}", quoted(key), quoted(value)))?;
        }
        writeln!(out, "comparison:")?;
        if let Some(several) = self.comparison.several {
            writeln!(out, "  compare_with: {}", if several { "several_results" } else { "single_result" })?;
        }
        writeln!(out, "  include_result_with_score: {}", name(&INCLUDE))?;
        if let Some(number) = self.comparison.number {
            writeln!(out, "  number_of_comparison_results: {number}")?;
        }
        let aggregate = AGGREGATE.iter().find(|(_, one)| *one == self.comparison.aggregate);
        writeln!(out, "  aggregate_function: {}", aggregate.map_or("avg", |(name, _)| *name))?;
        writeln!(out, "objectives:")?;
        for objective in &self.objectives {
            writeln!(out, "- sli: {}", quoted(&objective.sli))?;
            if let Some(name) = &objective.display_name {
                writeln!(out, "  displayName: {}", quoted(name))?;
            }
            writeln!(out, "  key_sli: {}\n  weight: {}", objective.key_sli, objective.weight)?;
            for (key, blocks) in [("pass", &objective.pass), ("warning", &objective.warning)] {
                if !blocks.is_empty() {
                    writeln!(out, "  {key}:")?;
                }
                for block in blocks {
                    let bounds: Vec<String> = block.iter().map(|bound| quoted(&bound.to_string())).collect();
                    writeln!(out, "  - criteria: [{}]", bounds.join(", "))?;
                }
            }
        }
        writeln!(out, "total_score:\n  pass: \"{}%\"\n  warning: \"{}%\"", self.total.pass, self.total.warning)
    }
}

#[cfg(test)]
mod tests;
