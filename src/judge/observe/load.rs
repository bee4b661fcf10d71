//! What load was reached: users, rates, counts, duration.

use super::Scope;
use super::slice::cut;
use crate::fmt;
use crate::judge::interval::float;
use crate::judge::observation::Observation;
use crate::model::key::Population;
use crate::unit::{Timestamp, Unit};

pub(super) fn rate(scope: &Scope<'_>, population: Population) -> Result<Observation, String> {
    let figures = scope.figures(population)?;
    if let Some((from, to)) = scope.slice {
        if population != Population::Request {
            return Err(format!("{} are not kept over time", population.words()));
        }
        let slice = cut(scope, (from, to))?;
        let per_second = float(slice.requests) / (to - from);
        return Ok(Observation { n: Some(slice.requests), ..Observation::counted(per_second, Unit::PerSecond) });
    }
    let value = figures
        .rate_per_s
        .ok_or("the rate is not known without a duration: write `duration_s` or times into the results")?;
    Ok(Observation { n: figures.requests, ..Observation::counted(value, Unit::PerSecond) })
}

pub(super) fn rate_per_user(scope: &Scope<'_>) -> Result<Observation, String> {
    let all = rate(scope, Population::Request)?;
    let load = &scope.judged.figures.load;
    let users =
        load.users_mean.or(load.users_max).filter(|users| *users > 0.0).ok_or("the number of users is not known")?;
    Ok(Observation { value: all.value.map(|rate| rate / users), ..all })
}

pub(super) fn users_max(scope: &Scope<'_>) -> Result<Observation, String> {
    let users = scope.judged.figures.load.users_max.ok_or("the number of users is not known")?;
    Ok(Observation::counted(users, Unit::Count))
}

/// The most users that were held for so long: over all stretches of that length, the least reading in each, the best of these.
pub(super) fn users_sustained(scope: &Scope<'_>, held_s: f64) -> Result<Observation, String> {
    let series = scope.judged.figures.series.as_ref().map(|series| (series.width_s, series.users.as_slice()));
    let alone = scope.judged.test.users_alone.as_ref();
    let alone = alone.map(|one| (Timestamp(one.width_ns).seconds_since(Timestamp(0)), one.users.as_slice()));
    let (width_s, known) = series.or(alone).ok_or("users over time are not known")?;
    if known.iter().all(Option::is_none) {
        return Err("users over time are not known".to_owned());
    }
    let duration = scope.judged.test.duration_s.unwrap_or_default();
    let windows = held_s / width_s;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 512 windows; a float cast saturates"
    )]
    let length = (windows.ceil() as usize).max(1);
    let best = (duration + width_s >= held_s)
        .then(|| known.windows(length.min(known.len())).filter_map(least).max_by(f64::total_cmp))
        .flatten();
    best.map(|users| Observation::counted(users, Unit::Count)).ok_or_else(|| {
        format!(
            "no number of users was held for {}: the run lasts {}",
            fmt::duration_s(held_s),
            fmt::duration_s(duration)
        )
    })
}

/// The least of a stretch; `None` where a reading is missing.
fn least(stretch: &[Option<f64>]) -> Option<f64> {
    stretch.iter().copied().try_fold(f64::INFINITY, |least, reading| Some(least.min(reading?)))
}

pub(super) fn count(scope: &Scope<'_>, population: Population) -> Result<Observation, String> {
    let n = match scope.slice {
        Some(slice) if population == Population::Request => cut(scope, slice)?.requests,
        Some(_) => return Err(format!("{} are not kept over time", population.words())),
        None => {
            let requests = scope.figures(population)?.requests;
            requests.ok_or_else(|| format!("the number of {} is not known", population.words()))?
        }
    };
    Ok(Observation { n: Some(n), ..Observation::counted(float(n), Unit::Count) })
}

pub(super) fn bytes(scope: &Scope<'_>) -> Result<Observation, String> {
    let bytes = match scope.slice {
        Some(slice) => {
            let slice = cut(scope, slice)?;
            (slice.requests > 0 && slice.with_bytes == slice.requests).then_some(slice.bytes)
        }
        None => scope.figures(Population::Request)?.bytes,
    };
    let bytes = bytes.ok_or("the source does not count bytes")?;
    Ok(Observation::counted(float(bytes), Unit::Bytes))
}

pub(super) fn duration(scope: &Scope<'_>) -> Result<Observation, String> {
    let seconds = scope
        .judged
        .test
        .duration_s
        .ok_or("the duration is not known: write `duration_s` or times into the results")?;
    Ok(Observation::counted(seconds * 1e6, Unit::Micros))
}
