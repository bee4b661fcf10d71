//! What JMeter measured beside the time that a sample took: metrics of their own.

use super::sample::Measured;
use crate::ingest::{PartId, Point, SeriesId, Sink};
use crate::model::key::{MetricKey, MetricKind};
use crate::unit::Unit;

/// Points of a metric that are told together.
const TOGETHER: usize = 64;

/// The metrics of samples that are no transactions.
#[derive(Debug, Default)]
pub(super) struct Measures {
    latency: Measure,
    connect: Measure,
    sent: Measure,
}

/// The points of one metric that are still to be told.
#[derive(Debug, Default)]
struct Measure {
    /// `None` until there are any.
    series: Option<SeriesId>,
    held: Vec<Point>,
}

impl Measures {
    /// Takes what was measured of a sample. The time to an answer is none where there was no answer.
    #[inline]
    pub(super) fn take(&mut self, measured: &Measured<'_>, answered: bool, part: PartId, sink: &mut dyn Sink) {
        let mut is_full = false;
        #[expect(
            clippy::cast_precision_loss,
            reason = "times of samples are far below 2^53 ns, requests below 2^53 bytes"
        )]
        for (measure, value) in [
            (&mut self.latency, measured.latency_ns.filter(|_| answered).map(|nanos| nanos as f64 / 1e3)),
            (&mut self.connect, measured.steady.connect_ns.map(|nanos| nanos as f64 / 1e3)),
            (&mut self.sent, measured.steady.sent.map(|bytes| bytes as f64)),
        ] {
            if let Some(value) = value {
                measure.held.push((measured.start, value));
                is_full |= measure.held.len() >= TOGETHER;
            }
        }
        if is_full {
            self.tell(part, sink);
        }
    }

    /// Tells all points that are held back, of samples of this part.
    pub(super) fn tell(&mut self, part: PartId, sink: &mut dyn Sink) {
        for (measure, name, kind, unit) in [
            (&mut self.latency, "Latency", MetricKind::Trend, Unit::Micros),
            (&mut self.connect, "Connect", MetricKind::Trend, Unit::Micros),
            (&mut self.sent, "sentBytes", MetricKind::Counter, Unit::Bytes),
        ] {
            if measure.held.is_empty() {
                continue;
            }
            let key = || MetricKey { name: name.to_owned(), kind, unit, tags: Vec::new() };
            let series = *measure.series.get_or_insert_with(|| sink.metric(part, &key()));
            sink.values(series, &measure.held);
            measure.held.clear();
        }
    }
}
