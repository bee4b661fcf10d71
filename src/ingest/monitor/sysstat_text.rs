//! Tables that sysstat's tools print: `pidstat`, `mpstat` and `sar`, a time of day in front of each row.
//!
//! Processes of one name are added up: workers come and go, and the sum is what the load met.

use super::instants::Instants;
use super::log::{Taken, each_line, lines_of};
use super::shown::{Figure, Shown};
use super::sysstat::{Days, amount, banner_date, column, is_average, is_banner, is_label, says_nothing, titled, unit};
use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::unit::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Reads tables of pidstat, mpstat and sar.
pub struct MonitorSysstatText;

/// Lines that detection looks at.
const SNIFFED: usize = 20;
/// Columns of pidstat that are no figures; `-R` writes the last two.
const NO_FIGURES: [&str; 9] = ["UID", "USER", "PID", "TGID", "TID", "CPU", "Command", "prio", "policy"];
/// Headers that are remembered for the averages' sake; `sar -A` has some forty.
const HEADERS: usize = 200;

impl Adapter for MonitorSysstatText {
    fn name(&self) -> &'static str {
        "monitor_sysstat_text"
    }

    fn tool(&self) -> &'static str {
        "sysstat"
    }

    fn about(&self) -> &'static str {
        "tables as sysstat prints them: `pidstat -h -r -u 1`, `mpstat 1`, `sar -u 1`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let mut lines = lines_of(head).skip_while(|line| says_nothing(line));
        let banner = lines.next().is_some_and(|line| is_banner(&line));
        if banner && lines.take(SNIFFED).any(|line| Header::of(&line).is_some()) {
            Sniff::yes("sysstat's first line and a header of its tables")
        } else {
            Sniff::no("no table of sysstat")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut clock = Instants::of(settings);
        let mut table = Table {
            shown: Shown::new(sink),
            days: Days::default(),
            header: None,
            seen: BTreeSet::new(),
            began: String::new(),
            sums: BTreeMap::new(),
            at: None,
        };
        let mut tally = Tally::default();
        each_line(input, settings, &mut tally, |text, _, _| table.line(text, &mut clock, sink))?;
        table.flush(sink);
        clock.tell(&mut tally);
        table.shown.tell(&mut tally);
        if table.header.as_ref().is_some_and(|header| header.of_processes) {
            tally.note("figures of processes of one name are added up");
        }
        Ok(tally)
    }
}

/// A table's columns behind its time.
struct Header {
    names: Vec<String>,
    of_processes: bool,
    /// Words of a row's time: `08:42:41` or `08:42:41 PM`.
    time_words: usize,
    /// What stands in their place in the header.
    stamp: String,
}

impl Header {
    /// A header has no figures and, where it is short, a share or a rate among its columns. Some tables have neither
    /// (`tcp6sck   udp6sck`): a header that is not known for one would leave its rows to the table before.
    fn of(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let words = words.strip_prefix(&["#"]).unwrap_or(&words);
        let first = *words.first()?;
        let timed = first == "Time" || first.len() == TIME.len() && first.matches(':').count() == 2;
        let halves = usize::from(matches!(words.get(1), Some(&("AM" | "PM"))));
        let names: Vec<String> = words.get(1 + halves..)?.iter().map(|name| (*name).to_owned()).collect();
        let figures = names.iter().any(|name| name.starts_with('%') || name.ends_with("/s"));
        let labelled = names.len() > 1 && names.first().is_some_and(|name| is_label(name));
        let words_only = names.iter().all(|name| !matches!(amount(name), Ok(Some(_))));
        let of_processes = names.iter().any(|name| name == "PID" || name == "TGID");
        let is_header = timed && words_only && (figures || labelled || names.len() > 2) && !is_remark(&names);
        let stamp = words.get(..=halves)?.join(" ");
        is_header.then_some(Self { names, of_processes, time_words: 1 + halves, stamp })
    }
}

/// A time of day as sysstat writes it.
const TIME: &str = "08:42:41";

/// `LINUX RESTART (2 CPU)`, and `COM` before what somebody had recorded (`sar -C`).
fn is_remark(words: &[String]) -> bool {
    let at = |place: usize| words.get(place).map_or("", String::as_str);
    at(0) == "COM" || (at(0), at(1)) == ("LINUX", "RESTART")
}

struct Table {
    shown: Shown,
    days: Days,
    header: Option<Header>,
    /// Columns of every table so far; the averages at the end have them again.
    seen: BTreeSet<Vec<String>>,
    /// What stands before the first header.
    began: String,
    /// Sums over the processes of one name at one time.
    sums: BTreeMap<(String, &'static str), f64>,
    at: Option<Timestamp>,
}

impl Table {
    fn line(&mut self, text: &str, clock: &mut Instants, sink: &mut dyn Sink) -> Result<Taken, String> {
        if is_banner(text) {
            if let Some(date) = banner_date(text) {
                self.days.begin(date);
            }
            self.seen.clear();
            self.began.clear();
            return Ok(Taken::Skipped);
        }
        if let Some(header) = Header::of(text) {
            self.head(header, clock);
            return Ok(Taken::Skipped);
        }
        if is_average(text) || self.heads_averages(text) {
            return Ok(Taken::Skipped);
        }
        let Some(header) = &self.header else { return Ok(Taken::Skipped) };
        if says_nothing(text) {
            return Ok(Taken::Skipped);
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let said: Vec<String> = words.iter().skip(header.time_words).take(2).map(|word| (*word).to_owned()).collect();
        if is_remark(&said) {
            return Ok(Taken::Skipped);
        }
        let (stamp, cells) = words.split_at_checked(header.time_words).ok_or("breaks off")?;
        let stamp = stamp.join(" ");
        let at = self
            .days
            .read(&stamp, clock)
            .ok_or_else(|| format!("should begin with a time, found `{}`", crate::fmt::excerpt(stamp.as_bytes())))?;
        let has_command = header.names.last().is_some_and(|name| name == "Command");
        // A command may have blanks in it; it is the last column.
        if cells.len() < header.names.len() || (cells.len() > header.names.len() && !has_command) {
            return Err(format!("has {} columns, the header {}", cells.len(), header.names.len()));
        }
        let figures = figures(header, cells)?;
        if figures.is_empty() {
            return Err("holds no figures, but what the processes are set to".to_owned());
        }
        if header.of_processes {
            if self.at != Some(at) {
                self.flush(sink);
                self.at = Some(at);
            }
            for figure in figures {
                *self.sums.entry((figure.name, figure.unit)).or_default() += figure.value.unwrap_or(0.0);
            }
        } else {
            for figure in &figures {
                self.shown.take(figure, at, sink);
            }
        }
        Ok(Taken::Used)
    }

    /// A header stands at the time at which the first interval below it began. Of a record sar prints each table from the first
    /// interval to the last before the next, so that the day begins again with each.
    fn head(&mut self, header: Header, clock: &mut Instants) {
        if self.began.is_empty() {
            self.began.clone_from(&header.stamp);
        }
        let is_new = self.seen.len() < HEADERS && self.seen.insert(header.names.clone());
        if is_new && header.stamp == self.began {
            self.days.again();
        }
        // `Time` is none.
        let _ = self.days.read(&header.stamp, clock);
        self.header = Some(header);
    }

    /// `Average:     tcp6sck   udp6sck`: a header that was seen before, behind a word in whatever language.
    fn heads_averages(&self, text: &str) -> bool {
        let names = text.split_once(':').map(|(_, names)| names.split_whitespace().map(str::to_owned).collect());
        names.is_some_and(|names: Vec<String>| self.seen.contains(&names))
    }

    fn flush(&mut self, sink: &mut dyn Sink) {
        let sums = std::mem::take(&mut self.sums);
        let Some(at) = self.at else { return };
        for ((name, unit), sum) in sums {
            self.shown.take(&Figure::level(name, unit, Some(sum)), at, sink);
        }
    }
}

fn figures(header: &Header, cells: &[&str]) -> Result<Vec<Figure>, String> {
    let columns = header.names.iter().zip(cells);
    let (kind, label) = if header.of_processes {
        ("", cells.get(header.names.len() - 1).copied())
    } else {
        columns.clone().find(|(name, _)| is_label(name)).map_or(("", None), |(name, cell)| (name.as_str(), Some(*cell)))
    };
    columns
        .filter(|(name, _)| if header.of_processes { !NO_FIGURES.contains(&name.as_str()) } else { !is_label(name) })
        .map(|(name, cell)| {
            let (title, unit) = match (kind, label) {
                ("INTR", Some(interrupt)) => (of_interrupt(interrupt, name), "/s"),
                // Nodes are numbered as processors are.
                ("NODE", Some(node)) => (titled(name, Some(&format!("node {node}"))), unit(name)),
                _ => (titled(column(name, &header.names), label), unit(name)),
            };
            // What stands with a sign is in kilobytes.
            let signed = unit == "MiB" && cell.ends_with(|last: char| last.is_alphabetic());
            let value = amount(cell)?.map(|value| if signed { value / 1024.0 } else { value });
            Ok(Figure::level(title, unit, value))
        })
        .collect()
}

/// `intr/s`, `intr/s CPU0` and `intr/s of 24 CPU0`: the table of interrupts has a row of each and a column of each processor.
fn of_interrupt(interrupt: &str, column: &str) -> String {
    let of = if interrupt == "sum" { String::new() } else { format!(" of {interrupt}") };
    let on = if matches!(column, "all" | "intr/s") { String::new() } else { format!(" {column}") };
    format!("intr/s{of}{on}")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, sniff, values};
    use super::*;

    const BANNER: &str = "Linux 6.1.0 (vm) \t11/21/26 \t_x86_64_\t(2 CPU)\n\n";

    #[test]
    fn processes_of_one_name_are_added_up() {
        let text = format!(
            "{BANNER}# Time        UID       PID    %usr    %CPU   CPU     VSZ     RSS   %MEM  Command\n08:42:41        0         1    1.50    2.00     1   53224   19696   0.08  gunicorn\n08:42:41        0         2    0.50    1.00     1   53224   300   0.08  gunicorn\n\n# Time        UID       PID    %usr    %CPU   CPU     VSZ     RSS   %MEM  Command\n08:42:42        0         1    1.00    2.00     1   53224   19696   0.08  gunicorn\n08:42:42        0         9    x    2.00     1   53224   19696   0.08  bash\n08:42:42        0         9    1.0\n"
        );
        assert!(matches!(sniff(&MonitorSysstatText, &text), Sniff::Yes(_)));
        let (tally, sink) = read(&MonitorSysstatText, &text);
        assert_eq!((tally.used, tally.rejected), (3, 2), "{:?}", tally.first_rejections);
        assert_eq!(values(&sink, "%usr gunicorn"), [Some(2.0), Some(1.0)]);
        assert_eq!(values(&sink, "RSS gunicorn"), [Some(19996.0), Some(19696.0)]);
        assert_eq!(sink.readings[0].1, Timestamp(1_795_250_561_000_000_000));
    }

    #[test]
    fn mpstat_and_sar() {
        let text = format!(
            "{BANNER}08:42:47     CPU    %usr   %idle\n08:42:48     all   86.07    0.00\n08:42:48       0   80.00    0.00\nAverage:     all   83.25    0.00\n"
        );
        let (tally, sink) = read(&MonitorSysstatText, &text);
        assert_eq!((tally.used, tally.skipped, tally.rejected), (2, 3, 0));
        assert_eq!((values(&sink, "%usr"), values(&sink, "%usr 0")), (vec![Some(86.07)], vec![Some(80.0)]));
    }

    /// A script that writes what it runs, and when, before it made the file nobody's.
    #[test]
    fn lines_of_the_script_that_ran_it_are_passed_over() {
        let table = format!("{BANNER}08:42:47     CPU    %usr   %idle\n08:42:48     all   86.07    0.00\n");
        let again = "# once more\nSat Nov 21 08:43:00 UTC 2026\n08:43:01     all   80,00    0.00\nDurchschn.:     all   83,25    0.00\n";
        for before in ["Sat Nov 21 02:00:00 UTC 2026\n", "# pidstat of the API\n\n2026-11-21T02:00:00Z\n"] {
            let text = format!("{before}{table}{again}");
            assert!(matches!(sniff(&MonitorSysstatText, &text), Sniff::Yes(_)), "{before}");
            let (tally, sink) = read(&MonitorSysstatText, &text);
            assert_eq!((tally.used, tally.rejected), (2, 0), "{:?}", tally.first_rejections);
            assert_eq!(values(&sink, "%usr"), [Some(86.07), Some(80.0)]);
            assert_eq!(sink.readings[0].1, Timestamp(1_795_250_568_000_000_000), "{before}");
        }
    }

    /// A table of sockets has neither shares nor rates: its rows were taken for datagrams per second.
    #[test]
    fn a_table_without_shares_and_rates_is_a_table_of_its_own() {
        let text = format!(
            "{BANNER}10:11:23       idgm/s    odgm/s  noport/s idgmerr/s\n10:11:24         0.00      0.00      0.00      0.00\n\n10:11:23      tcp6sck   udp6sck   raw6sck  ip6-frag\n10:11:24           40        41         0         0\n\n10:11:23          CPU       MHz\n10:11:24          all   2100,00\n\n10:11:24     LINUX RESTART\t(2 CPU)\n10:11:24  COM load begins\n\nAverage:       idgm/s    odgm/s  noport/s idgmerr/s\nAverage:         0.00      0.00      0.00      0.00\n\nAverage:      tcp6sck   udp6sck   raw6sck  ip6-frag\nAverage:           40        40         0         0\n"
        );
        let (tally, sink) = read(&MonitorSysstatText, &text);
        assert_eq!((tally.used, tally.rejected), (3, 0), "{:?}", tally.first_rejections);
        assert_eq!((values(&sink, "idgm/s"), values(&sink, "udp6sck")), (vec![Some(0.0)], vec![Some(41.0)]));
        assert_eq!(values(&sink, "MHz"), [Some(2100.0)]);
    }

    /// Of a day's record the second table was of the next day, and so on; and a run that began a second before midnight was of
    /// the day before.
    #[test]
    fn each_table_of_a_record_begins_at_its_start() {
        let table = |names: &str, figure: &str| {
            format!(
                "00:00:01          CPU     {names}\n00:10:01          all     {figure}\n23:50:01          all     {figure}\n\n"
            )
        };
        let day = format!("{BANNER}{}{}{}", table("%user", "1.00"), table("MHz", "2100"), table("intr/s", "7.00"));
        let (_, sink) = read(&MonitorSysstatText, &day);
        let (first, last) = (Timestamp(1_795_219_801_000_000_000), Timestamp(1_795_305_001_000_000_000));
        let times: Vec<Timestamp> = sink.readings.iter().map(|(_, at, _)| *at).collect();
        assert_eq!(times, [first, last, first, last, first, last]);
        let midnight = format!("{BANNER}23:59:59     CPU    %usr\n00:00:00     all   50.00\n");
        assert_eq!(read(&MonitorSysstatText, &midnight).1.readings[0].1, Timestamp(1_795_305_600_000_000_000));
    }

    /// NODE 0 was mixed with CPU 0, and what NFS sent again with what TCP did.
    #[test]
    fn columns_of_one_name_in_two_tables_stay_apart() {
        let text = format!(
            "{BANNER}10:11:23     CPU    %usr\n10:11:24     all   50.00\n10:11:24       0   40.00\n\n10:11:23    NODE    %usr\n10:11:24     all   51.00\n10:11:24       0   52.00\n\n10:11:23         INTR       all      CPU0\n10:11:24          sum   1104.00    490.00\n10:11:24           24      7.00      6.00\n\n10:11:23       call/s retrans/s    read/s\n10:11:24         0.00      1.00      0.00\n\n10:11:23     atmptf/s  estres/s retrans/s\n10:11:24         0.00      0.00      2.00\n"
        );
        let (tally, sink) = read(&MonitorSysstatText, &text);
        assert_eq!((tally.used, tally.rejected), (8, 0), "{:?}", tally.first_rejections);
        for (name, value) in [
            ("%usr", 50.0),
            ("%usr 0", 40.0),
            ("%usr node all", 51.0),
            ("%usr node 0", 52.0),
            ("intr/s", 1104.0),
            ("intr/s CPU0", 490.0),
            ("intr/s of 24 CPU0", 6.0),
            ("nfs retrans/s", 1.0),
            ("retrans/s", 2.0),
        ] {
            assert_eq!(values(&sink, name), [Some(value)], "{name}");
        }
    }

    /// Every row of `--human` was rejected.
    #[test]
    fn signs_of_human_and_settings_of_processes() {
        let text = format!(
            "{BANNER}09:57:48      UID       PID    %usr     RSS  Command\n09:57:49        0     16848   26.9%   57.5M  node\n\n09:57:48        CPU      %usr\n09:57:49        all      8.6%\nAverage:        all      8.6%\n\n09:57:48     MBfsfree  %fsused MOUNTPOINT\n09:57:49       192.9G    23.4% /\n"
        );
        let (tally, sink) = read(&MonitorSysstatText, &text);
        assert_eq!((tally.used, tally.rejected), (3, 0), "{:?}", tally.first_rejections);
        assert_eq!((values(&sink, "%usr"), values(&sink, "RSS node")), (vec![Some(8.6)], vec![Some(57.5 * 1024.0)]));
        assert_eq!(values(&sink, "MBfsfree /"), [Some(192.9 * 1024.0)]);
        let settings = format!(
            "{BANNER}10:10:09      UID       PID prio policy  Command\n10:10:10        0      7659   0 NORMAL  node\n"
        );
        let (tally, _) = read(&MonitorSysstatText, &settings);
        assert_eq!((tally.used, tally.rejected), (0, 1));
    }

    #[test]
    fn what_is_none() {
        let quoted = format!("What pidstat wrote:\n{BANNER}08:42:47     CPU    %usr   %idle\n");
        assert!(matches!(sniff(&MonitorSysstatText, &quoted), Sniff::No(_)));
        assert!(matches!(sniff(&MonitorSysstatText, "Linux is fine\n%usr\n"), Sniff::No(_)));
    }
}
