//! The monitor whose fifteen columns teams share: CPU, memory, disk, network, a probe of the service, its pool and its cache.

use super::counter;
use super::generic::key_by_name;
use super::labelled::Labelled;
use super::reading::{read, time_columns};
use crate::error::Error;
use crate::ingest::own::columns::{Plan, delimiter, header_names};
use crate::ingest::rows::Rows;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::model::key::{ColumnKey, ColumnKind};

/// Reads `timestamp,cpu_percent,memory_mb,…`, in any order and with columns left out or added.
pub struct MonitorResource;

/// The columns, their meaning and unit. Disk and network grow since some start; the probe's latency is never a user's;
/// empty pool and cache columns mean not measured.
const COLUMNS: [(&str, ColumnKind, &str); 14] = [
    ("cpu_percent", ColumnKind::Level, "%"),
    ("memory_mb", ColumnKind::Level, "MB"),
    ("memory_percent", ColumnKind::Level, "%"),
    ("disk_read_mb", ColumnKind::Cumulative, "MB"),
    ("disk_write_mb", ColumnKind::Cumulative, "MB"),
    ("network_sent_mb", ColumnKind::Cumulative, "MB"),
    ("network_recv_mb", ColumnKind::Cumulative, "MB"),
    ("api_latency_ms", ColumnKind::Level, "ms"),
    ("api_status", ColumnKind::Category, ""),
    ("db_pool_size", ColumnKind::Level, ""),
    ("db_pool_available", ColumnKind::Level, ""),
    ("db_pool_active", ColumnKind::Level, ""),
    ("redis_hit_rate", ColumnKind::CumulativeRatio, "%"),
    ("redis_total_reads", ColumnKind::Cumulative, ""),
];
/// Without these it is another monitor.
const NEEDED: [&str; 3] = ["timestamp", "cpu_percent", "memory_mb"];

impl Adapter for MonitorResource {
    fn name(&self) -> &'static str {
        "monitor_resource"
    }

    fn tool(&self) -> &'static str {
        "resource monitor"
    }

    fn about(&self) -> &'static str {
        "CSV of a resource monitor: timestamp, cpu_percent, memory_mb and up to twelve more (disk, network, probe, pool, cache)"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let names = header_names(head.first_line());
        if let Some(missing) = NEEDED.iter().find(|needed| names.iter().all(|name| name != *needed)) {
            return Sniff::no(format!("the header has no `{missing}`"));
        }
        if Plan::by_name(&names).holds_requests() {
            return Sniff::no("the rows are requests: a latency stands beside an endpoint, outcome or status");
        }
        // Text in a column that is none of these, such as `status`, is for the reader of any monitor, which leaves it out.
        let times = time_columns(&names);
        if let Some(time) = times.first() {
            let numbers = Labelled::of(head, &names, *time).measured;
            let is_own =
                |column: usize| times.contains(&column) || names.get(column).is_some_and(|name| known(name).is_some());
            if (0..names.len()).any(|column| !is_own(column) && !numbers.contains(&column)) {
                return Sniff::no("a column holds text");
            }
        }
        Sniff::yes("the header has timestamp, cpu_percent and memory_mb")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let rows = Rows::open(input, delimiter(input.head()?.first_line()))?;
        let names = rows.header().names();
        let times = time_columns(names);
        let measured: Vec<usize> = (0..names.len()).filter(|column| !times.contains(column)).collect();
        let kind = |column: &usize| Some(known(names.get(*column)?)?.kind);
        let (totals, added): (Vec<usize>, Vec<usize>) = measured
            .iter()
            .copied()
            .filter(|column| kind(column).is_none_or(|kind| kind == ColumnKind::Cumulative))
            .partition(|column| kind(column).is_some());
        let counter::Shown { growing, falling } = counter::look(input, names, &added, &totals)?;
        let key_of = |column: usize| {
            let key = key(names.get(column)?, growing.contains(&column));
            Some((column, if falling.contains(&column) { ColumnKey { kind: ColumnKind::Level, ..key } } else { key }))
        };
        let keys: Vec<_> = measured.into_iter().filter_map(key_of).collect();
        let mut tally = read(input, settings, &keys, sink)?;
        let of_added: Vec<_> = keys.into_iter().filter(|(column, _)| added.contains(column)).collect();
        counter::tell(&of_added, &mut tally);
        for name in falling.iter().filter_map(|column| names.get(*column)) {
            tally.note(format!("`{name}` falls too often for a total since some start, and is read as an amount"));
        }
        Ok(tally)
    }
}

fn known(name: &str) -> Option<ColumnKey> {
    let (known, kind, unit) = COLUMNS.iter().find(|(known, ..)| *known == name)?;
    Some(ColumnKey { name: (*known).to_owned(), kind: *kind, unit: (*unit).to_owned() })
}

/// What a column is; of one that somebody added, what its name and its growth say.
fn key(name: &str, grows: bool) -> ColumnKey {
    known(name).unwrap_or_else(|| key_by_name(name, grows))
}
