//! `vegeta encode --to json`: one object a line, one request each.

use super::TOOL;
use super::result::{Attack, Hit};
use crate::error::Error;
use crate::ingest::own::instant;
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally};
use serde::Deserialize;
use std::borrow::Cow;

/// Reads `vegeta encode --to json`.
pub struct VegetaNdjson;

/// A line. Body and headers are not named, so they are never kept.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    attack: Cow<'a, str>,
    seq: Option<u64>,
    code: u16,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    latency: u64,
    #[serde(default)]
    bytes_in: u64,
    #[serde(borrow, default)]
    error: Cow<'a, str>,
    #[serde(borrow, default)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    url: Cow<'a, str>,
}

impl Adapter for VegetaNdjson {
    fn name(&self) -> &'static str {
        "vegeta_ndjson"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "vegeta's results as NDJSON, `vegeta encode --to json`: one request a line"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        const KEYS: [&[u8]; 5] = [b"\"attack\":", b"\"seq\":", b"\"code\":", b"\"timestamp\":", b"\"latency\":"];
        let line = head.first_line();
        if line.starts_with(b"{") && KEYS.iter().all(|key| memchr::memmem::find(line, key).is_some()) {
            Sniff::yes("lines of JSON with attack, seq, code, timestamp and latency")
        } else {
            Sniff::no("the first line is no JSON object with attack, seq, code, timestamp and latency")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut lines = input.lines()?;
        let (mut tally, mut attack, mut last_is_cut) = (Tally::default(), Attack::default(), false);
        let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        while let Some(line) = lines.next_line().map_err(broken)? {
            if line.bytes.trim_ascii().is_empty() {
                continue;
            }
            let taken = if line.overlong {
                Err("the line is longer than 1 MiB".to_owned())
            } else {
                take(line.bytes, &mut attack, sink)
            };
            last_is_cut = !line.terminated && taken.is_err();
            match taken {
                Ok(()) => tally.used(),
                // The line's text holds bodies and headers, so none of it is shown.
                Err(reason) => tally.reject(Rejection {
                    byte: line.byte,
                    line: line.number,
                    field: None,
                    reason,
                    excerpt: String::new(),
                }),
            }
            tally.stop_if_strict(settings, input)?;
        }
        attack.tell(sink);
        tally.unfinished = lines.unfinished().map(str::to_owned);
        if last_is_cut && tally.unfinished.is_none() {
            tally.unfinished = Some("its last line breaks off".to_owned());
        }
        Ok(tally)
    }
}

fn take(bytes: &[u8], attack: &mut Attack, sink: &mut dyn Sink) -> Result<(), String> {
    let line: Line<'_> =
        serde_json::from_slice(bytes).map_err(|error| format!("is no result of vegeta's as JSON: {error}"))?;
    let sent_at = instant::read(&line.timestamp)
        .and_then(instant::Clock::timestamp)
        .ok_or("`timestamp` should be a date and time such as 2026-11-21T02:12:38.69Z")?;
    let hit = Hit {
        attack: &line.attack,
        seq: line.seq,
        sent_at,
        latency_ns: line.latency,
        code: line.code,
        bytes_in: line.bytes_in,
        error: &line.error,
        method: &line.method,
        url: &line.url,
    };
    attack.take(&hit, sink);
    Ok(())
}
