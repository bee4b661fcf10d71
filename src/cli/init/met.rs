//! A file by `init`, judged on the results that it was written from: a criterion that they do not meet describes them wrongly.

use super::judged;
use crate::cli::pipeline::Gathered;
use crate::config::Config;
use crate::error::Error;
use crate::judge::outcome::{CriterionResult, Origin, Status};
use crate::judge::{self, Case, plan};
use std::collections::BTreeMap;

/// What a file cannot demand of its own results, with the reason.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// By criterion.
    pub(super) criteria: BTreeMap<String, String>,
    /// By test, where the run proves nothing: its criteria stand, and the next run is held against them.
    pub(super) invalid: BTreeMap<String, String>,
}

/// The file without the criteria that its own results do not meet.
///
/// # Errors
/// What writing it fails with.
pub(super) fn by(gathered: &Gathered, write: impl Fn(&LeftOut) -> Result<String, Error>) -> Result<String, Error> {
    let all = write(&LeftOut::default())?;
    let left_out = not_met(gathered, &Config::parse(&all, "plimsoll.toml")?);
    if left_out.criteria.is_empty() && left_out.invalid.is_empty() { Ok(all) } else { write(&left_out) }
}

fn not_met(gathered: &Gathered, config: &Config) -> LeftOut {
    let tests = judged(gathered);
    let judgement = judge::judge(&Case::alone(&tests, config));
    let entries = plan::lineup(&tests, config).entries;
    let invalid: BTreeMap<String, String> =
        entries.into_iter().filter_map(|entry| Some((entry.judged.test.name.clone(), entry.invalid?))).collect();
    let missed = |one: &CriterionResult| {
        let met = matches!(one.status, Status::Pass | Status::MetNotProven);
        one.origin == Origin::Config && !met && !invalid.contains_key(&one.test)
    };
    let missed = judgement.criteria.into_iter().filter(missed);
    let criteria = missed.map(|one| (one.id, one.reason)).collect();
    LeftOut { criteria, invalid }
}
