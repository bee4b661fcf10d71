//! Which column of a JTL is what: by the header's names, or by JMeter's defaults where there is no header.

use super::record::{Ending, Record};
use crate::ingest::notation::{DAY_BY_OTHERS, Notation, SIGN_BY_OTHERS};
use crate::ingest::own::beginning::Beginning;
use crate::ingest::own::digits::Seen;
use crate::ingest::{Head, Settings};

/// What a column holds, by JMeter's name for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    TimeStamp,
    Elapsed,
    Label,
    ResponseCode,
    ResponseMessage,
    ThreadName,
    DataType,
    Success,
    FailureMessage,
    Bytes,
    SentBytes,
    AllThreads,
    Url,
    Latency,
    SampleCount,
    Hostname,
    IdleTime,
    Connect,
}

/// How many kinds of columns are read.
const KINDS: usize = 18;

/// JMeter's names. Columns that are not in here (`grpThreads`, `Filename`, `Encoding`, `ErrorCount`, variables of the test
/// plan) are passed over.
const NAMES: [(&str, Field); KINDS] = [
    ("timeStamp", Field::TimeStamp),
    ("elapsed", Field::Elapsed),
    ("label", Field::Label),
    ("responseCode", Field::ResponseCode),
    ("responseMessage", Field::ResponseMessage),
    ("threadName", Field::ThreadName),
    ("dataType", Field::DataType),
    ("success", Field::Success),
    ("failureMessage", Field::FailureMessage),
    ("bytes", Field::Bytes),
    ("sentBytes", Field::SentBytes),
    ("allThreads", Field::AllThreads),
    ("URL", Field::Url),
    ("Latency", Field::Latency),
    ("SampleCount", Field::SampleCount),
    ("Hostname", Field::Hostname),
    ("IdleTime", Field::IdleTime),
    ("Connect", Field::Connect),
];

const BEGINNING: &str = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success";

/// What follows [`BEGINNING`] where JMeter writes no header: 2.x up to 2.12 by default and with the message of failed
/// assertions, later 2.x, then 3.0, 3.1 and 4.0, and 5.x.
const DEFAULTS: [(&str, &str); 6] = [
    ("bytes,Latency", "JMeter 2"),
    ("failureMessage,bytes,Latency", "JMeter 2"),
    ("bytes,grpThreads,allThreads,Latency", "JMeter 2"),
    ("failureMessage,bytes,grpThreads,allThreads,Latency,IdleTime,Connect", "JMeter 3"),
    ("failureMessage,bytes,sentBytes,grpThreads,allThreads,Latency,IdleTime,Connect", "JMeter 4"),
    ("failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect", "JMeter 5"),
];

/// Delimiters that occur, in the order in which they are tried.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Columns says where each kind of column stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    at: [Option<usize>; KINDS],
    pub(super) names: Vec<String>,
    pub(super) delimiter: u8,
    /// JMeter's version whose defaults were taken, where there is no header.
    pub(super) assumed: Option<&'static str>,
}

impl Columns {
    fn new(names: Vec<String>, delimiter: u8) -> Self {
        let position = |name: &str| {
            let exact = names.iter().position(|have| have == name);
            exact.or_else(|| names.iter().position(|have| have.eq_ignore_ascii_case(name)))
        };
        Self { at: NAMES.map(|(name, _)| position(name)), names, delimiter, assumed: None }
    }

    /// Whether the day comes first in dates such as `05/11/2026`, as far as the rows of the file's beginning show.
    pub(super) fn day_first(&self, head: &Head) -> Option<bool> {
        let at = self.position(Field::TimeStamp)?;
        let mut fields = head.lines().filter_map(|line| line.split(|byte| *byte == self.delimiter).nth(at));
        crate::ingest::dated::day_first(&mut fields)
    }

    /// The settings with what they leave open: as the beginning shows it, else the files that belong with it, of which has to be
    /// told. Where nothing tells, what stands between semicolons may be either.
    pub(super) fn settle(&self, head: &Head, settings: &Settings) -> (Settings, Vec<&'static str>) {
        let (own, mut told) = (self.notation(head), Vec::new());
        let mut day_first = settings.day_first.or(own.day_first());
        if let (None, Some(others)) = (day_first, settings.notation.day_first()) {
            day_first = Some(others);
            told.push(DAY_BY_OTHERS);
        }
        let mut signs = own.signs;
        if !signs.decides() && settings.notation.signs.decides() {
            signs.merge(settings.notation.signs);
            told.push(SIGN_BY_OTHERS);
        }
        let sign = match settings.sign.filter(|_| !signs.decides()) {
            Some(stated) => stated.unless_shown(),
            None => signs.sign(self.delimiter == b';'),
        };
        (Settings { day_first, sign: Some(sign), ..settings.clone() }, told)
    }

    fn signs(&self, head: &Head) -> Seen {
        let times = [Field::Elapsed, Field::Latency, Field::Connect, Field::IdleTime];
        let columns: Vec<usize> = times.into_iter().filter_map(|field| self.position(field)).collect();
        Beginning::of(head, self.delimiter).seen(&columns)
    }

    /// What a file with these columns and this beginning shows of how it writes dates and numbers.
    pub(super) fn notation(&self, head: &Head) -> Notation {
        Notation::of(self.day_first(head), self.signs(head))
    }

    /// Where a kind of column stands.
    #[inline]
    pub(super) fn position(&self, field: Field) -> Option<usize> {
        self.at.get(field as usize).copied().flatten()
    }

    /// What the column there holds; `None` for what is passed over.
    pub(super) fn field(&self, at: usize) -> Option<Field> {
        NAMES.iter().map(|(_, field)| *field).find(|field| self.position(*field) == Some(at))
    }

    /// Whether there is a column of that kind.
    pub(super) fn has(&self, field: Field) -> bool {
        self.position(field).is_some()
    }

    /// The columns of a file with this beginning.
    ///
    /// # Errors
    /// Why it is no JTL.
    pub(super) fn of(head: &Head) -> Result<Self, &'static str> {
        let line = head.first_line();
        match Self::of_header(line) {
            Some(columns) => Ok(columns),
            None => Self::of_row(head).ok_or("neither JMeter's column names nor a row of its default columns"),
        }
    }

    /// By a header: `elapsed` and two more of JMeter's names, which tell it from other tools' tables.
    pub(super) fn of_header(line: &[u8]) -> Option<Self> {
        const TELLING: [&str; 8] = [
            "timeStamp",
            "label",
            "responseCode",
            "responseMessage",
            "threadName",
            "success",
            "grpThreads",
            "allThreads",
        ];
        DELIMITERS.into_iter().find_map(|delimiter| {
            let names = split(line, delimiter)?;
            let telling = TELLING.iter().filter(|name| names.iter().any(|have| have == *name)).count();
            (telling >= 2 && names.iter().any(|name| name == "elapsed")).then(|| Self::new(names, delimiter))
        })
    }

    /// By a row of one of the default sets of columns: their number, and `true` or `false` where `success` stands.
    fn of_row(head: &Head) -> Option<Self> {
        DELIMITERS.into_iter().find_map(|delimiter| {
            let row = first_row(head, delimiter)?;
            DEFAULTS.iter().find_map(|(rest, version)| {
                let names: Vec<String> = BEGINNING.split(',').chain(rest.split(',')).map(str::to_owned).collect();
                let columns = Self { assumed: Some(version), ..Self::new(names, delimiter) };
                columns.fits(&row).then_some(columns)
            })
        })
    }

    fn fits(&self, row: &[String]) -> bool {
        let text = |field| self.position(field).and_then(|at| row.get(at)).map_or("", String::as_str);
        let whole = |field| !text(field).is_empty() && text(field).bytes().all(|byte| byte.is_ascii_digit());
        let dated = text(Field::TimeStamp).as_bytes().first().is_some_and(u8::is_ascii_digit)
            && text(Field::TimeStamp).len() >= 13;
        row.len() == self.names.len()
            && dated
            && [Field::Elapsed, Field::Bytes, Field::Latency].into_iter().all(whole)
            && (!self.has(Field::AllThreads) || whole(Field::AllThreads))
            && matches!(text(Field::Success), "true" | "false")
    }
}

/// The first row, which may stand in several lines.
fn first_row(head: &Head, delimiter: u8) -> Option<Vec<String>> {
    let bytes = head.bytes();
    let mut ends = memchr::memchr_iter(b'\n', bytes).take(50).chain(head.is_whole().then_some(bytes.len()));
    ends.find_map(|end| split(bytes.get(..end)?, delimiter))
}

/// A row's fields, trimmed; `None` where it ends within quotes.
fn split(row: &[u8], delimiter: u8) -> Option<Vec<String>> {
    let row = row.strip_suffix(b"\r").unwrap_or(row);
    let mut record = Record::default();
    (record.split(row, delimiter) == Ending::Whole).then(|| {
        let text = |at| String::from_utf8_lossy(record.get(row, at).unwrap_or_default()).trim().to_owned();
        (0..record.len()).map(text).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Columns, &'static str> {
        Columns::of(&Head::new(text.as_bytes(), true))
    }

    #[test]
    fn columns_are_found_in_any_order_and_with_any_delimiter() {
        let columns = of("label;elapsed;Latency;timeStamp;success\n").unwrap();
        assert_eq!(columns.delimiter, b';');
        assert_eq!(columns.position(Field::TimeStamp), Some(3));
        assert_eq!(columns.position(Field::Connect), None);
        assert_eq!(of("timeStamp\telapsed\tlabel\n").unwrap().delimiter, b'\t');
        assert_eq!(of("timeStamp|elapsed|label\n").unwrap().delimiter, b'|');
    }

    #[test]
    fn rows_without_a_header_are_known_by_their_shape() {
        let rows = [
            ("1795226501973,672,a,200,OK,T 1-1,text,true,419,671", "JMeter 2"),
            ("1795226501973,672,a,200,OK,T 1-1,text,false,\"not found, or so\",419,671", "JMeter 2"),
            ("1795226501973,672,POST food,200,OK,\"Thread, A 1-1\",text,true,419,10,10,671", "JMeter 2"),
            ("2026/11/21 02:01:54.829;672;a;200;OK;T 1-1;text;false;419;10;10;671", "JMeter 2"),
            ("1795226501973,672,a,200,OK,T 1-1,text,true,,419,231,10,10,104,0,1", "JMeter 4"),
            ("1795226501973,672,a,200,OK,T 1-1,text,false,\"two\nlines\",419,231,10,10,null,104,0,1", "JMeter 5"),
        ];
        for (row, version) in rows {
            assert_eq!(of(row).unwrap().assumed, Some(version), "{row}");
        }
    }

    #[test]
    fn other_tables_are_no_jtl() {
        for text in [
            "time,elapsed,label\n",
            "timestamp,endpoint,latency_ms,success\n",
            "1795227158725105279,404,3454606,0,14,404 Not Found,NDA0,steady,2,GET,http://h/,Q29u\n",
            "1795226501973,672,a,200,OK,T 1-1,text,maybe,419,10,10,671\n",
            "",
            "Dear team,\n",
        ] {
            assert!(of(text).is_err(), "{text}");
        }
    }
}
