//! A team's own NDJSON, one request a line.

use super::cell_text::Refusal;
use super::columns::Plan;
use super::fields::{Fields, FieldsSeed};
use super::known::Wanted;
use super::results::foreign_document;
use super::row::{RowReader, Taken};
use crate::error::Error;
use crate::ingest::input::Line;
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally, scrub};
use serde::de::DeserializeSeed;

/// Reads NDJSON rows of requests.
pub struct OwnRowsNdjson;

/// Lines of the head that detection looks at.
const SNIFFED: usize = 20;

impl Adapter for OwnRowsNdjson {
    fn name(&self) -> &'static str {
        "own_rows_ndjson"
    }

    fn tool(&self) -> &'static str {
        "own script"
    }

    fn about(&self) -> &'static str {
        "NDJSON of a team's own script, one request a line: a latency key, and an endpoint, status or outcome key"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let mut fields = Fields::default();
        if let Some(tool) = foreign_document(head) {
            return Sniff::no(format!("the keys are {tool}'s"));
        }
        let mut objects = 0;
        let mut lines = head.lines().filter(|line| !line.trim_ascii().is_empty()).take(SNIFFED).peekable();
        while let Some(line) = lines.next() {
            match parse(line, &mut fields) {
                Ok(()) => objects += 1,
                // A killed script's last line is cut off.
                Err(_) if objects > 0 && lines.peek().is_none() => {}
                Err(_) => return Sniff::no("a line is not one JSON object"),
            }
        }
        if objects == 0 {
            return Sniff::no("holds no line");
        }
        let has = |name: &str| fields.names().iter().any(|have| have == name);
        if (has("metric") && has("type")) || (has("attack") && has("latency")) {
            return Sniff::no("the lines are k6's or vegeta's");
        }
        let plan = Plan::by_name(fields.names());
        // A latency of several figures is a summary's, in an object of its own.
        if plan.column(Wanted::Latency).is_some_and(|column| !fields.ever_scalar(column)) {
            return Sniff::no("the latency is no number");
        }
        if plan.holds_requests() {
            return Sniff::unsure(format!("each line is a JSON object with {}", plan.found_columns(fields.names())));
        }
        Sniff::no("no key is a request's latency beside its endpoint, outcome or status")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let place = input.place();
        let mut lines = input.lines()?;
        let mut fields = Fields::default();
        let mut reader = RowReader::new(Plan::new(&[], settings, &place)?, settings);
        let mut tally = Tally::default();
        loop {
            let line = lines
                .next_line()
                .map_err(|error| Error::input(format!("cannot be read: {error}")).at(place.clone()))?;
            let Some(line) = line else { break };
            if line.bytes.trim_ascii().is_empty() {
                tally.skipped();
                continue;
            }
            let parsed = if line.overlong {
                Err("the line is longer than 1 MiB".to_owned())
            } else {
                parse(line.bytes, &mut fields)
            };
            if fields.grown() {
                reader.replan(Plan::new(fields.names(), settings, &place)?);
            }
            if parsed.is_err() && !line.terminated {
                tally.unfinished = Some("the last line breaks off".to_owned());
            }
            match parsed.map_err(Refusal::row).and_then(|()| reader.take(&fields, sink)) {
                Ok(Taken::Used) => tally.used(),
                Ok(Taken::Skipped) => tally.skipped(),
                Err(refusal) => tally.reject(rejection(&line, fields.names(), &refusal)),
            }
            tally.stop_if_strict(settings, input)?;
        }
        tally.unfinished = tally.unfinished.take().or_else(|| lines.unfinished().map(str::to_owned));
        if tally.used > 0 || !fields.names().is_empty() {
            reader.plan().require_countable(&place)?;
        }
        reader.finish(fields.names(), &mut tally, sink);
        Ok(tally)
    }
}

fn parse(line: &[u8], fields: &mut Fields) -> Result<(), String> {
    let mut json = serde_json::Deserializer::from_slice(line);
    let parsed = FieldsSeed(fields).deserialize(&mut json).and_then(|()| json.end());
    parsed.map_err(|error| format!("should be one JSON object: {error}"))
}

fn rejection(line: &Line<'_>, names: &[String], refusal: &Refusal) -> Rejection {
    Rejection {
        byte: line.byte,
        line: line.number,
        field: refusal.column.and_then(|column| names.get(column)).cloned(),
        reason: scrub::text(&refusal.reason),
        excerpt: scrub::excerpt(&crate::fmt::excerpt(line.bytes)),
    }
}
