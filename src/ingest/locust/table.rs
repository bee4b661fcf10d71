//! Rows of Locust's CSVs: columns by name, one width for all rows, and files that were cut off.
//!
//! Locust puts commas between its columns and points into its numbers. A spreadsheet that saved the table again puts what is
//! usual where it ran, such as semicolons and decimal commas; both are told from the beginning.

use crate::error::Error;
use crate::ingest::own::beginning::Beginning;
use crate::ingest::own::cell_text::number;
use crate::ingest::own::columns::{delimiter, header_names};
use crate::ingest::own::digits::Sign;
use crate::ingest::rows::{Header, Row, Rows};
use crate::ingest::{Head, Input, Settings, Tally, printed, scrub};
use crate::model::key::EndpointKey;
use std::borrow::Cow;
use std::sync::Arc;

/// Why a row cannot be used: the column to blame, and what was found and expected.
pub(super) struct Bad {
    pub(super) field: Option<String>,
    pub(super) reason: String,
}

impl Bad {
    pub(super) fn of(field: &str, reason: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), reason: reason.into() }
    }
}

/// A table's columns, and how its numbers are written.
#[derive(Debug)]
pub(super) struct Heading {
    header: Header,
    sign: Sign,
}

impl Heading {
    /// Opens a table.
    pub(super) fn open(input: &Input) -> Result<(Rows, Self), Error> {
        const TEXTS: [&str; 9] =
            ["Type", "Method", "Name", "Error", "Message", "Traceback", "Nodes", "First Seen", "Last Seen"];
        let head = input.head()?;
        let separator = delimiter(head.first_line());
        let rows = Rows::open(input, separator)?;
        let header = rows.header().clone();
        let is_number = |name: &&str| !TEXTS.iter().any(|text| text.eq_ignore_ascii_case(name));
        let columns = header.names().iter().enumerate().filter(|(_, name)| is_number(&name.as_str()));
        let columns: Vec<usize> = columns.map(|(at, _)| at).collect();
        let sign = Beginning::of(&head, separator).sign(&columns);
        Ok((rows, Self { header, sign }))
    }

    /// Whether it has a column of exactly that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.header.position(name).is_some()
    }
}

/// One column: its name as the file has it, and where it stands; absent in some versions.
#[derive(Debug, Clone)]
pub(super) struct Column {
    name: String,
    at: Option<usize>,
    sign: Sign,
}

impl Column {
    /// The first of these names that the header has, whatever its case.
    pub(super) fn find(heading: &Heading, names: &[&str]) -> Self {
        let at = heading.header.any_of(names);
        let name = at
            .and_then(|at| heading.header.names().get(at).cloned())
            .or_else(|| names.first().map(|name| (*name).to_owned()))
            .unwrap_or_default();
        Self { name, at, sign: heading.sign }
    }

    /// The first of these names, without which the file is of no use.
    pub(super) fn require(heading: &Heading, names: &[&str], input: &Input) -> Result<Self, Error> {
        let column = Self::find(heading, names);
        match column.at {
            Some(_) => Ok(column),
            None => Err(Error::input(format!("has no column `{}`", column.name)).at(input.place())),
        }
    }

    /// The text as it stands, untrimmed: names of requests are the user's. Bytes that are not UTF-8 (Locust writes in the
    /// machine's own encoding on Windows) are replaced.
    pub(super) fn text<'a>(&self, row: &'a Row<'_>) -> Cow<'a, str> {
        String::from_utf8_lossy(row.bytes(self.at).unwrap_or(&[]))
    }

    /// A number that cannot be negative; `None` for `N/A` and for columns that the file lacks.
    pub(super) fn amount(&self, row: &Row<'_>) -> Result<Option<f64>, Bad> {
        match number(row.text(self.at).unwrap_or_default(), self.sign) {
            Ok(Some(value)) if value < 0.0 => {
                Err(Bad::of(&self.name, format!("should not be negative, found {value}")))
            }
            Ok(value) => Ok(value),
            Err(reason) => Err(Bad::of(&self.name, reason)),
        }
    }

    /// A whole number that has to be there.
    pub(super) fn count(&self, row: &Row<'_>) -> Result<u64, Bad> {
        match self.amount(row)? {
            Some(value) => {
                whole(value).ok_or_else(|| Bad::of(&self.name, format!("should be a whole number, found {value}")))
            }
            None => Err(Bad::of(&self.name, "should be a whole number, found nothing")),
        }
    }
}

/// A float that is a count as one; `None` for fractions, negative numbers and more than 2^53.
pub(super) fn whole(value: f64) -> Option<u64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and within 0 to 2^53 by the check before"
    )]
    (value.fract().abs() < f64::EPSILON && (0.0..=MOST).contains(&value)).then_some(value as u64)
}

/// A percentile column: its share from 0 to 1.
#[derive(Debug, Clone)]
pub(super) struct Percentile {
    pub(super) p: f64,
    pub(super) column: Column,
}

/// The percentile columns, ascending. Which ones there are is the user's choice (`PERCENTILES_TO_REPORT`), so they are
/// found by their look, such as `99.9%`, and never by position.
pub(super) fn percentiles(heading: &Heading) -> Vec<Percentile> {
    let mut found: Vec<Percentile> = heading
        .header
        .names()
        .iter()
        .enumerate()
        .filter_map(|(at, name)| {
            let digits = name.strip_suffix('%')?.replace(',', ".");
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            // Shifting the decimal point in the text gives the very float that people mean: 99.9 / 100 does not.
            let p: f64 = format!("{digits}e-2").parse().ok()?;
            let column = Column { name: name.clone(), at: Some(at), sign: heading.sign };
            (plain && (0.0..=1.0).contains(&p)).then_some(Percentile { p, column })
        })
        .collect();
    found.sort_by(|one, other| one.p.total_cmp(&other.p));
    found
}

/// Method and name columns, and which row is Locust's own sum.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    method: Column,
    name: Column,
    /// Up to 0.14 the sum's type is the text `None`, and its name was once `Total`.
    old: bool,
}

impl Subject {
    pub(super) fn find(heading: &Heading) -> Self {
        Self {
            method: Column::find(heading, &["Type", "Method"]),
            name: Column::find(heading, &["Name"]),
            old: heading.has("# requests"),
        }
    }

    /// The endpoint; `None` for the sum over all. A request that somebody called `Aggregated` has a type and stays one.
    pub(super) fn endpoint(&self, row: &Row<'_>) -> Option<EndpointKey> {
        let (method, name) = (self.method.text(row), self.name.text(row));
        let untyped = method.trim().is_empty() || (self.old && method == "None");
        if untyped && (name == "Aggregated" || self.old && name == "Total") {
            return None;
        }
        Some(endpoint(&method, &name))
    }
}

/// An endpoint's key, secrets in its name taken out.
pub(super) fn endpoint(method: &str, name: &str) -> EndpointKey {
    EndpointKey::new(Some(method), &scrub::name(name, scrub::Query::Plain))
}

/// Reads all rows. `take` uses one; what it refuses is rejected with its place.
pub(super) fn each_row(
    input: &Input,
    mut rows: Rows,
    settings: &Settings,
    mut take: impl FnMut(&Row<'_>) -> Result<(), Bad>,
) -> Result<Tally, Error> {
    let width = rows.header().names().len();
    let mut tally = Tally::default();
    while let Some(row) = rows.next_row(&mut tally) {
        let outcome = one_width(&row, width).and_then(|()| take(&row));
        match outcome {
            Ok(()) => tally.used(),
            Err(bad) => {
                let mut rejection = row.rejection(bad.field.as_deref(), bad.reason);
                rejection.excerpt = scrub::excerpt(&rejection.excerpt);
                tally.reject(rejection);
            }
        }
        tally.stop_if_strict(settings, input)?;
    }
    // Since 1.2 Locust ends every row; before, when it put quotes around every field, it left the last one open.
    if input.head()?.bytes().first() != Some(&b'"') {
        printed::note_open_end(&rows, &mut tally);
    }
    Ok(tally)
}

/// A row with another number of fields is a row that was cut off or overwritten: its figures stand in wrong columns.
fn one_width(row: &Row<'_>, width: usize) -> Result<(), Bad> {
    let found = row.width();
    if found == width {
        return Ok(());
    }
    Err(Bad { field: None, reason: format!("should have {width} fields, found {found}") })
}

/// The same input for a second look that does not count as progress.
pub(super) fn unseen(input: &Input) -> Input {
    input.clone().reporting_to(Arc::default())
}

/// Whether a file's first line has all these columns, quoted or not.
pub(super) fn header_has(head: &Head, wanted: &[&str]) -> bool {
    let names = header_names(head.first_line());
    wanted.iter().all(|want| names.iter().any(|name| name.eq_ignore_ascii_case(want)))
}
