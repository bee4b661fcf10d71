//! One execution leaves several files behind; each is a form of it. Here stands what joining needs to know about a form.

use super::endpoint::{self, EndpointRule};
use super::figure::Figures;
use super::name;
use super::read::Reading;
use super::shard::{self, Shard};
use crate::ingest::ADAPTERS;
use crate::model::distribution::Distribution;
use crate::model::input::InputFile;
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::Fact;
use crate::rollup::naming::pattern_of;
use crate::rollup::{Clock, Part};
use crate::unit::Span;
use std::collections::BTreeSet;

/// What a form can give; more exact first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Rows of single requests, or points of metrics.
    Raw,
    /// The tool's own rounded histograms.
    Bucketed,
    /// Figures as the tool printed them.
    Quoted,
    /// Rows about stretches of time.
    Course,
    /// Error texts and remarks, or nothing.
    Aside,
    /// Columns of a resource monitor.
    Monitor,
}

/// A Form is one part of one file.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) class: Class,
    pub(super) part: Part,
    /// The file's evidence; its role is filled in when the test is built.
    pub(super) file: InputFile,
    /// Further files whose rows were added to it.
    pub(super) more_files: Vec<InputFile>,
    /// Further sources with the same content.
    pub(super) copies: Vec<String>,
    /// What is to be said of files whose rows it holds too.
    pub(super) superseded: Vec<String>,
    pub(super) tool: &'static str,
    /// Whether the adapter was certain: a tool's own file, not a generic table.
    pub(super) certain: bool,
    /// Folders that hold the file, outermost first.
    pub(super) folders: Vec<String>,
    /// The file's name less its role: `steady` of `steady_stats.csv`.
    pub(super) prefix: String,
    /// First start to last end, as the rows or the tool have it.
    pub(super) span: Option<Span>,
    pub(super) figures: Figures,
    /// Labels of its endpoints.
    pub(super) labels: BTreeSet<String>,
    /// Written while the run went on, so that it may lag behind or break off.
    pub(super) may_lag: bool,
    /// What was left aside by the bounds.
    pub(super) said: Vec<String>,
    /// The file's own name.
    pub(super) file_name: String,
    /// The files whose rows were added up to it; itself at first.
    pub(super) shards: Vec<Shard>,
}

/// The forms of all files. Their endpoints have the files' own names still: names are folded and bounded when all files of
/// a run have been added up ([`Form::settle`]).
pub(super) fn forms(readings: Vec<Reading>, rules: &[EndpointRule]) -> Vec<Form> {
    let alone = readings.len() == 1;
    readings.into_iter().flat_map(|reading| of_file(reading, rules, alone)).collect()
}

fn of_file(reading: Reading, rules: &[EndpointRule], alone: bool) -> Vec<Form> {
    let file = evidence(&reading);
    let Reading { candidate, adapter, certain, parts, copies, carrier, .. } = reading;
    // A file in which nothing was found still has to be accounted for.
    let parts = if parts.is_empty() { vec![Part::new(None)] } else { parts };
    let prefix = name::prefix(&shard::without_piece(&name::prefix(&candidate.file)));
    let make = |part: Part| {
        let (span, figures) = (span(&part), Figures::of(&part));
        let this = Shard {
            source: file.source.clone(),
            folders: candidate.folders.clone(),
            prefix: prefix.clone(),
            span,
            rows: figures.count(),
            is_piece: shard::name_of_whole(candidate.folders.iter().chain([&candidate.file])).is_some(),
        };
        Form {
            class: class(&part),
            file: file.clone(),
            more_files: carrier.clone().into_iter().collect(),
            copies: copies.clone(),
            superseded: Vec::new(),
            tool: adapter.tool(),
            certain,
            folders: candidate.folders.clone(),
            prefix: prefix.clone(),
            span,
            figures,
            // Nobody asks the only file there is.
            labels: if alone { BTreeSet::new() } else { labels(&endpoint::named(part.clone(), rules).settle().0) },
            may_lag: file.unfinished.is_some() || is_flushed(adapter.name()),
            said: Vec::new(),
            file_name: candidate.file.clone(),
            shards: vec![this],
            part,
        }
    };
    parts.into_iter().map(make).collect()
}

/// A file and what became of its rows; its role is the test's to say.
pub(super) fn evidence(reading: &Reading) -> InputFile {
    let tally = reading.tally.clone();
    InputFile {
        source: reading.candidate.source.clone(),
        adapter: reading.adapter.name().to_owned(),
        why: reading.why.clone(),
        role: String::new(),
        sha256: reading.sha256.clone(),
        bytes: reading.candidate.bytes,
        rows_read: tally.read,
        rows_used: tally.used,
        rows_skipped: tally.skipped,
        rows_rejected: tally.rejected,
        rows_rejected_aside: tally.rejected_aside,
        first_rejections: tally.first_rejections,
        unfinished: tally.unfinished,
        notes: tally.notes,
        within: reading.carrier.as_ref().map(|carrier| carrier.source.clone()),
        copies: reading.copied.clone(),
    }
}

/// Locust writes its CSV files every second and not at the end, so they are a moment old.
fn is_flushed(adapter: &str) -> bool {
    matches!(
        adapter,
        "locust_stats" | "locust_distribution" | "locust_history" | "locust_failures" | "locust_exceptions"
    )
}

/// What a part can give.
pub(super) fn class(part: &Part) -> Class {
    let metrics = part.metrics();
    if !part.is_without_samples() || metrics.iter().any(|metric| !metric.quoted) {
        return Class::Raw;
    }
    let totals = part.totals();
    if totals.iter().any(|total| matches!(total.latency, Distribution::Bucketed { .. } | Distribution::Recorded(_))) {
        return Class::Bucketed;
    }
    if !totals.is_empty() || !metrics.is_empty() {
        return Class::Quoted;
    }
    if part.intervals_span().is_some() {
        return Class::Course;
    }
    if part.columns().is_empty() { Class::Aside } else { Class::Monitor }
}

fn span(part: &Part) -> Option<Span> {
    let union = |all: Option<Span>, span: Span| Some(all.map_or(span, |all| all.union(span)));
    let sampled = Population::ALL.into_iter().filter_map(|kind| part.span(kind));
    let totalled = || part.totals().into_iter().filter_map(|total| total.span).fold(None, union);
    let ran = || part.facts().into_iter().find_map(|fact| if let Fact::Ran(span) = fact { Some(*span) } else { None });
    let watched = || part.columns().iter().filter_map(column_span).fold(None, union);
    sampled.fold(None, union).or_else(totalled).or_else(ran).or_else(|| part.intervals_span()).or_else(watched)
}

fn column_span(column: &crate::rollup::Column) -> Option<Span> {
    let ((start, _), (end, _)) = (column.readings.first()?, column.readings.last()?);
    Some(Span { start: *start, end: *end })
}

fn labels(part: &Part) -> BTreeSet<String> {
    // Two generators of one run use different ids; whether they are folded depends on how many each has met.
    let label = |key: &EndpointKey| EndpointKey { name: pattern_of(&key.name), ..key.clone() }.label();
    let cells = part.endpoints().into_iter().map(label);
    let totals: Vec<String> =
        part.totals().into_iter().filter_map(|total| total.endpoint.as_ref().map(label)).collect();
    let rows = part.intervals().into_iter().filter_map(|series| series.endpoint.as_ref().map(label));
    cells.chain(totals).chain(rows).collect()
}

impl Form {
    /// Gives its endpoints the names of the report and applies the report's bounds, now that all its rows are together.
    pub(super) fn settle(&mut self, rules: &[EndpointRule]) {
        (self.part, self.said) = endpoint::named(std::mem::take(&mut self.part), rules).settle();
        self.labels = labels(&self.part);
    }

    /// Whether one of its files lies in this folder.
    pub(super) fn lies_in(&self, folders: &[String]) -> bool {
        self.shards.iter().any(|shard| shard.folders == folders)
    }

    /// Place in the order of exactness: class, finer time, then the order of the adapters (k6's NDJSON before its CSV), then
    /// the name.
    pub(super) fn rank(&self) -> (Class, std::cmp::Reverse<Clock>, usize, &str) {
        let order = ADAPTERS.iter().position(|adapter| adapter.name() == self.file.adapter).unwrap_or(usize::MAX);
        (self.class, std::cmp::Reverse(self.part.clock()), order, &self.file.source)
    }

    /// How many requests it knows of (or connections, or messages).
    pub(super) fn count(&self) -> Option<f64> {
        self.figures.count()
    }

    /// Whether it is a file of a tool, and not a table that any script may write.
    pub(super) fn is_tools_own(&self) -> bool {
        !self.file.adapter.starts_with("own_")
    }
}
