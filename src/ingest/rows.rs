//! CSV rows with a header, shared by every CSV adapter: fields by column name, and every row's place.

use super::input::{Input, Stream};
use super::tally::{Rejection, Tally};
use crate::error::Error;
use csv::ByteRecord;

/// Columns of a header, by name.
#[derive(Debug, Clone)]
pub struct Header {
    names: Vec<String>,
}

impl Header {
    /// A header of these names.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self { names }
    }

    /// The names in the file's order, trimmed.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Position of the column of exactly that name.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|have| have == name)
    }

    /// Position of the first of several names, whatever their case.
    #[must_use]
    pub fn any_of(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|want| self.names.iter().position(|have| have.eq_ignore_ascii_case(want)))
    }
}

/// A Row is one record and its place.
#[derive(Debug)]
pub struct Row<'a> {
    record: &'a ByteRecord,
    /// Line on which it begins, from 1.
    pub line: u64,
    /// Byte at which it begins.
    pub byte: u64,
}

impl Row<'_> {
    /// How many fields it has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.record.len()
    }

    /// A field's bytes; `None` where the row is too short or there is no such column.
    #[must_use]
    pub fn bytes(&self, column: Option<usize>) -> Option<&[u8]> {
        self.record.get(column?)
    }

    /// A field's text, trimmed; `None` where it is absent, empty or not UTF-8.
    #[must_use]
    pub fn text(&self, column: Option<usize>) -> Option<&str> {
        let text = std::str::from_utf8(self.bytes(column)?).ok()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// A finite number; `None` where the field is absent, empty or `N/A`.
    ///
    /// # Errors
    /// The rejection's words: what was found.
    pub fn number(&self, column: Option<usize>) -> Result<Option<f64>, String> {
        match self.text(column) {
            None | Some("N/A" | "NaN" | "nan" | "null" | "None" | "-") => Ok(None),
            Some(text) => match text.parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(Some(value)),
                _ => Err(format!("should be a number, found `{}`", crate::fmt::excerpt(text.as_bytes()))),
            },
        }
    }

    /// A rejection of this row.
    #[must_use]
    pub fn rejection(&self, field: Option<&str>, reason: impl Into<String>) -> Rejection {
        let joined = self.record.iter().collect::<Vec<_>>().join(&b',');
        Rejection {
            byte: self.byte,
            line: self.line,
            field: field.map(str::to_owned),
            reason: reason.into(),
            excerpt: crate::fmt::excerpt(&joined),
        }
    }
}

/// Rows of a CSV input, one at a time in a reused buffer.
pub struct Rows {
    reader: csv::Reader<Stream>,
    record: ByteRecord,
    header: Header,
}

impl Rows {
    /// Opens an input and reads its header row. Rows may be ragged: a missing field is missing, not an error of the file.
    ///
    /// # Errors
    /// It cannot be opened or has no header.
    pub fn open(input: &Input, delimiter: u8) -> Result<Self, Error> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(true)
            .from_reader(input.stream()?);
        let header = reader
            .byte_headers()
            .map_err(|error| Error::input(format!("has no readable header row: {error}")).at(input.place()))?;
        let names = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        Ok(Self { reader, record: ByteRecord::new(), header: Header::new(names) })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next row; `None` at the end. Errors of the format are counted in the tally and the reading goes on; an empty
    /// line (Locust on Windows writes one after each row) is no row.
    pub fn next_row(&mut self, tally: &mut Tally) -> Option<Row<'_>> {
        loop {
            match self.reader.read_byte_record(&mut self.record) {
                Ok(false) => {
                    tally.unfinished =
                        tally.unfinished.take().or_else(|| self.reader.get_ref().unfinished().map(str::to_owned));
                    return None;
                }
                Ok(true) => break,
                Err(error) => {
                    let place = error.position().cloned().unwrap_or_else(csv::Position::new);
                    tally.reject(Rejection {
                        byte: place.byte(),
                        line: place.line(),
                        field: None,
                        reason: format!("not a CSV row: {error}"),
                        excerpt: String::new(),
                    });
                    if matches!(error.kind(), csv::ErrorKind::Io(_)) {
                        return None;
                    }
                }
            }
        }
        let place = self.record.position().cloned().unwrap_or_else(csv::Position::new);
        Some(Row { record: &self.record, line: place.line(), byte: place.byte() })
    }
}
