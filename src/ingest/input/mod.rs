//! An input as bytes: files and standard input, packed or not, in whatever encoding, with what was read counted.
//!
//! Packing and encoding are told from the first bytes, never from the name ([`compression`], [`encoding`]); adapters see
//! unpacked UTF-8. A packed file that breaks off gives what it still holds and says that it is unfinished: a killed run's
//! `.gz` is worth reading.

pub mod compression;
pub mod copies;
mod elsewhere;
pub mod encoding;
pub mod held;
pub mod lines;
mod neighbours;
mod probes;
mod ranges;
pub mod stream;
#[cfg(test)]
mod tests;
mod watch;

use super::plain::PlainFile;
use super::sniff::{HEAD_BYTES, Head};
use crate::error::{Error, Place};
pub use compression::Compression;
pub use copies::Copies;
pub use encoding::Encoding;
pub use held::Held;
pub use lines::{Line, Lines};
use ranges::Ranges;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use stream::Ending;
pub use stream::Stream;
use watch::Watch;

/// The longest line that is kept; of a longer one this much is looked at, the rest is passed over and the row is rejected.
pub const LINE_CAP: usize = 1 << 20;
/// The largest document (JSON, HTML) that is taken whole.
pub const DOCUMENT_CAP: u64 = 256 << 20;
const BUFFER: usize = 256 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[derive(Debug, Clone)]
enum Origin {
    File(PathBuf),
    Held(Held),
}

/// An Input is one file (or standard input) that may be read any number of times.
#[derive(Debug, Clone)]
pub struct Input {
    source: String,
    origin: Origin,
    compression: Compression,
    encoding: Encoding,
    len: u64,
    /// What of the unpacked text is read.
    ranges: Ranges,
    progress: Arc<AtomicU64>,
    /// What is looked for in passing, if it is.
    watch: Option<Arc<Watch>>,
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
        let compression = Compression::of(magic.get(..got).unwrap_or(&[]));
        Ok(Self::recognised(source, Origin::File(path.to_owned()), compression, len))
    }

    /// Bytes in memory (files of a part file, tests).
    ///
    /// # Errors
    /// None: what is in them shows when they are read.
    pub fn memory(source: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Result<Self, Error> {
        Self::held(source, &Held::from(bytes))
    }

    /// What could be read once only (standard input, a pipe).
    ///
    /// # Errors
    /// Its first bytes cannot be read.
    pub fn held(source: impl Into<String>, held: &Held) -> Result<Self, Error> {
        let source = source.into();
        let mut magic = [0; 6];
        let got = read_full(&mut held.reader_from(0), &mut magic)
            .map_err(|error| Error::input(format!("cannot read: {error}")).at(Place::source(source.clone())))?;
        let compression = Compression::of(magic.get(..got).unwrap_or(&[]));
        let len = held.len();
        Ok(Self::recognised(source, Origin::Held(held.clone()), compression, len))
    }

    /// Looks at the beginning once for its encoding. What cannot be read shows when all of it is.
    fn recognised(source: String, origin: Origin, compression: Compression, len: u64) -> Self {
        let (encoding, progress) = (Encoding::Utf8, Arc::default());
        let ranges = Ranges::whole();
        let mut input = Self { source, origin, compression, encoding, len, ranges, progress, watch: None };
        let mut head = Vec::new();
        if let Ok(raw) = input.raw() {
            // An error leaves what came before it, which is looked at.
            let _ = compression.unpack(raw, Arc::default()).take(HEAD_BYTES as u64).read_to_end(&mut head);
        }
        input.encoding = Encoding::of(&head);
        input
    }

    /// Counts bytes read from the file as it lies into `progress`, for the terminal.
    #[must_use]
    pub fn reporting_to(mut self, progress: Arc<AtomicU64>) -> Self {
        self.progress = progress;
        self
    }

    /// So many bytes of its unpacked text from there on, as a file of their own; of such a file again a part of it.
    #[must_use]
    pub fn within(&self, byte: u64, bytes: u64) -> Self {
        Self { ranges: self.ranges.within(byte, bytes), ..self.quiet() }
    }

    /// All of its unpacked text but so many bytes from there on, as a file of its own.
    #[must_use]
    pub fn without(&self, byte: u64, bytes: u64) -> Self {
        Self { ranges: self.ranges.without(byte, bytes), ..self.quiet() }
    }

    /// The same file, of which nobody is told how much was read or what stands in it again.
    fn quiet(&self) -> Self {
        Self { progress: Arc::default(), watch: None, ..self.clone() }
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

    /// How its text is encoded, told from its beginning.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The same file read in the encoding that shows behind its beginning, and the place of the first line that is not ASCII;
    /// `None` where it is UTF-8, as far as can be told, or its beginning showed what it is.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn in_late_encoding(&self) -> Result<Option<(Self, Place)>, Error> {
        if self.encoding != Encoding::Utf8 {
            return Ok(None);
        }
        let mut lines = self.quiet().lines()?;
        let (mut text, mut first) = (Vec::new(), self.place());
        while let Some(line) = lines.next_line().map_err(|error| self.broken(&error))? {
            if line.bytes.is_ascii() {
                continue;
            }
            if text.is_empty() {
                first = Place::line(self.source(), line.number, line.byte);
            }
            text.extend_from_slice(line.bytes);
            text.push(b'\n');
            if text.len() >= HEAD_BYTES {
                break;
            }
        }
        Ok(Encoding::of_late(&text).map(|encoding| (Self { encoding, ..self.clone() }, first)))
    }

    /// The file's beginning for detection.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn head(&self) -> Result<Head, Error> {
        let mut stream = self.quiet().stream()?;
        let mut bytes = vec![0; HEAD_BYTES + 8];
        let got = read_full(&mut stream, &mut bytes).map_err(|error| self.broken(&error))?;
        bytes.truncate(got);
        Ok(Head::new(&bytes, got < HEAD_BYTES + 8))
    }

    /// Why it cannot be unpacked from its beginning on; `None` where it can.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn damage(&self) -> Result<Option<String>, Error> {
        let mut stream = self.quiet().stream()?;
        read_full(&mut stream, &mut [0; 8]).map_err(|error| self.broken(&error))?;
        Ok(stream.unfinished().map(str::to_owned))
    }

    /// Whether unpacking all of it meets what cannot be right, and not only an end that is missing.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn is_damaged(&self) -> Result<bool, Error> {
        let mut stream = self.quiet().stream()?;
        io::copy(&mut stream, &mut io::sink()).map_err(|error| self.broken(&error))?;
        Ok(matches!(stream.ending, Some(Ending::Damaged(_))))
    }

    /// All of it as a stream of unpacked UTF-8 without byte order mark.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn stream(&self) -> Result<Stream, Error> {
        let start = self.ranges.start();
        if let Some(raw) = self.raw_from(start).map_err(|error| self.broken(&error))? {
            let raw = self.compression.unpack(raw, Arc::clone(&self.progress));
            let stream = Stream::new(raw, false).within(self.ranges.steps_from(start)).behind_mark();
            return Ok(stream.watched_by(self.watch.clone()));
        }
        let raw = self.raw().map_err(|error| self.broken(&error))?;
        let unpacked = self.compression.unpack(raw, Arc::clone(&self.progress));
        let stream = Stream::new(self.encoding.decode(unpacked), self.compression != Compression::Plain);
        Ok(stream.within(self.ranges.steps_from(0)).watched_by(self.watch.clone()))
    }

    /// It from a byte of its text on, where that can be gone to.
    fn raw_from(&self, byte: u64) -> io::Result<Option<Box<dyn Read + Send>>> {
        if byte == 0 || self.compression != Compression::Plain || self.encoding != Encoding::Utf8 {
            return Ok(None);
        }
        let mut mark = [0; BYTE_ORDER_MARK.len()];
        let got = read_full(&mut self.raw()?, &mut mark)?;
        let marked = mark.get(..got) == Some(BYTE_ORDER_MARK);
        let byte = if marked { byte.saturating_add(got as u64) } else { byte };
        Ok(Some(match &self.origin {
            Origin::File(path) => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(byte))?;
                Box::new(file)
            }
            Origin::Held(held) => Box::new(held.reader_from(byte)),
        }))
    }

    fn raw(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match &self.origin {
            Origin::File(path) => Box::new(File::open(path)?),
            Origin::Held(held) => Box::new(held.reader_from(0)),
        })
    }

    /// All of it line by line.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn lines(&self) -> Result<Lines, Error> {
        Ok(Lines::of(self.stream()?))
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
        let unfinished = stream.unfinished().map(str::to_owned);
        Ok((bytes, unfinished))
    }

    /// The file itself for positioned reads, where it is a plain file that needs no decoding.
    #[must_use]
    pub fn plain_file(&self) -> Option<PlainFile> {
        match (&self.origin, self.compression, self.encoding) {
            _ if !self.ranges.is_whole() => None,
            (Origin::File(path), Compression::Plain, Encoding::Utf8) => PlainFile::open(path).ok(),
            (Origin::Held(held), Compression::Plain, Encoding::Utf8) => held.file(),
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
        let mut raw = self.raw().map_err(|error| self.broken(&error))?;
        let mut buffer = vec![0; BUFFER];
        loop {
            match raw.read(&mut buffer).map_err(|error| self.broken(&error))? {
                0 => return Ok(crate::fmt::hex(&hash.finalize())),
                got => hash.update(buffer.get(..got).unwrap_or(&[])),
            }
        }
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
