//! A monitor's CSV with one reading a row: a time, a value, and what it is of in columns of text. Scripts that export from
//! Prometheus write it (`timestamp,metric,instance,value`), and so do time series databases.

use super::instants::Instants;
use super::prometheus::meaning;
use super::reading::level;
use super::shown::{self, Figure};
use crate::error::Error;
use crate::ingest::own::cell_text::Refusal;
use crate::ingest::own::columns::delimiter;
use crate::ingest::own::digits::Sign;
use crate::ingest::own::name::words;
use crate::ingest::rows::{Row, Rows};
use crate::ingest::{Input, Settings, Sink, Tally};
use crate::unit::Timestamp;

/// Names of the column of readings.
const VALUES: [&str; 4] = ["value", "val", "metric_value", "sample_value"];
/// Names of the column that says what is read; all others are labels.
const NAMES: [&str; 6] = ["metric", "metric_name", "name", "series", "measurement", "query"];

/// Which column is what.
#[derive(Debug, Clone)]
pub(super) struct Long {
    time: usize,
    pub(super) value: usize,
    name: Option<usize>,
    labels: Vec<usize>,
}

impl Long {
    /// The columns of such a file; `None` where none is called a value, or nothing stands beside it.
    pub(super) fn of(names: &[String], time: usize) -> Option<Self> {
        let called = |known: &[&str]| names.iter().position(|name| known.contains(&words(name).as_str()));
        let (value, name) = (called(&VALUES)?, called(&NAMES));
        let labels: Vec<usize> =
            (0..names.len()).filter(|column| ![Some(time), Some(value), name].contains(&Some(*column))).collect();
        (name.is_some() || !labels.is_empty()).then_some(Self { time, value, name, labels })
    }

    /// Reads all rows.
    pub(super) fn read(mut self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        self.labels = self.telling(input)?;
        shown::read(input, settings, sink, &[self.value], |row, names, clock| {
            self.figure(row, names, clock).map(|(at, figure)| (at, vec![figure]))
        })
    }

    /// Labels that are not the same in all rows.
    fn telling(&self, input: &Input) -> Result<Vec<usize>, Error> {
        let mut rows = Rows::open(input, delimiter(input.head()?.first_line()))?;
        let mut unneeded = Tally::default();
        let last = rows.header().names().len().checked_sub(1);
        let mut first: Option<Vec<Vec<u8>>> = None;
        let mut telling = vec![false; self.labels.len()];
        while let Some(row) = rows.next_row(&mut unneeded) {
            // A row that was cut off lacks labels; it does not have others.
            if row.bytes(last).is_none() {
                continue;
            }
            let cells = || self.labels.iter().map(|column| row.bytes(Some(*column)).unwrap_or_default());
            let first = first.get_or_insert_with(|| cells().map(<[u8]>::to_vec).collect());
            for ((tells, first), cell) in telling.iter_mut().zip(first).zip(cells()) {
                *tells |= first.as_slice() != cell;
            }
        }
        Ok(self.labels.iter().zip(telling).filter(|(_, tells)| *tells).map(|(column, _)| *column).collect())
    }

    fn figure(
        &self,
        row: &Row<'_>,
        (names, sign): (&[String], Sign),
        clock: &mut Instants,
    ) -> Result<(Timestamp, Figure), Refusal> {
        let at = shown::time(row, self.time, clock)?;
        let text = row.text(Some(self.value)).unwrap_or_default();
        let value = reading(text, sign).map_err(|reason| Refusal::at(self.value, reason))?;
        let name = self.name.and_then(|column| row.text(Some(column))).unwrap_or_default();
        let labels = self.labels.iter().filter_map(|column| {
            let (label, cell) = (names.get(*column)?, row.text(Some(*column)).filter(|cell| !cell.is_empty())?);
            // A column of all labels, as Prometheus writes them.
            Some(if cell.starts_with('{') {
                cell.trim_matches(['{', '}']).to_owned()
            } else {
                format!("{label}=\"{cell}\"")
            })
        });
        let labels = labels.collect::<Vec<_>>().join(",");
        let title = match (name, labels.as_str()) {
            ("", "") => "value".to_owned(),
            (name, "") => name.to_owned(),
            (name, labels) => format!("{name}{{{labels}}}"),
        };
        let (grows, unit) = meaning(name.split('{').next().unwrap_or(name));
        let figure = if grows { Figure::grown(title, unit, value) } else { Figure::level(title, unit, value) };
        Ok((at, figure))
    }
}

/// A number, or `None` where nothing was measured.
///
/// # Errors
/// What was found instead.
pub(super) fn reading(text: &str, sign: Sign) -> Result<Option<f64>, String> {
    match text {
        "+Inf" | "-Inf" | "Inf" => Ok(None),
        text => level(text, sign),
    }
}

#[cfg(test)]
mod tests {
    use super::super::MonitorCsv;
    use super::super::tests::{read, sniff, values};
    use crate::ingest::Sniff;
    use crate::model::key::ColumnKind;

    /// Such a file was nobody's: its names are no numbers.
    #[test]
    fn one_reading_a_row_is_a_column_of_each_series() {
        let text = "timestamp,metric,instance,job,value\n1795226522,node_load1,a:9100,node,0.5\n1795226522,node_load1,b:9100,node,NaN\n\
                    1795226522,node_network_transmit_bytes_total,a:9100,node,1000\n1795226523,node_load1,a:9100,node,0.7\n\
                    1795226523,node_load1,a:9100,node,much\n1795226523,node_lo";
        let sound = &text[..text.find("1795226523,node_load1,a:9100,node,much").unwrap()];
        assert!(matches!(sniff(&MonitorCsv, sound), Sniff::Unsure(_)), "{:?}", sniff(&MonitorCsv, sound));
        let (tally, sink) = read(&MonitorCsv, text);
        assert_eq!((tally.used, tally.rejected), (4, 2));
        assert_eq!(values(&sink, "node_load1{instance=\"a:9100\"}"), [Some(0.5), Some(0.7)]);
        assert_eq!(values(&sink, "node_load1{instance=\"b:9100\"}"), [None]);
        let sent = sink.columns.iter().find(|key| key.name.starts_with("node_network")).unwrap();
        assert_eq!((sent.kind, sent.unit.as_str()), (ColumnKind::Cumulative, "B"));
        assert_eq!(tally.unfinished.as_deref(), Some("the last row breaks off"));
    }

    #[test]
    fn labels_may_stand_in_one_cell_or_be_all_there_is() {
        let text = "time;metric;value\n2026-11-21T02:00:00Z;\"up{job=\"\"a\"\"}\";1\n2026-11-21T02:00:00Z;\"up{job=\"\"b\"\"}\";0\n";
        assert_eq!(values(&read(&MonitorCsv, text).1, "up{job=\"b\"}"), [Some(0.0)]);
        let text = "time,host,value\n1795226522,a,1\n1795226522,b,2\n";
        assert_eq!(values(&read(&MonitorCsv, text).1, "{host=\"b\"}"), [Some(2.0)]);
        // Words beside numbers of which nothing says that a machine has them.
        assert!(matches!(sniff(&MonitorCsv, "time,host,size\n1795226522,a,1\n"), Sniff::No(_)));
        assert!(matches!(sniff(&MonitorCsv, "time,metric,value\n1795226522,a,b\n"), Sniff::No(_)));
    }
}
