//! Any CSV with one time column and otherwise numbers: `docker stats`, psutil, an exporter's dump.

use super::reading::{level, read, time_columns};
use super::resource::MonitorResource;
use crate::error::Error;
use crate::ingest::own::columns::{Plan, delimiter, foreign_header, header_names};
use crate::ingest::own::instant;
use crate::ingest::own::name::words;
use crate::ingest::rows::Rows;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
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
        "any other monitor's CSV: one time column, all others numbers"
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
            [time] => all_numbers(head, &names, *time),
            [] => Sniff::no("no column is called a time"),
            _ => Sniff::no("several columns are called a time"),
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let names = Rows::open(input, delimiter(input.head()?.first_line()))?.header().names().to_vec();
        let times = time_columns(&names);
        let measured: Vec<usize> = (0..names.len()).filter(|column| !times.contains(column)).collect();
        let growing = growing(input, &names, &measured)?;
        let keys: Vec<_> = measured
            .iter()
            .filter_map(|column| Some((*column, key_by_name(names.get(*column)?, growing.contains(column)))))
            .collect();
        read(input, settings, &keys, sink)
    }
}

fn all_numbers(head: &Head, names: &[String], time: usize) -> Sniff {
    let mut rows =
        csv::ReaderBuilder::new().delimiter(delimiter(head.first_line())).flexible(true).from_reader(head.bytes());
    let mut seen = 0;
    for record in rows.byte_records().take(SNIFFED).map_while(Result::ok) {
        // The last row of the head, or of a killed monitor, may be cut off.
        if record.len() < names.len() {
            continue;
        }
        for (column, field) in record.iter().enumerate() {
            let text = String::from_utf8_lossy(field);
            let text = text.trim();
            if column == time && instant::read(text).is_none_or(|clock| clock.timestamp().is_none()) {
                return Sniff::no("the time column holds no times");
            }
            if column != time && level(text).is_err() {
                let name = names.get(column).map_or("", String::as_str);
                return Sniff::no(format!("column `{}` does not hold numbers", crate::fmt::excerpt(name.as_bytes())));
            }
        }
        seen += 1;
    }
    if seen == 0 {
        return Sniff::no("holds no row");
    }
    Sniff::unsure("one column is a time and all others are numbers")
}

/// A column's meaning by its name. `falls_never` is what the values say: a name with `total` in it grows only if they do
/// (`memory_total_mb` does not).
pub(super) fn key_by_name(name: &str, falls_never: bool) -> ColumnKey {
    let spoken = words(name);
    let rate = spoken.ends_with("_per_s") || spoken.ends_with("_per_sec") || spoken.ends_with("_per_second");
    let last = spoken.rsplit('_').next().unwrap_or("");
    let unit = if rate { "/s" } else { UNITS.iter().find(|(word, _)| *word == last).map_or("", |(_, unit)| *unit) };
    let kind = if falls_never && says_total(name) { ColumnKind::Cumulative } else { ColumnKind::Level };
    ColumnKey { name: name.to_owned(), kind, unit: unit.to_owned() }
}

fn says_total(name: &str) -> bool {
    let spoken = words(name);
    spoken.split('_').any(|word| matches!(word, "total" | "cumulative" | "counter" | "sum"))
}

/// Columns whose names say that they add up and whose values grow: they never fall and are not all the same.
fn growing(input: &Input, names: &[String], measured: &[usize]) -> Result<Vec<usize>, Error> {
    let mut candidates: Vec<(usize, Option<f64>, bool)> = measured
        .iter()
        .filter(|column| names.get(**column).is_some_and(|name| says_total(name)))
        .map(|column| (*column, None, false))
        .collect();
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = Rows::open(input, delimiter(input.head()?.first_line()))?;
    let mut unneeded = Tally::default();
    while let Some(row) = rows.next_row(&mut unneeded) {
        candidates.retain_mut(|(column, last, grew)| {
            let Some(Ok(Some(value))) = row.text(Some(*column)).map(level) else {
                return true;
            };
            let falls = last.is_some_and(|last| value < last);
            *grew |= last.is_some_and(|last| value > last);
            *last = Some(value);
            !falls
        });
    }
    Ok(candidates.into_iter().filter(|(_, _, grew)| *grew).map(|(column, ..)| column).collect())
}
