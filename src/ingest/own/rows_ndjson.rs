//! A team's own NDJSON, one request a line.

use super::assumed::Assumed;
use super::cell_text::{Refusal, duration_ns};
use super::columns::Plan;
use super::fields::{Fields, FieldsSeed, MOST};
use super::known::Wanted;
use super::results::foreign_document;
use super::row::{Cells, RowReader, Taken};
use crate::error::Error;
use crate::ingest::input::Line;
use crate::ingest::row_blocks::{RowBlock, RowBlocks};
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally, scrub, threads};
use serde::de::DeserializeSeed;
use std::collections::BTreeSet;
use std::io;

/// Reads NDJSON rows of requests.
pub struct OwnRowsNdjson;

/// Lines of the head that detection looks at.
const SNIFFED: usize = 20;
/// Lines in which a unit is looked for that no key states.
const LOOKED_AT: usize = 50;

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
        // One alone with objects in it is a summary that was written without line ends.
        let is_one_line = || head.lines().filter(|line| !line.trim_ascii().is_empty()).count() == 1;
        let is_nested = || memchr::memchr_iter(b'{', head.bytes()).count() > 1;
        if head.is_whole() && is_nested() && is_one_line() {
            return Sniff::no("one JSON object with others in it is no row");
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
        let mut names = names_in_head(input)?;
        loop {
            // What a key means depends on which others there are, so all must be known before a row is taken. The head of
            // the file mostly tells; where it does not, what was read in the meantime is dropped.
            let mut trial = sink.fork();
            let all = read_as(&names, input, settings, trial.as_mut())?;
            if all.more_names.is_empty() || names.len() >= MOST {
                sink.absorb(trial);
                return all.conclude(&names, input, settings);
            }
            names.extend(all.more_names);
            names.truncate(MOST);
        }
    }
}

/// The keys that the file's first lines hold, in order of appearance.
fn names_in_head(input: &Input) -> Result<Vec<String>, Error> {
    let head = input.head()?;
    let mut fields = Fields::default();
    for line in head.lines() {
        // What is wrong with a line is said when it is read.
        let _ = parse(line, &mut fields);
    }
    Ok(fields.names().to_vec())
}

/// Findings are what reading lines leaves behind beside observations.
#[derive(Default)]
struct Findings {
    tally: Tally,
    assumed: Assumed,
    /// The last line, and whether it breaks off.
    last: (u64, bool),
    /// Keys that were not among those that were known.
    more_names: BTreeSet<String>,
}

impl Findings {
    /// Adds those of another reader of the same file.
    fn merge(&mut self, other: Self) {
        self.tally.merge(other.tally);
        self.assumed.merge(&other.assumed);
        self.last = self.last.max(other.last);
        self.more_names.extend(other.more_names);
    }

    fn conclude(self, names: &[String], input: &Input, settings: &Settings) -> Result<Tally, Error> {
        let mut tally = self.tally;
        tally.stop_if_strict(settings, input)?;
        if let (_, true) = self.last {
            tally.unfinished = Some("the last line breaks off".to_owned());
        }
        let plan = Plan::beside_cells(names, settings, &input.place(), states_unit(names, &input.head()?))?;
        if tally.used > 0 || !names.is_empty() {
            plan.require_countable(&input.place())?;
        }
        self.assumed.tell(&plan, names, settings.timezone.as_ref(), &mut tally);
        Ok(tally)
    }
}

/// Whether one of the first lines says a key's unit: `"latency": "12 ms"`.
fn states_unit(names: &[String], head: &Head) -> impl Fn(usize) -> bool {
    move |column| {
        let mut lines = head.lines().take(LOOKED_AT);
        lines.any(|line| {
            let mut fields = Fields::of(names);
            parse(line, &mut fields).is_ok()
                && fields.text(column).is_some_and(|cell| duration_ns(cell, false).is_some())
        })
    }
}

/// Reads all lines with as many threads as the settings say, by the plan for objects with these keys.
fn read_as(names: &[String], input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Findings, Error> {
    let plan = Plan::beside_cells(names, settings, &input.place(), states_unit(names, &input.head()?))?;
    let blocks = RowBlocks::of_lines(input)?;
    let workers = settings.threads.min(threads::worth_while(input)).max(1);
    let yields = threads::spread(vec![(); workers], sink, |(), sink| {
        let reader = RowReader::new(plan.clone(), settings);
        read_blocks(&blocks, reader, Fields::of(names), settings.strict, sink)
    });
    let mut all = Findings::default();
    for findings in yields {
        all.merge(findings.map_err(|error| Error::input(format!("cannot be read: {error}")).at(input.place()))?);
    }
    all.tally.unfinished = blocks.unfinished();
    Ok(all)
}

/// Reads what others leave over, block by block.
fn read_blocks(
    blocks: &RowBlocks,
    mut reader: RowReader<'_>,
    mut fields: Fields,
    strict: bool,
    sink: &mut dyn Sink,
) -> io::Result<Findings> {
    let known = fields.names().len();
    let mut findings = Findings::default();
    let mut block = RowBlock::default();
    while blocks.next(&mut block)? {
        for line in block.lines() {
            let taken = take(&line, &mut fields, &mut reader, sink);
            let torn = taken.as_ref().is_err_and(|(_, torn)| *torn);
            findings.last = findings.last.max((line.number, torn));
            match taken {
                Ok(Taken::Used) => findings.tally.used(),
                Ok(Taken::Skipped) => findings.tally.skipped(),
                Err((refusal, _)) => findings.tally.reject(rejection(&line, fields.names(), &refusal)),
            }
        }
        if strict && findings.tally.rejected > 0 {
            blocks.stop();
        }
    }
    findings.assumed = reader.into_assumed(sink);
    findings.more_names = fields.names().iter().skip(known).cloned().collect();
    Ok(findings)
}

/// Takes a line. What is wrong with it comes with whether it breaks off.
fn take(
    line: &Line<'_>,
    fields: &mut Fields,
    reader: &mut RowReader<'_>,
    sink: &mut dyn Sink,
) -> Result<Taken, (Refusal, bool)> {
    if line.bytes.trim_ascii().is_empty() {
        return Ok(Taken::Skipped);
    }
    if line.overlong {
        return Err((Refusal::row("the line is longer than 1 MiB"), !line.terminated));
    }
    parse(line.bytes, fields).map_err(|error| {
        let refusal = Refusal::row(format!("should be one JSON object: {error}"));
        (refusal, error.is_eof() || !line.terminated)
    })?;
    reader.take(fields, sink).map_err(|refusal| (refusal, false))
}

fn parse(line: &[u8], fields: &mut Fields) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(line);
    FieldsSeed(fields).deserialize(&mut json).and_then(|()| json.end())
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
