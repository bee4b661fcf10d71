//! Text logs of monitors: line by line, and tables that a shell loop repeated with a time beside each.

use super::instants::Instants;
use super::shell;
use super::shown::{Figure, Shown};
use crate::error::Error;
use crate::ingest::{Head, Input, Rejection, Settings, Sink, Tally};
use crate::unit::Timestamp;
use std::borrow::Cow;

/// Rows that wait for the time that is written after them.
const HELD: usize = 10_000;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Its content went to the sink.
    Used,
    /// It holds nothing that is wanted.
    Skipped,
    /// It will be counted later.
    Held,
}

/// Gives every line that is not empty to `take` and counts what became of it; an error's text is the rejection's reason.
pub(super) fn each_line(
    input: &Input,
    settings: &Settings,
    tally: &mut Tally,
    mut take: impl FnMut(&str, Place, &mut Tally) -> Result<Taken, String>,
) -> Result<(), Error> {
    let mut lines = input.lines()?;
    let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
    while let Some(line) = lines.next_line().map_err(broken)? {
        let text = String::from_utf8_lossy(line.bytes);
        let text = without_codes(&text);
        if text.trim().is_empty() {
            continue;
        }
        let place = Place { line: line.number, byte: line.byte };
        let taken =
            if line.overlong { Err("the line is too long".to_owned()) } else { take(text.trim_end(), place, tally) };
        match taken {
            Ok(Taken::Used) => tally.used(),
            Ok(Taken::Skipped) => tally.skipped(),
            Ok(Taken::Held) => {}
            Err(reason) => tally.reject(place.rejection(&text, reason)),
        }
        tally.stop_if_strict(settings, input)?;
    }
    tally.unfinished = tally.unfinished.take().or_else(|| lines.unfinished().map(str::to_owned));
    Ok(())
}

/// A line's cells; separators may stand in quotes.
pub(super) fn cells(text: &str, separator: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new();
    let mut rows = reader.has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let record = rows.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Cells without the empty ones at the end, with which a spreadsheet fills each line up to the widest.
pub(super) fn without_fill(mut cells: Vec<String>) -> Vec<String> {
    cells.truncate(cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
    cells
}

/// A line without the codes that move a terminal's cursor, clear it or colour it (`ESC [`, parameters, a letter) or name its
/// window (`ESC ]` up to a bell), and without the carriage return that a shell writes behind them. Tools that draw their table
/// anew write them to files too, and script(1) keeps them all.
pub(super) fn without_codes(line: &str) -> Cow<'_, str> {
    let mut pieces = line.split('\u{1b}');
    let first = pieces.next().unwrap_or_default();
    if first.len() == line.len() {
        return Cow::Borrowed(line.trim_start_matches('\r'));
    }
    let behind = |piece: &'_ str| {
        let parameters = piece.strip_prefix('[');
        let last = match (parameters, piece.strip_prefix(']')) {
            (Some(rest), _) => rest.find(|letter: char| matches!(letter, '\u{40}'..='\u{7e}')).map(|end| end + 2),
            (_, Some(title)) => title.find('\u{7}').map(|end| end + 2),
            (None, None) => Some(piece.chars().next().map_or(0, char::len_utf8)),
        };
        piece.get(last.unwrap_or(piece.len())..).unwrap_or_default().to_owned()
    };
    let text = first.to_owned() + &pieces.map(behind).collect::<String>();
    Cow::Owned(text.trim_start_matches('\r').to_owned())
}

/// The lines of a file's beginning as [`each_line`] gives them.
pub(super) fn lines_of(head: &Head) -> impl Iterator<Item = String> {
    head.lines().map(|line| without_codes(&String::from_utf8_lossy(line)).trim_end().to_owned())
}

/// Where a line stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    line: u64,
    byte: u64,
}

impl Place {
    fn rejection(self, text: &str, reason: impl Into<String>) -> Rejection {
        let excerpt = crate::fmt::excerpt(text.as_bytes());
        Rejection { byte: self.byte, line: self.line, field: None, reason: reason.into(), excerpt }
    }
}

/// What a line of a table is, the time in front of it taken off.
#[derive(Debug)]
pub(super) enum Parsed {
    /// A header or another line without figures.
    Words,
    /// A row, and its time where that stands in one of its columns.
    Row(Option<Timestamp>, Vec<Figure>),
}

/// Reads a table that was written again and again. A time stands in front of each row or in a column of it, or on a line of
/// its own: before the rows it belongs to where the file begins with a time, else after them.
pub(super) fn repeated(
    input: &Input,
    settings: &Settings,
    sink: &mut dyn Sink,
    hint: &str,
    mut parse: impl FnMut(&str, bool, &mut Instants) -> Result<Parsed, String>,
) -> Result<Tally, Error> {
    let mut clock = Instants::of(settings);
    let mut shown = Shown::new(sink);
    let mut tally = Tally::default();
    let mut leads: Option<bool> = None;
    let mut now = None;
    let mut held: Vec<(Place, String, Vec<Figure>)> = Vec::new();
    each_line(input, settings, &mut tally, |text, place, tally| {
        // The command may name columns, as a header does.
        if shell::is_line(text) {
            return Ok(Taken::Skipped);
        }
        let (stamp, rest) = clock.leading(text);
        if let (Some(at), true) = (stamp, rest.is_empty()) {
            let leads = *leads.get_or_insert(held.is_empty());
            now = leads.then_some(at);
            for (_, _, figures) in held.drain(..) {
                for figure in &figures {
                    shown.take(figure, at, sink);
                }
                tally.used();
            }
            return Ok(Taken::Skipped);
        }
        let Parsed::Row(own, figures) = parse(rest, stamp.is_some(), &mut clock)? else { return Ok(Taken::Skipped) };
        match stamp.or(own).or(now) {
            Some(at) => {
                for figure in &figures {
                    shown.take(figure, at, sink);
                }
                Ok(Taken::Used)
            }
            None if held.len() < HELD => {
                held.push((place, crate::fmt::excerpt(text.as_bytes()), figures));
                Ok(Taken::Held)
            }
            None => Err("no time stands with this row".to_owned()),
        }
    })?;
    let waiting = !held.is_empty();
    for (place, text, _) in held {
        tally.reject(place.rejection(&text, "no time stands with this row"));
    }
    if tally.used == 0 && waiting {
        return Err(Error::input("says nowhere when its rows were read").at(input.place()).hint(hint));
    }
    tally.stop_if_strict(settings, input)?;
    clock.tell(&mut tally);
    shown.tell(&mut tally);
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_terminals() {
        for (line, text) in [
            ("\u{1b}[?2004h\u{1b}]0;user@host: ~\u{7}user@host:~$ vmstat\r", "user@host:~$ vmstat\r"),
            ("\u{1b}[?2004l\rprocs", "procs"),
            ("web \u{1b}[1;32m5%\u{1b}[0m", "web 5%"),
            ("\u{1b}(B\u{1b}=plain", "Bplain"),
            ("breaks off \u{1b}[", "breaks off "),
            ("none at all", "none at all"),
        ] {
            assert_eq!(without_codes(line), text, "{line:?}");
        }
    }
}
