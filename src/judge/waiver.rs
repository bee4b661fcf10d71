//! Waivers: a failure that somebody accepts, for a reason, for a time, up to a size. All four or it counts for nothing, and
//! that is said. Expiry is held against the end of the newest judged run, never against the clock: the same input gives the
//! same verdict next year.

use super::outcome::Side;
use crate::config::schema::Waiver;
use crate::fmt;
use crate::unit::{Timestamp, Unit};

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
