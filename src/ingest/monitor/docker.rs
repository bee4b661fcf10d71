//! `docker stats`: the table it prints, repeated by a loop, and rows of its `--format` behind a time.
//!
//! Network and block figures are totals since the container's start. CPU of 100 % is one core. Sizes are printed with three
//! or four digits, so that a total in GB hides what is less than some MB.

use super::instants::Instants;
use super::log::{Parsed, repeated};
use super::reading::time_columns;
use super::shown::Figure;
use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};

/// Reads what `docker stats` printed.
pub struct MonitorDockerStats;

/// Lines that detection looks at.
const SNIFFED: usize = 50;
const HINT: &str =
    "write the time before each table: while :; do date -u +%FT%TZ; docker stats --no-stream; sleep 1; done";

impl Adapter for MonitorDockerStats {
    fn name(&self) -> &'static str {
        "monitor_docker_stats"
    }

    fn tool(&self) -> &'static str {
        "docker stats"
    }

    fn about(&self) -> &'static str {
        "tables or `--format` rows of `docker stats --no-stream` repeated, each with a time before, after or in it"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let (mut rows, mut others) = (0, 0);
        let mut clock = Instants::default();
        for line in head.lines().take(SNIFFED) {
            let line = String::from_utf8_lossy(line);
            let (stamp, rest) = clock.leading(&line);
            if rest.is_empty() || is_header(rest) {
                continue;
            }
            // The pair of a container's memory and its limit is written by nobody else.
            let is_row = cells(rest).iter().any(|cell| is_memory_pair(cell));
            rows += usize::from(is_row);
            others += usize::from(!is_row && stamp.is_none());
        }
        match rows {
            0 => Sniff::no("no row holds a container's memory and its limit (`98.8MiB / 15.5GiB`)"),
            _ if others > rows => Sniff::no("a text that shows some rows of `docker stats`"),
            _ => Sniff::yes("rows of `docker stats`: a container's memory and its limit"),
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut header: Option<Vec<Column>> = None;
        let mut tally = repeated(input, settings, sink, HINT, |text, stamped, clock| {
            if is_header(text) {
                header = Some(columns(text));
                return Ok(Parsed::Words);
            }
            row(text, stamped, header.as_deref(), clock)
        })?;
        tally.note(
            "docker's CPU of 100 % is one core; network and block figures are totals since the container's start",
        );
        Ok(tally)
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Time,
    Id,
    Name,
    Cpu,
    Memory,
    Limit,
    MemoryShare,
    Network,
    Block,
    Pids,
    Other,
}

/// A header names its columns and has no figures.
fn is_header(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("cpu") && !lower.bytes().any(|byte| byte.is_ascii_digit())
}

fn columns(header: &str) -> Vec<Column> {
    let names: Vec<&str> = if header.contains(',') {
        header.split(',').collect()
    } else if header.contains('\t') {
        header.split('\t').collect()
    } else {
        header.split("  ").filter(|name| !name.trim().is_empty()).collect()
    };
    names.into_iter().map(column).collect()
}

fn column(name: &str) -> Column {
    if !time_columns(&[name.trim().to_owned()]).is_empty() {
        return Column::Time;
    }
    let bare: String =
        name.to_lowercase().chars().filter(|letter| letter.is_ascii_alphabetic() || *letter == '%').collect();
    let share = bare.contains('%') || bare.contains("perc") || bare.ends_with("pct");
    match bare.as_str() {
        "name" | "names" | "container" | "containername" | "service" => Column::Name,
        "containerid" | "id" | "cid" => Column::Id,
        "pids" | "pid" => Column::Pids,
        "ts" | "datetime" => Column::Time,
        _ if bare.starts_with("cpu") || bare.ends_with("cpu") => Column::Cpu,
        _ if bare.starts_with("mem") && share => Column::MemoryShare,
        _ if bare.starts_with("mem") && bare.ends_with("limit") && !bare.contains("us") => Column::Limit,
        _ if bare.starts_with("mem") => Column::Memory,
        _ if bare.starts_with("net") => Column::Network,
        _ if bare.starts_with("bl") || bare.starts_with("disk") => Column::Block,
        _ => Column::Other,
    }
}

/// The cells of a row; of a table by blanks, with the two halves of a pair in one.
fn cells(text: &str) -> Vec<String> {
    for separator in [',', '\t', ';'] {
        if text.contains(separator) {
            let cells = text.split(separator).map(|cell| cell.trim().trim_matches('"'));
            return cells.flat_map(named).map(str::to_owned).collect();
        }
    }
    let mut cells: Vec<String> = Vec::new();
    let mut joined = false;
    for word in text.split_whitespace() {
        match cells.last_mut() {
            Some(last) if joined || word == "/" => last.push_str(word),
            _ => cells.push(word.to_owned()),
        }
        joined = word == "/";
    }
    cells
}

/// `web: 0.35%`, as a `--format` with a colon writes it, is two cells.
fn named(cell: &str) -> impl Iterator<Item = &str> {
    let (name, rest) = match cell.split_once(": ") {
        Some((name, rest)) if rest.ends_with('%') => (Some(name), rest.trim()),
        _ => (None, cell),
    };
    name.into_iter().chain([rest])
}

fn is_memory_pair(cell: &str) -> bool {
    pair(cell).is_some_and(|(used, limit)| {
        limit.ends_with("iB")
            && size(used).is_ok_and(|used| used.is_some())
            && size(limit).is_ok_and(|limit| limit.is_some())
    })
}

fn pair(cell: &str) -> Option<(&str, &str)> {
    // docker writes one `--` for both where the container does not run.
    if cell == "--" {
        return Some((cell, cell));
    }
    cell.split_once('/').map(|(first, second)| (first.trim(), second.trim()))
}

/// What the columns of a row without a header hold: their order is always the same, and a `--format` leaves some out.
fn columns_by_sight(cells: &[String]) -> Vec<Column> {
    let (mut shares, mut pairs) =
        ([Column::Cpu, Column::MemoryShare].into_iter(), [Column::Network, Column::Block].into_iter());
    let words = cells.iter().take_while(|cell| !cell.ends_with('%') && !cell.contains('/')).count();
    cells
        .iter()
        .enumerate()
        .map(|(at, cell)| match cell.as_str() {
            _ if at < words && at + 1 < words => Column::Id,
            _ if at < words => Column::Name,
            cell if is_memory_pair(cell) => Column::Memory,
            cell if cell.ends_with('%') => shares.next().unwrap_or(Column::Other),
            cell if cell.contains('/') => pairs.next().unwrap_or(Column::Other),
            cell if cell.parse::<u64>().is_ok() => Column::Pids,
            _ => Column::Other,
        })
        .collect()
}

fn row(text: &str, stamped: bool, header: Option<&[Column]>, clock: &mut Instants) -> Result<Parsed, String> {
    let cells = cells(text);
    let columns = match header {
        Some(header) if header.len() == cells.len() => header.to_vec(),
        // The time in front was taken off.
        Some(header) if stamped && header.len() == cells.len() + 1 && header.first() == Some(&Column::Time) => {
            header.get(1..).unwrap_or_default().to_vec()
        }
        _ if cells.iter().any(|cell| is_memory_pair(cell)) => columns_by_sight(&cells),
        Some(header) => return Err(format!("has {} columns, the header {}", cells.len(), header.len())),
        None => return Ok(Parsed::Words),
    };
    let of = |wanted: Column| {
        cells.iter().zip(&columns).find(|(_, column)| **column == wanted).map(|(cell, _)| cell.as_str())
    };
    let name = of(Column::Name).or(of(Column::Id)).map(|name| format!("{name} ")).unwrap_or_default();
    let at = match of(Column::Time) {
        Some(text) => Some(
            clock
                .read(text)
                .ok_or_else(|| format!("should be a time, found `{}`", crate::fmt::excerpt(text.as_bytes())))?,
        ),
        None => None,
    };
    let mut figures = Vec::with_capacity(cells.len());
    for (cell, column) in cells.iter().zip(&columns) {
        read_cell(cell, *column, &name, &mut figures)?;
    }
    Ok(Parsed::Row(at, figures))
}

fn read_cell(cell: &str, column: Column, name: &str, figures: &mut Vec<Figure>) -> Result<(), String> {
    const MIB: f64 = 1_048_576.0;
    const KB: f64 = 1000.0;
    let mebibytes = |text: &str| size(text).map(|size| size.map(|bytes| bytes / MIB));
    match column {
        Column::Cpu => figures.push(Figure::level(format!("{name}cpu_percent"), "%", share(cell)?)),
        Column::MemoryShare => figures.push(Figure::level(format!("{name}memory_percent"), "%", share(cell)?)),
        Column::Memory => {
            let (used, limit) = pair(cell).map_or((cell, None), |(used, limit)| (used, Some(limit)));
            figures.push(Figure::level(format!("{name}memory"), "MiB", mebibytes(used)?));
            if let Some(limit) = limit {
                figures.push(Figure::level(format!("{name}memory_limit"), "MiB", mebibytes(limit)?));
            }
        }
        Column::Limit => figures.push(Figure::level(format!("{name}memory_limit"), "MiB", mebibytes(cell)?)),
        Column::Network | Column::Block => {
            let (first, second) = pair(cell).ok_or_else(|| found("two sizes such as `1.2kB / 3.4MB`", cell))?;
            let (into, out) =
                if column == Column::Network { ("network_in", "network_out") } else { ("block_read", "block_write") };
            for (what, text) in [(into, first), (out, second)] {
                figures.push(Figure::grown(format!("{name}{what}"), "kB", size(text)?.map(|bytes| bytes / KB)));
            }
        }
        Column::Pids => {
            let count = crate::ingest::own::cell_text::amount(cell.trim_matches('-'), false)?;
            figures.push(Figure::level(format!("{name}pids"), "", count));
        }
        Column::Time | Column::Id | Column::Name | Column::Other => {}
    }
    Ok(())
}

fn found(expected: &str, text: &str) -> String {
    format!("should be {expected}, found `{}`", crate::fmt::excerpt(text.as_bytes()))
}

/// `12.34%`, with or without its sign; nothing where the container did not run (`--`).
fn share(text: &str) -> Result<Option<f64>, String> {
    let number = text.trim().trim_end_matches('%').trim();
    if matches!(number, "--" | "") {
        return Ok(None);
    }
    number
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite() && *value >= 0.0)
        .map(Some)
        .ok_or_else(|| found("a share such as `12.34%`", text))
}

/// `98.79MiB`, `1.2kB` in bytes; nothing where the container did not run (`--`).
fn size(text: &str) -> Result<Option<f64>, String> {
    const UNITS: [(&str, f64); 14] = [
        ("B", 1.0),
        ("kB", 1e3),
        ("KB", 1e3),
        ("MB", 1e6),
        ("GB", 1e9),
        ("TB", 1e12),
        ("PB", 1e15),
        ("KiB", 1024.0),
        ("kiB", 1024.0),
        ("MiB", 1_048_576.0),
        ("GiB", 1_073_741_824.0),
        ("TiB", 1_099_511_627_776.0),
        ("PiB", 1_125_899_906_842_624.0),
        ("b", 1.0),
    ];
    let text = text.trim();
    if matches!(text, "--" | "") {
        return Ok(None);
    }
    let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits).unwrap_or((text, ""));
    let scale = UNITS.iter().find(|(name, _)| *name == unit.trim()).map(|(_, scale)| *scale);
    match (number.parse::<f64>(), scale) {
        (Ok(number), Some(scale)) if number.is_finite() => Ok(Some(number * scale)),
        _ => Err(found("a size such as `98.79MiB`", text)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failed, read, sniff, values};
    use super::*;
    use crate::unit::Timestamp;

    const TABLE: &str =
        "CONTAINER ID   NAME   CPU %     MEM USAGE / LIMIT     MEM %     NET I/O           BLOCK I/O   PIDS\n";

    #[test]
    fn a_repeated_table_with_a_time_before_each() {
        let text = format!(
            "2026-11-21T02:00:00Z\n{TABLE}a1 web 12.34% 98.79MiB / 15.51GiB 0.62% 1.2kB / 3.4MB 0B / 0B 11\n2026-11-21T02:00:01Z\n{TABLE}a1 web 2% 1.5GiB / 15.51GiB 0.62% 1.3kB / 3.5MB 0B / 4.1kB 11\nb2 db -- -- / -- -- -- -- --\n"
        );
        assert!(matches!(sniff(&MonitorDockerStats, &text), Sniff::Yes(_)));
        let (tally, sink) = read(&MonitorDockerStats, &text);
        assert_eq!((tally.used, tally.skipped, tally.rejected), (3, 4, 0), "{:?}", tally.first_rejections);
        assert_eq!(values(&sink, "web cpu_percent"), [Some(12.34), Some(2.0)]);
        assert_eq!(values(&sink, "web memory"), [Some(98.79), Some(1536.0)]);
        assert_eq!(values(&sink, "web network_out"), [Some(3400.0), Some(3500.0)]);
        assert_eq!(values(&sink, "db memory"), [None], "not running is not zero");
        assert_eq!(sink.readings[0].1, Timestamp(1_795_226_400_000_000_000));
    }

    #[test]
    fn rows_of_a_format_with_the_time_after_them() {
        let text = "0041efd6ad46 follower 0.00% 3.301MiB / 1GiB 0.32% 2.96kB / 1.43kB 0B / 16.4kB 11\ndom 17 ott 2021, 12:40:33, UTC\n0041efd6ad46 follower 0.05% 4.23MiB / 1GiB 0.41% 3.9kB / 1.66kB 4.1kB / 16.4kB 13\ndom 17 ott 2021, 12:40:36, UTC\n0041efd6ad46 follower 0.05% 4.23MiB / 1GiB 0.41% 3.9kB / 1.66kB 4.1kB / 16.4kB 13\n";
        assert!(matches!(sniff(&MonitorDockerStats, text), Sniff::Yes(_)));
        let (tally, sink) = read(&MonitorDockerStats, text);
        assert_eq!((tally.used, tally.rejected), (2, 1), "the last row has no time");
        assert_eq!(values(&sink, "follower network_in"), [Some(2.96), Some(3.9)]);
        assert_eq!(sink.readings[0].1, Timestamp(1_634_474_433_000_000_000));
        assert_eq!(values(&sink, "follower pids"), [Some(11.0), Some(13.0)]);
    }

    #[test]
    fn csv_with_a_time_column_anywhere() {
        for text in [
            "time,container,cpu_perc,mem_usage,net_io\n1795226400,web,1.5%,10MiB / 1GiB,1kB / 2kB\n",
            "Name,CPU %,Mem Usage / Limit,Net I/O,Timestamp\nweb,1.5%,10MiB / 1GiB,1kB / 2kB,2026-11-21 02:00:00\n",
            "2026-11-21 02:00:00,web,1.5%,10MiB / 1GiB,1kB / 2kB\n",
        ] {
            assert!(matches!(sniff(&MonitorDockerStats, text), Sniff::Yes(_)), "{text}");
            let (tally, sink) = read(&MonitorDockerStats, text);
            assert_eq!((tally.used, tally.rejected), (1, 0), "{text} {:?}", tally.first_rejections);
            assert_eq!(values(&sink, "web cpu_percent"), [Some(1.5)]);
            assert_eq!(values(&sink, "web memory"), [Some(10.0)]);
            assert_eq!(values(&sink, "web network_out"), [Some(2.0)]);
            assert_eq!(sink.readings[0].1, Timestamp(1_795_226_400_000_000_000));
        }
    }

    #[test]
    fn a_format_with_a_colon_behind_the_name() {
        let (tally, sink) = read(&MonitorDockerStats, include_str!("../../../samples/monitor/docker-named/stats.txt"));
        assert_eq!((tally.used, tally.rejected), (8, 0), "{:?}", tally.first_rejections);
        assert_eq!(values(&sink, "minecraft_server_29 cpu_percent")[3..5], [Some(431.53), Some(470.06)]);
        assert_eq!(values(&sink, "minecraft_server_29 network_out")[..2], [Some(13_100.0), Some(13_100.0)]);
    }

    #[test]
    fn without_times_it_is_refused_with_what_to_do() {
        let text = format!("{TABLE}a1 web 12.34% 98.79MiB / 15.51GiB 0.62% 1.2kB / 3.4MB 0B / 0B 11\n");
        let error = failed(&MonitorDockerStats, &text);
        assert!(error.hint.unwrap().contains("date -u"));
    }

    #[test]
    fn damaged_rows_are_counted() {
        let text = "time,container,cpu_perc,mem_usage,net_io\n1795226400,web,1.5%,10MiB / 1GiB,1kB\n1795226401,web,x%,10MiB / 1GiB,1kB / 2kB\n1795226402,web,1%,10MiB / 1GiB,1kB / 2kB\n1795226403,web\n";
        let (tally, _) = read(&MonitorDockerStats, text);
        assert_eq!((tally.used, tally.rejected), (1, 3), "{:?}", tally.first_rejections);
        assert!(matches!(
            sniff(&MonitorDockerStats, "# How to\nRun this\nand see\na1 web 1% 1MiB / 1GiB\n"),
            Sniff::No(_)
        ));
    }
}
