//! Waivers: a failure that somebody accepts, for a reason, for a time, up to a size. All four or it counts for nothing, and
//! that is said. Expiry is held against the end of the newest judged run, never against the clock: the same input gives the
//! same verdict next year.

use super::outcome::{CriterionResult, Side, Status};
use crate::config::Config;
use crate::config::schema::{Waiver, WaiverRow};
use crate::fmt;
use crate::quantity::Quantity;
use crate::unit::{Timestamp, Unit};

/// Waives a failed result where the waiver is in force, and says why not where it is not.
pub fn apply(
    result: &mut CriterionResult,
    waiver: &Waiver,
    ceiling: Result<Option<f64>, String>,
    newest: Option<Timestamp>,
) {
    let (Status::Fail, Some(limit)) = (result.status, result.limit) else { return };
    result.ceiling = ceiling.as_ref().ok().copied().flatten();
    match waived(waiver, result.observed, ceiling, limit.side, result.unit, newest) {
        Ok(words) => {
            result.status = Status::Waived;
            result.reason = format!("{}; {words}", result.reason);
        }
        Err(why) => result.reason = format!("{}; not waived: {why}", result.reason),
    }
}

/// Whether a waiver that stands apart is about a result.
#[must_use]
pub fn covers(row: &WaiverRow, result: &CriterionResult) -> bool {
    row.criterion.matches(&result.id) && row.test.as_ref().is_none_or(|globs| globs.matches(&result.test))
}

/// Applies the waivers that stand apart from their criteria.
pub fn apply_rows(rows: &[WaiverRow], results: &mut [CriterionResult], newest: Option<Timestamp>) {
    for row in rows {
        for result in results.iter_mut().filter(|result| covers(row, result)) {
            let ceiling = row.ceiling.map(|ceiling| in_unit(ceiling, result.unit)).transpose();
            apply(result, &row.terms(), ceiling, newest);
        }
    }
}

/// What keeps a waiver from covering anything on a day (YYYY-MM-DD), if something does.
#[must_use]
pub fn lacks(waiver: &Waiver, day: Option<&str>) -> Option<String> {
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    if blank(&waiver.owner) {
        return Some("it names no owner".to_owned());
    }
    if blank(&waiver.reason) {
        return Some("it gives no reason".to_owned());
    }
    let Some(expiry) = waiver.expiry else { return Some("it has no expiry".to_owned()) };
    if day.is_some_and(|day| *day > *expiry.0.to_string()) {
        return Some(format!("it expired on {}", expiry.0));
    }
    waiver.ceiling.is_none().then(|| "it has no ceiling".to_owned())
}

/// Sentences about waivers that cover nothing. `known` says whether anything is called as a row's `criterion` and `test` say.
#[must_use]
pub fn idle(config: &Config, known: &dyn Fn(&WaiverRow) -> bool, day: Option<&str>) -> Vec<String> {
    let said = |name: &str, why: String| format!("the waiver of {} counts for nothing: {why}", fmt::plain(name));
    let own = config.criteria.iter().filter_map(|one| Some(said(&one.id, lacks(one.waiver.as_ref()?, day)?)));
    let rows = config.waivers.iter().filter_map(|row| {
        let unknown = || "no criterion has that name".to_owned();
        let why = lacks(&row.terms(), day).or_else(|| (!known(row)).then(unknown))?;
        Some(said(&row.criterion.texts().join(", "), why))
    });
    own.chain(rows).collect()
}

/// A ceiling in the unit of what it covers.
fn in_unit(ceiling: Quantity, unit: Unit) -> Result<f64, String> {
    match (ceiling.unit, unit) {
        (a, b) if a == b => Ok(ceiling.value),
        (Unit::Plain, Unit::Count | Unit::Ratio) => Ok(ceiling.value),
        _ => Err(format!("the waiver's ceiling {ceiling} is of another unit than the figure")),
    }
}

/// Whether a failure is waived.
///
/// # Errors
/// What is missing or no longer in force, in words.
pub fn waived(
    waiver: &Waiver,
    value: Option<f64>,
    ceiling: Result<Option<f64>, String>,
    side: Side,
    unit: Unit,
    newest: Option<Timestamp>,
) -> Result<String, String> {
    let given =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let owner = given(&waiver.owner).ok_or("the waiver names no owner")?;
    let reason = given(&waiver.reason).ok_or("the waiver gives no reason")?;
    let expiry = waiver.expiry.ok_or("the waiver has no expiry")?;
    let ceiling = ceiling?.ok_or("the waiver has no ceiling")?;
    let newest = newest.ok_or("no run says when it ended, so the waiver's expiry cannot be held against it")?;
    // Both are days in UTC, written so that order of text is order of time.
    if fmt::date(newest) > expiry.0.to_string() {
        return Err(format!("the waiver expired on {}", expiry.0));
    }
    let value = value.ok_or("a waiver covers a figure, and there is none")?;
    let covered = match side.larger_is_worse() {
        Some(true) => value <= ceiling,
        Some(false) => value >= ceiling,
        None => false,
    };
    if !covered {
        return Err(format!("the waiver ends at {}", fmt::value(ceiling, unit)));
    }
    Ok(format!("waived by {} until {}: {}", fmt::plain(&owner), expiry.0, fmt::plain(&reason)))
}
