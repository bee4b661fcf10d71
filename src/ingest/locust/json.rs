//! `--json` and `--json-file`: one object for each request name, with its rounded response times counted and its requests
//! per second of the run. The most exact that Locust has: counts, mean and extremes equal the requests themselves.
//!
//! `--json` goes to standard output, so with `2>&1` log lines stand before and after it; they are passed over. With both
//! options together Locust writes `[]`, because the first writing clears what the second would write. With `--processes` each
//! worker prints an array too, an empty one. Arrays that are not empty are a run each: somebody appended one to the other.

use super::bucket::{self, TYPE_1_OWN, TYPE_1_ROUNDED};
use super::quote::{US_PER_MS, successes_unknown};
use super::table::{endpoint, whole};
use super::{TOOL, is_second};
use crate::error::Error;
use crate::ingest::scrub;
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, Quoted, Recorded};
use crate::model::key::Population;
use crate::model::sample::{Fact, LoadModel, Total};
use crate::unit::{Span, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Reads the output of `--json` and `--json-file`.
pub struct Json;

impl Adapter for Json {
    fn name(&self) -> &'static str {
        "locust_json"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "Locust's statistics with rounded histograms, --json or --json-file NAME"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let Some(open) = array_start(head.bytes()) else {
            return Sniff::no("no JSON array of objects");
        };
        let rest = head.bytes().get(open..).unwrap_or(&[]);
        let has = |key: &[u8]| memchr::memmem::find(rest, key).is_some();
        if has(b"\"num_none_requests\"") || has(b"\"num_reqs_per_sec\"") {
            Sniff::yes("a JSON array of Locust's statistics")
        } else if head.is_whole() && rest.iter().filter(|byte| !byte.is_ascii_whitespace()).eq(b"[]") {
            Sniff::unsure("an empty JSON array, as Locust writes with --json and --json-file together")
        } else {
            Sniff::no("a JSON array without Locust's num_none_requests and num_reqs_per_sec")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (bytes, broken) = input.document()?;
        let Some(open) = array_start(&bytes) else {
            return Err(Error::input("holds no JSON array of Locust's statistics")
                .at(input.place())
                .hint("it should be what `locust --json` prints or `--json-file` writes"));
        };
        let mut walk = Walk::new(&bytes, open);
        let (mut runs, mut empty) = (Vec::new(), 0_u64);
        loop {
            let mut totals = Vec::new();
            let before = walk.tally.read;
            while let Some(found) = walk.next_element() {
                match found.and_then(|(entry, at)| entry.total().map_err(|reason| (at, reason))) {
                    Ok(total) => {
                        walk.tally.used();
                        totals.push(total);
                    }
                    Err((at, reason)) => walk.reject(at, reason),
                }
                walk.tally.stop_if_strict(settings, input)?;
            }
            if walk.tally.read > before {
                runs.push(totals);
            } else {
                empty += 1;
            }
            if !walk.enter_next_array() {
                break;
            }
        }
        let several = runs.len() > 1;
        if runs.is_empty() {
            runs.push(Vec::new());
        } else if empty > 0 {
            let arrays = crate::fmt::plural(empty, "empty array", "empty arrays");
            walk.tally.note(format!("{arrays} passed over: each worker of `--processes` prints one"));
        }
        for (at, totals) in runs.into_iter().enumerate() {
            let name = several.then(|| format!("run {}", at + 1));
            let part = sink.part(name.as_deref());
            sink.fact(part, Fact::Load(LoadModel::Closed));
            for total in totals {
                sink.total(part, total);
            }
        }
        let mut tally = walk.finish();
        tally.unfinished = broken.or(tally.unfinished);
        if tally.read == 0 && tally.unfinished.is_none() {
            tally.note("empty: nothing ran, or `--json` was given together with `--json-file`, which empties both");
        }
        tally.note("each request counts in the second in which it ended");
        tally.note("an endpoint's start is the end of its first request: Locust notes no earlier time");
        Ok(tally)
    }
}

/// Where the array begins. Log lines begin with `[` too (`[2026-11-21 02:09:04,123] host/INFO`), so what follows counts.
fn array_start(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'[', bytes).find(|&at| {
        let opens_line = at == 0 || bytes.get(at - 1) == Some(&b'\n');
        let after = bytes.get(at + 1..).unwrap_or(&[]);
        let next = after.iter().find(|byte| !byte.is_ascii_whitespace());
        opens_line && matches!(next, Some(b'{' | b']'))
    })
}

/// Whether what follows an object's brace is Locust's: it writes the name first.
fn begins_with_a_name(inside: &[u8]) -> bool {
    inside.trim_ascii_start().starts_with(b"\"name\"")
}

/// An element of the array, as Locust names its parts. Times are in milliseconds, instants in unix seconds.
#[derive(Deserialize)]
struct Entry {
    name: String,
    method: Option<String>,
    num_requests: u64,
    #[serde(default)]
    num_none_requests: u64,
    num_failures: u64,
    total_response_time: f64,
    max_response_time: Option<f64>,
    min_response_time: Option<f64>,
    total_content_length: Option<f64>,
    #[serde(default)]
    response_times: BTreeMap<String, u64>,
    #[serde(default)]
    num_reqs_per_sec: BTreeMap<String, u64>,
    #[serde(default)]
    num_fail_per_sec: BTreeMap<String, u64>,
    start_time: Option<f64>,
    last_request_timestamp: Option<f64>,
}

impl Entry {
    fn total(&self) -> Result<Total, String> {
        Ok(Total {
            population: Population::Request,
            endpoint: Some(endpoint(self.method.as_deref().unwrap_or_default(), &self.name)),
            requests: Some(self.num_requests),
            failures: Some(self.num_failures),
            cached: None,
            latency: self.latency()?,
            latency_ok: successes_unknown(),
            rate_per_s: None,
            bytes: self.total_content_length.and_then(whole),
            per_second: self.per_second()?,
            span: self.span(),
        })
    }

    fn latency(&self) -> Result<Distribution, String> {
        let timed = self.num_requests.saturating_sub(self.num_none_requests);
        if timed == 0 {
            return Ok(Distribution::Unknown("none of the requests has a response time".to_owned()));
        }
        let mut rounded = Recorded::default();
        let mut own = false;
        for (key, count) in &self.response_times {
            let ms = milliseconds(key)?;
            own |= !bucket::is_locust_s([ms]);
            rounded.record_n(nanoseconds(ms), *count);
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^53")]
        let mean_ms = self.total_response_time / timed as f64;
        let exact = Quoted {
            n: Some(timed),
            mean_us: Some(mean_ms * US_PER_MS),
            min_us: self.min_response_time.map(|ms| ms * US_PER_MS),
            max_us: self.max_response_time.map(|ms| ms * US_PER_MS),
            quantiles: Vec::new(),
            definition: if own { TYPE_1_OWN } else { TYPE_1_ROUNDED }.to_owned(),
            rounding_us: if own { Vec::new() } else { bucket::STEPS_US.to_vec() },
        };
        if rounded.count() == 0 {
            return Ok(Distribution::Quoted(exact));
        }
        Ok(Distribution::Bucketed { rounded, exact })
    }

    fn per_second(&self) -> Result<Vec<(i64, u64, u64)>, String> {
        let mut seconds: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        let second = |key: &str| {
            key.parse::<i64>().ok().filter(|second| is_second(*second)).ok_or_else(|| {
                format!("should have unix seconds as keys, found `{}`", crate::fmt::excerpt(key.as_bytes()))
            })
        };
        let add = |sum: &mut u64, count: u64| *sum = sum.saturating_add(count);
        for (key, count) in &self.num_reqs_per_sec {
            add(&mut seconds.entry(second(key)?).or_default().0, *count);
        }
        for (key, count) in &self.num_fail_per_sec {
            add(&mut seconds.entry(second(key)?).or_default().1, *count);
        }
        Ok(seconds.into_iter().map(|(second, (requests, failures))| (second, requests, failures)).collect())
    }

    fn span(&self) -> Option<Span> {
        let start = Timestamp::from_seconds(self.start_time?)?;
        let end = Timestamp::from_seconds(self.last_request_timestamp?)?;
        (start <= end).then_some(Span { start, end })
    }
}

/// A bucket's key; a float where a team rounds its own way.
fn milliseconds(key: &str) -> Result<f64, String> {
    match key.parse::<f64>() {
        Ok(ms) if ms.is_finite() && (0.0..1e12).contains(&ms) => Ok(ms),
        _ => Err(format!(
            "should have milliseconds as keys of `response_times`, found `{}`",
            crate::fmt::excerpt(key.as_bytes())
        )),
    }
}

fn nanoseconds(ms: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "held within 0 and 10^12 ms by `milliseconds`"
    )]
    {
        (ms * 1e6).round() as u64
    }
}

/// Goes from element to element; after a broken one it goes on at the next that begins as Locust's do.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    tally: Tally,
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8], open: usize) -> Self {
        let mut walk = Self { bytes, at: 0, tally: Tally::default() };
        walk.pass_over(bytes.get(..open).unwrap_or(&[]), "before the JSON");
        walk.at = open + 1;
        walk
    }

    fn pass_over(&mut self, text: &[u8], where_: &str) {
        let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
        for _ in 0..lines {
            self.tally.skipped();
        }
        if lines > 0 {
            let lines = crate::fmt::plural(lines as u64, "line", "lines");
            self.tally.note(format!("{lines} of other text {where_} passed over"));
        }
    }

    /// Goes into the next array of Locust's, if there is one.
    fn enter_next_array(&mut self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let Some(open) = array_start(rest).filter(|open| {
            let inside = rest.get(open + 1..).unwrap_or(&[]).trim_ascii_start();
            inside.starts_with(b"]") || inside.strip_prefix(b"{").is_some_and(begins_with_a_name)
        }) else {
            return false;
        };
        self.pass_over(rest.get(..open).unwrap_or(&[]), "between its arrays");
        self.at = self.at.saturating_add(open).saturating_add(1);
        true
    }

    /// The next element and where it begins, or where and why it cannot be used; `None` at the end.
    fn next_element(&mut self) -> Option<Result<(Entry, usize), (usize, String)>> {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let gap = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b',').count();
        let start = self.at + gap;
        let rest = rest.get(gap..).unwrap_or(&[]);
        match rest.first() {
            None => {
                self.at = self.bytes.len();
                self.breaks_off();
                return None;
            }
            Some(b']') => {
                self.at = start + 1;
                return None;
            }
            Some(_) => {}
        }
        // Twice over the same bytes: first how far it goes, then what it holds, so that one of a wrong shape is one row.
        let mut extent = serde_json::Deserializer::from_slice(rest).into_iter::<serde::de::IgnoredAny>();
        match extent.next() {
            Some(Ok(_)) => {
                let length = extent.byte_offset();
                self.at = start + length;
                let element = rest.get(..length).unwrap_or(&[]);
                Some(match serde_json::from_slice::<Entry>(element) {
                    Ok(entry) => Ok((entry, start)),
                    Err(error) => Err((start, format!("not an entry of Locust's statistics: {error}"))),
                })
            }
            Some(Err(error)) => {
                let next = self.next_start(start + 1);
                if next.is_none() {
                    self.breaks_off();
                }
                self.at = next.unwrap_or(self.bytes.len());
                Some(Err((start, format!("not JSON: {error}"))))
            }
            None => None,
        }
    }

    fn breaks_off(&mut self) {
        self.tally.unfinished = Some("the JSON array has no end, so it was cut off".to_owned());
    }

    /// The next object that begins with a name.
    fn next_start(&self, from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        memchr::memchr_iter(b'{', rest)
            .find(|open| begins_with_a_name(rest.get(open + 1..).unwrap_or(&[])))
            .map(|open| from + open)
    }

    fn reject(&mut self, at: usize, reason: String) {
        let before = self.bytes.get(..at).unwrap_or(&[]);
        let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
        let excerpt = crate::fmt::excerpt(self.bytes.get(at..).unwrap_or(&[]));
        self.tally.reject(Rejection { byte: at as u64, line, field: None, reason, excerpt: scrub::excerpt(&excerpt) });
    }

    fn finish(mut self) -> Tally {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        self.pass_over(rest, "after the JSON");
        self.tally
    }
}
