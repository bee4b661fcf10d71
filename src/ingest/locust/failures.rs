//! `PREFIX_failures.csv`: one row for each error text of each request name.

use super::TOOL;
use super::table::{Bad, Column, Heading, each_row, endpoint, header_has};
use crate::error::Error;
use crate::ingest::scrub;
use crate::ingest::{Adapter, Head, Input, PartId, Settings, Sink, Sniff, Tally};
use crate::model::sample::{Fact, Fault, LoadModel};
use crate::unit::{Span, Timestamp};
use regex::Regex;
use std::sync::LazyLock;

/// Reads `PREFIX_failures.csv`.
pub struct Failures;

impl Adapter for Failures {
    fn name(&self) -> &'static str {
        "locust_failures"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "Locust's failed requests by error text, PREFIX_failures.csv of --csv PREFIX"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if header_has(head, &["Method", "Name", "Error", "Occurrences"]) {
            Sniff::yes("the columns of Locust's failures.csv")
        } else {
            Sniff::no("no header with Method, Name, Error and Occurrences")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (rows, heading) = Heading::open(input)?;
        let method = Column::find(&heading, &["Method", "Type"]);
        let name = Column::require(&heading, &["Name"], input)?;
        let text = Column::require(&heading, &["Error"], input)?;
        let count = Column::require(&heading, &["Occurrences"], input)?;
        let (first, last) = (Column::find(&heading, &["First Seen"]), Column::find(&heading, &["Last Seen"]));
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        let newer = heading.has("First Seen");
        let version = if newer { "2.44 or later" } else { "before 2.44" };
        sink.fact(part, Fact::ToolVersion(version.to_owned()));
        let mut seen: Option<Span> = None;
        let tally = each_row(input, rows, settings, |row| {
            let occurrences = count.count(row)?;
            for column in [&first, &last] {
                if let Some(at) = instant(&column.text(row))? {
                    seen = Some(seen.map_or(Span::at(at), |seen| seen.union(Span::at(at))));
                }
            }
            let key = endpoint(&method.text(row), &name.text(row));
            sink.fault(
                part,
                Fault {
                    endpoint: Some(key),
                    text: scrub::text(&text.text(row)),
                    count: occurrences,
                    of_requests: true,
                },
            );
            Ok(())
        })?;
        tell_when(seen, part, sink);
        Ok(tally)
    }
}

fn instant(text: &str) -> Result<Option<Timestamp>, Bad> {
    if text.is_empty() {
        return Ok(None);
    }
    parse_instant(text).map(Some).ok_or_else(|| {
        let found = crate::fmt::excerpt(text.as_bytes());
        Bad::of("First Seen", format!("should be a time such as 2026-11-21T01:48:26Z, found `{found}`"))
    })
}

/// An RFC 3339 time.
pub(super) fn parse_instant(text: &str) -> Option<Timestamp> {
    let instant: jiff::Timestamp = text.parse().ok()?;
    i64::try_from(instant.as_nanosecond()).ok().map(Timestamp)
}

/// Says from when to when requests failed.
pub(super) fn tell_when(seen: Option<Span>, part: PartId, sink: &mut dyn Sink) {
    if let Some(seen) = seen {
        sink.fact(
            part,
            Fact::Remark(format!(
                "requests failed first at {} and last at {}",
                crate::fmt::instant(seen.start),
                crate::fmt::instant(seen.end)
            )),
        );
    }
}

static STATUS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"code=([1-5][0-9]{2})\b|\b([1-5][0-9]{2}) (?:Client|Server) Error").ok());

/// Words of the clients that Locust's users use, in any case, and what is wrong in short.
const KINDS: [(&str, &str); 7] = [
    ("connection refused", "connection refused"),
    ("connectionrefused", "connection refused"),
    ("reset by peer", "connection reset"),
    ("without response", "connection closed"),
    ("timed out", "timeout"),
    ("timeout", "timeout"),
    ("name or service not known", "name not resolved"),
];

/// What kind of failure an error text of Locust is, in short: `HTTP 503`, `timeout`, `connection refused`, else the
/// exception's name. Locust has no status codes; they stand in the texts, differently for each client and version.
#[must_use]
pub fn kind(text: &str) -> String {
    let status = STATUS.as_ref().and_then(|pattern| {
        let found = pattern.captures(text)?;
        let code = found.get(1).or_else(|| found.get(2))?;
        Some(format!("HTTP {}", code.as_str()))
    });
    if let Some(status) = status {
        return status;
    }
    let lower = text.to_lowercase();
    if let Some((_, kind)) = KINDS.iter().find(|(words, _)| lower.contains(words)) {
        return (*kind).to_owned();
    }
    let name = text.split('(').next().unwrap_or_default();
    let is_name = !name.is_empty() && name.len() < text.len() && name.chars().all(char::is_alphanumeric);
    match name {
        "CatchResponseError" => "failed check".to_owned(),
        name if is_name => name.to_owned(),
        _ => "other".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn kinds_of_all_clients_and_versions() {
        let texts = [
            ("LocustBadStatusCode(code=503)", "HTTP 503"),
            ("BadStatusCode('http://127.0.0.1:18110/api/v1/food', code=500)", "HTTP 500"),
            ("URL http://127.0.0.1:18110/api/v1/food: code=500", "HTTP 500"),
            ("HTTPError('500 Server Error: Internal Server Error for url: same')", "HTTP 500"),
            ("HTTPError('404 Client Error: Not Found for url: x')", "HTTP 404"),
            ("CatchResponseError('bad, \"quoted\"')", "failed check"),
            ("CatchResponseError('took 500 ms')", "failed check"),
            ("ConnectionRefusedError(111, 'Connection refused')", "connection refused"),
            ("RemoteDisconnected('Remote end closed connection without response')", "connection closed"),
            ("timeout('timed out')", "timeout"),
            ("ValueError('x')", "ValueError"),
            ("just words", "other"),
        ];
        for (text, expected) in texts {
            assert_eq!(kind(text), expected, "{text}");
        }
    }
}
