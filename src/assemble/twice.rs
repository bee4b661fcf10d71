//! Rows that several files hold: a second listener's file beside the first, with other columns or coarser times, or one of
//! errors only. Such files are no shards, whose rows would add up: they hold the same requests again.
//!
//! Files do not say so; their rows do. One form's rows are another's where every group of them (an endpoint's successes, an
//! endpoint's failures) is a whole group of the other: as many rows, the same first and last instant, the same sum of times
//! as exactly as the coarser of the two has it. Two generators of one run agree in none of that by chance. A file whose
//! writer was killed earlier holds the beginning of the other's rows, window by window.

use super::figure::{TOLERANCE, relative};
use super::form::{Class, Form};
use super::shard;
use crate::fmt;
use crate::model::distribution::Recorded;
use crate::model::key::{CellKey, Outcome, Population};
use crate::model::test::Timeline;
use crate::rollup::{Clock, Part};
use crate::unit::{NANOS_PER_SECOND, Span};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

const MILLISECOND_NS: u64 = 1_000_000;
/// How far instants of one row may lie apart in two files: both in milliseconds, one of them perhaps rounded.
const FINE_NS: i64 = 2_000_000;
/// The same where one of them knows whole seconds only.
const COARSE_NS: i64 = NANOS_PER_SECOND + FINE_NS;
/// Instants so coarse decide nothing; then at least so many rows must agree, whose times differ among themselves.
const COARSE_ROWS: u64 = 20;
/// Windows that must agree for rows to be the beginning of others.
const WINDOWS: usize = 10;

/// Takes out forms whose rows another form holds too. Returns (source, reason) of files of which nothing is left.
pub(super) fn once_each(forms: Vec<Form>) -> (Vec<Form>, Vec<(String, String)>) {
    let is_rows = |form: &Form| form.class == Class::Raw && !form.part.is_without_samples();
    let (mut rows, rest): (Vec<_>, Vec<_>) = forms.into_iter().enumerate().partition(|(_, form)| is_rows(form));
    if rows.len() > 1 {
        rows.sort_by_cached_key(|(_, form)| fullest_first(form));
    }
    let compared = rows.len() > 1;
    let mut kept: Vec<(usize, Form, Seen)> = Vec::new();
    let mut left_out: Vec<(String, String)> = Vec::new();
    let mut pairs: BTreeSet<(String, String)> = BTreeSet::new();
    for (at, form) in rows {
        let seen = if compared { Seen::of(&form.part) } else { Seen::default() };
        match kept.iter_mut().find(|(_, fuller, its)| may_be(fuller, &form) && seen.is_within(its, WINDOWS)) {
            None => kept.push((at, form, seen)),
            Some((_, fuller, its)) => {
                pairs.insert((form.file.source.clone(), fuller.file.source.clone()));
                left_out.push(supersede(fuller, its, form, &seen));
            }
        }
    }
    // Of a file that was cut off all tests but the last are whole. Once one of them was found in another file, few windows
    // are enough for the last.
    for (at, form, seen) in std::mem::take(&mut kept) {
        let of_pair = |fuller: &Form| pairs.contains(&(form.file.source.clone(), fuller.file.source.clone()));
        match kept
            .iter_mut()
            .find(|(_, fuller, its)| of_pair(fuller) && may_be(fuller, &form) && seen.is_within(its, 0))
        {
            None => kept.push((at, form, seen)),
            Some((_, fuller, its)) => left_out.push(supersede(fuller, its, form, &seen)),
        }
    }
    let mut forms: Vec<(usize, Form)> = kept.into_iter().map(|(at, form, _)| (at, form)).chain(rest).collect();
    forms.sort_by_key(|(at, _)| *at);
    left_out.retain(|(source, _)| forms.iter().all(|(_, form)| form.file.source != *source));
    left_out.dedup_by(|a, b| a.0 == b.0);
    (forms.into_iter().map(|(_, form)| form).collect(), left_out)
}

/// Notes with the fuller form that it holds the other's rows too; returns the other's source and the reason.
fn supersede(fuller: &mut Form, its: &Seen, form: Form, seen: &Seen) -> (String, String) {
    let (few, all) = (fmt::count(seen.rows()), fmt::count(its.rows()));
    let reason = format!("its {few} requests are among the {all} of {}, which count once", fuller.file.source);
    fuller.superseded.push(format!("{}: {reason}", form.file.source));
    fuller.file.copies.push(form.file.as_copy());
    (form.file.source, reason)
}

/// The form that is kept comes first: more rows, finer times, more that is said of each row.
fn fullest_first(form: &Form) -> (Reverse<[u64; 6]>, String) {
    let cells = form.part.cells();
    let count = |told: &dyn Fn(&CellKey) -> bool| {
        cells.iter().filter(|cell| told(&cell.key)).map(|cell| cell.count).fold(0, u64::saturating_add)
    };
    let finer = cells.iter().any(|cell| !is_whole_ms(&cell.recorded));
    let with_bytes =
        cells.iter().filter(|cell| cell.bytes.is_some()).map(|cell| cell.count).fold(0, u64::saturating_add);
    let fullness = [
        count(&|_| true),
        u64::from(form.part.clock() == Clock::Finer) + u64::from(finer),
        count(&|key| key.outcome != Outcome::Unknown),
        count(&|key| key.status.is_some()),
        with_bytes,
        form.part.metrics().len() as u64,
    ];
    (Reverse(fullness), form.file.source.clone())
}

/// Whether one may hold the other's rows by what the two files are.
fn may_be(fuller: &Form, form: &Form) -> bool {
    let apart = || relative(fuller.count().unwrap_or(0.0), form.count().unwrap_or(0.0));
    fuller.tool == form.tool
        && fuller.part.name() == form.part.name()
        && !shard::are_pieces(fuller, form)
        && !shard::are_generators(fuller, form)
        && !shard::are_alike_by_chance(fuller, form)
        // Equal counts of two adapters are two forms of one execution, of which one checks the other.
        && (fuller.file.adapter == form.file.adapter || apart() > TOLERANCE)
}

/// One group of rows.
#[derive(Debug, Clone, Default)]
struct Group {
    count: u64,
    recorded: Recorded,
    span: Option<Span>,
}

/// What there is to compare of a form's rows.
#[derive(Debug, Default)]
struct Seen {
    /// By population, endpoint, and whether they failed.
    groups: BTreeMap<(Population, String, bool), Group>,
    outcomes_known: bool,
    timeline: Option<Timeline>,
}

impl Seen {
    fn of(part: &Part) -> Self {
        let mut seen = Self { outcomes_known: true, timeline: part.timeline(), ..Self::default() };
        for (cell, span) in part.cells().into_iter().zip(part.cell_spans()) {
            seen.outcomes_known &= cell.key.outcome != Outcome::Unknown;
            let failed = matches!(cell.key.outcome, Outcome::Failed(_));
            let group = seen.groups.entry((cell.key.population, cell.key.endpoint.label(), failed)).or_default();
            group.add(cell.count, &cell.recorded, span);
        }
        seen
    }

    fn rows(&self) -> u64 {
        self.groups.values().map(|group| group.count).fold(0, u64::saturating_add)
    }

    /// Whether all its rows are among the other's, as far as can be told; of a mere beginning so many windows must agree.
    fn is_within(&self, other: &Self, windows: usize) -> bool {
        if self.outcomes_known && other.outcomes_known {
            are_groups_of(&self.groups, &other.groups) || self.begins(other, windows)
        } else {
            are_groups_of(&self.whatever_outcome(), &other.whatever_outcome())
        }
    }

    fn whatever_outcome(&self) -> BTreeMap<(Population, String, bool), Group> {
        let mut groups: BTreeMap<(Population, String, bool), Group> = BTreeMap::new();
        for ((population, label, _), group) in &self.groups {
            let own = groups.entry((*population, label.clone(), false)).or_default();
            own.add(group.count, &group.recorded, group.span);
        }
        groups
    }

    /// Whether the other's rows begin with these: every window holds the same, up to the one in which these end.
    fn begins(&self, other: &Self, least: usize) -> bool {
        let vary =
            self.groups.values().any(|group| group.recorded.extremes_ns.is_some_and(|(least, most)| least < most));
        let Some((own, theirs)) = self.timeline.as_ref().zip(other.timeline.as_ref()).filter(|_| vary) else {
            return false;
        };
        let width = own.width_ns.max(theirs.width_ns);
        let (own, theirs) = (windows(own, width), windows(theirs, width));
        let Some(last) = own.keys().map(|(index, _)| *index).max() else { return false };
        let before = theirs.range(..(last, "")).filter(|(_, window)| window.0 > 0);
        let whole = own.range(..(last, ""));
        let last_fits = own.range((last, "")..).all(|(at, window)| {
            theirs.get(at).is_some_and(|full| window.0 <= full.0 && window.1 <= full.1 && window.2 <= full.2)
        });
        last_fits && whole.clone().count() >= least && whole.eq(before)
    }
}

impl Group {
    fn add(&mut self, count: u64, recorded: &Recorded, span: Option<Span>) {
        self.count += count;
        self.recorded.merge(recorded);
        self.span = match (self.span, span) {
            (Some(own), Some(more)) => Some(own.union(more)),
            (own, more) => own.or(more),
        };
    }

    /// How far its rows' instants are from the other's at most; `None` where one of them has none.
    fn apart_ns(&self, other: &Self) -> Option<u64> {
        let (own, theirs) = self.span.zip(other.span)?;
        let apart = |a: crate::unit::Timestamp, b: crate::unit::Timestamp| a.0.abs_diff(b.0);
        Some(apart(own.start, theirs.start).max(apart(own.end, theirs.end)))
    }

    fn is_the_same(&self, other: &Self) -> bool {
        let (own, theirs) = (&self.recorded, &other.recorded);
        // Both in whole milliseconds are the same to the last; one of them may be the other rounded or cut to those.
        let step = if is_whole_ms(own) == is_whole_ms(theirs) { 1000 } else { MILLISECOND_NS };
        let near = |a: u64, b: u64| a.abs_diff(b) <= step;
        let extremes = match (own.extremes_ns, theirs.extremes_ns) {
            (Some((a, b)), Some((c, d))) => near(a, c) && near(b, d),
            (own, theirs) => own == theirs,
        };
        self.count == other.count
            && own.count() == theirs.count()
            && extremes
            && own.sum_ns.abs_diff(theirs.sum_ns) <= u128::from(step) * u128::from(own.count().max(1))
    }
}

/// Whether each group is a whole one of the other's.
fn are_groups_of<K: Ord>(own: &BTreeMap<K, Group>, theirs: &BTreeMap<K, Group>) -> bool {
    let (mut furthest, mut rows, mut vary) = (0, 0, false);
    for (key, group) in own {
        let Some(other) = theirs.get(key).filter(|other| group.is_the_same(other)) else { return false };
        let Some(apart) = group.apart_ns(other) else { return false };
        furthest = apart.max(furthest);
        rows += group.count;
        vary |= group.recorded.extremes_ns.is_some_and(|(least, most)| most - least > 10 * MILLISECOND_NS);
    }
    furthest <= FINE_NS.unsigned_abs() || furthest <= COARSE_NS.unsigned_abs() && rows >= COARSE_ROWS && vary
}

/// Whether times are in whole milliseconds, as far as their sum and extremes show.
pub(super) fn is_whole_ms(recorded: &Recorded) -> bool {
    let whole = |nanos: u64| nanos.is_multiple_of(MILLISECOND_NS);
    recorded.sum_ns.is_multiple_of(u128::from(MILLISECOND_NS))
        && recorded.extremes_ns.is_none_or(|(least, most)| whole(least) && whole(most))
}

/// Requests, failures and sum of times by window of that width and endpoint.
fn windows(timeline: &Timeline, width_ns: i64) -> BTreeMap<(i64, &str), (u64, u64, u128)> {
    let mut all: BTreeMap<(i64, &str), (u64, u64, u128)> = BTreeMap::new();
    for series in &timeline.endpoints {
        let mut start = timeline.start;
        for window in &series.windows {
            if window.requests > 0 {
                let sum = all.entry((start.0.div_euclid(width_ns), series.key.name.as_str())).or_default();
                *sum = (sum.0 + window.requests, sum.1 + window.failures, sum.2 + window.sum_ns);
            }
            start = start.plus_nanos(timeline.width_ns);
        }
    }
    all
}
