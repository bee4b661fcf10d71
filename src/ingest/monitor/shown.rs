//! A monitor's columns as they turn up while its file is read.

use super::instants::Instants;
use super::reading::sign_told;
use crate::error::Error;
use crate::ingest::own::cell_text::Refusal;
use crate::ingest::own::columns::delimiter;
use crate::ingest::own::digits::Sign;
use crate::ingest::own::instant::refused;
use crate::ingest::own::rows_csv::{rejection, shape};
use crate::ingest::rows::{Row, Rows};
use crate::ingest::{Input, PartId, SeriesId, Settings, Sink, Tally};
use crate::model::key::{ColumnKey, ColumnKind};
use crate::unit::Timestamp;
use std::collections::BTreeMap;

/// Columns that are told apart; a monitor of every process of a machine could go on for ever.
const COLUMNS: usize = 2_000;
/// The longest name of a column.
const NAME: usize = 120;

/// One figure of a row: a column and what it read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) kind: ColumnKind,
    pub(super) unit: &'static str,
    pub(super) value: Option<f64>,
}

impl Figure {
    /// The value at that moment.
    pub(super) fn level(name: impl Into<String>, unit: &'static str, value: Option<f64>) -> Self {
        Self { name: name.into(), kind: ColumnKind::Level, unit, value }
    }

    /// A total since some start.
    pub(super) fn grown(name: impl Into<String>, unit: &'static str, value: Option<f64>) -> Self {
        Self { name: name.into(), kind: ColumnKind::Cumulative, unit, value }
    }
}

/// The columns that a file has shown so far.
#[derive(Debug)]
pub(super) struct Shown {
    part: PartId,
    ids: BTreeMap<String, SeriesId>,
    left_out: u64,
}

impl Shown {
    /// None as yet.
    pub(super) fn new(sink: &mut dyn Sink) -> Self {
        Self { part: sink.part(None), ids: BTreeMap::new(), left_out: 0 }
    }

    /// Hands a figure on.
    pub(super) fn take(&mut self, figure: &Figure, at: Timestamp, sink: &mut dyn Sink) {
        let id = match self.ids.get(&figure.name) {
            Some(id) => *id,
            None if self.ids.len() >= COLUMNS => {
                self.left_out += 1;
                return;
            }
            None => {
                let name = crate::fmt::shorten(&crate::fmt::plain(&figure.name), NAME);
                let key = ColumnKey { name, kind: figure.kind, unit: figure.unit.to_owned() };
                let id = sink.column(self.part, &key);
                self.ids.insert(figure.name.clone(), id);
                id
            }
        };
        sink.reading(id, at, figure.value.filter(|value| value.is_finite()));
    }

    /// Says what was left out.
    pub(super) fn tell(&self, tally: &mut Tally) {
        if self.left_out > 0 {
            tally.note(format!(
                "only the first {COLUMNS} columns are kept; {} readings of others were left out",
                self.left_out
            ));
        }
    }
}

/// Reads a CSV whose rows hold figures of series that turn up as it is read; `figures` makes them of a row, given the columns'
/// names and how the numbers in the columns that are `measured` are written.
pub(super) fn read(
    input: &Input,
    settings: &Settings,
    sink: &mut dyn Sink,
    measured: &[usize],
    figures: impl Fn(&Row<'_>, (&[String], Sign), &mut Instants) -> Result<(Timestamp, Vec<Figure>), Refusal>,
) -> Result<Tally, Error> {
    let head = input.head()?;
    let mut rows = Rows::open(input, delimiter(head.first_line()))?;
    let names = rows.header().names().to_vec();
    let (mut tally, mut shown) = (Tally::default(), Shown::new(sink));
    let sign = sign_told(&head, &names, measured, settings, &mut tally);
    let mut clock = Instants::of(settings);
    let mut is_short = false;
    while let Some(row) = rows.next_row(&mut tally) {
        is_short = row.bytes(names.len().checked_sub(1)).is_none();
        match shape(&row, names.len()).and_then(|()| figures(&row, (&names, sign), &mut clock)) {
            Ok((at, figures)) => {
                for figure in &figures {
                    shown.take(figure, at, sink);
                }
                tally.used();
            }
            Err(_) if row.is_header(&names) => tally.skipped(),
            Err(refusal) => tally.reject(rejection(&row, &names, &refusal)),
        }
        tally.stop_if_strict(settings, input)?;
    }
    if is_short {
        tally.unfinished.get_or_insert_with(|| "the last row breaks off".to_owned());
    }
    clock.tell(&mut tally);
    shown.tell(&mut tally);
    Ok(tally)
}

/// The time of a row of such a CSV.
pub(super) fn time(row: &Row<'_>, column: usize, clock: &mut Instants) -> Result<Timestamp, Refusal> {
    let stamp = row.text(Some(column)).unwrap_or_default();
    clock.read(stamp).ok_or_else(|| Refusal::at(column, refused(stamp)))
}
