//! What one test of one file amounts to, as plain data: the form in which it is written to a part file and read again.
//!
//! Counts, sums in nanoseconds and histograms only; nothing in here depends on the order in which rows were read. Windows
//! are numbered from the epoch. Their width is 0.1 s times the least power of two that covers the extremes beside them with
//! 512 windows, so it need not be written down.

use super::distribution::{Distribution, Recorded};
use super::histogram::Histogram;
use super::key::{CellKey, ColumnKey, EndpointKey, MetricKey, Tags};
use super::metric::MetricTotal;
use super::sample::{Fact, Fault, Interval, Threshold, Total};
use crate::unit::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// A monitor column's readings; `None` is not measured.
pub type Readings = Vec<(Timestamp, Option<f64>)>;

/// Earliest and latest instant of some windows; `None` where there are none.
pub type Extremes = Option<(Timestamp, Timestamp)>;

/// A Folded is one test of one file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folded {
    /// The scenario's name where a file holds several tests; `None` is the file as a whole.
    pub name: Option<String>,
    /// Requests, connections and messages by cell, in order of their keys.
    pub cells: Vec<FoldedCell>,
    /// Requests over time.
    pub requests: FoldedRequests,
    /// Users over time: one for each generator, whose users add up.
    pub users: Vec<FoldedUsers>,
    /// Users of generators that are known by name, which add up to those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub generators: Vec<(String, FoldedUsers)>,
    /// Whether it is a run of a file that several may have been appended to, which silence parts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_run: bool,
    /// Metrics with points.
    pub metrics: Vec<(MetricKey, FoldedPoints)>,
    /// Metrics as the tool summed them up.
    pub metric_totals: Vec<(MetricKey, Vec<MetricTotal>)>,
    /// Monitors' columns with their readings in order of time.
    pub columns: Vec<(ColumnKey, Readings)>,
    /// The tool's own end rows.
    pub totals: Vec<Total>,
    /// The tool's own rows over time: the last of each window.
    pub intervals: FoldedIntervals,
    /// Error texts.
    pub faults: Vec<Fault>,
    /// Criteria that the file brings along.
    pub thresholds: Vec<Threshold>,
    /// What the file says about the whole test.
    pub facts: Vec<Fact>,
    /// What was heard of names, so that folding them goes on where it stopped.
    pub names: FoldedNames,
}

/// What was heard of everything that a file may name without end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldedNames {
    /// Names of endpoints, groups, methods, kinds of failures, metrics, checks, and error texts, in this order.
    pub namings: Vec<FoldedNaming>,
    /// Tags of requests, then of metrics.
    pub tags: Vec<FoldedTags>,
    /// Whether error texts were too many to be told apart by endpoint.
    pub texts_without_endpoints: bool,
}

/// What was heard of names of one kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldedNaming {
    /// How little variety is allowed: 0 the usual, 4 none.
    pub level: u8,
    /// Patterns in order: (pattern, the value in each place or null where it varies, least hashes of the names).
    pub patterns: Vec<(String, Vec<Option<String>>, Vec<u64>)>,
}

/// Sets of tags that were met.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldedTags {
    /// 0 all tags, 1 the tool's own, 2 none.
    pub level: u8,
    /// The sets in order.
    pub sets: Vec<Tags>,
}

/// One cell's counters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldedCell {
    /// Which.
    pub key: CellKey,
    /// Samples.
    pub count: u64,
    /// Their latencies.
    pub latency: Recorded,
    /// Bytes received by those of which it is known.
    pub bytes: u64,
    /// How many those are.
    pub with_bytes: u64,
    /// First start to last end of those with a time.
    pub span: Option<Span>,
}

/// Requests over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldedRequests {
    /// First and last end of a request.
    pub extremes: Extremes,
    /// Whether the source's clock is finer than a second; `None` before the first instant.
    pub finer: Option<bool>,
    /// Windows by endpoint.
    pub endpoints: Vec<(EndpointKey, Vec<FoldedWindow>)>,
    /// How they were answered.
    pub answers: Vec<FoldedAnswers>,
}

/// One endpoint in one window: window, requests, failures, sum of latencies in nanoseconds, latencies in microseconds, and
/// (bytes received, by how many of the requests) where sizes are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoldedWindow(pub i64, pub u64, pub u64, pub u128, pub Option<Histogram>, pub Option<(u64, u64)>);

/// Requests of an endpoint with one status that failed in one way, or did not: (window, count).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoldedAnswers(pub EndpointKey, pub Option<u16>, pub Option<String>, pub Vec<(i64, u64)>);

/// One generator's users over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldedUsers {
    /// First and last reading.
    pub extremes: Extremes,
    /// (window, greatest reading, number of readings).
    pub windows: Vec<(i64, f64, u64)>,
}

/// The points of one metric with one set of tags.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldedPoints {
    /// Points.
    pub count: u64,
    /// Points that are not zero.
    pub nonzero: u64,
    /// Their sum in 1e-9 of the unit.
    pub sum: i128,
    /// Least and greatest value.
    pub extremes: Option<(f64, f64)>,
    /// The last point: its time and value.
    pub last: Option<(Option<Timestamp>, f64)>,
    /// Values of a trend, in steps of the unit.
    pub histogram: Histogram,
}

/// A tool's rows over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldedIntervals {
    /// First and last row.
    pub extremes: Extremes,
    /// Rows by endpoint, `None` first: the last row of each window.
    pub series: Vec<(Option<EndpointKey>, Vec<Interval>)>,
}

/// Counts beyond this are nobody's: a million requests a second for four years. Sums of so many bounded ones cannot overflow.
const MOST: u64 = 1 << 47;

impl Folded {
    /// Holds it against what every folded test keeps to, so that what is computed from it cannot overflow or contradict
    /// itself. Windows are held against their extremes when they are put in their places.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        for cell in &self.cells {
            let name = || format!("the cell of `{}`", cell.key.endpoint);
            counted(&[cell.count, cell.with_bytes], name)?;
            recorded(&cell.latency, name)?;
            if cell.latency.count() > cell.count || cell.with_bytes > cell.count {
                return Err(format!("{} has more latencies or sizes than samples", name()));
            }
            in_order(cell.span, name)?;
        }
        for (key, windows) in &self.requests.endpoints {
            for FoldedWindow(_, requests, failures, sum_ns, latency, sizes) in windows {
                let name = || format!("a window of `{key}`");
                let with_bytes = sizes.map_or(0, |(_, with_bytes)| with_bytes);
                counted(&[*requests, *failures], name)?;
                summed(*sum_ns, name)?;
                if latency.as_ref().map_or(0, Histogram::count) > *requests || (*failures).max(with_bytes) > *requests {
                    return Err(format!("{} has more latencies, failures or sizes than requests", name()));
                }
            }
        }
        for FoldedAnswers(endpoint, _, _, counts) in &self.requests.answers {
            counted(&counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), || {
                format!("answers of `{endpoint}`")
            })?;
        }
        for (_, _, readings) in self.users.iter().flat_map(|one| &one.windows) {
            counted(&[*readings], || "readings of users".to_owned())?;
        }
        for (key, points) in &self.metrics {
            let name = || format!("the metric `{}`", key.name);
            counted(&[points.count, points.nonzero], name)?;
            let extremes_in_order = points.extremes.is_none_or(|(least, most)| least <= most);
            if points.nonzero > points.count || points.histogram.count() > points.count || !extremes_in_order {
                return Err(format!("{} contradicts itself", name()));
            }
        }
        self.totals.iter().try_for_each(total)?;
        counted(&self.faults.iter().map(|fault| fault.count).collect::<Vec<_>>(), || "an error text".to_owned())?;
        self.check_intervals()
    }

    fn check_intervals(&self) -> Result<(), String> {
        let Some((start, end)) = self.intervals.extremes else {
            let empty = self.intervals.series.iter().all(|(_, rows)| rows.is_empty());
            return if empty { Ok(()) } else { Err("rows over time have no extremes".to_owned()) };
        };
        let rows = || self.intervals.series.iter().flat_map(|(_, rows)| rows);
        if start > end || rows().any(|row| row.at < start || row.at > end) {
            return Err("rows over time lie outside their extremes".to_owned());
        }
        let counts: Vec<u64> =
            rows().filter_map(|row| row.cumulative).flat_map(|(all, failed)| [all, failed]).collect();
        counted(&counts, || "a row over time".to_owned())
    }
}

fn counted(counts: &[u64], what: impl Fn() -> String) -> Result<(), String> {
    match counts.iter().find(|count| **count > MOST) {
        Some(count) => Err(format!("{} counts {count}", what())),
        None => Ok(()),
    }
}

fn summed(sum_ns: u128, what: impl Fn() -> String) -> Result<(), String> {
    if sum_ns >> 110 == 0 { Ok(()) } else { Err(format!("{} took {sum_ns} ns", what())) }
}

fn in_order(span: Option<Span>, what: impl Fn() -> String) -> Result<(), String> {
    match span {
        Some(span) if span.start > span.end => Err(format!("{} ends before it starts", what())),
        _ => Ok(()),
    }
}

fn recorded(latency: &Recorded, what: impl Fn() -> String) -> Result<(), String> {
    counted(&[latency.count()], &what)?;
    summed(latency.sum_ns, &what)?;
    match latency.extremes_ns {
        Some((least, most)) if least > most || latency.count() == 0 => Err(format!("{} contradicts itself", what())),
        None if latency.count() > 0 => Err(format!("{} has latencies without extremes", what())),
        _ => Ok(()),
    }
}

fn total(total: &Total) -> Result<(), String> {
    let name = || total.endpoint.as_ref().map_or_else(|| "a total".to_owned(), |key| format!("the total of `{key}`"));
    let counts = [total.requests, total.failures, total.cached];
    counted(&counts.into_iter().flatten().collect::<Vec<_>>(), name)?;
    counted(&total.per_second.iter().flat_map(|(_, all, failed)| [*all, *failed]).collect::<Vec<_>>(), name)?;
    in_order(total.span, name)?;
    for latency in [&total.latency, &total.latency_ok] {
        match latency {
            Distribution::Recorded(of) | Distribution::Bucketed { rounded: of, .. } => recorded(of, name)?,
            Distribution::Quoted(_) | Distribution::Unknown(_) => {}
        }
    }
    Ok(())
}
