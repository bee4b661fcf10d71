//! The program without a process: arguments in, streams and exit code out. And where samples and corpus lie.

use plimsoll::cli::Terminal;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Every value of `--format`.
pub(crate) const EVERY_FORMAT: &str =
    "html,md,json,comment,summary,junit,load-performance,metrics,openmetrics,csv,signoff";

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Everything a user saw, as a transcript; `folder` is where the test put its files.
    pub(crate) fn transcript(&self, args: &[&str], folder: &Path) -> String {
        let text = format!(
            "$ plimsoll {}\n--- out\n{}--- err\n{}--- exit code {}\n",
            args.join(" "),
            self.out,
            self.err,
            self.code
        );
        text.replace(&folder.display().to_string(), "DIR")
    }

    /// The JSON on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}{}", self.out, self.err))
    }
}

/// Runs `plimsoll ARGS`.
pub(crate) fn plimsoll(args: &[&str]) -> Ran {
    with_input(args, b"")
}

/// Runs `plimsoll ARGS` with this on standard input, for a reader who sees neither colour nor progress.
pub(crate) fn with_input(args: &[&str], input: &[u8]) -> Ran {
    on(args, input, Terminal { colour: false, progress: false, width: 100 })
}

/// Runs `plimsoll ARGS` on that terminal.
pub(crate) fn on(args: &[&str], input: &[u8], terminal: Terminal) -> Ran {
    let words = std::iter::once("plimsoll").chain(args.iter().copied()).map(OsString::from);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = plimsoll::cli::run(words, &mut &*input, &mut out, &mut err, terminal);
    Ran { code, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
}

/// Every file below a folder, in order of their paths.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// The folders directly below one, in order.
pub(crate) fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).unwrap_or_else(|error| panic!("{}: {error}", of.display()));
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// Files of samples/ that hold results: neither what explains them, nor settings, nor stored runs.
pub(crate) fn sample_files() -> Vec<PathBuf> {
    let all = files(Path::new("samples")).into_iter();
    let aside = ["README.md", "plimsoll.toml", "signoff.toml", ".plimsoll"];
    all.filter(|path| !path.iter().any(|part| aside.iter().any(|name| part == *name))).collect()
}

/// The shared corpus of real results; where there is none, the test that asks says that it is left out.
pub(crate) fn corpus(test: &str) -> Option<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = above.map(|at| at.join("shared/corpus")).find(|at| at.is_dir());
    if found.is_none() {
        eprintln!("left out: {test} reads ../shared/corpus, which is not here");
    }
    found
}

/// A file's content, unpacked.
pub(crate) fn unpacked(path: &Path) -> Vec<u8> {
    use std::io::Read;
    let bytes = fs::read(path).unwrap();
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut plain = Vec::new();
    // A sample may break off on purpose; what unpacks is what there is.
    let _ = flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain);
    plain
}

/// The same bytes as a gzip file.
pub(crate) fn packed(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}
