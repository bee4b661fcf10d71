//! Writes fuzz/corpus from samples/: each file under the byte of the kind that it is, and as a file to be recognised;
//! configurations for the other target. Run from the folder above fuzz/.

mod law;

use plimsoll::ingest::{ADAPTERS, Input, Sniff};
use std::io::{self, Read};
use std::path::Path;
use std::{fs, iter};

/// Of a larger file the beginning: small inputs are tried more often.
const LARGEST: u64 = 6 * 1024;

fn main() -> io::Result<()> {
    let (adapters, config) = (Path::new("fuzz/corpus/adapters"), Path::new("fuzz/corpus/config"));
    fs::create_dir_all(adapters)?;
    fs::create_dir_all(config)?;
    fs::write(config.join("default"), plimsoll::config::DEFAULT)?;
    let mut folders = vec![Path::new("samples").to_owned()];
    let mut number = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            number += 1;
            if path.extension().is_some_and(|extension| extension == "toml") {
                fs::copy(&path, config.join(format!("{number}")))?;
            }
            let Ok(input) = Input::open("seed", &path) else { continue };
            let mut bytes = Vec::new();
            if let Ok(stream) = input.stream() {
                stream.take(LARGEST).read_to_end(&mut bytes)?;
            }
            for (at, kind) in kinds(&input).into_iter().enumerate() {
                let seed: Vec<u8> = iter::once(law::first_byte(kind)).chain(bytes.iter().copied()).collect();
                fs::write(adapters.join(format!("{number}-{at}")), seed)?;
            }
        }
    }
    Ok(())
}

/// As what a sample is worth trying.
fn kinds(input: &Input) -> Vec<law::Kind> {
    let Ok(head) = input.head() else { return Vec::new() };
    let sure = ADAPTERS.iter().filter(|adapter| !matches!(adapter.sniff(&head), Sniff::No(_)));
    iter::once(None).chain(sure.map(|adapter| Some(adapter.name()))).collect()
}
