//! A Grafana panel's data as CSV: series joined by time, one table after another, or the rows `Series;Time;Value` of old.
//!
//! Formatted values carry their unit, which changes from row to row (`980 KiB`, `1.2 MiB`); they are read into one.

use super::instants::Instants;
use super::log::{Taken, each_line};
use super::shown::{Figure, Shown};
use crate::error::Error;
use crate::ingest::own::cell_text::is_nothing;
use crate::ingest::own::columns::{Plan, delimiter, header_names};
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use std::collections::BTreeMap;

/// Reads a panel's CSV.
pub struct MonitorGrafana;

const OF_OLD: [&str; 3] = ["Series", "Time", "Value"];

impl Adapter for MonitorGrafana {
    fn name(&self) -> &'static str {
        "monitor_grafana"
    }

    fn tool(&self) -> &'static str {
        "Grafana"
    }

    fn about(&self) -> &'static str {
        "a panel's data: Inspect, Data, Download CSV (series joined by time or not, formatted or raw)"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let mut lines = head.lines();
        let first = lines.next().unwrap_or_default();
        let has_preface = first.starts_with(b"sep=");
        let header = if has_preface { lines.next().unwrap_or_default() } else { first };
        let names = header_names(header);
        let named = names.iter().map(String::as_str).take(3).eq(OF_OLD);
        let joined =
            names.first().is_some_and(|name| name == "Time") && (has_preface || header.starts_with(b"\"Time\""));
        if !(named || joined) || names.len() < 2 {
            return Sniff::no("no header of a Grafana panel");
        }
        if Plan::by_name(&names).holds_requests() {
            return Sniff::no("the rows are requests: a latency stands beside an endpoint, outcome or status");
        }
        Sniff::yes("the header of a Grafana panel: Time, then series")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let head = input.head()?;
        let header = head.lines().find(|line| !line.starts_with(b"sep=")).unwrap_or_default().to_vec();
        let separator = delimiter(&header);
        let mut clock = Instants::new(settings.timezone.clone());
        let mut shown = Shown::new(sink);
        let mut tally = Tally::default();
        let mut names: Vec<String> = Vec::new();
        let mut units = BTreeMap::new();
        each_line(input, settings, &mut tally, |text, _, _| {
            if text.starts_with("sep=") {
                return Ok(Taken::Skipped);
            }
            let cells = cells(text, separator);
            if cells.iter().any(|cell| cell == "Time") {
                names = cells;
                return Ok(Taken::Skipped);
            }
            row(&names, &cells, &mut units, &mut clock)?.map_or(Ok(Taken::Skipped), |(at, figures)| {
                for figure in &figures {
                    shown.take(figure, at, sink);
                }
                Ok(Taken::Used)
            })
        })?;
        clock.tell(&mut tally);
        shown.tell(&mut tally);
        Ok(tally)
    }
}

fn cells(text: &str, separator: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new();
    let mut rows = reader.has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let record = rows.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(|cell| cell.trim().to_owned()).collect()
}

type Readings = (crate::unit::Timestamp, Vec<Figure>);

/// Each column keeps the unit of its first value.
fn row(
    names: &[String],
    cells: &[String],
    units: &mut BTreeMap<String, &'static str>,
    clock: &mut Instants,
) -> Result<Option<Readings>, String> {
    if cells.len() != names.len() {
        return Err(format!("has {} columns, the header {}", cells.len(), names.len()));
    }
    let of_old = names.iter().map(String::as_str).take(3).eq(OF_OLD);
    let time = usize::from(of_old);
    let stamp = cells.get(time).map_or("", String::as_str);
    let at = clock
        .read(stamp)
        .ok_or_else(|| format!("should be a time, found `{}`", crate::fmt::excerpt(stamp.as_bytes())))?;
    let mut figures = Vec::with_capacity(cells.len());
    for (name, cell) in names.iter().zip(cells).skip(time + 1) {
        let name = if of_old { cells.first().unwrap_or(name) } else { name };
        if is_nothing(cell) {
            continue;
        }
        let (value, unit) = measured(cell)?;
        let known = *units.entry(name.clone()).or_insert(unit);
        let zero = value.abs() < f64::MIN_POSITIVE;
        if known != unit && !zero {
            return Err(format!("should be in `{known}` as before, found `{}`", crate::fmt::excerpt(cell.as_bytes())));
        }
        figures.push(Figure::level(name.clone(), known, Some(value)));
    }
    Ok((!figures.is_empty()).then_some((at, figures)))
}

/// A number in the base unit of what stands behind it.
fn measured(text: &str) -> Result<(f64, &'static str), String> {
    let wrong = || format!("should be a number with a known unit, found `{}`", crate::fmt::excerpt(text.as_bytes()));
    let in_number = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '+' | 'e' | 'E');
    if let Ok(number) = text.parse::<f64>() {
        return if number.is_finite() { Ok((number, "")) } else { Err(wrong()) };
    }
    let end = text.find(|letter| !in_number(letter)).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end).ok_or_else(wrong)?;
    let (scale, unit) = scale(unit.trim()).ok_or_else(wrong)?;
    let number = number.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(wrong)?;
    Ok((number * scale, unit))
}

/// How many of which unit one of a panel's units is: those that stand for themselves, and those with a prefix before them
/// (`kp/s`, `MiB`, `K req/s`), as far as a machine's and a service's panels show them.
fn scale(shown: &str) -> Option<(f64, &'static str)> {
    const ALONE: [(&str, f64, &str); 17] = [
        ("", 1.0, ""),
        ("%", 1.0, "%"),
        ("K", 1e3, ""),
        ("Mil", 1e6, ""),
        ("Bil", 1e9, ""),
        ("Tri", 1e12, ""),
        ("ns", 1e-9, "s"),
        ("µs", 1e-6, "s"),
        ("ms", 1e-3, "s"),
        ("s", 1.0, "s"),
        ("min", 60.0, "s"),
        ("mins", 60.0, "s"),
        ("hour", 3600.0, "s"),
        ("hours", 3600.0, "s"),
        ("day", 86_400.0, "s"),
        ("days", 86_400.0, "s"),
        ("°C", 1.0, "°C"),
    ];
    const PREFIXES: [(&str, f64); 12] = [
        ("", 1.0),
        ("m", 1e-3),
        ("µ", 1e-6),
        ("k", 1e3),
        ("K", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
    ];
    const PREFIXED: [(&str, &str); 16] = [
        ("B", "B"),
        ("B/s", "B/s"),
        ("b", "bit"),
        ("b/s", "bit/s"),
        ("bps", "bit/s"),
        ("p/s", "/s"),
        ("req/s", "/s"),
        ("ops/s", "/s"),
        ("io/s", "/s"),
        ("c/s", "/s"),
        ("rps", "/s"),
        ("V", "V"),
        ("A", "A"),
        ("W", "W"),
        ("J", "J"),
        ("Hz", "Hz"),
    ];
    let alone = ALONE.iter().find(|(name, ..)| *name == shown).map(|(_, scale, unit)| (*scale, *unit));
    alone.or_else(|| {
        PREFIXES.iter().find_map(|(prefix, scale)| {
            let rest = shown.strip_prefix(prefix)?.trim_start();
            PREFIXED.iter().find(|(name, _)| *name == rest).map(|(_, unit)| (*scale, *unit))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, sniff, values};
    use super::*;
    use crate::unit::Timestamp;

    #[test]
    fn series_joined_by_time_with_formatted_values() {
        let text = "sep=,\n\"Time\",\"cpu\",\"mem\"\n2026-11-21 02:00:00,12.5%,980 KiB\n2026-11-21 02:00:15,0,1 MiB\n2026-11-21 02:00:30,,\n2026-11-21 02:00:45,1%,5 apples\n";
        assert!(matches!(sniff(&MonitorGrafana, text), Sniff::Yes(_)));
        let (tally, sink) = read(&MonitorGrafana, text);
        assert_eq!((tally.used, tally.skipped, tally.rejected), (2, 3, 1));
        assert_eq!(values(&sink, "cpu"), [Some(12.5), Some(0.0)]);
        assert_eq!(values(&sink, "mem"), [Some(1_003_520.0), Some(1_048_576.0)]);
        assert_eq!(sink.readings[0].1, Timestamp(1_795_226_400_000_000_000));
    }

    /// The forms of three exports that people published: a node's network in unix milliseconds, packets with a prefix that
    /// changes from row to row, and voltages. Panels in packets or volts were refused whole.
    #[test]
    fn raw_milliseconds_and_units_with_prefixes() {
        let text = "\"Time\",\"recv eth0\",\"trans eth0 \"\n1725561780000,9312,36467.2\n1725561810000,10216,35604.8\n";
        let (tally, sink) = read(&MonitorGrafana, text);
        assert_eq!((tally.used, values(&sink, "trans eth0")), (2, vec![Some(36467.2), Some(35604.8)]));
        let text = "\"Time\",\"n3 {dnn=\"\"a\"\"}\",\"bus\",\"api\",\"link\"\n2026-08-20 20:00:00,6.55 kp/s,0 V,1.2 K req/s,3 Mb/s\n\
                    2026-08-20 20:00:15,980 p/s,0.0070 V,80 req/s,1.5 Gb/s\n";
        let (tally, sink) = read(&MonitorGrafana, text);
        assert_eq!((tally.used, tally.rejected), (2, 0), "{:?}", tally.first_rejections);
        assert_eq!(values(&sink, "n3 {dnn=\"a\"}"), [Some(6550.0), Some(980.0)]);
        assert_eq!(values(&sink, "bus"), [Some(0.0), Some(0.007)]);
        assert_eq!(values(&sink, "api"), [Some(1200.0), Some(80.0)]);
        assert_eq!(values(&sink, "link"), [Some(3e6), Some(1.5e9)]);
        let units: Vec<&str> = sink.columns.iter().map(|key| key.unit.as_str()).collect();
        assert_eq!(units, ["/s", "V", "/s", "bit/s"]);
    }

    #[test]
    fn rows_of_old_and_tables_one_after_another() {
        let text = "Series;Time;Value\ncpu;2026-11-21T02:00:00+00:00;12.5\nmem;2026-11-21T02:00:00+00:00;null\n";
        assert!(matches!(sniff(&MonitorGrafana, text), Sniff::Yes(_)));
        assert_eq!(values(&read(&MonitorGrafana, text).1, "cpu"), [Some(12.5)]);
        let text = "\"Time\",\"a\"\n1795226400000,1\n\n\"Time\",\"b\"\n1795226400000,2\n";
        let (tally, sink) = read(&MonitorGrafana, text);
        assert_eq!((tally.used, values(&sink, "b")), (2, vec![Some(2.0)]));
    }

    #[test]
    fn requests_are_none() {
        let text = "\"Time\",\"endpoint\",\"latency_ms\",\"status\"\n1795226400000,/a,5,200\n";
        assert!(matches!(sniff(&MonitorGrafana, text), Sniff::No(_)));
    }
}
