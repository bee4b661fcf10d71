//! A team's own summary as a table: one row an endpoint or a scenario, its counts and latencies in columns.
//!
//! Columns mean what keys of a JSON summary mean, so a row becomes a [`Record`] and is told like one. A row called `Total`
//! is the test as a whole.

use super::cell_text::Refusal;
use super::columns::{delimiter, foreign_header, header_names};
use super::digits::{self, Seen, Sign};
use super::known::{Wanted, known_names};
use super::name::words;
use super::results::key::{About, Count, Meaning, Subject, meaning};
use super::results::ladder;
use super::results::read_records;
use super::results::record::Record;
use super::results::share_scale;
use super::rows_csv::{rejection, shape};
use crate::error::Error;
use crate::ingest::rows::{Row, Rows};
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::key::Population;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Reads tables of aggregates.
pub struct OwnResultsCsv;

/// Rows that are held; a table of aggregates has dozens.
const MOST_ROWS: u64 = 20_000;
/// Rows that detection looks at.
const SNIFFED: usize = 50;
/// Names of the row that sums up all others.
#[rustfmt::skip]
const WHOLE: [&str; 10] = ["total", "totals", "aggregated", "aggregate", "all", "overall", "sum", "summary", "合计", "总计"];
/// What JMeter's plugin for the command line calls the columns of its aggregate report, and JMeter itself.
#[rustfmt::skip]
const BY_PLUGIN: [(&str, &str); 8] = [
    ("sampler_label", "Label"), ("aggregate_report_count", "# Samples"), ("average", "Average"), ("aggregate_report_median", "Median"),
    ("aggregate_report_min", "Min"), ("aggregate_report_max", "Max"), ("aggregate_report_error%", "Error %"), ("aggregate_report_rate", "Throughput"),
];

/// The share that failed in JMeter's tables: percent with its sign behind each number, or in older versions a ratio.
const ERROR_RATE: &str = "Error %";

impl Adapter for OwnResultsCsv {
    fn name(&self) -> &'static str {
        "own_results_csv"
    }

    fn tool(&self) -> &'static str {
        "own script"
    }

    fn about(&self) -> &'static str {
        "CSV table of a team's own summary: one row an endpoint or scenario, with columns of counts and percentiles"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let line = head.first_line();
        if line.first().is_none_or(|byte| matches!(byte, b'{' | b'[' | b'<')) {
            return Sniff::no("does not begin with a CSV header");
        }
        let names = spelled_out(header_names(line));
        if let Some(tool) = foreign_header(&names) {
            return Sniff::no(format!("the header is {tool}'s"));
        }
        let meanings: Vec<Option<Meaning>> = names.iter().map(|name| meaning(name)).collect();
        let counted = meanings
            .iter()
            .flatten()
            .any(|meaning| matches!(meaning, Meaning::Count(Population::Request, count, _) if *count != Count::Bytes));
        let timed = |meaning: &Meaning| matches!(meaning, Meaning::Figure(_, Subject::Latency(_), _));
        if !counted || !meanings.iter().flatten().any(timed) {
            return Sniff::no("the header does not name both a count of requests and a percentile or mean of latency");
        }
        match naming_column(&names) {
            Some(column) if is_over_time(&names) && !tells_rows_apart(head, column) => {
                Sniff::no("the rows are a course over time")
            }
            None if is_over_time(&names) => Sniff::no("the rows are a course over time"),
            _ => Sniff::unsure("a table with counts and latencies under the names people use"),
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let separator = delimiter(input.head()?.first_line());
        let mut rows = Rows::open(input, separator)?;
        let names = spelled_out(rows.header().names().to_vec());
        let naming = naming_column(&names);
        let style = Style::of(input, separator, &names, settings.sign)?;
        let error_rate = names.iter().position(|name| name == ERROR_RATE).filter(|_| is_jmeter_s(&names));
        let (mut records, mut say_percent) = (Vec::new(), Vec::new());
        let (mut tally, mut is_short) = (Tally::default(), false);
        while let Some(row) = rows.next_row(&mut tally) {
            is_short = row.bytes(names.len().checked_sub(1)).is_none();
            match record(&row, &names, naming, style) {
                Ok(_) if tally.used >= MOST_ROWS => {
                    let refusal = Refusal::row(format!("is beyond the {MOST_ROWS} rows that a table of sums may have"));
                    tally.reject(rejection(&row, &names, &refusal));
                }
                Ok(record) => {
                    records.push(record);
                    say_percent.push(row.text(error_rate).is_some_and(|cell| cell.contains('%')));
                    tally.used();
                }
                Err(refusal) => tally.reject(rejection(&row, &names, &refusal)),
            }
        }
        tally.stop_if_strict(settings, input)?;
        if error_rate.is_some()
            && let Some(note) = share_scale::settle(&mut records, &say_percent)
        {
            tally.note(note);
        }
        ladder::name_by_users(&mut records);
        let mut document = Record::default();
        for record in records {
            file(record, &mut document);
        }
        if is_short {
            tally.unfinished.get_or_insert_with(|| "the last row breaks off".to_owned());
        } else if is_jmeter_s(&names) && !document.states_load() {
            let why = "JMeter ends such a table with a row TOTAL, and there is none";
            tally.unfinished.get_or_insert_with(|| why.to_owned());
        }
        if tally.used > 0 {
            let told = read_records(document, input, settings, sink)?;
            told.notes.into_iter().for_each(|note| tally.note(note));
        }
        let unused: Vec<String> = (names.iter().enumerate())
            .filter(|(column, name)| meaning(name).is_none() && Some(*column) != naming && !name.is_empty())
            .map(|(_, name)| format!("`{}`", crate::fmt::plain(name)))
            .collect();
        if !unused.is_empty() {
            tally.note(format!("not read: {}", unused.join(", ")));
        }
        Ok(tally)
    }
}

/// The names of a table that JMeter's aggregate or summary report saved, from its window or by the plugin for the command
/// line: its times are milliseconds, which they do not say.
fn spelled_out(mut names: Vec<String>) -> Vec<String> {
    let by_plugin = names.iter().any(|name| name == "aggregate_report_count");
    for name in names.iter_mut().filter(|_| by_plugin) {
        if let Some((_, shown)) = BY_PLUGIN.iter().find(|(written, _)| written == name) {
            (*shown).clone_into(name);
        } else if let Some(percent) =
            name.strip_prefix("aggregate_report_").and_then(|rest| rest.strip_suffix("%_line"))
        {
            *name = format!("{percent}% Line");
        }
    }
    let is_jmeter = is_jmeter_s(&names);
    for name in names.iter_mut().filter(|_| is_jmeter) {
        if matches!(name.as_str(), "Average" | "Median" | "Min" | "Max") || name.ends_with("% Line") {
            name.push_str(" (ms)");
        }
    }
    names
}

fn is_jmeter_s(names: &[String]) -> bool {
    ["# Samples", ERROR_RATE].iter().all(|wanted| names.iter().any(|name| name == wanted))
}

/// The column that says what a row is about: one of a known name, else the first of no meaning at all.
fn naming_column(names: &[String]) -> Option<usize> {
    let called = |wanted: About| names.iter().position(|name| meaning(name) == Some(Meaning::About(wanted)));
    let is_time = |name: &String| is_over_time(std::slice::from_ref(name));
    let is_known_name = |name: &String| {
        let (spoken, known) = (words(name), known_names());
        known.iter().any(|known| known.wanted == Wanted::Endpoint && known.names.contains(&spoken.as_str()))
    };
    called(About::Endpoint)
        .or_else(|| called(About::Name))
        .or_else(|| names.iter().position(is_known_name))
        .or_else(|| called(About::Scenario))
        .or_else(|| names.first().filter(|first| meaning(first).is_none() && !is_time(first)).map(|_| 0))
}

/// Whether a column is called an instant: such a table is a course over time, unless each row has a name of its own.
fn is_over_time(names: &[String]) -> bool {
    let time = |name: &String| {
        let spoken = words(name);
        matches!(meaning(name), Some(Meaning::About(About::WrittenAt | About::Start | About::End)))
            || known_names().iter().any(|known| known.wanted == Wanted::Time && known.names.contains(&spoken.as_str()))
            || ["elapsed_s", "second", "seconds", "minute", "hour", "hour_utc", "window", "interval"]
                .contains(&spoken.as_str())
    };
    names.iter().any(time)
}

/// Whether the rows that the head shows have each a name, which is no number and not another's.
fn tells_rows_apart(head: &Head, column: usize) -> bool {
    let separator = delimiter(head.first_line());
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for line in head.lines().skip(1).filter(|line| !line.is_empty()).take(SNIFFED) {
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(line);
        let mut record = csv::ByteRecord::new();
        let _ = reader.read_byte_record(&mut record);
        let name = record.get(column).unwrap_or(&[]).to_vec();
        let is_number = std::str::from_utf8(&name).is_ok_and(|text| text.trim().parse::<f64>().is_ok());
        if name.is_empty() || is_number || seen.contains(&name) {
            return false;
        }
        seen.push(name);
    }
    !seen.is_empty()
}

/// Whether what stands under that name is a number.
fn is_number(name: &str) -> bool {
    match meaning(name) {
        Some(Meaning::Count(..) | Meaning::Figure(..)) => true,
        Some(Meaning::About(about)) => matches!(about, About::Users | About::Duration),
        None => false,
    }
}

/// How a table writes its numbers.
#[derive(Debug, Clone, Copy)]
struct Style {
    seen: Seen,
    semicolons: bool,
    /// What the settings say.
    known: Option<Sign>,
}

impl Style {
    /// What all numbers of a table show.
    fn of(input: &Input, separator: u8, names: &[String], known: Option<Sign>) -> Result<Self, Error> {
        let numbers: Vec<usize> =
            (0..names.len()).filter(|at| names.get(*at).is_some_and(|name| is_number(name))).collect();
        let (mut rows, mut unneeded, mut seen) = (Rows::open(input, separator)?, Tally::default(), Seen::default());
        let is_share = |column: &usize| match names.get(*column).and_then(|name| meaning(name)) {
            Some(Meaning::Count(_, count, _)) => count.in_percent().is_some(),
            _ => false,
        };
        let shares: Vec<usize> = numbers.iter().copied().filter(is_share).collect();
        while let Some(row) = rows.next_row(&mut unneeded) {
            numbers.iter().filter_map(|column| row.text(Some(*column))).for_each(|cell| seen.take(cell));
            shares.iter().filter_map(|column| row.text(Some(*column))).for_each(|cell| seen.take_share(cell));
        }
        Ok(Self { seen, semicolons: separator == b';', known })
    }

    /// A cell's number as JSON would have it, with what stands behind it; as it stands where it is none.
    fn number(self, cell: &str, column: usize) -> Result<Cow<'_, str>, Refusal> {
        let (number, behind) = digits::split(cell);
        // A comma between commas is refused as no number; a point there is a decimal one.
        let may_group = self.semicolons || number.contains(',');
        if self.known.is_none() && may_group && self.seen.leaves_open(cell) {
            return Err(Refusal::at(column, digits::doubt_of_row(cell)));
        }
        if let Some(reason) = self.known.and_then(|sign| sign.contradicted(cell)) {
            return Err(Refusal::at(column, reason));
        }
        Ok(match digits::plain(number, self.known.unwrap_or_else(|| self.seen.sign(self.semicolons))) {
            Some(plain) if plain != number => Cow::Owned(format!("{plain}{behind}")),
            _ => Cow::Borrowed(cell),
        })
    }
}

/// A row as the object that a JSON summary would have for it.
fn record(row: &Row<'_>, names: &[String], naming: Option<usize>, style: Style) -> Result<Record, Refusal> {
    shape(row, names.len())?;
    let mut object = Map::new();
    for (column, name) in names.iter().enumerate() {
        let Some(text) = row.text(Some(column)) else { continue };
        let text = if is_number(name) { style.number(text, column)? } else { Cow::Borrowed(text) };
        object.insert(name.clone(), Value::String(text.into_owned()));
    }
    let mut record = Record::of_document(&Value::Object(object));
    if let Some(refused) = record.refused.first() {
        let column = names.iter().position(|name| *name == refused.key);
        return Err(Refusal { column, reason: refused.value.clone() });
    }
    if !record.states_load() {
        return Err(Refusal::row("states neither a count nor a latency"));
    }
    let named = record.name.take().or_else(|| row.text(naming).map(str::to_owned));
    if record.endpoint.is_none() && record.scenario.is_none() {
        // A first column that nobody knows tells variants of a test apart, as does the number of users.
        let variant = naming.and_then(|column| names.get(column)).is_some_and(|name| {
            meaning(name).is_none() && !known_names().iter().any(|known| known.names.contains(&words(name).as_str()))
        });
        match named {
            Some(name) if variant => record.scenario = Some(name),
            Some(name) => record.endpoint = Some(name),
            None => record.scenario = record.users.map(ladder::users_name),
        }
    }
    Ok(record)
}

/// Puts a row where it belongs: the whole, a scenario, or an endpoint of one.
fn file(mut row: Record, document: &mut Record) {
    let is_whole = |name: &Option<String>| name.as_deref().is_some_and(|name| WHOLE.contains(&words(name).as_str()));
    let endpoint = row.endpoint.take();
    match (row.scenario.take(), endpoint) {
        (None, endpoint) if endpoint.is_none() || is_whole(&endpoint) => {
            let inner = (std::mem::take(&mut document.endpoints), std::mem::take(&mut document.scenarios));
            (row.endpoints, row.scenarios) = inner;
            *document = row;
        }
        (scenario @ Some(_), None) => document.scenarios.push(Record { scenario, ..row }),
        (scenario @ Some(_), endpoint) if is_whole(&endpoint) => {
            let found = document.scenarios.iter_mut().find(|have| have.scenario == scenario);
            match found {
                Some(of) => *of = Record { scenario, endpoints: std::mem::take(&mut of.endpoints), ..row },
                None => document.scenarios.push(Record { scenario, ..row }),
            }
        }
        (scenario, endpoint) => ladder::put(Record { scenario, endpoint, ..row }, document),
    }
}

#[cfg(test)]
mod tests;
