//! What a file is, is told by its content, by exactly one adapter, also when it is cut, marked, packed or comes from Windows.

use crate::program::{packed, sample_files, unpacked};
use plimsoll::ingest::{ADAPTERS, Head, Input, Sniff};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The adapters that would be asked to read it: all that say Yes, else all that are Unsure.
fn claims(head: &Head) -> Vec<(&'static str, String)> {
    let answers: Vec<_> = ADAPTERS.iter().map(|adapter| (adapter.name(), adapter.sniff(head))).collect();
    let of = |wanted: fn(&Sniff) -> bool| {
        answers
            .iter()
            .filter(|(_, sniff)| wanted(sniff))
            .map(|(name, sniff)| (*name, sniff.why().to_owned()))
            .collect::<Vec<_>>()
    };
    let certain = of(|sniff| matches!(sniff, Sniff::Yes(_)));
    if certain.is_empty() { of(|sniff| matches!(sniff, Sniff::Unsure(_))) } else { certain }
}

fn head(bytes: &[u8]) -> Head {
    Input::memory("sample", bytes.to_vec()).unwrap().head().unwrap()
}

/// A sample's only adapter; `None` for what is nobody's result (an empty file, a script's output).
fn adapter(bytes: &[u8], path: &Path) -> Option<&'static str> {
    let claims = claims(&head(bytes));
    assert!(claims.len() <= 1, "{} is claimed by several: {claims:?}", path.display());
    claims.first().map(|(name, _)| *name)
}

/// Adapters of which a sample names the real run or public repository that it came from. A README that begins with
/// "Unproven:" says that there is none.
pub(crate) fn adapters_with_a_real_sample() -> BTreeSet<&'static str> {
    let is_real = |path: &PathBuf| {
        let readme = path.ancestors().map(|folder| folder.join("README.md")).find(|readme| readme.is_file()).unwrap();
        !std::fs::read_to_string(readme).unwrap().contains("Unproven:")
    };
    let real = sample_files().into_iter().filter(is_real);
    real.filter_map(|path| adapter(&std::fs::read(&path).unwrap(), &path)).collect()
}

/// The samples that no adapter claims, with the reason.
const NOBODYS: [(&str, &str); 1] = [("samples/locust/killed/locust.json", "empty, as the kill left it")];

#[test]
fn every_sample_is_one_adapters() {
    let mut claimed = BTreeSet::new();
    for path in sample_files() {
        let expected = NOBODYS.iter().find(|(name, _)| path == Path::new(name));
        match (adapter(&std::fs::read(&path).unwrap(), &path), expected) {
            (None, None) => panic!("{} is no adapter's", path.display()),
            (Some(name), None) => {
                claimed.insert(name);
            }
            (Some(name), Some(_)) => panic!("{} is taken for {name}", path.display()),
            (None, Some(_)) => {}
        }
    }
    let without: Vec<&str> =
        ADAPTERS.iter().map(|adapter| adapter.name()).filter(|name| !claimed.contains(name)).collect();
    assert!(without.is_empty(), "no sample shows {without:?}");
}

/// Makes other bytes of a file's bytes.
type Change = fn(&[u8]) -> Vec<u8>;

/// What may happen to a file on its way, none of which makes it another kind of file.
const CHANGES: [(&str, Change); 4] = [
    ("with a byte order mark", |bytes| [b"\xef\xbb\xbf", bytes].concat()),
    ("with CRLF line ends", |bytes| {
        let lines: Vec<&[u8]> =
            bytes.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
        lines.join(&b"\r\n"[..])
    }),
    ("packed", packed),
    ("unpacked", <[u8]>::to_vec),
];

#[test]
fn no_change_of_form_changes_what_a_sample_is() {
    let mut wrong = Vec::new();
    for path in sample_files() {
        let plain = unpacked(&path);
        let expected = adapter(&std::fs::read(&path).unwrap(), &path);
        for (change, apply) in CHANGES {
            let found = claims(&head(&apply(&plain)));
            let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
            if names != expected.as_slice() {
                wrong.push(format!("{} {change}: {names:?}, should be {expected:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn half_of_a_sample_is_the_same_kind_or_nobodys() {
    let mut wrong = Vec::new();
    for path in sample_files() {
        let plain = unpacked(&path);
        let expected = adapter(&std::fs::read(&path).unwrap(), &path);
        let half = plain.get(..plain.len().min(plimsoll::ingest::sniff::HEAD_BYTES) / 2).unwrap_or_default();
        let found: Vec<&str> = claims(&Head::new(half, false)).iter().map(|(name, _)| *name).collect();
        // Of a short file half may be less than what it is known by; of a longer one it never is.
        let too_short = found.is_empty() && half.len() < 256;
        if found != expected.as_slice() && !too_short {
            wrong.push(format!("half of {}: {found:?}, should be {expected:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn an_empty_file_and_prose_are_nobodys() {
    for text in [
        "",
        "\n\n",
        "\u{feff}",
        "Dear team,\nthe numbers look fine.\n",
        "{}",
        "a,b\n",
        "<html></html>",
        "\u{0}\u{1}\u{2}",
    ] {
        let found = claims(&Head::new(text.as_bytes(), true));
        assert!(found.is_empty(), "{text:?}: {found:?}");
    }
}
