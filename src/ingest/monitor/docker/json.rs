//! Lines of JSON: `--format json` and `{{json .}}`, and what scripts make of them, a time beside one container or several.

use super::{Column, Instants, Parsed, column, is_memory_pair, of_container};
use serde_json::{Map, Value};

/// Whether a line is JSON and no row of a table.
pub(super) fn is_one(text: &str) -> bool {
    text.starts_with(['{', '['])
}

/// Whether it holds containers' rows.
pub(super) fn holds_containers(text: &str) -> bool {
    let mut rows = Vec::new();
    serde_json::from_str(text).is_ok_and(|value: Value| {
        walk(&value, &mut Vec::new(), &mut rows);
        rows.iter().any(|cells| cells.iter().any(|(column, _)| *column == Column::Cpu))
    })
}

/// The figures of all containers of a line, and their time.
///
/// # Errors
/// It breaks off, a figure is none, or it holds several times: then nobody could say which container was read when.
pub(super) fn row(text: &str, clock: &mut Instants) -> Result<Parsed, String> {
    let value: Value = serde_json::from_str(text).map_err(|_| "is not JSON, or breaks off".to_owned())?;
    let mut rows = Vec::new();
    walk(&value, &mut Vec::new(), &mut rows);
    let (mut at, mut figures) = (None, Vec::new());
    for cells in &rows {
        let cells = cells.iter().map(|(column, cell)| (*column, cell.as_str()));
        if let Parsed::Row(own, mut more) = of_container(cells, clock)? {
            if own.is_some() && at.is_some() && own != at {
                return Err("holds readings of several times in one line".to_owned());
            }
            at = at.or(own);
            figures.append(&mut more);
        }
    }
    Ok(if figures.is_empty() { Parsed::Words } else { Parsed::Row(at, figures) })
}

/// A container's cells, each under its column.
type Cells = Vec<(Column, String)>;

/// Finds the containers in a value: objects with one memory and its limit in them. A time beside them is theirs.
fn walk(value: &Value, time: &mut Cells, rows: &mut Vec<Cells>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, time, rows)),
        Value::Object(object) => {
            let mut cells = Cells::new();
            flatten("", object, &mut cells);
            if cells.iter().filter(|(_, cell)| is_memory_pair(cell)).count() == 1 {
                cells.append(&mut time.clone());
                rows.push(cells);
                return;
            }
            let mut own: Cells = cells.into_iter().filter(|(column, _)| *column == Column::Time).collect();
            let time = if own.is_empty() { time } else { &mut own };
            object.values().for_each(|value| walk(value, time, rows));
        }
        _ => {}
    }
}

/// An object's texts and numbers with those of the objects in it, `memory.raw` as `memory raw`; of two that would be one
/// column the first.
fn flatten(before: &str, object: &Map<String, Value>, cells: &mut Cells) {
    for (key, value) in object {
        let name = format!("{before} {key}");
        let cell = match value {
            Value::Object(inner) => {
                flatten(&name, inner, cells);
                continue;
            }
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => continue,
        };
        let column = column(&name);
        // In an object of several containers each has its own memory: all are kept, to tell it by.
        if column == Column::Memory || cells.iter().all(|(known, _)| *known != column) {
            cells.push((column, cell));
        }
    }
}
