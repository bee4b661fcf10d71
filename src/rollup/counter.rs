//! The counters of one cell.

use super::interval::join;
use super::timeline::Track;
use crate::model::distribution::Recorded;
use crate::model::sample::Sample;
use crate::unit::Span;

/// A Counter is what the samples of one cell amount to.
#[derive(Debug, Clone, Default)]
pub(super) struct Counter {
    pub(super) count: u64,
    pub(super) recorded: Recorded,
    pub(super) bytes: u64,
    /// Samples whose bytes are known.
    pub(super) with_bytes: u64,
    /// First start to last end of the samples whose time is known.
    pub(super) span: Option<Span>,
    /// Where its requests stand in the timeline; `None` for other populations.
    pub(super) track: Option<Track>,
}

impl Counter {
    #[inline]
    pub(super) fn add(&mut self, sample: &Sample) {
        self.count += 1;
        if let Some(nanos) = sample.latency_ns {
            self.recorded.record(nanos);
        }
        if let Some(bytes) = sample.bytes {
            self.bytes = self.bytes.saturating_add(bytes);
            self.with_bytes += 1;
        }
        let Some(end) = sample.ended_at else { return };
        let taken = i64::try_from(sample.latency_ns.unwrap_or(0)).unwrap_or(i64::MAX);
        let span = Span { start: end.plus_nanos(-taken), end };
        self.span = Some(self.span.map_or(span, |known| known.union(span)));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.recorded.merge(&other.recorded);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.with_bytes += other.with_bytes;
        self.span = join(self.span, other.span);
    }
}

/// Equal are the same counters; tracks are numbers of this part's own.
impl PartialEq for Counter {
    fn eq(&self, other: &Self) -> bool {
        (self.count, self.bytes, self.with_bytes) == (other.count, other.bytes, other.with_bytes)
            && self.span == other.span
            && self.recorded == other.recorded
    }
}
