//! A Grafana panel's data as CSV: series joined by time, one table after another, or the rows `Series;Time;Value` of old.
//!
//! Formatted values carry their unit, which changes from row to row (`980 KiB`, `1.2 MiB`); they are read into one.

use super::instants::Instants;
use super::log::{Taken, cells, each_line};
use super::shown::{Figure, Shown};
use crate::error::Error;
use crate::ingest::own::cell_text::is_nothing;
use crate::ingest::own::columns::{Plan, delimiter, header_names};
use crate::ingest::own::digits::{Seen, Sign, doubt_of_row, plain, split};
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
        let row = lines.next().map(|line| cells(&String::from_utf8_lossy(line), delimiter(header)));
        let is_text = |cell: &String| !is_nothing(cell) && cell.starts_with(char::is_alphabetic);
        if joined && row.is_some_and(|row| row.iter().skip(1).any(is_text)) {
            return Sniff::no("labels stand beside the values: a table of rows rather than series");
        }
        Sniff::yes("the header of a Grafana panel: Time, then series")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let head = input.head()?;
        let header = head.lines().find(|line| !line.starts_with(b"sep=")).unwrap_or_default().to_vec();
        let separator = delimiter(&header);
        let sign = sign(&head, separator, settings);
        let mut clock = Instants::of(settings);
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
            row(&names, &cells, (&mut units, sign), &mut clock)?.map_or(Ok(Taken::Skipped), |(at, figures)| {
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

type Readings = (crate::unit::Timestamp, Vec<Figure>);

/// Each column keeps the unit of its first value.
fn row(
    names: &[String],
    cells: &[String],
    (units, sign): (&mut BTreeMap<String, &'static str>, Sign),
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
        let (value, unit) = measured(cell, sign)?;
        let known = *units.entry(name.clone()).or_insert(unit);
        let zero = value.abs() < f64::MIN_POSITIVE;
        if known != unit && !zero {
            return Err(format!("should be in `{known}` as before, found `{}`", crate::fmt::excerpt(cell.as_bytes())));
        }
        figures.push(Figure::level(name.clone(), known, Some(value)));
    }
    Ok((!figures.is_empty()).then_some((at, figures)))
}

/// How the file writes numbers. Grafana's decimal sign is a point in whatever language (but for its unit "localised", of which
/// only English is read, `1,234.5`); a spreadsheet that saved the panel again writes its own, mostly between semicolons.
fn sign(head: &Head, separator: u8, settings: &Settings) -> Sign {
    let mut seen = Seen::default();
    let rows = head.lines().map(|line| cells(&String::from_utf8_lossy(line), separator));
    for row in rows.filter(|row| row.iter().all(|cell| cell != "Time")) {
        row.iter().skip(1).for_each(|cell| seen.take(cell));
    }
    let stated = settings.sign.map(Sign::unless_shown);
    match (seen.decides(), stated) {
        (true, _) => seen.sign(separator == b';'),
        (false, Some(stated)) => stated,
        (false, None) if separator == b';' => Sign::Either,
        (false, None) => Sign::GroupedPoint,
    }
}

/// A number in the base unit of what stands behind it.
fn measured(text: &str, sign: Sign) -> Result<(f64, &'static str), String> {
    let wrong = || format!("should be a number with a known unit, found `{}`", crate::fmt::excerpt(text.as_bytes()));
    if let (Ok(number), true) = (text.parse::<f64>(), sign != Sign::Comma || !text.contains('.')) {
        return if number.is_finite() { Ok((number, "")) } else { Err(wrong()) };
    }
    let (number, unit) = split(text);
    let (scale, unit) = scale(unit.trim()).ok_or_else(wrong)?;
    // With a point it is as Grafana wrote it.
    if sign == Sign::Either && number.contains(',') && Seen::default().leaves_open(number) {
        return Err(doubt_of_row(number));
    }
    let number = plain(number, sign).and_then(|number| number.parse::<f64>().ok());
    let number = number.filter(|number| number.is_finite()).ok_or_else(wrong)?;
    Ok((number * scale, unit))
}

/// How many of which unit one of a panel's units is: those that stand for themselves, and those with a prefix before them
/// (`kp/s`, `MiB`, `K req/s`), as far as a machine's and a service's panels show them.
fn scale(shown: &str) -> Option<(f64, &'static str)> {
    const ALONE: [(&str, f64, &str); 22] = [
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
        ("week", 604_800.0, "s"),
        ("weeks", 604_800.0, "s"),
        ("year", 31_536_000.0, "s"),
        ("years", 31_536_000.0, "s"),
        ("°C", 1.0, "°C"),
        ("°F", 1.0, "°F"),
    ];
    const PREFIXES: [(&str, f64); 17] = [
        ("", 1.0),
        ("m", 1e-3),
        ("µ", 1e-6),
        ("k", 1e3),
        ("K", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        // A billion, of what Grafana counts in thousands: `7.80B req/s`.
        ("B", 1e9),
        ("P", 1e15),
        ("E", 1e18),
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
    ];
    const PREFIXED: [(&str, &str); 32] = [
        ("", ""),
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
        ("rd/s", "/s"),
        ("wr/s", "/s"),
        ("evt/s", "/s"),
        ("msg/s", "/s"),
        ("rec/s", "/s"),
        ("rows/s", "/s"),
        ("c/m", "/min"),
        ("ops/m", "/min"),
        ("req/m", "/min"),
        ("rd/m", "/min"),
        ("wr/m", "/min"),
        ("evts/m", "/min"),
        ("msgs/m", "/min"),
        ("rec/m", "/min"),
        ("rows/m", "/min"),
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
    use crate::ingest::own::recording::Recording;
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

    /// One value of each kind of unit as Grafana's own formatters print it (@grafana/data 13.2.3).
    #[test]
    fn units_as_grafana_prints_them() {
        let shown = [
            ("1.23 K", 1230.0, ""),
            ("7.80 Bil", 7.8e9, ""),
            ("1.23 k", 1230.0, ""),
            ("4.20 m", 0.0042, ""),
            ("1,234.5", 1234.5, ""),
            ("23,030,521,856", 23_030_521_856.0, ""),
            ("1.2345e+3", 1234.5, ""),
            ("-5%", -5.0, "%"),
            ("7.5 GiB", 8_053_063_680.0, "B"),
            ("7.80 GB", 7.8e9, "B"),
            ("7.5 Gib", 8_053_063_680.0, "bit"),
            ("2 PiB/s", 2_251_799_813_685_248.0, "B/s"),
            ("1.23 kb/s", 1230.0, "bit/s"),
            ("1.23K req/s", 1230.0, "/s"),
            ("7.80B ops/s", 7.8e9, "/s"),
            ("2.35M rows/m", 2.35e6, "/min"),
            ("1.50 µs", 1.5e-6, "s"),
            ("12.5 ms", 0.0125, "s"),
            ("20.6 mins", 1236.0, "s"),
            ("2 weeks", 1_209_600.0, "s"),
            ("1.23 kHz", 1230.0, "Hz"),
            ("21.5 °C", 21.5, "°C"),
        ];
        for (text, value, unit) in shown {
            let (found, in_unit) = measured(text, Sign::GroupedPoint).unwrap();
            assert!((found - value).abs() <= value.abs() * 1e-12 && in_unit == unit, "{text}: {found} {in_unit}");
        }
        for text in ["On", "0x4D3", "00:20:34", "5 apples", "", "1,22 B", "inf", "NaN"] {
            assert!(measured(text, Sign::GroupedPoint).is_err(), "{text}");
        }
    }

    /// `Excel compatibility mode`: UTF-16 between tabs. The commas of the labels made a comma the delimiter, and the file nobody's.
    #[test]
    fn labels_between_tabs() {
        let text = "\"Time\"\t\"up{device=\"\"eth0\"\", job=\"\"node\"\"}\"\t\"up{device=\"\"ifb0\"\", job=\"\"node\"\"}\"\r\n\
                    1795250777000\t846935998\t0\r\n1795250778000\t846935998\t0";
        let units: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let input = Input::memory("panel.csv", units).unwrap();
        assert!(matches!(MonitorGrafana.sniff(&input.head().unwrap()), Sniff::Yes(_)));
        let mut sink = Recording::default();
        let tally = MonitorGrafana.read(&input, &Settings::default(), &mut sink).unwrap();
        assert_eq!((tally.used, tally.rejected), (2, 0));
        assert_eq!(values(&sink, "up{device=\"eth0\", job=\"node\"}"), [Some(846_935_998.0); 2]);
    }

    /// A panel that a German spreadsheet saved again had each row refused.
    #[test]
    fn what_a_spreadsheet_made_of_a_panel() {
        let of = |values: [&str; 2], sign| {
            let rows = values.map(|value| format!("2026-11-21 02:00:00;{value}\n")).concat();
            let input = Input::memory("panel.csv", format!("sep=;\n\"Time\";\"cpu\"\n{rows}").into_bytes()).unwrap();
            let mut sink = Recording::default();
            let tally = MonitorGrafana.read(&input, &Settings { sign, ..Settings::default() }, &mut sink).unwrap();
            let refused = tally.first_rejections.first().map(|first| first.reason.clone());
            (values_of(&sink), refused.unwrap_or_default())
        };
        assert_eq!(of(["20,5%", "21%"], None).0, [20.5, 21.0]);
        assert_eq!(of(["1,5 KiB", "1.024 KiB"], None).0, [1536.0, 1_048_576.0], "a point that groups");
        assert_eq!(of(["1.5 KiB", "1.250"], None).1, "should be in `B` as before, found `1.250`");
        assert_eq!(of(["1.250", "12"], None).0, [1.25, 12.0], "as Grafana writes it");
        assert_eq!(of(["1,250", "12"], Some(Sign::OnlyComma)).0, [1.25, 12.0]);
        let (read, reason) = of(["1,250", "12"], None);
        assert_eq!(read, [12.0]);
        assert!(reason.ends_with("inputs.decimal_sign tells it"), "{reason}");
    }

    fn values_of(sink: &Recording) -> Vec<f64> {
        sink.readings.iter().filter_map(|(_, _, value)| *value).collect()
    }

    /// What Grafana's code makes of what Prometheus answered is, not formatted, the same to the last digit.
    #[test]
    fn a_panel_says_what_its_source_said() {
        let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/monitor");
        let of = |adapter: &dyn Adapter, file: &str| {
            let sink = read(adapter, &std::fs::read_to_string(samples.join(file)).unwrap()).1;
            let mut all: Vec<_> = sink.readings.iter().map(|(_, at, value)| (at.0, value.map(f64::to_bits))).collect();
            all.sort_unstable();
            all
        };
        let source = of(&super::super::MonitorPrometheus, "prometheus/range.json");
        let panel = of(&MonitorGrafana, "grafana/network.csv");
        assert_eq!(panel.len(), 24);
        assert!(panel.iter().all(|reading| source.contains(reading)), "{panel:?}");
    }

    /// "Format: Table" has its labels in columns: each row was refused for the text in it. The monitor of rows reads it.
    #[test]
    fn a_table_with_labels_is_no_panel_of_series() {
        let text = "\"Time\",\"device\",\"Value\"\r\n1795250777000,eth0,846935998\r\n1795250777000,ifb0,0";
        assert!(matches!(sniff(&MonitorGrafana, text), Sniff::No(_)));
        assert!(matches!(sniff(&super::super::MonitorCsv, text), Sniff::Unsure(_)));
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
