//! A monitor's CSV with text beside its numbers: what says which process or machine a row is of makes series of them, and what
//! only comments on the row (`status`, `note`) is left out and named.

use super::generic::{first_rows, unit_by_name};
use super::instants::Instants;
use super::reading::{level, sign};
use super::shown::{self, Figure};
use crate::error::Error;
use crate::ingest::own::cell_text::{Refusal, is_nothing};
use crate::ingest::own::columns::delimiter;
use crate::ingest::own::digits::Sign;
use crate::ingest::own::name::words;
use crate::ingest::rows::{Row, Rows};
use crate::ingest::{Head, Input, Settings, Sink, Tally};
use crate::unit::Timestamp;
use std::collections::BTreeSet;

/// Names of columns that say whose the row's figures are.
#[rustfmt::skip]
const OWNERS: [&str; 20] = [
    "process", "process_name", "proc", "command", "cmd", "comm", "name", "host", "hostname", "machine", "instance", "node", "vm",
    "pod", "container", "container_name", "service", "server", "app", "device",
];
/// Names of columns that number processes: told where names do not tell them apart.
const NUMBERS: [&str; 3] = ["pid", "process_id", "tid"];
/// Words of a machine's figures.
#[rustfmt::skip]
const RESOURCES: [&str; 16] = [
    "cpu", "mem", "memory", "ram", "rss", "vms", "swap", "disk", "loadavg", "load1", "load5", "load15", "net", "network", "gpu", "heap",
];
/// Owners that are told apart; more are no processes but something else.
const MOST_OWNERS: usize = 2_000;

/// Which column is what.
#[derive(Debug, Clone)]
pub(super) struct Labelled {
    time: usize,
    /// Columns of numbers.
    pub(super) measured: Vec<usize>,
    /// Columns that say whose they are, the last of them perhaps a number.
    owners: Vec<usize>,
}

impl Labelled {
    /// The columns as the first rows show them.
    pub(super) fn of(head: &Head, names: &[String], time: usize) -> Self {
        let called =
            |column: usize, known: &[&str]| names.get(column).is_some_and(|name| known.contains(&words(name).as_str()));
        let others: Vec<usize> = (0..names.len()).filter(|column| *column != time).collect();
        let sign = sign(head, &others);
        let mut texts = BTreeSet::new();
        for row in first_rows(head, names.len()) {
            let is_text = |column: &&usize| {
                let cell = String::from_utf8_lossy(row.get(**column).unwrap_or_default());
                level(cell.trim(), sign).is_err()
            };
            texts.extend(others.iter().filter(is_text).copied());
        }
        let (mut owners, mut numbers) = (Vec::new(), Vec::new());
        let mut measured = others;
        measured.retain(|column| {
            if called(*column, &NUMBERS) {
                numbers.push(*column);
            } else if texts.contains(column) && called(*column, &OWNERS) {
                owners.push(*column);
            }
            !texts.contains(column) && !called(*column, &NUMBERS)
        });
        owners.extend(numbers.first());
        Self { time, measured, owners }
    }

    /// Whether a column of numbers is one that machines and processes have.
    pub(super) fn is_of_a_machine(&self, names: &[String]) -> bool {
        let is_resource = |name: &String| words(name).split('_').any(|word| RESOURCES.contains(&word));
        self.measured.iter().filter_map(|column| names.get(*column)).any(is_resource)
    }

    /// The same with those owners only that the file's rows need to be told apart.
    pub(super) fn telling(mut self, input: &Input) -> Result<Self, Error> {
        let mut rows = Rows::open(input, delimiter(input.head()?.first_line()))?;
        let mut unneeded = Tally::default();
        // Of the first column, of the first two, and so on: how many there are.
        let mut seen: Vec<BTreeSet<String>> = vec![BTreeSet::new(); self.owners.len()];
        while let Some(row) = rows.next_row(&mut unneeded) {
            let mut owner = String::new();
            for (column, seen) in self.owners.iter().zip(&mut seen) {
                owner = format!("{owner}\u{0}{}", row.text(Some(*column)).unwrap_or_default());
                if seen.len() < MOST_OWNERS {
                    seen.insert(owner.clone());
                }
            }
        }
        let mut before = 1;
        let mut counts = seen.iter().map(BTreeSet::len);
        self.owners.retain(|_| {
            let count = counts.next().unwrap_or(0);
            let tells = count > before;
            before = before.max(count);
            tells
        });
        Ok(self)
    }

    /// Whether rows are of several owners.
    pub(super) fn tells_apart(&self) -> bool {
        !self.owners.is_empty()
    }

    /// Says which columns are not read.
    pub(super) fn left_out(&self, names: &[String]) -> Option<String> {
        let is_read =
            |column: &usize| *column == self.time || self.measured.contains(column) || self.owners.contains(column);
        let left: Vec<String> = names
            .iter()
            .enumerate()
            .filter(|(column, _)| !is_read(column))
            .map(|(_, name)| format!("`{}`", crate::fmt::plain(name)))
            .collect();
        (!left.is_empty()).then(|| format!("not read: {}", left.join(", ")))
    }

    /// Reads all rows, those of each owner as columns of its own.
    pub(super) fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        shown::read(input, settings, sink, &self.measured, |row, names, clock| self.figures(row, names, clock))
    }

    fn figures(
        &self,
        row: &Row<'_>,
        (names, sign): (&[String], Sign),
        clock: &mut Instants,
    ) -> Result<(Timestamp, Vec<Figure>), Refusal> {
        let text = |column: usize| row.text(Some(column)).unwrap_or_default();
        let at = shown::time(row, self.time, clock)?;
        let owner: Vec<&str> =
            self.owners.iter().map(|column| text(*column)).filter(|cell| !is_nothing(cell)).collect();
        let figure = |column: &usize| {
            let value = level(text(*column), sign).map_err(|reason| Refusal::at(*column, reason))?;
            let name = names.get(*column).map_or("", String::as_str);
            let title = owner.iter().chain([&name]).copied().collect::<Vec<_>>().join(" ");
            Ok(Figure::level(title, unit_by_name(&words(name)), value))
        };
        Ok((at, self.measured.iter().map(figure).collect::<Result<_, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::MonitorCsv;
    use super::super::tests::{read, sniff, values};
    use crate::ingest::Sniff;

    /// One column of words made the file "a monitor without a single reading".
    #[test]
    fn text_is_left_out_and_named() {
        let text = "timestamp,cpu_percent,memory_mb,status\n1795226988,10,100,ok\n1795226990,11,101,ok\n1795226992,12,102,warm\n";
        let sniffed = sniff(&MonitorCsv, text);
        assert!(matches!(sniffed, Sniff::Unsure(_)), "{sniffed:?}");
        let (tally, sink) = read(&MonitorCsv, text);
        assert_eq!((tally.used, tally.rejected), (3, 0));
        assert_eq!(values(&sink, "cpu_percent"), [Some(10.0), Some(11.0), Some(12.0)]);
        assert_eq!((sink.columns.len(), tally.notes.join("")), (2, "not read: `status`".to_owned()));
    }

    #[test]
    fn each_process_has_columns_of_its_own() {
        let text = "timestamp,pid,name,cpu_percent,memory_mb\n1795226988,7,api,10,100\n1795226988,8,db,50,900\n1795226990,7,api,11,101\n";
        let (tally, sink) = read(&MonitorCsv, text);
        assert_eq!((tally.used, tally.rejected), (3, 0));
        assert_eq!(values(&sink, "api cpu_percent"), [Some(10.0), Some(11.0)]);
        assert_eq!(values(&sink, "db memory_mb"), [Some(900.0)]);
        let alike = "time,name,pid,cpu\n1795226988,worker,7,10\n1795226988,worker,8,50\n";
        assert_eq!(values(&read(&MonitorCsv, alike).1, "8 cpu"), [Some(50.0)]);
        let mixed = format!("{alike}1795226988,web,9,1\n");
        assert_eq!(values(&read(&MonitorCsv, &mixed).1, "worker 8 cpu"), [Some(50.0)]);
    }

    #[test]
    fn a_single_process_keeps_the_columns_names() {
        let (tally, sink) = read(
            &MonitorCsv,
            "time;process;cpu;mem\n2026-11-21 02:09:50;api;10,1;1.100\n2026-11-21 02:09:52;api;11,5;1.101\n",
        );
        assert_eq!(
            (values(&sink, "cpu"), values(&sink, "mem")),
            (vec![Some(10.1), Some(11.5)], vec![Some(1100.0), Some(1101.0)])
        );
        assert!(tally.notes.iter().any(|note| note == "not read: `process`"), "{:?}", tally.notes);
    }

    #[test]
    fn rows_of_something_else_are_no_monitor() {
        for text in [
            "time,url,query_dur,status\n1795226390,/a,5,200\n",
            "time,message,size\n1795226390,started,5\n",
            "timestamp,scenario,total_requests,p95_ms,cpu_percent\n1795226390,a,5,7,8\n",
        ] {
            assert!(matches!(sniff(&MonitorCsv, text), Sniff::No(_)), "{text}");
        }
    }
}
