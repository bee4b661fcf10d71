//! What changed: since the last sign-off, and against the time before.

use super::document::{Note, Origin};
use super::words::{self, few};
use super::{At, fixes};
use crate::compare::declared::RATE_NEEDS_S;
use crate::config::signoff::Before;
use crate::fmt;
use crate::judge::outcome::{CriterionResult, Limit, Status};
use crate::report::chart::{Axis, BeforeAfterChart, BeforeAfterRow, Quantity, Spacing, Words};
use crate::report::model::Report;
use crate::unit::Unit;
use std::collections::BTreeMap;

/// Criteria that a sentence names.
const NAMED: usize = 4;
/// Rows of the picture.
const ROWS: usize = 8;
/// From this span on the axis is drawn in decades.
const WIDE_SPAN: f64 = 40.0;

/// What changed since the last sign-off: outcomes held against its report, and what the team says.
pub(super) fn since(at: &At<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(last) = at.last {
        notes.extend(compared(at, last));
    }
    notes.extend(at.declared.changes.iter().map(|text| Note::declared(text)));
    if notes.is_empty() {
        notes.push(Note::missing("Not known: no earlier sign-off is named."));
    }
    notes
}

fn compared(at: &At<'_>, last: &Report) -> Vec<Note> {
    let told = at.declared.last.as_ref();
    let signed = told.and_then(|one| one.signed_by.as_ref()).map(|by| format!(", signed by {}", fmt::plain(by)));
    let date = told.and_then(|one| one.date).map(|day| format!(" of {}", day.0));
    let (was, is) = (fixes::verdict(last.verdict), fixes::verdict(at.report.verdict));
    let build =
        |report: &Report| report.holds_for.build.clone().unwrap_or_else(|| "a build that nobody named".to_owned());
    let mut notes = vec![Note::measured(format!(
        "The last sign-off{}{} was {was}, of {}; this one is {is}, of {}.",
        date.unwrap_or_default(),
        signed.unwrap_or_default(),
        fmt::plain(&build(last)),
        fmt::plain(&build(at.report)),
    ))];
    let key = |one: &CriterionResult| (one.id.clone(), one.test.clone(), one.endpoint.clone());
    let before: BTreeMap<_, Status> = last.criteria.iter().map(|one| (key(one), one.status)).collect();
    let now: BTreeMap<_, Status> = at.report.criteria.iter().map(|one| (key(one), one.status)).collect();
    let changed = |wanted: &dyn Fn(Option<Status>, Status) -> bool| -> Vec<String> {
        let all = at.report.criteria.iter().filter(|one| wanted(before.get(&key(one)).copied(), one.status));
        all.map(words::named).collect()
    };
    let better = changed(&|was, is| was.is_some_and(|was| !words::is_met(was)) && words::is_met(is));
    let worse = changed(&|was, is| was.is_some_and(words::is_met) && !words::is_met(is));
    let new = changed(&|was, _| was.is_none());
    let gone: Vec<String> = last.criteria.iter().filter(|one| !now.contains_key(&key(one))).map(words::named).collect();
    let mut say = |names: &[String], what: &str, status: Option<Status>| {
        if !names.is_empty() {
            let text = format!("{} {what}: {}.", fmt::count(names.len() as u64), few(names, NAMED));
            notes.push(Note { status, ..Note::measured(text) });
        }
    };
    say(&worse, "met then and not now", Some(Status::Fail));
    say(&better, "met now and not then", Some(Status::Pass));
    say(&new, "not demanded then", None);
    say(&gone, "demanded then and not now", None);
    if better.is_empty() && worse.is_empty() {
        notes.push(Note::measured("No criterion that both know came out otherwise."));
    }
    notes
}

/// The figure of a test that the picture shows: of its critical criteria of a kind the one nearest to or furthest beyond its
/// limit. The kind is latency, or shares (failures) where no latency decides against it and such a share does.
fn deciding<'a>(at: &At<'a>) -> (Unit, Vec<&'a CriterionResult>) {
    let [latencies, shares] = [Unit::Micros, Unit::Ratio].map(|unit| (unit, of_unit(at, unit)));
    let fails = |all: &[&CriterionResult]| all.iter().any(|one| one.status == Status::Fail && one.critical);
    if !fails(&latencies.1) && fails(&shares.1) { shares } else { latencies }
}

fn of_unit<'a>(at: &At<'a>, unit: Unit) -> Vec<&'a CriterionResult> {
    let upper = |limit: Limit| unit == Unit::Micros || limit.side.larger_is_worse() == Some(true);
    let shows = |one: &&CriterionResult| {
        one.unit == unit && one.endpoint.is_none() && one.limit.is_some_and(upper) && tells(at, one)
    };
    let used = |one: &CriterionResult| one.observed.zip(one.limit).map_or(0.0, |(value, limit)| value / limit.value);
    let rank = |one: &CriterionResult| ((one.critical, words::compared_metric(one).is_some()), used(one));
    let mut of_tests: BTreeMap<&str, &CriterionResult> = BTreeMap::new();
    for result in at.report.criteria.iter().filter(shows) {
        let have = of_tests.entry(&result.test).or_insert(result);
        let (a, b) = (rank(result), rank(have));
        if a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).is_gt() {
            *have = result;
        }
    }
    let mut all: Vec<&CriterionResult> = of_tests.into_values().collect();
    all.sort_by(|a, b| used(b).total_cmp(&used(a)).then_with(|| a.test.cmp(&b.test)));
    all.truncate(ROWS);
    all
}

/// Whether a criterion has a figure that may stand against the time before: not of a run that proves nothing, and no throughput of
/// a run so short that it says nothing about any other second.
fn tells(at: &At<'_>, result: &CriterionResult) -> bool {
    let tests = at.report.standing();
    let test = tests.iter().find(|test| test.name == result.test);
    let long = test.and_then(|test| test.duration_s).is_none_or(|seconds| seconds >= RATE_NEEDS_S);
    result.observed.is_some() && test.is_none_or(|test| test.valid) && (long || result.unit != Unit::PerSecond)
}

/// What a figure was before, and who says so: a comparison with the stored baseline, else what was declared.
struct Earlier<'a> {
    range: [f64; 2],
    origin: Origin,
    from: &'a str,
}

fn earlier<'a>(at: &At<'a>, result: &CriterionResult) -> Option<Earlier<'a>> {
    let measured = words::delta(at, result).and_then(|delta| delta.before);
    if let (Some(before), Some(baseline)) = (measured, at.report.baseline.as_ref()) {
        return Some(Earlier { range: [before; 2], origin: Origin::Measured, from: &baseline.id });
    }
    let about = |one: &&Before| {
        let test = one.test.as_ref().is_none_or(|globs| globs.matches(&result.test));
        let same =
            words::compared_metric(result).is_some_and(|stat| one.metric.to_string() == format!("latency.{stat}"));
        test && (one.metric.to_string() == result.metric || same) && one.value.low.unit == result.unit
    };
    let declared = at.declared.before.iter().find(about)?;
    let range = [declared.value.low.value, declared.value.high.value];
    Some(Earlier { range, origin: Origin::Declared, from: declared.source.as_deref().unwrap_or("declared") })
}

/// Before and after: the sentence and the picture.
pub(super) fn before_after(at: &At<'_>) -> (Note, Option<BeforeAfterChart>) {
    let (unit, deciding) = deciding(at);
    let rows: Vec<(&CriterionResult, Option<Earlier<'_>>)> =
        deciding.into_iter().map(|result| (result, earlier(at, result))).collect();
    let known = rows.iter().find_map(|(result, before)| Some((*result, before.as_ref()?)));
    let note = known.map_or_else(|| other_figure(at), |(result, before)| sentence(result, before));
    let fails = at.report.criteria.iter().any(|one| one.status == Status::Fail && one.counts);
    (with_unknown_tests(at, note), chart(&rows, unit, fails))
}

/// The note and, of each declared figure of a test that there is not, that it stands beside nothing.
fn with_unknown_tests(at: &At<'_>, mut note: Note) -> Note {
    for one in &at.declared.before {
        if let Some(why) = unknown_test(at, one).filter(|why| !note.text.contains(why.as_str())) {
            note.text += &format!(" {} before: {why}.", one.metric);
        }
    }
    note
}

/// The sentence where what was declared before is no latency with a limit: any criterion's figure.
fn other_figure(at: &At<'_>) -> Note {
    let mut known = at.report.criteria.iter().filter(|one| tells(at, one));
    let found = known.find_map(|one| Some((one, earlier(at, one)?)));
    if let Some((result, before)) = found {
        return sentence(result, &before);
    }
    let mut unmeasured: Vec<String> = at.declared.before.iter().map(|one| unmeasured(at, one)).collect();
    unmeasured.dedup();
    if unmeasured.is_empty() {
        return Note::missing("Not known: there is no baseline, and nobody says how it was before.");
    }
    Note::declared(&unmeasured.join(" "))
}

/// What was declared of the time before and is measured nowhere now.
fn unmeasured(at: &At<'_>, one: &Before) -> String {
    let source = one.source.as_deref().map(|source| format!(" ({source})")).unwrap_or_default();
    let why = unknown_test(at, one).unwrap_or_else(|| "no valid run long enough measured what it is now".to_owned());
    format!("{}: {} before{source}; {why}.", one.metric, one.value.words())
}

/// That no test is called as an entry says.
fn unknown_test(at: &At<'_>, one: &Before) -> Option<String> {
    let tests = at.report.tests.iter().map(|test| &test.name);
    let mut called = tests.chain(at.report.criteria.iter().map(|one| &one.test));
    let globs = one.test.as_ref()?;
    (!called.any(|name| globs.matches(name))).then(|| format!("no test is called {}", globs.texts().join(", ")))
}

fn sentence(result: &CriterionResult, before: &Earlier<'_>) -> Note {
    let now = result.observed.unwrap_or_default();
    let [low, high] = before.range;
    let written = |value: f64| match result.limit {
        Some(limit) => fmt::value_beside(value, result.unit, limit.value),
        None => fmt::value(value, result.unit),
    };
    let was = if low < high { format!("{} to {}", written(low), written(high)) } else { written(low) };
    let stat = words::stat(result);
    let what = if result.test.is_empty() {
        fmt::plain(&stat)
    } else {
        format!("{}, {}", fmt::plain(&result.test), fmt::plain(&stat))
    };
    let change = change(now, before.range);
    let text = format!("{what}: {} now, {was} before{change} (before: {}).", written(now), fmt::plain(before.from));
    match before.origin {
        Origin::Declared => Note::declared(&text),
        _ => Note::measured(text),
    }
}

/// `, 107 to 321 times less`; from a tenth to ten tenths in percent.
fn change(now: f64, [low, high]: [f64; 2]) -> String {
    if now <= 0.0 || low <= 0.0 {
        return String::new();
    }
    let (a, b) = (now / low, now / high);
    if (0.5..=2.0).contains(&a) && (0.5..=2.0).contains(&b) {
        let one = fmt::change(a);
        return if low < high { format!(", {} to {one}", fmt::change(b)) } else { format!(", {one}") };
    }
    let (word, least, most) = if a < 1.0 { ("less", 1.0 / a, 1.0 / b) } else { ("more", b, a) };
    if least < 1.0 {
        return String::new();
    }
    let times =
        if low < high { format!("{} to {}", fmt::number(least), fmt::number(most)) } else { fmt::number(least) };
    format!(", {times} times {word}")
}

/// What the picture says above itself: as much as it shows, and that the verdict rests on more where it does.
fn heading(drawn: &[BeforeAfterRow], unit: Unit, fails: bool) -> String {
    let beyond = drawn.iter().filter(|row| !row.met).count();
    let (one, many) = if unit == Unit::Micros { ("latency", "latencies") } else { ("share", "shares") };
    match (beyond, drawn.len()) {
        (0, _) if fails => format!("Each {one} shown is inside its limit; what fails is not shown here"),
        (0, _) => format!("Each {one} shown is inside its limit"),
        (_, 1) => format!("The {one} shown is beyond its limit"),
        (beyond, all) => format!("{beyond} of {all} {many} beyond their limits"),
    }
}

fn chart(rows: &[(&CriterionResult, Option<Earlier<'_>>)], unit: Unit, fails: bool) -> Option<BeforeAfterChart> {
    if rows.is_empty() {
        return None;
    }
    let stats: Vec<String> = rows.iter().map(|(one, _)| words::stat(one)).collect();
    let alike = stats.iter().all(|stat| Some(stat) == stats.first());
    let named = |(result, _): &(&CriterionResult, Option<Earlier<'_>>), stat: &String| {
        if alike { fmt::plain(&result.test) } else { format!("{}, {}", fmt::plain(&result.test), fmt::plain(stat)) }
    };
    let drawn: Vec<BeforeAfterRow> = rows
        .iter()
        .zip(&stats)
        .map(|(row, stat)| BeforeAfterRow {
            name: named(row, stat),
            before: row.1.as_ref().map(|before| before.range),
            after: row.0.observed.unwrap_or_default(),
            limit: row.0.limit.map(|limit| limit.value),
            met: words::is_met(row.0.status),
        })
        .collect();
    let before = if drawn.iter().any(|row| row.before.is_some()) { ", dashes what was before" } else { "" };
    let heading = heading(&drawn, unit, fails);
    let said = drawn.iter().map(|row| {
        let limit = row.limit.map(|limit| format!(", limit {}", fmt::value(limit, unit))).unwrap_or_default();
        format!("{} {}{limit}", row.name, fmt::value(row.after, unit))
    });
    let values = || drawn.iter().flat_map(|row| row.before.into_iter().flatten().chain([row.after]).chain(row.limit));
    let (least, most) = (values().filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let title = match (alike, unit) {
        (true, _) => stats.first().map_or_else(String::new, |stat| fmt::plain(stat)),
        (false, Unit::Micros) => "latency".to_owned(),
        (false, _) => "share".to_owned(),
    };
    let log = unit == Unit::Micros && most / least > WIDE_SPAN;
    let quantity = if unit == Unit::Micros { Quantity::Micros } else { Quantity::Ratio };
    let words = Words {
        id: "before-after".to_owned(),
        heading,
        description: format!("{}.", said.collect::<Vec<_>>().join("; ")),
        caption: format!(
            "{} what was measured, strokes the limits{before}.{}",
            if log { "Dots show" } else { "Bars show" },
            if log { " Each decade has the same width." } else { "" },
        ),
    };
    let spacing = if log { Spacing::Log } else { Spacing::Linear };
    Some(BeforeAfterChart { words, axis: Axis { title, quantity, spacing }, rows: drawn })
}
