//! Columns that count up since some start, as psutil's `bytes_sent` and a kernel's interrupts do. Their height says nothing of
//! a test, only their growth does.
//!
//! Neither a name nor values show it alone: `memory_total_mb` never grows, `read_bytes` may be what was read since the last
//! row, and a leaking process' memory never falls. Where a name is one of a counter's and no reading is below the one before,
//! it is one; and where the name says less, only in so many readings that chance is no explanation.

use super::reading::{level, sign};
use crate::error::Error;
use crate::ingest::own::columns::delimiter;
use crate::ingest::own::name::words;
use crate::ingest::rows::Rows;
use crate::ingest::{Input, Tally};
use crate::model::key::{ColumnKey, ColumnKind};

/// Words by which a column says itself that it adds up.
const TOTALS: [&str; 4] = ["total", "cumulative", "counter", "sum"];
/// Words of what operating systems count.
#[rustfmt::skip]
const FLOWS: [&str; 23] = [
    "sent", "recv", "received", "transmitted", "rx", "tx", "read", "write", "reads", "writes", "written", "packets", "packet",
    "interrupts", "switches", "syscalls", "errin", "errout", "dropin", "dropout", "faults", "forks", "restarts",
];
/// Words of what is a level or a rate for all that.
const LEVELS: [&str; 11] = ["per", "rate", "speed", "bps", "kbps", "mbps", "iops", "latency", "avg", "mean", "util"];
/// Readings that must not fall where the name is only one of a flow: amounts of as many intervals would be in order once
/// in 720 times.
const READINGS: u32 = 6;

/// Whether a name, in words, is one of a rate per second.
pub(super) fn is_rate(spoken: &str) -> bool {
    const AMOUNTS: [&str; 9] = ["bytes", "kb", "mb", "gb", "kib", "mib", "gib", "reads", "writes"];
    let before = ["_s", "_sec"].iter().find_map(|end| spoken.strip_suffix(end)).unwrap_or("");
    ["_per_s", "_per_sec", "_per_second"].iter().any(|end| spoken.ends_with(end))
        || AMOUNTS.contains(&before.rsplit('_').next().unwrap_or(""))
}

/// How many readings without a fall make a column of that name a counter; `None` where no number does.
fn readings_needed(name: &str) -> Option<u32> {
    let spoken = words(name);
    let says = |list: &[&str]| spoken.split('_').any(|word| list.contains(&word));
    match () {
        () if is_rate(&spoken) => None,
        () if says(&TOTALS) => Some(2),
        () if says(&FLOWS) && !says(&LEVELS) => Some(READINGS),
        () => None,
    }
}

/// What the readings of a column did.
#[derive(Debug, Default)]
struct Course {
    last: Option<f64>,
    seen: u32,
    rises: u32,
    falls: u32,
}

impl Course {
    fn take(&mut self, value: f64) {
        self.rises += u32::from(self.last.is_some_and(|last| value > last));
        self.falls += u32::from(self.last.is_some_and(|last| value < last));
        self.seen = self.seen.saturating_add(1);
        self.last = Some(value);
    }
}

/// The courses of columns, by position.
fn courses(input: &Input, columns: &[usize]) -> Result<Vec<(usize, Course)>, Error> {
    let mut courses: Vec<(usize, Course)> = columns.iter().map(|column| (*column, Course::default())).collect();
    if courses.is_empty() {
        return Ok(courses);
    }
    let head = input.head()?;
    let (mut rows, sign) = (Rows::open(input, delimiter(head.first_line()))?, sign(&head, columns));
    let mut unneeded = Tally::default();
    while let Some(row) = rows.next_row(&mut unneeded) {
        for (column, course) in &mut courses {
            if let Some(Ok(Some(value))) = row.text(Some(*column)).map(|text| level(text, sign)) {
                course.take(value);
            }
        }
    }
    Ok(courses)
}

/// What the readings show of columns, by position.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Those whose names may be counters' and whose values grow: they never fall and are not all the same.
    pub(super) growing: Vec<usize>,
    /// Those that are called totals and cannot be: a restart makes a total fall once, and not at every fourth reading.
    pub(super) falling: Vec<usize>,
}

/// Looks through the file once: which of the columns of unknown kind grow, and which of the totals fall.
pub(super) fn look(input: &Input, names: &[String], unknown: &[usize], totals: &[usize]) -> Result<Shown, Error> {
    let needed = |column: usize| readings_needed(names.get(column)?).filter(|_| !totals.contains(&column));
    let candidates = unknown.iter().copied().filter(|column| needed(*column).is_some());
    let looked_at: Vec<usize> = candidates.chain(totals.iter().copied()).collect();
    let mut shown = Shown::default();
    for (column, course) in courses(input, &looked_at)? {
        match needed(column) {
            Some(needed) if course.falls == 0 && course.rises > 0 && course.seen >= needed => {
                shown.growing.push(column);
            }
            None if course.seen >= READINGS && course.falls.saturating_mul(4) > course.seen => {
                shown.falling.push(column);
            }
            _ => {}
        }
    }
    Ok(shown)
}

/// Says which columns were taken for counters though their names do not say that they are totals.
pub(super) fn tell(keys: &[(usize, ColumnKey)], tally: &mut Tally) {
    let found: Vec<String> = keys
        .iter()
        .filter(|(_, key)| key.kind == ColumnKind::Cumulative && readings_needed(&key.name) == Some(READINGS))
        .map(|(_, key)| format!("`{}`", crate::fmt::plain(&key.name)))
        .collect();
    if let Some((last, before)) = found.split_last() {
        let (names, verb) = match before {
            [] => (last.clone(), "falls and is"),
            _ => (format!("{} and {last}", before.join(", ")), "fall and are"),
        };
        tally.note(format!("{names} never {verb} taken for a total since some start: growth per second is shown"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::super::{MonitorCsv, MonitorResource};
    use crate::model::key::ColumnKind;

    /// psutil's counters were shown as amounts: a mean of 4 GB sent, whatever the test did.
    #[test]
    fn counters_of_psutil_scripts_are_found_by_name_and_growth() {
        let row = |at: u32| {
            let falls = if at == 3 { 0 } else { at };
            format!(
                "{},{},{},{falls},{},{},{}\n",
                1_795_225_419 + at,
                4_000_000 + at * 500,
                at / 2,
                70 + at,
                at * 3,
                at * 9
            )
        };
        let header = "timestamp,bytes_sent,read_bytes,write_count,memory_mb_used,disk_read_kb_s,net_recv_mbps\n";
        let text: String = std::iter::once(header.to_owned()).chain((0..8).map(row)).collect();
        let (tally, sink) = read(&MonitorCsv, &text);
        let shown: Vec<_> = sink.columns.iter().map(|key| (key.kind, key.unit.as_str())).collect();
        let level = ColumnKind::Level;
        let grows = ColumnKind::Cumulative;
        assert_eq!(shown, [(grows, "B"), (grows, "B"), (level, ""), (level, "MB"), (level, "/s"), (level, "")]);
        let wanted = "`bytes_sent` and `read_bytes` never fall and are taken for a total since some start";
        assert!(tally.notes.iter().any(|note| note.contains(wanted)), "{:?}", tally.notes);
        // Five readings in order may be chance.
        let few: String = std::iter::once(header.to_owned()).chain((0..5).map(row)).collect();
        assert!(read(&MonitorCsv, &few).1.columns.iter().all(|key| key.kind == level));
    }

    /// A script that wrote what was sent since the last row under the name of the total: differences of it were shown.
    #[test]
    fn a_total_that_falls_again_and_again_is_none() {
        let row = |at: u32| {
            format!("{},1,40,{},{}\n", 1_795_225_419 + at, [5, 3, 8, 2][at as usize % 4], [1, 2, 3, 0][at as usize / 3])
        };
        let header = "timestamp,cpu_percent,memory_mb,network_sent_mb,network_recv_mb\n";
        let text: String = std::iter::once(header.to_owned()).chain((0..12).map(row)).collect();
        let (tally, sink) = read(&MonitorResource, &text);
        let kinds: Vec<_> = sink.columns.iter().skip(2).map(|key| key.kind).collect();
        assert_eq!(kinds, [ColumnKind::Level, ColumnKind::Cumulative], "one restart is none");
        let said = tally.notes.join("; ");
        assert!(said.contains("`network_sent_mb` falls too often for a total since some start"), "{said}");
    }

    /// A column that a team added to the fifteen is looked at like one of any monitor.
    #[test]
    fn columns_beside_the_fifteen_may_count_up_too() {
        let row = |at: u32| format!("{},1,{},{},7\n", 1_795_225_419 + at, 40 + at, at * 100);
        let header = "timestamp,cpu_percent,memory_mb,packets_recv,threads\n";
        let text: String = std::iter::once(header.to_owned()).chain((0..8).map(row)).collect();
        let (_, sink) = read(&MonitorResource, &text);
        let kinds: Vec<_> = sink.columns.iter().map(|key| key.kind).collect();
        assert_eq!(kinds, [ColumnKind::Level, ColumnKind::Level, ColumnKind::Cumulative, ColumnKind::Level]);
    }
}
