//! Waivers: a failure that somebody accepts, for a reason, for a time, up to a size. All four or it counts for nothing, and
//! that is said. Expiry is held against the end of the newest judged run, never against the clock: the same input gives the
//! same verdict next year.

use super::no_regression;
use super::outcome::{CriterionResult, Side, Status};
use crate::config::Config;
use crate::config::schema::{Waiver, WaiverRow};
use crate::fmt;
use crate::quantity::Quantity;
use crate::unit::{Timestamp, Unit};

/// What stands between a failure's reason and why it is not waived.
const REFUSED: &str = "; not waived: ";

/// Waives a failed result where the waiver is in force, and says why not where it is not.
pub fn apply(
    result: &mut CriterionResult,
    waiver: &Waiver,
    ceiling: Result<Option<f64>, String>,
    newest: Option<Timestamp>,
) {
    if result.status != Status::Fail {
        return;
    }
    let Some(limit) = result.limit else {
        let why = "a waiver covers a figure up to a size, and this has none of its own";
        result.reason = format!("{}{REFUSED}{why}", result.reason);
        return;
    };
    result.ceiling = ceiling.as_ref().ok().copied().flatten();
    match waived(waiver, result.observed, ceiling, limit.side, result.unit, newest) {
        Ok(words) => {
            result.status = Status::Waived;
            result.reason = format!("{}; {words}", result.reason);
        }
        Err(why) => result.reason = format!("{}{REFUSED}{why}", result.reason),
    }
}

/// Whether a waiver that stands apart is about a result.
#[must_use]
pub fn covers(row: &WaiverRow, result: &CriterionResult) -> bool {
    row.criterion.matches(&result.id) && row.test.as_ref().is_none_or(|globs| globs.matches(&result.test))
}

/// Applies the waivers that stand apart from their criteria. Where several are about one failure, the first that covers it
/// counts, and the others are said to count for nothing.
pub fn apply_rows(rows: &[WaiverRow], results: &mut [CriterionResult], newest: Option<Timestamp>) {
    for result in results {
        let mut idle: Vec<String> = Vec::new();
        let own: Vec<&WaiverRow> = rows.iter().filter(|row| covers(row, result)).collect();
        for row in own {
            if result.status == Status::Waived {
                idle.push(format!("of {}", fmt::plain(&row.criterion.texts().join(", "))));
                continue;
            }
            let mut tried = CriterionResult { reason: before_refusals(&result.reason).to_owned(), ..result.clone() };
            let ceiling = row.ceiling.map(|ceiling| in_unit(ceiling, result.unit)).transpose();
            apply(&mut tried, &row.terms(), ceiling, newest);
            if tried.status == Status::Waived {
                idle.extend(refusals(&result.reason));
                *result = tried;
            } else if let Some(why) = refusals(&tried.reason) {
                result.ceiling = tried.ceiling.or(result.ceiling);
                result.reason = format!("{}{REFUSED}{why}", result.reason);
            }
        }
        if !idle.is_empty() {
            result.reason = format!("{} (another waiver counts for nothing here: {})", result.reason, idle.join("; "));
        }
    }
}

/// What was said before any waiver was refused, and why the first of them was.
fn before_refusals(reason: &str) -> &str {
    reason.split_once(REFUSED).map_or(reason, |(before, _)| before)
}

fn refusals(reason: &str) -> Option<String> {
    reason.split_once(REFUSED).map(|(_, why)| why.replace(REFUSED, "; "))
}

/// Names of what is judged without a figure of its own, and why it cannot be waived.
fn without_figure(config: &Config) -> impl Iterator<Item = (&str, &'static str)> {
    let change = "it compares many figures; what may be worse by how much is `worse_by_at_most` of a criterion, which can be waived";
    let group = "a group has no figure of its own; the criteria in it can be waived";
    let groups = config.groups.iter().map(move |one| (one.id.as_str(), group));
    [(no_regression::ID, change), (no_regression::DRIFT_ID, change)].into_iter().chain(groups)
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
        let bare: Vec<_> = without_figure(config).filter(|(id, _)| row.criterion.matches(id)).collect();
        let alone = row.criterion.texts().iter().all(|text| bare.iter().any(|(id, _)| id == text));
        let why = match bare.first() {
            Some((_, why)) if alone || !known(row) => Some((*why).to_owned()),
            _ => (!known(row)).then(unknown),
        };
        let why = lacks(&row.terms(), day).or(why)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::outcome::{Limit, Origin};

    const TERMS: &str = "owner = \"A\"\nreason = \"x\"\nexpiry = \"2030-01-01\"\n";

    fn failed(id: &str, limit: Option<f64>) -> CriterionResult {
        let limit = limit.map(|value| Limit { side: Side::Below, value, warn: None, warn_side: None });
        let bare = CriterionResult::bare(id, "latency.p95", Origin::Config, Status::Fail, true, "it failed".to_owned());
        CriterionResult { observed: limit.map(|_| 2e6), unit: Unit::Micros, limit, ..bare }
    }

    fn applied(rows: &[(&str, &str)], result: CriterionResult) -> (CriterionResult, Vec<String>) {
        let text = rows
            .iter()
            .map(|(id, ceiling)| format!("[[waivers]]\ncriterion = \"{id}\"\nceiling = \"{ceiling}\"\n{TERMS}"))
            .collect::<Vec<_>>()
            .concat();
        let group =
            "[[groups]]\nid = \"G\"\n[[criteria]]\nid = \"a\"\nmetric = \"rate\"\nabove = \"1/s\"\ngroup = \"G\"\n";
        let config = Config::parse(&format!("{group}{text}"), "p").unwrap();
        let mut results = [result];
        apply_rows(&config.waivers, &mut results, Some(Timestamp(0)));
        let [result] = results;
        let said = idle(&config, &|row| row.criterion.matches("a") || covers(row, &result), Some("1970-01-01"));
        (result, said)
    }

    /// A waiver of `no-regression`, or of a group, did nothing and nothing said so.
    #[test]
    fn what_has_no_figure_cannot_be_waived_and_that_is_said() {
        for id in ["no-regression", "G"] {
            let (result, said) = applied(&[(id, "9 s")], failed(id, None));
            assert_eq!(result.status, Status::Fail);
            assert!(result.reason.starts_with("it failed; not waived: a waiver covers a figure"), "{}", result.reason);
            assert!(said.len() == 1 && said[0].contains("can be waived"), "{said:?}");
        }
        assert!(applied(&[("*", "9 s")], failed("a", Some(1e6))).1.is_empty(), "a glob covers what has figures");
    }

    /// "Not waived: of another unit; waived by A" was one sentence.
    #[test]
    fn of_two_waivers_one_counts_and_the_other_is_said_to_count_for_nothing() {
        let (result, _) = applied(&[("*", "9 %"), ("a", "3 s")], failed("a", Some(1e6)));
        assert_eq!(result.status, Status::Waived);
        let said = "it failed; waived by A until 2030-01-01: x (another waiver counts for nothing here: the waiver's ceiling 9 % is of \
                    another unit than the figure)";
        assert_eq!(result.reason, said);
        let (result, _) = applied(&[("a", "3 s"), ("*", "4 s")], failed("a", Some(1e6)));
        assert_eq!(
            result.reason,
            "it failed; waived by A until 2030-01-01: x (another waiver counts for nothing here: of *)"
        );
        let (result, _) = applied(&[("a", "1 s"), ("*", "9 %")], failed("a", Some(1e6)));
        assert!(result.status == Status::Fail && result.reason.matches("not waived").count() == 2, "{}", result.reason);
    }
}
