//! `k6 run --out csv=FILE`: the same points as NDJSON, less their kinds, thresholds and last digits.
//!
//! Which system tags are columns depends on the run's settings, so every column that is not known otherwise is a tag. User
//! tags stand in one column as `name=value&name=value`, unescaped and in random order; values may hold line breaks.

use super::metric::Definitions;
use super::point::{self, MetricId, Observer};
use super::record::Flaw;
use crate::error::Error;
use crate::ingest::rows::{Header, Row, Rows};
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::key::Tags;
use crate::unit::Timestamp;

const BEGINNING: &[u8] = b"metric_name,timestamp,metric_value";
const EXTRA_TAGS: &str = "extra_tags";
/// Columns that are no tags.
const NO_TAGS: [&str; 5] = ["metric_name", "timestamp", "metric_value", EXTRA_TAGS, "metadata"];

/// Reads k6's CSV.
pub(in crate::ingest) struct K6Csv;

impl Adapter for K6Csv {
    fn name(&self) -> &'static str {
        "k6_csv"
    }

    fn tool(&self) -> &'static str {
        "k6"
    }

    fn about(&self) -> &'static str {
        "every measured value, one CSV row each: `k6 run --out csv=FILE`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if head.first_line().starts_with(BEGINNING) {
            return Sniff::yes(
                "the header begins with metric_name, timestamp, metric_value, as k6's `--out csv` writes it",
            );
        }
        Sniff::no("the header does not begin with metric_name, timestamp, metric_value")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut rows = Rows::open(input, b',')?;
        let columns = Columns::of(rows.header()).ok_or_else(|| {
            Error::input("lacks one of the columns metric_name, timestamp and metric_value").at(input.place())
        })?;
        let definitions = Definitions::built_in();
        let mut reader =
            Reader { columns, observer: Observer::new(sink, &definitions, settings), last: None, written: Vec::new() };
        let mut tally = Tally::default();
        let (mut finer_than_seconds, mut torn_line) = (false, None);
        while let Some(row) = rows.next_row(&mut tally) {
            torn_line = None;
            match reader.row(&row) {
                Ok(finer) => {
                    finer_than_seconds |= finer;
                    tally.used();
                }
                Err(flaw) => {
                    torn_line = Some(row.line);
                    tally.reject(reader.columns.rejection(&row, flaw));
                    if settings.strict {
                        break;
                    }
                }
            }
        }
        if settings.strict
            && let Some(error) = tally.strict_error(input.source())
        {
            return Err(error);
        }
        if let Some(line) = torn_line {
            tally.unfinished.get_or_insert_with(|| format!("breaks off within line {line}"));
        }
        if tally.used > 0 && !finer_than_seconds {
            tally.note("times are whole seconds: nothing within a second can be told apart (K6_CSV_TIME_FORMAT=unix_milli keeps more)");
        }
        let account = reader.observer.into_account();
        if let Some(note) = point::conclude(account, sink, settings) {
            tally.note(note);
        }
        Ok(tally)
    }
}

/// Where the columns are.
#[derive(Debug)]
struct Columns {
    metric: usize,
    timestamp: usize,
    value: usize,
    extra_tags: Option<usize>,
    /// Position and name of each tag's column.
    tags: Vec<(usize, String)>,
    count: usize,
}

impl Columns {
    fn of(header: &Header) -> Option<Self> {
        let tag = |(at, name): (usize, &String)| (!NO_TAGS.contains(&name.as_str())).then(|| (at, name.clone()));
        Some(Self {
            metric: header.position("metric_name")?,
            timestamp: header.position("timestamp")?,
            value: header.position("metric_value")?,
            extra_tags: header.position(EXTRA_TAGS),
            tags: header.names().iter().enumerate().filter_map(tag).collect(),
            count: header.names().len(),
        })
    }

    /// The tags of a row.
    fn tags_of(&self, row: &Row<'_>) -> Tags {
        let text = |at| String::from_utf8_lossy(row.bytes(Some(at)).unwrap_or_default()).into_owned();
        let columns = self.tags.iter().map(|(at, name)| (name.clone(), text(*at)));
        columns.chain(self.extra_tags.map(text).iter().flat_map(|extra| extra_tags(extra))).collect()
    }

    /// A rejection that shows metric, time and value; tags are the user's and may be secret.
    fn rejection(&self, row: &Row<'_>, flaw: Flaw) -> Rejection {
        let shown = [self.metric, self.timestamp, self.value].map(|at| row.bytes(Some(at)).unwrap_or_default());
        Rejection {
            byte: row.byte,
            line: row.line,
            field: flaw.field.map(str::to_owned),
            reason: flaw.reason,
            excerpt: crate::fmt::excerpt(&shown.join(&b',')),
        }
    }
}

/// Tags out of `name=value&name=value`. Nothing is escaped there: a piece without `=` is taken for the rest of a value that
/// held a `&`.
fn extra_tags(text: &str) -> Tags {
    let mut tags = Tags::new();
    for piece in text.split('&').filter(|piece| !piece.is_empty()) {
        match (piece.split_once('='), tags.last_mut()) {
            (Some((name, value)), _) => tags.push((name.to_owned(), value.to_owned())),
            (None, Some((_, value))) => {
                value.push('&');
                value.push_str(piece);
            }
            (None, None) => {}
        }
    }
    tags
}

struct Reader<'a> {
    columns: Columns,
    observer: Observer<'a>,
    /// The metric of the last row.
    last: Option<(String, MetricId)>,
    /// A row's tags as they stand there, each with its length, so that no two sets are written alike.
    written: Vec<u8>,
}

impl Reader<'_> {
    /// One row; returns whether its time is finer than a second.
    fn row(&mut self, row: &Row<'_>) -> Result<bool, Flaw> {
        let columns = &self.columns;
        if row.bytes(Some(columns.count - 1)).is_none() {
            return Err(Flaw::whole(format!("a row with fewer than the header's {} fields", columns.count)));
        }
        let name =
            row.text(Some(columns.metric)).ok_or(Flaw { field: Some("metric_name"), reason: "is empty".to_owned() })?;
        let (at, finer) = row
            .text(Some(columns.timestamp))
            .and_then(time)
            .ok_or_else(|| flawed(row, columns.timestamp, "timestamp", "a unix time or an RFC 3339 time"))?;
        let value = row
            .number(Some(columns.value))
            .ok()
            .flatten()
            .ok_or_else(|| flawed(row, columns.value, "metric_value", "a finite number"))?;
        let metric = match &self.last {
            Some((last, id)) if last == name => *id,
            _ => {
                let id = self.observer.metric(name);
                self.last = Some((name.to_owned(), id));
                id
            }
        };
        self.written.clear();
        for at in columns.tags.iter().map(|(at, _)| *at).chain(columns.extra_tags) {
            let field = row.bytes(Some(at)).unwrap_or_default();
            self.written.extend_from_slice(&field.len().to_le_bytes());
            self.written.extend_from_slice(field);
        }
        let tags = self.observer.tag_set(&self.written, || Ok(columns.tags_of(row)))?;
        self.observer.observe(metric, tags, at, value)?;
        Ok(finer)
    }
}

fn flawed(row: &Row<'_>, at: usize, field: &'static str, wanted: &str) -> Flaw {
    let found = crate::fmt::excerpt(row.bytes(Some(at)).unwrap_or_default());
    Flaw { field: Some(field), reason: format!("`{field}` should be {wanted}, found `{found}`") }
}

/// A time in whichever of k6's formats it is written, and whether it is finer than a second. Unix times are told apart by
/// their length: seconds have 10 digits until the year 2286, milliseconds 13, microseconds 16, nanoseconds 19.
fn time(text: &str) -> Option<(Timestamp, bool)> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        let nanos = text.parse::<jiff::Timestamp>().ok()?.as_nanosecond();
        return Some((Timestamp(i64::try_from(nanos).ok()?), text.contains('.')));
    }
    let (weight, finer) = match text.len() {
        9..=11 => (1_000_000_000, false),
        12..=14 => (1_000_000, true),
        15..=17 => (1_000, true),
        18..=19 => (1, true),
        _ => return None,
    };
    Some((Timestamp(text.parse::<i64>().ok()?.checked_mul(weight)?), finer))
}

#[cfg(test)]
mod tests {
    use super::super::recorder::Recorder;
    use super::*;
    use crate::model::key::Population;

    const HEADER: &str = "metric_name,timestamp,metric_value,check,expected_response,group,method,name,scenario,status,url,extra_tags,metadata";

    fn read(text: &str) -> (Recorder, Tally) {
        let input = Input::memory("out.csv", text.as_bytes().to_vec()).unwrap();
        let mut sink = Recorder::default();
        let tally = K6Csv.read(&input, &Settings::default(), &mut sink).unwrap();
        (sink, tally)
    }

    #[test]
    fn every_time_format_is_the_same_instant() {
        for text in [
            "1795227349500",
            "1795227349500000",
            "1795227349500000000",
            "2026-11-21T02:15:49.5Z",
            "2026-11-21T07:45:49.5+05:30",
        ] {
            assert_eq!(time(text), Some((Timestamp(1_795_227_349_500_000_000), true)), "{text}");
        }
        assert_eq!(time("1795227349"), Some((Timestamp(1_795_227_349_000_000_000), false)));
        assert_eq!(time("2026-11-21T02:15:49Z"), Some((Timestamp(1_795_227_349_000_000_000), false)));
        assert_eq!(time("yesterday"), None);
        assert_eq!(time("12"), None);
    }

    #[test]
    fn user_tags_are_read_in_any_order_and_with_line_breaks() {
        let text = format!(
            "{HEADER}\n\
             http_req_duration,1795227349,49.145829,,true,,GET,/a,main,200,/a,\"build=v1&run=a,b \"\"q\"\"\n2\",\n\
             http_req_duration,1795227350,1.000000,,true,,GET,/a,main,200,/a,\"run=a,b \"\"q\"\"\n2&build=v1\",vu=1\n"
        );
        let (sink, tally) = read(&text);
        let told = sink.told();
        assert_eq!((tally.used, tally.rejected), (2, 0));
        assert_eq!(told.cells.len(), 1);
        let (cell, samples) = told.cells.first_key_value().unwrap();
        assert!(cell.tags.contains(&("run".to_owned(), "a,b \"q\"\n2".to_owned())));
        assert_eq!(samples[0].1, 49_145_829);
        assert!(tally.notes.iter().any(|note| note.contains("whole seconds")));
        assert_eq!(extra_tags("a=1&2&b=x=y"), [("a".to_owned(), "1&2".to_owned()), ("b".to_owned(), "x=y".to_owned())]);
    }

    #[test]
    fn bad_rows_are_counted_and_a_torn_one_is_said_to_be_so() {
        let text = format!(
            "{HEADER}\nvus,1795227349,+Inf,,,,,,,,,,\nvus,soon,1,,,,,,,,,,\nvus,1795227349,3,,,,,,,,,,\nvus,17952273"
        );
        let (sink, tally) = read(&text);
        assert_eq!((tally.used, tally.rejected, tally.read), (1, 3, 4));
        assert_eq!(sink.users.len(), 1);
        assert_eq!(tally.unfinished.as_deref(), Some("breaks off within line 5"));
        assert!(tally.first_rejections[0].reason.contains("+Inf"));
    }

    #[test]
    fn a_metric_of_unknown_kind_is_said_to_be_so() {
        let (_, tally) = read(&format!("{HEADER}\nsold,1795227349500,1,,,,,,,,,token=hunter2,\n"));
        assert!(tally.notes.iter().any(|note| note.contains("`sold`")));
    }

    #[test]
    fn the_outcome_may_come_from_http_req_failed() {
        let header = "metric_name,timestamp,metric_value,extra_tags,metadata";
        let (sink, _) = read(&format!(
            "{header}\nhttp_req_duration,1795227349,5,,\nhttp_req_failed,1795227349,1,,\nhttp_req_duration,1795227350,7,,\nhttp_req_failed,1795227350,0,,\n"
        ));
        let told = sink.told();
        assert_eq!(told.figures(Population::Request), (2, 1, 6.0));
        assert_eq!(told.facts, []);
    }
}
