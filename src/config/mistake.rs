//! From a mistake in plimsoll.toml to an error that says where it is and what was meant.

use super::limit::Misfit;
use super::place::{self, Step};
use super::schema::{Criterion, Needs, PlannedTest, Tables};
use crate::error::{Error, Place};
use crate::fmt::{listed, quantile_p};
use crate::quantity::Quantity;
use crate::unit::Unit;
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
pub(super) fn placed(message: String, text: &str, source: &str, span: Option<Range<usize>>) -> Error {
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

/// An error at a key of a row of a list.
pub(super) fn at(message: String, text: &str, source: &str, (list, row, key): (&str, usize, &str)) -> Error {
    placed(message, text, source, place::span(text, &[Step::Key(list), Step::Row(row), Step::Key(key)]))
}

/// Refuses the first text in a file that says nothing: an empty statement looks as if something had been stated.
pub(super) fn no_empty_text(text: &str, source: &str) -> Result<(), Error> {
    match place::empty_text(text) {
        Some((key, span)) => Err(placed(format!("`{key}` is an empty text"), text, source, Some(span)).hint(SAY_IT)),
        None => Ok(()),
    }
}

/// The reader's message in our words. For an unknown key it lists what it expected; the nearest of those is what was meant.
fn explained(message: &str) -> (String, Option<String>) {
    let message = message.lines().next().unwrap_or(message);
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    let (Some((wrong, known)), true) = (quoted.split_first(), unknown) else {
        return (in_our_types(message), None);
    };
    let is_key = message.starts_with("unknown field");
    let what = if is_key { "key" } else { "value" };
    let near = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(name, wrong), *name))
        .min()
        .filter(|&(distance, name)| distance <= 1 + name.len() / 3 && distance < name.len());
    let hint = match near {
        Some((_, name)) => format!("did you mean `{name}`?"),
        // A value stands in quotes; without them nobody sees where a sign begins.
        None if is_key => format!("known here: {}", listed(known)),
        None => format!("known here: {}", listed(&known.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>())),
    };
    (format!("unknown {what} `{wrong}`"), Some(hint))
}

/// The reader names types of its own where it says what it expected.
fn in_our_types(message: &str) -> String {
    let Some((found, expected)) = message.rsplit_once("expected ") else { return message.to_owned() };
    match expected {
        "f64" | "f32" => format!("{found}expected a number"),
        "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64" => format!("{found}expected a whole number"),
        _ => message.to_owned(),
    }
}

/// Holds what one key alone cannot say: limits fit their metrics, ids are unique, and what is referred to exists.
///
/// # Errors
/// The first mistake, with the line of the key that it stands at, or of the table where something is missing.
pub fn check(tables: &Tables, text: &str, source: &str) -> Result<(), Error> {
    let wrong = |at: &[Step<'_>], message: String| placed(message, text, source, place::span(text, at));
    let mut ids = BTreeSet::new();
    for (row, criterion) in tables.criteria.iter().map(toml::Spanned::get_ref).enumerate() {
        let at = |key: &'static str| [Step::Key("criteria"), Step::Row(row), Step::Key(key)];
        let wrong =
            |key: &'static str, message: &str| wrong(&at(key), format!("criterion `{}` {message}", criterion.id));
        check_criterion(criterion).map_err(|misfit| wrong(misfit.key, &misfit.message))?;
        if !ids.insert(criterion.id.as_str()) {
            return Err(wrong("id", "has an id that another one has"));
        }
        if let Some(group) = criterion.group.as_deref()
            && tables.groups.iter().all(|declared| declared.id != group)
        {
            return Err(wrong("group", &format!("belongs to the group `{group}`, which is not declared ([[groups]])")));
        }
        if let Some(id) = criterion.requirement.as_deref()
            && tables.requirements.iter().all(|declared| declared.id != id)
        {
            return Err(wrong("requirement", &format!("traces to the requirement `{id}`, which is not there")));
        }
    }
    let fault = |at: Vec<Step<'_>>, message: String| wrong(&at, message);
    check_tests(&tables.tests, fault)?;
    check_groups(tables, fault)?;
    check_grades(tables, fault)?;
    check_imports(tables, fault)?;
    check_lists(tables, &ids, fault)
}

fn check_criterion(criterion: &Criterion) -> Result<(), Misfit> {
    let misfit = |key, message: &str| Misfit { key, message: message.to_owned() };
    let demand = criterion.demand().map_err(|error| {
        // A limit of the wrong unit names the metric; what is wrong with the criterion itself begins with a verb.
        let fits = !error.message.starts_with('`');
        let message = if fits { error.message } else { format!("has a limit that does not fit: {}", error.message) };
        Misfit { message, ..error }
    })?;
    criterion.timeframe()?;
    if let (Some(ceiling), true) = (criterion.waiver.as_ref().and_then(|waiver| waiver.ceiling), demand.is_some()) {
        let unfit = |message: String| misfit("waiver", &format!("has a ceiling that does not fit: {message}"));
        criterion.metric.limit(ceiling).map_err(unfit)?;
    }
    if criterion.between.is_some() && criterion.phase.is_some() {
        return Err(misfit("phase", "has both `between` and `phase`"));
    }
    if criterion.between.is_some_and(|range| range.low.unit != Unit::Micros) {
        return Err(misfit("between", "has a slice that is no time, such as \"0 s .. 2 min\""));
    }
    if criterion.weight.is_some_and(|weight| weight < 0.0 || !weight.is_finite()) {
        return Err(misfit("weight", "has a weight below 0"));
    }
    if criterion.id.trim().is_empty() {
        return Err(misfit("id", "needs a name"));
    }
    if criterion.not_applicable.as_deref().is_some_and(|why| why.trim().is_empty()) {
        return Err(misfit("not_applicable", "does not apply, and does not say why: say it, or leave the key out"));
    }
    Ok(())
}

fn check_tests(tests: &[PlannedTest], fault: impl Fn(Vec<Step<'_>>, String) -> Error) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    for (row, test) in tests.iter().enumerate() {
        let at = |key| vec![Step::Key("tests"), Step::Row(row), Step::Key(key)];
        if !names.insert(test.name.as_str()) {
            return Err(fault(at("name"), format!("the test `{}` is declared twice", test.name)));
        }
        let blank = |text: &Option<String>| text.as_deref().is_some_and(|text| text.trim().is_empty());
        let blocked = test.blocked.as_ref().is_some_and(|one| one.reason.trim().is_empty() || blank(&one.unblocked_by));
        let empty = [
            ("name", test.name.trim().is_empty()),
            ("not_applicable", blank(&test.not_applicable)),
            ("blocked", blocked),
        ];
        if let Some(&(key, _)) = empty.iter().find(|(_, empty)| *empty) {
            let named = if key == "name" { format!("number {}", row + 1) } else { format!("`{}`", test.name) };
            return Err(fault(at(key), format!("the test {named} has an empty text in `{key}`")).hint(SAY_IT));
        }
        if let Some(message) = unfit_mix(test) {
            return Err(fault(at("mix"), message).hint("shares such as \"30 %\" that add up to at most 100 %"));
        }
        if let Some((key, found)) = no_load(test) {
            let message = format!("the test `{}` has `{key} = {found}`, which no run could miss", test.name);
            return Err(fault(at(key), message).hint("more than 0, or leave the key out"));
        }
        let units = [
            ("duration", test.duration.map(|one| one.unit), Unit::Micros, "a time such as \"10 min\""),
            ("ramp", test.ramp.map(|one| one.unit), Unit::Micros, "a time such as \"30 s\""),
            ("rate", test.rate.map(|one| one.unit), Unit::PerSecond, "a rate such as \"100/s\""),
            ("think_time", test.think_time.map(|one| one.low.unit), Unit::Micros, "a time such as \"5 s .. 15 s\""),
            ("window", test.window.map(|one| one.low.unit), Unit::Micros, "a slice such as \"30 s .. 9 min\""),
        ];
        for (key, unit, wanted, words) in units {
            if unit.is_some_and(|unit| unit != wanted) {
                return Err(fault(
                    at(key),
                    format!("the test `{}` has a `{key}` that is no {}", test.name, words.trim_start_matches("a ")),
                ));
            }
        }
    }
    Ok(())
}

const SAY_IT: &str = "say it, or leave the key out";

/// A declared load of nothing or less, with its key.
fn no_load(test: &PlannedTest) -> Option<(&'static str, f64)> {
    let declared = [
        ("users", test.users),
        ("requests", test.requests),
        ("duration", test.duration.map(|one| one.value)),
        ("rate", test.rate.map(|one| one.value)),
    ];
    declared.into_iter().find_map(|(key, value)| Some((key, value.filter(|value| *value <= 0.0)?)))
}

/// What is wrong with the shares of a mix. Globs may overlap and add up to more than everything; names cannot.
fn unfit_mix(test: &PlannedTest) -> Option<String> {
    let share = |one: &Quantity| matches!(one.unit, Unit::Ratio | Unit::Plain) && (0.0..=1.0).contains(&one.value);
    if let Some((name, found)) = test.mix.iter().find(|(_, one)| !share(one)) {
        return Some(format!("the test `{}` has {found} as the share of `{name}`, which is no share", test.name));
    }
    let names = test.mix.iter().filter(|(name, _)| !name.contains(['*', '?', '[', '{']));
    let sum: f64 = names.map(|(_, one)| one.value).sum();
    // Three thirds may be a little more than one.
    (sum > 1.005).then(|| format!("the mix of the test `{}` adds up to {}", test.name, crate::fmt::percent(sum)))
}

fn check_groups(tables: &Tables, fault: impl Fn(Vec<Step<'_>>, String) -> Error) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for (row, group) in tables.groups.iter().enumerate() {
        let at = |key| vec![Step::Key("groups"), Step::Row(row), Step::Key(key)];
        if !seen.insert(group.id.as_str()) {
            return Err(fault(at("id"), format!("the group `{}` is declared twice", group.id)));
        }
        let members = tables.criteria.iter().filter(|row| group.holds(row.get_ref())).count();
        if members == 0 {
            return Err(fault(
                at("id"),
                format!("no criterion belongs to the group `{}` (`group = \"{0}\"`)", group.id),
            ));
        }
        if let Needs::AtLeast(count) = group.needs
            && count > members
        {
            return Err(fault(at("needs"), format!("the group `{}` needs {count} of {members} criteria", group.id)));
        }
        if group.warn_score.is_some() && group.pass_score.is_none() {
            return Err(fault(
                at("warn_score"),
                format!("the group `{}` has a `warn_score` and no `pass_score`", group.id),
            ));
        }
        let share = |quantity: Option<Quantity>| quantity.is_none_or(|one| (0.0..=1.0).contains(&one.value));
        for (key, score) in [("pass_score", group.pass_score), ("warn_score", group.warn_score)] {
            if !share(score) {
                return Err(fault(
                    at(key),
                    format!("the group `{}` has a `{key}` that is no share such as \"90 %\"", group.id),
                ));
            }
        }
    }
    Ok(())
}

fn check_grades(tables: &Tables, fault: impl Fn(Vec<Step<'_>>, String) -> Error) -> Result<(), Error> {
    for (row, grade) in tables.grades.iter().enumerate() {
        for band in &grade.bands {
            for (_, limit) in band.limits() {
                grade.metric.limit(limit).map_err(|message| {
                    let at = vec![Step::Key("grades"), Step::Row(row), Step::Key("bands")];
                    fault(at, format!("the band `{}` of `{}` does not fit: {message}", band.word, grade.id))
                })?;
            }
        }
    }
    Ok(())
}

fn check_imports(tables: &Tables, fault: impl Fn(Vec<Step<'_>>, String) -> Error) -> Result<(), Error> {
    for (row, import) in tables.import.iter().enumerate() {
        let at = |key| vec![Step::Key("import"), Step::Row(row), Step::Key(key)];
        let inline = import.inline().map_err(|(key, message)| fault(at(key), message))?;
        if inline.is_empty() && import.from.is_none() {
            let message = "the import names no file (`from`) and holds no criteria of its own".to_owned();
            return Err(fault(at(""), message));
        }
        for sli in import.sli.values() {
            sli.metric().map_err(|message| fault(at("sli"), message))?;
        }
    }
    Ok(())
}

fn check_lists(
    tables: &Tables,
    ids: &BTreeSet<&str>,
    fault: impl Fn(Vec<Step<'_>>, String) -> Error,
) -> Result<(), Error> {
    for (row, requirement) in tables.requirements.iter().enumerate() {
        let known = |id: &str| ids.contains(id) || BUILT_IN.contains(&id) || !tables.import.is_empty();
        if let Some(id) = requirement.criteria.iter().find(|id| !known(id)) {
            let at = vec![Step::Key("requirements"), Step::Row(row), Step::Key("criteria")];
            let message =
                format!("the requirement `{}` traces to the criterion `{id}`, which is not there", requirement.id);
            return Err(fault(at, message));
        }
    }
    let in_list = |table, key| vec![Step::Key(table), Step::Key(key)];
    let quantiles = tables.report.quantiles.iter();
    if let Some(name) = quantiles.clone().find(|name| quantile_p(name).is_none()) {
        return Err(fault(in_list("report", "quantiles"), format!("`{name}` is not a quantile such as p95 or p99.9")));
    }
    let gated = |name: &&String| *name != "failures" && *name != "rate" && quantile_p(name).is_none();
    if let Some(name) = tables.compare.metrics.iter().find(gated) {
        let message = format!("`{name}` cannot be compared: use quantiles such as p95, `failures` or `rate`");
        return Err(fault(in_list("compare", "metrics"), message));
    }
    Ok(())
}

/// Criteria that are in force without being written down, by id.
pub const BUILT_IN: &[&str] = &["default-failures", "no-regression"];
