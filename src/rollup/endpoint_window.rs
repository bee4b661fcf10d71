//! What happened at one endpoint in one window of time.

use super::window::{Fold, Lane};
use crate::model::distribution::whole_us;
use crate::model::histogram::Histogram;
use crate::model::sample::Sample;
use crate::model::test::Window;

impl Fold for Window {
    fn fold(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.failures = self.failures.saturating_add(other.failures);
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.with_bytes = self.with_bytes.saturating_add(other.with_bytes);
        if let Some(theirs) = other.latency {
            self.latency.get_or_insert_default().merge(&theirs);
        }
    }

    fn settle(&mut self) {
        if let Some(histogram) = &mut self.latency {
            histogram.pack();
        }
    }
}

/// Counts requests that ended in a window.
#[inline]
pub(super) fn record(lane: &mut Lane<Window>, index: i64, failed: bool, samples: &[Sample]) {
    if lane.at(index).is_some_and(|window| window.latency.is_none()) {
        begin(lane, index, samples);
    }
    let Some(window) = lane.at(index) else { return };
    window.requests += samples.len() as u64;
    window.failures += if failed { samples.len() as u64 } else { 0 };
    for sample in samples {
        if let Some(nanos) = sample.latency_ns {
            window.sum_ns += u128::from(nanos);
            window.latency.get_or_insert_with(Histogram::new).record(whole_us(nanos));
        }
        if let Some(bytes) = sample.bytes {
            window.bytes = window.bytes.saturating_add(bytes);
            window.with_bytes += 1;
        }
    }
}

/// A window is mostly about as busy as the one before it.
#[cold]
fn begin(lane: &mut Lane<Window>, index: i64, samples: &[Sample]) {
    if samples.iter().any(|sample| sample.latency_ns.is_some()) {
        let latency = lane.before().and_then(|before| before.latency.as_ref()).map(Histogram::like).unwrap_or_default();
        if let Some(window) = lane.at(index) {
            window.latency = Some(latency);
        }
    }
}
