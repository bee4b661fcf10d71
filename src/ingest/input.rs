//! An input as bytes: files and standard input, plain, gzip or zstd, with what was read counted.
//!
//! Compression is told from the first bytes, never from the name. A compressed file that breaks off gives what it still
//! holds and says that it is unfinished: a killed run's `.gz` is worth reading.

use super::plain::PlainFile;
use super::sniff::{HEAD_BYTES, Head};
use crate::error::{Error, Place};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The longest line that is kept; of a longer one this much is looked at, the rest is passed over and the row is rejected.
pub const LINE_CAP: usize = 1 << 20;
/// The largest document (JSON, HTML) that is taken whole.
pub const DOCUMENT_CAP: u64 = 256 << 20;
const BUFFER: usize = 256 * 1024;

#[derive(Debug, Clone)]
enum Origin {
    File(PathBuf),
    Memory(Arc<[u8]>),
}

/// How an input is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip, one or several members.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// An Input is one file (or standard input) that may be read any number of times.
#[derive(Debug, Clone)]
pub struct Input {
    source: String,
    origin: Origin,
    compression: Compression,
    len: u64,
    progress: Arc<AtomicU64>,
}

impl Input {
    /// A file, named in messages as `source`.
    ///
    /// # Errors
    /// It cannot be opened or its first bytes cannot be read.
    pub fn open(source: impl Into<String>, path: &Path) -> Result<Self, Error> {
        let source = source.into();
        let fail = |what: &str, error: &io::Error| {
            Error::input(format!("cannot {what}: {error}")).at(Place::source(source.clone()))
        };
        let mut file = File::open(path).map_err(|error| fail("open", &error))?;
        let len = file.metadata().map_err(|error| fail("look at", &error))?.len();
        let mut magic = [0; 6];
        let got = read_full(&mut file, &mut magic).map_err(|error| fail("read", &error))?;
        let compression = recognise(magic.get(..got).unwrap_or(&[]), &source)?;
        let origin = Origin::File(path.to_owned());
        Ok(Self { source, origin, compression, len, progress: Arc::default() })
    }

    /// Bytes in memory (standard input, tests).
    ///
    /// # Errors
    /// They are packed in a way that is recognised and not read.
    pub fn memory(source: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Result<Self, Error> {
        let (source, bytes) = (source.into(), bytes.into());
        let compression = recognise(&bytes, &source)?;
        let len = bytes.len() as u64;
        Ok(Self { source, origin: Origin::Memory(bytes), compression, len, progress: Arc::default() })
    }

    /// Counts bytes read from the file as it lies into `progress`, for the terminal.
    #[must_use]
    pub fn reporting_to(mut self, progress: Arc<AtomicU64>) -> Self {
        self.progress = progress;
        self
    }

    /// Name for messages, as the user gave it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Size of the file as it lies, in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How it is packed.
    #[must_use]
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// The file's beginning for detection.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn head(&self) -> Result<Head, Error> {
        let mut stream = self.stream()?;
        stream.progress = Arc::default();
        let mut bytes = vec![0; HEAD_BYTES + 8];
        let got = read_full(&mut stream, &mut bytes).map_err(|error| self.broken(&error))?;
        bytes.truncate(got);
        Ok(Head::new(&bytes, got < HEAD_BYTES + 8))
    }

    /// All of it as a stream of unpacked bytes without byte order mark.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn stream(&self) -> Result<Stream, Error> {
        let raw: Box<dyn Read + Send> = match &self.origin {
            Origin::File(path) => Box::new(File::open(path).map_err(|error| self.broken(&error))?),
            Origin::Memory(bytes) => Box::new(io::Cursor::new(Arc::clone(bytes))),
        };
        let counted = Counted { inner: raw, progress: Arc::clone(&self.progress) };
        let inner: Box<dyn Read + Send> = match self.compression {
            Compression::Plain => Box::new(counted),
            Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(counted)),
            Compression::Zstd => Box::new(
                ruzstd::decoding::StreamingDecoder::new(counted)
                    .map_err(|error| Error::input(format!("not a readable zstd file: {error}")).at(self.place()))?,
            ),
        };
        Ok(Stream {
            inner,
            packed: self.compression != Compression::Plain,
            unfinished: None,
            started: false,
            progress: Arc::default(),
        })
    }

    /// All of it line by line.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn lines(&self) -> Result<Lines, Error> {
        Ok(Lines {
            reader: BufReader::with_capacity(BUFFER, self.stream()?),
            line: Vec::new(),
            number: 0,
            offset: 0,
            next: 0,
        })
    }

    /// All of it as one document, without byte order mark, and why it breaks off if it does.
    ///
    /// # Errors
    /// It cannot be read or is larger than [`DOCUMENT_CAP`].
    pub fn document(&self) -> Result<(Vec<u8>, Option<String>), Error> {
        let mut stream = self.stream()?;
        let mut bytes = Vec::new();
        (&mut stream).take(DOCUMENT_CAP + 1).read_to_end(&mut bytes).map_err(|error| self.broken(&error))?;
        if bytes.len() as u64 > DOCUMENT_CAP {
            return Err(Error::input("is one JSON or HTML document of more than 256 MiB")
                .at(self.place())
                .hint("give the rows themselves (NDJSON or CSV), which are read in bounded memory"));
        }
        Ok((bytes, stream.unfinished))
    }

    /// The file itself for positioned reads, where it is a plain file.
    #[must_use]
    pub fn plain_file(&self) -> Option<PlainFile> {
        match (&self.origin, self.compression) {
            (Origin::File(path), Compression::Plain) => PlainFile::open(path).ok(),
            _ => None,
        }
    }

    /// Counts bytes that were read past [`Input::stream`].
    pub fn advance(&self, bytes: u64) {
        self.progress.fetch_add(bytes, Ordering::Relaxed);
    }

    /// SHA-256 of the file as it lies, in hexadecimal.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn sha256(&self) -> Result<String, Error> {
        let mut hash = Sha256::new();
        match &self.origin {
            Origin::Memory(bytes) => hash.update(bytes),
            Origin::File(path) => {
                let mut file = File::open(path).map_err(|error| self.broken(&error))?;
                let mut buffer = vec![0; BUFFER];
                loop {
                    match file.read(&mut buffer).map_err(|error| self.broken(&error))? {
                        0 => break,
                        got => hash.update(buffer.get(..got).unwrap_or(&[])),
                    }
                }
            }
        }
        Ok(crate::fmt::hex(&hash.finalize()))
    }

    /// The input as a place.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::source(self.source.clone())
    }

    fn broken(&self, error: &io::Error) -> Error {
        Error::input(format!("cannot be read: {error}")).at(self.place())
    }
}

fn recognise(magic: &[u8], source: &str) -> Result<Compression, Error> {
    let refuse = |what: &str, how: &str| {
        Err(Error::input(format!("is {what}")).at(Place::source(source.to_owned())).hint(how.to_owned()))
    };
    match magic {
        [0x1f, 0x8b, ..] => Ok(Compression::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(Compression::Zstd),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => {
            refuse("packed with bzip2, which is not read", "unpack it with `bunzip2 -k` first")
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
            refuse("packed with xz, which is not read", "unpack it with `unxz -k` first")
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            refuse("UTF-16 text, which is not read", "write it as UTF-8: `iconv -f UTF-16 -t UTF-8`")
        }
        _ => Ok(Compression::Plain),
    }
}

fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(got) => filled += got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

struct Counted {
    inner: Box<dyn Read + Send>,
    progress: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(buffer)?;
        self.progress.fetch_add(got as u64, Ordering::Relaxed);
        Ok(got)
    }
}

/// A Stream is unpacked bytes. Where a packed file breaks off it ends there and remembers why.
pub struct Stream {
    inner: Box<dyn Read + Send>,
    packed: bool,
    unfinished: Option<String>,
    started: bool,
    progress: Arc<AtomicU64>,
}

impl Stream {
    /// Why the input must be called unfinished, once it has been read to its end.
    #[must_use]
    pub fn unfinished(&self) -> Option<&str> {
        self.unfinished.as_deref()
    }

    fn pull(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.unfinished.is_some() {
            return Ok(0);
        }
        match self.inner.read(buffer) {
            Err(error) if self.packed && error.kind() != io::ErrorKind::Interrupted => {
                self.unfinished = Some(format!("the packed data breaks off or is damaged ({error})"));
                Ok(0)
            }
            other => other,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.started || buffer.len() < 3 {
            return self.pull(buffer);
        }
        // The byte order mark may arrive in pieces; only the first three bytes matter.
        self.started = true;
        let mut first = [0; 3];
        let mut filled = 0;
        while let Some(rest) = first.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.pull(rest)? {
                0 => break,
                got => filled += got,
            }
        }
        let kept = match first.get(..filled) {
            Some(b"\xef\xbb\xbf") | None => &[],
            Some(kept) => kept,
        };
        if let Some(space) = buffer.get_mut(..kept.len()) {
            space.copy_from_slice(kept);
        }
        if kept.is_empty() { self.pull(buffer) } else { Ok(kept.len()) }
    }
}

/// A Line of an input.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Its bytes without the line end; at most [`LINE_CAP`] of them.
    pub bytes: &'a [u8],
    /// From 1.
    pub number: u64,
    /// Where it begins in the unpacked input.
    pub byte: u64,
    /// Whether it was longer than [`LINE_CAP`].
    pub overlong: bool,
    /// Whether a line end follows; a last line without one may be cut off.
    pub terminated: bool,
}

/// Lines of an input, one at a time in a reused buffer.
pub struct Lines {
    reader: BufReader<Stream>,
    line: Vec<u8>,
    number: u64,
    offset: u64,
    next: u64,
}

impl Lines {
    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// The operating system's.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        self.offset = self.next;
        let (mut terminated, mut overlong) = (false, false);
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let (piece, used) = match memchr::memchr(b'\n', buffer) {
                Some(end) => {
                    terminated = true;
                    (buffer.get(..end).unwrap_or(&[]), end + 1)
                }
                None => (buffer, buffer.len()),
            };
            let room = LINE_CAP.saturating_sub(self.line.len());
            overlong |= piece.len() > room;
            self.line.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or(&[]));
            self.reader.consume(used);
            self.next += used as u64;
            if terminated {
                break;
            }
        }
        if self.next == self.offset {
            return Ok(None);
        }
        self.number += 1;
        let bytes = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        Ok(Some(Line { bytes, number: self.number, byte: self.offset, overlong, terminated }))
    }

    /// Why the input must be called unfinished, once it has been read to its end.
    #[must_use]
    pub fn unfinished(&self) -> Option<&str> {
        self.reader.get_ref().unfinished()
    }
}
