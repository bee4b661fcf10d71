//! Files that no adapter takes for its own: what the user's mapping of columns makes of them, and else what they lack. The
//! adapters' own reasons are as many as there are adapters; here stands the one that helps.

use super::detect::as_hint;
use crate::fmt;
use crate::ingest::own::columns::{Plan, delimiter, foreign_header, header_names};
use crate::ingest::own::{OwnRowsCsv, OwnRowsNdjson, Wanted};
use crate::ingest::{Adapter, Head, Input, Settings};
use serde::de::IgnoredAny;

/// What stands before the columns of a table that nobody knows.
const COLUMNS: &str = "its columns are";
/// What is said of a tool's table that was saved again with another sign between its columns.
const PARTED: &str = "stands between its columns";
/// How files begin to be described in which there are no figures to be found, whoever reads them.
const WITHOUT_FIGURES: [&str; 3] = ["HTML or XML", "binary", "nothing but blanks"];
/// Columns that are named of a header.
const SHOWN: usize = 12;
/// Names longer than this are cut.
const LETTERS: usize = 40;
/// The largest document whose place of damage is looked for.
const LARGEST: u64 = 16 << 20;

/// The adapter that reads a file which only `inputs.columns` makes one of requests, with the reason.
pub(super) fn by_columns(head: &Head, settings: &Settings) -> Option<(&'static dyn Adapter, String)> {
    let line = head.first_line();
    let mapped = |has: &dyn Fn(&str) -> bool| {
        let mut found = settings.columns.iter().filter(|(_, name)| has(name));
        found.next().map(|(what, name)| format!("`inputs.columns` says that `{}` is {what}", fmt::plain(name)))
    };
    if line.first() == Some(&b'{') {
        let why = mapped(&|name| memchr::memmem::find(line, format!("\"{name}\"").as_bytes()).is_some())?;
        return Some((&OwnRowsNdjson as &dyn Adapter, why));
    }
    let names = columns(line)?;
    let plan = Plan::assign(&names, settings);
    let why = mapped(&|name| names.iter().any(|column| column == name))?;
    plan.holds_requests().then_some((&OwnRowsCsv as &dyn Adapter, why))
}

/// Why a file is nobody's, from what it looks like.
pub(super) fn reason(head: &Head, input: &Input, settings: &Settings) -> String {
    let text = head.text();
    let mut letters = text.chars().filter(|letter| !letter.is_whitespace());
    match (letters.next(), letters.next()) {
        (Some('{'), Some('"' | '}')) | (Some('['), Some('{' | '[' | '"' | ']')) => {
            let looks = "JSON in which no adapter finds results";
            broken_at(input).map_or_else(|| looks.to_owned(), |place| format!("{looks}: it is broken, {place}"))
        }
        (Some('<'), _) => "HTML or XML in which no adapter finds results".to_owned(),
        (None, _) => "nothing but blanks".to_owned(),
        _ if text.contains('\u{0}') => "binary, of no kind of result that is known".to_owned(),
        _ => {
            let looks = "text in which no adapter finds results";
            lacks(head, settings).map_or_else(|| looks.to_owned(), |lacks| format!("{looks}: {lacks}"))
        }
    }
}

/// What to do about a file that is nobody's: columns in another language are not guessed at, they are asked for.
pub(super) fn hint(reason: &str, source: &str) -> String {
    if reason.contains(PARTED) {
        return "save it with commas between its columns and points in its numbers, as the tool wrote it".to_owned();
    }
    if reason.starts_with("empty file") || reason == "nothing but blanks" {
        return "nothing was written into it: run the test again, or give the folder with all that the tool wrote"
            .to_owned();
    }
    // To call it by an adapter's name would not put figures into it.
    if WITHOUT_FIGURES.iter().any(|kind| reason.starts_with(kind)) {
        return "give the file of results that the tool wrote; `plimsoll explain formats` lists what is read"
            .to_owned();
    }
    if !reason.contains(COLUMNS) {
        return as_hint(source);
    }
    "if each row is a request, say in plimsoll.toml which column is what, inputs.columns = { latency = \"…\", endpoint = \"…\", \
     status = \"…\", time = \"…\" }, and inputs.latency_unit"
        .to_owned()
}

/// The columns of a line that can be a header; `None` where it is none.
fn columns(line: &[u8]) -> Option<Vec<String>> {
    let names = header_names(line);
    let is_name =
        |name: &String| name.len() <= LETTERS && name.parse::<f64>().is_err() && name.chars().any(char::is_alphabetic);
    (names.len() >= 2 && names.iter().all(is_name)).then_some(names)
}

/// Which column of requests a table has not. Sentences have commas too, but hardly as many in the next line.
fn lacks(head: &Head, settings: &Settings) -> Option<String> {
    let names = columns(head.first_line())?;
    if header_names(head.lines().nth(1)?).len() != names.len() {
        return None;
    }
    if let (Some(tool), sign @ (b';' | b'\t')) = (foreign_header(&names), delimiter(head.first_line())) {
        let sign = if sign == b';' { "`;`" } else { "a tab" };
        return Some(format!("it is {tool}'s table, but {sign} {PARTED}"));
    }
    let absent = settings.columns.values().find(|name| !names.contains(name));
    let plan = Plan::assign(&names, settings);
    let timed = plan.column(Wanted::Latency).is_some();
    let missing = match absent {
        Some(name) => format!("a column `{}`, which `inputs.columns` names", fmt::plain(name)),
        None if !timed => "a column of times such as `latency_ms` (JMeter: `elapsed`)".to_owned(),
        None => "a column `endpoint`, `status` or `success` beside its times".to_owned(),
    };
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| fmt::plain(name)).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    Some(format!("it lacks {missing}; {COLUMNS} {}{more}", shown.join(", ")))
}

/// Where a JSON document (or one of several in a row) is none; `None` where it is sound, or only breaks off.
fn broken_at(input: &Input) -> Option<String> {
    if input.len() > LARGEST {
        return None;
    }
    let (bytes, _) = input.document().ok()?;
    let mut values = serde_json::Deserializer::from_slice(&bytes).into_iter::<IgnoredAny>();
    let error = values.find_map(Result::err)?;
    if error.is_eof() {
        return Some("it has no end".to_owned());
    }
    let lines_before = bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
    let at = lines_before.map(<[u8]>::len).sum::<usize>() + error.column().saturating_sub(1);
    let (before, rest) = bytes.split_at_checked(at)?;
    let what = match (rest.first(), before.trim_ascii_end().last()) {
        _ if rest.starts_with(b"NaN") || rest.starts_with(b"Infinity") || rest.starts_with(b"-Infinity") => {
            "a number that JSON does not have (NaN or Infinity)"
        }
        (Some(b'}' | b']'), Some(b',')) => "a comma with nothing behind it",
        _ => "something that is not JSON",
    };
    Some(format!("line {}, column {}: {what}", error.line(), error.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(text: &str) -> (Head, Input) {
        (Head::new(text.as_bytes(), true), Input::memory("f", text.as_bytes().to_vec()).unwrap())
    }

    fn said(text: &str) -> String {
        let (head, input) = input(text);
        reason(&head, &input, &Settings::default())
    }

    #[test]
    fn the_missing_column_is_named() {
        let text = said("time,url,query_dur,status\n1795226390,/a,5,200\n");
        assert!(text.contains("it lacks a column of times such as `latency_ms`"), "{text}");
        assert!(text.ends_with("its columns are time, url, query_dur, status"), "{text}");
        assert!(said("latency_ms,note\n5,x\n").contains("a column `endpoint`, `status` or `success`"));
        for prose in ["Dear all,\nnothing to see\n", "# Results, as they are\n\nIn prose.\n"] {
            assert_eq!(said(prose), "text in which no adapter finds results");
        }
    }

    #[test]
    fn columns_in_another_language_are_named_and_asked_for() {
        let german = said("Zeitstempel;Endpunkt;Antwortzeit (ms)\n2026-01-01 10:00:00;/a;12,5\n");
        assert!(german.ends_with("its columns are Zeitstempel, Endpunkt, Antwortzeit (ms)"), "{german}");
        assert!(hint(&german, "x.csv").contains("inputs.columns = {"));
        assert!(said("时间,接口,响应时间\n1,/a,2\n").ends_with("时间, 接口, 响应时间"));
        assert!(hint(&said("Dear all,\nnothing to see\n"), "x.csv").contains("--as"));
    }

    /// Saved again by a spreadsheet, Locust's table was said to lack a column of times.
    #[test]
    fn a_tool_s_table_with_other_signs_between_its_columns_is_told() {
        let saved = said("Type;Name;Request Count\nGET;/a;1\n");
        assert!(saved.ends_with("it is Locust's table, but `;` stands between its columns"), "{saved}");
        assert!(hint(&saved, "x.csv").starts_with("save it with commas"));
    }

    /// An empty file was to be called by an adapter's name.
    #[test]
    fn an_empty_file_is_to_be_written_again() {
        for reason in ["empty file", "empty file, packed", "nothing but blanks"] {
            assert!(hint(reason, "x.csv").starts_with("nothing was written into it"), "{reason}");
        }
    }

    #[test]
    fn no_adapter_s_name_helps_where_there_are_no_figures() {
        for text in ["<html><p>Hello</p></html>", "\u{0}\u{1}\u{2}", "  \n"] {
            assert!(!hint(&said(text), "x").contains("--as"), "{}", said(text));
        }
    }

    #[test]
    fn damage_of_json_has_its_place() {
        assert!(
            said("{\"a\": 1,\n \"b\": NaN}")
                .ends_with("line 2, column 7: a number that JSON does not have (NaN or Infinity)")
        );
        let comma = said("{\"a\": [1, 2],\n}");
        assert!(comma.contains("line 2, column 1: a comma with nothing behind it"), "{comma}");
        assert_eq!(said("{\"a\": 1}"), "JSON in which no adapter finds results");
        assert!(said("{\"a\": [1").ends_with("it has no end"));
    }

    #[test]
    fn a_mapped_column_makes_a_table_one_of_requests() {
        let settings =
            |name: &str| Settings { columns: [("latency".to_owned(), name.to_owned())].into(), ..Settings::default() };
        let (head, input) = input("time,url,query_dur,status\n1795226390,/a,5,200\n");
        let (adapter, why) = by_columns(&head, &settings("query_dur")).unwrap();
        assert_eq!(
            (adapter.name(), why.as_str()),
            ("own_rows_csv", "`inputs.columns` says that `query_dur` is latency")
        );
        assert!(by_columns(&head, &settings("query_dura")).is_none());
        let text = reason(&head, &input, &settings("query_dura"));
        assert!(text.contains("it lacks a column `query_dura`, which `inputs.columns` names"), "{text}");
    }
}
