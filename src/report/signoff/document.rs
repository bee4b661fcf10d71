//! What a sign-off is made of: sections of sentences and tables, each line with where it comes from.
//!
//! A document for stakeholders has some twenty sections that all look alike, so it is data: HTML and Markdown are two ways to write
//! the same blocks, and neither can say what the other does not. Texts are words already, written through [`crate::fmt`].

use crate::ingest::scrub;
use crate::judge::outcome::Status;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// From the runs.
    Measured,
    /// From plimsoll.toml or signoff.toml.
    Declared,
    /// Nobody said.
    Missing,
}

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// In words.
    pub text: String,
    /// Where it comes from.
    pub origin: Origin,
    /// What it says of a criterion, where it is about one.
    pub status: Option<Status>,
    /// An address of the web that stands after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// An address of the web, which a document may link to. Anything else that people write is text: a path, `javascript:`, an address of
/// which a secret was taken out.
#[must_use]
pub fn address(text: &str) -> Option<String> {
    let text = scrub::sentence(text.trim());
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-._~:/?#@!$&*+,;=%".contains(letter);
    (rest.starts_with(|first: char| first.is_ascii_alphanumeric()) && rest.chars().all(fits)).then_some(text)
}

impl Note {
    /// From the runs.
    #[must_use]
    pub fn measured(text: impl Into<String>) -> Self {
        Self { text: text.into(), origin: Origin::Measured, status: None, link: None }
    }

    /// From what people wrote: secrets are taken out.
    #[must_use]
    pub fn declared(text: &str) -> Self {
        Self { text: scrub::sentence(text), origin: Origin::Declared, status: None, link: None }
    }

    /// What nobody said.
    #[must_use]
    pub fn missing(text: impl Into<String>) -> Self {
        Self { text: text.into(), origin: Origin::Missing, status: None, link: None }
    }
}

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// In words; empty for nothing to say.
    pub text: String,
    /// What came out, shown with its sign.
    pub status: Option<Status>,
    /// Said below it in small print.
    pub small: Option<String>,
    /// Whether the text is a name that somebody else chose: an endpoint, a criterion, a file.
    pub name: bool,
    /// Whether somebody should have said it.
    pub missing: bool,
    /// Whether the text is an address of the web.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub link: bool,
}

impl Cell {
    /// Our words, or a number.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A name as somebody else chose it.
    #[must_use]
    pub fn name(text: &str) -> Self {
        Self { text: scrub::sentence(text), name: true, ..Self::default() }
    }

    /// What came out.
    #[must_use]
    pub fn status(status: Status) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    /// What people wrote: secrets are taken out.
    #[must_use]
    pub fn declared(text: &str) -> Self {
        Self::text(scrub::sentence(text))
    }

    /// What people wrote, or that nobody did.
    #[must_use]
    pub fn said(text: Option<&String>) -> Self {
        text.filter(|text| !text.trim().is_empty()).map_or_else(Self::missing, |text| Self::declared(text))
    }

    /// What shows something: an address of the web, or words.
    #[must_use]
    pub fn evidence(text: Option<&String>) -> Self {
        let found = text.and_then(|text| address(text));
        found.map_or_else(|| Self::said(text), |text| Self { text, link: true, ..Self::default() })
    }

    /// What people wrote, where it need not be said.
    #[must_use]
    pub fn maybe(text: Option<&String>) -> Self {
        text.map_or_else(Self::default, |text| Self::declared(text))
    }

    /// What nobody said.
    #[must_use]
    pub fn missing() -> Self {
        Self { text: "not stated".to_owned(), missing: true, ..Self::default() }
    }

    /// With something below it in small print.
    #[must_use]
    pub fn with(mut self, small: impl Into<String>) -> Self {
        let small = small.into();
        self.small = (!small.is_empty()).then_some(small);
        self
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// One for each column.
    pub cells: Vec<Cell>,
    /// Where it comes from; `null` where the row is a sum or a line to fill in.
    pub origin: Option<Origin>,
    /// Whether it is a sum.
    pub total: bool,
}

impl Row {
    /// A row.
    #[must_use]
    pub fn new(origin: Origin, cells: Vec<Cell>) -> Self {
        Self { cells, origin: Some(origin), total: false }
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// `text`, `wide` for sentences, `number`, `short` for what stays on one line.
    pub kind: String,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grid {
    /// What it is a table of.
    pub label: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// How many rows are left out.
    pub left: usize,
}

impl Grid {
    /// A table with these columns: a name that begins with `#` heads numbers, one with `~` sentences, one with `=` what stays on
    /// one line.
    #[must_use]
    pub fn new(label: &str, columns: &[&str]) -> Self {
        let column = |name: &&str| {
            let (kind, title) = match name.split_at_checked(1) {
                Some(("#", title)) => ("number", title),
                Some(("~", title)) => ("wide", title),
                Some(("=", title)) => ("short", title),
                _ => ("text", *name),
            };
            Column { title: title.to_owned(), kind: kind.to_owned() }
        };
        Self { label: label.to_owned(), columns: columns.iter().map(column).collect(), rows: Vec::new(), left: 0 }
    }

    /// Adds a row.
    pub fn row(&mut self, origin: Origin, cells: Vec<Cell>) {
        self.rows.push(Row::new(origin, cells));
    }

    /// The first `most` rows; the rest is counted.
    #[must_use]
    pub fn cut(mut self, most: usize) -> Self {
        self.left += self.rows.len().saturating_sub(most);
        self.rows.truncate(most);
        self
    }
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Block {
    /// Sentences, one a line.
    Notes {
        /// The sentences.
        notes: Vec<Note>,
    },
    /// A table.
    Table {
        /// The table.
        table: Grid,
    },
    /// A heading within the section.
    Heading {
        /// In words.
        text: String,
    },
    /// Text as it is typed.
    Code {
        /// The text.
        text: String,
    },
    /// A statement and who signs it.
    Statement {
        /// What is stated.
        text: String,
        /// What can be decided.
        choices: Vec<String>,
        /// Role, name, decision, date.
        rows: Vec<Signer>,
    },
}

impl Block {
    /// Sentences; no block where there is none.
    #[must_use]
    pub fn notes(notes: Vec<Note>) -> Option<Self> {
        (!notes.is_empty()).then_some(Self::Notes { notes })
    }

    /// A table; no block where it has no row.
    #[must_use]
    pub fn table(table: Grid) -> Option<Self> {
        (!table.rows.is_empty()).then_some(Self::Table { table })
    }

    /// A heading.
    #[must_use]
    pub fn heading(text: &str) -> Self {
        Self::Heading { text: text.to_owned() }
    }
}

/// Somebody who signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signer {
    /// As what.
    pub role: String,
    /// Who; empty to be filled in by hand.
    pub name: String,
    /// What they decided; empty to be ticked by hand.
    pub decision: String,
    /// When; empty to be filled in by hand.
    pub date: String,
}

/// A section of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// `[a-z0-9-]`, unique.
    pub id: String,
    /// Its heading, with its number.
    pub title: String,
    /// Its parts.
    pub blocks: Vec<Block>,
}
