//! `dstat --output` (dool and pcp dstat write the same): five lines about the run, then columns in groups.

use super::instants::Instants;
use super::log::{Taken, cells, each_line, lines_of, without_fill};
use super::shell;
use super::shown::{Figure, Shown};
use super::sysstat::says_nothing;
use crate::error::Error;
use crate::ingest::own::cell_text::number;
use crate::ingest::own::columns::delimiter;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::unit::Timestamp;

/// Reads the CSV of dstat.
pub struct MonitorDstat;

impl Adapter for MonitorDstat {
    fn name(&self) -> &'static str {
        "monitor_dstat"
    }

    fn tool(&self) -> &'static str {
        "dstat"
    }

    fn about(&self) -> &'static str {
        "dstat's CSV: `dstat --epoch --cpu --mem --net --disk --output FILE`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let first = lines_of(head).find(|line| !says_nothing(line)).unwrap_or_default().to_lowercase();
        if (first.contains("dstat") || first.contains("dool")) && first.contains("csv output") {
            Sniff::yes("the first line of dstat's CSV")
        } else {
            Sniff::no("no first line of dstat's CSV")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut clock = Instants::of(settings);
        let mut shown = Shown::new(sink);
        let mut tally = Tally::default();
        // The lines about the run hold no numbers, whose commas could be mistaken.
        let head = input.head()?;
        let about: Vec<String> = lines_of(&head).filter(|line| !says_nothing(line)).skip(1).take(ABOUT).collect();
        let separator = delimiter(about.join("\n").as_bytes());
        let mut table = Table { separator, ..Table::default() };
        each_line(input, settings, &mut tally, |text, _, _| table.line(text, &mut clock, &mut shown, sink))?;
        if !table.columns.is_empty() && !table.columns.iter().any(|(_, name)| is_time(name)) {
            let error = Error::input("says nowhere when its rows were read").at(input.place());
            return Err(error.hint("have the time written: dstat --epoch …"));
        }
        clock.tell(&mut tally);
        shown.tell(&mut tally);
        tally.note("the first row of each run of dstat is of the time since the machine's start and is left out");
        Ok(tally)
    }
}

/// Lines about the run behind the first.
const ABOUT: usize = 3;

#[derive(Default)]
struct Table {
    /// What stands between cells: a comma, but where a spreadsheet saved the table again.
    separator: u8,
    /// The run's own date: `time` names no year and no zone.
    year: Option<i16>,
    month: Option<i16>,
    zone: String,
    groups: Vec<String>,
    /// Group and name of each column.
    columns: Vec<(String, String)>,
    after_start: bool,
}

fn is_time(name: &str) -> bool {
    matches!(name, "time" | "epoch" | "date/time")
}

impl Table {
    fn line(
        &mut self,
        text: &str,
        clock: &mut Instants,
        shown: &mut Shown,
        sink: &mut dyn Sink,
    ) -> Result<Taken, String> {
        let cells = cells(text, self.separator);
        let first = cells.first().map_or("", String::as_str);
        // A file that was written to twice has its head twice.
        if first.to_lowercase().contains("csv output") {
            *self = Self { separator: self.separator, ..Self::default() };
            return Ok(Taken::Skipped);
        }
        if first.ends_with(':') {
            // Where it appends to a file it leaves the first line out and begins with `Host:`.
            if !self.columns.is_empty() {
                *self = Self { separator: self.separator, ..Self::default() };
            }
            if let Some(at) = cells.iter().position(|cell| cell == "Date:") {
                self.began(cells.get(at + 1).map_or("", String::as_str));
            }
            return Ok(Taken::Skipped);
        }
        // A time alone is what is left of a row.
        if text.starts_with('#') || shell::is_line(text) {
            return Ok(Taken::Skipped);
        }
        if self.columns.is_empty() {
            self.header(cells);
            return Ok(Taken::Skipped);
        }
        if !std::mem::replace(&mut self.after_start, true) {
            return Ok(Taken::Skipped);
        }
        self.row(&cells, clock, shown, sink)
    }

    /// The first such line names groups, each above its first column; the second the columns.
    fn header(&mut self, cells: Vec<String>) {
        if self.groups.is_empty() {
            self.groups = cells;
            return;
        }
        let mut group = String::new();
        for (at, name) in without_fill(cells).into_iter().enumerate() {
            if let Some(named) = self.groups.get(at).filter(|named| !named.is_empty()) {
                group.clone_from(named);
            }
            self.columns.push((group.clone(), name));
        }
    }

    /// `21 Nov 2026 08:44:43 UTC`.
    fn began(&mut self, date: &str) {
        let at = Instants::default().read(date);
        let zoned = at.and_then(|at| jiff::Timestamp::from_nanosecond(i128::from(at.0)).ok());
        let day = zoned.map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).date());
        (self.year, self.month) = (day.map(jiff::civil::Date::year), day.map(|day| i16::from(day.month())));
        let zone = date.split_whitespace().last().filter(|word| matches!(*word, "UTC" | "GMT"));
        zone.unwrap_or("").clone_into(&mut self.zone);
    }

    fn row(
        &self,
        cells: &[String],
        clock: &mut Instants,
        shown: &mut Shown,
        sink: &mut dyn Sink,
    ) -> Result<Taken, String> {
        let width = cells.iter().skip(self.columns.len()).all(String::is_empty).then_some(self.columns.len());
        let cells = width.and_then(|width| cells.get(..width)).unwrap_or(cells);
        if cells.len() != self.columns.len() {
            return Err(format!("has {} columns, the header {}", cells.len(), self.columns.len()));
        }
        let stamp = self.columns.iter().zip(cells).find(|((_, name), _)| is_time(name)).map_or("", |(_, cell)| cell);
        let at = self
            .instant(stamp, clock)
            .ok_or_else(|| format!("should be a time, found `{}`", crate::fmt::excerpt(stamp.as_bytes())))?;
        let mut figures = Vec::with_capacity(cells.len());
        for ((group, name), cell) in self.columns.iter().zip(cells).filter(|((_, name), _)| !is_time(name)) {
            let title = if group.is_empty() || group == name { name.clone() } else { format!("{group} {name}") };
            figures.push(Figure::level(title, unit(group), number(cell, self.separator != b',')?));
        }
        for figure in &figures {
            shown.take(figure, at, sink);
        }
        Ok(Taken::Used)
    }

    /// Unix time, or `21-11 08:44:43` and `Nov-21 08:44:43` in the year in which the run began or, after December, the next.
    fn instant(&self, stamp: &str, clock: &mut Instants) -> Option<Timestamp> {
        if let Some(at) = clock.read(stamp) {
            return Some(at);
        }
        let (date, time) = stamp.split_once(' ')?;
        let (first, second) = date.split_once('-')?;
        let began = self.month?;
        let month = second.parse::<i16>().unwrap_or(began);
        let year = if month < began { self.year? + 1 } else { self.year? };
        let day = if second.parse::<i16>().is_ok() && first.parse::<i16>().is_ok() {
            format!("{first}.{second}.{year}")
        } else {
            format!("{first} {second} {year}")
        };
        clock.read(&format!("{day} {time} {}", self.zone))
    }
}

fn unit(group: &str) -> &'static str {
    match group {
        _ if group.contains("cpu") => "%",
        _ if group.starts_with("memory") || group.starts_with("swap") => "B",
        _ if group.starts_with("dsk") || group.starts_with("net/") || group == "paging" => "B/s",
        "system" => "/s",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failed, read, sniff, values};
    use super::*;

    const HEAD: &str = "\"Dstat 0.8.0 CSV output\"\n\"Author:\",\"Dag Wieers\",,,,\"URL:\",\"x\"\n\"Host:\",\"vm\",,,,\"User:\",\"root\"\n\"Cmdline:\",\"dstat\",,,,\"Date:\",\"21 Nov 2026 08:44:43 UTC\"\n";

    #[test]
    fn groups_and_times_without_a_year() {
        let text = format!(
            "{HEAD}\"system\",\"total cpu usage\",,\"net/total\",\n\"time\",\"usr\",\"sys\",\"recv\",\"send\"\n21-11 08:44:43,75.4,6.2,1,1\n21-11 08:44:44,91.5,6,10,20\n01-01 00:00:00,1,1,1,1\n21-11 08:44:46,91.5\n"
        );
        assert!(matches!(sniff(&MonitorDstat, &text), Sniff::Yes(_)));
        let (tally, sink) = read(&MonitorDstat, &text);
        assert_eq!((tally.used, tally.skipped, tally.rejected), (2, 7, 1), "{:?}", tally.first_rejections);
        assert_eq!(values(&sink, "total cpu usage usr"), [Some(91.5), Some(1.0)]);
        assert_eq!(values(&sink, "net/total send"), [Some(20.0), Some(1.0)]);
        assert_eq!(sink.readings[0].1, Timestamp(1_795_250_684_000_000_000));
        assert_eq!(sink.readings[4].1, Timestamp(1_798_761_600_000_000_000), "January is of the next year");
    }

    /// The head of a run that was appended was rejected, and its row since the machine's start was a sample.
    #[test]
    fn a_run_that_was_appended() {
        let run = |hour: u8| {
            let (_, about) = HEAD.split_once("x\"\n").unwrap();
            format!(
                "{about}\"system\",\"total cpu usage\"\n\"time\",\"idl\"\n21-11 {hour:02}:44:43,28.6\n21-11 {hour:02}:44:44,0\n"
            )
        };
        let text = format!(
            "\"Dstat 0.8.0 CSV output\"\n\"Author:\",\"Dag Wieers\",,,,\"URL:\",\"x\"\n{}\n\n{}",
            run(8),
            run(9)
        );
        let (tally, sink) = read(&MonitorDstat, &text);
        assert_eq!((tally.rejected, values(&sink, "total cpu usage idl")), (0, vec![Some(0.0); 2]));
    }

    /// A spreadsheet fills every line up to the widest and puts its own sign between cells: the table was said to hold no times.
    #[test]
    fn a_table_saved_again_by_a_spreadsheet_is_the_same() {
        let text = format!(
            "{HEAD}\"system\",\"total cpu usage\",\n\"time\",\"usr\",\"sys\"\n21-11 08:44:43,75.4,6.2\n21-11 08:44:44,91.5,6\n"
        );
        let filled = |line: &str| line.to_owned() + &",".repeat(7 - line.matches(',').count()) + "\n";
        let wide: String = text.lines().map(filled).collect();
        let (_, of_dstat) = read(&MonitorDstat, &text);
        for resaved in [wide.replace(',', ";").replace("91.5", "91,5"), wide.replace(',', "\t"), wide] {
            assert!(matches!(sniff(&MonitorDstat, &resaved), Sniff::Yes(_)));
            let (tally, sink) = read(&MonitorDstat, &resaved);
            assert_eq!((tally.used, tally.rejected), (1, 0), "{:?}", tally.first_rejections);
            assert_eq!((&sink.columns, &sink.readings), (&of_dstat.columns, &of_dstat.readings));
        }
    }

    #[test]
    fn unix_time_and_no_time() {
        let text = format!(
            "{HEAD}\"epoch\",\"memory usage\"\n\"epoch\",\"used\"\n1795250688.505,1\n1795250689.505,3383148544\n"
        );
        let (_, sink) = read(&MonitorDstat, &text);
        assert_eq!(values(&sink, "memory usage used"), [Some(3_383_148_544.0)]);
        assert_eq!(sink.readings[0].1, Timestamp(1_795_250_689_505_000_000));
        let text = format!("{HEAD}\"memory usage\"\n\"used\"\n1\n2\n");
        assert!(failed(&MonitorDstat, &text).hint.unwrap().contains("--epoch"));
    }
}
