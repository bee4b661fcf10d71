//! Finding out how a request ended where its points do not say.
//!
//! With `--system-tags ''` the tag `expected_response` is missing, yet k6 still writes an `http_req_failed` point for each
//! request: a few lines below its `http_req_duration`, with the same instant and the same tags. So the two are paired,
//! within a window of a few requests. Where a block's border lies between them both are put aside and paired at the end,
//! so that the outcome does not depend on how a file was split.

use super::tag::TagSet;
use crate::unit::Timestamp;
use std::collections::VecDeque;
use std::sync::Arc;

/// How many requests apart the two points may stand. k6 writes a request's points together; the rest is margin.
const WINDOW: usize = 4;

/// What a request's points have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// When it ended.
    pub(super) at: Timestamp,
    /// With which tags.
    pub(super) tags: Arc<TagSet>,
}

/// A request that waits for its verdict: its mark and its latency in nanoseconds.
pub(super) type Waiting = (Mark, u64);
/// A verdict: the request's mark and whether it failed.
type Verdict = (Mark, bool);

/// A Pairing holds the halves that have not met.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    requests: VecDeque<Waiting>,
    verdicts: VecDeque<Verdict>,
    torn: Torn,
    lost_verdicts: usize,
}

/// Halves at the borders of blocks.
#[derive(Debug, Default)]
pub(super) struct Torn {
    requests: Vec<Waiting>,
    verdicts: Vec<Verdict>,
}

impl Pairing {
    /// A request without a word on its outcome. Returns what becomes certain by it: this request with its verdict, or an
    /// older one that no verdict will follow.
    pub(super) fn request(&mut self, request: Waiting) -> Option<(Waiting, Option<bool>)> {
        if let Some((_, failed)) = take(&mut self.verdicts, &request.0) {
            return Some((request, Some(failed)));
        }
        self.requests.push_back(request);
        if self.requests.len() <= WINDOW {
            return None;
        }
        self.requests.pop_front().map(|late| (late, None))
    }

    /// A verdict. Returns the request that it is about.
    pub(super) fn verdict(&mut self, verdict: Verdict) -> Option<(Waiting, Option<bool>)> {
        if let Some(request) = take(&mut self.requests, &verdict.0) {
            return Some((request, Some(verdict.1)));
        }
        self.verdicts.push_back(verdict);
        if self.verdicts.len() > WINDOW {
            // The first ones of a block belong to requests of the block before.
            let early = self.verdicts.pop_front().filter(|_| self.lost_verdicts < WINDOW);
            self.lost_verdicts += 1;
            self.torn.verdicts.extend(early);
        }
        None
    }

    /// A block ends: whatever still waits may have its other half in another block.
    pub(super) fn end_block(&mut self) {
        self.torn.requests.extend(self.requests.drain(..));
        self.torn.verdicts.extend(self.verdicts.drain(..));
        self.lost_verdicts = 0;
    }

    /// The halves from the borders of all blocks so far.
    pub(super) fn into_torn(mut self) -> Torn {
        self.end_block();
        self.torn
    }
}

fn take<T>(halves: &mut VecDeque<(Mark, T)>, mark: &Mark) -> Option<(Mark, T)> {
    let at = halves.iter().position(|(have, _)| have == mark)?;
    halves.remove(at)
}

impl Torn {
    /// Adds those of another reader.
    pub(super) fn merge(&mut self, other: Self) {
        self.requests.extend(other.requests);
        self.verdicts.extend(other.verdicts);
    }

    /// Joins the halves: every request, with its verdict where there is one.
    pub(super) fn join(mut self) -> Vec<(Waiting, Option<bool>)> {
        self.verdicts.sort_by_key(|(mark, _)| mark.at);
        let mut joined = Vec::with_capacity(self.requests.len());
        for request in self.requests {
            let first = self.verdicts.partition_point(|(mark, _)| mark.at < request.0.at);
            let same_instant = self.verdicts.iter().skip(first).take_while(|(mark, _)| mark.at == request.0.at);
            let found = same_instant.clone().position(|(mark, _)| mark.tags == request.0.tags);
            let failed = found.map(|offset| self.verdicts.remove(first + offset).1);
            joined.push((request, failed));
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(at: i64) -> Mark {
        Mark { at: Timestamp(at), tags: Arc::new(TagSet::new(Vec::new())) }
    }

    #[test]
    fn halves_meet_in_either_order_and_across_borders() {
        let mut pairing = Pairing::default();
        assert_eq!(pairing.request((mark(1), 10)), None);
        assert_eq!(pairing.verdict((mark(1), true)), Some(((mark(1), 10), Some(true))));
        assert_eq!(pairing.verdict((mark(2), false)), None);
        assert_eq!(pairing.request((mark(2), 20)), Some(((mark(2), 20), Some(false))));
        pairing.request((mark(3), 30));
        pairing.end_block();
        let mut other = Pairing::default();
        other.verdict((mark(3), true));
        other.request((mark(9), 90));
        let mut torn = other.into_torn();
        torn.merge(pairing.into_torn());
        assert_eq!(torn.join(), [((mark(9), 90), None), ((mark(3), 30), Some(true))]);
    }

    #[test]
    fn without_verdicts_a_request_leaves_the_window() {
        let mut pairing = Pairing::default();
        let out: Vec<_> = (0..6).filter_map(|at| pairing.request((mark(at), 1))).collect();
        assert_eq!(out, [((mark(0), 1), None), ((mark(1), 1), None)]);
    }
}
