//! What is to be said of files that were added up: in each file's notes that it was, and as a warning that a generator ran
//! visibly shorter than the others, because load was less meanwhile.

use super::execution::Execution;
use super::form::Form;
use super::shard::{self, Shard};
use crate::fmt;
use crate::unit::Span;

/// A generator ran visibly shorter where it missed this share of the whole time,
const VISIBLE: f64 = 0.05;
/// and so many of its own requests' distances: rows that merely happen to lie further apart are no sign.
const DISTANCES: f64 = 10.0;
/// and more than generators that are started together may be apart, in seconds.
const APART_S: f64 = 2.0;

/// The note of one of the form's files; `None` where it is the only one.
pub(super) fn note(form: &Form, source: &str) -> Option<String> {
    let shard = form.shards.iter().find(|shard| shard.source == source)?;
    let (count, rest) = (form.shards.len(), form.shards.len().checked_sub(1)?);
    if rest == 0 {
        return None;
    }
    let when = shard.span.map_or_else(
        || "its requests have no times".to_owned(),
        |span| format!("its requests are from {} to {}", fmt::instant(span.start), fmt::instant(span.end)),
    );
    Some(format!("one of {count} files of one run, which are shards of it and were added up; {when}"))
}

/// Says of generators that hold no time, once for all of them, that nothing tells whether they are one run.
pub(super) fn tell_untold(executions: &mut [Execution]) {
    let mut told = vec![false; executions.len()];
    for at in 0..executions.len() {
        let Some(own) = executions.get(at) else { continue };
        let kin = |(_, other): &(usize, &Execution)| shard::may_be_one_run(own, other);
        let others: Vec<usize> =
            executions.iter().enumerate().skip(at + 1).filter(kin).map(|(other, _)| other).collect();
        let (name, count) = (fmt::plain(&own.name), others.len() + 1);
        if count < 2 || told.get(at) == Some(&true) {
            continue;
        }
        for other in others {
            told.get_mut(other).into_iter().for_each(|told| *told = true);
        }
        if let Some(form) = executions.get_mut(at).and_then(|own| own.forms.first_mut()) {
            form.said.push(format!(
                "{count} tests such as `{name}` are named as generators are and hold no times, so nothing tells whether they \
                 are one run: if they are, call their files `part-1`, `part-2` and so on, and they are added up"
            ));
        }
    }
}

/// Generators that ran visibly shorter than the run, and what the run was like while all of them ran.
pub(super) fn warnings(form: &Form) -> Vec<String> {
    let shards: Vec<(&Shard, Span)> =
        form.shards.iter().filter(|shard| !shard.is_piece).filter_map(|shard| Some((shard, shard.span?))).collect();
    let Some(all) = shards.iter().map(|(_, span)| *span).reduce(Span::union) else { return Vec::new() };
    let shorter: Vec<&str> = shards
        .iter()
        .filter(|(shard, span)| is_shorter(shard, *span, all))
        .map(|(shard, _)| shard.source.as_str())
        .collect();
    if shorter.is_empty() || shards.len() < 2 {
        return Vec::new();
    }
    let start = shards.iter().map(|(_, span)| span.start).max().unwrap_or(all.start);
    let end = shards.iter().map(|(_, span)| span.end).min().unwrap_or(all.end);
    let together = if start < end { rate_within(form, Span { start, end }) } else { None };
    let together = together.map_or_else(
        || "they never all ran at the same time".to_owned(),
        |(rate, seconds)| {
            format!("while all of them ran, for {}, requests came at {}", fmt::duration_s(seconds), fmt::rate(rate))
        },
    );
    let (verb, names) = match shorter.as_slice() {
        [one] => ("ran", fmt::plain(one)),
        [first, ..] => {
            ("ran", format!("{} of {} generators, among them {},", shorter.len(), shards.len(), fmt::plain(first)))
        }
        [] => return Vec::new(),
    };
    vec![format!(
        "{names} {verb} shorter than the whole run of {}, so load was less meanwhile; {together}",
        fmt::duration_s(all.seconds())
    )]
}

fn is_shorter(shard: &Shard, span: Span, all: Span) -> bool {
    let missed = span.start.seconds_since(all.start).max(all.end.seconds_since(span.end));
    let distance = shard.rows.filter(|rows| *rows > 0.0).map_or(0.0, |rows| span.seconds() / rows);
    missed > APART_S && missed > VISIBLE * all.seconds() && missed > DISTANCES * distance
}

/// Requests per second in the windows that lie wholly within a span, and how long these are together.
fn rate_within(form: &Form, span: Span) -> Option<(f64, f64)> {
    let timeline = form.part.timeline()?;
    let mut requests = 0_u64;
    let mut windows = 0_u32;
    for at in 0..timeline.windows {
        let start = timeline.start.plus_nanos(timeline.width_ns.saturating_mul(i64::try_from(at).ok()?));
        if start < span.start || start.plus_nanos(timeline.width_ns) > span.end {
            continue;
        }
        windows += 1;
        requests +=
            timeline.endpoints.iter().filter_map(|one| one.windows.get(at)).map(|window| window.requests).sum::<u64>();
    }
    #[expect(clippy::cast_precision_loss, reason = "for showing")]
    let (seconds, requests) = (f64::from(windows) * timeline.width_ns as f64 / 1e9, requests as f64);
    (windows > 0).then(|| (requests / seconds, seconds))
}
