//! Figures as load tools print them: what their adapters have in common.
//!
//! Small tools (wrk, ab, hey, oha, siege, autocannon, vegeta) name one address and print a few figures in units of their
//! own. Here stand the empty total that they fill in, and the way from an address to an endpoint's name.

use super::own::beginning::Beginning;
use super::own::cell_text::{self, Refusal};
use super::own::columns::delimiter;
use super::own::digits::Sign;
use super::own::rows_csv::{rejection, shape};
use super::rows::{Row, Rows};
use super::{Input, Settings, Tally};
use crate::error::Error;
use crate::model::distribution::Distribution;
use crate::model::key::{EndpointKey, Population};
use crate::model::sample::Total;

/// What a request is called where the tool does not say what was asked for.
pub(super) const UNNAMED: &str = "request";

/// A total over requests of which nothing is known; adapters fill in what their tool prints.
pub(super) fn nothing_known(endpoint: Option<EndpointKey>) -> Total {
    let unknown = || Distribution::Unknown("the tool does not print it".to_owned());
    Total { latency: unknown(), latency_ok: unknown(), ..Total::of(Population::Request, endpoint) }
}

/// The endpoint of an address: without query and fragment, where tokens stand, and without a login before the host.
pub(super) fn endpoint(method: Option<&str>, address: &str) -> EndpointKey {
    let path = address.split(['?', '#']).next().unwrap_or(address).trim();
    let name = match path.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = host.rsplit('@').next().unwrap_or(host);
            format!("{scheme}://{host}{path}")
        }
        None => path.to_owned(),
    };
    EndpointKey::new(method, if name.is_empty() { UNNAMED } else { &name })
}

/// The endpoint of a tool that does not say what it asked for.
pub(super) fn unnamed() -> EndpointKey {
    EndpointKey::new(None, UNNAMED)
}

/// Seconds as printed in whole nanoseconds; `None` for what is no length of time.
pub(super) fn seconds_ns(seconds: f64) -> Option<u64> {
    const LONGEST_S: f64 = 1e9;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1e18 by the check before")]
    (0.0..=LONGEST_S).contains(&seconds).then(|| (seconds * 1e9).round() as u64)
}

/// Opens a table that a spreadsheet may have saved again, with what stands between columns and within numbers where it ran:
/// its rows, and how the numbers in these columns are written.
pub(super) fn open_resaved(input: &Input, numbers: &[&str]) -> Result<(Rows, Sign), Error> {
    let head = input.head()?;
    let separator = delimiter(head.first_line());
    let rows = Rows::open(input, separator)?;
    let columns: Vec<usize> = numbers.iter().filter_map(|name| rows.header().position(name)).collect();
    Ok((rows, Beginning::of(&head, separator).sign(&columns)))
}

/// Reads all rows of a table with a header. `take` uses one; what it refuses is rejected with its place.
pub(super) fn each_row(
    input: &Input,
    rows: Rows,
    settings: &Settings,
    take: impl FnMut(&Row<'_>) -> Result<(), Refusal>,
) -> Result<Tally, Error> {
    each(input, rows, settings, Among::Figures, take)
}

/// The same of rows that are samples: a header among them begins a run that was appended, which is read for itself.
pub(super) fn each_sample(
    input: &Input,
    rows: Rows,
    settings: &Settings,
    take: impl FnMut(&Row<'_>) -> Result<(), Refusal>,
) -> Result<Tally, Error> {
    each(input, rows, settings, Among::Samples, take)
}

/// What the rows of a table are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Among {
    Figures,
    Samples,
}

fn each(
    input: &Input,
    mut rows: Rows,
    settings: &Settings,
    among: Among,
    mut take: impl FnMut(&Row<'_>) -> Result<(), Refusal>,
) -> Result<Tally, Error> {
    let names = rows.header().names().to_vec();
    let mut tally = Tally::default();
    while let Some(row) = rows.next_row(&mut tally) {
        match shape(&row, names.len()).and_then(|()| take(&row)) {
            Ok(()) => tally.used(),
            Err(_) if among == Among::Samples && row.is_header(&names) => tally.header(),
            Err(refusal) => tally.reject(rejection(&row, &names, &refusal)),
        }
        tally.stop_if_strict(settings, input)?;
    }
    note_open_end(&rows, &mut tally);
    Ok(tally)
}

/// The tools end every line, so a file whose last line has no end was cut off, perhaps within a number.
pub(super) fn note_open_end(rows: &Rows, tally: &mut Tally) {
    if rows.ends_open() {
        tally.unfinished.get_or_insert_with(|| "its last line has no end, so it was cut off".to_owned());
    }
}

/// Of rows that a script or a spreadsheet may have left without a line end: the last may be whole, or lack the end of its last
/// field, which nothing else would show.
pub(super) fn note_perhaps_cut(ends_open: bool, tally: &mut Tally) {
    if ends_open && tally.used > 0 && tally.unfinished.is_none() {
        tally.note("the last line has no line end: perhaps it was cut off within its last field");
    }
}

/// A number of seconds or milliseconds that has to be there and cannot be negative.
pub(super) fn amount(row: &Row<'_>, column: usize) -> Result<f64, Refusal> {
    match row.number(Some(column)) {
        Ok(Some(value)) if value >= 0.0 => Ok(value),
        Ok(Some(value)) => Err(Refusal::at(column, format!("should not be negative, found {value}"))),
        Ok(None) => Err(Refusal::at(column, "should be a number, found nothing")),
        Err(reason) => Err(Refusal::at(column, reason)),
    }
}

/// The same of a table that a spreadsheet may have saved again.
pub(super) fn resaved_amount(row: &Row<'_>, column: usize, sign: Sign) -> Result<f64, Refusal> {
    let found = cell_text::amount(row.text(Some(column)).unwrap_or_default(), sign);
    found
        .and_then(|value| value.ok_or_else(|| "should be a number, found nothing".to_owned()))
        .map_err(|reason| Refusal::at(column, reason))
}

/// A length of time in seconds, in ns.
pub(super) fn length_ns(row: &Row<'_>, column: usize) -> Result<u64, Refusal> {
    let seconds = amount(row, column)?;
    seconds_ns(seconds).ok_or_else(|| Refusal::at(column, format!("should be seconds, found {seconds}")))
}

/// First start and last end of rows whose times count from a start that nobody states.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Course(Option<(f64, f64)>);

impl Course {
    /// One row: when it began, and how long it took, in seconds.
    pub(super) fn add(&mut self, started: Option<f64>, took: f64) {
        let Some(start) = started else { return };
        let (first, last) = self.0.unwrap_or((start, start + took));
        self.0 = Some((first.min(start), last.max(start + took)));
    }

    /// First start to last end in seconds; `None` where no row has a time.
    pub(super) fn seconds(self) -> Option<f64> {
        self.0.map(|(first, last)| last - first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_a_name_without_what_may_be_secret() {
        let name = |address| endpoint(Some("GET"), address).label();
        assert_eq!(name("http://a.b:80/c?token=hush,1#top"), "GET http://a.b:80/c");
        assert_eq!(name("https://me:hush@a.b/c@d"), "GET https://a.b/c@d");
        assert_eq!(name("http://a.b"), "GET http://a.b");
        assert_eq!(name("/c?x"), "GET /c");
        assert_eq!(name("?token=hush"), "GET request");
    }

    #[test]
    fn seconds_are_lengths_of_time() {
        assert_eq!(seconds_ns(0.0762), Some(76_200_000));
        for nonsense in [-0.1, f64::NAN, f64::INFINITY, 1e10] {
            assert_eq!(seconds_ns(nonsense), None);
        }
    }
}
