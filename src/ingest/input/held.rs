//! What can be read once only – standard input, a named pipe – and is kept, because an input is looked at more than once.

use super::read_full;
use crate::error::{Error, Place};
use crate::ingest::plain::PlainFile;
use std::io::{self, Read};
use std::sync::Arc;

/// So many bytes are kept in memory; of more, all goes to a temporary file.
pub const IN_MEMORY: usize = 16 << 20;

/// Held bytes, which may be read any number of times. What is large lies in a temporary file without a name, which goes with
/// the process however that ends.
#[derive(Debug, Clone)]
pub struct Held(Kept);

#[derive(Debug, Clone)]
enum Kept {
    Memory(Arc<Vec<u8>>),
    File(PlainFile, u64),
}

impl Held {
    /// All that comes, of which at most so many bytes stay in memory.
    ///
    /// # Errors
    /// It cannot be read, or there is no room for it; `source` is what it is called.
    pub fn all_of(source: &str, mut from: impl Read, in_memory: usize) -> Result<Self, Error> {
        let unread = |error: &io::Error| Error::input(format!("cannot be read: {error}")).at(Place::source(source));
        let mut head = Vec::new();
        from.by_ref().take(in_memory as u64 + 1).read_to_end(&mut head).map_err(|error| unread(&error))?;
        if head.len() <= in_memory {
            return Ok(Self::from(head));
        }
        let no_room = |error: &io::Error| {
            let where_to = std::env::temp_dir();
            Error::output(format!("cannot be kept in a temporary file in {}: {error}", where_to.display()))
                .at(Place::source(source))
                .hint("give it as a file, or name a folder with room for it in TMPDIR")
        };
        let mut file = tempfile::tempfile().map_err(|error| no_room(&error))?;
        let mut len = 0;
        loop {
            io::Write::write_all(&mut file, &head).map_err(|error| no_room(&error))?;
            len += head.len() as u64;
            head.resize(super::BUFFER, 0);
            let got = read_full(&mut from, &mut head).map_err(|error| unread(&error))?;
            head.truncate(got);
            if got == 0 {
                return Ok(Self(Kept::File(PlainFile::from(file), len)));
            }
        }
    }

    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        match &self.0 {
            Kept::Memory(bytes) => bytes.len() as u64,
            Kept::File(_, len) => *len,
        }
    }

    /// Whether nothing came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of it from a byte on.
    pub(super) fn reader_from(&self, at: u64) -> Reader {
        Reader { held: self.clone(), at }
    }

    /// The file that it lies in.
    pub(super) fn file(&self) -> Option<PlainFile> {
        match &self.0 {
            Kept::Memory(_) => None,
            Kept::File(file, _) => Some(file.clone()),
        }
    }
}

impl<T: Into<Vec<u8>>> From<T> for Held {
    fn from(bytes: T) -> Self {
        Self(Kept::Memory(Arc::new(bytes.into())))
    }
}

/// A Reader goes through what is held; others may do so at the same time.
pub(super) struct Reader {
    held: Held,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = match &self.held.0 {
            Kept::Memory(bytes) => {
                let rest = usize::try_from(self.at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
                (&*rest).read(buffer)?
            }
            Kept::File(file, _) => file.read_at(buffer, self.at)?,
        };
        self.at += got as u64;
        Ok(got)
    }
}
