//! The HTML report (`--html`): since 2.18 (modern page) and 2.28 (always) it holds its data as one JSON value.
//!
//! It agrees with `--json` in all counts and means; minimum and maximum are rounded to whole milliseconds. The older page
//! is tables for people, which [`super::LegacyHtml`] reads.

use super::exceptions;
use super::failures::{parse_instant, tell_when};
use super::quote::{US_PER_MS, counted_s, successes_unknown, sum_of_bytes};
use super::table::endpoint;
use super::{TOOL, bucket};
use crate::error::Error;
use crate::ingest::scrub;
use crate::ingest::{Adapter, Head, Input, PartId, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, LOCUST, Quoted};
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::{Fact, Fault, Interval, LoadModel, Total};
use crate::unit::{Span, Timestamp};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Reads the HTML report.
pub struct Html;

/// What stands before the data. The page's own script has the same words without the spaces.
const DATA: &[u8] = b"window.templateArgs = ";

type Object = Map<String, Value>;

impl Adapter for Html {
    fn name(&self) -> &'static str {
        "locust_html"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "Locust's HTML report, --html FILE (2.28 and later)"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let start = head.bytes().trim_ascii_start();
        let page = start.get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b"<!DOCTYPE"));
        if !page {
            Sniff::no("not an HTML page")
        } else if head.contains(DATA) || head.contains(b"<title>Locust</title>") {
            Sniff::yes("Locust's HTML report")
        } else if head.contains(b"<title>Test Report for ") {
            Sniff::no("Locust's HTML report from before 2.28, which locust_legacy_html reads")
        } else {
            Sniff::no("an HTML page without Locust's data")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (bytes, broken) = input.document()?;
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        let mut page = Page { part, tally: Tally::default(), line: 0, byte: 0 };
        match find_data(&bytes) {
            Found::Data(at, data) => {
                page.byte = at as u64;
                page.line = memchr::memchr_iter(b'\n', bytes.get(..at).unwrap_or(&[])).count() as u64 + 1;
                if list(&data, "requests_statistics").is_empty() {
                    return Err(empty(input));
                }
                page.take(&data, sink);
                page.tally.note("minimum and maximum are rounded to whole milliseconds");
            }
            Found::CutOff => {
                page.tally.unfinished = Some("the page breaks off before the end of its data".to_owned());
            }
            Found::Nothing => {
                return Err(Error::input("is a page of Locust without a report's data")
                    .at(input.place())
                    .hint("a page of the web interface, saved by a browser, holds none: give the report that it offers for download, the CSVs of `--csv`, or `--json`"));
            }
        }
        page.tally.unfinished = broken.or(page.tally.unfinished);
        page.tally.stop_if_strict(settings, input)?;
        Ok(page.tally)
    }
}

/// A report whose tables have no row.
pub(super) fn empty(input: &Input) -> Error {
    Error::input("is a report of Locust without a single request").at(input.place()).hint(
        "the run ended, or its statistics were reset, before a request was made: run it again, or give the files of `--csv`",
    )
}

enum Found {
    /// Where the value begins, and the value.
    Data(usize, Object),
    /// The page has no end, or its data have none.
    CutOff,
    Nothing,
}

/// The last value that is a report's: the page's own script may hold the same words.
fn find_data(bytes: &[u8]) -> Found {
    let mut cut = !contains_close(bytes);
    let mut starts: Vec<usize> = memchr::memmem::find_iter(bytes, DATA).collect();
    starts.reverse();
    for start in starts {
        let at = start + DATA.len();
        let rest = bytes.get(at..).unwrap_or(&[]);
        match serde_json::Deserializer::from_slice(rest).into_iter::<Value>().next() {
            Some(Ok(Value::Object(data))) if data.contains_key("requests_statistics") => {
                return Found::Data(at, data);
            }
            Some(Err(_)) if rest.starts_with(b"{\"") => cut = true,
            _ => {}
        }
    }
    if cut { Found::CutOff } else { Found::Nothing }
}

fn contains_close(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(64)..).unwrap_or(&[]);
    memchr::memmem::find(&tail.to_ascii_lowercase(), b"</html>").is_some()
}

struct Page {
    part: PartId,
    tally: Tally,
    /// Line and byte of the data; all of it is one line.
    line: u64,
    byte: u64,
}

impl Page {
    fn take(&mut self, data: &Object, sink: &mut dyn Sink) {
        let part = self.part;
        let ran = time(data, "start_time").zip(time(data, "end_time"));
        if let Some((start, end)) = ran.filter(|(start, end)| start <= end) {
            sink.fact(part, Fact::Ran(Span { start, end }));
        }
        if let Some(host) = text(data, "host").filter(|host| !host.is_empty() && host != "None") {
            sink.fact(part, Fact::Remark(format!("run against {}", scrub::text(&host))));
        }
        let percentiles = percentiles_by_row(data);
        let rows = list(data, "requests_statistics");
        let last = rows.len().saturating_sub(1);
        for (at, row) in rows.iter().enumerate() {
            let outcome = total(row, at == last, &percentiles).map(|total| {
                let sum = total.requests.filter(|_| total.endpoint.is_none());
                let ran_s = sum.and_then(|requests| counted_s(requests, total.rate_per_s));
                if let Some(fact) = ran_s {
                    sink.fact(part, fact);
                }
                sink.total(part, total);
            });
            self.count("requests_statistics", outcome);
        }
        let mut seen: Option<Span> = None;
        for row in list(data, "failures_statistics") {
            let outcome = failure(row).map(|(fault, span)| {
                seen = seen.into_iter().chain(span).reduce(Span::union);
                sink.fault(part, fault);
            });
            self.count("failures_statistics", outcome);
        }
        tell_when(seen, part, sink);
        for row in list(data, "exceptions_statistics") {
            let outcome = exception(row).map(|fault| sink.fault(part, fault));
            self.count("exceptions_statistics", outcome);
        }
        for row in list(data, "history") {
            let outcome = interval(row).map(|interval| {
                if let Some(users) = interval.users {
                    sink.users(part, interval.at, users);
                }
                sink.interval(part, interval);
            });
            self.count("history", outcome);
        }
    }

    fn count(&mut self, list: &str, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.tally.used(),
            Err(reason) => self.tally.reject(Rejection {
                byte: self.byte,
                line: self.line,
                field: Some(list.to_owned()),
                reason,
                excerpt: String::new(),
            }),
        }
    }
}

fn list<'a>(data: &'a Object, key: &str) -> &'a [Value] {
    data.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(row: &Object, key: &str) -> Option<String> {
    row.get(key)?.as_str().map(str::to_owned)
}

fn time(row: &Object, key: &str) -> Option<Timestamp> {
    parse_instant(row.get(key)?.as_str()?)
}

/// A number; in the history since 2.31 the second of a pair with its time.
fn number(row: &Object, key: &str) -> Option<f64> {
    let value = row.get(key)?;
    let value = value.as_array().map_or(Some(value), |pair| pair.get(1))?;
    value.as_f64().filter(|value| value.is_finite() && *value >= 0.0)
}

fn count(row: &Object, key: &str) -> Result<u64, String> {
    row.get(key).and_then(Value::as_u64).ok_or_else(|| format!("should have a whole number as `{key}`"))
}

fn object(row: &Value) -> Result<&Object, String> {
    row.as_object().ok_or_else(|| "should be an object".to_owned())
}

fn subject(row: &Object) -> Result<(String, String), String> {
    let name = text(row, "name").ok_or("should have a text as `name`")?;
    Ok((text(row, "method").unwrap_or_default(), name))
}

/// Percentiles below the maximum among a row's keys: `0.95`, or `response_time_percentile_0.95`. The `_1` and `_2` of
/// some versions count charts and are no percentiles.
fn quantiles_us(row: &Object) -> BTreeMap<String, (f64, f64)> {
    row.keys()
        .filter_map(|key| {
            let digits = key.strip_prefix("response_time_percentile_").unwrap_or(key);
            let p: f64 = digits.parse().ok().filter(|p| (0.0..1.0).contains(p))?;
            let ms = number(row, key)?;
            digits.starts_with("0.").then(|| (digits.to_owned(), (p, ms * US_PER_MS)))
        })
        .collect()
}

type Percentiles = BTreeMap<(String, String), BTreeMap<String, (f64, f64)>>;

fn percentiles_by_row(data: &Object) -> Percentiles {
    list(data, "response_time_statistics")
        .iter()
        .filter_map(|row| {
            let row = row.as_object()?;
            Some((subject(row).ok()?, quantiles_us(row)))
        })
        .collect()
}

fn total(row: &Value, is_last: bool, percentiles: &Percentiles) -> Result<Total, String> {
    let row = object(row)?;
    let subject = subject(row)?;
    let mut quantiles = quantiles_us(row);
    quantiles.extend(percentiles.get(&subject).cloned().unwrap_or_default());
    let mut quantiles: Vec<(f64, f64)> = quantiles.into_values().collect();
    quantiles.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (method, name) = subject;
    let is_sum = is_last && method.is_empty() && name == "Aggregated";
    let key: Option<EndpointKey> = (!is_sum).then(|| endpoint(&method, &name));
    let requests = count(row, "num_requests")?;
    let us = |key: &str| number(row, key).map(|ms| ms * US_PER_MS);
    let latency = if us("max_response_time").is_none_or(|max| max <= 0.0) {
        Distribution::Unknown("Locust has only zeros: no response times, or all below half a millisecond".to_owned())
    } else {
        Distribution::Quoted(Quoted {
            n: Some(requests),
            mean_us: us("avg_response_time"),
            min_us: us("min_response_time"),
            max_us: us("max_response_time"),
            quantiles,
            definition: LOCUST.to_owned(),
            rounding_us: bucket::STEPS_US.to_vec(),
        })
    };
    Ok(Total {
        requests: Some(requests),
        failures: Some(count(row, "num_failures")?),
        latency,
        latency_ok: successes_unknown(),
        rate_per_s: number(row, "total_rps"),
        bytes: number(row, "avg_content_length").and_then(|mean| sum_of_bytes(mean, requests)),
        ..Total::of(Population::Request, key)
    })
}

fn failure(row: &Value) -> Result<(Fault, Option<Span>), String> {
    let row = object(row)?;
    let (method, name) = subject(row)?;
    let error = text(row, "error").ok_or("should have a text as `error`")?;
    let fault = Fault {
        endpoint: Some(endpoint(&method, &name)),
        text: scrub::text(&error),
        count: count(row, "occurrences")?,
        of_requests: true,
    };
    let seen = |key: &str| number(row, key).and_then(Timestamp::from_seconds).map(Span::at);
    Ok((fault, seen("first_seen").into_iter().chain(seen("last_seen")).reduce(Span::union)))
}

fn exception(row: &Value) -> Result<Fault, String> {
    let row = object(row)?;
    let message = text(row, "msg").ok_or("should have a text as `msg`")?;
    Ok(exceptions::fault(&message, count(row, "count")?))
}

/// A point of the charts, every five seconds, over all requests; percentiles are of the last ten seconds.
fn interval(row: &Value) -> Result<Interval, String> {
    let row = object(row)?;
    let at = time(row, "time").ok_or("should have a time with its date as `time` (2.30 and later)")?;
    let quantiles: BTreeMap<_, _> = quantiles_us(row);
    let mut quantiles: Vec<(f64, f64)> = quantiles.into_values().collect();
    quantiles.sort_by(|one, other| one.0.total_cmp(&other.0));
    let began = quantiles.iter().any(|(_, us)| *us > 0.0);
    Ok(Interval {
        at,
        endpoint: None,
        users: number(row, "user_count"),
        rate_per_s: number(row, "current_rps").filter(|_| began),
        failures_per_s: number(row, "current_fail_per_sec").filter(|_| began),
        quantiles: if began { quantiles } else { Vec::new() },
        cumulative: None,
    })
}
