//! What stands in a row of k6's CSV: which columns are tags, how times are written, and the fast path through rows of
//! exactly the form that k6 writes.

use super::point::{Observer, TagSetId};
use super::shape::Dialect;
use crate::ingest::decimal;
use crate::ingest::own::cell_text;
use crate::ingest::own::columns::header_names;
use crate::ingest::own::digits::Sign;
use crate::ingest::rows::{Header, Row};
use crate::model::key::Tags;
use crate::unit::Timestamp;

const BEGINNING: &[u8] = b"metric_name,timestamp,metric_value";
/// The column of values.
pub(super) const VALUE: &str = "metric_value";
const EXTRA_TAGS: &str = "extra_tags";
/// Columns that are no tags.
const NO_TAGS: [&str; 5] = ["metric_name", "timestamp", "metric_value", EXTRA_TAGS, "metadata"];

/// Whether a line is the beginning of k6's header, as k6 writes it or as a spreadsheet saves it, with semicolons or tabs.
pub(super) fn begins(line: &[u8]) -> bool {
    if line.starts_with(BEGINNING) {
        return true;
    }
    let is_resaved = line.starts_with(b"metric_name") || line.starts_with(b"\"metric_name");
    is_resaved && header_names(line).starts_with(&["metric_name", "timestamp", VALUE].map(str::to_owned))
}

/// The value of a row; `sign` is known of a table that a spreadsheet saved again.
pub(super) fn value(row: &Row<'_>, columns: &Columns, sign: Option<Sign>) -> Option<f64> {
    let value = match sign {
        None => row.number(Some(columns.value)),
        Some(sign) => cell_text::number(row.text(Some(columns.value)).unwrap_or_default(), sign),
    };
    value.ok().flatten()
}

/// Where the columns are.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) metric: usize,
    pub(super) timestamp: usize,
    pub(super) value: usize,
    extra_tags: Option<usize>,
    /// Position and name of each tag's column.
    tags: Vec<(usize, String)>,
    pub(super) count: usize,
}

impl Columns {
    /// Those of a header; `None` where one is missing that every row needs.
    pub(super) fn of(header: &Header) -> Option<Self> {
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

    /// The tags of a row, out of its fields by their position.
    pub(super) fn tags_of<'f>(&self, field: impl Fn(usize) -> &'f [u8]) -> Tags {
        let text = |at| String::from_utf8_lossy(field(at)).into_owned();
        let columns = self.tags.iter().map(|(at, name)| (name.clone(), text(*at)));
        columns.chain(self.extra_tags.map(text).iter().flat_map(|extra| extra_tags(extra))).collect()
    }

    /// The fields with tags as they stand there, each with its length, so that no two sets are written alike.
    pub(super) fn write_tags<'f>(&self, written: &mut Vec<u8>, field: impl Fn(usize) -> &'f [u8]) {
        written.clear();
        for at in self.tags.iter().map(|(at, _)| *at).chain(self.extra_tags) {
            let field = field(at);
            written.extend_from_slice(&field.len().to_le_bytes());
            written.extend_from_slice(field);
        }
    }

    /// Whether metric, time and value come first and in this order, as k6 writes them.
    fn are_in_front(&self) -> bool {
        (self.metric, self.timestamp, self.value) == (0, 1, 2)
    }
}

/// Tags out of `name=value&name=value`. Nothing is escaped there: a piece without `=` is taken for the rest of a value that
/// held a `&`.
pub(super) fn extra_tags(text: &str) -> Tags {
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

/// Rows as k6 writes them, with metric, time and value in front and no quotes.
pub(super) struct CsvRows<'a> {
    columns: &'a Columns,
    /// The last time with the comma behind it, and its instant.
    stamp: Vec<u8>,
    at: Timestamp,
    /// Whether any time was.
    pub(super) finer_than_seconds: bool,
    written: Vec<u8>,
}

impl<'a> CsvRows<'a> {
    /// Of a file with these columns.
    pub(super) fn new(columns: &'a Columns) -> Self {
        Self { columns, stamp: Vec::new(), at: Timestamp(0), finer_than_seconds: false, written: Vec::new() }
    }
}

impl Dialect for CsvRows<'_> {
    fn head(name: &str) -> Option<Vec<u8>> {
        let plain = !name.contains(['"', ',', '\n', '\r']) && name.trim() == name;
        plain.then(|| format!("{name},").into_bytes())
    }

    fn head_of(row: &[u8]) -> Option<&[u8]> {
        row.get(..=memchr::memchr(b',', row)?)
    }

    #[inline]
    fn numbers<'l>(&mut self, text: &'l [u8]) -> Option<(Timestamp, f64, &'l [u8])> {
        let rest = match text.strip_prefix(self.stamp.as_slice()) {
            Some(rest) if !self.stamp.is_empty() => rest,
            _ => {
                let (stamp, rest) = text.split_at_checked(memchr::memchr(b',', text)? + 1)?;
                let (at, finer) = time(std::str::from_utf8(stamp.strip_suffix(b",")?).ok()?)?;
                self.finer_than_seconds |= finer;
                self.at = at;
                self.stamp.clear();
                self.stamp.extend_from_slice(stamp);
                rest
            }
        };
        let (value, len) = decimal::scan(rest)?;
        let tail = rest.get(len..)?;
        (tail.first() == Some(&b',')).then_some((self.at, value, tail))
    }

    fn tag_set(&mut self, tail: &[u8], observer: &mut Observer<'_>) -> Option<(TagSetId, bool)> {
        let columns = self.columns;
        if !columns.are_in_front() || memchr::memchr2(b'"', b'\r', tail).is_some() {
            return None;
        }
        // The tail begins with the comma behind the value, so its first piece is nothing and stands for the value.
        let fields: Vec<&[u8]> = tail.split(|byte| *byte == b',').collect();
        let field =
            |at: usize| at.checked_sub(columns.value).and_then(|at| fields.get(at).copied()).unwrap_or_default();
        if columns.value + fields.len() < columns.count {
            return None;
        }
        columns.write_tags(&mut self.written, field);
        let tags = observer.tag_set(&self.written, || Ok(columns.tags_of(field))).ok()?;
        Some((tags, true))
    }
}

/// A time in whichever of k6's formats it is written, and whether it is finer than a second. Unix times are told apart by
/// their length: seconds have 10 digits until the year 2286, milliseconds 13, microseconds 16, nanoseconds 19.
pub(super) fn time(text: &str) -> Option<(Timestamp, bool)> {
    if text.len() > 19 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
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
    Some((Timestamp(decimal::integer(text.as_bytes())?.checked_mul(weight)?), finer))
}
