//! `vmstat -t`: the machine's processes, memory, swap, block devices and processor, with the time at the end of each row.
//!
//! Each run begins with a row of the time since the machine's start. A run writes its header again and again, so that a header
//! alone begins none: see `Runs`.

use super::instants::Instants;
use super::log::{Taken, each_line, lines_of};
use super::shell;
use super::shown::{Figure, Shown};
use super::sysstat::says_nothing;
use crate::error::Error;
use crate::ingest::own::cell_text::number;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::unit::{NANOS_PER_SECOND, Timestamp};

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
        // The time's group is called so in English only, but stands behind the processor's in every language.
        let timed = |line: &String| line.split_whitespace().next_back().is_some_and(|last| !last.contains("cpu"));
        if groups(&input.head()?).is_some_and(|line| !timed(&line)) {
            let error = Error::input("says nowhere when its rows were read").at(input.place());
            return Err(error.hint("have the time written: vmstat -t 1"));
        }
        let mut clock = Instants::of(settings);
        let mut shown = Shown::new(sink);
        let mut tally = Tally::default();
        let mut header = Header::default();
        let mut runs = Runs::new();
        each_line(input, settings, &mut tally, |text, _, _| {
            if shell::is_line(text) {
                if text.contains("vmstat") {
                    runs.called(shell::calls_with(text, "vmstat", 'y', "--no-first"));
                }
                return Ok(Taken::Skipped);
            }
            let words: Vec<&str> = text.split_whitespace().collect();
            if text.trim_start_matches('-').starts_with("procs") {
                return Ok(Taken::Skipped);
            }
            if words.starts_with(&["r", "b"]) {
                header = Header::of(&words);
                runs.header();
                return Ok(Taken::Skipped);
            }
            if header.columns.is_empty() || says_nothing(text) {
                return Ok(Taken::Skipped);
            }
            let split = words.split_at_checked(header.columns.len());
            let at = split.and_then(|(_, stamp)| clock.read(&format!("{} {}", stamp.join(" "), header.zone)));
            if runs.begins(at) {
                return Ok(Taken::Skipped);
            }
            let (cells, _) = split.ok_or("breaks off")?;
            let at = at.ok_or("should end with a date and a time")?;
            for ((title, unit), cell) in header.columns.iter().zip(cells) {
                shown.take(&Figure::level(title, unit, number(cell, false)?), at, sink);
            }
            Ok(Taken::Used)
        })?;
        if tally.used == 0 && tally.rejected == 0 && runs.left_out > 0 {
            let what = "holds no row of vmstat but those of the time since the machine's start";
            return Err(Error::input(what).at(input.place()).hint("let it run on, not once for each row: vmstat -t 1"));
        }
        clock.tell(&mut tally);
        shown.tell(&mut tally);
        if runs.left_out > 0 {
            tally.note(
                "the first row of each run is left out: but with `-y` it is of the time since the machine's start",
            );
        }
        tally.note(
            "amounts are taken for KiB: vmstat does not say whether another unit was asked for; run it without -S",
        );
        Ok(tally)
    }
}

/// What each column is shown as, its unit, and the zone of the times, which stands behind the last column.
#[derive(Default)]
struct Header {
    columns: Vec<(String, &'static str)>,
    zone: String,
}

impl Header {
    /// Most languages keep vmstat's short names and all keep their order, from which those of the memory are known that are
    /// translated: `frei`, `Cache`.
    fn of(words: &[&str]) -> Self {
        let known = |word: &str| COLUMNS.iter().find(|(name, ..)| *name == word.to_lowercase());
        let width = words.iter().rposition(|word| known(word).is_some()).map_or(0, |last| last + 1);
        let column = |(at, word): (usize, &&str)| {
            let placed = if at < MEMORY { COLUMNS.get(at) } else { None };
            let (title, unit) = known(word).or(placed).map_or((*word, "KiB"), |(_, title, unit)| (*title, *unit));
            (title.to_owned(), unit)
        };
        let zone = words.get(width).map(|word| (*word).to_owned()).unwrap_or_default();
        Self { columns: words.iter().take(width).enumerate().map(column).collect(), zone }
    }
}

/// The columns before those that `-a` changes.
const MEMORY: usize = 4;
/// No run writes its header again after fewer rows than this: it does so once for each screen, or after 21 rows.
const SCREEN: u64 = 10;

/// Tells where in a file a run begins. Several may stand in one, as of a loop that calls `vmstat -t` for each row.
///
/// A header in the midst of a run stands behind as many rows as the one before, and the times go on at the same pace.
struct Runs {
    /// Whether the next row is the first of a run for certain, and whether a header stood before it.
    first: bool,
    headed: bool,
    /// Whether the run was told to leave the first row out itself.
    whole: bool,
    /// Rows since the last header, and those between two of this run.
    rows: u64,
    screen: Option<u64>,
    last: Option<Timestamp>,
    /// The shortest and the longest time between two rows of this run.
    pace: Option<(i64, i64)>,
    left_out: u64,
}

impl Runs {
    const fn new() -> Self {
        Self { first: true, headed: false, whole: false, rows: 0, screen: None, last: None, pace: None, left_out: 0 }
    }

    /// Another run, where the shell's line calls for one.
    fn called(&mut self, whole: bool) {
        (self.first, self.whole) = (true, whole);
    }

    fn header(&mut self) {
        self.headed = true;
    }

    /// Takes note of a row; whether it is one since the machine's start.
    fn begins(&mut self, at: Option<Timestamp>) -> bool {
        let gap = at.zip(self.last).map(|(at, last)| at.0.saturating_sub(last.0));
        let begins = self.first || std::mem::take(&mut self.headed) && !self.goes_on(gap);
        if begins {
            *self = Self { whole: self.whole, left_out: self.left_out, rows: 1, first: false, last: at, ..Self::new() };
            // One that breaks off is damaged all the same.
            let left_out = !self.whole && at.is_some();
            self.left_out += u64::from(left_out);
            return left_out;
        }
        self.rows += 1;
        if let Some(gap) = gap {
            self.pace = Some(self.pace.map_or((gap, gap), |(least, most)| (least.min(gap), most.max(gap))));
        }
        self.last = at.or(self.last);
        false
    }

    /// Whether a row behind another header is of the same run.
    fn goes_on(&mut self, gap: Option<i64>) -> bool {
        let is_screen = self.rows >= SCREEN && self.screen.is_none_or(|screen| screen == self.rows);
        self.screen = Some(std::mem::take(&mut self.rows));
        let in_pace =
            |(gap, (least, most)): (i64, (i64, i64))| (least..=most.saturating_add(NANOS_PER_SECOND)).contains(&gap);
        is_screen && gap.zip(self.pace).is_none_or(in_pace)
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

    fn row(idle: u8, at: &str) -> String {
        format!(
            "13  0      0 5341828 189324 13400908    0    0  3551  7738  416  955 67  4 {idle}  1  0 2026-11-22 {at}\n"
        )
    }

    /// A row that a loop printed with a vmstat of its own is of the time since the machine's start: idle 28 % of a machine that
    /// was busy throughout.
    #[test]
    fn runs_behind_one_another() {
        let once = |at: &str| format!("{GROUPS}{NAMES}{}", row(28, at));
        let error = failed(&MonitorVmstat, &[once("10:13:48"), once("10:13:49"), once("10:13:50")].concat());
        assert!(error.message.contains("since the machine's start"), "{error:?}");
        let run = |from: u32| {
            let rows = (1..3).map(|second| row(0, &format!("10:13:{}", from + second))).collect::<String>();
            once(&format!("10:13:{from}")) + &rows
        };
        let (tally, sink) = read(&MonitorVmstat, &(run(48) + &run(50) + &run(53)));
        assert_eq!((tally.rejected, values(&sink, "cpu idle")), (0, vec![Some(0.0); 6]));
    }

    /// A run writes its header again after 21 rows where it does not write to a terminal.
    #[test]
    fn a_header_in_the_midst_of_a_run_begins_none() {
        let rows = |from: u32, count: u32| {
            let lines = (from..from + count).map(|second| row(0, &format!("10:13:{second:02}")));
            format!("{GROUPS}{NAMES}{}", lines.collect::<String>())
        };
        let of = |text: &str| values(&read(&MonitorVmstat, text).1, "cpu idle").len();
        assert_eq!(of(&(rows(0, 21) + &rows(21, 21) + &rows(42, 5))), 46);
        assert_eq!(of(&(rows(0, 21) + &rows(21, 5) + &rows(26, 5))), 29, "another run after 26 rows");
        assert_eq!(of(&(rows(0, 21) + &rows(20, 21))), 40, "another run within the same second");
    }

    #[test]
    fn a_call_with_y_leaves_nothing_out() {
        let text = format!("$ vmstat -t -y 1\n{GROUPS}{NAMES}{}", row(1, "10:13:48"));
        let (tally, sink) = read(&MonitorVmstat, &text);
        assert_eq!((tally.notes.len(), values(&sink, "cpu idle")), (1, vec![Some(1.0)]), "{:?}", tally.notes);
    }

    /// It was told to have the time written, which it has.
    #[test]
    fn headers_in_another_language() {
        let german = "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- ----Zeitstempel----\n r  b   swpd   frei   buff  Cache   si   so    bi    bo   in   cs us sy id wa st                 UTC\n";
        let text = format!("{german}{}{}", row(28, "10:13:48"), row(0, "10:13:49"));
        assert!(matches!(sniff(&MonitorVmstat, &text), Sniff::Yes(_)));
        let english = format!("{GROUPS}{NAMES}{}{}", row(28, "10:13:48"), row(0, "10:13:49"));
        let (german, english) = (read(&MonitorVmstat, &text).1, read(&MonitorVmstat, &english).1);
        assert_eq!((german.columns, german.readings), (english.columns, english.readings));
    }
}
