//! What each file is: every adapter answers yes, unsure or no, with a reason.

use super::find::Candidate;
use super::{Request, nobody};
use crate::error::{Error, Place};
use crate::ingest::preface::Preface;
use crate::ingest::{ADAPTERS, Adapter, Head, Input, Notation, Settings, Sniff, refused};

/// A file with the adapter that will read it.
pub(super) struct Detected {
    pub(super) candidate: Candidate,
    /// What is behind the preface.
    pub(super) input: Input,
    /// What stands before the header, where it is a table with something before it.
    pub(super) preface: Preface,
    pub(super) adapter: &'static dyn Adapter,
    pub(super) why: String,
    /// Whether the adapter was certain, or the user named it.
    pub(super) certain: bool,
    /// What the files that belong with it show; nothing as yet.
    pub(super) notation: Notation,
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
            Ok(Answer::Is(found)) => {
                let Found { input, preface, adapter, why, certain } = found;
                let notation = Notation::default();
                detection.files.push(Detected { candidate, input, preface, adapter, why, certain, notation });
            }
            Ok(Answer::Not(reason)) => {
                if candidate.named {
                    detection.problems.push(
                        Error::input(reason.clone())
                            .at(Place::source(source.clone()))
                            .hint(nobody::hint(&reason, &source)),
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

/// A file that somebody reads.
struct Found {
    input: Input,
    preface: Preface,
    adapter: &'static dyn Adapter,
    why: String,
    certain: bool,
}

enum Answer {
    Is(Found),
    Not(String),
    /// Known, and not read.
    Refused(refused::Refused),
}

fn recognise(candidate: &Candidate, by_user: Option<&'static dyn Adapter>, request: &Request) -> Result<Answer, Error> {
    let input = candidate.open()?;
    if input.is_empty() {
        return Ok(Answer::Not("empty file".to_owned()));
    }
    let input = input.reporting_to(request.progress.clone());
    if let Some(adapter) = by_user {
        let why = format!("named by `--as {}`", adapter.name());
        let found = Found { input, preface: Preface::default(), adapter, why, certain: true };
        return Ok(Answer::Is(found.behind_preface(request)?));
    }
    let head = input.head()?;
    if head.bytes().is_empty() {
        return match input.damage()? {
            None => Ok(Answer::Not("empty file, packed".to_owned())),
            Some(why) => Err(Error::input(format!("is cut off before anything of it can be unpacked: {why}"))
                .at(input.place())
                .hint("copy it again, or let the tool end before its file is packed")),
        };
    }
    let answer = choose(&input, &head, &request.settings)?;
    let (Answer::Not(_), Some(preface)) = (&answer, Preface::of(&head)) else { return Ok(answer) };
    let table = behind(&input, preface, request);
    Ok(match choose(&table, &table.head()?, &request.settings)? {
        Answer::Is(found) => Answer::Is(Found { preface, ..found }),
        other => other,
    })
}

/// The file without what stands before its header.
fn behind(input: &Input, preface: Preface, request: &Request) -> Input {
    input.within(preface.bytes, u64::MAX).reporting_to(request.progress.clone())
}

impl Found {
    /// Where the user says what the file is: behind its preface, unless the adapter takes it with it.
    fn behind_preface(self, request: &Request) -> Result<Self, Error> {
        let head = self.input.head()?;
        let unknown = matches!(self.adapter.sniff(&head), Sniff::No(_));
        Ok(match Preface::of(&head).filter(|_| unknown) {
            Some(preface) => Self { input: behind(&self.input, preface, request), preface, ..self },
            None => self,
        })
    }
}

fn choose(input: &Input, head: &Head, settings: &Settings) -> Result<Answer, Error> {
    // Before any adapter is asked: what a tar holds stands in it as it is, and would be taken for all there is.
    if let Some(refused) = refused::archive(head, input) {
        return Ok(Answer::Refused(refused));
    }
    let answers: Vec<(&'static dyn Adapter, Sniff)> =
        ADAPTERS.iter().map(|adapter| (*adapter, adapter.sniff(head))).collect();
    let certain: Vec<_> = answers.iter().filter(|(_, sniff)| matches!(sniff, Sniff::Yes(_))).collect();
    let unsure: Vec<_> = answers.iter().filter(|(_, sniff)| matches!(sniff, Sniff::Unsure(_))).collect();
    // A file that is known by name is refused by name, whatever a generic adapter would make of its columns.
    let refused = if certain.is_empty() { refused::by_name(head) } else { None };
    if let Some(refused) = refused {
        return Ok(Answer::Refused(refused));
    }
    let is = |adapter, why: String, certain| {
        Answer::Is(Found { input: input.clone(), preface: Preface::default(), adapter, why, certain })
    };
    match (certain.as_slice(), unsure.as_slice()) {
        ([(adapter, sniff)], _) => Ok(is(*adapter, sniff.why().to_owned(), true)),
        ([], [(adapter, sniff)]) => Ok(is(*adapter, sniff.why().to_owned(), false)),
        ([], []) => match nobody::by_columns(head, settings) {
            Some((adapter, why)) => Ok(is(adapter, why, true)),
            None => Ok(Answer::Not(nobody::reason(head, input, settings))),
        },
        ([], several) => Err(ambiguous(input, several, "could be of several kinds")),
        (several, _) => Err(ambiguous(input, several, "is of several kinds")),
    }
}

fn ambiguous(input: &Input, several: &[&(&'static dyn Adapter, Sniff)], what: &str) -> Error {
    let reasons: Vec<String> =
        several.iter().map(|(adapter, sniff)| format!("{}: {}", adapter.name(), sniff.why())).collect();
    Error::input(format!("{what} ({})", reasons.join("; "))).at(input.place()).hint(as_hint(input.source()))
}

/// How to say what a file is.
pub(super) fn as_hint(source: &str) -> String {
    format!("say what it is with `--as ADAPTER={source}`; `plimsoll explain formats` lists the adapters")
}

#[cfg(test)]
mod tests {
    use super::*;

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
