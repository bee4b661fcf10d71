//! `k6 run --out json=FILE`: one JSON record a line, a point for every measured value.

use super::block;
use super::metric::Definitions;
use super::reader::{Findings, Reader};
use super::record::Record;
use crate::error::Error;
use crate::ingest::row_blocks::{RowBlock, RowBlocks};
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally, threads};
use serde_json::Value;
use std::io;

/// Reads k6's NDJSON.
pub(in crate::ingest) struct K6Ndjson;

impl Adapter for K6Ndjson {
    fn name(&self) -> &'static str {
        "k6_ndjson"
    }

    fn tool(&self) -> &'static str {
        "k6"
    }

    fn about(&self) -> &'static str {
        "every measured value, one JSON record a line: `k6 run --out json=FILE`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        // Records may come after a banner, and share a line with other text.
        // A last line that is cut short counts as well: it may be the only one.
        if head.bytes().split(|byte| *byte == b'\n').any(is_record) {
            return Sniff::yes("JSON records of type Metric or Point, as k6's `--out json` writes them");
        }
        Sniff::no("no line is a k6 record of type Metric or Point")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let definitions = Definitions::of(input);
        let findings = if input.plain_file().is_some() {
            block::read(input, &definitions, settings, sink)?
        } else {
            stream(input, &definitions, settings, sink)?
        };
        findings.conclude(input, settings, sink)
    }
}

/// Reads an input from its beginning, as packed ones must be: whoever has nothing to do unpacks the next lines.
fn stream(
    input: &Input,
    definitions: &Definitions,
    settings: &Settings,
    sink: &mut dyn Sink,
) -> Result<Findings, Error> {
    let blocks = RowBlocks::of_lines(input)?;
    let work = |sink: &mut dyn Sink| -> io::Result<Findings> {
        let mut reader = Reader::new(sink, definitions, settings);
        let mut block = RowBlock::default();
        while blocks.next(&mut block)? {
            reader.block(&block);
            if settings.strict && reader.has_rejected() {
                blocks.stop();
            }
        }
        Ok(reader.into_findings())
    };
    let workers = vec![(); settings.threads.min(threads::worth_while(input)).max(1)];
    let mut findings = Findings::default();
    for result in threads::spread(workers, sink, |(), sink| work(sink)) {
        let broken = |error: io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        findings.merge(result.map_err(broken)?);
    }
    findings.tally.unfinished = blocks.unfinished();
    Ok(findings)
}

/// Whether a line is, or begins or holds, a record: whole ones by their content, broken ones by their look.
fn is_record(line: &[u8]) -> bool {
    const LOOKS: [&[u8]; 4] = [
        b"{\"type\":\"Metric\",\"data\":{\"",
        b"{\"type\":\"Point\",\"data\":{\"",
        b"\",\"type\":\"Point\",\"data\":{\"",
        b"\",\"type\":\"Metric\",\"data\":{\"",
    ];
    if LOOKS.iter().any(|look| memchr::memmem::find(line, look).is_some()) {
        return true;
    }
    let value = serde_json::from_slice::<Value>(line.trim_ascii()).ok();
    value.is_some_and(|value| matches!(Record::from_value(&value), Ok(Record::Point(_) | Record::Metric { .. })))
}
