//! The text of a part file.
//!
//! ```text
//! plimsoll-part 3 sha256:HEX {"generator": …, "files": [{folders, file, certain, tests, evidence}, …]}
//! test 3 sha256:HEX {counts, histograms and windows of one test of the first file}
//! test 3 sha256:HEX {…}
//! ```
//! Each hash is of the JSON text behind it on its line. The first line says how many lines follow and whose they are. Another
//! version, a wrong hash or a missing line is an error of the whole file, and of that file alone: half a generator's
//! rows are nobody's figures.

use super::{About, FoldedFile};
use crate::error::{Error, Place};
use crate::fmt;
use crate::ingest::Input;
use crate::model::folded::Folded;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What every part begins with.
pub const BEGINNING: &[u8] = b"plimsoll-part ";
/// Version of the form. Parts of version 2 counted k6's setup and teardown among the load.
const VERSION: u32 = 3;

/// The first line's JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    generator: String,
    files: Vec<About>,
}

/// The text of a part with these files.
///
/// # Errors
/// A value that JSON cannot hold.
pub fn write(files: &[FoldedFile]) -> Result<String, Error> {
    let abouts = files.iter().map(|file| About { tests: file.tests.len() as u64, ..file.about.clone() });
    let contents =
        Contents { generator: concat!("plimsoll ", env!("CARGO_PKG_VERSION")).to_owned(), files: abouts.collect() };
    let mut text = line("plimsoll-part", &contents)?;
    for test in files.iter().flat_map(|file| &file.tests) {
        text.push_str(&line("test", test)?);
    }
    Ok(text)
}

fn line<T: Serialize>(word: &str, value: &T) -> Result<String, Error> {
    let json = serde_json::to_string(value).map_err(|error| Error::output(format!("cannot write JSON: {error}")))?;
    Ok(format!("{word} {VERSION} sha256:{} {json}\n", hash(json.as_bytes())))
}

fn hash(bytes: &[u8]) -> String {
    fmt::hex(&Sha256::digest(bytes))
}

/// Reads a part, every line held against its hash and every test against what a test can be.
///
/// # Errors
/// It cannot be read, is of another version, was changed or breaks off.
pub fn read(input: &Input) -> Result<Vec<FoldedFile>, Error> {
    let (bytes, unfinished) = input.document()?;
    if let Some(why) = unfinished {
        return Err(damaged(input, None, &why));
    }
    let mut lines = bytes
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .zip(1_u64..)
        .filter(|(line, _)| !line.is_empty());
    let contents: Contents = parse(input, lines.next(), "plimsoll-part")?;
    let mut files = Vec::new();
    for about in contents.files {
        let mut tests: Vec<Folded> = Vec::new();
        for _ in 0..about.tests {
            let line = lines.next();
            let number = line.map(|(_, number)| number);
            let test: Folded = parse(input, line, "test")?;
            test.check().map_err(|why| damaged(input, number, &why))?;
            tests.push(test);
        }
        files.push(FoldedFile { about, tests });
    }
    match lines.next() {
        Some((_, number)) => Err(damaged(input, Some(number), "a line more than its first line announces")),
        None => Ok(files),
    }
}

fn parse<T: for<'de> Deserialize<'de>>(input: &Input, line: Option<(&[u8], u64)>, word: &str) -> Result<T, Error> {
    let Some((line, number)) = line else {
        return Err(damaged(input, None, "it breaks off before its last line"));
    };
    let wrong = |what: &str| damaged(input, Some(number), what);
    let mut fields = line.splitn(4, |byte| *byte == b' ');
    let (Some(have), Some(version), Some(sum), Some(json)) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(wrong(&format!("expected `{word} {VERSION} sha256:… {{…}}`")));
    };
    if have != word.as_bytes() {
        return Err(wrong(&format!("begins with `{}`, expected `{word}`", fmt::excerpt(have))));
    }
    if version != VERSION.to_string().as_bytes() {
        let version = fmt::excerpt(version);
        return Err(Error::input(format!("is a part of version {version}; this program reads version {VERSION}"))
            .at(input.place())
            .hint("another version of plimsoll wrote it: use that one, or fold the files again"));
    }
    if sum.strip_prefix(b"sha256:") != Some(hash(json).as_bytes()) {
        return Err(wrong("its content does not match its hash"));
    }
    serde_json::from_slice(json).map_err(|error| wrong(&error.to_string()))
}

/// The error of a part that cannot be used, and for what reason.
#[must_use]
pub fn damaged(input: &Input, line: Option<u64>, what: &str) -> Error {
    let place = Place { line, ..input.place() };
    Error::input(format!("is not a sound part: {what}")).at(place).hint("fold it again from its files")
}

#[cfg(test)]
mod tests;
