//! A test as everything after ingestion sees it: one execution of one tool, from however many files.

use super::distribution::{Distribution, Recorded};
use super::histogram::Histogram;
use super::input::InputFile;
use super::key::{CellKey, ColumnKind, EndpointKey, MetricKey, Population};
use super::metric::MetricTotal;
use super::sample::{Fault, LoadModel, Threshold};
use crate::unit::{Span, Timestamp};

/// A Test is one execution of one tool, from one or several files.
#[derive(Debug, Clone)]
pub struct Test {
    /// Folder's, prefix's or scenario's name, less dates and run ids; unique within a suite.
    pub name: String,
    /// The run folder's date or id that was taken off the name, where there was one (`run_20251110_120000`).
    pub run: Option<String>,
    /// The tool as people write it.
    pub tool: String,
    /// Its version, where a file says.
    pub tool_version: Option<String>,
    /// The files, monitors included, in order of their names.
    pub inputs: Vec<InputFile>,
    /// First start to last end of the requests; the tool's own statement where there are no rows with times.
    pub span: Option<Span>,
    /// When it began by a file's own word, else when that was written; only where `span` is not known.
    pub dated: Option<Timestamp>,
    /// Length in seconds: of `span`, else as the tool states it.
    pub duration_s: Option<f64>,
    /// Open or closed workload, where known.
    pub load_model: Option<LoadModel>,
    /// Users stated outside any series.
    pub users_stated: Option<f64>,
    /// Users over time of a test without a timeline: connections and messages alone have none.
    pub users_alone: Option<UsersAlone>,
    /// Requests first, then connections, then messages; only those that were measured.
    pub populations: Vec<PopulationData>,
    /// The finest counters (raw tests only): successes, status codes and k6's sub-metrics are merges of these.
    pub cells: Vec<CellData>,
    /// Windows; `None` where no source has times.
    pub timeline: Option<Timeline>,
    /// Custom metrics and the tool's own, by key.
    pub metrics: Vec<MetricData>,
    /// Resource monitors' columns that overlap the test, cut to it with one minute either side.
    pub monitors: Vec<MonitorColumn>,
    /// Error texts, most frequent first.
    pub faults: Vec<Fault>,
    /// Criteria that the files bring along; one each, outcome included where any file states it.
    pub thresholds: Vec<Threshold>,
    /// Doubts that the reader of any figure must know (gaps, disagreement of sources, rejected rows, unfinished files).
    pub warnings: Vec<Warning>,
    /// Assumptions and properties of the sources, shown with the evidence.
    pub remarks: Vec<String>,
}

impl Test {
    /// When it began, as well as that is known: by its requests, else the instant by which its file dates it.
    #[must_use]
    pub fn began_at(&self) -> Option<Timestamp> {
        self.span.map(|span| span.start).or(self.dated)
    }

    /// The instant after which nothing of it happened, as well as that is known.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.span.map(|span| span.end).or(self.dated)
    }
}

/// All of one population.
#[derive(Debug, Clone)]
pub struct PopulationData {
    /// Which.
    pub population: Population,
    /// Over all its endpoints.
    pub totals: EndpointData,
    /// By label, then group.
    pub endpoints: Vec<EndpointData>,
}

/// What is known of one endpoint over the whole run.
#[derive(Debug, Clone)]
pub struct EndpointData {
    /// Which; empty for totals.
    pub key: EndpointKey,
    /// How many, failures included.
    pub requests: Option<u64>,
    /// How many failed; `None` where the source cannot tell.
    pub failures: Option<u64>,
    /// Failures by kind, most frequent first; may add up to less than `failures` where the source is silent.
    pub failure_kinds: Vec<(String, u64)>,
    /// Answers by status code.
    pub statuses: Vec<(u16, u64)>,
    /// (answered by a cache, answers of which it is known).
    pub cached: Option<(u64, u64)>,
    /// Bytes received.
    pub bytes: Option<u64>,
    /// Over all responses.
    pub latency: Distribution,
    /// Over successes.
    pub latency_ok: Distribution,
    /// Requests per second as the tool counts it.
    pub rate_quoted: Option<f64>,
}

/// One cell's counters.
#[derive(Debug, Clone)]
pub struct CellData {
    /// Which.
    pub key: CellKey,
    /// Samples in it, those without latency included.
    pub count: u64,
    /// Their latencies.
    pub recorded: Recorded,
    /// Bytes received, where the source has them for every sample.
    pub bytes: Option<u64>,
}

/// Users in windows of equal width, from the test's start to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct UsersAlone {
    /// Width of a window.
    pub width_ns: i64,
    /// The greatest reading in each; `None` where not read.
    pub users: Vec<Option<f64>>,
}

/// Windows are equally wide, aligned to the epoch, without holes; at most 512 of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Width of a window: 0.1 s times a power of two.
    pub width_ns: i64,
    /// Start of the first window.
    pub start: Timestamp,
    /// Number of windows.
    pub windows: usize,
    /// Requests by endpoint, in the order of the population's endpoints. Other populations are not in here.
    pub endpoints: Vec<EndpointSeries>,
    /// Failures by kind and window; the five most frequent kinds and `other`.
    pub failure_kinds: Vec<(String, Vec<u64>)>,
    /// Users in each window (the greatest reading); `None` where not read.
    pub users: Vec<Option<f64>>,
    /// Percentiles as the tool printed them over time, total only: (p, µs per window).
    pub quoted: QuotedLines,
    /// The same by endpoint, where the tool printed them so.
    pub quoted_by_endpoint: Vec<(EndpointKey, QuotedLines)>,
}

/// Percentiles as a tool printed them over time: (p, µs per window).
pub type QuotedLines = Vec<(f64, Vec<Option<f64>>)>;

/// One endpoint over the windows.
#[derive(Debug, Clone, PartialEq)]
pub struct EndpointSeries {
    /// Which.
    pub key: EndpointKey,
    /// One for each window.
    pub windows: Vec<Window>,
    /// How its requests were answered; what is missing of them succeeded without a status. Empty where the source has counts
    /// over time only.
    pub answers: Vec<AnswerSeries>,
}

/// Requests of one endpoint with one status that failed in one way, or did not, over the windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerSeries {
    /// Status code where the tool has one.
    pub status: Option<u16>,
    /// The kind of failure; `None` for those that did not fail.
    pub failed: Option<String>,
    /// (window, requests) in order of time, where there are any.
    pub counts: Vec<(usize, u64)>,
}

/// One endpoint in one window: requests that ended in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Window {
    /// How many, failures included.
    pub requests: u64,
    /// How many failed.
    pub failures: u64,
    /// Sum of latencies in nanoseconds.
    pub sum_ns: u128,
    /// Latencies in microseconds; `None` where the source has counts over time only.
    pub latency: Option<Histogram>,
    /// Bytes received by those of which it is known.
    pub bytes: u64,
    /// How many those are.
    pub with_bytes: u64,
}

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarningKind {
    /// A file breaks off.
    Unfinished,
    /// Rows could not be read.
    Rejected,
    /// The source does not tell failures from successes.
    FailuresUnknown,
    /// Sources contradict each other or themselves, or one is given twice.
    Sources,
}

/// A doubt that the reader of any figure must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it is about; rules go by it.
    pub kind: WarningKind,
    /// In words.
    pub text: String,
}

/// One metric with one set of tags.
#[derive(Debug, Clone)]
pub struct MetricData {
    /// Which.
    pub key: MetricKey,
    /// Its figures, computed from points or as the tool summed them up.
    pub total: MetricTotal,
    /// Points of a trend, where there are points.
    pub recorded: Option<ScaledHistogram>,
    /// Whether `total` is the tool's own figure and not ours.
    pub quoted: bool,
}

/// A histogram of values that are not latencies.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaledHistogram {
    /// Counters.
    pub histogram: Histogram,
    /// Counter steps in one unit of the metric: 1 for µs, 1,000,000 for plain values.
    pub steps_per_unit: f64,
}

/// One column of a monitor.
#[derive(Debug, Clone, PartialEq)]
pub struct MonitorColumn {
    /// The file it comes from.
    pub source: String,
    /// The source's name for it.
    pub name: String,
    /// How to read it.
    pub kind: ColumnKind,
    /// Unit as the source has it.
    pub unit: String,
    /// In order of time; `None` is not measured.
    pub readings: Vec<(Timestamp, Option<f64>)>,
}
