//! `inspect`: what each file is and why, the tests, their figures, bad rows; no judgement.

use super::args::InspectArgs;
use super::pipeline::{self, Gathered};
use super::{EXIT_INPUT, EXIT_READY, Stop, Streams, write_error};
use crate::error::Error;
use crate::render::text;
use crate::report::build::{self, Judged};
use crate::report::inspection::Inspection;

/// Prints what the inputs hold, as text or JSON. Only JSON holds hashes of the files: they cost a second reading.
pub(super) fn run(args: &InspectArgs, streams: &mut Streams<'_>) -> Result<u8, Stop> {
    let gathered = pipeline::gather(&args.input, args.json, streams)?;
    let inspection = inspection(&gathered);
    if args.json {
        let json = serde_json::to_string_pretty(&inspection).map_err(|error| Error::output(error.to_string()))?;
        writeln!(streams.out, "{json}")?;
    } else {
        text::inspection(&inspection, streams.terminal.style(), streams.out)?;
    }
    if gathered.tests.is_empty() {
        write_error(&pipeline::nothing_usable(&gathered), "error", streams.err)?;
        return Ok(EXIT_INPUT);
    }
    Ok(EXIT_READY)
}

fn inspection(gathered: &Gathered) -> Inspection {
    let judged: Vec<Judged<'_>> = gathered
        .tests
        .iter()
        .map(|(test, figures)| Judged {
            test,
            figures,
            doubts: figures.doubts.clone(),
            superseded: None,
            kind: None,
            purpose: None,
        })
        .collect();
    build::inspection(&judged, gathered.files_not_used.clone(), gathered.unwatched.clone())
}
