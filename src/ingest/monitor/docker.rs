//! `docker stats`: the table it prints, repeated by itself or by a loop, and rows of its `--format`, JSON among them.
//!
//! Network and block figures are totals since the container's start. CPU of 100 % is one core. Sizes are printed with three
//! or four digits, so that a total in GB hides what is less than some MB.

mod json;
#[cfg(test)]
mod tests;

use super::instants::Instants;
use super::log::{Parsed, lines_of, repeated};
use super::reading::time_columns;
use super::shell;
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
        "tables, `--format` rows or JSON of `docker stats` repeated, each with a time before, after or in it"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let (mut rows, mut others) = (0, 0);
        let mut clock = Instants::default();
        for line in lines_of(head).filter(|line| !shell::is_line(line)).take(SNIFFED) {
            let (stamp, rest) = clock.leading(&line);
            if rest.is_empty() || is_header(rest) {
                continue;
            }
            // The pair of a container's memory and its limit is written by nobody else.
            let is_row = if json::is_one(rest) {
                json::holds_containers(rest)
            } else {
                cells(rest).iter().any(|cell| is_memory_pair(cell))
            };
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
            if json::is_one(text) { json::row(text, clock) } else { row(text, stamped, header.as_deref(), clock) }
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
    /// What the container was asked for by: its id or its name.
    Container,
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
    lower.contains("cpu") && !json::is_one(text) && !lower.bytes().any(|byte| byte.is_ascii_digit())
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
        "name" | "names" | "containername" | "service" => Column::Name,
        "container" => Column::Container,
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
    of_container(cells.iter().zip(&columns).map(|(cell, column)| (*column, cell.as_str())), clock)
}

/// One container's figures, and the time that stands beside them.
fn of_container<'a>(
    cells: impl Iterator<Item = (Column, &'a str)> + Clone,
    clock: &mut Instants,
) -> Result<Parsed, String> {
    let of = |wanted: Column| cells.clone().find(|(column, _)| *column == wanted).map(|(_, cell)| cell);
    let name = of(Column::Name).or(of(Column::Container)).or(of(Column::Id));
    let name = name.map(|name| format!("{name} ")).unwrap_or_default();
    let at = of(Column::Time).map(|text| clock.read(text).ok_or_else(|| found("a time", text))).transpose()?;
    let mut figures = Vec::new();
    for (column, cell) in cells {
        read_cell(cell, column, &name, &mut figures)?;
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
        Column::Time | Column::Id | Column::Name | Column::Container | Column::Other => {}
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
