//! What each file is: every adapter answers yes, unsure or no, with a reason.

use super::Request;
use super::find::Candidate;
use crate::error::{Error, Place};
use crate::fmt;
use crate::ingest::own::columns::header_names;
use crate::ingest::{ADAPTERS, Adapter, Head, Input, Sniff, refused};

/// A file with the adapter that will read it.
pub(super) struct Detected {
    pub(super) candidate: Candidate,
    pub(super) input: Input,
    pub(super) adapter: &'static dyn Adapter,
    pub(super) why: String,
    /// Whether the adapter was certain, or the user named it.
    pub(super) certain: bool,
}

/// What became of the files.
#[derive(Default)]
pub(super) struct Detection {
    pub(super) files: Vec<Detected>,
    pub(super) not_used: Vec<(String, String)>,
    pub(super) problems: Vec<Error>,
}

/// Asks every adapter about every file.
pub(super) fn detect(candidates: Vec<Candidate>, request: &Request) -> Result<Detection, Error> {
    let forced = forced(&candidates, request)?;
    let mut detection = Detection::default();
    let alone = candidates.len() == 1;
    for candidate in candidates {
        let source = candidate.source.clone();
        let by_user = forced.iter().find(|(file, _)| *file == source).map(|(_, adapter)| *adapter);
        match recognise(&candidate, by_user, request) {
            Ok(Answer::Is(input, adapter, why, certain)) => {
                detection.files.push(Detected { candidate, input, adapter, why, certain });
            }
            Ok(Answer::Not(reason)) => {
                if candidate.named {
                    detection.problems.push(
                        Error::input(reason.clone()).at(Place::source(source.clone())).hint(hint(&reason, &source)),
                    );
                }
                detection.not_used.push((source, reason));
            }
            Ok(Answer::Refused(refused)) if candidate.named || alone => {
                let error = Error::input(format!("is {}", refused.what)).at(Place::source(source.clone()));
                detection.not_used.push((source, error.message.clone()));
                detection.problems.push(error.hint(refused.hint));
            }
            Ok(Answer::Refused(refused)) => detection.not_used.push((source, refused.reason())),
            Err(error) if request.settings.strict && candidate.named => return Err(error),
            Err(error) => {
                detection.not_used.push((source, error.message.clone()));
                detection.problems.push(error);
            }
        }
    }
    Ok(detection)
}

/// `--as ADAPTER=FILE` as (source, adapter).
fn forced(candidates: &[Candidate], request: &Request) -> Result<Vec<(String, &'static dyn Adapter)>, Error> {
    request
        .as_adapters
        .iter()
        .map(|(name, file)| {
            let adapter = ADAPTERS.iter().find(|adapter| adapter.name() == name).ok_or_else(|| {
                let names: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name()).collect();
                Error::usage(format!("`--as {name}=…` names no adapter")).hint(format!("one of {}", names.join(", ")))
            })?;
            let source = candidates.iter().find(|candidate| is_the_file(candidate, file)).ok_or_else(|| {
                Error::usage(format!("`--as {name}={file}` names a file that is not among the inputs"))
            })?;
            Ok((source.source.clone(), *adapter))
        })
        .collect()
}

/// Whether the user means this file: the same name, or another way to the same file.
pub(super) fn is_the_file(candidate: &Candidate, file: &str) -> bool {
    let theirs = std::path::Path::new(file).canonicalize().ok();
    candidate.source == file
        || theirs.is_some() && candidate.path.as_ref().and_then(|path| path.canonicalize().ok()) == theirs
}

enum Answer {
    Is(Input, &'static dyn Adapter, String, bool),
    Not(String),
    /// Known, and not read.
    Refused(refused::Refused),
}

fn recognise(candidate: &Candidate, by_user: Option<&'static dyn Adapter>, request: &Request) -> Result<Answer, Error> {
    let input = match (&candidate.path, &request.stdin) {
        (Some(path), _) => Input::open(candidate.source.clone(), path)?,
        (None, Some(bytes)) => Input::memory("-", bytes.clone())?,
        (None, None) => return Err(Error::usage("`-` stands for standard input, and there is none")),
    };
    if input.is_empty() {
        return Ok(Answer::Not("empty file".to_owned()));
    }
    let input = input.reporting_to(request.progress.clone());
    if let Some(adapter) = by_user {
        return Ok(Answer::Is(input, adapter, format!("named by `--as {}`", adapter.name()), true));
    }
    let head = input.head()?;
    if head.bytes().is_empty() {
        return Ok(Answer::Not("empty file, packed".to_owned()));
    }
    choose(&input, &head)
}

fn choose(input: &Input, head: &Head) -> Result<Answer, Error> {
    let answers: Vec<(&'static dyn Adapter, Sniff)> =
        ADAPTERS.iter().map(|adapter| (*adapter, adapter.sniff(head))).collect();
    let certain: Vec<_> = answers.iter().filter(|(_, sniff)| matches!(sniff, Sniff::Yes(_))).collect();
    let unsure: Vec<_> = answers.iter().filter(|(_, sniff)| matches!(sniff, Sniff::Unsure(_))).collect();
    // A file that is known by name is refused by name, whatever a generic adapter would make of its columns.
    let refused = if certain.is_empty() { refused::recognise(head, input) } else { None };
    if let Some(refused) = refused {
        return Ok(Answer::Refused(refused));
    }
    match (certain.as_slice(), unsure.as_slice()) {
        ([(adapter, sniff)], _) => Ok(Answer::Is(input.clone(), *adapter, sniff.why().to_owned(), true)),
        ([], [(adapter, sniff)]) => Ok(Answer::Is(input.clone(), *adapter, sniff.why().to_owned(), false)),
        ([], []) => Ok(Answer::Not(nobodys(head))),
        ([], several) => Err(ambiguous(input, several, "could be of several kinds")),
        (several, _) => Err(ambiguous(input, several, "is of several kinds")),
    }
}

/// Why a file is nobody's, from what it looks like; the adapters' own reasons are as many as there are adapters.
fn nobodys(head: &Head) -> String {
    let text = head.text();
    let mut letters = text.chars().filter(|letter| !letter.is_whitespace());
    let looks = match (letters.next(), letters.next()) {
        (Some('{'), Some('"' | '}')) | (Some('['), Some('{' | '[' | '"' | ']')) => {
            "JSON in which no adapter finds results"
        }
        (Some('<'), _) => "HTML or XML in which no adapter finds results",
        (None, _) => "nothing but blanks",
        _ if text.contains('\u{0}') => "binary, of no kind of result that is known",
        _ => return table(head).unwrap_or_else(|| "text in which no adapter finds results".to_owned()),
    };
    looks.to_owned()
}

/// What is said of a table that nobody knows begins so.
const TABLE: &str = "CSV in whose columns no adapter finds results";
/// Columns of it that are named.
const NAMED: usize = 12;

/// A table of which the columns' names say nothing (they may be in another language): the names that were found.
fn table(head: &Head) -> Option<String> {
    let names = header_names(head.first_line());
    let second = header_names(head.lines().nth(1)?);
    // Sentences have commas too.
    let of_words = names.iter().all(|name| name.chars().count() <= 40 && name.chars().any(char::is_alphabetic));
    if names.len() < 3 || second.len() != names.len() || !of_words {
        return None;
    }
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{}`", fmt::plain(name))).collect();
    let more = if names.len() > NAMED { ", …" } else { "" };
    Some(format!("{TABLE}: {}{more}", shown.join(", ")))
}

/// What to do about a file that is nobody's.
fn hint(reason: &str, source: &str) -> String {
    if !reason.starts_with(TABLE) {
        return as_hint(source);
    }
    format!(
        "if each row is a request, say which column is what: inputs.columns = {{ latency = \"…\", endpoint = \"…\", status = \"…\", \
         time = \"…\" }} and inputs.latency_unit in plimsoll.toml, and read it with `--as own_rows_csv={source}`"
    )
}

fn ambiguous(input: &Input, several: &[&(&'static dyn Adapter, Sniff)], what: &str) -> Error {
    let reasons: Vec<String> =
        several.iter().map(|(adapter, sniff)| format!("{}: {}", adapter.name(), sniff.why())).collect();
    Error::input(format!("{what} ({})", reasons.join("; "))).at(input.place()).hint(as_hint(input.source()))
}

fn as_hint(source: &str) -> String {
    let names: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name()).collect();
    format!("say what it is with `--as ADAPTER={source}`, where ADAPTER is one of {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns in another language are not guessed at; who reads the message sees them and how to say what they are.
    #[test]
    fn columns_that_nobody_knows_are_named() {
        let said = |text: &str| nobodys(&Head::new(text.as_bytes(), true));
        let german = said("Zeitstempel;Endpunkt;Antwortzeit (ms)\n2026-01-01 10:00:00;/a;12,5\n");
        assert_eq!(german, format!("{TABLE}: `Zeitstempel`, `Endpunkt`, `Antwortzeit (ms)`"));
        assert!(hint(&german, "x.csv").contains("--as own_rows_csv=x.csv"));
        assert_eq!(said("时间,接口,响应时间\n1,/a,2\n"), format!("{TABLE}: `时间`, `接口`, `响应时间`"));
        for prose in ["Dear all, here are\nmy results, and more\n", "1,2\n3,4\n", "a,b\n"] {
            assert_eq!(said(prose), "text in which no adapter finds results");
        }
    }

    /// Two entries of one adapter would make every one of its files ambiguous.
    #[test]
    fn every_adapter_has_a_name_of_its_own() {
        let mut names: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
