//! `vmstat -t`: the machine's processes, memory, swap, block devices and processor, with the time at the end of each row.

use super::instants::Instants;
use super::log::{Taken, each_line, lines_of};
use super::shell;
use super::shown::{Figure, Shown};
use super::sysstat::says_nothing;
use crate::error::Error;
use crate::ingest::own::cell_text::number;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};

/// Reads the table of `vmstat -t`.
pub struct MonitorVmstat;

/// vmstat's short names, what they are shown as, and their units where `-S` was not given.
const COLUMNS: [(&str, &str, &str); 20] = [
    ("r", "processes running", ""),
    ("b", "processes blocked", ""),
    ("swpd", "swap used", "KiB"),
    ("free", "free", "KiB"),
    ("buff", "buffers", "KiB"),
    ("cache", "cache", "KiB"),
    ("inact", "inactive", "KiB"),
    ("active", "active", "KiB"),
    ("si", "swap in", "KiB/s"),
    ("so", "swap out", "KiB/s"),
    ("bi", "blocks in", "/s"),
    ("bo", "blocks out", "/s"),
    ("in", "interrupts", "/s"),
    ("cs", "context switches", "/s"),
    ("us", "cpu user", "%"),
    ("sy", "cpu system", "%"),
    ("id", "cpu idle", "%"),
    ("wa", "cpu waiting", "%"),
    ("st", "cpu stolen", "%"),
    ("gu", "cpu guest", "%"),
];

impl Adapter for MonitorVmstat {
    fn name(&self) -> &'static str {
        "monitor_vmstat"
    }

    fn tool(&self) -> &'static str {
        "vmstat"
    }

    fn about(&self) -> &'static str {
        "the table of `vmstat -t 1`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        match groups(head) {
            Some(_) => Sniff::yes("the header of vmstat"),
            None => Sniff::no("no header of vmstat"),
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        if groups(&input.head()?).is_some_and(|line| !line.contains("timestamp")) {
            let error = Error::input("says nowhere when its rows were read").at(input.place());
            return Err(error.hint("have the time written: vmstat -t 1"));
        }
        let mut clock = Instants::of(settings);
        let mut shown = Shown::new(sink);
        let mut tally = Tally::default();
        let mut header: Vec<String> = Vec::new();
        let mut zone = String::new();
        let mut first = true;
        each_line(input, settings, &mut tally, |text, _, _| {
            if shell::is_line(text) {
                // Another run, where it calls for one.
                first |= text.contains("vmstat");
                return Ok(Taken::Skipped);
            }
            let words: Vec<&str> = text.split_whitespace().collect();
            if text.trim_start_matches('-').starts_with("procs") {
                return Ok(Taken::Skipped);
            }
            if words.starts_with(&["r", "b"]) {
                let known = |word: &&&str| COLUMNS.iter().any(|(name, ..)| name == *word);
                header = words.iter().take_while(known).map(|word| (*word).to_owned()).collect();
                zone = words.get(header.len()).map(|word| (*word).to_owned()).unwrap_or_default();
                return Ok(Taken::Skipped);
            }
            if header.is_empty() || says_nothing(text) {
                return Ok(Taken::Skipped);
            }
            // The first row of a run is of the time since the machine's start.
            if std::mem::take(&mut first) {
                return Ok(Taken::Skipped);
            }
            let (cells, stamp) = words.split_at_checked(header.len()).ok_or("breaks off")?;
            let at = clock.read(&format!("{} {zone}", stamp.join(" "))).ok_or("should end with a date and a time")?;
            for (name, cell) in header.iter().zip(cells) {
                let (_, title, unit) =
                    COLUMNS.iter().find(|(short, ..)| short == name).ok_or("has an unknown column")?;
                shown.take(&Figure::level(*title, unit, number(cell, false)?), at, sink);
            }
            Ok(Taken::Used)
        })?;
        clock.tell(&mut tally);
        shown.tell(&mut tally);
        tally.note("the first row is of the time since the machine's start and is left out");
        tally.note("amounts are taken for KiB: vmstat does not say whether another unit was asked for (-S)");
        Ok(tally)
    }
}

/// The line that names the groups of columns, which stands first but for what a script wrote before it.
fn groups(head: &Head) -> Option<String> {
    let first = lines_of(head).find(|line| !says_nothing(line))?;
    ["procs", "-memory-", "-swap-", "-cpu-"].iter().all(|group| first.contains(group)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failed, read, sniff, values};
    use super::*;
    use crate::unit::Timestamp;

    const GROUPS: &str =
        "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----\n";
    const NAMES: &str =
        " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 UTC\n";

    #[test]
    fn rows_with_their_times() {
        let text = format!(
            "{GROUPS}{NAMES}10  0      0 5416992  38868 17810796    0    0  1745  3344  383  890 75  6 16  0  3 2026-11-21 08:42:40\n 9  0      0 5416992  38868 17810796    0    0  1200     0  617  840 94  6  0  0  0 2026-11-21 08:42:41\n{GROUPS}{NAMES} 8  0      0 541\n"
        );
        assert!(matches!(sniff(&MonitorVmstat, &text), Sniff::Yes(_)));
        let (tally, sink) = read(&MonitorVmstat, &text);
        assert_eq!((tally.used, tally.skipped, tally.rejected), (1, 5, 1));
        assert_eq!(values(&sink, "cpu user"), [Some(94.0)]);
        assert_eq!(sink.readings[0].1, Timestamp(1_795_250_561_000_000_000));
        assert!(tally.notes.iter().all(|note| !note.contains("zone")), "{:?}", tally.notes);
        let remarked = format!("# of the API\nSat Nov 21 02:00:00 UTC 2026\n{text}");
        assert!(matches!(sniff(&MonitorVmstat, &remarked), Sniff::Yes(_)));
        let (tally, again) = read(&MonitorVmstat, &remarked);
        assert_eq!((tally.rejected, &again.readings), (1, &sink.readings), "{:?}", tally.first_rejections);
    }

    #[test]
    fn without_times_it_is_refused_with_what_to_do() {
        let text = GROUPS.replace(" -----timestamp-----", "") + " r  b   swpd\n 1 0 0\n";
        assert!(matches!(sniff(&MonitorVmstat, &text), Sniff::Yes(_)));
        assert!(failed(&MonitorVmstat, &text).hint.unwrap().contains("vmstat -t"));
    }
}
