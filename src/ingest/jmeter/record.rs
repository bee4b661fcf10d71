//! One row of a JTL as fields, without an allocation a row.

use memchr::memchr;

/// A Record is the fields of one row; its memory is used again for the next.
#[derive(Debug, Default)]
pub(super) struct Record {
    fields: Vec<Field>,
    /// Fields in which quotes were doubled, without the doubling.
    plain: Vec<u8>,
    /// Where the field begins whose quote was not closed when the row was split last.
    open: usize,
}

/// Where a field's bytes lie.
#[derive(Debug, Clone, Copy)]
struct Field {
    start: usize,
    end: usize,
    /// In [`Record::plain`] instead of the row.
    unquoted: bool,
}

/// How a row's end was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// With its last field.
    Whole,
    /// Within quotes: the row goes on in the next line.
    Open,
}

impl Record {
    /// Splits one line, or several that one row stands in, without the last line's end. A quote counts only where a field
    /// begins with it, as JMeter writes it; what follows a closing quote up to the delimiter is kept as it stands.
    pub(super) fn split(&mut self, row: &[u8], delimiter: u8) -> Ending {
        self.fields.clear();
        self.plain.clear();
        self.open = 0;
        self.split_on(row, delimiter)
    }

    /// Goes on with a row that was open, now that it has a further line, from the field that was.
    pub(super) fn split_on(&mut self, row: &[u8], delimiter: u8) -> Ending {
        let mut at = self.open;
        loop {
            let rest = row.get(at..).unwrap_or_default();
            if rest.first() == Some(&b'"') {
                let plain = self.plain.len();
                match self.quoted(row, at + 1, delimiter) {
                    None => {
                        self.plain.truncate(plain);
                        self.open = at;
                        return Ending::Open;
                    }
                    Some(end) if end == row.len() => return Ending::Whole,
                    Some(end) => at = end + 1,
                }
                continue;
            }
            let Some(found) = memchr(delimiter, rest) else {
                self.fields.push(Field { start: at, end: row.len(), unquoted: false });
                return Ending::Whole;
            };
            self.fields.push(Field { start: at, end: at + found, unquoted: false });
            at += found + 1;
        }
    }

    /// Takes the field whose text begins at `start`, behind its quote, and returns where it ends: at a delimiter, or with the
    /// row. `None` where the quote is never closed.
    fn quoted(&mut self, row: &[u8], start: usize, delimiter: u8) -> Option<usize> {
        let first = start + memchr(b'"', row.get(start..)?)?;
        let follows = row.get(first + 1).copied();
        if follows.is_none() || follows == Some(delimiter) {
            self.fields.push(Field { start, end: first, unquoted: false });
            return Some(first + 1);
        }
        let begin = self.plain.len();
        let (mut from, mut quote) = (start, first);
        loop {
            self.plain.extend_from_slice(row.get(from..quote)?);
            if row.get(quote + 1) != Some(&b'"') {
                break;
            }
            self.plain.push(b'"');
            from = quote + 2;
            quote = from + memchr(b'"', row.get(from..)?)?;
        }
        let tail = row.get(quote + 1..)?;
        let ends = memchr(delimiter, tail).unwrap_or(tail.len());
        self.plain.extend_from_slice(tail.get(..ends)?);
        self.fields.push(Field { start: begin, end: self.plain.len(), unquoted: true });
        Some(quote + 1 + ends)
    }

    /// How many fields there are.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// The bytes of a field of the row that was split.
    #[inline]
    pub(super) fn get<'a>(&'a self, row: &'a [u8], at: usize) -> Option<&'a [u8]> {
        let field = self.fields.get(at)?;
        let from = if field.unquoted { self.plain.as_slice() } else { row };
        from.get(field.start..field.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(row: &str) -> (Vec<String>, Ending) {
        let mut record = Record::default();
        let ending = record.split(row.as_bytes(), b',');
        let text = |at| String::from_utf8_lossy(record.get(row.as_bytes(), at).unwrap()).into_owned();
        ((0..record.len()).map(text).collect(), ending)
    }

    #[test]
    fn fields_are_those_of_the_general_reader() {
        let rows = [
            "1,2,3",
            "1,,",
            "",
            ",",
            "1,\"Thread Group, A 1-2\",x",
            "\"GET reminders, \"\"all\"\"\",200",
            "\"\",\"a\"",
            "a,\"two\nlines\"",
            "\"\"\"\",x",
            "a \"b\" c,d",
            "\"a\"",
        ];
        for row in rows {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(row.as_bytes());
            let general: Vec<String> = match reader.records().next() {
                Some(record) => record.unwrap().iter().map(str::to_owned).collect(),
                None => vec![String::new()],
            };
            assert_eq!(fields(row), (general, Ending::Whole), "{row:?}");
        }
    }

    /// A row was split anew with each line that was added to it. Of 1,200 rows with a stray quote each, every one tried a thousand
    /// lines, and 170 KB took minutes.
    #[test]
    fn going_on_finds_what_splitting_anew_finds() {
        for text in [
            "1,\"two\nlines\",x",
            "1,\"a \"\"b\n\"\" c\nd\",\"e\n,\"\"f\",g",
            "a, A 1-2\",\"b\nc, A 1-1\",\"d\nc, A 1-8\",\"e\nf",
            "\"\n\"\"\n\"\"\"",
        ] {
            let mut record = Record::default();
            let lines = text.match_indices('\n').map(|(at, _)| at).chain([text.len()]);
            for (number, end) in lines.enumerate() {
                let row = &text.as_bytes()[..end];
                let ending = if number == 0 { record.split(row, b',') } else { record.split_on(row, b',') };
                let found: Vec<&[u8]> = (0..record.len()).map(|at| record.get(row, at).unwrap()).collect();
                let mut anew = Record::default();
                assert_eq!(anew.split(row, b','), ending, "{text:?} to {end}");
                let wanted: Vec<&[u8]> = (0..anew.len()).map(|at| anew.get(row, at).unwrap()).collect();
                assert_eq!(found, wanted, "{text:?} to {end}");
                if ending == Ending::Whole {
                    break;
                }
            }
        }
    }

    #[test]
    fn a_row_that_ends_within_quotes_goes_on() {
        for row in ["1,\"first line", "1,\"said \"\"no\"\"", "1,\"", "\"a\"\""] {
            assert_eq!(fields(row).1, Ending::Open, "{row:?}");
        }
    }
}
