//! The rows at a CSV's beginning, looked at before its columns are understood.

use super::cell_text::duration_ns;
use super::digits::{Seen, Sign, split};
use crate::ingest::{Head, dated};
use csv::ByteRecord;

/// Rows in which a unit is looked for that no name states.
const LOOKED_AT: usize = 50;

/// A Beginning is as many of a CSV's first rows as detection sees, without its header.
pub(in crate::ingest) struct Beginning {
    rows: Vec<ByteRecord>,
    separator: u8,
}

impl Beginning {
    /// Cuts the head into rows, once for all questions. The one that the head's end cuts is left out: `1,51` of `1,512` would
    /// show another sign.
    pub(in crate::ingest) fn of(head: &Head, separator: u8) -> Self {
        let rows = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(head.complete());
        Self { rows: rows.into_byte_records().map_while(Result::ok).collect(), separator }
    }

    fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| std::str::from_utf8(row.get(column)?).ok())
    }

    /// How the numbers in these columns are written, as far as these rows show. Where they leave it open, as `1.250` does, the
    /// other numbers of the rows tell: whoever wrote the file wrote all of it.
    pub(in crate::ingest) fn sign(&self, columns: &[usize]) -> Sign {
        let mut seen = self.seen(columns);
        if !seen.decides() {
            let others = (0..self.rows.first().map_or(0, ByteRecord::len)).filter(|column| !columns.contains(column));
            for cell in others.flat_map(|column| self.cells(column)).filter(|cell| split(cell).1.is_empty()) {
                seen.take(cell);
            }
        }
        seen.sign(self.separator == b';')
    }

    /// How the numbers are written where others have shown so much.
    pub(in crate::ingest) fn sign_as(&self, seen: Seen) -> Sign {
        seen.sign(self.separator == b';')
    }

    /// What the numbers in these columns show.
    pub(in crate::ingest) fn seen(&self, columns: &[usize]) -> Seen {
        let mut seen = Seen::default();
        columns.iter().flat_map(|column| self.cells(*column)).for_each(|cell| seen.take(cell));
        seen
    }

    /// A number between semicolons with three digits behind its sign, as all of these columns have that have one: it is read
    /// with decimals, as whoever has them mostly writes, but may be a thousand.
    pub(in crate::ingest) fn with_decimals(&self, columns: &[usize]) -> Option<(usize, &str)> {
        if self.separator != b';' || self.sign(columns) != Sign::Either {
            return None;
        }
        let seen = self.seen(columns);
        columns.iter().find_map(|column| {
            let open = self.cells(*column).find(|cell| seen.leaves_open(cell))?;
            (!seen.decides()).then_some((*column, open))
        })
    }

    /// A number between semicolons of which nothing tells whether it is a thousand, such as `1.250` beside `850`. A script that
    /// prints three decimals prints them in every row; a spreadsheet that groups digits leaves short numbers as they are.
    pub(in crate::ingest) fn thousand_or_not(&self, columns: &[usize]) -> Option<(usize, &str)> {
        if self.separator != b';' || self.sign(columns) != Sign::Either {
            return None;
        }
        columns.iter().find_map(|column| {
            let seen = self.seen(&[*column]);
            let is_short = |cell: &str| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
            let open = self.cells(*column).find(|cell| seen.leaves_open(cell))?;
            self.cells(*column).any(|cell| is_short(cell.trim())).then_some((*column, open))
        })
    }

    /// Whether the day comes first in the dates of these columns, where a day above 12 shows it.
    ///
    /// # Errors
    /// None does, and of a date that stands there it is not known which number is the day: the date.
    pub(in crate::ingest) fn day_first(&self, columns: &[usize]) -> Result<Option<bool>, String> {
        match self.shown_day_first(columns) {
            Some(day_first) => Ok(Some(day_first)),
            None => columns.iter().flat_map(|column| self.cells(*column)).find_map(dated::ask).map_or(Ok(None), Err),
        }
    }

    /// The same; `None` where none shows it.
    pub(in crate::ingest) fn shown_day_first(&self, columns: &[usize]) -> Option<bool> {
        dated::day_first(columns.iter().flat_map(|column| self.cells(*column)).map(str::as_bytes))
    }

    /// Whether one of the first cells of a column says its unit: `12 ms`.
    pub(in crate::ingest) fn states_unit(&self, column: usize) -> bool {
        self.cells(column).take(LOOKED_AT).any(|cell| duration_ns(cell.trim(), self.separator == b';').is_some())
    }
}
