//! Runs that were appended to one file, told apart by the silence between them.
//!
//! Samples belong to one run where not more than [`SILENCE_NS`] of silence lies between them or between samples that link
//! them. So the runs are a property of the set of samples alone: reading them in another order, or by several threads whose
//! rollups are united afterwards, gives the same runs.

use super::Rollup;
use super::part::Part;
use crate::ingest::{PartId, SILENCE_NS};
use crate::unit::Span;
use std::sync::Arc;

impl Rollup {
    /// The part of the run of that name that goes on over `busy`. Runs that it links become one.
    pub(super) fn run_over(&mut self, name: Option<&str>, busy: Span) -> PartId {
        let links = |part: &Part| match part.busy() {
            Some(run) => part.is_run && part.name() == name && near(run, busy),
            None => part.is_run,
        };
        let mut linked = (0..self.parts.len()).filter(|at| self.parts.get(*at).is_some_and(links));
        let first = linked.next();
        let others: Vec<usize> = linked.collect();
        let Some(first) = first else {
            if self.parts.len() >= super::PARTS {
                return PartId(super::index(self.parts.len() - 1));
            }
            self.parts.push(Part::of_run(name, Arc::clone(&self.rules)));
            return PartId(super::index(self.parts.len() - 1));
        };
        for at in others {
            // The emptied part keeps its place, because others are called by theirs; the next new run will fill it.
            let emptied = Part::of_run(None, Arc::clone(&self.rules));
            let other = self.parts.get_mut(at).map(|part| std::mem::replace(part, emptied));
            if let (Some(own), Some(other)) = (self.parts.get_mut(first), other) {
                own.shard_users.extend_from_slice(&other.shard_users);
                own.merge(other);
            }
        }
        if let Some(part) = self.parts.get_mut(first) {
            part.name = name.map(str::to_owned);
        }
        PartId(super::index(first))
    }

    /// Takes runs out of another rollup, uniting those between which there is no silence.
    pub(super) fn merge_runs(&mut self, others: Vec<Part>) {
        for other in others {
            if let Some(busy) = other.busy() {
                let at = self.run_over(other.name(), busy);
                if let Some(own) = self.parts.get_mut(at.0 as usize) {
                    // Users of a part that was folded are of several generators.
                    own.shard_users.extend_from_slice(&other.shard_users);
                    own.merge(other);
                }
            }
        }
    }
}

/// Gives what was said of the whole file to each of its runs, in order of time.
pub(super) fn settle(parts: Vec<Part>) -> Vec<Part> {
    let (mut runs, mut rest): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|part| part.is_run);
    runs.retain(|run| run.busy().is_some());
    runs.sort_by_key(|run| run.busy().map(|busy| (busy.start, busy.end)));
    let whole = rest.iter().position(|part| part.name().is_none() && part.is_without_samples());
    if let Some(whole) = whole.filter(|_| !runs.is_empty()).map(|at| rest.remove(at)) {
        for run in &mut runs {
            run.merge(whole.clone());
        }
    }
    rest.extend(runs);
    rest
}

impl Part {
    /// Whether it is of a file in which silence parts runs.
    #[must_use]
    pub fn is_part_of_a_run(&self) -> bool {
        self.is_run
    }

    /// Whether both are runs of files that several may have been appended to, and silence lies between them.
    #[must_use]
    pub fn is_parted_from(&self, other: &Self) -> bool {
        let both = self.is_run && other.is_run;
        both && self.busy().zip(other.busy()).is_some_and(|(own, theirs)| !near(own, theirs))
    }
}

fn near(a: Span, b: Span) -> bool {
    let silence = |earlier: Span, later: Span| later.start.0.saturating_sub(earlier.end.0);
    silence(a, b) <= SILENCE_NS && silence(b, a) <= SILENCE_NS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Sink;
    use crate::model::key::{CellKey, EndpointKey, Outcome, Population};
    use crate::model::sample::{Fact, LoadModel, Sample};
    use crate::unit::{NANOS_PER_SECOND, Timestamp};
    use proptest::prelude::*;

    fn key() -> CellKey {
        CellKey {
            population: Population::Request,
            endpoint: EndpointKey::new(None, "a"),
            outcome: Outcome::Ok,
            status: None,
            cached: None,
            tags: Vec::new(),
        }
    }

    fn sample(into: &mut Rollup, name: Option<&str>, minute: i64) {
        let at = Timestamp(minute * 60 * NANOS_PER_SECOND);
        let part = into.run_of(name, Span::at(at));
        let cell = into.cell(part, &key());
        into.sample(cell, Sample { ended_at: Some(at), latency_ns: Some(1000), bytes: None });
    }

    fn fold(into: &mut Rollup, minutes: &[i64]) {
        for minute in minutes {
            sample(into, None, *minute);
        }
        let whole = into.part(None);
        into.fact(whole, Fact::Load(LoadModel::Closed));
    }

    fn runs(of: Rollup) -> Vec<u64> {
        of.into_parts().iter().map(|part| part.samples(Population::Request)).collect()
    }

    #[test]
    fn silence_parts_runs_and_samples_link_them() {
        let mut rollup = Rollup::new();
        fold(&mut rollup, &[0, 5, 100, 105, 90, 15, 300]);
        let parts = rollup.into_parts();
        let counts: Vec<u64> = parts.iter().map(|part| part.samples(Population::Request)).collect();
        assert_eq!(counts, [3, 3, 1]);
        assert!(parts.iter().all(|part| part.facts().len() == 1 && part.name().is_none()));
        assert!(parts[0].is_parted_from(&parts[1]) && !parts[0].is_parted_from(&parts[0]));
        let mut linked = Rollup::new();
        fold(&mut linked, &[0, 20, 10]);
        assert_eq!(runs(linked), [3]);
    }

    #[test]
    fn runs_of_different_names_stay_apart() {
        let mut rollup = Rollup::new();
        for (name, minute) in [("a", 0), ("b", 1), ("a", 100), ("a", 20), ("b", 2), ("a", 10), ("c", 30)] {
            sample(&mut rollup, Some(name), minute);
        }
        let parts = rollup.into_parts();
        let counts: Vec<_> = parts.iter().map(|part| (part.name(), part.samples(Population::Request))).collect();
        assert_eq!(counts, [(Some("a"), 3), (Some("a"), 1), (Some("b"), 2), (Some("c"), 1)]);
    }

    proptest! {
        #[test]
        fn runs_do_not_depend_on_order_or_split(minutes in prop::collection::vec(0_i64..400, 0..40), cut in 0_usize..40) {
            let (mut together, mut one, mut other) = (Rollup::new(), Rollup::new(), Rollup::new());
            fold(&mut together, &minutes);
            let (a, b) = minutes.split_at(cut.min(minutes.len()));
            fold(&mut one, b);
            fold(&mut other, a);
            one.merge(other);
            prop_assert_eq!(together.into_parts(), one.into_parts());
        }
    }
}
