//! Users as rows tell them again and again: equal readings close together, handed on as one.

use super::{PartId, Sink, near};
use crate::unit::{Span, Timestamp};

/// Readings in one step lie in one window of whatever timeline: 0.1 s, aligned to the epoch.
const STEP_NS: i64 = 100_000_000;

/// A Crowd holds back equal readings of one step and hands on how many they were, so that a row costs no look-up. None is
/// left out: how many readings a window has must not show by how many threads, or from which row on, a file was read.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Crowd {
    held: Option<Held>,
    /// Who makes the load; empty for the only one.
    generator: Vec<u8>,
}

/// Equal readings.
#[derive(Debug)]
struct Held {
    part: PartId,
    users: f64,
    readings: u64,
    /// From the first to the last.
    span: Span,
    /// Begin and end of their step.
    step: (i64, i64),
}

impl Crowd {
    /// Takes a reading of a generator's users.
    #[inline]
    #[expect(clippy::float_cmp, reason = "the same number printed twice is the same number")]
    pub(in crate::ingest) fn tell(
        &mut self,
        part: PartId,
        generator: &[u8],
        at: Timestamp,
        users: f64,
        sink: &mut dyn Sink,
    ) {
        if let Some(held) = &mut self.held
            && (held.step.0..held.step.1).contains(&at.0)
            && held.users == users
            && held.part == part
            && self.generator.len() == generator.len()
            && near::begins(generator, &self.generator)
        {
            held.span = held.span.union(Span::at(at));
            held.readings += 1;
            return;
        }
        self.flush(sink);
        self.generator.clear();
        self.generator.extend_from_slice(generator);
        let from = at.0.div_euclid(STEP_NS).saturating_mul(STEP_NS);
        let step = (from, from.saturating_add(STEP_NS));
        self.held = Some(Held { part, users, readings: 1, span: Span::at(at), step });
    }

    /// Hands on what is held back: at the end, and before parts may become others.
    pub(in crate::ingest) fn flush(&mut self, sink: &mut dyn Sink) {
        if let Some(Held { part, users, readings, span, .. }) = self.held.take() {
            sink.users_over(part, &String::from_utf8_lossy(&self.generator), span, users, readings);
        }
    }
}
