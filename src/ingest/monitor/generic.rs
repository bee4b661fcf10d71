//! Any CSV with one time column and otherwise numbers: `docker stats`, psutil, an exporter's dump.

use super::counter;
use super::labelled::Labelled;
use super::long::{self, Long};
use super::reading::{level, read, sign, time_columns};
use super::resource::MonitorResource;
use crate::error::Error;
use crate::ingest::own::columns::{Plan, delimiter, foreign_header, header_names};
use crate::ingest::own::digits::Sign;
use crate::ingest::own::instant;
use crate::ingest::own::name::words;
use crate::ingest::own::results::key::sums_up;
use crate::ingest::rows::Rows;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally, dated};
use crate::model::key::{ColumnKey, ColumnKind};

/// Reads any CSV of numbers over time.
pub struct MonitorCsv;

/// Rows that detection looks at.
const SNIFFED: usize = 50;
/// Last words that state a unit, and how it is shown.
const UNITS: [(&str, &str); 16] = [
    ("percent", "%"),
    ("pct", "%"),
    ("percentage", "%"),
    ("ms", "ms"),
    ("seconds", "s"),
    ("s", "s"),
    ("us", "µs"),
    ("bytes", "B"),
    ("kb", "kB"),
    ("mb", "MB"),
    ("gb", "GB"),
    ("kib", "KiB"),
    ("mib", "MiB"),
    ("gib", "GiB"),
    ("celsius", "°C"),
    ("mhz", "MHz"),
];

impl Adapter for MonitorCsv {
    fn name(&self) -> &'static str {
        "monitor_csv"
    }

    fn tool(&self) -> &'static str {
        "monitor"
    }

    fn about(&self) -> &'static str {
        "any other monitor's CSV: one time column, others numbers (text is left out, or tells processes apart); or one reading a row (time, metric, value)"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let names = header_names(head.first_line());
        if names.len() < 2 || names.iter().any(|name| name.is_empty() || name.parse::<f64>().is_ok()) {
            return Sniff::no("the first line is no CSV header of several columns");
        }
        if let Some(tool) = foreign_header(&names) {
            return Sniff::no(format!("the header is {tool}'s"));
        }
        if Plan::by_name(&names).holds_requests() {
            return Sniff::no("the rows are requests: a latency stands beside an endpoint, outcome or status");
        }
        if let Sniff::Yes(_) = MonitorResource.sniff(head) {
            return Sniff::no("the header is that of monitor_resource");
        }
        match time_columns(&names).as_slice() {
            [time] => match all_numbers(head, &names, *time) {
                Sniff::No(why) => one_a_row(head, &names, *time)
                    .or_else(|| beside_text(head, &names, *time))
                    .unwrap_or(Sniff::No(why)),
                wide => wide,
            },
            [] => Sniff::no("no column is called a time"),
            _ => Sniff::no("several columns are called a time"),
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let head = input.head()?;
        let names = Rows::open(input, delimiter(head.first_line()))?.header().names().to_vec();
        let times = time_columns(&names);
        let mut measured: Vec<usize> = (0..names.len()).filter(|column| !times.contains(column)).collect();
        let mut beside = None;
        if let [time] = times.as_slice()
            && let Sniff::No(_) = all_numbers(&head, &names, *time)
        {
            if let Some(long) = Long::of(&names, *time) {
                return long.read(input, settings, sink);
            }
            let labelled = Labelled::of(&head, &names, *time).telling(input)?;
            beside = labelled.left_out(&names);
            if labelled.tells_apart() {
                let mut tally = labelled.read(input, settings, sink)?;
                if let Some(text) = beside {
                    tally.note(text);
                }
                return Ok(tally);
            }
            measured.clone_from(&labelled.measured);
        }
        let growing = counter::look(input, &names, &measured, &[])?.growing;
        let keys: Vec<_> = measured
            .iter()
            .filter_map(|column| Some((*column, key_by_name(names.get(*column)?, growing.contains(column)))))
            .collect();
        let mut tally = read(input, settings, &keys, sink)?;
        counter::tell(&keys, &mut tally);
        if let Some(text) = beside {
            tally.note(text);
        }
        Ok(tally)
    }
}

/// Whether all columns but the time's are numbers.
fn all_numbers(head: &Head, names: &[String], time: usize) -> Sniff {
    let sign = sign_beside(head, names, time);
    rows_hold(head, names, time, |_, text| level(text, sign).is_ok())
        .map_or_else(Sniff::no, |()| Sniff::unsure("one column is a time and all others are numbers"))
}

/// Whether each row is one reading of what its other columns name.
fn one_a_row(head: &Head, names: &[String], time: usize) -> Option<Sniff> {
    let (long, sign) = (Long::of(names, time)?, sign_beside(head, names, time));
    let is_reading = |column, text: &str| column != long.value || long::reading(text, sign).is_ok();
    rows_hold(head, names, time, is_reading).ok()?;
    Some(Sniff::unsure("one column is a time, one a value, and the others say of what"))
}

/// Whether some columns are a machine's figures, beside text that says whose they are or comments on them.
fn beside_text(head: &Head, names: &[String], time: usize) -> Option<Sniff> {
    rows_hold(head, names, time, |_, _| true).ok()?;
    let sums_up = names.iter().any(|name| sums_up(&words(name)));
    (!sums_up && Labelled::of(head, names, time).is_of_a_machine(names))
        .then(|| Sniff::unsure("one column is a time, and others are figures of a machine or a process"))
}

fn sign_beside(head: &Head, names: &[String], time: usize) -> Sign {
    sign(head, &(0..names.len()).filter(|column| *column != time).collect::<Vec<_>>())
}

/// Why the first rows are no readings: one has no time, or a column is not what it should be.
fn rows_hold(
    head: &Head,
    names: &[String],
    time: usize,
    is_reading: impl Fn(usize, &str) -> bool,
) -> Result<(), String> {
    let mut seen = 0;
    for record in first_rows(head, names.len()) {
        for (column, field) in record.iter().enumerate() {
            let text = String::from_utf8_lossy(field);
            let text = text.trim();
            let is_time =
                || instant::read(text).map_or(dated::ask(text).is_some(), |clock| clock.timestamp().is_some());
            if column == time && !is_time() {
                return Err("the time column holds no times".to_owned());
            }
            if column != time && !is_reading(column, text) {
                let name = names.get(column).map_or("", String::as_str);
                return Err(format!("column `{}` does not hold numbers", crate::fmt::excerpt(name.as_bytes())));
            }
        }
        seen += 1;
    }
    if seen == 0 { Err("holds no row".to_owned()) } else { Ok(()) }
}

/// The rows that detection looks at. The last row of the head, or of a killed monitor, may be cut off.
pub(super) fn first_rows(head: &Head, columns: usize) -> impl Iterator<Item = csv::ByteRecord> + '_ {
    let separator = delimiter(head.first_line());
    let mut rows = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(head.bytes());
    let header = rows.byte_headers().cloned().unwrap_or_default();
    // A monitor that was started again writes its header again.
    let is_row = move |record: &csv::ByteRecord| record.len() >= columns && *record != header;
    rows.into_byte_records().take(SNIFFED).map_while(Result::ok).filter(is_row)
}

/// A column's meaning by its name and whether it is a total since some start, which only its values show.
pub(super) fn key_by_name(name: &str, grows: bool) -> ColumnKey {
    let spoken = words(name);
    let kind = if grows { ColumnKind::Cumulative } else { ColumnKind::Level };
    ColumnKey { name: name.to_owned(), kind, unit: unit_by_name(&spoken).to_owned() }
}

/// What a column of that name, in words, is counted in; nothing where the name does not say.
pub(super) fn unit_by_name(spoken: &str) -> &'static str {
    if counter::is_rate(spoken) { "/s" } else { unit(spoken) }
}

/// What the last word of a name says, or any word that is an amount's: `bytes_sent`, `memory_mb_used`.
fn unit(spoken: &str) -> &'static str {
    let of = |wanted: &str| UNITS.iter().find(|(word, _)| *word == wanted).map(|(_, unit)| *unit);
    let is_amount = |word: &&str| of(word).is_some_and(|unit| unit.ends_with('B') || unit == "%");
    of(spoken.rsplit('_').next().unwrap_or("")).or_else(|| of(spoken.split('_').find(is_amount)?)).unwrap_or("")
}
