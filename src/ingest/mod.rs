//! Reading what load tools leave behind.
//!
//! An [`Adapter`] knows one file kind of one tool. It answers whether a file is of that kind from its first 64 KiB, and
//! turns the file into observations, which go to a [`Sink`]. It keeps nothing itself, so memory is bounded by the sink.
//! The one list [`ADAPTERS`] drives detection, `--as`, its help, the README's table and the test matrix: a new tool is one
//! file, one line there and one folder under samples/.
//!
//! What an adapter must keep to:
//! * content decides, never the file's name;
//! * a bad row is [rejected](Tally::reject) with its place and the reading goes on; only what makes the whole file
//!   unreadable is an [`Error`];
//! * nothing is guessed: a unit that cannot be known is asked for by name in an error's hint;
//! * values are converted to base units here and nowhere later;
//! * secrets (`setup_data`, `config.script`) are never handed to the sink, and foreign texts only by way of [`scrub`].

pub mod ab;
pub mod artillery;
pub mod autocannon;
mod crowd;
mod dated;
pub mod decimal;
pub mod document;
pub mod drill;
pub mod gatling;
pub mod goose;
pub mod hdr;
pub mod hey;
mod implied;
pub mod input;
pub mod jmeter;
pub mod k6;
pub mod locust;
pub mod monitor;
mod near;
pub mod ngrinder;
pub mod notation;
pub mod oha;
pub(crate) mod order;
pub mod own;
pub mod part;
pub mod plain;
pub mod preface;
mod printed;
pub mod pytest_benchmark;
pub mod refused;
pub mod row_blocks;
mod row_end;
mod row_fields;
pub mod rows;
pub mod scrub;
pub mod siege;
pub mod sniff;
mod steps;
mod tag;
pub mod tally;
pub mod taurus;
pub mod threads;
pub mod vegeta;
pub mod wrk;

use crate::error::Error;
use crate::model::folded::Folded;
use crate::model::key::{CellKey, ColumnKey, EndpointKey, MetricKey};
pub use crate::model::metric::MetricTotal;
use crate::model::sample::{Fact, Fault, Interval, Sample, Threshold, Total};
use crate::unit::{NANOS_PER_SECOND, Span, Timestamp};
pub use input::Input;
pub use notation::Notation;
pub use sniff::{Head, Sniff};
use std::any::Any;
pub use tally::{Rejection, Tally};

/// Where nothing ran for so long, one run had ended and another was appended to its file: ten minutes.
pub const SILENCE_NS: i64 = 600 * NANOS_PER_SECOND;

/// Names a part of a file: most files are one part; a script that ran several scenarios into one file has one for each,
/// and each becomes a test of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartId(pub u32);

/// Names a cell, metric or column that the sink has seen; valid for that sink only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesId(pub u32);

/// A Point is one value of a metric and when it was; `None` where the source has no time.
pub type Point = (Option<Timestamp>, f64);

/// A Sink takes observations. Keys are interned once and samples name them by number, so that a row costs no allocation.
///
/// For parallel reading a sink [forks](Sink::fork): each thread fills its own and they are [absorbed](Sink::absorb)
/// again, in any order with the same result.
pub trait Sink: Send {
    /// The part of that name; `None` is the file as a whole.
    fn part(&mut self, name: Option<&str>) -> PartId;
    /// The part of the run in which something went on over `busy`, for files that several runs may have been appended to.
    /// Runs are what silences of more than [`SILENCE_NS`] part, whatever the order in which rows come: a reader asks for the
    /// part of its first row and of each that is farther than that from the one before, and interns its keys anew when
    /// another part is given. A sink that does not part runs takes all for one.
    fn run_at(&mut self, busy: Span) -> PartId {
        self.run_of(None, busy)
    }
    /// The same for the runs of that name, where a file says what was run.
    fn run_of(&mut self, name: Option<&str>, busy: Span) -> PartId {
        let _ = busy;
        self.part(name)
    }
    /// Interns a cell.
    fn cell(&mut self, part: PartId, key: &CellKey) -> SeriesId;
    /// One sample of a cell.
    fn sample(&mut self, cell: SeriesId, sample: Sample);
    /// Several samples of a cell, in any order. Where a file has many, telling them together costs half.
    fn samples(&mut self, cell: SeriesId, samples: &[Sample]) {
        for sample in samples {
            self.sample(cell, *sample);
        }
    }
    /// Interns a custom metric's series.
    fn metric(&mut self, part: PartId, key: &MetricKey) -> SeriesId;
    /// One point of a metric, in the key's base unit. Values that are not finite are the adapter's to reject.
    fn value(&mut self, metric: SeriesId, at: Option<Timestamp>, value: f64);
    /// Several points of a metric, in any order.
    fn values(&mut self, metric: SeriesId, points: &[Point]) {
        for (at, value) in points {
            self.value(metric, *at, *value);
        }
    }
    /// A metric's figures as the tool summed them up, for sources without points.
    fn metric_total(&mut self, part: PartId, key: &MetricKey, total: &MetricTotal);
    /// Interns a monitor's column.
    fn column(&mut self, part: PartId, key: &ColumnKey) -> SeriesId;
    /// One reading of a monitor's column; `None` means not measured then.
    fn reading(&mut self, column: SeriesId, at: Timestamp, value: Option<f64>);
    /// Users (virtual users) active at that moment.
    fn users(&mut self, part: PartId, at: Timestamp, users: f64);
    /// Users active then on one of several load generators, whose users add up; an empty name is the only one.
    fn users_of(&mut self, part: PartId, generator: &str, at: Timestamp, users: f64) {
        let _ = generator;
        self.users(part, at, users);
    }
    /// So many equal readings of one generator's users, the first and the last of them then, in one of the steps of 0.1 s
    /// that no window divides.
    fn users_over(&mut self, part: PartId, generator: &str, over: Span, users: f64, readings: u64) {
        for at in [over.start, over.end].into_iter().take(if readings > 1 { 2 } else { 1 }) {
            self.users_of(part, generator, at, users);
        }
    }
    /// A tool's own end row.
    fn total(&mut self, part: PartId, total: Total);
    /// A tool's own row about a stretch of time.
    fn interval(&mut self, part: PartId, interval: Interval);
    /// An error text.
    fn fault(&mut self, part: PartId, fault: Fault);
    /// A criterion that the file brings along.
    fn threshold(&mut self, part: PartId, threshold: Threshold);
    /// Something said about the whole test.
    fn fact(&mut self, part: PartId, fact: Fact);
    /// A whole test of a file as it was folded before, added to the part as a shard's.
    ///
    /// # Errors
    /// What is wrong with it; or that this sink takes single observations only.
    fn folded(&mut self, part: PartId, folded: Folded) -> Result<(), String> {
        let _ = (part, folded);
        Err("single observations are wanted, not what was folded".to_owned())
    }
    /// An empty sink of the same kind, for another thread.
    fn fork(&self) -> Box<dyn Sink>;
    /// Takes all that a fork holds. A sink of another kind is ignored: forks come from this sink only.
    fn absorb(&mut self, fork: Box<dyn Sink>);
    /// For `absorb` to find out what it was given.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// Settings that reading needs and that only the user can know.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Nanoseconds per unit of a latency column whose name does not say (`inputs.latency_unit`).
    pub latency_unit_ns: Option<f64>,
    /// `inputs.columns`: what is wanted → the source's column name, such as `latency` → `query_time_ms`.
    pub columns: std::collections::BTreeMap<String, String>,
    /// Statuses that are right answers, by a regular expression on the endpoint's name or label: `expected_status`.
    pub expected_status: Vec<(regex::Regex, Vec<u16>)>,
    /// Zone of times that name none (`inputs.timezone`); UTC where it is not set.
    pub timezone: Option<jiff::tz::TimeZone>,
    /// Whether the day comes first in dates such as `05/11/2026` (`inputs.time_format`); `None` where nobody says.
    pub day_first: Option<bool>,
    /// How a script's own table writes its numbers (`inputs.decimal_sign`); `None` where the table itself has to show it.
    pub sign: Option<own::digits::Sign>,
    /// What the files that belong with this one show of both, where it does not by itself.
    pub notation: Notation,
    /// The first bad row ends the reading.
    pub strict: bool,
    /// Threads to read with; at least 1.
    pub threads: usize,
}

impl Settings {
    /// Whether the user declared a status right for an endpoint.
    #[must_use]
    pub fn is_right(&self, status: u16, endpoint: &EndpointKey) -> bool {
        let mut lists = self.expected_status.iter();
        let list = lists.find(|(name, _)| name.is_match(&endpoint.name) || name.is_match(&endpoint.label()));
        list.is_some_and(|(_, right)| right.contains(&status))
    }
}

/// An Adapter reads one file kind of one tool.
pub trait Adapter: Sync {
    /// `tool_file`, such as `k6_ndjson`: what `--as` takes.
    fn name(&self) -> &'static str;
    /// The tool as people write it, such as `Locust`.
    fn tool(&self) -> &'static str;
    /// One line for help and README: what the file is and how one gets it.
    fn about(&self) -> &'static str;
    /// Whether a file with this beginning is of this kind, with the reason either way.
    fn sniff(&self, head: &Head) -> Sniff;
    /// Whether this line, which does not equal the file's first, is a header all the same, with columns of its own; asked
    /// of files whose rows had headers among them.
    fn is_header(&self, line: &[u8]) -> bool {
        let _ = line;
        false
    }
    /// What a file with this beginning shows of how it writes dates and numbers, for files that belong with it.
    fn notation(&self, head: &Head, settings: &Settings) -> Notation {
        let _ = (head, settings);
        Notation::default()
    }
    /// Reads the file. Rows that cannot be used are in the tally; an error means that nothing of the file can be used.
    ///
    /// # Errors
    /// The file as a whole cannot be read, or under `strict` the first bad row.
    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error>;
}

/// Every adapter, in the order in which README lists them.
pub static ADAPTERS: &[&dyn Adapter] = &[
    &k6::ndjson::K6Ndjson,
    &k6::csv::K6Csv,
    &k6::summary::K6Summary,
    &k6::export::K6SummaryExport,
    &k6::machine::K6MachineSummary,
    &k6::dashboard::K6DashboardRecord,
    &k6::dashboard_html::K6DashboardHtml,
    &locust::Stats,
    &locust::Percentiles,
    &locust::History,
    &locust::Failures,
    &locust::Exceptions,
    &locust::Json,
    &locust::Html,
    &locust::LegacyHtml,
    &jmeter::csv::JmeterCsv,
    &jmeter::xml::JmeterXml,
    &jmeter::statistics::JmeterStatistics,
    &gatling::GatlingLog,
    &artillery::ArtilleryJson,
    &artillery::Artillery1Json,
    &vegeta::VegetaCsv,
    &vegeta::VegetaNdjson,
    &vegeta::VegetaReport,
    &hey::HeyCsv,
    &hey::HeyText,
    &oha::OhaCsv,
    &oha::OhaJson,
    &wrk::WrkText,
    &ab::AbGnuplot,
    &ab::AbPercentiles,
    &ab::AbText,
    &siege::SiegeJson,
    &siege::SiegeLog,
    &autocannon::AutocannonJson,
    &taurus::csv::TaurusCsv,
    &taurus::xml::TaurusXml,
    &ngrinder::NgrinderCsv,
    &goose::GooseJson,
    &goose::GooseRequests,
    &drill::DrillStats,
    &pytest_benchmark::PytestBenchmark,
    &hdr::HdrLog,
    &hdr::HdrPercentiles,
    &own::OwnRowsCsv,
    &own::OwnRowsNdjson,
    &own::OwnResultsJson,
    &own::OwnResultsCsv,
    &monitor::MonitorResource,
    &monitor::MonitorDockerStats,
    &monitor::MonitorPrometheus,
    &monitor::MonitorSar,
    &monitor::MonitorSysstatJson,
    &monitor::MonitorSysstatText,
    &monitor::MonitorIostat,
    &monitor::MonitorVmstat,
    &monitor::MonitorDstat,
    &monitor::MonitorKubectlTop,
    &monitor::MonitorGrafana,
    &monitor::MonitorCsv,
    &part::PlimsollPart,
];
