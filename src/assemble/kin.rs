//! What files that belong together tell each other before they are read: pieces of one file, and files of one script whose names
//! differ in a number alone. A day above 12 may stand in one of them only, and a decimal comma too; read alone, the others would
//! have to ask.

use super::detect::Detected;
use super::{Request, shard};
use crate::ingest::Notation;
use std::collections::BTreeMap;

/// What files of one kind have in common: the adapter, and folders and names without numbers. Pieces say by their names that
/// they are of one file.
type Kind = (&'static str, Vec<String>, bool);

/// Gives each file what it and its kin show by their beginnings. What cannot be read shows when all of it is.
pub(super) fn tell_each_other(files: &mut [Detected], request: &Request) {
    let mut kinds: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        kinds.entry(kind(file)).or_default().push(at);
    }
    for ((_, _, are_pieces), kin) in kinds.into_iter().filter(|(_, kin)| kin.len() > 1) {
        // Of files that are no pieces the header has to be the same.
        let mut by_header: BTreeMap<Vec<u8>, (Vec<usize>, Notation)> = BTreeMap::new();
        for at in kin {
            let Some((file, head)) = files.get(at).and_then(|file| Some((file, file.input.head().ok()?))) else {
                continue;
            };
            let header = if are_pieces { Vec::new() } else { head.first_line().to_vec() };
            let (alike, all) = by_header.entry(header).or_default();
            alike.push(at);
            all.merge(file.adapter.notation(&head, &request.settings));
        }
        for (alike, all) in by_header.into_values().filter(|(alike, _)| alike.len() > 1) {
            for at in alike {
                if let Some(file) = files.get_mut(at) {
                    file.notation = all;
                }
            }
        }
    }
}

fn kind(file: &Detected) -> Kind {
    let names = || file.candidate.folders.iter().chain([&file.candidate.file]);
    let whole = shard::name_of_whole(names());
    let are_pieces = whole.is_some();
    let names = whole.unwrap_or_else(|| names().map(|name| shard::numberless(name)).collect());
    (file.adapter.name(), names, are_pieces)
}
