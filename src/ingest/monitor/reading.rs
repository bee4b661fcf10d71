//! Rows of a monitor to readings of its columns.

use super::instants::Instants;
use crate::error::Error;
use crate::ingest::own::beginning::Beginning;
use crate::ingest::own::cell_text::{Refusal, is_nothing, number};
use crate::ingest::own::columns::delimiter;
use crate::ingest::own::digits::{Sign, assumed};
use crate::ingest::own::instant::refused;
use crate::ingest::own::known::{Wanted, known_names};
use crate::ingest::own::name::words;
use crate::ingest::own::rows_csv::{rejection, shape};
use crate::ingest::rows::{Row, Rows};
use crate::ingest::{Head, Input, SeriesId, Settings, Sink, Tally};
use crate::model::key::{ColumnKey, ColumnKind};
use crate::unit::Timestamp;

/// Positions of the columns whose names say that they hold an instant.
pub(super) fn time_columns(names: &[String]) -> Vec<usize> {
    let says_time = |name: &str| {
        let name = words(name);
        known_names().iter().any(|known| known.wanted == Wanted::Time && known.names.contains(&name.as_str()))
    };
    (0..names.len()).filter(|column| names.get(*column).is_some_and(|name| says_time(name))).collect()
}

/// A number of a monitor: `12.5`, `12.5%`, or nothing.
pub(super) fn level(text: &str, sign: Sign) -> Result<Option<f64>, String> {
    number(text.strip_suffix('%').map_or(text, str::trim_end), sign)
}

/// How a monitor's file writes its numbers, as far as its beginning shows.
pub(super) fn sign(head: &Head, columns: &[usize]) -> Sign {
    Beginning::of(head, delimiter(head.first_line())).sign(columns)
}

/// The same for reading all of it: where the beginning leaves it open the settings tell, and where they do not either it is
/// said what was assumed.
pub(super) fn sign_told(
    head: &Head,
    names: &[String],
    columns: &[usize],
    settings: &Settings,
    tally: &mut Tally,
) -> Sign {
    let beginning = Beginning::of(head, delimiter(head.first_line()));
    match (beginning.with_decimals(columns), settings.sign) {
        (None, _) => beginning.sign(columns),
        (Some(_), Some(stated)) => stated.unless_shown(),
        (Some((column, cell)), None) => {
            tally.note(assumed(cell, names.get(column).map_or("", String::as_str)));
            beginning.sign(columns)
        }
    }
}

struct Series {
    column: usize,
    id: SeriesId,
    kind: ColumnKind,
}

/// Reads a monitor whose columns are these, by position; the first time column gives the instants.
pub(super) fn read(
    input: &Input,
    settings: &Settings,
    keys: &[(usize, ColumnKey)],
    sink: &mut dyn Sink,
) -> Result<Tally, Error> {
    let head = input.head()?;
    let mut rows = Rows::open(input, delimiter(head.first_line()))?;
    let names = rows.header().names().to_vec();
    let Some(time) = mapped_time(&names, settings).or_else(|| time_columns(&names).first().copied()) else {
        return Err(Error::input("no column holds the time of a reading")
            .at(input.place())
            .hint("name one `timestamp`, or map it: inputs.columns = { time = \"…\" }"));
    };
    let part = sink.part(None);
    let series: Vec<Series> = keys
        .iter()
        .map(|(column, key)| Series { column: *column, id: sink.column(part, key), kind: key.kind })
        .collect();
    let mut tally = Tally::default();
    let columns: Vec<usize> = keys.iter().map(|(column, _)| *column).collect();
    let sign = sign_told(&head, &names, &columns, settings, &mut tally);
    let mut watch = Watch::default();
    let mut clock = Instants::of(settings);
    let mut values = Vec::with_capacity(series.len());
    while let Some(row) = rows.next_row(&mut tally) {
        watch.last_was_short = row.bytes(names.len().checked_sub(1)).is_none();
        match shape(&row, names.len()).and_then(|()| readings(&row, time, (&series, sign), &mut clock, &mut values)) {
            Ok(at) => {
                if watch.is_repeated(at, &values) {
                    tally.skipped();
                    continue;
                }
                for (series, value) in series.iter().zip(&values) {
                    sink.reading(series.id, watch.at, *value);
                }
                tally.used();
            }
            // A monitor that was started again writes its header again.
            Err(_) if row.is_header(&names) => tally.skipped(),
            Err(refusal) => tally.reject(rejection(&row, &names, &refusal)),
        }
        tally.stop_if_strict(settings, input)?;
    }
    watch.tell(&mut tally);
    clock.tell(&mut tally);
    Ok(tally)
}

fn mapped_time(names: &[String], settings: &Settings) -> Option<usize> {
    let wanted = settings.columns.get("time")?;
    names.iter().position(|name| name == wanted)
}

fn readings(
    row: &Row<'_>,
    time: usize,
    (series, sign): (&[Series], Sign),
    clock: &mut Instants,
    values: &mut Vec<Option<f64>>,
) -> Result<Timestamp, Refusal> {
    let text = row.text(Some(time)).ok_or_else(|| Refusal::at(time, "has no time"))?;
    let at = clock.read(text).ok_or_else(|| Refusal::at(time, refused(text)))?;
    values.clear();
    for Series { column, kind, .. } in series {
        let text = row.text(Some(*column)).filter(|text| !is_nothing(text));
        values.push(match (text, level(text.unwrap_or(""), sign)) {
            // A probe that got no status writes `timeout` or `error` there: no code was measured.
            (_, Err(_)) if *kind == ColumnKind::Category => None,
            (_, value) => value.map_err(|reason| Refusal::at(*column, reason))?,
        });
    }
    Ok(at)
}

/// What has to be said about a monitor's rows as a whole.
struct Watch {
    at: Timestamp,
    last: Vec<Option<f64>>,
    first_row: bool,
    repeated: u64,
    back: u64,
    last_was_short: bool,
}

impl Default for Watch {
    fn default() -> Self {
        Self { at: Timestamp(i64::MIN), last: Vec::new(), first_row: true, repeated: 0, back: 0, last_was_short: false }
    }
}

impl Watch {
    /// Takes note of a row; whether it is the one before once more (a monitor that was started twice on one file).
    fn is_repeated(&mut self, at: Timestamp, values: &[Option<f64>]) -> bool {
        let repeated = !self.first_row && at == self.at && self.last == values;
        self.repeated += u64::from(repeated);
        self.back += u64::from(!self.first_row && at < self.at);
        self.first_row = false;
        self.at = at;
        self.last.clear();
        self.last.extend_from_slice(values);
        repeated
    }

    fn tell(self, tally: &mut Tally) {
        if self.repeated > 0 {
            let rows = crate::fmt::plural(self.repeated, "row repeats", "rows repeat");
            tally.note(format!("{rows} the one before: not counted again"));
        }
        if self.back > 0 {
            tally.note(format!("times go back {} times; readings are put in order of time", self.back));
        }
        if self.last_was_short && tally.unfinished.is_none() {
            tally.unfinished = Some("the last row breaks off".to_owned());
        }
    }
}
