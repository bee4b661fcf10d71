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
