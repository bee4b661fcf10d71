//! From a mistake in plimsoll.toml to an error that says where it is and what was meant.

use super::schema::{Criterion, PlannedTest, Tables};
use crate::error::{Error, Place};
use crate::fmt::quantile_p;
use std::collections::BTreeSet;
use std::ops::Range;

/// Reads the tables of a file's text, without defaults.
///
/// # Errors
/// The first mistake, with line, column and, for a key that was misspelt, the one that was meant.
pub fn read(text: &str, source: &str) -> Result<Tables, Error> {
    strict(text, source)
}

/// Reads a file's text by a grammar of its own.
///
/// # Errors
/// As [`read`].
pub(super) fn strict<T: serde::de::DeserializeOwned>(text: &str, source: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let (message, hint) = explained(error.message());
        let placed = placed(message, text, source, error.span());
        match hint {
            Some(hint) => placed.hint(hint),
            None => placed,
        }
    })
}

/// An error at a place of the text.
fn placed(message: String, text: &str, source: &str, span: Option<Range<usize>>) -> Error {
    let Some(start) = span.map(|span| span.start.min(text.len())) else {
        return Error::usage(message).at(Place::source(source));
    };
    let before = text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    let content = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let as_u64 = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    Error::usage(format!("{message} (column {column})"))
        .at(Place::line(source, as_u64(line), as_u64(line_start)))
        .showing(content.as_bytes())
}

/// The reader's message in our words. For an unknown key it lists what it expected; the nearest of those is what was meant.
fn explained(message: &str) -> (String, Option<String>) {
    let message = message.lines().next().unwrap_or(message);
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    let (Some((wrong, known)), true) = (quoted.split_first(), unknown) else {
        return (message.to_owned(), None);
    };
    let what = if message.starts_with("unknown field") { "key" } else { "value" };
    let near = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(name, wrong), *name))
        .min()
        .filter(|&(distance, name)| distance <= 1 + name.len() / 3);
    let hint = match near {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None => format!("known here: {}", known.join(", ")),
    };
    (format!("unknown {what} `{wrong}`"), Some(hint))
}

/// Holds what one key alone cannot say: limits fit their metrics, ids are unique, and what is referred to exists.
///
/// # Errors
/// The first mistake, with the line of the criterion where there is one.
pub fn check(tables: &Tables, text: &str, source: &str) -> Result<(), Error> {
    let mut ids = BTreeSet::new();
    for row in &tables.criteria {
        let criterion = row.get_ref();
        let wrong =
            |message: String| placed(format!("criterion `{}` {message}", criterion.id), text, source, Some(row.span()));
        check_criterion(criterion).map_err(wrong)?;
        if !ids.insert(criterion.id.as_str()) {
            return Err(wrong("has an id that another one has".to_owned()));
        }
    }
    check_tests(&tables.tests, source)?;
    check_lists(tables, &ids, source)
}

fn check_criterion(criterion: &Criterion) -> Result<(), String> {
    let demand = criterion.demand().map_err(|message| {
        // A limit of the wrong unit names the metric; what is wrong with the criterion itself begins with a verb.
        if message.starts_with('`') { format!("has a limit that does not fit: {message}") } else { message }
    })?;
    if let (Some(ceiling), true) = (criterion.waiver.as_ref().and_then(|waiver| waiver.ceiling), demand.is_some()) {
        criterion.metric.limit(ceiling)?;
    }
    if criterion.between.is_some() && criterion.phase.is_some() {
        return Err("has both `between` and `phase`".to_owned());
    }
    if criterion.id.trim().is_empty() {
        return Err("needs a name".to_owned());
    }
    Ok(())
}

fn check_tests(tests: &[PlannedTest], source: &str) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    for test in tests {
        if !names.insert(test.name.as_str()) {
            return Err(Error::usage(format!("the test `{}` is declared twice", test.name))
                .at(Place::source(source).field("tests.name")));
        }
    }
    Ok(())
}

fn check_lists(tables: &Tables, ids: &BTreeSet<&str>, source: &str) -> Result<(), Error> {
    for requirement in &tables.requirements {
        if let Some(id) =
            requirement.criteria.iter().find(|id| !ids.contains(id.as_str()) && !BUILT_IN.contains(&id.as_str()))
        {
            return Err(Error::usage(format!(
                "the requirement `{}` traces to the criterion `{id}`, which is not there",
                requirement.id
            ))
            .at(Place::source(source).field("requirements.criteria")));
        }
    }
    let quantiles = tables.report.quantiles.iter();
    if let Some(name) = quantiles.clone().find(|name| quantile_p(name).is_none()) {
        return Err(Error::usage(format!("`{name}` is not a quantile such as p95 or p99.9"))
            .at(Place::source(source).field("report.quantiles")));
    }
    let gated = |name: &&String| *name != "failures" && *name != "mean" && quantile_p(name).is_none();
    if let Some(name) = tables.compare.metrics.iter().find(gated) {
        return Err(Error::usage(format!(
            "`{name}` cannot be compared: use quantiles such as p95, `mean` or `failures`"
        ))
        .at(Place::source(source).field("compare.metrics")));
    }
    Ok(())
}

/// Criteria that are in force without being written down, by id.
pub const BUILT_IN: &[&str] = &["default-failures", "no-regression"];
