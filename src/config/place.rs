//! Where in the text a key stands, so that a mistake that one key alone cannot show is told at its own line.

use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A Step is one part of the way to a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    /// A key of a table; an empty one is the table itself.
    Key(&'a str),
    /// A row of a list, from 0.
    Row(usize),
}

/// The span of a key in the text; of the nearest thing around it where it is not there.
pub(super) fn span(text: &str, way: &[Step<'_>]) -> Option<Range<usize>> {
    let root = DeTable::parse(text).ok()?;
    let mut span = None;
    let mut table: Option<&DeTable<'_>> = Some(root.get_ref());
    let mut value: Option<&DeValue<'_>> = None;
    for step in way {
        match step {
            Step::Key(name) => {
                let Some((key, found)) = table?.iter().find(|(key, _)| key.get_ref() == name) else { return span };
                span = Some(key.span());
                value = Some(found.get_ref());
            }
            Step::Row(at) => {
                let DeValue::Array(rows) = value? else { return span };
                let Some(row) = rows.get(*at) else { return span };
                span = Some(row.span());
                value = Some(row.get_ref());
            }
        }
        table = match value {
            Some(DeValue::Table(inner)) => Some(inner),
            _ => None,
        };
    }
    span
}

/// The first key whose value, or part of it, is a text without a letter, and where it stands.
pub(super) fn empty_text(text: &str) -> Option<(String, Range<usize>)> {
    let root = DeTable::parse(text).ok()?;
    let mut found = in_table(root.get_ref());
    found.sort_by_key(|(_, span)| span.start);
    found.into_iter().next()
}

fn in_table(table: &DeTable<'_>) -> Vec<(String, Range<usize>)> {
    table.iter().flat_map(|(key, value)| in_value(key.get_ref(), value)).collect()
}

fn in_value(key: &str, value: &toml::Spanned<DeValue<'_>>) -> Vec<(String, Range<usize>)> {
    match value.get_ref() {
        DeValue::String(text) if text.trim().is_empty() => vec![(key.to_owned(), value.span())],
        DeValue::Array(rows) => rows.iter().flat_map(|row| in_value(key, row)).collect(),
        DeValue::Table(inner) => in_table(inner),
        _ => Vec::new(),
    }
}
