//! `iostat -t` as text: reports of the processor and of block devices, the time on a line above each.
//!
//! The first report of a run is of the time since the machine's start and is left out. A report is one table of the processor
//! and one or, as `-h` writes them, several of the devices, whose names then stand last.

use super::instants::Instants;
use super::log::{Taken, each_line, lines_of};
use super::shell;
use super::shown::{Figure, Shown};
use super::sysstat::{Days, amount, banner_date, is_banner, says_nothing, titled, unit};
use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::unit::Timestamp;

/// Reads the tables of iostat.
pub struct MonitorIostat;

/// Lines that detection looks at.
const SNIFFED: usize = 20;
/// First word of the processor's header.
const PROCESSOR: &str = "avg-cpu:";

impl Adapter for MonitorIostat {
    fn name(&self) -> &'static str {
        "monitor_iostat"
    }

    fn tool(&self) -> &'static str {
        "sysstat"
    }

    fn about(&self) -> &'static str {
        "the tables of `iostat -t 1`, `iostat -t -x 1` or `iostat -t -d -k 1`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let lines = lines_of(head).filter(|line| !line.trim().is_empty()).take(SNIFFED);
        // Before iostat's first header stand its banner and a time; in a text that quotes it stands anything.
        let mut begins = lines.skip_while(|line| is_banner(line) || says_nothing(line) || line.starts_with("Time:"));
        if begins.next().is_some_and(|line| Header::of(&line).is_some()) {
            Sniff::yes("a header of iostat: its processor's or its devices'")
        } else {
            Sniff::no("does not begin with a table of iostat")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut clock = Instants::of(settings);
        let mut reports = Reports::new(sink);
        let mut tally = Tally::default();
        each_line(input, settings, &mut tally, |text, _, _| reports.line(text, &mut clock, sink))?;
        if tally.used == 0 {
            let what = match reports.times {
                0 => "says nowhere when its rows were read",
                _ => "holds no report of iostat but the first, which is of the time since the machine's start",
            };
            return Err(Error::input(what).at(input.place()).hint("have reports with times written: iostat -t -x 1"));
        }
        if reports.left_out {
            tally.note("iostat's first report is left out: but with `-y` it is of the time since the machine's start");
        }
        clock.tell(&mut tally);
        reports.shown.tell(&mut tally);
        Ok(tally)
    }
}

/// A table's columns.
struct Header {
    names: Vec<String>,
    /// Where the device's name stands; the processor's table has none.
    device: Option<usize>,
}

impl Header {
    fn of(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        if let Some(names) = words.strip_prefix(&[PROCESSOR]) {
            return names.contains(&"%idle").then(|| Self { names: owned(names), device: None });
        }
        let is_device = |word: &&str| matches!(word.trim_end_matches(':'), "Device");
        let device = [0, words.len().checked_sub(1)?].into_iter().find(|at| words.get(*at).is_some_and(is_device))?;
        let is_figure = |name: &&&str| matches!(**name, "tps" | "%util") || name.ends_with("/s");
        (words.iter().filter(is_figure).count() > 1).then(|| Self { names: owned(&words), device: Some(device) })
    }

    fn figures(&self, cells: &[&str]) -> Result<Vec<Figure>, String> {
        if cells.len() != self.names.len() {
            return Err(format!("has {} columns, the header {}", cells.len(), self.names.len()));
        }
        // Called as in its JSON: `avg-cpu user`, `disk util vda`.
        let (group, label) = match self.device {
            Some(at) => ("disk", cells.get(at).copied()),
            None => ("avg-cpu", None),
        };
        let columns = self.names.iter().zip(cells).enumerate().filter(|(at, _)| Some(*at) != self.device);
        let figure = |(_, (name, cell)): (usize, (&String, &&str))| {
            let title = titled(&format!("{group} {}", name.trim_start_matches('%')), label);
            Ok(Figure::level(title, unit(name), amount(cell)?))
        };
        columns.map(figure).collect()
    }
}

/// What was read so far.
struct Reports {
    shown: Shown,
    days: Days,
    header: Option<Header>,
    /// Lines with a time since the banner; each begins a report.
    times: u32,
    /// Whether the run was told to leave the first report out itself, and whether one was left out here.
    whole: bool,
    left_out: bool,
    at: Option<Timestamp>,
}

impl Reports {
    fn new(sink: &mut dyn Sink) -> Self {
        Self {
            shown: Shown::new(sink),
            days: Days::default(),
            header: None,
            times: 0,
            whole: false,
            left_out: false,
            at: None,
        }
    }

    fn line(&mut self, text: &str, clock: &mut Instants, sink: &mut dyn Sink) -> Result<Taken, String> {
        if shell::is_line(text) && text.contains("iostat") {
            self.whole = shell::calls_with(text, "iostat", 'y', "-y");
        }
        if is_banner(text) {
            if let Some(date) = banner_date(text) {
                self.days.begin(date);
            }
            (self.header, self.times, self.at) = (None, 0, None);
            return Ok(Taken::Skipped);
        }
        if let Some(header) = Header::of(text) {
            self.header = Some(header);
            return Ok(Taken::Skipped);
        }
        // Up to version 9 it wrote `Time: 08:42:41`.
        if let Some(at) = self.days.read(text.trim_start_matches("Time:").trim(), clock) {
            self.times = self.times.saturating_add(1);
            self.at = (self.whole || self.times > 1).then_some(at);
            self.left_out |= self.at.is_none();
            return Ok(Taken::Skipped);
        }
        let (Some(header), Some(at)) = (&self.header, self.at) else { return Ok(Taken::Skipped) };
        if says_nothing(text) {
            return Ok(Taken::Skipped);
        }
        let cells: Vec<&str> = text.split_whitespace().collect();
        for figure in header.figures(&cells)? {
            self.shown.take(&figure, at, sink);
        }
        Ok(Taken::Used)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failed, read, sniff, values};
    use super::*;

    const BANNER: &str = "Linux 6.1.0 (vm) \t11/21/26 \t_x86_64_\t(2 CPU)\n\n";
    const PROCESSORS: &str = "avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n";

    fn report(time: &str, busy: &str) -> String {
        format!("{time}\n{PROCESSORS}          {busy}    0.00   13.00    0.00    0.00    0.00\n\n")
            + &format!("Device            r/s     rkB/s r_await  %util\nvda  634.65   3192.08   0.50   {busy}\n\n\n")
    }

    /// The text was refused: only JSON was read, which hardly anybody asks iostat for.
    #[test]
    fn reports_but_the_first_are_read() {
        let text = format!("{BANNER}{}{}", report("11/21/26 08:42:40", "68.08"), report("11/21/26 08:42:41", "87.00"));
        assert!(matches!(sniff(&MonitorIostat, &text), Sniff::Yes(_)));
        let (tally, sink) = read(&MonitorIostat, &text);
        assert_eq!((tally.used, tally.rejected), (2, 0), "{:?}", tally.first_rejections);
        assert_eq!(values(&sink, "avg-cpu user"), [Some(87.0)]);
        assert_eq!(values(&sink, "disk util vda"), [Some(87.0)]);
        let unit = |name: &str| sink.columns.iter().find(|key| key.name == name).unwrap().unit.clone();
        let remarked = format!("# of the API\nSat Nov 21 02:00:00 UTC 2026\n{text}# the end\n");
        assert!(matches!(sniff(&MonitorIostat, &remarked), Sniff::Yes(_)));
        let (tally, again) = read(&MonitorIostat, &remarked);
        assert_eq!((tally.rejected, &again.readings), (0, &sink.readings), "{:?}", tally.first_rejections);
        assert_eq!([unit("avg-cpu user"), unit("disk rkB/s vda"), unit("disk r_await vda")], ["%", "kB/s", "ms"]);
        assert_eq!(sink.readings[0].1, Timestamp(1_795_250_561_000_000_000));
    }

    #[test]
    fn a_call_with_y_leaves_nothing_out() {
        let text = format!("$ iostat -t -y 1\n{BANNER}{}", report("11/21/26 08:42:40", "68.08"));
        let (tally, sink) = read(&MonitorIostat, &text);
        assert_eq!(values(&sink, "avg-cpu user"), [Some(68.08)]);
        assert!(tally.notes.iter().all(|note| !note.contains("left out")), "{:?}", tally.notes);
    }

    #[test]
    fn every_way_in_which_versions_and_languages_write_times() {
        let second = [
            ("11/21/2026 08:42:40 AM", "11/21/2026 08:42:41 AM"),
            ("2026-11-21T08:42:40+0000", "2026-11-21T08:42:41+0000"),
            ("21.11.2026 08:42:40", "21.11.2026 08:42:41"),
            ("Time: 08:42:40 AM", "Time: 08:42:41 AM"),
        ];
        for (first, second) in second {
            let text = format!("{BANNER}{}{}", report(first, "68,08"), report(second, "87,00"));
            assert!(matches!(sniff(&MonitorIostat, &text), Sniff::Yes(_)), "{first}");
            let (tally, sink) = read(&MonitorIostat, &text);
            assert_eq!((tally.used, tally.rejected), (2, 0), "{first} {:?}", tally.first_rejections);
            assert_eq!(sink.readings[0].1, Timestamp(1_795_250_561_000_000_000), "{first}");
            assert_eq!(values(&sink, "avg-cpu user"), [Some(87.0)], "{first}");
        }
    }

    /// The banner's date names no zone, but is not what the times are made of.
    #[test]
    fn times_with_their_zones_leave_nothing_to_assume() {
        let of = |first: &str, second: &str| {
            let text = format!("{BANNER}{}{}", report(first, "68.08"), report(second, "87.00"));
            read(&MonitorIostat, &text).0.notes.iter().filter(|note| note.contains("zone")).count()
        };
        assert_eq!(of("2026-11-21T03:42:40-0500", "2026-11-21T03:42:41-0500"), 0);
        assert_eq!(of("11/21/26 08:42:40", "11/21/26 08:42:41"), 1);
    }

    #[test]
    fn figures_with_signs_behind_them_and_devices_last() {
        let table = "     r/s     rkB/s   rrqm/s  %rrqm Device\n  139.61      2.5M     2.21   1.6% vda\n";
        let text = format!("{BANNER}11/21/26 08:42:40\n{table}11/21/26 08:42:41\n{table}  1.0 2.0\n");
        let (tally, sink) = read(&MonitorIostat, &text);
        assert_eq!((tally.used, tally.rejected), (1, 1));
        assert_eq!(tally.first_rejections[0].reason, "has 2 columns, the header 5");
        assert_eq!(
            (values(&sink, "disk rkB/s vda"), values(&sink, "disk rrqm vda")),
            (vec![Some(2560.0)], vec![Some(1.6)])
        );
    }

    #[test]
    fn without_times_it_is_refused_with_what_to_do() {
        let text = format!("{BANNER}{}{}", report("", "1.0"), report("", "2.0"));
        assert!(matches!(sniff(&MonitorIostat, &text), Sniff::Yes(_)));
        let error = failed(&MonitorIostat, &text);
        assert_eq!(error.message, "says nowhere when its rows were read");
        assert!(error.hint.unwrap().contains("iostat -t"));
        let once = format!("{BANNER}{}", report("11/21/26 08:42:40", "68.08"));
        assert!(failed(&MonitorIostat, &once).message.contains("since the machine's start"));
        assert!(matches!(sniff(&MonitorIostat, &format!("The disks:\n{PROCESSORS}")), Sniff::No(_)));
    }
}
