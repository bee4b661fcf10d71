//! Answers over time: how many requests of a window had a status that is meant, or failed in a way that is, and of how many that
//! is not known.

use super::Scope;
use super::slice::{is_meant, windows_in};
use crate::config::metric::{Asked, is_status, kind};
use crate::model::test::{AnswerSeries, EndpointSeries, Timeline};

/// Requests that a metric picks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Picked {
    /// Those of which it is known.
    pub(super) known: u64,
    /// Those that may be of them too: without a status, or failed in a way that the source does not name.
    pub(super) unknown: u64,
}

impl Picked {
    /// Takes another window's in.
    pub(super) fn add(&mut self, other: Self) {
        self.known += other.known;
        self.unknown += other.unknown;
    }
}

/// Whether a metric picks requests by how they were answered.
pub(super) fn picks(asked: &Asked) -> bool {
    matches!(asked, Asked::Status { .. } | Asked::Failures { kind: Some(_), .. })
}

/// What a metric picks in each window of a timeline.
///
/// # Errors
/// No source says over time how requests were answered.
pub(super) fn picked(scope: &Scope<'_>, timeline: &Timeline, asked: &Asked) -> Result<Vec<Picked>, String> {
    let meant = || timeline.endpoints.iter().filter(|series| is_meant(scope, series));
    let named = |answer: &AnswerSeries| match asked {
        Asked::Status { .. } => answer.status.is_some(),
        _ => answer.failed.is_some(),
    };
    let needed = |series: &EndpointSeries| series.windows.iter().any(|window| window.failures > 0);
    if !meant().any(|series| series.answers.iter().any(named)) && (is_of_statuses(asked) || meant().any(needed)) {
        let what = if is_of_statuses(asked) { "status codes" } else { "kinds of failures" };
        return Err(format!("the source has no {what} over time"));
    }
    let mut all = vec![Picked::default(); timeline.windows];
    for series in meant() {
        for (picked, window) in all.iter_mut().zip(&series.windows) {
            picked.unknown += if is_of_statuses(asked) { window.requests } else { window.failures };
        }
        for answer in series.answers.iter().filter(|answer| named(answer)) {
            let meant = is_picked(asked, answer);
            for (window, count) in &answer.counts {
                let Some(picked) = all.get_mut(*window) else { continue };
                picked.unknown = picked.unknown.saturating_sub(*count);
                picked.known += if meant { *count } else { 0 };
            }
        }
    }
    Ok(all)
}

/// What a metric picks in a slice.
pub(super) fn in_slice(scope: &Scope<'_>, slice: (f64, f64), asked: &Asked) -> Result<Picked, String> {
    let (timeline, range) = windows_in(scope, slice)?;
    let mut sum = Picked::default();
    picked(scope, timeline, asked)?.get(range).unwrap_or_default().iter().for_each(|one| sum.add(*one));
    Ok(sum)
}

fn is_of_statuses(asked: &Asked) -> bool {
    matches!(asked, Asked::Status { .. })
}

fn is_picked(asked: &Asked, answer: &AnswerSeries) -> bool {
    match (asked, answer.status, &answer.failed) {
        (Asked::Status { pattern, .. }, Some(status), _) => is_status(&status.to_string(), pattern),
        (Asked::Failures { kind: Some(wanted), .. }, _, Some(failed)) => kind::is_meant(failed, wanted),
        _ => false,
    }
}
