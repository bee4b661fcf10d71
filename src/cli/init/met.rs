//! A file by `init`, judged on the results that it was written from: a criterion that they do not meet describes them wrongly.

use super::judged;
use crate::cli::pipeline::Gathered;
use crate::config::Config;
use crate::error::Error;
use crate::judge::outcome::{Origin, Status};
use crate::judge::{self, Case};
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
    let mut left_out = LeftOut::default();
    for one in judgement.criteria.into_iter().filter(|one| one.origin == Origin::Config) {
        if let Some(why) = one.reason.strip_prefix("the run is invalid: ") {
            let why = why.split(" (").next().unwrap_or(why);
            left_out.invalid.insert(one.test, why.to_owned());
        } else if !matches!(one.status, Status::Pass | Status::MetNotProven) {
            left_out.criteria.insert(one.id, one.reason);
        }
    }
    left_out
}
