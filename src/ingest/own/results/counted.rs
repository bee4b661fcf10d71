//! Counts of one population made one: totals from their parts, shares as ratio or percent, contradictions named.

use super::key::Count;
use super::listed::{Statuses, all, failed};
use super::record::{Record, Stated};
use super::share_scale;
use crate::model::key::Population;

/// What a record's counts amount to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counted {
    /// How many, failures included.
    pub total: Option<u64>,
    /// How many went wrong.
    pub failures: Option<u64>,
    /// Why that is not known.
    pub failures_unknown: Option<String>,
    /// How many a cache answered.
    pub cached: Option<u64>,
    /// Per second.
    pub per_second: Option<f64>,
    /// Bytes in all.
    pub bytes: Option<u64>,
    /// Figures that contradict each other.
    pub warnings: Vec<String>,
    /// What was derived and how.
    pub remarks: Vec<String>,
}

/// A count and the key under which it stands.
#[derive(Debug, Clone, Copy)]
struct Whole<'r> {
    key: &'r str,
    value: u64,
}

/// A share as printed.
#[derive(Debug, Clone, Copy)]
struct Share<'r> {
    kind: Count,
    key: &'r str,
    value: f64,
    /// What all would be, 1 or 100, where that is known.
    scale: Option<f64>,
}

struct Reading<'r> {
    record: &'r Record,
    population: Population,
}

impl<'r> Reading<'r> {
    fn whole(&self, count: Count) -> Option<Whole<'r>> {
        let (stated, _) = self.record.counts.get(&(self.population, count))?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be whole and not negative when read"
        )]
        Some(Whole { key: &stated.key, value: stated.value as u64 })
    }

    fn shares(&self) -> Vec<Share<'r>> {
        [Count::SuccessRate, Count::FailureRate, Count::CacheRate]
            .into_iter()
            .filter_map(|kind| {
                let (stated, scale) = self.record.counts.get(&(self.population, kind))?;
                Some(Share { kind, key: &stated.key, value: stated.value, scale: *scale })
            })
            .collect()
    }
}

/// Brings the counts of one population of a record together.
#[must_use]
pub fn count(record: &Record, population: Population) -> Counted {
    let reading = Reading { record, population };
    let (total, ok, failed) =
        (reading.whole(Count::Total), reading.whole(Count::Succeeded), reading.whole(Count::Failed));
    let cached = reading.whole(Count::Cached);
    let mut counted = Counted {
        cached: cached.map(|cached| cached.value),
        per_second: reading.record.counts.get(&(population, Count::PerSecond)).map(|(stated, _)| stated.value),
        bytes: reading.whole(Count::Bytes).map(|bytes| bytes.value),
        ..Counted::default()
    };
    let listed = record.latencies.get(&population).map(|listed| listed.value.count());
    let statuses = record.statuses.as_ref().filter(|_| population == Population::Request);
    counted.total = total.or_else(|| sum(ok, failed)).map(|total| total.value);
    counted.total = counted.total.or_else(|| statuses.map(|stated| all(&stated.value))).or(listed);
    counted.failures = failed.map(|failed| failed.value).or_else(|| counted.total?.checked_sub(ok?.value));
    match (total, ok, failed) {
        (Some(total), Some(ok), Some(failed)) if ok.value.saturating_add(failed.value) != total.value => {
            let made = ok.value.saturating_add(failed.value);
            counted.warnings.push(format!(
                "`{}` is {}, but `{}` {} and `{}` {} make {made}",
                total.key, total.value, ok.key, ok.value, failed.key, failed.value
            ));
        }
        (Some(total), Some(ok), _) if ok.value > total.value => {
            counted.warnings.push(format!("`{}` is {}, more than `{}` {}", ok.key, ok.value, total.key, total.value));
        }
        _ => {}
    }
    if let Some(stated) = statuses {
        by_statuses(stated, &mut counted);
    }
    by_shares(&reading.shares(), &mut counted);
    if let Some(stated) = record.listed_errors.as_ref().filter(|_| population == Population::Request) {
        by_errors(stated, &mut counted);
    }
    if counted.failures.is_none() && counted.failures_unknown.is_none() {
        counted.failures_unknown =
            Some("no key says how many failed (`failed`, `successful` or `success_rate`)".to_owned());
    }
    if let (Some(total), Some(cached)) = (counted.total, cached.filter(|cached| Some(cached.value) > counted.total)) {
        counted.warnings.push(format!("`{}` is {}, more than all {total}", cached.key, cached.value));
        counted.cached = None;
    }
    counted
}

/// Failures as a map of status codes tells them, where it tells of all requests: one that had no answer has no status.
fn by_statuses(stated: &Stated<Statuses>, counted: &mut Counted) {
    let (all, failed) = (all(&stated.value), failed(&stated.value).map(|(_, count)| count).sum::<u64>());
    match (counted.total, counted.failures) {
        (Some(total), _) if total != all => {
            counted.warnings.push(format!("the statuses in `{}` are of {all} requests, not of {total}", stated.key));
        }
        (_, Some(known)) if known != failed => {
            let text =
                format!("{known} failures are stated, but `{}` holds {failed} of status 400 and more", stated.key);
            counted.warnings.push(text);
        }
        (_, Some(_)) => {}
        (_, None) => {
            counted.failures = Some(failed);
            counted.remarks.push(format!("failures are taken from `{}`: 100 to 399 is success", stated.key));
        }
    }
}

/// Failures as a list of errors tells them, one for each, where nothing else does.
fn by_errors(stated: &Stated<u64>, counted: &mut Counted) {
    let is_open = counted.failures.is_none() && counted.failures_unknown.is_none();
    if is_open && counted.total.is_some_and(|total| stated.value <= total) {
        counted.failures = Some(stated.value);
        let entries = crate::fmt::plural(stated.value, "error", "errors");
        counted.remarks.push(format!("failures are the {entries} in `{}`: no key says how many failed", stated.key));
    }
}

fn sum<'r>(ok: Option<Whole<'r>>, failed: Option<Whole<'r>>) -> Option<Whole<'r>> {
    Some(Whole { key: ok?.key, value: ok?.value.saturating_add(failed?.value) })
}

/// Of readings that both fit the one with which the shares are whole numbers of all: 0.954 of 500 are 477, and no request is
/// 0.954 % of them.
fn narrowed(fitting: Vec<f64>, shares: &[Share<'_>], counted: &Counted) -> Vec<f64> {
    let Some(total) = counted.total.filter(|_| fitting.len() > 1) else { return fitting };
    let total = crate::ingest::implied::float(total);
    let own = shares.iter().filter(|share| share.kind != Count::CacheRate);
    let is_whole = |scale: &f64| own.clone().all(|share| share_scale::makes_whole(share.value, total, *scale));
    let whole: Vec<f64> = fitting.iter().copied().filter(is_whole).collect();
    if whole.len() == 1 && own.clone().next().is_some() { whole } else { fitting }
}

fn by_shares(shares: &[Share<'_>], counted: &mut Counted) {
    if shares.is_empty() {
        return;
    }
    let possible: Vec<f64> =
        [1.0, 100.0].into_iter().filter(|scale| shares.iter().all(|share| may_be(share, *scale))).collect();
    let fitting: Vec<f64> = possible
        .iter()
        .copied()
        .filter(|scale| shares.iter().all(|share| fits(share, *scale, shares, counted)))
        .collect();
    let fitting = narrowed(fitting, shares, counted);
    let all_zero = shares.iter().all(|share| share.value <= 0.0);
    let scale = match (fitting.as_slice(), possible.as_slice()) {
        ([scale], _) => Some(*scale),
        ([scale, _], _) if all_zero => Some(*scale),
        ([], possible) => {
            contradict(shares, possible, counted);
            None
        }
        _ => None,
    };
    match scale {
        Some(scale) => shares.iter().for_each(|share| derive(share, scale, counted)),
        None if fitting.len() > 1 => {
            for share in shares {
                let text = format!(
                    "`{}` {} could be a ratio or a percentage: no count beside it decides",
                    share.key, share.value
                );
                if share.kind != Count::CacheRate && counted.failures.is_none() {
                    counted.failures_unknown = Some(text.clone());
                }
                counted.remarks.push(text);
            }
        }
        None => {}
    }
}

/// Whether a share can be printed like that: a ratio is at most 1, and what is known to be percent is percent.
fn may_be(share: &Share<'_>, scale: f64) -> bool {
    share.value <= scale && share.scale.is_none_or(|known| known.total_cmp(&scale).is_eq())
}

/// Whether a share on that scale agrees with the counts and with its complement, to the digits that are printed.
fn fits(share: &Share<'_>, scale: f64, shares: &[Share<'_>], counted: &Counted) -> bool {
    // Digits are rounded or cut off, never added to.
    let step = 10_f64.powi(-decimals(share.value)) / scale;
    let agrees = expected(share.kind, counted).is_none_or(|expected| {
        let left_out = expected - share.value / scale;
        (-0.5 * step - 1e-9..=step + 1e-9).contains(&left_out)
    });
    let complement = match share.kind {
        Count::SuccessRate => shares.iter().find(|other| other.kind == Count::FailureRate),
        _ => None,
    };
    agrees && complement.is_none_or(|other| ((share.value + other.value) / scale - 1.0).abs() <= 0.015)
}

pub(super) fn decimals(value: f64) -> i32 {
    let digits = value.to_string().split_once('.').map_or(0, |(_, digits)| digits.len());
    i32::try_from(digits).unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
fn expected(kind: Count, counted: &Counted) -> Option<f64> {
    let total = counted.total.filter(|total| *total > 0)? as f64;
    match kind {
        Count::SuccessRate => Some(1.0 - counted.failures? as f64 / total),
        Count::FailureRate => Some(counted.failures? as f64 / total),
        _ => Some(counted.cached? as f64 / total),
    }
}

fn contradict(shares: &[Share<'_>], possible: &[f64], counted: &mut Counted) {
    for share in shares {
        let scale = if possible.contains(&1.0) { 1.0 } else { 100.0 };
        if let Some(expected) = expected(share.kind, counted).filter(|_| !fits(share, scale, &[], counted)) {
            let by_counts = expected * scale;
            counted
                .warnings
                .push(format!("`{}` is {}, but the counts beside it make {by_counts:.4}", share.key, share.value));
        } else if possible.is_empty() {
            counted.warnings.push(format!("`{}` is {}, which is no share", share.key, share.value));
        }
    }
    if counted.warnings.is_empty() {
        let keys: Vec<String> = shares.iter().map(|share| format!("`{}` {}", share.key, share.value)).collect();
        counted.warnings.push(format!("{} contradict each other", crate::fmt::listed(&keys)));
    }
}

/// Counts that only a share states: exact to its rounding, which is said.
fn derive(share: &Share<'_>, scale: f64, counted: &mut Counted) {
    let Some(total) = counted.total else { return };
    let ratio = share.value / scale;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count lies between 0 and the count"
    )]
    let of_total = |ratio: f64| (ratio * total as f64).round() as u64;
    let (slot, value, what) = match share.kind {
        Count::SuccessRate => (&mut counted.failures, of_total(1.0 - ratio), "failures"),
        Count::FailureRate => (&mut counted.failures, of_total(ratio), "failures"),
        _ => (&mut counted.cached, of_total(ratio), "answers from the cache"),
    };
    if slot.is_none() {
        *slot = Some(value);
        counted.remarks.push(format!("{value} {what} of {total} are computed from `{}` {}", share.key, share.value));
    }
}
