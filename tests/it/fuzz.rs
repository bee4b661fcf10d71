//! What fuzzing holds, on any toolchain: its findings again, and the same law for samples under damage.
//!
//! `PLIMSOLL_DAMAGE=1000` tries as many mutations of each file, and all its cuts; without it a few.

use crate::program::{corpus, files, sample_files};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[path = "../../fuzz/src/damage.rs"]
mod damage;
#[path = "../../fuzz/src/law.rs"]
mod law;

/// Of larger files the beginning, where the time of a test is all there is.
const LARGEST: usize = 5_000;

/// Does this with each of the files, on two threads.
fn each(paths: &[PathBuf], work: impl Fn(&Path) + Sync) {
    let next = AtomicUsize::new(0);
    let run = || {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(path);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(run);
        run();
    });
}

fn beginning(path: &Path, length: usize) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    bytes.get(..length).map(<[u8]>::to_vec).unwrap_or(bytes)
}

/// Each file below fuzz/findings broke the law or was feared to (nested without end, times at the ends of time); in
/// `adapters` its name begins with the kind that it is read as.
#[test]
fn what_was_found_or_feared_holds() {
    for path in files(Path::new("fuzz/findings")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let target = path.parent().unwrap().file_name().unwrap();
        let bytes = fs::read(&path).unwrap();
        if target == "config" {
            law::configures(&String::from_utf8(bytes).unwrap());
        } else if target == "adapters" {
            let kind = law::named(name.split('.').next().unwrap());
            assert!(kind.is_some(), "{name} begins with no adapter's name");
            law::reads(kind, &bytes);
            law::reads(None, &bytes);
        }
    }
}

/// Whatever a file is, reading it as something else is an answer too.
#[test]
fn every_sample_may_be_read_as_every_kind() {
    each(&sample_files(), |path| {
        let bytes = beginning(path, 1_000);
        for first in 0..=u8::MAX {
            let kind = law::kind(first);
            if first == law::first_byte(kind) {
                law::reads(kind, &bytes);
            }
        }
    });
}

#[test]
fn cut_and_mutated_files_are_read_as_far_as_they_go() {
    let full: Option<u64> = std::env::var("PLIMSOLL_DAMAGE").ok().map(|number| number.parse().unwrap());
    let strength = match full {
        Some(mutations) => damage::Strength { cuts: usize::MAX, mutations },
        None => damage::Strength { cuts: 2, mutations: 2 },
    };
    let mut paths = sample_files();
    if full.is_some() {
        paths.extend(corpus("cut_and_mutated_files").iter().flat_map(|corpus| files(corpus)));
    }
    let wrong = Mutex::new(Vec::new());
    each(&paths, |path| {
        let file = beginning(path, if full.is_some() { usize::MAX } else { LARGEST });
        let (_, faults) = damage::damages(&file, strength);
        wrong.lock().unwrap().extend(faults.into_iter().map(|fault| format!("{} {fault}", path.display())));
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
