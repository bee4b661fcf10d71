//! `PREFIX_stats_history.csv`: what Locust knew at each second.
//!
//! Its percentile columns mean two different things and the file does not say which. With `--csv-full-history` they are
//! of a sliding window of about ten seconds (always so up to 1.1; from 1.2 to 2.2.1 never); without it they are of all
//! requests since the start. A cumulative percentile drawn over time hides every change, so it is not handed on as one:
//! the file is looked through first for what only a window does ([`Meaning`]), and for the seconds that its counts are of
//! ([`Extent`]).

use super::extent::{Extent, Place};
use super::quote::{Columns, Figures, US_PER_MS, quantiles_ms};
use super::table::{Bad, Column, Heading, Percentile, Subject, each_row, header_has, percentiles, unseen};
use super::{STALE, TOOL, is_second};
use crate::error::Error;
use crate::ingest::rows::Row;
use crate::ingest::{Adapter, Head, Input, PartId, Settings, Sink, Sniff, Tally};
use crate::model::key::EndpointKey;
use crate::model::sample::{Fact, Interval, LoadModel};
use crate::unit::{NANOS_PER_SECOND, Timestamp};
use std::collections::BTreeMap;

/// Reads `PREFIX_stats_history.csv`.
pub struct History;

impl Adapter for History {
    fn name(&self) -> &'static str {
        "locust_history"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "Locust's course over time, PREFIX_stats_history.csv of --csv PREFIX (best with --csv-full-history)"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let placed = header_has(head, &["Timestamp", "Type", "Name"]);
        let counted = ["Total Request Count", "# requests"].iter().any(|name| header_has(head, &[name]));
        if placed && counted {
            Sniff::yes("the columns of Locust's stats_history.csv")
        } else {
            Sniff::no("no header with Timestamp, Type, Name and Total Request Count")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (meaning, extent) = first_look(input)?;
        let (rows, heading) = Heading::open(input)?;
        let layout = Layout::find(&heading, input)?;
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        sink.fact(part, Fact::Remark(meaning.words().to_owned()));
        let mut course = Course::new(part, meaning, extent);
        let mut tally = each_row(input, rows, settings, |row| {
            course.take(&layout.read(row)?, sink);
            Ok(())
        })?;
        if course.is_within_a_second() && tally.unfinished.is_none() {
            tally.unfinished = Some("it ends between the rows of one second".to_owned());
        }
        let outside = course.outside;
        course.finish(sink);
        if outside > 0 {
            (tally.used, tally.skipped) = (tally.used.saturating_sub(outside), tally.skipped.saturating_add(outside));
            let rows = crate::fmt::plural(outside, "row", "rows");
            tally.note(format!("{rows} from before or after the run left out"));
        }
        tally.note(STALE);
        tally.note(
            "Locust's rates over time are means of ten seconds, two seconds late; counts since the start are exact",
        );
        Ok(tally)
    }
}

/// Where the columns stand.
struct Layout {
    at: Column,
    users: Column,
    subject: Subject,
    rate: Column,
    failure_rate: Column,
    percentiles: Vec<Percentile>,
    columns: Columns,
}

/// One row.
struct Point {
    second: i64,
    users: Option<f64>,
    endpoint: Option<EndpointKey>,
    rate_per_s: Option<f64>,
    failures_per_s: Option<f64>,
    quantiles_ms: Vec<(f64, f64)>,
    figures: Figures,
}

impl Layout {
    fn find(heading: &Heading, input: &Input) -> Result<Self, Error> {
        Ok(Self {
            at: Column::require(heading, &["Timestamp"], input)?,
            users: Column::find(heading, &["User Count"]),
            subject: Subject::find(heading),
            rate: Column::find(heading, &["Requests/s"]),
            failure_rate: Column::find(heading, &["Failures/s", "Requests Failed/s"]),
            percentiles: percentiles(heading),
            columns: Columns::find(heading),
        })
    }

    fn read(&self, row: &Row<'_>) -> Result<Point, Bad> {
        let second = i64::try_from(self.at.count(row)?)
            .ok()
            .filter(|second| is_second(*second))
            .ok_or_else(|| Bad::of("Timestamp", "should be unix seconds, found a later time"))?;
        Ok(Point {
            second,
            users: self.users.amount(row)?,
            endpoint: self.subject.endpoint(row),
            rate_per_s: self.rate.amount(row)?,
            failures_per_s: self.failure_rate.amount(row)?,
            quantiles_ms: quantiles_ms(&self.percentiles, row)?,
            figures: self.columns.read(row)?,
        })
    }
}

/// What the percentile columns of a history are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// A sliding window of about ten seconds.
    Window,
    /// All requests since the start.
    SinceStart,
    /// There are rows of endpoints, yet nothing that only a window does: Locust 1.2 to 2.2.1, or a very short run.
    Unclear,
}

/// Looks for what percentiles since the start cannot do: all be zero although requests were timed (a window without a
/// snapshot from ten seconds ago; every such file begins with it), or a maximum that falls. And for the run's seconds.
fn first_look(input: &Input) -> Result<(Meaning, Extent), Error> {
    let (rows, heading) = Heading::open(&unseen(input))?;
    let layout = Layout::find(&heading, input)?;
    let (mut window, mut endpoints, mut extent) = (false, false, Extent::default());
    let mut maxima: BTreeMap<Option<EndpointKey>, (u64, f64)> = BTreeMap::new();
    each_row(&unseen(input), rows, &Settings::default(), |row| {
        let point = layout.read(row)?;
        endpoints |= point.endpoint.is_some();
        if point.endpoint.is_none() {
            extent.take(point.second, point.users, point.figures.requests);
        }
        let all_zero = !point.quantiles_ms.is_empty() && point.is_all_zero();
        window |= all_zero && point.figures.median_ms.is_some_and(|median| median >= 1.0);
        if let Some((p, top)) = point.quantiles_ms.last()
            && *p >= 1.0
        {
            let count = point.figures.requests;
            let before = maxima.insert(point.endpoint, (count, *top));
            window |= before.is_some_and(|(fewer, above)| fewer <= count && *top < above);
        }
        Ok(())
    })?;
    let meaning = match (window, endpoints) {
        (true, _) => Meaning::Window,
        (false, false) => Meaning::SinceStart,
        (false, true) => Meaning::Unclear,
    };
    Ok((meaning, extent))
}

impl Meaning {
    fn words(self) -> &'static str {
        match self {
            Self::Window => {
                "Locust's percentiles over time are of sliding windows of about ten seconds, rounded to two digits; \
                 they are shown as printed and never averaged"
            }
            Self::SinceStart => {
                "Locust wrote no full history: its percentiles over time are of all requests since the start, so none \
                 are shown over time and no drift can be read from them; run with `--csv-full-history`"
            }
            Self::Unclear => {
                "Locust's history does not tell whether its percentiles over time are of a window or of all requests \
                 since the start, so none are shown over time; Locust 2.2.2 and later with `--csv-full-history` writes \
                 windows"
            }
        }
    }
}

impl Point {
    fn is_all_zero(&self) -> bool {
        self.quantiles_ms.iter().all(|(_, ms)| *ms <= 0.0)
    }
}

/// What is kept of one endpoint from row to row.
#[derive(Default)]
struct Latest {
    figures: Figures,
    quantiles_ms: Vec<(f64, f64)>,
    /// Whether a rate above zero was seen: before it, zero means that Locust's window has not begun.
    rated: bool,
}

/// The rows' course so far.
struct Course {
    part: PartId,
    meaning: Meaning,
    latest: BTreeMap<Option<EndpointKey>, Latest>,
    /// The second whose users were handed on last.
    users_at: Option<i64>,
    extent: Extent,
    /// Rows that are not of the run.
    outside: u64,
    /// Whether the last row was Locust's sum, which closes each second.
    closed: bool,
}

impl Course {
    fn new(part: PartId, meaning: Meaning, extent: Extent) -> Self {
        Self { part, meaning, latest: BTreeMap::new(), users_at: None, extent, outside: 0, closed: true }
    }

    fn is_within_a_second(&self) -> bool {
        !self.closed
    }

    fn take(&mut self, point: &Point, sink: &mut dyn Sink) {
        self.closed = point.endpoint.is_none();
        let at = Timestamp(point.second.saturating_mul(NANOS_PER_SECOND));
        match self.extent.place(point.second) {
            Place::Inside => {}
            Place::Origin if self.closed => return sink.interval(self.part, origin(at, point.users)),
            Place::Origin | Place::Outside => {
                self.outside += 1;
                return;
            }
        }
        if let Some(users) = point.users
            && point.endpoint.is_none()
            && self.users_at.replace(point.second) != Some(point.second)
        {
            sink.users(self.part, at, users);
        }
        let latest = self.latest.entry(point.endpoint.clone()).or_default();
        latest.rated |= point.rate_per_s.is_some_and(|rate| rate > 0.0);
        let rated = latest.rated || point.figures.requests == 0;
        latest.figures = point.figures.clone();
        latest.quantiles_ms.clone_from(&point.quantiles_ms);
        let quantiles = match self.meaning {
            // A window of zeros is a window without requests, or one that has not begun.
            Meaning::Window if !point.is_all_zero() => point.quantiles_ms.as_slice(),
            _ => &[],
        };
        sink.interval(
            self.part,
            Interval {
                at,
                endpoint: point.endpoint.clone(),
                users: point.users,
                rate_per_s: point.rate_per_s.filter(|_| rated),
                failures_per_s: point.failures_per_s.filter(|_| rated),
                quantiles: quantiles.iter().map(|(p, ms)| (*p, ms * US_PER_MS)).collect(),
                cumulative: Some((point.figures.requests, point.figures.failures)),
            },
        );
    }

    /// The last row of each endpoint is the end row of what was written: all there is where the other CSVs are missing.
    fn finish(self, sink: &mut dyn Sink) {
        for (endpoint, latest) in self.latest {
            let quantiles = match self.meaning {
                Meaning::SinceStart => latest.quantiles_ms.as_slice(),
                Meaning::Window | Meaning::Unclear => &[],
            };
            sink.total(self.part, latest.figures.total(endpoint, quantiles));
        }
        if let Some(second) = self.extent.reset_at {
            let at = Timestamp(second.saturating_mul(NANOS_PER_SECOND));
            sink.fact(
                self.part,
                Fact::Remark(format!(
                    "Locust's counts fell at {}: its statistics were reset (`--reset-stats`, or a new run from its page), \
                     so its totals and its course hold only what came after",
                    crate::fmt::instant(at)
                )),
            );
        }
    }
}

/// The instant from which the counts are: of what came before nothing is in them.
fn origin(at: Timestamp, users: Option<f64>) -> Interval {
    Interval {
        at,
        endpoint: None,
        users,
        rate_per_s: None,
        failures_per_s: None,
        quantiles: Vec::new(),
        cumulative: Some((0, 0)),
    }
}
