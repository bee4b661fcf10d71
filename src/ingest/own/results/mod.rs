//! A team's own summary as one JSON document: counts and percentiles that its script computed.
//!
//! [`key`] knows what keys mean, [`record`] finds the records in the document, [`counted`] makes their counts agree or says
//! that they do not, and `tell` hands them on. Every figure is quoted: its percentiles' definition is the script's secret.
//! An array of requests, one object each, is read as rows.

mod amount;
pub mod counted;
mod doubt;
pub mod key;
pub mod ladder;
pub mod listed;
pub mod prefix;
pub mod record;
pub mod share_scale;
mod tell;
#[cfg(test)]
mod tests;

use super::columns::Plan;
use super::fields::{Fields, FieldsSeed};
use super::instant::{Clock, assumed_zone};
use super::row::{RowReader, Taken};
use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, PartId, Rejection, Settings, Sink, Sniff, Tally, scrub};
use crate::model::key::Population;
use key::{Count, Subject};
use record::Record;
use serde::de::DeserializeSeed;
use serde_json::Value;
use std::collections::BTreeMap;
use tell::Teller;

/// Reads summaries (and arrays of requests) in one JSON document.
pub struct OwnResultsJson;

/// Words that only a known tool's file holds, quotes included, and whose file it is.
#[rustfmt::skip]
const FOREIGN: [(&[&str], &str); 12] = [
    (&["\"root_group\""], "k6"),
    (&["\"metrics\"", "\"iteration_duration\""], "k6"),
    (&["\"metrics\"", "\"thresholds\""], "k6"),
    (&["\"num_reqs_per_sec\""], "Locust"),
    (&["\"sampleInt\"", "\"pipelining\""], "autocannon"),
    (&["\"aggregate\"", "\"intermediate\""], "artillery"),
    (&["\"latencies\"", "\"bytes_in\""], "vegeta"),
    (&["\"transactions\"", "\"availability\""], "siege"),
    (&["\"machine_info\"", "\"benchmarks\""], "pytest-benchmark"),
    (&["\"meanResTime\"", "\"sampleCount\""], "JMeter"),
    (&["\"successRate\"", "\"requestsPerSec\""], "oha"),
    (&["\"schema\"", "\"plimsoll/"], "plimsoll"),
];

impl Adapter for OwnResultsJson {
    fn name(&self) -> &'static str {
        "own_results_json"
    }

    fn tool(&self) -> &'static str {
        "own script"
    }

    fn about(&self) -> &'static str {
        "JSON of a team's own script: one record, or a list of them (`test_results`, `results`, `scenarios`), with counts and latencies"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let bytes = head.bytes();
        if !matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return Sniff::no("does not begin with `{` or `[`");
        }
        if let Some(tool) = foreign_document(head) {
            return Sniff::no(format!("the keys are {tool}'s"));
        }
        let document = prefix::close(bytes).and_then(|whole| serde_json::from_slice::<Value>(&whole).ok());
        let Some(document) = document else { return Sniff::no("is not one JSON document") };
        if requests(&document).is_some() {
            return Sniff::unsure("a JSON array of requests, one object each");
        }
        if Record::of_document(&document).is_summary() {
            return Sniff::unsure("JSON with counts and latencies under the names people use");
        }
        Sniff::no("no record holds both a count of requests and a latency")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (bytes, unfinished) = input.document()?;
        let document: Value = serde_json::from_slice(&bytes).map_err(|error| {
            let what = if error.is_eof() { "breaks off" } else { "is not valid JSON" };
            let hint = "a summary is read whole or not at all; rows (CSV, NDJSON) survive a cut";
            Error::input(format!("the document {what}: {error}")).at(input.place()).hint(hint)
        })?;
        let mut tally = match requests(&document) {
            Some(rows) => read_rows(rows, input, settings, sink)?,
            None => read_records(Record::of_document(&document), input, settings, sink)?,
        };
        tally.unfinished = unfinished;
        tally.stop_if_strict(settings, input)?;
        Ok(tally)
    }
}

/// The tool whose JSON document this is, where it is one that must not be taken for a team's own.
pub(super) fn foreign_document(head: &Head) -> Option<&'static str> {
    let holds = |marks: &[&str]| marks.iter().all(|mark| head.contains(mark.as_bytes()));
    FOREIGN.iter().find(|(marks, _)| holds(marks)).map(|(_, tool)| *tool)
}

/// The array of requests, where the document is one or holds one under any key.
fn requests(document: &Value) -> Option<&Vec<Value>> {
    let is_request = |item: &Value| {
        let Some(object) = item.as_object() else { return false };
        // An object under `latency` holds its figures, of many requests.
        let scalars = object.iter().filter(|(_, value)| !value.is_object());
        let names: Vec<String> = scalars.map(|(name, _)| name.clone()).collect();
        Plan::by_name(&names).holds_requests()
    };
    let of_requests = |items: &&Vec<Value>| items.first().is_some_and(is_request);
    match document {
        Value::Array(items) => Some(items).filter(of_requests),
        Value::Object(map) => map.values().filter_map(Value::as_array).find(of_requests),
        _ => None,
    }
}

fn read_rows(rows: &[Value], input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
    let place = input.place();
    let mut fields = Fields::default();
    let mut reader = RowReader::new(Plan::new(&[], settings, &place)?, settings);
    let mut tally = Tally::default();
    for (index, row) in rows.iter().enumerate() {
        let parsed = FieldsSeed(&mut fields).deserialize(row);
        if fields.grown() {
            reader.replan(Plan::new(fields.names(), settings, &place)?);
        }
        let taken = match parsed {
            Ok(()) => reader.take(&fields, sink).map_err(|refusal| {
                let key = refusal.column.and_then(|column| fields.names().get(column)).cloned();
                (key, refusal.reason)
            }),
            Err(error) => Err((None, format!("should be one object for each request: {error}"))),
        };
        match taken {
            Ok(Taken::Used) => tally.used(),
            Ok(Taken::Skipped) => tally.skipped(),
            Err((key, reason)) => tally.reject(rejection(index, key, &reason, &row.to_string())),
        }
    }
    reader.finish(fields.names(), &mut tally, sink);
    Ok(tally)
}

/// Tells the records of a document, each scenario as a test of its own.
pub(super) fn read_records(
    mut document: Record,
    input: &Input,
    settings: &Settings,
    sink: &mut dyn Sink,
) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    document.scenario = None;
    let mut endpoints = std::mem::take(&mut document.endpoints);
    ladder::name_by_users(&mut endpoints);
    for endpoint in endpoints {
        ladder::put(endpoint, &mut document);
    }
    ladder::lift_what_is_shared(&mut document);
    if matches!(document.written_at, Some(Clock::Zoneless(_))) {
        tally.note(format!("the time of writing states no zone and is {}", assumed_zone(settings.timezone.as_ref())));
    }
    let (mut scenarios, mut rest) = (std::mem::take(&mut document.scenarios), document.clone());
    ladder::name_unnamed(&mut scenarios);
    give_bare_counts(&mut rest);
    let disagreement = doubt::scenarios_disagree(&document, &scenarios);
    // Items of lists that are no objects: each is a record that cannot be used.
    let several = !scenarios.is_empty();
    let mut teller = TellerWithParts {
        teller: Teller::new(input, &with(&document, &scenarios), settings, sink),
        taken: BTreeMap::new(),
    };
    for (index, mut scenario) in scenarios.into_iter().enumerate() {
        give_bare_counts(&mut scenario);
        if let Some(first) = first_refused(&scenario) {
            let named = scenario.scenario.as_deref().unwrap_or("");
            tally.reject(rejection(index, Some(first.key.clone()), &first.value, named));
            continue;
        }
        let part = teller.part(&scenario, index);
        teller.teller.record(&scenario, part, &document)?;
        tally.used();
    }
    for refused in rest.refused.iter().filter(|_| several) {
        tally.reject(rejection(0, Some(refused.key.clone()), &refused.value, ""));
    }
    if let Some(disagreement) = disagreement {
        tally.note(disagreement);
    }
    if several {
        // The document's own counts are the script's sum over its scenarios: no test of its own.
        (rest.statuses, rest.latencies) = (None, BTreeMap::new());
        rest.counts.clear();
        rest.figures.clear();
    } else if let Some(first) = first_refused(&rest) {
        tally.reject(rejection(0, Some(first.key.clone()), &first.value, ""));
        return Ok(tally);
    }
    if !several || !rest.endpoints.is_empty() {
        let part = teller.teller.whole();
        teller.teller.record(&rest, part, &document)?;
        tally.used();
    }
    Ok(tally)
}

fn with(document: &Record, scenarios: &[Record]) -> Record {
    Record { scenarios: scenarios.to_vec(), ..document.clone() }
}

fn first_refused(record: &Record) -> Option<&record::Stated<String>> {
    record.refused.first().or_else(|| record.endpoints.iter().find_map(first_refused))
}

/// A bare `failed` or `errors` beside counts of messages or connections, and of no requests, is theirs.
fn give_bare_counts(record: &mut Record) {
    let bare =
        record.counts.keys().all(|(population, count)| *population != Population::Request || *count == Count::Failed);
    if !bare || record.figures.contains_key(&Subject::Latency(Population::Request)) || !record.endpoints.is_empty() {
        return;
    }
    let owner = [Population::Message, Population::Connection]
        .into_iter()
        .find(|population| record.counts.contains_key(&(*population, Count::Total)));
    if let (Some(owner), Some(failed)) = (owner, record.counts.remove(&(Population::Request, Count::Failed))) {
        record.counts.entry((owner, Count::Failed)).or_insert(failed);
    }
}

struct TellerWithParts<'a> {
    teller: Teller<'a>,
    /// Names given so far: a script that ran one scenario twice has two tests.
    taken: BTreeMap<String, u32>,
}

impl TellerWithParts<'_> {
    fn part(&mut self, record: &Record, index: usize) -> PartId {
        let name = record.scenario.clone().unwrap_or_else(|| format!("result {}", index + 1));
        let mut own = name.clone();
        while self.taken.contains_key(&own) {
            let times = self.taken.entry(name.clone()).or_insert(1);
            *times += 1;
            own = format!("{name} ({times})");
        }
        self.taken.insert(own.clone(), 1);
        self.teller.part(&own)
    }
}

/// A record has no line of its own: its place is its number in the document.
fn rejection(index: usize, field: Option<String>, reason: &str, excerpt: &str) -> Rejection {
    Rejection {
        byte: 0,
        line: 1,
        field,
        reason: scrub::text(&format!("record {}: {reason}", index + 1)),
        excerpt: scrub::excerpt(&crate::fmt::excerpt(excerpt.as_bytes())),
    }
}
