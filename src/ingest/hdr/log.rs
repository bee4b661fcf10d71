//! The interval log: a histogram for each second or so, and for each tag where the tool tells several things apart.
//!
//! `[Tag=NAME,]start,length,max,histogram`, times in seconds. Starts are unix times, or counted from the log's `BaseTime` or
//! `StartTime`; where neither is there and they are small, when it was is not known.

use super::{NO_FAILURES, TOOL, total, unit_ns, whole_ns};
use crate::error::Error;
use crate::ingest::document::unix_ms;
use crate::ingest::own::instant::LEAST_UNIX_S;
use crate::ingest::scrub::without_queries;
use crate::ingest::{Adapter, Head, Input, PartId, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted, Recorded};
use crate::model::histogram::CodecError;
use crate::model::histogram::v2::{Encoded, decode, half_of_sub_buckets};
use crate::model::key::EndpointKey;
use crate::model::sample::{Fact, Interval};
use crate::unit::Span;
use std::collections::BTreeMap;

/// Reads an interval log.
pub struct HdrLog;

/// Percentiles of an interval that are shown over time.
const OVER_TIME: [f64; 3] = [0.5, 0.95, 0.99];

impl Adapter for HdrLog {
    fn name(&self) -> &'static str {
        "hdr_log"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "HdrHistogram's interval log (.hlog), tags as endpoints; its unit by inputs.latency_unit"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let opens = head.bytes().trim_ascii_start();
        let marked =
            head.contains(b"Interval_Compressed_Histogram") || head.contains(b"#[Histogram log format version");
        if head.contains(b"Logged with jHiccup") {
            Sniff::no("a log of jHiccup, which measures pauses of a Java process and no requests")
        } else if marked && (opens.starts_with(b"#") || opens.starts_with(b"\"StartTimestamp\"")) {
            Sniff::yes("the header of HdrHistogram's interval log")
        } else {
            Sniff::no("no header of HdrHistogram's interval log")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut log = Log { unit_ns: unit_ns(None, input, settings)?, ..Log::default() };
        let mut tally = Tally::default();
        let mut lines = input.lines()?;
        let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        while let Some(line) = lines.next_line().map_err(broken)? {
            let text = String::from_utf8_lossy(line.bytes);
            match log.line(text.trim()) {
                Ok(true) => tally.used(),
                Ok(false) => tally.skipped(),
                Err(_) if !line.terminated => {
                    tally.skipped();
                    tally.unfinished = Some("the last line breaks off".to_owned());
                }
                Err(reason) => {
                    let excerpt = crate::fmt::excerpt(line.bytes);
                    tally.reject(Rejection { byte: line.byte, line: line.number, field: None, reason, excerpt });
                }
            }
            tally.stop_if_strict(settings, input)?;
        }
        tally.unfinished = lines.unfinished().map(str::to_owned).or(tally.unfinished);
        let part = sink.part(None);
        sink.fact(part, Fact::FailuresUnknown(NO_FAILURES.to_owned()));
        log.hand_on(part, sink, &mut tally);
        Ok(tally)
    }
}

/// A line's interval.
struct Row {
    tag: Option<String>,
    start_s: f64,
    length_s: f64,
    count: u64,
    quantiles: Vec<(f64, f64)>,
}

#[derive(Default)]
struct Log {
    unit_ns: f64,
    base_s: Option<f64>,
    start_s: Option<f64>,
    rows: Vec<Row>,
    sums: BTreeMap<Option<String>, Sum>,
}

/// All histograms of a tag.
#[derive(Default)]
struct Sum {
    recorded: Recorded,
    digits: u32,
    /// Sum of the buckets' middles, in microseconds.
    middles_us: f64,
    extremes_us: Option<(f64, f64)>,
}

impl Log {
    /// Reads a line; false where it holds no histogram.
    fn line(&mut self, line: &str) -> Result<bool, String> {
        if let Some(comment) = line.strip_prefix('#') {
            let stated = |name: &str| {
                let (_, behind) = comment.split_once(name)?;
                behind.split_whitespace().next()?.parse::<f64>().ok().filter(|value| value.is_finite())
            };
            self.base_s = self.base_s.or_else(|| stated("[BaseTime:"));
            self.start_s = self.start_s.or_else(|| stated("[StartTime:"));
            return Ok(false);
        }
        if line.is_empty() || line.starts_with("\"StartTimestamp\"") {
            return Ok(false);
        }
        let (tag, rest) = match line.strip_prefix("Tag=") {
            Some(tagged) => tagged.split_once(',').map(|(tag, rest)| (Some(tag), rest)).ok_or("ends behind its tag")?,
            None => (None, line),
        };
        let fields: Vec<&str> = rest.splitn(4, ',').collect();
        let [start, length, _, histogram] = fields.as_slice() else {
            return Err(format!("should have start, length, maximum and histogram, found {} fields", fields.len()));
        };
        let seconds = |text: &str, what: &str| {
            let value = text.trim().parse::<f64>().ok().filter(|value| (0.0..9e9).contains(value));
            value.ok_or_else(|| {
                format!("should have its {what} in seconds, found `{}`", crate::fmt::excerpt(text.as_bytes()))
            })
        };
        let (start_s, length_s) = (seconds(start, "start")?, seconds(length, "length")?);
        let (unit_us, tag) = (self.unit_ns / 1e3, tag.map(|tag| without_queries(tag).into_owned()));
        let encoded = decode(histogram).map_err(|error| match error {
            CodecError::Base64(why) => format!("should be base64: {why}"),
            CodecError::Malformed(what) => what,
            CodecError::Negative => error.to_string(),
        })?;
        let quantiles = if tag.is_none() { quantiles(&encoded, unit_us) } else { Vec::new() };
        let count = self.sums.entry(tag.clone()).or_default().add(&encoded, self.unit_ns);
        self.rows.push(Row { tag, start_s, length_s, count, quantiles });
        Ok(true)
    }

    /// What the rows' starts count from, in unix seconds; `None` where that is not known.
    fn base(&self) -> Option<f64> {
        let first = self.rows.iter().map(|row| row.start_s).fold(f64::INFINITY, f64::min);
        self.base_s.or(if first >= LEAST_UNIX_S { Some(0.0) } else { self.start_s })
    }

    fn hand_on(mut self, part: PartId, sink: &mut dyn Sink, tally: &mut Tally) {
        let base = self.base();
        let ends = |row: &Row| row.start_s + row.length_s;
        let first = self.rows.iter().map(|row| row.start_s).min_by(f64::total_cmp);
        let last = self.rows.iter().map(ends).max_by(f64::total_cmp);
        let at = |seconds: f64| unix_ms((base? + seconds) * 1e3);
        match (first.zip(last), first.and_then(at).zip(last.and_then(at))) {
            (_, Some((start, end))) => sink.fact(part, Fact::Ran(Span { start, end })),
            (Some((first, last)), None) => {
                sink.fact(part, Fact::DurationSeconds(last - first));
                tally.note("the log does not say when it began");
            }
            (None, None) => {}
        }
        for (tag, sum) in std::mem::take(&mut self.sums) {
            let endpoint = tag.as_deref().map(|tag| EndpointKey::new(None, tag));
            sink.total(part, total(endpoint, sum.recorded.count(), sum.distribution(self.unit_ns)));
        }
        sink.fact(part, Fact::Remark("mean and extremes are those of the histogram's buckets".to_owned()));
        self.rows.sort_by(|a, b| ends(a).total_cmp(&ends(b)));
        let mut counts: BTreeMap<Option<String>, u64> = BTreeMap::new();
        for row in &self.rows {
            let count = counts.entry(row.tag.clone()).or_default();
            *count = count.saturating_add(row.count);
            let Some(at) = at(ends(row)) else { continue };
            let endpoint = row.tag.as_deref().map(|tag| EndpointKey::new(None, tag));
            #[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 53 bits")]
            let rate_per_s = (row.length_s > 0.0).then(|| row.count as f64 / row.length_s);
            sink.interval(
                part,
                Interval {
                    at,
                    endpoint,
                    users: None,
                    rate_per_s,
                    failures_per_s: None,
                    quantiles: row.quantiles.clone(),
                    cumulative: Some((*count, 0)),
                },
            );
        }
    }
}

impl Sum {
    /// Adds a histogram and returns its count.
    fn add(&mut self, encoded: &Encoded, unit_ns: f64) -> u64 {
        self.digits = self.digits.max(encoded.digits);
        let mut added = 0_u64;
        for (lowest, highest, count) in encoded.scaled() {
            self.recorded.record_n(whole_ns(highest * unit_ns), count);
            added = added.saturating_add(count);
            #[expect(clippy::cast_precision_loss, reason = "a mean needs no more than 53 bits")]
            let weight = count as f64;
            self.middles_us += f64::midpoint(lowest, highest) * unit_ns / 1e3 * weight;
            let (low_us, high_us) = (lowest * unit_ns / 1e3, highest * unit_ns / 1e3);
            self.extremes_us =
                Some(self.extremes_us.map_or((low_us, high_us), |(low, high)| (low.min(low_us), high.max(high_us))));
        }
        added
    }

    fn distribution(mut self, unit_ns: f64) -> Distribution {
        let count = self.recorded.count();
        let Some((min_us, max_us)) = self.extremes_us else {
            return Distribution::Unknown("the log's histograms are empty".to_owned());
        };
        self.recorded.histogram.settle();
        #[expect(clippy::cast_precision_loss, reason = "a mean needs no more than 53 bits")]
        let mean_us = self.middles_us / count as f64;
        let exact = Quoted {
            n: Some(count),
            mean_us: Some(mean_us),
            min_us: Some(min_us),
            max_us: Some(max_us),
            quantiles: Vec::new(),
            definition: format!(
                "inverse CDF (type 1), the source's HdrHistogram with {} significant digits",
                self.digits
            ),
            rounding_us: steps_us(self.digits, unit_ns / 1e3, max_us),
        };
        Distribution::Bucketed { rounded: self.recorded, exact }
    }
}

/// (from, width) of the buckets in microseconds: each power of two has buckets twice as wide as the one before.
fn steps_us(digits: u32, unit_us: f64, max_us: f64) -> Vec<(f64, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "a power of two")]
    let first = (2_u64 << half_of_sub_buckets(digits)) as f64 * unit_us;
    let doubled =
        (0..60).map(|doublings| (first * f64::from(doublings).exp2(), unit_us * f64::from(doublings + 1).exp2()));
    std::iter::once((0.0, unit_us)).chain(doubled.take_while(|(from, _)| *from <= max_us)).collect()
}

/// Percentiles of one interval in microseconds.
fn quantiles(encoded: &Encoded, unit_us: f64) -> Vec<(f64, f64)> {
    let count: u64 = encoded.buckets.iter().fold(0, |sum, (_, _, count)| sum.saturating_add(*count));
    let at_rank = |rank: u64| {
        let mut passed = 0_u64;
        encoded.scaled().find_map(|(_, highest, count)| {
            passed = passed.saturating_add(count);
            (passed >= rank).then_some(highest * unit_us)
        })
    };
    #[expect(clippy::cast_precision_loss, reason = "a rank within one interval")]
    let rank = |p: f64| whole_ns((p * count as f64).ceil()).max(1);
    OVER_TIME.into_iter().filter_map(|p| Some((p, at_rank(rank(p))?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::Rollup;

    fn read(text: &str, unit_ns: f64) -> (Tally, crate::rollup::Part) {
        let input = Input::memory("f", text.as_bytes().to_vec()).unwrap();
        let settings = Settings { latency_unit_ns: Some(unit_ns), ..Settings::default() };
        let mut rollup = Rollup::new();
        let tally = HdrLog.read(&input, &settings, &mut rollup).unwrap();
        (tally, rollup.into_parts().remove(0))
    }

    const LOG: &str = include_str!("../../../samples/hdr/log/run.hlog");
    const TAGGED: &str = include_str!("../../../samples/hdr/log-tagged/tagged.hlog");

    #[test]
    fn intervals_add_up() {
        let (tally, part) = read(LOG, 1e3);
        assert_eq!((tally.used, tally.skipped, tally.rejected), (12, 4, 0));
        assert_eq!(part.totals().iter().map(|total| total.requests).collect::<Vec<_>>(), [Some(1545)]);
        let courses = part.intervals();
        assert_eq!((courses.len(), courses[0].rows.last().unwrap().cumulative), (1, Some((1545, 0))));
        let Distribution::Bucketed { exact, .. } = &part.totals()[0].latency else { panic!("{:?}", part.totals()) };
        assert_eq!((exact.n, exact.max_us), (Some(1545), Some(57_279.0)));
    }

    #[test]
    fn tags_are_endpoints() {
        let (tally, part) = read(TAGGED, 1.0);
        let totals = part.totals();
        let found: Vec<_> =
            totals.iter().map(|one| (one.endpoint.as_ref().map(EndpointKey::label), one.requests)).collect();
        let of = |tag: &str, count| (Some(tag.to_owned()), Some(count));
        assert_eq!(found, [of("A", 1498), of("B", 1490), of("C", 1502)]);
        let Distribution::Bucketed { exact, .. } = &totals[1].latency else { panic!("{totals:?}") };
        assert_eq!(exact.max_us, Some(2768.895));
        assert!(part.intervals().is_empty() && tally.notes[0].contains("when it began"), "{:?}", tally.notes);
    }

    #[test]
    fn a_unit_that_nobody_states_is_asked_for() {
        let input = Input::memory("f", LOG.as_bytes().to_vec()).unwrap();
        let error = HdrLog.read(&input, &Settings::default(), &mut Rollup::new()).unwrap_err();
        assert!(error.hint.unwrap().contains("inputs.latency_unit"));
    }

    #[test]
    fn damaged_rows_are_counted_and_the_others_read() {
        let cut = LOG.len() - 20;
        let damaged = LOG[..cut].replacen("HISTFAAAA", "HISTFAAAB!", 1);
        let (tally, _) = read(&damaged, 1e3);
        assert_eq!((tally.used, tally.rejected), (10, 1));
        assert!(tally.unfinished.is_some());
    }

    #[test]
    fn buckets_double_with_each_power_of_two() {
        assert_eq!(steps_us(3, 1.0, 5000.0), [(0.0, 1.0), (2048.0, 2.0), (4096.0, 4.0)]);
        assert_eq!(steps_us(1, 1000.0, 33_000.0), [(0.0, 1000.0), (32_000.0, 2000.0)]);
    }
}
